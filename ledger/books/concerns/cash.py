"""What one would ask about cash: what came in and was not banked, and what was never there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, takewhile

from ledger.books.concerns.table import ConcernRule
from ledger.books.concerns.values import Booked, Concern, build_of, sort_booked
from ledger.books.law import count_days
from ledger.books.money import format_yuan
from ledger.books.periods import format_day


def ask_unbanked(
    vouchers: Iterable[Booked], opening_fen: int, rule: ConcernRule, village: str, today: str
) -> Iterator[Concern]:
    """Cash that came in and after so many days was neither banked nor paid out; what came first goes first.

    `opening_fen` is the cash before the first of the vouchers, which must be all that moved cash since then.
    """
    days, keep_fen = rule.get_threshold("days", village), rule.get_threshold("keep_fen", village)
    moved = [item for item in sort_booked(vouchers) if item.cash_fen]
    held_fen = opening_fen
    for at, item in enumerate(moved):
        held_fen += item.cash_fen
        until = count_days(item.day, days)
        if not item.is_live or item.cash_fen <= 0 or item.money_fen <= 0 or until >= today:
            continue
        gone_fen = _sum_gone(moved[at + 1 :], until)
        left_fen = min(item.cash_fen, held_fen - gone_fen)
        if left_fen > keep_fen:
            said = (
                f"凭证 {item.number} {format_day(item.day)}收的现金，过了 {days} 天还有 "
                f"{format_yuan(left_fen)} 元没有存进银行，也没有付出去。"
            )
            yield build_of(rule, item.number, [item], left_fen, said)


def _sum_gone(moved: Sequence[Booked], until: str) -> int:
    """Return what of these, sorted by day, went out of cash by a day."""
    return -sum(min(item.cash_fen, 0) for item in takewhile(lambda item: item.day <= until, moved))


def ask_cash_short(vouchers: Iterable[Booked], opening_fen: int, rule: ConcernRule) -> Iterator[Concern]:
    """Less than nothing in cash at a day's end: once a month, on its first such day."""
    held_fen, told = opening_fen, set[str]()
    moved = [item for item in sort_booked(vouchers) if item.cash_fen]
    for day, found in groupby(moved, key=lambda item: item.day):
        of_day = list(found)
        held_fen += sum(item.cash_fen for item in of_day)
        if held_fen < 0 and day[:7] not in told:
            told.add(day[:7])
            said = f"{format_day(day)}记完账，现金比零还少 {format_yuan(-held_fen)} 元，实际上不会有这种事。"
            yield build_of(rule, day[:7], of_day, -held_fen, said)
