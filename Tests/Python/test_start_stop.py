"""Iterators that are started and stopped a thousand times, at every moment, and processes that end in mid-transfer."""

import subprocess
import sys

import pytest

from support import BINARY, KEY, script

CYCLES = """
import faulthandler, os, sys, threading, time
import pixcrawler

faulthandler.dump_traceback_later(240, exit=True)
options = {"verify_ssl": False} if sys.argv[4:] == ["unverified"] else {}

def load():
    return pixcrawler.load_dataset(sys.argv[1], api_key=sys.argv[2] or None, base_url=sys.argv[3], **options)

def take(iterator, count):
    for _ in range(count):
        next(iterator, None)
"""


@pytest.fixture(params=["folder", "http", "https"])
def where(request):
    """Source, key and base URL of the photographs, and whether their host goes unverified."""
    if request.param == "folder":
        return [request.getfixturevalue("packed"), "", "http://127.0.0.1:1"]
    if request.param == "http":
        return ["photos", KEY, request.getfixturevalue("server").url]
    return [request.getfixturevalue("secure").url, "", "http://127.0.0.1:1", "unverified"]


def test_started_and_stopped(where):
    out = script(
        CYCLES + """
dataset = load()
for cycle in range(1000):
    iterator = iter(dataset) if cycle % 3 else dataset.iter_batches(1 + cycle % 7)
    take(iterator, (0, 1, 1, 2, 20)[cycle % 5])
    del iterator
assert sum(1 for _ in dataset) == 120
names = [open(f"/proc/self/task/{thread}/comm").read() for thread in os.listdir("/proc/self/task")]
print(names.count("pix-transfer\\n"), names.count("pix-decode\\n") - os.cpu_count())
""",
        *where, timeout=300)
    assert out == "1 0\n"


def test_closed_by_another_thread(where):
    out = script(
        CYCLES + """
import queue

to_close = queue.SimpleQueue()

def close():
    for delay, dataset in iter(to_close.get, None):
        time.sleep(delay)
        dataset.close()

closer = threading.Thread(target=close)
closer.start()
ends = set()
for cycle in range(1000):
    dataset = load()
    iterator = iter(dataset) if cycle % 3 else dataset.iter_batches(1 + cycle % 7)
    to_close.put((cycle % 10 / 1000, dataset))
    try:
        while True:
            next(iterator)
    except StopIteration:
        ends.add("whole")
    except pixcrawler.exceptions.PixCrawlerError as end:
        ends.add("closed" if "closed" in str(end) else str(end))
to_close.put(None)
closer.join()
print(ends - {"whole"}, threading.active_count())
""",
        *where, timeout=300)
    assert out == "{'closed'} 1\n"


ENDS = {
    "pass": 0,
    "sys.exit(3)": 3,
    "os._exit(4)": 4,
    "raise KeyError": 1,
    "dataset.close()": 0,
    "threading.Thread(target=take, args=(iterator, 50), daemon=True).start()": 0,
}


@pytest.mark.parametrize("end", ENDS)
def test_processes_that_end_in_mid_transfer(where, end):
    for taken in (0, 1, 2, 5):
        result = subprocess.run(
            [BINARY, "run", "--python", sys.executable, "-c",
             CYCLES + f"dataset = load()\niterator = iter(dataset)\ntake(iterator, {taken})\n{end}\n", *where],
            capture_output=True, text=True, timeout=60)
        assert result.returncode == ENDS[end], result.stderr
        assert result.stdout == "" and (result.stderr.endswith("KeyError\n") if "Key" in end else not result.stderr)
