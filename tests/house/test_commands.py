"""The command line as it is installed: every command that the packages announce is there and explains itself."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import click
import pytest

ANNOUNCED = sorted(point.name for point in entry_points(group="mingbai.commands"))


def test_paper_pages_and_the_demo_announce_their_commands() -> None:
    assert {"demo", "seal", "serve", "sheet"} <= set(ANNOUNCED)


@pytest.mark.parametrize("name", ANNOUNCED)
def test_an_announced_command_can_be_loaded_and_says_what_it_does(name: str) -> None:
    (point,) = entry_points(group="mingbai.commands", name=name)

    command = point.load()

    assert isinstance(command, click.Command)
    assert command.help


def test_the_installed_command_lists_its_commands() -> None:
    program = Path(sys.executable).with_name("mingbai")

    result = subprocess.run([program, "--help"], capture_output=True, text=True, check=True)

    assert all(name in result.stdout for name in [*ANNOUNCED, "audit", "doctor", "export", "import", "init"])
