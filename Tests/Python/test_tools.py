"""Debuggers, profilers and test runners find the user's functions under `pixcrawler run`, while a dataset streams."""

import json
import os
import re
import subprocess
import sys
import time

import pexpect
import pytest

from debug_client import DebugClient
from flaky_host import FlakyHost
from support import BINARY, command, free_port

LIMIT = 60  # seconds that any one process may take
IMAGES = 120

TRAIN = """\
import sys
import pixcrawler

def learn(image, label):
    mean = image.mean()
    return mean > 0 and label is not None

def epoch(dataset):
    learned = 0
    for image, label in dataset:
        learned += learn(image, label)
    return learned

if __name__ == "__main__":
    with pixcrawler.load_dataset(sys.argv[1]) as dataset:
        print("learned", epoch(dataset), flush=True)
"""
LEARN, BODY, LOOP, CALL = 4, 5, 10, 11  # lines of TRAIN


@pytest.fixture
def train(tmp_path):
    """The user's script, alone in its folder."""
    file = tmp_path / "train.py"
    file.write_text(TRAIN)
    return file


def run(train, *arguments, status=0, python=sys.executable, **options):
    """`pixcrawler run` in the script's folder."""
    result = command(
        "run", "--python", python, *arguments, cwd=train.parent, check=False, timeout=LIMIT, **options)
    assert result.returncode == status, f"exit {result.returncode}\n{result.stdout}\n{result.stderr}"
    return result


def test_pdb_on_a_terminal(train, packed, numpy_python):
    arguments = ["run", "--python", numpy_python, "-m", "pdb", "train.py", str(packed)]
    debugger = pexpect.spawn(
        BINARY, arguments, cwd=train.parent, env={**os.environ, "TERM": "dumb", "NO_COLOR": "1"}, timeout=LIMIT,
        encoding="utf-8", dimensions=(50, 400))

    def say(line):
        debugger.sendline(line)
        debugger.expect_exact("(Pdb) ")
        return debugger.before

    try:
        debugger.expect_exact("(Pdb) ")
        # 3.13 names the first line that runs.
        assert re.search(rf"Breakpoint 1 at .*/train\.py:({LEARN}|{BODY})\b", say("break learn"))
        assert re.search(rf"train\.py\({BODY}\)learn\(\)", say("continue"))
        where = say("where")
        assert re.search(rf"train\.py\({CALL}\)epoch\(\).*train\.py\({BODY}\)learn\(\)", where, re.DOTALL), where
        assert "uint8" in say("print(image.dtype)")
        assert re.search(rf"train\.py\({BODY}\)learn\(\)", say("continue")), "the second image"
        say("clear 1")
        assert f"learned {IMAGES}" in say("continue")
        debugger.sendline("quit")
        debugger.expect(pexpect.EOF)
        debugger.wait()
        assert debugger.exitstatus == 0
    finally:
        debugger.close(force=True)


def test_breakpoint_in_the_script(train, packed, numpy_python):
    stop = "    if not hasattr(learn, 'met'): learn.met = True; breakpoint()\n"
    train.write_text(TRAIN.replace("    mean =", stop + "    mean ="))
    out = run(train, "train.py", packed, input="where\ncontinue\n", python=numpy_python).stdout
    assert "train.py(12)epoch()" in out and "learn()" in out
    assert f"learned {IMAGES}" in out


def test_cprofile(train, packed, numpy_python):
    out = run(train, "-m", "cProfile", "-s", "cumtime", "train.py", packed, python=numpy_python).stdout
    assert re.search(rf"^ +{IMAGES} .* train\.py:{LEARN}\(learn\)$", out, re.MULTILINE), out
    assert "Ordered by: cumulative time" in out and f"learned {IMAGES}" in out


def test_coverage(train, packed):
    environment = {**os.environ, "COVERAGE_FILE": str(train.parent / "data")}
    run(train, "-m", "coverage", "run", "--branch", "train.py", packed, env=environment)
    run(train, "-m", "coverage", "json", "-o", "report.json", env=environment)
    report = json.loads((train.parent / "report.json").read_text())
    assert report["files"]["train.py"]["missing_lines"] == []
    table = run(train, "-m", "coverage", "report", env=environment).stdout
    assert re.search(r"^train\.py .* 9\d%$", table, re.MULTILINE), table


