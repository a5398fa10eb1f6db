"""Measures pixcrawler on real photographs over loopback; run by scripts/bench, which builds what it needs.

Throughput: rounds in which the bare libjpeg-turbo (limit.c, the same files in memory, as many threads as cores),
iteration and batches take turns in shuffled order, each in a process of its own; ratios are taken inside a round.
Downloads take turns with curl in the same way.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import socket
import statistics
import subprocess
import sys
import time

from slow_host import SlowHost

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
WORK = ROOT / "build/bench"
PIXCRAWLER = str(ROOT / "build/bin/pixcrawler")
PYTHON = str(ROOT / ".venv/bin/python")
IMAGES, WIDTH, HEIGHT, CHUNK = 6000, 500, 375, 500
THREADS = os.cpu_count()


def run(*command, **options):
    return subprocess.run(
        [str(part) for part in command], check=True, capture_output=True, text=True, timeout=600, **options).stdout


def prepare():
    """The photographs, packed; and descriptions of so many chunks that name the same archives again and again."""
    photos, dataset = WORK / "photos", WORK / "datasets/photos"
    if not photos.exists():
        print(f"Cutting {IMAGES} photographs of {WIDTH} x {HEIGHT} ...", flush=True)
        partial = WORK / "photos.partial"
        shutil.rmtree(partial, ignore_errors=True)
        run("/usr/bin/python3", ROOT / "scripts/corpus.py", partial, "--images", IMAGES, "--width", WIDTH,
            "--height", HEIGHT)
        partial.rename(photos)
    shutil.rmtree(WORK / "datasets", ignore_errors=True)
    run(PIXCRAWLER, "pack", photos, dataset, "--chunk-size", CHUNK)
    job = json.loads((dataset / "dataset.json").read_text())
    for count in (1, 5, 10, 20, 100):
        chunks = [
            {**job["chunks"][index % len(job["chunks"])], "chunk_id": f"chunk_{index:04}", "chunk_index": index}
            for index in range(count)]
        for chunk in chunks:
            chunk["url"] = "../photos/" + chunk["url"]
        folder = WORK / f"datasets/{count}"
        folder.mkdir()
        (folder / "dataset.json").write_text(json.dumps(
            {**job, "chunks": chunks, "num_chunks": count, "num_images": CHUNK * count}))
    return sorted(photos.rglob("*.jpg"))


class Nginx:
    """nginx as a static host of a folder."""

    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        configuration = WORK / "nginx.conf"
        user = "user root;" if os.getuid() == 0 else ""
        configuration.write_text(f"""
            daemon off; pid {WORK}/nginx.pid; error_log stderr; worker_processes 1; {user}
            events {{}}
            http {{ access_log off; sendfile on; server {{ listen 127.0.0.1:{port}; root {folder}; }} }}""")
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        self.process = subprocess.Popen([program, "-p", str(WORK), "-c", str(configuration)])
        self.url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 20
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    sys.exit("bench: nginx does not listen")
                time.sleep(0.05)

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=10)


def epoch(*arguments):
    return json.loads(run(PIXCRAWLER, "run", "--python", PYTHON, HERE / "epoch.py", *arguments))


def limit(files):
    images, seconds, cpu = run(WORK / "limit", THREADS, input="\n".join(map(str, files))).split()
    return {"images": int(images), "seconds": float(seconds), "cpu": float(cpu)}


def throughput(url, files, rounds):
    runs = {
        "libjpeg-turbo alone": lambda: limit(files),
        "for image, label in dataset": lambda: epoch(url + "/photos/", "images"),
        "dataset.iter_batches(64)": lambda: epoch(url + "/photos/", "batches"),
    }
    results = {name: [] for name in runs}
    for measure in runs.values():
        measure()
    for _ in range(rounds):
        for name in random.sample(list(runs), len(runs)):
            results[name].append(runs[name]())
    size = sum(file.stat().st_size for file in files) / len(files) / 1000
    print(f"\nThroughput: {len(files)} photographs of {WIDTH} x {HEIGHT}, {size:.0f} kB each on average, "
          f"{THREADS} threads, nginx on loopback, medians of {rounds} rounds")
    print(f"  {'':29}  images/s   ratio   CPU s per 1000   ratio")
    bare = results["libjpeg-turbo alone"]

    def ratio(rows, pick):
        return statistics.median(pick(base) / pick(row) for base, row in zip(bare, rows))

    for name, rows in results.items():
        rate = statistics.median(row["images"] / row["seconds"] for row in rows)
        cpu = statistics.median(row["cpu"] / row["images"] for row in rows) * 1000
        print(f"  {name:29}  {rate:8.0f}  {ratio(rows, lambda row: row['seconds']):6.2f}  {cpu:15.3f}  "
              f"{ratio(rows, lambda row: row['cpu']):6.2f}")


def training(url, folder, rounds):
    """Batches for training, against Pillow in a DataLoader of two workers on the same files."""
    kinds = {
        "(32, 224, 224, 3), uint8": {
            "dataset.iter_batches(32)": ("batches", url), "Pillow, DataLoader of 2 workers": ("pillow", folder),
            "Pillow with draft, 2 workers": ("pillow-draft", folder)},
        "(32, 3, 224, 224), float32, shuffled": {
            "DataLoader(dataset.to_torch())": ("torch", url),
            "DataLoader(to_torch(streaming=True))": ("torch-stream", url),
            "Pillow, DataLoader of 2 workers": ("pillow-torch", folder)},
    }
    for kind, modes in kinds.items():
        results = {name: [] for name in modes}
        for round in range(rounds + 1):
            for name in random.sample(list(modes), len(modes)):
                row = json.loads(run(PIXCRAWLER, "run", "--python", PYTHON, HERE / "training.py", *modes[name]))
                if round > 0:
                    results[name].append(row["images"] / row["seconds"])
        print(f"\nTraining batches {kind}, medians of {rounds} rounds, images/s")
        pillow = results["Pillow, DataLoader of 2 workers"]
        for name, rates in results.items():
            times = statistics.median(rate / other for rate, other in zip(rates, pillow))
            print(f"  {name:38}  {statistics.median(rates):7.0f}   {times:5.2f} times Pillow")


def first_image():
    host = SlowHost(WORK / "datasets", bytes_per_second=5e6)
    code = ("import sys, time; from pixcrawler import load_dataset\n"
            "images = iter(load_dataset(sys.argv[1])); next(images); print(time.monotonic())\n"
            "for _ in images: pass\nprint(time.monotonic())")
    first, whole = map(float, run(PIXCRAWLER, "run", "--python", PYTHON, "-c", code, host.url + "/1/").split())
    host.close()
    started = host.sent[0][0]
    sent = max(count for moment, count in host.sent if moment <= first)
    total = host.sent[-1][1]
    print(f"\nFirst image: one chunk of {total / 1e6:.1f} MB on a link of 5 MB/s")
    print(f"  first image after {(first - started) * 1000:.0f} ms and {sent / 1000:.0f} kB, "
          f"the last of {CHUNK} after {(whole - started) * 1000:.0f} ms: {sent / total:.1%} of the chunk's bytes, "
          f"{(first - started) / (whole - started):.1%} of its time")


def memory(url):
    print("\nPeak resident memory (memory_limit 256 MiB), reader pausing once, the highest of 3 runs each")
    for mode in ("images", "batches"):
        peaks = {count: max(epoch(f"{url}/{count}/", mode, 1)["peak_mib"] for _ in range(3)) for count in (10, 100)}
        print(f"  {mode:8}  10 chunks {peaks[10]:.0f} MiB   100 chunks {peaks[100]:.0f} MiB")


def measured(*command):
    """A process's seconds, CPU seconds and peak of resident memory, its children included."""
    started = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"bench: {command[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return {"seconds": time.perf_counter() - started, "cpu": usage.ru_utime + usage.ru_stime,
            "peak_mib": usage.ru_maxrss / 1024}


