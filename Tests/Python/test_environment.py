"""doctor, env link and the wheel: what an environment has of pixcrawler, and what its plain python does with it."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import zipfile

import pytest

import pixcrawler
from conftest import python_version
from support import BINARY, ROOT, WITNESS, command, numpy_environment

LIMIT = 120  # seconds that any one process may take
PACKAGE = pathlib.Path(BINARY).parents[1] / "lib/pixcrawler/python/pixcrawler"
VERSION = pixcrawler.__version__
#: What chooses a Python, or changes what it finds, or is a key.
OUTSIDE = (
    "PIXCRAWLER_PYTHON", "VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "PYTHONPATH", "PYTHONHOME",
    "PIXCRAWLER_API_KEY", "PIXCRAWLER_SERVICE_KEY", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")

READ = """
import hashlib, os, sys
import pixcrawler

digest = hashlib.sha256()
for image, label in pixcrawler.load_dataset(sys.argv[1]):
    digest.update(image.tobytes() + label.encode())
print(digest.hexdigest(), os.stat(pixcrawler.__file__).st_ino)
"""


@pytest.fixture(autouse=True)
def nothing_of_the_outside(monkeypatch):
    for name in OUTSIDE:
        monkeypatch.delenv(name, raising=False)


def make_venv(python, folder):
    """A virtual environment that sees NumPy and the tools of another one of that Python."""
    subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True, timeout=LIMIT)
    lent = site_packages(numpy_environment(python))
    (site_packages(folder / "bin/python") / "lent.pth").write_text(f"{lent}\n")
    return folder


@pytest.fixture
def venv(python, tmp_path):
    return make_venv(python, tmp_path / "venv")


@pytest.fixture
def own_venv(tmp_path):
    """Of the Python that runs these tests."""
    return make_venv(sys.executable, tmp_path / "venv")


def plain(python, *arguments, **options):
    options = {"capture_output": True, "text": True, "timeout": LIMIT, "cwd": "/", **options}
    return subprocess.run([python, *map(str, arguments)], **options)


def site_packages(python):
    return pathlib.Path(plain(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout.strip())


def names(venv):
    return sorted(os.listdir(site_packages(venv / "bin/python")))


@pytest.fixture(scope="session")
def digest(packed):
    digest = hashlib.sha256()
    for image, label in pixcrawler.load_dataset(packed):
        digest.update(image.tobytes() + label.encode())
    return digest.hexdigest()


def refused(code, *arguments, **options):
    """The one line on standard error of a command that fails."""
    result = command(*arguments, check=False, **options)
    assert (result.returncode, result.stdout) == (code, ""), result
    assert result.stderr.startswith("pixcrawler: ") and result.stderr.count("\n") == 1, result.stderr
    return result.stderr


def make_wheel(folder, version):
    """A wheel of another package that is called pixcrawler."""
    tree = folder / f"tree-{version}"
    info = tree / f"pixcrawler-{version}.dist-info"
    (tree / "pixcrawler").mkdir(parents=True)
    (tree / "pixcrawler/__init__.py").write_text(f"__version__ = {version!r}\n")
    info.mkdir()
    (info / "WHEEL").write_text("Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: pixcrawler\nVersion: {version}\n")
    subprocess.run(
        [sys.executable, "-m", "wheel", "pack", tree, "--dest-dir", folder], check=True, capture_output=True,
        timeout=LIMIT)
    return folder / f"pixcrawler-{version}-py3-none-any.whl"


def pip(python, *arguments):
    result = plain(
        python, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", *arguments,
        env={**os.environ, "PIP_NO_INDEX": "1"})
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


# env link


def test_a_linked_environment_reads_as_its_plain_python(venv, packed, digest):
    python, before = venv / "bin/python", names(venv)
    assert "No module named 'pixcrawler'" in plain(python, "-c", "import pixcrawler").stderr
    assert command("env", "link", venv).stdout.startswith(f"Linked: {site_packages(python)}/pixcrawler.pth names ")
    for options in [], ["-I"]:
        found = plain(python, *options, "-c", READ, packed)
        assert found.stdout.split() == [digest, str((PACKAGE / "__init__.abi3.so").stat().st_ino)], found.stderr
        assert found.stderr == ""

    assert command("env", "link", python).stdout.startswith("Linked already: ")
    assert command("env", "unlink", venv).stdout == f"Removed {site_packages(python)}/pixcrawler.pth\n"
    assert "No module named 'pixcrawler'" in plain(python, "-c", "import pixcrawler").stderr
    assert names(venv) == before
    assert command("env", "unlink", venv).stdout.startswith("Nothing to remove: ")


def test_run_has_one_module_in_a_linked_environment(own_venv):
    command("env", "link", own_venv)
    code = """
