"""The lines of a bank's statement matched with the postings to the account of the bank.

Four steps, each over what those before it left:

1. A red reversal cancels the voucher that replaces the wrong one, or else the wrong one: nothing of it is at the bank.
2. A line whose text names a voucher, of the same amount.
3. One line and one posting of the same amount, the nearest days first: see `WINDOWS_DAYS`.
4. One line that is several postings of one day, or one posting that is several lines of one day: see `SUM_ITEMS_MAX`.
5. A line out of one bank account and one into another: the village's own money moved, of which its books say nothing.

Amounts are exact and have a side; nothing is matched twice, so both sides of what is matched add up to the same. The
same lists give the same matches in whatever order they come. Of several that would fit equally well the earlier is
taken in step 3, which a `Doubt` says; in step 4 none is, which a `Doubt` says too.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Literal, NamedTuple

WINDOWS_DAYS = (0, 3, 10, 31, 366)
"""How far two days may be apart, tried one after another: what is near is never taken by what is far. A cheque clears
in weeks, a month that was forgotten in a year.
"""
SUM_DAYS = 10
"""How far the day of several is from the day of the one that is their sum."""
SUM_SIZES = (2, 3, 4)
"""How many of a day are tried together, and besides these all that the day has."""
SUM_ITEMS_MAX = 12
"""Of a day and side with more than these left only all together are tried: of twelve there are 781 twos, threes and
fours, so that the work grows with the number of days and never with all subsets.
"""
_SOLUTIONS_TOLD = 2
"""One is a match, two are a doubt; how many there are beyond is nobody's question."""

TRANSFER_DAYS = 3
"""How long money is on its way from one of the village's accounts to another."""

How = Literal["correction", "number", "amount", "sum", "transfer"]


class Booked(NamedTuple):
    """A posting to the account of the bank. `corrects` is the voucher that a red or a replacing one answers."""

    amount_fen: int  # money in positive; never zero
    occurred_on: str
    voucher: str = ""  # number; empty for what is older than the books
    corrects: str = ""
    is_red: bool = False


class Banked(NamedTuple):
    """A line of a statement. `vouchers` are the numbers that its text names, `account` says of which statement it is,
    `line` is its place, for whoever shows it.
    """

    amount_fen: int  # money in positive; never zero
    occurred_on: str
    vouchers: tuple[str, ...] = ()
    account: int = 0
    line: int = -1


class Match(NamedTuple):
    """What belongs together: both sides add up to the same, in fen."""

    booked: tuple[Booked, ...]
    banked: tuple[Banked, ...]
    how: How


class Doubt(NamedTuple):
    """Several that would have fitted. `is_chosen`: the earlier were taken, and these are those that were not."""

    amount_fen: int
    booked: tuple[Booked, ...]
    banked: tuple[Banked, ...]
    is_chosen: bool


class Matching(NamedTuple):
    """What belongs together, and what is left of either side, by day."""

    matches: tuple[Match, ...]
    booked: tuple[Booked, ...]
    banked: tuple[Banked, ...]
    doubts: tuple[Doubt, ...]


def match_lines(booked: Iterable[Booked], banked: Iterable[Banked]) -> Matching:
    """Match postings with lines. Days are of the calendar (ValueError otherwise)."""
    work = _Work(
        sorted(booked, key=lambda one: (one.occurred_on, one.voucher, one)),
        sorted(banked, key=lambda one: (one.occurred_on, one.account, one.line, one)),
    )
    work.cancel_corrections()
    work.match_numbers()
    work.match_amounts()
    work.match_sums()
    work.cancel_transfers()
    return work.conclude()


