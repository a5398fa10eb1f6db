"""How a dataset travels to another process: as the words that open it again, never as what it holds."""

import multiprocessing.context
import os


def recipe(dataset):
    """The keywords of `load_dataset` that open this dataset again.

    The key is among them only while multiprocessing starts a process, whose pickle goes through a pipe of its own.
    Anywhere else a pickle may end up in a file or a log: there the key is left to the environment of whoever reads it.
    """
    keywords = dataset._recipe(_is_spawning())
    # The other process may be in another folder, where a relative path would be taken for a job id.
    if os.path.exists(keywords["job_id"]):
        keywords["job_id"] = os.path.abspath(keywords["job_id"])
    return keywords


def without_key(keywords):
    """Those keywords for a pickle that goes on from here, by the same rule."""
    return keywords if _is_spawning() else {word: value for word, value in keywords.items() if word != "api_key"}


def _is_spawning():
    return multiprocessing.context.get_spawning_popen() is not None


def restore(keywords):
    """The dataset, opened anew: its description is fetched now."""
    from pixcrawler import load_dataset

    return load_dataset(**keywords)


def reduce(dataset):
    """What `Dataset.__reduce__` gives."""
    return restore, (recipe(dataset),)
