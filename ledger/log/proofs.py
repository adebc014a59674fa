"""Inclusion and consistency: short paths of hashes that tie an entry, or an older tree, to a root.

    inclusion     "the entry with this leaf hash stands at this index under this root"
    consistency   "the tree with that root is the beginning of the tree with this root"

Both are lists of node hashes, at most one for each level of the tree. Building reads O(log n) tiles and no
entry. Verifying reads nothing: whoever has the path and the root needs neither the log nor its operator.

Every argument of `verify_x` is evidence, also index and size, so each refusal is NotProven. Decided where
implementations differ: a hash that is not exactly 32 bytes is refused; equal sizes need equal roots and an
empty path; a proof from size 0 needs an empty path and the empty tree's root.
"""

from collections.abc import Sequence
from typing import TypeAlias

from ledger.errors import NotProven
from ledger.limits import PROOF_MAX_HASHES, TREE_SIZE_MAX
from ledger.log.hashing import EMPTY_ROOT, Hash, format_hash, hash_node, verify_hash_length
from ledger.log.tiles import HashReader, TileCache, read_subtree
from ledger.log.tree import split_size

Path: TypeAlias = tuple[Hash, ...]
"""Node hashes from the leaves upwards."""


def build_inclusion(reader: HashReader, index: int, size: int) -> Path:
    """Return the path from the leaf at `index` up to the root of the tree of `size`, leaf's sibling first.

    Requires 0 <= index < size <= the tree's size. Source: RFC 6962, section 2.1.1.
    """
    if not 0 <= index < size:
        raise ValueError(f"no index {index} in a tree of {size}")
    start, end = 0, size
    siblings: list[tuple[int, int]] = []
    while end - start > 1:
        middle = start + split_size(end - start)
        if index < middle:
            siblings.append((middle, end))
            end = middle
        else:
            siblings.append((start, middle))
            start = middle
    return _read_path(reader, siblings, size)


def build_consistency(reader: HashReader, old_size: int, new_size: int) -> Path:
    """Return the path that shows the tree of `old_size` to be the beginning of the tree of `new_size`.

    Requires 0 <= old_size <= new_size <= the tree's size. Empty when there is nothing to show: sizes equal,
    or old size 0. Source: RFC 9162, section 2.1.4.1.
    """
    if not 0 <= old_size <= new_size:
        raise ValueError(f"a tree of {old_size} is no beginning of a tree of {new_size}")
    if old_size == 0:
        return ()
    start, end = 0, new_size
    nodes: list[tuple[int, int]] = []
    while end > old_size:
        middle = start + split_size(end - start)
        if old_size <= middle:
            nodes.append((middle, end))
            end = middle
        else:
            nodes.append((start, middle))
            start = middle
    if start:
        # The old tree does not end at its own root: its last subtree has to be told. (The flag b of the RFC.)
        nodes.append((start, end))
    return _read_path(reader, nodes, new_size)


def verify_inclusion(leaf: Hash, index: int, size: int, path: Sequence[Hash], root: Hash) -> None:
    """Check that `leaf` stands at `index` in the tree of `size` leaves under `root`.

    `path` runs from leaf to root and has exactly the length that `index` and `size` dictate.
    Hashes are 32 raw bytes. Raises NotProven, with the figures, otherwise.
    Source: RFC 9162, section 2.1.3.2, whose numbering the comments follow.
    """
    _verify_shapes(path, leaf=leaf, root=root)
    # 1.
    if not 0 <= index < size <= TREE_SIZE_MAX:
        raise NotProven(f"序号 {index} 不在总数为 {size} 的日志之内", code="inclusion-index")
    # 2, 3.
    first, last, computed = index, size - 1, leaf
    # 4.
    for sibling in path:
        if last == 0:
            raise _refuse_inclusion_length(index, size, len(path))
        if first & 1 or first == last:
            computed = hash_node(sibling, computed)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            computed = hash_node(computed, sibling)
        first, last = first >> 1, last >> 1
    # 5.
    if last != 0:
        raise _refuse_inclusion_length(index, size, len(path))
    if computed != root:
        raise _refuse_root(f"序号 {index} 的存在证明", "inclusion-root", size, root, computed)


