"""`pixcrawler repl` on a real terminal, and with code on standard input."""

import contextlib
import os
import signal
import subprocess
import sys

import pexpect
import pytest

from launching import wait_until_asleep
from support import BINARY

LIMIT = 30  # seconds that any one answer may take
CTRL_D = "\x04"


@pytest.fixture
def environment(tmp_path):
    """A home folder of its own, where histories and profiles lie, and a terminal without escape sequences."""
    chosen = ("PIXCRAWLER_PYTHON", "VIRTUAL_ENV", "PYTHONSTARTUP", "PYTHON_HISTORY", "IPYTHONDIR", "XDG_CONFIG_HOME")
    kept = {name: value for name, value in os.environ.items() if name not in chosen}
    (tmp_path / "home").mkdir()
    return {**kept, "HOME": str(tmp_path / "home"), "TERM": "dumb", "PYTHON_BASIC_REPL": "1"}


@contextlib.contextmanager
def prompt(environment, python, *options, begins=">>> "):
    """A prompt that waits for its first line."""
    terminal = pexpect.spawn(
        BINARY, ["repl", "--python", python, *options], env=environment, timeout=LIMIT, encoding="utf-8",
        dimensions=(24, 200))
    try:
        terminal.expect_exact(begins)
        yield terminal
    finally:
        terminal.close(force=True)


def left(terminal):
    terminal.send(CTRL_D)
    terminal.expect(pexpect.EOF)
    terminal.wait()
    return terminal.exitstatus


def test_the_interpreters_own_prompt(environment, python):
    with prompt(environment, python, "--plain") as terminal:
        banner = terminal.before.splitlines()
        assert len(banner) == 2 and banner[0].startswith("PixCrawler ") and python in banner[0]
        assert "load_dataset" in banner[1]
        terminal.sendline("load_dataset is pixcrawler.load_dataset, __name__, sorted(n for n in dir() if n[0] != '_')")
        terminal.expect_exact("\r\n(True, '__main__', ['load_dataset', 'pixcrawler'])\r\n>>> ")
        terminal.send("this line is taken back")
        terminal.expect_exact("taken back")
        wait_until_asleep(terminal.pid)
        terminal.sendintr()
        terminal.expect_exact("KeyboardInterrupt\r\n>>> ")
        terminal.sendline("import time; print('rea' + 'dy'); time.sleep(60)")
        terminal.expect_exact("\r\nready\r\n")
        wait_until_asleep(terminal.pid)  # A signal just before that does not wake it, under python either.
        terminal.sendintr()
        terminal.expect_exact("KeyboardInterrupt\r\n>>> ")
        # Python remembers that, and its prompt ends as programs do that Ctrl-C ends.
        assert left(terminal) is None and terminal.signalstatus == signal.SIGINT


def test_tab_completes_and_the_next_session_remembers(environment, python):
    environment["TERM"] = "xterm"
    with prompt(environment, python, "--plain") as terminal:
        terminal.send("pixcrawler.lo\t")
        terminal.expect_exact("pixcrawler.load_dataset(")
        terminal.sendline("nothing=1)")
        terminal.expect_exact("TypeError")
        terminal.expect_exact(">>> ")
        terminal.sendline("'remembered ' + 'line'")
        terminal.expect_exact("'remembered line'")
        assert left(terminal) == 0
    with prompt(environment, python, "--plain") as terminal:
        terminal.send("\x1b[A\r")
        terminal.expect_exact("'remembered line'")
        assert left(terminal) == 0


def test_the_new_prompt_where_python_has_one(environment, python):
    version = subprocess.run(
        [python, "-c", "import sys; print(sys.version_info >= (3, 13))"], capture_output=True, text=True, timeout=LIMIT)
    if version.stdout != "True\n":
        pytest.skip("this Python has the old one")
    environment.update(TERM="xterm", PYTHON_BASIC_REPL="")
    bracketed_paste = "\x1b[?2004h"
    with prompt(environment, python, "--plain", begins=bracketed_paste) as terminal:
        terminal.send("print(load_dataset.__name__.upper())\r")
        terminal.expect_exact("LOAD_DATASET")
        terminal.expect_exact(bracketed_paste)
        assert left(terminal) == 0


