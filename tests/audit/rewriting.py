"""Histories written anew, as whoever owns database and key could: chain, tree and signature all in order."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ledger.canonical import format_entry, parse_entry
from ledger.entries import Entry
from ledger.log.chain import ZERO_HASH
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.hashing import format_hash, hash_leaf
from ledger.log.keys import Signer
from ledger.log.tiles import ENTRIES, MemoryTiles, format_bundle, format_tile_path, list_tiles, parse_bundle
from ledger.log.tree import compute_root

Files = dict[str, bytes]


def read_entries(files: Files, size: int) -> list[Entry]:
    return [parse_entry(data) for data in parse_bundle(files[f"tile/entries/000.p/{size}"], size)]


def chain_entries(entries: Sequence[Entry]) -> list[bytes]:
    """Return the bytes of entries whose indexes and links follow one another."""
    chained: list[bytes] = []
    previous = ZERO_HASH
    for index, entry in enumerate(entries):
        linked = msgspec.structs.replace(entry, index=index, previous=format_hash(previous))
        chained.append(format_entry(linked))
        previous = hash_leaf(chained[-1])
    return chained


def sign_log(files: Files, data: Sequence[bytes], signer: Signer, sealed: Sequence[int] = ()) -> Files:
    """Return the export with other entries, its tiles and newest checkpoint made again and signed with the real key."""
    tiles = MemoryTiles([hash_leaf(item) for item in data])
    written = {name: content for name, content in files.items() if not name.startswith("tile/")}
    for size in (len(data), *sealed):
        for tile in list_tiles(size):
            start = tile.index * 256
            written[format_tile_path(tile)] = (
                format_bundle(data[start : start + tile.width])
                if tile.level == ENTRIES
                else tiles.read_tile(tile.level, tile.index, tile.width)
            )
    checkpoint = Checkpoint(signer.key.name, len(data), compute_root(tiles.frontier))
    return written | {"checkpoint": sign_checkpoint(checkpoint, signer)}
