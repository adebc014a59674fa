"""The tree over the leaves an audit computed, against everything that was ever signed about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.audit.findings import Finding, HomeSource, LogSource, SealedClaim
from ledger.errors import NotProven
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.hashing import Hash, format_hash
from ledger.log.note import parse_note_verifier
from ledger.log.tiles import MemoryTiles, read_subtree

REWRITTEN = "公布过的检查点和现在的账本接不上：历史被改写过"


class RootReader:
    """Roots of every size of the tree over `leaves`."""

    def __init__(self, source: LogSource, checkpoint: Checkpoint, leaves: Sequence[Hash]) -> None:
        self._source = source
        self._checkpoint = checkpoint
        self._leaves = leaves
        self._tiles = MemoryTiles(leaves)
        self._log = parse_note_verifier(source.verifier_key)

    def list_findings(self) -> Iterator[Finding]:
        """The newest checkpoint's root, and the source's tiles above the leaves."""
        size = self._checkpoint.size
        if len(self._leaves) < size:
            return  # The chain has already said what is missing.
        root = read_subtree(self._tiles, 0, size, size)
        if root != self._checkpoint.root:
            yield _report("root-differs", -1, "根哈希", self._checkpoint.root, root)
        for path, reason in self._source.list_tile_faults(size, self._leaves):
            yield Finding(
                code="tile-differs",
                entry=-1,
                expected="由记录算出的哈希",
                field=path,
                found=reason,
                meaning="证明文件坏了；记录本身另有结论",
            )

    def list_sheet_findings(self, sheets: Sequence[SealedClaim]) -> Iterator[Finding]:
        """The checkpoint kept with each sealed sheet."""
        for sheet in sheets:
            note = self._source.read_sheet(sheet.number).checkpoint
            if note is None:
                yield Finding(
                    code="sheet-checkpoint-missing",
                    entry=sheet.index,
                    expected=f"{sheet.size} 项时的检查点",
                    field=sheet.number,
                    found="没有",
                    meaning="少了印在这张公开表上的检查点，表上的码无从对照",
                )
            else:
                yield from self._check_note(note, sheet.size, sheet.index, sheet.number)

    def list_head_findings(self, source: HomeSource) -> Iterator[Finding]:
        """Every head that the home keeps."""
        for size, note in source.iterate_heads():
            yield from self._check_note(note, size, -1, f"检查点 {size}")

    def _check_note(self, note: bytes, size: int, entry: int, field: str) -> Iterator[Finding]:
        try:
            checkpoint = open_checkpoint(note, self._log)
        except NotProven as error:
            yield Finding(
                code=error.code,
                entry=entry,
                expected="村里的签名",
                field=field,
                found=error.reason,
                meaning="这个检查点不是村里签的，或被改动过",
            )
            return
        if checkpoint.size != size or size > len(self._leaves):
            yield Finding(
                code="checkpoint-size",
                entry=entry,
                expected=f"{size} 项",
                field=field,
                found=f"检查点 {checkpoint.size} 项，账本 {len(self._leaves)} 项",
                meaning=REWRITTEN,
            )
            return
        root = read_subtree(self._tiles, 0, size, size)
        if root != checkpoint.root:
            yield _report("checkpoint-root", entry, field, checkpoint.root, root)


def _report(code: str, entry: int, field: str, signed: Hash, computed: Hash) -> Finding:
    return Finding(
        code=code,
        entry=entry,
        expected=format_hash(signed),
        field=field,
        found=format_hash(computed),
        meaning=REWRITTEN,
    )
