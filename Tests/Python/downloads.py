"""What the tests of download and verify share: a dataset worth interrupting, trees by digest, and a C shim."""

import contextlib
import hashlib
import json
import os
import pathlib
import subprocess
import time

import pytest

from flaky_host import FlakyHost
from support import BINARY, WITNESS, command

FORMATS = ("zip", "images", "numpy")
#: What must not be seen anywhere; in keys and in signed links.
SECRET = "s3cret-4f1d"

NOISE = """
import os, pathlib, random, sys
from PIL import Image

dice = random.Random(5)
for number in range(48):
    folder = pathlib.Path(sys.argv[1]) / "abc"[number % 3]
    folder.mkdir(parents=True, exist_ok=True)
    image = Image.frombytes("RGB", (240, 200), dice.randbytes(240 * 200 * 3))
    image.save(folder / f"{number:02}.jpg", quality=95)
"""


@pytest.fixture(scope="session")
def noise(tmp_path_factory):
    """A folder with the dataset `noise`: 48 images of one shape and three classes, in 8 chunks, some 3 MB."""
    home = tmp_path_factory.mktemp("noise")
    subprocess.run([WITNESS, "-c", NOISE, home / "images"], check=True, timeout=60)
    command("pack", home / "images", home / "root/noise", "--chunk-size", "6")
    return home / "root"


def description(root, name="noise"):
    return json.loads((root / name / "dataset.json").read_text())


def size(root, name="noise"):
    """Bytes of all its chunks."""
    return sum(chunk["size_bytes"] for chunk in description(root, name)["chunks"])


def environment(**more):
    """Without what may be set on the machine that tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIXCRAWLER_")}
    return {**kept, "XDG_CONFIG_HOME": "/nowhere", **more}


def start(verb, *arguments, env=None, **options):
    return subprocess.Popen(
        [BINARY, verb, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(**env or {}), **options)


def run(verb, *arguments, code=0, timeout=60, **options):
    """Runs a command to its end, which must be this exit code; nothing secret may be in what it says."""
    with start(verb, *arguments, **options) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError(f"no end: {process.communicate()}") from None
    assert process.returncode == code, f"exit {process.returncode} instead of {code}\n{out}\n{err}"
    assert SECRET not in out + err
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def download(source, folder, *options, **more):
    return run("download", source, "--output-dir", folder, *options, **more)


def tree(folder):
    """The digest of every file below, by its path; folders too, so that an empty one that is left is seen."""
    found = {}
    for path in sorted(pathlib.Path(folder).rglob("*")):
        assert not path.is_symlink(), path
        name = str(path.relative_to(folder))
        found[name] = "folder" if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def holds_secret(folder):
    return [path for path in pathlib.Path(folder).rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


def wait_until(happened, limit=20):
    """What `happened` gives at last."""
    deadline = time.monotonic() + limit
    while not (result := happened()):
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.01)
    return result


#: Bytes per second and connection: a download takes about a second.
SLOW = 1_500_000


@pytest.fixture(scope="module")
def slow_host(noise):
    with FlakyHost(noise, rate=SLOW) as host:
        yield host


@pytest.fixture(scope="module", params=FORMATS)
def clean(request, slow_host, tmp_path_factory):
    """A format, and the tree of a download that nothing disturbed, with the source's address in its record."""
    out = tmp_path_factory.mktemp("clean")
    download(slow_host.url + "/noise/", out, "--format", request.param)
    return request.param, tree(out)


@pytest.fixture
def fresh(slow_host):
    """The host with its counts at zero."""
    slow_host.rate = SLOW
    slow_host.sent.clear()
    slow_host.requests.clear()
    return slow_host


def begin(host, out, *options, **more):
    return start("download", host.url + "/noise/", "--output-dir", out, *options, **more)


def ended_well(process):
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out, err


def archives_asked(host):
    return [path for path in host.paths() if path.endswith(".zip")]


#: Takes the place of libc's functions below the folder $SHIM_FOLDER, or of locks everywhere.
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static atomic_long written;

static int lies_below(const char *path) {
  const char *folder = getenv("SHIM_FOLDER");
  return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}
