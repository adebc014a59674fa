"""The tree over the leaves that were signed, against everything else that was ever signed or stored about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ledger.audit.entries import cut_bundle
from ledger.audit.findings import Finding, LogSource
from ledger.audit.leaves import Leaves
from ledger.errors import NotProven
from ledger.log.checkpoint import Checkpoint
from ledger.log.hashing import format_hash, hash_leaf
from ledger.log.rotation import KeyHistory, open_by_history
from ledger.log.tiles import (
    ENTRIES,
    TILE_WIDTH,
    Tile,
    format_bundle,
    format_tile_path,
    list_tiles,
    read_subtree,
)

REWRITTEN = "以前公布过的检查点和现在的账本接不上：历史被改写过"


class KeptNote(NamedTuple):
    """A checkpoint that somebody kept: with a sheet, in the home, in an auditor's hands.

    `entry`  the index a finding about the note itself names, -1 where none
    `size`   what the keeper says its size is, -1 where it only says so itself
    """

    entry: int
    field: str
    note: bytes
    size: int = -1


class RootReader:
    """Roots of every size of the tree over the leaves."""

    def __init__(self, leaves: Leaves, keys: KeyHistory) -> None:
        self._keys = keys
        self._leaves = leaves
        self._tiles = leaves.tiles

    def list_tile_findings(self, source: LogSource, sizes: Iterable[int]) -> Iterator[Finding]:
        """Every tile of the trees of these sizes, newest first, that is missing or not what the leaves give."""
        newest, *earlier = sorted(set(sizes), reverse=True)
        tiles = list(list_tiles(newest))
        if self._leaves.is_sound:  # Each of its bundles was read, and held its entries and nothing else.
            tiles = [tile for tile in tiles if tile.level != ENTRIES]
        # An earlier tree's full tiles are the newest tree's too.
        tiles += [tile for size in earlier for tile in list_tiles(size) if tile.width < TILE_WIDTH]
        for tile in dict.fromkeys(tiles):
            reason = self._find_fault(source.read_tile(tile), tile)
            if reason:
                yield Finding(
                    code="tile-differs",
                    entry=-1,
                    expected="由签过名的记录算出的内容",
                    field=format_tile_path(tile),
                    found=reason,
                    meaning="证明用的文件缺了或坏了；哪条记录被改过，另行列出",
                )

    def list_kept_findings(self, notes: Iterable[KeptNote]) -> Iterator[Finding]:
        """Notes that the key of their size did not sign, and the smallest that the tree does not extend."""
        signed: list[tuple[Checkpoint, KeptNote]] = []
        for kept in notes:
            try:
                checkpoint = open_by_history(kept.note, self._keys)
            except NotProven as error:
                meaning = "这个检查点不是村里签的，或被改动过"
                yield _report(error.code, kept, "村里的签名", error.reason, meaning)
                continue
            if kept.size not in (-1, checkpoint.size):
                found = f"{checkpoint.size} 条"
                yield _report("checkpoint-size", kept, f"{kept.size} 条", found, "放错了检查点")
            else:
                signed.append((checkpoint, kept))
        yield from self._compare(sorted(signed, key=lambda pair: pair[0].size))

    def find_root(self, size: int) -> bytes | None:
        """Return the root of the tree of `size`; None beyond what was signed."""
        if not 0 < size <= len(self._leaves.proven):
            return None
        return read_subtree(self._tiles, 0, size, size)

    def _compare(self, signed: list[tuple[Checkpoint, KeptNote]]) -> Iterator[Finding]:
        """The first that differs names the entries among which the change lies; later ones differ because of it."""
        agreed = 0
        for checkpoint, kept in signed:
            if checkpoint.size > len(self._leaves.proven):
                found = f"{len(self._leaves.proven)} 条"
                yield _report("log-shorter", kept, f"至少 {checkpoint.size} 条", found, REWRITTEN)
                return
            root = read_subtree(self._tiles, 0, checkpoint.size, checkpoint.size)
            if root != checkpoint.root:
                yield Finding(
                    code="history-rewritten",
                    entry=agreed,
                    expected=f"根哈希 {format_hash(checkpoint.root)}",
                    field=f"{kept.field}（前 {checkpoint.size} 条）",
                    found=f"{format_hash(root)}；改动在第 {agreed} 条到第 {checkpoint.size - 1} 条之中",
                    meaning=REWRITTEN,
                )
                return
            agreed = checkpoint.size

    def _find_fault(self, data: bytes | None, tile: Tile) -> str:
        if data is None:
            return "没有这个文件"
        if tile.level == ENTRIES:
            return self._find_bundle_fault(data, tile)
        return "" if data == self._tiles.read_tile(tile.level, tile.index, tile.width) else "内容不同"

    def _find_bundle_fault(self, data: bytes, tile: Tile) -> str:
        """Altered entries are named elsewhere; here, whether the rest of the file is exactly a bundle of them."""
        entries = cut_bundle(data, tile.width)
        if len(entries) != tile.width or format_bundle(entries) != data:
            return "不是完整的一束记录"
        first = tile.index * TILE_WIDTH
        # Of an earlier size's copy nobody else speaks.
        differs = [
            first + place
            for place, entry in enumerate(entries)
            if hash_leaf(entry)
            not in (self._leaves.proven[first + place], self._leaves.computed[first + place])
        ]
        return f"第 {differs[0]} 条的原文不同" if differs else ""


def _report(code: str, kept: KeptNote, expected: str, found: str, meaning: str) -> Finding:
    return Finding(
        code=code, entry=kept.entry, expected=expected, field=kept.field, found=found, meaning=meaning
    )
