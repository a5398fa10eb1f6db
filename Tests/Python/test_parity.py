"""The same small programs under Python itself and under pixcrawler: nobody can tell one from the other.

`run` is `pixcrawler run --python PYTHON …`; `bare` is `pixcrawler …` whose first word is Python's, as torchrun's
PYTHON_EXEC calls it.
"""

import concurrent.futures
import os
import re
import signal
import subprocess
import textwrap
import time
import zipfile

import pexpect
import pytest

from launching import LIMIT, wait_until_asleep, write

#: Its first word is not Python's own, so only `run` takes it.
ONLY_RUN = pytest.mark.parametrize("front", ["run"])


@pytest.fixture(params=["run", "bare"])
def front(request):
    return request.param


@pytest.fixture
def commands(pixcrawler, front, python):
    """What starts Python, and what must be the same."""
    return [[python], [pixcrawler, "run", "--python", python] if front == "run" else [pixcrawler]]


@pytest.fixture
def variables(environment, python):
    return {**environment, "PIXCRAWLER_PYTHON": python}


@pytest.fixture
def same(commands, variables, tmp_path):
    """Runs the same arguments under both, which must end alike; gives that end."""

    def run(*arguments, env=None, **options):
        environment = {**variables, **(env or {})}
        options = {"capture_output": True, "timeout": LIMIT, "cwd": tmp_path, "env": environment, **options}
        with concurrent.futures.ThreadPoolExecutor() as at_once:
            return assert_same(list(at_once.map(
                lambda command: subprocess.run([*command, *arguments], **options), commands)))

    return run


def assert_same(results):
    expected, found = [
        (result.returncode, without_addresses(result.stdout), without_addresses(result.stderr)) for result in results]
    assert found == expected
    return results[0]


def without_addresses(output):
    return output and re.sub(rb"0x[0-9a-f]+", b"0x", output)


#: The whole of sys.path, from sys.path[0] on, but for the entry by which children find the engine.
SHOW = """
    import os, sys
    ours = os.environ["PIXCRAWLER_HOME"] + "/lib/pixcrawler/python"
    print(sys.argv, sys.orig_argv, __name__, globals().get("__file__"), __package__, sys.executable)
    print([entry for entry in sys.path if entry != ours])
    print(sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, sys.platlibdir, sys._base_executable)
    print(sys.version, sys.flags, sys.warnoptions, sys._xoptions, sys.dont_write_bytecode, sys.pycache_prefix)
    print(os.getcwd(), sys.stdin.encoding, sys.stdout.encoding, sys.stdout.errors, sys.getfilesystemencoding())
    print(sys.stdin.line_buffering, sys.stdout.line_buffering, sys.stdout.write_through, sys.stderr.line_buffering)
"""


@pytest.fixture
def programs(tmp_path):
    """A script, a package, a folder and an archive that show how they were started."""
    write(tmp_path, SHOW)
    (tmp_path / "linked.py").symlink_to(tmp_path / "package/inner.py")
    for package in ("package", "folder"):
        (tmp_path / package).mkdir()
        write(tmp_path / package, SHOW, "__main__.py")
    write(tmp_path / "package", SHOW, "inner.py")
    write(tmp_path, "this line is no Python\n" + textwrap.dedent(SHOW), "skipped.py")
    with zipfile.ZipFile(tmp_path / "app.pyz", "w") as archive:
        archive.writestr("__main__.py", textwrap.dedent(SHOW))


def in_words(arguments):
    return " ".join(arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ["script.py"],
        ["script.py", "--python", "x", "-h", "--help", "--version", "--", "", "two words", "ünïcode"],
        ["script.py", "--generate-completion-script", "--experimental-dump-help"],
        ["./script.py", "-c"],
        ["linked.py"],
        ["-m", "script", "a", "-m"],
        ["-m", "package", "a"],
        ["-m", "package.inner", "--help"],
        ["-mpackage"],
        ["-c", textwrap.dedent(SHOW), "a", "--python"],
        ["-u", "script.py"],
        ["-u", "folder"],
        ["-u", "app.pyz", "a"],
        ["-u", "missing.py"],
        ["-u", "-X", "dev", "-W", "error", "-I", "--", "script.py", "a"],
        ["-X", "dev", "script.py"],
        ["-X", "utf8=0", "-W", "error", "-OO", "script.py"],
        ["-X", "no_such_option", "-W", "no such filter", "script.py"],
        ["-I", "script.py"],
        ["-E", "-s", "script.py"],
        ["-P", "script.py"],
        ["-bb", "-B", "-d", "-q", "script.py"],
        ["-x", "skipped.py"],
        ["-Sum", "script"],
        ["-m", "missing"],
        ["-m", "package.missing"],
        ["-c"],
        ["-m"],
        ["--", "script.py", "a"],
        ["./folder", "a"],
        ["app.pyz", "a"],
        ["package/inner.py"],
        ["/dev/stdin", "a"],
        ["missing.py"],
        ["./missing"],
    ],
    ids=in_words,
)
def test_grammar(same, programs, arguments):
    same(*arguments, input=textwrap.dedent(SHOW).encode())


