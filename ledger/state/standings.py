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


class ContractMonth(NamedTuple):
    """A month's contracts, with what is read of the log but once.

    `before` is what the closing before says of contracts, None where nothing, and stands at index `before_at`; before
    the first closing the opening balances stand in, at 0. `closed` is the index of the month's own closing, 0 while it
    is open; `rows` what that says, None where nothing. `moved` is what the month's vouchers moved for each contract
    that one of them is about: fen, money in positive.
    """

    before: dict[str, ContractStanding] | None
    before_at: int
    closed: int
    facts: Facts
    moved: dict[str, int]
    period: str
    rows: Standings | None

    def list_since(self, known: ContractFacts) -> list[int]:
        """Return which entries of a contract came after the closing before and, if closed, before the month's."""
        return [
            index
            for index in (known.signed, *known.changes)
            if index > self.before_at and (not self.closed or index < self.closed)
        ]

    def list_to_tell(self) -> list[ContractStanding]:
        """Return the contracts of the closing that its sheet may have to tell of, by what the closings say.

        All others stand as they stood a month before, owe nothing and end later than ENDS_SOON_DAYS after the month.
        """
        known, last_day = self.before or {}, get_last_day(self.period)
        return [
            row
            for row in self.rows or ()
            if row != known.get(row.contract)
            or row.due_fen > row.paid_fen
            or row.contract in self.moved
            or find_end(row.ends_on, last_day)
        ]

    def find_unproven(self) -> str:
        """Return the first contract of which the closing says what does not follow, empty where all of it does.

        For facts of a sheet's own evidence, which hold the entries of the contracts that the sheet tells of, and no
        older payments: those are taken from the closing before, which was checked when it was recorded.
        """
        if self.rows is None:
            return ""
        named = {row.contract for row in self.rows}
        kept = self.before or {}
        lost = [row.contract for row in kept.values() if row.contract not in named and not _is_settled(row)]
        wrong = [row.contract for row in self.list_to_tell() if not self._is_proven(row)]
        return min([*lost, *wrong, *(self.moved.keys() - named)], default="")

    def find_terms(self, number: str) -> Found | None:
        """Return a contract as it was known when the month was closed; None where the facts have none."""
        known = get_fact(self.facts, f"contract/{number}", ContractFacts)
        return None if known is None else Found(known, read_terms(self.facts, known, self.closed or None))

    def sum_paid(self, terms: Terms) -> int:
        """Return what was paid by the month's end, as the contract has it; later months' vouchers are not counted."""
        number = terms.signed.number
        if self.before is not None and number in self.before:
            return self.before[number].paid_fen + terms.sign * self.moved.get(number, 0)
        money_fen = sum(
            payment.money_fen
            for _, payment in scan_facts(self.facts, f"payment/{number}/", PaymentFacts)
            if self.facts.read_entry(payment.index).period <= self.period
        )
        return terms.sign * money_fen

    def _is_proven(self, row: ContractStanding) -> bool:
        found = self.find_terms(row.contract)
        if found is None:
            return False
        known, terms = found
        agreed = (row.changes, row.due_fen, row.ends_on)
        if agreed != (len(terms.changes), _sum_due(terms, self.period), terms.ended_on):
            return False
        last = (self.before or {}).get(row.contract)
        if last is None and (self.before is None or known.signed < self.before_at):
            return True  # What was paid before stands in no closing.
        paid_fen = last.paid_fen if last is not None else 0
        return row.paid_fen == paid_fen + terms.sign * self.moved.get(row.contract, 0)


class Found(NamedTuple):
    """A contract as it was known at a month's closing."""

    known: ContractFacts
    terms: Terms


def build_standings(facts: Facts, period: str) -> Standings | None:
    """Return what the closing of a month has to say of contracts, by number; None where an entry cannot hold them.

    Of a closed month it is what was known when it was closed. A contract that the closing before leaves out, and that
    nothing touched since, is settled: its entries are not read again.
    """
    month = read_month(facts, period)
    found = []
    for number, known in scan_facts(facts, "contract/", ContractFacts):
        if month.closed and known.signed > month.closed:
            continue
        is_touched = number in month.moved or bool(month.list_since(known))
        last = month.before.get(number) if month.before is not None else None
        if month.before is not None and last is None and not is_touched:
            continue
        terms = read_terms(facts, known, month.closed or None)
        standing = ContractStanding(
            changes=len(terms.changes),
            contract=number,
            due_fen=_sum_due(terms, period),
            ends_on=terms.ended_on,
            paid_fen=month.sum_paid(terms),
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
    if found == expected or (found is None and get_standings(facts, get_previous_period(period)) is None):
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


def read_month(facts: Facts, period: str) -> ContractMonth:
    """Return a month's contracts: what its closing and the one before say, and what its vouchers moved."""
    last = get_previous_period(period)
    closing, standings = get_fact(facts, f"closing/{last}", ClosingFacts), get_standings(facts, last)
    month = get_fact(facts, f"period/{period}", PeriodFacts)
    return ContractMonth(
        before=None if standings is None else {row.contract: row for row in standings},
        before_at=closing.index if closing is not None else 0,
        closed=month.closed if month is not None else 0,
        facts=facts,
        moved=_sum_moved(facts, period),
        period=period,
        rows=get_standings(facts, period),
    )


def _sum_moved(facts: Facts, period: str) -> dict[str, int]:
    moved: dict[str, int] = {}
    for _, at in scan_facts(facts, f"voucher/{period}-", EntryAt):
        body = facts.read_entry(at.index).body
        assert isinstance(body, VoucherRecorded | VoucherReversed | VoucherReplaced)
        if number := find_about(facts, body):
            moved[number] = moved.get(number, 0) + sum_paid(body)
    return moved


def _sum_due(terms: Terms, period: str) -> int:
    return sum_dues(due for due in terms.dues if due.due_on <= get_last_day(period))


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
