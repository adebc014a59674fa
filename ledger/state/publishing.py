"""Which months have ended and have no finance sheet that hangs, which quarters and years none, and until when they
should.

Costs a look at some months; it does not grow with the log.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from ledger.books.concerns.months import Unpublished
from ledger.books.law import Deadline, Law, count_days, find_days
from ledger.books.periods import iterate_periods
from ledger.books.values import (
    SHEET_LETTERS,
    SPAN_MONTHS,
    SheetKind,
    get_last_day,
    get_previous_period,
    list_span,
)
from ledger.state.facts import BooksFacts, Facts, SheetFacts, get_fact, scan_facts
from ledger.state.money import get_month

SPAN_CLOCKS: dict[SheetKind, Literal["quarter-sheet", "year-sheet"]] = {
    "quarter": "quarter-sheet",
    "year": "year-sheet",
}
BEGUN_MONTHS = 24
"""So far back is looked for a sealed sheet of the kind: a village that sealed none since has given it up."""


class UnpublishedSpan(NamedTuple):
    """A quarter or a year that is over and whose sheet was never sealed; `period` is its last month."""

    due_on: str
    kind: SheetKind
    period: str


def list_unpublished_spans(
    facts: Facts, law: Law, village: str, first: str, today: str
) -> list[UnpublishedSpan]:
    """Return the quarters and years with a last month from `first` on that are over on a day and have no sealed sheet,
    the earliest first. Of a kind that the village has not begun with, none: its months hang.
    """
    found = []
    for kind in SPAN_MONTHS:
        ends = [month for month in _iterate_back(today, BEGUN_MONTHS) if list_span(kind, month)]
        sealed = [month for month in ends if _is_sealed(facts, kind, month)]
        missing = [month for month in ends if month >= first and month not in sealed]
        found += [
            UnpublishedSpan(_count(law, SPAN_CLOCKS[kind], village, month), kind, month)
            for month in missing
            if any(earlier < month for earlier in sealed)
        ]
    return sorted(found)


def _iterate_back(today: str, count: int) -> list[str]:
    """Return so many months that are over on a day, the newest first."""
    months = [get_previous_period(today[:7])]
    while len(months) < count:
        months.append(get_previous_period(months[-1]))
    return months


def _is_sealed(facts: Facts, kind: SheetKind, period: str) -> bool:
    return any(True for _ in facts.scan(f"sheet/{period}/{SHEET_LETTERS[kind]}/"))


def list_unpublished(facts: Facts, law: Law, village: str, first: str, today: str) -> list[Unpublished]:
    """Return the months from `first` on that are over on a day and whose finance sheet was never sealed, the earliest
    first; none before the books.
    """
    books = get_fact(facts, "books", BooksFacts)
    if books is None:
        return []
    last = get_previous_period(today[:7])
    return [
        Unpublished(
            due_on=get_due_day(law, village, period),
            is_closed=bool(get_month(facts, period).closed),
            latest_on=_count(law, "publish-quarter", village, period),
            period=period,
        )
        for period in iterate_periods(max(first, books.first_period), last)
        if not any(True for _ in scan_facts(facts, f"sheet/{period}/F/", SheetFacts))
    ]


def get_due_day(law: Law, village: str, period: str) -> str:
    """Return the last day on which a month's finances hang in time, where they are published monthly."""
    return _count(law, "publish-month", village, period)


def _count(law: Law, what: Deadline, village: str, period: str) -> str:
    """Return the last day on which what ends with a month can still be published in time."""
    ended = get_last_day(period)
    days = find_days(law, what, village[:2], ended)
    assert days is not None, what  # The law's own data, from the year 2000 on.
    return count_days(ended, days)
