"""A dataset as PyTorch's two kinds of dataset: by number, and as a stream."""

import copy
import operator

from ._classes import Classes, has_index
from ._recipe import recipe, restore, without_key
from ._require import require
from .exceptions import PixCrawlerError

torch = require("torch", "torch", "to_torch()")

from torch.utils.data._utils.collate import default_collate, default_collate_fn_map


def to_torch(dataset, transform=None, *, target_transform=None, streaming=False, shuffle=False, seed=0):
    """What `Dataset.to_torch` gives; its help says more."""
    if streaming:
        from ._torch_stream import TorchStream

        return TorchStream(dataset, transform, target_transform, shuffle=shuffle, seed=seed)
    if shuffle:
        raise ValueError(
            "shuffle is for streaming=True; a dataset that is read by number is shuffled by its loader: "
            "DataLoader(dataset.to_torch(), shuffle=True)")
    return TorchDataset(dataset, transform, target_transform)


class _Row(tuple):
    """An item (image, target) that knows which row of which batch its image is."""

    def __new__(cls, item, batch, row):
        self = super().__new__(cls, item)
        self.batch = batch
        self.row = row
        return self

    def __reduce__(self):
        return tuple, (tuple(self),)


def _collate_rows(rows, *, collate_fn_map=None):
    """What `default_collate` makes of rows, without a copy where they are a batch already.

    In a worker they are copied all the same: into the memory that it shares with its loader.
    """
    batch, first = rows[0].batch, rows[0].row
    in_place = all(row.batch is batch and row.row == first + place for place, row in enumerate(rows))
    if in_place and torch.utils.data.get_worker_info() is None:
        return [batch[first:first + len(rows)], default_collate([target for _, target in rows])]
    return default_collate([tuple(row) for row in rows])


# PyTorch's own door for types of one's own, since 2.0.
default_collate_fn_map[_Row] = _collate_rows


class TorchFace:
    """What both kinds share: the dataset, how its samples become items, and how it travels.

    It is pickled as the recipe of its dataset, and opens that again when it is first used.
    """

    def __init__(self, dataset, transform, target_transform):
        self.transform = transform
        self.target_transform = target_transform
        self._opened = dataset
        self._recipe = None
        self._found_classes = None

    @property
    def _dataset(self):
        if self._opened is None:
            self._opened = restore(self._recipe)
        return self._opened

    @property
    def _classes(self):
        if self._found_classes is None:
            self._found_classes = Classes(self._dataset)
        return self._found_classes

    @property
    def classes(self):
        """The classes' names (list of str), a class index being a place in it: `dataset.labels`.

        Where the description does not tell, the sorted texts among the labels of all images.
        """
        return self._classes.names

    @property
    def class_to_idx(self):
        """From a class's name to its index (dict)."""
        return self._classes.places

    def _target(self, label):
        if self.target_transform is None:
            return self._classes.index(label)
        return self.target_transform(self._classes.index(label) if has_index(label) else label)

    def _items(self, images, labels):
        """The items of images, one array or a list of arrays of unequal shapes.

        Without a transform they are float32 (C, H, W) each, as the engine made them; else uint8 (H, W, C).
        """
        targets = map(self._target, labels)
        if self.transform is None:
            if isinstance(images, list):
                return list(zip(map(torch.from_numpy, images), targets))
            batch = torch.from_numpy(images)
            return [_Row((image, target), batch, row) for row, (image, target) in enumerate(zip(batch.unbind(), targets))]
        # A view would keep the whole batch in memory for as long as someone keeps one image.
        own = images if isinstance(images, list) or len(images) == 1 else map(copy.copy, images)
        return list(zip(map(self.transform, own), targets))

    def __getstate__(self):
        words = without_key(self._recipe) if self._opened is None else recipe(self._opened)
        return {**self.__dict__, "_opened": None, "_recipe": words, "_found_classes": None}

    def __copy__(self):
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        return twin

    def __deepcopy__(self, memo):
        # The dataset never changes, and its key would not come along in a pickle.
        twin = copy.copy(self)
        memo[id(self)] = twin
        twin.transform = copy.deepcopy(self.transform, memo)
        twin.target_transform = copy.deepcopy(self.target_transform, memo)
        return twin

    def __repr__(self):
        dataset = f"{self._recipe['job_id']!r}" if self._opened is None else repr(self._opened)
        words = [dataset, *self._words()]
        for name in ("transform", "target_transform"):
            if getattr(self, name) is not None:
                words.append(f"{name}={' '.join(repr(getattr(self, name)).split())}")
        return f"{type(self).__name__}({', '.join(words)})"

    def _words(self):
        return []


class TorchDataset(TorchFace, torch.utils.data.Dataset):
    """A dataset by number, as torchvision's ImageFolder: `dataset[i]` is (item, class index).

    Without a transform an item is a float32 tensor (3, H, W), RGB, in 0 to 1; (1, H, W) in mode "L", (4, H, W) in
    "RGBA". A transform is given the image as a writable uint8 array (H, W, C) in memory of its own.
    """

    def __init__(self, dataset, transform=None, target_transform=None):
        super().__init__(dataset, transform, target_transform)
        self._found_targets = None

    @property
    def targets(self):
        """The class index of every image (list of int), read without an image byte."""
        if self._found_targets is None:
            self._found_targets = [self._classes.index(label) for label in self._dataset._labels()]
        return self._found_targets

    def __len__(self):
        count = self._dataset.num_images
        return sum(self._dataset._counts()) if count is None else count

    def __getitem__(self, index):
        number = self._number(index)
        images, labels, positions = self._fetch([number])
        if not len(positions):
            raise PixCrawlerError(
                f"image {number} cannot be read, and on_error=\"skip\" leaves it out: dataset.errors says why. A batch "
                "can do without it (DataLoader asks for batches); on_error=\"replace\" puts another in its place")
        return self._items(images, labels)[0]

    def __getitems__(self, indices):
        """The items of a whole batch, read and decoded at once; without those that on_error="skip" leaves out."""
        images, labels, positions = self._fetch([self._number(index) for index in indices])
        if len(indices) and not len(positions):
            raise PixCrawlerError(
                f"not one of the {len(indices)} images of a batch can be read, and on_error=\"skip\" leaves them out: "
                "dataset.errors says why")
        return self._items(images, labels)

    def _fetch(self, numbers):
        return self._dataset._fetch(numbers, self.transform is None)

    def _number(self, index):
        number = operator.index(index)
        if number >= 0:
            return number
        if number + len(self) < 0:
            raise IndexError(f"there is no image {number}: this dataset has {len(self)}")
        return number + len(self)

    def __getstate__(self):
        return {**super().__getstate__(), "_found_targets": None}
