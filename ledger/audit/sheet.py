"""The audit of one sheet of paper's file: what is printed follows from entries under the checkpoint it prints."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from ledger.audit.findings import Finding, Report
from ledger.books.money import format_yuan
from ledger.evidence import Verified, verify_evidence
from ledger.log.hashing import format_hash
from ledger.log.receipt import format_fingerprint
from ledger.state import Reference

_AMOUNT = re.compile(r"-?[0-9][0-9,]*\.[0-9]{2}(?![0-9])")
ALTERED = "纸上印的数字和它附带的账目对不上：这张表被改动过"


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
        findings=tuple(_list_findings(verified, printed)),
        fingerprint=format_fingerprint(verified.checkpoint),
        origin=verified.checkpoint.origin,
        root=format_hash(verified.checkpoint.root),
        sheets=1,
        source=f"公开表 {head.number}",
        village=head.village,
    )


def _list_findings(verified: Verified, printed: str) -> Iterator[Finding]:
    """Amounts printed and amounts computed are the same set; number and fingerprint stand on the paper."""
    figures = verified.figures
    computed = {format_yuan(fen) for fen in _list_fen(msgspec.to_builtins(figures))}
    shown = set(_AMOUNT.findall(printed))
    if head_is_money := figures.head.kind == "finance":
        for amount in sorted(shown - computed):
            yield _report("printed-amount", "金额", "账目算出的金额", amount)
    for field, text in (
        ("公开表编号", figures.head.number),
        ("指纹码", format_fingerprint(verified.checkpoint)),
    ):
        if text.replace(" ", "") not in re.sub(r"\s", "", printed):
            yield _report("printed-missing", field, text, "纸上没有")
    if head_is_money:
        for name in ("opening_fen", "income_fen", "expense_fen", "closing_fen"):
            amount = format_yuan(getattr(figures, name))
            if amount not in shown:
                yield _report("printed-missing", name, amount, "纸上没有")


def _list_fen(value: object, name: str = "") -> Iterator[int]:
    """Yield every amount of figures given as plain dictionaries, and its negation: paper may show either sign."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _list_fen(item, key)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _list_fen(item, name)
    elif isinstance(value, int) and name.endswith("_fen"):
        yield from (value, -value)


def _report(code: str, field: str, expected: str, found: str) -> Finding:
    return Finding(code=code, entry=-1, expected=expected, field=field, found=found, meaning=ALTERED)
