"""Whatever a script starts can import the same module file, and nothing is left running."""

import os
import pathlib
import signal
import subprocess
import sys
import time
import uuid

import pytest

from launching import CHOOSING, write
from support import BINARY, command

LIMIT = 120  # seconds that any one process may take
NEEDS_STOCK = "the children are the plain python, which has no sanitizer's runtime for the module"

#: A module for the programs below: which file `pixcrawler` is, and that it works.
SEEN = """
    import os

    def seen(*_):
        import pixcrawler
        assert pixcrawler.load_dataset
        return pixcrawler.__file__, os.stat(pixcrawler.__file__).st_ino
"""


@pytest.fixture(autouse=True)
def only_unsanitized(sanitized):
    if sanitized:
        pytest.skip(NEEDS_STOCK)


@pytest.fixture
def variables():
    """Nothing of the outside that chooses a Python, and no way to the module but the program's."""
    kept = {name: value for name, value in os.environ.items() if name not in (*CHOOSING, "PYTHONPATH")}
    return {**kept, "OMP_NUM_THREADS": "1"}


@pytest.fixture
def module(pixcrawler):
    """The module's file and its inode, as `seen` gives them."""
    file = pathlib.Path(pixcrawler).parents[1] / "lib/pixcrawler/python/pixcrawler/__init__.abi3.so"
    return str(file), file.stat().st_ino


@pytest.fixture
def run(variables, tmp_path):
    """Runs a command to its end, after which no process that it started may be there."""

    def run(*words, **changed):
        mark = f"PIXCRAWLER_TEST_MARK={uuid.uuid4()}"
        environment = {**variables, **changed, **dict([mark.split("=")])}
        result = subprocess.run(
            [*map(str, words)], capture_output=True, text=True, timeout=LIMIT, cwd=tmp_path, env=environment)
        left = left_running(mark)
        assert not left, left
        return result

    write(tmp_path, SEEN, "seen.py")
    return run


