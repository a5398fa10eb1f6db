"""Keys: where they are stored, which one counts, what is shown of them, and that they are shown nowhere else."""

import json
import os
import pathlib
import signal
import subprocess

import pexpect
import pytest

from flaky_host import FlakyHost
from support import BINARY, KEY, command, script

#: What no output and no file but the one of credentials may hold.
SECRETS = {name: f"s3cr3t-{name}-{number:04}" for number, name in enumerate(("flag", "stdin", "env", "older", "file"))}
VARIABLES = {"env": "PIXCRAWLER_API_KEY", "older": "PIXCRAWLER_SERVICE_KEY"}


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of its own, without keys."""
    for name in (*VARIABLES.values(), "PIXCRAWLER_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


@pytest.fixture
def credentials(home):
    return home / "config/pixcrawler/credentials.json"


def login(key, *arguments, **options):
    return command("login", *arguments, input=f"{key}\n", **options)


def status(*arguments, check=True, **options):
    return json.loads(command("auth", "status", "--json", *arguments, check=check, **options).stdout)


def job_service(folder):
    """A service of one job that answers whoever asks."""
    jobs = folder / "api/v1/jobs"
    jobs.mkdir(parents=True)
    (jobs / "job").write_text('{"id": "job", "num_images": 3, "chunks": []}')
    return FlakyHost(folder)


# Which key counts


@pytest.mark.parametrize("given", ["flag", "stdin", "env", "older", "file", None])
def test_the_first_place_with_a_key_counts(home, credentials, given):
    """Every place after the one that counts has another key."""
    order = ["flag", "env", "older", "file"]
    places = order[order.index("flag" if given == "stdin" else given) :] if given else []
    with job_service(home / "service") as service:
        address = ["--base-url", service.url]
        if "file" in places:
            login(SECRETS["file"], *address)
        environment = {**os.environ, **{VARIABLES[name]: SECRETS[name] for name in places if name in VARIABLES}}
        words = ["--api-key", "-" if given == "stdin" else SECRETS["flag"]] if "flag" in places else []
        options = {"input": SECRETS["stdin"] + "\n"} if given == "stdin" else {}
        result = command("info", "job", *address, *words, "--verbose", env=environment, **options)
        assert "Images: 3" in result.stdout
        sent = [headers.get("Authorization") for _, _, headers in service.requests]
        assert sent == [f"Bearer {SECRETS[given]}" if given else None]
        shown = status(*address, *words, env=environment, check=bool(given), **options)
        source = {"flag": "--api-key", "stdin": "--api-key", "file": str(credentials), **VARIABLES}.get(given)
        hint = "…" + SECRETS[given][-4:] if given else None
        assert shown == {
            "service": service.url, "source": source, "hint": hint, "file": str(credentials), "problem": None,
            "accepted": None}
        texts = [result.stdout, result.stderr, json.dumps(shown)]
    texts += [path.read_text() for path in home.rglob("*") if path.is_file() and path != credentials]
    assert not [secret for secret in SECRETS.values() for text in texts if secret in text]


def test_scripts_and_doctor_know_the_stored_key(home, credentials, server):
    login(KEY, "--base-url", server.url)
    code = "import pixcrawler, sys; print(len(pixcrawler.load_dataset('photos', base_url=sys.argv[1])))"
    assert script(code, server.url) == "120\n"
    login(SECRETS["file"])
    diagnosis = command("doctor", check=False).stdout
    assert f"from {credentials}" in diagnosis and SECRETS["file"] not in diagnosis
    assert json.loads(command("doctor", "--json", check=False).stdout)["api_key"] == {"source": str(credentials)}


def test_a_key_is_sent_to_its_own_service_only(home):
    with job_service(home / "one") as one, job_service(home / "two") as two:
        login(SECRETS["file"], "--base-url", one.url)
        for service in (one, two):
            command("info", "job", "--base-url", service.url)
        assert one.requests[0][2]["Authorization"] == f"Bearer {SECRETS['file']}"
        assert "Authorization" not in two.requests[0][2]


def test_a_download_keeps_neither_the_key_nor_signed_links(home, server, tmp_path, monkeypatch):
    login(KEY, "--base-url", server.url)
    monkeypatch.setenv("PIXCRAWLER_OUTPUT_DIR", str(tmp_path / "out"))
    result = command("download", "photos", "--base-url", server.url, "--format", "zip", "--verbose")
    assert result.stdout == f"{tmp_path}/out/photos\n" and "/chunk_0000.zip → 200, " in result.stderr
    texts = [result.stderr.encode(), *(path.read_bytes() for path in tmp_path.glob("out/**/*") if path.is_file())]
    assert len(texts) > 4
    assert not [text for text in texts if KEY.encode() in text or b"signature=" in text]


# Without a key, or with a wrong one


def test_without_a_key_every_place_is_named(home, credentials, server):
    places = ["--api-key", *VARIABLES.values()]
    for words in (["info", "photos"], ["list"]):
        result = command(*words, "--base-url", server.url, check=False)
        assert (result.returncode, result.stdout) == (4, "")
        assert all(place in result.stderr for place in places)
        assert f"there is no {credentials}" in result.stderr
        assert f"pixcrawler login --base-url {server.url}" in result.stderr
    login("other", "--base-url", "http://127.0.0.1:1")
    result = command("list", "--base-url", server.url, check=False)
    assert f"{credentials} has no key for {server.url}" in result.stderr
    result = command("auth", "status", "--base-url", server.url, check=False)
    assert result.returncode == 4 and "Key: none\n" in result.stdout


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_file_that_others_can_read_is_not_used(home, credentials, server, mode):
    login(KEY, "--base-url", server.url)
    credentials.chmod(mode)
    advice = f"chmod 600 {credentials}"
    result = command("list", "--base-url", server.url, check=False)
    assert result.returncode == 4 and advice in result.stderr and KEY not in result.stderr
    result = command("auth", "status", "--base-url", server.url, check=False)
    assert result.returncode == 4 and advice in result.stdout
    result = login(KEY, "--base-url", server.url, check=False)
    assert result.returncode == 1 and advice in result.stderr
    subprocess.run(advice, shell=True, check=True)
    assert command("list", "-q", "--base-url", server.url).stdout == "photos\n"


def test_a_file_that_cannot_be_read(home, credentials, server):
    credentials.mkdir(parents=True)
    result = command("list", "--base-url", server.url, check=False)
    assert result.returncode == 4 and f"{credentials} cannot be read: it is no file" in result.stderr
    credentials.rmdir()
    credentials.write_text("{")
    credentials.chmod(0o600)
    result = command("list", "--base-url", server.url, check=False)
    assert result.returncode == 4 and "pixcrawler logout removes it" in result.stderr
    command("logout", "--base-url", server.url)
    assert not credentials.exists()


def test_a_key_that_is_no_longer_taken(home, server):
    login(SECRETS["file"], "--base-url", server.url)
    for words in (["info", "photos"], ["list"], ["auth", "status", "--check"]):
        result = command(*words, "--base-url", server.url, check=False)
        assert result.returncode == 4 and "HTTP 401" in result.stderr and "pixcrawler login" in result.stderr
        assert SECRETS["file"] not in result.stdout + result.stderr
    assert status("--check", "--base-url", server.url, check=False)["accepted"] is False
    login(KEY, "--base-url", server.url)
    assert status("--check", "--base-url", server.url)["accepted"] is True


@pytest.mark.parametrize("key, hint", [("abc", "…"), ("abcdefgh", "…gh"), ("abcdefghijkl", "…ijkl")])
def test_a_short_key_is_never_shown_whole(home, key, hint):
    login(key)
    assert status()["hint"] == hint


# login and logout


def test_what_is_stored_is_its_owners_alone(home, credentials):
    result = login(SECRETS["file"], umask=0)
    assert result.stdout == f"Stored the key for https://api.pixcrawler.com in {credentials}\n"
    assert credentials.stat().st_mode & 0o777 == 0o600 and credentials.parent.stat().st_mode & 0o777 == 0o700
    login("another", "--base-url", "http://127.0.0.1:8000/api/v1")
    assert json.loads(credentials.read_text())["keys"] == {
        "https://api.pixcrawler.com": SECRETS["file"], "http://127.0.0.1:8000": "another"}
    assert os.listdir(credentials.parent) == ["credentials.json"]
    assert command("logout").stdout.startswith("Removed the key for https://api.pixcrawler.com from ")
    assert command("logout").stdout.startswith("There was no key for https://api.pixcrawler.com in ")
    command("logout", "--base-url", "http://127.0.0.1:8000")
    assert os.listdir(credentials.parent) == []


@pytest.mark.parametrize("key", ["", "two words", "sé", "a\x07b"])
def test_what_no_header_can_carry_is_not_stored(home, credentials, key):
    result = login(key, check=False)
    assert (result.returncode, result.stdout) == (1, "") and result.stderr.count("\n") == 1
    assert not credentials.exists() and (not key or key not in result.stderr)


def test_only_the_first_line_is_the_key(home, credentials):
    command("login", input=" key-1\r\nrest")
    assert json.loads(credentials.read_text())["keys"] == {"https://api.pixcrawler.com": "key-1"}
    result = command("login", input="x" * 100_000)
    assert len(json.loads(credentials.read_text())["keys"]["https://api.pixcrawler.com"]) == 8192 and result.stderr == ""


def test_a_place_where_nothing_can_be_written(tmp_path, home, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    result = login(KEY, check=False)
    assert (result.returncode, result.stdout) == (1, "")
    assert f"{tmp_path}/file/pixcrawler/credentials.json cannot be written: Not a directory" in result.stderr
    assert "PIXCRAWLER_API_KEY" in result.stderr and KEY not in result.stderr


def test_a_variable_that_goes_before_the_stored_key_is_named(home, monkeypatch):
    monkeypatch.setenv("PIXCRAWLER_API_KEY", "x")
    assert "PIXCRAWLER_API_KEY is set and goes before the stored key" in login(KEY).stderr


# At a terminal


def terminal(*arguments, **options):
    return pexpect.spawn(BINARY, [*map(str, arguments)], encoding="utf-8", timeout=30, dimensions=(24, 200), **options)


def test_the_prompt_shows_nothing_that_is_typed(home, credentials):
    child = terminal("login")
    child.expect_exact("API key for https://api.pixcrawler.com: ")
    assert child.waitnoecho(timeout=10)
    child.sendline(SECRETS["file"])
    child.expect_exact("Stored the key")
    child.expect(pexpect.EOF)
    assert SECRETS["file"] not in child.before and child.wait() == 0
    assert SECRETS["file"] in credentials.read_text()


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, "^C", "^D^C"])
def test_a_prompt_that_is_left_leaves_the_terminal_as_it_was(home, credentials, ending):
    """A shell holds the terminal, and says afterwards whether it shows what is typed."""
    shell = pexpect.spawn("/bin/sh", ["-c", f"trap : INT; {BINARY} login; echo ended $?; stty -a; read wait"],
                          encoding="utf-8", timeout=30, dimensions=(24, 200))
    shell.expect_exact("API key for ")
    assert shell.waitnoecho(timeout=10)
    if ending in ("^C", "^D^C"):
        if ending == "^D^C":
            shell.send("key\x04")  # what was typed is read, and no line has ended
        shell.sendintr()
    else:
        children = pathlib.Path(f"/proc/{shell.pid}/task/{shell.pid}/children").read_text().split()
        os.kill(int(children[0]), ending)
    number = signal.SIGINT if isinstance(ending, str) else ending
    shell.expect_exact(f"ended {128 + number}")
    shell.expect(r"[ ;](-?echo)[ ;]")
    assert shell.match[1] == "echo"
    shell.close(force=True)
    assert not credentials.exists()


def test_ctrl_c_at_the_prompt_of_a_download_ends_it(home, tmp_path):
    child = terminal("download", "job", "--base-url", "http://127.0.0.1:1", "--api-key", "-", cwd=str(tmp_path))
    child.expect_exact("API key: ")
    assert child.waitnoecho(timeout=10)
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.signalstatus == signal.SIGINT and not (tmp_path / "datasets").exists()


def test_a_prompt_that_was_stopped_goes_on(home, credentials):
    shell = pexpect.spawn("/bin/bash", ["-c", f"set -m; {BINARY} login; stty -a; fg; stty -a"], encoding="utf-8",
                          timeout=30, dimensions=(24, 200))
    shell.expect_exact("API key for ")
    assert shell.waitnoecho(timeout=10)
    shell.send("\x1a")
    shell.expect(r"[ ;](-?echo)[ ;]")
    assert shell.match[1] == "echo"
    shell.expect_exact("API key for ")
    assert shell.waitnoecho(timeout=10)
    shell.sendline("key-1")
    shell.expect_exact("Stored the key")
    shell.expect(r"[ ;](-?echo)[ ;]")
    assert shell.match[1] == "echo"
    shell.close(force=True)


def test_a_key_on_the_command_line_is_told_of_once_and_on_a_terminal_only(home, server):
    words = ["list", "-q", "--base-url", server.url]
    child = terminal(*words, "--api-key", KEY)
    child.expect(pexpect.EOF)
    assert child.before.count("other users of this machine can see --api-key") == 1 and KEY not in child.before
    assert command(*words, "--api-key", KEY).stderr == ""
    child = terminal(*words, env={**os.environ, "PIXCRAWLER_API_KEY": KEY})
    child.expect(pexpect.EOF)
    assert child.before == "photos\r\n"
    child = terminal(*words, "--api-key", "-")
    child.expect_exact("API key: ")
    assert child.waitnoecho(timeout=10)
    child.sendline(KEY)
    child.expect_exact("photos\r\n")
    child.expect(pexpect.EOF)


def test_a_key_from_standard_input_is_in_no_list_of_processes(home, packed):
    process = subprocess.Popen(
        [BINARY, "serve", packed, "--port", "0", "--api-key", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True)
    process.stdin.write(SECRETS["stdin"] + "\n")
    process.stdin.flush()
    assert process.stdout.readline().endswith("(key required)\n")
    shown = subprocess.run(["ps", "axwwe", "-o", "args"], capture_output=True, text=True, check=True).stdout
    assert "serve" in shown and SECRETS["stdin"] not in shown
    process.terminate()
    process.communicate(timeout=20)
