"""The desk of a village: what a clerk and a supervisor type, each command answered as they read it."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner, Result

from ledger.cli import root
from ledger.errors import Refused
from web.demo.people import CLERK, NAME, SUPERVISOR, TELEPHONE, TOWNSHIP, VILLAGE


class Desk:
    """A home, its two people, and the command line."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.clerk = ""
        self.supervisor = ""

    @property
    def environment(self) -> dict[str, str]:
        """The log's key lies under a passphrase, as a village's should."""
        file = self.home.parent / "passphrase"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text("石榴河的水往东流\n", encoding="utf-8")
        return {"MINGBAI_HOME": str(self.home), "MINGBAI_PASSPHRASE_FILE": str(file)}

    def run(self, *words: str, status: int = 0) -> str:
        result: Result = CliRunner().invoke(root, list(words), env=self.environment)
        assert result.exit_code == status, (words, result.output, result.exception)
        return str(result.exception) if isinstance(result.exception, Refused) else result.output

    def found(self, *words: str) -> None:
        """Make the home and its village, and pass the village's description."""
        said = self.run(
            *("init", "--village", VILLAGE, "--name", NAME, "--township", TOWNSHIP),
            *("--telephone", TELEPHONE, "--clerk", CLERK, "--supervisor", SUPERVISOR, *words),
        )
        self.clerk, self.supervisor = re.findall(r"u-[a-z2-7]{10}", said)[:2]
        self.run("pass", "--all", "--checker", self.supervisor)

    def hand_in(self, kind: str, path: Path) -> None:
        """Dry run, apply, pass."""
        self.run("import", kind, str(path), "--maker", self.clerk)
        self.run("import", kind, str(path), "--maker", self.clerk, "--apply")
        self.run("pass", "--all", "--checker", self.supervisor)
