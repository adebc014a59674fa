"""What only a home can check: its heads, columns and facts, and with the vault every private line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ledger.audit.entries import EntryReader
from ledger.audit.findings import Finding, HomeSource, StoredEntry
from ledger.audit.leaves import Leaves
from ledger.audit.meaning import MeaningReader
from ledger.audit.roots import KeptNote
from ledger.canonical import digest_claim, parse_entry
from ledger.entries import Entry, get_claim
from ledger.errors import Fault, NotProven, Tampered
from ledger.evidence import SEALED, list_digests
from ledger.log.chain import ZERO_HASH
from ledger.log.commitments import open_disclosure
from ledger.log.hashing import format_hash
from ledger.state.annexes import check_annex_privately, list_annexed
from ledger.state.assessed import check_assessments_privately
from ledger.state.awards import check_registered_privately, check_rounds_privately
from ledger.state.documents import iterate_documents
from ledger.state.grids import check_grids_privately
from ledger.state.honours import check_honours_privately
from ledger.state.marks import check_score_rounds_privately
from ledger.state.party_groups import check_groups_privately
from ledger.state.redeeming import check_redemptions_privately

CACHE = "数据库里的速查数据和记录对不上：网页可能显示错，账本本身没有变"
ORIGINAL = "本机存的单据原件缺了或坏了：公开的图还在，原件从备份里找回"
PRIVATE = "隐私库里的明细和公开的合计对不上"
SHOWN_CHARS = 200
"""Of a stored value, this much is shown."""

_KEY_STARTS = [chr(code) for code in range(0x20, 0x7F)]
_INDEX = re.compile(r"第 ([0-9]+) 条")


class HomeReader:
    """The second part of a home's audit, over leaves and meaning that the first part derived."""

    def __init__(self, source: HomeSource, leaves: Leaves, meaning: MeaningReader) -> None:
        self._source = source
        self._leaves = leaves
        self._meaning = meaning
        self.erased = 0

    def iterate_notes(self) -> Iterator[KeptNote]:
        """Yield every head that the home keeps."""
        for head in self._source.iterate_heads():
            yield KeptNote(-1, f"本机的检查点 {head.size}", head.note, head.size)

    def list_findings(self, entries: EntryReader) -> Iterator[Finding]:
        """Columns first, then private values, then facts and rounds if every entry could be folded."""
        yield from self._check_heads()
        yield from self._check_log(entries)
        yield from self._check_columns(entries)
        if self._meaning.examined == len(self._leaves.computed):
            if self._source.has_private:
                yield from self._check_private(entries)
            yield from self._check_originals()
            yield from self._check_facts()
            if self._source.has_private:
                yield from self._check_rounds()

    def _check_heads(self) -> Iterator[Finding]:
        """The root column, which publishing compares with, is the one in the signed note."""
        for head in self._source.iterate_heads():
            signed = head.note.split(b"\n")[2:3]
            if signed != [_format_bytes(head.root).encode()]:
                told = signed[0].decode(errors="replace") if signed else "没有"
                yield _report(
                    "head-column", -1, f"本机的检查点 {head.size}", told, _format_bytes(head.root), CACHE
                )

    def _check_log(self, entries: EntryReader) -> Iterator[Finding]:
        """What the next append would start from; and nothing beyond the newest head."""
        frontier = self._source.get_stored_log().frontier
        size = len(self._leaves.proven)
        if frontier.size > size:
            yield Finding(
                code="head-behind",
                entry=size,
                expected=f"{frontier.size} 条都签过名",
                field="检查点",
                found=f"签到第 {size} 条",
                meaning="最新的记录还没有签名，多半是记账时断过电；再记一条就会补签",
            )
        elif frontier != self._leaves.tiles.frontier:
            yield _report(
                "frontier-differs",
                -1,
                "数据库里接着往下记的起点（树前沿）",
                "由记录算出的",
                f"记着 {frontier.size} 条，和算出的不一样",
                CACHE,
            )
        else:
            yield from self._check_newest(entries)

    def _check_newest(self, entries: EntryReader) -> Iterator[Finding]:
        """What the log's own row says of its newest entry."""
        stored, index = self._source.get_stored_log(), len(self._leaves.proven) - 1
        if stored.leaf != self._leaves.proven[index]:
            expected, found = format_hash(self._leaves.proven[index]), _format_bytes(stored.leaf)
            yield _report("column-differs", index, "数据库里账本的 leaf 列", expected, found, CACHE)
        if index in self._leaves.altered:
            return
        try:
            recorded_at = entries.read_entry(index).recorded_at
        except NotProven:
            return  # Named already.
        if stored.recorded_at != recorded_at:
            expected, found = str(recorded_at), str(stored.recorded_at)
            yield _report("column-differs", index, "数据库里账本的 recorded_at 列", expected, found, CACHE)

    def _check_columns(self, entries: EntryReader) -> Iterator[Finding]:
        if self._leaves.is_sound:
            return
        stored = self._source.iterate_stored()
        previous = ZERO_HASH
        for index, data in enumerate(entries.iterate()):
            row = next(stored, None)
            if index in self._leaves.altered:
                previous = self._leaves.proven[index]
                continue
            try:
                entry = parse_entry(data)
            except NotProven:
                return  # Named already.
            if row is None or row.index != index:
                return  # So is a row that is gone.
            yield from self._compare_columns(entry, row, previous)
            previous = self._leaves.computed[index]

    def _compare_columns(self, entry: Entry, row: StoredEntry, previous: bytes) -> Iterator[Finding]:
        for field, expected, found in (
            ("leaf", format_hash(self._leaves.computed[entry.index]), _format_bytes(row.leaf)),
            ("previous", format_hash(previous), _format_bytes(row.previous)),
            ("claim", digest_claim(get_claim(entry)), row.claim.hex()),
            ("kind", entry.kind, row.kind),
            ("recorded_at", str(entry.recorded_at), str(row.recorded_at)),
        ):
            if expected != found:
                yield _report("column-differs", entry.index, f"数据库的 {field} 列", expected, found, CACHE)

    def _check_private(self, entries: EntryReader) -> Iterator[Finding]:
        """Every private digest opens with what the vault keeps, or belongs to nobody any more."""
        for index in self._meaning.private:
            for digest in sorted(list_digests(SEALED, entries.get_bytes(index))):
                try:
                    disclosure = self._source.find_private(digest)
                    if disclosure is None:
                        self.erased += 1
                    else:
                        open_disclosure(disclosure, digest)
                except (NotProven, Tampered) as error:
                    yield _report("private-unproven", index, "隐私库", digest, str(error), PRIVATE)

    def _check_originals(self) -> Iterator[Finding]:
        """Encrypted originals are what the entries say. One that is gone was erased, unless what opens it is here."""
        for index, body in iterate_documents(self._meaning.facts):
            for document in body.documents:
                found = self._source.find_original(document.encrypted)
                if found == document.encrypted or (not found and self._is_erased(document.original.sealed)):
                    continue
                field = f"凭证 {body.number} 单据的原件"
                code = "original-differs" if found else "original-missing"
                yield _report(code, index, field, document.encrypted, found or "没有", ORIGINAL)

    def _is_erased(self, sealed: str) -> bool:
        """Whether a private value is gone; one that cannot be read here may be."""
        try:
            return not self._source.has_private or self._source.find_private(sealed) is None
        except Tampered:
            return False

    def _check_facts(self) -> Iterator[Finding]:
        """Every stored fact equals the one folded again, and none is missing or too much."""
        ours = dict(self._meaning.facts.scan(""))
        facts = self._source.get_facts()
        stored = {key: value for start in _KEY_STARTS for key, value in facts.scan(start)}
        if ours == stored:
            return
        for key in sorted(ours.keys() | stored.keys()):
            if ours.get(key) != stored.get(key):
                yield _report("fact-differs", -1, key, _show(ours.get(key)), _show(stored.get(key)), CACHE)

    def _check_rounds(self) -> Iterator[Finding]:
        """Each month's private lines against caps, consents, sums, counts, stars and annexes."""
        facts, find_private = self._meaning.facts, self._source.find_private
        faults = check_registered_privately(facts, find_private)
        faults += check_redemptions_privately(facts, find_private)
        faults += check_honours_privately(facts, find_private)
        faults += check_grids_privately(facts, find_private)
        faults += check_assessments_privately(facts, find_private)
        faults += check_groups_privately(facts, find_private)
        for period in _list_periods(facts.scan("points"), 1):
            faults += check_rounds_privately(facts, period, find_private)
        for period in list_annexed(facts):
            faults += check_annex_privately(facts, period, find_private)
        for period in _list_periods(facts.scan("score/"), 1):
            faults += check_score_rounds_privately(facts, period, find_private)
        for fault in faults:
            if fault.code != "private-unproven":  # Said already, digest by digest.
                yield _build_finding(fault)


def _list_periods(rows: Iterator[tuple[str, bytes]], place: int) -> list[str]:
    """Return the periods that keys of the form `<name>/<period>…` hold, ascending."""
    return sorted({key.split("/")[place] for key, _ in rows})


def _build_finding(fault: Fault) -> Finding:
    named = _INDEX.search(fault.place)
    index = int(named.group(1)) if named else -1
    return _report(fault.code, index, fault.place, fault.expected, fault.found, PRIVATE)


def _report(code: str, entry: int, field: str, expected: str, found: str, meaning: str) -> Finding:
    return Finding(code=code, entry=entry, expected=expected, field=field, found=found, meaning=meaning)


def _format_bytes(data: bytes) -> str:
    return format_hash(data) if len(data) == len(ZERO_HASH) else f"{len(data)} 字节"


def _show(value: bytes | None) -> str:
    return "没有" if value is None else value.decode(errors="replace")[:SHOWN_CHARS]
