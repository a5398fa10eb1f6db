"""The packages datasets are handed to: which are here, and what the tests of one do without it."""

import collections
import importlib.metadata
import importlib.util
import subprocess
import zipfile

import numpy
import pytest

from support import WITNESS

#: By the name that is imported, the name that is installed.
PACKAGES = {
    "sklearn": "scikit-learn", "pandas": "pandas", "torch": "torch", "torchvision": "torchvision",
    "tensorflow": "tensorflow-cpu", "joblib": "joblib", "PIL": "pillow", "tqdm": "tqdm", "tenacity": "tenacity",
}


def absent(*names):
    return [PACKAGES[name] for name in names if importlib.util.find_spec(name) is None]


def needs(*names):
    """A mark: skips, and says what is missing."""
    missing = absent(*names)
    return pytest.mark.skipif(bool(missing), reason=f"not installed here: {', '.join(missing)}")


def summary():
    """One line for the end of a run."""
    here = [f"{PACKAGES[name]} {_version(name)}" for name in PACKAGES if not absent(name)]
    return f"Frameworks of this run: {', '.join(here) or 'none'}; absent: {', '.join(absent(*PACKAGES)) or 'none'}"


def _version(name):
    try:
        return importlib.metadata.version(PACKAGES[name])
    except importlib.metadata.PackageNotFoundError:
        return "(of unknown version)"


Decoded = collections.namedtuple("Decoded", "names labels pixels")

DECODE = """
import sys, numpy
from PIL import Image
numpy.save(sys.argv[1], numpy.stack([numpy.asarray(Image.open(path).convert("RGB")) for path in sys.argv[2:]]))
"""


@pytest.fixture(scope="session")
def decoded(photos, packed, tmp_path_factory):
    """The packed photographs in dataset order, as the witness decodes their files: (N, H, W, 3)."""
    names = []
    for chunk in sorted(packed.glob("chunks/*.zip")):
        with zipfile.ZipFile(chunk) as archive:
            names += [name for name in archive.namelist() if name != "metadata.json"]
    out = tmp_path_factory.mktemp("decoded") / "all.npy"
    subprocess.run([WITNESS, "-c", DECODE, out, *(photos / name for name in names)], check=True, timeout=120)
    return Decoded(names, [name.split("/")[0] for name in names], numpy.load(out))
