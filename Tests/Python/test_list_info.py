"""list and info: rows, JSON, class counts, --verbose, and the environment's names for flags."""

import contextlib
import json
import os
import re
import subprocess
import urllib.parse

import pexpect
import pytest

from flaky_host import FlakyHost
from support import BINARY, KEY, command

JOBS = [
    {"id": "job_1", "name": "pets", "status": "completed", "progress": 100, "num_images": 10000, "num_chunks": 20,
     "chunk_size": 500, "size_bytes": 2500000000, "created_at": "2025-10-30T12:00:00Z", "labels": ["cat", "dog"],
     "version": "1"},
    {"id": 7, "status": "processing", "progress": 41.7},
    {"id": "night\x1b[2J\nmare", "name": "tab\there", "status": "failed"},
]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("PIXCRAWLER_") and name != "PIXCRAWLER_BIN"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


class Service(FlakyHost):
    """Lists jobs in pages, like the service; other paths have their faults."""

    def __init__(self, jobs, repeats=False):
        self.jobs = jobs
        self.repeats = repeats
        super().__init__("/nonexistent")

    def answer(self, handler):
        address = urllib.parse.urlsplit(handler.path)
        if address.path != "/api/v1/jobs/" or self.faults.get(address.path):
            return super().answer(handler)
        self.requests.append((handler.command, handler.path, dict(handler.headers)))
        query = {name: int(values[0]) for name, values in urllib.parse.parse_qs(address.query).items()}
        assert sorted(query) == ["page", "size"]
        start = 0 if self.repeats else (query["page"] - 1) * query["size"]
        page = {"items": self.jobs[start : start + query["size"]], "total": len(self.jobs), "page": query["page"]}
        body = json.dumps(page).encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        with contextlib.suppress(OSError):
            handler.wfile.write(body)


@contextlib.contextmanager
def listing(jobs, **options):
    with Service(jobs, **options) as service:
        yield service, ["list", "--base-url", service.url]


# list


def test_rows_for_scripts():
    with listing(JOBS) as (service, words):
        result = command(*words)
        assert result.stdout.splitlines() == [
            "job_1\tcompleted\t10000\t2500000000\t2025-10-30T12:00:00Z\tpets", "7\tprocessing 41%\t\t\t\t",
            "night [2J mare\tfailed\t\t\t\ttab here"]
        assert result.stderr == ""
        assert command(*words, "-q").stdout == "job_1\n7\nnight [2J mare\n"
        assert command("ls", *words[1:], "-q").stdout == "job_1\n7\nnight [2J mare\n"


def test_rows_for_people():
    with listing(JOBS) as (service, words):
        shown = pexpect.run(" ".join([BINARY, *words]), timeout=30, encoding="utf-8")
    assert shown.splitlines() == [
        "ID              STATUS            IMAGES      SIZE  CREATED              NAME",
        "job_1           completed         10,000    2.5 GB  2025-10-30 12:00:00  pets",
        "7               processing 41%         -         -  -",
        "night [2J mare  failed                 -         -  -                    tab here"]


LIST_JSON = """\
[
  {
    "chunk_size" : 500,
    "created_at" : "2025-10-30T12:00:00Z",
    "id" : "job_1",
    "label_counts" : null,
    "labels" : [
      "cat",
      "dog"
    ],
    "name" : "pets",
    "num_chunks" : 20,
    "num_images" : 10000,
    "progress" : 100,
    "size_bytes" : 2500000000,
    "status" : "completed",
    "version" : "1"
  }
]
"""


def test_the_list_as_json():
    with listing(JOBS[:1]) as (service, words):
        assert command(*words, "--json").stdout == LIST_JSON
    with listing(JOBS) as (service, words):
        assert [job["id"] for job in json.loads(command(*words, "--json").stdout)] == [
            "job_1", "7", "night\x1b[2J\nmare"]