def left_running(mark):
    """Processes that inherited the mark and go on, a while after their parent ended: some end a little later."""
    deadline = time.monotonic() + 10
    while (left := marked(mark)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return left


def marked(mark):
    found = {}
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (process / "environ").read_bytes().split(b"\0"):
                found[int(process.name)] = (process / "cmdline").read_bytes()
        except OSError:
            pass
    return found


def test_what_is_left_running_is_seen(variables, tmp_path):
    """The witness itself, with a process that leaves its session."""
    mark = f"PIXCRAWLER_TEST_MARK={uuid.uuid4()}"
    sleeper = subprocess.Popen(["sleep", "60"], env={**variables, **dict([mark.split("=")])}, start_new_session=True)
    assert list(marked(mark)) == [sleeper.pid]
    sleeper.kill()
    sleeper.wait(timeout=LIMIT)
    assert not left_running(mark)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(run, tmp_path, python, module, method):
    """Functions of the script and of a module of its own, in a pool, an executor and a bare process."""
    write(
        tmp_path,
        """
        import concurrent.futures, multiprocessing, sys
        import seen

        def work(number):
            return number + 1, *seen.seen()

        def tell(queue):
            queue.put(seen.seen())

        if __name__ == "__main__":
            context = multiprocessing.get_context(sys.argv[1])
            print({seen.seen()})
            with context.Pool(2) as pool:
                print(set(pool.map(work, [1] * 8)), set(pool.imap_unordered(seen.seen, range(8))))
            with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as executor:
                print(set(executor.map(work, [1] * 8)))
            queue = context.Queue()
            process = context.Process(target=tell, args=(queue,))
            process.start()
            print({queue.get(timeout=60)})
            process.join(60)
            print(process.exitcode)
        """)
    found = run(BINARY, "run", "--python", python, "script.py", method)
    worked = {(2, *module)}
    assert found.stdout == f"{ {module} }\n{worked} { {module} }\n{worked}\n{ {module} }\n0\n", found.stderr
    assert found.stderr == ""


CHILD = """
    import os, subprocess, sys
    code = "import sys; sys.path.insert(0, '.'); import seen; print(seen.seen())"
    environment = eval(sys.argv[1])
    subprocess.run([sys.executable, *sys.argv[2:], "-c", code], env=environment, timeout=60)
"""


@pytest.mark.parametrize("options", [[], ["-s"], ["-u", "-W", "error"], ["-X", "dev"]], ids=" ".join)
def test_a_plain_child(run, tmp_path, python, module, options):
    write(tmp_path, CHILD)
    found = run(BINARY, "run", "--python", python, "script.py", "os.environ", *options)
    assert (found.stdout, found.stderr) == (f"{module}\n", "")


@pytest.mark.parametrize(
    ("environment", "options"),
    [("os.environ", ["-E"]), ("os.environ", ["-I"]), ("{}", []), ("{**os.environ, 'PYTHONPATH': '/nowhere'}", [])],
    ids=["-E", "-I", "no environment", "another PYTHONPATH"],
)
def test_a_plain_child_that_heeds_no_pythonpath(run, tmp_path, environment, options):
    """It was asked to look nowhere but in its own packages, where the module is not."""
    write(tmp_path, CHILD)
    found = run(BINARY, "run", "--python", sys.executable, "script.py", environment, *options)
    assert "No module named 'pixcrawler'" in found.stderr and found.stdout == ""


@pytest.mark.parametrize("method", ["fork", "spawn"])
@pytest.mark.parametrize("option", ["-E", "-I"])
def test_workers_of_a_script_that_heeds_no_pythonpath(run, tmp_path, module, option, method):
    """Forked ones have the module from their parent; spawned ones are started with its options, as python's are."""
    write(
        tmp_path,
        """
        import multiprocessing, sys
        sys.path.insert(0, ".")
        import seen

        if __name__ == "__main__":
            with multiprocessing.get_context(sys.argv[1]).Pool(1) as pool:
                try:
                    print(pool.apply(seen.seen))
                except ImportError as error:
                    print(error)
        """)
    found = run(BINARY, "run", "--python", sys.executable, option, "script.py", method)
    assert found.stdout == (f"{module}\n" if method == "fork" else "No module named 'pixcrawler'\n"), found.stderr


def test_a_child_of_a_child_and_pixcrawler_itself(run, tmp_path, python, module):
    write(
        tmp_path,
        """
        import subprocess, sys
        import seen
        print(seen.seen(), flush=True)
        if sys.argv[1:]:
            subprocess.run([*sys.argv[1].split(), "script.py", *sys.argv[2:]], check=True)
        """)
    plain, hosted = python, f"{BINARY} run --python {python}"
    found = run(BINARY, "run", "--python", python, "script.py", plain, hosted, plain)
    assert found.stdout == f"{module}\n" * 4, found.stderr


def test_joblib_with_loky(run, tmp_path, module):
    write(
        tmp_path,
        """
        import joblib, seen

        def work(number):
            return number, *seen.seen()

        print(set(joblib.Parallel(2, backend="loky")(joblib.delayed(work)(1) for _ in range(8))))
        """)
    found = run(BINARY, "run", "--python", sys.executable, "script.py")
    assert found.stdout == f"{ {(1, *module)} }\n", found.stderr


#: Two ranks, each reading its half of the dataset; the sum must be the whole.
RANK = """
    import sys
    import torch, torch.distributed
    import pixcrawler, seen

    torch.distributed.init_process_group("gloo")
    rank, ranks = torch.distributed.get_rank(), torch.distributed.get_world_size()
    mine = [image for number, (image, _) in enumerate(pixcrawler.load_dataset(sys.argv[1])) if number % ranks == rank]
    total = torch.tensor([len(mine), sum(int(image.sum()) for image in mine)])
    torch.distributed.all_reduce(total)
    files = [None] * ranks
    torch.distributed.all_gather_object(files, seen.seen())
    if rank == 0:
        print(ranks, len(mine), total.tolist(), set(files), sys.flags.dont_write_bytecode, __name__, flush=True)
    torch.distributed.destroy_process_group()
"""

TORCHRUN = pathlib.Path(sys.executable).parent / "torchrun"
TWO = ["--nnodes=1", "--nproc-per-node=2", "--rdzv-backend=c10d", "--rdzv-endpoint=127.0.0.1:0"]


@pytest.mark.parametrize(
    ("words", "changed"),
    [
        ([BINARY, "run", "--python", sys.executable, "-m", "torch.distributed.run", *TWO, "t.py"], {}),
        ([TORCHRUN, *TWO, "--no-python", BINARY, "run", "--python", sys.executable, "t.py"], {}),
        ([TORCHRUN, *TWO, "t.py"], {"PYTHON_EXEC": BINARY, "VIRTUAL_ENV": sys.prefix}),
        ([TORCHRUN, *TWO, "-m", "t"], {"PYTHON_EXEC": BINARY}),
    ],
    ids=["run -m torch.distributed.run", "torchrun --no-python", "PYTHON_EXEC", "PYTHON_EXEC, the nearest .venv"],
)
def test_torchrun(run, tmp_path, packed, module, words, changed):
    write(tmp_path, RANK, "t.py")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    found = run(*words, packed, **changed)
    total = command("run", "--python", sys.executable, "-c", """
import pixcrawler, sys
print([120, sum(int(image.sum()) for image, _ in pixcrawler.load_dataset(sys.argv[1]))])""", packed).stdout.strip()
    flag = int(sys.flags.dont_write_bytecode)
    assert found.stdout == f"2 60 {total} { {module} } {flag} __main__\n", found.stderr
    assert found.returncode == 0


def test_torchrun_with_a_rank_that_fails(run, tmp_path):
    write(tmp_path, "import os, time\nif os.environ['RANK'] == '1': raise SystemExit(3)\ntime.sleep(60)\n", "t.py")
    found = run(BINARY, "run", "--python", sys.executable, "-m", "torch.distributed.run", *TWO, "t.py")
    assert found.returncode == 1 and "exitcode  : 3" in found.stderr, found.stderr


@pytest.mark.parametrize(
    ("method", "persistent"), [("fork", False), ("fork", True), ("spawn", True), ("forkserver", True)])
def test_dataloader_workers(run, tmp_path, packed, module, method, persistent):
    """Two workers, two epochs, each worker its half, after the parent has read some itself."""
    write(
        tmp_path,
        """
        import sys
        import torch.utils.data
        import pixcrawler, seen

        class Photos(torch.utils.data.IterableDataset):
            def __init__(self, path):
                self.path = path

            def __iter__(self):
                worker = torch.utils.data.get_worker_info()
                for number, (image, label) in enumerate(pixcrawler.load_dataset(self.path)):
                    if number % worker.num_workers == worker.id:
                        yield number, int(image.sum()), label, seen.seen()

        if __name__ == "__main__":
            path, method, persistent = sys.argv[1:]
            whole = [(int(image.sum()), label) for image, label in pixcrawler.load_dataset(path)]
            loader = torch.utils.data.DataLoader(
                Photos(path), batch_size=None, num_workers=2, multiprocessing_context=method,
                persistent_workers=persistent == "True")
            for epoch in range(2):
                got = sorted(loader)
                print([(total, label) for _, total, label, _ in got] == whole, {tuple(where) for *_, where in got})
        """)
    found = run(BINARY, "run", "--python", sys.executable, "script.py", packed, method, persistent)
    assert found.stdout == f"True { {module} }\n" * 2, found.stderr
    assert found.stderr == ""


def test_pip(run, tmp_path, python):
    version = run(BINARY, "run", "--python", python, "-m", "pip", "--version")
    assert version.stdout == run(python, "-m", "pip", "--version").stdout and version.stdout.startswith("pip ")


def test_a_venv_made_inside(run, tmp_path, python, module):
    """It is a plain one of the same Python, with pip; what pip installs into it names its python, not pixcrawler."""
    venv = tmp_path / "made"
    made = run(BINARY, "run", "--python", python, "-m", "venv", venv)
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")
    inside = f"{venv}/bin/python"
    base = "import os, sys; print(sys.prefix, os.path.realpath(sys.executable), sys.version)"
    itself = run(python, "-c", base).stdout.split(maxsplit=1)[1]
    assert run(inside, "-c", base).stdout == f"{venv} {itself}"
    assert (venv / "bin/pip").read_text().startswith(f"#!{inside}")
    assert "No module named 'pixcrawler'" in run(inside, "-c", "import pixcrawler").stderr

    wheel = make_wheel(tmp_path)
    pip = ["-m", "pip", "--disable-pip-version-check", "--no-cache-dir"]
    installed = run(BINARY, "run", "--python", venv, *pip, "install", "--no-index", "--quiet", wheel)
    assert (installed.returncode, installed.stderr) == (0, "")
    tool = venv / "bin/tiny"
    assert tool.read_text().startswith(f"#!{inside}\n")
    assert run(tool).stdout == f"tiny {inside}\n"
    assert "tiny" in run(BINARY, "run", "--python", venv, *pip, "list").stdout
    assert run(BINARY, "run", "--python", venv, "-c", "import seen, tiny; print(seen.seen())").stdout == f"{module}\n"


def make_wheel(folder):
    """The smallest wheel with a program."""
    import zipfile

    wheel = folder / "tiny-1-py3-none-any.whl"
    info = "tiny-1.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny.py", "import sys\n\ndef main():\n    print('tiny', sys.executable)\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/entry_points.txt", "[console_scripts]\ntiny = tiny:main\n")
        archive.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in (
            "tiny.py", f"{info}/METADATA", f"{info}/WHEEL", f"{info}/entry_points.txt", f"{info}/RECORD")))
    return wheel
