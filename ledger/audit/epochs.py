"""Checkpoints of the log before this one, held against what its loss was declared to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.audit.entries import EntryReader
from ledger.audit.findings import Finding
from ledger.books.village import LogRefounded
from ledger.errors import NotFound, NotProven
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.hashing import format_hash
from ledger.state.epochs import open_predecessor

FIELD = "您手里旧账的检查点"


class EpochReader:
    """Reads entry 0; tells the old log's checkpoints from this log's."""

    def __init__(self, entries: EntryReader) -> None:
        self._body = _find_refounding(entries)

    def split_known(self, known: Sequence[bytes]) -> tuple[list[bytes], list[Finding]]:
        """Return the checkpoints that are not the old log's, and findings about those that are."""
        rest: list[bytes] = []
        findings: list[Finding] = []
        for note in known:
            checkpoint = self._open_old(note)
            if checkpoint is None:
                rest.append(note)
            else:
                findings += self._compare(checkpoint)
        return rest, findings

    def _open_old(self, note: bytes) -> Checkpoint | None:
        if self._body is None:
            return None
        try:
            return open_checkpoint(note, open_predecessor(self._body)[1])
        except NotProven:
            return None

    def _compare(self, checkpoint: Checkpoint) -> Iterator[Finding]:
        """A later one shows a larger loss than declared; another root at the same size, a second history."""
        assert self._body is not None
        declared = open_predecessor(self._body)[0]
        if checkpoint.size > declared.size:
            yield Finding(
                code="loss-understated",
                entry=0,
                expected=f"旧账至多 {declared.size} 条",
                field=FIELD,
                found=f"{checkpoint.size} 条，旧钥匙签过",
                meaning="重新立账时少报了丢失的记录：丢的比公布的多",
            )
        elif checkpoint.size == declared.size and checkpoint.root != declared.root:
            yield Finding(
                code="history-rewritten",
                entry=0,
                expected=f"根哈希 {format_hash(declared.root)}",
                field=FIELD,
                found=format_hash(checkpoint.root),
                meaning="旧账在同一个总数上签过两个不同的历史",
            )


def _find_refounding(entries: EntryReader) -> LogRefounded | None:
    try:
        body = entries.read_entry(0).body
    except (NotFound, NotProven):
        return None
    return body if isinstance(body, LogRefounded) else None
