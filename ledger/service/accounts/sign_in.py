"""The way in: name and password, then the second factor.

What is refused is told in the same words, after the same time, whether the name exists or not. Only whoever gave the
right password learns that the account is disabled or over.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

import msgspec

from ledger.desk import Account, DeskWriter
from ledger.errors import Fault, Refused
from ledger.ports import DeskPorts
from ledger.service.accounts.delays import (
    Counter,
    book_guess,
    forgive,
    hash_network,
    list_code_counters,
    list_counters,
)
from ledger.service.accounts.desk_log import Fact, log_fact
from ledger.service.accounts.factors import (
    find_step,
    hash_recovery_code,
    is_recovery_code,
    make_secret,
    open_secret,
    seal_secret,
)
from ledger.service.accounts.names import SIGN_IN_MAX_CHARS, fold_sign_in
from ledger.service.accounts.passwords import HASHER, PASSWORD_MAX_CHARS, fold_one_time
from ledger.service.accounts.sessions import (
    Origin,
    SignedIn,
    end_session,
    is_expired,
    open_session,
    turn_over,
)

KNOWN_MAX = 4
"""Accounts that one browser is remembered for: a village's shared computer."""
TYPED_MAX_CHARS = 256
"""Beyond, it is not even looked at."""


class Slowed(Exception):
    """Too many wrong guesses: nothing was tried. `wait_ms` says how long to wait."""

    def __init__(self, wait_ms: int) -> None:
        self.wait_ms = wait_ms
        super().__init__(f"wait {wait_ms} ms")


def sign_in(ports: DeskPorts, name: str, password: str, origin: Origin) -> tuple[str, SignedIn]:
    """Return the token of a new session and who is signed in; their `duty` says what comes next.

    Raises Refused, in the same words for a name that nobody has; Slowed; `passwords.Busy`.
    """
    if len(name) > TYPED_MAX_CHARS or len(password) > TYPED_MAX_CHARS:
        raise Refused([_build_wrong()])
    folded = fold_sign_in(name)[: SIGN_IN_MAX_CHARS + 1]
    account, counters = _book(ports, folded, origin)
    given = fold_one_time(password) if account is not None and account.must_change else password
    is_right = HASHER.is_right(account.password if account else None, given[: PASSWORD_MAX_CHARS + 1])
    if not is_right or account is None:
        log_refused(ports, account, "password", origin)
        raise Refused([_build_wrong()])
    fresh = HASHER.hash(given) if HASHER.is_outdated(account.password) else account.password
    with ports.desk.write() as desk:
        forgive(desk, counters)
        kept = desk.find_account(account.account)
        # Changed in between, by the operator or by its owner: what was given is not its password any more.
        is_same = kept is not None and kept.password == account.password
        if kept is None or not is_same or (faults := check_usable(kept, ports.clock.now_ms())):
            reason, faults = (
                ("unusable", faults) if kept is not None and is_same else ("password", [_build_wrong()])
            )
        else:
            return _open(ports, desk, msgspec.structs.replace(kept, password=fresh), origin)
    log_refused(ports, account, reason, origin)
    raise Refused(faults)


def give_factor(ports: DeskPorts, signed_in: SignedIn, code: str, origin: Origin) -> tuple[str, bool]:
    """Take a code of the second factor, or a recovery code; return the new token and whether it was the latter.

    Raises Refused for a wrong or used code, Slowed after too many.
    """
    account, key = signed_in.account.account, ports.get_desk_key()
    now_ms = ports.clock.now_ms()
    counters = list_code_counters(key, account, hash_network(key, origin.network), origin.find_known(account))
    with ports.desk.write() as desk:
        wait_ms = book_guess(desk, counters, now_ms)
        kept = desk.find_account(account)
        if wait_ms == 0 and kept is not None and desk.find_session(signed_in.session.digest) is not None:
            is_recovery = is_recovery_code(code)
            if _take_code(ports, desk, kept, code[:TYPED_MAX_CHARS]):
                forgive(desk, counters)
                if is_recovery:
                    log_fact(desk, signed_in.build_fact(event="recovery-used"), now_ms)
                log_whole(desk, signed_in, origin, now_ms)
                return turn_over(ports, desk, signed_in.session, is_proved=True), is_recovery
            log_fact(desk, signed_in.build_fact(event="refused", reason="code"), now_ms)
    if wait_ms:
        raise Slowed(wait_ms)
    raise Refused([build_wrong_code()])


def sign_out(ports: DeskPorts, signed_in: SignedIn) -> None:
    """End this session."""
    now_ms = ports.clock.now_ms()
    with ports.desk.write() as desk:
        log_fact(desk, signed_in.build_fact(event="signed-out"), now_ms)
        end_session(desk, signed_in.session, "signed-out", now_ms)


def offer_secret(ports: DeskPorts, account: Account) -> Account:
    """Return the account with a fresh secret offered, which counts only once a code of it was given."""
    sealed = seal_secret(ports.get_desk_key(), account.account, make_secret(ports.entropy), ports.entropy)
    return msgspec.structs.replace(account, totp_offered=sealed)


