"""Accounts at the desk, for operators: who has one and in which state; opened, reset, disabled, given another village.

A one-time password is shown on the answer to the form alone, which nobody keeps: to be printed or written down, and
handed over in person. Whatever is done here asks for the operator's own password again.
"""

from __future__ import annotations

from dataclasses import dataclass

from litestar.handlers import HTTPRouteHandler

from ledger.desk import Account, Seat
from ledger.errors import NotFound, Refused
from ledger.service.accounts.manage import (
    AUDITOR_DAYS,
    create_account,
    disable_account,
    enable_account,
    end_all_sessions,
    give_seat,
    reset_account,
    set_last_day,
)
from ledger.service.accounts.names import SIGN_IN_MAX_CHARS, fold_sign_in
from ledger.service.accounts.once import Once, make_once
from ledger.service.accounts.sessions import is_expired
from ledger.service.persons import name_duties
from web.desk.forms import FormRefused
from web.desk.frame import FORM_REFUSALS, NOT_REFUSED, DeskFrame, Faults, Refusal, explain_refusal
from web.desk.people import choose_village, get_person
from web.desk.routing import Desk, name_village, route_desk
from web.i18n import _
from web.respond import Answer
from web.words import format_instant

ACCOUNTS = "/desk/accounts"
_PLACES = {"登录名": "sign_in", "用到哪天": "until", "现在的密码": "password"}


@dataclass(frozen=True)
class SeatRow:
    """Where an account acts, and as whom: their name, or the pseudonym where the vault is locked."""

    duties: str
    name: str
    village: str
    village_name: str


@dataclass(frozen=True)
class AccountRow:
    """An account. `state` in words; `last` is empty where nobody signed in since that is kept."""

    account: str
    has_factor: bool
    is_disabled: bool
    is_own: bool
    last: str
    seats: tuple[SeatRow, ...]
    sign_in: str
    state: tuple[str, ...]


@dataclass(frozen=True)
class AccountsPage:
    accounts: tuple[AccountRow, ...]
    frame: DeskFrame


@dataclass(frozen=True)
class OneAccountPage:
    """One account and what can be done with it. `act` and `until` are what was chosen and typed."""

    account: AccountRow
    act: str
    acts: tuple[tuple[str, str], ...]
    codes_left: int
    expires_on: str
    faults: Faults
    frame: DeskFrame
    notice: str
    once: str
    passkeys: int
    sessions: int
    since: str
    until: str


@dataclass(frozen=True)
class NewAccountPage:
    """An account for a registered person. `has_other`: the sign-in name is one that there is already."""

    auditor_days: int
    duties: str
    faults: Faults
    frame: DeskFrame
    has_other: bool
    is_auditor: bool
    name: str
    once: str
    sign_in: str
    sign_in_max: int
    until: str
    user: str
    village: str
    village_name: str


@dataclass(frozen=True)
class OneTimePage:
    """A one-time password, shown once."""

    frame: DeskFrame
    is_new: bool
    name: str
    password: str
    sign_in: str
    until: str


@dataclass(frozen=True)
class NewAccountForm:
    once: str
    password: str
    sign_in: str
    has_other: str = ""
    until: str = ""


@dataclass(frozen=True)
class ActForm:
    act: str
    once: str
    password: str
    until: str = ""


@route_desk(ACCOUNTS, allow="accounts.manage", summary="Who has an account")
def show_accounts(desk: Desk) -> Answer:
    with desk.ports.desk.read() as reader:
        accounts = reader.list_accounts()
    rows = tuple(_build_row(desk, account) for account in accounts)
    page = AccountsPage(accounts=rows, frame=desk.build_frame(_("登录账号")))
    return desk.render("desk/accounts.html", page)


@route_desk(f"{ACCOUNTS}/{{account:str}}", allow="accounts.manage", summary="One account")
def show_one(desk: Desk, account: str) -> Answer:
    return _show_one(desk, _get_account(desk, account))