@pytest.mark.parametrize("count", [1, 99, 100, 101, 250])
def test_every_page_is_read(count):
    with listing([{"id": f"job_{number}"} for number in range(count)]) as (service, words):
        assert command(*words, "-q").stdout.split() == [f"job_{number}" for number in range(count)]
        assert [path for _, path, _ in service.requests] == [
            f"/api/v1/jobs/?page={page}&size=100" for page in range(1, -(-count // 100) + 2)]


def test_a_service_that_repeats_itself_is_left():
    with listing(JOBS, repeats=True) as (service, words):
        assert len(command(*words, "-q").stdout.splitlines()) == 3
        assert len(service.requests) == 2


def test_an_empty_list_is_no_failure():
    with listing([]) as (service, words):
        for form, shown in (([], ""), (["-q"], ""), (["--json"], "[\n\n]\n")):
            result = command(*words, *form)
            assert result.stdout == shown
            assert ("there are no datasets at" in result.stderr) == (form != ["--json"])


@pytest.mark.parametrize("ignored", [False, True])
def test_a_reader_that_leaves_early(ignored):
    """Whether or not SIGPIPE ends the program: no word, and no further page is asked for."""
    with listing([{"id": f"job_{number}", "name": "x" * 5000} for number in range(2000)]) as (service, words):
        line = " ".join([BINARY, *words]) + " | head -1; echo ${PIPESTATUS[0]}"
        if ignored:
            line = "trap '' PIPE; " + line
        shown = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60)
        assert shown.stdout.startswith("job_0\t") and shown.stderr == ""
        assert shown.stdout.splitlines()[1] == ("0" if ignored else "141")
        assert len(service.requests) < 10


def test_rows_that_cannot_be_written():
    with listing(JOBS) as (service, words), open("/dev/full", "w") as full:
        result = subprocess.run(
            [BINARY, *words], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        assert (result.returncode, result.stderr) == (1, "pixcrawler: standard output: No space left on device\n")


@pytest.mark.parametrize(
    "faults, code, words",
    [
        ([401], 4, "pixcrawler login"), ([403], 4, "API key"), ([404], 5, "HTTP 404"), ([500] * 3, 7, "HTTP 500"),
        ([("retry-after", 429, 0)] * 3, 7, "HTTP 429"), ([("stall",)] * 3, 7, "could not be reached"),
        ([503], 0, ""),
    ],
)
def test_a_service_that_fails(faults, code, words):
    with listing(JOBS) as (service, arguments):
        service.faults["/api/v1/jobs/"] = list(faults)
        service.release.set()  # who stalls hangs up at once
        result = command(*arguments, check=False)
    assert result.returncode == code and words in result.stderr
    assert (result.stdout == "") == (code != 0)


@pytest.mark.parametrize("text", ["", "{", '{"items": {}}', '{"items": [{"name": "no id"}]}', "[]"])
def test_an_answer_that_is_no_list(tmp_path, text):
    (tmp_path / "page").write_text(text)
    with listing(JOBS) as (service, words):
        service.folder = str(tmp_path)
        service.faults["/api/v1/jobs/"] = [("replace", "page")]
        result = command(*words, check=False)
    assert (result.returncode, result.stdout) == (1, "")
    assert f"{service.url}/api/v1/jobs/ is no" in result.stderr and "page=" not in result.stderr


def test_what_our_own_server_lists(server, packed):
    words = ["list", "--base-url", server.url, "--api-key", KEY]
    assert command(*words, "-q").stdout.split() == ["photos"]
    job = json.loads(command(*words, "--json").stdout)[0]
    described = json.loads((packed / "dataset.json").read_text())
    assert job == {**{key: described.get(key) for key in job}, "status": "completed"}


# info


INFO_JSON = """\
{
  "chunk_size" : 2,
  "created_at" : "2025-10-30T12:00:00Z",
  "id" : "pets",
  "label_counts" : {
    "cat" : 3,
    "dog" : 1
  },
  "labels" : [
    "cat",
    "dog"
  ],
  "name" : "pets",
  "num_chunks" : 2,
  "num_images" : 4,
  "progress" : 100,
  "size_bytes" : %d,
  "source" : "%s",
  "status" : "completed",
  "version" : "1"
}
"""

BARS = """
  cat  3  ██████████████████████████████
  dog  1  ██████████
"""


@pytest.fixture
def pets(tmp_path):
    for name in ("cat/1", "cat/2", "cat/3", "dog/1"):
        file = tmp_path / f"photos/{name}.jpg"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"\xff\xd8\xff\xe0" + name.encode())
    command(
        "pack", tmp_path / "photos", tmp_path / "pets", "--chunk-size", "2",
        env={**os.environ, "SOURCE_DATE_EPOCH": "1761825600"})
    return tmp_path / "pets"


def without_counts(folder):
    description = json.loads((folder / "dataset.json").read_text())
    assert description.pop("label_counts") == {"cat": 3, "dog": 1}
    (folder / "dataset.json").write_text(json.dumps(description))


def test_info_as_json(pets):
    size = sum(chunk.stat().st_size for chunk in pets.glob("chunks/*.zip"))
    assert command("info", pets, "--json").stdout == INFO_JSON % (size, pets)
    without_counts(pets)
    assert command("info", pets, "--json").stdout == INFO_JSON % (size, pets)


def test_the_source_is_shown_without_its_query(pets):
    with FlakyHost(pets) as host:
        shown = json.loads(command("info", f"{host.url}/dataset.json?signature=s3cr3t", "--json").stdout)
        assert shown["source"] == f"{host.url}/dataset.json"


def test_what_is_not_known_is_null(tmp_path):
    chunk = {"chunk_id": "a", "chunk_index": 0, "url": "a.zip"}
    (tmp_path / "dataset.json").write_text(json.dumps({"id": "plain", "chunks": [chunk]}))
    shown = json.loads(command("info", tmp_path, "--json").stdout)
    known = {"source": str(tmp_path), "id": "plain", "status": "completed", "num_chunks": 1}
    assert shown == {**dict.fromkeys(shown), **known}


def test_the_classes_as_bars(pets):
    card, bars = command("info", pets).stdout.split("Labels: cat, dog (2 classes)\n")
    assert bars == BARS
    without_counts(pets)
    assert command("info", pets).stdout.endswith(BARS)
    assert command("info", pets / "chunks").stdout.endswith(BARS)
    with FlakyHost(pets) as host:
        assert command("info", host.url).stdout.endswith("(2 classes)\n"), "no chunk is fetched for them"
    (pets / "chunks/chunk_0001.zip").write_bytes(b"damaged")
    assert command("info", pets).stdout.endswith("(2 classes)\n")


@pytest.mark.parametrize(
    "counts", [[], {"cat": -1}, {"cat": "many"}, {"cat": 3, "dog": 2}, {"cat": 2**63 - 1, "dog": 2**63 - 1}, 7, None])
def test_counts_that_cannot_be_true_are_left_out(pets, counts):
    """The chunks' own directories tell then."""
    description = json.loads((pets / "dataset.json").read_text())
    (pets / "dataset.json").write_text(json.dumps({**description, "label_counts": counts}))
    assert command("info", pets).stdout.endswith(BARS)


# --verbose


def test_requests_are_shown_without_secrets(tmp_path, pets):
    with FlakyHost(tmp_path) as host:
        host.faults["/pets/dataset.json"] = [503]
        words = ["info", f"{host.url}/pets/dataset.json?signature=s3cr3t", "--api-key", "s3cr3t"]
        lines = command(*words, "--verbose").stderr.splitlines()
        assert command(*words).stderr == ""
    pattern = rf"GET {host.url}/pets/dataset\.json → (\d+), \d+ bytes, \d+ ms"
    assert [re.fullmatch(pattern, line)[1] for line in lines] == ["503", "200"]


def test_what_is_not_reached_is_shown_too():
    with FlakyHost("/nonexistent") as host:
        pass
    lines = command("list", "--base-url", host.url, "--verbose", check=False).stderr.splitlines()
    assert len(lines) == 4 and all(line.startswith(f"GET {host.url}/api/v1/jobs/ → ") for line in lines[:3])


# The environment's names


def test_flags_from_the_environment(monkeypatch):
    with listing(JOBS) as (service, words):
        monkeypatch.setenv("PIXCRAWLER_BASE_URL", service.url)
        monkeypatch.setenv("PIXCRAWLER_QUIET", "yes")
        assert command("list").stdout.split("\n")[:2] == ["job_1", "7"]
        monkeypatch.setenv("PIXCRAWLER_BASE_URL", "http://127.0.0.1:1")
        assert command(*words).stdout.startswith("job_1\n"), "a flag goes first"
        monkeypatch.setenv("PIXCRAWLER_VERBOSE", "1")
        assert command(*words).stderr.startswith("GET ")


@pytest.mark.parametrize(
    "name, value", [("PIXCRAWLER_TIMEOUT", "soon"), ("PIXCRAWLER_TIMEOUT", "-1"), ("PIXCRAWLER_JSON", "maybe"),
                    ("PIXCRAWLER_BASE_URL", "nonsense")])
def test_a_bad_value_in_the_environment(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    monkeypatch.setenv("PIXCRAWLER_INSECURE", "1")
    result = command("list", check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(f"pixcrawler: {name}") and result.stderr.count("\n") == 1
    for shown in (["list", "--help"], ["help", "list"]):
        assert f"--timeout   PIXCRAWLER_TIMEOUT" in command(*shown).stdout


def test_pack_and_serve_have_names_too(pets, tmp_path, monkeypatch):
    monkeypatch.setenv("PIXCRAWLER_CHUNK_SIZE", "1")
    command("pack", tmp_path / "photos", tmp_path / "single")
    assert len(list(tmp_path.glob("single/chunks/*.zip"))) == 4
    monkeypatch.setenv("PIXCRAWLER_PORT", "many")
    result = command("serve", pets, check=False)
    assert result.returncode == 2 and "PIXCRAWLER_PORT" in result.stderr
