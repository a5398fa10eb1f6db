"""Datasets, photographs and hosts that the tests of reading share; conftest.py makes the fixtures known."""

import atexit
import functools
import hashlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = str(pathlib.Path(os.environ.get("PIXCRAWLER_BIN", ROOT / "build/bin/pixcrawler")).resolve())
#: The system's Python, with its Pillow on the system's libjpeg-turbo: the witness arrays are compared with.
WITNESS = "/usr/bin/python3"
KEY = "test-key-7f3a"


@functools.lru_cache
def made_datasets():
    """The folder of the datasets of Tests/Fixtures/make_datasets.py."""
    folder = tempfile.mkdtemp(prefix="pixcrawler-datasets-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    subprocess.run([WITNESS, ROOT / "Tests/Fixtures/make_datasets.py", folder], check=True, timeout=300)
    return folder


@functools.lru_cache
def made_cases():
    """What reading each of them should come to."""
    with open(os.path.join(made_datasets(), "cases.json")) as file:
        return json.load(file)


def command(*arguments, check=True, timeout=120, **options):
    """Runs the pixcrawler program."""
    return subprocess.run(
        [BINARY, *map(str, arguments)], check=check, timeout=timeout, capture_output=True, text=True, **options)


def script(code, *arguments, timeout=120, python=sys.executable, **options):
    """Runs Python code in a process of its own under the program; fails the test when the code fails."""
    result = subprocess.run(
        [BINARY, "run", "--python", python, "-c", code, *map(str, arguments)], timeout=timeout,
        capture_output=True, text=True, **options)
    assert result.returncode == 0, f"exit {result.returncode}\n{result.stdout}\n{result.stderr}"
    return result.stdout


def numpy_environment(python):
    """The python of a virtual environment of that Python with NumPy, kept between runs."""
    if python == sys.executable:
        return python
    requirements = ROOT / "scripts/requirements.txt"
    version = subprocess.run([python, "-VV"], capture_output=True, text=True, check=True, timeout=60).stdout
    key = hashlib.sha256((python + version + requirements.read_text()).encode()).hexdigest()[:12]
    folder = ROOT / "build/environments" / key
    stamp = folder / "complete"
    if not stamp.exists():
        subprocess.run([python, "-m", "venv", "--clear", folder], check=True, capture_output=True, timeout=300)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]
        subprocess.run([folder / "bin/python", *install], check=True, capture_output=True, timeout=600)
        stamp.touch()
    return str(folder / "bin/python")


#: A parent and three children go on with the iterator that was begun before the fork, and read epochs of their own.
FORK_ROUNDS = """
import json, os, signal, sys, time
import pixcrawler

def finish(iterator, got):
    got += [hash((image.tobytes(), label)) for image, label in iterator]
    return got

def child(number, round, dataset, iterator, got):
    if number == 0:
        return finish(iterator, got) == whole and finish(iter(dataset), []) == whole
    if number == 1:
        return finish(iter(dataset), []) == whole and finish(iterator, got) == whole
    pairs = zip(iter(dataset), dataset.iter_batches(1))
    together = all((image == images[0]).all() and [label] == labels for (image, label), (images, labels) in pairs)
    return together and finish(iterator, got) == whole

def ended(pid, deadline):
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return status
        time.sleep(0.002)
    os.kill(pid, signal.SIGABRT)
    return "hangs"

options = json.loads(sys.argv[3])
datasets = [pixcrawler.load_dataset(sys.argv[1], memory_limit=limit, **options) for limit in (None, 1 << 20)]
whole = finish(iter(datasets[0]), [])
for round in range(int(sys.argv[2])):
    dataset = datasets[round % 2]
    iterator = iter(dataset)
    got = []
    for _ in range(round % (len(whole) - 3)):
        got += finish([next(iterator)], [])
    children = []
    for number in range(3):
        pid = os.fork()
        if pid == 0:
            os._exit(0 if child(number, round, dataset, iterator, got) else 1)
        children.append(pid)
        got += finish([next(iterator)], [])
    assert finish(iterator, got) == whole, f"the parent's epoch of round {round}"
    deadline = time.monotonic() + 60
    states = [ended(pid, deadline) for pid in children]
    assert states == [0, 0, 0], f"round {round}: {states}"
print(len(whole), "images")
"""


