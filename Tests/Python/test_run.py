"""`pixcrawler run` behaves as the chosen Python itself does."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import sysconfig
import textwrap
import time

import pexpect
import pytest

LIMIT = 60  # seconds that any one process may take

MODULE_SOURCE = r"""
#define Py_LIMITED_API 0x030a0000
#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *unused) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyModuleDef_Slot slots[] = {{0, NULL}};
static PyModuleDef module = {PyModuleDef_HEAD_INIT, "pixcrawler", NULL, 0, methods, slots, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_pixcrawler(void) { return PyModuleDef_Init(&module); }
"""


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """A prefix whose module `pixcrawler` is a few lines of C with `answer()`, to look at the launch alone."""
    prefix = tmp_path_factory.mktemp("home")
    package = prefix / "lib/pixcrawler/python/pixcrawler"
    package.mkdir(parents=True)
    source = prefix / "module.c"
    source.write_text(MODULE_SOURCE)
    subprocess.run(
        ["gcc", "-shared", "-fPIC", f"-I{sysconfig.get_path('include')}", str(source)]
        + ["-o", str(package / "__init__.abi3.so")],
        check=True, timeout=LIMIT,
    )
    return prefix


@pytest.fixture
def environment(home, tmp_path):
    """Nothing of the outside that chooses a Python."""
    chosen = ("PIXCRAWLER_PYTHON", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")
    kept = {name: value for name, value in os.environ.items() if name not in chosen}
    return {**kept, "PIXCRAWLER_HOME": str(home)}


@pytest.fixture
def both(pixcrawler, environment, tmp_path, python):
    """Runs the same arguments under python and under pixcrawler; their results, in that order."""

    def run(*arguments, **options):
        options = {"capture_output": True, "timeout": LIMIT, "cwd": tmp_path, "env": environment, **options}
        commands = [[python], [pixcrawler, "run", "--python", python]]
        return [subprocess.run(command + list(arguments), **options) for command in commands]

    return run


def write(folder, text, name="script.py"):
    (folder / name).write_text(textwrap.dedent(text))
    return name


def assert_equal(results):
    expected, found = results
    assert (found.returncode, found.stdout, found.stderr) == (expected.returncode, expected.stdout, expected.stderr)
    return expected


SHOW = """
    import os, sys
    print(sys.argv, sys.orig_argv, __name__, globals().get("__file__"), sys.path[0], sys.executable)
    print(sys.prefix, sys.exec_prefix, sys.base_prefix, sys.version, sys.flags, sys.warnoptions, sys._xoptions)
    print(os.getcwd(), sys.stdin.encoding, sys.stdout.encoding, sys.getfilesystemencoding())
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["script.py"],
        ["script.py", "--python", "x", "-h", "--help", "--version", "--", "", "two words", "ünïcode"],
        ["script.py", "--generate-completion-script", "--experimental-dump-help"],
        ["./script.py", "-c"],
        ["--", "script.py", "a"],
        ["-m", "script", "a", "-m"],
        ["-m", "package", "a"],
        ["-X", "dev", "script.py"],
        ["-X", "utf8=0", "-W", "error", "-OO", "script.py"],
        ["-I", "script.py"],
        ["-E", "-s", "script.py"],
        ["-Sum", "script"],
        ["folder"],
        ["missing.py"],
        ["-m", "missing"],
        ["--no-such-option"],
        ["--version"],
    ],
    ids=" ".join,
)
def test_what_a_script_sees(both, tmp_path, arguments):
    write(tmp_path, SHOW)
    for package in ("package", "folder"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__main__.py").write_text(textwrap.dedent(SHOW))
    assert_equal(both(*arguments))


def test_a_missing_script_exits_with_2(both):
    assert assert_equal(both("missing.py")).returncode == 2


def test_arguments_that_are_no_text(both, tmp_path):
    write(tmp_path, "import sys; print(ascii(sys.argv))")
    assert b"udcff" in assert_equal(both("script.py", b"\xff\xfe")).stdout


@pytest.mark.parametrize("code", ["pass", "1/0", "import sys; print(sys.argv, __name__); sys.exit(7)"])
def test_code_on_the_command_line(both, code):
    assert_equal(both("-c", code, "a", "--python"))


@pytest.mark.parametrize("arguments", [["-"], ["-", "a", "-x"], ["-i", "-"], ["/dev/stdin", "a"]], ids=" ".join)
def test_a_script_on_standard_input(both, arguments):
    assert_equal(both(*arguments, input=b"import sys\nprint(sys.argv, __name__, sys.path[0])\nsys.exit(4)\n"))


def test_standard_input_is_the_scripts(both, tmp_path):
    write(tmp_path, "import sys; print(sys.stdin.read().upper())")
    assert b"WORDS" in assert_equal(both("script.py", input=b"words")).stdout


@pytest.mark.parametrize(
    "ending",
    [
        "raise SystemExit", "raise SystemExit(3)", "raise SystemExit(256 + 9)", "raise SystemExit('so it goes')",
        "raise SystemExit(None)", "raise KeyError('x')", "raise KeyboardInterrupt", "import os; os._exit(5)",
        "import os; os.abort()", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "def broken(:",
        "import threading; threading.Thread(target=lambda: print('late')).start(); raise SystemExit(6)",
        "import atexit; atexit.register(print, 'bye'); raise ValueError('v') from OSError('o')",
    ],
)
def test_endings(both, tmp_path, ending, sanitized):
    if sanitized and "SIGSEGV" in ending:
        pytest.skip("sanitizers catch crashes")
    write(tmp_path, f"print('begun', flush=True)\n{ending}\n")
    assert_equal(both("script.py"))


def test_signals_are_left_as_python_sets_them(both, sanitized):
    if sanitized:
        pytest.skip("sanitizers catch crashes")
    assert_equal(both("-c", "print([line for line in open('/proc/self/status') if line.startswith('Sig')])"))


def test_python_variables(both, tmp_path, environment):
    write(tmp_path, "import sys; print(hash('a'), sys.flags, sys.stdout.line_buffering, sys.dont_write_bytecode)")
    assert_equal(both("script.py", env={**environment, "PYTHONHASHSEED": "7", "PYTHONUNBUFFERED": "1"}))


def test_an_environment_with_nothing_in_it(both, tmp_path, home, sanitized):
    if sanitized:
        pytest.skip("sanitizers need their options")
    write(tmp_path, "import sys; print(sys.prefix, sys.executable, sys.stdout.encoding)")
    assert_equal(both("script.py", env={"PIXCRAWLER_HOME": str(home)}))


def wait_until_asleep(pid):
    """The state follows the program's name in parentheses."""
    limit = time.monotonic() + LIMIT
    while pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "S":
        assert time.monotonic() < limit
        time.sleep(0.01)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_signals(pixcrawler, environment, tmp_path, python, how):
    write(tmp_path, "import time\nprint('ready', flush=True)\ntime.sleep(60)\n")
    ends = []
    for command in [[python], [pixcrawler, "run", "--python", python]]:
        process = subprocess.Popen(
            command + ["script.py"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            assert process.stdout.readline() == b"ready\n"
            wait_until_asleep(process.pid)
            sent = time.monotonic()
            process.send_signal(how)
            _, errors = process.communicate(timeout=LIMIT)
            ends.append((process.returncode, errors))
            assert time.monotonic() - sent < 0.5
        finally:
            process.kill()
            process.communicate(timeout=LIMIT)
    assert ends[0] == ends[1]
    assert ends[1][0] == -how


def test_the_prompt_on_a_terminal(pixcrawler, environment, python):
    environment = {**environment, "PYTHON_BASIC_REPL": "1", "TERM": "dumb"}
    prompt = pexpect.spawn(
        pixcrawler, ["run", "--python", python, "-q", "-i", "-c", "x = 41"], env=environment, timeout=LIMIT)
    try:
        prompt.expect_exact(">>> ")
        prompt.sendline("print(x + 1)")
        prompt.expect_exact("\r\n42\r\n>>> ")
        prompt.sendline("import time; print('rea' + 'dy'); time.sleep(60)")
        prompt.expect_exact("\r\nready\r\n")
        prompt.sendintr()
        prompt.expect_exact("KeyboardInterrupt\r\n>>> ")
        prompt.sendline("raise SystemExit(3)")
        prompt.expect(pexpect.EOF)
        prompt.wait()
        assert prompt.exitstatus == 3
    finally:
        prompt.close(force=True)


def run(pixcrawler, environment, *arguments, **options):
    options = {"capture_output": True, "text": True, "timeout": LIMIT, "env": environment, **options}
    return subprocess.run([pixcrawler, "run", *map(str, arguments)], **options)


@pytest.mark.parametrize("options", [[], ["-I"], ["-E"], ["-S"], ["-X", "dev"]], ids=" ".join)
def test_the_engine_is_there(pixcrawler, environment, tmp_path, python, options):
    write(tmp_path, "import pixcrawler, sys; print(pixcrawler.answer(), 'pixcrawler' in sys.builtin_module_names)")
    found = run(pixcrawler, environment, "--python", python, *options, tmp_path / "script.py")
    assert (found.stdout, found.stderr) == ("42 True\n", "")


def test_children_find_the_engine(pixcrawler, environment, tmp_path, python):
    write(
        tmp_path,
        """
        import multiprocessing, subprocess, sys

        def work(number):
            import pixcrawler
            return pixcrawler.answer() + number

        if __name__ == "__main__":
            code = "import pixcrawler; print(pixcrawler.__file__, pixcrawler.answer())"
            print(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
            for method in ("spawn", "forkserver", "fork"):
                with multiprocessing.get_context(method).Pool(2) as pool:
                    print(pool.map(work, [1, 2]))
        """,
    )
    found = run(pixcrawler, environment, "--python", python, tmp_path / "script.py")
    file = pathlib.Path(environment["PIXCRAWLER_HOME"]) / "lib/pixcrawler/python/pixcrawler/__init__.abi3.so"
    assert found.stdout.split() == [str(file), "42"] + ["[43,", "44]"] * 3, found.stderr


@pytest.mark.parametrize("inherited", [None, "", "/a", "/a:/b", ":/a"])
def test_the_users_python_path_is_kept(pixcrawler, environment, inherited):
    ours = environment["PIXCRAWLER_HOME"] + "/lib/pixcrawler/python"
    if inherited is not None:
        environment["PYTHONPATH"] = inherited
    code = "import os; print(os.environ['PYTHONPATH'])"
    nested = f"import subprocess; subprocess.run([{pixcrawler!r}, 'run', '--python', {sys.executable!r}, '-c', {code!r}])"
    expected = f"{ours}:{inherited}\n" if inherited else f"{ours}\n"
    for program in (code, nested):
        assert run(pixcrawler, environment, "--python", sys.executable, "-c", program).stdout == expected


def test_a_script_that_does_not_import_the_engine_does_not_open_it(pixcrawler, environment):
    environment["PIXCRAWLER_HOME"] = "/nowhere"
    assert run(pixcrawler, environment, "--python", sys.executable, "-c", "print('fine')").stdout == "fine\n"
    code = "try: import pixcrawler\nexcept ImportError as error: print(error)"
    found = run(pixcrawler, environment, "--python", sys.executable, "-c", code)
    assert "/nowhere/lib/pixcrawler/python/pixcrawler/__init__.abi3.so" in found.stdout


def test_a_module_file_without_its_door_is_an_import_error(pixcrawler, environment, home, tmp_path):
    package = tmp_path / "lib/pixcrawler/python/pixcrawler"
    package.mkdir(parents=True)
    subprocess.run(
        ["gcc", "-shared", "-x", "c", "/dev/null", "-o", str(package / "__init__.abi3.so")], check=True, timeout=LIMIT)
    environment["PIXCRAWLER_HOME"] = str(tmp_path)
    found = run(pixcrawler, environment, "--python", sys.executable, "-c", "import pixcrawler")
    assert found.returncode == 1
    assert "ImportError" in found.stderr and "PyInit_pixcrawler" in found.stderr


def make_venv(folder, *options):
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", *options, str(folder)], check=True, timeout=LIMIT)
    return str(folder)


PREFIX = ["-c", "import sys; print(sys.prefix)"]


def test_rules_in_their_order(pixcrawler, environment, tmp_path):
    named, variable, active = (make_venv(tmp_path / name) for name in ("named", "variable", "active"))
    nearest = make_venv(tmp_path / "project/.venv")
    deep = tmp_path / "project/a/b"
    deep.mkdir(parents=True)
    (tmp_path / "path").mkdir()
    os.symlink(sys.executable, tmp_path / "path/python3")
    environment["PATH"] = f"{tmp_path}/path:{environment['PATH']}"
    on_path = subprocess.run(
        [str(tmp_path / "path/python3"), *PREFIX], capture_output=True, text=True, timeout=LIMIT).stdout.strip()

    def prefix(*options, folder=deep):
        found = run(pixcrawler, environment, *options, *PREFIX, cwd=folder)
        return found.stdout.strip() or found.stderr

    environment.update(PIXCRAWLER_PYTHON=variable, VIRTUAL_ENV=active)
    assert prefix("--python", named) == named
    assert prefix("--python", f"{named}/bin/python") == named
    assert prefix("--python=../../../named") in (named, str(deep / "../../../named"))
    assert prefix() == variable
    del environment["PIXCRAWLER_PYTHON"]
    assert prefix() == active
    del environment["VIRTUAL_ENV"]
    assert prefix() == nearest
    assert prefix(folder=tmp_path) == on_path


def test_a_venv_with_a_copied_interpreter(pixcrawler, environment, tmp_path, python):
    venv = tmp_path / "copied"
    subprocess.run([python, "-m", "venv", "--without-pip", "--copies", str(venv)], check=True, timeout=LIMIT)
    code = "import sys; print(sys.prefix, sys.executable, sys.version_info[:2])"
    expected = subprocess.run([str(venv / "bin/python"), "-c", code], capture_output=True, text=True, timeout=LIMIT)
    assert run(pixcrawler, environment, "--python", venv, "-c", code).stdout == expected.stdout


@pytest.mark.parametrize(
    ("variables", "options", "fragments"),
    [
        ({}, ["--python", "/no/such"], ["--python names /no/such"]),
        ({"PIXCRAWLER_PYTHON": "/no/such"}, [], ["PIXCRAWLER_PYTHON names /no/such"]),
        ({"VIRTUAL_ENV": "/no/such"}, [], ["VIRTUAL_ENV names /no/such"]),
        ({"PATH": "/no/such"}, [], ["no Python was found"]),
        ({"PIXCRAWLER_PYTHON": "/bin/cat"}, [], ["/bin/cat does not answer as a Python"]),
    ],
)
def test_refusals_say_what_to_do(pixcrawler, environment, tmp_path, variables, options, fragments):
    found = run(pixcrawler, {**environment, **variables}, *options, "script.py", cwd=tmp_path)
    assert found.returncode == 1 and found.stdout == ""
    assert found.stderr.startswith("pixcrawler: ") and found.stderr.count("\n") == 1
    for fragment in [*fragments, "pixcrawler run --python PATH script.py"]:
        assert fragment in found.stderr


def test_a_venv_without_python_is_not_skipped(pixcrawler, environment, tmp_path):
    (tmp_path / ".venv").mkdir()
    found = run(pixcrawler, environment, "script.py", cwd=tmp_path)
    assert found.returncode == 1 and f"{tmp_path}/.venv has no Python" in found.stderr


def test_old_pythons_are_refused(pixcrawler, environment, old_python):
    found = run(pixcrawler, environment, "--python", old_python, "-c", "print('ran')")
    assert found.returncode == 1 and found.stdout == ""
    assert "pixcrawler needs CPython 3.10 or newer" in found.stderr and found.stderr.count("\n") == 1


def fake_python(folder, answer):
    """A program that answers what an interpreter of another kind would."""
    path = folder / "python"
    path.write_text("#!/bin/sh\nprintf '%s\\n' " + " ".join(f"'{line}'" for line in ["pixcrawler", path, *answer]))
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("answer", "fragment"),
    [
        (["cpython", "3.13", "1", "1", "libpython3.13t.so.1.0", "/usr/lib", ""], "free-threaded build of Python 3.13"),
        (["pypy", "3.10", "", "", "", "", ""], "pypy, another implementation"),
    ],
)
def test_other_kinds_are_refused(pixcrawler, environment, tmp_path, answer, fragment):
    found = run(pixcrawler, environment, "--python", fake_python(tmp_path, answer), "-c", "print('ran')")
    assert found.returncode == 1 and found.stdout == "" and fragment in found.stderr


def test_a_shim_is_asked_what_it_stands_for(pixcrawler, environment, tmp_path, python):
    shim = tmp_path / "python3"
    shim.write_text(f'#!/bin/sh\nexec "{python}" "$@"\n')
    shim.chmod(0o755)
    write(tmp_path, "raise RuntimeError('a shadow of the standard library')", "sysconfig.py")
    code = "import sys, pixcrawler; print(sys.executable, sys.orig_argv[0], pixcrawler.answer())"
    found = run(pixcrawler, environment, "--python", shim, "-c", code, cwd=tmp_path)
    assert found.stdout == f"{python} {python} 42\n", found.stderr


def test_a_python_without_a_shared_library_is_started_as_a_program(pixcrawler, environment, tmp_path, home):
    real = tmp_path / "bin/python"
    real.parent.mkdir()
    real.write_text(
        "#!/bin/sh\n"
        'case "$*" in *get_config_var*) printf "%s\\n" pixcrawler "$0" cpython 3.11 "" 0 "" "" "" ;;\n'
        f'*) exec {sys.executable} "$@" ;; esac\n')
    real.chmod(0o755)
    code = "import pixcrawler, sys; print(pixcrawler.answer(), sys.argv); sys.exit(5)"
    found = run(pixcrawler, environment, "--python", real, "-c", code, "a")
    assert (found.stdout, found.returncode) == ("42 ['-c', 'a']\n", 5), found.stderr


def test_help_and_nothing_to_run(pixcrawler, environment):
    help_text = run(pixcrawler, environment, "--help")
    assert help_text.returncode == 0 and "--python" in help_text.stdout
    nothing = run(pixcrawler, environment)
    assert nothing.returncode != 0 and "pixcrawler run train.py" in nothing.stderr


def test_the_users_own_libraries_are_not_replaced(pixcrawler, environment, tmp_path):
    """As conda does: an extension with its own libcrypto.so.3 beside it, newer than the system's."""
    (tmp_path / "crypto.c").write_text("int newer_feature(void) { return 7; }")
    (tmp_path / "extension.c").write_text("int newer_feature(void); int call(void) { return newer_feature(); }")
    compile = ["gcc", "-shared", "-fPIC", "-o"]
    for command in (
        ["libcrypto.so.3", "-Wl,-soname,libcrypto.so.3", "crypto.c"],
        ["extension.so", "-Wl,-rpath,$ORIGIN", "extension.c", "-L.", "-l:libcrypto.so.3"],
    ):
        subprocess.run(compile + command, check=True, cwd=tmp_path, timeout=LIMIT)
    code = f"import ctypes; print(ctypes.CDLL('{tmp_path}/extension.so').call())"
    found = run(pixcrawler, environment, "--python", sys.executable, "-c", code)
    assert found.stdout == "7\n", found.stderr


@pytest.mark.skipif(shutil.which("readelf") is None, reason="needs readelf")
def test_the_program_refers_to_no_python_symbol_and_exports_none(pixcrawler):
    symbols = subprocess.run(
        ["readelf", "-W", "--dyn-syms", pixcrawler], capture_output=True, text=True, check=True, timeout=LIMIT).stdout
    rows = [line.split() for line in symbols.splitlines() if len(line.split()) >= 8]
    assert not [row for row in rows if row[7].startswith(("Py", "_Py"))]
    assert not [row for row in rows if row[7].startswith("pix_") and row[6] != "UND"]
