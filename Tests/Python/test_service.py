"""Keys, statuses, retries and dropped connections, against real servers on loopback."""

import json
import os
import time

import numpy
import pytest

import pixcrawler
from support import KEY, free_port, script
from flaky_host import FlakyHost
from pixcrawler import exceptions


def hashes(dataset):
    return [(label, hash(image.tobytes())) for image, label in dataset]


@pytest.fixture
def no_key(monkeypatch):
    monkeypatch.delenv("PIXCRAWLER_API_KEY", raising=False)
    monkeypatch.delenv("PIXCRAWLER_SERVICE_KEY", raising=False)


def test_the_service_gives_what_the_folder_holds(server, packed):
    dataset = pixcrawler.load_dataset("photos", api_key=KEY, base_url=server.url)
    assert len(dataset) == 120
    assert hashes(dataset) == hashes(pixcrawler.load_dataset(packed))


@pytest.mark.parametrize("suffix", ["", "/", "/v1", "/api/v1", "/api/v1/"])
def test_base_url_in_every_form(server, suffix):
    assert len(pixcrawler.load_dataset("photos", KEY, server.url + suffix)) == 120


def test_nginx_is_as_good_a_host(nginx, packed):
    assert hashes(pixcrawler.load_dataset(nginx + "/photos/")) == hashes(pixcrawler.load_dataset(packed))


@pytest.mark.parametrize("key", [None, "wrong"])
def test_a_wrong_key(server, key, no_key):
    with pytest.raises(exceptions.AuthenticationError, match="API key") as caught:
        pixcrawler.load_dataset("photos", api_key=key, base_url=server.url)
    assert caught.value.status == 401
    assert caught.value.url == server.url + "/api/v1/jobs/photos"
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize("name", ["PIXCRAWLER_API_KEY", "PIXCRAWLER_SERVICE_KEY"])
def test_the_key_from_the_environment(server, monkeypatch, no_key, name):
    monkeypatch.setenv(name, KEY)
    assert len(pixcrawler.load_dataset("photos", base_url=server.url)) == 120


def test_the_first_key_wins(server, monkeypatch, no_key):
    monkeypatch.setenv("PIXCRAWLER_SERVICE_KEY", "wrong")
    monkeypatch.setenv("PIXCRAWLER_API_KEY", KEY)
    assert len(pixcrawler.load_dataset("photos", base_url=server.url)) == 120


def test_a_key_no_header_can_carry():
    with pytest.raises(exceptions.PixCrawlerError, match="line break") as caught:
        pixcrawler.load_dataset("photos", api_key="se\ncret", base_url="http://127.0.0.1:1")
    assert "cret" not in str(caught.value)


def test_a_missing_job(server):
    with pytest.raises(exceptions.NotFoundError, match="there is no job gone") as caught:
        pixcrawler.load_dataset("gone", api_key=KEY, base_url=server.url)
    assert caught.value.status == 404


def test_an_unreachable_host():
    started = time.monotonic()
    with pytest.raises(exceptions.NetworkError, match="could not be reached.*127.0.0.1"):
        pixcrawler.load_dataset("x", api_key=KEY, base_url=f"http://127.0.0.1:{free_port()}")
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_a_failing_server_is_tried_three_times(good, status):
    with FlakyHost(good) as host:
        host.faults["/dataset.json"] = [status] * 9
        with pytest.raises(exceptions.NetworkError, match=f"HTTP {status}.*fault {status}") as caught:
            pixcrawler.load_dataset(host.url)
        assert caught.value.status == status
        assert host.paths() == ["/dataset.json"] * 3


def test_a_failure_that_passes(good):
    with FlakyHost(good) as host:
        host.faults["/dataset.json"] = [503, ("retry-after", 429, 0)]
        host.faults["/chunks/chunk_0000.zip"] = [502]
        assert len(list(pixcrawler.load_dataset(host.url))) == 9


def test_retry_after_is_obeyed(good):
    with FlakyHost(good) as host:
        host.faults["/dataset.json"] = [("retry-after", 503, 2)]
        started = time.monotonic()
        pixcrawler.load_dataset(host.url)
        assert time.monotonic() - started >= 2


def test_other_failures_are_not_tried_again(good):
    with FlakyHost(good) as host:
        host.faults["/dataset.json"] = [418]
        with pytest.raises(exceptions.NetworkError, match="418"):
            pixcrawler.load_dataset(host.url)
        assert len(host.requests) == 1


