"""One objection at the desk: what it says, and what is to be done with it.

Reading it is logged. Whoever may not see what it says without a reason is asked for one first.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.books.masks import PurposeRow
from ledger.books.objections import OUTCOME_NAMES, ObjectionAnswered
from ledger.canonical import parse_claim
from ledger.errors import Fault, NotFound, Refused
from ledger.ports import Reader
from ledger.service.answering import (
    ANSWER_MAX_CHARS,
    ANSWER_PLACES,
    AsideShown,
    agree_aside,
    ask_aside,
    find_returned_answer,
    prepare_answer,
    read_answer,
    refuse_aside,
    register_objection,
    split_references,
)
from ledger.service.concerned import REMEDY, is_nobody_left
from ledger.service.objections import ASIDE_WHYS, get_received
from ledger.service.slots import list_waiting_slots
from ledger.state.objections import find_objection, list_concerned
from ledger.vaults import Draft, Received
from web.desk.forms import NoForm
from web.desk.frame import NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.inbox import InboxRow
from web.desk.objection_room import OBJECTIONS, build_inbox, get_today
from web.desk.reading import Asked, AskForm, find_objection_subject, read_objection, say_of_objection
from web.desk.routing import Desk, route_desk
from web.desk.seen import WHOLE, make_proof
from web.i18n import _
from web.public.explain.objections import name_about
from web.public.explain.telling import Link
from web.public.objections import AnswerRow, build_row
from web.respond import Answer
from web.site import VillageView

DRAFTS = "/desk/drafts"
_ITEM = re.compile(r"y-[a-z2-7]{16}", re.ASCII)
_NUMBER = re.compile(r"YY-2[0-9]{3}-[0-9]{4}", re.ASCII)


@dataclass(frozen=True)
class ObjectionDeskPage:
    """One objection.

    `answers`  what was answered so far
    `agreed`   what the form brings back by which another person agrees not to register it; None where its wording is
               masked, since nobody agrees to what they were not shown
    `aside`    that somebody asks not to register it, in words; empty where nobody does
    `draft`    path of the draft that waits; empty for none
    `is_gone`  what it said was erased
    `returned` why its registration, or its answer, came back; empty where it did not
    `nobody`   that nobody may pass it, and what helps; empty where somebody may
    `typed`    the answer as it was typed last
    """

    about: Link
    agreed: AgreementForm | None
    answers: tuple[AnswerRow, ...]
    aside: str
    asked: tuple[PurposeRow, ...]
    came: str
    can_agree: bool
    can_answer: bool
    can_ask_aside: bool
    can_refuse: bool
    can_register: bool
    contact: str
    draft: str
    due: str
    faults: Faults
    frame: DeskFrame
    is_gone: bool
    is_late: bool
    maximum: int
    nobody: str
    outcomes: tuple[tuple[str, str], ...]
    path: str
    public: str
    received: str
    returned: str
    subject: str
    title: str
    told: str
    typed: AnswerForm
    whys: tuple[tuple[str, str], ...]
    wording: tuple[str, ...]


@dataclass(frozen=True)
class AnswerForm:
    answer: str = ""
    followed_by: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class AsideForm:
    why: str = ""


@dataclass(frozen=True)
class AgreementForm:
    """Who asked and why, as the page showed it, and the proof that it showed the wording whole."""

    asked_by: str = ""
    seen: str = ""
    why: str = ""


@route_desk(
    f"{OBJECTIONS}/{{objection:str}}", allow="draft.read", summary="One objection, and what is to be done"
)
def show_objection(desk: Desk, objection: str) -> Answer:
    return _show(desk, objection)


@route_desk(
    f"{OBJECTIONS}/{{objection:str}}/open",
    allow="draft.read",
    method="POST",
    summary="Say why one wants to read it",
)
def take_purpose(desk: Desk, objection: str) -> Answer:
    item = _find_subject(desk, objection)
    try:
        say_of_objection(desk, item, desk.parse_form(AskForm).purpose)
    except Refused as error:
        return _show(desk, objection, explain_refusal(error, {"为什么看": "purpose"}))
    return desk.redirect(f"{OBJECTIONS}/{objection}")


@route_desk(
    f"{OBJECTIONS}/{{objection:str}}/register",
    allow="draft.prepare",
    method="POST",
    summary="Hand it in, to be passed as an entry",
)
def take_registration(desk: Desk, objection: str) -> Answer:
    desk.parse_form(NoForm)
    try:
        register_objection(desk.ports, desk.village, objection, desk.user)
    except Refused as error:
        return _show(desk, objection, explain_refusal(error, {}, status=409))
    return desk.redirect(f"{OBJECTIONS}?sent=1")


@route_desk(
    f"{OBJECTIONS}/{{objection:str}}/answer",
    allow="draft.prepare",
    method="POST",
    summary="Hand in an answer",
)
def take_answer(desk: Desk, objection: str) -> Answer:
    form = desk.parse_form(AnswerForm)
    try:
        prepare_answer(
            desk.ports,
            desk.village,
            objection,
            desk.user,
            answer=form.answer,
            followed_by=split_references(form.followed_by),
            outcome=form.outcome,
        )
    except Refused as error:
        places = {place: field for field, place in ANSWER_PLACES.items()}
        return _show(desk, objection, explain_refusal(error, places), form)
    return desk.redirect(f"{OBJECTIONS}?answered=1")


@route_desk(
    f"{OBJECTIONS}/{{objection:str}}/aside",
    allow="draft.prepare",
    method="POST",
    summary="Ask that it be not registered",
)
def take_aside(desk: Desk, objection: str) -> Answer:
    why = desk.parse_form(AsideForm).why
    try:
        ask_aside(desk.ports, desk.village, objection, desk.user, why)
    except Refused as error:
        return _show(desk, objection, explain_refusal(error, {"为什么不登记": "why"}))
    desk.log("objection-aside-asked", subject=objection, reason=why)
    return desk.redirect(f"{OBJECTIONS}?aside=1")


@route_desk(
    f"{OBJECTIONS}/{{objection:str}}/aside/agree",
    allow="draft.pass",
    method="POST",
    summary="Agree: it is not registered",
)
def take_agreement(desk: Desk, objection: str) -> Answer:
    form = desk.parse_form(AgreementForm)
    received = get_received(desk.ports, desk.village, objection)
    try:
        if not hmac.compare_digest(_prove_seen(desk, received).encode(), form.seen.encode()):
            raise Refused([build_unseen()])
        shown = AsideShown(form.asked_by, form.why)
        agree_aside(desk.ports, desk.village, objection, desk.user, shown=shown)
    except Refused as error:
        return _show(desk, objection, explain_refusal(error, {}, status=409))
    desk.log("objection-aside-agreed", subject=objection, reason=form.why)
    desk.site.forget_received(desk.village)
    return desk.redirect(f"{OBJECTIONS}?agreed=1")


@route_desk(
    f"{OBJECTIONS}/{{objection:str}}/aside/refuse",
    allow="draft.read",
    method="POST",
    summary="It is to be registered after all",
)
def take_refusal(desk: Desk, objection: str) -> Answer:
    desk.parse_form(NoForm)
    received = get_received(desk.ports, desk.village, objection)
    if not _can_refuse(desk, received):
        raise NotFound(_("异议"))
    refuse_aside(desk.ports, desk.village, objection)
    desk.log("objection-aside-kept", subject=objection, reason=received.aside)
    return desk.redirect(f"{OBJECTIONS}?kept=1")


def _find_subject(desk: Desk, name: str) -> str:
    """Return the subject of an objection by its pseudonym or its number; NotFound where there is none."""
    if _ITEM.fullmatch(name):
        return get_received(desk.ports, desk.village, name).item
    if not _NUMBER.fullmatch(name):
        raise NotFound(_("异议"))
    with desk.ports.ledger.read(desk.village) as reader:
        found = find_objection(reader.facts, desk.ports.reference, name)
    if found is None:
        raise NotFound(_("异议"))
    return find_objection_subject(desk, found.raised.wording.sealed)


def _show(desk: Desk, name: str, refusal: Refusal = NOT_REFUSED, typed: AnswerForm | None = None) -> Answer:
    item = _find_subject(desk, name)
    if _NUMBER.fullmatch(name):
        page = _build_registered(desk, name, item, refusal.faults, typed)
    else:
        page = _build_received(desk, item, refusal.faults)
    return desk.render("desk/objection.html", page, refusal=refusal)


def _build_received(desk: Desk, item: str, faults: Faults) -> ObjectionDeskPage:
    received = get_received(desk.ports, desk.village, item)
    wording, contact, asked = read_objection(desk, item, received.digest)
    is_free = received.is_open and received.draft_state != "waiting" and not received.aside
    with desk.ports.ledger.read(desk.village) as reader:
        view = VillageView(
            desk.site, desk.village, reader, desk.ports.heads.find_newest(desk.village), get_today(desk)
        )
        row = build_inbox(desk, view, received)
        nobody = _tell_nobody(desk, reader, received.about) if received.is_open else ""
        about = name_about(view, received.about)
    return ObjectionDeskPage(
        about=about,
        agreed=None if asked.purposes else _build_agreement(desk, received),
        answers=(),
        aside=_tell_aside(desk, received),
        asked=asked.purposes,
        came=row.came,
        can_agree=_can_agree(desk, received),
        can_answer=False,
        can_ask_aside=is_free and desk.may("draft.prepare"),
        can_refuse=_can_refuse(desk, received),
        can_register=is_free and bool(wording) and desk.may("draft.prepare"),
        contact=contact,
        draft=f"{DRAFTS}/{received.draft}" if received.draft_state == "waiting" else "",
        due=row.due,
        faults=faults,
        frame=desk.build_frame(_("异议")),
        is_gone=not wording,
        is_late=row.is_late and received.is_open,
        maximum=ANSWER_MAX_CHARS,
        nobody=nobody,
        outcomes=(),
        path=f"{OBJECTIONS}/{item}",
        public="",
        received=row.received,
        returned=_read_return(desk, received),
        subject=item,
        title=row.name,
        told=_tell_received(received, row),
        typed=AnswerForm(),
        whys=tuple(ASIDE_WHYS.items()),
        wording=tuple(wording.split("\n")),
    )


def _build_registered(
    desk: Desk, number: str, item: str, faults: Faults, typed: AnswerForm | None
) -> ObjectionDeskPage:
    ports, today = desk.ports, get_today(desk)
    returned = find_returned_answer(ports, desk.village, number, desk.user)
    waiting = list_waiting_slots(ports.vault, desk.village).get(("objection-answer", number))
    with ports.ledger.read(desk.village) as reader:
        view = VillageView(desk.site, desk.village, reader, ports.heads.find_newest(desk.village), today)
        found = find_objection(reader.facts, ports.reference, number)
        assert found is not None, number
        nobody = _tell_nobody(desk, reader, found.raised.about)
        row = build_row(view, found)
    wording, contact, asked = (
        read_objection(desk, item, found.raised.wording.sealed) if item else ("", "", Asked(()))
    )
    return ObjectionDeskPage(
        about=row.about,
        agreed=None,
        answers=row.answers,
        aside="",
        asked=asked.purposes,
        came=row.came,
        can_agree=False,
        can_answer=waiting is None and desk.may("draft.prepare"),
        can_ask_aside=False,
        can_refuse=False,
        can_register=False,
        contact=contact,
        draft=f"{DRAFTS}/{waiting.id}" if waiting is not None else "",
        due=row.due,
        faults=faults,
        frame=desk.build_frame(_("异议")),
        is_gone=not item,
        is_late=row.state == "late",
        maximum=ANSWER_MAX_CHARS,
        nobody=nobody,
        outcomes=tuple(OUTCOME_NAMES.items()),
        path=f"{OBJECTIONS}/{number}",
        public=f"/v/{desk.village}/objections",
        received=row.received,
        returned=returned.reason if returned is not None else "",
        subject=item,
        title=_("异议 {number}").format(number=number),
        told=row.told,
        typed=typed or _read_returned(returned),
        whys=(),
        wording=tuple(wording.split("\n")),
    )


def _read_returned(draft: Draft | None) -> AnswerForm:
    """Return an answer that came back as it was typed."""
    body = parse_claim(draft.claim).body if draft is not None else None
    if draft is None or not isinstance(body, ObjectionAnswered):
        return AnswerForm()
    return AnswerForm(
        answer=read_answer(draft, body), followed_by=" ".join(body.followed_by), outcome=body.outcome
    )


def _read_return(desk: Desk, received: Received) -> str:
    """Return why the draft that would register it came back; empty where it did not."""
    if received.draft_state != "returned":
        return ""
    draft = desk.ports.vault.find_draft(desk.village, received.draft)
    return draft.reason if draft is not None else ""


def _tell_nobody(desk: Desk, reader: Reader, about: str) -> str:
    """Say that nobody of the village may pass this, and what helps; empty where somebody may."""
    concerned = list_concerned(reader.facts, about, reader.size)
    if not concerned or not is_nobody_left(desk.ports, desk.village, concerned):
        return ""
    return _("村里能审核的人都经手过这一项，登记、不登记和答复都没有人能审核。{remedy}。").format(
        remedy=REMEDY
    )


def _tell_received(received: Received, row: InboxRow) -> str:
    if received.is_registered:
        return _("已登记")
    if received.closed:
        return _("登记为 {number}，旧账里已经答复").format(number=received.closed)
    return _("不登记") if received.is_set_aside else row.waits


def _tell_aside(desk: Desk, received: Received) -> str:
    if not received.aside:
        return ""
    names = _name_persons(desk, (received.aside_by, received.aside_agreed))
    why = ASIDE_WHYS.get(received.aside, received.aside)
    if received.is_set_aside:
        return _("{names}定为不登记：{why}").format(names=_("、").join(names), why=why)
    return _("{names}提出不登记：{why}").format(names=names[0], why=why)


def _name_persons(desk: Desk, users: Sequence[str]) -> list[str]:
    persons = {person.user: person.name for person in desk.ports.vault.list_persons(desk.village)}
    return [persons.get(user, user) for user in users if user]


def _can_agree(desk: Desk, received: Received) -> bool:
    is_asked = bool(received.aside) and not received.is_set_aside
    return is_asked and desk.may("draft.pass") and received.aside_by != desk.user


def _build_agreement(desk: Desk, received: Received) -> AgreementForm:
    return AgreementForm(asked_by=received.aside_by, seen=_prove_seen(desk, received), why=received.aside)


def _prove_seen(desk: Desk, received: Received) -> str:
    """Return the proof that whoever looks was shown the whole wording of something that came in."""
    return make_proof(desk, received.item, received.digest, WHOLE)


def build_unseen() -> Fault:
    """Return the fault of a form that agrees to set aside what no page showed whole to its sender."""
    return Fault(
        code="objection-unseen",
        place="异议写的话",
        found="还没有看过",
        expected="全部看过的",
        remedy="打开这一件，看过写的话再同意；被遮住的，先写明为什么看",
    )


def _can_refuse(desk: Desk, received: Received) -> bool:
    """Whether it is for this person: whoever may agree, and the one who asked."""
    is_asked = bool(received.aside) and not received.is_set_aside
    return is_asked and (desk.may("draft.pass") or received.aside_by == desk.user)


ROUTES: tuple[HTTPRouteHandler, ...] = (
    show_objection,
    take_purpose,
    take_registration,
    take_answer,
    take_aside,
    take_agreement,
    take_refusal,
)
