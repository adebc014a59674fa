"""Signing in and out: name and password, then a code of the second factor."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.errors import Refused
from ledger.service.accounts.names import SIGN_IN_MAX_CHARS
from ledger.service.accounts.passkeys import make_challenge, name_factor
from ledger.service.accounts.sessions import SignedIn
from ledger.service.accounts.sign_in import Slowed, format_known, give_factor, sign_in, sign_out
from web.desk.frame import FORM_REFUSALS, NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.routing import DUTY_PATHS, HOME, SIGN_IN, Desk, choose_next, route_desk
from web.i18n import _
from web.passkeys import PasskeyOffer, find_offer
from web.respond import Answer
from web.sessions import build_ended_cookie, build_known_cookie, build_session_cookie

CHALLENGE = "/desk/sign-in/challenge.json"
"""Where the script fetches a challenge when somebody asks to sign in by a passkey: the page may lie open for long."""


@dataclass(frozen=True)
class SignInPage:
    """The form for name and password.

    `next`    where to go afterwards, a path of the desk
    `notice`  why somebody has to sign in again; empty for no reason
    `passkey` what a device needs to sign somebody in; None where browsers know no passkeys of ours
    """

    faults: Faults
    frame: DeskFrame
    next: str
    notice: str
    passkey: PasskeyOffer | None
    sign_in: str


@dataclass(frozen=True)
class FactorPage:
    """The form for a code of the second factor. `passkey`: None also where the account has none."""

    faults: Faults
    frame: DeskFrame
    next: str
    passkey: PasskeyOffer | None


@dataclass(frozen=True)
class SignInForm:
    name: str
    password: str
    next: str = HOME


@dataclass(frozen=True)
class FactorForm:
    code: str
    next: str = HOME


@dataclass(frozen=True)
class EmptyForm:
    """A button."""


@route_desk(SIGN_IN, allow="anyone", summary="Sign in: the form")
def show_sign_in(desk: Desk) -> Answer:
    query = desk.request.query_params
    notice = _("登录已经结束，请重新登录；没有交的内容没有留下。") if query.get("ended") == "1" else ""
    return show_form(desk, next_=choose_next(query.get("next", HOME)), notice=notice)


@route_desk(SIGN_IN, allow="anyone", method="POST", summary="Sign in")
def take_sign_in(desk: Desk) -> Answer:
    form = desk.parse_form(SignInForm)
    next_ = choose_next(form.next)
    try:
        token, signed_in = sign_in(desk.ports, form.name, form.password, desk.origin)
    except FORM_REFUSALS as error:
        return show_form(desk, next_, form.name, refusal=explain_refusal(error, {}, status=401))
    if desk.signed_in is not None:
        # Signed in again in the same browser: the session before is nobody's any more.
        sign_out(desk.ports, desk.signed_in)
    return go_on(desk, signed_in, token, next_)


@route_desk("/desk/factor", allow="signed-in", during=("factor",), summary="Second factor: the form")
def show_factor(desk: Desk) -> Answer:
    if desk.who.duty != "factor":
        return desk.redirect(HOME)
    return show_factor_form(desk, choose_next(desk.request.query_params.get("next", HOME)))


@route_desk(
    "/desk/factor", allow="signed-in", method="POST", during=("factor",), summary="Give the second factor"
)
def take_factor(desk: Desk) -> Answer:
    form = desk.parse_form(FactorForm)
    next_ = choose_next(form.next)
    if desk.who.duty != "factor":
        return desk.redirect(next_)
    try:
        token, is_recovery = give_factor(desk.ports, desk.who, form.code, desk.origin)
    except (Refused, Slowed) as error:
        return show_factor_form(desk, next_, explain_refusal(error, {"动态码": "code"}, status=401))
    cookies = (build_session_cookie(token), build_known_cookie(name_known(desk)))
    if desk.account.must_change:
        return desk.redirect(DUTY_PATHS["password"], cookies=cookies)
    # Whoever came in by paper has perhaps lost the phone.
    return desk.redirect("/desk/account?recovery=1" if is_recovery else next_, cookies=cookies)


@route_desk(
    "/desk/sign-out",
    allow="signed-in",
    method="POST",
    during=("factor", "password", "enrol"),
    summary="Sign out",
)
def take_sign_out(desk: Desk) -> Answer:
    desk.parse_form(EmptyForm)
    sign_out(desk.ports, desk.who)
    return desk.send_to(SIGN_IN, cookies=(build_ended_cookie(),))


def show_form(
    desk: Desk, next_: str, name: str = "", *, notice: str = "", refusal: Refusal = NOT_REFUSED
) -> Answer:
    """Answer with the form for name and password."""
    frame = DeskFrame(title=_("登录"), is_demo=desk.site.settings.is_demo)
    name = name[:SIGN_IN_MAX_CHARS]
    page = SignInPage(
        faults=refusal.faults,
        frame=frame,
        next=next_,
        notice=notice,
        passkey=find_offer(desk.site.settings, source=CHALLENGE),
        sign_in=name,
    )
    return desk.render("desk/sign_in.html", page, refusal=refusal)


def show_factor_form(desk: Desk, next_: str, refusal: Refusal = NOT_REFUSED) -> Answer:
    """Answer with the form for a code of the second factor."""
    with desk.ports.desk.read() as reader:
        known = [passkey.credential for passkey in reader.list_passkeys(desk.account.account)]
    challenge = make_challenge(desk.ports, name_factor(desk.who))
    page = FactorPage(
        faults=refusal.faults,
        frame=desk.build_frame(_("输入动态码")),
        next=next_,
        passkey=find_offer(desk.site.settings, challenge, known) if known else None,
    )
    return desk.render("desk/factor.html", page, refusal=refusal)


def go_on(desk: Desk, signed_in: SignedIn, token: str, next_: str) -> Answer:
    """Answer whoever just signed in: with what is due, or with the page that they asked for."""
    cookies = (build_session_cookie(token),)
    if signed_in.duty == "factor":
        return desk.redirect(DUTY_PATHS["factor"], next_=next_, cookies=cookies)
    known = build_known_cookie(format_known(desk.ports, desk.origin, signed_in.account.account))
    path = DUTY_PATHS[signed_in.duty] if signed_in.duty else next_
    return desk.redirect(path, cookies=(*cookies, known))


def name_known(desk: Desk) -> str:
    """Return by what this browser is known from now on."""
    return format_known(desk.ports, desk.origin, desk.account.account)


ROUTES: tuple[HTTPRouteHandler, ...] = (show_sign_in, take_sign_in, show_factor, take_factor, take_sign_out)
