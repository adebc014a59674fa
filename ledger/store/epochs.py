"""What is kept of a village's earlier logs: exports that a declared loss laid aside, `epochs/<village>/e<n>/`.

Readers only: nothing here ever writes below that folder again. What the files are worth an audit says.
"""

from __future__ import annotations

import re
from pathlib import Path

from ledger.errors import NotProven
from ledger.limits import SOURCE_FILE_MAX_BYTES

FOLDER = "epochs"
_NAME = re.compile(r"e([1-9][0-9]{0,2})", re.ASCII)
_PATH = re.compile(r"(?![.])[A-Za-z0-9._-]{1,100}(/(?![.])[A-Za-z0-9._-]{1,100}){0,7}", re.ASCII)
"""No step up, no hidden name: what is being written begins with a dot."""


class FileEpochs:
    """See `ledger.ports.Epochs`, over the home's folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def list_epochs(self, village: str) -> list[int]:
        # Not by a pattern: a folder that the disk would not read would then have nothing in it.
        try:
            names = [path.name for path in (self._folder / village).iterdir() if path.is_dir()]
        except FileNotFoundError:
            return []
        return sorted(int(match[1]) for match in map(_NAME.fullmatch, names) if match)

    def read_file(self, village: str, epoch: int, path: str) -> bytes | None:
        target = self._folder / village / f"e{epoch}" / path
        if not _PATH.fullmatch(path) or not target.is_file():
            return None
        if target.stat().st_size > SOURCE_FILE_MAX_BYTES:
            raise NotProven(f"{path} 超过 {SOURCE_FILE_MAX_BYTES} 字节", code="source-file-size")
        return target.read_bytes()
