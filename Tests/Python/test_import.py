"""`import pixcrawler` is silent and starts nothing; it works from any thread, and not in subinterpreters."""

import os
import pathlib
import subprocess
import sys

from support import BINARY, script


def snapshot(folder):
    """Files and when they last changed, but for those that Python itself compiles."""
    return {
        file: file.lstat().st_mtime_ns for file in pathlib.Path(folder).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts}


def test_it_leaves_no_trace(tmp_path):
    installed = pathlib.Path(BINARY).parents[1] / "lib"
    before = snapshot(installed)
    result = subprocess.run(
        [BINARY, "run", "--python", sys.executable, "-c", "import pixcrawler"], capture_output=True, cwd=tmp_path,
        env={"HOME": "/nonexistent", "TMPDIR": str(tmp_path)}, timeout=60)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
    assert os.listdir(tmp_path) == []
    assert not os.path.exists("/nonexistent")
    assert snapshot(installed) == before


def test_it_starts_no_thread_and_opens_nothing():
    out = script("""
import os, signal, sys
import json, dataclasses, typing
def state():
    with open("/proc/self/status") as status:
        signals = [line for line in status if line.startswith("Sig")]
    return len(os.listdir("/proc/self/task")), sorted(os.listdir("/proc/self/fd")), signals
before = state()
import pixcrawler, pixcrawler.exceptions
print(state() == before, "numpy" in sys.modules, "ssl" in sys.modules)
with open("/proc/self/maps") as maps:
    print("libcurl" in maps.read())
""")
    assert out == "True False False\nFalse\n"


def test_from_two_threads_at_once_and_again(packed):
    out = script("""
import importlib, sys, threading
barrier = threading.Barrier(4)
found = []
def load():
    barrier.wait()
    import pixcrawler
    found.append(pixcrawler)
threads = [threading.Thread(target=load) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
import pixcrawler
assert all(module is pixcrawler for module in found)
assert importlib.reload(pixcrawler) is pixcrawler
del sys.modules["pixcrawler"], pixcrawler
import pixcrawler
print(len(found), sum(1 for _ in pixcrawler.load_dataset(sys.argv[1])))
""", packed)
    assert out == "4 120\n"


SUBINTERPRETERS = """
import sys
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
if sys.argv[2] == "main first":
    import pixcrawler
code = '''
try:
    import pixcrawler
except ImportError as error:
    print(error, flush=True)
'''
if sys.version_info >= (3, 13):
    made = [interpreters.create("isolated"), interpreters.create("legacy")]
else:
    made = [interpreters.create(isolated=True), interpreters.create(isolated=False)]
for one in made:
    interpreters.run_string(one, code)
    interpreters.destroy(one)
import pixcrawler
print(sum(1 for _ in pixcrawler.load_dataset(sys.argv[1])))
"""


def test_subinterpreters_are_refused(packed, numpy_python):
    refused = "module pixcrawler does not support loading in subinterpreters\n"
    for order in ("main first", "main last"):
        *lines, count = script(SUBINTERPRETERS, packed, order, python=numpy_python).splitlines(keepends=True)
        assert (set(lines), count) == ({refused}, "120\n")
