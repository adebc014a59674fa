"""The bytes of a log: form, place, link, time. Names the entry that was changed."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.audit.entries import EntryReader
from ledger.audit.findings import Finding
from ledger.audit.leaves import Leaves
from ledger.canonical import parse_entry
from ledger.entries import Entry
from ledger.errors import NotProven
from ledger.limits import CLOCK_BEHIND_MAX_MS
from ledger.log.chain import ZERO_HASH
from ledger.log.checkpoint import Checkpoint
from ledger.log.hashing import Hash, format_hash, hash_leaf

CHANGED = "这条记录在公布以后被改动过；以手里的公开表和别处的副本为准"
SIGNED_WRONG = "签名的账本里本来就有这条不合规矩的记录，不是公布以后改的"


class ChainReader:
    """Streams a log's entries; `findings` fills with what does not fit."""

    def __init__(self, entries: EntryReader, leaves: Leaves, checkpoint: Checkpoint, now_ms: int) -> None:
        self._checkpoint = checkpoint
        self._entries = entries
        self._leaves = leaves
        self._now_ms = now_ms
        self._last: Entry | None = None
        self.findings: list[Finding] = []

    def iterate(self) -> Iterator[tuple[bytes, Entry | None]]:
        """Yield each entry with its bytes, None where they are no entry or not the one that was signed."""
        previous: Hash = ZERO_HASH
        altered = self._leaves.altered
        places = {leaf: place for place, leaf in enumerate(self._leaves.proven)} if altered else {}
        for index, data in enumerate(self._entries.iterate()):
            leaf = hash_leaf(data)
            # The bytes were read before, to hash them: who answers otherwise now is not believed either.
            if not data or index in altered or leaf != self._leaves.computed[index]:
                self._report_altered(index, data, leaf, places.get(leaf))
                yield data, None
            else:
                yield data, self._read_entry(index, data, previous)
            previous = self._leaves.proven[index]
        self._report_end()

    def _read_entry(self, index: int, data: bytes, previous: Hash) -> Entry | None:
        try:
            entry = parse_entry(data)
        except NotProven as error:
            self._report(error.code, index, "原文", "规范的一条记录", error.reason, SIGNED_WRONG)
            return None
        if not self._leaves.is_sound:
            self._check_place(index, entry, previous)
            self._last = entry
        return entry

    def _check_place(self, index: int, entry: Entry, previous: Hash) -> None:
        last = self._last
        claims = [
            ("index-differs", "index", str(index), str(entry.index)),
            ("previous-differs", "previous", format_hash(previous), entry.previous),
            ("village-differs", "village", last.village if last else entry.village, entry.village),
        ]
        for code, field, expected, found in claims:
            if expected != found:
                self._report(code, index, field, expected, found, SIGNED_WRONG)
        if last is not None and entry.recorded_at < last.recorded_at:
            self._report(
                "time-backwards",
                index,
                "recorded_at",
                f"不早于 {last.recorded_at}",
                str(entry.recorded_at),
                "记账时间倒退，可能是事后插入的",
            )
        if entry.recorded_at > self._now_ms + CLOCK_BEHIND_MAX_MS and not self._has("time-future"):
            self._report(
                "time-future",
                index,
                "recorded_at",
                f"不晚于 {self._now_ms}",
                str(entry.recorded_at),
                "记账的机器或核对的机器，时钟不准",
            )

    def _report_altered(self, index: int, data: bytes, leaf: Hash, place: int | None) -> None:
        signed = self._leaves.proven[index]
        if not data:
            self._report("entry-missing", index, "原文", "签过名的一条记录", "没有", CHANGED)
            return
        found = f"另一个样子（叶哈希 {format_hash(leaf)}）" if place is None else f"第 {place} 条的原文"
        is_known = self._leaves.is_proven
        expected = f"公布时的样子（叶哈希 {format_hash(signed)}）" if is_known else "与叶哈希文件一致的样子"
        self._report("entry-altered", index, "原文", expected, found, CHANGED)

    def _report_end(self) -> None:
        have, size = len(self._leaves.computed), self._checkpoint.size
        if have < size:
            self._report(
                "entries-missing",
                have,
                "记录",
                f"{size} 条",
                f"{have} 条",
                "检查点签了这么多条，后面的被拿掉了",
            )
        elif not self._leaves.is_proven:
            self._report(
                "root-differs",
                -1,
                "根哈希",
                format_hash(self._checkpoint.root),
                "由记录算不出来",
                "公布的检查点和这些记录对不上：历史被改写过，或拿错了检查点",
            )

    def _has(self, code: str) -> bool:
        return any(finding.code == code for finding in self.findings)

    def _report(self, code: str, entry: int, field: str, expected: str, found: str, meaning: str) -> None:
        self.findings.append(
            Finding(code=code, entry=entry, expected=expected, field=field, found=found, meaning=meaning)
        )
