"""Parent and child both go on after os.fork() in the middle of an epoch. Each test forks in a process of its own."""

import os
import subprocess
import sys

import pytest

from support import BINARY, KEY, script

FORK = """
import os, sys, time
import pixcrawler

def finish(iterator, got):
    for image, label in iterator:
        got.append((hash(image.tobytes()), label))
    return got

dataset = pixcrawler.load_dataset(sys.argv[1], api_key=sys.argv[2] or None, base_url=sys.argv[3])
whole = finish(iter(dataset), [])
for already in (0, 1, 30, 70, 119):
    iterator = iter(dataset)
    got = [(hash(image.tobytes()), label) for image, label in (next(iterator) for _ in range(already))]
    child = os.fork()
    if child == 0:
        ok = finish(iterator, got) == whole and finish(iter(dataset), []) == whole
        os._exit(0 if ok else 1)
    assert finish(iterator, got) == whole, "the parent's epoch"
    deadline = time.monotonic() + 60
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            break
        assert time.monotonic() < deadline, "the child hangs"
        time.sleep(0.01)
    assert status == 0, status
print("whole")
"""


def test_over_a_folder(packed):
    assert script(FORK, packed, "", "http://127.0.0.1:1", timeout=200) == "whole\n"


def test_over_http(server):
    assert script(FORK, "photos", KEY, server.url, timeout=200) == "whole\n"


def test_children_and_grandchildren_under_load(server):
    out = script(
        """
import os, sys, threading, time
import pixcrawler

dataset = pixcrawler.load_dataset("photos", api_key=sys.argv[1], base_url=sys.argv[2])
stop = threading.Event()
rounds = []

def load():
    while not stop.is_set():
        rounds.append(sum(1 for _ in dataset))

threads = [threading.Thread(target=load) for _ in range(2)]
for thread in threads:
    thread.start()

def fork(depth):
    child = os.fork()
    if child == 0:
        ok = sum(1 for _ in dataset.iter_batches(40)) == 3
        if ok and depth:
            ok = fork(depth - 1) == 0
        os._exit(0 if ok else 1)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return status
        time.sleep(0.005)
    return -1

results = [fork(1) for _ in range(15)]
stop.set()
for thread in threads:
    thread.join(timeout=60)
print(set(results), set(rounds))
""",
        KEY, server.url, timeout=300)
    assert out == "{0} {120}\n"


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(packed, method, tmp_path, sanitized):
    if sanitized and method != "fork":
        pytest.skip("the children are the plain python, which has no sanitizer's runtime for the module")
    program = tmp_path / "pool.py"
    program.write_text("""
import multiprocessing, sys
import pixcrawler

def count(path):
    return sum(1 for _ in pixcrawler.load_dataset(path))

if __name__ == "__main__":
    assert count(sys.argv[1]) == 120
    with multiprocessing.get_context(sys.argv[2]).Pool(2) as pool:
        print(pool.map(count, [sys.argv[1]] * 4))
""")
    result = subprocess.run(
        [BINARY, "run", "--python", sys.executable, program, packed, method], capture_output=True, text=True,
        timeout=120)
    assert result.stdout == "[120, 120, 120, 120]\n", result.stderr


def test_an_error_that_lies_behind_is_not_raised_again_in_the_child(datasets):
    out = script(
        """
import os, sys
import pixcrawler

iterator = iter(pixcrawler.load_dataset(sys.argv[1]))
got = []
try:
    for _, label in iterator:
        got.append(label)
except pixcrawler.exceptions.DecompressionError as error:
    got.append(error.entry)
child = os.fork()
got += [label for _, label in iterator]
if child == 0:
    os._exit(0 if len(got) == 6 else 1)
print(os.waitpid(child, 0)[1], got)
""",
        os.path.join(datasets, "flipped_bit"))
    assert out.startswith("0 [") and out.count("cat/2.jpg") == 1


def test_arrays_of_the_parent_are_let_go_in_the_child(packed):
    out = script(
        """
import gc, os, sys
import pixcrawler

kept = [image for image, _ in pixcrawler.load_dataset(sys.argv[1])]
iterator = iter(pixcrawler.load_dataset(sys.argv[1]))
next(iterator)
child = os.fork()
if child == 0:
    del kept, iterator
    gc.collect()
    os._exit(0)
print(os.waitpid(child, 0)[1], len(kept), sum(1 for _ in iterator))
""",
        packed)
    assert out == "0 120 119\n"
