"""The set-up script: it hands on quietly when all is ready, and says what to do when something is missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house.sources import ROOT

Run = Callable[..., subprocess.CompletedProcess[str]]
COPIED = (
    "mingbai",
    "pyproject.toml",
    "requirements.txt",
    "requirements-test.txt",
    "requirements-browser.txt",
    "web/browser/deno.lock",
    "web/browser/fallback.js",
    "web/browser/package.json",
)
# Puts a package client where pip is told to: one that fetches into node_modules and bundles what a page loads.
CLIENT = r"""
while [ $# -gt 0 ] && [ "$1" != --target ]; do shift; done
[ $# -gt 0 ] || exit 0
command -p mkdir -p "$2/bin"
echo '#!/bin/sh' >"$2/bin/deno"
echo 'command -p mkdir -p node_modules; [ "$1" = ci ] || echo bundle >../static/fallback.js' >>"$2/bin/deno"
command -p chmod +x "$2/bin/deno"
"""
TOOLS = ["cat", "cksum", "cut", "date", "dirname", "grep", "mktemp", "readlink", "rm", "sh", "sleep", "tail"]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The script and its lists in a folder of their own, whose name holds a blank."""
    home = tmp_path / "a village"
    home.mkdir()
    (home / "web/browser").mkdir(parents=True)
    (home / "web/static").mkdir()
    for name in COPIED:
        shutil.copy2(ROOT / name, home / name)
    return home


@pytest.fixture
def run(copy: Path, tmp_path: Path) -> Run:
    """Run the copy with a path that holds only what every Debian has, and no home folder."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in TOOLS:
        (tools / name).symlink_to(shutil.which(name) or name)
    write_program(tools / "id", "echo 0")

    def run_script(*words: str, cwd: Path = copy) -> subprocess.CompletedProcess[str]:
        command = [str(copy / "mingbai"), *words]
        return subprocess.run(
            command, cwd=cwd, env={"PATH": str(tools)}, capture_output=True, text=True, check=False
        )

    return run_script


def write_program(path: Path, body: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


def write_environment(copy: Path, pip: str = CLIENT) -> None:
    write_program(copy / ".venv/bin/python", f'case "$*" in *--version*) exit 0;; esac\n{pip}')
    write_program(copy / ".venv/bin/mingbai", 'pwd\nfor word in "$@"; do echo "$word"; done')


def test_words_are_handed_on_as_they_are_in_the_folder_of_the_caller(
    copy: Path, run: Run, tmp_path: Path
) -> None:
    write_environment(copy)

    first = run("audit", "a sheet.pdf", "*", cwd=tmp_path)
    second = run("audit", "a sheet.pdf", "*", cwd=tmp_path)

    assert first.stdout.splitlines() == [os.path.realpath(tmp_path), "audit", "a sheet.pdf", "*"]
    assert "installing libraries" in first.stderr
    assert (second.stdout, second.stderr) == (first.stdout, "")


def test_a_changed_list_is_installed_again(copy: Path, run: Run) -> None:
    write_environment(copy)
    run("doctor")

    with (copy / "requirements.txt").open("a", encoding="utf-8") as lines:
        lines.write("# another pin\n")

    assert "installing libraries" in run("doctor").stderr


@pytest.mark.parametrize("name", ["requirements-browser.txt", "web/browser/deno.lock"])
def test_a_changed_list_of_browser_code_is_fetched_again(copy: Path, run: Run, name: str) -> None:
    write_environment(copy)
    assert "getting the verifier for old phones" in run("doctor").stderr

    with (copy / name).open("a", encoding="utf-8") as lines:
        lines.write("\n")

    assert "getting the verifier for old phones" in run("doctor").stderr
    assert (copy / "web/static/fallback.js").read_text(encoding="utf-8") == "bundle\n"
    assert run("doctor").stderr == ""


def test_browser_code_that_cannot_be_had_stops_no_run_and_leaves_no_old_copy(copy: Path, run: Run) -> None:
    write_environment(copy, pip='case "$*" in *--target*) exit 1;; esac')
    (copy / "web/static/fallback.js").write_text("of an older list", encoding="utf-8")

    result = run("doctor")

    assert result.returncode == 0
    assert result.stdout.splitlines()[-1] == "doctor"
    assert "Old phones will say that signatures were not checked" in result.stderr
    assert not (copy / "web/static/fallback.js").exists()


@pytest.mark.parametrize(
    ("printed", "answer"),
    [
        ("Temporary failure resolving 'a mirror'", "the package source cannot be reached"),
        ("E: Unable to locate package qpdf", "the source has no such package"),
        ("E: Could not get lock", "another program is installing"),
        ("No space left on device", "the disk is full"),
        ("anything else", "the package lists could not be read"),
    ],
)
def test_system_packages_that_cannot_be_had_are_answered_with_what_to_do(
    copy: Path, run: Run, tmp_path: Path, printed: str, answer: str
) -> None:
    write_program(tmp_path / "tools/apt-get", f'echo "{printed}"; exit 100')

    result = run("test")

    assert result.returncode == 2
    assert answer in result.stderr.splitlines()[-1]
    assert printed in result.stderr


def test_without_apt_the_missing_packages_are_named(run: Run) -> None:
    result = run("test")

    assert result.returncode == 2
    assert "chromium" in result.stderr.splitlines()[-1]


def test_without_rights_the_command_for_an_administrator_is_given(run: Run, tmp_path: Path) -> None:
    write_program(tmp_path / "tools/apt-get", "exit 0")
    write_program(tmp_path / "tools/id", "echo 1000")

    result = run("test")

    assert result.returncode == 2
    assert "apt-get install --no-install-recommends" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("printed", "answer"),
    [
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "it was refused"),
        ("NewConnectionError: Network is unreachable", "the package source cannot be reached"),
        (
            "SSLError: CERTIFICATE_VERIFY_FAILED certificate verify failed\nERROR: No matching distribution found",
            "the package source's certificate is not trusted",
        ),
        ("ERROR: No matching distribution found for litestar", "the source has no such package"),
    ],
)
def test_libraries_that_cannot_be_had_leave_nothing_that_looks_ready(
    copy: Path, run: Run, printed: str, answer: str
) -> None:
    write_environment(copy, pip=f'echo "{printed}"; exit 1')

    result = run("demo")

    assert result.returncode == 2
    assert answer in result.stderr
    assert not (copy / ".venv/.ready").exists()


# What `apt-get install` leaves, as far as the script asks for it again: a Python whose pip notes what it was told.
APT = """
echo "$*" >>"$LOG"
[ "$1" = install ] || exit 0
command -p cat >"$TOOLS/python3" <<'PYTHON'
#!/bin/sh
case "$*" in
    "-c "*) exit 0 ;;
    *"-m venv"*)
        for folder in "$@"; do :; done
        command -p mkdir -p "$folder/bin"
        command -p cp "$0" "$folder/bin/python"
        printf '#!/bin/sh\necho "ready: $*"\n' >"$folder/bin/mingbai"
        command -p chmod +x "$folder/bin/mingbai"
        ;;
    *--target*) exit 1 ;;
    *) echo "$*" >>"$LOG" ;;
