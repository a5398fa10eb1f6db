"""Packages that only some of a dataset's faces need."""

import importlib


def require(package, install, face):
    """The package, imported; without it an ImportError that says what to install for that face."""
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        # A package that is there and lacks something itself says so better than we can.
        if error.name != package:
            raise
        raise ImportError(f"{face} needs {package}, which is not installed here: pip install {install}") from error
