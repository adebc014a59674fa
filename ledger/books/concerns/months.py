"""What one would ask about months: those that were not closed, and those whose finances were not hung in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ledger.books.concerns.table import ConcernRule
from ledger.books.concerns.values import Concern
from ledger.books.law import count_days
from ledger.books.periods import format_day, format_period
from ledger.books.span_figures import name_span
from ledger.books.values import SHEET_LETTERS, SheetKind, get_last_day


class Unpublished(NamedTuple):
    """A month that has ended and whose finances were never hung.

    `due_on`    the last day where finances are published monthly
    `latest_on` the last day that the law leaves in any case
    """

    due_on: str
    is_closed: bool
    latest_on: str
    period: str


def ask_not_published(months: Iterable[Unpublished], rule: ConcernRule, today: str) -> Iterator[Concern]:
    """A month whose finance sheet does not hang although its day is over."""
    for month in months:
        if today > month.due_on:
            said = (
                f"{format_period(month.period)}的财务公开表应在{format_day(month.due_on)}以前贴出，还没有贴。"
            )
            if today > month.latest_on:
                said += f"法律规定最迟{format_day(month.latest_on)}，也过了。"
            yield _build(rule, month.period, said, month.due_on)


def ask_span_not_published(
    spans: Iterable[tuple[str, SheetKind, str]], rule: ConcernRule, today: str
) -> Iterator[Concern]:
    """A quarter or year whose sheet does not hang although its day is over; each as (day, kind, last month)."""
    for due_on, kind, period in spans:
        if today > due_on:
            said = f"{name_span(kind, period)}的公开表应在{format_day(due_on)}以前贴出，还没有贴。"
            # A month of the same name has a question of its own.
            yield _build(rule, f"{period}-{SHEET_LETTERS[kind]}", said, due_on)


def ask_not_closed(
    months: Iterable[Unpublished], rule: ConcernRule, village: str, today: str
) -> Iterator[Concern]:
    """A month that is over for so long and not closed; once its sheet is late, that is told instead."""
    days = rule.get_threshold("days", village)
    for month in months:
        due_on = count_days(get_last_day(month.period), days)
        if not month.is_closed and due_on < today <= month.due_on:
            said = f"{format_period(month.period)}过完 {days} 天了还没有结账。"
            yield _build(rule, month.period, said, due_on)


def _build(rule: ConcernRule, subject: str, said: str, due_on: str) -> Concern:
    return Concern(
        amount_fen=0, entries=(), key=f"{rule.code}/{subject}", said=said, since=count_days(due_on, 1)
    )
