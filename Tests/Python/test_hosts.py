"""Downloads from hosts that fail, lie and change: the right result, or an exit code and words that help."""

import concurrent.futures
import json
import pathlib
import shutil
import time

import pytest

from downloads import SECRET, download, holds_secret, killed_at_end, run, size, start, tree, wait_until
from flaky_host import FlakyHost
from support import Server, SecureNginx, free_port

CHUNK = "/noise/chunks/chunk_0003.zip"
CHUNKS = [f"/noise/chunks/chunk_{number:04}.zip" for number in range(8)]


@pytest.fixture
def host(noise):
    with FlakyHost(noise) as host:
        yield host


@pytest.fixture(scope="module")
def clean(noise, tmp_path_factory):
    """The tree of a zip download, without the record, which names the source."""
    out = tmp_path_factory.mktemp("clean")
    download(noise / "noise", out, "--format", "zip")
    return without_record(out)


def without_record(out):
    return {path: digest for path, digest in tree(out).items() if not path.endswith(".jsonl")}


def fetch(host, out, *options, **more):
    return download(host.url + "/noise/", out, "--format", "zip", *options, **more)


def changed(noise, tmp_path, change):
    """The dataset with another description; chunks may be changed in the copy."""
    root = tmp_path / "root"
    shutil.copytree(noise, root)
    job = json.loads((root / "noise/dataset.json").read_text())
    change(job)
    (root / "noise/dataset.json").write_text(json.dumps(job))
    return root


def without_digests(job):
    for chunk in job["chunks"]:
        del chunk["sha256"], chunk["size_bytes"]


# Right results


@pytest.mark.parametrize("faults", [
    [503], [("retry-after", 429, 0)], [("drop", 90_000)], [("drop", 90_000), ("drop", 90_000)], [503, ("drop", 5)],
    [("damage",)], [("replace", "noise/dataset.json")], [("promise", 100)], [("promise", -100)],
], ids=str)
def test_faults_that_pass(faults, host, clean, tmp_path):
    host.faults[CHUNK] = list(faults)
    fetch(host, tmp_path)
    assert without_record(tmp_path) == clean
    assert host.faults[CHUNK] == []


def test_retry_after_is_obeyed(host, clean, tmp_path):
    host.faults[CHUNK] = [("retry-after", 503, 1)]
    began = time.monotonic()
    fetch(host, tmp_path)
    assert time.monotonic() - began >= 1
    assert without_record(tmp_path) == clean


def test_a_stall_ends_with_the_timeout_and_is_tried_again(host, clean, noise, tmp_path):
    host.faults[CHUNK] = [("stall", 100_000)]
    fetch(host, tmp_path, "--timeout", "0.5")
    assert without_record(tmp_path) == clean
    assert host.served() <= 1.1 * size(noise)


def test_a_host_without_ranges(noise, clean, tmp_path):
    with FlakyHost(noise, ranges=False) as host:
        host.faults[CHUNK] = [("drop", 90_000)]
        fetch(host, tmp_path)
        assert without_record(tmp_path) == clean
        assert host.served() <= size(noise) + 90_000 + 65536


def test_a_host_without_ranges_and_lengths(noise, clean, tmp_path):
    with FlakyHost(noise, ranges=False, lengths=False) as host:
        fetch(host, tmp_path)
        assert without_record(tmp_path) == clean


@pytest.mark.parametrize("ranges", [True, False])
def test_a_part_of_another_edition_is_not_gone_on_with(noise, clean, ranges, tmp_path):
    """The server's file has another ETag when the second download asks for the rest."""
    with FlakyHost(noise, ranges=ranges, rate=400_000) as host:
        with killed_at_end(start("download", host.url + "/noise/", "--format", "zip", "--output-dir", tmp_path)):
            wait_until(lambda: host.served() > 400_000)
        host.edition = "b"
        host.rate = None
        fetch(host, tmp_path)
        assert without_record(tmp_path) == clean


@pytest.mark.parametrize("drops", [1, 2, 20])
def test_an_edition_that_changes_in_the_middle(noise, clean, drops, tmp_path):
    with FlakyHost(noise) as host:
        host.faults[CHUNK] = [("drop", 90_000)] * drops
        real = host.answer

        def answer(handler):
            real(handler)
            if handler.path == CHUNK:
                host.edition += "b"

        host.answer = answer
        if drops == 20:
            assert "another file every time" in fetch(host, tmp_path, code=7).stderr
            host.faults.clear()
        fetch(host, tmp_path)
        assert without_record(tmp_path) == clean


