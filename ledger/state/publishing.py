"""Which months have ended and have no finance sheet that hangs, and until when it should.

Costs a look at some months; it does not grow with the log.
"""

from __future__ import annotations

from typing import Literal

from ledger.books.concerns.months import Unpublished
from ledger.books.law import Law, count_days, find_days
from ledger.books.periods import iterate_periods
from ledger.books.values import get_last_day, get_previous_period
from ledger.state.facts import BooksFacts, Facts, SheetFacts, get_fact, scan_facts
from ledger.state.money import get_month


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


def _count(law: Law, what: Literal["publish-month", "publish-quarter"], village: str, period: str) -> str:
    """Return the last day on which a month can still be published in time."""
    ended = get_last_day(period)
    days = find_days(law, what, village[:2], ended)
    assert days is not None, what  # The law's own data, from the year 2000 on.
    return count_days(ended, days)