def test_a_dropped_connection_goes_on_where_it_stopped(packed):
    chunk = packed / "chunks" / "chunk_0000.zip"
    size = chunk.stat().st_size
    with FlakyHost(packed) as host:
        host.faults["/chunks/chunk_0000.zip"] = [("drop", size // 3), ("drop", size // 3)]
        assert hashes(pixcrawler.load_dataset(host.url)) == hashes(pixcrawler.load_dataset(packed))
        asked = [headers for _, path, headers in host.requests if path == "/chunks/chunk_0000.zip"]
        assert [headers.get("Range") for headers in asked] == [
            None, f"bytes={size // 3}-", f"bytes={2 * (size // 3)}-"]
        assert all(headers["If-Range"].startswith('"') for headers in asked[1:])


def test_a_dropped_connection_to_a_host_without_ranges(packed):
    size = (packed / "chunks" / "chunk_0000.zip").stat().st_size
    with FlakyHost(packed, ranges=False) as host:
        host.faults["/chunks/chunk_0000.zip"] = [("drop", size // 2)]
        assert hashes(pixcrawler.load_dataset(host.url)) == hashes(pixcrawler.load_dataset(packed))


def test_a_chunk_that_changes_while_it_is_read(packed):
    size = (packed / "chunks" / "chunk_0000.zip").stat().st_size
    with FlakyHost(packed) as host:
        host.faults["/chunks/chunk_0000.zip"] = [("drop", size // 2), ("replace", "chunks/chunk_0001.zip")]
        with pytest.raises(exceptions.DownloadError, match="changed while it was read") as caught:
            list(pixcrawler.load_dataset(host.url))
        assert caught.value.chunk_id == "chunk_0000"


def test_a_connection_that_keeps_dropping(good):
    with FlakyHost(good) as host:
        host.faults["/chunks/chunk_0000.zip"] = [("drop", 0)] * 9
        iterator = iter(pixcrawler.load_dataset(host.url))
        with pytest.raises(exceptions.DownloadError, match="chunk chunk_0000") as caught:
            next(iterator)
        assert caught.value.chunk_id == "chunk_0000"
        assert [label for _, label in iterator] == ["dog"] * 3, "the next chunk is not lost"


def test_silence_ends_at_the_timeout(good):
    with FlakyHost(good) as host:
        host.faults["/dataset.json"] = [("stall",)] * 3
        with pytest.raises(exceptions.NetworkError, match="no byte came for 1 s"):
            pixcrawler.load_dataset(host.url, timeout=1)


def test_loading_moves_no_chunk(good):
    with FlakyHost(good) as host:
        dataset = pixcrawler.load_dataset(host.url)
        repr(dataset), dataset.info, len(dataset), dataset.labels
        time.sleep(0.2)
        assert host.paths() == ["/dataset.json"]


@pytest.mark.parametrize("form", ["streamed_stored", "streamed_deflated", "deflated", "zip64"])
@pytest.mark.parametrize("lengths", [True, False])
def test_a_host_without_ranges(datasets, form, lengths):
    with FlakyHost(os.path.join(datasets, form), ranges=False, lengths=lengths) as host:
        assert [label for _, label in pixcrawler.load_dataset(host.url)] == ["cat"] * 6


def test_late_metadata_on_a_host_without_ranges(datasets):
    with FlakyHost(os.path.join(datasets, "metadata_last"), ranges=False) as host:
        with pytest.raises(exceptions.DecompressionError, match="metadata.json comes after cat/0.jpg"):
            list(pixcrawler.load_dataset(host.url))


def test_the_key_goes_to_the_service_only(good, tmp_path):
    """Chunks on another origin, and redirects to one, never see it."""
    with FlakyHost(good) as other, FlakyHost(tmp_path) as service:
        jobs = tmp_path / "api" / "v1" / "jobs"
        jobs.mkdir(parents=True)
        chunks = [
            {"chunk_id": "a", "chunk_index": 0, "url": other.url + "/chunks/chunk_0000.zip?signature=s3cr3t"},
            {"chunk_id": "b", "chunk_index": 1, "url": "/redirected.zip"},
        ]
        (jobs / "job").write_text(json.dumps({"id": "job", "chunks": chunks}))
        service.faults["/redirected.zip"] = [("redirect", other.url + "/chunks/chunk_0001.zip")] * 9
        dataset = pixcrawler.load_dataset("job", api_key=KEY, base_url=service.url)
        assert len(list(dataset)) == 9
        assert all(headers["Authorization"] == f"Bearer {KEY}" for _, _, headers in service.requests)
        assert {path for _, path, _ in other.requests} == {"/chunks/chunk_0000.zip", "/chunks/chunk_0001.zip"}
        assert not any("Authorization" in headers for _, _, headers in other.requests)


def test_signatures_are_not_shown(tmp_path):
    with FlakyHost(tmp_path) as host:
        url = host.url + "/gone.zip?signature=s3cr3t"
        (tmp_path / "dataset.json").write_text(
            '{"id": "x", "chunks": [{"chunk_id": "c", "chunk_index": 0, "url": "%s"}]}' % url)
        with pytest.raises(exceptions.DownloadError) as caught:
            list(pixcrawler.load_dataset(host.url))
        assert "s3cr3t" not in str(caught.value) + repr(vars(caught.value))
        assert caught.value.url == host.url + "/gone.zip"


def test_chunks_in_pages(good, tmp_path):
    with FlakyHost(good) as chunks, FlakyHost(tmp_path) as service:
        jobs = tmp_path / "api" / "v1" / "jobs"
        (jobs / "job").mkdir(parents=True)
        items = [
            {"chunk_id": f"c{i}", "chunk_index": i, "url": f"{chunks.url}/chunks/chunk_{i:04}.zip"} for i in (0, 1)]
        # The static host gives every page the same answer; a repeated page is the end.
        (jobs / "job" / "chunks").write_text(json.dumps({"items": items, "total": 99}))
        service.faults["/api/v1/jobs/job"] = [("replace", "job.json")]
        (tmp_path / "job.json").write_text('{"id": "job", "status": "completed"}')
        dataset = pixcrawler.load_dataset("job", api_key=KEY, base_url=service.url)
        assert dataset.num_chunks == 2
        assert len(list(dataset)) == 9


def test_ctrl_c_while_waiting_for_the_network(good):
    with FlakyHost(good) as host:
        host.faults["/chunks/chunk_0000.zip"] = [("stall",)]
        out = script(
            """
import os, signal, sys, threading, time
import pixcrawler
dataset = pixcrawler.load_dataset(sys.argv[1])
pressed = []
def press():
    time.sleep(0.5)
    pressed.append(time.monotonic())
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=press).start()
try:
    next(iter(dataset))
except KeyboardInterrupt:
    print(time.monotonic() - pressed[0])
""",
            host.url,
        )
        assert float(out) < 0.2


def test_numpy_arrays_of_the_service_are_writable(server):
    image, _ = next(iter(pixcrawler.load_dataset("photos", api_key=KEY, base_url=server.url)))
    image += 1
    assert image.dtype == numpy.uint8
