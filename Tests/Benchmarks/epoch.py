"""One epoch over a dataset, measured from inside; run by bench.py under `pixcrawler run`.

    epoch.py SOURCE images|batches [PAUSE]          prints one JSON object

With PAUSE, so many seconds pass after the first item, as in a loop slower than the engine: it fetches ahead all it may.
"""

import json
import resource
import sys
import time

from pixcrawler import load_dataset

source, mode, *pause = sys.argv[1:]
with load_dataset(source) as dataset:
    count, first = 0, None
    wall, cpu = time.perf_counter(), time.process_time()
    for images, _ in dataset if mode == "images" else dataset.iter_batches(batch_size=64):
        if first is None:
            first = time.perf_counter() - wall
            time.sleep(float(pause[0]) if pause else 0)
        count += 1 if mode == "images" else len(images)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"images": count, "seconds": wall, "cpu": cpu, "first": first, "peak_mib": peak}))
