"""Objections at the desk: what came in and waits to be registered, what waits for an answer, and both as they are done.

What somebody wrote is personal: it is opened one by one, and each reading is logged. What is registered and answered
goes the way of every entry: a clerk hands it in, another person passes it.
"""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.objections import CAME_NAMES, Came, count_late, get_due_day
from ledger.errors import Refused
from ledger.service.answering import register_objection
from ledger.service.objections import (
    CONTACT_MAX_CHARS,
    PLACES,
    WORDING_MAX_CHARS,
    Sent,
    get_received,
    list_unregistered,
    receive_objection,
)
from ledger.service.receipts import Receipt, make_once
from ledger.service.slots import list_waiting_slots
from ledger.state import get_day
from ledger.state.objections import list_open
from ledger.vaults import Received
from reports.words import format_day
from web.desk.frame import NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.inbox import InboxRow, turn_page
from web.desk.routing import Desk, route_desk
from web.i18n import _
from web.public.explain.objections import name_about
from web.public.objections import tell_state
from web.public.receiving import format_code, format_receipt
from web.respond import Answer
from web.site import VillageView

OBJECTIONS = "/desk/objections"


@dataclass(frozen=True)
class ObjectionsRoom:
    """`inbox` came in and is not registered, oldest first, a page at a time; `open` is registered and not answered."""

    can_enter: bool
    frame: DeskFrame
    inbox: tuple[InboxRow, ...]
    next_page: int
    notice: str
    open: tuple[InboxRow, ...]
    previous_page: int
    unregistered: int


@dataclass(frozen=True)
class EnterPage:
    """The form for an objection that came on paper or by voice."""

    came: str
    cames: tuple[tuple[str, str], ...]
    contact: str
    contact_max: int
    faults: Faults
    frame: DeskFrame
    once: str
    received_on: str
    typed_about: str
    wording: str
    wording_max: int


@dataclass(frozen=True)
class EnteredPage:
    """What is to be handed to who objected, shown once. `registered` is empty where it could not be handed in."""

    code: str
    due: str
    frame: DeskFrame
    number: str
    path: str
    received: str
    registered: bool


@dataclass(frozen=True)
class EnterForm:
    wording: str
    about: str = ""
    came: str = ""
    contact: str = ""
    once: str = ""
    received_on: str = ""


@route_desk(OBJECTIONS, allow="draft.read", summary="Objections that wait to be registered, or for an answer")
def show_room(desk: Desk) -> Answer:
    vault, today = desk.ports.vault, get_today(desk)
    waiting = {slot[1] for slot in list_waiting_slots(vault, desk.village) if slot[0] == "objection-answer"}
    with desk.ports.ledger.read(desk.village) as reader:
        view = VillageView(desk.site, desk.village, reader, desk.ports.heads.find_newest(desk.village), today)
        inbox = list_unregistered(desk.ports, reader.facts, desk.village)
        rows, previous_page, next_page = turn_page(desk, inbox)
        shown = ObjectionsRoom(
            can_enter=desk.may("draft.prepare"),
            frame=desk.build_frame(_("异议")),
            inbox=tuple(build_inbox(desk, view, item) for item in rows),
            next_page=next_page,
            notice=_choose_notice(desk),
            open=tuple(
                InboxRow(
                    about=name_about(view, item.raised.about).text,
                    came=CAME_NAMES[item.raised.came],
                    due=format_day(item.due_on),
                    is_late=bool(item.count_late(today)),
                    name=item.raised.number,
                    path=f"{OBJECTIONS}/{item.raised.number}",
                    received=format_day(item.received_on),
                    waits=_("答复等审核") if item.raised.number in waiting else tell_state(item, today),
                )
                for item in list_open(reader.facts, desk.ports.reference)
            ),
            previous_page=previous_page,
            unregistered=len(inbox),
        )
    return desk.render("desk/objections.html", shown)


@route_desk(f"{OBJECTIONS}/new", allow="draft.prepare", summary="Enter an objection on paper or by voice")
def show_enter(desk: Desk) -> Answer:
    return _show_enter(desk, EnterForm(wording="", received_on=get_today(desk)))


