"""`heads.txt`: signed checkpoints as a text, so that a backup says by itself how long the log was.

    == 379900001201 ==
    mingbai/4ymkp2c7aw3q5xhd
    18
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — mingbai/4ymkp2c7aw3q5xhd wC16m+Ui…
    == 379900001201 ==
    …

Each note stands verbatim. A backup keeps the newest and those of the sealed sheets: evidence to compare with, never
heads to go on from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from ledger.errors import NotProven
from ledger.log.checkpoint import parse_checkpoint
from ledger.log.note import parse_note
from ledger.ports import Head

_TITLE = re.compile(rb"== ([0-9]{12}) ==\n")


class NotedHeads:
    """See `ledger.ports.Heads`, over what a `heads.txt` holds; it takes no new ones."""

    def __init__(self, noted: dict[str, list[Head]]) -> None:
        self._noted = noted

    def list_villages(self) -> list[str]:
        return sorted(self._noted)

    def read_version(self) -> None:
        return None

    def find_newest(self, village: str) -> Head | None:
        heads = self._noted.get(village)
        return heads[-1] if heads else None

    def find_at(self, village: str, size: int) -> Head | None:
        return next((head for head in self._noted.get(village, []) if head.size == size), None)

    def find_first(self, village: str, size: int) -> Head | None:
        return next((head for head in self._noted.get(village, []) if head.size >= size), None)

    def list_before(self, village: str, size: int, count: int) -> list[Head]:
        smaller = [head for head in self._noted.get(village, []) if head.size < size]
        return smaller[::-1][:count]

    def iterate(self, village: str) -> Iterator[Head]:
        yield from self._noted.get(village, [])

    def advance(self, village: str, head: Head) -> None:
        raise msgspec.ValidationError(f"nothing is signed over a copy: {village} {head.size}")


def format_heads(heads: Sequence[tuple[str, Head]]) -> bytes:
    """Return the text of (village, head) pairs."""
    return b"".join(f"== {village} ==\n".encode() + head.note for village, head in heads)


def parse_heads(data: bytes) -> dict[str, list[Head]]:
    """Return the heads of each village, smallest first; NotProven for a text that holds no checkpoints.

    Nothing is proven about who signed them.
    """
    head, *parts = _TITLE.split(data)
    if head:
        raise NotProven("heads.txt 应从「== 村代码 ==」开始", code="heads-form")
    noted: dict[str, list[Head]] = {}
    for village, note in zip(parts[::2], parts[1::2], strict=True):
        noted.setdefault(village.decode(), []).append(read_head(note))
    return {village: sorted(heads, key=lambda head: head.size) for village, heads in noted.items()}


def read_head(note: bytes) -> Head:
    """Return a note as a head, of which nothing is proven; NotProven where it is no checkpoint."""
    checkpoint = parse_checkpoint(parse_note(note).unproven_text)
    return Head(note=note, root=checkpoint.root, size=checkpoint.size)
