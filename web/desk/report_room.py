"""Reports at the desk: what villagers reported by the page and nobody took up, and one of them with its photos.

What somebody wrote is personal: it is opened one by one, and each reading is logged; a photo is handed out only to a
page that was. A case is handed in by a clerk and passed by another person; to set aside or to join takes a reason that
whoever reported it sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.cases import STAGE_NAMES
from ledger.books.masks import PurposeRow
from ledger.books.objections import count_late
from ledger.errors import NotFound, Refused
from ledger.reported import Reported
from ledger.service.choices import list_unit_choices
from ledger.service.reporting import (
    ASIDE_WHYS,
    JOINED,
    find_own_case,
    get_reported,
    get_verify_day,
    list_unopened,
)
from ledger.service.taking_up import PLACES, join_case, reopen, set_aside, take_up
from ledger.service.workbooks.case_columns import CATEGORY_NAMES
from ledger.state import get_day
from ledger.state.case_facts import OpenCase
from ledger.state.cases import Case, find_case, list_open_cases
from ledger.state.facts import Facts
from reports.words import format_day
from web.cache import build_page_bytes
from web.desk.forms import NoForm
from web.desk.frame import NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.inbox import InboxRow, turn_page
from web.desk.reading import AskForm, read_report, read_report_photo, say_of_report
from web.desk.report_photos import REPORTS, list_photos, was_shown
from web.desk.routing import Desk, answer, route_desk
from web.i18n import _
from web.public.receiving import format_receipt
from web.respond import Answer
from web.site import JPEG

DRAFTS = "/desk/drafts"
JOINABLE_MAX = 50
_ITEM = re.compile(r"q-[a-z2-7]{16}", re.ASCII)
_RECEIPT = re.compile("[0-9]{1,6}", re.ASCII)
_PHOTO = re.compile(r"[1-3]\.jpg", re.ASCII)


@dataclass(frozen=True)
class OpenRow:
    """A case that waits for an answer; `path` is empty where it has no page."""

    due: str
    is_late: bool
    name: str
    number: str
    path: str
    stage: str


@dataclass(frozen=True)
class ReportsRoom:
    """What nobody took up, oldest first, a page at a time; `aside` says of each reason how many there are.

    `open` are the cases that wait, those first that are due first, however they came in.
    """

    aside: tuple[tuple[str, int], ...]
    count: int
    frame: DeskFrame
    next_page: int
    may_prepare: bool
    notice: str
    open: tuple[OpenRow, ...]
    previous_page: int
    rows: tuple[InboxRow, ...]


@dataclass(frozen=True)
class ReportDeskPage:
    """One report.

    `aside`      why it became no case of its own, in words; empty where it did or may yet
    `asked`      what whoever looks is asked before they see it; then words and photos are left out
    `case`       the path of the case that it became or was joined to; empty before, and where it has no page
    `categories` what it may be, those of the chosen group first
    `draft`      path of the draft that waits; empty for none
    `is_gone`    what it said was erased
    `joinable`   cases that are not over, with their words
    `photos`     paths
    `returned`   why the draft came back; empty where it did not
    """

    aside: str
    asked: tuple[PurposeRow, ...]
    can_act: bool
    can_reopen: bool
    case: str
    categories: tuple[tuple[str, str], ...]
    contact: str
    draft: str
    faults: Faults
    frame: DeskFrame
    household: str
    is_gone: bool
    joinable: tuple[tuple[str, str], ...]
    path: str
    photos: tuple[str, ...]
    place: str
    returned: str
    row: InboxRow
    subject: str
    typed: TakeForm
    units: tuple[tuple[str, str], ...]
    whys: tuple[tuple[str, str], ...]
    wording: tuple[str, ...]


@dataclass(frozen=True)
class TakeForm:
    category: str = ""
    grid: str = ""


@dataclass(frozen=True)
class WhyForm:
    why: str = ""


@dataclass(frozen=True)
class JoinForm:
    joined: str = ""


@route_desk(REPORTS, allow="draft.read", summary="Reports by the page that nobody took up")
def show_reports(desk: Desk) -> Answer:
    number = desk.request.query_params.get("number", "")
    if number:
        return desk.redirect(f"{REPORTS}/{_find_item(desk, number)}")
    counts = desk.ports.vault.count_reported(desk.village)
    found = list_unopened(desk.ports, desk.village)
    rows, previous_page, next_page = turn_page(desk, found)
    shown = ReportsRoom(
        aside=tuple((ASIDE_WHYS.get(why, why), count) for why, count in counts.aside),
        count=len(found),
        frame=desk.build_frame(_("收到的反映")),
        may_prepare=desk.may("draft.prepare"),
        next_page=next_page,
        notice=desk.choose_notice(
            {
                "sent": _("已交审，等另一位来审核；通过以后就是一件诉求件。"),
                "aside": _("已定为不另登记；反映的人凭收条看得到原因。"),
                "joined": _("已并到那一件；反映的人凭收条看得到办到哪一步。"),
                "reopened": _("又在等登记了。"),
            }
        ),
        open=_list_open(desk),
        previous_page=previous_page,
        rows=tuple(_build_row(desk, item) for item in rows),
    )
    return desk.render("desk/reports.html", shown)


@route_desk(f"{REPORTS}/{{report:str}}", allow="draft.read", summary="One report with its photos")
def show_report(desk: Desk, report: str) -> Answer:
    return _show(desk, report)


@route_desk(
    f"{REPORTS}/{{report:str}}/photos/{{name:str}}", allow="draft.read", summary="A photo that a page showed"
)
def show_photo(desk: Desk, report: str, name: str) -> Answer:
    if not _PHOTO.fullmatch(name):
        raise NotFound(_("照片"))
    reported = _get(desk, report)
    seen = desk.request.query_params.get("seen", "")
    if not was_shown(desk, reported, seen):
        return desk.redirect(f"{REPORTS}/{report}")
    photo = read_report_photo(desk, reported.item, int(name[0]) - 1)
    return answer(desk.request, build_page_bytes(photo, JPEG))


@route_desk(
    f"{REPORTS}/{{report:str}}/open",
    allow="draft.read",
    method="POST",
    summary="Say why one wants to read it",
)
def take_purpose(desk: Desk, report: str) -> Answer:
    reported = _get(desk, report)
    try:
        say_of_report(desk, reported.item, desk.parse_form(AskForm).purpose)
    except Refused as error:
        return _show(desk, report, explain_refusal(error, {"为什么看": "purpose"}))
    return desk.redirect(f"{REPORTS}/{report}")


@route_desk(
    f"{REPORTS}/{{report:str}}/take",
    allow="draft.prepare",
    method="POST",
    summary="Hand it in as a case, to be passed",
)
def take_taking_up(desk: Desk, report: str) -> Answer:
    form = desk.parse_form(TakeForm)
    item = _get(desk, report).item
    try:
        take_up(desk.ports, desk.village, item, desk.user, category=form.category, grid=form.grid)
    except Refused as error:
        return _show(desk, report, _explain(error), form)
    return desk.redirect(f"{REPORTS}?sent=1")


@route_desk(
    f"{REPORTS}/{{report:str}}/aside",
    allow="draft.prepare",
    method="POST",
    summary="Set it aside with a reason",
)
def take_aside(desk: Desk, report: str) -> Answer:
    why, item = desk.parse_form(WhyForm).why, _get(desk, report).item
    try:
        set_aside(desk.ports, desk.village, item, desk.user, why)
    except Refused as error:
        return _show(desk, report, _explain(error))
    desk.log("report-aside", subject=item, reason=why)
    desk.site.forget_received(desk.village)
    return desk.redirect(f"{REPORTS}?aside=1")


@route_desk(
    f"{REPORTS}/{{report:str}}/join",
    allow="draft.prepare",
    method="POST",
    summary="Join it to a case that is not over",
)
def take_joining(desk: Desk, report: str) -> Answer:
    number, item = desk.parse_form(JoinForm).joined, _get(desk, report).item
    try:
        join_case(desk.ports, desk.village, item, desk.user, number)
    except Refused as error:
        return _show(desk, report, _explain(error))
    desk.log("report-aside", subject=item, reason=JOINED)
    desk.site.forget_received(desk.village)
    return desk.redirect(f"{REPORTS}?joined=1")


@route_desk(
    f"{REPORTS}/{{report:str}}/reopen",
    allow="draft.prepare",
    method="POST",
    summary="Let it wait again after all",
)
def take_reopening(desk: Desk, report: str) -> Answer:
    desk.parse_form(NoForm)
    item = _get(desk, report).item
    reopen(desk.ports, desk.village, item, desk.user)
    desk.log("report-reopened", subject=item)
    desk.site.forget_received(desk.village)
    return desk.redirect(f"{REPORTS}?reopened=1")


def _get(desk: Desk, item: str) -> Reported:
    if not _ITEM.fullmatch(item):
        raise NotFound(_("收到的反映"))
    return get_reported(desk.ports, desk.village, item)


def _find_item(desk: Desk, number: str) -> str:
    """Return which report has a receipt's number, also one that waits no more."""
    found = None
    if _RECEIPT.fullmatch(number):
        found = desk.ports.vault.find_reported_number(desk.village, int(number))
    if found is None:
        raise NotFound(_("这个收件号"))
    return found.item


