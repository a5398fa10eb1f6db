"""Downloads that are killed, stopped, run twice at once, or out of room: the next one goes on, and nothing is lost."""

import os
import random
import signal
import subprocess
import time

import pytest

from downloads import FORMATS, download, killed_at_end, run, shim, size, start, tree, wait_until
from flaky_host import FlakyHost

#: Bytes per second and connection: a download takes about a second.
SLOW = 1_500_000


@pytest.fixture(scope="module")
def host(noise):
    with FlakyHost(noise, rate=SLOW) as host:
        yield host


@pytest.fixture(scope="module", params=FORMATS)
def clean(request, host, tmp_path_factory):
    """A format, and the tree of a download that nothing disturbed, with the source's address in its record."""
    out = tmp_path_factory.mktemp("clean")
    download(host.url + "/noise/", out, "--format", request.param)
    return request.param, tree(out)


@pytest.fixture
def fresh(host):
    """The host with its counts at zero."""
    host.rate = SLOW
    host.sent.clear()
    host.requests.clear()
    return host


def begin(host, out, *options, **more):
    return start("download", host.url + "/noise/", "--output-dir", out, *options, **more)


def ended_well(process):
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out, err


def archives_asked(host):
    return [path for path in host.paths() if path.endswith(".zip")]


def test_killed_at_twenty_moments(clean, fresh, noise, tmp_path):
    name, expected = clean
    seed = int.from_bytes(os.urandom(4), "big")
    print("seed", seed)
    dice = random.Random(seed)
    killed = 0
    for number in range(20):
        with killed_at_end(begin(fresh, tmp_path, "--format", name)) as process:
            try:
                process.wait(timeout=dice.uniform(0, 0.25))
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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("moment", ["fetching", "stalled", "describing"])
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


# Two at once


def test_two_at_once_do_the_work_once(clean, fresh, noise, tmp_path):
    name, expected = clean
    with killed_at_end(begin(fresh, tmp_path, "--format", name)) as first:
        wait_until(lambda: archives_asked(fresh))
        with killed_at_end(begin(fresh, tmp_path, "--format", name, "--progress", "plain")) as second:
            outs = [ended_well(process) for process in (first, second)]
    assert [out for out, _ in outs] == [f"{tmp_path}/noise\n"] * 2
    assert "waiting for it" in outs[1][1]
    assert tree(tmp_path) == expected
    assert fresh.served() <= 1.1 * size(noise)


def test_a_waiting_one_takes_over(clean, fresh, noise, tmp_path):
    name, expected = clean
    with killed_at_end(begin(fresh, tmp_path, "--format", name)) as first:
        wait_until(lambda: fresh.served() > size(noise) / 3)
        with killed_at_end(begin(fresh, tmp_path, "--format", name, "--progress", "plain")) as second:
            time.sleep(0.3)
            first.kill()
            ended_well(second)
    assert tree(tmp_path) == expected
    assert fresh.served() <= 1.1 * size(noise)


def test_a_waiting_one_can_be_stopped(fresh, tmp_path):
    with killed_at_end(begin(fresh, tmp_path)) as first:
        wait_until(lambda: archives_asked(fresh))
        with killed_at_end(begin(fresh, tmp_path)) as second:
            wait_until(lambda: fresh.paths().count("/noise/dataset.json") == 2)
            time.sleep(0.2)
            second.send_signal(signal.SIGINT)
            second.communicate(timeout=1)
            assert second.returncode == -signal.SIGINT
        ended_well(first)


@pytest.mark.parametrize("attempt", range(10))
def test_two_at_once_where_locks_do_not_hold(clean, fresh, noise, shim, tmp_path, attempt):
    """As on file systems over networks that let two have one lock."""
    name, expected = clean
    fresh.rate = 3 * SLOW
    env = shim(SHIM_NO_LOCKS=1)
    with killed_at_end(begin(fresh, tmp_path, "--format", name, env=env)) as first:
        time.sleep(attempt * 0.05)
        with killed_at_end(begin(fresh, tmp_path, "--format", name, env=env)) as second:
            for process in (first, second):
                ended_well(process)
    assert tree(tmp_path) == expected
    assert fresh.served() <= 2.2 * size(noise)


def test_one_of_two_is_killed_where_locks_do_not_hold(clean, fresh, noise, shim, tmp_path):
    name, expected = clean
    env = shim(SHIM_NO_LOCKS=1)
    for attempt in range(4):
        out = tmp_path / str(attempt)
        with killed_at_end(begin(fresh, out, "--format", name, env=env)) as first:
            with killed_at_end(begin(fresh, out, "--format", name, env=env)) as second:
                time.sleep(0.2 + attempt * 0.1)
                first.kill()
                ended_well(second)
        assert tree(out) == expected


# A full disk


def test_too_little_room_is_said_before_it_starts(fresh, noise, shim, tmp_path):
    env = shim(SHIM_FOLDER=tmp_path, SHIM_FREE=1_000_000)
    result = download(fresh.url + "/noise/", tmp_path, "--format", "zip", env=env, code=1)
    assert "has room for 999" in result.stderr and "missing" in result.stderr and "--output-dir" in result.stderr
    assert archives_asked(fresh) == []
    assert result.stdout == ""
    assert not (tmp_path / "noise").exists()


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9, 1.1, 1.5])
def test_a_disk_that_fills_up(clean, fresh, noise, shim, tmp_path, share):
    name, expected = clean
    env = shim(SHIM_FOLDER=tmp_path, SHIM_ROOM=int(share * size(noise)))
    with killed_at_end(begin(fresh, tmp_path, "--format", name, env=env)) as process:
        out, err = process.communicate(timeout=60)
    if share < 1:
        assert process.returncode == 1, err
        assert "disk is full" in err and "same command goes on" in err
        assert not (tmp_path / "noise").exists()
    had = fresh.served()
    download(fresh.url + "/noise/", tmp_path, "--format", name)
    assert tree(tmp_path) == expected
    assert fresh.served() <= 1.1 * size(noise) + 4 * 65536, f"{had} bytes were served before"


def test_a_small_disk(fresh, noise, tmp_path):
    """A real one, where mounting is allowed."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size(noise) // 2}", "tmpfs", disk], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        result = download(fresh.url + "/noise/", disk, "--format", "zip", code=1)
        assert "has room for" in result.stderr
        # Somebody else fills it while the download goes on.
        subprocess.run(["mount", "-o", f"remount,size={size(noise) * 3}", disk], check=True)
        with killed_at_end(begin(fresh, disk, "--format", "zip")) as process:
            wait_until(lambda: fresh.served() > size(noise) / 4)
            (disk / "filler").write_bytes(bytes(2 * size(noise) + size(noise) // 4))
            _, err = process.communicate(timeout=60)
        assert process.returncode == 1 and "disk is full" in err, err
        (disk / "filler").unlink()
        download(fresh.url + "/noise/", disk, "--format", "zip")
        assert fresh.served() <= 1.1 * size(noise)
        assert list(disk.iterdir()) == [disk / "noise"]
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_file_system_without_second_names(clean, fresh, shim, tmp_path):
    name, expected = clean
    download(fresh.url + "/noise/", tmp_path, "--format", name, env=shim(SHIM_NO_LINKS=1))
    assert tree(tmp_path) == expected
