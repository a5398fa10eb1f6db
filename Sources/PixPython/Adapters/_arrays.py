"""All images as arrays."""

import numpy

from ._progress import Progress


def to_arrays(dataset, *, progress=None):
    with Progress(progress, dataset.num_images, "img") as shown:
        images, labels = dataset._arrays(shown.update)
    return images, labels_array(labels)


def labels_array(labels):
    """Labels as (N,): str where all are, int64 where all are whole numbers, else objects.

    Example:
        >>> labels_array(["cat", "dog"]).dtype.kind, labels_array([None, "dog"]).dtype.kind
        ('U', 'O')
    """
    for kind, dtype in ((str, None), (int, numpy.int64)):
        if labels and all(type(label) is kind for label in labels):
            return numpy.array(labels, dtype)
    array = numpy.empty(len(labels), object)
    for row, label in enumerate(labels):  # NumPy would look into labels that are lists
        array[row] = label
    return array
