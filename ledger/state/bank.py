"""Reconciliations with the bank folded: which months were compared, and from which postings an item may come.

Rules that always hold: a month is compared once it is closed, so that its books cannot change any more; months follow
one another without a gap, from the first that was compared on; a month goes on from what the month before left open,
and so differs from the bank by exactly as much: whatever was matched in it adds up to the same on both sides. A later
reconciliation of a month takes the place of the earlier; the months after it are out of date until they come again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ledger.books.accounts import is_bank
from ledger.books.matching import Booked
from ledger.books.money import format_yuan
from ledger.books.reconciliation import (
    BankItem,
    BankReconciled,
    adjust,
    build_item,
    check_reconciled,
    name_reconciliation,
    sort_items,
)
from ledger.books.values import get_last_day, get_next_period, get_previous_period
from ledger.books.vouchers import VoucherRecorded, VoucherReplaced, VoucherReversed
from ledger.entries import Entry
from ledger.errors import Fault
from ledger.state.facts import (
    BankFacts,
    BankMonths,
    BooksFacts,
    EntryAt,
    Facts,
    get_fact,
    put_fact,
    read_body,
)
from ledger.state.money import get_balances, get_month, iterate_vouchers
from ledger.state.reference import Reference


class Reconciliation(NamedTuple):
    """A month's newest, and the index of its entry. `is_current`: no month before it was compared anew since."""

    at: int
    body: BankReconciled
    is_current: bool


def check_bank(facts: Facts, _reference: Reference, entry: Entry) -> list[Fault]:
    """Return every reason why a reconciliation may not follow these facts."""
    body = _get_body(entry)
    faults = check_reconciled(body, entry.period) + _check_month(facts, entry.period)
    if faults:
        return faults
    previous = find_previous(facts, entry.period)
    faults = _check_place(facts, entry.period, body, previous)
    return faults or _check_figures(facts, entry.period, body, previous)


def fold_bank(facts: Facts, entry: Entry) -> None:
    """Apply a reconciliation, already checked, to the facts."""
    body, period = _get_body(entry), entry.period
    put_fact(facts, f"bank/{period}", BankFacts(index=entry.index, version=body.version))
    months = get_fact(facts, "bank", BankMonths) or BankMonths(first=period, last=period)
    # Those after a month that is compared anew went on from what is not so any more: they come again, one by one.
    put_fact(facts, "bank", BankMonths(first=months.first, last=period))


def find_reconciliation(facts: Facts, period: str) -> Reconciliation | None:
    """Return the newest reconciliation of a month; None where it was not compared."""
    known = get_fact(facts, f"bank/{period}", BankFacts)
    if known is None:
        return None
    months = get_fact(facts, "bank", BankMonths)
    return Reconciliation(
        at=known.index,
        body=read_body(facts, known.index, BankReconciled),
        is_current=months is not None and period <= months.last,
    )


def find_previous(facts: Facts, period: str) -> Reconciliation | None:
    """Return what a month goes on from: the newest reconciliation of the month before."""
    return find_reconciliation(facts, get_previous_period(period))


def find_next_month(facts: Facts) -> str:
    """Return the month that is to be compared next; empty where any may be the first."""
    months = get_fact(facts, "bank", BankMonths)
    return get_next_period(months.last) if months is not None else ""


def get_version(facts: Facts, period: str) -> int:
    """Return how often a month was compared."""
    known = get_fact(facts, f"bank/{period}", BankFacts)
    return known.version if known is not None else 0


def get_bank_balance(facts: Facts, period: str) -> int:
    """Return what the books say is in the bank at a month's end, or by now, in fen."""
    return sum(amount for account, amount in get_balances(facts, period).items() if is_bank(account))


def list_booked(facts: Facts, period: str, previous: Reconciliation | None) -> list[Booked]:
    """Return the postings that a month's statement is held against: its own, and those that were left open before."""
    booked = [one for entry in iterate_vouchers(facts, period) for one in _list_postings(facts, entry)]
    for item in previous.body.items if previous is not None else ():
        if item.known_to == "books":
            corrects, is_red = _find_corrected(facts, item.number)
            booked.append(Booked(item.signed_fen, item.occurred_on, item.number, corrects, is_red))
    return booked


def build_items(booked: Iterable[Booked], banked: Iterable[tuple[int, str]]) -> tuple[BankItem, ...]:
    """Return the items of what was left open: postings, and amounts with their days of the bank's lines."""
    return sort_items(
        [
            *(build_item(one.amount_fen, "books", one.occurred_on, one.voucher) for one in booked),
            *(build_item(amount_fen, "bank", day) for amount_fen, day in banked),
        ]
    )


def _get_body(entry: Entry) -> BankReconciled:
    if isinstance(entry.body, BankReconciled):
        return entry.body
    raise TypeError(f"entry {entry.index} of kind {entry.kind} is no reconciliation")


