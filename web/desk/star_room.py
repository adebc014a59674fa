"""The room of stars: where each application stands, what is next and by whom, and plates to print."""

from __future__ import annotations

import re
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.star_steps import CONFIRMING, FOLLOWING, STEP_NAMES, StarStep, name_holder
from ledger.errors import NotFound
from ledger.ports import Reader
from ledger.service.standing import refuse_read_only
from ledger.service.stars import build_plate_job, has_plate, put_step, read_branch
from ledger.state import get_day
from ledger.state.star_steps import (
    SUBJECTS,
    StarApplication,
    find_application,
    find_display_end,
    find_star_of,
    list_branches,
    list_open_objections,
)
from reports.words import format_day
from web.cache import PageBytes
from web.desk.forms import FormRefused
from web.desk.frame import DeskFrame
from web.desk.routing import Desk, answer, route_desk
from web.i18n import _
from web.papers import get_papers
from web.public.stars import draw_stars, tell_now
from web.respond import Answer

STARS = "/desk/stars"
PDF = "application/pdf"
_FILE = re.compile(r"(XJ-2[0-9]{3}-[0-9]{3})\.pdf", re.ASCII)


@dataclass(frozen=True)
class NextStep:
    """A step that may come next: `by` says who passes it, `waits` why it cannot be yet, empty where it can."""

    by: str
    name: str
    step: str
    waits: str


@dataclass(frozen=True)
class StarRow:
    """An application; `plate` is the path of its plate, empty where it has none. `next` is the step that leads on,
    None at the end; `others` are those that lead back.
    """

    drawn: str
    holder: str
    next: NextStep | None
    number: str
    others: tuple[NextStep, ...]
    path: str
    plate: str
    told: str


@dataclass(frozen=True)
class StarsRoom:
    """The room. `none` are the branches and secretaries that hold no star and have nothing under way."""

    frame: DeskFrame
    may_prepare: bool
    none: tuple[str, ...]
    rows: tuple[StarRow, ...]


@dataclass(frozen=True)
class NextForm:
    number: str
    step: str


@route_desk(STARS, allow="draft.read", summary="Where each application for stars stands")
def show_room(desk: Desk) -> Answer:
    rows: list[StarRow] = []
    none: list[str] = []
    with desk.ports.ledger.read(desk.village) as reader:
        for branch in list_branches(reader.facts):
            for subject in SUBJECTS:
                known = find_star_of(reader.facts, subject, branch)
                holder = name_holder(read_branch(reader, branch), subject)
                numbers = dict.fromkeys(number for number in (known.newest, known.held) if number)
                found = (find_application(reader.facts, number) for number in numbers)
                rows += [_build_row(desk, reader, holder, one) for one in found if one is not None]
                none += [] if numbers else [holder]
    # What somebody has to do stands first; of the rest the branches' order is kept.
    page = StarsRoom(
        frame=desk.build_frame(_("评星")),
        may_prepare=desk.may("draft.prepare"),
        none=tuple(none),
        rows=tuple(sorted(rows, key=lambda row: bool(row.plate))),
    )
    return desk.render("desk/stars.html", page)


@route_desk(f"{STARS}/next", allow="draft.prepare", method="POST", summary="Put the next step on the sheet")
def take_step(desk: Desk) -> Answer:
    form = desk.parse_form(NextForm)
    step = next((one for one in STEP_NAMES if one == form.step), None)
    if step is None:
        raise FormRefused("no step of ours")
    refuse_read_only(desk.ports, desk.village)
    put_step(desk.ports, desk.village, desk.user, form.number, step)
    # The step stands on the second table of the sheet, below where a phone would open it.
    return desk.send_to("/desk/write/stars#b-r1")


@route_desk(f"{STARS}/{{name:str}}", allow="draft.prepare", summary="The plate of a star, to print")
def print_plate(desk: Desk, name: str) -> Answer:
    named = _FILE.fullmatch(name)
    if named is None:
        raise NotFound(_("这块星牌"))
    job = build_plate_job(desk.ports, desk.village, named[1], desk.site.settings.public_base_url)
    data = get_papers(desk.request).make_once(job)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return answer(desk.request, PageBytes(data, b"", "", PDF), headers=headers)


def _build_row(desk: Desk, reader: Reader, holder: str, one: StarApplication) -> StarRow:
    number, today = one.body.number, get_day(desk.ports.clock.now_ms())
    # The table has a step back before the step on.
    steps = [_build_next(desk, reader, one, step) for step in reversed(FOLLOWING[one.stage])]
    return StarRow(
        drawn=draw_stars(one.stars) if one.is_held else "",
        holder=holder,
        next=steps[0] if steps else None,
        number=number,
        others=tuple(steps[1:]),
        path=f"/v/{desk.village}/stars/{number}",
        plate=f"{STARS}/{number}.pdf" if has_plate(reader, one) and desk.may("draft.prepare") else "",
        told=tell_now(reader.facts, desk.ports.reference, desk.village, today, one),
    )


def _build_next(desk: Desk, reader: Reader, one: StarApplication, step: StarStep) -> NextStep:
    waits = ""
    if step == "confirmed":
        end = find_display_end(desk.ports.reference, desk.village, one.known)
        objections = list_open_objections(reader.facts, one.known)
        if objections:
            waits = _("先答复异议 {numbers}").format(numbers=_("、").join(objections))
        elif get_day(desk.ports.clock.now_ms()) <= end:
            waits = _("公示到{day}，满了再验").format(day=format_day(end))
    by = _("村文书交审，监督委员或村书记审核")
    if step in CONFIRMING:
        by = _("村文书交审，乡镇记账员审核")
    elif one.body.subject == "secretary":
        by = _("村文书交审，监督委员或乡镇记账员审核")
    return NextStep(by=by, name=STEP_NAMES[step], step=step, waits=waits)


ROUTES: tuple[HTTPRouteHandler, ...] = (show_room, take_step, print_plate)