def read_known(secret: bytes, cookie: str) -> tuple[tuple[str, str], ...]:
    """Return, by account, the names under which this browser is known; what we did not sign is left out."""
    known = []
    for part in cookie.split("~")[:KNOWN_MAX]:
        pieces = part.split(".")
        if len(pieces) == 3 and hmac.compare_digest(
            _sign(secret, pieces[0], pieces[1]).encode(), pieces[2].encode()
        ):
            known.append((pieces[0], pieces[1]))
    return tuple(known)


def format_known(ports: DeskPorts, origin: Origin, account: str) -> str:
    """Return the cookie by which this browser will be known to `account` too, the newest account first."""
    secret = ports.get_desk_key()
    name = origin.find_known(account) or ports.entropy.take(12).hex()
    others: Mapping[str, str] = {other: kept for other, kept in origin.known if other != account}
    known = [(account, name), *others.items()][:KNOWN_MAX]
    return "~".join(f"{owner}.{kept}.{_sign(secret, owner, kept)}" for owner, kept in known)


def _book(ports: DeskPorts, folded: str, origin: Origin) -> tuple[Account | None, list[Counter]]:
    """Count the guess before it is tried; raises Slowed where it has to wait."""
    key = ports.get_desk_key()
    with ports.desk.write() as desk:
        account = desk.find_by_name(folded)
        known = origin.find_known(account.account) if account is not None else ""
        counters = list_counters(key, folded, hash_network(key, origin.network), known)
        wait_ms = book_guess(desk, counters, ports.clock.now_ms())
    if wait_ms:
        raise Slowed(wait_ms)
    return account, counters


def _open(ports: DeskPorts, desk: DeskWriter, account: Account, origin: Origin) -> tuple[str, SignedIn]:
    is_whole = not account.totp
    token, signed_in = open_session(ports, desk, account, origin, is_whole=is_whole)
    if signed_in.needs_factor and not account.totp and not account.totp_offered:
        account = offer_secret(ports, account)
    desk.put_account(account)
    if is_whole:
        log_whole(desk, signed_in, origin, ports.clock.now_ms())
    else:
        log_fact(desk, signed_in.build_fact(event="signed-in", outcome="half"), ports.clock.now_ms())
    return token, signed_in


def log_whole(
    desk: DeskWriter, signed_in: SignedIn, origin: Origin, now_ms: int, outcome: str = "whole"
) -> None:
    """Log that somebody is in, and the first time in a browser, who was in from it before: one person with two
    persons' passwords would be maker and checker at once.
    """
    log_fact(desk, signed_in.build_fact(event="signed-in", outcome=outcome), now_ms)
    desk.put_sign_in(signed_in.account.account, now_ms)
    if not origin.find_known(signed_in.account.account):
        for other, _ in origin.known:
            log_fact(desk, signed_in.build_fact(event="shared-device", subject=other), now_ms)


def _take_code(ports: DeskPorts, desk: DeskWriter, account: Account, code: str) -> bool:
    """Say whether a code is right, and mark it as used."""
    now_ms = ports.clock.now_ms()
    if is_recovery_code(code):
        return desk.use_recovery_code(account.account, hash_recovery_code(account.account, code), now_ms)
    secret = open_secret(ports.get_desk_key(), account.account, account.totp)
    step = find_step(secret, code, now_ms, account.totp_step)
    if step is None:
        return False
    desk.put_account(msgspec.structs.replace(account, totp_step=step))
    return True


def check_usable(account: Account, now_ms: int) -> list[Fault]:
    """The account was neither disabled nor is its last day over."""
    if account.is_disabled:
        return [_build_unusable("account-disabled", "已停用")]
    if is_expired(account, now_ms):
        return [_build_unusable("account-expired", f"用到 {account.expires_on} 为止")]
    return []


def log_refused(ports: DeskPorts, account: Account | None, reason: str, origin: Origin) -> None:
    """Log that somebody was not let in, and why."""
    fact = Fact(
        event="refused",
        account=account.account if account is not None else "",
        network=hash_network(ports.get_desk_key(), origin.network),
        reason=reason,
    )
    with ports.desk.write() as desk:
        log_fact(desk, fact, ports.clock.now_ms())


def _sign(secret: bytes, account: str, name: str) -> str:
    return hmac.new(secret, f"desk device {account} {name}".encode(), hashlib.sha256).hexdigest()[:32]


def _build_wrong() -> Fault:
    return Fault(
        code="sign-in-wrong",
        place="登录名或密码",
        found="对不上",
        expected="登记的登录名和它的密码",
        remedy="再输一次，注意大小写；忘了密码，请运维员重设",
    )


def build_wrong_code(expected: str = "验证器上现在显示的 6 位数字，或一个没用过的恢复码") -> Fault:
    """Return the fault of a code that is wrong, late or used."""
    return Fault(
        code="code-wrong",
        place="动态码",
        found="不对，或已经用过",
        expected=expected,
        remedy="等下一个数字出来再输；总不对，核对手机的时间",
    )


def _build_unusable(code: str, found: str) -> Fault:
    return Fault(code=code, place="账号", found=found, expected="可用的账号", remedy="请运维员查看")
