"""Runs an example as it is printed: its names filled in, its service a local server.

Usage: run_example.py EXAMPLE URL
"""

import functools
import importlib
import pathlib
import re
import runpy
import sys

import pixcrawler
from pixcrawler import exceptions


def my_model():
    import torch

    return functools.partial(
        torch.nn.Sequential, torch.nn.Conv2d(3, 8, 3, stride=4), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(4),
        torch.nn.Flatten(), torch.nn.Linear(128, 10))


def keras_model():
    import tensorflow

    model = tensorflow.keras.Sequential(
        [tensorflow.keras.layers.GlobalAveragePooling2D(), tensorflow.keras.layers.Dense(10, activation="softmax")])
    model.compile(loss="sparse_categorical_crossentropy")
    return model


def from_module(module, name):
    return lambda: getattr(importlib.import_module(module), name)


#: What the examples use and do not say where from; an example that says it does so itself.
FILLED_IN = {
    "MyModel": my_model,
    "process": lambda: lambda image, label=None: image.mean(),
    "process_batch": lambda: lambda images, labels: images.mean(),
    "train_model": lambda: lambda images, labels: None,
    "dataset": lambda: pixcrawler.load_dataset("job_123", api_key="key"),
    "load_dataset": lambda: pixcrawler.load_dataset,
    "JobNotCompleteError": lambda: exceptions.JobNotCompleteError,
    "AuthenticationError": lambda: exceptions.AuthenticationError,
    "DataLoader": from_module("torch.utils.data", "DataLoader"),
    "train_test_split": from_module("sklearn.model_selection", "train_test_split"),
    "torch": lambda: importlib.import_module("torch"),
}


def main():
    example, url = pathlib.Path(sys.argv[1]), sys.argv[2]
    text = example.read_text()
    if "torchvision" in text:
        import vision

        vision.make_importable()
    pixcrawler.load_dataset = functools.partial(pixcrawler.load_dataset, base_url=url)
    names = {name: make() for name, make in FILLED_IN.items() if re.search(rf"\b{name}\b", text)}
    if example.stem == "docstring_to_tensorflow":
        names["model"] = keras_model()
    runpy.run_path(str(example), init_globals=names)


if __name__ == "__main__":
    main()
