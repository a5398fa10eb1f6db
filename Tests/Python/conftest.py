"""What every Python test shares: where the built program lies, and the Pythons of this machine."""

import functools
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

import frameworks
from downloads import clean, fresh, noise, shim, slow_host  # noqa: F401 (fixtures)
from frameworks import decoded  # noqa: F401 (fixtures)
from launching import environment, home  # noqa: F401 (fixtures)
from support import (  # noqa: F401 (fixtures)
    cases, certificate, datasets, deaf_port, few, good, huge, nginx, numpy_python, packed, photos, secure, server)

ROOT = pathlib.Path(__file__).resolve().parents[2]
PIXCRAWLER = pathlib.Path(os.environ.get("PIXCRAWLER_BIN", ROOT / "build/bin/pixcrawler")).resolve()


#: The minor versions that one build must run in.
MINORS = [(3, minor) for minor in range(10, 15)]


@functools.cache
def named_pythons(supported):
    """Interpreters named by PIXCRAWLER_TEST_PYTHONS (colon-separated), else those of pyenv, uv and PATH.

    Those of 3.10 and newer, or those that are older.
    """
    named = os.environ.get("PIXCRAWLER_TEST_PYTHONS")
    if named is not None:
        found = [pathlib.Path(path) for path in named.split(":") if path]
    else:
        found = sorted(pathlib.Path.home().glob(".pyenv/versions/*/bin/python"))
        found += sorted(pathlib.Path.home().glob(".local/share/uv/python/*/bin/python3"))
        if supported:
            found += [path for minor in MINORS if (path := shutil.which("python%d.%d" % minor))]
    versions = [(python_version(path), str(path)) for path in found]
    return [path for version, path in versions if version and (version >= (3, 10)) == supported]


@functools.cache
def python_version(path):
    code = "import sys; print('%d %d' % sys.version_info[:2])"
    try:
        answer = subprocess.run([str(path), "-c", code], capture_output=True, text=True, timeout=30)
        return tuple(int(number) for number in answer.stdout.split())
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


@pytest.fixture(scope="session")
def pixcrawler():
    """The program under test: build/bin/pixcrawler, or PIXCRAWLER_BIN."""
    assert PIXCRAWLER.exists(), f"{PIXCRAWLER} is not there: run scripts/build first"
    return str(PIXCRAWLER)


@pytest.fixture(scope="session")
def sanitized(pixcrawler):
    """Whether the program was built with AddressSanitizer or ThreadSanitizer, which catch crashes themselves."""
    program = pathlib.Path(pixcrawler).read_bytes()
    return b"__asan_init" in program or b"__tsan_init" in program


@functools.cache
def chosen_interpreters():
    """By minor version: the one that runs these tests, then one of each other."""
    chosen = {sys.version_info[:2]: sys.executable}
    for path in named_pythons(supported=True):
        chosen.setdefault(python_version(path), path)
    return chosen


def interpreters():
    return list(chosen_interpreters().values())


def version_name(version):
    return "%d.%d" % version


def pytest_generate_tests(metafunc):
    if "python" in metafunc.fixturenames:
        metafunc.parametrize("python", interpreters(), ids=map(version_name, chosen_interpreters()))
    if "old_python" in metafunc.fixturenames:
        metafunc.parametrize("old_python", named_pythons(supported=False))


def pytest_collection_finish(session):
    """Whether one of the tests needs a framework."""
    session.config.needs_frameworks = any(hasattr(item.module, "needs") for item in session.items)


def pytest_terminal_summary(terminalreporter):
    """Whoever reads a run sees what it did not show."""
    chosen = chosen_interpreters()
    absent = [version_name(version) for version in MINORS if version not in chosen]
    terminalreporter.write_line(
        f"Pythons of this run: {', '.join(map(version_name, sorted(chosen)))}; absent: {', '.join(absent) or 'none'}")
    if terminalreporter.config.needs_frameworks:
        terminalreporter.write_line(frameworks.summary())