def _check_month(facts: Facts, period: str) -> list[Fault]:
    """The month is closed, and it is the next one, or one of those that were compared."""
    place = name_reconciliation(period)
    if get_fact(facts, "books", BooksFacts) is None:
        remedy = "先导入并通过期初余额"
        return [
            Fault(
                code="books-not-opened",
                place=place,
                found="还没有期初余额",
                expected="先有期初余额",
                remedy=remedy,
            )
        ]
    if not get_month(facts, period).closed:
        return [
            Fault(
                code="bank-month-open",
                place=place,
                found="这个月还没有结账",
                expected="已经结账的月份",
                remedy="先把对账查出来的补记好，结账以后再交审对账结果",
            )
        ]
    months = get_fact(facts, "bank", BankMonths)
    if months is None or months.first <= period <= get_next_period(months.last):
        return []
    due = get_next_period(months.last)
    return [
        Fault(
            code="bank-order",
            place=place,
            found=period,
            expected=f"{months.first} 至 {due}",
            remedy=f"按月份先后对账：先对 {due}"
            if period > due
            else f"对账是从 {months.first} 开始的，更早的月份不再对",
        )
    ]


def _check_place(
    facts: Facts, period: str, body: BankReconciled, previous: Reconciliation | None
) -> list[Fault]:
    """It says how often the month was compared, and from which reconciliation it goes on."""
    claims = (
        ("bank-version", "第几次对账", body.version, get_version(facts, period) + 1),
        ("bank-previous", "上个月的对账", body.previous, previous.at if previous is not None else 0),
    )
    return [
        Fault(
            code=code,
            place=f"{name_reconciliation(period)}的{what}",
            found=str(found),
            expected=str(expected),
            remedy="这中间又对过账，请重新对一次再交审",
        )
        for code, what, found, expected in claims
        if found != expected
    ]


def _check_figures(
    facts: Facts, period: str, body: BankReconciled, previous: Reconciliation | None
) -> list[Fault]:
    """The books' balance and every item are the books' own, and nothing was left out between."""
    place = name_reconciliation(period)
    book_fen = get_bank_balance(facts, period)
    if body.book_fen != book_fen:
        return [
            Fault(
                code="bank-balance",
                place=f"{place}的账面余额",
                found=format_yuan(body.book_fen),
                expected=format_yuan(book_fen),
                remedy="重新对一次账再交审",
            )
        ]
    faults = [
        Fault(
            code="bank-item-unknown",
            place=f"{place}，{item.occurred_on} {format_yuan(item.signed_fen)} 元",
            found=f"凭证 {item.number or '（没有）'}" if item.known_to == "books" else "不是这个月的一笔",
            expected="账上这个月的，或上个月还没对上的",
            remedy="重新对一次账再交审",
        )
        for item in _list_unknown(facts, period, body, previous)
    ]
    if faults or previous is None:
        return faults
    found, expected = adjust(body).difference_fen, adjust(previous.body).difference_fen
    if found == expected:
        return []
    return [
        Fault(
            code="bank-difference",
            place=f"{place}，调节后银行比账上多",
            found=format_yuan(found),
            expected=f"{format_yuan(expected)}（和上个月一样）",
            remedy="中间漏了或多了几笔：核对对账单是不是接着上个月、是不是整月的，重新对一次",
        )
    ]


def _list_unknown(
    facts: Facts, period: str, body: BankReconciled, previous: Reconciliation | None
) -> Iterator[BankItem]:
    """Yield items that neither the month nor what the month before left open can have; in the first month whatever is
    older than it may be open on either side.
    """
    first, last = f"{period}-01", get_last_day(period)
    left = Counter(previous.body.items if previous is not None else ())
    booked = Counter(
        build_item(one.amount_fen, "books", one.occurred_on, one.voucher)
        for one in list_booked(facts, period, None)
    )
    for item in body.items:
        known = left if left[item] else booked
        is_of_month = first <= item.occurred_on <= last
        is_older = previous is None and item.occurred_on < first and not item.number
        if known[item]:
            known[item] -= 1
        elif not is_older and (item.known_to == "books" or not is_of_month):
            yield item


def _list_postings(facts: Facts, entry: Entry) -> Iterator[Booked]:
    body = entry.body
    assert isinstance(body, VoucherRecorded | VoucherReplaced | VoucherReversed)
    corrects, is_red = _find_corrected(facts, body.number)
    for posting in body.postings:
        if is_bank(posting.account):
            amount_fen = posting.amount_fen if posting.side == "debit" else -posting.amount_fen
            yield Booked(amount_fen, entry.occurred_on, body.number, corrects, is_red)


def _find_corrected(facts: Facts, number: str) -> tuple[str, bool]:
    """Return which voucher this one takes back or replaces, empty for neither, and whether it is red."""
    at = get_fact(facts, f"voucher/{number}", EntryAt) if number else None
    body = facts.read_entry(at.index).body if at is not None else None
    if isinstance(body, VoucherReversed):
        return _read_number(facts, body.reverses), True
    return (_read_number(facts, body.replaces) if isinstance(body, VoucherReplaced) else ""), False


def _read_number(facts: Facts, index: int) -> str:
    body = facts.read_entry(index).body
    assert isinstance(body, VoucherRecorded | VoucherReplaced | VoucherReversed)
    return body.number
