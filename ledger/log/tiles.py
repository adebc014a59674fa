"""Tiles: how a tree's hashes and its entries are cut into immutable files, named, and read back.

Source: C2SP tlog-tiles. Every eighth level of the tree is kept, in rows of 256 hashes:

    tile/<L>/<N>           hash i is the root over leaves (N·256+i)·256^L up to (N·256+i+1)·256^L; 8,192 bytes
    tile/<L>/<N>.p/<W>     the same, only its first W hashes, 1 to 255: the unfinished end of a row
    tile/entries/<N>       entries N·256 up to N·256+255, each as `uint16be length ‖ bytes`
    tile/entries/<N>.p/<W> its first W entries

N is written in groups of three digits, all but the last with an `x` before it: 1234067 is `x001/x234/067`. A
tree of `size` leaves has size // 256^L hashes at level L; a row's last tile is partial unless it is full, and
empty tiles do not exist. A full tile never changes, and a partial one only gives way to a wider one.

Whoever holds tiles, a database, a folder, a web server, is a `HashReader`; proofs need nothing else.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from ledger.errors import NotProven
from ledger.limits import ENTRY_MAX_BYTES, HASH_BYTES, TREE_SIZE_MAX
from ledger.log.hashing import EMPTY_ROOT, Hash, hash_node
from ledger.log.tree import EMPTY_FRONTIER, TILE_HEIGHT, Frontier, append_leaves, split_range

TILE_WIDTH = 256
"""Hashes or entries in a full tile."""

ENTRIES = -1
"""The level of entry bundles, written `entries` in a path."""

_LEVEL_MAX = 63
_PATH = re.compile(r"tile/(entries|[0-9]|[1-9][0-9])/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """A tile's address.

    `level`  0 to 63, or `ENTRIES`
    `index`  N, from 0
    `width`  how many hashes or entries, 1 to 256; 256 is a full tile
    """

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        level_fits = ENTRIES <= self.level <= _LEVEL_MAX
        if not (level_fits and 0 <= self.index <= TREE_SIZE_MAX and 1 <= self.width <= TILE_WIDTH):
            raise ValueError(f"no such tile: level {self.level}, index {self.index}, width {self.width}")


def format_tile_path(tile: Tile) -> str:
    """Return the path under the log's address, without a leading slash: `tile/0/x001/067.p/5`."""
    digits = f"{tile.index:d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[i : i + 3] for i in range(0, len(digits), 3)]
    name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    level = "entries" if tile.level == ENTRIES else f"{tile.level:d}"
    return f"tile/{level}/{name}" + ("" if tile.width == TILE_WIDTH else f".p/{tile.width:d}")


def parse_tile_path(path: str) -> Tile:
    """Inverse of `format_tile_path`; NotProven for every other spelling, so that one tile has one address."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise NotProven(f"不是瓦片的路径：{path[:100]!r}", code="tile-path")
    level, name, width = match.groups()
    try:
        tile = Tile(
            level=ENTRIES if level == "entries" else int(level),
            index=int(name.replace("/", "").replace("x", "")),
            width=int(width) if width else TILE_WIDTH,
        )
    except ValueError as error:
        raise NotProven(f"没有这样的瓦片：{path[:100]!r}", code="tile-path") from error
    if format_tile_path(tile) != path:
        raise NotProven(f"瓦片路径的写法不唯一：{path[:100]!r}", code="tile-path")
    return tile


def count_tile_width(level: int, index: int, size: int) -> int:
    """Return how many hashes tile `index` of `level` has at `size` leaves: 0, no such tile, to 256."""
    return max(0, min(TILE_WIDTH, (size >> (TILE_HEIGHT * max(level, 0))) - index * TILE_WIDTH))


def list_tiles(size: int, from_size: int = 0) -> Iterator[Tile]:
    """Yield every tile, full and partial, of a tree of `size` leaves: bundles first, then level 0 and up.

    With `from_size`, only those that a tree of `from_size` leaves does not have: what growing adds.
    """
    levels = [ENTRIES, *range((size.bit_length() + TILE_HEIGHT - 1) // TILE_HEIGHT)]
    for level in levels:
        shift = TILE_HEIGHT * max(level, 0)
        first = (from_size >> shift) // TILE_WIDTH
        for index in range(first, -(-(size >> shift) // TILE_WIDTH)):
            width = count_tile_width(level, index, size)
            if width != count_tile_width(level, index, from_size):
                yield Tile(level, index, width)


class HashReader(Protocol):
    """Whoever holds a tree's tiles."""

    def read_tile(self, level: int, index: int, width: int) -> bytes:
        """Return the first `width` hashes of tile `index` at `level`: 32·`width` bytes.

        A reader over files may cut them from any wider tile it has. Raises NotFound when it has none.
        """
        ...


