"""The command line lists what there is, and loads nothing to list it."""

from __future__ import annotations

import subprocess
import sys

import pytest
import rich_click as click

from ledger.cli import HELP, load_command, root

HEAVY = ("sqlalchemy", "weasyprint", "litestar", "openpyxl", "pypdf")


def test_the_list_says_something_of_every_command_and_of_no_other() -> None:
    assert root.list_commands(click.Context(root)) == list(HELP)


@pytest.mark.parametrize("name", HELP)
def test_a_listed_command_loads_under_its_name(name: str) -> None:
    command = load_command(name)

    assert command is not None
    assert command.name == name
    assert command.help


def test_listing_the_commands_imports_neither_database_nor_renderer() -> None:
    script = (
        "import sys, ledger.cli\n"
        "ledger.cli.root.main(['--help'], standalone_mode=False)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"
