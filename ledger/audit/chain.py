"""The bytes of a log: form, place, link, time, leaf, tree. Names the entry that was changed.

Three things speak of an entry's bytes: the bytes themselves, the leaf hash in the tiles, and `previous` in the next
entry. Where one differs from the other two, that one was changed.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.audit.findings import Finding, LogSource
from ledger.canonical import parse_entry
from ledger.entries import Entry
from ledger.errors import NotProven
from ledger.log.chain import ZERO_HASH
from ledger.log.hashing import Hash, format_hash, hash_leaf

CHANGED = "这条记录在公布以后被改动过；以手里的公开表和别处的副本为准"


class ChainReader:
    """Streams a log's entries, keeping what is needed to name a break.

    After the stream: `leaves` are the leaf hashes that the tree must give, `findings` what did not fit.
    """

    def __init__(self, source: LogSource, size: int) -> None:
        self._source = source
        self._size = size
        self.findings: list[Finding] = []
        self.leaves: list[Hash] = []

    def iterate(self) -> Iterator[tuple[int, Entry | None]]:
        """Yield each index with its entry, None where its bytes are no entry."""
        previous: Hash = ZERO_HASH
        last: Entry | None = None
        for index, data in enumerate(self._source.iterate_entries(self._size)):
            leaf = hash_leaf(data)
            entry = self._parse(index, data)
            self._check_leaf(index, leaf)
            if entry is not None:
                self._check_place(index, entry, previous, last)
                last = entry
            self.leaves.append(leaf)
            previous = leaf
            yield index, entry
        if len(self.leaves) != self._size:
            self._report(
                "entries-missing",
                len(self.leaves),
                "记录",
                f"{self._size} 项",
                f"{len(self.leaves)} 项",
                "检查点签了这么多项，后面的被拿掉了",
            )

    def _parse(self, index: int, data: bytes) -> Entry | None:
        try:
            return parse_entry(data)
        except NotProven as error:
            self._report(error.code, index, "原字节", "规范的一条记录", error.reason, CHANGED)
            return None

    def _check_leaf(self, index: int, leaf: Hash) -> None:
        tile = self._source.read_leaf(index, self._size)
        if tile is not None and tile != leaf:
            self._report("leaf-differs", index, "叶哈希", format_hash(tile), format_hash(leaf), CHANGED)

    def _check_place(self, index: int, entry: Entry, previous: Hash, last: Entry | None) -> None:
        if entry.index != index:
            self._report("index-differs", index, "index", str(index), str(entry.index), CHANGED)
        if entry.previous != format_hash(previous):
            self._report_link(index, entry, previous)
        if last is not None and entry.recorded_at < last.recorded_at:
            self._report(
                "time-backwards",
                index,
                "recorded_at",
                f"不早于 {last.recorded_at}",
                str(entry.recorded_at),
                "记账时间倒退，可能是事后插入的",
            )
        if last is not None and entry.village != last.village:
            self._report("village-differs", index, "village", last.village, entry.village, CHANGED)

    def _report_link(self, index: int, entry: Entry, previous: Hash) -> None:
        """Say whose bytes differ: the entry before, if its tile still agrees with what this entry says of it."""
        tile = self._source.read_leaf(index - 1, self._size) if index else None
        changed = index - 1 if tile is not None and format_hash(tile) == entry.previous else index
        if any(item.entry == changed for item in self.findings):
            return
        self._report(
            "previous-differs", changed, "previous", format_hash(previous), entry.previous, CHANGED
        )

    def _report(self, code: str, entry: int, field: str, expected: str, found: str, meaning: str) -> None:
        self.findings.append(
            Finding(code=code, entry=entry, expected=expected, field=field, found=found, meaning=meaning)
        )
