"""The Merkle tree of RFC 6962, held as its frontier: the few hashes that appending and the root need.

The tree over `size` leaves splits at the largest power of two below `size`, again and again; no node is ever
doubled to fill a gap. So it is a row of perfect subtrees, one for each 1 bit of `size`, largest first. For
size 7 = 0b111:

                 root
               /      \\
             /         node
            A         /    \\          frontier = (A, B, C)
          /   \\      B      C         A covers leaves 0-3, B leaves 4-5, C leaf 6
         o     o    / \\     |
        / \\   / \\  |   |    |         an eighth leaf merges with C, then B, then A:
       0   1 2   3 4   5    6         one merge for each trailing 1 bit of the size

The root folds the frontier from the right: node(A, node(B, C)). A frontier has at most 53 hashes however long
the log, and appending costs two hashes on average, so a log needs no other state to grow.

Reading hashes back for proofs is `tiles`' subject. Hashes are 32 raw bytes throughout.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from hashlib import sha256
from typing import NamedTuple

from ledger.errors import NotProven
from ledger.limits import HASH_BYTES, TREE_SIZE_MAX
from ledger.log.hashing import EMPTY_ROOT, Hash, hash_node

TILE_HEIGHT = 8
"""Levels of the tree in one tile; every eighth level's hashes are what tiles hold."""


@dataclass(frozen=True, slots=True)
class Frontier:
    """A tree as far as appending to it and its root need it.

    `size`    how many leaves, 0 to TREE_SIZE_MAX
    `hashes`  roots of its perfect subtrees, largest (leftmost) first; as many as `size` has 1 bits
    """

    size: int
    hashes: tuple[Hash, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.size <= TREE_SIZE_MAX:
            raise ValueError(f"a tree has 0 to {TREE_SIZE_MAX} leaves, not {self.size}")
        if len(self.hashes) != self.size.bit_count():
            raise ValueError(f"size {self.size} needs {self.size.bit_count()} hashes, not {len(self.hashes)}")
        if any(len(part) != HASH_BYTES for part in self.hashes):
            raise ValueError(f"a hash has {HASH_BYTES} bytes")


EMPTY_FRONTIER = Frontier(0, ())


@dataclass(frozen=True, slots=True)
class TileHash:
    """A hash of a tile's row: the root over leaves `index`·256^`level` up to (`index` + 1)·256^`level`."""

    level: int
    index: int
    hash: Hash


class Growth(NamedTuple):
    """What a batch of leaves adds: the new frontier, and the new hashes of tiles of level 1 and up.

    `tile_hashes` runs by level, then index. The leaves themselves are the hashes of level 0.
    """

    frontier: Frontier
    tile_hashes: list[TileHash]


def append_leaf(frontier: Frontier, leaf: Hash) -> Frontier:
    """Return the frontier with `leaf` as its last leaf. O(log n) at worst, two hashes on average.

    Source: RFC 9162, section 2.1.2, the stack algorithm.
    """
    hashes = list(frontier.hashes)
    size = frontier.size
    while size & 1:
        leaf = hash_node(hashes.pop(), leaf)
        size >>= 1
    return Frontier(frontier.size + 1, (*hashes, leaf))


def append_leaves(frontier: Frontier, leaves: Sequence[Hash]) -> Growth:
    """Append `leaves` in order, row by row: the same frontier as `append_leaf` one by one, in half the time.

    O(len(leaves) + log n). A row is every node that the batch completes at one height; an unpaired node
    waiting in the frontier joins it on the left, an unpaired one at the right stays in the new frontier.
    """
    waiting = list(frontier.hashes)
    kept: list[Hash] = []
    tile_hashes: list[TileHash] = []
    row = list(leaves)
    height = 0
    while row or waiting:
        first = frontier.size >> height
        if height and height % TILE_HEIGHT == 0:
            level = height // TILE_HEIGHT
            tile_hashes += [TileHash(level, first + place, node) for place, node in enumerate(row)]
        if first & 1:
            row.insert(0, waiting.pop())
        if len(row) & 1:
            kept.append(row.pop())
        row = pair_hashes(row)
        height += 1
    return Growth(Frontier(frontier.size + len(leaves), tuple(reversed(kept))), tile_hashes)


def compute_root(frontier: Frontier) -> Hash:
    """Return the root hash; `EMPTY_ROOT` at size 0. O(log n). Source: RFC 6962, section 2.1."""
    if not frontier.hashes:
        return EMPTY_ROOT
    return reduce(lambda right, left: hash_node(left, right), reversed(frontier.hashes))


def format_frontier(frontier: Frontier) -> bytes:
    """Return `uint64be size ‖ hashes`: at most 1,704 bytes, kept in a log's head row."""
    return frontier.size.to_bytes(8, "big") + b"".join(frontier.hashes)


def parse_frontier(data: bytes) -> Frontier:
    """Inverse of `format_frontier`; NotProven for any other length or a size out of range."""
    size, rest = int.from_bytes(data[:8], "big"), data[8:]
    expected = 8 + HASH_BYTES * size.bit_count()
    if len(data) < 8 or len(data) != expected or size > TREE_SIZE_MAX:
        raise NotProven(
            f"树的前沿读不成：总数 {size}，应有 {expected} 字节，实有 {len(data)} 字节", code="frontier"
        )
    return Frontier(size, tuple(rest[i : i + HASH_BYTES] for i in range(0, len(rest), HASH_BYTES)))


def split_size(size: int) -> int:
    """Return where a tree of `size` leaves, at least 2, splits: the largest power of two strictly below it.

    Source: RFC 6962, section 2.1.
    """
    return 1 << ((size - 1).bit_length() - 1)


def split_range(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield, left to right, the perfect subtrees (first leaf, height) of leaves `start` up to `end`.

    Requires `start` to be a multiple of the largest power of two that is at most `end - start`, as every node
    of the tree is; then the subtrees shrink and number at most log2(end - start) + 1.
    """
    while start < end:
        height = (end - start).bit_length() - 1
        yield start, height
        start += 1 << height


def pair_hashes(row: Sequence[Hash]) -> list[Hash]:
    """Return the nodes over `row`'s pairs, left to right: the row above. Requires an even number."""
    # Written out without `hash_node`: this one line is where a long log's hashing time goes.
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2], strict=True)]