class TileCache:
    """A reader that asks another for each tile once, and hashes it once: one for each page, proof or audit.

    Refuses a tile of another length than asked for, so that nobody downstream need check.
    """

    def __init__(self, reader: HashReader) -> None:
        self._reader = reader
        self._rows: dict[
            tuple[int, int], list[bytes]
        ] = {}  # A tile, then the nodes over its pairs, over theirs, …

    def read_tile(self, level: int, index: int, width: int) -> bytes:
        """See `HashReader`."""
        return self._read_rows(level, index, width)[0][: width * HASH_BYTES]

    def read_perfect(self, first: int, height: int, size: int) -> Hash:
        """Return the root of the 2^`height` leaves from `first` on, a perfect tree within the tree of `size` leaves.

        The first one asked for costs the hashing of the whole tile that it lies in, as a proof through it does; all
        others nothing.
        """
        level, above = divmod(height, TILE_HEIGHT)
        index, place = divmod(first >> (TILE_HEIGHT * level), TILE_WIDTH)
        begin = (place >> above) * HASH_BYTES
        end = begin + HASH_BYTES
        rows = self._rows.get((level, index))
        if rows is None or len(rows) <= above or len(rows[above]) < end:
            rows = self._read_rows(level, index, count_tile_width(level, index, size))
            while len(rows) <= above:
                rows.append(_fold(rows[-1]))
        return rows[above][begin:end]

    def _read_rows(self, level: int, index: int, width: int) -> list[bytes]:
        rows = self._rows.get((level, index))
        if rows is None or len(rows[0]) < width * HASH_BYTES:
            data = self._reader.read_tile(level, index, width)
            if len(data) != width * HASH_BYTES:
                path = format_tile_path(Tile(level, index, width))
                raise NotProven(
                    f"瓦片 {path} 应有 {width * HASH_BYTES} 字节，实有 {len(data)} 字节", code="tile-length"
                )
            rows = self._rows[level, index] = [data]
        return rows


def _fold(row: bytes) -> bytes:
    """Return the nodes over the pairs of a row; a hash left over has none yet."""
    # A pair of hashes lies side by side in a row: a node is the hash of its 64 bytes, uncut.
    return b"".join(
        sha256(b"\x01" + row[i : i + 2 * HASH_BYTES]).digest()
        for i in range(0, len(row) - HASH_BYTES, 2 * HASH_BYTES)
    )


def read_subtree(reader: HashReader, start: int, end: int, size: int) -> Hash:
    """Return the root over leaves `start` up to `end` of the tree of `size` leaves, from its tiles.

    (`start`, `end`) is a node of that tree or of an earlier size of it. O(log n) tiles; with a `TileCache` for reader
    those that it has are neither read nor hashed again. Source: RFC 6962, section 2.1.
    """
    if start == end:
        return EMPTY_ROOT
    roots = _read_perfect(reader, start, end, size)
    root = roots.pop()
    while roots:
        root = hash_node(roots.pop(), root)
    return root


def read_frontier(reader: HashReader, at: int, size: int) -> Frontier:
    """Return the frontier that the tree of `size` leaves had when it had `at` of them. O(log n) tiles.

    Requires 0 <= at <= size.
    """
    return Frontier(at, tuple(_read_perfect(reader, 0, at, size)))


def _read_perfect(reader: HashReader, start: int, end: int, size: int) -> list[Hash]:
    """Return the roots of the perfect trees that leaves `start` up to `end` fall into; each lies within one tile."""
    tiles = reader if isinstance(reader, TileCache) else TileCache(reader)
    return [tiles.read_perfect(first, height, size) for first, height in split_range(start, end)]


class MemoryTiles:
    """All of a tree's hashes in memory, growing: the `HashReader` of tests and of small exports."""

    def __init__(self, leaves: Sequence[Hash] = ()) -> None:
        self.frontier = EMPTY_FRONTIER
        self._rows: list[list[Hash]] = [[]]
        self.append(leaves)

    def append(self, leaves: Sequence[Hash]) -> None:
        """Add `leaves` at the end. O(len(leaves) + log n)."""
        self.frontier, tile_hashes = append_leaves(self.frontier, leaves)
        self._rows[0] += leaves
        for tile_hash in tile_hashes:
            if tile_hash.level == len(self._rows):
                self._rows.append([])
            self._rows[tile_hash.level].append(tile_hash.hash)

    def read_tile(self, level: int, index: int, width: int) -> bytes:
        """See `HashReader`; a tile beyond the tree comes back short, which `TileCache` refuses."""
        row = self._rows[level] if level < len(self._rows) else []
        return b"".join(row[index * TILE_WIDTH : index * TILE_WIDTH + width])


def format_bundle(entries: Sequence[bytes]) -> bytes:
    """Return the bytes of an entry bundle, each entry as `uint16be length ‖ bytes`.

    ValueError for more than 256 entries or one longer than ENTRY_MAX_BYTES.
    """
    if len(entries) > TILE_WIDTH:
        raise ValueError(f"a bundle holds at most {TILE_WIDTH} entries, not {len(entries)}")
    longest = max(map(len, entries), default=0)
    if longest > ENTRY_MAX_BYTES:
        raise ValueError(f"an entry of {longest} bytes; at most {ENTRY_MAX_BYTES}")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def parse_bundle(data: bytes, width: int) -> list[bytes]:
    """Return the `width` entries of a bundle; NotProven when it holds fewer, more, or ends within one."""
    entries: list[bytes] = []
    place = 0
    while place < len(data) and len(entries) < width:
        start = place + 2
        place = start + int.from_bytes(data[place:start], "big")
        entries.append(data[start:place])
    if place != len(data) or len(entries) != width:
        raise NotProven(
            f"记录束应有 {width} 条、{len(data)} 字节，读到 {len(entries)} 条、{place} 字节", code="bundle"
        )
    return entries
