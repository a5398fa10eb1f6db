"""The stubs say what the living module is, and a type checker believes them."""

import os
import subprocess
import sys

from support import BINARY, ROOT


def environment():
    return {**os.environ, "MYPYPATH": str(ROOT / "stubs")}


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
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", tmp_path / "user.py"],
        capture_output=True, text=True, timeout=300, env=environment())
    found = [line.split(": note: Revealed type is ")[1].strip('"') for line in result.stdout.splitlines()
             if "Revealed" in line]
    assert found[0].startswith("numpy.ndarray[")
    assert found[1:] == ["list[Any]", "int | None", "int | None"], result.stdout
    assert 'Unexpected keyword argument "batch"' in result.stdout
    assert "Found 1 error" in result.stdout
