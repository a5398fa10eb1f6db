"""One build of the module in every CPython of this machine, each with a NumPy of its own."""

import hashlib
import pathlib
import subprocess
import sys

import pytest

import pixcrawler
from support import script

READ = """
import hashlib, sys
import pixcrawler

dataset = pixcrawler.load_dataset(sys.argv[1])
digest = hashlib.sha256()
for image, label in dataset:
    image[0, 0, 0] ^= 255
    image[0, 0, 0] ^= 255
    digest.update(image.tobytes() + label.encode())
assert [len(labels) for _, labels in dataset.iter_batches(50)] == [50, 50, 20]
try:
    pixcrawler.load_dataset(sys.argv[1] + "/nothing")
except pixcrawler.exceptions.PixCrawlerError:
    print(digest.hexdigest(), sys.version_info[:2])
"""


def test_it_reads_the_same(environment, packed):
    digest = hashlib.sha256()
    for image, label in pixcrawler.load_dataset(packed):
        digest.update(image.tobytes() + label.encode())
    found, version = script(READ, packed, python=environment).split(" ", 1)
    assert found == digest.hexdigest()
    expected = subprocess.run(
        [environment, "-c", "import sys; print(sys.version_info[:2])"], capture_output=True, text=True, check=True,
        timeout=60).stdout
    assert version == expected


def test_without_numpy_it_says_what_is_missing(python, packed, tmp_path):
    subprocess.run([python, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True, timeout=300)
    code = ("import sys, pixcrawler\n"
            "try: pixcrawler.load_dataset(sys.argv[1])\n"
            "except ImportError as error: print(error)")
    out = script(code, packed, python=str(tmp_path / "bare/bin/python"))
    assert out == "pixcrawler gives NumPy arrays, and numpy is not installed here: pip install numpy\n"
    assert pathlib.Path(pixcrawler.__file__).name == "__init__.abi3.so"