def _explain(error: Refused) -> Refusal:
    return explain_refusal(error, {place: name for name, place in PLACES.items()})


def _show(desk: Desk, item: str, refusal: Refusal = NOT_REFUSED, typed: TakeForm | None = None) -> Answer:
    reported = _get(desk, item)
    told, asked = read_report(desk, item)
    is_free = reported.is_open and reported.draft_state != "waiting"
    path = f"{REPORTS}/{item}"
    name = desk.ports.reference.cases.name
    with desk.ports.ledger.read(desk.village) as reader:
        case = find_own_case(desk.ports, reader, desk.village, reported)
        units = tuple((one.value, f"{one.value} {one.beside}") for one in list_unit_choices(reader))
        joinable = tuple(
            (one.number, f"{one.number} {name(case.body.category)}，{STAGE_NAMES[case.stage]}")
            for one, case in _iterate_open(reader.facts)
        )
    page = ReportDeskPage(
        aside=_tell_aside(desk, reported),
        asked=asked.purposes,
        can_act=is_free and desk.may("draft.prepare"),
        can_reopen=bool(reported.aside) and desk.may("draft.prepare"),
        case=f"/v/{desk.village}/cases/{case.body.number}" if case is not None and case.has_page else "",
        categories=_list_categories(reported.about),
        contact=told.contact if told is not None else "",
        draft=f"{DRAFTS}/{reported.draft}" if reported.draft_state == "waiting" else "",
        faults=refusal.faults,
        frame=desk.build_frame(_("收到的反映")),
        household=told.household if told is not None else "",
        is_gone=told is None and not asked,
        joinable=joinable,
        path=path,
        photos=list_photos(desk, reported, told.photos if told is not None else 0),
        place=told.place if told is not None else "",
        returned=_read_return(desk, reported),
        row=_build_row(desk, reported),
        subject=item,
        typed=typed or TakeForm(),
        units=units,
        whys=tuple((why, said) for why, said in ASIDE_WHYS.items() if why != JOINED),
        wording=tuple(told.wording.split("\n")) if told is not None else (),
    )
    return desk.render("desk/report.html", page, refusal=refusal)