def test_debugpy(train, packed):
    port = free_port()
    process = subprocess.Popen(
        [BINARY, "run", "--python", sys.executable, "-m", "debugpy", "--listen", f"127.0.0.1:{port}",
         "--wait-for-client", "train.py", str(packed)],
        cwd=train.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        with DebugClient(port, LIMIT) as editor:
            editor.ask("initialize", adapterID="test", pathFormat="path", linesStartAt1=True)
            attached = editor.send("attach", justMyCode=True)
            editor.event("initialized")
            source = {"path": str(train)}
            places = editor.ask("setBreakpoints", source=source, breakpoints=[{"line": BODY}])["breakpoints"]
            assert [(place["verified"], place["line"]) for place in places] == [(True, BODY)]
            editor.ask("configurationDone")
            editor.answer(attached)
            stopped = editor.event("stopped")
            assert stopped["reason"] == "breakpoint"
            frames = editor.ask("stackTrace", threadId=stopped["threadId"])["stackFrames"]
            assert [(frame["name"], frame["line"]) for frame in frames][:2] == [("learn", BODY), ("epoch", CALL)]
            shape = editor.ask("evaluate", expression="image.shape", frameId=frames[0]["id"], context="repl")
            assert shape["result"] == "(120, 160, 3)"
            editor.ask("setBreakpoints", source=source, breakpoints=[])
            editor.ask("continue", threadId=stopped["threadId"])
            editor.event("terminated")
        out, errors = process.communicate(timeout=LIMIT)
        assert (process.returncode, out) == (0, f"learned {IMAGES}\n"), errors
    finally:
        process.kill()
        process.communicate(timeout=LIMIT)


def py_spy(pid, *options):
    """The stacks of a process, its functions with their lines."""
    program = os.path.join(os.path.dirname(sys.executable), "py-spy")
    found = subprocess.run(
        [program, "dump", "--pid", str(pid), *options], capture_output=True, text=True, timeout=LIMIT)
    if "Permission Denied" in found.stderr and os.getuid() == 0:
        pytest.skip(f"ptrace is forbidden here: {found.stderr.strip()}")
    return found.stdout + found.stderr


@pytest.mark.parametrize("options", [[], ["--native"]], ids=["python", "native"])
def test_py_spy_on_a_script_that_waits(train, packed, options):
    """The script waits inside the engine, and its stack says at which line of whose."""
    with FlakyHost(packed.parent) as host:
        host.faults["/photos/chunks/chunk_0001.zip"] = [("stall",)]
        process = subprocess.Popen(
            [BINARY, "run", "--python", sys.executable, "train.py", f"{host.url}/photos/"], cwd=train.parent,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            deadline = time.monotonic() + LIMIT
            while f"epoch (train.py:{LOOP})" not in (stacks := py_spy(process.pid, *options)):
                assert process.poll() is None and time.monotonic() < deadline, stacks
                time.sleep(0.1)
            assert re.search(rf"epoch \(train\.py:{LOOP}\)\n +<module> \(train\.py:16\)", stacks), stacks
            if options:
                assert "__init__.abi3.so" in stacks[: stacks.index("epoch")], stacks
        finally:
            process.kill()
            process.communicate(timeout=LIMIT)


def test_trace(train, packed, numpy_python):
    prefixes = run(
        train, "-c", "import os, sys; print(sys.prefix, sys.base_prefix, sep=os.pathsep)", python=numpy_python)
    arguments = ["--count", "--missing", "--coverdir", "counts", "--ignore-dir", prefixes.stdout.strip()]
    run(train, "-m", "trace", *arguments, "train.py", packed, python=numpy_python)
    counted = (train.parent / "counts/train.cover").read_text().splitlines()
    assert counted[BODY - 1].split(":")[0].strip() == str(IMAGES), counted
    assert not [line for line in counted if line.startswith(">>>>>>")]


def test_import_time(train, packed):
    errors = run(train, "-X", "importtime", "train.py", packed).stderr
    imported = [line.split("|")[-1] for line in errors.splitlines() if line.startswith("import time:")]
    assert {"pixcrawler", "numpy"} <= {name.strip() for name in imported}
    assert imported.index(" pixcrawler") > imported.index(" site")


TESTS = """
import unittest
import pytest
import pixcrawler
import train

@pytest.fixture(scope="module")
def dataset():
    with pixcrawler.load_dataset(DATASET) as dataset:
        yield dataset

def test_that_passes(dataset):
    assert train.epoch(dataset) == 120

def test_that_fails(dataset):
    image, label = next(iter(dataset))
    assert image.shape == (1, 2, 3)

class Training(unittest.TestCase):
    def test_epoch(self):
        with pixcrawler.load_dataset(DATASET) as dataset:
            self.assertEqual(train.epoch(dataset), 120)
"""


def test_pytest(train, packed):
    (train.parent / "test_training.py").write_text(f"DATASET = {str(packed)!r}\n{TESTS}")
    arguments = ["-m", "pytest", "-p", "no:cacheprovider", "-q", "--color=no"]
    failed = run(train, *arguments, status=1).stdout
    assert "1 failed, 2 passed" in failed
    assert "assert (120, 160, 3) == (1, 2, 3)" in failed and "At index 0 diff: 120 != 1" in failed
    assert "1 passed, 2 deselected" in run(train, *arguments, "-k", "that_passes").stdout
    run(train, *arguments, "-k", "nothing", status=5)


def test_unittest(train, packed):
    (train.parent / "test_training.py").write_text(f"DATASET = {str(packed)!r}\n{TESTS}")
    assert "test_epoch (test_training.Training" in run(train, "-m", "unittest", "-v").stderr
    train.write_text(TRAIN.replace("learned = 0", "learned = 1"))
    failed = run(train, "-m", "unittest", status=1).stderr
    assert "AssertionError: 121 != 120" in failed and "FAILED (failures=1)" in failed


def test_timeit(train, packed):
    setup = f"import pixcrawler, train; dataset = pixcrawler.load_dataset({str(packed)!r})"
    out = run(train, "-m", "timeit", "-n", "1", "-r", "2", "-s", setup, "assert train.epoch(dataset) == 120").stdout
    assert re.fullmatch(r"1 loop, best of 2: [\d.]+ (sec|msec|usec) per loop\n", out)


HOOKS = """
import collections, sys, threading
import pixcrawler, train

calls, lines = collections.Counter(), collections.Counter()

def profile(frame, event, argument):
    if frame.f_code.co_filename == train.__file__:
        calls[event, frame.f_code.co_name] += 1

def trace(frame, event, argument):
    if frame.f_code.co_filename == train.__file__:
        lines[event, frame.f_lineno] += 1
        return trace

with pixcrawler.load_dataset(sys.argv[1]) as dataset:
    for hook, set_hook in ((profile, sys.setprofile), (trace, sys.settrace)):
        set_hook(hook)
        assert train.epoch(dataset) == 120
        assert sys.getprofile() is (hook if hook is profile else None)
        set_hook(None)
        threading.setprofile(profile) if hook is profile else threading.settrace(trace)
        thread = threading.Thread(target=train.epoch, args=[dataset])
        thread.start()
        thread.join()
        threading.setprofile(None)
        threading.settrace(None)
print(calls["call", "learn"], calls["return", "learn"], calls["c_call", "learn"], lines["call", 4], lines["line", 5])
"""


def test_tracing_and_profiling_hooks(train, packed, numpy_python):
    (train.parent / "hooks.py").write_text(HOOKS)
    assert run(train, "hooks.py", packed, python=numpy_python).stdout == "240 240 240 240 240\n"


MEMORY = """
import sys, tracemalloc
import pixcrawler, train

def keep(dataset):
    kept = []
    for image, label in dataset:
        kept.append(image.copy())
    return kept

with pixcrawler.load_dataset(sys.argv[1]) as dataset:
    train.epoch(dataset)
    tracemalloc.start(10)
    kept = keep(dataset)
    snapshot = tracemalloc.take_snapshot()
    heaviest = max(snapshot.statistics("traceback"), key=lambda statistic: statistic.size)
    assert heaviest.size >= sum(image.nbytes for image in kept), heaviest
    print(*(line.lineno for line in heaviest.traceback if line.filename == __file__))
    del kept, snapshot
    before = tracemalloc.get_traced_memory()[0]
    train.epoch(dataset)
    print(tracemalloc.get_traced_memory()[0] - before < 100_000)
"""


def test_tracemalloc(train, packed, numpy_python):
    (train.parent / "memory.py").write_text(MEMORY)
    assert run(train, "memory.py", packed, python=numpy_python).stdout == "14 8\nTrue\n"
