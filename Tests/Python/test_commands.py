"""pack, serve, info and help as a user meets them: what they print, where, and how they exit."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse

import pexpect
import pytest

import pixcrawler
from flaky_host import FlakyHost
from support import BINARY, KEY, Server, command

SECRET = "s3cr3t-k3y"


@pytest.fixture(autouse=True)
def no_keys(monkeypatch):
    for name in ("PIXCRAWLER_API_KEY", "PIXCRAWLER_SERVICE_KEY", "PIXCRAWLER_SERVE_KEY", "SOURCE_DATE_EPOCH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", "/nonexistent")


@pytest.fixture(scope="session")
def spec_job():
    """The dataset whose card the specification shows."""
    return {
        "id": "job_123", "status": "completed", "num_images": 10000, "num_chunks": 20, "size_bytes": 2500000000,
        "created_at": "2025-10-30T12:00:00Z", "labels": ["cat", "dog", "bird"],
        "chunks": [
            {"chunk_id": f"c{index}", "chunk_index": index, "url": f"chunks/{index}.zip"} for index in range(20)]}


SPEC_CARD = """\
Dataset: job_123
Status: completed
Images: 10,000
Chunks: 20
Size: 2.5 GB
Created: 2025-10-30 12:00:00
Labels: cat, dog, bird (3 classes)
"""


def refused(code, *arguments, **options):
    """The one line on standard error of a command that fails."""
    result = command(*arguments, check=False, **options)
    assert (result.returncode, result.stdout) == (code, ""), result
    assert result.stderr.startswith("pixcrawler: ") and result.stderr.count("\n") == 1, result.stderr
    return result.stderr.removeprefix("pixcrawler: ").rstrip("\n")


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in pathlib.Path(folder).rglob("*") if path.is_file()}


def make_photos(folder, *, classes=("cat", "dog"), count=3, size=1000):
    """Files that begin like a JPEG; `pack` looks no further. They take no room on disk."""
    for name in classes:
        (folder / name).mkdir(parents=True)
        for number in range(count):
            file = folder / name / f"{number}.jpg"
            file.write_bytes(b"\xff\xd8\xff\xe0" + f"{name} {number}".encode())
            os.truncate(file, size)
    return folder


# Help


@pytest.mark.parametrize("name", ["run", "info", "pack", "serve"])
@pytest.mark.parametrize("form", ["{} --help", "{} -h", "help {}"])
def test_help_shows_examples(name, form):
    result = command(*form.format(name).split())
    assert result.stderr == ""
    assert "Examples:\n" in result.stdout
    assert f"\n  pixcrawler {name} " in result.stdout
    assert f"\nUSAGE: pixcrawler {name} " in result.stdout


def test_help_names_every_command():
    outputs = [command(*arguments).stdout for arguments in ([], ["--help"], ["-h"], ["help"])]
    assert len(set(outputs)) == 1
    for name in ("run", "info", "pack", "serve"):
        assert f"\n  pixcrawler {name} " in outputs[0]
    assert max(map(len, outputs[0].splitlines())) <= 80


def test_version():
    assert re.fullmatch(r"\d+\.\d+\.\d+", pixcrawler.__version__)
    assert command("--version").stdout == command("-V").stdout == pixcrawler.__version__ + "\n"


@pytest.mark.parametrize(
    "arguments, meant",
    [(["train", "--api-key", SECRET], None), (["x"], None), (["Pack", "a", "b"], "pack"), (["ifno"], "info"),
     (["servce", "--api-key", SECRET], "serve"),
     (["downlaod", "job_1"], "download"), (["help", "docter"], "doctor")])
def test_an_unknown_command(arguments, meant):
    names = re.findall(r"^  (\w+)(?:, \w+)?  ", command("--help").stdout.split("SUBCOMMANDS:")[1], re.MULTILINE)
    assert {"run", "info", "pack", "serve", "doctor", "env"} <= set(names)
    hint = f"Did you mean {meant}? " if meant else ""
    stranger = arguments[0] if arguments[0] != "help" else arguments[1]
    message = refused(2, *arguments)
    assert message == f"there is no command {stranger}. {hint}There are {', '.join(names)}: pixcrawler --help"


def test_an_unknown_command_of_a_group():
    assert refused(2, "env", "lnik") == (
        "there is no command env lnik. Did you mean link? There are link, unlink: pixcrawler env --help")


def test_a_script_that_is_called_like_a_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pathlib.Path("train me").write_text("print('trained')")
    assert refused(2, "train me") == "there is no command train me. To run the file: pixcrawler run 'train me'"
    assert command("run", "train me").stdout == command("./train me").stdout == "trained\n"


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["pack"], "Missing expected argument '<folder>'"),
        (["pack", "a"], "Missing expected argument '<out>'"),
        (["pack", "a", "b", "c"], "Unexpected argument 'c'"),
        (["pack", "a", "b", "--chunk-size", "0"], "--chunk-size must be at least 1"),
        (["pack", "a", "b", "--chunk-size", "many"], "'many' is invalid for '--chunk-size <chunk-size>'"),
        (["pack", "a", "b", "--seed", "-1"], "'--seed <seed>'"),
        (["pack", "a", "b", "--name", ""], "--name must not be empty"),
        (["serve"], "Missing expected argument '<dir>'"),
        (["serve", "a", "--port", "65536"], "'65536' is invalid for '--port <port>'"),
        (["serve", "a", "--prt", "1"], "Did you mean '--port'?"),
        (["info"], "Missing expected argument '<source>'"),
        (["info", "a", "--timeout", "soon"], "'soon' is invalid for '--timeout <seconds>'"),
        (["run"], "Name a script to run, like: pixcrawler run train.py"),
    ],
)
def test_wrong_arguments(arguments, message):
    result = command(*arguments, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr
    assert f"pixcrawler {arguments[0]} --help" in result.stderr


# info


def test_the_card_of_a_folder(spec_job, tmp_path):
    (tmp_path / "dataset.json").write_text(json.dumps(spec_job))
    for source in (tmp_path, tmp_path / "dataset.json", f"{tmp_path}/"):
        result = command("info", source)
        assert (result.stdout, result.stderr) == (SPEC_CARD, "")


def test_the_card_of_a_url(spec_job, tmp_path):
    (tmp_path / "dataset.json").write_text(json.dumps(spec_job))
    with FlakyHost(tmp_path) as host:
        assert command("info", host.url).stdout == SPEC_CARD
        assert command("info", host.url + "/dataset.json").stdout == SPEC_CARD
        assert set(host.paths()) == {"/dataset.json"}, "no chunk is fetched"


def test_the_card_of_a_job(spec_job, tmp_path):
    (tmp_path / "dataset.json").write_text(json.dumps(spec_job))
    with serving(tmp_path, "--api-key", KEY) as server:
        base = ["info", "job_123", "--base-url", server.url]
        assert command(*base, "--api-key", KEY).stdout == SPEC_CARD
        for name in ("PIXCRAWLER_API_KEY", "PIXCRAWLER_SERVICE_KEY"):
            assert command(*base, env={**os.environ, name: KEY}).stdout == SPEC_CARD


def test_the_card_says_what_is_not_known(tmp_path):
    chunk = {"chunk_id": "a", "chunk_index": 0, "url": "a.zip"}
    (tmp_path / "dataset.json").write_text(json.dumps({"id": "plain", "chunks": [chunk]}))
    assert command("info", tmp_path).stdout == (
        "Dataset: plain\nStatus: completed\nImages: unknown\nChunks: 1\nSize: unknown\nCreated: unknown\n"
        "Labels: unknown\n")


def test_info_of_a_packed_folder(packed):
    lines = command("info", packed).stdout.splitlines()
    assert lines[:4] == ["Dataset: photos", "Status: completed", "Images: 120", "Chunks: 3"]


def test_info_of_what_is_not_there(server, tmp_path):
    missing = tmp_path / "gone"
    result = command("info", missing, check=False)
    assert result.returncode == 5
    assert str(missing) in result.stderr and result.stderr.count("\n") == 1
    assert "there is no job gone" in refused(5, "info", "gone", "--base-url", server.url, "--api-key", KEY)


@pytest.mark.parametrize(
    "job, words",
    [
        ({"status": "processing", "progress": 40}, "is not complete: processing, 40 %"),
        ({"status": "pending"}, "is not complete: pending"),
        ({"status": "failed"}, "is failed and will have no dataset"),
    ],
)
def test_info_of_an_unfinished_job(tmp_path, job, words):
    (tmp_path / "dataset.json").write_text(json.dumps({"id": "job", **job}))
    assert words in refused(6, "info", tmp_path)


@pytest.mark.parametrize("arguments", [[], ["--api-key", "wrong-" + SECRET]])
def test_info_without_the_right_key(server, arguments):
    message = refused(4, "info", "photos", "--base-url", server.url, *arguments)
    assert "API key" in message and SECRET not in message


def test_info_of_an_unreachable_service():
    with FlakyHost("/nonexistent") as host:
        pass
    message = refused(7, "info", "photos", "--base-url", host.url, "--api-key", SECRET)
    assert "could not be reached" in message and SECRET not in message


@pytest.mark.parametrize(
    "text, words", [("{", "it is no JSON"), ('{"id": "x", "format_version": 9}', "format_version 9 is newer than 1")])
def test_info_of_a_description_that_cannot_be_read(tmp_path, text, words):
    (tmp_path / "dataset.json").write_text(text)
    message = refused(1, "info", tmp_path)
    assert f"{tmp_path}/dataset.json" in message and words in message


# pack


def test_pack_says_what_it_made_and_no_more(photos, tmp_path):
    out = tmp_path / "pets"
    result = command("pack", photos, out, "--chunk-size", "50")
    assert result.stdout == f"Packed 120 images of 12 classes into 3 chunks in {out}\n"
    assert result.stderr == ""


def test_pack_counts_in_words(tmp_path):
    photos = make_photos(tmp_path / "photos", classes=["cat"], count=1)
    (photos / "notes.txt").write_text("notes")
    result = command("pack", photos, tmp_path / "pets")
    assert result.stdout == f"Packed 1 image of 1 class into 1 chunk in {tmp_path / 'pets'}\n"
    assert result.stderr == "pixcrawler: 1 file is no JPEG, PNG or WebP and left out: notes.txt\n"


def test_pack_names_a_few_of_many_other_files(tmp_path):
    photos = make_photos(tmp_path / "photos")
    for number in range(7):
        (photos / f"{number}.txt").write_text("notes")
    result = command("pack", photos, tmp_path / "pets")
    assert result.stderr == (
        "pixcrawler: 7 files are no JPEG, PNG or WebP and left out: 0.txt, 1.txt, 2.txt, 3.txt, 4.txt, …\n")


@contextlib.contextmanager
def terminal(*arguments, columns=100, **options):
    child = pexpect.spawn(
        BINARY, [str(argument) for argument in arguments], dimensions=(24, columns), encoding="utf-8", timeout=60,
        **options)
    try:
        yield child
    finally:
        child.close(force=True)


@pytest.mark.parametrize("columns", [100, 30])
def test_pack_shows_its_progress_on_a_terminal(tmp_path, columns):
    photos = make_photos(tmp_path / "photos", count=30, size=4 << 20)
    out = tmp_path / "my pets"
    try:
        with terminal("pack", photos, out, columns=columns, env={**os.environ, "LC_ALL": "C.UTF-8"}) as child:
            child.expect(pexpect.EOF)
            text = child.before
        assert child.exitstatus == 0
    finally:
        shutil.rmtree(out, ignore_errors=True)
    *steps, result = text.split("\r\x1b[K")
    shown = [step for step in steps if step]
    assert shown[0].startswith("Looking for images in /")
    assert max(map(len, shown)) < columns, "a line that wraps cannot be cleared"
    if columns == 100:
        pattern = r"Packing  [█░]{30}  \d+%  [\d.]+ MB  ([\d.]+ MB/s  0:0\d left  )?\d+/60 images"
    else:
        pattern = r"(Packing  )?\d+%  (0:0\d left  )?\d+/60 images"
    assert len(steps) > 1 and all(re.fullmatch(pattern, step) for step in shown[1:]), shown
    assert result.splitlines() == [
        f"Packed 60 images of 2 classes into 1 chunk in {out}",
        f"Next: pixcrawler info '{out}'   or   pixcrawler serve '{out}'"]


def test_pack_gives_the_same_bytes_everywhere(photos, tmp_path):
    surroundings = [
        {"umask": 0o022, "TZ": "UTC", "LC_ALL": "C.UTF-8"}, {"umask": 0o077, "TZ": "Asia/Kathmandu", "LC_ALL": "C"},
        {"umask": 0o002, "TZ": "America/St_Johns", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"}]
    packed = []
    for number, variables in enumerate(surroundings):
        out = tmp_path / str(number) / "pets"
        command(
            "pack", photos, out, "--chunk-size", "50", "--seed", "7", umask=variables.pop("umask"),
            env={**os.environ, **variables})
        packed.append(contents(out))
    assert len(packed[0]) == 4
    assert packed[0] == packed[1] == packed[2]
    command("pack", photos, tmp_path / "other" / "pets", "--chunk-size", "50", "--seed", "8")
    assert contents(tmp_path / "other" / "pets") != packed[0]


def test_packed_files_can_be_read_by_a_web_server(packed):
    for path in packed.rglob("*"):
        mask = os.umask(0o022)
        os.umask(mask)
        wanted = (0o777 if path.is_dir() else 0o666) & ~mask
        assert path.stat().st_mode & 0o777 == wanted, path


def test_source_date_epoch_dates_the_dataset(tmp_path):
    photos = make_photos(tmp_path / "photos")
    first = {**os.environ, "SOURCE_DATE_EPOCH": "1761825600"}
    command("pack", photos, tmp_path / "a" / "pets", env=first)
    os.utime(photos / "cat" / "0.jpg", (1, 1))
    os.utime(photos / "dog" / "0.jpg", (2_000_000_000, 2_000_000_000))
    command("pack", photos, tmp_path / "b" / "pets", env=first)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert "Created: 2025-10-30 12:00:00" in command("info", tmp_path / "a" / "pets").stdout
    command("pack", photos, tmp_path / "c" / "pets")
    assert "Created: 2033-05-18 03:33:20" in command("info", tmp_path / "c" / "pets").stdout


def test_pack_refuses(tmp_path):
    photos = make_photos(tmp_path / "photos")
    empty, full, missing = tmp_path / "empty", tmp_path / "full", tmp_path / "missing"
    empty.mkdir()
    full.mkdir()
    (full / "thesis.txt").write_text("years of work")
    assert refused(1, "pack", missing, tmp_path / "out") == f"{missing} is no folder"
    assert f"{empty} holds no JPEG, PNG or WebP images" in refused(1, "pack", empty, tmp_path / "out")
    assert f"{full} holds files already" in refused(1, "pack", photos, full)
    assert "no dataset that --force could replace" in refused(1, "pack", photos, full, "--force")
    assert "lies inside the folder" in refused(1, "pack", photos, photos / "pets")
    assert refused(1, "pack", photos, full / "thesis.txt") == f"{full / 'thesis.txt'}: Not a directory"
    assert contents(full) == {"thesis.txt": b"years of work"}
    assert not (tmp_path / "out").exists()


def test_pack_replaces_a_dataset_only_when_asked(tmp_path):
    photos, out = make_photos(tmp_path / "photos"), tmp_path / "pets"
    command("pack", photos, out, "--chunk-size", "1")
    before = contents(out)
    assert "--force" in refused(1, "pack", photos, out)
    assert contents(out) == before
    command("pack", photos, out, "--force")
    assert set(contents(out)) == {"dataset.json", "chunks/chunk_0000.zip"}


@pytest.mark.parametrize("dies", [True, False])
def test_an_interrupted_pack_leaves_nothing_that_looks_whole(tmp_path, dies):
    """A limit on file sizes ends it in its second chunk, by a signal or by an error."""
    photos = make_photos(tmp_path / "photos", classes=["cat"], count=1)
    (photos / "dog").mkdir()
    (photos / "dog" / "big.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(200_000))
    out = tmp_path / "pets"
    result = subprocess.run(
        [BINARY, "pack", photos, out, "--chunk-size", "1"], capture_output=True, text=True, timeout=60,
        restore_signals=dies, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)))
    if dies:
        assert result.returncode == -signal.SIGXFSZ
    else:
        assert result.returncode == 1
        assert re.fullmatch(r"pixcrawler: .*/pets/chunks/chunk_000\d.zip: File too large\n", result.stderr)
    assert not (out / "dataset.json").exists()
    assert [path.name for path in out.rglob("*.zip.partial")]
    assert "no dataset.json" in refused(1, "serve", out)
    assert "--force" in refused(1, "pack", photos, out)
    command("pack", photos, out, "--force", "--chunk-size", "1")
    assert set(contents(out)) == {"dataset.json", "chunks/chunk_0000.zip", "chunks/chunk_0001.zip"}


def test_pack_names_the_file_it_may_not_read():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        photos = make_photos(pathlib.Path(folder) / "photos")
        (photos / "cat" / "1.jpg").chmod(0)
        nobody = {"user": 65534} if os.geteuid() == 0 else {}
        try:
            subprocess.run([BINARY, "--version"], check=True, capture_output=True, timeout=60, **nobody)
        except OSError:
            pytest.skip("the program lies where nobody else may run it")
        message = refused(1, "pack", photos, f"{folder}/pets", **nobody)
        assert message == f"{photos}/cat/1.jpg: Permission denied"


def test_every_name_is_packed_and_read_back(tmp_path):
    photos = tmp_path / "photos"
    names = ["котики/ねこ 🐈.jpg", "a b/c d.jpg", "y" * 250 + "/" + "y" * 250 + ".jpg", "100%/$'\".jpg"]
    for name in names:
        (photos / name).parent.mkdir(parents=True)
        (photos / name).write_bytes(b"\xff\xd8\xff\xe0")
    command("pack", photos, tmp_path / "pets")
    job = json.loads((tmp_path / "pets" / "dataset.json").read_text())
    assert job["labels"] == sorted(name.split("/")[0] for name in names)
    assert "(4 classes)" in command("info", tmp_path / "pets").stdout


# serve


@contextlib.contextmanager
def serving(folder, *options):
    server = Server(folder, *options)
    try:
        yield server
    finally:
        server.stop()


def ask(server, path, method="GET", key=None, **fields):
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc, timeout=30)
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    answer.body = answer.read()
    connection.close()
    return answer


def test_serve_shows_each_dataset_off_a_terminal_and_no_more(tmp_path):
    for name in ("pets", "birds"):
        command("pack", make_photos(tmp_path / "photos" / name), tmp_path / "sets" / name)
    process = subprocess.Popen(
        [BINARY, "serve", tmp_path / "sets", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert re.fullmatch(r"Serving 2 datasets on http://127\.0\.0\.1:\d+\n", process.stdout.readline())
    process.terminate()
    assert process.wait(timeout=20) == 0
    with process.stdout, process.stderr:
        shown = process.stdout.read(), process.stderr.read()
    assert shown == ("  birds: 6 images, 2 classes\n  pets: 6 images, 2 classes\n", "")


def test_serve_tells_the_next_command_on_a_terminal(tmp_path):
    out = tmp_path / "my pets"
    command("pack", make_photos(tmp_path / "photos"), out)
    with terminal("serve", out, "--port", "0", "--api-key", SECRET, columns=200) as child:
        child.expect(r"Serving 1 dataset on (http://127\.0\.0\.1:\d+) \(key required\)\r\n")
        url = child.match[1]
        child.expect_exact("  my pets: 6 images, 2 classes\r\n")
        child.expect_exact(f"Next: pixcrawler info 'my pets' --base-url {url} --api-key KEY\r\n")
        child.expect_exact("Ctrl-C ends it.\r\n")
        assert "Images: 6" in command("info", "my pets", "--base-url", url, "--api-key", SECRET).stdout
        child.sendintr()
        child.expect(pexpect.EOF)
        assert child.before.endswith("Stopped.\r\n")
    assert child.exitstatus == 0


def test_serve_warns_where_everyone_may_read(packed):
    with terminal("serve", packed, "--port", "0", "--host", "0.0.0.0", columns=200) as child:
        child.expect_exact("--api-key KEY asks for a key.")
    with terminal("serve", packed, "--port", "0", columns=200) as child:
        child.expect_exact("Ctrl-C ends it.")
        assert "Everyone" not in child.before


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_well_when_told_to(packed, ending):
    server = Server(packed)
    assert ask(server, "/dataset.json").status == 200
    server.process.send_signal(ending)
    assert server.process.wait(timeout=10) == 0
    assert server.process.stderr.read() == ""
    server.process.stdout.close()
    server.process.stderr.close()


def test_serve_ends_although_a_client_is_still_reading(tmp_path):
    (tmp_path / "dataset.json").write_text('{"id": "big"}')
    with open(tmp_path / "big.zip", "wb") as file:
        file.truncate(1 << 30)
    server = Server(tmp_path)
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc, timeout=30)
    connection.request("GET", "/big.zip")
    connection.getresponse().read(1)
    assert server.stop() == 0
    connection.close()


def test_a_port_that_is_taken(server, packed):
    port = server.url.split(":")[-1]
    started = time.monotonic()
    message = refused(1, "serve", packed, "--port", port)
    assert message.startswith(f"cannot listen on 127.0.0.1 port {port}: Address already in use. ")
    assert "--port" in message
    assert time.monotonic() - started < 4, "it waits for something"


def test_serve_refuses(packed, tmp_path):
    assert "holds no dataset" in refused(1, "serve", tmp_path)
    assert refused(1, "serve", tmp_path / "gone") == f"{tmp_path / 'gone'} is no folder"
    assert "localhost is no IP address. Take --host 127.0.0.1" in refused(1, "serve", packed, "--host", "localhost")
    assert "192.0.2.1" in refused(1, "serve", packed, "--host", "192.0.2.1", "--port", "0")
    (tmp_path / "dataset.json").write_text("{")
    assert f"{tmp_path}/dataset.json: it describes no dataset" in refused(1, "serve", tmp_path)


ROUTES = [
    "/api/v1/jobs", "/api/v1/jobs/", "/api/v1/jobs/photos", "/api/v1/jobs/photos/chunks", "/api/v1/jobs/gone",
    "/photos/dataset.json", "/photos/chunks/chunk_0000.zip", "/gone", "/", "/%2e%2e/etc/passwd",
]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE"])
def test_without_the_key_every_route_is_closed(server, method):
    for route in ROUTES + ["/api/v1/jobs/photos/chunks/0/download"]:
        for key in (None, "wrong", KEY[:-1], KEY + "x"):
            answer = ask(server, route, method, key=key)
            assert answer.status == 401, (route, key)
            assert answer.getheader("WWW-Authenticate") == "Bearer"
            assert KEY.encode() not in answer.body


def test_head_leaves_the_connection_in_order(server):
    """A body after HEAD would be read as the next answer."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc, timeout=30)
    headers = {"Authorization": f"Bearer {KEY}", "Connection": "keep-alive"}
    for path in ("/photos/gone.zip", "/photos/dataset.json", "/api/v1/jobs/photos", "/photos/gone.zip"):
        connection.request("HEAD", path, headers=headers)
        head = connection.getresponse()
        assert head.read() == b""
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        assert answer.status == head.status
        assert len(answer.read()) == int(head.getheader("Content-Length"))
    connection.close()


