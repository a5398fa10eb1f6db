"""The examples of docstrings run, in a folder where ./pets is, and every public name has a signature and words."""

import doctest
import inspect
import os
import pathlib

import pytest

import pixcrawler
from frameworks import absent
from support import command


@pytest.fixture(scope="module")
def pets(photos, tmp_path_factory):
    """A folder with the dataset ./pets: 60 cats and 60 dogs, 120 x 160, in 3 chunks."""
    folder = tmp_path_factory.mktemp("docs")
    files = sorted(file for file in pathlib.Path(photos).rglob("*") if file.is_file())
    assert len(files) == 120
    for number, file in enumerate(files):
        kind = folder / "files" / ("cat", "dog")[number % 2]
        kind.mkdir(parents=True, exist_ok=True)
        os.link(file, kind / f"{number:03}{file.suffix}")
    command("pack", folder / "files", folder / "pets", "--chunk-size", "40", "--seed", "3")
    return folder


def documented():
    """Every public thing of the module, by name."""
    things = {"load_dataset": pixcrawler.load_dataset, "Dataset": pixcrawler.Dataset}
    for name, value in vars(pixcrawler.Dataset).items():
        if not name.startswith("_"):
            things[f"Dataset.{name}"] = value
    for name in pixcrawler.exceptions.__all__:
        things[f"exceptions.{name}"] = getattr(pixcrawler.exceptions, name)
    return things


NEEDS = {"Dataset.to_torch": ["torch"], "Dataset.to_tensorflow": ["tensorflow"], "Dataset.to_dataframe": ["pandas"]}
EXAMPLES = [name for name, thing in documented().items() if ">>>" in (thing.__doc__ or "")]


def test_what_has_an_example():
    assert {"load_dataset", "Dataset", *NEEDS, "Dataset.iter_batches", "Dataset.to_arrays", "Dataset.class_counts"} <= set(
        EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_run(name, pets, monkeypatch):
    if lacking := absent(*NEEDS.get(name, ())):
        pytest.skip(f"not installed here: {lacking}")
    monkeypatch.chdir(pets)
    names = {"load_dataset": pixcrawler.load_dataset}
    test = doctest.DocTestParser().get_doctest(documented()[name].__doc__, names, name, None, 0)
    assert test.examples
    runner = doctest.DocTestRunner(verbose=False)
    said = []
    runner.run(test, out=said.append)
    assert runner.failures == 0, "".join(said)


@pytest.mark.parametrize("name", list(documented()))
def test_everything_public_has_words_and_a_signature(name):
    thing = documented()[name]
    assert thing.__doc__ and len(thing.__doc__) > 10
    if callable(thing):
        assert inspect.signature(thing)
