"""The audit of one sheet of paper's file: what is printed follows from entries under the checkpoint it prints.

What a file's text says, its picture may hide: whoever can draw over a number can. So the report tells the figures'
fingerprint, to compare with the notice board and the paper in the hand.
"""

from __future__ import annotations

from collections.abc import Iterator

from ledger.audit.findings import Finding, Report
from ledger.audit.printed import Page, list_rows
from ledger.books.disclosure import Disclosure
from ledger.evidence import Verified, verify_evidence
from ledger.log.hashing import format_hash
from ledger.log.receipt import format_fingerprint
from ledger.state import Reference

ALTERED = "纸上印的和它附带的账目对不上：这张表被改动过"


def audit_evidence(
    data: bytes, printed: str, reference: Reference, *, trusted_key: str | None = None
) -> Report:
    """Check a sheet's attachment `data` and the text `printed` on its pages against each other.

    Without `trusted_key` the attachment's own key is believed, and the report's origin and fingerprint must be compared
    with the notice board. Raises NotProven where the attachment proves nothing.
    """
    verified = verify_evidence(data, reference, trusted_key=trusted_key)
    head = verified.figures.head
    return Report(
        entries=len(verified.indexes),
        erased=0,
        examined=len(verified.indexes),
        findings=tuple(_list_findings(verified, printed, reference.disclosure)),
        fingerprint=format_fingerprint(verified.checkpoint),
        origin=verified.checkpoint.origin,
        root=format_hash(verified.checkpoint.root),
        sheets=1,
        source=f"公开表 {head.number}",
        village=head.village,
    )


def _list_findings(verified: Verified, printed: str, disclosure: Disclosure) -> Iterator[Finding]:
    """Every row that the figures ask for stands on the paper, and no amount or rule beside them."""
    page = Page(printed)
    for row in [(format_fingerprint(verified.checkpoint),), *list_rows(verified.figures, disclosure)]:
        if not page.take(row):
            text = " ".join(cell for cell in row if cell)
            yield _report("printed-missing", "纸上的一行", text, "没有")
    is_money = verified.figures.head.kind not in ("points", "scores")
    for text in page.list_left(amounts=is_money):
        yield _report("printed-strange", "纸上的金额" if is_money else "纸上的条目", "由账目算出的", text)


def _report(code: str, field: str, expected: str, found: str) -> Finding:
    return Finding(code=code, entry=-1, expected=expected, field=field, found=found, meaning=ALTERED)
