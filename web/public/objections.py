"""The objections of a village: which there are, until when each must be answered, and what the village said.

What is registered comes from the log. How many came in and are not registered comes from the vault, where they are
counted without being read: a page that told only of entries would let a village leave out what it does not like.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from litestar.params import FromPath, QueryParameter
from litestar.types import ASGIApp

from ledger.books.objections import (
    CAME_NAMES,
    count_late,
    get_due_day,
)
from ledger.errors import NotFound
from ledger.figures import read_text
from ledger.reported import ReceivedCounts
from ledger.service.objections import ASIDE_WHYS
from ledger.state import get_day
from ledger.state.objections import Objection, find_objection, get_objections, list_numbers, list_open
from reports.words import format_count, format_day
from web.config import OBJECTIONS_A_PAGE
from web.i18n import _
from web.page import Frame
from web.public.explain.objections import OUTCOME_WORDS, name_about
from web.public.explain.telling import Link, get_entry_path
from web.respond import AnyRequest
from web.routing import get_site, route_page
from web.site import VillageView

ObjectionState = Literal["answered", "late", "open"]
OPEN_SHOWN_MAX = 100
"""Objections without an answer on one page, those that are longest overdue first; how many more there are is told."""
_START_MAX_DIGITS = 5


@dataclass(frozen=True)
class AnswerRow:
    """An answer. `followed` leads to what was put right; `path` to the entry."""

    day: str
    followed: tuple[Link, ...]
    outcome: str
    path: str
    text: str


@dataclass(frozen=True)
class ObjectionRow:
    """An objection. `told` says how it stands; `registered` that it was registered late, empty where it was not."""

    about: Link
    answers: tuple[AnswerRow, ...]
    came: str
    due: str
    number: str
    path: str
    received: str
    registered: str
    state: ObjectionState
    told: str


@dataclass(frozen=True)
class Unregistered:
    """What came in and waits to be registered, in words; `is_late` where some of it should be answered by now."""

    is_late: bool
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class ObjectionsPage:
    """The list. `open` are without an answer, `more` says how many of them are left out, `answered` are those of a
    year, the newest first. `aside` says of each reason how many were not registered; `newer`, `older` are paths.
    """

    answered: tuple[ObjectionRow, ...]
    aside: tuple[tuple[str, str], ...]
    frame: Frame
    more: str
    newer: str
    older: str
    open: tuple[ObjectionRow, ...]
    summary: str
    telephone: str
    unregistered: Unregistered | None
    year: str
    years: tuple[Link, ...]


@dataclass(frozen=True)
class ObjectionNotice:
    """What the board says of objections that wait for an answer."""

    is_late: bool
    said: str


def build_objections_page(
    view: VillageView, received: ReceivedCounts | None, year: str = "", start: int = 0
) -> ObjectionsPage:
    """Return the list of a year, the newest without one; NotFound for a year or a place that there is not."""
    facts, reference = view.reader.facts, view.ports.reference
    open_ = list_open(facts, reference)
    waiting = set(get_objections(facts).open)
    years = sorted({number[3:7] for number in list_numbers(facts, "")}, reverse=True)
    if (year and year not in years) or (not years and start):
        raise NotFound(_("这一年的异议"))
    year = year or next(iter(years), "")
    numbers = [number for number in list_numbers(facts, year) if number not in waiting] if year else []
    shown = numbers[start : start + OBJECTIONS_A_PAGE]
    if start and not shown:
        raise NotFound(_("这么多异议"))
    found = (find_objection(facts, reference, number) for number in shown)
    left = len(open_) - OPEN_SHOWN_MAX
    folder = get_folder(view)
    return ObjectionsPage(
        answered=tuple(build_row(view, item) for item in found if item is not None),
        aside=tuple((ASIDE_WHYS.get(why, why), format_count(count)) for why, count in received.aside)
        if received
        else (),
        frame=view.build_frame(_("异议和答复")),
        more=format_count(left) if left > 0 else "",
        newer=_name_page(folder, year, start - OBJECTIONS_A_PAGE) if start else "",
        older=_name_page(folder, year, start + OBJECTIONS_A_PAGE)
        if start + OBJECTIONS_A_PAGE < len(numbers)
        else "",
        open=tuple(build_row(view, item) for item in open_[:OPEN_SHOWN_MAX]),
        summary=_tell_summary(view, received),
        telephone=view.read_telephone(),
        unregistered=_tell_unregistered(view, received),
        year=year,
        years=tuple(Link(_("{year}年").format(year=one), _name_page(folder, one, 0)) for one in years),
    )


def build_row(view: VillageView, item: Objection) -> ObjectionRow:
    """Return an objection as a page shows it."""
    late = item.count_late(view.today)
    state: ObjectionState = "answered" if item.answers else "late" if late else "open"
    waited = count_late(item.received_on, item.recorded_on)
    return ObjectionRow(
        about=name_about(view, item.raised.about),
        answers=tuple(_build_answers(view, item)),
        came=CAME_NAMES[item.raised.came],
        due=format_day(item.due_on),
        number=item.raised.number,
        path=get_entry_path(view, item.raised_at),
        received=format_day(item.received_on),
        registered=_("{day}才登记，收到以后 {count} 天").format(
            day=format_day(item.recorded_on), count=waited
        )
        if item.recorded_on > item.due_on
        else "",
        state=state,
        told=tell_state(item, view.today),
    )


def tell_state(item: Objection, today: str) -> str:
    """Return how an objection stands on a day, in words."""
    late = item.count_late(today)
    if not item.answers:
        return _("逾期 {count} 天，没有答复").format(count=late) if late else _("等答复")
    outcome = OUTCOME_WORDS[item.answers[-1][1].outcome]
    if late:
        return _("已答复，晚了 {count} 天：{outcome}").format(count=late, outcome=outcome)
    return _("按时答复：{outcome}").format(outcome=outcome)


def build_notice(view: VillageView, received: ReceivedCounts | None) -> ObjectionNotice | None:
    """Return what the board says; None where nothing waits for an answer."""
    due = [item.due_on for item in list_open(view.reader.facts, view.ports.reference)]
    for day, count in received.open if received else ():
        due += [get_due_day(view.ports.reference.law, view.code, day)] * count
    if not due:
        return None
    late = sum(count_late(day, view.today) > 0 for day in due)
    said = _("{count} 件异议等村里答复").format(count=len(due))
    if late:
        said = _("{said}，其中 {late} 件过了期限").format(said=said, late=late)
    return ObjectionNotice(is_late=bool(late), said=said)


def get_folder(view: VillageView) -> str:
    """Return the path of a village's objections."""
    return f"/v/{view.code}/objections"