@route_desk(f"{OBJECTIONS}/new", allow="draft.prepare", method="POST", summary="Keep it, and hand it in")
def take_entered(desk: Desk) -> Answer:
    form = desk.parse_form(EnterForm)
    came: Came = "spoken" if form.came == "spoken" else "paper"
    sent = Sent(form.about.strip(), form.contact, form.wording, form.once)
    try:
        receipt = receive_objection(
            desk.ports, desk.village, sent, came=came, received_on=form.received_on.strip() or "-"
        )
    except Refused as error:
        places = {place: name for name, place in PLACES.items()}
        return _show_enter(desk, form, explain_refusal(error, places))
    desk.site.forget_received(desk.village)
    received = get_received(desk.ports, desk.village, receipt.item)
    if not received.draft:
        desk.log("objection-entered", subject=receipt.item)
    try:
        register_objection(desk.ports, desk.village, receipt.item, desk.user)
    except Refused:
        # It is kept and counted; what hinders it is told on its own page.
        received = get_received(desk.ports, desk.village, receipt.item)
        return _show_entered(desk, receipt, is_registered=received.draft_state in ("waiting", "recorded"))
    return _show_entered(desk, receipt, is_registered=True)


def get_today(desk: Desk) -> str:
    return get_day(desk.ports.clock.now_ms())


def _choose_notice(desk: Desk) -> str:
    notices = {
        "sent": _("已交审登记，等另一位来审核。"),
        "answered": _("答复已交审，等另一位来审核；通过以后公开。"),
        "aside": _("已提出不登记，要另一位同意才算。"),
        "agreed": _("已定为不登记，计入公开的件数。"),
        "kept": _("还是要登记。"),
    }
    return desk.choose_notice(notices)


def build_inbox(desk: Desk, view: VillageView, item: Received) -> InboxRow:
    due = get_due_day(desk.ports.reference.law, desk.village, item.received_on)
    late = count_late(due, view.today)
    waits = _("逾期 {count} 天，还没登记").format(count=late) if late else _("等登记")
    if item.draft_state == "waiting":
        waits = _("登记等审核")
    elif item.aside:
        waits = _("有人提出不登记")
    elif item.draft_state == "returned":
        waits = _("登记退回了，要重新交审")
    return InboxRow(
        about=name_about(view, item.about).text,
        came=CAME_NAMES[item.came],
        due=format_day(due),
        is_late=bool(late),
        name=_("收件号 {number}").format(number=format_receipt(item.number)),
        path=f"{OBJECTIONS}/{item.item}",
        received=format_day(item.received_on),
        waits=waits,
    )


def _show_enter(desk: Desk, form: EnterForm, refusal: Refusal = NOT_REFUSED) -> Answer:
    page = EnterPage(
        came=form.came or "paper",
        cames=tuple((name, said) for name, said in CAME_NAMES.items() if name != "page"),
        contact=form.contact,
        contact_max=CONTACT_MAX_CHARS,
        faults=refusal.faults,
        frame=desk.build_frame(_("记一件异议")),
        once=form.once or make_once(desk.ports),
        received_on=form.received_on,
        typed_about=form.about,
        wording=form.wording,
        wording_max=WORDING_MAX_CHARS,
    )
    return desk.render("desk/objection_new.html", page, refusal=refusal)


def _show_entered(desk: Desk, receipt: Receipt, *, is_registered: bool) -> Answer:
    page = EnteredPage(
        code=format_code(receipt.code),
        due=format_day(receipt.due_on),
        frame=desk.build_frame(_("收条")),
        number=format_receipt(receipt.number),
        path=f"{OBJECTIONS}/{receipt.item}",
        received=format_day(receipt.received_on),
        registered=is_registered,
    )
    return desk.render("desk/objection_entered.html", page)


ROUTES: tuple[HTTPRouteHandler, ...] = (show_room, show_enter, take_entered)
