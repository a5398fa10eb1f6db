"""scripts/install, uninstall and package: what they place and remove, and that it works where it lies."""

import os
import pathlib
import re
import shutil
import stat
import subprocess

import pexpect
import pytest

from support import ROOT

LIMIT = 300  # seconds; the first run builds the tool that makes the man page
COMPLETIONS = {
    "bash": "share/bash-completion/completions/pixcrawler", "zsh": "share/zsh/site-functions/_pixcrawler",
    "fish": "share/fish/vendor_completions.d/pixcrawler.fish"}
MAN_PAGE = "share/man/man1/pixcrawler.1"


def run(*command, check=True, **options):
    return subprocess.run(
        [str(part) for part in command], check=check, capture_output=True, text=True, timeout=LIMIT, **options)


def scripted(name, *arguments, home, path="/usr/bin:/bin", check=True):
    """One of scripts/, of what is built already, by somebody whose home is `home`; what is packed is packed fast."""
    build = [] if name == "uninstall" else ["--no-build"]
    variables = {**os.environ, "HOME": str(home), "PATH": f"{path}:{os.environ['PATH']}",
                 "DPKG_DEB_COMPRESSOR_TYPE": "gzip", "DPKG_DEB_COMPRESSOR_LEVEL": "3"}
    return run(ROOT / "scripts" / name, *build, *arguments, env=variables, check=check)


def contents(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in pathlib.Path(folder).rglob("*")
        if path.is_file() and path.name != "installed"}


@pytest.fixture(scope="module", autouse=True)
def shared():
    """The man page is made beforehand: Swift, which builds the tool for it, keeps things in its user's home."""
    run(ROOT / "scripts/share")


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """A prefix that everything is installed into."""
    home = tmp_path_factory.mktemp("home")
    scripted("install", home / "prefix", home=home)
    return home / "prefix"


# Installing


def test_install_goes_to_the_home_and_says_so(tmp_path):
    said = scripted("install", home=tmp_path).stdout
    assert said.startswith("Installed pixcrawler ") and str(tmp_path / ".local") in said
    assert f"{tmp_path}/.local/bin is not on PATH" in said and said.count("\n") <= 5
    assert [path.name for path in tmp_path.iterdir()] == [".local"]
    assert scripted("uninstall", home=tmp_path).stdout.startswith(f"Removed pixcrawler from {tmp_path}/.local")
    assert list(tmp_path.iterdir()) == []


def test_what_is_installed_runs_where_it_lies(prefix):
    program = prefix / "bin/pixcrawler"
    assert run(program, "--version").stdout == run(ROOT / "build/bin/pixcrawler", "--version").stdout
    report = run(program, "doctor", "--python", ROOT / ".venv").stdout
    assert f"{prefix}/lib/pixcrawler/python/pixcrawler/__init__.abi3.so" in report
    assert str(ROOT / "build") not in report
    link = prefix.parent / "link"
    link.symlink_to(program)
    code = "import pixcrawler; print(pixcrawler.__file__)"
    assert run(link, "run", "--python", ROOT / ".venv", "-c", code).stdout.startswith(str(prefix))


def test_installing_again_replaces_without_a_gap(prefix):
    before = contents(prefix)
    program = (prefix / "bin/pixcrawler").stat()
    listed = (prefix / "lib/pixcrawler/installed").read_text()
    # What an earlier version had, and a file of somebody else's.
    gone, kept = prefix / "share/doc/pixcrawler/OLD", prefix / "share/doc/pixcrawler/NOTES"
    gone.write_text("old")
    kept.write_text("mine")
    (prefix / "lib/pixcrawler/installed").write_text(listed + "share/doc/pixcrawler/OLD\n")
    with open(prefix / "bin/pixcrawler", "rb") as old:
        scripted("install", prefix, home=prefix.parent, path=prefix / "bin")
        assert (prefix / "bin/pixcrawler").stat().st_ino != program.st_ino, "renamed, not written over"
        assert old.read() == before["bin/pixcrawler"]
    assert contents(prefix) == {**before, "share/doc/pixcrawler/NOTES": b"mine"}
    assert (prefix / "lib/pixcrawler/installed").read_text() == listed
    kept.unlink()


def test_the_path_is_looked_at(prefix):
    said = scripted("install", prefix, home=prefix.parent, path=prefix / "bin").stdout
    assert "Next: pixcrawler doctor" in said and "PATH" not in said
    other = prefix.parent / "other"
    other.mkdir()
    shutil.copy("/bin/true", other / "pixcrawler")
    said = scripted("install", prefix, home=prefix.parent, path=f"{other}:{prefix}/bin").stdout
    assert f"{other}/pixcrawler comes first on PATH" in said


