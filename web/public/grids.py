"""The village in grids: which lane and grid somebody lives in, who answers for it, and how often somebody came by.

Whoever holds an office is shown by the mask that stands in the log, and nobody else. Falling short is told of a unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from litestar.params import FromPath, QueryParameter
from litestar.types import ASGIApp

from ledger.books.grids import LEVEL_NAMES, GridTable
from ledger.books.values import fold_text
from ledger.data import load_grids
from ledger.errors import NotFound
from ledger.figures.grids import GridFigures, ShownOffice, UnitFigures, collect_grids
from ledger.service.lane_boards import build_lane_job
from ledger.state.grids import find_visits, list_visited_months
from reports.words import format_count, format_month
from web.grid_words import tell_units
from web.i18n import _
from web.page import Frame
from web.papers import get_papers
from web.public.explain.telling import Fact, Link, get_entry_path
from web.public.paging import parse_start
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import PDF, VillageView

UNITS_A_PAGE = 40
MONTHS_SHOWN = 12
QUERY_MAX_CHARS = 30
_MONTH = re.compile(r"2[0-9]{3}-(0[1-9]|1[0-2])", re.ASCII)
_DIGITS = ("", *"一二三四五六七八九")
_GROUP = re.compile("第?([0-9]{1,2}|[一二三四五六七八九十]{1,3})(?:村民)?小?组")
_NUMBER = re.compile(r"WG-[0-9]{4}", re.ASCII)


@dataclass(frozen=True)
class UnitRow:
    """A unit in a month. `level` is empty where the name says it, `visits` where they are counted in the unit in which
    it lies, named in `within`; `state` says that visits fell short, or that the month still runs, empty for neither.
    """

    households: str
    is_short: bool
    level: str
    name: str
    number: str
    offices: str
    path: str
    state: str
    visits: str
    within: str


@dataclass(frozen=True)
class GridsPage:
    """The units of a village, each before those in it, with a month's visits; `months` are the others."""

    frame: Frame
    folder: str
    month: str
    months: tuple[Link, ...]
    newer: str
    older: str
    period: str
    query: str
    query_max: int
    rows: tuple[UnitRow, ...]
    sentences: tuple[str, ...]
    telephone: str
    total: str


@dataclass(frozen=True)
class MonthRow:
    """A month of one unit; `entry` leads to the record, empty where nothing was recorded."""

    diaries: str
    entry: str
    month: str
    visits: str


@dataclass(frozen=True)
class UnitPage:
    """One unit. `visits` and `notes` are those of the month `newest`, `visits` empty where they are counted elsewhere;
    `board` is the path of the paper that hangs in a lane, empty for other units.
    """

    board: str
    entry: str
    facts: tuple[Fact, ...]
    frame: Frame
    inside: tuple[UnitRow, ...]
    level: str
    months: tuple[MonthRow, ...]
    name: str
    newest: str
    notes: str
    number: str
    sentences: tuple[str, ...]
    telephone: str
    visits: str


@route_page("/v/{code:str}/grids", summary="The village in grids, and a month's visits")
def show_grids(
    request: AnyRequest,
    code: FromPath[str],
    month: Annotated[str, QueryParameter()] = "",
    q: Annotated[str, QueryParameter()] = "",
    start: Annotated[str, QueryParameter()] = "",
) -> ASGIApp:
    """Answer with the units from the place `start` on in a month, the newest with visits by itself, or those whose name
    or number holds `q`.
    """
    if month and not _MONTH.fullmatch(month):
        raise NotFound(_("这个月的走访"))
    place, query = parse_start(start, _("这么多网格")), fold_text(q[:QUERY_MAX_CHARS])
    site = get_site(request)
    if query:
        # Nobody else asks the same: it is not kept.
        return site.serve_fresh(
            request, code, "grids.html", lambda view: build_grids_page(view, month, place, query)
        )
    return site.serve_page(
        request,
        code,
        f"grids?{month}&{place}",
        "grids.html",
        lambda view: build_grids_page(view, month, place),
    )


