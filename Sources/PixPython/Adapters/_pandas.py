"""A dataset as a pandas DataFrame."""

import json

from ._require import require

pandas = require("pandas", "pandas", "to_dataframe()")
numpy = require("numpy", "numpy", "to_dataframe()")


class Image(numpy.ndarray):
    """An image in a column: an array that can be hashed, by identity, because pandas counts what it describes."""

    __hash__ = object.__hash__


class Metadata(dict):
    """What is known of an image: a dict that can be hashed, by identity, as `Image` can."""

    __hash__ = object.__hash__


def to_dataframe(dataset):
    """What `Dataset.to_dataframe` gives; its help says more."""
    images, labels, metadata = [], [], []
    document, told = None, {}
    for image, label, (chunk, entry, width, height, form, text) in dataset._details():
        if text is not document:
            document, told = text, _told(text)
        images.append(image.view(Image))
        labels.append(label)
        measured = {"chunk": chunk, "entry": entry, "width": width, "height": height, "format": form}
        # In this order, and what was measured outranks what was told.
        metadata.append(Metadata({**measured, **told.get(_plain(entry), {}), **measured}))
    return pandas.DataFrame({name: _column(values) for name, values in (
        ("image", images), ("label", labels), ("metadata", metadata))})


def _column(values):
    """One object in each row: pandas would look into arrays, lists and dicts, and count None as a number."""
    column = numpy.empty(len(values), dtype=object)
    for row, value in enumerate(values):
        column[row] = value
    return pandas.Series(column, dtype=object)


def _told(text):
    """By entry, what a chunk's metadata.json carries beside its name and label; the first word on an entry counts."""
    told = {}
    if text is not None:
        for image in json.loads(text).get("images") or []:
            told.setdefault(
                _plain(image["filename"]),
                {name: value for name, value in image.items() if name not in ("filename", "label")})
    return told


def _plain(entry):
    while entry.startswith("./"):
        entry = entry[2:]
    return entry