@pytest.mark.parametrize("described", [True, False])
def test_a_host_that_promises_more_than_there_is(noise, clean, described, tmp_path):
    root = noise if described else changed(noise, tmp_path, without_digests)
    with FlakyHost(root) as host:
        host.faults[CHUNK] = [("promise", 100)] * 20
        if described:
            fetch(host, tmp_path)
            assert without_record(tmp_path) == clean
            assert host.paths().count(CHUNK) <= 3
        else:
            fetch(host, tmp_path / "out", code=7)


def test_a_range_that_is_refused_for_ever(noise, clean, tmp_path):
    """416 to whatever names a range: the part is given up, and the file fetched whole."""
    with FlakyHost(noise, rate=400_000) as host:
        with killed_at_end(start("download", host.url + "/noise/", "--format", "zip", "--output-dir", tmp_path)):
            wait_until(lambda: host.served() > 400_000)
        real = host.answer
        host.answer = lambda handler: host.fail(handler, 416) if handler.headers.get("Range") else real(handler)
        host.rate = None
        fetch(host, tmp_path)
        assert without_record(tmp_path) == clean


def test_without_digests_checksums_prove(noise, tmp_path):
    root = changed(noise, tmp_path, without_digests)
    with FlakyHost(root) as host:
        host.faults[CHUNK] = [("damage",)]
        fetch(host, tmp_path / "out")
        assert host.paths().count(CHUNK) == 2
    shutil.rmtree(root)
    run("verify", tmp_path / "out/noise")
    archives = {path.name: path.read_bytes() for path in (tmp_path / "out/noise/chunks").iterdir()}
    assert archives == {path.name: path.read_bytes() for path in (noise / "noise/chunks").iterdir()}


def test_a_page_instead_of_an_archive(noise, tmp_path):
    """Where nothing but the bytes themselves tells that they are no archive."""
    root = changed(noise, tmp_path, without_digests)
    (root / "page.html").write_text("<html>Please log in</html>")
    with FlakyHost(root) as host:
        host.faults[CHUNK] = [("replace", "page.html")] * 2
        result = fetch(host, tmp_path / "out", code=3)
        assert "it is no zip archive" in result.stderr
        assert host.paths().count(CHUNK) == 2


def test_redirects_to_another_host_do_not_get_the_key(noise, clean, tmp_path):
    with FlakyHost(noise) as other, FlakyHost(noise) as host:
        for chunk in CHUNKS:
            host.faults[chunk] = [("redirect", f"{other.url}{chunk}?signature={SECRET}")]
        job(host, noise)
        download("noise", tmp_path, "--format", "zip", "--base-url", host.url, "--api-key", SECRET)
        assert without_record(tmp_path) == clean
        assert len(other.requests) == 8
        assert not any("Authorization" in headers for _, _, headers in other.requests)
        assert all(headers["Authorization"] == f"Bearer {SECRET}" for _, _, headers in host.requests)
    assert holds_secret(tmp_path) == []


def job(host, noise, change=lambda job: None):
    """Lets a host answer as the service does, for the job `noise`."""
    described = json.loads((noise / "noise/dataset.json").read_text())
    for chunk in described["chunks"]:
        chunk["url"] = "/noise/" + chunk["url"]
    change(described)
    real = host.answer

    def answer(handler):
        if handler.path != "/api/v1/jobs/noise":
            return real(handler)
        host.requests.append((handler.command, handler.path, dict(handler.headers)))
        body = json.dumps(described).encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    host.answer = answer


def test_redirects_from_https_to_http_are_refused(noise, certificate, tmp_path):
    with FlakyHost(noise) as plain:
        secure = SecureNginx(
            tmp_path, noise, certificate, more=f"location ~ chunk_0003 {{ return 302 {plain.url}$uri; }}")
        try:
            url = f"https://127.0.0.1:{secure.port}/noise/"
            result = download(url, tmp_path / "out", "--format", "zip", "--insecure", code=7)
            assert "http" in result.stderr
            assert plain.requests == []
        finally:
            secure.stop()


