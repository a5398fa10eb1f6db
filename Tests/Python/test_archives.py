"""Archives of other programs: each is read whole, in its own order, from a folder and from hosts of every kind; and
other programs read what `pixcrawler pack` writes."""

import json
import os
import shutil
import subprocess
import zipfile

import numpy
import pytest

import pixcrawler
from flaky_host import FlakyHost
from support import command


class Pipe:
    """A file that cannot seek, as zipfile sees a socket or standard output."""

    def __init__(self, file):
        self.file = file

    def write(self, data):
        return self.file.write(data)

    def flush(self):
        self.file.flush()


def program(*arguments, folder=None, out=None):
    """Runs another program, which is to be installed; with `out`, its output goes there through a pipe."""
    assert shutil.which(arguments[0]), f"{arguments[0]} is not there: run scripts/setup --test first"
    process = subprocess.run(
        [str(argument) for argument in arguments], cwd=folder, check=True, timeout=120, stdout=subprocess.PIPE)
    if out:
        out.write_bytes(process.stdout)


def python(method, seekable):
    def make(photos, path):
        with open(path, "wb") as file, zipfile.ZipFile(file if seekable else Pipe(file), "w", method) as archive:
            for photo in sorted(photos.rglob("*.*")):
                archive.write(photo, photo.relative_to(photos))

    return make


def tool(*arguments):
    """A program run where the photographs lie. OUT is the archive; without it, that comes through a pipe."""

    def make(photos, path):
        words = [path if word == "OUT" else word for word in arguments]
        program(*words, folder=photos, out=None if "OUT" in arguments else path)

    return make


ARCHIVERS = {
    "zipfile-stored": python(zipfile.ZIP_STORED, True),
    "zipfile-deflated": python(zipfile.ZIP_DEFLATED, True),
    "zipfile-stored-stream": python(zipfile.ZIP_STORED, False),
    "zipfile-deflated-stream": python(zipfile.ZIP_DEFLATED, False),
    "zip": tool("zip", "-q", "-r", "OUT", "."),
    "zip-0": tool("zip", "-q", "-0", "-r", "OUT", "."),
    "zip-stream": tool("zip", "-q", "-r", "-", "."),
    "zip-0-stream": tool("zip", "-q", "-0", "-r", "-", "."),
    "zip-zip64": tool("zip", "-q", "-r", "-fz", "OUT", "."),
    "bsdtar": tool("bsdtar", "--format", "zip", "-cf", "OUT", "."),
    "bsdtar-store": tool("bsdtar", "--format", "zip", "--options", "zip:compression=store", "-cf", "OUT", "."),
    "bsdtar-stream": tool("bsdtar", "--format", "zip", "-cf", "-", "."),
    "bsdtar-zip64": tool("bsdtar", "--format", "zip", "--options", "zip:zip64", "-cf", "OUT", "."),
    "7z": tool("7z", "a", "-tzip", "-bso0", "-bsp0", "OUT", "."),
    "7z-0": tool("7z", "a", "-tzip", "-mx=0", "-bso0", "-bsp0", "OUT", "."),
}
#: Stored, with the size after the data: no reader can do without the directory.
UNSTREAMABLE = {"zipfile-stored-stream", "zip-0-stream"}


@pytest.fixture(scope="module", params=ARCHIVERS)
def archived(request, photos, tmp_path_factory):
    """The photographs, archived; and the archive's images in its own order."""
    path = tmp_path_factory.mktemp(request.param) / "photos.zip"
    ARCHIVERS[request.param](photos, path)
    with zipfile.ZipFile(path) as archive:
        infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
        names = [os.path.normpath(info.filename) for info in infos if not info.is_dir()]
        flags = {info.flag_bits & 8 for info in infos if info.file_size}
    assert len(names) == 120
    assert (flags == {8}) == ("stream" in request.param or request.param.startswith("bsdtar"))
    return request.param, path, names


@pytest.fixture(scope="module")
def pixels(photos, tmp_path_factory):
    """Every photograph's pixels, read by themselves: a stored archive of one file each."""
    home = tmp_path_factory.mktemp("single")
    found = {}
    for photo in sorted(photos.rglob("*.*")):
        name = str(photo.relative_to(photos))
        with zipfile.ZipFile(home / "one.zip", "w") as archive:
            archive.write(photo, name)
        ((image, _),) = pixcrawler.load_dataset(home / "one.zip")
        found[name] = image.tobytes()
    return found


def check(dataset, names, pixels):
    samples = [(image.tobytes(), label) for image, label in dataset]
    assert [label for _, label in samples] == [name.split("/")[0] for name in names]
    unequal = [name for name, (image, _) in zip(names, samples, strict=True) if image != pixels[name]]
    assert unequal == []


def test_from_a_file(archived, pixels):
    _, path, names = archived
    dataset = pixcrawler.load_dataset(path)
    assert len(dataset) == 120
    assert dataset.labels == sorted({name.split("/")[0] for name in names})
    check(dataset, names, pixels)


