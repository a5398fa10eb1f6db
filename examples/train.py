"""Trains a small classifier on streamed photographs, with NumPy alone.

    pixcrawler run examples/train.py SOURCE [--base-url URL]        the key comes from PIXCRAWLER_API_KEY
"""

import argparse
import resource
import time

import numpy as np

from pixcrawler import load_dataset

parser = argparse.ArgumentParser()
parser.add_argument("source")
parser.add_argument("--base-url", default="https://api.pixcrawler.com")
parser.add_argument("--epochs", type=int, default=2)
options = parser.parse_args()


def features(images):
    """(B, 240, 320, 3) uint8 → (B, 2305) float32: every tenth pixel of every tenth row, and a constant."""
    grid = images[:, 5::10, 5::10].reshape(len(images), -1)
    return np.hstack([grid / np.float32(128) - 1, np.ones((len(images), 1), np.float32)])


def step(weights, images, labels, rate=0.01):
    """One step of softmax regression. Returns the mean cross-entropy before it."""
    x = features(images)
    y = np.array([classes[label] for label in labels])
    scores = x @ weights
    scores -= scores.max(axis=1, keepdims=True)
    chances = np.exp(scores)
    chances /= chances.sum(axis=1, keepdims=True)
    loss = -np.log(chances[np.arange(len(y)), y] + 1e-9).mean()
    chances[np.arange(len(y)), y] -= 1
    weights -= rate * x.T @ chances / len(y)
    return loss


with load_dataset(options.source, base_url=options.base_url) as dataset:
    print(dataset.info, flush=True)
    started = time.perf_counter()
    next(iter(dataset))
    print(f"first image after {(time.perf_counter() - started) * 1000:.0f} ms", flush=True)

    classes = {label: index for index, label in enumerate(dataset.labels)}
    weights = np.zeros((2305, len(classes)), np.float32)
    for epoch in range(options.epochs):
        started, count, losses = time.perf_counter(), 0, []
        for images, labels in dataset.iter_batches(batch_size=32):
            losses.append(step(weights, images, labels))
            count += len(labels)
            if len(losses) % 10 == 0:
                print(f"epoch {epoch + 1}  {count:5} images  loss {np.mean(losses[-10:]):.3f}", flush=True)
        seconds = time.perf_counter() - started
        print(f"epoch {epoch + 1}: mean loss {np.mean(losses):.3f}, {count / seconds:.0f} images/s", flush=True)

peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"peak memory {peak:.0f} MiB")
