"""One's own account: password, second factor, recovery codes, where one is signed in, and in which village one acts."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.service.accounts.own import end_own_session, renew_recovery_codes, take_seat
from ledger.state import get_day
from web.desk.frame import FORM_REFUSALS, NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.routing import HOME, Desk, choose_next, name_village, route_desk
from web.desk.set_up import ProofForm, show_codes
from web.i18n import _
from web.passkeys import PasskeyOffer, encode_bytes, find_offer
from web.respond import Answer
from web.sessions import build_session_cookie
from web.words import format_instant

FEW_CODES = 3
"""So few recovery codes are left that the page says to make new ones."""


@dataclass(frozen=True)
class SessionRow:
    """Where the account is signed in. `is_this`: the browser that asks."""

    device: str
    is_this: bool
    session: str
    since: str
    until: str


@dataclass(frozen=True)
class SeatRow:
    """A village in which the account may act. `is_this`: the one it acts in now."""

    is_this: bool
    name: str
    village: str


@dataclass(frozen=True)
class PasskeyRow:
    """A passkey of the account; `used` is empty before the first time."""

    label: str
    passkey: str
    since: str
    used: str


@dataclass(frozen=True)
class AccountPage:
    """`codes_left` is -1 where the account has no second factor. `passkey`: what the form for a new passkey needs; None
    where browsers would make none. `label`: what was typed into it.
    """

    codes_left: int
    expires_on: str
    faults: Faults
    few_codes: int
    frame: DeskFrame
    has_factor: bool
    label: str
    needs_factor: bool
    notice: str
    passkey: PasskeyOffer | None
    passkeys: tuple[PasskeyRow, ...]
    seats: tuple[SeatRow, ...]
    sessions: tuple[SessionRow, ...]
    sign_in: str


@dataclass(frozen=True)
class SessionForm:
    session: str


@dataclass(frozen=True)
class SeatForm:
    """`next` is where to go in that village, a path of the desk."""

    village: str
    next: str = HOME


@route_desk("/desk/account", allow="signed-in", summary="One's own account")
def show_account(desk: Desk) -> Answer:
    return show_again(desk)


@route_desk("/desk/account/sessions", allow="signed-in", method="POST", summary="End a session")
def take_ending(desk: Desk) -> Answer:
    end_own_session(desk.ports, desk.who, desk.parse_form(SessionForm).session)
    return desk.redirect("/desk/account?ended=1")


@route_desk("/desk/account/codes", allow="signed-in", method="POST", summary="New recovery codes")
def take_codes(desk: Desk) -> Answer:
    form = desk.parse_form(ProofForm)
    if not desk.account.totp:
        return desk.redirect("/desk/account")
    try:
        desk.prove_password(form.password)
    except FORM_REFUSALS as error:
        return show_again(desk, explain_refusal(error, {"现在的密码": "password"}))
    return show_codes(desk, renew_recovery_codes(desk.ports, desk.who))


@route_desk("/desk/account/seat", allow="signed-in", method="POST", summary="Act in another village")
def take_village(desk: Desk) -> Answer:
    form = desk.parse_form(SeatForm)
    token = take_seat(desk.ports, desk.who, form.village)
    return desk.redirect(choose_next(form.next), cookies=(build_session_cookie(token),))


def show_again(desk: Desk, refusal: Refusal = NOT_REFUSED, label: str = "") -> Answer:
    """Answer with the account's page; with `refusal` and what was typed, after a form that was refused."""
    page = build_account_page(desk, refusal.faults, label)
    return desk.render("desk/account.html", page, refusal=refusal)


def build_account_page(desk: Desk, faults: Faults, label: str) -> AccountPage:
    """Return the values of the account's page."""
    account = desk.account
    with desk.ports.desk.read() as reader:
        codes_left = reader.count_recovery_codes(account.account) if account.totp else -1
        seats = reader.list_seats(account.account)
        sessions = reader.list_sessions(account.account)
        passkeys = reader.list_passkeys(account.account)
    return AccountPage(
        codes_left=codes_left,
        expires_on=account.expires_on,
        faults=faults,
        few_codes=FEW_CODES,
        frame=desk.build_frame(_("我的账号")),
        has_factor=bool(account.totp),
        label=label,
        needs_factor=desk.who.needs_factor,
        notice=_choose_notice(desk),
        passkey=find_offer(desk.site.settings),
        passkeys=tuple(
            PasskeyRow(
                label=passkey.label,
                passkey=encode_bytes(passkey.credential),
                since=get_day(passkey.created_at),
                used=format_instant(passkey.used_at) if passkey.used_at else "",
            )
            for passkey in passkeys
        ),
        seats=tuple(
            SeatRow(
                is_this=seat.village == desk.who.session.village,
                name=name_village(desk.site, seat.village),
                village=seat.village,
            )
            for seat in seats
        ),
        sessions=tuple(
            SessionRow(
                device=session.device,
                is_this=session.session == desk.who.session.session,
                session=session.session,
                since=format_instant(session.created_at),
                until=format_instant(session.seen_at),
            )
            for session in sessions
        ),
        sign_in=account.sign_in,
    )


def _choose_notice(desk: Desk) -> str:
    notices = {
        "changed": _("密码换好了。别处的登录都结束了。"),
        "ended": _("那一处的登录结束了。"),
        "added": _("通行密钥加好了。下次登录，按“用通行密钥登录”。"),
        "removed": _("那把通行密钥删掉了。别处的登录都结束了。"),
        "recovery": _("您用掉了一个恢复码。手机丢了的，请马上重设动态码。"),
    }
    return next((said for name, said in notices.items() if desk.request.query_params.get(name) == "1"), "")


ROUTES: tuple[HTTPRouteHandler, ...] = (show_account, take_ending, take_codes, take_village)
