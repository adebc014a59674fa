"""The slow, obvious second opinion on trees and proofs: RFC 6962 and RFC 9162 read aloud.

Imports nothing of ours. Trees are lists of leaf hashes; every function recurses exactly as the standard's
definition does, so that each can be checked against its page with a finger.
"""

import hashlib
from collections.abc import Sequence


def hash_leaf(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def hash_node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power


class ReferenceTree:
    """A tree as its list of leaf hashes; remembers roots of ranges, since all pairs are asked of it."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.leaves = list(leaves)
        self._roots: dict[tuple[int, int], bytes] = {}

    def root(self, start: int, end: int) -> bytes:
        """MTH(D[start:end]): RFC 6962, section 2.1."""
        if start == end:
            return hashlib.sha256(b"").digest()
        if end - start == 1:
            return self.leaves[start]
        if (start, end) not in self._roots:
            middle = start + split(end - start)
            self._roots[start, end] = hash_node(self.root(start, middle), self.root(middle, end))
        return self._roots[start, end]

    def inclusion(self, index: int, size: int, start: int = 0) -> list[bytes]:
        """PATH(m, D[n]): RFC 6962, section 2.1.1."""
        if size == 1:
            return []
        k = split(size)
        if index < k:
            return [*self.inclusion(index, k, start), self.root(start + k, start + size)]
        return [*self.inclusion(index - k, size - k, start + k), self.root(start, start + k)]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """PROOF(m, D[n]): RFC 6962, section 2.1.2."""
        return self._subproof(old, new, 0, True)

    def _subproof(self, old: int, new: int, start: int, is_whole: bool) -> list[bytes]:
        if old == new:
            return [] if is_whole else [self.root(start, start + new)]
        k = split(new)
        if old <= k:
            return [*self._subproof(old, k, start, is_whole), self.root(start + k, start + new)]
        return [*self._subproof(old - k, new - k, start + k, False), self.root(start, start + k)]

    def tile(self, level: int, index: int, width: int) -> bytes:
        """Hashes of a tile by their definition in tlog-tiles."""
        span = 256**level
        first = index * 256
        return b"".join(self.root((first + i) * span, (first + i + 1) * span) for i in range(width))


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Does the path, read as PATH builds it, lead from the leaf to the root?"""

    def climb(index: int, size: int, path: Sequence[bytes]) -> bytes | None:
        if size == 1:
            return None if path else leaf
        if not path:
            return None
        k = split(size)
        if index < k:
            left, right = climb(index, k, path[:-1]), path[-1]
        else:
            left, right = path[-1], climb(index - k, size - k, path[:-1])
        return None if left is None or right is None else hash_node(left, right)

    if not 0 <= index < size:
        return False
    return climb(index, size, path) == root


def is_consistent(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Does the path, read as SUBPROOF builds it, give both roots?"""

    def climb(old: int, new: int, path: Sequence[bytes], is_whole: bool) -> tuple[bytes, bytes] | None:
        if old == new:
            if is_whole:
                return None if path else (old_root, old_root)
            return (path[0], path[0]) if len(path) == 1 else None
        if not path:
            return None
        k = split(new)
        if old <= k:
            below = climb(old, k, path[:-1], is_whole)
            return None if below is None else (below[0], hash_node(below[1], path[-1]))
        below = climb(old - k, new - k, path[:-1], False)
        return None if below is None else (hash_node(path[-1], below[0]), hash_node(path[-1], below[1]))

    if not 0 <= old <= new:
        return False
    if old == 0:
        empty = hashlib.sha256(b"").digest()
        return not path and old_root == empty and (new > 0 or new_root == empty)
    return climb(old, new, path, True) == (old_root, new_root)