def test_signed_links_that_run_out(noise, clean, tmp_path):
    """The service is asked for a fresh link when the old one is refused, by each chunk on its own."""
    server = Server(noise, "--api-key", SECRET)
    try:
        with FlakyHost(noise) as host:
            for chunk in CHUNKS:
                host.faults[chunk] = [403]

            def expire(described):
                for chunk in described["chunks"]:
                    chunk["url"] = f"{host.url}{chunk['url']}?signature={SECRET}"

            job(host, noise, expire)
            real = host.answer

            def answer(handler):
                if not handler.path.endswith("/download"):
                    return real(handler)
                number = int(handler.path.split("/")[-2])
                body = json.dumps({"download_url": f"{host.url}{CHUNKS[number]}?signature={SECRET}"}).encode()
                handler.send_response(200)
                handler.send_header("Content-Length", str(len(body)))
                handler.end_headers()
                handler.wfile.write(body)

            host.answer = answer
            download("noise", tmp_path / "flaky", "--format", "zip", "--base-url", host.url, "--api-key", SECRET)
            assert without_record(tmp_path / "flaky") == clean
        download("noise", tmp_path / "served", "--format", "zip", "--base-url", server.url, "--api-key", SECRET)
        assert without_record(tmp_path / "served") == clean
        # Every answer of the service has other links: the folder is nevertheless the same dataset.
        time.sleep(1.1)
        again = download(
            "noise", tmp_path / "served", "--format", "zip", "--base-url", server.url, "--api-key", SECRET)
        assert "Complete already" in again.stderr
    finally:
        server.stop()
    assert holds_secret(tmp_path) == []


# Some images missing


@pytest.mark.parametrize("fault, words", [
    (("promise", -100), ["declared to have"]), (404, ["HTTP 404", CHUNK]), (410, ["410"]), (("damage",), ["SHA-256"]), (("replace", "noise/dataset.json"), []),
], ids=str)
def test_one_chunk_that_cannot_be_had(fault, words, host, clean, noise, tmp_path):
    host.faults[CHUNK] = [fault] * 20
    result = fetch(host, tmp_path, code=3)
    assert result.stdout == f"{tmp_path}/noise\n"
    assert "1 thing could not be had" in result.stderr
    name = json.loads((noise / "noise/dataset.json").read_text())["chunks"][3]["chunk_id"]
    assert f"chunk {name}" in result.stderr
    for word in words:
        assert word in result.stderr
    found = without_record(tmp_path)
    assert {path for path in clean if path not in found} <= {"noise/chunks/chunk_0003.zip"}
    described = json.loads((tmp_path / "noise/dataset.json").read_text())
    assert len(described["chunks"]) == 7
    # It stays so, and is said again.
    host.requests.clear()
    again = fetch(host, tmp_path, code=3)
    assert host.paths() == ["/noise/dataset.json"]
    assert "could not be had" in again.stderr
    run("verify", tmp_path / "noise", code=3)


def test_a_chunk_of_another_length_than_described(noise, tmp_path):
    for more in (-1, 1):
        def lie(job, more=more):
            del job["chunks"][3]["sha256"]
            job["chunks"][3]["size_bytes"] += more

        root = changed(noise, tmp_path / str(more), lie)
        with FlakyHost(root) as host:
            result = fetch(host, tmp_path / str(more) / "out", code=3)
            assert "declared to have" in result.stderr
            assert host.paths().count(CHUNK) == 2


def test_a_doubted_chunk_is_not_taken_for_proven_later(host, clean, tmp_path):
    """Killed while it waited to be written: the next download fetches it again."""
    host.faults[CHUNK] = [("damage",)] * 2
    host.faults[CHUNKS[0]] = [("stall",)]
    with killed_at_end(start("download", host.url + "/noise/", "--format", "zip", "--output-dir", tmp_path)):
        wait_until(lambda: [*tmp_path.glob("noise.partial/*/chunks/3.*")])
        assert host.paths().count(CHUNK) == 2
    host.faults.clear()
    fetch(host, tmp_path)
    assert without_record(tmp_path) == clean
    assert host.paths().count(CHUNK) == 3


# Errors


ERRORS = {
    # name: (exit code, words)
    "unauthorized": (4, ["HTTP 401", "key", "pixcrawler login"]),
    "forbidden": (4, ["HTTP 403", "key"]),
    "unknown job": (5, ["HTTP 404", "Check"]),
    "incomplete": (6, ["not complete", "37 %", "Try again"]),
    "failed job": (6, ["failed", "will have no dataset"]),
    "unreachable": (7, ["could not be reached"]),
    "overloaded": (7, ["HTTP 503", "Try again later"]),
    "slow down": (7, ["HTTP 429", "Try again later"]),
    "chunks forbidden": (4, ["HTTP 403", "chunk"]),
    "chunks gone": (5, ["not one image", "HTTP 404"]),
    "chunks fail": (7, ["HTTP 500", "chunk", "Try again later"]),
    "chunks damaged": (8, ["not one image", "SHA-256", "tell its owner"]),
    "redirect loop": (7, ["redirect"]),
    "page": (1, ["no dataset description", "no JSON"]),
    "silent": (7, ["no byte came", "timeout"]),
    "no path": (5, ["no dataset"]),
    "no chunks": (1, ["empty"]),
    "other scheme": (1, ["no http or https address"]),
}


