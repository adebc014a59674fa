"""Passkeys: signing in by one, giving one as the second factor, and keeping one's own.

Every page works without: where a browser has no passkeys, or the settings name an address for which none are made, the
forms stay hidden, and an answer that comes all the same is refused like any that is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from litestar.handlers import HTTPRouteHandler

from ledger.errors import Refused
from ledger.service.accounts.passkeys import (
    SIGN_IN,
    add_passkey,
    check_label,
    check_room,
    give_passkey,
    make_challenge,
    name_adding,
    remove_passkey,
    sign_in_by_passkey,
)
from ledger.service.accounts.sign_in import Slowed, sign_out
from web.cache import PageBytes
from web.desk.account import show_again
from web.desk.frame import FORM_REFUSALS, DeskFrame, explain_refusal
from web.desk.routing import HOME, Desk, answer, choose_next, route_desk
from web.desk.sign_in import CHALLENGE, go_on, name_known, show_factor_form, show_form
from web.i18n import _
from web.passkeys import (
    PasskeyOffer,
    decode_bytes,
    encode_bytes,
    find_offer,
    find_party,
    read_assertion,
    read_new_key,
)
from web.respond import Answer
from web.sessions import build_known_cookie, build_session_cookie
from web.site import JSON


@dataclass(frozen=True)
class NewPasskeyPage:
    """The last step of a new passkey: the device asks its owner. `label`: what it will be called."""

    frame: DeskFrame
    label: str
    offer: PasskeyOffer


@dataclass(frozen=True)
class AnswerForm:
    """What a device answered, as JSON."""

    answer: str
    next: str = HOME


@dataclass(frozen=True)
class OfferForm:
    adding: str
    label: str


@dataclass(frozen=True)
class NewKeyForm:
    answer: str
    label: str


@dataclass(frozen=True)
class RemovalForm:
    passkey: str
    removing: str


@route_desk(CHALLENGE, allow="anyone", summary="What a device signs to sign somebody in")
def show_challenge(desk: Desk) -> Answer:
    challenge = encode_bytes(make_challenge(desk.ports, SIGN_IN))
    return answer(desk.request, PageBytes(msgspec.json.encode({"challenge": challenge}), b"", "", JSON))


@route_desk("/desk/sign-in/passkey", allow="anyone", method="POST", summary="Sign in by a passkey")
def take_sign_in(desk: Desk) -> Answer:
    form = desk.parse_form(AnswerForm)
    next_ = choose_next(form.next)
    party = find_party(desk.site.settings.public_base_url)
    assertion = read_assertion(form.answer, party) if party is not None else None
    try:
        token, signed_in = sign_in_by_passkey(desk.ports, assertion, desk.origin)
    except (Refused, Slowed) as error:
        return show_form(desk, next_, refusal=explain_refusal(error, {}, status=401))
    if desk.signed_in is not None:
        sign_out(desk.ports, desk.signed_in)
    return go_on(desk, signed_in, token, next_)


@route_desk(
    "/desk/factor/passkey",
    allow="signed-in",
    method="POST",
    during=("factor",),
    summary="Give a passkey as the second factor",
)
def take_factor(desk: Desk) -> Answer:
    form = desk.parse_form(AnswerForm)
    next_ = choose_next(form.next)
    if desk.who.duty != "factor":
        return desk.redirect(next_)
    party = find_party(desk.site.settings.public_base_url)
    assertion = read_assertion(form.answer, party) if party is not None else None
    try:
        token = give_passkey(desk.ports, desk.who, assertion, desk.origin)
    except (Refused, Slowed) as error:
        return show_factor_form(desk, next_, explain_refusal(error, {}, status=401))
    return desk.redirect(next_, cookies=(build_session_cookie(token), build_known_cookie(name_known(desk))))


@route_desk("/desk/account/passkeys", allow="signed-in", method="POST", summary="Begin a new passkey")
def take_offer(desk: Desk) -> Answer:
    form = desk.parse_form(OfferForm)
    account = desk.account
    try:
        if faults := check_label(form.label) + check_room(desk.ports, account.account):
            raise Refused(faults)
        desk.prove_password(form.adding)
    except FORM_REFUSALS as error:
        places = {"名字": "label", "现在的密码": "adding"}
        return show_again(desk, explain_refusal(error, places), form.label)
    with desk.ports.desk.read() as reader:
        known = [passkey.credential for passkey in reader.list_passkeys(account.account)]
    challenge = make_challenge(desk.ports, name_adding(desk.who))
    offer = find_offer(desk.site.settings, challenge, known, account=account)
    if offer is None:
        return desk.redirect("/desk/account")
    page = NewPasskeyPage(frame=desk.build_frame(_("加通行密钥")), label=form.label, offer=offer)
    return desk.render("desk/passkey.html", page)


@route_desk(
    "/desk/account/passkeys/confirm", allow="signed-in", method="POST", summary="Keep a passkey that was made"
)
def take_new_key(desk: Desk) -> Answer:
    form = desk.parse_form(NewKeyForm)
    party = find_party(desk.site.settings.public_base_url)
    key = read_new_key(form.answer, party) if party is not None else None
    try:
        add_passkey(desk.ports, desk.who, key, form.label)
    except Refused as error:
        return show_again(desk, explain_refusal(error, {"名字": "label"}), form.label)
    return desk.redirect("/desk/account?added=1")


@route_desk("/desk/account/passkeys/remove", allow="signed-in", method="POST", summary="Remove a passkey")
def take_removal(desk: Desk) -> Answer:
    form = desk.parse_form(RemovalForm)
    try:
        desk.prove_password(form.removing)
    except FORM_REFUSALS as error:
        return show_again(desk, explain_refusal(error, {"现在的密码": "removing"}))
    remove_passkey(desk.ports, desk.who, decode_bytes(form.passkey))
    return desk.redirect("/desk/account?removed=1")


ROUTES: tuple[HTTPRouteHandler, ...] = (
    show_challenge,
    take_sign_in,
    take_factor,
    take_offer,
    take_new_key,
    take_removal,
)
