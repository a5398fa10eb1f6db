"""download: what it makes, where, and what it says; under the built program."""

import json
import os
import shutil
import subprocess

import numpy
import pytest

import pixcrawler
from downloads import FORMATS, description, download, environment, run, size, tree
from flaky_host import FlakyHost
from support import BINARY, Nginx


@pytest.fixture(scope="module")
def host(noise):
    with FlakyHost(noise) as host:
        yield host


@pytest.fixture
def source(host):
    host.requests.clear()
    host.sent.clear()
    return host.url + "/noise/"


def pixels(dataset):
    return [(label, image.tobytes()) for image, label in dataset]


# What it makes


def test_zip_is_a_dataset_again(source, noise, tmp_path):
    download(source, tmp_path, "--format", "zip")
    original = pixcrawler.load_dataset(noise / "noise")
    copy = pixcrawler.load_dataset(tmp_path / "noise")
    assert pixels(copy) == pixels(original)
    shutil.rmtree(tmp_path / "again", ignore_errors=True)
    download(tmp_path / "noise", tmp_path / "again", "--format", "zip")
    assert pixels(pixcrawler.load_dataset(tmp_path / "again/noise")) == pixels(original)


@pytest.mark.parametrize("options, select", [
    ([], lambda pairs: pairs),
    (["--limit", "10"], lambda pairs: pairs[:10]),
    (["--label", "b"], lambda pairs: [pair for pair in pairs if pair[0] == "b"]),
    (["--label", "b", "--label", "c", "--limit", "7"], lambda pairs: [p for p in pairs if p[0] in "bc"][:7]),
], ids=str)
def test_numpy_and_images_hold_what_load_dataset_gives(options, select, source, noise, tmp_path):
    dataset = pixcrawler.load_dataset(noise / "noise")
    names = dataset.classes if hasattr(dataset, "classes") else ["a", "b", "c"]
    expected = select([(label if isinstance(label, str) else names[label], image.copy()) for image, label in dataset])
    download(source, tmp_path / "n", "--format", "numpy", *options)
    images = numpy.load(tmp_path / "n/noise/images.npy", mmap_mode="r")
    labels = numpy.load(tmp_path / "n/noise/labels.npy")
    classes = json.loads((tmp_path / "n/noise/classes.json").read_text())
    assert images.dtype == numpy.uint8 and labels.dtype == numpy.int64
    assert [classes[label] for label in labels] == [label for label, _ in expected]
    assert (images == numpy.stack([image for _, image in expected])).all()
    download(source, tmp_path / "i", "--format", "images", *options)
    found = sorted(path.parent.name for path in (tmp_path / "i/noise").glob("*/*.jpg"))
    assert found == sorted(label for label, _ in expected)


def test_a_limit_fetches_no_more_than_it_needs(source, host, tmp_path):
    download(source, tmp_path, "--format", "images", "--limit", "7")
    assert {path for path in host.paths() if path.endswith(".zip")} == {
        f"/noise/chunks/chunk_000{number}.zip" for number in (0, 1)}


@pytest.mark.parametrize("name", FORMATS)
def test_nginx_is_as_good_a_host(name, source, noise, tmp_path):
    download(source, tmp_path / "flaky", "--format", name)
    (tmp_path / "nginx").mkdir()
    nginx = Nginx(tmp_path / "nginx", noise)
    try:
        download(f"http://127.0.0.1:{nginx.port}/noise/", tmp_path / "out", "--format", name)
    finally:
        nginx.stop()
    trees = [
        {path: digest for path, digest in tree(tmp_path / out).items() if not path.endswith(".jsonl")}
        for out in ("flaky", "out")]
    assert trees[0] == trees[1]


# What it says


@pytest.mark.parametrize("name", FORMATS)
def test_a_dry_run_writes_nothing_and_tells_what_is_fetched(name, source, host, noise, tmp_path):
    out = tmp_path / "out"
    plan = json.loads(download(source, out, "--format", name, "--dry-run", "--json").stdout)
    assert list(tmp_path.iterdir()) == []
    assert host.paths() == ["/noise/dataset.json"]
    assert "To fetch" in download(source, out, "--format", name, "--dry-run").stdout
    done = json.loads(download(source, out, "--format", name, "--json").stdout)
    assert plan["plan"]["bytes_to_fetch"] == done["bytes_fetched"] == host.served() == size(noise)
    assert plan["complete"] is False and done["complete"] is True
    assert plan["images"] == done["images"] == 48
    assert done["path"] == f"{out}/noise"
    before = tree(out)
    after = json.loads(download(source, out, "--format", name, "--dry-run", "--json").stdout)
    assert after["complete"] is True and after["plan"] is None
    assert tree(out) == before