def test_uninstall_removes_what_was_installed_and_nothing_else(tmp_path):
    place = tmp_path / "place"
    for file in ("bin/other", "share/man/man1/other.1"):
        (place / file).parent.mkdir(parents=True, exist_ok=True)
        (place / file).write_text("other")
    (place / "empty").mkdir()
    (place / "lib").mkdir()
    scripted("install", place, home=tmp_path)
    (place / "lib/pixcrawler/python/pixcrawler/__pycache__").mkdir()
    (place / "lib/pixcrawler/python/pixcrawler/__pycache__/_log.cpython-311.pyc").write_text("")
    scripted("install", place, home=tmp_path)
    scripted("uninstall", place, home=tmp_path)
    assert sorted(str(path.relative_to(place)) for path in place.rglob("*")) == [
        "bin", "bin/other", "empty", "lib", "share", "share/man", "share/man/man1", "share/man/man1/other.1"]
    again = scripted("uninstall", place, home=tmp_path, check=False)
    assert again.returncode == 1 and "holds no pixcrawler that scripts/install" in again.stderr


def test_a_file_of_somebody_else_is_in_the_way(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/pixcrawler").write_text("mine")
    result = scripted("install", tmp_path, home=tmp_path, check=False)
    assert result.returncode == 1 and f"{tmp_path}/bin/pixcrawler is there" in result.stderr
    assert contents(tmp_path) == {"bin/pixcrawler": b"mine"}


def test_a_damaged_list_removes_nothing_outside(tmp_path):
    place = tmp_path / "place"
    (place / "lib/pixcrawler").mkdir(parents=True)
    (tmp_path / "mine").write_text("mine")
    for path in ("../mine", f"{tmp_path}/mine", "lib/../../mine"):
        (place / "lib/pixcrawler/installed").write_text(f"{path}\n")
        result = scripted("uninstall", place, home=tmp_path, check=False)
        assert result.returncode == 1 and "damaged" in result.stderr, path
        assert (tmp_path / "mine").exists()


@pytest.mark.parametrize("name", ["install", "uninstall", "package"])
def test_wrong_usage(name, tmp_path):
    assert "usage: scripts/" in scripted(name, "--fast", home=tmp_path, check=False).stderr


# The man page and completions


def test_the_man_page(prefix):
    page = prefix / MAN_PAGE
    report = run("mandoc", "-T", "lint", "-W", "warning", page, check=False).stdout
    assert "ERROR" not in report and "UNSUPP" not in report, report
    text = run("col", "-bx", input=run("mandoc", "-T", "ascii", page).stdout).stdout
    helped = run(prefix / "bin/pixcrawler", "--help").stdout
    for name in ("download", "pack", "serve", "doctor", "info"):
        assert re.search(rf"^     {name}\b", text, re.MULTILINE) and f"  {name} " in helped, name
    for option in ("--progress", "--chunk-size", "--base-url"):
        assert option in text, option
    for flag, variable in {"--progress": "PIXCRAWLER_PROGRESS", "--display-name": "PIXCRAWLER_DISPLAY_NAME"}.items():
        assert re.search(rf"^     {variable}\n +{flag}$", text, re.MULTILINE), text[-3000:]
    statuses = " ".join(text.split("\nEXIT STATUS\n", 1)[1].split())
    assert statuses.startswith("0 fine, 1 anything else, 2 wrong usage") and "8 damaged data" in statuses


BASH = """
source /usr/share/bash-completion/bash_completion
source {completion}
COMP_LINE="{line}"; COMP_POINT=${{#COMP_LINE}}; COMP_TYPE=9; COMP_KEY=9
read -ra COMP_WORDS <<< "$COMP_LINE"
[ "${{COMP_LINE: -1}}" != " " ] || COMP_WORDS+=("")
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
function="$(complete -p pixcrawler | sed 's/.*-F \\([^ ]*\\) .*/\\1/')"
"$function" pixcrawler "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD - 1]}}"
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.mark.parametrize("line, wanted", [
    ("pixcrawler do", {"download", "doctor"}), ("pixcrawler pack --ch", {"--chunk-size"}),
    ("pixcrawler pack --progress ", {"auto", "bar", "plain", "json", "none"}), ("pixcrawler env ", {"link", "unlink"}),
])
def test_bash_completes(prefix, line, wanted):
    code = BASH.format(completion=prefix / COMPLETIONS["bash"], line=line)
    variables = {**os.environ, "PATH": f"{prefix}/bin:{os.environ['PATH']}"}
    found = run("bash", "--norc", "-c", code, env=variables).stdout.split()
    assert wanted <= {word.strip() for word in found}, found


def test_bash_finds_the_completion_by_itself(prefix):
    """A real shell, a prefix as ~/.local is one, and the tab key."""
    variables = {**os.environ, "XDG_DATA_HOME": str(prefix / "share"), "PATH": f"{prefix}/bin:{os.environ['PATH']}",
                 "PS1": "> ", "TERM": "dumb", "INPUTRC": "/dev/null"}
    shell = pexpect.spawn("bash", ["--norc", "--noprofile"], env=variables, encoding="utf-8", timeout=30)
    try:
        shell.sendline("source /usr/share/bash-completion/bash_completion; PS1='ready'\"> \"")
        shell.expect_exact("ready> ")
        shell.send("pixcrawler downl\t")
        shell.expect_exact("pixcrawler download ")
    finally:
        shell.close(force=True)


def test_zsh_and_fish_complete(prefix):
    variables = {**os.environ, "XDG_DATA_HOME": str(prefix / "share"), "PATH": f"{prefix}/bin:{os.environ['PATH']}",
                 "HOME": str(prefix.parent)}
    found = run("fish", "--private", "-c", "complete -C 'pixcrawler do'", env=variables).stdout
    assert {"download", "doctor"} <= {line.split("\t")[0] for line in found.splitlines()}
    run("zsh", "-n", prefix / COMPLETIONS["zsh"])
    code = f"fpath=({prefix}/share/zsh/site-functions $fpath); autoload -U compinit; compinit -D -u; print $_comps[pixcrawler]"
    assert run("zsh", "-f", "-c", code, env=variables).stdout == "_pixcrawler\n"


# The Debian package


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    home = tmp_path_factory.mktemp("package")
    said = scripted("package", home=home).stdout
    path = ROOT / said.split("\n")[0].removeprefix("Packed ")
    assert f"apt install ./{path.relative_to(ROOT)}" in said
    return path


def test_the_package_names_what_it_needs(package):
    def field(name):
        return run("dpkg-deb", "-f", package, name).stdout.strip()

    assert package.name == f"pixcrawler_{field('Version')}_{field('Architecture')}.deb"
    assert field("Version") == run(ROOT / "build/bin/pixcrawler", "--version").stdout.strip()
    needed = {part.split()[0] for part in field("Depends").split(", ")}
    assert {"libc6", "libcurl4", "libjpeg62-turbo", "libpng16-16", "libwebp7", "zlib1g"} <= needed
    assert not [name for name in needed if "python" in name], "any environment's Python does"
    recommended = field("Recommends").split(", ")
    assert recommended[:2] == ["python3", "python3-numpy"] and recommended[2].startswith("libpython3.")
    for name in needed | set(recommended):
        state = run("dpkg-query", "-W", "-f=${db:Status-Status}", name, check=False).stdout
        assert state.startswith("installed"), name


def test_lintian_finds_no_error(package):
    result = run("lintian", "--allow-root", "--tag-display-limit", "0", package, check=False)
    assert result.returncode == 0 and "E:" not in result.stdout, result.stdout


def test_the_package_installs_and_runs(package, tmp_path):
    root = tmp_path / "root"
    if os.getuid() == 0:
        (root / "var/lib/dpkg").mkdir(parents=True)
        (root / "var/lib/dpkg/status").touch()
        options = [f"--root={root}", "--force-depends", "--force-script-chrootless"]
        run("dpkg", *options, "--install", package)
        assert "ii  pixcrawler" in run("dpkg", f"--root={root}", "--list").stdout
    else:
        run("dpkg-deb", "-x", package, root)
    program = root / "usr/bin/pixcrawler"
    assert run(program, "--version").stdout == run(ROOT / "build/bin/pixcrawler", "--version").stdout
    assert f"{root}/usr/lib/pixcrawler" in run(program, "doctor", "--python", ROOT / ".venv").stdout
    for path in root.joinpath("usr").rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode in ((0o755,) if path.is_dir() else (0o644, 0o755)), path
    assert not list(root.rglob("__pycache__"))
    if os.getuid() == 0:
        run("dpkg", *options, "--purge", "pixcrawler")
        assert not root.joinpath("usr/bin").exists()
