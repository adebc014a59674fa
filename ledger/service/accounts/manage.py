"""What the operator does with accounts, at the machine itself or at the desk: made, disabled, given a new one-time
password. `by` is who does it at the desk; None at the machine itself.

No account exists that was not made here: there is no default one. A one-time password is returned once and kept only
as a hash; whoever signs in with it must change it first.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import msgspec

from ledger.desk import Account, DeskReader, DeskWriter, Seat
from ledger.errors import Fault, Refused
from ledger.ports import DeskPorts, Entropy
from ledger.service.accounts.desk_log import Event, Fact, log_fact
from ledger.service.accounts.names import check_sign_in, fold_sign_in
from ledger.service.accounts.passwords import HASHER, make_one_time_password
from ledger.service.accounts.rights import list_roles
from ledger.service.accounts.sessions import SignedIn, end_sessions
from ledger.service.pseudonyms import make_pseudonym
from ledger.state import get_day

AUDITOR_DAYS = 30
"""An audit's length: an auditor reads everything, and afterwards nothing."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def create_account(
    ports: DeskPorts,
    sign_in: str,
    *,
    seat: tuple[str, str] | None,
    expires_on: str = "",
    by: SignedIn | None = None,
    entropy: Entropy | None = None,
) -> tuple[Account, str]:
    """Make an account with a first seat, (village, person), or an operator's without one.

    Returns it and its one-time password, which is shown once and kept nowhere. An auditor's ends after thirty days
    where nothing else is said. With an `entropy` that draws the same twice, the same again returns what was made, as
    long as nobody used it. Raises Refused with every fault.
    """
    now_ms = ports.clock.now_ms()
    password = make_one_time_password(entropy or ports.entropy)
    made = make_pseudonym(entropy or ports.entropy, "a-", 10)
    if (known := _find_unused(ports, made, password)) is not None:
        return known, password
    if faults := check_new_account(ports, sign_in, seat=seat, expires_on=expires_on):
        raise Refused(faults)
    encoded = HASHER.hash(password)
    account = Account(
        account=made,
        created_at=now_ms,
        expires_on=expires_on or _choose_expiry(ports, seat, now_ms),
        is_disabled=False,
        is_operator=seat is None,
        must_change=True,
        password=encoded,
        sign_in=fold_sign_in(sign_in),
        totp=b"",
        totp_offered=b"",
        totp_step=0,
    )
    with ports.desk.write() as desk:
        if faults := _check_free(desk, account.sign_in, seat):
            raise Refused(faults)
        desk.put_account(account)
        log_fact(desk, _build_fact(by, event="account-made", subject=account.account), now_ms)
        if seat is not None:
            _give_seat(desk, account.account, seat, now_ms, by)
    return account, password


def check_new_account(
    ports: DeskPorts, sign_in: str, *, seat: tuple[str, str] | None, expires_on: str = ""
) -> list[Fault]:
    """The sign-in name can be one and is free, the person has no account yet, and the last day is one."""
    faults = check_sign_in(sign_in) + (check_day(expires_on) if expires_on else [])
    with ports.desk.read() as desk:
        return faults + _check_free(desk, fold_sign_in(sign_in), seat)


def give_seat(
    ports: DeskPorts, sign_in: str, village: str, person: str, *, by: SignedIn | None = None
) -> None:
    """Let an account act in another village, as a person of its vault. At the desk, again changes nothing. Raises
    Refused.
    """
    with ports.desk.write() as desk:
        account = get_by_name(desk, sign_in)
        seat = desk.find_seat(village, person)
        if by is not None and seat is not None and seat.account == account.account:
            return
        if account.is_operator:
            raise Refused([_build_operator(account.sign_in)])
        if faults := _check_seat_free(desk, account.account, village, person):
            raise Refused(faults)
        _give_seat(desk, account.account, (village, person), ports.clock.now_ms(), by)


def reset_account(
    ports: DeskPorts, sign_in: str, *, by: SignedIn | None = None, entropy: Entropy | None = None
) -> str:
    """Return a new one-time password; second factor, recovery codes and passkeys are taken away, every session ends.

    With an `entropy` that draws the same twice, the same again returns the same, as long as nobody used it.
    """
    password = make_one_time_password(entropy or ports.entropy)
    with ports.desk.read() as reader:
        known = get_by_name(reader, sign_in)
    if entropy is not None and _find_unused(ports, known.account, password) is not None:
        return password
    encoded = HASHER.hash(password)

    def reset(desk: DeskWriter, account: Account) -> Account:
        desk.put_recovery_codes(account.account, [])
        desk.drop_passkeys(account.account)
        return msgspec.structs.replace(
            account, must_change=True, password=encoded, totp=b"", totp_offered=b"", totp_step=0
        )

    _change(ports, sign_in, "password-reset", reset, by)
    return password


def disable_account(ports: DeskPorts, sign_in: str, *, by: SignedIn | None = None) -> None:
    """Nobody signs in with it any more, and every session ends. Raises Refused for the last operator's at the desk."""

    def disable(desk: DeskWriter, account: Account) -> Account:
        if by is not None and (faults := _check_not_last(desk, account, ports.clock.now_ms(), "")):
            raise Refused(faults)
        return _set(account, is_disabled=True)

    _change(ports, sign_in, "account-disabled", disable, by)


def enable_account(ports: DeskPorts, sign_in: str, *, by: SignedIn | None = None) -> None:
    """Let it be used again, with the password that it had."""
    _change(ports, sign_in, "account-enabled", lambda _desk, account: _set(account, is_disabled=False), by)