def test_a_dry_run_in_the_middle_counts_what_is_here(noise, tmp_path):
    with FlakyHost(noise) as host:
        host.faults["/noise/chunks/chunk_0002.zip"] = [("drop", 90_000)] + [500] * 2
        host.faults["/noise/chunks/chunk_0003.zip"] = [("stall",)]
        source = host.url + "/noise/"
        download(source, tmp_path, "--format", "zip", "--max-workers", "1", code=7)
        before = tree(tmp_path)
        plan = json.loads(download(source, tmp_path, "--format", "zip", "--dry-run", "--json").stdout)
        assert tree(tmp_path) == before
        assert plan["plan"]["chunks_here"] == 2
        host.faults.clear()
        done = json.loads(download(source, tmp_path, "--format", "zip", "--json").stdout)
        assert plan["plan"]["bytes_to_fetch"] == done["bytes_fetched"]
        assert host.served() == size(noise)


@pytest.mark.parametrize("quiet", [True, False])
def test_standard_output_is_the_path(quiet, source, tmp_path):
    shell = f'd=$("{BINARY}" download "{source}" --output-dir "{tmp_path}/my data" {"-q" if quiet else ""}) && ls "$d"'
    result = subprocess.run(
        ["sh", "-c", shell], capture_output=True, text=True, timeout=60, env=environment())
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == ["classes.json", "images.npy", "labels.npy"]
    assert (result.stderr == "") == quiet


def test_a_closed_pipe_is_no_failure_of_ours(source, tmp_path):
    shell = f'"{BINARY}" download "{source}" --output-dir "{tmp_path}" --format zip --json | head -1'
    result = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, timeout=60, env=environment())
    assert result.stdout == "{\n"
    assert "error" not in result.stderr.lower()
    assert (tmp_path / "noise/dataset.json").exists()


def test_a_local_dataset_costs_no_request(noise, tmp_path):
    download(noise / "noise", tmp_path, "--format", "images")
    assert len(list((tmp_path / "noise").glob("*/*.jpg"))) == 48


def test_the_working_directory_is_the_place_of_a_relative_one(source, tmp_path):
    result = run("download", source, "--format", "zip", cwd=tmp_path)
    assert result.stdout == "./datasets/noise\n"
    assert (tmp_path / "datasets/noise/dataset.json").exists()


# Where it cannot


def test_an_output_folder_that_is_a_file(source, host, tmp_path):
    (tmp_path / "file").write_text("mine")
    for out in (tmp_path / "file", tmp_path / "file/deeper"):
        result = download(source, out, code=1)
        assert "file is no folder" in result.stderr and "--output-dir" in result.stderr
    assert (tmp_path / "file").read_text() == "mine"
    assert not any(path.endswith(".zip") for path in host.paths())


def test_a_file_of_the_datasets_name(source, tmp_path):
    (tmp_path / "noise").write_text("mine")
    result = download(source, tmp_path, code=1)
    assert "noise is no folder" in result.stderr
    assert tree(tmp_path).keys() == {"noise"}


@pytest.mark.parametrize("code, words", [(13, "Permission denied"), (30, "Read-only file system")])
def test_a_folder_that_cannot_be_written_to(code, words, source, host, shim, tmp_path):
    result = download(source, tmp_path, env=shim(SHIM_FOLDER=tmp_path, SHIM_MKDIR=code), code=1)
    assert words in result.stderr and "--output-dir" in result.stderr
    assert list(tmp_path.iterdir()) == []
    assert not any(path.endswith(".zip") for path in host.paths())


def test_a_place_where_nobody_can_write(source):
    result = download(source, "/proc/nowhere", code=1)
    assert "/proc/nowhere" in result.stderr


