"""`upkeep.json`: when this home was last backed up and read through, what that found, and how it came to be restored.

Trusted for advice alone: its loss makes the doctor ask for a backup, its forgery keeps the doctor and the township's
room silent.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from ledger.disk import write_durably
from ledger.ports import ScrubFound

FILE = "upkeep.json"


class BackupDone(msgspec.Struct, frozen=True, kw_only=True):
    """The last backup that was audited without a finding."""

    at_ms: int
    manifest: str  # SHA-256 of its manifest, hex
    target: str


class Scrubbed(msgspec.Struct, frozen=True, kw_only=True):
    """How far one village's entries were read through. `finished_ms` is that of the last whole pass that found
    nothing, 0 before one.
    """

    finished_ms: int
    found: int = 0  # by the last pass that came to its end
    found_so_far: int = 0  # by the pass that is under way
    frontier: bytes  # of the tree at `position`, as this pass computed it
    originals: int = 0  # that were found altered when files were read last
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
    shared: int = 0  # found in files and databases that all villages share, when they were read last


def read_upkeep(home: Path) -> Upkeep:
    """Return what is known; nothing is where there is no file, or one that says nothing.

    OSError where the disk would not give it: taken for nothing it would be written over, and with it that this home was
    restored in spite of doubts.
    """
    try:
        return msgspec.json.decode((home / FILE).read_bytes(), type=Upkeep)
    except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
        return Upkeep()


def read_scrub_found(home: Path, village: str) -> ScrubFound:
    """Return what the readings so far found of a village. A file that the disk does not give is one finding of what
    all villages share: that is what a reading looks for.
    """
    try:
        upkeep = read_upkeep(home)
    except OSError:
        return ScrubFound(found=0, shared=1)
    known = upkeep.scrubbed.get(village)
    # Until a pass came to its end without them, findings of the one before stand.
    found = max(known.found, known.found_so_far) + known.originals if known is not None else 0
    return ScrubFound(found=found, shared=upkeep.shared)


def write_upkeep(home: Path, upkeep: Upkeep) -> None:
    """Replace the file whole."""
    write_durably(home / FILE, msgspec.json.format(msgspec.json.encode(upkeep), indent=1) + b"\n")
