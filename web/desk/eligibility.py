"""Who may not be given an own honour for a while: which round, which grade, which rule, and until when."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.periods import iterate_periods
from ledger.books.scores import OWN_HONOUR_NAMES, SPAN_NAMES
from ledger.errors import NotFound
from ledger.service.eligibility import Ineligible
from ledger.state import get_day
from reports.words import format_day, format_month
from web.desk.frame import DeskFrame
from web.desk.reading import may_search_people
from web.desk.reading_points import read_ineligible
from web.desk.routing import Desk, route_desk
from web.i18n import _
from web.respond import Answer

ELIGIBILITY = "/desk/eligibility"
TIMES_SHOWN = 8


@dataclass(frozen=True)
class TimeChoice:
    """The last month of a quarter, `value`; of the fourth it is the year's, too."""

    name: str
    value: str


@dataclass(frozen=True)
class IneligibleRow:
    """One person and one honour: `path` leads to the round's record."""

    name: str
    number: str
    path: str
    place: str
    said: str
    until: str
    why: str


@dataclass(frozen=True)
class EligibilityPage:
    """`may_see` is False for those who see names masked: they are shown nobody."""

    choices: tuple[TimeChoice, ...]
    chosen: str
    frame: DeskFrame
    may_see: bool
    rows: tuple[IneligibleRow, ...]


@route_desk(
    ELIGIBILITY, allow="draft.read", summary="Who lost an own honour by a round of scores, and until when"
)
def show_eligibility(desk: Desk) -> Answer:
    choices = _list_choices(desk)
    chosen = desk.request.query_params.get("until", "") or choices[0].value
    if chosen not in {choice.value for choice in choices}:
        raise NotFound(_("这一段时间"))
    page = EligibilityPage(
        choices=choices,
        chosen=chosen,
        frame=desk.build_frame(_("暂时不参加评优的人")),
        may_see=may_search_people(desk),
        rows=tuple(_build_row(desk, one) for one in read_ineligible(desk, chosen)),
    )
    return desk.render("desk/eligibility.html", page)


def _list_choices(desk: Desk) -> tuple[TimeChoice, ...]:
    """Return the quarters since the log was founded, the newest first, which is the running one."""
    today = get_day(desk.ports.clock.now_ms())
    with desk.ports.ledger.read(desk.village) as reader:
        founded = get_day(reader.facts.read_entry(0).recorded_at)
    last = f"{today[:4]}-{-(-int(today[5:7]) // 3) * 3:02d}"
    months = [month for month in iterate_periods(founded[:7], last) if int(month[5:]) % 3 == 0]
    return tuple(TimeChoice(_name_time(month), month) for month in months[::-1][:TIMES_SHOWN])


def _name_time(month: str) -> str:
    said = _("{year}年第 {number} 季度").format(year=month[:4], number=int(month[5:]) // 3)
    return said + _("、全年") if month.endswith("12") else said


def _build_row(desk: Desk, one: Ineligible) -> IneligibleRow:
    lost = one.lost
    why = _("{month}考评为{grade}。{scheme}（第 {version} 版）：{grade}的，当{lasts}不参加{honour}。")
    honour = OWN_HONOUR_NAMES[lost.loses]
    return IneligibleRow(
        name=one.name,
        number=one.number,
        path=f"/v/{desk.village}/entries/{lost.at}",
        place=one.place,
        said=_("不参加{honour}").format(honour=honour),
        until=_("到 {day}为止，过后自动恢复，不用办手续").format(day=format_day(one.until)),
        why=why.format(
            month=format_month(lost.period),
            grade=one.grade,
            scheme=one.scheme,
            version=lost.version,
            lasts=SPAN_NAMES[lost.lasts],
            honour=honour,
        ),
    )


ROUTES: tuple[HTTPRouteHandler, ...] = (show_eligibility,)