def fork_rounds(source, python, sanitized, **options):
    """Two hundred rounds under the Python of these tests, forty under another; CPython must not warn of them."""
    rounds = 200 if python == sys.executable and not sanitized else 40
    # Under `-W error` CPython 3.12 and 3.13 keep this warning to themselves.
    result = subprocess.run(
        [BINARY, "run", "--python", python, "-W", "always", "-c", FORK_ROUNDS, str(source), str(rounds),
         json.dumps(options)], capture_output=True, text=True, timeout=400)
    assert (result.stdout, result.stderr) == ("40 images\n", ""), result.returncode


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`pixcrawler serve` on a port the system chose."""

    def __init__(self, folder, *options):
        self.process = subprocess.Popen(
            [BINARY, "serve", str(folder), "--port", "0", *options], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.banner = self.process.stdout.readline()
        assert " on http://" in self.banner, self.banner + self.process.stderr.read()
        self.url = self.banner.split(" on ")[1].split()[0]

    def stop(self):
        self.process.terminate()
        code = self.process.wait(timeout=10)
        self.process.stdout.close()
        self.process.stderr.close()
        return code


@pytest.fixture
def numpy_python(python):
    """Every Python of this machine in turn, in an environment with NumPy."""
    return numpy_environment(python)


@pytest.fixture(scope="session")
def cases():
    return made_cases()


@pytest.fixture(scope="session")
def datasets():
    return made_datasets()


@pytest.fixture(scope="session")
def good(datasets):
    return os.path.join(datasets, "good")


@pytest.fixture(scope="session")
def photos(tmp_path_factory):
    """A folder of class folders of real photographs in every format."""
    out = tmp_path_factory.mktemp("photos")
    subprocess.run(
        [WITNESS, ROOT / "scripts/corpus.py", out, "--images", "120", "--width", "160", "--height", "120",
         "--formats", "mixed"], check=True, timeout=300)
    return out


@pytest.fixture(scope="session")
def packed(photos, tmp_path_factory):
    """The photographs as a dataset of several chunks."""
    out = tmp_path_factory.mktemp("packed") / "photos"
    command("pack", photos, out, "--chunk-size", "50")
    return out


HUGE = """
import os, pathlib, sys, zlib
from PIL import Image

folder = pathlib.Path(sys.argv[1])
(folder / "noise").mkdir(parents=True)
Image.frombytes("RGB", (5500, 5500), os.urandom(5500 * 5500 * 3)).save(
    folder / "noise/huge.jpg", quality=90, progressive=True)
print(zlib.crc32(Image.open(folder / "noise/huge.jpg").tobytes()))
"""


@pytest.fixture(scope="session")
def huge(tmp_path_factory):
    """A dataset of one image that takes seconds to decode, and the CRC-32 of its pixels."""
    home = tmp_path_factory.mktemp("huge")
    made = subprocess.run(
        [WITNESS, "-c", HUGE, home / "images"], check=True, capture_output=True, text=True, timeout=300)
    command("pack", home / "images", home / "packed")
    shutil.rmtree(home / "images")
    return home / "packed", int(made.stdout)


class DeafPort:
    """An address that connections are made to for ever: its queue is full, and the system drops what asks to enter."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=0)
        address = self.listener.getsockname()
        self.url = f"http://127.0.0.1:{address[1]}"
        self.queue = [socket.socket() for _ in range(3)]
        for waiting in self.queue:
            waiting.setblocking(False)
            waiting.connect_ex(address)

    def close(self):
        for waiting in [*self.queue, self.listener]:
            waiting.close()


@pytest.fixture
def deaf_port():
    port = DeafPort()
    yield port
    port.close()


@pytest.fixture(scope="session")
def few(photos, packed):
    """The first forty photographs, of one shape, as a small dataset of five chunks beside the large one."""
    folder = photos.parent / "few"
    for photo in sorted(photos.glob("*/*"))[:40]:
        copy = folder / photo.relative_to(photos)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(photo, copy)
    out = packed.parent / "few"
    command("pack", folder, out, "--chunk-size", "8")
    return out


@pytest.fixture(scope="session")
def server(packed):
    server = Server(packed.parent, "--api-key", KEY)
    yield server
    server.stop()


class Nginx:
    """nginx as a static host of a folder; `listen` is added to its listen directive, `more` to its server block."""

    def __init__(self, home, root, listen="", more=""):
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        self.port = free_port()
        (home / "nginx.conf").write_text(f"""
            daemon off; pid {home}/pid; error_log stderr; worker_processes 1;
            {"user root;" if os.getuid() == 0 else ""}
            events {{}}
            http {{
              log_format protocol "$server_protocol $connection $uri";
              access_log {home}/access.log protocol;
              server {{ listen 127.0.0.1:{self.port} {listen}; root {root}; {more} }}
            }}""")
        self.log = home / "access.log"
        # Not a pipe: once that is full, nginx waits for ever.
        with open(home / "error.log", "w") as errors:
            self.process = subprocess.Popen([program, "-p", str(home), "-c", str(home / "nginx.conf")], stderr=errors)
        deadline = time.monotonic() + 20
        while True:
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                assert self.process.poll() is None, (home / "error.log").read_text()
                assert time.monotonic() < deadline, "nginx does not listen"
                time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=10)


@pytest.fixture(scope="session")
def nginx(packed, tmp_path_factory):
    """nginx as a static host of the packed photographs."""
    host = Nginx(tmp_path_factory.mktemp("nginx"), packed.parent)
    yield f"http://127.0.0.1:{host.port}"
    host.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A folder of key.pem and cert.pem, which nobody has signed."""
    home = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", home / "key.pem", "-out", home / "cert.pem"],
        check=True, capture_output=True, timeout=60)
    return home


class SecureNginx(Nginx):
    """nginx over TLS, whose root holds the photographs."""

    def __init__(self, home, root, certificate, more=""):
        self.certificate = certificate / "cert.pem"
        super().__init__(
            home, root, listen="ssl http2",
            more=f"ssl_certificate {self.certificate}; ssl_certificate_key {certificate}/key.pem; {more}")
        self.url = f"https://127.0.0.1:{self.port}/photos/"


@pytest.fixture(scope="session")
def secure(packed, certificate, tmp_path_factory):
    """nginx with a certificate that nobody has signed."""
    host = SecureNginx(tmp_path_factory.mktemp("tls"), packed.parent, certificate)
    yield host
    host.stop()