static int is_below(int descriptor) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return lies_below(path);
}
/* The process is killed before its $SHIM_DIES_AT th change of the folder. */
static void change(int concerns) {
  static atomic_long changes;
  const char *last = getenv("SHIM_DIES_AT");
  if (last && concerns && atomic_fetch_add(&changes, 1) + 1 >= atol(last)) kill(getpid(), SIGKILL);
}
/* Room for a write of `size` bytes; a disk that is nearly full takes the part that fits. */
static size_t room(int descriptor, size_t size) {
  const char *limit = getenv("SHIM_ROOM");
  if (!limit || !is_below(descriptor)) return size;
  long left = atol(limit) - atomic_load(&written);
  if (left <= 0) return 0;
  if ((size_t)left < size) size = left;
  atomic_fetch_add(&written, size);
  return size;
}
ssize_t write(int descriptor, const void *bytes, size_t size) {
  ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
  change(is_below(descriptor));
  size_t fits = size ? room(descriptor, size) : 0;
  if (size && !fits) { errno = ENOSPC; return -1; }
  return real(descriptor, bytes, fits);
}
ssize_t pwrite(int descriptor, const void *bytes, size_t size, off_t offset) {
  ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
  change(is_below(descriptor));
  size_t fits = size ? room(descriptor, size) : 0;
  if (size && !fits) { errno = ENOSPC; return -1; }
  return real(descriptor, bytes, fits, offset);
}
ssize_t pwrite64(int descriptor, const void *bytes, size_t size, off_t offset) {
  return pwrite(descriptor, bytes, size, offset);
}
int flock(int descriptor, int operation) {
  int (*real)(int, int) = dlsym(RTLD_NEXT, "flock");
  return getenv("SHIM_NO_LOCKS") ? 0 : real(descriptor, operation);
}
int statvfs(const char *path, struct statvfs *status) {
  int (*real)(const char *, struct statvfs *) = dlsym(RTLD_NEXT, "statvfs");
  int result = real(path, status);
  const char *free = getenv("SHIM_FREE");
  if (result == 0 && free && lies_below(path)) status->f_bavail = atol(free) / status->f_frsize;
  return result;
}
int mkdir(const char *path, mode_t mode) {
  int (*real)(const char *, mode_t) = dlsym(RTLD_NEXT, "mkdir");
  const char *code = getenv("SHIM_MKDIR");
  change(lies_below(path));
  if (code && lies_below(path)) { errno = atoi(code); return -1; }
  return real(path, mode);
}
int link(const char *path, const char *other) {
  int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "link");
  change(lies_below(path));
  if (getenv("SHIM_NO_LINKS")) { errno = EPERM; return -1; }
  return real(path, other);
}
int rename(const char *path, const char *other) {
  int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
  change(lies_below(path));
  return real(path, other);
}
int unlink(const char *path) {
  int (*real)(const char *) = dlsym(RTLD_NEXT, "unlink");
  change(lies_below(path));
  return real(path);
}
int rmdir(const char *path) {
  int (*real)(const char *) = dlsym(RTLD_NEXT, "rmdir");
  change(lies_below(path));
  return real(path);
}
int renameat(int folder, const char *path, int otherFolder, const char *other) {
  int (*real)(int, const char *, int, const char *) = dlsym(RTLD_NEXT, "renameat");
  change(is_below(folder));
  return real(folder, path, otherFolder, other);
}
int mkdirat(int folder, const char *path, mode_t mode) {
  int (*real)(int, const char *, mode_t) = dlsym(RTLD_NEXT, "mkdirat");
  change(is_below(folder));
  return real(folder, path, mode);
}
int unlinkat(int folder, const char *path, int flags) {
  int (*real)(int, const char *, int) = dlsym(RTLD_NEXT, "unlinkat");
  change(is_below(folder));
  return real(folder, path, flags);
}
"""


@pytest.fixture(scope="session")
def shim(tmp_path_factory):
    """Makes the environment in which the disk, or its locks, behave as the variables say."""
    home = tmp_path_factory.mktemp("shim")
    (home / "shim.c").write_text(SHIM)
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-O1", home / "shim.c", "-o", home / "shim.so", "-ldl"], check=True, timeout=60)
    return lambda **variables: {"LD_PRELOAD": str(home / "shim.so"), **{k: str(v) for k, v in variables.items()}}


@contextlib.contextmanager
def killed_at_end(process):
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
