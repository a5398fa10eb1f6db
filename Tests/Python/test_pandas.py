"""to_dataframe(): a table that pandas can count, filter and describe."""

import io
import json
import pickle
import zipfile

import numpy
import pytest

from pixcrawler import load_dataset

pandas = pytest.importorskip("pandas", reason="not installed here: pandas")
pytestmark = pytest.mark.filterwarnings("error")


def test_a_row_for_every_image(packed, decoded):
    frame = load_dataset(packed).to_dataframe()
    assert type(frame) is pandas.DataFrame and list(frame.columns) == ["image", "label", "metadata"]
    assert len(frame) == 120 and list(frame.index) == list(range(120))
    assert list(frame["label"]) == decoded.labels
    for image, pixels in zip(frame["image"], decoded.pixels, strict=True):
        assert isinstance(image, numpy.ndarray) and image.dtype == numpy.uint8 and numpy.array_equal(image, pixels)
    stacked = numpy.stack(frame["image"])
    assert type(stacked) is numpy.ndarray and numpy.array_equal(stacked, decoded.pixels)


def test_metadata(packed, decoded, photos):
    formats = {"jpg": "JPEG", "png": "PNG", "webp": "WebP"}
    frame = load_dataset(packed, image_size=16).to_dataframe()
    assert frame["image"][0].shape == (16, 16, 3)
    for place, (known, name) in enumerate(zip(frame["metadata"], decoded.names, strict=True)):
        assert isinstance(known, dict)
        assert list(known)[:5] == ["chunk", "entry", "width", "height", "format"]
        assert (known["chunk"], known["entry"]) == (f"chunk_{place // 50:04}", name)
        assert (known["width"], known["height"]) == (160, 120), "the file's own, whatever the image was resized to"
        assert known["format"] == formats[name.split(".")[-1]]
        assert known["size"] == (photos / name).stat().st_size, "what metadata.json tells"
        assert "filename" not in known and "label" not in known


def test_counting_filtering_describing(packed):
    frame = load_dataset(packed).to_dataframe()
    assert frame["label"].value_counts().to_dict() == {label: 10 for label in set(frame["label"])}
    wood = frame[frame["label"] == "wood"]
    assert len(wood) == 10 and wood["image"].iloc[0].shape == (120, 160, 3)
    for part, count in ((frame, 120), (wood, 10)):
        described = part.describe()
        assert list(described.columns) == ["image", "label", "metadata"]
        assert described.loc["count"].tolist() == [count] * 3
        assert described.loc["unique"].tolist() == [count, part["label"].nunique(), count]
    assert frame["metadata"].apply(lambda known: known["width"]).mean() == 160
    assert frame.groupby("label").size().sum() == 120
    assert "image" in repr(frame.head()) and "<table" in frame.to_html(max_rows=2)
    frame.info(buf=io.StringIO())
    again = pickle.loads(pickle.dumps(frame))
    assert all(map(numpy.array_equal, again["image"], frame["image"]))
    assert again["metadata"].tolist() == frame["metadata"].tolist()


def test_labels_and_metadata_of_every_kind(tmp_path):
    image = pytest.importorskip("PIL.Image", reason="not installed here: pillow")
    file = io.BytesIO()
    image.new("RGB", (4, 2)).save(file, "PNG")
    picture = file.getvalue()
    labels = ["cat", 7, None, {"box": [1, 2]}, [1, 2], 0.5]
    told = [{"filename": f"./{place}.png", "label": label, "author": {"name": "é"}, "width": 99}
            for place, label in enumerate(labels)]
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("metadata.json", json.dumps({"images": [*told, {"filename": "0.png", "author": "second"}]}))
        for place in range(len(labels)):
            archive.writestr(f"{place}.png", picture)
    frame = load_dataset(tmp_path / "a.zip").to_dataframe()
    assert list(frame["label"]) == labels
    for place, known in enumerate(frame["metadata"]):
        assert known == {
            "chunk": known["chunk"], "entry": f"{place}.png", "width": 4, "height": 2, "format": "PNG",
            "author": {"name": "é"}}


def test_without_metadata(datasets):
    frame = load_dataset(f"{datasets}/good").to_dataframe()
    assert list(frame["metadata"][0]) == ["chunk", "entry", "width", "height", "format"]
    assert frame["label"].tolist() == ["cat"] * 6 + ["dog"] * 3


def test_images_are_not_copied(packed):
    frame = load_dataset(packed).to_dataframe()
    for image in frame["image"]:
        assert not image.flags.owndata and image.flags.writeable
    assert len({image.__array_interface__["data"][0] for image in frame["image"]}) == 120
