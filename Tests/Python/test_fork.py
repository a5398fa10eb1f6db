"""Parent and child both go on after os.fork() in the middle of an epoch. Each test forks in a process of its own."""

import os
import socket
import subprocess
import sys
import threading

import pytest

from support import BINARY, KEY, fork_rounds, script

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


def test_parent_and_children_go_on(server, few, numpy_python, sanitized):
    fork_rounds("few", numpy_python, sanitized, api_key=KEY, base_url=server.url)


def test_children_and_grandchildren_under_load(server, numpy_python):
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
        KEY, server.url, timeout=300, python=numpy_python)
    assert out == "{0} {120}\n"


FORKER = r"""
#include <sys/wait.h>
#include <unistd.h>

/* Forks so many times; returns how many children ended well. */
int forks(int times) {
  int good = 0;
  for (int i = 0; i < times; i++) {
    int status = 1;
    pid_t child = fork();
    if (child == 0) _exit(0);
    if (child > 0 && waitpid(child, &status, 0) == child && status == 0) good++;
  }
  return good;
}
"""


def test_native_threads_that_fork_at_the_same_time(server, few, tmp_path):
    (tmp_path / "forker.c").write_text(FORKER)
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "forker.c", "-o", "forker.so"], cwd=tmp_path, check=True, timeout=60)
    out = script(
        """
import ctypes, sys, threading
import pixcrawler

forks = ctypes.CDLL(sys.argv[1]).forks
dataset = pixcrawler.load_dataset("few", api_key=sys.argv[2], base_url=sys.argv[3])
whole = [hash(image.tobytes()) for image, _ in dataset]
good = []
threads = [threading.Thread(target=lambda: good.append(forks(150))) for _ in range(4)]
for thread in threads:
    thread.start()
epochs = 0
while any(thread.is_alive() for thread in threads) or epochs == 0:
    assert [hash(image.tobytes()) for image, _ in dataset] == whole
    epochs += 1
print(good)
""",
        tmp_path / "forker.so", KEY, server.url, timeout=200)
    assert out == "[150, 150, 150, 150]\n"


@pytest.mark.parametrize("over", ["folder", "http"])
def test_a_child_gives_up_what_the_parent_has_open(server, packed, over):
    source = [packed, "", "http://127.0.0.1:1"] if over == "folder" else ["photos", KEY, server.url]
    out = script(
        """
import os, sys
import pixcrawler

def used():
    with open("/proc/net/tcp") as file:
        connections = {f"socket:[{line.split()[9]}]" for line in file.readlines()[1:]}
    names = []
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            names.append(os.readlink(f"/proc/self/fd/{descriptor}"))
        except FileNotFoundError:
            pass
    return sum(name in connections or name.endswith(".zip") for name in names)

dataset = pixcrawler.load_dataset(
    sys.argv[1], api_key=sys.argv[2] or None, base_url=sys.argv[3], memory_limit=1 << 20)
iterator = iter(dataset)
next(iterator)
child = os.fork()
if child == 0:
    os._exit(used())
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), used() > 0, 1 + sum(1 for _ in iterator))
""",
        *source)
    assert out == "0 True 120\n"


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


def test_while_another_thread_waits_for_a_description():
    with socket.create_server(("127.0.0.1", 0)) as host:
        def answer():
            connection, _ = host.accept()
            with connection:
                connection.recv(65536)
                forked.wait(timeout=60)
                connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

        forked = threading.Event()
        threading.Thread(target=answer).start()
        process = subprocess.Popen(
            [BINARY, "run", "--python", sys.executable, "-c",
             """
import os, sys, threading, time
import pixcrawler

def load():
    try:
        pixcrawler.load_dataset(sys.argv[1])
    except pixcrawler.exceptions.NotFoundError:
        found.append(True)

found = []
thread = threading.Thread(target=load)
thread.start()
time.sleep(0.5)
for _ in range(3):
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
print("forked", flush=True)
thread.join(timeout=30)
os.write(1, b"found" if found else b"nothing")
os._exit(0)
""",
             f"http://127.0.0.1:{host.getsockname()[1]}/few/"], stdout=subprocess.PIPE)
        with process:
            assert process.stdout.readline() == b"forked\n"
            forked.set()
            assert process.communicate(timeout=60)[0] == b"found"