@pytest.mark.parametrize("lengths", [True, False], ids=["lengths", "unknown-length"])
@pytest.mark.parametrize("ranges", [True, False], ids=["ranges", "no-ranges"])
def test_from_a_host(archived, pixels, tmp_path, ranges, lengths):
    archiver, path, names = archived
    (tmp_path / "photos.zip").symlink_to(path)
    (tmp_path / "dataset.json").write_text(
        json.dumps({"id": "photos", "chunks": [{"chunk_id": "c", "chunk_index": 0, "url": "photos.zip"}]}))
    with FlakyHost(tmp_path, ranges=ranges, lengths=lengths) as host:
        check(pixcrawler.load_dataset(host.url), names, pixels)
        asked = host.paths().count("/photos.zip")
    if not ranges and archiver not in UNSTREAMABLE:
        assert asked == 1, "it is read forward, once"


def test_twice_in_a_row(archived, pixels):
    _, path, names = archived
    dataset = pixcrawler.load_dataset(path)
    for _ in range(2):
        check(dataset, names, pixels)


def test_with_hardly_any_memory(archived, pixels):
    """What has arrived is given up and fetched again, which changes nothing."""
    _, path, names = archived
    check(pixcrawler.load_dataset(path, memory_limit=2 << 20), names, pixels)


@pytest.mark.parametrize("ranges", [True, False], ids=["ranges", "no-ranges"])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
@pytest.mark.parametrize("seekable", [True, False], ids=["seekable", "stream"])
def test_labels_of_metadata(photos, pixels, tmp_path, method, seekable, ranges):
    names = sorted(str(photo.relative_to(photos)) for photo in photos.rglob("*.*"))[::10]
    labels = [f"label of {name}" for name in names]
    listed = [{"filename": name, "label": label} for name, label in zip(names, labels)]
    with open(tmp_path / "photos.zip", "wb") as file:
        with zipfile.ZipFile(file if seekable else Pipe(file), "w", method) as archive:
            archive.writestr("metadata.json", json.dumps({"images": listed}))
            for name in names:
                archive.write(photos / name, name)
    (tmp_path / "dataset.json").write_text(
        json.dumps({"id": "photos", "chunks": [{"chunk_id": "c", "chunk_index": 0, "url": "photos.zip"}]}))
    with FlakyHost(tmp_path, ranges=ranges) as host:
        samples = [(label, image.tobytes()) for image, label in pixcrawler.load_dataset(host.url)]
    assert samples == [(label, pixels[name]) for label, name in zip(labels, names)]


def test_files_of_no_bytes_are_passed_over(photos, pixels, tmp_path):
    names = sorted(str(photo.relative_to(photos)) for photo in photos.rglob("*.*"))[:4]
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        for index, name in enumerate(names):
            archive.writestr(f"notes/{index}.txt", b"", index % 2 * zipfile.ZIP_DEFLATED)
            archive.write(photos / name, name)
    check(pixcrawler.load_dataset(tmp_path / "photos.zip"), names, pixels)


# What pack writes, read by others.


@pytest.fixture(scope="module")
def chunks(packed):
    found = sorted((packed / "chunks").glob("*.zip"))
    assert len(found) == 3
    return found


def test_packed_images_are_the_photographs(packed, chunks, photos, pixels):
    names = []
    for chunk in chunks:
        with zipfile.ZipFile(chunk) as archive:
            assert archive.namelist()[0] == "metadata.json"
            for name in archive.namelist()[1:]:
                assert archive.read(name) == (photos / name).read_bytes()
                names.append(name)
    assert sorted(names) == sorted(pixels)
    check(pixcrawler.load_dataset(packed), names, pixels)


def test_zipfile_finds_no_fault_with_pack(chunks):
    for chunk in chunks:
        with zipfile.ZipFile(chunk) as archive:
            assert archive.testzip() is None


@pytest.mark.parametrize("words", ["unzip -tqq", "zip -T", "7z t -bso0 -bsp0", "bsdtar -tf"])
def test_other_programs_find_no_fault_with_pack(chunks, words):
    for chunk in chunks:
        program(*words.split(), chunk)


@pytest.mark.parametrize("words", ["unzip -qq CHUNK", "7z x -bso0 -bsp0 CHUNK", "bsdtar -xf CHUNK"])
def test_other_programs_unpack_what_pack_packed(chunks, photos, tmp_path, words):
    for index, chunk in enumerate(chunks):
        home = tmp_path / str(index)
        home.mkdir()
        program(*[chunk if word == "CHUNK" else word for word in words.split()], folder=home)
        with zipfile.ZipFile(chunk) as archive:
            for name in archive.namelist()[1:]:
                assert (home / name).read_bytes() == (photos / name).read_bytes()


def test_odd_names_survive_pack(photos, tmp_path):
    source = tmp_path / "source"
    photo = sorted(photos.rglob("*.jpg"))[0]
    names = ["кот/📷 été.jpg", "猫/" + "n" * 80 + ".jpg", "a b/%2e%2e.jpg", "a b/e\u0301.jpg", "dots/x..jpg"]
    for name in names:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(photo, source / name)
    command("pack", source, tmp_path / "out")
    (chunk,) = (tmp_path / "out" / "chunks").glob("*.zip")
    with zipfile.ZipFile(chunk) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()[1:]) == sorted(names)
    labels = sorted(label for _, label in pixcrawler.load_dataset(tmp_path / "out"))
    assert labels == sorted(name.split("/")[0] for name in names)
    assert numpy.unique([len(image) for image, _ in pixcrawler.load_dataset(tmp_path / "out")]).size == 1
