"""How long work shows how far it is: on terminals of many kinds, off them, and for programs."""

import contextlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import time

import pexpect
import pytest

from flaky_host import FlakyHost
from support import BINARY, ROOT, command

UTF8 = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm"}
CLEARING = "\r\x1b[K"
#: Of a bar's line in a wide window, while bytes come.
LINE = (r"Downloading  {bar}  (?P<share>\d+)%  (?P<bytes>[\d.]+)( kB)? of [\d.]+ kB  (?P<rate>[\d.]+) kB/s"
        r"  0:(?P<left>\d\d) left  0/1 chunks  0/20 images")


@pytest.fixture(scope="module")
def sets(photos, tmp_path_factory):
    """A folder of `one`, twenty photographs in a single chunk, and of `few`, the same in five."""
    home = tmp_path_factory.mktemp("sets")
    for photo in sorted(photos.glob("*/*"))[:20]:
        copy = home / "photos" / photo.relative_to(photos)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(photo, copy)
    for name, size in {"one": 20, "few": 4}.items():
        command("pack", home / "photos", home / "sets" / name, "--chunk-size", size)
    return home / "sets"


def chunks(sets, name):
    return [f"/{name}/chunks/{path.name}" for path in sorted((sets / name / "chunks").iterdir())]


def slow(sets, name):
    """A host whose chunks trickle at 40 kB a second each."""
    host = FlakyHost(sets)
    host.faults = {path: [("slow",)] * 4 for path in chunks(sets, name)}
    return host


@contextlib.contextmanager
def terminal(*arguments, columns=120, env=UTF8):
    child = pexpect.spawn(
        BINARY, [str(argument) for argument in arguments], dimensions=(24, columns), encoding="utf-8", timeout=60,
        env=env)
    try:
        yield child
    finally:
        child.close(force=True)


def painted(text):
    """The lines a bar had, and what stands where it was cleared last."""
    *lines, rest = text.split(CLEARING)
    assert "\x1b" not in "".join([*lines, rest]) and not re.search(r"\r(?!\n)", "".join([*lines, rest])), text
    return [line for line in lines if "%" in line], rest


# A bar


def test_a_bar_shows_bytes_rate_and_time_inside_a_chunk_in_whatever_window(sets, tmp_path):
    with slow(sets, "one") as host, terminal("download", f"{host.url}/one/", "--output-dir", tmp_path) as child:
        child.logfile_read = io.StringIO()
        child.expect(r"0:\d\d left")
        for columns in (60, 20):
            time.sleep(0.8)
            child.setwinsize(24, columns)
        child.expect(pexpect.EOF)
        child.wait()
    lines, rest = painted(child.logfile_read.getvalue())
    assert child.exitstatus == 0 and rest.splitlines()[-1] == str(tmp_path / "one")
    wide = [match for line in lines if (match := re.fullmatch(LINE.format(bar="[█░]{8,30}"), line))]
    assert len(wide) >= 3 and len({match["bytes"] for match in wide}) >= 3, lines
    assert all(20 <= float(match["rate"]) <= 60 for match in wide), "the host's is 40 kB/s"
    assert all(1 <= int(match["left"]) <= 5 for match in wide)
    widths = [len(line) for line in lines]
    assert max(widths) < 120
    middle = [line for line in lines if 20 <= len(line) < 60 and " left" in line]
    narrow = [line for line in lines if len(line) < 20]
    assert len(middle) >= 3 and len(narrow) >= 3 and lines[-len(narrow):] == narrow, lines
    assert all(re.fullmatch(r"\d+%(  0:\d\d left)?", line) for line in narrow), narrow


@pytest.mark.parametrize("changes, bar", [
    ({"LC_ALL": "C"}, r"\[[#.]+\]"), ({"NO_COLOR": "1"}, "[█░]+"), ({"LC_ALL": "de_DE.ISO-8859-1"}, r"\[[#.]+\]")])