@route_page(
    "/v/{code:str}/grids/{name:str}", summary="A grid, micro-grid or lane, and a lane's board to print"
)
def show_grid(request: AnyRequest, code: FromPath[str], name: FromPath[str]) -> ASGIApp:
    """Answer with a unit (`WG-0012`), or with a lane's board (`WG-0012.pdf`)."""
    number = name.removesuffix(".pdf")
    if not _NUMBER.fullmatch(number):
        raise NotFound(_("这个网格"))
    site, path = get_site(request), f"grids/{name}"
    if number == name:
        return site.serve_page(request, code, path, "grid.html", lambda view: build_unit_page(view, number))
    return site.serve_bytes(request, code, path, PDF, lambda view: make_board(request, view, number))


def make_board(request: AnyRequest, view: VillageView, number: str) -> bytes:
    """Return a lane's board; NotFound where there is no such lane."""
    base_url = view.settings.public_base_url
    return get_papers(request).make(build_lane_job(view.ports, view.reader, view.code, number, base_url))


def build_grids_page(view: VillageView, month: str, start: int, query: str = "") -> GridsPage:
    """Return the units from a place in their order on; NotFound beyond their end."""
    months = list_visited_months(view.reader.facts)
    if month and month not in months:
        raise NotFound(_("这个月的走访"))
    period = month or next(iter(months), view.today[:7])
    figures = _collect(view, period)
    names = {unit.number: unit.name for unit in figures.units}
    group = _read_group(query)
    found = [unit for unit in figures.units if _is_found(unit, query, group)]
    if start and start >= len(found):
        raise NotFound(_("这么多网格"))
    folder, stop = f"/v/{view.code}/grids", start + UNITS_A_PAGE
    return GridsPage(
        folder=folder,
        frame=view.build_frame(_("网格和走访")),
        month=format_month(period),
        months=tuple(
            Link(format_month(one), _name_path(folder, one)) for one in months[:MONTHS_SHOWN] if one != period
        ),
        newer=_name_path(folder, month, max(start - UNITS_A_PAGE, 0), query) if start else "",
        older=_name_path(folder, month, stop, query) if stop < len(found) else "",
        period=period,
        query=query,
        query_max=QUERY_MAX_CHARS,
        rows=tuple(_build_row(view, unit, names, period) for unit in found[start:stop]),
        sentences=tuple(_tell(view, figures, period)),
        telephone=view.read_telephone(),
        total=format_count(len(found)),
    )


