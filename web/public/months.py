"""Months and sheets of a village, as several pages list them: which there are, how far each has come, what is its head.

A month is open, closed, or has a sealed sheet of a kind; only a sealed one is what hangs on the board.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ledger.books.figures import Figures, FinanceFigures
from ledger.books.periods import format_day_of_year
from ledger.books.span_figures import name_span
from ledger.books.values import SPAN_MONTHS, SheetKind, get_last_day
from ledger.errors import NotFound
from ledger.log.checkpoint import parse_checkpoint
from ledger.log.note import parse_note
from ledger.log.receipt import format_fingerprint
from ledger.service.sheets import find_open_until, find_sheet, get_figures, list_months, list_sheets
from ledger.state.facts import PeriodFacts, get_fact
from ledger.state.objections import list_about
from reports.words import format_count, format_day, format_month, format_span
from web.i18n import _
from web.site import VillageView, check_period
from web.words import SHEET_NAMES, SHEET_PATHS, format_when, name_sheet

MonthState = Literal["open", "closed", "sealed"]


@dataclass(frozen=True)
class Objections:
    """Until which day objections to a sheet are taken, and whether that day is over today; `raised` says how many were
    registered of the sheet of this `number`, empty for none.
    """

    is_over: bool
    number: str
    raised: str
    sheet: str
    until: str


@dataclass(frozen=True)
class SheetStatus:
    """What stands in the head of a sheet's page. Days, number, fingerprint and PDF are empty until it is sealed.

    `fingerprint`   of the checkpoint that the paper prints, four groups
    `index`         of the entry that sealed it, as a path
    `is_under_way`  whether the month goes on after `open_until`
    `newer`, `older` the months beside it that have a page of this kind, newest side first
    `open_until`    day to which a month that is not closed is recorded; empty for a closed one
    """

    display: str
    fingerprint: str
    index: str
    is_under_way: bool
    kind: SheetKind
    month: str
    name: str
    newer: MonthLink | None
    number: str
    objections: Objections | None
    older: MonthLink | None
    open_until: str
    path: str
    pdf: str
    pdf_size: str
    replaces: str
    size: str
    state: MonthState
    telephone: str


@dataclass(frozen=True)
class MonthLink:
    """A month with the path of its page."""

    month: str
    path: str
    short: str


def get_state(view: VillageView, kind: SheetKind, period: str) -> MonthState:
    """Return how far a month has come for a kind of sheet."""
    if find_sheet(view.reader, kind, period) is not None:
        return "sealed"
    facts = get_fact(view.reader.facts, f"period/{period}", PeriodFacts)
    return "closed" if facts is not None and facts.closed else "open"


def read_figures(view: VillageView, kind: SheetKind, period: str) -> Figures:
    """Return a month's figures, sealed or provisional; NotFound for a month of which nothing is known."""
    check_period(period)
    if period not in list_months(view.reader):
        raise NotFound("这个月的记录")
    return get_figures(view.ports, view.reader, kind, period)


def read_finance(view: VillageView, period: str) -> FinanceFigures:
    """Return a month's finance figures; see `read_figures`."""
    figures = read_figures(view, "finance", period)
    assert isinstance(figures, FinanceFigures)
    return figures


def build_status(view: VillageView, figures: Figures) -> SheetStatus:
    """Return what stands in the head of the page of `figures`."""
    head = figures.head
    kind, period = head.kind, head.period
    sealed = find_sheet(view.reader, kind, period) if head.number else None
    months, open_until = _list_periods(view, kind, period), find_open_until(view.reader, period)
    place = months.index(period)
    path = get_sheet_path(view.code, kind, period)
    return SheetStatus(
        display=format_span(head.display_from, head.display_to),
        fingerprint=find_fingerprint(view, head.size) if sealed else "",
        index=f"/v/{view.code}/entries/{sealed.index}" if sealed else "",
        is_under_way="" < open_until < get_last_day(period),
        kind=kind,
        month=name_span(kind, period) if kind in SPAN_MONTHS else format_month(period),
        name=_("公开表") if kind in SPAN_MONTHS else SHEET_NAMES[kind],
        newer=_build_link(view.code, kind, months[place - 1]) if place else None,
        number=head.number,
        objections=build_objections(view, figures),
        older=_build_link(view.code, kind, months[place + 1]) if place + 1 < len(months) else None,
        open_until=_format_open_until(open_until, period),
        path=path,
        pdf=f"{path}.pdf" if sealed else "",
        pdf_size=_measure_pdf(view, sealed.pdf) if sealed else "",
        replaces=head.replaces,
        size=f"{head.size:,}",
        state=get_state(view, kind, period),
        telephone=head.telephone,
    )


def _list_periods(view: VillageView, kind: SheetKind, period: str) -> list[str]:
    """Return the months that have a page of a kind, newest first: of a quarter or year those that were sealed."""
    if kind not in SPAN_MONTHS:
        return list_months(view.reader)
    return sorted({period, *(sheet.period for sheet in list_sheets(view.reader, kind))}, reverse=True)


def build_objections(view: VillageView, figures: Figures) -> Objections | None:
    """Return until when objections to a sealed sheet are taken; None for what is not sealed.

    The day itself still counts: it is over when the next one has begun in +08:00.
    """
    head = figures.head
    if not head.objections_until:
        return None
    raised = len(list_about(view.reader.facts, head.number))
    return Objections(
        is_over=view.today > head.objections_until,
        number=head.number,
        raised=format_count(raised) if raised else "",
        sheet=name_sheet(head.kind, head.period),
        until=format_day(head.objections_until),
    )


def tell_open_until(view: VillageView, period: str) -> str:
    """Return the day to which a month that is not closed is recorded, as told beside it: `11月20日`."""
    return _format_open_until(find_open_until(view.reader, period), period)


def _format_open_until(day: str, period: str) -> str:
    return format_day_of_year(day, period) if day else ""


def find_fingerprint(view: VillageView, size: int) -> str:
    """Return the fingerprint of the checkpoint of a size, as paper prints it; empty where none was signed."""
    head = view.find_head(size)
    return format_head_fingerprint(head.note) if head else ""


def format_head_fingerprint(note: bytes) -> str:
    """Return the fingerprint of the checkpoint in a note of our own."""
    return format_fingerprint(parse_checkpoint(parse_note(note).unproven_text))


def get_sheet_path(village: str, kind: SheetKind, period: str) -> str:
    """Return the path of a sheet's page."""
    return f"/v/{village}/sheets/{period}/{SHEET_PATHS[kind]}"


def _measure_pdf(view: VillageView, digest: str) -> str:
    """Return how large a sealed PDF is, so that a reader on a slow line can decide."""
    data = view.ports.archive.find(digest) or b""
    return f"{max(len(data) / 1_000_000, 0.1):.1f} MB"


def _build_link(village: str, kind: SheetKind, period: str) -> MonthLink:
    return MonthLink(
        month=name_span(kind, period) if kind in SPAN_MONTHS else format_month(period),
        path=get_sheet_path(village, kind, period),
        short=format_when(kind, period),
    )
