"""Which bytes are not those that were signed: the leaves under the signed root, found again.

Three things speak of an entry's bytes: the bytes themselves, the leaf hash in the tiles, and `previous` in the next
entry. Whichever of them gives the signed root is what was signed; every entry whose bytes say otherwise was altered
later. Where none does, the checkpoint is of another history.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from ledger.audit.entries import EntryReader
from ledger.audit.findings import LogSource
from ledger.audit.survey import survey_log
from ledger.limits import HASH_BYTES
from ledger.log.checkpoint import Checkpoint
from ledger.log.hashing import Hash, hash_leaf
from ledger.log.tiles import TILE_WIDTH, MemoryTiles, Tile, count_tile_width
from ledger.log.tree import compute_root

SEAL_MARK = b'"kind":"sheet.sealed"'


class Leaves(NamedTuple):
    """What a first pass over the bytes shows.

    `altered`    indexes of entries whose bytes are not what was signed
    `computed`   leaf hashes of the bytes; fewer than the size where whole bundles are missing
    `is_proven`  `proven` gives the signed root
    `is_sound`   a first look found nothing amiss: see `survey`
    `proven`     the leaves that were signed, where that can be told; else `computed`
    `seals`      bytes of the entries of kind sheet.sealed
    `tiles`      the tree over `proven`
    """

    altered: frozenset[int]
    computed: list[Hash]
    is_proven: bool
    is_sound: bool
    proven: Sequence[Hash]
    seals: list[bytes]
    tiles: MemoryTiles


class _Link(msgspec.Struct):
    """As much of an entry as a look at the chain needs."""

    previous: str


def read_leaves(source: LogSource, entries: EntryReader, checkpoint: Checkpoint, now_ms: int) -> Leaves:
    """Hash every entry and find the leaves that were signed."""
    survey = survey_log(source, checkpoint, now_ms)
    if survey is None:
        return _find_leaves(source, entries, checkpoint)
    return Leaves(frozenset(), survey.leaves, True, True, survey.leaves, survey.seals, survey.tiles)


def _find_leaves(source: LogSource, entries: EntryReader, checkpoint: Checkpoint) -> Leaves:
    computed: list[Hash] = []
    seals: list[bytes] = []
    for data in entries.iterate():
        computed.append(hash_leaf(data))
        if SEAL_MARK in data:
            seals.append(data)
    if len(computed) == checkpoint.size:
        for claimed in _iterate_claimed(source, entries, computed):
            tiles = MemoryTiles(claimed)
            if compute_root(tiles.frontier) == checkpoint.root:
                return Leaves(_compare(computed, claimed), computed, True, False, claimed, seals, tiles)
    stated = _read_tile_leaves(source, computed)
    return Leaves(_compare(computed, stated), computed, False, False, computed, seals, MemoryTiles(computed))


def _iterate_claimed(
    source: LogSource, entries: EntryReader, computed: Sequence[Hash]
) -> Iterator[Sequence[Hash]]:
    """Yield the leaves by each of the three that speak of them."""
    yield computed
    yield _read_tile_leaves(source, computed)
    yield _read_links(entries, computed)


def _compare(computed: Sequence[Hash], claimed: Sequence[Hash]) -> frozenset[int]:
    pairs = zip(computed, claimed, strict=True)
    return frozenset(index for index, (ours, theirs) in enumerate(pairs) if ours != theirs)


def _read_tile_leaves(source: LogSource, computed: Sequence[Hash]) -> list[Hash]:
    """Return the leaf hashes as the tiles give them; where a tile is missing or short, those of the bytes."""
    leaves: list[Hash] = []
    size = len(computed)
    for number in range(-(-size // TILE_WIDTH)):
        width = count_tile_width(0, number, size)
        data = source.read_tile(Tile(0, number, width)) or b""
        whole = len(data) // HASH_BYTES
        leaves += [data[at * HASH_BYTES : (at + 1) * HASH_BYTES] for at in range(min(whole, width))]
        leaves += computed[len(leaves) : number * TILE_WIDTH + width]
    return leaves


def _read_links(entries: EntryReader, computed: Sequence[Hash]) -> list[Hash]:
    """Return each leaf hash as the next entry states it; the last, and where that states none, of the bytes."""
    stated = list(_iterate_links(entries))[1:]
    return [link or leaf for link, leaf in zip([*stated, b""], computed, strict=True)]


def _iterate_links(entries: EntryReader) -> Iterator[bytes]:
    for data in entries.iterate():
        try:
            link = base64.b64decode(msgspec.json.decode(data, type=_Link).previous, validate=True)
        except (msgspec.DecodeError, ValueError, RecursionError):
            link = b""
        yield link if len(link) == HASH_BYTES else b""