def download(url, rounds):
    """The same chunks, by us and by curl, to the same disk; curl neither proves them nor waits until the disk has them."""
    job = json.loads((WORK / "datasets/photos/dataset.json").read_text())
    size = sum(chunk["size_bytes"] for chunk in job["chunks"]) / 1e6
    target, listing = WORK / "downloads", WORK / "curl.txt"
    listing.write_text("".join(
        f'url = "{url}/photos/{chunk["url"]}"\noutput = "{target}/{place}.zip"\n'
        for place, chunk in enumerate(job["chunks"])))
    commands = {
        "curl --parallel-max 4": [
            "curl", "--no-progress-meter", "--fail", "--parallel", "--parallel-max", 4, "--config", listing],
        "pixcrawler download --format zip": [
            PIXCRAWLER, "download", url + "/photos/", "--format", "zip", "-q", "--output-dir", target],
    }
    results = {name: [] for name in commands}
    for round in range(rounds + 1):
        for name in random.sample(list(commands), len(commands)):
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir()
            row = measured(*commands[name])
            if round > 0:
                results[name].append(row)
    shutil.rmtree(target)
    print(f"\nDownload: {len(job['chunks'])} chunks, {size:.0f} MB, nginx on loopback, medians of {rounds} rounds")
    print(f"  {'':33}  MB/s   of curl's   CPU s   peak MiB")
    curl = results["curl --parallel-max 4"]
    for name, rows in results.items():
        share = statistics.median(base["seconds"] / row["seconds"] for base, row in zip(curl, rows))
        rate, cpu, peak = (
            statistics.median(pick(row) for row in rows)
            for pick in (lambda row: size / row["seconds"], lambda row: row["cpu"], lambda row: row["peak_mib"]))
        print(f"  {name:33}  {rate:4.0f}  {share:9.2f}  {cpu:6.2f}  {peak:9.0f}")


