"""What people change of their own account: password, second factor, recovery codes, sessions, seat."""

from __future__ import annotations

import msgspec

from ledger.desk import Account, DeskWriter
from ledger.errors import Fault, NotFound, Refused
from ledger.ports import DeskPorts
from ledger.service.accounts.delays import book_guess, forgive, hash_network, list_counters
from ledger.service.accounts.desk_log import log_fact
from ledger.service.accounts.factors import (
    build_address,
    find_step,
    format_secret,
    hash_recovery_code,
    make_recovery_codes,
    open_secret,
)
from ledger.service.accounts.passwords import HASHER, PASSWORD_MAX_CHARS, check_password, fold_one_time
from ledger.service.accounts.sessions import Origin, SignedIn, end_session, end_sessions, turn_over
from ledger.service.accounts.sign_in import Slowed, build_wrong_code, offer_secret


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A second factor that is being set up: shown to its owner alone, until a code of it was given."""

    address: str  # otpauth:, for the code on the screen
    secret: str  # base32 in groups, to be typed


def change_password(
    ports: DeskPorts, signed_in: SignedIn, old: str, new: str, again: str, origin: Origin
) -> str:
    """Set a new password; every other session of the account ends, and the token of this one is new: returned.

    Raises Refused with every fault; Slowed after too many wrong old ones; `passwords.Busy`.
    """
    account = signed_in.account
    faults = check_password(new, account.sign_in)
    faults += [_build_differs()] if new != again else []
    faults += [_build_same()] if new == old else []
    if faults:
        raise Refused(faults)
    prove_password(ports, signed_in, old, origin)
    encoded = HASHER.hash(new)
    now_ms = ports.clock.now_ms()
    with ports.desk.write() as desk:
        kept = _get_account(desk, account.account)
        desk.put_account(msgspec.structs.replace(kept, must_change=False, password=encoded))
        end_sessions(desk, account.account, "password", now_ms, but=signed_in.session.session)
        log_fact(desk, signed_in.build_fact(event="password-changed"), now_ms)
        return turn_over(ports, desk, signed_in.session, is_proved=True)


def prove_password(ports: DeskPorts, signed_in: SignedIn, password: str, origin: Origin) -> None:
    """Check that whoever sits there knows the password, and remember when; raises Refused, Slowed or Busy."""
    account, key = signed_in.account, ports.get_desk_key()
    known = origin.find_known(account.account)
    counters = list_counters(key, account.sign_in, hash_network(key, origin.network), known)
    with ports.desk.write() as desk:
        wait_ms = book_guess(desk, counters, ports.clock.now_ms())
    if wait_ms:
        raise Slowed(wait_ms)
    given = fold_one_time(password) if account.must_change else password
    if not HASHER.is_right(account.password, given[: PASSWORD_MAX_CHARS + 1]):
        raise Refused([_build_old_wrong()])
    now_ms = ports.clock.now_ms()
    with ports.desk.write() as desk:
        forgive(desk, counters)
        session = desk.find_session(signed_in.session.digest)
        if session is not None:
            desk.put_session(msgspec.structs.replace(session, proved_at=now_ms, seen_at=now_ms))


def offer_factor(ports: DeskPorts, signed_in: SignedIn) -> None:
    """Offer a fresh second factor; the one in use counts until a code of the new one was given."""
    with ports.desk.write() as desk:
        desk.put_account(offer_secret(ports, _get_account(desk, signed_in.account.account)))
        log_fact(desk, signed_in.build_fact(event="totp-offered"), ports.clock.now_ms())


def read_offer(ports: DeskPorts, account: Account) -> Offer | None:
    """Return the second factor that is being set up, None where none is."""
    secret = open_secret(ports.get_desk_key(), account.account, account.totp_offered)
    if not secret:
        return None
    return Offer(address=build_address(secret, account.sign_in), secret=format_secret(secret))


def confirm_factor(ports: DeskPorts, signed_in: SignedIn, code: str) -> tuple[str, tuple[str, ...]]:
    """Take the offered second factor into use by a code of it; return the new token and ten recovery codes.

    Raises Refused for a wrong code. Other sessions end: they were opened without it.
    """
    now_ms = ports.clock.now_ms()
    with ports.desk.write() as desk:
        account = _get_account(desk, signed_in.account.account)
        secret = open_secret(ports.get_desk_key(), account.account, account.totp_offered)
        step = find_step(secret, code, now_ms, 0)
        if step is None:
            raise Refused([build_wrong_code("验证器上现在显示的 6 位数字")])
        desk.put_account(
            msgspec.structs.replace(account, totp=account.totp_offered, totp_offered=b"", totp_step=step)
        )
        end_sessions(desk, account.account, "factor", now_ms, but=signed_in.session.session)
        log_fact(desk, signed_in.build_fact(event="totp-set"), now_ms)
        codes = _renew_codes(ports, desk, signed_in)
        return turn_over(ports, desk, signed_in.session, is_proved=True), codes


def renew_recovery_codes(ports: DeskPorts, signed_in: SignedIn) -> tuple[str, ...]:
    """Return ten new recovery codes; the older ones count no more. Show them once."""
    with ports.desk.write() as desk:
        return _renew_codes(ports, desk, signed_in)


def end_own_session(ports: DeskPorts, signed_in: SignedIn, session: str) -> None:
    """End one of the account's own sessions; NotFound for any other."""
    with ports.desk.write() as desk:
        found = [item for item in desk.list_sessions(signed_in.account.account) if item.session == session]
        if not found:
            raise NotFound("登录")
        end_session(desk, found[0], "by-owner", ports.clock.now_ms())


def take_seat(ports: DeskPorts, signed_in: SignedIn, village: str) -> str:
    """Go to another seat of the account and return the new token; NotFound for a village where it has none."""
    now_ms = ports.clock.now_ms()
    with ports.desk.write() as desk:
        seats = desk.list_seats(signed_in.account.account)
        if village not in {seat.village for seat in seats}:
            raise NotFound("村")
        log_fact(desk, signed_in.build_fact(event="seat-taken", subject=village), now_ms)
        return turn_over(ports, desk, signed_in.session, village=village)


def _renew_codes(ports: DeskPorts, desk: DeskWriter, signed_in: SignedIn) -> tuple[str, ...]:
    account = signed_in.account.account
    codes = make_recovery_codes(ports.entropy)
    desk.put_recovery_codes(account, [hash_recovery_code(account, code) for code in codes])
    log_fact(desk, signed_in.build_fact(event="recovery-made"), ports.clock.now_ms())
    return codes


def _get_account(desk: DeskWriter, account: str) -> Account:
    found = desk.find_account(account)
    if found is None:
        raise NotFound("账号")
    return found


def _build_differs() -> Fault:
    return Fault(
        code="password-differs",
        place="再输一次新密码",
        found="两遍不同",
        expected="两遍相同",
        remedy="重新输入，两遍都输同样的",
    )


def _build_same() -> Fault:
    return Fault(
        code="password-same",
        place="新密码",
        found="和原来的一样",
        expected="和原来的不同",
        remedy="换一个新的",
    )


def _build_old_wrong() -> Fault:
    return Fault(
        code="password-old",
        place="现在的密码",
        found="对不上",
        expected="登录时用的密码",
        remedy="再输一次，注意大小写",
    )