def test_a_bar_is_made_of_what_the_terminal_can_show(sets, tmp_path, changes, bar):
    with slow(sets, "few") as host, terminal(
            "download", f"{host.url}/few/", "--output-dir", tmp_path, env={**UTF8, **changes}) as child:
        child.expect(pexpect.EOF)
        lines, _ = painted(child.before)
    assert len(lines) >= 4 and all(re.match(f"Downloading  {bar}  ", line) for line in lines), lines


def test_a_bar_can_be_had_off_a_terminal(sets, tmp_path):
    with slow(sets, "few") as host:
        result = subprocess.run(
            [BINARY, "download", f"{host.url}/few/", "--output-dir", str(tmp_path), "--progress", "bar"],
            capture_output=True, env=UTF8, timeout=60, check=True)
    assert len(painted(result.stderr.decode())[0]) >= 4


def test_ctrl_c_clears_the_bar(sets, tmp_path):
    with slow(sets, "one") as host, terminal("download", f"{host.url}/one/", "--output-dir", tmp_path) as child:
        child.expect("left")
        child.sendintr()
        child.expect(pexpect.EOF)
        child.wait()
    assert child.before.split(CLEARING)[-1].startswith("pixcrawler: stopped")
    assert child.signalstatus == signal.SIGINT


def test_ctrl_c_clears_the_bar_of_a_command_that_does_not_handle_it(tmp_path):
    folder = tmp_path / "photos/cat"
    folder.mkdir(parents=True)
    for number in range(40):
        (folder / f"{number}.jpg").write_bytes(b"\xff\xd8\xff\xe0%d" % number)
        os.truncate(folder / f"{number}.jpg", 8 << 20)
    try:
        with terminal("pack", folder.parent, tmp_path / "out") as child:
            child.expect("40 images")
            child.sendintr()
            child.expect(pexpect.EOF)
            child.wait()
        assert child.before.endswith(CLEARING) and child.signalstatus == signal.SIGINT
    finally:
        shutil.rmtree(tmp_path)


# Lines


@pytest.mark.parametrize("mode", ["auto", "bar"])
def test_a_dumb_terminal_gets_lines(sets, tmp_path, mode):
    with slow(sets, "few") as host, terminal(
            "download", f"{host.url}/few/", "--output-dir", tmp_path, "--progress", mode,
            env={**UTF8, "TERM": "dumb"}) as child:
        child.expect(pexpect.EOF)
    assert "\x1b" not in child.before and "\r" not in child.before.replace("\r\n", "")


@pytest.mark.parametrize("options", [["--no-progress"], ["--progress", "none"], ["-q"], ["--no-progress", "-q"]])
def test_silence(sets, tmp_path, options):
    with slow(sets, "few") as host, terminal(
            "download", f"{host.url}/few/", "--output-dir", tmp_path, *options) as child:
        child.expect(pexpect.EOF)
    assert not re.search(r"[\x1b%]|\r(?!\n)|left", child.before)
    if "-q" in options:
        assert child.before == f"{tmp_path}/few\r\n"


def test_what_is_over_soon_says_nothing_off_a_terminal(sets, tmp_path):
    result = command("download", sets / "few", "--output-dir", tmp_path, "-q")
    assert (result.stdout, result.stderr) == (f"{tmp_path}/few\n", "")
    shutil.rmtree(tmp_path / "few")
    result = command("download", sets / "few", "--output-dir", tmp_path)
    assert result.stdout == f"{tmp_path}/few\n" and not re.search(r"\x1b|%", result.stderr)


# Objects


def documented():
    """The keys that the README names."""
    section = (ROOT / "README.md").read_text().split("`--progress json`", 1)[1].split("\n\n", 2)[1]
    return {key for row in section.splitlines()[2:] for key in re.findall(r"`(\w+)`", row.split("|")[1])}


def objects(text):
    found = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    for one in found:
        assert set(one) == documented(), one
    return found


