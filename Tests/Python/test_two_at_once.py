"""Two downloads into one folder: both end right, with locks and without."""

import signal
import time

import pytest

from downloads import SLOW, archives_asked, begin, ended_well, killed_at_end, size, tree, wait_until


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
            # What is on its way when the process dies would be lost: let it arrive.
            fresh.rate = 20_000
            time.sleep(0.3)
            first.kill()
            fresh.rate = SLOW
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


@pytest.mark.parametrize("attempt", [0, 1, 2, 4, 6, 9])
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
    for attempt in range(3):
        out = tmp_path / str(attempt)
        with killed_at_end(begin(fresh, out, "--format", name, env=env)) as first:
            with killed_at_end(begin(fresh, out, "--format", name, env=env)) as second:
                time.sleep(0.2 + attempt * 0.15)
                first.kill()
                ended_well(second)
        assert tree(out) == expected
