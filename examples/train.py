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
    """(B, 240, 320, 3) uint8 → (B, 577): mean colors of 12 × 16 fields, and a constant."""
    batch, height, width, _ = images.shape
    fields = images.reshape(batch, 12, height // 12, 16, width // 16, 3).mean(axis=(2, 4), dtype=np.float32)
    return np.hstack([fields.reshape(batch, -1) / 128 - 1, np.ones((batch, 1), np.float32)])


def step(weights, images, labels, rate=0.05):
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
    classes = {label: index for index, label in enumerate(dataset.labels)}
    weights = np.zeros((577, len(classes)), np.float32)
    for epoch in range(options.epochs):
        started, first, count, losses = time.perf_counter(), None, 0, []
        for images, labels in dataset.iter_batches(batch_size=32):
            first = first or time.perf_counter() - started
            losses.append(step(weights, images, labels))
            count += len(labels)
            if len(losses) % 10 == 0:
                print(f"epoch {epoch + 1}  {count:5} images  loss {np.mean(losses[-10:]):.3f}", flush=True)
        seconds = time.perf_counter() - started
        print(f"epoch {epoch + 1}: mean loss {np.mean(losses):.3f}, {count / seconds:.0f} images/s, "
              f"first batch after {first * 1000:.0f} ms", flush=True)

peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"peak memory {peak:.0f} MiB")