def test_ipython_where_it_is_installed(environment):
    pytest.importorskip("IPython")
    with prompt(environment, sys.executable, begins="In [1]: ") as terminal:
        assert "virtualenv" not in terminal.before
        assert len(terminal.before.split("PixCrawler ", 1)[1].strip().splitlines()) == 2
        terminal.sendline("load_dataset.__name__.upper()")
        terminal.expect_exact("LOAD_DATASET")
        terminal.expect_exact("In [2]: ")
        terminal.send("this line is taken back")
        terminal.expect_exact("taken back")
        wait_until_asleep(terminal.pid)
        terminal.sendintr()
        terminal.expect_exact("In [2]: ")
        terminal.sendline("%who_ls function")
        terminal.expect_exact("In [3]: ")
        assert left(terminal) == 0


def test_the_users_own_start_up_file(environment, python, tmp_path):
    (tmp_path / "startup.py").write_text("mine = load_dataset\n")
    environment["PYTHONSTARTUP"] = str(tmp_path / "startup.py")
    with prompt(environment, python, "--plain") as terminal:
        terminal.sendline("import os; mine is load_dataset, os.environ['PYTHONSTARTUP']")
        terminal.expect_exact(f"(True, '{tmp_path}/startup.py')\r\n>>> ")
        terminal.sendline("[name for name in os.environ if name in ('PIXCRAWLER_STARTUP', 'PIXCRAWLER_PLAIN')]")
        terminal.expect_exact("\r\n[]\r\n>>> ")
        assert left(terminal) == 0


@pytest.mark.parametrize("start", ["1/0", "raise SystemExit('no')"])
def test_a_start_up_file_that_fails(environment, python, tmp_path, start):
    (tmp_path / "startup.py").write_text(start)
    environment["PYTHONSTARTUP"] = str(tmp_path / "startup.py")
    if start == "1/0":
        with prompt(environment, python, "--plain") as terminal:
            assert "ZeroDivisionError" in terminal.before
            assert left(terminal) == 0
    else:
        terminal = pexpect.spawn(BINARY, ["repl", "--plain", "--python", python], env=environment, timeout=LIMIT)
        terminal.expect_exact("no\r\n")
        terminal.expect(pexpect.EOF)
        terminal.wait()
        assert terminal.exitstatus == 1


def piped(environment, python, code):
    arguments = {"input": code, "capture_output": True, "text": True, "timeout": LIMIT, "env": environment}
    ours = subprocess.run([BINARY, "repl", "--python", python], **arguments)
    pythons = subprocess.run([python, "-"], **arguments)
    return ours, pythons


def test_code_on_standard_input_runs(environment, python):
    ours, _ = piped(environment, python, "print(load_dataset.__name__, __name__)")
    assert (ours.stdout, ours.stderr, ours.returncode) == ("load_dataset __main__\n", "", 0)


@pytest.mark.parametrize(
    "code",
    [
        "import sys; print(sys.argv, sys.path[0], __name__); sys.exit(4)", "print('a')\n1/0", "print((", "", "pass",
        "def f(): raise ValueError('v') from OSError('o')\nf()", "raise KeyboardInterrupt", "raise SystemExit('no')",
    ],
)
def test_it_ends_as_under_python(environment, python, code):
    ours, pythons = piped(environment, python, code)
    assert (ours.returncode, ours.stdout, ours.stderr) == (pythons.returncode, pythons.stdout, pythons.stderr)


def test_wrong_usage_shows_the_right_one(environment):
    wrong = subprocess.run(
        [BINARY, "repl", "script.py"], capture_output=True, text=True, timeout=LIMIT, env=environment)
    assert wrong.returncode != 0 and "Usage: pixcrawler repl" in wrong.stderr and wrong.stdout == ""