def test_somebody_elses_folder_is_left_alone(source, host, tmp_path):
    (tmp_path / "noise").mkdir()
    (tmp_path / "noise/thesis.txt").write_text("years of work")
    result = download(source, tmp_path, code=1)
    assert "is there already" in result.stderr and "--output-dir" in result.stderr
    assert tree(tmp_path).keys() == {"noise", "noise/thesis.txt"}
    (tmp_path / "noise").rename(tmp_path / "noise.partial")
    result = download(source, tmp_path, code=1)
    assert tree(tmp_path).keys() == {"noise.partial", "noise.partial/thesis.txt"}
    assert "is there already" in result.stderr
    assert not any(path.endswith(".zip") for path in host.paths())


def test_an_empty_folder_is_as_good_as_none(source, tmp_path):
    (tmp_path / "noise").mkdir()
    download(source, tmp_path, "--format", "zip")
    assert (tmp_path / "noise/dataset.json").exists()


def test_other_options_than_before(source, tmp_path):
    download(source, tmp_path, "--format", "images", "--limit", "6")
    before = tree(tmp_path)
    for options in (["--format", "images"], ["--format", "zip"], ["--format", "images", "--limit", "7"]):
        result = download(source, tmp_path, *options, code=1)
        assert "--format images --limit 6" in result.stderr and "--output-dir" in result.stderr
    assert tree(tmp_path) == before


def test_unfinished_chunks_serve_another_format(noise, tmp_path):
    """What was fetched for one format is not fetched again for another."""
    with FlakyHost(noise) as host:
        source = host.url + "/noise/"
        host.faults["/noise/chunks/chunk_0000.zip"] = [500] * 3
        download(source, tmp_path, "--format", "images", code=7)
        host.faults.clear()
        download(source, tmp_path, "--format", "numpy")
        assert host.served() <= 1.02 * size(noise)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["noise"]
        assert numpy.load(tmp_path / "noise/images.npy").shape[0] == 48


def test_a_dataset_that_has_changed_since(noise, tmp_path):
    root = tmp_path / "root"
    shutil.copytree(noise, root)
    with FlakyHost(root) as host:
        source = host.url + "/noise/"
        download(source, tmp_path / "out", "--format", "zip")
        before = tree(tmp_path / "out")
        job = description(root)
        job["chunks"] = job["chunks"][:-1]
        job["num_images"] -= 6
        (root / "noise/dataset.json").write_text(json.dumps(job))
        result = download(source, tmp_path / "out", "--format", "zip", code=1)
        assert "has changed" in result.stderr and "--output-dir" in result.stderr
        assert tree(tmp_path / "out") == before


def test_a_dataset_that_has_changed_in_the_middle(noise, tmp_path):
    """Nothing of the old one is in the new one."""
    root = tmp_path / "root"
    shutil.copytree(noise, root)
    with FlakyHost(root) as host:
        source = host.url + "/noise/"
        host.faults["/noise/chunks/chunk_0005.zip"] = [500] * 3
        download(source, tmp_path / "out", "--format", "zip", code=7)
        job = description(root)
        shutil.copy(root / "noise/chunks/chunk_0007.zip", root / "noise/chunks/chunk_0000.zip")
        job["chunks"][0].update(
            {key: value for key, value in job["chunks"][7].items() if key in ("sha256", "size_bytes")})
        (root / "noise/dataset.json").write_text(json.dumps(job))
        download(source, tmp_path / "out", "--format", "zip")
        for number in range(8):
            name = f"noise/chunks/chunk_000{number}.zip"
            assert (tmp_path / "out" / name).read_bytes() == (root / name).read_bytes()


@pytest.mark.parametrize("name, file", [
    ("zip", "chunks/chunk_0003.zip"), ("images", "b/01.jpg"), ("numpy", "labels.npy"), ("numpy", "images.npy")])
def test_a_finished_folder_with_a_file_gone(name, file, source, tmp_path):
    download(source, tmp_path, "--format", name)
    (tmp_path / "noise" / file).unlink()
    result = download(source, tmp_path, "--format", name, code=8)
    assert file in result.stderr
    command = result.stderr.split("To get it again: ")[1].split()
    assert command[:2] == ["pixcrawler", "verify"]
    run(*command[1:])
    download(source, tmp_path, "--format", name)


@pytest.mark.parametrize("options", [
    ["--max-workers", "0"], ["--limit", "0"], ["--format", "png"], ["--format", "zip", "--limit", "3"],
    ["--format", "images", "--image-size", "8"], ["--output-dir", ""], ["--format", "numpy", "--label", "zebra"]], ids=str)
def test_usage(options, source, tmp_path):
    result = run("download", source, *options, code=2, cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert result.stderr
