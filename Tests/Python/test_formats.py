"""What `download` writes, opened by what it is for: NumPy, torchvision, Hugging Face datasets, and ourselves again."""

import collections
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import zipfile

import numpy
import pytest

import pixcrawler
from downloads import description, download
from support import KEY, ROOT, WITNESS, Server, command, script


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    """The datasets of Tests/Fixtures/make_exports.py."""
    folder = tmp_path_factory.mktemp("exports")
    maker = ROOT / "Tests/Fixtures/make_exports.py"
    subprocess.run([WITNESS, "-B", "-W", "ignore", maker, folder], check=True, timeout=60)
    return folder


@pytest.fixture(scope="module")
def tree(packed, tmp_path_factory):
    """The photographs, downloaded as a folder of images."""
    out = tmp_path_factory.mktemp("tree")
    return pathlib.Path(download(packed, out, "--format", "images", "-q").stdout.strip())


def arrays(folder):
    images = numpy.load(folder / "images.npy", mmap_mode="r")
    labels = numpy.load(folder / "labels.npy", mmap_mode="r")
    return images, labels, json.loads((folder / "classes.json").read_text())


def files(folder, without=("metadata.jsonl", "classes.json", ".pixcrawler.jsonl")):
    """Every file's digest by its path."""
    found = {}
    for path in pathlib.Path(folder).rglob("*"):
        assert not path.is_symlink()
        if path.is_file() and str(path.relative_to(folder)) not in without:
            found[str(path.relative_to(folder))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def lines(folder):
    return [json.loads(line) for line in (folder / "metadata.jsonl").read_text().splitlines()]


# numpy


def test_arrays_are_those_of_load_dataset(packed, tmp_path):
    out = download(packed, tmp_path, "--image-size", "48x64", "-q").stdout
    images, labels, classes = arrays(pathlib.Path(out.strip()))
    assert isinstance(images, numpy.memmap) and images.flags.c_contiguous
    assert (images.dtype, images.shape, labels.dtype) == (numpy.uint8, (120, 48, 64, 3), numpy.int64)
    with pixcrawler.load_dataset(str(packed), image_size=(48, 64)) as dataset:
        pixels, names = dataset.to_arrays()
        assert numpy.array_equal(images, pixels)
        assert [classes[label] for label in labels] == list(names)
        assert classes == dataset.labels
    assert sorted(path.name for path in pathlib.Path(out.strip()).iterdir()) == [
        ".pixcrawler.jsonl", "classes.json", "images.npy", "labels.npy"]


def test_labels_of_every_kind(exports, tmp_path):
    images, labels, classes = arrays(
        pathlib.Path(download(exports / "plain", tmp_path, "--image-size", "8", "-q").stdout.strip()))
    # Those of the description first, where to_torch has them, too.
    assert classes == ["cat", "dog", "7", '{"of":[1,"a/b"]}']
    assert labels.tolist() == [0, 1, 1, 0, 2, 3, -1, 1, 0]
    with pixcrawler.load_dataset(str(exports / "plain"), image_size=(8, 8)) as dataset:
        assert numpy.array_equal(images, dataset.to_arrays()[0])


def test_shapes_that_differ_lead_to_image_size(exports, tmp_path):
    said = download(exports / "shapes_apart", tmp_path, code=1).stderr
    assert "--image-size" in said and "cat/2.jpg" in said
    assert [path.name for path in tmp_path.iterdir()] == ["shapes_apart.partial"]
    images, _, _ = arrays(
        pathlib.Path(download(exports / "shapes_apart", tmp_path, "--image-size", "9", "-q").stdout.strip()))
    assert images.shape == (2, 9, 9, 3)


def test_a_limit_and_labels(packed, tmp_path):
    label = description(packed.parent, packed.name)["labels"][1]
    one = download(packed, tmp_path / "a", "--image-size", "16", "--label", label, "-q").stdout
    images, labels, classes = arrays(pathlib.Path(one.strip()))
    with pixcrawler.load_dataset(str(packed), image_size=(16, 16)) as dataset:
        pixels, names = dataset.to_arrays()
    chosen = [index for index, name in enumerate(names) if name == label]
    assert numpy.array_equal(images, pixels[chosen])
    assert {classes[place] for place in labels} == {label}
    few = download(packed, tmp_path / "b", "--image-size", "16", "--limit", "57", "-q").stdout
    assert numpy.array_equal(arrays(pathlib.Path(few.strip()))[0], pixels[:57])


# images


def test_packed_served_and_downloaded_photographs_are_the_same(photos, packed, server, tmp_path):
    out = download(
        packed.name, tmp_path, "--format", "images", "-q", "--base-url", server.url,
        env={"PIXCRAWLER_API_KEY": KEY}).stdout
    folder = pathlib.Path(out.strip())
    assert files(folder) == files(photos)
    assert all(line["original"].partition("/")[2] == line["file_name"] for line in lines(folder))


def test_folders_in_folders_come_back(photos, tmp_path):
    source = tmp_path / "source"
    for number, photo in enumerate(sorted(photos.rglob("*.jpg"))[:6]):
        folder = source / "abc"[number % 3] / "deep" / "er"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(photo, folder / "same name.jpg" if number < 3 else folder.parent / "é 😀.JPEG")
    command("pack", source, tmp_path / "packed", "--chunk-size", "2")
    out = download(tmp_path / "packed", tmp_path / "out", "--format", "images", "-q").stdout
    assert files(out.strip()) == files(source)


def test_torchvision_reads_the_tree(photos, tree, packed):
    import vision

    try:
        vision.make_importable()
    except ImportError as error:
        pytest.skip(f"torchvision cannot be imported here: {error}")
    import torchvision

    folder = torchvision.datasets.ImageFolder(tree)
    assert folder.classes == description(packed.parent, packed.name)["labels"]
    assert len(folder) == 120
    with pixcrawler.load_dataset(str(packed)) as dataset:
        assert collections.Counter(folder.targets) == {
            folder.class_to_idx[label]: count for label, count in dataset.class_counts.items()}
    witness = torchvision.datasets.ImageFolder(photos)
    assert [pathlib.Path(path).relative_to(tree) for path, _ in folder.samples] == [
        pathlib.Path(path).relative_to(photos) for path, _ in witness.samples]
    assert folder[7][1] == witness[7][1] and folder[7][0].tobytes() == witness[7][0].tobytes()


READ_BY_DATASETS = """
import datasets, hashlib, json, sys

read = datasets.load_dataset("imagefolder", data_dir=sys.argv[1], split="train")
read = read.cast_column("image", datasets.Image(decode=False))
print(json.dumps([[hashlib.sha256(open(row["image"]["path"], "rb").read()).hexdigest(), row["label"]] for row in read]))
"""


@pytest.mark.parametrize("name", ["packed", "plain"])
def test_hugging_faces_datasets_reads_the_tree(name, packed, exports, tree, tmp_path):
    if name == "plain":
        tree = pathlib.Path(download(exports / name, tmp_path, "--format", "images", "-q").stdout.strip())
    away = {**os.environ, "HF_HOME": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    rows = json.loads(script(READ_BY_DATASETS, tree, env=away).splitlines()[-1])
    known = [[hashlib.sha256((tree / line["file_name"]).read_bytes()).hexdigest(), line["label"]]
             for line in lines(tree)]
    assert sorted(rows, key=str) == sorted(known, key=str)
    with pixcrawler.load_dataset(str(packed if name == "packed" else exports / name)) as dataset:
        assert len(rows) == len(dataset)
        if name == "packed":
            assert collections.Counter(label for _, label in rows) == dataset.class_counts


def test_classes_and_originals_are_told(exports, tmp_path):
    folder = pathlib.Path(download(exports / "plain", tmp_path, "--format", "images", "-q").stdout.strip())
    classes = json.loads((folder / "classes.json").read_text())
    assert classes == {
        "cat": "cat", "dog": "dog", "7": "7", "unlabeled": None, "{_of__[1,_a_b_]}": '{"of":[1,"a/b"]}'}
    for line in lines(folder):
        assert classes[line["file_name"].split("/")[0]] == line["label"]
        chunk, _, entry = line["original"].partition("/")
        with zipfile.ZipFile(exports / "plain/chunks" / f"{chunk}.zip") as archive:
            assert archive.read(entry) == (folder / line["file_name"]).read_bytes()


def test_names_that_do_harm_stay_inside_and_are_told(exports, tmp_path):
    home = tmp_path / "a/b/c"
    home.mkdir(parents=True)
    before = set(pathlib.Path("/tmp").glob("*.jpg"))
    result = download(exports / "hostile", home, "--format", "images", "--json", code=3)
    record = json.loads(result.stdout)
    folder = pathlib.Path(record["path"])
    bad = ["../\x1b[31mred\0.jpg", "../out.jpg", "../../../../tmp/out.jpg", "/tmp/absolute.jpg", "cat/../../up.jpg",
           "..\\windows.jpg", "cat/nul\0.jpg", "cat/nul\0/../x.jpg"]
    assert sorted(missing["entry"] for missing in record["missing"]) == sorted(bad)
    assert record["images"] == 33 - len(bad) == len(files(folder)) == len(lines(folder))
    assert sorted(tmp_path.rglob("*.jpg")) == sorted(folder.rglob("*.jpg"))
    assert set(pathlib.Path("/tmp").glob("*.jpg")) == before
    for line in lines(folder):
        path = folder / line["file_name"]
        assert path.resolve().is_relative_to(folder.resolve()) and path.is_file()
        for name in pathlib.PurePath(line["file_name"]).parts:
            assert len(name.encode()) <= 255 and not set(name) & set("\\:*?\"<>|\0\n\x1b") and name[-1] not in ". "
    assert f"{len(bad)} things could not be had" in result.stderr and "../out.jpg" in result.stderr
    assert "\0" not in result.stderr and "\x1b" not in result.stderr
    # Their last names, that is: a label's folder is no name of the archive's.
    assert record["renamed"] == sum(
        pathlib.PurePosixPath(line["original"]).name
        != pathlib.PurePosixPath(line["file_name"]).name for line in lines(folder)) > 0


def test_names_that_are_only_changed_are_no_failure(exports, tmp_path):
    record = json.loads(download(exports / "collisions", tmp_path, "--format", "images", "--json").stdout)
    assert record["missing"] == [] and record["renamed"] == 10
    assert record["images"] == len(files(record["path"])) == 21
    assert len({path.lower() for path in files(record["path"])}) == record["images"]


@pytest.mark.parametrize("form", ["numpy", "images"])
def test_what_cannot_be_had_is_named_and_counted(form, exports, tmp_path):
    record = json.loads(download(exports / "damaged", tmp_path, "--format", form, "--json", code=3).stdout)
    entries = [missing["entry"] for missing in record["missing"]]
    for entry in ("cat/text.jpg", "cat/wrong.jpg", "cat/loop.gif"):
        assert entries.count(entry) == 1
    assert all(missing["reason"] for missing in record["missing"])
    assert record["images"] == {"numpy": 4, "images": 5}[form]
    assert [missing["chunk"] for missing in record["missing"] if missing["entry"] is None] == ["chunk_0001"]


# zip


def test_chunks_are_whole_archives_that_we_read_again(packed, tmp_path):
    folder = pathlib.Path(download(packed, tmp_path / "zip", "--format", "zip", "-q").stdout.strip())
    for chunk in description(folder.parent, folder.name)["chunks"]:
        with zipfile.ZipFile(folder / chunk["url"]) as archive:
            assert archive.testzip() is None
    with pixcrawler.load_dataset(str(packed)) as source, pixcrawler.load_dataset(str(folder)) as copy:
        for (image, label), (other, same) in zip(source, copy, strict=True):
            assert label == same and numpy.array_equal(image, other)
    server = Server(folder.parent)
    try:
        out = download(folder.name, tmp_path / "again", "--image-size", "16", "-q", "--base-url", server.url).stdout
    finally:
        server.stop()
    with pixcrawler.load_dataset(str(packed), image_size=(16, 16)) as dataset:
        assert numpy.array_equal(arrays(pathlib.Path(out.strip()))[0], dataset.to_arrays()[0])
