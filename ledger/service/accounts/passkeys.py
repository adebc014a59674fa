"""Passkeys: a key in somebody's phone or computer that opens their account (W3C WebAuthn).

The device asks for its owner's finger, face or code before it signs, so that a passkey counts as both factors. It is a
further way in, never the only one: the password and the second factor stay as they are. What the device's signature
says is checked by whoever reads its answer (`Assertion.verify`); here is what nobody can tell from the answer alone:
that the challenge is ours, young and unused, whose key it is, that its counter goes up, that the account can be used.

Every refusal reads the same. What survives a crash: nothing of a try, since all of it is one transaction.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from ledger.desk import Account, DeskWriter, Passkey
from ledger.errors import Fault, Refused
from ledger.ports import DeskPorts
from ledger.service.accounts.delays import book_guess, forgive, hash_network, list_passkey_counters
from ledger.service.accounts.desk_log import Fact, log_fact
from ledger.service.accounts.sessions import Origin, SignedIn, end_sessions, open_session, turn_over
from ledger.service.accounts.sign_in import Slowed, check_usable, log_refused, log_whole

CHALLENGE_MS = 5 * 60_000
"""Between the page and the finger on the phone."""
PASSKEYS_MAX = 10
"""Of one account: a phone, a computer, a key on the ring, and those before them."""
LABEL_MAX_CHARS = 20

SIGN_IN = "sign-in"
"""What a challenge is for, of a page that nobody is signed in at."""

Entered = TypeVar("Entered")

_TIME_BYTES = 8
_SALT_BYTES = 16
_CHALLENGE_BYTES = _TIME_BYTES + _SALT_BYTES + 32


@dataclass(frozen=True)
class Assertion:
    """What a device answered to sign somebody in.

    `challenge`   as the answer says
    `credential`  which key it says it used
    `user`        the account that the device kept with the key; empty where it kept none
    `verify`      returns the counter for a public key (COSE); None where signature or page are not right, or its owner
                  was not asked
    """

    challenge: bytes
    credential: bytes
    user: str
    verify: Callable[[bytes], int | None]


@dataclass(frozen=True)
class NewKey:
    """A key that a device made; that it answered `challenge` on our page, and asked its owner, was verified."""

    challenge: bytes
    credential: bytes
    public_key: bytes
    sign_count: int


def make_challenge(ports: DeskPorts, purpose: str) -> bytes:
    """Return a fresh challenge for one purpose. It is kept nowhere: that it is ours shows by its end."""
    begin = ports.clock.now_ms().to_bytes(_TIME_BYTES, "big") + ports.entropy.take(_SALT_BYTES)
    return begin + _sign(ports, purpose, begin)


def name_factor(signed_in: SignedIn) -> str:
    """Return the purpose of a challenge for the second factor of a session."""
    return f"factor {signed_in.session.session}"


def name_adding(signed_in: SignedIn) -> str:
    """Return the purpose of a challenge for a new passkey; given out once the password was given again."""
    return f"add {signed_in.session.session}"


def name_passkey(credential: bytes) -> str:
    """Return what stands for a passkey in the desk's log."""
    return f"k-{hashlib.sha256(credential).hexdigest()[:10]}"


def sign_in_by_passkey(ports: DeskPorts, assertion: Assertion | None, origin: Origin) -> tuple[str, SignedIn]:
    """Return the token of a new session, whole, and who is signed in. None is an answer that could not be read.

    Raises Refused, in the same words whatever was wrong, and Slowed.
    """
    now_ms = ports.clock.now_ms()

    def enter(desk: DeskWriter, account: Account) -> tuple[str, SignedIn]:
        token, signed_in = open_session(ports, desk, account, origin, is_whole=True)
        log_whole(desk, signed_in, origin, now_ms, "passkey")
        return token, signed_in

    return _try(ports, assertion, origin, SIGN_IN, "", enter)