def test_objects(sets, tmp_path):
    with slow(sets, "one") as host:
        result = command("download", f"{host.url}/one/", "--output-dir", tmp_path, "--progress", "json")
    assert result.stdout == f"{tmp_path}/one\n"
    found = objects(result.stderr)
    assert len(found) == result.stderr.count("{") and 4 <= len(found) <= 6
    assert [one["state"] for one in found] == ["running"] * (len(found) - 1) + ["ended"]
    sizes = [one["bytes"] for one in found]
    assert sizes == sorted(sizes) and len(set(sizes)) >= 3 and sizes[-1] == found[-1]["bytes_in_all"]
    assert found[2]["seconds_left"] > 0 and 20_000 <= found[2]["bytes_per_second"] <= 60_000
    last = found[-1]
    assert [last[key] for key in ("task", "chunks", "chunks_in_all", "images")] == ["downloading", 1, 1, 20]


def test_the_environment_chooses_too_and_a_flag_goes_before_it(sets, tmp_path):
    chosen = {**os.environ, "PIXCRAWLER_PROGRESS": "json"}
    result = command("download", sets / "few", "--output-dir", tmp_path / "a", env=chosen)
    assert objects(result.stderr)[-1]["state"] == "ended"
    result = command("download", sets / "few", "--output-dir", tmp_path / "b", "--no-progress", env=chosen)
    assert objects(result.stderr) == []


# Nothing comes


def test_a_stall_is_shown_as_a_stall(sets, tmp_path):
    """Three at once: a bar, lines off a terminal, and objects; each is left without a byte for eighteen seconds."""
    with FlakyHost(sets) as host:
        host.faults = {path: [("stall", 3000)] * 3 + [("stall",)] * 3 for path in chunks(sets, "one")}
        arguments = ["download", f"{host.url}/one/", "--timeout", "9", "--output-dir"]
        others = [
            subprocess.Popen([BINARY, *arguments, str(tmp_path / mode), "--progress", mode], text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE) for mode in ("auto", "json")]
        try:
            with terminal(*arguments, tmp_path / "bar") as child:
                child.expect(pexpect.EOF)
                lines, rest = painted(child.before)
            outputs = [other.communicate(timeout=60) for other in others]
        finally:
            for other in others:
                other.kill()
    assert rest.splitlines()[-1] == f"{tmp_path}/bar/one"
    stalled = [line for line in lines if "stalled" in line]
    pattern = r"Downloading  [█░]+  \d%  3.0 of [\d.]+ kB  stalled for 1[5-9] s, retry [12] of 2  0/1 chunks  0/20 images"
    assert len(stalled) > 5 and all(re.fullmatch(pattern, line) for line in stalled), stalled
    assert "retry 1 of 2" in stalled[0]
    (path, plain), (_, text) = outputs
    assert path == f"{tmp_path}/auto/one\n" and "\x1b" not in plain and "\r" not in plain
    first, last = [line for line in plain.splitlines() if line.startswith("Downloading: ")]
    assert re.fullmatch(r"Downloading: \d%, 3.0 of [\d.]+ kB, \d+ B/s, .*0/1 chunks, 0/20 images", first)
    assert re.fullmatch(r"Downloading: 100%, .* after 0:[12]\d, 1/1 chunks, 20/20 images", last)
    states = [one["state"] for one in objects(text)]
    assert states[-1] == "ended" and 2 <= states.count("stalled") <= 6 and len(states) >= 17
    assert [one["retry"] for one in objects(text) if one["state"] == "stalled"][0] == 1


def test_who_waits_for_another_says_so(sets, tmp_path):
    with slow(sets, "one") as host:
        first = subprocess.Popen(
            [BINARY, "download", f"{host.url}/one/", "--output-dir", str(tmp_path), "-q"], stdout=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 20
            while not any("chunks" in path for path in host.paths()):
                assert time.monotonic() < deadline
                time.sleep(0.02)
            with terminal("download", f"{host.url}/one/", "--output-dir", tmp_path, columns=60) as child:
                child.expect("another pixcrawler is downloading this dataset")
                child.expect(pexpect.EOF)
                child.wait()
            assert first.wait(timeout=20) == 0
        finally:
            first.kill()
    assert child.exitstatus == 0
    assert max(len(line) for line in child.before.split(CLEARING)[:-1]) < 60