def set_last_day(ports: DeskPorts, sign_in: str, expires_on: str, *, by: SignedIn | None = None) -> None:
    """Let it end after a day, YYYY-MM-DD, or with an empty one never. Raises Refused."""
    if expires_on and (faults := check_day(expires_on)):
        raise Refused(faults)

    def expire(desk: DeskWriter, account: Account) -> Account:
        now_ms = ports.clock.now_ms()
        if by is not None and expires_on and (faults := _check_not_last(desk, account, now_ms, expires_on)):
            raise Refused(faults)
        return _set(account, expires_on=expires_on)

    _change(ports, sign_in, "account-expires", expire, by)


def end_all_sessions(ports: DeskPorts, sign_in: str, *, by: SignedIn) -> None:
    """Sign whoever uses an account out, wherever they are."""
    with ports.desk.write() as desk:
        end_sessions(desk, get_by_name(desk, sign_in).account, "by-operator", ports.clock.now_ms())


def get_by_name(desk: DeskReader, sign_in: str) -> Account:
    """Return the account of a sign-in name; Refused where there is none. At the machine itself nobody is guessing."""
    account = desk.find_by_name(fold_sign_in(sign_in))
    if account is None:
        raise Refused(
            [
                Fault(
                    code="account-unknown",
                    place=f"登录名 {fold_sign_in(sign_in)}",
                    found="没有这个账号",
                    expected="已有的登录名",
                    remedy="用 mingbai users accounts 查看",
                )
            ]
        )
    return account


def check_day(day: str) -> list[Fault]:
    """A day of the calendar, as YYYY-MM-DD."""
    try:
        is_day = _DAY.fullmatch(day) is not None and dt.date.fromisoformat(day).isoformat() == day
    except ValueError:
        is_day = False
    if is_day:
        return []
    return [
        Fault(
            code="account-last-day",
            place="用到哪天",
            found=day,
            expected="年-月-日，如 2026-12-31",
            remedy="写日历上有的一天",
        )
    ]


def _change(
    ports: DeskPorts,
    sign_in: str,
    event: Event,
    change: Callable[[DeskWriter, Account], Account],
    by: SignedIn | None,
) -> None:
    now_ms = ports.clock.now_ms()
    with ports.desk.write() as desk:
        account = get_by_name(desk, sign_in)
        changed = change(desk, account)
        if by is not None and changed == account:
            return  # A second click.
        desk.put_account(changed)
        log_fact(desk, _build_fact(by, event=event, subject=account.account), now_ms)
        end_sessions(desk, account.account, event, now_ms)


def _find_unused(ports: DeskPorts, account: str, password: str) -> Account | None:
    """Return an account whose one-time password is this one still."""
    with ports.desk.read() as desk:
        known = desk.find_account(account)
    is_unused = known is not None and known.must_change and HASHER.is_right(known.password, password)
    return known if is_unused else None


def _check_not_last(desk: DeskReader, account: Account, now_ms: int, until: str) -> list[Fault]:
    """Beside this operator there is another who can sign in, for at least as long."""
    others = [
        other
        for other in desk.list_accounts()
        if other.is_operator and not other.is_disabled and other.account != account.account
    ]
    if not account.is_operator or any(
        not other.expires_on or other.expires_on >= max(until, get_day(now_ms)) for other in others
    ):
        return []
    return [
        Fault(
            code="account-last-operator",
            place=f"登录名 {account.sign_in}",
            found="是最后一位运维员",
            expected="另外还有一位能登录的运维员",
            remedy="先用 mingbai users add --role operator 另开一个运维员的账号",
        )
    ]


def _build_fact(by: SignedIn | None, **fields: str) -> Fact:
    return by.build_fact(**fields) if by is not None else msgspec.convert(fields, Fact)


def _set(account: Account, **fields: object) -> Account:
    return msgspec.structs.replace(account, **fields)


def _give_seat(
    desk: DeskWriter, account: str, seat: tuple[str, str], now_ms: int, by: SignedIn | None
) -> None:
    village, person = seat
    desk.add_seat(Seat(account=account, person=person, village=village))
    given = {"event": "seat-given", "reason": account, "subject": person, "village": village}
    log_fact(desk, _build_fact(by, **given), now_ms)


def _choose_expiry(ports: DeskPorts, seat: tuple[str, str] | None, now_ms: int) -> str:
    person = ports.vault.find_person(*seat) if seat is not None else None
    if person is None or "auditor" not in list_roles(person):
        return ""
    return (dt.date.fromisoformat(get_day(now_ms)) + dt.timedelta(days=AUDITOR_DAYS)).isoformat()


def _check_free(desk: DeskReader, sign_in: str, seat: tuple[str, str] | None) -> list[Fault]:
    faults = []
    if desk.find_by_name(sign_in) is not None:
        faults.append(
            Fault(
                code="sign-in-taken",
                place="登录名",
                found="已经有人用",
                expected="还没有人用的登录名",
                remedy="换一个，如在后面加村名的拼音",
            )
        )
    return faults + (_check_seat_free(desk, "", *seat) if seat is not None else [])


def _check_seat_free(desk: DeskReader, account: str, village: str, person: str) -> list[Fault]:
    has_village = any(seat.village == village for seat in desk.list_seats(account))
    if not has_village and desk.find_seat(village, person) is None:
        return []
    return [
        Fault(
            code="seat-taken",
            place=f"人员 {person}",
            found="这个账号在本村已有身份" if has_village else "已有账号",
            expected="一个人一个账号，一个账号在一个村一个身份",
            remedy="忘了密码的，用 mingbai users reset 重设",
        )
    ]


def _build_operator(sign_in: str) -> Fault:
    return Fault(
        code="account-operator",
        place=f"登录名 {sign_in}",
        found="运维员的账号",
        expected="在村里办事的人的账号",
        remedy="运维员不在村里办事：另建一个账号",
    )