def give_passkey(ports: DeskPorts, signed_in: SignedIn, assertion: Assertion | None, origin: Origin) -> str:
    """Take a passkey of the account as the second factor, and return the new token. Raises Refused and Slowed."""
    now_ms = ports.clock.now_ms()

    def enter(desk: DeskWriter, _account: Account) -> str:
        token = turn_over(ports, desk, signed_in.session, is_proved=True)
        log_whole(desk, signed_in, origin, now_ms, "passkey")
        return token

    return _try(ports, assertion, origin, name_factor(signed_in), signed_in.account.account, enter)


def check_label(label: str) -> list[Fault]:
    """What a passkey is called is short, and can be seen."""
    if 0 < len(label.strip()) <= LABEL_MAX_CHARS and all(
        unicodedata.category(one)[0] != "C" for one in label
    ):
        return []
    return [
        Fault(
            code="passkey-label",
            place="名字",
            found=f"{len(label.strip())} 个字",
            expected=f"1 至 {LABEL_MAX_CHARS} 个看得见的字，如 我的手机",
            remedy="换一个名字，自己认得就行",
        )
    ]


def check_room(ports: DeskPorts, account: str) -> list[Fault]:
    """An account has few passkeys: one that its owner has lost sight of opens it too."""
    with ports.desk.read() as desk:
        return _check_count(len(desk.list_passkeys(account)))


def add_passkey(ports: DeskPorts, signed_in: SignedIn, key: NewKey | None, label: str) -> None:
    """Keep a new passkey of one's own. Again changes nothing. Raises Refused with every fault."""
    now_ms, account = ports.clock.now_ms(), signed_in.account.account
    faults = check_label(label)
    if key is None or not _is_ours(ports, key.challenge, name_adding(signed_in), now_ms):
        raise Refused([*faults, _build_not_added()])
    with ports.desk.write() as desk:
        known = desk.find_passkey(key.credential)
        if known is not None and known.account == account:
            return
        faults += _check_count(len(desk.list_passkeys(account)))
        if known is not None or not _use(desk, key.challenge, now_ms):
            faults.append(_build_not_added())
        if faults:
            raise Refused(faults)
        desk.put_passkey(
            Passkey(
                account=account,
                created_at=now_ms,
                credential=key.credential,
                label=label.strip(),
                public_key=key.public_key,
                sign_count=key.sign_count,
                used_at=0,
            )
        )
        log_fact(
            desk, signed_in.build_fact(event="passkey-added", subject=name_passkey(key.credential)), now_ms
        )


def remove_passkey(ports: DeskPorts, signed_in: SignedIn, credential: bytes) -> None:
    """Forget one of one's own passkeys; whoever is signed in elsewhere signs in again. Again changes nothing."""
    now_ms, account = ports.clock.now_ms(), signed_in.account.account
    with ports.desk.write() as desk:
        known = desk.find_passkey(credential)
        if known is None or known.account != account:
            return
        desk.drop_passkeys(account, credential)
        log_fact(
            desk, signed_in.build_fact(event="passkey-removed", subject=name_passkey(credential)), now_ms
        )
        end_sessions(desk, account, "passkey", now_ms, but=signed_in.session.session)


def _try(
    ports: DeskPorts,
    assertion: Assertion | None,
    origin: Origin,
    purpose: str,
    owner: str,
    enter: Callable[[DeskWriter, Account], Entered],
) -> Entered:
    """Check an answer and let somebody in. `owner`: whose passkey it must be; empty for whosever it is."""
    now_ms, key = ports.clock.now_ms(), ports.get_desk_key()
    counters = list_passkey_counters(key, hash_network(key, origin.network))
    with ports.desk.write() as desk:
        wait_ms = book_guess(desk, counters, now_ms)
        known = desk.find_passkey(assertion.credential) if assertion is not None else None
        account = desk.find_account(known.account) if known is not None else None
    if wait_ms:
        raise Slowed(wait_ms)
    count = _verify(ports, assertion, known, purpose, owner)
    if assertion is not None and known is not None and count is not None:
        with ports.desk.write() as desk:
            if entered := _enter(desk, assertion, known, count, now_ms, enter):
                forgive(desk, counters)
                return entered
    log_refused(ports, account, "passkey", origin)
    raise Refused([_build_wrong()])


