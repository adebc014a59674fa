"""How contracts stand at a month's end: what its closing says of each, so that no sheet needs older payments.

Rules that always hold: a closing says of every contract that goes on, is not paid to the fen or was not by the closing
before, or was touched since that one, what was due by the month's end and what was paid; a month after a closing that
says so says so too.
What a closing says follows from the one before and the month's own vouchers, so closing costs no more as the log grows.
"""

from __future__ import annotations

from typing import NamedTuple

from ledger.books.contracts import sum_dues
from ledger.books.dues import find_end, sum_paid
from ledger.books.money import format_yuan
from ledger.books.values import get_last_day, get_previous_period
from ledger.books.vouchers import (
    ContractStanding,
    PeriodClosed,
    VoucherRecorded,
    VoucherReplaced,
    VoucherReversed,
)
from ledger.errors import Fault
from ledger.state.contracts import Terms, find_about, read_terms
from ledger.state.facts import ClosingFacts, EntryAt, Facts, PeriodFacts, get_fact, scan_facts
from ledger.state.register_facts import ContractFacts, PaymentFacts

STANDINGS_MAX = 500
"""Contracts of one closing. Beside very many balances fewer fit: then `build_closing` leaves them out."""

Standings = tuple[ContractStanding, ...]


class Before(NamedTuple):
    """The closing before a month: where it is in the log, and what it says of contracts, None where nothing.

    The opening balances stand in for the closing before the first month.
    """

    at: int
    standings: dict[str, ContractStanding] | None


class Found(NamedTuple):
    """A contract as it was known at a month's closing, whose index `closed` is, 0 while the month is open."""

    known: ContractFacts
    terms: Terms
    closed: int


def build_standings(facts: Facts, period: str) -> Standings | None:
    """Return what the closing of a month has to say of contracts, by number; None where an entry cannot hold them.

    Of a closed month it is what was known when it was closed. A contract that the closing before leaves out, and that
    nothing touched since, is settled: its entries are not read again.
    """
    before, moved = read_before(facts, period), sum_moved(facts, period)
    closed = _find_closed(facts, period)
    found = []
    for number, known in scan_facts(facts, "contract/", ContractFacts):
        if closed and known.signed > closed:
            continue
        is_touched = number in moved or bool(list_since(known, before, closed))
        last = before.standings.get(number) if before.standings is not None else None
        if before.standings is not None and last is None and not is_touched:
            continue
        terms = read_terms(facts, known, closed or None)
        standing = ContractStanding(
            changes=len(terms.changes),
            contract=number,
            due_fen=_sum_due(terms, period),
            ends_on=terms.ended_on,
            paid_fen=_sum_paid(facts, period, terms, before, moved),
        )
        # What was paid ahead and falls due settles it untouched: it is told once more, so that nothing owed is lost.
        is_open = not _is_settled(standing) or (last is not None and not _is_settled(last))
        if is_touched or is_open or _is_going_on(terms, period):
            found.append(standing)
    return tuple(found) if len(found) <= STANDINGS_MAX else None


def compare_standings(
    facts: Facts, period: str, expected: Standings | None, found: Standings | None, place: str
) -> list[Fault]:
    """Return a fault for each contract in which a closing differs from what the entries add up to.

    Closings from before there was such a thing say nothing; after one that says it, all do.
    """
    if found == expected or (found is None and read_before(facts, period).standings is None):
        return []
    theirs, ours = _tell(found), _tell(expected)
    differing = [number for number in sorted({*theirs, *ours}) if theirs.get(number) != ours.get(number)]
    rows = [
        ("closing-contract", f"合同 {number}", theirs.get(number, "没有"), ours.get(number, "没有"))
        for number in differing
    ]
    if not rows:
        rows = [("closing-contracts", "各份合同", "没有写，次序不对或有重复", "按合同编号，各一行")]
    return [
        Fault(
            code=code,
            place=f"{place}的{what}",
            found=said,
            expected=right,
            remedy="账上有变动，请重新生成结账再通过",
        )
        for code, what, said, right in rows
    ]


def get_standings(facts: Facts, period: str) -> Standings | None:
    """Return what the closing of a month says of contracts; None where it says nothing, or there is none."""
    closing = get_fact(facts, f"closing/{period}", ClosingFacts)
    body = facts.read_entry(closing.index).body if closing is not None else None
    return body.contracts if isinstance(body, PeriodClosed) else None


def read_before(facts: Facts, period: str) -> Before:
    """Return the closing before a month; at 0, saying nothing, where there is none."""
    last = get_previous_period(period)
    closing, standings = get_fact(facts, f"closing/{last}", ClosingFacts), get_standings(facts, last)
    return Before(
        at=closing.index if closing is not None else 0,
        standings=None if standings is None else {row.contract: row for row in standings},
    )


