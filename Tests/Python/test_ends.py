"""However a script ends, its process ends as python's does: at once, with the right code, silent, leaving nothing."""

import functools
import os
import pathlib
import re
import subprocess
import sys
import time

import pytest

from flaky_host import FlakyHost
from support import BINARY, KEY, SecureNginx, script

#: Seconds from the end of the script's own work to the end of the process, beyond what python takes without the engine.
PROMPT = 0.5
TRIES = 4

PRELUDE = """
import atexit, builtins, os, sys, threading, time
import numpy

def done(write=os.write, now=time.monotonic):
    write(1, b"%.6f" % now())
"""

LOAD = """
import pixcrawler

dataset = pixcrawler.load_dataset(sys.argv[1], api_key=sys.argv[2], base_url=sys.argv[3])
"""

#: Code, exit code, and the last line of what it says on stderr.
ENDINGS = {
    "the last line": ("for image, label in dataset: pass\ndone()", 0, ""),
    "the middle of an epoch": ("""
for number, (image, label) in enumerate(dataset):
    if number == 10:
        done()
        sys.exit(3)
""", 3, ""),
    "an exception in the loop": ("""
for number, (image, label) in enumerate(dataset):
    if number == 10:
        done()
        raise ValueError("ten")
""", 1, "ValueError: ten"),
    "a daemon thread that goes on": ("""
def read():
    while True:
        for image, label in dataset: pass
threading.Thread(target=read, daemon=True).start()
time.sleep(0.3)
done()
""", 0, ""),
    "four daemon threads that go on": ("""
def read():
    while True:
        for images, labels in dataset.iter_batches(16): pass
for _ in range(4):
    threading.Thread(target=read, daemon=True).start()
time.sleep(0.3)
done()
""", 0, ""),
    "a thread that is waited for": ("""
def read():
    for image, label in dataset: pass
    time.sleep(0.2)
    done()
threading.Thread(target=read).start()
""", 0, ""),
    "iterators held by the module": ("""
iterators = [iter(dataset), dataset.iter_batches(16)]
for iterator in iterators: next(iterator)
done()
""", 0, ""),
    "an iterator held by builtins": ("""
builtins.kept = iter(dataset)
builtins.image = next(builtins.kept)
done()
""", 0, ""),
    "an exit handler that goes on": ("""
iterator = iter(dataset)
next(iterator)
def finish():
    if sum(1 for _ in iterator) == 119: done()
atexit.register(finish)
""", 0, ""),
    "a finalizer that goes on": ("""
class Reader:
    def __init__(self):
        self.iterator = iter(dataset)
        next(self.iterator)
    def __del__(self, done=done):
        count = 0
        for _ in self.iterator: count += 1
        if count == 119: done()
builtins.reader = Reader()
""", 0, ""),
    "a cycle of references": ("""
class Node: pass
node = Node()
node.node, node.iterator = node, iter(dataset)
next(node.iterator)
done()
""", 0, ""),
    "os._exit": ("""
next(iter(dataset))
done()
os._exit(5)
""", 5, ""),
    "arrays that outlive their modules": ("""
builtins.kept = [(image, memoryview(image)) for image, label in dataset]
builtins.batches = list(dataset.iter_batches(16))
done()
""", 0, ""),
    "an interrupted epoch": ("""
import signal
signal.setitimer(signal.ITIMER_REAL, 0.1)
def stop(*_):
    done()
    sys.exit(4)
signal.signal(signal.SIGALRM, stop)
while True:
    for image, label in dataset: pass
""", 4, ""),
}


class End:
    """A script that has ended: its result, and the seconds it took after its own work was done."""

    def __init__(self, command, tmp_path, code, *arguments):
        file = tmp_path / "ends.py"
        file.write_text(code)
        temporary = tmp_path / "temporary"
        temporary.mkdir(exist_ok=True)
        shared = set(os.listdir("/dev/shm"))
        process = subprocess.Popen(
            [*command, str(file), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "TMPDIR": str(temporary)}, start_new_session=True)
        try:
            out, self.error = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError(f"it does not end: {process.communicate()}")
        ended = time.monotonic()
        assert re.fullmatch(r"\d+\.\d+", out), (out, self.error)
        self.seconds = ended - float(out)
        self.code = process.returncode
        #: What others on this machine left in the meantime is there too.
        self.left = sorted(set(os.listdir("/dev/shm")) - shared) + os.listdir(temporary)
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)


@functools.lru_cache
def of_python_alone(python, folder):
    """Seconds that python takes to end when it has imported NumPy, at best."""
    return min(End([python], pathlib.Path(folder), PRELUDE + "done()").seconds for _ in range(3))