def _list_open(desk: Desk) -> tuple[OpenRow, ...]:
    today, name = get_day(desk.ports.clock.now_ms()), desk.ports.reference.cases.name
    with desk.ports.ledger.read(desk.village) as reader:
        return tuple(
            OpenRow(
                due=format_day(one.due_on),
                is_late=one.due_on < today,
                name=name(case.body.category),
                number=one.number,
                path=f"/v/{desk.village}/cases/{one.number}" if case.has_page else "",
                stage=STAGE_NAMES[case.stage],
            )
            for one, case in _iterate_open(reader.facts)
        )


def _iterate_open(facts: Facts) -> Iterator[tuple[OpenCase, Case]]:
    """Yield the cases that wait, those first that are due first."""
    for one in list_open_cases(facts)[:JOINABLE_MAX]:
        case = find_case(facts, one.number)
        if case is not None:
            yield one, case


def _build_row(desk: Desk, reported: Reported) -> InboxRow:
    group = desk.ports.reference.cases.find_group(reported.about)
    due = get_verify_day(desk.ports, reported)
    late = count_late(due, get_day(desk.ports.clock.now_ms()))
    waits = _("逾期 {count} 天，还没核实").format(count=late) if late else _("等登记")
    if reported.is_opened:
        waits = _("已登记")
    elif reported.aside:
        waits = _("不另登记")
    elif reported.draft_state == "waiting":
        waits = _("登记等审核")
    elif reported.draft_state == "returned":
        waits = _("登记退回了，要重新交审")
    return InboxRow(
        about=group.name if group is not None else reported.about,
        due=format_day(due),
        is_late=bool(late) and reported.is_open,
        name=_("收件号 {number}").format(number=format_receipt(reported.number)),
        path=f"{REPORTS}/{reported.item}",
        received=format_day(reported.received_on),
        waits=waits,
    )


def _list_categories(group: str) -> tuple[tuple[str, str], ...]:
    """Return all categories, those of a group first."""
    return tuple(sorted(CATEGORY_NAMES.items(), key=lambda item: (item[0][:1] != group, item[0])))


def _tell_aside(desk: Desk, reported: Reported) -> str:
    if not reported.aside:
        return ""
    person = desk.ports.vault.find_person(desk.village, reported.aside_by)
    said = _("{name}定为不另登记：{why}").format(
        name=person.name if person is not None else reported.aside_by,
        why=ASIDE_WHYS.get(reported.aside, reported.aside),
    )
    return f"{said}（{reported.joined}）" if reported.joined else said


def _read_return(desk: Desk, reported: Reported) -> str:
    """Return why the draft that would open its case came back; empty where it did not."""
    if reported.draft_state != "returned":
        return ""
    draft = desk.ports.vault.find_draft(desk.village, reported.draft)
    return draft.reason if draft is not None else ""


ROUTES: tuple[HTTPRouteHandler, ...] = (
    show_reports,
    show_report,
    show_photo,
    take_purpose,
    take_taking_up,
    take_aside,
    take_joining,
    take_reopening,
)
