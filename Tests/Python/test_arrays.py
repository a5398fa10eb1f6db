"""to_arrays(): one allocation, decoded into; and what shows of its progress."""

import io
import json
import os
import re
import sys
import threading
import zipfile

import numpy
import pytest

from frameworks import needs
from pixcrawler import exceptions, load_dataset
from pixcrawler._progress import Progress
from support import script

pytestmark = pytest.mark.filterwarnings("error")


def test_arrays_are_what_pillow_decodes_in_order(packed, decoded):
    X, y = load_dataset(packed).to_arrays()
    assert (type(X), X.dtype, X.shape) == (numpy.ndarray, numpy.uint8, (120, 120, 160, 3))
    assert X.flags.c_contiguous and X.flags.writeable
    assert numpy.array_equal(X, decoded.pixels)
    assert (type(y), y.dtype.kind, y.shape) == (numpy.ndarray, "U", (120,))
    assert y.tolist() == decoded.labels


@pytest.mark.parametrize(("mode", "channels"), [("RGB", 3), ("L", 1), ("RGBA", 4)])
def test_they_are_what_iteration_gives(packed, mode, channels):
    dataset = load_dataset(packed, image_size=(24, 40), mode=mode)
    X, y = dataset.to_arrays()
    assert X.shape == (120, 24, 40, channels)
    assert numpy.array_equal(X, numpy.stack([image for image, _ in dataset]))
    assert y.tolist() == [label for _, label in dataset]


def test_memory_that_is_shared_and_not_copied(packed):
    dataset = load_dataset(packed)
    for array in (dataset.to_arrays()[0], next(iter(dataset))[0], next(dataset.iter_batches(8))[0]):
        address = array.__array_interface__["data"][0]
        for shown in (numpy.asarray(array), numpy.from_dlpack(array), numpy.frombuffer(array, numpy.uint8)):
            assert shown.__array_interface__["data"][0] == address
        flat = array.reshape(array.shape[0], -1)
        assert flat.__array_interface__["data"][0] == address


@needs("torch")
def test_torch_takes_the_same_memory(packed):
    import torch

    X, _ = load_dataset(packed, image_size=8).to_arrays()
    for tensor in (torch.from_numpy(X), torch.from_dlpack(X), torch.as_tensor(X)):
        assert tensor.data_ptr() == X.__array_interface__["data"][0] and tensor.shape == X.shape


def test_arrays_outlive_the_dataset(packed, decoded):
    with load_dataset(packed) as dataset:
        X, _ = dataset.to_arrays()
    del dataset
    assert numpy.array_equal(X, decoded.pixels)


def test_memory_beyond_the_array(packed, sanitized):
    """At its peak, over the array itself: what memory_limit allows, and little more."""
    out = script("""
import sys
from pixcrawler import load_dataset

def memory(name):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith(name))

dataset = load_dataset(sys.argv[1], image_size=(600, 800), memory_limit=16 << 20)
dataset.to_arrays()
with open("/proc/self/clear_refs", "w") as file:
    file.write("5")
before = memory("VmRSS")
X, y = dataset.to_arrays()
print(X.nbytes, memory("VmHWM") - before)
""", packed)
    size, grown = map(int, out.split())
    assert size == 120 * 600 * 800 * 3
    assert sanitized or grown < size + (32 << 20), f"{(grown - size) >> 20} MiB beyond the array"


def test_too_large_is_refused_at_once(packed):
    with pytest.raises(exceptions.DatasetTooLargeError) as error:
        load_dataset(packed, image_size=60_000).to_arrays()
    assert isinstance(error.value, MemoryError)
    digits = re.sub(r"[^\d]", "", str(error.value))
    assert str(120 * 60_000 * 60_000 * 3) in digits or "PiB" in str(error.value) or "TiB" in str(error.value), error.value
    assert "iter_batches" in str(error.value) or "image_size" in str(error.value)


def test_unequal_shapes(datasets):
    dataset = load_dataset(os.path.join(datasets, "shapes"), image_size=None)
    with pytest.raises(exceptions.PixCrawlerError, match=r"\(24, 32, 3\).*\(10, 20, 3\)") as error:
        dataset.to_arrays()
    assert "image_size" in str(error.value)
    assert load_dataset(os.path.join(datasets, "shapes"), image_size=8).to_arrays()[0].shape == (3, 8, 8, 3)


