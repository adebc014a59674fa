"""The room of secret ballots: ask one, print its codes once, and close it. Of one that runs it shows nothing else.

Names of party members who are appraised are read by nobody here: a ballot names its branch, and voters see the names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.ballots import APPRAISED_NAMES, ISSUED_MAX, ISSUED_MIN, QUESTIONS_MAX, UNITS_MAX
from ledger.books.scores import BranchRegistered
from ledger.data import load_ballots
from ledger.errors import NotFound, Refused
from ledger.figures import read_text
from ledger.ports import Reader
from ledger.service.ballots import (
    PLACES,
    Asking,
    ask_ballot,
    count_next,
    count_printings,
    list_known_ballots,
    prepare_ballot_closing,
    print_codes,
)
from ledger.service.sheets import read_texts
from ledger.service.slots import list_waiting_slots
from ledger.service.standing import refuse_read_only
from ledger.state import get_day
from ledger.state.ballots import FoundBallot
from ledger.state.facts import BranchFacts, read_body, scan_facts
from ledger.state.party_groups import read_groups
from reports.words import format_count, format_day, format_span
from web.cache import PageBytes
from web.desk.forms import NoForm
from web.desk.frame import NO_FAULTS, NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.routing import Desk, answer, route_desk
from web.i18n import _
from web.papers import get_papers
from web.respond import Answer

BALLOTS = "/desk/ballots"
PDF = "application/pdf"
_NUMBER = re.compile(r"CP-2[0-9]{3}-[0-9]{3}", re.ASCII)


@dataclass(frozen=True)
class BallotRow:
    """A ballot: `state` in words, and what may be done with it; `is_over` once its list is published. `next` is how
    many codes the next printing has, and `printings` how many are still to come.
    """

    can_close: bool
    can_print: bool
    is_over: bool
    next: str
    number: str
    path: str
    printings: int
    span: str
    state: str
    title: str


@dataclass(frozen=True)
class WaitingBallot:
    """A ballot that was handed in and is no entry yet, with the path of its draft."""

    label: str
    path: str


@dataclass(frozen=True)
class AskForm:
    """A ballot as it is typed; see `ledger.service.ballots.Asking`."""

    appraised: str = "unit"
    branch: str = ""
    closes: str = ""
    group: str = ""
    issued: str = ""
    opens: str = ""
    questions: str = ""
    resolution: str = ""
    scale: str = "four"
    title: str = ""
    turnout_min: str = ""
    units: str = ""


@dataclass(frozen=True)
class BallotsRoom:
    """The room. `scales` and `kinds` are what can be chosen, with what the form sends of it; `branches` what each
    number of a party branch stands for.
    """

    branches: str
    faults: Faults
    frame: DeskFrame
    issued_max: int
    issued_min: int
    kinds: tuple[tuple[str, str], ...]
    notice: str
    questions_max: int
    rows: tuple[BallotRow, ...]
    scales: tuple[tuple[str, str], ...]
    typed: AskForm
    units_max: int
    waiting: tuple[WaitingBallot, ...]


@route_desk(BALLOTS, allow="draft.prepare", summary="Secret ballots: ask, print, close")
def show_room(desk: Desk) -> Answer:
    return _show(desk)


@route_desk(BALLOTS, allow="draft.prepare", method="POST", summary="Hand in a ballot")
def take_ballot(desk: Desk) -> Answer:
    form = desk.parse_form(AskForm)
    refuse_read_only(desk.ports, desk.village)
    try:
        ask_ballot(desk.ports, desk.village, desk.user, _read(form))
    except Refused as error:
        return _show(desk, explain_refusal(error, {place: name for name, place in PLACES.items()}), form)
    return desk.redirect(f"{BALLOTS}?asked=1")


@route_desk(
    f"{BALLOTS}/{{number:str}}/codes", allow="draft.prepare", method="POST", summary="Print the codes, once"
)
def take_codes(desk: Desk, number: str) -> Answer:
    desk.parse_form(NoForm)
    refuse_read_only(desk.ports, desk.village)
    base, papers = desk.site.settings.public_base_url, get_papers(desk.request)
    try:
        data = print_codes(desk.ports, desk.village, _check_number(number), base, papers.make_once)
    except Refused as error:
        return _show(desk, explain_refusal(error, {}, status=409))
    desk.log("ballot-printed", subject=number)
    headers = {"content-disposition": f'attachment; filename="{number}.pdf"'}
    return answer(desk.request, PageBytes(data, b"", "", PDF), headers=headers)


@route_desk(
    f"{BALLOTS}/{{number:str}}/close",
    allow="draft.prepare",
    method="POST",
    summary="Close it and hand in the list",
)
def take_closing(desk: Desk, number: str) -> Answer:
    desk.parse_form(NoForm)
    refuse_read_only(desk.ports, desk.village)
    try:
        prepare_ballot_closing(desk.ports, desk.village, _check_number(number), desk.user)
    except Refused as error:
        return _show(desk, explain_refusal(error, {}, status=409))
    return desk.redirect(f"{BALLOTS}?closed=1")


def _check_number(number: str) -> str:
    if not _NUMBER.fullmatch(number):
        raise NotFound(_("这次测评"))
    return number


def _read(form: AskForm) -> Asking:
    return Asking(
        title=form.title,
        appraised=form.appraised,
        units=form.units,
        branch=form.branch,
        group=form.group,
        questions=form.questions,
        scale=form.scale,
        issued=form.issued.strip(),
        opens=form.opens.strip(),
        closes=form.closes.strip(),
        turnout_min=form.turnout_min.strip(),
        resolution=form.resolution,
    )


def _show(desk: Desk, refusal: Refusal = NOT_REFUSED, typed: AskForm | None = None) -> Answer:
    table = load_ballots()
    notices = {
        "asked": _("交审了。通过以后，在这里印票。"),
        "closed": _("票封存了，清单交审了。从现在起谁也投不了；通过以后公布。"),
    }
    waiting = list_waiting_slots(desk.ports.vault, desk.village)
    page = BallotsRoom(
        branches=_tell_branches(desk),
        faults=refusal.faults if refusal is not NOT_REFUSED else NO_FAULTS,
        frame=desk.build_frame(_("民主测评")),
        issued_max=ISSUED_MAX,
        issued_min=ISSUED_MIN,
        kinds=tuple(APPRAISED_NAMES.items()),
        notice=desk.choose_notice(notices),
        questions_max=QUESTIONS_MAX,
        rows=_list_rows(desk, {slot[1] for slot in waiting if slot[0] == "ballot-closing"}),
        scales=tuple((code, _("、").join(scale.choices)) for code, scale in table.scales.items()),
        typed=typed or AskForm(opens=_get_today(desk), turnout_min=str(table.turnout_min)),
        units_max=UNITS_MAX,
        waiting=tuple(
            WaitingBallot(label=draft.label, path=f"/desk/drafts/{draft.id}")
            for slot, draft in waiting.items()
            if slot[0] == "ballot"
        ),
    )
    return desk.render("desk/ballots.html", page, refusal=refusal)


def _tell_branches(desk: Desk) -> str:
    """Return in a sentence the number of every party branch, with those of its groups; empty where there is none."""
    with desk.ports.ledger.read(desk.village) as reader:
        texts = read_texts(reader)
        known = [
            read_body(reader.facts, branch.index, BranchRegistered)
            for _key, branch in scan_facts(reader.facts, "branch/", BranchFacts)
        ]
        names = [
            f"{body.branch} {read_text(texts, body.name)}" + _tell_groups(reader, body.branch)
            for body in known
        ]
    return _("支部编号：{branches}。").format(branches=_("；").join(names)) if names else ""


def _tell_groups(reader: Reader, branch: int) -> str:
    body = read_groups(reader.facts, branch)
    numbers = _("、").join(str(group.number) for group in body.groups) if body is not None else ""
    return _("（党小组 {numbers}）").format(numbers=numbers) if numbers else ""


def _list_rows(desk: Desk, waiting: set[str]) -> tuple[BallotRow, ...]:
    found = list_known_ballots(desk.ports, desk.village)
    left = _count_unprinted(desk, found)
    with desk.ports.ledger.read(desk.village) as reader:
        texts = read_texts(reader)
        titles = [read_text(texts, ballot.opened.title) for ballot in found]
    return tuple(
        _build_row(desk, ballot, title, ballot.opened.number in waiting, left[ballot.opened.number])
        for ballot, title in zip(found, titles, strict=True)
    )


def _count_unprinted(desk: Desk, found: Sequence[FoundBallot]) -> dict[str, int]:
    """Return by number how many codes of a ballot are still to be printed."""
    made = {*desk.ports.urns.list_numbers(desk.village)}
    left = {ballot.opened.number: ballot.opened.issued for ballot in found}
    for ballot in found:
        number = ballot.opened.number
        # What one printing lays out is printed whole: only of more has the urn to be asked.
        urn = None
        if number in made and count_printings(ballot.opened.issued) > 1:
            urn = desk.ports.urns.find(desk.village, number)
        if number in made:
            left[number] = urn.unprinted if urn is not None and not urn.is_sealed else 0
    return left


def _build_row(desk: Desk, ballot: FoundBallot, title: str, is_waiting: bool, left: int) -> BallotRow:
    body, today = ballot.opened, _get_today(desk)
    is_begun = left < body.issued
    state = _("票还没印")
    if ballot.closed is not None:
        state = _("已公布，{count} 张票").format(count=format_count(len(ballot.closed.ballots)))
    elif is_waiting:
        state = _("清单在等审核")
    elif today > body.closes:
        state = _("已截止，要结束")
    elif left and is_begun:
        state = _("印了 {count} 张，还有 {left} 张没印，{day}截止").format(
            count=format_count(body.issued - left), left=format_count(left), day=format_day(body.closes)
        )
    elif is_begun:
        state = _("票印好了，{day}截止").format(day=format_day(body.closes))
    is_over = ballot.closed is not None or is_waiting
    return BallotRow(
        can_close=not is_over and (is_begun or today > body.closes),
        can_print=not is_over and left > 0 and today <= body.closes,
        is_over=ballot.closed is not None,
        next=format_count(count_next(left)) if left else "",
        number=body.number,
        path=f"/v/{desk.village}/ballots/{body.number}",
        printings=count_printings(left),
        span=format_span(body.opens, body.closes),
        state=state,
        title=title,
    )


def _get_today(desk: Desk) -> str:
    return get_day(desk.ports.clock.now_ms())


ROUTES: tuple[HTTPRouteHandler, ...] = (show_room, take_ballot, take_codes, take_closing)