class _Work:
    """The two lists by day, and which of either is still free."""

    def __init__(self, booked: Sequence[Booked], banked: Sequence[Banked]) -> None:
        self._booked, self._banked = booked, banked
        self._free_booked = dict.fromkeys(range(len(booked)))  # In order, and quick to take from.
        self._free_banked = dict.fromkeys(range(len(banked)))
        self._matches: list[Match] = []
        self._doubts: list[Doubt] = []

    def cancel_corrections(self) -> None:
        by_voucher: dict[str, list[int]] = defaultdict(list)
        replacing: dict[str, list[int]] = defaultdict(list)
        for at, one in enumerate(self._booked):
            if one.corrects and not one.is_red:
                replacing[one.corrects].append(at)
            elif one.voucher and not one.is_red:
                by_voucher[one.voucher].append(at)
        for at, one in enumerate(self._booked):
            if one.is_red:
                # The replacement first: the wrong one keeps its day, on which the bank has it.
                others = (*replacing[one.corrects], *by_voucher[one.corrects])
                fitting = (
                    other
                    for other in others
                    if other in self._free_booked and self._booked[other].amount_fen == -one.amount_fen
                )
                other = next(fitting, None)
                if other is not None:
                    self._take(sorted((at, other)), (), "correction")

    def match_numbers(self) -> None:
        by_voucher: dict[tuple[str, int], list[int]] = defaultdict(list)
        for at in self._free_booked:
            by_voucher[self._booked[at].voucher, self._booked[at].amount_fen].append(at)
        for at in list(self._free_banked):
            line = self._banked[at]
            found = [other for number in line.vouchers for other in by_voucher[number, line.amount_fen]]
            other = next((other for other in found if other in self._free_booked), None)
            if other is not None:
                self._take((other,), (at,), "number")

    def match_amounts(self) -> None:
        booked = _group(self._free_booked, lambda at: self._booked[at].amount_fen)
        banked = _group(self._free_banked, lambda at: self._banked[at].amount_fen)
        for amount_fen in sorted(booked.keys() & banked.keys()):
            for days in WINDOWS_DAYS:
                left = [at for at in booked[amount_fen] if at in self._free_booked]
                right = [at for at in banked[amount_fen] if at in self._free_banked]
                self._pair(left, right, days)

    def match_sums(self) -> None:
        self._sum(self._free_banked, self._banked, self._free_booked, self._booked, is_of_bank=True)
        self._sum(self._free_booked, self._booked, self._free_banked, self._banked, is_of_bank=False)

    def cancel_transfers(self) -> None:
        coming = _group(self._free_banked, lambda at: self._banked[at].amount_fen)
        for at in list(self._free_banked):
            out = self._banked[at]
            if out.amount_fen > 0:
                continue
            for other in coming.get(-out.amount_fen, ()):
                into = self._banked[other]
                gap = abs(_count(into.occurred_on) - _count(out.occurred_on))
                if other in self._free_banked and into.account != out.account and gap <= TRANSFER_DAYS:
                    self._take((), sorted((at, other)), "transfer")
                    break

    def conclude(self) -> Matching:
        booked = tuple(self._booked[at] for at in self._free_booked)
        banked = tuple(self._banked[at] for at in self._free_banked)
        doubts = [*self._doubts, *_list_chosen(self._matches, booked, banked)]
        return Matching(tuple(self._matches), booked, banked, tuple(doubts))

    def _pair(self, left: Sequence[int], right: Sequence[int], days: int) -> None:
        """Pair what is at most so many days apart, the earliest first: of windows of one width as many as can be."""
        one = other = 0
        while one < len(left) and other < len(right):
            gap = _count(self._banked[right[other]].occurred_on) - _count(self._booked[left[one]].occurred_on)
            if abs(gap) <= days:
                self._take((left[one],), (right[other],), "amount")
                one, other = one + 1, other + 1
            elif gap > 0:
                one += 1
            else:
                other += 1

    def _sum(
        self,
        singles: Mapping[int, None],
        of_singles: Sequence[Booked | Banked],
        parts: Mapping[int, None],
        of_parts: Sequence[Booked | Banked],
        *,
        is_of_bank: bool,
    ) -> None:
        """Match each of one side with several of the other side's that have one day, if there is just one way."""
        days: dict[tuple[int, bool], list[int]] = defaultdict(list)
        for at in parts:
            days[_count(of_parts[at].occurred_on), of_parts[at].amount_fen > 0].append(at)
        sums = {key: _list_sums(group, of_parts) for key, group in days.items()}
        for at in list(singles):
            one = of_singles[at]
            for key_pair in _list_near(_count(one.occurred_on), one.amount_fen > 0):
                found = [way for key in key_pair for way in sums.get(key, {}).get(one.amount_fen, ())]
                if not found:
                    continue
                if len(found) > 1:
                    self._doubt(one)
                    break
                chosen = found[0]
                self._take(chosen, (at,), "sum") if is_of_bank else self._take((at,), chosen, "sum")
                key = next(key for key in key_pair if chosen[0] in days.get(key, ()))
                days[key] = [other for other in days[key] if other not in chosen]
                sums[key] = _list_sums(days[key], of_parts)
                break

    def _doubt(self, one: Booked | Banked) -> None:
        booked, banked = ((one,), ()) if isinstance(one, Booked) else ((), (one,))
        self._doubts.append(Doubt(one.amount_fen, booked, banked, is_chosen=False))

    def _take(self, booked: Sequence[int], banked: Sequence[int], how: How) -> None:
        for at in booked:
            del self._free_booked[at]
        for at in banked:
            del self._free_banked[at]
        self._matches.append(
            Match(
                booked=tuple(self._booked[at] for at in booked),
                banked=tuple(self._banked[at] for at in banked),
                how=how,
            )
        )


def _list_near(day: int, is_in: bool) -> Iterator[tuple[tuple[int, bool], ...]]:
    """Yield days from the nearest on, those equally near together."""
    yield ((day, is_in),)
    for days in range(1, SUM_DAYS + 1):
        yield (day - days, is_in), (day + days, is_in)


def _list_sums(group: Sequence[int], of: Sequence[Booked | Banked]) -> dict[int, list[tuple[int, ...]]]:
    """Return ways by what they add up to, at most two of each."""
    ways: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    sizes = SUM_SIZES if len(group) <= SUM_ITEMS_MAX else ()
    for size in {*sizes, len(group)} - {0, 1}:
        for chosen in combinations(group, size):
            found = ways[sum(of[at].amount_fen for at in chosen)]
            if len(found) < _SOLUTIONS_TOLD:
                found.append(chosen)
    return ways


def _list_chosen(
    matches: Sequence[Match], booked: Sequence[Booked], banked: Sequence[Banked]
) -> Iterator[Doubt]:
    """Yield those that are left though others of the very same amount were matched by it."""
    matched = [one for one in matches if one.how in ("amount", "sum")]
    of_booked = {one.amount_fen for match in matched for one in match.booked}
    of_banked = {one.amount_fen for match in matched for one in match.banked}
    for amount_fen in sorted({one.amount_fen for one in booked} & of_booked):
        yield Doubt(
            amount_fen, tuple(one for one in booked if one.amount_fen == amount_fen), (), is_chosen=True
        )
    for amount_fen in sorted({one.amount_fen for one in banked} & of_banked):
        yield Doubt(
            amount_fen, (), tuple(one for one in banked if one.amount_fen == amount_fen), is_chosen=True
        )


def _group(free: Iterable[int], get_amount: Callable[[int], int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for at in free:
        found[get_amount(at)].append(at)
    return found


def _count(day: str) -> int:
    return dt.date.fromisoformat(day).toordinal()