def _read_group(query: str) -> re.Pattern[str] | None:
    """Return what finds the names of a villagers' group, however it is written: 三组, 3组, 第三村民小组."""
    asked = _GROUP.fullmatch(query)
    for number in range(1, 100) if asked else ():
        tens, ones = divmod(number, 10)
        written = (_DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + _DIGITS[ones]
        if asked and asked[1] in (str(number), written):
            return re.compile(f"(?<![0-9一二三四五六七八九十])(?:{number}|{written})(?:村民)?小?组")
    return None


def _is_found(unit: UnitFigures, query: str, group: re.Pattern[str] | None) -> bool:
    if group is not None:
        return group.search(fold_text(unit.name)) is not None
    return query in fold_text(unit.name + unit.number)


def build_unit_page(view: VillageView, number: str) -> UnitPage:
    """Return one unit; NotFound where there is none, or where it is no more."""
    months = list_visited_months(view.reader.facts)
    period = next(iter(months), view.today[:7])
    figures = _collect(view, period)
    units = {unit.number: unit for unit in figures.units}
    unit = units.get(number)
    if unit is None:
        raise NotFound(_("这个网格"))
    names = {one.number: one.name for one in figures.units}
    folder = f"/v/{view.code}/grids"
    return UnitPage(
        board=f"{folder}/{number}.pdf" if unit.level == "lane" else "",
        entry=get_entry_path(view, unit.recorded),
        facts=tuple(_list_facts(unit, names, folder)),
        frame=view.build_frame(unit.name),
        inside=tuple(_build_row(view, units[one], names, period) for one in unit.below),
        level=LEVEL_NAMES[unit.level],
        months=() if _is_counted_above(unit) else tuple(_list_months(view, number, months[:MONTHS_SHOWN])),
        name=unit.name,
        newest=format_month(period),
        notes=format_count(unit.diaries),
        number=number,
        sentences=tuple(_tell_unit(view, unit, names, period)),
        telephone=view.read_telephone(),
        visits="" if _is_counted_above(unit) else format_count(unit.visits),
    )


def _collect(view: VillageView, period: str) -> GridFigures:
    return collect_grids(view.reader.facts, view.texts, load_grids(), period)


def _name_path(folder: str, month: str, start: int = 0, query: str = "") -> str:
    asked = {"month": month, "q": query, "start": str(start or "")}
    words = urlencode({name: value for name, value in asked.items() if value})
    return f"{folder}?{words}" if words else folder


def _build_row(view: VillageView, unit: UnitFigures, names: dict[str, str], period: str) -> UnitRow:
    is_short, state = _tell_state(view, unit, period)
    level = LEVEL_NAMES[unit.level]
    return UnitRow(
        households=format_count(unit.households),
        is_short=is_short,
        level="" if unit.name.endswith(level) else level,
        name=unit.name,
        number=unit.number,
        offices=_tell_offices(unit.offices),
        path=f"/v/{view.code}/grids/{unit.number}",
        state=state,
        visits="" if _is_counted_above(unit) else format_count(unit.visits),
        within=names.get(unit.parent, ""),
    )


def _tell_state(view: VillageView, unit: UnitFigures, period: str) -> tuple[bool, str]:
    """Whether a unit's visits fell short in a month that is over, and what is said of it."""
    if not unit.is_short:
        return False, ""
    if period >= view.today[:7]:
        return False, _("这个月还没完")
    return True, _("没走够，应不少于 {least} 次").format(least=format_count(unit.least))


def _is_counted_above(unit: UnitFigures) -> bool:
    """Whether a unit has no workers of its own and no visits: they are counted where it lies."""
    return not (unit.visits_at or unit.least)


def _tell_offices(offices: tuple[ShownOffice, ...]) -> str:
    return _("，").join(f"{one.post} {one.name}" for one in offices)


def _tell(view: VillageView, figures: GridFigures, period: str) -> Iterator[str]:
    yield tell_units(figures)
    if not figures.units:
        return
    yield _("{month}走访了 {visits} 次，记了 {notes} 篇村情日记。").format(
        month=format_month(period), notes=format_count(figures.diaries), visits=format_count(figures.visits)
    )
    yield from _tell_short(figures, load_grids(), is_over=period < view.today[:7])
    pairs = figures.posts.get("pair", 0)
    if pairs:
        yield _("老的带新的，结对 {count} 对。").format(count=format_count(pairs))


def _tell_short(figures: GridFigures, table: GridTable, *, is_over: bool) -> Iterator[str]:
    if not figures.posts.get("worker"):
        return
    yield _("每名网格员每月走访不少于 {least} 次。").format(least=format_count(table.visits_least))
    if is_over and figures.short:
        yield _("这个月有 {count} 个网格没有走够。").format(count=format_count(figures.short))
    elif is_over:
        yield _("这个月每个网格都走够了。")


def _tell_unit(view: VillageView, unit: UnitFigures, names: dict[str, str], period: str) -> Iterator[str]:
    if _is_counted_above(unit):
        if unit.parent in names:
            yield _("这里没有单独的网格员，走访记在{name}里。").format(name=names[unit.parent])
        return
    is_short, state = _tell_state(view, unit, period)
    if is_short:
        yield _("{state}：每名网格员每月 {each} 次。").format(
            each=format_count(load_grids().visits_least), state=state
        )
    elif state:
        yield _("{state}。").format(state=state)


def _list_facts(unit: UnitFigures, names: dict[str, str], folder: str) -> Iterator[Fact]:
    yield Fact(_("编号"), unit.number)
    if unit.parent in names:
        yield Fact(_("在哪个网格里"), names[unit.parent], f"{folder}/{unit.parent}")
    yield Fact(_("户数"), _("{count} 户").format(count=format_count(unit.households)))
    for office in unit.offices:
        yield Fact(office.post, office.name)
    for post, count in unit.hands.items():
        yield Fact(post, _("{count} 名").format(count=format_count(count)))


def _list_months(view: VillageView, number: str, months: Sequence[str]) -> Iterator[MonthRow]:
    for period in months:
        visits = find_visits(view.reader.facts, period, number)
        yield MonthRow(
            diaries=format_count(visits.diaries if visits is not None else 0),
            entry=get_entry_path(view, visits.at) if visits is not None else "",
            month=format_month(period),
            visits=format_count(visits.visits if visits is not None else 0),
        )
