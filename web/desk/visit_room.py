"""Visits and the village diary at the desk: against ten a worker, by reason, and which households nobody visited.

What somebody did is told of a unit. Who visited whom, and what a note says, is opened for a unit or a page at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from litestar.handlers import HTTPRouteHandler

from ledger.books.masks import PurposeRow
from ledger.books.values import get_previous_period
from ledger.data import load_grids
from ledger.errors import NotFound
from ledger.figures.grids import MonthCounts, UnitFigures, count_month
from ledger.service.drafts import check_month
from ledger.service.grid_sheets import build_grid_sheet_job
from ledger.state import get_day
from ledger.state.grids import list_visited_months
from reports.words import format_count, format_day, format_month
from web.cache import PageBytes
from web.desk.frame import NO_FAULTS, DeskFrame, Faults
from web.desk.grid_room import (
    GRIDS,
    Choice,
    collect,
    get_this_month,
    name_household,
    name_path,
    name_steps,
    tell_household,
)
from web.desk.reading_grids import ShownMonth, ShownVisit, read_diary, read_unvisited, read_visits
from web.desk.routing import Desk, answer, route_desk
from web.i18n import _
from web.papers import get_papers
from web.public.paging import parse_start
from web.public.pair_chart import Pair, PairChart, build_pair_chart
from web.respond import Answer
from web.site import PDF

VISITS = f"{GRIDS}/visits"
UNVISITED = f"{GRIDS}/unvisited"
DIARY = f"{GRIDS}/diary"
ROWS_A_PAGE = 50
MONTHS_SHOWN = 12
REASONS_SHOWN = 12
QUARTER_MONTHS = 3
_SHEET = re.compile(r"([0-9]{4}-[0-9]{2})(?:-(WG-[0-9]{4}))?\.pdf", re.ASCII)
QUARTER, YEAR = "quarter", "year"


@dataclass(frozen=True)
class MonthLine:
    """A month in the table beside the chart."""

    diaries: str
    least: str
    name: str
    path: str
    visits: str


@dataclass(frozen=True)
class ShortLine:
    """A unit whose workers owe visits; `state` is empty where they made them."""

    least: str
    name: str
    path: str
    state: str
    visits: str


@dataclass(frozen=True)
class VisitLine:
    """A visit, or a note of the diary; `path` leads to what is kept about the household, empty where there is none."""

    day: str
    household: str
    note: str
    path: str
    unit: str
    visitor: str


@dataclass(frozen=True)
class ReasonLine:
    count: str
    reason: str


@dataclass(frozen=True)
class VisitsRoom:
    """A month's visits, of the village with its units, or of one `unit` with each visit. `ask_path` leads to where
    whoever must says why they look.
    """

    asked: tuple[PurposeRow, ...]
    ask_path: str
    can_write: bool
    chart: PairChart | None
    faults: Faults
    frame: DeskFrame
    lost: str
    month: str
    months: tuple[Choice, ...]
    newer: str
    older: str
    period: str
    rare: str
    reasons: tuple[ReasonLine, ...]
    rows: tuple[VisitLine, ...]
    sentences: tuple[str, ...]
    sheet: str
    table: tuple[MonthLine, ...]
    unit: str
    unit_name: str
    units: tuple[ShortLine, ...]


@dataclass(frozen=True)
class HouseholdLine:
    household: str
    path: str


@dataclass(frozen=True)
class UnvisitedRoom:
    """The households that nobody visited this quarter or year, all or of a villagers' group."""

    frame: DeskFrame
    groups: tuple[Choice, ...]
    newer: str
    older: str
    rows: tuple[HouseholdLine, ...]
    sentences: tuple[str, ...]
    spans: tuple[Choice, ...]
    total: str


@dataclass(frozen=True)
class DiaryRoom:
    """A month's notes of the village diary, by day."""

    asked: tuple[PurposeRow, ...]
    ask_path: str
    can_write: bool
    frame: DeskFrame
    lost: str
    month: str
    months: tuple[Choice, ...]
    newer: str
    older: str
    printed: str
    rows: tuple[VisitLine, ...]
    total: str
    unit: str
    units: tuple[Choice, ...]


class _Asked(NamedTuple):
    """What visits, or notes of the diary, are asked for.

    `period`   the month: what is asked for, else the newest that is `recorded`, else this one
    `number`   the unit; empty for all
    `start`    the first row that is shown
    `recorded` the months of which visits are recorded, the newest first
    `units`    all units, as the month had them
    """

    period: str
    number: str
    start: int
    recorded: list[str]
    units: dict[str, UnitFigures]


