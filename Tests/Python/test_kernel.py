"""A Jupyter kernel that runs the user's Python with the engine in it: installed, used in notebooks, removed."""

import json
import os
import pathlib
import subprocess
import sys
import time

import nbformat
import pexpect
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient

import pixcrawler
from flaky_host import FlakyHost
from support import BINARY, command

LIMIT = 60  # seconds that any one wait may take


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """Where the kernel is installed for these tests."""
    prefix = tmp_path_factory.mktemp("prefix")
    command("kernel", "install", "--prefix", prefix, "--python", sys.executable)
    return prefix


@pytest.fixture
def jupyter(prefix, tmp_path, monkeypatch):
    """Jupyter finds that kernel, and nothing of this user's."""
    for name in ("JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setenv("JUPYTER_PATH", str(prefix / "share/jupyter"))


class Kernel:
    """A running kernel and a front end."""

    def __init__(self):
        self.manager = KernelManager(kernel_name="pixcrawler")
        self.manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=LIMIT)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run(self, code):
        """What a cell prints; fails the test where the cell fails."""
        printed = []
        reply = self.client.execute_interactive(
            code, timeout=LIMIT, output_hook=lambda message: printed.append(message["content"].get("text", "")))
        assert reply["content"]["status"] == "ok", reply["content"]
        return "".join(printed)


    def wait_for_output(self, text):
        """Until the running cell prints this."""
        deadline = time.monotonic() + LIMIT
        while text not in self.client.get_iopub_msg(timeout=LIMIT)["content"].get("text", ""):
            assert time.monotonic() < deadline, f"the cell did not print {text}"


def processes(words):
    """The processes with these words on their command line."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if words in (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"):
                found.append(int(folder.name))
        except OSError:
            pass  # it ended
    return found


def test_what_is_installed(prefix, jupyter):
    spec = KernelSpecManager().get_kernel_spec("pixcrawler")
    assert spec.argv == [
        BINARY, "run", "--python", sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    assert spec.display_name == "Python %d.%d (pixcrawler)" % sys.version_info[:2]
    assert spec.language == "python"
    assert os.listdir(prefix / "share/jupyter/kernels/pixcrawler") == ["kernel.json"]


def test_a_notebook(jupyter, packed):
    cells = [
        "import pixcrawler; print(pixcrawler.__file__)",
        f"dataset = pixcrawler.load_dataset({str(packed)!r}); print(dataset.info)",
        "dataset",
        "sum(1 for image, label in dataset)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, kernel_name="pixcrawler", timeout=LIMIT).execute()
    file, text, card, count = (cell.outputs for cell in notebook.cells)
    assert file[0].text.strip() == pixcrawler.__file__
    dataset = pixcrawler.load_dataset(packed)
    assert text[0].text == f"{dataset.info}\n"
    assert card[0].data["text/plain"] == repr(dataset)
    assert card[0].data["text/html"] == dataset._repr_html_()
    assert len(card[0].data["text/html"].encode()) <= 200_000
    assert count[0].data["text/plain"] == "120"


EPOCH = """
got = 0
for image, label in dataset:
    got += 1
    if got == 50:
        print("waiting", flush=True)
