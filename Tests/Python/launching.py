"""What the tests of the launch share: a tiny module in the engine's place, and an environment that chooses nothing."""

import os
import pathlib
import subprocess
import sysconfig
import textwrap
import time

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

#: Variables of the outside that choose a Python, or that a Python heeds.
CHOOSING = ("PIXCRAWLER_PYTHON", "VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV")


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
def environment(home):
    """Nothing of the outside that chooses a Python or changes how it starts."""
    kept = {name: value for name, value in os.environ.items() if name not in CHOOSING and not name.startswith("PYTHON")}
    return {**kept, "PIXCRAWLER_HOME": str(home)}


def write(folder, text, name="script.py"):
    (folder / name).write_text(textwrap.dedent(text))
    return name


def run(pixcrawler, environment, *arguments, **options):
    """`pixcrawler run` with these arguments."""
    options = {"capture_output": True, "text": True, "timeout": LIMIT, "env": environment, **options}
    return subprocess.run([pixcrawler, "run", *map(str, arguments)], **options)


def wait_until_asleep(pid):
    """The state follows the program's name in parentheses."""
    limit = time.monotonic() + LIMIT
    while pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "S":
        assert time.monotonic() < limit
        time.sleep(0.01)
