"""The first time: a password of one's own in place of the one-time one, and the second factor. Later the same pages
change them.
"""

from __future__ import annotations

from dataclasses import dataclass

import qrcode
from litestar.handlers import HTTPRouteHandler
from qrcode.constants import ERROR_CORRECT_M

from ledger.errors import NotFound, Refused
from ledger.service.accounts.own import (
    change_password,
    confirm_factor,
    offer_factor,
    read_offer,
)
from ledger.service.accounts.passwords import PASSWORD_MIN_CHARS
from reports.codes import QUIET_MODULES, draw_runs
from web.cache import PageBytes
from web.desk.frame import FORM_REFUSALS, NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.routing import DUTY_PATHS, Desk, answer, route_desk
from web.i18n import _
from web.respond import Answer
from web.sessions import build_session_cookie

PLACES = {"现在的密码": "old", "新密码": "new", "再输一次新密码": "again"}
SVG = "image/svg+xml"
CODE_PIXELS = 6
"""A module on the screen; a phone reads it from an arm's length."""


@dataclass(frozen=True)
class PasswordPage:
    """The form for a new password. `is_first`: in place of the one-time one."""

    faults: Faults
    frame: DeskFrame
    is_first: bool
    min_chars: int
    sign_in: str


@dataclass(frozen=True)
class EnrolPage:
    """The second factor that is being set up.

    `secret`     to be typed where the code cannot be read; empty where nothing is offered
    `is_due`     it has to be set up before anything else
    """

    faults: Faults
    frame: DeskFrame
    is_due: bool
    secret: str


@dataclass(frozen=True)
class CodesPage:
    """Ten recovery codes, shown once, to be printed or written down."""

    codes: tuple[str, ...]
    frame: DeskFrame
    sign_in: str


@dataclass(frozen=True)
class PasswordForm:
    old: str
    new: str
    again: str
    name: str = ""  # Of the account, for the browser's own list of passwords.


@dataclass(frozen=True)
class CodeForm:
    code: str


@dataclass(frozen=True)
class ProofForm:
    """What shows that it is the owner who asks; not asked for where the step is due anyway."""

    password: str = ""


@route_desk("/desk/password", allow="signed-in", during=("password",), summary="New password: the form")
def show_password(desk: Desk) -> Answer:
    return _show_password(desk)


@route_desk(
    "/desk/password", allow="signed-in", method="POST", during=("password",), summary="Change the password"
)
def take_password(desk: Desk) -> Answer:
    form = desk.parse_form(PasswordForm)
    try:
        token = change_password(desk.ports, desk.who, form.old, form.new, form.again, desk.origin)
    except FORM_REFUSALS as error:
        return _show_password(desk, explain_refusal(error, PLACES))
    is_due = desk.who.needs_factor and not desk.account.totp
    path = DUTY_PATHS["enrol"] if is_due else "/desk/account?changed=1"
    return desk.redirect(path, cookies=(build_session_cookie(token),))


@route_desk(
    "/desk/factor/set-up", allow="signed-in", during=("enrol",), summary="Set up a second factor: the form"
)
def show_enrol(desk: Desk) -> Answer:
    return _show_enrol(desk)


@route_desk(
    "/desk/factor/code.svg", allow="signed-in", during=("enrol",), summary="The code that the app reads"
)
def show_code(desk: Desk) -> Answer:
    offer = read_offer(desk.ports, desk.account)
    if offer is None:
        raise NotFound("动态码")
    return answer(desk.request, PageBytes(draw_code(offer.address), b"", "", SVG))


@route_desk(
    "/desk/factor/offer", allow="signed-in", method="POST", during=("enrol",), summary="Begin a second factor"
)
def take_offer(desk: Desk) -> Answer:
    form = desk.parse_form(ProofForm)
    if desk.who.duty != "enrol":
        try:
            desk.prove_password(form.password)
        except FORM_REFUSALS as error:
            return _show_enrol(desk, explain_refusal(error, {"现在的密码": "password"}))
    offer_factor(desk.ports, desk.who)
    return desk.redirect(DUTY_PATHS["enrol"])


@route_desk(
    "/desk/factor/set-up",
    allow="signed-in",
    method="POST",
    during=("enrol",),
    summary="Take the second factor into use",
)
def take_enrol(desk: Desk) -> Answer:
    form = desk.parse_form(CodeForm)
    try:
        token, codes = confirm_factor(desk.ports, desk.who, form.code)
    except Refused as error:
        return _show_enrol(desk, explain_refusal(error, {"动态码": "code"}))
    return show_codes(desk, codes, token)


def show_codes(desk: Desk, codes: tuple[str, ...], token: str = "") -> Answer:
    """Answer with recovery codes; with a new token of the session where there is one."""
    frame = desk.build_frame(_("恢复码"), token=token)
    page = CodesPage(codes=codes, frame=frame, sign_in=desk.account.sign_in)
    return desk.render("desk/codes.html", page, cookies=(build_session_cookie(token),) if token else ())


def draw_code(text: str) -> bytes:
    """Return a QR code as an SVG image, black on white with its quiet zone, without a style or a script."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    matrix = code.get_matrix()
    side = len(matrix) + 2 * QUIET_MODULES
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" width="{side * CODE_PIXELS}" '
        f'height="{side * CODE_PIXELS}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/>'
        f'<path fill="#000" d="{draw_runs(matrix)}"/></svg>'
    ).encode()


def _show_password(desk: Desk, refusal: Refusal = NOT_REFUSED) -> Answer:
    page = PasswordPage(
        faults=refusal.faults,
        frame=desk.build_frame(_("设自己的密码") if desk.account.must_change else _("换密码")),
        is_first=desk.account.must_change,
        min_chars=PASSWORD_MIN_CHARS,
        sign_in=desk.account.sign_in,
    )
    return desk.render("desk/password.html", page, refusal=refusal)


def _show_enrol(desk: Desk, refusal: Refusal = NOT_REFUSED) -> Answer:
    offer = read_offer(desk.ports, desk.account)
    page = EnrolPage(
        faults=refusal.faults,
        frame=desk.build_frame(_("设动态码")),
        is_due=desk.who.duty == "enrol",
        secret=offer.secret if offer is not None else "",
    )
    return desk.render("desk/enrol.html", page, refusal=refusal)


ROUTES: tuple[HTTPRouteHandler, ...] = (
    show_password,
    take_password,
    show_enrol,
    take_enrol,
    show_code,
    take_offer,
)
