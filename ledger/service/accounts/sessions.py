"""Who is signed in. A browser holds a token of 256 bits that we made; we hold its SHA-256.

A token that we did not make opens nothing and is not taken over. It is exchanged for a new one whenever what it stands
for grows or changes: at the second factor, at a changed password, at another village. It ends after a while without a
request, after twelve hours in any case, and at once when its account is disabled, its password or its roles change.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Literal

import msgspec

from ledger.desk import Account, DeskReader, DeskWriter, Seat, Session
from ledger.errors import NotFound
from ledger.ports import DeskPorts, Entropy
from ledger.service.accounts.delays import hash_network
from ledger.service.accounts.desk_log import Fact, log_fact
from ledger.service.accounts.rights import FACTOR_ROLES, find_roles
from ledger.service.pseudonyms import make_pseudonym
from ledger.state import get_day

TOKEN_BYTES = 32
IDLE_MS = 30 * 60_000
"""Whoever passes, changes accounts or reads everything: a screen left alone is open this long."""
CLERK_IDLE_MS = 2 * 3_600_000
"""A clerk types from paper, and is called away."""
ABSOLUTE_MS = 12 * 3_600_000
"""A working day: nobody is still signed in the morning after."""
HALF_MS = 10 * 60_000
"""Between the password and the second factor."""
PROVED_MS = 10 * 60_000
"""Whoever takes out people's data, or passes, gave a password or code so lately: a screen left alone does neither."""
TOUCH_MS = 60_000
"""A session's time is written once a minute at most: a page costs no write of the disk."""
SESSIONS_KEPT_MS = 2 * ABSOLUTE_MS
ATTEMPTS_KEPT_MS = 2 * 24 * 3_600_000
"""After so long rows that count for nothing any more are forgotten, at the next sign-in."""

Duty = Literal["", "factor", "password", "enrol"]
"""What has to be done first: nothing, give the second factor, change the one-time password, set up a second factor."""


@dataclass(frozen=True)
class Origin:
    """Where a request comes from.

    `network`  its address, or the part of it that one household shares; kept only as a keyed hash
    `device`   what it looks like, in a word: 手机, 电脑
    `known`    by account: names that signed cookies of this browser give it
    """

    network: str
    device: str
    known: tuple[tuple[str, str], ...] = ()

    def find_known(self, account: str) -> str:
        """Return the name under which an account knows this browser, empty for none."""
        return dict(self.known).get(account, "")


@dataclass(frozen=True)
class SignedIn:
    """Somebody who is signed in, as of this request.

    `seat`   None for an operator, and for an account that was given none
    `roles`  on that seat, as the vault says now
    """

    account: Account
    seat: Seat | None
    roles: frozenset[str]
    session: Session

    @property
    def duty(self) -> Duty:
        """What has to be done before anything else."""
        if not self.session.is_whole:
            return "factor"
        if self.account.must_change:
            return "password"
        return "enrol" if self.needs_factor and not self.account.totp else ""

    @property
    def needs_factor(self) -> bool:
        """Whether the roles, on this seat, ask for a second factor."""
        return not FACTOR_ROLES.isdisjoint(self.roles)

    def is_proved(self, now_ms: int) -> bool:
        """Say whether a password or a code was given lately: see `own.prove_password`."""
        return now_ms - self.session.proved_at < PROVED_MS

    def build_fact(self, **fields: str) -> Fact:
        """Return a fact of which this person is the actor."""
        seat = self.seat
        acting = {"actor": seat.person, "village": seat.village} if seat is not None else {}
        known = {
            "account": self.account.account,
            "network": self.session.network,
            "session": self.session.session,
        }
        return msgspec.convert(known | acting | fields, Fact)


def hash_token(token: str) -> bytes:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).digest()


def open_session(
    ports: DeskPorts, desk: DeskWriter, account: Account, origin: Origin, *, is_whole: bool
) -> tuple[str, SignedIn]:
    """Sign an account in on its first seat; return the token, which is kept nowhere else."""
    now_ms = ports.clock.now_ms()
    seat = next(iter(desk.list_seats(account.account)), None)
    roles = find_roles(ports, account, seat)
    token = _make_token(ports.entropy)
    session = Session(
        account=account.account,
        created_at=now_ms,
        device=origin.device,
        digest=hash_token(token),
        is_whole=is_whole,
        network=hash_network(ports.get_desk_key(), origin.network),
        proved_at=now_ms,
        roles=_format_roles(roles),
        seen_at=now_ms,
        session=make_pseudonym(ports.entropy, "s-", 10),
        village=seat.village if seat is not None else "",
    )
    desk.prune(sessions_before=now_ms - SESSIONS_KEPT_MS, attempts_before=now_ms - ATTEMPTS_KEPT_MS)
    desk.put_session(session)
    return token, SignedIn(account, seat, roles, session)


