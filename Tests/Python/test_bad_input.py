"""Every bad input: its exception's type and message, and that nothing good is lost."""

import os
import pickle

import pytest

import pixcrawler
from pixcrawler import exceptions
from support import made_cases, script


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", made_cases())


def read(path):
    """Everything a dataset gives: samples as (label, shape), and the errors met on the way."""
    samples, errors = [], []
    try:
        iterator = iter(pixcrawler.load_dataset(path))
    except exceptions.PixCrawlerError as error:
        return samples, [error]
    while True:
        try:
            image, label = next(iterator)
            samples.append([label, list(image.shape)])
        except StopIteration:
            return samples, errors
        except exceptions.PixCrawlerError as error:
            errors.append(error)
            assert len(errors) < 10, errors


def test_case(case, cases, datasets):
    expected = cases[case]
    samples, errors = read(os.path.join(datasets, case))
    assert samples == expected["images"]
    if expected["error"] is None:
        assert errors == []
        return
    error = errors[0]
    assert type(error).__name__ == expected["error"]["type"], error
    for fragment in expected["error"]["message"]:
        assert fragment in str(error)
    for name in ("chunk_id", "entry", "declared", "found", "progress"):
        if name in expected["error"]:
            assert getattr(error, name) == expected["error"][name], name
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_one_process_survives_all_in_a_row(datasets):
    out = script(
        """
import json, os, sys
import pixcrawler
from pixcrawler.exceptions import PixCrawlerError

root = sys.argv[1]
errors = 0
for case in json.load(open(os.path.join(root, "cases.json"))):
    try:
        iterator = iter(pixcrawler.load_dataset(os.path.join(root, case)))
    except PixCrawlerError:
        errors += 1
        continue
    while True:
        try:
            next(iterator)
        except StopIteration:
            break
        except PixCrawlerError:
            errors += 1
print(errors, len(list(pixcrawler.load_dataset(os.path.join(root, "good")))))
""",
        datasets,
    )
    errors, images = map(int, out.split())
    assert errors >= 30
    assert images == 9


def test_a_damaged_image_leaves_the_rest_of_its_batch(datasets):
    batches = pixcrawler.load_dataset(os.path.join(datasets, "flipped_bit")).iter_batches(4)
    with pytest.raises(exceptions.DecompressionError, match="cat/2.jpg"):
        next(batches)
    assert [len(labels) for _, labels in batches] == [3, 2]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(exceptions.PixCrawlerError, match="neither a dataset.json nor a zip"):
        pixcrawler.load_dataset(tmp_path / "nothing")


def test_a_chunk_that_is_not_there(good, tmp_path):
    (tmp_path / "dataset.json").write_text(
        '{"id": "x", "chunks": [{"chunk_id": "c7", "chunk_index": 0, "url": "gone.zip"}]}')
    with pytest.raises(exceptions.DownloadError, match="chunk c7: .*gone.zip: No such file") as caught:
        list(pixcrawler.load_dataset(tmp_path))
    assert caught.value.chunk_id == "c7"


def test_a_chunk_path_that_leaves_the_folder(tmp_path):
    (tmp_path / "dataset.json").write_text(
        '{"id": "x", "chunks": [{"chunk_id": "c", "chunk_index": 0, "url": "../../etc/passwd"}]}')
    with pytest.raises(exceptions.PixCrawlerError, match="leaves the dataset's folder"):
        list(pixcrawler.load_dataset(tmp_path))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<html>", "it is no JSON"),
        ("[]", "no dataset description"),
        ('{"id": "x", "chunks": [{"chunk_index": 0}]}', 'chunks.*has no "chunk_id"'),
        ('{"id": "x", "num_images": "many"}', '"num_images" is not of type Int'),
        ('{"id": "x", "num_images": -4}', '"num_images"'),
        ('{"id": "x"}', 'it has no "chunks"'),
    ],
)
def test_a_description_that_is_none(tmp_path, text, message):
    (tmp_path / "dataset.json").write_text(text)
    with pytest.raises(exceptions.PixCrawlerError, match=message):
        pixcrawler.load_dataset(tmp_path)
