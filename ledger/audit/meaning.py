"""What the entries mean, derived again: texts, lawfulness, facts, and the figures of every sealed sheet."""

from __future__ import annotations

import hashlib

from ledger.audit.findings import Finding, LogSource, SealedClaim
from ledger.books.figures import SheetHead
from ledger.books.sheets import SheetSealed
from ledger.books.values import SheetKind
from ledger.books.vouchers import VoucherRecorded, VoucherReplaced, VoucherReversed, check_roles
from ledger.canonical import encode_value, parse_entry
from ledger.entries import Entry
from ledger.errors import Fault, NotFound, NotProven
from ledger.evidence import list_public_digests
from ledger.figures import build_head, collect_figures
from ledger.log.commitments import digest_disclosure, open_disclosure
from ledger.state import MemoryFacts, Reference, check_entry, fold_entry

WRONG_FIGURES = "公开表上的数字不是由账本算出来的；以账本为准，请向监督委员会提出"


class MeaningReader:
    """Takes entries in order; afterwards holds facts, texts, sealed sheets and findings.

    After the first entry that cannot be read, nothing later is folded: sums would differ everywhere and hide the
    cause.
    """

    def __init__(self, source: LogSource, reference: Reference) -> None:
        self._source = source
        self._reference = reference
        self._texts: dict[str, object] = {}
        self._whole = True
        self.facts = MemoryFacts(lambda index: parse_entry(source.read_entry(index)))
        self.findings: list[Finding] = []
        self.newest: Entry | None = None
        self.sheets: list[SealedClaim] = []
        self.village = ""
        self._early = _find_early_seals(source)
        self._figures: dict[tuple[int, str], str] = {}

    def take(self, index: int, entry: Entry | None) -> None:
        """Take the entry at `index`; None where its bytes could not be read."""
        if entry is None:
            self._whole = False
        if entry is None or not self._whole:
            return
        self.newest, self.village = entry, entry.village
        self._compute_early(index)
        self._read_texts(entry)
        self.findings += [_build_finding(entry, fault) for fault in self._check(entry)]
        if isinstance(entry.body, SheetSealed):
            self._check_sheet(entry, entry.body)
        fold_entry(self.facts, entry)

    def _check(self, entry: Entry) -> list[Fault]:
        faults = check_entry(self.facts, self._reference, entry)
        body = entry.body
        if isinstance(body, (VoucherRecorded, VoucherReversed, VoucherReplaced)):
            names = [self._texts.get(text.text) for text in (body.handler, body.approver, body.bookkeeper)]
            if all(isinstance(name, str) for name in names):
                faults += check_roles(*map(str, names))
        return faults

    def _read_texts(self, entry: Entry) -> None:
        """Open the entry's public texts; each belongs to it, and each that it names is there."""
        named = list_public_digests(entry.body)
        for disclosure in self._source.list_texts(entry.index):
            digest = digest_disclosure(disclosure)
            if digest not in named:
                self._report_text("text-strange", entry, "只有本条记录的文字", digest)
                continue
            try:
                self._texts[digest] = open_disclosure(disclosure, digest)[1]
            except NotProven as error:
                self._report_text(error.code, entry, digest, error.reason)
        for digest in sorted(named - self._texts.keys()):
            self._report_text("text-missing", entry, digest, "没有")

    def _report_text(self, code: str, entry: Entry, expected: str, found: str) -> None:
        self.findings.append(
            Finding(
                code=code,
                entry=entry.index,
                expected=expected,
                field="公开文字",
                found=found,
                meaning="摘要或姓名等文字缺失或被换过；金额不受影响",
            )
        )

    def _compute_early(self, index: int) -> None:
        """At the size a later seal names, compute its figures while the facts are of that size."""
        for entry, body in self._early.get(index, ()):
            self._figures[entry.index, body.number] = self._digest_figures(entry, body)

    def _check_sheet(self, entry: Entry, body: SheetSealed) -> None:
        self.sheets.append(
            SealedClaim(
                figures=body.figures,
                index=entry.index,
                kind=body.sheet,
                number=body.number,
                pdf=body.pdf,
                period=entry.period,
                size=body.size,
            )
        )
        computed = self._figures.pop((entry.index, body.number), None) or self._digest_figures(entry, body)
        files = self._source.read_sheet(body.number)
        claims = [("figures-differ", "figures", body.figures, computed)]
        for code, field, sealed, data in (
            ("figures-file-differs", "figures.json", body.figures, files.figures),
            ("pdf-file-differs", "sheet.pdf", body.pdf, files.pdf),
        ):
            if data is not None:
                claims.append((code, field, sealed, hashlib.sha256(data).hexdigest()))
        self.findings += [
            Finding(
                code=code,
                entry=entry.index,
                expected=expected,
                field=f"{body.number} 的 {field}",
                found=found,
                meaning=WRONG_FIGURES,
            )
            for code, field, expected, found in claims
            if expected != found
        ]

    def _digest_figures(self, entry: Entry, body: SheetSealed) -> str:
        """Return the digest of the sheet's figures computed from the facts as they stand."""
        kind: SheetKind = body.sheet
        head: SheetHead = build_head(
            self.facts,
            self._reference,
            self._texts.get,
            kind=kind,
            period=entry.period,
            number=body.number,
            size=body.size,
            hung_on=entry.occurred_on,
            follows=body.follows,
            replaces=body.replaces,
        )
        try:
            figures = collect_figures(self.facts, self._reference, self._texts.get, head)
        except (NotFound, ValueError) as error:
            return f"算不出来：{error}"
        return hashlib.sha256(encode_value(figures)).hexdigest()


def _find_early_seals(source: LogSource) -> dict[int, list[tuple[Entry, SheetSealed]]]:
    """Return the seals that name a size below their own index, by that size: entries came between."""
    early: dict[int, list[tuple[Entry, SheetSealed]]] = {}
    for data in source.iterate_seals():
        try:
            entry = parse_entry(data)
        except NotProven:
            continue  # The stream names it.
        if isinstance(entry.body, SheetSealed) and entry.body.size < entry.index:
            early.setdefault(entry.body.size, []).append((entry, entry.body))
    return early


def _build_finding(entry: Entry, fault: Fault) -> Finding:
    return Finding(
        code=fault.code,
        entry=entry.index,
        expected=fault.expected,
        field=fault.place,
        found=fault.found,
        meaning="这条记录不合记账规则，本不该记进账本",
    )
