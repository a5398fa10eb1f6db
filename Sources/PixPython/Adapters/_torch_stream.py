"""A dataset as a PyTorch stream, which divides itself among ranks and workers."""

import os
import random

from ._torch import TorchFace, torch

#: Images that are read and converted at once.
BATCH = 64
#: What is drawn from when a stream is shuffled: images at most, and bytes at most.
DRAWN_FROM = 512
DRAWN_FROM_BYTES = 128 << 20


class TorchStream(TorchFace, torch.utils.data.IterableDataset):
    """A dataset in order, read forward; its items are those of TorchDataset.

    Ranks, and the workers of a rank's DataLoader, get one contiguous part each, of sizes that differ by one at most:
    every sample comes exactly once. Ranks are those of torch.distributed where it is initialized, else of RANK and
    WORLD_SIZE in the environment. Since they may differ by one sample, ranks may differ by one step.

    With shuffle, an epoch reads its chunks in another order, and draws from a buffer of 512 images (128 MiB at most)
    for each worker. The order follows from (seed, epoch). The epoch is what `set_epoch` says, one more each time it
    is iterated over. Workers that DataLoader starts anew each epoch know of no epoch but that of `set_epoch`: until
    it is called, their order also follows from the seed DataLoader draws for them out of torch's generator.
    """

    def __init__(self, dataset, transform=None, target_transform=None, *, shuffle=False, seed=0):
        super().__init__(dataset, transform, target_transform)
        self._shuffles = bool(shuffle)
        self._seed = int(seed)
        # The epoch, and how often it was set: in memory that workers share, so that those that stay hear of it.
        self._set = torch.zeros(2, dtype=torch.int64).share_memory_()
        self._heard = 0
        self._passes = 0
        self._rank = None

    def set_epoch(self, epoch):
        """Say which epoch comes next, an int; workers that DataLoader keeps between epochs hear of it too."""
        self._set[0] = epoch
        self._set[1] += 1

    def __len__(self):
        """The samples of this rank, over all its workers."""
        first, end = self._share_of_rank(sum(self._dataset._counts()))
        return end - first

    def __iter__(self):
        counts = self._dataset._counts()
        first, end = self._share_of_rank(sum(counts))
        worker = torch.utils.data.get_worker_info()
        if worker is not None:
            share = _share(end - first, worker.id, worker.num_workers)
            first, end = first + share[0], first + share[1]
        parts = _parts(counts, first, end)
        dice = random.Random(f"{self._seed} {self._next_epoch(worker)}")
        if self._shuffles:
            dice.shuffle(parts)
            return self._drawn(parts, dice)
        return self._ordered(parts)

    def _ordered(self, parts):
        for images, labels in self._batches(parts):
            yield from self._items(images, labels)

    def _drawn(self, parts, dice):
        buffer = []
        held = 0
        for images, labels in self._batches(parts):
            for image, label in zip(images, labels):
                # A view would keep its batch in memory.
                buffer.append((image if len(labels) == 1 else image.copy(), label))
                held += image.nbytes
                while len(buffer) > DRAWN_FROM or held > DRAWN_FROM_BYTES:
                    image, label = _draw(buffer, dice)
                    held -= image.nbytes
                    yield self._item(image, label)
        while buffer:
            yield self._item(*_draw(buffer, dice))

    def _batches(self, parts):
        if not parts:
            return
        if self._dataset._recipe(False)["image_size"] is not None:
            yield from self._dataset._stream(parts, batch_size=BATCH, planes=self.transform is None)
        else:
            for image, label in self._dataset._stream(parts, planes=self.transform is None):
                yield [image], [label]

    def _item(self, image, label):
        return (torch.from_numpy(image) if self.transform is None else self.transform(image)), self._target(label)

    def _next_epoch(self, worker):
        epoch, times = self._set.tolist()
        if times != self._heard:
            self._heard, self._passes = times, 0
        epoch += self._passes
        self._passes += 1
        # The same in every worker of one epoch, another in the next.
        drawn = worker.seed - worker.id if worker is not None and times == 0 else 0
        return f"{epoch} {drawn} {'' if worker is None else worker.id}"

    def _share_of_rank(self, total):
        return _share(total, *self._place())

    def _place(self):
        """(rank, ranks): a worker that was not forked has no torch.distributed, and asks who sent it."""
        distributed = torch.distributed
        if distributed.is_available() and distributed.is_initialized():
            return distributed.get_rank(), distributed.get_world_size()
        if self._rank is not None and torch.utils.data.get_worker_info() is not None:
            return self._rank
        return int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))

    def __getstate__(self):
        return {**super().__getstate__(), "_rank": self._place()}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._set.share_memory_()

    def __copy__(self):
        twin = super().__copy__()
        twin._set = self._set.clone().share_memory_()
        return twin

    def _words(self):
        return ["streaming=True", *([f"shuffle=True, seed={self._seed}"] if self._shuffles else [])]


def _share(total, place, of):
    return total * place // of, total * (place + 1) // of


def _parts(counts, first, end):
    """The images first..<end of a dataset as (chunk, start, stop) in order."""
    parts = []
    begin = 0
    for chunk, count in enumerate(counts):
        start, stop = max(first - begin, 0), min(end - begin, count)
        if start < stop:
            parts.append((chunk, start, stop))
        begin += count
    return parts


def _draw(buffer, dice):
    place = dice.randrange(len(buffer))
    buffer[place], buffer[-1] = buffer[-1], buffer[place]
    return buffer.pop()
