"""Downloads that are killed or stopped: the next one goes on, and nothing is lost."""

import concurrent.futures
import os
import random
import shutil
import signal
import subprocess
import time

import pytest

from downloads import (
    FORMATS, SLOW, begin, download, ended_well, killed_at_end, size, start, tree, wait_until)
from flaky_host import FlakyHost


def test_killed_at_twenty_moments(clean, fresh, noise, tmp_path):
    name, expected = clean
    seed = int.from_bytes(os.urandom(4), "big")
    print("seed", seed)
    dice = random.Random(seed)
    # What is on its way when the process dies is lost: little, at this rate.
    fresh.rate = SLOW / 4
    killed = 0
    for number in range(20):
        with killed_at_end(begin(fresh, tmp_path, "--format", name)) as process:
            try:
                process.wait(timeout=dice.uniform(0.02, 0.27))
            except subprocess.TimeoutExpired:
                killed += 1
        # Whatever the moment, what carries the final name is whole.
        if (tmp_path / "noise").exists():
            assert {path: tree(tmp_path)[path] for path in expected} == expected
    assert killed > 5, f"seed {seed}: it was over too soon"
    download(fresh.url + "/noise/", tmp_path, "--format", name)
    assert tree(tmp_path) == expected, f"seed {seed}"
    assert fresh.served() <= 1.1 * size(noise), f"seed {seed}: {fresh.served()} of {size(noise)} bytes"


def test_a_finished_folder_costs_one_request(clean, fresh, tmp_path):
    name, expected = clean
    download(fresh.url + "/noise/", tmp_path, "--format", name)
    fresh.requests.clear()
    result = download(fresh.url + "/noise/", tmp_path, "--format", name)
    assert fresh.paths() == ["/noise/dataset.json"]
    assert result.stdout == f"{tmp_path}/noise\n"
    assert "Complete already" in result.stderr
    assert tree(tmp_path) == expected


@pytest.mark.parametrize("name", FORMATS)
def test_killed_before_every_change_of_the_disk(name, good, shim, tmp_path):
    """Where a random moment hardly ever falls: between two renames, in the middle of clearing away."""
    options = [good, "--format", name, *(["--image-size", "8"] if name == "numpy" else [])]
    download(options[0], tmp_path / "clean", *options[1:])
    expected = tree(tmp_path / "clean")

    def attempt(number):
        out = tmp_path / str(number)
        env = shim(SHIM_FOLDER=out, SHIM_DIES_AT=number)
        with killed_at_end(start("download", "--output-dir", out, *options, env=env)) as process:
            process.communicate(timeout=60)
        if (out / "good").exists():
            found = tree(out)
            assert {path: found.get(path) for path in expected} == expected, number
        download(options[0], out, *options[1:])
        assert tree(out) == expected, number
        shutil.rmtree(out)
        return process.returncode == -signal.SIGKILL

    # A third of them in every run of the tests.
    first = random.randint(1, 3)
    print("first", first)
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        were_killed = list(pool.map(attempt, range(first, 110, 3)))
    assert were_killed[0] and not were_killed[-1], "there are more changes than were looked at"


@pytest.mark.parametrize("number, moment", [
    (signal.SIGINT, "fetching"), (signal.SIGINT, "stalled"), (signal.SIGINT, "describing"),
    (signal.SIGTERM, "stalled"), (signal.SIGHUP, "fetching")])
def test_a_signal_ends_it_at_once(number, moment, noise, tmp_path):
    with FlakyHost(noise, rate=400_000) as host:
        if moment == "describing":
            host.faults["/noise/dataset.json"] = [("stall",)]
        if moment == "stalled":
            host.faults["/noise/chunks/chunk_0000.zip"] = [("stall", 100_000)]
        with killed_at_end(begin(host, tmp_path)) as process:
            if moment == "describing":
                wait_until(lambda: host.paths())
            else:
                wait_until(lambda: host.served() > 150_000)
            began = time.monotonic()
            process.send_signal(number)
            out, err = process.communicate(timeout=20)
            assert time.monotonic() - began < 1
        assert process.returncode == -number
        assert out == ""
        if moment != "describing":
            assert "same command goes on" in err
            had = host.served()
            host.release.set()
            download(host.url + "/noise/", tmp_path)
            assert host.served() <= 1.1 * size(noise)
            assert host.served() - had < size(noise) - 100_000


def test_a_second_signal_is_not_needed_but_allowed(fresh, tmp_path):
    with killed_at_end(begin(fresh, tmp_path)) as process:
        wait_until(lambda: fresh.served() > 100_000)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=1)
        assert process.returncode == -signal.SIGINT


def test_nohup_stays_in_force(fresh, tmp_path):
    def ignore():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with killed_at_end(begin(fresh, tmp_path, preexec_fn=ignore)) as process:
        wait_until(lambda: fresh.served() > 100_000)
        process.send_signal(signal.SIGHUP)
        ended_well(process)