def test_ranges_and_tags(server, packed):
    path = "/photos/chunks/chunk_0000.zip"
    data = (packed / "chunks" / "chunk_0000.zip").read_bytes()
    whole = ask(server, path, key=KEY)
    tag = whole.getheader("ETag")
    assert (whole.status, whole.body, whole.getheader("Accept-Ranges")) == (200, data, "bytes")
    part = ask(server, path, key=KEY, Range="bytes=100-199")
    assert (part.status, part.body) == (206, data[100:200])
    assert part.getheader("Content-Range") == f"bytes 100-199/{len(data)}"
    assert part.getheader("ETag") == tag
    assert ask(server, path, key=KEY, Range="bytes=-5").body == data[-5:]
    assert ask(server, path, key=KEY, Range="bytes=5-99999999999999999999").body == data[5:]
    beyond = ask(server, path, key=KEY, Range=f"bytes={len(data)}-")
    assert (beyond.status, beyond.getheader("Content-Range")) == (416, f"bytes */{len(data)}")
    assert ask(server, path, key=KEY, Range="bytes=0-1", If_Range=tag).status == 206
    assert ask(server, path, key=KEY, Range="bytes=0-1", If_Range='"other"').body == data
    known = ask(server, path, key=KEY, If_None_Match=f'"other", {tag}')
    assert (known.status, known.body) == (304, b"")
    assert ask(server, path, key=KEY, If_None_Match='"other"').status == 200


