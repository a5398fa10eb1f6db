"""verify: every damaged byte is found, its chunk fetched again and no other, and the rest left as it is."""

import json
import shutil

import pytest

from downloads import FORMATS, SECRET, download, holds_secret, killed_at_end, run, start, tree, wait_until
from flaky_host import FlakyHost
from support import Server

#: Files of each format: of single chunks, and such as are made out of all of them.
FILES = {
    "zip": ["chunks/chunk_0003.zip", "chunks/chunk_0000.zip", "dataset.json"],
    "images": ["b/01.jpg", "a/00.jpg", "metadata.jsonl", "classes.json"],
    "numpy": ["images.npy", "labels.npy", "classes.json"],
}


@pytest.fixture(scope="module")
def host(noise):
    with FlakyHost(noise) as host:
        yield host


@pytest.fixture(scope="module", params=FORMATS)
def whole(request, host, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole")
    download(host.url + "/noise/", out, "--format", request.param)
    return request.param, out / "noise"


@pytest.fixture
def copy(whole, host, tmp_path):
    """A format, and a finished folder to damage."""
    name, folder = whole
    shutil.copytree(folder, tmp_path / "noise")
    host.requests.clear()
    return name, tmp_path / "noise"


def flip(file, place=None):
    data = bytearray(file.read_bytes())
    data[len(data) // 2 if place is None else place] ^= 1
    file.write_bytes(data)


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def archives(host):
    return [path for path in host.paths() if path.endswith(".zip")]


def test_undamaged(copy, host):
    name, folder = copy
    before = tree(folder)
    result = run("verify", folder)
    assert result.stdout == "" and "Undamaged" in result.stderr
    record = json.loads(run("verify", folder, "--json").stdout)
    assert record["damaged"] == [] and record["repaired"] is False and record["format"] == name
    run("verify", folder, "--repair")
    assert tree(folder) == before
    assert host.paths() == []


def test_a_flipped_byte_in_every_file(copy, host, whole):
    """Each in turn, at its start, in its middle and at its end; then a repair of all of them together."""
    name, folder = copy
    expected = tree(folder)
    chosen = files(folder)
    if name == "images":
        chosen = [file for file in chosen if "/" not in file] + ["a/00.jpg", "b/01.jpg", "c/47.jpg"]
    for file in chosen:
        for place in (0, None, -1):
            flip(folder / file, place)
            result = run("verify", folder, "-q", code=8)
            assert file in result.stdout + result.stderr, (file, place)
            if not file.endswith(".jsonl") or file == "metadata.jsonl":
                assert [line.split(":")[0] for line in result.stdout.splitlines()] == [file]
            flip(folder / file, place)
    assert tree(folder) == expected


def test_repair_fetches_the_damaged_chunk_only(copy, host):
    name, folder = copy
    expected = tree(folder)
    origins = {
        file["path"]: record["chunk"]
        for record in map(json.loads, (folder / ".pixcrawler.jsonl").read_text().splitlines()[1:-1])
        for file in record["files"]}
    for file in FILES[name]:
        place = origins.get(file)
        assert file.startswith(("chunks/", "a/", "b/")) == (place is not None)
        for damage in ("flip", "cut", "remove", "longer"):
            host.requests.clear()
            target = folder / file
            if damage == "flip":
                flip(target)
            elif damage == "cut":
                target.write_bytes(target.read_bytes()[:-5])
            elif damage == "longer":
                target.write_bytes(target.read_bytes() + b"more")
            else:
                target.unlink()
            assert file in run("verify", folder, code=8).stdout
            result = run("verify", folder, "--repair", "--json")
            record = json.loads(result.stdout)
            assert record["repaired"] is True
            assert {found["path"] for found in record["damaged"]} == {file}
            if place is not None:
                assert archives(host) == [f"/noise/chunks/chunk_000{place}.zip"], (file, damage)
            elif file != "images.npy":
                assert archives(host) == [], (file, damage)
            elif damage in ("flip", "cut"):
                assert len(archives(host)) == 1, damage
            assert tree(folder) == expected, (file, damage)
            assert [path.name for path in folder.parent.iterdir()] == ["noise"]
            run("verify", folder)


def test_a_damaged_record(copy, host):
    name, folder = copy
    record = folder / ".pixcrawler.jsonl"
    good = record.read_bytes()
    for place in range(0, len(good), max(1, len(good) // 25)):
        flip(record, place)
        result = run("verify", folder, code=8)
        assert ".pixcrawler.jsonl" in result.stderr and "download it again" in result.stderr
        record.write_bytes(good)
    for length in (0, 1, len(good) // 2, len(good) - 1):
        record.write_bytes(good[:length])
        run("verify", folder, code=8)
    record.unlink()
    result = run("verify", folder, code=1)
    assert "no record of a download" in result.stderr


def test_repair_of_a_job_finds_its_service(noise, tmp_path):
    server = Server(noise, "--api-key", SECRET)
    try:
        download("noise", tmp_path, "--format", "images", "--base-url", server.url, "--api-key", SECRET)
        expected = tree(tmp_path)
        (tmp_path / "noise/a/00.jpg").unlink()
        run("verify", tmp_path / "noise", "--repair", code=4)
        run("verify", tmp_path / "noise", "--repair", env={"PIXCRAWLER_API_KEY": SECRET})
    finally:
        server.stop()
    assert tree(tmp_path) == expected
    assert holds_secret(tmp_path) == []


def test_repair_when_the_host_is_down(whole, noise, tmp_path):
    name, _ = whole
    with FlakyHost(noise) as host:
        download(host.url + "/noise/", tmp_path, "--format", name)
    folder = tmp_path / "noise"
    file = FILES[name][0]
    flip(folder / file)
    before = tree(folder)
    result = run("verify", folder, "--repair", code=7)
    assert "could not be reached" in result.stderr
    assert tree(folder) == before
    # From somewhere else, it can be had.
    run("verify", folder, "--repair", "--source", noise / "noise")
    run("verify", folder)


def test_repair_when_chunks_cannot_be_had(copy, host):
    name, folder = copy
    file = FILES[name][0]
    flip(folder / file)
    before = tree(folder)
    for number in range(8):
        host.faults[f"/noise/chunks/chunk_000{number}.zip"] = [404] * 4
    run("verify", folder, "--repair", code=5)
    host.faults.clear()
    assert tree(folder) == before
    run("verify", folder, "--repair")
    run("verify", folder)


def test_repair_from_a_changed_dataset_is_refused(copy, noise, tmp_path):
    name, folder = copy
    root = tmp_path / "root"
    shutil.copytree(noise, root)
    job = json.loads((root / "noise/dataset.json").read_text())
    job["chunks"].pop()
    (root / "noise/dataset.json").write_text(json.dumps(job))
    flip(folder / FILES[name][0])
    before = tree(folder)
    result = run("verify", folder, "--repair", "--source", root / "noise", code=1)
    assert "has changed" in result.stderr
    assert tree(folder) == before


def test_a_repair_that_is_killed_is_gone_on_with(copy, host):
    name, folder = copy
    expected = tree(folder)
    for file in FILES[name]:
        flip(folder / file)
    host.rate = 200_000
    try:
        with killed_at_end(start("verify", folder, "--repair")):
            wait_until(lambda: archives(host))
    finally:
        host.rate = None
    run("verify", folder, "--repair")
    assert tree(folder) == expected
    assert [path.name for path in folder.parent.iterdir()] == ["noise"]


def test_what_is_no_download(tmp_path):
    result = run("verify", tmp_path / "nowhere", code=1)
    assert "No such file" in result.stderr
    (tmp_path / "file").write_text("")
    assert "is no folder" in run("verify", tmp_path / "file", code=1).stderr
    assert "no record" in run("verify", tmp_path, code=1).stderr


# What could not be had at first


@pytest.mark.parametrize("name", ["zip", "images"])
def test_what_could_not_be_had_is_asked_for_again(name, noise, tmp_path):
    gone, damaged = "/noise/chunks/chunk_0003.zip", "/noise/chunks/chunk_0005.zip"
    with FlakyHost(noise) as host:
        download(host.url + "/noise/", tmp_path / "clean", "--format", name)
        host.faults[gone], host.faults[damaged] = [404] * 2, [("damage",)] * 4
        folder = tmp_path / "noise"
        result = download(host.url + "/noise/", tmp_path, "--format", name, code=3)
        assert f"pixcrawler verify {folder} --repair" in result.stderr
        said = run("verify", folder, code=3)
        assert said.stdout == "" and f"pixcrawler verify {folder} --repair" in said.stderr
        # The one is still not there, the other one is.
        host.requests.clear()
        host.faults[damaged] = []
        host.faults[gone] = [404] * 2
        run("verify", folder, "--repair", code=3)
        assert sorted(set(archives(host))) == [gone, damaged]
        assert run("verify", folder, code=3).stdout == ""
        host.requests.clear()
        host.faults[gone] = []
        run("verify", folder, "--repair")
        assert archives(host) == [gone]
    assert json.loads(run("verify", folder, "--json").stdout)["missing"] == []
    assert files(folder) == files(tmp_path / "clean/noise")
    assert tree(folder) == tree(tmp_path / "clean/noise")
