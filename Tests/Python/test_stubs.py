"""The stubs say what the living module is, and a type checker believes them."""

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile

from frameworks import needs
from support import BINARY, ROOT, WITNESS


@functools.cache
def environment():
    """What one test learned of NumPy's and torch's types, the next need not learn."""
    cache = tempfile.mkdtemp(prefix="pixcrawler-mypy-")
    atexit.register(shutil.rmtree, cache, ignore_errors=True)
    return {**os.environ, "MYPYPATH": str(ROOT / "stubs"), "MYPY_CACHE_DIR": cache}


def test_the_stubs_agree_with_the_module():
    result = subprocess.run(
        [BINARY, "run", "--python", sys.executable, "-m", "mypy.stubtest", "pixcrawler"], capture_output=True,
        text=True, timeout=300, cwd=ROOT, env=environment())
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_type_checker_follows_them(tmp_path):
    (tmp_path / "user.py").write_text("""
from pixcrawler import load_dataset
from pixcrawler.exceptions import JobNotCompleteError

try:
    with load_dataset("x", memory_limit=1 << 20) as dataset:
        for image, label in dataset:
            reveal_type(image)
        for images, labels in dataset.iter_batches(batch_size=8):
            reveal_type(labels)
        reveal_type(dataset.info.num_images)
except JobNotCompleteError as error:
    reveal_type(error.progress)
dataset.iter_batches(batch="8")
""")
    result = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", tmp_path / "user.py"], capture_output=True, text=True, timeout=300,
        env=environment())
    found = [line.split(": note: Revealed type is ")[1].strip('"') for line in result.stdout.splitlines()
             if "Revealed" in line]
    assert found[0].startswith("numpy.ndarray[")
    assert found[1:] == ["list[Any]", "int | None", "int | None"], result.stdout
    assert 'Unexpected keyword argument "batch"' in result.stdout
    assert "Found 1 error" in result.stdout


USER = """
from pixcrawler import load_dataset
from pixcrawler.exceptions import DatasetTooLargeError, PixCrawlerWarning

dataset = load_dataset("x", image_size=(224, 224), resize="crop", mode="L", on_error="skip")
print(dataset[0][1], [image.shape for image, _ in dataset[2:5]], len(dataset), dataset.class_counts)
print([error.entry for error in dataset.errors])
try:
    X, y = dataset.to_arrays(progress=lambda done, total: print(done / total))
except DatasetTooLargeError as error:
    print(error.declared)
dataset.to_dataframe()
dataset.to_tensorflow()
by_number = dataset.to_torch(target_transform=str)
print(len(by_number), by_number[0], by_number.classes, by_number.class_to_idx["cat"], sum(by_number.targets))
stream = dataset.to_torch(streaming=True, shuffle=True, seed=3)
stream.set_epoch(4)
for image, target in stream:
    print(image, target)
"""


def checked(path, *options):
    return subprocess.run(
        [BINARY, "run", "--python", sys.executable, "-m", "mypy", "--strict", *options, path], capture_output=True, text=True, timeout=300, env=environment())


def test_the_whole_dataset_with_and_without_the_frameworks(tmp_path):
    (tmp_path / "user.py").write_text(USER)
    for options in ((), ("--python-executable", WITNESS, "--python-version", "3.11")):
        result = checked(tmp_path / "user.py", *options)
        assert result.returncode == 0, result.stdout
    (tmp_path / "user.py").write_text(USER + 'dataset.to_torch(shuffle=True)\nby_number.set_epoch(1)\ndataset["x"]\n')
    result = checked(tmp_path / "user.py")
    assert result.stdout.count("No overload variant") == 2 and 'no attribute "set_epoch"' in result.stdout
    assert "Found 3 errors" in result.stdout


#: What the examples use and do not say where from.
FILLED_IN = """
from typing import Any
import torch
from torch.utils.data import DataLoader
from sklearn.model_selection import train_test_split
from pixcrawler import Dataset, load_dataset
from pixcrawler.exceptions import AuthenticationError, JobNotCompleteError
class MyModel(torch.nn.Module): ...
def process(image: Any, label: Any = None) -> None: ...
def process_batch(images: Any, labels: Any) -> None: ...
def train_model(images: Any, labels: Any) -> None: ...
dataset: Dataset
model: Any
"""


@needs("torch", "pandas")
def test_every_example_of_the_specification(tmp_path):
    """All but what is not ours: packages without types, and two functions that the examples write without any."""
    folder = tmp_path / "examples"
    folder.mkdir()
    for example in (ROOT / "Tests/Python/examples").glob("*.py"):
        (folder / example.name).write_text(FILLED_IN + example.read_text())
    result = checked(folder, "--disable-error-code", "import-untyped", "--disable-error-code", "import-not-found")
    errors = [line for line in result.stdout.splitlines() if ": error: " in line]
    own = [line for line in errors if "[no-untyped-def]" in line]
    assert len(own) == 2 and all("manual_retry" in line or "integration_keras" in line for line in own)
    assert [line for line in errors if line not in own] == []