def verify_consistency(
    old_size: int, old_root: Hash, new_size: int, new_root: Hash, path: Sequence[Hash]
) -> None:
    """Check that the tree of `old_size` under `old_root` begins the tree of `new_size` under `new_root`.

    Hashes are 32 raw bytes. Raises NotProven, with the figures, otherwise.
    Source: RFC 9162, section 2.1.4.2, whose numbering the comments follow.
    """
    _verify_shapes(path, old_root=old_root, new_root=new_root)
    if not 0 <= old_size <= new_size <= TREE_SIZE_MAX:
        raise NotProven(f"总数 {old_size} 的日志不能是总数 {new_size} 的开头", code="consistency-size")
    if old_size in (0, new_size):
        _verify_trivial_consistency(old_size, old_root, new_size, new_root, path)
        return
    # 1, 2. A full old tree's own root is the first node of the path, and is left out of it.
    is_full = old_size & (old_size - 1) == 0
    nodes = [old_root, *path] if is_full else list(path)
    if not path:
        raise _refuse_consistency_length(old_size, new_size, 0)
    # 3, 4.
    first, last = old_size - 1, new_size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    # 5.
    old_computed = new_computed = nodes[0]
    # 6.
    for node in nodes[1:]:
        if last == 0:
            raise _refuse_consistency_length(old_size, new_size, len(path))
        if first & 1 or first == last:
            old_computed = hash_node(node, old_computed)
            new_computed = hash_node(node, new_computed)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new_computed = hash_node(new_computed, node)
        first, last = first >> 1, last >> 1
    # 7.
    if last != 0:
        raise _refuse_consistency_length(old_size, new_size, len(path))
    if old_computed != old_root:
        raise _refuse_root("一致性证明", "consistency-old-root", old_size, old_root, old_computed)
    if new_computed != new_root:
        raise _refuse_root("一致性证明", "consistency-new-root", new_size, new_root, new_computed)


def _verify_trivial_consistency(
    old_size: int, old_root: Hash, new_size: int, new_root: Hash, path: Sequence[Hash]
) -> None:
    """Check the two cases that need no path: from the empty tree, and between equal sizes."""
    if path:
        raise NotProven(f"一致性证明应有 0 个哈希，实有 {len(path)} 个", code="consistency-length")
    if old_size == 0 and old_root != EMPTY_ROOT:
        raise _refuse_root("空日志", "consistency-old-root", 0, old_root, EMPTY_ROOT)
    if old_size == new_size and old_root != new_root:
        raise _refuse_root("两个检查点", "consistency-new-root", new_size, new_root, old_root)


def _read_path(reader: HashReader, nodes: Sequence[tuple[int, int]], size: int) -> Path:
    """Return the hashes of `nodes`, which were found from the root downwards, from the leaves upwards."""
    tiles = reader if isinstance(reader, TileCache) else TileCache(reader)
    return tuple(read_subtree(tiles, start, end, size) for start, end in reversed(nodes))


def _verify_shapes(path: Sequence[Hash], **hashes: Hash) -> None:
    """Check what no arithmetic may be done without: lengths of hashes, and a bounded path."""
    if len(path) > PROOF_MAX_HASHES:
        raise NotProven(f"证明最多 {PROOF_MAX_HASHES} 个哈希，实有 {len(path)} 个", code="proof-limit")
    for name, value in hashes.items():
        verify_hash_length(name, value)
    for place, value in enumerate(path):
        verify_hash_length(f"证明第 {place + 1} 个哈希", value)


def _count_inclusion(index: int, size: int) -> int:
    """Return how many hashes an inclusion path has."""
    # Up to where the ways to `index` and to the last leaf part, every level has a sibling; above, only where
    # the way goes right.
    inner = (index ^ (size - 1)).bit_length()
    return inner + (index >> inner).bit_count()


def _count_consistency(old_size: int, new_size: int) -> int:
    """Return how many hashes a consistency path has, for 0 < old_size < new_size."""
    skipped = (old_size & -old_size).bit_length() - 1
    count = _count_inclusion((old_size - 1) >> skipped, ((new_size - 1) >> skipped) + 1)
    return count + (old_size & (old_size - 1) != 0)


def _refuse_inclusion_length(index: int, size: int, found: int) -> NotProven:
    expected = _count_inclusion(index, size)
    return NotProven(f"存在证明应有 {expected} 个哈希，实有 {found} 个", code="inclusion-length")


def _refuse_consistency_length(old_size: int, new_size: int, found: int) -> NotProven:
    expected = _count_consistency(old_size, new_size)
    return NotProven(f"一致性证明应有 {expected} 个哈希，实有 {found} 个", code="consistency-length")


def _refuse_root(name: str, code: str, size: int, expected: Hash, found: Hash) -> NotProven:
    return NotProven(
        f"{name}对不上：总数 {size} 的根哈希应为 {format_hash(expected)}，算得 {format_hash(found)}",
        code=code,
    )