def sum_moved(facts: Facts, period: str) -> dict[str, int]:
    """Return what the month's vouchers moved for each contract that one of them is about: fen, money in positive."""
    moved: dict[str, int] = {}
    for _, at in scan_facts(facts, f"voucher/{period}-", EntryAt):
        body = facts.read_entry(at.index).body
        assert isinstance(body, VoucherRecorded | VoucherReversed | VoucherReplaced)
        if number := find_about(facts, body):
            moved[number] = moved.get(number, 0) + sum_paid(body)
    return moved


def list_since(known: ContractFacts, before: Before, closed: int) -> list[int]:
    """Return which entries of a contract came after the closing before and, where it is closed, before the month's."""
    return [
        index
        for index in (known.signed, *known.changes)
        if index > before.at and (not closed or index < closed)
    ]


def list_to_tell(facts: Facts, period: str) -> list[ContractStanding]:
    """Return the contracts of a month's closing that its sheet may have to tell of, by what the closings say.

    All others stand as they stood a month before, owe nothing and end later than ENDS_SOON_DAYS after the month.
    """
    rows = get_standings(facts, period) or ()
    before, moved, last_day = read_before(facts, period), sum_moved(facts, period), get_last_day(period)
    known = before.standings or {}
    return [
        row
        for row in rows
        if row != known.get(row.contract)
        or row.due_fen > row.paid_fen
        or row.contract in moved
        or find_end(row.ends_on, last_day)
    ]


def find_unproven(facts: Facts, period: str) -> str:
    """Return the first contract of which a month's closing says what does not follow, empty where all of it does.

    For facts of a sheet's own evidence, which hold the entries of the contracts that the sheet tells of, and no older
    payments: those are taken from the closing before, which was checked when it was recorded.
    """
    rows = get_standings(facts, period)
    if rows is None:
        return ""
    before, moved, closed = read_before(facts, period), sum_moved(facts, period), _find_closed(facts, period)
    named = {row.contract for row in rows}
    kept = before.standings or {}
    lost = [row.contract for row in kept.values() if row.contract not in named and not _is_settled(row)]
    wrong = [
        row.contract
        for row in list_to_tell(facts, period)
        if not _is_proven(facts, period, row, before, moved, closed)
    ]
    return min([*lost, *wrong, *(moved.keys() - named)], default="")


def find_terms(facts: Facts, period: str, number: str) -> Found | None:
    """Return a contract as it was known when a month was closed; None where the facts have none."""
    known, closed = get_fact(facts, f"contract/{number}", ContractFacts), _find_closed(facts, period)
    return None if known is None else Found(known, read_terms(facts, known, closed or None), closed)


def _is_proven(  # what was read once for all rows
    facts: Facts, period: str, row: ContractStanding, before: Before, moved: dict[str, int], closed: int
) -> bool:
    found = find_terms(facts, period, row.contract)
    if found is None:
        return False
    known, terms = found.known, found.terms
    agreed = (row.changes, row.due_fen, row.ends_on)
    if agreed != (len(terms.changes), _sum_due(terms, period), terms.ended_on):
        return False
    last = (before.standings or {}).get(row.contract)
    if last is None and (before.standings is None or known.signed < before.at):
        return True  # What was paid before stands in no closing.
    paid_fen = last.paid_fen if last is not None else 0
    return row.paid_fen == paid_fen + terms.sign * moved.get(row.contract, 0)


def _find_closed(facts: Facts, period: str) -> int:
    """Return the index of a month's closing, 0 while it is open."""
    month = get_fact(facts, f"period/{period}", PeriodFacts)
    return month.closed if month is not None else 0


def _sum_due(terms: Terms, period: str) -> int:
    return sum_dues(due for due in terms.dues if due.due_on <= get_last_day(period))


def _sum_paid(facts: Facts, period: str, terms: Terms, before: Before, moved: dict[str, int]) -> int:
    """Return what was paid by a month's end, as the contract has it; vouchers of later months are not counted."""
    number = terms.signed.number
    if before.standings is not None and number in before.standings:
        return before.standings[number].paid_fen + terms.sign * moved.get(number, 0)
    money_fen = sum(
        payment.money_fen
        for _, payment in scan_facts(facts, f"payment/{number}/", PaymentFacts)
        if facts.read_entry(payment.index).period <= period
    )
    return terms.sign * money_fen


def _is_going_on(terms: Terms, period: str) -> bool:
    """Whether a contract goes on for a part of the month, or asks for something later still."""
    asks_later = any(due.due_on > get_last_day(period) for due in terms.dues)
    return not terms.is_void and (terms.ended_on >= f"{period}-01" or asks_later)


def _is_settled(row: ContractStanding) -> bool:
    """Whether what was due by then is paid to the fen."""
    return row.due_fen == row.paid_fen


def _tell(standings: Standings | None) -> dict[str, str]:
    return {
        row.contract: (
            f"应收付 {format_yuan(row.due_fen)}，已收付 {format_yuan(row.paid_fen)}，"
            f"{row.ends_on} 到期，变更 {row.changes} 次"
        )
        for row in standings or ()
    }
