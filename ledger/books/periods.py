"""Months of the books and days of the calendar of +08:00, as texts that sort in their own order.

`values` holds the forms and the month after; here stands what the books and the sheets ask beyond that. No
clock: an instant comes in as an argument.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache

from ledger.books.values import get_next_period

BEIJING = dt.timezone(dt.timedelta(hours=8))
"""The calendar of the books and of every deadline; fixed, whatever the machine's own zone."""


def get_day(recorded_at: int) -> str:
    """Return the calendar day of +08:00 at an instant given in UTC milliseconds."""
    return _get_day(recorded_at // _HOUR_MS)


@lru_cache(maxsize=1_024)
def _get_day(hours: int) -> str:
    """Return the day of a full hour: days of +08:00 begin with one."""
    return dt.datetime.fromtimestamp(hours * 3_600, BEIJING).date().isoformat()


_HOUR_MS = 3_600_000


def iterate_periods(first: str, last: str) -> Iterator[str]:
    """Yield the months from `first` to `last`, both included; none where `last` comes before."""
    period = first
    while period <= last:
        yield period
        period = get_next_period(period)


def count_months(first: str, last: str) -> int:
    """Return how many months there are from one to another, both counted; 0 or below where `last` comes before."""
    years, months = int(last[:4]) - int(first[:4]), int(last[5:]) - int(first[5:])
    return 12 * years + months + 1


def format_period(period: str) -> str:
    """Return a month as people read it: `2026年11月`."""
    return f"{period[:4]}年{int(period[5:])}月"


def format_day_of_year(day: str, period: str) -> str:
    """Return a day as it is told beside a month: `11月5日`, with its year where that is not the month's."""
    return format_day(day) if day[:4] != period[:4] else f"{int(day[5:7])}月{int(day[8:])}日"


def format_day(day: str) -> str:
    """Return a day as people read it: `2026年11月5日`."""
    return f"{format_period(day[:7])}{int(day[8:])}日"
