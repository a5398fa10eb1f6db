"""Labels as the integers that losses take."""


class Classes:
    """The classes of a dataset in order, and the place of a label among them.

    They are `dataset.labels`; where the description does not tell, the sorted texts among the labels of all images,
    read from the chunks' directories and metadata, no image byte.
    """

    def __init__(self, dataset):
        described = dataset.labels
        if described is None:
            described = sorted({label for label in dataset._labels() if isinstance(label, str)})
        self.names = list(described)
        self.places = {name: place for place, name in enumerate(self.names)}

    def index(self, label):
        """The class index of a label: -1 for None; an int that is no class's name is its own index.

        Raises:
            ValueError: a str that is not among the classes.
            TypeError: a label that is no str, int or None.
        """
        if label is None:
            return -1
        if isinstance(label, str):
            place = self.places.get(label)
            if place is None:
                raise ValueError(self._stranger(label))
            return place
        if has_index(label):
            return self.places.get(str(label), label)
        raise TypeError(
            f"a label is {_short(label)}, and only a str, an int or None has a class index; "
            "to_torch(target_transform=...) is given such labels as they are, and so is whoever iterates over the "
            "dataset itself")

    def _stranger(self, label):
        known = ", ".join(map(_short, self.names[:8])) + (", ..." if len(self.names) > 8 else "")
        return (
            f"the label {_short(label)} is not among the {len(self.names)} classes of this dataset's description "
            f"({known}): add it to \"labels\" there, or iterate over the dataset itself, which gives labels as they are")


def has_index(label):
    """Whether a label is of a kind that has a class index."""
    return label is None or isinstance(label, str) or (isinstance(label, int) and not isinstance(label, bool))


def _short(value):
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def class_counts(dataset):
    """What `Dataset.class_counts` gives: images by label, in the order of the classes, then of first appearance."""
    counts = dict.fromkeys(dataset.labels or [], 0)
    for label in dataset._labels():
        key = label if has_index(label) else repr(label)
        counts[key] = counts.get(key, 0) + 1
    return counts