def test_a_signed_link_needs_no_key(tmp_path):
    out = tmp_path / "sets" / "my pets"
    command("pack", make_photos(tmp_path / "photos"), out)
    with serving(out.parent, "--api-key", KEY) as server:
        answer = ask(server, "/api/v1/jobs/my%20pets/chunks/0/download", "POST", key=KEY)
        link = json.loads(answer.body)["download_url"]
        assert ask(server, link).body == (out / "chunks" / "chunk_0000.zip").read_bytes()
        assert ask(server, link[:-1]).status == 401
        assert ask(server, link.replace("chunk_0000.zip", "../dataset.json")).status == 401


def test_a_big_file_takes_little_memory(tmp_path):
    size = 300 << 20
    (tmp_path / "dataset.json").write_text('{"id": "big"}')
    with open(tmp_path / "big.zip", "wb") as file:
        file.truncate(size)
    with serving(tmp_path) as server:
        def peak():
            status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
            return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) << 10

        ask(server, "/dataset.json")
        before = peak()
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc, timeout=30)
        connection.request("GET", "/big.zip")
        answer = connection.getresponse()
        got = 0
        while piece := answer.read(1 << 20):
            got += len(piece)
        connection.close()
        assert got == size
        assert peak() - before < 40 << 20


def test_a_file_that_becomes_shorter_ends_the_connection(tmp_path):
    """Silence would keep the client waiting for the rest."""
    (tmp_path / "dataset.json").write_text('{"id": "big"}')
    with open(tmp_path / "big.zip", "wb") as file:
        file.truncate(300 << 20)
    with serving(tmp_path) as server:
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(server.url).netloc, timeout=30)
        connection.request("GET", "/big.zip")
        answer = connection.getresponse()
        answer.read(1)
        os.truncate(tmp_path / "big.zip", 1000)
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            while answer.read(1 << 20):
                pass
            raise http.client.IncompleteRead(b"")
        connection.close()
        assert ask(server, "/big.zip").body == bytes(1000)


