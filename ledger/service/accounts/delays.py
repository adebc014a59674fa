"""How guessing is slowed, without locking anybody out of their village.

| counted by | while it is guessed | longest wait |
| --- | --- | --- |
| name and network | each wrong guess beyond a few doubles the wait | 15 minutes |
| name alone | the same, later and far shorter: many networks may guess, the owner is one of them | 20 seconds |
| network | a budget of guesses, which grows back | until there is room for one |
| known device | in place of all three: where the account signed in before, only its own slips count | 15 minutes |

A guess is counted before it is tried, and taken back when it was right: a thousand at once are counted one by one. What
is counted is kept under a keyed hash. Numbers below are pure; the last functions count.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from ledger.desk import Attempt, DeskWriter

MAX_WAIT_MS = 15 * 60_000
NAME_MAX_WAIT_MS = 20_000
QUIET_MS = 24 * 3_600_000
"""After a day without a wrong guess a counter begins anew, and its row is forgotten."""
NETWORK_BUDGET = 60
"""Wrong guesses of one network at once: a township's office behind one address on a Monday."""
NETWORK_GROWS_MS = 60_000
"""A guess grows back each minute: 1,440 a day, of 10^15 one-time passwords."""


@dataclass(frozen=True)
class Limit:
    """How a counter slows: `free` wrong guesses cost nothing, each further one doubles the wait from one second."""

    free: int
    max_wait_ms: int


PAIR = Limit(free=4, max_wait_ms=MAX_WAIT_MS)
NAME = Limit(free=20, max_wait_ms=NAME_MAX_WAIT_MS)
CODE = Limit(free=9, max_wait_ms=MAX_WAIT_MS)
"""Codes of the second factor for one account, from wherever: six digits, and the password is known already."""


@dataclass(frozen=True)
class Counter:
    """What is counted, and by which limit; None for a network's budget."""

    key: str
    limit: Limit | None


def compute_wait_ms(attempt: Attempt | None, limit: Limit | None, now_ms: int) -> int:
    """Return how long the next try has to wait; 0 for not at all. A clock that was set back waits once more at most."""
    if attempt is None:
        return 0
    passed_ms = max(now_ms - attempt.at, 0)
    if limit is None:
        used = attempt.failures * NETWORK_GROWS_MS - passed_ms
        return max(used - (NETWORK_BUDGET - 1) * NETWORK_GROWS_MS, 0)
    beyond = attempt.failures - limit.free
    if beyond <= 0 or passed_ms >= QUIET_MS:
        return 0
    # Two to the twentieth seconds are longer than any limit; the exponent of a long attack must not grow.
    wait_ms = min(1_000 << min(beyond - 1, 20), limit.max_wait_ms)
    return max(wait_ms - passed_ms, 0)


def count_failure(attempt: Attempt | None, counter: Counter, now_ms: int) -> Attempt:
    """Return the counter with one more; what grew back or lies a day behind is left out."""
    if attempt is None or now_ms - attempt.at >= QUIET_MS:
        return Attempt(at=now_ms, counter=counter.key, failures=1)
    left = attempt.failures
    if counter.limit is None:
        left = max(left - max(now_ms - attempt.at, 0) // NETWORK_GROWS_MS, 0)
    return Attempt(at=now_ms, counter=counter.key, failures=left + 1)


def list_counters(secret: bytes, name: str, network: str, device: str) -> list[Counter]:
    """Return what a guess of a password counts for. `device` is empty where the browser is not known to the account."""
    if device:
        return [_make("device", secret, PAIR, name, device)]
    return [
        _make("pair", secret, PAIR, name, network),
        _make("name", secret, NAME, name),
        _make("network", secret, None, network),
    ]


def list_code_counters(secret: bytes, account: str, network: str, device: str) -> list[Counter]:
    """Return what a guess of a second factor counts for."""
    if device:
        return [_make("code-device", secret, PAIR, account, device)]
    return [_make("code-pair", secret, PAIR, account, network), _make("code", secret, CODE, account)]


def list_passkey_counters(secret: bytes, network: str) -> list[Counter]:
    """Return what a passkey that opens nothing counts for: none can be guessed, but each try leaves a line."""
    return [_make("passkey", secret, None, network)]


def hash_network(secret: bytes, network: str) -> str:
    """Return what stands for a network wherever it is kept."""
    return _hash("network", secret, network)


def book_guess(desk: DeskWriter, counters: list[Counter], now_ms: int) -> int:
    """Count a guess that is about to be tried and return 0; or return how long it has to wait, and count nothing."""
    found = [(counter, desk.find_attempt(counter.key)) for counter in counters]
    wait_ms = max(compute_wait_ms(attempt, counter.limit, now_ms) for counter, attempt in found)
    if wait_ms == 0:
        for counter, attempt in found:
            desk.put_attempt(count_failure(attempt, counter, now_ms))
    return wait_ms


def forgive(desk: DeskWriter, counters: list[Counter]) -> None:
    """Take back the guess that was right: its own counter begins anew, the shared ones lose one."""
    for place, counter in enumerate(counters):
        attempt = desk.find_attempt(counter.key)
        if attempt is None:
            continue
        if place == 0 or attempt.failures <= 1:
            desk.drop_attempt(counter.key)
        else:
            desk.put_attempt(Attempt(at=attempt.at, counter=attempt.counter, failures=attempt.failures - 1))


def _make(kind: str, secret: bytes, limit: Limit | None, *parts: str) -> Counter:
    return Counter(f"{kind}:{_hash(kind, secret, *parts)}", limit)


def _hash(kind: str, secret: bytes, *parts: str) -> str:
    # Each part with its length, so that no two lists of parts are the same bytes.
    text = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in (kind, *parts))
    return hmac.new(secret, b"desk attempts" + text, hashlib.sha256).hexdigest()[:24]
