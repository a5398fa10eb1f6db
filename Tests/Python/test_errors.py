"""Bad images in the middle of an epoch, what is told of them and of retries, and many threads at once."""

import collections
import json
import logging
import pathlib
import threading
import warnings
import zipfile

import numpy
import pytest

from flaky_host import FlakyHost
from pixcrawler import exceptions, load_dataset

IMAGES = 24
BAD = {3: "truncated", 9: "no image", 10: "truncated", 23: "broken"}


@pytest.fixture(scope="module")
def mixed(photos, tmp_path_factory):
    """Two chunks of 12 photographs, four of which cannot be read: 3 | 9 10 in the first, the last of all in the second."""
    folder = tmp_path_factory.mktemp("mixed")
    files = sorted(file for file in pathlib.Path(photos).rglob("*.jpg"))[:IMAGES]
    assert len(files) == IMAGES
    chunks = []
    for chunk in range(2):
        name = f"c{chunk}.zip"
        with zipfile.ZipFile(folder / name, "w") as archive:
            for number in range(chunk * 12, chunk * 12 + 12):
                data = files[number].read_bytes()
                if BAD.get(number) == "truncated":
                    data = data[:len(data) * 2 // 3]
                elif BAD.get(number) == "no image":
                    data = b"<html>gone</html>"
                elif BAD.get(number) == "broken":
                    data = data[:200] + bytes(len(data) - 200)
                archive.writestr(f"{'ab'[number % 2]}/{number:02}.jpg", data)
        chunks.append({"chunk_id": f"c{chunk}", "chunk_index": chunk, "url": name, "num_images": 12,
                       "size_bytes": (folder / name).stat().st_size})
    (folder / "dataset.json").write_text(json.dumps(
        {"id": "mixed", "chunks": chunks, "num_images": IMAGES, "labels": ["a", "b"]}))
    good = {}
    for number, file in enumerate(files):
        if number not in BAD:
            good[number] = load_of(file, folder)
    return folder, good


def load_of(file, folder):
    """The photograph alone, as the engine decodes it."""
    with zipfile.ZipFile(folder / "one.zip.tmp", "w") as archive:
        archive.writestr("x/0.jpg", file.read_bytes())
    (folder / "one.zip.tmp").rename(folder.parent / f"{folder.name}-one.zip")
    return load_dataset(folder.parent / f"{folder.name}-one.zip")[0][0]


def numbers(images, good):
    """Which photographs these are."""
    places = {image.tobytes(): number for number, image in good.items()}
    return [places[image.tobytes()] for image in images]


GOOD = [number for number in range(IMAGES) if number not in BAD]
REPLACED = [number if number not in BAD else {3: 4, 9: 11, 10: 11, 23: 22}[number] for number in range(IMAGES)]
ENTRIES = ["b/03.jpg", "b/09.jpg", "a/10.jpg", "b/23.jpg"]


def test_raise_names_chunk_and_entry_and_goes_on(mixed):
    folder, good = mixed
    images, errors = iter(load_dataset(folder)), []
    got = []
    while True:
        try:
            got.append(next(images)[0])
        except StopIteration:
            break
        except exceptions.DecompressionError as error:
            errors.append((error.chunk_id, error.entry))
    assert numbers(got, good) == GOOD
    assert errors == [("c0", "b/03.jpg"), ("c0", "b/09.jpg"), ("c0", "a/10.jpg"), ("c1", "b/23.jpg")]
    assert load_dataset(folder).errors == []


@pytest.mark.parametrize(("on_error", "expected"), [("skip", GOOD), ("replace", REPLACED)])
def test_skip_and_replace(mixed, on_error, expected, caplog):
    folder, good = mixed
    dataset = load_dataset(folder, on_error=on_error)
    for _ in range(3):
        assert numbers([image for image, _ in dataset], good) == expected
    batches = [numbers(images, good) for images, _ in dataset.iter_batches(5)]
    assert [number for batch in batches for number in batch] == expected
    if on_error == "replace":
        assert [len(batch) for batch in batches] == [5, 5, 5, 5, 4]
        assert [label for _, label in dataset] == ["ab"[number % 2] for number in expected]
    X, y = dataset.to_arrays()
    assert numbers(X, good) == expected and len(y) == len(expected)
    # Each once, however many epochs met it; and told to the logger, on this thread.
    assert sorted(error.entry for error in dataset.errors) == sorted(ENTRIES)
    assert all(isinstance(error, exceptions.DecompressionError) for error in dataset.errors)
    records = [record for record in caplog.records if record.name == "pixcrawler"]
    assert len(records) == 4 and all(record.levelno == logging.WARNING for record in records)
    assert {record.thread for record in records} == {threading.get_ident()}
    for error, record in zip(dataset.errors, records):
        assert record.getMessage() == f"left out: {error}"


def test_by_number(mixed):
    folder, good = mixed
    with pytest.raises(exceptions.DecompressionError, match="b/03.jpg"):
        load_dataset(folder)[3]
    skipping = load_dataset(folder, on_error="skip")
    with pytest.raises(exceptions.DecompressionError, match="b/03.jpg"):
        skipping[3]
    assert numbers([image for image, _ in skipping[:]], good) == GOOD
    replacing = load_dataset(folder, on_error="replace")
    assert numbers([image for image, _ in replacing[:]], good) == REPLACED
    assert numbers([replacing[-1][0]], good) == [22]
    assert sorted(error.entry for error in replacing.errors) == sorted(ENTRIES)


def test_a_chunk_that_cannot_be_had_always_raises(mixed, tmp_path):
    folder, _ = mixed
    job = json.loads((folder / "dataset.json").read_text())
    job["chunks"][1]["url"] = "missing.zip"
    (tmp_path / "dataset.json").write_text(json.dumps(job))
    (tmp_path / "c0.zip").write_bytes((folder / "c0.zip").read_bytes())
    for on_error in ("raise", "skip", "replace"):
        dataset = load_dataset(tmp_path, on_error=on_error)
        images = iter(dataset)
        with pytest.raises(exceptions.DownloadError, match="missing.zip"):
            for _ in range(30):
                try:
                    next(images)
                except exceptions.DecompressionError:
                    pass
        with pytest.raises(exceptions.DownloadError, match="missing.zip"):
            dataset[20]


def test_words_that_are_no_policy():
    for name, words in {"on_error": "raise, skip, replace", "resize": "stretch, crop, pad", "mode": "RGB, L, RGBA"}.items():
        with pytest.raises(ValueError) as caught:
            load_dataset("x", **{name: "nonsense"})
        assert str(caught.value) == f"{name} is one of " + ", ".join(
            f'"{word}"' for word in words.split(", ")) + ', not "nonsense"'


@pytest.mark.parametrize("size", [0, -1, 65536, (1,), (1, 2, 3), (0, 5), "224", 2.5, (2.5, 1), [], 1 << 70])
def test_sizes_that_are_none(size):
    with pytest.raises((ValueError, TypeError, OverflowError)):
        load_dataset("x", image_size=size)


def test_retries_are_told_to_the_logger(packed, caplog):
    with FlakyHost(packed) as host:
        host.faults["/chunks/chunk_0001.zip"] = [("drop", 100_000), 503]
        assert len(list(load_dataset(host.url))) == 120
    told = [record.getMessage() for record in caplog.records if record.name == "pixcrawler"]
    assert len(told) == 2
    for message, reason in zip(told, ("the connection ended after", "HTTP 503")):
        assert message.startswith("chunk chunk_0001") and reason in message and "Trying again in" in message


def test_retries_by_number_are_told_too(packed, caplog):
    with FlakyHost(packed) as host:
        dataset = load_dataset(host.url)
        host.faults["/chunks/chunk_0000.zip"] = [503]
        dataset[0]
        assert [record.getMessage().split(":")[0] for record in caplog.records] == ["chunk chunk_0000"]
        host.faults["/chunks/chunk_0000.zip"] = [502]
        assert numpy.array_equal(dataset[1][0], load_dataset(packed)[1][0])
    told = [record.getMessage() for record in caplog.records if record.name == "pixcrawler"]
    assert len(told) == 2 and "HTTP 503" in told[0] and "HTTP 502" in told[1]


def test_nobody_hears_of_it_who_does_not_listen(mixed, capfd):
    folder, _ = mixed
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        collections.deque(load_dataset(folder, on_error="skip"), 0)
    assert capfd.readouterr() == ("", "")


# MARK: threads


@pytest.mark.parametrize("batched", [False, True])
def test_threads_that_share_an_iterator_get_each_image_once(packed, decoded, batched):
    dataset = load_dataset(packed)
    for _ in range(5):
        iterator = dataset.iter_batches(7) if batched else iter(dataset)
        taken, failures = collections.deque(), []

        def read():
            try:
                for images, _ in iterator:
                    taken.extend(images if batched else [images])
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not failures and not any(thread.is_alive() for thread in threads)
        assert sorted(image.tobytes() for image in taken) == sorted(image.tobytes() for image in decoded.pixels)


def test_threads_that_read_by_number(packed, decoded):
    dataset = load_dataset(packed)
    failures = []

    def read(seed):
        try:
            dice = numpy.random.default_rng(seed)
            for _ in range(10):
                places = dice.integers(0, 120, 8).tolist()
                images, labels, positions = dataset._fetch(places, False)
                assert positions == list(range(8)) and labels == [decoded.labels[place] for place in places]
                assert numpy.array_equal(images, decoded.pixels[places])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures and not any(thread.is_alive() for thread in threads)