def break_service(name, host):
    """Makes the host fail in that way; returns the source and more options."""
    job_path = "/api/v1/jobs/noise"
    statuses = {"unauthorized": 401, "forbidden": 403, "unknown job": 404, "overloaded": 503, "slow down": 429}
    chunks = {"chunks forbidden": 403, "chunks gone": 404, "chunks fail": 500, "chunks damaged": ("damage",)}
    service = ["--base-url", host.url, "--api-key", SECRET]
    page = f"{host.url}/noise/dataset.json?signature={SECRET}"
    if name in statuses:
        host.faults[job_path] = [statuses[name]] * 20
        return ["noise", *service]
    if name in chunks:
        for chunk in CHUNKS:
            host.faults[chunk] = [chunks[name]] * 20
        return [page]
    if name in ("incomplete", "failed job", "no chunks"):
        described = {"id": "noise", "status": "processing", "progress": 37.4}
        if name == "failed job":
            described["status"] = "failed"
        if name == "no chunks":
            described = {"id": "noise", "chunks": []}
        target = pathlib.Path(host.folder) / "described.json"
        target.write_text(json.dumps(described))
        host.faults[job_path] = [("replace", "described.json")]
        return ["noise", *service]
    if name == "unreachable":
        return ["noise", "--base-url", f"http://127.0.0.1:{free_port()}", "--api-key", SECRET]
    if name == "redirect loop":
        host.faults["/noise/dataset.json"] = [("redirect", page)] * 20
        return [page]
    if name == "page":
        (pathlib.Path(host.folder) / "page.html").write_text("<html>Welcome</html>")
        host.faults["/noise/dataset.json"] = [("replace", "page.html")]
        return [page]
    if name == "silent":
        host.faults["/noise/dataset.json"] = [("stall",)] * 20
        return [page, "--timeout", "0.3"]
    if name == "no path":
        return ["./nowhere/at/all"]
    if name == "other scheme":
        return [f"ftp://user:{SECRET}@example.org/noise?signature={SECRET}"]
    raise KeyError(name)


def children(pid):
    """Command lines of the processes that came from this one, as others see them."""
    lines = []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == pid:
                lines.append((path / "cmdline").read_text())
        except OSError:
            continue
    return lines


def check_error(name, noise, home):
    code, words = ERRORS[name]
    root, out = home / "root", home / "out"
    shutil.copytree(noise, root)
    with FlakyHost(root) as host:
        source, *options = break_service(name, host)
        result = download(source, out, "--format", "zip", *options, code=code)
        assert result.stdout == ""
        assert result.stderr.startswith("pixcrawler: ")
        for word in words:
            assert word.lower() in result.stderr.lower(), result.stderr
        assert holds_secret(out) == []
        assert not (out / "noise").exists()
        # The same command goes on, once all is well.
        if name.startswith("chunks"):
            host.faults.clear()
            download(source, out, "--format", "zip")
            assert [path.name for path in out.iterdir()] == ["noise"]
            assert holds_secret(out) == []


def test_errors_teach(noise, tmp_path):
    """What failed, why, and what to do next; never a secret. All together, since most of it is waiting."""
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        checks = {name: pool.submit(check_error, name, noise, tmp_path / name) for name in ERRORS}
    failures = {name: str(check.exception()) for name, check in checks.items() if check.exception()}
    assert not failures, "\n".join(f"{name}: {failure}" for name, failure in failures.items())


def test_the_key_is_in_no_childs_arguments(noise, tmp_path):
    """Also not in those of the process itself when it came from the environment."""
    with FlakyHost(noise, rate=300_000) as host:
        job(host, noise)
        process = start(
            "download", "noise", "--base-url", host.url, "--output-dir", tmp_path, env={"PIXCRAWLER_API_KEY": SECRET})
        with killed_at_end(process):
            wait_until(lambda: host.served() > 100_000)
            assert SECRET not in pathlib.Path(f"/proc/{process.pid}/cmdline").read_text()
            assert not any(SECRET in line for line in children(process.pid))
            assert any(headers.get("Authorization") == f"Bearer {SECRET}" for _, _, headers in host.requests)
    assert holds_secret(tmp_path) == []