import os, pixcrawler, subprocess, sys
show = "import os, pixcrawler; print(pixcrawler.__file__, os.stat(pixcrawler.__file__).st_ino)"
exec(show, {})
for options in [], ["-I"]:
    print(subprocess.run([sys.executable, *options, "-c", show], capture_output=True, text=True).stdout, end="")
print(len({line.split()[4] for line in open("/proc/self/maps") if "__init__.abi3.so" in line}), file=sys.stderr)
"""
    found = command("run", "--python", own_venv, "-c", code)
    module = PACKAGE / "__init__.abi3.so"
    assert found.stdout.splitlines() == [f"{module} {module.stat().st_ino}"] * 3
    assert found.stderr == "1\n"


def test_a_type_checker_sees_the_stubs(own_venv, tmp_path):
    (tmp_path / "user.py").write_text("from pixcrawler import load_dataset\nreveal_type(load_dataset('x'))\n")

    def check():
        return plain(
            sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", "--python-executable",
            own_venv / "bin/python", "user.py", cwd=tmp_path).stdout

    assert 'module named "pixcrawler"' in check()
    command("env", "link", own_venv)
    assert 'Revealed type is "pixcrawler.Dataset"' in check()


def test_the_environment_that_scripts_run_in_is_linked(own_venv, monkeypatch):
    monkeypatch.setenv("VIRTUAL_ENV", str(own_venv))
    command("env", "link")
    assert "pixcrawler.pth" in names(own_venv)
    command("env", "unlink")
    assert "pixcrawler.pth" not in names(own_venv)


def test_a_link_that_leads_nowhere_is_replaced_and_removed(own_venv, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(PACKAGE, home / "lib/pixcrawler/python/pixcrawler")
    for command_name, said in ("link", "Linked: "), ("unlink", "Removed "):
        command("env", "link", own_venv, env={**os.environ, "PIXCRAWLER_HOME": str(home)})
        if home.exists():
            error = refused(1, "env", command_name, own_venv)
            assert f"another pixcrawler in {home}" in error and "rm " in error
            shutil.move(home, tmp_path / "moved")
        assert command("env", command_name, own_venv).stdout.startswith(said)
        shutil.move(tmp_path / "moved", home)
        command("env", "unlink", own_venv)
    assert "pixcrawler.pth" not in names(own_venv)


def test_systems_pythons_are_left_alone():
    for python in {WITNESS, os.path.realpath(sys.executable)}:
        before = sorted(os.listdir(site_packages(python))) if site_packages(python).exists() else None
        error = refused(1, "env", "link", python)
        assert "is no environment of your own" in error and f"{python} -m venv .venv" in error
        assert before == (sorted(os.listdir(site_packages(python))) if site_packages(python).exists() else None)


def test_what_is_no_environment_is_an_error(tmp_path, monkeypatch):
    assert f"{tmp_path} is neither an interpreter nor a virtual environment" in refused(2, "env", "link", tmp_path)
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path))
    assert "VIRTUAL_ENV" in refused(2, "env", "unlink")


# Another pixcrawler


def test_another_version_is_reported_and_not_shadowed(venv, tmp_path):
    python = venv / "bin/python"
    pip(python, "install", make_wheel(tmp_path, "0.0.9"))
    before, removal = names(venv), f"{python} -m pip uninstall pixcrawler"

    error = refused(1, "env", "link", venv)
    assert f"pixcrawler 0.0.9 in {site_packages(python)}" in error and removal in error
    assert names(venv) == before

    code = """
