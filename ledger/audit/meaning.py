"""What the entries mean, derived again: texts, lawfulness, facts, and the figures of every sealed sheet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from ledger.audit.entries import EntryReader
from ledger.audit.findings import Finding, LogSource, SealedClaim, build_claim
from ledger.books.documents import DocumentsAttached, list_pages
from ledger.books.sheets import SheetSealed
from ledger.books.vouchers import VoucherRecorded, VoucherReplaced, VoucherReversed, check_roles
from ledger.canonical import encode_value, parse_entry
from ledger.entries import Entry
from ledger.errors import Fault, NotProven
from ledger.evidence import DERIVING_ERRORS, PUBLIC, SEALED, explain_underivable, list_digests
from ledger.figures import build_head, collect_figures
from ledger.log.commitments import digest_disclosure, parse_disclosure
from ledger.state import MemoryFacts, Reference, check_entry, fold_entry

WRONG_FIGURES = "公开表上的数字不是由账本算出来的；以账本为准，请向监督委员会提出"
WRONG_FILE = "这张公开表的文件缺了或被换过；手里的纸请另行核对"
WRONG_PAGE = "这页单据的图缺了或被换过，不能作数；金额和账目不受影响"
UNLAWFUL = "这条记录不合记账规则，本不该记进账本"


class MeaningReader:
    """Takes entries in order; afterwards holds facts, texts, sealed sheets and findings.

    After the first entry that cannot be read or folded, nothing later is: sums would differ everywhere and hide the
    cause. `examined` says how far it came.
    """

    def __init__(
        self, source: LogSource, reference: Reference, entries: EntryReader, seals: Iterable[bytes]
    ) -> None:
        self._source = source
        self._reference = reference
        self._texts: dict[str, object] = {}
        self._is_broken = False
        self._early = _find_early_seals(seals)
        self._figures: dict[tuple[int, str], str] = {}
        self.examined = 0
        self.facts = MemoryFacts(entries.read_entry)
        self.findings: list[Finding] = []
        self.notes: list[bytes | None] = []  # the checkpoints kept with `sheets`
        self.private: list[int] = []  # indexes of the entries that name private values
        self.sheets: list[SealedClaim] = []
        self.village = ""

    def take(self, data: bytes, entry: Entry | None) -> None:
        """Take the next entry and its bytes; None where they are not an entry that was signed."""
        if entry is None:
            self._is_broken = True
        if entry is None or self._is_broken:
            return
        self.village = self.village or entry.village
        for sealing, body in self._early.get(self.examined, ()):
            self._figures[sealing.index, body.number] = self._digest_figures(sealing, body)
        self._read_texts(entry, list_digests(PUBLIC, data))
        try:
            self.findings += [_build_finding(entry, fault) for fault in self._check(entry)]
            if isinstance(entry.body, SheetSealed):
                self._check_sheet(entry, entry.body)
            if isinstance(entry.body, DocumentsAttached):
                self._check_pages(entry, entry.body)
            fold_entry(self.facts, entry)
        except (*DERIVING_ERRORS, NotProven) as error:
            found = explain_underivable(error)
            self._report("entry-meaningless", entry, "记账规则", "能接在前面的记录之后", found, UNLAWFUL)
            self._is_broken = True
            return
        if SEALED.search(data):
            self.private.append(entry.index)
        self.examined += 1

    def find_text(self, digest: str) -> object | None:
        """Return the public text of a digest, None where it is gone."""
        return self._texts.get(digest)

    def _check(self, entry: Entry) -> list[Fault]:
        faults = check_entry(self.facts, self._reference, entry)
        body = entry.body
        if isinstance(body, VoucherRecorded | VoucherReversed | VoucherReplaced):
            names = [self._texts.get(text.text) for text in (body.handler, body.approver, body.bookkeeper)]
            if all(isinstance(name, str) for name in names):
                faults = faults + check_roles(*map(str, names))
        return faults

    def _read_texts(self, entry: Entry, named: set[str]) -> None:
        """Open the entry's public texts; each belongs to it, and each that it names is there."""
        meaning = "摘要或姓名等文字缺失或被换过；金额不受影响"
        for disclosure in self._source.list_texts(entry.index):
            digest = digest_disclosure(disclosure) if disclosure.isascii() else "非 ASCII 文字"
            if digest not in named:
                self._report("text-strange", entry, "公开文字", "只有本条记录的文字", digest, meaning)
                continue
            try:
                self._texts[digest] = parse_disclosure(disclosure)[1]
            except NotProven as error:
                self._report(error.code, entry, "公开文字", digest, error.reason, meaning)
        # One by one: subtracting the keys of all texts would go through every one of them for each entry.
        for digest in sorted(digest for digest in named if digest not in self._texts):
            self._report("text-missing", entry, "公开文字", digest, "没有", meaning)

    def _check_sheet(self, entry: Entry, body: SheetSealed) -> None:
        claim = build_claim(entry, body)
        computed = self._figures.pop((entry.index, body.number), "") or self._digest_figures(entry, body)
        if computed != body.figures:
            field = f"{body.number} 的数字"
            self._report("figures-differ", entry, field, body.figures, computed, WRONG_FIGURES)
        self.sheets.append(claim)
        try:
            files = self._source.read_sheet(claim)
        except NotProven as error:
            self.notes.append(None)
            self._report(error.code, entry, f"{body.number} 的文件", "读得出来", error.reason, WRONG_FILE)
            return
        self.notes.append(files.checkpoint)
        for name, sealed, data in (
            ("figures.json", body.figures, files.figures),
            ("sheet.pdf", body.pdf, files.pdf),
            ("toolchain.json", body.toolchain, files.toolchain),
        ):
            found = "没有" if data is None else hashlib.sha256(data).hexdigest()
            if found != sealed:
                self._report(
                    "sheet-file-differs", entry, f"{body.number} 的 {name}", sealed, found, WRONG_FILE
                )

    def _check_pages(self, entry: Entry, body: DocumentsAttached) -> None:
        """Every page of the public copies is there, and is what was signed off."""
        for number, page in enumerate(list_pages(body), 1):
            field = f"凭证 {body.number} 单据的第 {number} 页"
            try:
                data = self._source.read_page(page)
            except NotProven as error:
                self._report(error.code, entry, field, "读得出来", error.reason, WRONG_PAGE)
                continue
            found = "没有" if data is None else hashlib.sha256(data).hexdigest()
            if found != page:
                code = "page-missing" if data is None else "page-differs"
                self._report(code, entry, field, page, found, WRONG_PAGE)

    def _digest_figures(self, entry: Entry, body: SheetSealed) -> str:
        """Return the digest of the sheet's figures computed from the facts as they stand."""
        texts = self._texts.get
        try:
            head = build_head(
                self.facts,
                self._reference,
                texts,
                kind=body.sheet,
                period=entry.period,
                number=body.number,
                size=body.size,
                hung_on=entry.occurred_on,
                follows=body.follows,
                replaces=body.replaces,
            )
            figures = collect_figures(self.facts, self._reference, texts, head)
        except (*DERIVING_ERRORS, NotProven) as error:
            return f"算不出来：{explain_underivable(error)}"
        return hashlib.sha256(encode_value(figures)).hexdigest()

    def _report(self, code: str, entry: Entry, field: str, expected: str, found: str, meaning: str) -> None:
        self.findings.append(
            Finding(
                code=code, entry=entry.index, expected=expected, field=field, found=found, meaning=meaning
            )
        )


def _find_early_seals(seals: Iterable[bytes]) -> dict[int, list[tuple[Entry, SheetSealed]]]:
    """Return the seals that name a size below their own index, by that size: entries came between."""
    early: dict[int, list[tuple[Entry, SheetSealed]]] = {}
    for data in seals:
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
        meaning=UNLAWFUL,
    )