@needs("PIL")
@pytest.mark.parametrize(("labels", "kind"), [
    (["cat", "dog"], "U"), ([3, 4], "i"), (["cat", 4], "O"), ([None, "cat"], "O"), ([[1, 2], [3, 4]], "O"),
    ([{"a": 1}, {"b": [2]}], "O"), ([True, False], "O"), ([0.5, 1.5], "O")])
def test_labels(tmp_path, labels, kind):
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (4, 2)).save(file, "PNG")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        told = [{"filename": f"{place}.png", "label": label} for place, label in enumerate(labels)]
        archive.writestr("metadata.json", json.dumps({"images": told}))
        for place in range(len(labels)):
            archive.writestr(f"{place}.png", file.getvalue())
    X, y = load_dataset(tmp_path / "a.zip").to_arrays()
    assert (X.shape, y.shape, y.dtype.kind) == ((2, 2, 4, 3), (2,), kind)
    assert y.tolist() == labels


# Progress


def test_a_callable_hears_of_every_step_on_this_thread(packed):
    heard = []
    load_dataset(packed).to_arrays(progress=lambda *step: heard.append((*step, threading.get_ident())))
    assert {thread for _, _, thread in heard} == {threading.get_ident()}
    steps = [done for done, _, _ in heard]
    assert steps == sorted(steps) and steps[-1] == 120 and {total for _, total, _ in heard} == {120}


def test_what_a_callable_raises_ends_it(packed):
    def enough(done, total):
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        load_dataset(packed).to_arrays(progress=enough)


def test_nothing_shows_off_a_terminal_unless_asked_for(packed, capfd):
    for progress in (None, False):
        load_dataset(packed).to_arrays(progress=progress)
    assert capfd.readouterr() == ("", "")
    load_dataset(packed).to_arrays(progress=True)
    assert "120" in capfd.readouterr().err
    with pytest.raises(TypeError, match="progress is None, True, False or a callable"):
        load_dataset(packed).to_arrays(progress="yes")


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("tqdm", [False, pytest.param(True, marks=needs("tqdm"))])
def test_a_bar_appears_on_a_terminal_when_it_takes_long(monkeypatch, tqdm):
    monkeypatch.setattr(sys, "stderr", Terminal())
    if not tqdm:
        monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with Progress(None, 10) as progress:
        progress.update(1)
        assert sys.stderr.getvalue() == "", "not before two seconds are over"
        progress._appears = 0
        for done in range(2, 11):
            progress.update(done)
    shown = sys.stderr.getvalue()
    assert "\r" in shown and "10" in shown and shown.endswith("\n")
    progress.update(11)
    assert sys.stderr.getvalue() == shown, "closed is closed"


def test_a_line_where_there_is_no_tqdm(monkeypatch, capfd):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with Progress(True, 4) as progress:
        progress.update(3)
        progress.update(4)
    assert capfd.readouterr() == ("", "4 of 4 (100 %) images\n")
    with Progress(True, None) as progress:
        progress.update(3)
    assert capfd.readouterr().err == "3 images\n"
    monkeypatch.setattr(sys, "stderr", None)
    with Progress(True, 4) as progress:
        progress.update(4)


def test_docstring_examples_run():
    import doctest

    import pixcrawler._arrays
    import pixcrawler._progress

    for module in (pixcrawler._arrays, pixcrawler._progress):
        result = doctest.testmod(module)
        assert (result.failed, result.attempted > 0) == (0, True)


@pytest.mark.parametrize("declared", [0, 1, 119, 121])
def test_descriptions_that_count_wrongly(packed, decoded, tmp_path, declared):
    job = json.loads((packed / "dataset.json").read_text())
    for chunk in job["chunks"]:
        del chunk["num_images"]
    (tmp_path / "dataset.json").write_text(json.dumps({**job, "num_images": declared}))
    (tmp_path / "chunks").symlink_to(packed / "chunks")
    dataset = load_dataset(tmp_path)
    assert len(list(dataset)) == 120
    if declared < 120:
        with pytest.raises(exceptions.DecompressionError, match=f"declares {declared} image.* in all"):
            dataset.to_arrays()
    else:
        assert numpy.array_equal(dataset.to_arrays()[0], decoded.pixels)