def test_datasets_come_and_go(tmp_path):
    photos = make_photos(tmp_path / "photos")
    command("pack", photos, tmp_path / "sets" / "first")
    with serving(tmp_path / "sets") as server:
        command("pack", photos, tmp_path / "sets" / "second")
        shutil.rmtree(tmp_path / "sets" / "first")
        jobs = json.loads(ask(server, "/api/v1/jobs/").body)
        assert [job["id"] for job in jobs["items"]] == ["second"]
        assert ask(server, "/api/v1/jobs/first").status == 404


# Keys


def test_a_key_from_the_environment_is_nowhere_to_be_seen(packed, monkeypatch):
    monkeypatch.setenv("PIXCRAWLER_SERVE_KEY", SECRET)
    server = Server(packed)
    try:
        assert server.banner.endswith(" (key required)\n")
        assert ask(server, "/dataset.json", key="wrong").status == 401
        assert ask(server, "/dataset.json", key=SECRET).status == 200
        shown = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True).stdout
        assert "pixcrawler" in shown and SECRET not in shown
    finally:
        server.process.terminate()
        out, errors = server.process.communicate(timeout=20)
    assert SECRET not in server.banner + out + errors


def test_the_option_wins_over_the_environment(packed, monkeypatch):
    monkeypatch.setenv("PIXCRAWLER_SERVE_KEY", "another")
    with serving(packed, "--api-key", SECRET) as server:
        assert ask(server, "/dataset.json", key=SECRET).status == 200
        assert ask(server, "/dataset.json", key="another").status == 401


