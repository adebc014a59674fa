"""`upkeep.json`: when this home was last backed up and read through, and how it came to be restored.

Trusted for advice alone: its loss makes the doctor ask for a backup, its forgery keeps the doctor silent.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from ledger.disk import write_durably

FILE = "upkeep.json"


class BackupDone(msgspec.Struct, frozen=True, kw_only=True):
    """The last backup that was audited without a finding."""

    at_ms: int
    manifest: str  # SHA-256 of its manifest, hex
    target: str


class Scrubbed(msgspec.Struct, frozen=True, kw_only=True):
    """How far one village's entries were read through. `finished_ms` is that of the last whole pass, 0 before one."""

    finished_ms: int
    frontier: bytes  # of the tree at `position`, as this pass computed it
    position: int  # the next entry; 0 begins a pass


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """How this home came out of a backup. `accepted` are the doubts that somebody went on in spite of."""

    accepted: tuple[str, ...]
    at_ms: int
    backup_ms: int
    manifest: str


class KeysCopied(msgspec.Struct, frozen=True, kw_only=True):
    """The last copy of the vault's keys: `digest` tells which keys there were then."""

    at_ms: int
    digest: str
    target: str


class Upkeep(msgspec.Struct, frozen=True, kw_only=True):
    """All of it; empty in a new home."""

    backup: BackupDone | None = None
    keys_copied: KeysCopied | None = None
    restored: Restored | None = None
    scrubbed: dict[str, Scrubbed] = {}


def read_upkeep(home: Path) -> Upkeep:
    """Return what is known; nothing is where there is no file, or one that says nothing.

    OSError where the disk would not give it: taken for nothing it would be written over, and with it that this home was
    restored in spite of doubts.
    """
    try:
        return msgspec.json.decode((home / FILE).read_bytes(), type=Upkeep)
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return Upkeep()


def write_upkeep(home: Path, upkeep: Upkeep) -> None:
    """Replace the file whole."""
    write_durably(home / FILE, msgspec.json.format(msgspec.json.encode(upkeep), indent=1) + b"\n")
