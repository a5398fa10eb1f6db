"""Pixels equal Pillow's `convert("RGB")`, in every format and mode, on the same libjpeg-turbo."""


import subprocess
import zipfile

import numpy
import pytest

import pixcrawler
from support import ROOT, WITNESS


@pytest.fixture(scope="module")
def modes(photos, tmp_path_factory):
    """Files of every format and mode cut from real photographs, beside what Pillow makes of them."""
    out = tmp_path_factory.mktemp("modes")
    sources = sorted(photos.rglob("*.jpg"))[:40:8]
    subprocess.run([WITNESS, ROOT / "Tests/Fixtures/make_images.py", out, *sources], check=True, timeout=300)
    return out


def read(folder, names):
    path = folder / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.write(folder / name, name)
    return [image for image, _ in pixcrawler.load_dataset(path)]


def test_every_mode(modes):
    names = sorted(path.name for path in modes.iterdir() if path.suffix in (".jpg", ".png", ".webp"))
    assert len(names) >= 100
    unequal = [
        name for name, image in zip(names, read(modes, names), strict=True)
        if not numpy.array_equal(image, numpy.load(modes / f"{name}.npy"))
    ]
    assert unequal == []


def test_a_corpus_of_photographs(photos, tmp_path):
    names = sorted(str(path.relative_to(photos)) for path in photos.rglob("*.*"))
    code = (
        "import sys, numpy; from PIL import Image\n"
        "numpy.save(sys.argv[1], numpy.stack([numpy.asarray(Image.open(p).convert('RGB')) for p in sys.argv[2:]]))")
    subprocess.run(
        [WITNESS, "-c", code, tmp_path / "all.npy", *(photos / name for name in names)], check=True, timeout=120)
    path = tmp_path / "photos.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.write(photos / name, name)
    got = numpy.stack([image for image, _ in pixcrawler.load_dataset(path)])
    assert numpy.array_equal(got, numpy.load(tmp_path / "all.npy"))
