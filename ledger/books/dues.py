"""Payment calendars: dues made from a rule, what was paid of each, and how long what is not paid is overdue.

Whole fen throughout: the parts of a year add up to the year, and what was paid is what stands at the dues plus what is
ahead of them. No clock: the day from which one counts comes in.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple, get_args

from ledger.books.accounts import is_money
from ledger.books.balances import sign_posting
from ledger.books.contracts import DUES_MAX, Due
from ledger.books.vouchers import Voucher, VoucherRecorded, VoucherReplaced, VoucherReversed

Age = Literal["not-due", "to-30", "to-90", "to-365", "over-365"]
"""By how many days an amount is overdue."""
AGES: tuple[Age, ...] = get_args(Age)
_LAST_DAYS: tuple[tuple[int, Age], ...] = ((0, "not-due"), (30, "to-30"), (90, "to-90"), (365, "to-365"))
ENDS_SOON_DAYS = (7, 30, 90)
"""When people are reminded that a contract ends."""
STEP_WHOLE = 10_000
"""A step is counted in hundredths of a percent."""


class DueRule(NamedTuple):
    """What is paid each year from a first day on. `step_years` 0: always the same."""

    first_on: str
    last_on: str  # no due after it
    step_hundredths: int  # of a percent, added to the year's amount every `step_years` years
    step_years: int
    times: int  # a year: 1, 2, 3, 4, 6 or 12
    yearly_fen: int


class Payment(NamedTuple):
    """What a voucher moved for a contract: fen as the contract has it, so that what is owed counts as positive.

    `at` is the index of its entry, `reverses` that of the voucher that it takes back, 0 for none.
    """

    amount_fen: int
    at: int
    reverses: int


class Share(NamedTuple):
    """How much of a due the voucher at an index paid."""

    amount_fen: int
    at: int


class PaidDue(NamedTuple):
    """A due with what was paid of it."""

    due: Due
    shares: tuple[Share, ...]

    @property
    def paid_fen(self) -> int:
        return sum(share.amount_fen for share in self.shares)

    @property
    def unpaid_fen(self) -> int:
        return self.due.amount_fen - self.paid_fen


class Matched(NamedTuple):
    """Payments held against dues. `ahead_fen` is what is beyond all of them; below zero, what went back too much."""

    ahead_fen: int
    dues: tuple[PaidDue, ...]


def make_dues(rule: DueRule) -> tuple[Due, ...]:
    """Return the dues of a rule, at most one more than an entry may hold.

    A year's amount is divided so that its parts add up to it; a step is rounded to the fen, half up.
    """
    dues: list[Due] = []
    yearly_fen = rule.yearly_fen
    while len(dues) <= DUES_MAX:
        year, part = divmod(len(dues), rule.times)
        due_on = _add_months(rule.first_on, len(dues) * 12 // rule.times)
        if due_on > rule.last_on:
            break
        if year and not part and rule.step_years and year % rule.step_years == 0:
            yearly_fen = (2 * yearly_fen * (STEP_WHOLE + rule.step_hundredths) + STEP_WHOLE) // (
                2 * STEP_WHOLE
            )
        dues.append(Due(amount_fen=divide(yearly_fen, rule.times)[part], due_on=due_on))
    return tuple(dues)


def divide(amount_fen: int, parts: int) -> tuple[int, ...]:
    """Return an amount in so many parts that add up to it and differ by no more than a fen."""
    ends = [amount_fen * part // parts for part in range(parts + 1)]
    return tuple(end - begin for begin, end in pairwise(ends))


def sum_paid(body: Voucher) -> int:
    """Return what a voucher moved of cash and bank: fen, money in positive.

    That alone is paid: what is booked as owed, and as income when it is earned, has moved nothing yet.
    """
    return sum(sign_posting(posting) for posting in body.postings if is_money(posting.account))


def get_contract(body: Voucher, wrong: Voucher | None) -> str:
    """Return the number of the contract that a voucher is about, empty for none.

    `wrong` is the voucher that a reversal takes back.
    """
    if isinstance(body, VoucherReversed):
        return wrong.contract if isinstance(wrong, VoucherRecorded | VoucherReplaced) else ""
    return body.contract


def match_payments(dues: Sequence[Due], payments: Iterable[Payment]) -> Matched:
    """Hold payments against dues, the oldest due first, in the order in which they were recorded.

    A voucher and the red one that takes it back count for nothing; money that went back otherwise is taken from what
    was paid last.
    """
    given = list(payments)
    gone = {payment.reverses for payment in given if payment.reverses}
    shares: list[list[Share]] = [[] for _ in dues]
    ahead: list[Share] = []
    back_fen = 0
    for payment in given:
        if payment.reverses or payment.at in gone:
            continue
        if payment.amount_fen < 0:
            back_fen += _take_back([*shares, ahead], -payment.amount_fen)
        else:
            settled_fen = min(back_fen, payment.amount_fen)
            back_fen -= settled_fen
            _give(dues, shares, ahead, Share(payment.amount_fen - settled_fen, payment.at))
    paid = tuple(PaidDue(due, tuple(found)) for due, found in zip(dues, shares, strict=True))
    return Matched(sum(share.amount_fen for share in ahead) - back_fen, paid)


def find_age(due_on: str, today: str) -> Age:
    """Return how long a due is overdue; on its own day it is not."""
    late = count_days_between(due_on, today)
    return next((age for most, age in _LAST_DAYS if late <= most), "over-365")


def sum_ages(matched: Matched, today: str) -> dict[Age, int]:
    """Return what is unpaid in fen by age, every age named."""
    found = dict.fromkeys(AGES, 0)
    for item in matched.dues:
        found[find_age(item.due.due_on, today)] += item.unpaid_fen
    return found


def find_end(ends_on: str, today: str) -> int:
    """Return within which of `ENDS_SOON_DAYS` a contract ends: 7, 30 or 90; 0 for later, or when it is over."""
    left = count_days_between(today, ends_on)
    return next((days for days in ENDS_SOON_DAYS if 0 <= left <= days), 0)


def count_days_between(first: str, last: str) -> int:
    """Return how many days after `first` `last` is; below zero where it is before."""
    return (dt.date.fromisoformat(last) - dt.date.fromisoformat(first)).days


def _add_months(day: str, months: int) -> str:
    """Return the same day so many months later, or the month's last where it has no such day (民法典 art. 202)."""
    date = dt.date.fromisoformat(day)
    years, month = divmod(date.month - 1 + months, 12)
    year = date.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(date.day, last)).isoformat()


def _give(dues: Sequence[Due], shares: list[list[Share]], ahead: list[Share], payment: Share) -> None:
    """Put a payment to the oldest dues that are not paid whole, and what is left ahead of all."""
    left_fen = payment.amount_fen
    for due, found in zip(dues, shares, strict=True):
        if not left_fen:
            return
        open_fen = due.amount_fen - sum(share.amount_fen for share in found)
        taken_fen = min(open_fen, left_fen)
        if taken_fen:
            found.append(Share(taken_fen, payment.at))
            left_fen -= taken_fen
    if left_fen:
        ahead.append(Share(left_fen, payment.at))


def _take_back(shares: list[list[Share]], amount_fen: int) -> int:
    """Take an amount from what was paid last; return what is more than was ever paid."""
    for found in reversed(shares):
        while found and amount_fen:
            last = found.pop()
            taken_fen = min(last.amount_fen, amount_fen)
            amount_fen -= taken_fen
            if last.amount_fen > taken_fen:
                found.append(Share(last.amount_fen - taken_fen, last.at))
    return amount_fen