def download_memory(url):
    print("\nPeak resident memory of download --format numpy --image-size 224, 256 MiB of budget")
    target = WORK / "downloads"
    for count in (5, 20):
        shutil.rmtree(target, ignore_errors=True)
        row = measured(PIXCRAWLER, "download", f"{url}/{count}/", "--image-size", 224, "-q",
                       "--output-dir", target)
        size = sum(file.stat().st_size for file in target.rglob("images.npy")) / 1e6
        print(f"  images.npy of {size:5.0f} MB: {row['peak_mib']:.0f} MiB, {CHUNK * count / row['seconds']:.0f} images/s")
    shutil.rmtree(target)


def startup(rounds):
    script = WORK / "empty.py"
    script.write_text("")
    commands = {
        "python": [PYTHON, script],
        "pixcrawler run": [PIXCRAWLER, "run", "--python", PYTHON, script],
        "python, import": [PYTHON, "-c", "import numpy"],
        "pixcrawler run, import": [PIXCRAWLER, "run", "--python", PYTHON, "-c", "import numpy, pixcrawler"],
        "pixcrawler --help": [PIXCRAWLER, "--help"],
    }
    times = {name: [] for name in commands}
    for _ in range(rounds):
        for name in random.sample(list(commands), len(commands)):
            started = time.perf_counter()
            run(*commands[name])
            times[name].append(time.perf_counter() - started)
    median = {name: statistics.median(values) * 1000 for name, values in times.items()}
    print(f"\nStart-up: medians of {rounds} runs each, in milliseconds")
    for name, (python, ours) in {
        "an empty script": ("python", "pixcrawler run"),
        "import numpy, and pixcrawler": ("python, import", "pixcrawler run, import"),
    }.items():
        more = median[ours] - median[python]
        print(f"  {name}: python {median[python]:.1f}, pixcrawler {median[ours]:.1f}: {more:+.1f}")
    print(f"  pixcrawler --help: {median['pixcrawler --help']:.1f}")


def main():
    parser = argparse.ArgumentParser(description="Measures pixcrawler on real photographs over loopback.")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the throughput runs (5)")
    parser.add_argument("--only", choices=["startup", "training", "download"], help="one part alone")
    options = parser.parse_args()
    if options.only == "startup":
        WORK.mkdir(parents=True, exist_ok=True)
        return startup(40)
    files = prepare()
    nginx = Nginx(WORK / "datasets")
    try:
        if options.only is None:
            throughput(nginx.url, files, options.rounds)
        if options.only in (None, "training"):
            training(nginx.url + "/photos/", WORK / "photos", options.rounds)
        if options.only in (None, "download"):
            download(nginx.url, options.rounds)
            download_memory(nginx.url)
        if options.only:
            return
        first_image()
        memory(nginx.url)
        startup(40)
    finally:
        nginx.close()


if __name__ == "__main__":
    main()