def assert_ends(tmp_path, code, expected, error, *source, python=sys.executable):
    """The last of a few tries is the one that counts: machines that test are loaded, and others leave things too."""
    allowed = of_python_alone(python, tmp_path) + PROMPT
    for _ in range(TRIES):
        end = End([BINARY, "run", "--python", python], tmp_path, PRELUDE + LOAD + code, *source)
        assert (end.code, (end.error.splitlines() or [""])[-1]) == (expected, error), end.error
        if end.seconds < allowed and not end.left:
            return
    assert end.seconds < allowed and not end.left, (end.seconds, end.left)


@pytest.mark.parametrize("ending", ENDINGS)
def test_over_a_folder(packed, tmp_path, ending):
    assert_ends(tmp_path, *ENDINGS[ending], packed, KEY, "http://127.0.0.1:1")


@pytest.mark.parametrize("ending", ENDINGS)
def test_over_http(server, tmp_path, ending):
    assert_ends(tmp_path, *ENDINGS[ending], "photos", KEY, server.url)


SHUTDOWN = [
    "four daemon threads that go on", "iterators held by the module", "an exit handler that goes on",
    "a finalizer that goes on", "arrays that outlive their modules"]


@pytest.mark.parametrize("ending", SHUTDOWN)
def test_in_every_python(server, tmp_path, numpy_python, ending):
    assert_ends(tmp_path, *ENDINGS[ending], "photos", KEY, server.url, python=numpy_python)


UNDER_WAY = """
iterator = iter(dataset)
next(iterator)
reader = threading.Thread(target=lambda: list(dataset), daemon=True)
reader.start()
time.sleep(0.3)
done()
"""


@pytest.mark.parametrize("fault", [("stall",), ("stall", 9000), ("slow",), ("retry-after", 503, 60)], ids=str)
def test_with_transfers_under_way(packed, tmp_path, fault):
    with FlakyHost(packed) as host:
        host.faults["/chunks/chunk_0001.zip"] = [fault] * 99
        assert_ends(tmp_path, UNDER_WAY, 0, "", host.url, KEY, host.url)
        assert "/chunks/chunk_0001.zip" in host.paths()


def test_with_a_connection_under_way(deaf_port, packed, tmp_path, numpy_python):
    code = """
threading.Thread(target=pixcrawler.load_dataset, args=[sys.argv[4]], daemon=True).start()
time.sleep(0.3)
done()
"""
    assert_ends(tmp_path, code, 0, "", packed, KEY, "http://127.0.0.1:1", deaf_port.url, python=numpy_python)


def test_with_a_decode_under_way(huge, tmp_path):
    code = """
threading.Thread(target=lambda: next(iter(dataset)), daemon=True).start()
time.sleep(0.5)
done()
"""
    assert_ends(tmp_path, code, 0, "", huge[0], KEY, "http://127.0.0.1:1")


def test_with_encrypted_connections_under_way(packed, certificate, tmp_path):
    """Many times: handshakes crashed when OpenSSL took itself apart at exit, one time in forty."""
    code = """
import random
import pixcrawler
dataset = pixcrawler.load_dataset(sys.argv[1], verify_ssl=False)
def read():
    while True:
        for image, label in dataset: pass
for _ in range(4):
    threading.Thread(target=read, daemon=True).start()
time.sleep(0.05 + random.random() / 10)
done()
"""
    host = SecureNginx(tmp_path, packed.parent, certificate, more="keepalive_timeout 0;")
    try:
        for _ in range(40):
            end = End([BINARY, "run", "--python", sys.executable], tmp_path, PRELUDE + code, host.url)
            assert (end.code, end.error) == (0, "")
    finally:
        host.stop()


def test_a_thousand_epochs_begun_and_dropped(server):
    """Nothing is left of them: no thread, no connection, no file; and no turn hangs."""
    out = script(
        """
import gc, os, sys
import pixcrawler

dataset = pixcrawler.load_dataset("photos", api_key=sys.argv[1], base_url=sys.argv[2])
def held():
    return len(os.listdir("/proc/self/task")), len(os.listdir("/proc/self/fd"))
for number in range(1000):
    iterator = dataset.iter_batches(8) if number % 2 else iter(dataset)
    for _ in range(number % 5):
        next(iterator)
    if number == 100:
        before = held()
del iterator
assert sum(1 for _ in dataset) == 120
threads, files = held()
print(threads <= before[0], files <= before[1] + 8)
""",
        KEY, server.url, timeout=300)
    assert out == "True True\n"