import pixcrawler, subprocess, sys
print(pixcrawler.__version__, 'pixcrawler' in sys.builtin_module_names, flush=True)
subprocess.run([sys.executable, '-c', 'import pixcrawler; print(pixcrawler.__version__)'])
"""
    environment = {**os.environ, "PYTHONPATH": f"{PACKAGE.parent}:/nowhere"}  # as under another pixcrawler run
    found = command("run", "--python", venv, "-c", code, env=environment)
    assert found.stdout == "0.0.9 False\n0.0.9\n"
    assert found.stderr == (
        f"pixcrawler: using pixcrawler 0.0.9 in {site_packages(python)}, not {VERSION} of this program; "
        f"to remove it: {removal}\n")

    found = command("repl", "--python", venv, input="import pixcrawler; print(pixcrawler.__version__)")
    assert found.stdout == "0.0.9\n"

    report = json.loads(command("doctor", "--python", venv, "--json").stdout)
    assert report["module"]["version"] == "0.0.9" and report["environment"]["link"] == "occupied"
    assert report["environment"]["other_pixcrawler"]["version"] == "0.0.9"
    assert [finding["advice"] for finding in report["findings"]] == [removal]

    pip(python, "uninstall", "--yes", "pixcrawler")
    found = command("run", "--python", venv, "-c", code)
    assert (found.stdout, found.stderr) == (f"{VERSION} True\n{VERSION}\n", "")


def test_the_same_version_is_ours(own_venv, tmp_path):
    pip(own_venv / "bin/python", "install", make_wheel(tmp_path, VERSION))
    found = command("run", "--python", own_venv, "-c", "import pixcrawler; print(pixcrawler.__file__)")
    assert (found.stdout, found.stderr) == (f"{PACKAGE}/__init__.abi3.so\n", "")
    assert json.loads(command("doctor", "--python", own_venv, "--json").stdout)["findings"] == []


# doctor


def diagnose(*arguments, **options):
    result = command("doctor", "--json", *arguments, **options)
    assert result.stderr == ""
    return json.loads(result.stdout)


def bare(folder):
    """An environment without NumPy."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True, timeout=LIMIT)
    return folder


@pytest.mark.parametrize("rule", ["--python", "PIXCRAWLER_PYTHON", "VIRTUAL_ENV", "CONDA_PREFIX", ".venv", "PATH"])
def test_it_says_which_rule_chose(tmp_path, monkeypatch, rule):
    home = bare(tmp_path / ("project/.venv" if rule == ".venv" else "env"))
    here = tmp_path / "project/deep"
    here.mkdir(parents=True)
    options = []
    if rule == "--python":
        options = ["--python", str(home)]
    elif rule == "PATH":
        monkeypatch.setenv("PATH", f"{home}/bin:{os.environ['PATH']}")
    elif rule == "CONDA_PREFIX":
        (home / "conda-meta").mkdir()
        (home / "conda-meta/history").touch()
        monkeypatch.setenv(rule, str(home))
    elif rule != ".venv":
        monkeypatch.setenv(rule, str(home))
    report = diagnose(*options, cwd=here)
    assert rule in report["python"]["rule"]
    assert report["environment"]["prefix"] == str(home)
    assert pathlib.Path(report["python"]["path"]).parent == home / "bin"
    card = command("doctor", *options, cwd=here).stdout
    assert f"Chosen by:    {report['python']['rule']}\n" in card and str(home) in card


def test_a_program_that_is_linked_into_an_environment_takes_that_one(tmp_path, own_venv):
    program = own_venv / "bin/pixcrawler"
    program.symlink_to(BINARY)
    result = subprocess.run([program, "doctor", "--json"], capture_output=True, text=True, timeout=LIMIT, cwd=tmp_path)
    report = json.loads(result.stdout)
    assert "linked into" in report["python"]["rule"] and report["environment"]["prefix"] == str(own_venv)
    subprocess.run([program, "env", "link"], check=True, timeout=LIMIT, cwd=tmp_path)
    assert "pixcrawler.pth" in names(own_venv)


def test_it_says_whether_plain_python_is_linked(own_venv):
    assert diagnose("--python", own_venv)["environment"]["link"] == "none"
    command("env", "link", own_venv)
    assert diagnose("--python", own_venv)["environment"]["link"] == "linked"
    assert "Plain python: sees the module" in command("doctor", "--python", own_venv).stdout


def test_without_any_python_it_says_so(tmp_path):
    environment = {"PATH": str(tmp_path)}
    assert "no Python was found" in refused(2, "doctor", env=environment, cwd=tmp_path)
    result = command("doctor", "--json", check=False, env=environment, cwd=tmp_path)
    assert (result.returncode, result.stderr) == (2, "")
    assert list(json.loads(result.stdout)) == ["error"]


