"""The packages datasets are handed to: which are here, and what the tests of one do without it."""

import importlib.metadata
import importlib.util

import pytest

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
