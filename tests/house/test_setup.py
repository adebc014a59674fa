"""The set-up script: it hands on quietly when all is ready, and says what to do when something is missing."""

from __future__ import annotations

import os
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