def test_it_says_what_is_there(venv):
    python = venv / "bin/python"
    report = diagnose("--python", venv)
    version = ".".join(map(str, python_version(python)))
    assert report["python"].pop("version").startswith(version + ".")
    assert report["python"] == {
        "path": str(python), "rule": "--python", "libpython": report["python"]["libpython"]}
    assert f"libpython{version}.so.1.0" in report["python"]["libpython"]
    assert report["module"] == {"path": f"{PACKAGE}/__init__.abi3.so", "version": VERSION, "error": None}
    assert report["program"] == {"path": BINARY, "version": VERSION}
    code = "import importlib.metadata as m; print({d.name.lower().replace(chr(95), chr(45)): d.version for d in m.distributions()})"
    there = eval(plain(python, "-c", code).stdout)
    packages = ("numpy", "torch", "tensorflow", "pandas")
    assert there["numpy"] and report["packages"] == {
        name: there.get(name) or there.get(name + "-cpu") for name in packages}
    assert report["findings"] == [] and report["error"] is None
    assert report["environment"] == {
        "prefix": str(venv), "kind": "virtual", "site_packages": str(site_packages(python)), "link": "none",
        "other_pixcrawler": None}


def test_a_torch_that_is_there_is_not_imported(tmp_path):
    home = bare(tmp_path / "env")
    package = site_packages(home / "bin/python")
    (package / "torch").mkdir()
    (package / "torch/__init__.py").write_text("raise RuntimeError('imported')")
    (package / "torch-9.1.dist-info").mkdir()
    (package / "torch-9.1.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: torch\nVersion: 9.1\n")
    (package / "pandas").mkdir()  # what an uninstallation left behind
    assert diagnose("--python", home)["packages"] == {
        "numpy": None, "torch": "9.1", "tensorflow": None, "pandas": None}


def test_missing_numpy_is_a_problem_with_a_command(tmp_path):
    home = bare(tmp_path / "env")
    python = home / "bin/python"
    result = command("doctor", "--python", home)
    install = f"{python} -m ensurepip && {python} -m pip install numpy"
    assert result.stdout.endswith(f"\nProblem: NumPy is not installed\nNext:    {install}\n")
    (site_packages(home / "bin/python") / "pip.py").touch()
    advice = diagnose("--python", home)["findings"][0]["advice"]
    assert advice == f"{home}/bin/python -m pip install numpy"
    (site_packages(home / "bin/python") / "numpy.py").write_text("raise ImportError('libblas.so.3 is missing')")
    finding = diagnose("--python", home)["findings"][0]
    assert finding["problem"] == "NumPy cannot be imported: libblas.so.3 is missing"


def test_a_module_that_cannot_be_imported_is_a_failure(own_venv, tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "home/lib/pixcrawler/python/pixcrawler")
    module = tmp_path / "home/lib/pixcrawler/python/pixcrawler/__init__.abi3.so"
    module.unlink()
    module.write_text("no library")
    result = command(
        "doctor", "--python", own_venv, check=False, env={**os.environ, "PIXCRAWLER_HOME": str(tmp_path / "home")})
    assert result.returncode == 1 and result.stderr == ""
    assert "Problem: the module pixcrawler cannot be imported: " in result.stdout
    assert f"Next:    ldd {module} " in result.stdout


def test_the_keys_source_is_shown_and_never_the_key(own_venv, monkeypatch):
    assert "API key:      none; " in command("doctor", "--python", own_venv).stdout
    assert diagnose("--python", own_venv)["api_key"] == {"source": None}
    for name in ("PIXCRAWLER_SERVICE_KEY", "PIXCRAWLER_API_KEY"):
        monkeypatch.setenv(name, "s3cr3t-k3y")
        for options in [], ["--json"]:
            text = command("doctor", "--python", own_venv, *options).stdout
            assert name in text and "s3cr3t-k3y" not in text
        assert diagnose("--python", own_venv)["api_key"] == {"source": name}


