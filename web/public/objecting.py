"""To object, and to see later what became of it: two forms that anybody may send, without a sign-in and a cookie.

A page says what becomes public before anybody types. Nothing personal stands in an address, and nothing of who wrote
is kept but what they wrote themselves. Number and code of a receipt are shown once.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.books.objections import get_due_day, tell_kind
from ledger.books.values import SHEET_KINDS, SHEET_LETTERS
from ledger.errors import Refused
from ledger.service.objections import (
    ASIDE_WHYS,
    CONTACT_MAX_CHARS,
    PLACES,
    WORDING_MAX_CHARS,
    Found,
    Sent,
    can_receive,
    look_up,
    receive_objection,
)
from ledger.service.receipts import make_once
from ledger.service.sheets import find_sheet, get_figures, list_sheets
from ledger.state.objections import is_there
from reports.words import format_day
from web.desk.forms import Pairs, build_form
from web.desk.frame import NO_FAULTS, Faults, explain_refusal
from web.i18n import _
from web.page import Frame
from web.public.explain.objections import name_about
from web.public.gate import get_gates
from web.public.objections import build_row
from web.public.receiving import (
    Became,
    LookUp,
    Term,
    build_receipt,
    build_retry,
    find_closed,
    tell_wait,
)
from web.respond import Answer, AnyRequest
from web.routing import get_site, route_form, route_form_page
from web.sessions import find_networks
from web.site import VillageView, check_village

ABOUT_MAX_CHARS = 20
REASONS: dict[str, str] = {
    "open": _(
        "这个网址不是 https，写的话在路上会被人看见，所以这里不收。请写在纸上交给监督委员，或者打监督电话。"
    ),
    "stranger": _("没有收下：这一步不是从本站的网页点的。请从本村公开栏打开“提异议”，再写一次。"),
    "full": _("网上今天收到的太多，先不收了。请明天再来，或者写在纸上交给监督委员，或者打监督电话。"),
    "vault": _("网上现在收不了：存放内容的地方没有打开。请写在纸上交给监督委员，或者打监督电话。"),
}
"""Why nothing can be taken now."""


@dataclass(frozen=True)
class ObjectingPage:
    """The form. `closed` says why nothing can be taken, empty where it can; `over` that the legal days are over.

    `abouts`  what it may be about, names with words, the chosen one first
    `due`     until when an objection of today is answered
    """

    abouts: tuple[tuple[str, str], ...]
    closed: str
    contact: str
    contact_max: int
    due: str
    faults: Faults
    frame: Frame
    once: str
    over: str
    telephone: str
    wording: str
    wording_max: int


@dataclass(frozen=True)
class ObjectionForm:
    """What was written. `begin` is not empty where it comes from a line of a household's card and has still to be
    finished: what that line says stands in no address.
    """

    wording: str
    about: str = ""
    begin: str = ""
    contact: str = ""
    once: str = ""


@route_form_page("/v/{code:str}/objections/new", summary="The form in which somebody objects")
def show_objecting(request: AnyRequest, code: str) -> Answer:
    """Answer with the form; `about` in the query is what it is about, as far as there is such a thing."""
    sent = Sent(request.query_params.get("about", "")[:ABOUT_MAX_CHARS], "", "")
    return _show_form(request, code, sent, _find_closed(request, code))


@route_form("/v/{code:str}/objections/new", summary="To object")
def take_objection(request: AnyRequest, pairs: Pairs, refused: str, code: str) -> Answer:
    """Answer with a receipt, or with the form again and everything that was typed."""
    site = get_site(request)
    check_village(code)
    if refused:
        return _show_form(request, code, Sent("", "", ""), REASONS[refused], status=403)
    form = build_form(ObjectionForm, pairs)
    sent = Sent(form.about, form.contact, form.wording, form.once)
    if form.begin:
        return _show_form(request, code, sent, _find_closed(request, code))
    networks, gate = find_networks(request, site.settings), get_gates(request).sent
    wait_s = gate.enter(code, networks)
    if wait_s:
        return _show_form(request, code, sent, status=429, faults=tell_wait(wait_s), retry_s=wait_s)
    # Behind the gate: whoever sends too many has nothing looked up.
    closed = _find_closed(request, code)
    if closed:
        gate.leave(code, networks)
        return _show_form(request, code, sent, closed, status=503)
    try:
        receipt = receive_objection(site.ports, code, sent)
    except Refused as error:
        gate.leave(code, networks)
        places = {place: name for name, place in PLACES.items()}
        refusal = explain_refusal(error, places)
        return _show_form(request, code, sent, status=422, faults=refusal.faults)
    site.forget_received(code)
    terms = (Term(_("最迟答复"), format_day(receipt.due_on)),)
    return site.serve_fresh(request, code, "objected.html", lambda view: build_receipt(view, receipt, terms))


@route_form_page("/v/{code:str}/objections/receipt", summary="The form by which a receipt is looked up")
def show_look_up(request: AnyRequest, code: str) -> Answer:
    """Answer with the form."""
    return LOOK_UP.show(request, code)


@route_form("/v/{code:str}/objections/receipt", summary="What became of an objection")
def take_look_up(request: AnyRequest, pairs: Pairs, refused: str, code: str) -> Answer:
    """Answer with what became of it; whatever does not fit is answered alike."""
    return LOOK_UP.take(request, pairs, refused, code)


def _find_closed(request: AnyRequest, code: str) -> str:
    return find_closed(request, code, REASONS, can_receive)


def _show_form(
    request: AnyRequest,
    code: str,
    sent: Sent,
    closed: str = "",
    *,
    status: int = 200,
    faults: Faults = NO_FAULTS,
    retry_s: int = 0,
) -> Answer:
    return get_site(request).serve_fresh(
        request,
        code,
        "objecting.html",
        lambda view: _build_form(view, sent, closed, faults),
        status=status,
        headers=build_retry(retry_s),
    )


def _build_form(view: VillageView, sent: Sent, closed: str, faults: Faults) -> ObjectingPage:
    return ObjectingPage(
        abouts=_list_abouts(view, sent.about),
        closed=closed,
        contact=sent.contact,
        contact_max=CONTACT_MAX_CHARS,
        due=format_day(get_due_day(view.ports.reference.law, view.code, view.today)),
        faults=faults,
        frame=view.build_frame(_("提异议")),
        once=sent.once or make_once(view.ports),
        over=_tell_over(view, sent.about),
        telephone=view.read_telephone(),
        wording=sent.wording,
        wording_max=WORDING_MAX_CHARS,
    )


def _list_abouts(view: VillageView, about: str) -> tuple[tuple[str, str], ...]:
    """Return what may be chosen: what was asked for, the newest sheet of each kind, and anything else."""
    newest = (next(iter(list_sheets(view.reader, kind)), None) for kind in SHEET_KINDS)
    names = [sheet.number for sheet in newest if sheet is not None]
    if about and _is_known(view, about):
        names = [about, *(name for name in names if name != about)]
        return tuple((name, name_about(view, name).text) for name in (*names, ""))
    return tuple((name, name_about(view, name).text) for name in ("", *names))


def _is_known(view: VillageView, about: str) -> bool:
    is_named = about.isascii() and about.replace("-", "").isalnum() and about == about.upper()
    if not is_named or (tell_kind(about) == "contract" and not about.startswith("HT-")):
        return False
    return is_there(view.reader.facts, about, view.reader.size)


def _tell_over(view: VillageView, about: str) -> str:
    """Say that the days in which a sheet may be objected to are over; it is answered all the same."""
    if tell_kind(about) != "sheet" or not _is_known(view, about):
        return ""
    sheet = next(kind for kind, letter in SHEET_LETTERS.items() if letter == about[8])
    sealed = find_sheet(view.reader, sheet, about[:7])
    if sealed is None or sealed.number != about:
        return ""
    until = get_figures(view.ports, view.reader, sheet, about[:7]).head.objections_until
    if not until or view.today <= until:
        return ""
    return _(
        "这张表的异议期{day}已经截止。现在照样可以提，村里照样要在期限以内答复；查实记错的，随时都要更正。"
    ).format(day=format_day(until))


def _tell_found(view: VillageView, found: Found) -> tuple[str, ...]:
    """Return in sentences how something stands that came in."""
    received = found.received
    came = _("{day}收到，关于{about}。").format(
        day=format_day(received.received_on), about=name_about(view, received.about).text
    )
    if found.objection is not None:
        return (came, _("登记为 {number}。").format(number=found.objection.raised.number))
    if received.closed:
        said = _("登记为 {number}，村里在前一册账里已经答复。").format(number=received.closed)
        return (came, said, _("那册账后来丢了一部分，村里另立了新账。"))
    if found.why:
        return (
            came,
            _("没有登记：{why}。这是两个人商定的，各种原因有几件，公开在异议的网页上。").format(
                why=ASIDE_WHYS.get(found.why, found.why)
            ),
        )
    due = _("最迟应在{day}答复。").format(day=format_day(found.due_on))
    return (came, _("村里还没有登记。"), due)


def _tell_became(view: VillageView, found: Found) -> Became:
    row = build_row(view, found.objection) if found.objection is not None else None
    return Became(number=found.received.number, row=row, said=_tell_found(view, found))


LOOK_UP = LookUp(
    all=_("看全村的异议和答复"),
    find=look_up,
    folder="objections",
    reasons=REASONS,
    tell=_tell_became,
    title=_("查异议的答复"),
)