def name_state(received: ReceivedCounts | None) -> str:
    """Return what of the counts a page is kept by; empty where nothing came in."""
    if received is None:
        return "?"
    if not received.received:
        return ""
    parts = [*received.aside, *received.open]
    return ",".join(
        [str(received.received), str(received.closed), *(f"{name}:{count}" for name, count in parts)]
    )


def _build_answers(view: VillageView, item: Objection) -> list[AnswerRow]:
    return [
        AnswerRow(
            day=format_day(get_day(view.reader.facts.read_entry(index).recorded_at)),
            followed=tuple(name_about(view, name) for name in body.followed_by),
            outcome=OUTCOME_WORDS[body.outcome],
            path=get_entry_path(view, index),
            text=read_text(view.texts, body.answer),
        )
        for index, body in item.answers
    ]


def _tell_summary(view: VillageView, received: ReceivedCounts | None) -> str:
    known = get_objections(view.reader.facts)
    registered = known.answered + len(known.open)
    unregistered, aside = (received.unregistered, received.set_aside) if received else (0, 0)
    closed = received.closed if received else 0
    if not registered + unregistered + aside + closed:
        return _("还没有人提过异议。") if received else ""
    said = _("一共收到 {all} 件：答复了 {answered} 件，等答复 {open} 件").format(
        all=format_count(registered + unregistered + aside + closed),
        answered=format_count(known.answered),
        open=format_count(len(known.open)),
    )
    said += (
        _("，还没登记 {count} 件").format(count=format_count(unregistered))
        if received
        else _("，没登记的现在看不到")
    )
    if closed:
        said += _("，旧账里答复了 {count} 件").format(count=format_count(closed))
    return said + (_("，没有登记 {count} 件。").format(count=format_count(aside)) if aside else "。")


def _tell_unregistered(view: VillageView, received: ReceivedCounts | None) -> Unregistered | None:
    """Say how many wait to be registered, when the first came, and by how many days it is late."""
    if received is None or not received.unregistered:
        return None
    first = received.open[0][0]
    due = get_due_day(view.ports.reference.law, view.code, first)
    late = count_late(due, view.today)
    count = sum(
        number
        for day, number in received.open
        if count_late(get_due_day(view.ports.reference.law, view.code, day), view.today)
    )
    sentences = [
        _("有 {count} 件收到了，村里还没有登记。").format(count=format_count(received.unregistered)),
        _("最早的一件{day}收到，应在{due}以前答复。").format(day=format_day(first), due=format_day(due)),
    ]
    if late:
        sentences.append(
            _("{count} 件过了期限，最早的逾期 {late} 天。").format(count=format_count(count), late=late)
        )
    return Unregistered(is_late=bool(late), sentences=tuple(sentences))


def _name_page(folder: str, year: str, start: int) -> str:
    return f"{folder}?year={year}" + (f"&start={start}" if start > 0 else "")


@route_page("/v/{code:str}/objections", summary="The objections of a village and their answers")
def show_objections(
    request: AnyRequest,
    code: FromPath[str],
    year: Annotated[str, QueryParameter()] = "",
    start: Annotated[str, QueryParameter()] = "",
) -> ASGIApp:
    """Answer with what waits for an answer, then those of a year that were answered."""
    if year and not (len(year) == 4 and year.isascii() and year.isdigit()):
        raise NotFound(_("这一年的异议"))
    if start and not (start.isascii() and start.isdigit() and len(start) <= _START_MAX_DIGITS):
        raise NotFound(_("这么多异议"))
    site = get_site(request)
    received = site.count_received(code)
    return site.serve_page(
        request,
        code,
        f"objections?{year}&{int(start or 0)}&{name_state(received)}",
        "objections.html",
        lambda view: build_objections_page(view, received, year, int(start or 0)),
    )