esac
PYTHON
command -p chmod +x "$TOOLS/python3"
"""


@pytest.fixture
def bare(copy: Path, tmp_path: Path, run: Run) -> Run:
    """The same on a machine that has no Python: whatever stands where the script looks is this test's own."""
    script = copy / "mingbai"
    text = script.read_text(encoding="utf-8")
    for name in ("/sbin/ldconfig", "/etc/ssl/certs/ca-certificates.crt", "/usr/share/fonts/opentype"):
        assert name in text
        text = text.replace(name, f"{tmp_path}/nowhere{name}")
    script.write_text(text, encoding="utf-8")
    (tmp_path / "tools/env").symlink_to(shutil.which("env") or "env")

    def run_bare(*words: str) -> subprocess.CompletedProcess[str]:
        paths = {
            "PATH": str(tmp_path / "tools"),
            "TOOLS": str(tmp_path / "tools"),
            "LOG": str(tmp_path / "log"),
        }
        return subprocess.run(
            [str(script), *words], cwd=copy, env=paths, capture_output=True, text=True, check=False
        )

    return run_bare


def list_steps(result: subprocess.CompletedProcess[str]) -> list[str]:
    """Return the steps that were shown, each with how it ended, in English."""
    shown = [line for line in result.stderr.splitlines() if line.startswith("明白账 ") and " / " in line]
    return [re.sub(r" [0-9]+ s$", "", line.split(" / ", 1)[1]) for line in shown]


def require_both(result: subprocess.CompletedProcess[str], chinese: str, english: str) -> None:
    """The last two lines say what to do, in Chinese and in English, and the status that nothing was set up."""
    assert result.returncode == 2
    assert result.stdout == ""
    first, second = result.stderr.splitlines()[-2:]
    assert first == f"明白账没有装好：{chinese}"
    assert second == f"mingbai is not set up: {english}"


