"""Crashes are Python's to tell: the engine catches none, and shows no memory, in which keys lie."""

import os
import re
import shutil
import signal
import subprocess
import sys

import pexpect
import pytest

from support import BINARY, KEY

#: It crashes in the last line, while decode threads are at work.
READ = """
import ctypes, faulthandler, os, signal, sys, threading
import pixcrawler

dataset = pixcrawler.load_dataset("photos", api_key=sys.argv[1], base_url=sys.argv[2])

def read():
    while True:
        for image, label in dataset:
            pass

threading.Thread(target=read, daemon=True).start()
next(iter(dataset))
"""

CRASHES = {
    "ctypes.string_at(0)": signal.SIGSEGV,
    "faulthandler._sigsegv()": signal.SIGSEGV,
    "signal.raise_signal(signal.SIGILL)": signal.SIGILL,
    "signal.raise_signal(signal.SIGBUS)": signal.SIGBUS,
    "signal.raise_signal(signal.SIGFPE)": signal.SIGFPE,
    "signal.raise_signal(signal.SIGTRAP)": signal.SIGTRAP,
    "os.abort()": signal.SIGABRT,
}

#: What faulthandler prints, once.
TOLD = r"""Fatal Python error: [\w ]+

(?:(?:Thread|Current thread) 0x\w+ (?:\[[\w-]+\] )?\(most recent call first\):
(?:  File ".*", line \d+ in .+
)+
)+(?:Extension modules: .*
)?"""


def toolchain():
    """Where Swift's runtime finds its program that prints memory; one is there wherever this was built."""
    return os.path.dirname(os.path.dirname(os.path.realpath(shutil.which("swift") or "/usr/bin/swift")))


ENVIRONMENTS = {
    "as it is": {},
    "backtraces asked for": {"SWIFT_BACKTRACE": "enable=yes"},
    "backtraces asked for and found": {"SWIFT_BACKTRACE": "enable=yes", "SWIFT_ROOT": toolchain()},
}


def crash(tmp_path, server, what, *options, **environment):
    script = tmp_path / "crash.py"
    script.write_text(READ + what)
    return subprocess.run(
        [BINARY, "run", "--python", sys.executable, *options, str(script), KEY, server.url], capture_output=True,
        text=True, timeout=120, env={**os.environ, "PIXCRAWLER_API_KEY": KEY, **environment}), script


@pytest.fixture(autouse=True)
def not_sanitized(sanitized):
    if sanitized:
        pytest.skip("a sanitizer tells of crashes itself")


@pytest.mark.parametrize("what", CRASHES)
def test_a_crash_is_silent(tmp_path, server, what):
    result, _ = crash(tmp_path, server, what, **ENVIRONMENTS["backtraces asked for and found"])
    assert (result.returncode, result.stdout, result.stderr) == (-CRASHES[what], "", "")


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("what", ["ctypes.string_at(0)", "faulthandler._sigsegv()", "os.abort()"])
def test_faulthandler_tells_it_once(tmp_path, server, what, environment):
    result, script = crash(tmp_path, server, what, "-X", "faulthandler", **ENVIRONMENTS[environment])
    assert (result.returncode, result.stdout) == (-CRASHES[what], "")
    assert re.fullmatch(TOLD, result.stderr), result.stderr
    assert f'File "{script}", line {len(READ.splitlines()) + 1} in <module>\n' in result.stderr
    assert KEY not in result.stderr


def test_a_crash_at_a_terminal_is_silent(tmp_path, server):
    """There Swift's runtime would print its backtrace unasked, and ask what to do next."""
    script = tmp_path / "crash.py"
    script.write_text(READ + "ctypes.string_at(0)")
    terminal = pexpect.spawn(
        BINARY, ["run", "--python", sys.executable, str(script), KEY, server.url], encoding="utf-8", timeout=60,
        env={**os.environ, "SWIFT_ROOT": toolchain()})
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert (terminal.signalstatus, terminal.before) == (signal.SIGSEGV, "")
