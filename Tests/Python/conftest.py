"""What every Python test shares: where the built program lies, and the Pythons of this machine."""

import os
import pathlib
import subprocess
import sys

import pytest

from support import (  # noqa: F401 (fixtures)
    cases, certificate, datasets, deaf_port, environment, good, huge, nginx, packed, photos, server)

ROOT = pathlib.Path(__file__).resolve().parents[2]
PIXCRAWLER = pathlib.Path(os.environ.get("PIXCRAWLER_BIN", ROOT / "build/bin/pixcrawler")).resolve()


def named_pythons(supported):
    """Interpreters named by PIXCRAWLER_TEST_PYTHONS (colon-separated), else those of pyenv: 3.10 and newer, or older."""
    named = os.environ.get("PIXCRAWLER_TEST_PYTHONS")
    if named is not None:
        found = [pathlib.Path(path) for path in named.split(":") if path]
    else:
        found = sorted(pathlib.Path.home().glob(".pyenv/versions/*/bin/python"))
    versions = [(python_version(path), str(path)) for path in found]
    return [path for version, path in versions if version and (version >= (3, 10)) == supported]


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


def interpreters():
    """The one that runs these tests, then one of each other minor version."""
    chosen = {sys.version_info[:2]: sys.executable}
    for path in named_pythons(supported=True):
        chosen.setdefault(python_version(path), path)
    return list(chosen.values())


def pytest_generate_tests(metafunc):
    if "python" in metafunc.fixturenames:
        metafunc.parametrize("python", interpreters())
    if "old_python" in metafunc.fixturenames:
        metafunc.parametrize("old_python", named_pythons(supported=False))