@ONLY_RUN
@pytest.mark.parametrize(
    "arguments",
    [
        ["--check-hash-based-pycs", "always", "script.py"], ["folder", "a"], ["missing"], [""],
        ["-V"], ["-VV"], ["--version"], ["-?"], ["--no-such-option"],
    ],
    ids=in_words,
)
def test_grammar_that_only_run_takes(same, programs, arguments):
    same(*arguments, input=textwrap.dedent(SHOW).encode())


def test_a_missing_script_exits_with_2(same):
    assert same("missing.py").returncode == 2


def test_arguments_that_are_no_text(same, tmp_path):
    write(tmp_path, "import sys; print(ascii(sys.argv))")
    assert b"udcff" in same("script.py", b"\xff\xfe").stdout


@ONLY_RUN
def test_a_script_whose_name_is_no_text(same, tmp_path):
    (tmp_path / os.fsdecode(b"\xff.py")).write_text("import sys; print(ascii(sys.argv), ascii(__file__)); 1/0")
    assert b"udcff" in same(b"\xff.py").stdout


@pytest.mark.parametrize("arguments", [["-"], ["-", "a", "-x"], ["-i", "-"], ["-i"], ["-q", "-u"]], ids=in_words)
def test_a_script_on_standard_input(same, arguments):
    program = b"import sys\nprint(sys.argv, __name__, sys.path[0])\ndef f():\n  return 1/0\n\nf()\nsys.exit(4)\n"
    assert same(*arguments, input=program).returncode == (4 if "-i" in arguments else 1)


def test_standard_input_is_the_scripts(same, tmp_path):
    write(tmp_path, "import sys; print(sys.stdin.read().upper(), input)")
    assert b"WORDS" in same("script.py", input=b"words").stdout


@pytest.mark.parametrize("code", ["pass", "1/0", "import sys; print(sys.argv, __name__); sys.exit(7)", "def broken(:"])
def test_code_on_the_command_line(same, code):
    same("-c", code, "a", "--python")


