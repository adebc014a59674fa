"""A source's entries by index, cut out of its bundles exactly as they lie there."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from ledger.audit.findings import LogSource
from ledger.canonical import parse_entry
from ledger.entries import Entry
from ledger.errors import NotFound
from ledger.log.tiles import ENTRIES, TILE_WIDTH, Tile, count_tile_width

BUNDLES_KEPT = 16
"""Bundles held for those who look back: a month's vouchers lie in a few."""


class EntryReader:
    """The first `size` entries of `source`."""

    def __init__(self, source: LogSource, size: int) -> None:
        self._source = source
        self._size = size
        self._bundles: OrderedDict[int, list[bytes]] = OrderedDict()

    def iterate(self) -> Iterator[bytes]:
        """Yield every entry's bytes in order, empty ones where one alone is gone; ends where a bundle is cut short."""
        for number in range(-(-self._size // TILE_WIDTH)):
            entries = self._read_bundle(number)
            yield from entries
            if len(entries) < count_tile_width(ENTRIES, number, self._size):
                return

    def read_entry(self, index: int) -> Entry:
        """Return the entry at `index`; NotFound where there is none, NotProven where its bytes are no entry."""
        return parse_entry(self.get_bytes(index))

    def get_bytes(self, index: int) -> bytes:
        """Return the bytes at `index`; NotFound where there are none."""
        number, place = divmod(index, TILE_WIDTH)
        entries = self._read_bundle(number) if index >= 0 else []
        if place >= len(entries) or not entries[place]:
            raise NotFound(f"第 {index} 条")
        return entries[place]

    def _read_bundle(self, number: int) -> list[bytes]:
        if number in self._bundles:
            self._bundles.move_to_end(number)
            return self._bundles[number]
        width = count_tile_width(ENTRIES, number, self._size)
        data = self._source.read_tile(Tile(ENTRIES, number, width)) if width else None
        entries = [] if data is None else cut_bundle(data, width)
        self._bundles[number] = entries
        if len(self._bundles) > BUNDLES_KEPT:
            self._bundles.popitem(last=False)
        return entries


def cut_bundle(data: bytes, width: int) -> list[bytes]:
    """Return at most `width` entries out of a bundle of any bytes; the last is shorter where the end cuts it."""
    entries: list[bytes] = []
    place = 0
    while place < len(data) and len(entries) < width:
        start = place + 2
        place = start + int.from_bytes(data[place:start], "big")
        entries.append(data[start:place])
    return entries