"""


def test_an_interrupt_stops_a_download_that_stalls(jupyter, packed):
    with FlakyHost(packed.parent) as host, Kernel() as kernel:
        kernel.run(f"import pixcrawler; dataset = pixcrawler.load_dataset('{host.url}/photos/')")
        waits = []
        for _ in range(3):
            host.faults["/photos/chunks/chunk_0001.zip"] = [("stall",)]
            request = kernel.client.execute(EPOCH)
            kernel.wait_for_output("waiting")
            sent = time.monotonic()
            kernel.manager.interrupt_kernel()
            reply = kernel.client.get_shell_msg(timeout=LIMIT)
            waits.append(time.monotonic() - sent)
            assert reply["parent_header"]["msg_id"] == request
            assert (reply["content"]["status"], reply["content"]["ename"]) == ("error", "KeyboardInterrupt")
            if waits[-1] < 1:
                break
        assert min(waits) < 1, waits
        assert kernel.run("print(got, sum(1 for _ in dataset))") == "50 120\n"


def test_restart_and_shutdown(jupyter, packed):
    begin = f"import pixcrawler; images = iter(pixcrawler.load_dataset({str(packed)!r})); first = next(images)"
    with Kernel() as kernel:
        kernel.run(begin)
        kernel.manager.restart_kernel()
        kernel.client.wait_for_ready(timeout=LIMIT)
        assert kernel.run("print('images' in globals())") == "False\n"
        kernel.run(begin)
        connection = kernel.manager.connection_file
        assert len(processes(connection)) == 1
        kernel.manager.shutdown_kernel()
        assert processes(connection) == []
        assert not os.path.exists(connection)


def test_removing_leaves_nothing(tmp_path):
    options = ["--prefix", tmp_path, "--name", "Mine"]
    words = ["--python", sys.executable, "--display-name", "Mine, “too”"]
    installed = command("kernel", "install", *options, *words).stdout
    place = tmp_path / "share/jupyter/kernels/mine"
    assert str(place) in installed and sys.executable in installed
    assert json.loads((place / "kernel.json").read_text())["display_name"] == "Mine, “too”"
    command("kernel", "install", *options, "--python", sys.executable)
    assert str(place) in command("kernel", "remove", *options).stdout
    assert os.listdir(tmp_path) == []
    again = command("kernel", "remove", *options, check=False)
    assert again.returncode == 1 and f"there is no kernel in {place}" in again.stderr


@pytest.mark.parametrize("variables", [
    {"JUPYTER_DATA_DIR": "{0}/data"}, {"XDG_DATA_HOME": "{0}/xdg"}, {"HOME": "{0}"}], ids=lambda names: "".join(names))
def test_the_users_own_is_where_jupyter_finds_it(tmp_path, variables):
    kept = {name: value for name, value in os.environ.items() if name not in ("JUPYTER_DATA_DIR", "XDG_DATA_HOME")}
    environment = {**kept, **{name: value.format(tmp_path) for name, value in variables.items()}}
    command("kernel", "install", "--python", sys.executable, env=environment)
    listed = subprocess.run(
        [sys.executable, "-m", "jupyter_client.kernelspecapp", "list", "--json"], env=environment,
        capture_output=True, text=True, timeout=LIMIT, check=True).stdout
    found = json.loads(listed)["kernelspecs"]["pixcrawler"]
    assert found["resource_dir"].startswith(str(tmp_path))
    command("kernel", "remove", "--user", env=environment)
    assert not os.path.exists(found["resource_dir"])


def test_anothers_kernel_stays(tmp_path):
    file = tmp_path / "share/jupyter/kernels/pixcrawler/kernel.json"
    file.parent.mkdir(parents=True)
    subprocess.run(
        [sys.executable, "-m", "ipykernel", "install", "--prefix", tmp_path, "--name", "pixcrawler"], check=True,
        capture_output=True, timeout=LIMIT)
    before = file.read_bytes()
    for verb in (["install", "--python", sys.executable], ["remove"]):
        refused = command("kernel", *verb, "--prefix", tmp_path, check=False)
        assert refused.returncode == 1 and "is not a kernel of pixcrawler and stays as it is" in refused.stderr
        assert refused.stderr.count("\n") == 1
    assert file.read_bytes() == before


def test_without_ipykernel_it_says_what_to_install(tmp_path, python):
    subprocess.run([python, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True, timeout=LIMIT)
    bare = str(tmp_path / "bare/bin/python")
    refused = command("kernel", "install", "--prefix", tmp_path / "jupyter", "--python", bare, check=False)
    assert refused.returncode == 1 and f"{bare} has no ipykernel" in refused.stderr
    assert "pip install" in refused.stderr and "ipykernel" in refused.stderr and refused.stderr.count("\n") == 1
    assert not (tmp_path / "jupyter").exists()


@pytest.mark.parametrize("words", [
    ["--name", "../up"], ["--name", ""], ["--user", "--prefix", "/tmp"], ["--prefix", ""], ["--python", "/no/such"]])
def test_refusals(words, tmp_path):
    environment = {**os.environ, "JUPYTER_DATA_DIR": str(tmp_path / "data")}
    refused = command("kernel", "install", *words, check=False, env=environment)
    assert refused.returncode == 2 and refused.stderr
    assert os.listdir(tmp_path) == []


def test_the_next_command_on_a_terminal(tmp_path):
    shown = pexpect.run(
        f"{BINARY} kernel install --prefix {tmp_path} --python {sys.executable}", timeout=LIMIT, encoding="utf-8")
    assert f"Next: JUPYTER_PATH={tmp_path}/share/jupyter jupyter lab" in shown
    assert f"pixcrawler kernel remove --prefix {tmp_path}" in shown