def test_folders_are_where_the_desktop_puts_them(own_venv, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    (tmp_path / "caches/pixcrawler").mkdir(parents=True)
    report = diagnose("--python", own_venv)
    assert report["config"] == {"path": f"{tmp_path}/.config/pixcrawler", "exists": False}
    assert report["cache"] == {"path": f"{tmp_path}/caches/pixcrawler", "exists": True}


def test_strange_surroundings_do_not_confuse_it(own_venv, tmp_path):
    (site_packages(own_venv / "bin/python") / "sitecustomize.py").write_text(
        "import sys\nprint('pixcrawler\\tprefix\\t/wrong')\nprint('hello', end='', flush=True)\n"
        "sys.stdout = sys.stderr\n")
    shadows = tmp_path / "shadows"
    shadows.mkdir()
    for name in ("json", "csv", "email", "sysconfig", "numpy", "pixcrawler", "importlib"):
        (shadows / f"{name}.py").write_text("raise RuntimeError('a shadow')\n")
    expected = diagnose("--python", own_venv)
    assert expected["environment"]["prefix"] == str(own_venv) and expected["findings"] == []
    assert diagnose("--python", own_venv, cwd=shadows) == expected
    assert diagnose("--python", own_venv, cwd="/", env={**os.environ, "PYTHONPATH": ":/nowhere:"}) == expected
    (shadows / "numpy.py").unlink()
    assert diagnose("--python", own_venv, env={**os.environ, "PYTHONPATH": str(shadows)}) == expected


@pytest.mark.parametrize("rule", ["--python", "PIXCRAWLER_PYTHON", "VIRTUAL_ENV"])
def test_what_is_named_and_broken_is_an_error(tmp_path, monkeypatch, rule):
    options = ["--python", str(tmp_path)] if rule == "--python" else []
    if not options:
        monkeypatch.setenv(rule, str(tmp_path))
    error = refused(2, "doctor", *options)
    assert rule in error and str(tmp_path) in error
    result = command("doctor", "--json", *options, check=False)
    assert (result.returncode, result.stderr) == (2, "")
    assert json.loads(result.stdout) == {"error": error.removeprefix("pixcrawler: ").rstrip("\n")}


def test_a_python_that_does_not_start_is_an_error(own_venv):
    error = refused(2, "doctor", "--python", own_venv, env={**os.environ, "PYTHONHOME": "/nowhere"})
    assert "No module named 'encodings'" in error and "PYTHONHOME is /nowhere: unset it" in error


def test_help_shows_examples():
    for words in ["doctor"], ["env"], ["env", "link"], ["env", "unlink"]:
        assert f"pixcrawler {' '.join(words)}" in command("help", *words).stdout
    assert "doctor" in command("--help").stdout


# The wheel


@pytest.fixture(scope="session")
def wheel():
    if pathlib.Path(BINARY) != ROOT / "build/bin/pixcrawler":
        pytest.skip("scripts/wheel packs what lies in build/")
    subprocess.run([ROOT / "scripts/wheel"], check=True, capture_output=True, timeout=900)
    return ROOT / f"build/wheels/pixcrawler-{VERSION}-cp311-abi3-linux_{os.uname().machine}.whl"


def test_the_wheel_holds_the_package_and_says_what_it_needs(wheel):
    with zipfile.ZipFile(wheel) as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    files = {f"pixcrawler/{path.name}": path.read_bytes() for path in PACKAGE.iterdir() if path.is_file()}
    assert {name: data for name, data in inside.items() if ".dist-info/" not in name} == files
    info = f"pixcrawler-{VERSION}.dist-info"
    assert inside[f"{info}/licenses/LICENSE"] == (ROOT / "LICENSE").read_bytes()
    metadata = inside[f"{info}/METADATA"].decode()
    for line in (f"Version: {VERSION}", "Requires-Python: >=3.11", "Requires-Dist: numpy", "License: MIT"):
        assert f"\n{line}\n" in metadata
    needed = subprocess.run(
        ["objdump", "-p", PACKAGE / "__init__.abi3.so"], capture_output=True, text=True, check=True).stdout
    for name in ("jpeg", "png16", "webp", "webpdemux", "z"):
        soname = next(line.split()[1] for line in needed.splitlines() if f"lib{name}.so" in line)
        assert f"\nRequires-External: {soname}\n" in metadata


def test_the_wheel_is_installed_read_and_removed(wheel, venv, packed, digest):
    python, before = venv / "bin/python", names(venv)
    if python_version(python) < (3, 11):
        result = plain(python, "-m", "pip", "install", "--no-index", wheel)
        assert result.returncode != 0 and "not a supported wheel on this platform" in result.stderr
        return
    pip(python, "install", "--no-compile", wheel)
    assert pip(python, "check").strip() == "No broken requirements found."
    found = plain(python, "-I", "-c", READ, packed)
    assert found.stdout.split()[0] == digest and found.stderr == ""
    show = "import pixcrawler; print(pixcrawler.__file__)"
    assert plain(python, "-c", show).stdout == f"{site_packages(python)}/pixcrawler/__init__.abi3.so\n"
    found = command("run", "--python", venv, "-c", show)
    assert (found.stdout, found.stderr) == (f"{PACKAGE}/__init__.abi3.so\n", "")
    pip(python, "uninstall", "--yes", "pixcrawler")
    assert names(venv) == before
