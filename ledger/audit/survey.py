"""A first look at a log: is every byte of it as it should be? It only says yes, or does not.

Most copies are sound, and to show that takes a fraction of what it takes to tell what is wrong with one. So this goes
through the log once, and at the first thing that does not fit, whatever it is, it ends. Then `leaves`, `chain`, `roots`
and `home` go through the log by their own rules and name what they find; they never take a no from here for a finding.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Iterator
from hashlib import sha256
from itertools import islice
from typing import NamedTuple

from ledger.audit.findings import HomeSource, LogSource, StoredEntry
from ledger.canonical import Written, find_written
from ledger.errors import NotProven
from ledger.limits import CLOCK_BEHIND_MAX_MS
from ledger.log.chain import ZERO_HASH
from ledger.log.checkpoint import Checkpoint
from ledger.log.hashing import Hash
from ledger.log.tiles import ENTRIES, TILE_WIDTH, MemoryTiles, Tile, count_tile_width, parse_bundle
from ledger.log.tree import compute_root

SEALED = "sheet.sealed"


class Survey(NamedTuple):
    """What a sound log's entries are: their leaves in order, the tree over them, the bytes of those that seal."""

    leaves: list[Hash]
    seals: list[bytes]
    tiles: MemoryTiles


def survey_log(source: LogSource, checkpoint: Checkpoint, now_ms: int) -> Survey | None:
    """Return what the entries are, or None unless all that their bytes can show is in order.

    That is: each bundle holds exactly its entries; each entry is canonical, of a known kind, in its place, of the same
    village, follows the one before and is neither earlier than it nor of the future; all of them together give the
    signed root; and in a home each column beside an entry's bytes is what the bytes give.
    """
    leaves: list[Hash] = []
    seals: list[bytes] = []
    leaf, village = ZERO_HASH, b""
    earliest, latest = 0, now_ms + CLOCK_BEHIND_MAX_MS
    for data, row in _iterate(source, checkpoint.size):
        entry = find_written(data)
        if (
            entry is None
            or entry.index != len(leaves)
            or entry.previous != b2a_base64(leaf, newline=False)
            or entry.village != (village or entry.village)
            or not earliest <= entry.recorded_at <= latest
        ):
            return None
        previous, leaf = leaf, sha256(b"\x00" + data).digest()
        if row is not None and not _has_columns(row, entry, previous, leaf):
            return None
        leaves.append(leaf)
        earliest, village = entry.recorded_at, entry.village
        if entry.kind == SEALED:
            seals.append(data)
    tiles = MemoryTiles(leaves)
    is_whole = len(leaves) == checkpoint.size and compute_root(tiles.frontier) == checkpoint.root
    return Survey(leaves, seals, tiles) if is_whole else None


def _has_columns(row: StoredEntry, entry: Written, previous: Hash, leaf: Hash) -> bool:
    return (
        row.leaf == leaf
        and row.claim == sha256(entry.claim).digest()
        and row.previous == previous
        and row.index == entry.index
        and row.recorded_at == entry.recorded_at
        and row.kind == entry.kind
    )


def _iterate(source: LogSource, size: int) -> Iterator[tuple[bytes, StoredEntry | None]]:
    """Yield the bytes of at most `size` entries, in a home with their rows; ends where a bundle is not whole."""
    if isinstance(source, HomeSource):
        for row in islice(source.iterate_stored(), size):
            yield row.data, row
        return
    for number in range(-(-size // TILE_WIDTH)):
        width = count_tile_width(ENTRIES, number, size)
        data = source.read_tile(Tile(ENTRIES, number, width))
        try:
            entries = parse_bundle(data or b"", width)
        except NotProven:
            return
        for entry in entries:
            yield entry, None
