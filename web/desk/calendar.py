"""The calendar of assessments: which rounds a year asks for, which are recorded and displayed, and which are late."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from litestar.handlers import HTTPRouteHandler

from ledger.books.rhythm import ExpectedRound
from ledger.books.scores import SPAN_NAMES, SUBJECT_NAMES
from ledger.data import load_rhythm
from ledger.errors import NotFound
from ledger.figures.members import name_branch
from ledger.ports import Reader
from ledger.service.drafts import MONTH
from ledger.service.sheets import read_texts
from ledger.state import get_day
from ledger.state.facts import BranchFacts, scan_facts
from ledger.state.rhythm import list_expected
from reports.words import format_count, format_day
from web.cache import PageBytes
from web.desk.assessment_room import name_paper
from web.desk.frame import DeskFrame
from web.desk.reading_points import read_branch
from web.desk.routing import Desk, answer, route_desk
from web.i18n import _
from web.papers import get_papers
from web.respond import Answer
from web.site import PDF

CALENDAR = "/desk/calendar"
_BRANCH = re.compile("[1-9][0-9]?", re.ASCII)
_STEPS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class RoundCell:
    """One expected round: `who` is assessed, `name` its month, quarter or year, `said` how it stands, `notes` what else
    is known.

    `paper` is what is printed to display it, `path` leads to where it can be read; empty where there is none.
    `tone` is `done`, `late` or `plain`.
    """

    name: str
    notes: tuple[str, ...]
    paper: str
    path: str
    said: str
    tone: str
    who: str


@dataclass(frozen=True)
class MonthCells:
    """What stands in a month beyond what is to be done; `counted` says how many of them are recorded."""

    cells: tuple[RoundCell, ...]
    counted: str
    name: str


@dataclass(frozen=True)
class CalendarPage:
    """A year: first the rounds that are to be recorded, late ones before others, then those that hang within their
    branch or were objected to, then all others by their month.

    `due` says until when rounds are to be recorded; `late` how many are late, empty for none. `next` says what is to be
    recorded next, and until when; empty where nothing more is.
    """

    displayed: tuple[RoundCell, ...]
    due: str
    frame: DeskFrame
    late: str
    months: tuple[MonthCells, ...]
    next: str
    now: tuple[RoundCell, ...]
    year: str
    years: tuple[str, ...]  # that can be chosen, the newest first


@route_desk(CALENDAR, allow="draft.read", summary="Which assessments a year asks for, and how each stands")
def show_calendar(desk: Desk) -> Answer:
    today = get_day(desk.ports.clock.now_ms())
    with desk.ports.ledger.read(desk.village) as reader:
        founded = get_day(reader.facts.read_entry(0).recorded_at)
        years = tuple(str(year) for year in range(int(today[:4]), int(founded[:4]) - 1, -1))
        year = desk.request.query_params.get("year", "") or today[:4]
        if year not in years:
            raise NotFound(_("这一年"))
        found = list_expected(
            reader.facts,
            desk.ports.reference.law,
            load_rhythm(),
            desk.village,
            first=f"{year}-01",
            last=f"{year}-12",
            today=today,
        )
        names = _name_branches(reader)
    late = sum(one.state == "late" for one in found)
    now = sorted((one for one in found if one.state in ("late", "open")), key=lambda one: one.due_on)
    displayed = [one for one in found if one not in now and _is_displayed(one)]
    rest = sorted((one for one in found if one not in (*now, *displayed)), key=lambda one: one.period)
    page = CalendarPage(
        displayed=tuple(_build_cell(desk, one, names) for one in displayed),
        due=_tell_due(),
        frame=desk.build_frame(_("考评日历")),
        late=format_count(late) if late else "",
        months=tuple(
            _build_month(desk, list(some), names) for _key, some in groupby(rest, lambda one: one.period)
        ),
        next=_tell_next(found),
        now=tuple(_build_cell(desk, one, names) for one in now),
        year=year,
        years=years,
    )
    return desk.render("desk/calendar.html", page)


@route_desk(
    f"{CALENDAR}/{{month:str}}/{{name:str}}",
    allow="sheet.print",
    summary="A branch's round with its members' names, to display within the branch",
)
def show_branch(desk: Desk, month: str, name: str) -> Answer:
    number = name.removesuffix(".pdf")
    if number == name or not _BRANCH.fullmatch(number) or not MONTH.fullmatch(month):
        raise NotFound(_("公示单"))
    data = get_papers(desk.request).make_once(read_branch(desk, month, int(number)))
    headers = {"content-disposition": f'inline; filename="branch-{number}-{month}.pdf"'}
    return answer(desk.request, PageBytes(data, b"", "", PDF), headers=headers)


def _name_branches(reader: Reader) -> dict[int, str]:
    known = (int(branch) for branch, _known in scan_facts(reader.facts, "branch/", BranchFacts))
    texts = read_texts(reader)
    return {branch: name_branch(reader.facts, texts, branch) for branch in known}


def _is_displayed(one: ExpectedRound) -> bool:
    """Whether a round hangs within its branch, or is yet to, or waits for the answer to an objection."""
    return one.display in {"running", "unrecorded"} or one.objections > one.answered


def _build_month(desk: Desk, rounds: list[ExpectedRound], names: dict[int, str]) -> MonthCells:
    held = sum(one.state == "held" for one in rounds)
    return MonthCells(
        cells=tuple(_build_cell(desk, one, names) for one in rounds),
        counted=_("{count} 次，记了 {held} 次").format(held=held, count=len(rounds)),
        name=_("{month}月").format(month=int(rounds[0].period[5:])),
    )


def _name_whom(one: ExpectedRound, names: dict[int, str]) -> str:
    subject = SUBJECT_NAMES[one.subject]
    return (
        _("{branch}的{subject}").format(branch=names[one.branch], subject=subject) if one.branch else subject
    )


def _tell_next(rounds: Sequence[ExpectedRound]) -> str:
    """Return what is to be recorded next, by the first day until which that should be; empty for nothing."""
    waiting = [one for one in rounds if one.state in ("ahead", "open")]
    day = min((one.due_on for one in waiting), default="")
    count = sum(one.due_on == day for one in waiting)
    return _("下面要记的 {count} 次，{day}以前记。").format(count=count, day=format_day(day)) if day else ""


def _build_cell(desk: Desk, one: ExpectedRound, names: dict[int, str]) -> RoundCell:
    is_read = one.state == "held" and one.branch > 0
    may_print = is_read and desk.may("sheet.print")
    tones = {"held": "done", "late": "late", "missed": "late"}
    return RoundCell(
        name=_name_time(one),
        notes=tuple(_tell_more(one)),
        paper=f"{CALENDAR}/{one.period}/{one.branch}.pdf" if may_print else name_paper(desk, one),
        path=f"/v/{desk.village}/sheets/{one.period}/scores" if is_read else "",
        said=_tell_state(one),
        tone=tones.get(one.state, "plain"),
        who=_name_whom(one, names),
    )


def _name_time(one: ExpectedRound) -> str:
    month = int(one.period[5:])
    if one.span == "quarter":
        return _("第 {number} 季度").format(number=month // 3)
    return _("全年") if one.span == "year" else _("{month}月").format(month=month)


def _tell_state(one: ExpectedRound) -> str:
    day = _tell_day(one.due_on)
    said = {
        "ahead": _("还没到"),
        "held": _("已记"),
        "late": _("迟了，应在 {day}以前"),
        "missed": _("没有记，已结账"),
        "open": _("该记了，{day}以前"),
        "unkept": _("账本还不能记"),
    }
    return said[one.state].format(day=day)


def _tell_more(one: ExpectedRound) -> list[str]:
    said = {
        "none": "",
        "over": _("公示到 {day}，已满"),
        "running": _("正在公示，到 {day}"),
        "unrecorded": _("还没公示：当月的党员评分表还没封存"),
    }[one.display]
    notes = [said.format(day=_tell_day(one.display_to))] if said else []
    if one.objections:
        left = one.objections - one.answered
        answered = _("都答复了") if not left else _("{count} 件还没有答复").format(count=left)
        notes.append(_("异议 {count} 件，{answered}").format(count=one.objections, answered=answered))
    return notes


def _tell_day(day: str) -> str:
    """Return a day without its year, which the page says; empty for none."""
    return format_day(day).partition("年")[2] if day else ""


def _tell_due() -> str:
    parts = [
        _("一{span}一次的，{span}末以后 {days} 天").format(span=SPAN_NAMES[rule.every], days=rule.days)
        for rule in sorted(load_rhythm().values(), key=lambda rule: _STEPS[rule.every])
    ]
    return _("；").join(parts)


ROUTES: tuple[HTTPRouteHandler, ...] = (show_calendar, show_branch)