@route_desk(VISITS, allow="names.read", summary="A month's visits, by unit, by reason, against ten a worker")
def show_visits(desk: Desk) -> Answer:
    period, number, start, recorded, units = _read_asked(desk, _("这么多走访"))
    found = read_visits(desk, period, number, start, ROWS_A_PAGE)
    total = found.total if number else 0
    if start and start >= total:
        raise NotFound(_("这么多走访"))
    counts = _count_months(desk, period, number)
    newer, older = name_steps(VISITS, start, ROWS_A_PAGE, total, month=period, unit=number)
    page = VisitsRoom(
        asked=found.asked.purposes if number else (),
        ask_path=f"{GRIDS}/{number}/open",
        can_write=desk.may("draft.prepare"),
        chart=build_pair_chart(
            [Pair(str(int(one.period[5:])), one.visits, one.least) for one in counts], tell=format_count
        ),
        faults=NO_FAULTS,
        frame=desk.build_frame(_("走访")),
        lost=format_count(found.lost) if found.lost else "",
        month=format_month(period),
        months=_list_months(recorded, period),
        newer=newer,
        older=older,
        period=period,
        rare=format_count(found.rare) if found.rare else "",
        reasons=_list_reasons(found),
        rows=_build_rows(found.rows, units),
        sentences=tuple(_tell(desk, counts[-1], units, number)),
        sheet=f"{GRIDS}/sheets/{'-'.join(filter(None, (period, number)))}.pdf" if units else "",
        table=tuple(_build_month(one, number) for one in reversed(counts)),
        unit=number,
        unit_name=units[number].name if number else "",
        units=() if number else tuple(_list_units(desk, units, period)),
    )
    return desk.render("desk/grid_visits.html", page)


@route_desk(UNVISITED, allow="names.read", summary="Which households nobody visited this quarter or year")
def show_unvisited(desk: Desk) -> Answer:
    asked = desk.request.query_params
    start = parse_start(asked.get("start", ""), _("这么多户"))
    span = YEAR if asked.get("span") == YEAR else QUARTER
    group = parse_start(asked.get("group", ""), _("这个村民小组"))
    periods = _list_periods(get_this_month(desk), span)
    found = read_unvisited(desk, periods, group, start, ROWS_A_PAGE)
    if (start and start >= found.left) or (group and group not in found.groups):
        raise NotFound(_("这么多户"))
    newer, older = name_steps(UNVISITED, start, ROWS_A_PAGE, found.left, span=span, group=group)
    said = _("{first}到{last}，{households} 户里走访过 {visited} 户，还有 {left} 户没有去过。")
    page = UnvisitedRoom(
        frame=desk.build_frame(_("谁家还没去过")),
        groups=tuple(
            Choice(one == group, _("第 {group} 村民小组").format(group=one) if one else _("全村"), str(one))
            for one in (0, *found.groups)
        ),
        newer=newer,
        older=older,
        rows=tuple(
            HouseholdLine(tell_household(one), f"/desk/households/{one.subject}") for one in found.rows
        ),
        sentences=(
            said.format(
                first=format_month(periods[0]),
                households=format_count(found.households),
                last=format_month(periods[-1]),
                left=format_count(found.left),
                visited=format_count(found.visited),
            ),
        ),
        spans=(
            Choice(span == QUARTER, _("这个季度"), QUARTER),
            Choice(span == YEAR, _("今年"), YEAR),
        ),
        total=format_count(found.left),
    )
    return desk.render("desk/grid_unvisited.html", page)


@route_desk(DIARY, allow="names.read", summary="A month's notes of the village diary; with print=1 as paper")
def show_diary(desk: Desk) -> Answer:
    period, number, start, recorded, units = _read_asked(desk, _("这么多日记"))
    found = read_diary(desk, period, number, start, ROWS_A_PAGE)
    if start and start >= found.total:
        raise NotFound(_("这么多日记"))
    newer, older = name_steps(DIARY, start, ROWS_A_PAGE, found.total, month=period, unit=number)
    page = DiaryRoom(
        asked=found.asked.purposes,
        ask_path=f"{GRIDS}/{number}",
        can_write=desk.may("draft.prepare"),
        frame=desk.build_frame(_("村情日记")),
        lost=format_count(found.lost) if found.lost else "",
        month=format_month(period),
        months=_list_months(recorded, period),
        newer=newer,
        older=older,
        printed=format_day(get_day(desk.ports.clock.now_ms())),
        rows=_build_rows(found.rows, units),
        total=format_count(found.total),
        unit=number,
        units=(
            Choice(not number, _("全部网格"), ""),
            *(
                Choice(one == number, unit.name, one)
                for one, unit in units.items()
                if unit.diaries or one == number
            ),
        ),
    )
    return desk.render("desk/grid_diary.html", page)