def test_what_is_missing_is_installed_by_root_step_by_step(bare: Run, tmp_path: Path) -> None:
    write_program(tmp_path / "tools/apt-get", APT)

    first, second = bare("doctor"), bare("doctor")

    assert (first.returncode, first.stdout) == (0, "ready: doctor\n")
    needed, *steps = list_steps(first)
    assert needed == (
        "system packages needed: python3 python3-venv ca-certificates libpango-1.0-0 libpangoft2-1.0-0"
        " libharfbuzz-subset0 fonts-noto-cjk fontconfig"
    )
    assert steps == [
        "reading the package lists ✓",
        "installing them (fonts are large) ✓",
        "making the environment ✓",
        "installing libraries, each checked against its hash ✓",
        "installing mingbai ✓",
        "getting the verifier for old phones, checked against its hash ✗",
    ]
    told = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert told[0] == "update -q"
    assert told[1].startswith("install -y -q --no-install-recommends python3 ")
    assert "--require-hashes" in told[2]
    assert "making the environment" not in second.stderr, "what is there is made once"


def test_packages_that_apt_does_not_give_end_the_set_up_in_both_languages(bare: Run, tmp_path: Path) -> None:
    write_program(
        tmp_path / "tools/apt-get", '[ "$1" = update ] || { echo "E: dpkg was interrupted"; exit 100; }'
    )

    result = bare("demo")

    missing = "python3 python3-venv ca-certificates libpango-1.0-0 libpangoft2-1.0-0"
    missing += " libharfbuzz-subset0 fonts-noto-cjk fontconfig"
    require_both(result, f"安装系统软件失败：{missing}", f"these could not be installed: {missing}")
    assert list_steps(result)[1:] == ["reading the package lists ✓", "installing them (fonts are large) ✗"]
    assert "E: dpkg was interrupted" in result.stderr


def test_no_network_for_the_libraries_says_so_in_both_languages(bare: Run, tmp_path: Path) -> None:
    refusal = '*) echo "NewConnectionError: Temporary failure in name resolution"; exit 1 ;;'
    write_program(tmp_path / "tools/apt-get", APT.replace('*) echo "$*" >>"$LOG" ;;', refusal))

    result = bare("demo")

    require_both(
        result,
        "连不上软件源。请检查网络或代理，再运行一次；已装好的不会重装。",
        "the package source cannot be reached. Check the network or proxy and run this again; what is done is kept.",
    )
    assert list_steps(result)[-1] == "installing libraries, each checked against its hash ✗"


def test_an_apt_that_brings_no_python_is_told_in_both_languages(bare: Run, tmp_path: Path) -> None:
    write_program(tmp_path / "tools/apt-get", "exit 0")

    require_both(
        bare("demo"),
        "找不到 Python 3.11 至 3.14（含 venv）。",
        "Python 3.11 to 3.14 with venv was not found.",
    )


def test_a_python_that_is_too_old_is_none(bare: Run, tmp_path: Path) -> None:
    write_program(tmp_path / "tools/apt-get", "exit 0")
    write_program(tmp_path / "tools/python3", "exit 1")

    assert "was not found" in bare("demo").stderr.splitlines()[-1]


def test_an_environment_that_cannot_be_made_is_told_in_both_languages(
    bare: Run, copy: Path, tmp_path: Path
) -> None:
    write_program(tmp_path / "tools/apt-get", "exit 0")
    write_program(tmp_path / "tools/python3", '[ "$1" = -c ]')

    require_both(
        bare("demo"),
        f"无法在 {copy}/.venv 建立运行环境。",
        f"the environment could not be made in {copy}/.venv.",
    )


@pytest.mark.parametrize(
    ("sudo", "chinese", "english"),
    [
        (
            None,
            "请先由管理员运行：apt-get install --no-install-recommends ",
            "first let an administrator run: apt-get ",
        ),
        (
            "exit 1",
            "安装系统软件需要管理员密码。",
            "installing system packages needs the administrator's password.",
        ),
    ],
)
def test_who_is_not_root_is_told_what_an_administrator_must_do(
    bare: Run, tmp_path: Path, sudo: str | None, chinese: str, english: str
) -> None:
    write_program(tmp_path / "tools/apt-get", "exit 0")
    write_program(tmp_path / "tools/id", "echo 1000")
    if sudo is not None:
        write_program(tmp_path / "tools/sudo", sudo)

    result = bare("demo")

    assert (result.returncode, result.stdout) == (2, "")
    first, second = result.stderr.splitlines()[-2:]
    assert first.startswith(f"明白账没有装好：{chinese}")
    assert second.startswith(f"mingbai is not set up: {english}")


def test_who_may_use_sudo_has_it_done(bare: Run, tmp_path: Path) -> None:
    write_program(tmp_path / "tools/apt-get", APT)
    write_program(tmp_path / "tools/id", "echo 1000")
    write_program(tmp_path / "tools/sudo", '[ "$1" = -v ] || exec "$@"')

    result = bare("doctor")

    assert (result.returncode, result.stdout) == (0, "ready: doctor\n")
    assert "installing them (fonts are large) ✓" in list_steps(result)