def _verify(
    ports: DeskPorts, assertion: Assertion | None, known: Passkey | None, purpose: str, owner: str
) -> int | None:
    """Return the counter that a device signed; None for whatever does not fit."""
    if assertion is None or known is None:
        return None
    is_whose = assertion.user == known.account if not owner else owner == known.account
    if not is_whose or not _is_ours(ports, assertion.challenge, purpose, ports.clock.now_ms()):
        return None
    return assertion.verify(known.public_key)


def _enter(
    desk: DeskWriter,
    assertion: Assertion,
    known: Passkey,
    count: int,
    now_ms: int,
    enter: Callable[[DeskWriter, Account], Entered],
) -> Entered | None:
    """Let in whoever has the passkey, as it stands now; None where it was removed, used already, or has a double."""
    kept = desk.find_passkey(known.credential)
    account = desk.find_account(known.account)
    # Removed in between, or added anew by another: what was verified is not this one.
    if (
        kept is None
        or account is None
        or (kept.account, kept.public_key) != (known.account, known.public_key)
    ):
        return None
    if not _use(desk, assertion.challenge, now_ms) or check_usable(account, now_ms):
        return None
    # A device that counts counts up. Of two that hold one key, one comes behind.
    if (count or kept.sign_count) and count <= kept.sign_count:
        subject = name_passkey(kept.credential)
        log_fact(desk, Fact(event="passkey-cloned", account=account.account, subject=subject), now_ms)
        return None
    desk.put_passkey(msgspec.structs.replace(kept, sign_count=count, used_at=now_ms))
    return enter(desk, account)


def _is_ours(ports: DeskPorts, challenge: bytes, purpose: str, now_ms: int) -> bool:
    """Whether we made a challenge, for this, and lately."""
    if len(challenge) != _CHALLENGE_BYTES:
        return False
    begin, end = challenge[: _TIME_BYTES + _SALT_BYTES], challenge[_TIME_BYTES + _SALT_BYTES :]
    age_ms = now_ms - int.from_bytes(begin[:_TIME_BYTES], "big")
    return hmac.compare_digest(_sign(ports, purpose, begin), end) and 0 <= age_ms < CHALLENGE_MS


def _use(desk: DeskWriter, challenge: bytes, now_ms: int) -> bool:
    # Those that are forgotten are too old to be taken again.
    before_ms = now_ms - 2 * CHALLENGE_MS
    return desk.use_challenge(hashlib.sha256(challenge).digest(), at_ms=now_ms, before_ms=before_ms)


def _sign(ports: DeskPorts, purpose: str, begin: bytes) -> bytes:
    text = b"desk passkey challenge " + begin + purpose.encode()
    return hmac.new(ports.get_desk_key(), text, hashlib.sha256).digest()


def _check_count(count: int) -> list[Fault]:
    if count < PASSKEYS_MAX:
        return []
    return [
        Fault(
            code="passkey-many",
            place="通行密钥",
            found=f"已有 {count} 把",
            expected=f"最多 {PASSKEYS_MAX} 把",
            remedy="先删掉不用的",
        )
    ]


def _build_wrong() -> Fault:
    return Fault(
        code="passkey-wrong",
        place="通行密钥",
        found="没有通过",
        expected="在“我的账号”里加过的通行密钥",
        remedy="再试一次；还不行，用密码登录",
    )


def _build_not_added() -> Fault:
    return Fault(
        code="passkey-not-added",
        place="通行密钥",
        found="没有加成",
        expected="刚刚在这台设备上确认的",
        remedy="回到“我的账号”再加一次；不加也照样能用密码登录",
    )
