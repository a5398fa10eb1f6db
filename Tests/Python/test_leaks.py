"""A thousand epochs, errors or datasets leave nothing behind: memory, objects, references, threads, open files.

Each test runs in a process of its own, where all memory of Python's comes from malloc, whose counters are exact.
"""

import json
import os

import pytest

from support import Nginx, script

WATCH = """
import ctypes, gc, json, os, sys
import numpy
import pixcrawler
from pixcrawler import exceptions, load_dataset

class Heap(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")]

mallinfo2 = ctypes.CDLL(None).mallinfo2
mallinfo2.restype = Heap

def resident():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith("RssAnon"))

def picture(shared):
    gc.collect()
    heap = mallinfo2()
    return {
        "heap": heap.uordblks + heap.hblkhd,
        "resident": resident(),
        "objects": len(gc.get_objects()),
        "references": [sys.getrefcount(thing) for thing in shared],
        "threads": len(os.listdir("/proc/self/task")),
        "files": len(os.listdir("/proc/self/fd")),
    }

def watch(times, work, *shared):
    '''Prints what there is more after so many times, once the work is warm.'''
    shared += (None, True, 1, numpy.asarray, numpy.ndarray, numpy.dtype("uint8"), pixcrawler.Dataset,
               pixcrawler.PixelArray, exceptions.DecompressionError)
    for _ in range(500):
        work()
    before = picture(shared)
    for _ in range(times):
        work()
    after = picture(shared)
    more = {name: after[name] - before[name] for name in before if name != "references"}
    more["references"] = [there - here for here, there in zip(before["references"], after["references"])]
    print(json.dumps(more))
"""

TIMES = 1000


def grown(program, *arguments):
    """What `watch`, called by the program, has found."""
    out = script(
        WATCH + program.replace("TIMES", str(TIMES)), *arguments, env={**os.environ, "PYTHONMALLOC": "malloc"},
        timeout=300)
    return json.loads(out)


def leaks(more):
    """What has grown further than it does by chance: by a hundred bytes each time, or a quarter of a reference."""
    bounds = {
        "heap": TIMES * 100, "resident": TIMES * 1000, "objects": TIMES // 20, "threads": 0, "files": 8}
    found = {name: more[name] for name, bound in bounds.items() if more[name] > bound}
    if any(abs(change) > TIMES // 4 for change in more["references"]):
        found["references"] = more["references"]
    return found


@pytest.fixture(autouse=True)
def exact(sanitized):
    if sanitized:
        pytest.skip("a sanitizer's memory is not malloc's")


@pytest.mark.parametrize(
    ("leak", "name"),
    [
        ("kept.append(bytes(300))", "heap"),
        ("malloc(300)", "heap"),
        ("kept.append(mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE)); kept[-1].write(b'x')", "resident"),
        ("kept.append(numpy.asarray)", "references"),
        ("kept.append([])", "objects"),
        ("if len(kept) < 600: kept.append(open('/dev/null'))", "files"),
        ("if len(kept) < 510: start()", "threads"),
    ],
)
def test_a_small_leak_is_found(good, leak, name):
    more = grown(
        f"""
import mmap, threading, time

malloc = ctypes.CDLL(None).malloc
kept = []

def start():
    kept.append(threading.Thread(target=time.sleep, args=(60,), daemon=True))
    kept[-1].start()

def work():
    {leak}

watch(TIMES, work)
os._exit(sys.stdout.flush() or 0)
""")
    assert name in leaks(more), more


@pytest.fixture(scope="module")
def host(datasets, tmp_path_factory):
    """nginx as a static host of the made datasets."""
    host = Nginx(tmp_path_factory.mktemp("leaks"), datasets)
    yield f"http://127.0.0.1:{host.port}"
    host.stop()


@pytest.fixture(params=["folder", "http"])
def source(request, datasets):
    """Gives where a dataset lies: on this disk, or on a static host."""
    if request.param == "folder":
        return lambda name: os.path.join(datasets, name)
    return lambda name: f"{request.getfixturevalue('host')}/{name}/"


@pytest.mark.parametrize(
    "work",
    [
        "for image, label in dataset: pass",
        "for image, label in dataset: break",
        "for images, labels in dataset.iter_batches(4): pass",
        "for images, labels in dataset.iter_batches(4): break",
        "kept[:] = [image[1:, :, 0] for image, label in dataset]",
    ],
)
def test_epochs(source, work):
    more = grown(
        f"""
kept = []
dataset = load_dataset(sys.argv[1])

def work():
    {work}

watch(TIMES, work, dataset, type(iter(dataset)), type(dataset.iter_batches(1)), dataset.iter_batches)
""",
        source("good"))
    assert not leaks(more), more


def test_errors_in_the_dataset(source):
    more = grown(
        """
dataset = load_dataset(sys.argv[1])
found = 0

def work():
    global found
    for iterator in iter(dataset), dataset.iter_batches(2):
        while True:
            try:
                next(iterator)
            except StopIteration:
                break
            except exceptions.DecompressionError as error:
                found += error.entry == "cat/2.jpg"

watch(TIMES, work, dataset)
assert found == 2 * (TIMES + 500), found
""",
        source("flipped_bit"))
    assert not leaks(more), more


def test_errors_in_the_loop(source):
    more = grown(
        """
dataset = load_dataset(sys.argv[1])

def work():
    try:
        for image, label in dataset:
            image[0, 0, 99]
    except IndexError:
        pass
    for wrong in (lambda: dataset.iter_batches(0), lambda: dataset.iter_batches("a"), lambda: dataset[0]):
        try:
            wrong()
        except (TypeError, ValueError):
            pass

watch(TIMES, work, dataset)
""",
        source("good"))
    assert not leaks(more), more


def test_datasets(source):
    more = grown(
        """
def work():
    with load_dataset(sys.argv[1]) as dataset:
        iterator = iter(dataset)
        next(iterator)
        assert len(dataset) == dataset.info.num_images and str(dataset.info) and repr(dataset) and dataset.labels
    try:
        next(iterator)
    except exceptions.PixCrawlerError:
        return
    raise AssertionError("it is closed")

watch(TIMES, work)
""",
        source("good"))
    assert not leaks(more), more


def test_datasets_that_are_not_there(source):
    more = grown(
        """
def work():
    for arguments in ((sys.argv[1],), (sys.argv[1], "key", None), (1,), ()):
        try:
            load_dataset(*arguments)
        except (exceptions.NotFoundError, TypeError):
            continue
        raise AssertionError(arguments)

watch(TIMES, work)
""",
        source("not-there"))
    assert not leaks(more), more


def test_what_is_left_to_the_garbage_collector(source):
    more = grown(
        """
class Loop:
    pass

gc.disable()
count = 0

def work():
    global count
    count += 1
    loop = Loop()
    loop.loop = loop
    loop.dataset = load_dataset(sys.argv[1])
    loop.iterator = iter(loop.dataset) if count % 2 else loop.dataset.iter_batches(2)
    loop.kept = [next(loop.iterator), loop]
    if count % 20 == 0:
        gc.collect()

watch(TIMES, work)
""",
        source("good"))
    assert not leaks(more), more