@route_desk(f"{GRIDS}/sheets/{{name:str}}", allow="names.read", summary="A month of grids on paper")
def show_sheet(desk: Desk, name: str) -> Answer:
    """Answer with a month of all units (`2026-10.pdf`), or of one and those in it (`2026-10-WG-0001.pdf`)."""
    asked = _SHEET.fullmatch(name)
    if asked is None or check_month(asked[1]):
        raise NotFound(_("网格月表"))
    base_url = desk.site.settings.public_base_url
    with desk.ports.ledger.read(desk.village) as reader:
        job = build_grid_sheet_job(desk.ports, reader, desk.village, asked[1], asked[2] or "", base_url)
    data = get_papers(desk.request).make_once(job)
    headers = {"content-disposition": f'inline; filename="{name}"'}
    return answer(desk.request, PageBytes(data, b"", "", PDF), headers=headers)


def _read_asked(desk: Desk, what: str) -> _Asked:
    """Return what is asked for; NotFound, of a place that is none in the words of `what`."""
    asked = desk.request.query_params
    start = parse_start(asked.get("start", ""), what)
    month, number = asked.get("month", ""), asked.get("unit", "")
    with desk.ports.ledger.read(desk.village) as reader:
        recorded = list_visited_months(reader.facts)
    if month and check_month(month):
        raise NotFound(_("这个月的走访"))
    period = month or next(iter(recorded), get_this_month(desk))
    units = {one.number: one for one in collect(desk, period).units}
    if number and number not in units:
        raise NotFound(_("这个网格"))
    return _Asked(period, number, start, recorded, units)


def _count_months(desk: Desk, period: str, number: str) -> list[MonthCounts]:
    """Return the twelve months that end with one, the earliest first."""
    periods = [period]
    while len(periods) < MONTHS_SHOWN:
        periods.append(get_previous_period(periods[-1]))
    with desk.ports.ledger.read(desk.village) as reader:
        return [count_month(reader.facts, load_grids(), one, number) for one in reversed(periods)]


def _list_periods(month: str, span: str) -> tuple[str, ...]:
    """Return the months of the quarter or year of a month, to that month."""
    last = int(month[5:])
    first = 1 if span == YEAR else (last - 1) // QUARTER_MONTHS * QUARTER_MONTHS + 1
    return tuple(f"{month[:4]}-{one:02d}" for one in range(first, last + 1))


def _list_months(recorded: list[str], period: str) -> tuple[Choice, ...]:
    shown = sorted({*recorded[:MONTHS_SHOWN], period}, reverse=True)
    return tuple(Choice(month == period, format_month(month), month) for month in shown)


def _tell(desk: Desk, counts: MonthCounts, units: dict[str, UnitFigures], number: str) -> Iterator[str]:
    yield _("{month}走访了 {visits} 次，应不少于 {least} 次；记了 {notes} 篇村情日记。").format(
        least=format_count(counts.least),
        month=format_month(counts.period),
        notes=format_count(counts.diaries),
        visits=format_count(counts.visits),
    )
    if number:
        return
    yield _("每名网格员每月走访不少于 {least} 次。").format(least=format_count(load_grids().visits_least))
    short = sum(unit.is_short for unit in units.values())
    if short:
        said = _("有 {count} 个网格没有走够。")
        if counts.period >= get_this_month(desk):
            said = _("有 {count} 个网格还没有走够，这个月还没完。")
        yield said.format(count=format_count(short))


def _list_units(desk: Desk, units: dict[str, UnitFigures], period: str) -> Iterator[ShortLine]:
    """Yield the units that owe visits or have some, those that fell furthest short first."""
    is_over = period < get_this_month(desk)
    wanted = [unit for unit in units.values() if unit.least or unit.visits_at]
    for unit in sorted(wanted, key=lambda one: (one.visits - one.least, one.number)):
        state = _("少了") if is_over else _("还差")
        yield ShortLine(
            least=format_count(unit.least),
            name=unit.name,
            path=name_path(VISITS, month=period, unit=unit.number),
            state=_("{state} {count} 次").format(count=format_count(unit.least - unit.visits), state=state)
            if unit.is_short
            else "",
            visits=format_count(unit.visits),
        )


def _list_reasons(found: ShownMonth) -> tuple[ReasonLine, ...]:
    return tuple(ReasonLine(format_count(times), said) for said, times in found.reasons[:REASONS_SHOWN])


def _build_month(one: MonthCounts, number: str) -> MonthLine:
    return MonthLine(
        diaries=format_count(one.diaries),
        least=format_count(one.least),
        name=format_month(one.period),
        path=name_path(VISITS, month=one.period, unit=number),
        visits=format_count(one.visits),
    )


def _build_rows(rows: tuple[ShownVisit, ...], units: dict[str, UnitFigures]) -> tuple[VisitLine, ...]:
    return tuple(
        VisitLine(
            day=format_day(one.day),
            household=tell_household(one.household),
            note=one.note,
            path=name_household(one.household),
            unit=units[one.unit].name if one.unit in units else one.unit,
            visitor=one.visitor,
        )
        for one in rows
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (show_visits, show_unvisited, show_diary, show_sheet)
