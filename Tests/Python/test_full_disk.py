"""Disks with too little room: said before it starts, and gone on from once there is room."""

import subprocess

import pytest

from downloads import archives_asked, begin, download, killed_at_end, run, size, tree, wait_until


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