ENDINGS = {
    "nothing": ("pass", 0),
    "exit without a status": ("raise SystemExit", 0),
    "exit with 0": ("raise SystemExit(0)", 0),
    "exit with 3": ("raise SystemExit(3)", 3),
    "exit with more than a byte": ("raise SystemExit(256 + 9)", 9),
    "exit with less than nothing": ("raise SystemExit(-1)", 255),
    "exit with a message": ("raise SystemExit('so it goes')", 1),
    "exit with None": ("raise SystemExit(None)", 0),
    "exit with an object": ("raise SystemExit(('a', 1))", 1),
    "uncaught": ("raise KeyError('x')", 1),
    "uncaught and chained": (
        "import atexit; atexit.register(print, 'bye'); raise ValueError('v') from OSError('o')", 1),
    "uncaught, but no Exception": ("class Stop(BaseException): pass\nraise Stop('s')", 1),
    "uncaught several calls deep": ("def f(n):\n    return 1 / n if n == 0 else f(n - 1)\nf(5)", 1),
    "uncaught in a thread": ("import threading; threading.Thread(target=lambda: 1/0, name='worker').start()", 0),
    "uncaught in a finalizer": ("class Thing:\n    def __del__(self): 1/0\nThing()", 0),
    "uncaught at exit": ("import atexit; atexit.register(lambda: 1/0)", 0),
    "a hook for what is uncaught": ("import sys; sys.excepthook = lambda *_: print('hooked'); 1/0", 1),
    "endless recursion": ("def f(): f()\nf()", 1),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", -signal.SIGINT),
    "KeyboardInterrupt, with a message": ("raise KeyboardInterrupt('stop')", -signal.SIGINT),
    "SyntaxError": ("def broken(:", 1),
    "IndentationError": ("if True:\n  a = 1\n    b = 2", 1),
    "SyntaxError in a string": ("eval('1 +')", 1),
    "SyntaxWarning": ("print(1 is 1)", 0),
    "missing module": ("import no_such_module", 1),
    "os._exit": ("import os; os._exit(5)", 5),
    "abort": ("import os; os.abort()", -signal.SIGABRT),
    "SIGTERM to itself": ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
    "SIGKILL to itself": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
    "SIGSEGV": ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", -signal.SIGSEGV),
    "SIGSEGV, told by faulthandler": (
        "import faulthandler, os, signal; faulthandler.enable(); os.kill(os.getpid(), signal.SIGSEGV)",
        -signal.SIGSEGV),
    "a thread that outlives the script": (
        "import threading, time\n"
        "threading.Thread(target=lambda: (time.sleep(0.05), print('late'))).start()\nraise SystemExit(6)", 6),
    "a daemon that outlives the script": (
        "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()", 0),
    "standard output closed": ("import sys; sys.stdout.close()", 0),
    "standard output closed beneath": ("import os; print('lost'); os.close(1)", 120),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_endings(same, tmp_path, ending, sanitized):
    code, status = ENDINGS[ending]
    if sanitized and "SIGSEGV" in ending:
        pytest.skip("sanitizers catch crashes")
    write(tmp_path, f"print('begun', flush=True)\n{code}\n")
    assert same("script.py").returncode == status


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"])
def test_signals(commands, variables, tmp_path, name):
    how = signal.Signals[name]
    write(tmp_path, "import time\nprint('ready', flush=True)\ntime.sleep(60)\n")
    ends, seconds = [], []
    for command in commands:
        process = subprocess.Popen(
            command + ["script.py"], cwd=tmp_path, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            assert process.stdout.readline() == b"ready\n"
            wait_until_asleep(process.pid)
            sent = time.monotonic()
            process.send_signal(how)
            _, errors = process.communicate(timeout=LIMIT)
            ends.append((process.returncode, errors))
            seconds.append(time.monotonic() - sent)
        finally:
            process.kill()
            process.communicate(timeout=LIMIT)
    assert ends[0] == ends[1]
    assert ends[1][0] == -how
    assert seconds[1] < seconds[0] + 0.5


PRINT_FOR_EVER = "import sys\nprint(__name__)\nwhile True: print('y' * 80)\n"


@pytest.mark.parametrize("code", ["print('lost')", PRINT_FOR_EVER], ids=["at the end", "in the middle"])
def test_standard_output_that_nobody_reads(commands, variables, tmp_path, code):
    write(tmp_path, code)
    results = []
    for command in commands:
        reader, writer = os.pipe()
        os.close(reader)
        try:
            results.append(subprocess.run(
                command + ["script.py"], stdout=writer, stderr=subprocess.PIPE, cwd=tmp_path, env=variables,
                timeout=LIMIT))
        finally:
            os.close(writer)
    expected = assert_same(results)
    assert b"BrokenPipeError" in expected.stderr and expected.returncode == (120 if "lost" in code else 1)


def shell(commands, text, **options):
    """The same line of shell for both; "$@" is what starts Python."""
    return assert_same([
        subprocess.run(["bash", "-c", text, "bash", *command], capture_output=True, timeout=LIMIT, **options)
        for command in commands])


def test_a_reader_that_leaves(commands, variables, tmp_path):
    write(tmp_path, PRINT_FOR_EVER)
    piped = shell(commands, '"$@" script.py | head -1; echo "${PIPESTATUS[@]}"', cwd=tmp_path, env=variables)
    assert piped.stdout == b"__main__\n1 0\n" and b"BrokenPipeError" in piped.stderr


@ONLY_RUN
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
def test_closed_streams(commands, variables, tmp_path, closed):
    write(
        tmp_path,
        """
        import os, sys
        with open("seen", "a") as seen:
            print(sys.stdin, sys.stdout, sys.stderr, sorted(os.listdir("/proc/self/fd")), file=seen)
        print("lost")
        """)
    shell(commands, f'"$@" script.py {closed}', cwd=tmp_path, env=variables)
    expected, found = (tmp_path / "seen").read_text().splitlines()
    assert found == expected and "None" in expected


@ONLY_RUN
def test_a_folder_that_is_gone(commands, variables, tmp_path):
    line = 'mkdir gone; cd gone; rmdir ../gone; "$@" -c "import sys; print(sys.path[0]); import os; os.getcwd()"'
    gone = shell(commands, line, cwd=tmp_path, env=variables)
    assert gone.returncode == 1 and b"FileNotFoundError" in gone.stderr


STATUS = "print([line for line in open('/proc/self/status') if line.startswith(('Sig', 'Shd', 'Threads'))])"


@pytest.mark.parametrize("before", ["", "trap '' INT PIPE TERM; "])
def test_signals_are_left_as_python_sets_them(commands, variables, sanitized, before):
    if sanitized:
        pytest.skip("sanitizers catch crashes, and start a thread")
    shell(commands, f'{before}exec "$@" -c "$STATUS"', env={**variables, "STATUS": STATUS})


@ONLY_RUN
@pytest.mark.parametrize("options", [[], ["-I"], ["-S"], ["-X", "dev"]], ids=in_words)
def test_a_process_with_nothing_more_in_it(same, tmp_path, options):
    """But for the built-in module, not yet imported, and children's way to it. Variables' values are not to be seen."""
    write(
        tmp_path,
        """
        import os, sys
        print(list(sys.modules), sys.meta_path, sys.path_hooks)
        print([name for name in sys.builtin_module_names if name != "pixcrawler"])
        print(sorted(os.listdir("/proc/self/fd")), os.umask(0), os.nice(0))
        import hashlib
        variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        print(sorted(variables), hashlib.sha256(repr(variables).encode(errors="surrogateescape")).hexdigest())
        """)
    same(*options, "script.py")


@ONLY_RUN
@pytest.mark.parametrize(
    "variable",
    [
        "PYTHONPATH=lib", "PYTHONPATH=lib:other::/nowhere", "PYTHONPATH=", "PYTHONHASHSEED=0", "PYTHONHASHSEED=7",
        "PYTHONHASHSEED=x", "PYTHONUNBUFFERED=1", "PYTHONWARNINGS=error", "PYTHONWARNINGS=ignore,default::UserWarning",
        "PYTHONWARNINGS=nonsense", "PYTHONDONTWRITEBYTECODE=1", "PYTHONPYCACHEPREFIX=cache", "PYTHONOPTIMIZE=2",
        "PYTHONUTF8=1", "PYTHONUTF8=0", "PYTHONUTF8=x", "PYTHONSAFEPATH=1", "PYTHONNOUSERSITE=1", "PYTHONINSPECT=1",
        "PYTHONDEVMODE=1", "PYTHONFAULTHANDLER=1", "PYTHONTRACEMALLOC=2", "PYTHONMALLOC=debug", "PYTHONMALLOC=nonsense",
        "PYTHONINTMAXSTRDIGITS=640", "PYTHONIOENCODING=latin-1:replace", "PYTHONEXECUTABLE=/nowhere", "PYTHON_GIL=1",
    ],
)
def test_python_variables(same, tmp_path, variable):
    (tmp_path / "lib").mkdir()
    write(tmp_path / "lib", "print('found on PYTHONPATH')", "elsewhere.py")
    write(tmp_path, "import warnings; warnings.warn('a user warning')", "beside.py")
    write(tmp_path, textwrap.dedent(SHOW) + textwrap.dedent("""
        print(hash("a") if "PYTHONHASHSEED" in os.environ else "", __debug__)
        for module in ("beside", "elsewhere"):
            try:
                __import__(module)
            except ImportError as error:
                print(error)
        assert False, "optimized away"
        """))
    name, value = variable.split("=", 1)
    output = same("script.py", env={name: value}, stdin=subprocess.DEVNULL).stdout
    assert (b"found on PYTHONPATH" in output) == variable.startswith("PYTHONPATH=lib")


@ONLY_RUN
def test_where_bytecode_is_written(same, tmp_path):
    write(tmp_path, "", "beside.py")

    def written(**variables):
        assert same("-c", "import beside", env=variables).returncode == 0
        return sorted(str(file.relative_to(tmp_path).parts[0]) for file in tmp_path.rglob("beside.*.pyc"))

    assert written(PYTHONDONTWRITEBYTECODE="1") == []
    assert written(PYTHONPYCACHEPREFIX="cache") == ["cache"]
    assert written() == ["__pycache__", "cache"]


@ONLY_RUN
def test_a_bad_pythonhome(same, environment):
    """Python's own words. The path for children is set already, as it is part of them."""
    ours = environment["PIXCRAWLER_HOME"] + "/lib/pixcrawler/python"
    result = same("-c", "pass", env={"PYTHONHOME": "/nowhere", "PYTHONPATH": ours})
    assert result.returncode == 1 and b"No module named 'encodings'" in result.stderr


def test_pythonstartup_before_the_prompt(same, tmp_path):
    write(tmp_path, "print('started'); x = 41", "startup.py")
    result = same("-q", "-i", env={"PYTHONSTARTUP": "startup.py"}, input=b"print(x + 1)\nraise SystemExit(3)\n")
    assert (result.returncode, result.stdout) == (3, b"started\n42\n")
    assert same("-c", "print(globals().get('x'))", env={"PYTHONSTARTUP": "startup.py"}).stdout == b"None\n"


@ONLY_RUN
@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C"}, {"LC_ALL": "POSIX"}, {"LANG": "C"}, {"LC_ALL": "C.UTF-8"}, {"LC_ALL": "no_such.locale"},
        {"LC_ALL": "C", "PYTHONUTF8": "0"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LANG": "C", "PYTHONCOERCECLOCALE": "warn"}, {"LANG": "C", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=lambda locale: " ".join("=".join(pair) for pair in locale.items()),
)
def test_encodings(same, variables, tmp_path, locale):
    for name in ("LANG", "LC_ALL", "LC_CTYPE"):
        variables.pop(name, None)
    write(tmp_path, textwrap.dedent(SHOW) + textwrap.dedent("""
        import locale
        print(locale.getpreferredencoding(False), sys.getfilesystemencodeerrors(), os.environ.get("LC_CTYPE"))
        print(ascii(sys.argv), ascii(os.listdir(".")))
        sys.stderr.write("caf\\u00e9\\n")
        print("caf\\u00e9")
        """), "ünï.py")
    same("ünï.py".encode(), "é".encode(), env=locale)


@ONLY_RUN
def test_an_environment_with_nothing_in_it(commands, tmp_path, home, sanitized):
    if sanitized:
        pytest.skip("sanitizers need their options")
    write(tmp_path, SHOW)
    assert_same([
        subprocess.run(
            command + ["script.py"], cwd=tmp_path, env={"PIXCRAWLER_HOME": str(home)}, capture_output=True,
            timeout=LIMIT)
        for command in commands])


def test_the_prompt_on_a_terminal(commands, variables):
    variables.update(PYTHON_BASIC_REPL="1", TERM="dumb")
    program, *words = commands[1]
    prompt = pexpect.spawn(program, [*words, "-q", "-i", "-c", "x = 41"], env=variables, timeout=LIMIT)
    try:
        prompt.expect_exact(">>> ")
        prompt.sendline("print(x + 1)")
        prompt.expect_exact("\r\n42\r\n>>> ")
        prompt.sendline("import time; print('rea' + 'dy'); time.sleep(60)")
        prompt.expect_exact("\r\nready\r\n")
        wait_until_asleep(prompt.pid)  # A signal just before that does not wake it, under python either.
        prompt.sendintr()
        prompt.expect_exact("KeyboardInterrupt\r\n>>> ")
        prompt.sendline("raise SystemExit(3)")
        prompt.expect(pexpect.EOF)
        prompt.wait()
        assert prompt.exitstatus == 3
    finally:
        prompt.close(force=True)


BECOME = {
    "execv": "os.execv(sys.executable, [sys.executable, 'second.py', 'a'])",
    "execve": "os.execve(sys.executable, [sys.executable, '-I', 'second.py'], {**os.environ, 'MORE': '1'})",
    "itself": "os.environ.get('AGAIN') or (os.environ.update(AGAIN='1'), "
              "os.execv(sys.executable, sys.orig_argv)); print(sys.argv)",
    "posix_spawn": "child = os.posix_spawn(sys.executable, [sys.executable, 'second.py'], os.environ); "
                   "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))",
    "spawnv": "sys.exit(os.spawnv(os.P_WAIT, sys.executable, [sys.executable, 'second.py']))",
    "system": "sys.exit(os.waitstatus_to_exitcode(os.system(f'\"{sys.executable}\" second.py')))",
}


@pytest.mark.parametrize("how", BECOME)
def test_a_script_that_becomes_or_starts_another(same, tmp_path, how):
    second = "import sys; print(sys.argv, sys.executable, sys.prefix, sys.flags.isolated); sys.exit(9)"
    write(tmp_path, second, "second.py")
    write(tmp_path, f"import os, sys\nprint('first', flush=True)\n{BECOME[how]}\n")
    assert same("script.py", "b").returncode == (0 if how == "itself" else 9)


def test_an_archive_made_inside_names_the_same_python(same, tmp_path, python):
    (tmp_path / "app").mkdir()
    write(tmp_path / "app", "import sys; print(sys.executable, sys.prefix, sys.argv)", "__main__.py")
    make = "import sys, zipapp; zipapp.create_archive('app', 'app.pyz', interpreter=sys.executable)"
    write(tmp_path, make, "make.py")
    same("make.py")
    archive = tmp_path / "app.pyz"
    assert archive.read_bytes().startswith(f"#!{python}\n".encode())
    ran = subprocess.run([str(archive), "a"], capture_output=True, text=True, timeout=LIMIT)
    assert ran.stdout.split()[0] == python, ran.stderr