@route_desk(
    f"{ACCOUNTS}/{{account:str}}", allow="accounts.manage", method="POST", summary="Change an account"
)
def take_act(desk: Desk, account: str) -> Answer:
    known, form = _get_account(desk, account), desk.parse_form(ActForm)
    if form.act not in _ACTS:
        raise FormRefused("no such act")
    try:
        desk.prove_password(form.password)
        password = _act(desk, known, form)
    except FORM_REFUSALS as error:
        return _show_one(desk, known, explain_refusal(error, _PLACES), form)
    if password:
        return _show_password(desk, known, password, is_new=False)
    return desk.redirect(f"{ACCOUNTS}/{account}?{form.act}=1")


@route_desk(
    f"{ACCOUNTS}/new/{{village:str}}/{{person:str}}",
    allow="accounts.manage",
    summary="Open an account: the form",
)
def show_new(desk: Desk, village: str, person: str) -> Answer:
    return _show_new(desk, choose_village(desk, village), person)


@route_desk(
    f"{ACCOUNTS}/new/{{village:str}}/{{person:str}}",
    allow="accounts.manage",
    method="POST",
    summary="Open an account, or give one another village",
)
def take_new(desk: Desk, village: str, person: str) -> Answer:
    code, form = choose_village(desk, village), desk.parse_form(NewAccountForm)
    get_person(desk, code, person)
    content = (code, person, form.sign_in, form.until)
    try:
        desk.prove_password(form.password)
        if form.has_other:
            give_seat(desk.ports, form.sign_in, code, person, by=desk.who)
            return desk.redirect(f"{ACCOUNTS}/{_get_named(desk, form.sign_in).account}?seat=1")
        account, password = create_account(
            desk.ports,
            form.sign_in,
            seat=(code, person),
            expires_on=form.until.strip(),
            by=desk.who,
            entropy=Once(desk.ports, form.once, desk.account.account, *content),
        )
    except FORM_REFUSALS as error:
        places = _PLACES | {f"登录名 {fold_sign_in(form.sign_in)}": "sign_in"}
        return _show_new(desk, code, person, explain_refusal(error, places), form)
    return _show_password(desk, account, password, is_new=True)


_ACTS = {
    "reset": _("忘了密码、丢了手机：给一个新的一次性密码"),
    "disable": _("停用，立刻退出"),
    "enable": _("重新启用"),
    "expire": _("改用到哪天"),
    "end": _("让他在各处都退出"),
}


def _act(desk: Desk, account: Account, form: ActForm) -> str:
    """Do what was chosen; return the one-time password where one was made."""
    ports, sign_in = desk.ports, account.sign_in
    if form.act == "reset":
        entropy = Once(ports, form.once, desk.account.account, "reset", account.account)
        return reset_account(ports, sign_in, by=desk.who, entropy=entropy)
    if form.act == "disable":
        disable_account(ports, sign_in, by=desk.who)
    elif form.act == "enable":
        enable_account(ports, sign_in, by=desk.who)
    elif form.act == "expire":
        set_last_day(ports, sign_in, form.until.strip(), by=desk.who)
    else:
        end_all_sessions(ports, sign_in, by=desk.who)
    return ""


def _show_one(
    desk: Desk, account: Account, refusal: Refusal = NOT_REFUSED, form: ActForm | None = None
) -> Answer:
    with desk.ports.desk.read() as reader:
        codes_left = reader.count_recovery_codes(account.account) if account.totp else -1
        passkeys = len(reader.list_passkeys(account.account))
        sessions = len(reader.list_sessions(account.account))
    unneeded = "disable" if account.is_disabled else "enable"
    page = OneAccountPage(
        account=_build_row(desk, account),
        act=form.act if form is not None else "",
        acts=tuple((act, said) for act, said in _ACTS.items() if act != unneeded),
        codes_left=codes_left,
        expires_on=account.expires_on,
        faults=refusal.faults,
        frame=desk.build_frame(account.sign_in),
        notice=_choose_notice(desk),
        once=form.once if form is not None else make_once(desk.ports),
        passkeys=passkeys,
        sessions=sessions,
        since=format_instant(account.created_at),
        until=form.until if form is not None else account.expires_on,
    )
    return desk.render("desk/one_account.html", page, refusal=refusal)


