"""The logs before a declared loss, as far as the home keeps them: read once, since they never change.

Nothing here proves them: the reader's browser and an audit do. What cannot be read is as good as not kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.audit.entries import cut_bundle
from ledger.audit.keys import KeyReader
from ledger.books.sheets import SheetSealed
from ledger.books.village import LogFounded, LogRefounded
from ledger.canonical import parse_entry
from ledger.errors import NotFound, NotProven
from ledger.figures.texts import GONE
from ledger.log.checkpoint import parse_checkpoint
from ledger.log.commitments import digest_disclosure, open_disclosure
from ledger.log.note import parse_note, parse_note_verifier
from ledger.log.tiles import ENTRIES, TILE_WIDTH, Tile, count_tile_width
from ledger.ports import Ports
from ledger.sources import FileSource

_TELLING = (b'"kind":"log.', b'"kind":"key.rotated"', b'"kind":"sheet.sealed"')
"""What the bytes of an entry hold of which a page tells; the others need not be read to know what they are not."""


@dataclass(frozen=True)
class EarlierLog:
    """What is kept of one epoch.

    `founding`  the body of its entry 0
    `keys`      `<smallest size>:<verifier key>` of every key, ascending, as its own entries name them
    `reason`    why the log before it was lost; empty for the first epoch
    `seals`     `<number>:<index>` of every sealed sheet whose sealing is kept
    `size`      entries that are kept
    """

    founding: LogFounded
    keys: str
    reason: str
    seals: str
    size: int


class EarlierLogs:
    """The shelf: what was read of each (village, epoch), None where nothing usable is kept."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._read: dict[tuple[str, int], EarlierLog | None] = {}

    def find(self, village: str, epoch: int) -> EarlierLog | None:
        """Return what is kept of an epoch."""
        key = (village, epoch)
        if key not in self._read:
            try:
                self._read[key] = _read_log(self._open(village, epoch))
            except (NotFound, NotProven):
                self._read[key] = None
        return self._read[key]

    def get_entry(self, village: str, epoch: int, index: int) -> bytes:
        """Return the exact bytes of a kept entry; NotFound where there is none."""
        source = self._open(village, epoch)
        size = _read_size(source)
        number, place = divmod(index, TILE_WIDTH)
        entries = _read_bundle(source, number, size) if index < size else []
        if place >= len(entries):
            raise NotFound(f"第 {index} 条")
        return entries[place]

    def _open(self, village: str, epoch: int) -> FileSource:
        epochs = self._ports.epochs
        if epochs is None or epoch not in epochs.list_epochs(village):
            raise NotFound(f"第 {epoch} 册账")
        return FileSource(f"第 {epoch} 册账", lambda path: epochs.read_file(village, epoch, path))


def _read_log(source: FileSource) -> EarlierLog:
    size = _read_size(source)
    keys, seals, founding = KeyReader(), [], None
    for number in range(-(-size // TILE_WIDTH)):
        for index, data in enumerate(_read_bundle(source, number, size), number * TILE_WIDTH):
            if not any(mark in data for mark in _TELLING):
                continue
            entry = parse_entry(data)
            keys.take(index, entry)
            if index == 0 and isinstance(entry.body, LogFounded):
                founding = entry.body
            elif isinstance(entry.body, SheetSealed):
                seals.append(f"{entry.body.number}:{index}")
    if founding is None:
        raise NotFound("立账记录")
    history = keys.build_history(parse_note_verifier(source.verifier_key))
    return EarlierLog(
        founding=founding,
        keys=" ".join(f"{period.from_size}:{period.verifier_key}" for period in history),
        reason=_read_reason(source, founding),
        seals=" ".join(seals),
        size=size,
    )


def _read_size(source: FileSource) -> int:
    return parse_checkpoint(parse_note(source.read_checkpoint()).unproven_text).size


def _read_bundle(source: FileSource, number: int, size: int) -> list[bytes]:
    width = count_tile_width(ENTRIES, number, size)
    data = source.read_tile(Tile(ENTRIES, number, width))
    return [] if data is None else cut_bundle(data, width)


def _read_reason(source: FileSource, founding: LogFounded) -> str:
    if not isinstance(founding, LogRefounded):
        return ""
    digest = founding.reason.text
    found = next((text for text in source.list_texts(0) if digest_disclosure(text) == digest), None)
    return GONE if found is None else str(open_disclosure(found, digest)[1])