def test_an_empty_variable_is_no_key(packed, monkeypatch):
    monkeypatch.setenv("PIXCRAWLER_SERVE_KEY", "")
    with serving(packed) as server:
        assert "key required" not in server.banner
        assert ask(server, "/dataset.json").status == 200


@pytest.mark.parametrize("key", ["", SECRET + " two", SECRET + "\n", SECRET + "é"])
def test_a_key_no_client_can_send(packed, key):
    """An empty one above all: `--api-key "$UNSET"` must not open the door."""
    message = refused(1, "serve", packed, "--port", "0", "--api-key", key)
    assert message.startswith("no client can send this key") and SECRET not in message


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "/nonexistent", "--api-key", SECRET],
        ["serve", "PACKED", "--host", "nowhere", "--api-key", SECRET],
        ["serve", "PACKED", "--port", "99999", "--api-key", SECRET],
        ["serve", "PACKED", "--api-key", SECRET, "--unknown"],
        ["serve", "PACKED", "--apikey", SECRET],
        ["serve", "PACKED", f"--apikey={SECRET}"],
        ["info", "/nonexistent", "--api-key", SECRET],
        ["info", "job", "--base-url", "http://127.0.0.1:1", "--api-key", SECRET],
        ["info", "job", "--base-url", "nonsense", "--api-key", SECRET],
        ["info", "job", "--base-url", "SERVER", "--api-key", SECRET],
        ["info", "job", "--base-url", "SERVER", "--api-key", SECRET + "\n"],
        ["info", "job", "--timeout", "x", "--api-key", SECRET],
        ["info", "--api-key", SECRET],
        ["pack", "a", "b", "--api-key", SECRET],
        ["list", "--base-url", "SERVER", "--api-key", SECRET],
        ["list", "--base-url", "nonsense", "--api-key", SECRET],
        ["auth", "status", "--check", "--base-url", "SERVER", "--api-key", SECRET],
        ["auth", "stauts", "--api-key", SECRET],
        ["lst", "--api-key", SECRET],
    ],
    ids=lambda arguments: " ".join(arguments).replace(SECRET, "KEY").replace("\n", "\\n"),
)
def test_no_error_shows_a_key(arguments, packed, server):
    names = {"PACKED": str(packed), "SERVER": server.url}
    result = command(*[names.get(argument, argument) for argument in arguments], check=False)
    assert result.returncode != 0
    assert SECRET not in result.stdout + result.stderr
    assert result.stderr != ""