def _show_new(
    desk: Desk,
    village: str,
    user: str,
    refusal: Refusal = NOT_REFUSED,
    form: NewAccountForm | None = None,
) -> Answer:
    person = get_person(desk, village, user)
    page = NewAccountPage(
        auditor_days=AUDITOR_DAYS,
        duties=name_duties(person.roles),
        faults=refusal.faults,
        frame=desk.build_frame(_("开登录账号")),
        has_other=form is not None and bool(form.has_other),
        is_auditor="auditor" in person.roles,
        name=person.name,
        once=form.once if form is not None else make_once(desk.ports),
        sign_in=form.sign_in[:SIGN_IN_MAX_CHARS] if form is not None else "",
        sign_in_max=SIGN_IN_MAX_CHARS,
        until=form.until if form is not None else "",
        user=user,
        village=village,
        village_name=name_village(desk.site, village),
    )
    return desk.render("desk/new_account.html", page, refusal=refusal)


def _show_password(desk: Desk, account: Account, password: str, *, is_new: bool) -> Answer:
    seats = _list_seats(desk, account.account)
    page = OneTimePage(
        frame=desk.build_frame(_("一次性密码")),
        is_new=is_new,
        name="、".join(dict.fromkeys(seat.name for seat in seats)),
        password=password,
        sign_in=account.sign_in,
        until=account.expires_on,
    )
    return desk.render("desk/one_time.html", page)


def _choose_notice(desk: Desk) -> str:
    notices = {
        "disable": _("已停用，他的登录都结束了。"),
        "enable": _("已重新启用，密码照旧。"),
        "end": _("他的登录都结束了。"),
        "expire": _("用到哪天改好了，他要重新登录。"),
        "seat": _("这个账号现在也能在那个村办事。"),
    }
    return desk.choose_notice(notices)


def _build_row(desk: Desk, account: Account) -> AccountRow:
    with desk.ports.desk.read() as reader:
        last = reader.find_last_sign_in(account.account)
    state = [_("已停用")] if account.is_disabled else []
    if account.expires_on:
        is_over = is_expired(account, desk.ports.clock.now_ms())
        state.append((_("{day} 已到期") if is_over else _("用到 {day}")).format(day=account.expires_on))
    state += [_("还没换一次性密码")] if account.must_change else []
    state.append(_("有动态码") if account.totp else _("没有动态码"))
    return AccountRow(
        account=account.account,
        has_factor=bool(account.totp),
        is_disabled=account.is_disabled,
        is_own=account.account == desk.account.account,
        last=format_instant(last) if last else "",
        seats=_list_seats(desk, account.account),
        sign_in=account.sign_in,
        state=tuple(state),
    )


def _list_seats(desk: Desk, account: str) -> tuple[SeatRow, ...]:
    with desk.ports.desk.read() as reader:
        seats = reader.list_seats(account)
    return tuple(_build_seat(desk, seat) for seat in seats)


def _build_seat(desk: Desk, seat: Seat) -> SeatRow:
    try:
        person = desk.ports.vault.find_person(seat.village, seat.person)
    except Refused:
        person = None  # The vault's keys are elsewhere: an account can be disabled all the same.
    return SeatRow(
        duties=name_duties(person.roles) if person is not None else "",
        name=person.name if person is not None else seat.person,
        village=seat.village,
        village_name=name_village(desk.site, seat.village),
    )


def _get_account(desk: Desk, account: str) -> Account:
    with desk.ports.desk.read() as reader:
        found = reader.find_account(account)
    if found is None:
        raise NotFound("账号")
    return found


def _get_named(desk: Desk, sign_in: str) -> Account:
    with desk.ports.desk.read() as reader:
        found = reader.find_by_name(fold_sign_in(sign_in))
    if found is None:
        raise NotFound("账号")
    return found


ROUTES: tuple[HTTPRouteHandler, ...] = (show_accounts, show_new, take_new, show_one, take_act)