def turn_over(
    ports: DeskPorts,
    desk: DeskWriter,
    session: Session,
    *,
    is_proved: bool = False,
    village: str | None = None,
) -> str:
    """Exchange a session's token for a new one, which is returned; the old one opens nothing from now on.

    `is_proved`: a second factor or the password was just given, and the session is whole. `village`: of another seat.
    NotFound where the session was ended since it was found: it must not come back.
    """
    now_ms = ports.clock.now_ms()
    token = _make_token(ports.entropy)
    if desk.find_session(session.digest) is None:
        raise NotFound("登录")
    changed = msgspec.structs.replace(session, digest=hash_token(token), seen_at=now_ms)
    if is_proved:
        changed = msgspec.structs.replace(changed, is_whole=True, proved_at=now_ms)
    if village is not None:
        changed = msgspec.structs.replace(changed, village=village)
    account = desk.find_account(session.account)
    assert account is not None
    roles = find_roles(ports, account, _find_seat(desk, changed))
    desk.put_session(msgspec.structs.replace(changed, roles=_format_roles(roles)))
    return token


def find_signed_in(ports: DeskPorts, token: str) -> SignedIn | None:
    """Return who is signed in by a token; None for a token that is not ours, or whose session is over."""
    if not _is_token(token):
        return None
    now_ms = ports.clock.now_ms()
    with ports.desk.read() as desk:
        found = _find(ports, desk, hash_token(token))
    if found is None:
        return None
    reason = find_ending(found, now_ms)
    if reason:
        with ports.desk.write() as desk:
            end_session(desk, found.session, reason, now_ms)
        return None
    if now_ms - found.session.seen_at >= TOUCH_MS:
        with ports.desk.write() as desk:
            # Read again: what was ended in between must not come back.
            session = desk.find_session(found.session.digest)
            if session is None:
                return None
            desk.put_session(msgspec.structs.replace(session, seen_at=now_ms))
    return found


def find_ending(found: SignedIn, now_ms: int) -> str:
    """Return why a session is over, as a code; empty while it goes on."""
    session, account = found.session, found.account
    idle_ms = CLERK_IDLE_MS if found.roles == {"clerk"} else IDLE_MS
    if account.is_disabled:
        return "disabled"
    if is_expired(account, now_ms):
        return "expired"
    if session.roles != _format_roles(found.roles):
        return "roles"
    if now_ms - session.created_at >= (ABSOLUTE_MS if session.is_whole else HALF_MS):
        return "absolute"
    # A clock that was set back would else keep it open for as long.
    if now_ms - session.seen_at >= idle_ms or session.seen_at - now_ms >= idle_ms:
        return "idle"
    return ""


def is_expired(account: Account, now_ms: int) -> bool:
    """Say whether the account's last day is over, in +08:00."""
    return bool(account.expires_on) and get_day(now_ms) > account.expires_on


def end_session(desk: DeskWriter, session: Session, reason: str, now_ms: int) -> None:
    """End one session and log why."""
    desk.drop_session(session.session)
    log_fact(
        desk,
        Fact(
            event="session-ended",
            account=session.account,
            reason=reason,
            session=session.session,
            village=session.village,
        ),
        now_ms,
    )


def end_sessions(desk: DeskWriter, account: str, reason: str, now_ms: int, *, but: str = "") -> None:
    """End every session of an account but the one named."""
    for session in desk.list_sessions(account):
        if session.session != but:
            end_session(desk, session, reason, now_ms)


def end_sessions_of_person(desk: DeskWriter, village: str, person: str, reason: str, now_ms: int) -> None:
    """End every session of whoever acts as a person of a village: their roles change."""
    seat = desk.find_seat(village, person)
    if seat is not None:
        end_sessions(desk, seat.account, reason, now_ms)


def _find(ports: DeskPorts, desk: DeskReader, digest: bytes) -> SignedIn | None:
    session = desk.find_session(digest)
    account = desk.find_account(session.account) if session is not None else None
    if session is None or account is None:
        return None
    seat = _find_seat(desk, session)
    return SignedIn(account, seat, find_roles(ports, account, seat), session)


def _find_seat(desk: DeskReader, session: Session) -> Seat | None:
    return next((seat for seat in desk.list_seats(session.account) if seat.village == session.village), None)


def _make_token(entropy: Entropy) -> str:
    return base64.urlsafe_b64encode(entropy.take(TOKEN_BYTES)).decode().rstrip("=")


def _is_token(token: str) -> bool:
    """Whether a text could be one of ours: nothing else reaches the database."""
    try:
        return len(token) == 43 and len(base64.urlsafe_b64decode(token + "=")) == TOKEN_BYTES
    except (ValueError, binascii.Error):
        return False


def _format_roles(roles: frozenset[str]) -> str:
    return " ".join(sorted(roles))
