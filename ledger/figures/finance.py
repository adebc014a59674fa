"""The finance sheet's figures gathered: the month's vouchers with their texts, and the corrections that
touch it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from ledger.books.balances import sum_sides
from ledger.books.figures import Correction, FinanceFigures, SheetHead
from ledger.books.finance_figures import MonthVoucher, build_finance_figures
from ledger.books.people import mask_name
from ledger.books.vouchers import Voucher, VoucherRecorded, VoucherReplaced, VoucherReversed, get_about
from ledger.entries import Entry
from ledger.errors import NotFound
from ledger.figures.charts import collect_chart
from ledger.figures.month import collect_told
from ledger.figures.texts import GONE, Texts, read_text
from ledger.state.facts import EntryAt, Facts, VillageFacts, get_fact, scan_facts
from ledger.state.money import get_opening, iterate_vouchers
from ledger.state.reference import Reference

ReadEntry = Callable[[int], Entry]
"""From an index to the entry there."""


def collect_finance(facts: Facts, reference: Reference, texts: Texts, head: SheetHead) -> FinanceFigures:
    """Return the figures of a month's finance sheet.

    Corrections count as far as they were known at the head's size. Raises NotFound where the log has no
    founding.
    """
    village = get_fact(facts, "village", VillageFacts)
    if village is None:
        raise NotFound("本村的账本（log.founded）")
    vouchers = [
        read_voucher(facts.read_entry, texts, entry) for entry in iterate_vouchers(facts, head.period)
    ]
    corrections = [
        read_correction(facts, texts, facts.read_entry(at.index))
        for _, at in scan_facts(facts, f"correction/{head.period}/", EntryAt)
        if at.index < head.size
    ]
    figures = build_finance_figures(
        head,
        collect_chart(facts, reference, texts, head.period),
        get_opening(facts, head.period),
        vouchers,
        corrections,
    )
    told = collect_told(facts, texts, head.period, head.size)
    return msgspec.structs.replace(figures, **told._asdict())


def read_voucher(read_entry: ReadEntry, texts: Texts, entry: Entry) -> MonthVoucher:
    """Return a voucher's entry with its texts, masked as everybody sees them; TypeError where it is none, or answers
    none.
    """
    body = get_voucher(entry)
    answered = get_answered(read_entry, body) if isinstance(body, VoucherReversed) else None
    return MonthVoucher(
        about=get_about(body, answered),
        attachments=body.attachments,
        correction=_name_correction(body),
        handler=_mask_handler(texts, body),
        index=entry.index,
        number=body.number,
        occurred_on=entry.occurred_on,
        postings=body.postings,
        summary=_tell_summary(texts, body, answered),
    )


def read_correction(facts: Facts, texts: Texts, entry: Entry) -> Correction:
    """Return what an entry corrects; TypeError where it is no voucher, or corrects nothing."""
    body = get_voucher(entry)
    if isinstance(body, VoucherRecorded):
        raise TypeError(f"entry {entry.index} corrects nothing")
    return Correction(
        amount_fen=sum_sides(body.postings).debit_fen,
        answers=get_answered(facts.read_entry, body).number,
        index=entry.index,
        kind="reversal" if isinstance(body, VoucherReversed) else "replacement",
        occurred_on=entry.occurred_on,
        reason=read_text(texts, body.reason if isinstance(body, VoucherReversed) else body.summary),
        voucher=body.number,
    )


def get_voucher(entry: Entry) -> Voucher:
    """Return the voucher that an entry is; TypeError where it is another kind."""
    if isinstance(entry.body, VoucherRecorded | VoucherReversed | VoucherReplaced):
        return entry.body
    raise TypeError(f"entry {entry.index} of kind {entry.kind} is no voucher")


def get_answered(read_entry: ReadEntry, body: VoucherReversed | VoucherReplaced) -> Voucher:
    """Return the voucher that a correction answers."""
    return get_voucher(read_entry(body.reverses if isinstance(body, VoucherReversed) else body.replaces))


def _name_correction(body: Voucher) -> Literal["", "reversal", "replacement"]:
    if isinstance(body, VoucherReversed):
        return "reversal"
    return "replacement" if isinstance(body, VoucherReplaced) else ""


def _mask_handler(texts: Texts, body: Voucher) -> str:
    name = read_text(texts, body.handler)
    return name if name == GONE else mask_name(name)


def _tell_summary(texts: Texts, body: Voucher, answered: Voucher | None) -> str:
    """Return a line's 摘要; a red voucher has a reason instead, and says which voucher it takes back: `answered`."""
    if isinstance(body, VoucherReversed):
        assert answered is not None
        return f"冲销 {answered.number} 号凭证：{read_text(texts, body.reason)}"
    return read_text(texts, body.summary)
