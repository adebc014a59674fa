"""The notice board of a village: this month's answer first, then what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from litestar.params import FromPath
from litestar.types import ASGIApp

from ledger.books.figures import FinanceFigures, PointsFigures, ScoreFigures
from ledger.books.finance_figures import summarize_finance
from ledger.books.values import MONTH_KINDS, SPAN_MONTHS, SheetKind
from ledger.reported import ReceivedCounts
from ledger.service.concerns import count_open
from ledger.service.sheets import get_figures, list_months, list_sheets
from reports.words import format_count, format_day, format_month
from web.config import MONTHS_IN_CHART
from web.page import Frame
from web.public.chart import Chart, build_chart
from web.public.contracts import ContractRow, list_contracts_to_watch
from web.public.finance import Answer, CorrectionRow, build_answer, build_corrections
from web.public.funds import FundRow, list_fund_rows
from web.public.meetings import MeetingRow, list_newest_meetings
from web.public.months import (
    Objections,
    build_objections,
    find_fingerprint,
    get_sheet_path,
    get_state,
    read_finance,
    tell_open_until,
)
from web.public.objections import ObjectionNotice, build_notice, name_state
from web.public.points import GroupRows, PointsBrief, build_groups, build_points_brief
from web.public.rules import find_rules_path
from web.public.scores import StarRow, build_stars, has_grades
from web.public.statements import find_statements_path
from web.public.verify import LogFacts, build_log_facts
from web.public.years import find_year_path
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView
from web.words import SHEET_NAMES, format_when

CORRECTIONS_SHOWN = 4
CONTRACTS_SHOWN = 3
MEETINGS_SHOWN = 3
FUNDS_SHOWN = 4


@dataclass(frozen=True)
class SheetCard:
    """The newest sealed sheet of a kind. `month` and the rest are empty where none was sealed yet."""

    kind: SheetKind
    month: str
    name: str
    number: str
    path: str
    pdf: str


@dataclass(frozen=True)
class OpenMonth:
    """A month after the newest sealed one: what is recorded so far. `is_closed`: closed, and not sealed yet."""

    answer: Answer
    is_closed: bool
    path: str


@dataclass(frozen=True)
class PointsCard:
    """The points sheet in short."""

    brief: PointsBrief
    groups: tuple[GroupRows, ...]
    month: str


@dataclass(frozen=True)
class ScoresCard:
    """The score sheet in short."""

    has_grades: bool
    members: str
    month: str
    stars: tuple[StarRow, ...]


@dataclass(frozen=True)
class BoardPage:
    """The notice board. `answer` is None before the first finance sheet is sealed; `points` and `scores` where the
    village has no households or members, so that nothing is counted of nobody; `chart` before there are two months to
    compare.

    `contracts`    those of which something is overdue, or which end soon
    `concerns`     how many open questions there are of the public kinds; empty for none
    `fingerprint`  of the newest finance sheet, four groups; empty where there is none
    `entries`      how many entries the log has
    `objecting`    that objections wait for an answer; None where none does
    `statements_path`  of the newest finance sheet's month; empty where there are none
    `rules_path`   of the rulebook of villagers' points; empty before one is adopted
    `funds`        the newest earmarked funds; `meetings` the newest resolutions and forums
    `year_path`    of the newest year of the books; empty before they are opened
    `witnesses`    what witnesses confirmed, in a sentence; empty where no policy names any
    """

    answer: Answer | None
    chart: Chart | None
    contracts: tuple[ContractRow, ...]
    concerns: str
    corrections: tuple[CorrectionRow, ...]
    display_to: str
    entries: str
    fingerprint: str
    frame: Frame
    funds: tuple[FundRow, ...]
    log: LogFacts
    meetings: tuple[MeetingRow, ...]
    month: str
    objecting: ObjectionNotice | None
    objections: Objections | None
    open_months: tuple[OpenMonth, ...]
    points: PointsCard | None
    rules_path: str
    scores: ScoresCard | None
    sheets: tuple[SheetCard, ...]
    statements_path: str
    year_path: str
    summary: tuple[str, ...]
    telephone: str
    witnesses: str


def build_board_page(view: VillageView, received: ReceivedCounts | None = None) -> BoardPage:
    """Return the notice board as the log stands, and as objections came in."""
    past = _read_past_finance(view)
    newest = past[0] if past else None
    concerns = count_open(view.read_concerns()).public
    months = [month for month in list_months(view.reader) if newest is None or month > newest.head.period]
    return BoardPage(
        answer=build_answer(newest) if newest else None,
        chart=build_chart(view.code, past) if len(past) > 1 else None,
        contracts=list_contracts_to_watch(view, CONTRACTS_SHOWN),
        concerns=format_count(concerns) if concerns else "",
        corrections=_list_corrections(view, past),
        display_to=format_day(newest.head.display_to) if newest else "",
        entries=f"{view.reader.size:,}",
        fingerprint=find_fingerprint(view, newest.head.size) if newest else "",
        frame=view.build_frame(""),
        funds=list_fund_rows(view, FUNDS_SHOWN),
        log=build_log_facts(view),
        meetings=tuple(list_newest_meetings(view, MEETINGS_SHOWN)),
        month=format_month(newest.head.period) if newest else "",
        objecting=build_notice(view, received),
        objections=build_objections(view, newest) if newest else None,
        open_months=tuple(_build_open_month(view, month) for month in months[:2]),
        points=_build_points(view),
        rules_path=find_rules_path(view),
        scores=_build_scores(view),
        sheets=_build_cards(view),
        statements_path=find_statements_path(view, newest.head.period) if newest else "",
        year_path=find_year_path(view),
        summary=summarize_finance(newest)[1:] if newest else (),
        telephone=view.read_telephone(),
        witnesses=view.witnesses,
    )


def _list_corrections(view: VillageView, past: Sequence[FinanceFigures]) -> tuple[CorrectionRow, ...]:
    """Return the newest corrections, each once: a sheet that was sealed anew tells those of its month again."""
    rows: dict[str, CorrectionRow] = {}
    for figures in past:
        for row in build_corrections(view.code, figures):
            rows.setdefault(row.path, row)
    return tuple(rows.values())[:CORRECTIONS_SHOWN]


def _read_past_finance(view: VillageView) -> list[FinanceFigures]:
    """Return the newest figures of the sealed finance months, newest first."""
    months = sorted({sheet.period for sheet in list_sheets(view.reader, "finance")}, reverse=True)
    return [read_finance(view, month) for month in months[:MONTHS_IN_CHART]]


def _build_open_month(view: VillageView, period: str) -> OpenMonth:
    return OpenMonth(
        answer=build_answer(read_finance(view, period), tell_open_until(view, period)),
        is_closed=get_state(view, "finance", period) == "closed",
        path=get_sheet_path(view.code, "finance", period),
    )


def _build_cards(view: VillageView) -> tuple[SheetCard, ...]:
    """Return a card for every kind of sheet; none at all before the first sheet is sealed. Of a quarter and a year
    there is one where the village has sealed any.
    """
    cards = tuple(_build_card(view, kind) for kind in MONTH_KINDS)
    spans = tuple(card for card in (_build_card(view, kind) for kind in SPAN_MONTHS) if card.path)
    return cards + spans if any(card.path for card in cards + spans) else ()


def _build_card(view: VillageView, kind: SheetKind) -> SheetCard:
    sheets = list_sheets(view.reader, kind)
    if not sheets:
        return SheetCard(kind, "", SHEET_NAMES[kind], "", "", "")
    path = get_sheet_path(view.code, kind, sheets[0].period)
    month = format_when(kind, sheets[0].period)
    return SheetCard(kind, month, SHEET_NAMES[kind], sheets[0].number, path, f"{path}.pdf")


def _build_points(view: VillageView) -> PointsCard | None:
    sheets = list_sheets(view.reader, "points")
    if not sheets:
        return None
    figures = get_figures(view.ports, view.reader, "points", sheets[0].period)
    assert isinstance(figures, PointsFigures)
    if not figures.households:
        return None
    return PointsCard(build_points_brief(figures), build_groups(figures), format_month(sheets[0].period))


def _build_scores(view: VillageView) -> ScoresCard | None:
    sheets = list_sheets(view.reader, "scores")
    if not sheets:
        return None
    figures = get_figures(view.ports, view.reader, "scores", sheets[0].period)
    assert isinstance(figures, ScoreFigures)
    if not figures.members:
        return None
    return ScoresCard(
        has_grades=has_grades(figures),
        members=str(figures.members),
        month=format_month(sheets[0].period),
        stars=build_stars(figures),
    )


@route_page("/v/{code:str}", summary="The notice board of a village")
def show_board(request: AnyRequest, code: FromPath[str]) -> ASGIApp:
    """Answer with the notice board."""
    site = get_site(request)
    received = site.count_received(code)
    return site.serve_page(
        request,
        code,
        name_state(received) if received and received.unregistered else "",
        "board.html",
        lambda view: build_board_page(view, received),
        by_witnesses=True,
    )
