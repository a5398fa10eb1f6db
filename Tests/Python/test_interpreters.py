"""Which Python is chosen, in whatever way it was installed; what is refused, and what the refusal says."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from conftest import chosen_interpreters, version_name
from launching import LIMIT, run, write
from support import ROOT, WITNESS

SELF = (
    "import sys; "
    "print(sys.prefix, sys.exec_prefix, sys.base_prefix, sys.executable, sys._base_executable, sys.version)")
PREFIX = ["-c", "import sys; print(sys.prefix)"]


def answer(python, code=SELF, **options):
    """What that Python itself prints."""
    return subprocess.run(
        [str(python), "-c", code], capture_output=True, text=True, check=True, timeout=LIMIT, **options).stdout


def make_venv(folder, *options, python=sys.executable):
    subprocess.run([python, "-m", "venv", "--without-pip", *options, str(folder)], check=True, timeout=LIMIT)
    return str(folder)


# The engine is there, for the script and for its children.


@pytest.mark.parametrize("options", [[], ["-I"], ["-E"], ["-S"], ["-X", "dev"]], ids=" ".join)
def test_the_engine_is_there(pixcrawler, environment, tmp_path, python, options):
    write(tmp_path, "import pixcrawler, sys; print(pixcrawler.answer(), 'pixcrawler' in sys.builtin_module_names)")
    found = run(pixcrawler, environment, "--python", python, *options, tmp_path / "script.py")
    assert (found.stdout, found.stderr) == ("42 True\n", "")


@pytest.mark.parametrize("inherited", [None, "", "/a", "/a:/b", ":/a"])
def test_the_users_python_path_is_kept(pixcrawler, environment, inherited):
    ours = environment["PIXCRAWLER_HOME"] + "/lib/pixcrawler/python"
    if inherited is not None:
        environment["PYTHONPATH"] = inherited
    code = "import os; print(os.environ['PYTHONPATH'])"
    words = [pixcrawler, "run", "--python", sys.executable, "-c", code]
    nested = f"import subprocess; subprocess.run({words!r})"
    expected = f"{ours}:{inherited}\n" if inherited else f"{ours}\n"
    for program in (code, nested):
        assert run(pixcrawler, environment, "--python", sys.executable, "-c", program).stdout == expected


def test_a_script_that_does_not_import_the_engine_does_not_open_it(pixcrawler, environment):
    environment["PIXCRAWLER_HOME"] = "/nowhere"
    assert run(pixcrawler, environment, "--python", sys.executable, "-c", "print('fine')").stdout == "fine\n"
    code = "try: import pixcrawler\nexcept ImportError as error: print(error)"
    found = run(pixcrawler, environment, "--python", sys.executable, "-c", code)
    assert "/nowhere/lib/pixcrawler/python/pixcrawler/__init__.abi3.so" in found.stdout


def test_a_module_file_without_its_door_is_an_import_error(pixcrawler, environment, tmp_path):
    package = tmp_path / "lib/pixcrawler/python/pixcrawler"
    package.mkdir(parents=True)
    subprocess.run(
        ["gcc", "-shared", "-x", "c", "/dev/null", "-o", str(package / "__init__.abi3.so")], check=True, timeout=LIMIT)
    environment["PIXCRAWLER_HOME"] = str(tmp_path)
    found = run(pixcrawler, environment, "--python", sys.executable, "-c", "import pixcrawler")
    assert found.returncode == 1
    assert "ImportError" in found.stderr and "PyInit_pixcrawler" in found.stderr


# Which rule chooses.


def test_rules_in_their_order(pixcrawler, environment, tmp_path):
    named, variable, own, active, conda = (
        make_venv(tmp_path / name) for name in ("named", "variable", "own", "active", "conda"))
    nearest = make_venv(tmp_path / "project/.venv")
    deep = tmp_path / "project/a/b"
    deep.mkdir(parents=True)
    (tmp_path / "path").mkdir()
    os.symlink(sys.executable, tmp_path / "path/python3")
    environment["PATH"] = f"{tmp_path}/path:{environment['PATH']}"
    on_path = answer(tmp_path / "path/python3", PREFIX[1]).strip()

    linked = f"{own}/bin/pixcrawler"
    os.symlink(pixcrawler, linked)

    def prefix(*options, folder=deep, program=pixcrawler):
        found = run(program, environment, *options, *PREFIX, cwd=folder)
        return found.stdout.strip() or found.stderr

    environment.update(
        PIXCRAWLER_PYTHON=variable, VIRTUAL_ENV=active, CONDA_PREFIX=conda, CONDA_DEFAULT_ENV="train")
    assert prefix("--python", named) == named
    assert prefix("--python", f"{named}/bin/python") == named
    assert prefix("--python=../../../named") in (named, str(deep / "../../../named"))
    assert prefix(program=linked) == variable
    del environment["PIXCRAWLER_PYTHON"]
    assert prefix(program=linked) == own
    assert prefix() == active
    del environment["VIRTUAL_ENV"]
    assert prefix() == conda
    environment["CONDA_DEFAULT_ENV"] = "base"
    assert prefix() == nearest
    assert prefix(folder=tmp_path) == on_path


def test_a_version_is_looked_for_on_path(pixcrawler, environment, tmp_path, python):
    minor = answer(python, "import sys; print('%d.%d' % sys.version_info[:2])").strip()
    (tmp_path / "path").mkdir()
    os.symlink(python, tmp_path / f"path/python{minor}")
    environment["PATH"] = f"{tmp_path}/path:{environment['PATH']}"
    itself = answer(tmp_path / f"path/python{minor}")
    for named in (minor, f"python{minor}"):
        assert run(pixcrawler, environment, "--python", named, "-c", SELF).stdout == itself
    found = run(pixcrawler, environment, "--python", "3.99", "-c", SELF)
    assert found.returncode == 2 and "--python names 3.99" in found.stderr


@pytest.mark.parametrize("called", ["linked/bin/pixcrawler", "by its name"])
def test_a_link_in_an_environment_chooses_it(pixcrawler, environment, tmp_path, python, called):
    """However it is called: by a path, or found on PATH, with another environment active or none."""
    venv = make_venv(tmp_path / "linked", python=python)
    os.symlink(pixcrawler, f"{venv}/bin/pixcrawler")
    program = called
    if called == "by its name":
        program = "pixcrawler"
        environment["PATH"] = f"{venv}/bin:{environment['PATH']}"
    found = subprocess.run(
        ["bash", "-c", f"{program} -c '{SELF}'"], capture_output=True, text=True, timeout=LIMIT, env=environment,
        cwd=tmp_path)
    assert found.stdout == answer(f"{venv}/bin/python"), found.stderr


@pytest.mark.parametrize("front", ["run", "bare"])
def test_what_an_activated_venv_runs(pixcrawler, environment, tmp_path, front):
    """As a user does: activate, and call pixcrawler."""
    venv = make_venv(tmp_path / "venv")
    words = "run -c" if front == "run" else "-c"
    shell = subprocess.run(
        ["bash", "-c", f'. "{venv}/bin/activate"; "$0" {words} "{PREFIX[1]}"; deactivate; "$0" {words} "{PREFIX[1]}"',
         pixcrawler],
        capture_output=True, text=True, timeout=LIMIT, env=environment, cwd=tmp_path)
    outside = answer(shutil.which("python3"), PREFIX[1], cwd=tmp_path)
    assert shell.stdout == f"{venv}\n{outside}", shell.stderr


# However it was installed.


def has_shared_library(python):
    code = "import sys; print(sys.base_prefix + '/lib/libpython%d.%d.so.1.0' % sys.version_info[:2])"
    return os.path.exists(answer(python, code).strip())


#: Interpreters of prefixes that can be copied to another place, as pyenv's can; Debian's is spread over /usr.
MOVABLE = {version_name(version): path for version, path in chosen_interpreters().items() if has_shared_library(path)}


def copied_prefix(python, prefix):
    """The same CPython at another place: nothing it was built with names that place, but a search path relative to it.

    The standard library's files are links, so that this is cheap.
    """
    version, base = answer(python, "import sys; print('%d.%d' % sys.version_info[:2], sys.base_prefix)").split()
    base = pathlib.Path(base)
    for folder in ("bin", f"lib/python{version}/site-packages"):
        (prefix / folder).mkdir(parents=True)
    program = (base / f"bin/python{version}").read_bytes()
    path = f"{base}/lib\0".encode()
    assert path in program, "its run path"
    program = program.replace(path, b"$ORIGIN/../lib".ljust(len(path), b"\0"))
    (prefix / f"bin/python{version}").write_bytes(program)
    (prefix / f"bin/python{version}").chmod(0o755)
    for name in ("python", "python3"):
        (prefix / "bin" / name).symlink_to(f"python{version}")
    library = f"lib/libpython{version}.so.1.0"
    shutil.copyfile(base / library, prefix / library)
    for entry in (base / f"lib/python{version}").iterdir():
        if entry.name not in ("site-packages", "__pycache__"):
            (prefix / f"lib/python{version}" / entry.name).symlink_to(entry)
    return prefix


@pytest.fixture(scope="module", params=MOVABLE)
def conda(request, tmp_path_factory):
    """A prefix as conda makes it; its sysconfig names the place where it was built, which is not here."""
    prefix = copied_prefix(MOVABLE[request.param], tmp_path_factory.mktemp("conda") / "envs/train")
    (prefix / "conda-meta").mkdir()
    (prefix / "conda-meta/history").touch()
    return prefix


@pytest.fixture(scope="module", params=MOVABLE)
def standalone(request, tmp_path_factory):
    """A prefix as uv downloads it: built for /install, unpacked anywhere."""
    name = f"uv/python/cpython-{request.param}-linux-x86_64-gnu"
    prefix = copied_prefix(MOVABLE[request.param], tmp_path_factory.mktemp("standalone") / name)
    for data in prefix.glob("lib/python*/_sysconfigdata*.py"):
        text = data.read_text().replace(str(data.resolve().parents[2]), "/install")
        data.unlink()
        data.write_text(text)
    code = "import sysconfig; print(sysconfig.get_config_var('LIBDIR'))"
    assert answer(prefix / "bin/python3", code) == "/install/lib\n"
    return prefix


LIBRARY = "print([line.split()[-1] for line in open('/proc/self/maps') if 'libpython3' in line][:1])"


def assert_equal_to(python, pixcrawler, environment, *named, **options):
    """What is chosen by `named` is that Python: same prefixes, same library where it has one, and the engine in it."""
    code = f"{SELF}; import pixcrawler; print(pixcrawler.answer()); {LIBRARY}"
    found = run(pixcrawler, environment, *named, "-c", code, **options)
    itself, library = answer(python, f"{SELF}; {LIBRARY}", env=environment).splitlines()
    lines = found.stdout.splitlines()
    assert lines[:2] == [itself, "42"], found.stderr
    assert library in ("[]", lines[2])  # Debian's interpreter is its own library
    return found.stdout


def test_conda_style(pixcrawler, environment, conda):
    for named, python in ((conda, "python"), (conda / "bin/python", "python"), (conda / "bin/python3", "python3")):
        output = assert_equal_to(conda / "bin" / python, pixcrawler, environment, "--python", named)
        assert f"'{conda}/lib/libpython" in output


def test_an_activated_conda_environment(pixcrawler, environment, conda, tmp_path):
    environment.update(
        CONDA_PREFIX=str(conda), CONDA_DEFAULT_ENV="train", PATH=f"{conda}/bin:{environment['PATH']}")
    assert_equal_to(conda / "bin/python", pixcrawler, environment, cwd=tmp_path)


def test_standalone_style(pixcrawler, environment, standalone):
    output = assert_equal_to(standalone / "bin/python", pixcrawler, environment, "--python", standalone)
    assert f"'{standalone}/lib/libpython" in output


def test_the_systems_own(pixcrawler, environment, tmp_path):
    assert_equal_to(WITNESS, pixcrawler, environment, "--python", WITNESS)
    environment["PATH"] = "/usr/bin:/bin"
    assert_equal_to(WITNESS, pixcrawler, environment, cwd=tmp_path)


@pytest.mark.parametrize("options", [[], ["--copies"]], ids=["links", "copies"])
def test_venvs(pixcrawler, environment, python, tmp_path, options):
    venv = make_venv(tmp_path / "venv", *options, python=python)
    assert f"{venv} {venv} " in assert_equal_to(f"{venv}/bin/python", pixcrawler, environment, "--python", venv)


def test_venvs_of_a_conda_environment(pixcrawler, environment, conda, tmp_path):
    venv = make_venv(tmp_path / "venv", python=conda / "bin/python")
    output = assert_equal_to(f"{venv}/bin/python", pixcrawler, environment, "--python", venv)
    assert f"'{conda}/lib/libpython" in output


def test_a_venv_with_a_copied_interpreter_of_a_conda_environment(pixcrawler, environment, conda, tmp_path):
    """Its library is not beside it, so that python itself needs to be told; pixcrawler finds it by pyvenv.cfg."""
    venv = make_venv(tmp_path / "venv", "--copies", python=conda / "bin/python")
    told = {**environment, "LD_LIBRARY_PATH": f"{conda}/lib"}
    found = run(pixcrawler, environment, "--python", venv, "-c", f"{SELF}; {LIBRARY}")
    assert found.stdout == answer(f"{venv}/bin/python", f"{SELF}; {LIBRARY}", env=told), found.stderr
    assert f"'{conda}/lib/libpython" in found.stdout


def test_a_venv_of_a_standalone_python(pixcrawler, environment, standalone, tmp_path):
    venv = make_venv(tmp_path / "venv", python=standalone / "bin/python3")
    assert_equal_to(f"{venv}/bin/python", pixcrawler, environment, "--python", venv)


def uv(*arguments, cache):
    subprocess.run(
        [sys.executable, "-m", "uv", "--quiet", "--offline", "--no-config", "--no-python-downloads",
         "--cache-dir", str(cache), *map(str, arguments)],
        check=True, timeout=LIMIT, capture_output=True)


def test_a_venv_made_by_uv(pixcrawler, environment, python, tmp_path):
    venv = tmp_path / ".venv"
    uv("venv", "--python", python, venv, cache=tmp_path / "cache")
    assert "version_info" in (venv / "pyvenv.cfg").read_text()
    assert_equal_to(f"{venv}/bin/python", pixcrawler, environment, "--python", venv)
    assert str(venv) in run(pixcrawler, environment, *PREFIX, cwd=tmp_path).stdout


def test_a_venv_made_by_uv_of_a_standalone_python(pixcrawler, environment, standalone, tmp_path):
    venv = tmp_path / ".venv"
    uv("venv", "--python", standalone / "bin/python3", venv, cache=tmp_path / "cache")
    assert_equal_to(f"{venv}/bin/python", pixcrawler, environment, "--python", venv)


@pytest.fixture(scope="module")
def numpy(tmp_path_factory):
    """Where NumPy for the newest Python that can be copied lies."""
    folder = tmp_path_factory.mktemp("numpy")
    subprocess.run(
        [NEWEST, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:",
         "--target", folder, "-r", ROOT / "scripts/requirements.txt"], check=True, capture_output=True, timeout=300)
    return folder


NEWEST = next(reversed(MOVABLE.values()), None)


@pytest.mark.skipif(NEWEST is None, reason="no Python that can be copied to another place")
@pytest.mark.parametrize("style", ["conda", "uv"])
def test_numpy_of_its_own(pixcrawler, environment, numpy, tmp_path, style):
    """One that is nowhere else, with its extension modules."""
    prefix = copied_prefix(NEWEST, tmp_path / "prefix")
    chosen = prefix
    if style == "uv":
        chosen = tmp_path / ".venv"
        uv("venv", "--python", prefix / "bin/python3", chosen, cache=tmp_path / "cache")
    [site] = chosen.glob("lib/python*/site-packages")
    for entry in numpy.iterdir():
        (site / entry.name).symlink_to(entry)
    code = "import numpy, sys; print(numpy.__file__, numpy.ones((3, 3)).dot(numpy.ones(3)).sum(), sys.prefix)"
    found = run(pixcrawler, environment, "--python", chosen, "-c", code)
    assert found.stdout == f"{site}/numpy/__init__.py 9.0 {chosen}\n", found.stderr


def test_a_shim_is_asked_what_it_stands_for(pixcrawler, environment, tmp_path, python):
    shim = make_shim(tmp_path / "python3", python)
    write(tmp_path, "raise RuntimeError('a shadow of the standard library')", "sysconfig.py")
    code = "import sys, pixcrawler; print(sys.executable, sys.orig_argv[0], pixcrawler.answer())"
    found = run(pixcrawler, environment, "--python", shim, "-c", code, cwd=tmp_path)
    assert found.stdout == f"{python} {python} 42\n", found.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
def test_a_shim_is_asked_though_streams_are_closed(pixcrawler, environment, tmp_path, closed):
    shim = make_shim(tmp_path / "python3", sys.executable)
    line = f'"$0" run --python "$1" -c "import sys; sys.exit(7)" {closed}'
    found = subprocess.run(
        ["bash", "-c", line, pixcrawler, shim], capture_output=True, text=True, timeout=LIMIT, env=environment)
    assert found.returncode == 7, found.stderr


def make_shim(path, python):
    """A script in an interpreter's place, as pyenv's are."""
    path.write_text(f'#!/bin/sh\nexec "{python}" "$@"\n')
    path.chmod(0o755)
    return path


def test_pyenvs_own_shim(pixcrawler, environment):
    shims = pathlib.Path(environment.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv")) / "shims"
    if not (shims / "python3").exists():
        pytest.skip("no pyenv here")
    found = run(pixcrawler, environment, "--python", shims / "python3", "-c", SELF)
    assert found.stdout == answer(shims / "python3", env=environment), found.stderr


def test_a_python_without_a_shared_library_is_started_as_a_program(pixcrawler, environment, tmp_path):
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


# What is refused.


@pytest.mark.parametrize(
    ("variables", "options", "fragments"),
    [
        ({}, ["--python", "/no/such"], ["--python names /no/such"]),
        ({"PIXCRAWLER_PYTHON": "/no/such"}, [], ["PIXCRAWLER_PYTHON names /no/such"]),
        ({"VIRTUAL_ENV": "/no/such"}, [], ["VIRTUAL_ENV names /no/such"]),
        ({"CONDA_PREFIX": "/no/such"}, [], ["CONDA_PREFIX names /no/such"]),
        ({"PATH": "/no/such"}, [], ["no Python was found"]),
        ({"PIXCRAWLER_PYTHON": "/bin/cat"}, [], ["/bin/cat, chosen by PIXCRAWLER_PYTHON, does not answer as a Python"]),
    ],
)
def test_refusals_say_what_to_do(pixcrawler, environment, tmp_path, variables, options, fragments):
    found = run(pixcrawler, {**environment, **variables}, *options, "script.py", cwd=tmp_path)
    assert found.returncode == 2 and found.stdout == ""
    assert found.stderr.startswith("pixcrawler: ") and found.stderr.count("\n") == 1
    for fragment in [*fragments, "pixcrawler run --python PATH script.py"]:
        assert fragment in found.stderr


def test_a_venv_without_python_is_not_skipped(pixcrawler, environment, tmp_path):
    (tmp_path / ".venv").mkdir()
    found = run(pixcrawler, environment, "script.py", cwd=tmp_path)
    assert found.returncode == 2 and f"the nearest .venv names {tmp_path}/.venv" in found.stderr


def test_a_venv_whose_python_is_gone(pixcrawler, environment, tmp_path):
    """As when the Python that it was made from was upgraded or removed."""
    venv = pathlib.Path(make_venv(tmp_path / "venv"))
    for name in ("python", "python3"):
        (venv / "bin" / name).unlink(missing_ok=True)
        (venv / "bin" / name).symlink_to("/nowhere/bin/python3")
    found = run(pixcrawler, {**environment, "VIRTUAL_ENV": str(venv)}, "-c", "print('ran')")
    assert found.returncode == 2 and found.stdout == ""
    assert f"VIRTUAL_ENV names {venv}" in found.stderr and found.stderr.count("\n") == 1


def test_old_pythons_are_refused(pixcrawler, environment, old_python):
    found = run(pixcrawler, environment, "--python", old_python, "-c", "print('ran')")
    assert found.returncode == 2 and found.stdout == ""
    assert f"{old_python}, chosen by --python, is Python " in found.stderr and found.stderr.count("\n") == 1
    assert "pixcrawler needs CPython 3.10 or newer: install one" in found.stderr


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
    assert found.returncode == 2 and found.stdout == "" and fragment in found.stderr


def test_help_and_nothing_to_run(pixcrawler, environment):
    help_text = run(pixcrawler, environment, "--help")
    assert help_text.returncode == 0 and "--python" in help_text.stdout
    nothing = run(pixcrawler, environment)
    assert nothing.returncode != 0 and "pixcrawler run train.py" in nothing.stderr


# Nothing of the program is in the way of the user's own libraries.


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
