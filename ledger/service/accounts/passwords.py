"""Passwords: what one must be, and how it is hashed.

Argon2id with 64 MiB and three passes takes about a fifth of a second of one core. So at most two are hashed at once,
however many people knock: the other cores go on serving readers. A name that nobody has costs the same time, against
a hash that no password gives.
"""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Iterator
from functools import cache
from threading import BoundedSemaphore, Lock

from argon2 import DEFAULT_PARALLELISM, PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from ledger.data import read_data
from ledger.errors import Fault
from ledger.ports import Entropy

HASH_MEMORY_KIB = 64 * 1_024
"""Memory of one hash: what makes guessing on graphics cards dear. Two at once are 128 MiB."""
HASH_PASSES = 3
HASHES_AT_ONCE = 2
"""The smallest machine has two cores, and Argon2 itself uses more than one."""
HASHES_WAITING = 4
"""People who wait for their turn, half a second in all. Whoever comes beyond is told to try again: were they kept, they
would hold the threads of those who are signed in already.
"""

PASSWORD_MIN_CHARS = 10
"""NIST SP 800-63B-4 wants at least eight beside a second factor; clerks may have none."""
PASSWORD_MAX_CHARS = 128
"""Room for any sentence; longer ones only cost time to hash."""
OWN_CHARS_MIN = 4
"""So many characters must be left of a password without the common part in it."""

ONE_TIME_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters and digits that look alike on paper: i l o, 0 1."""
ONE_TIME_GROUPS = 4
"""Four groups of four: 79 bits."""


class Busy(Exception):
    """More people are signing in at this moment than are hashed for; nothing was tried."""


class Hasher:
    """Hashes and verifies, few at a time."""

    def __init__(self, memory_kib: int = HASH_MEMORY_KIB, passes: int = HASH_PASSES) -> None:
        self._argon2 = PasswordHasher(
            time_cost=passes, memory_cost=memory_kib, parallelism=DEFAULT_PARALLELISM, type=Type.ID
        )
        self._gate = BoundedSemaphore(HASHES_AT_ONCE)
        self._lock = Lock()
        self._waiting = 0
        self._dummy = ""

    def hash(self, password: str) -> str:
        """Return the encoded hash of a password; raises Busy."""
        with self._take_turn():
            return self._argon2.hash(_normalize(password))

    def is_right(self, encoded: str | None, password: str) -> bool:
        """Say whether the password gives this hash; None, for a name that nobody has, takes as long. Raises Busy."""
        with self._take_turn():
            if not self._dummy:
                self._dummy = self._argon2.hash(
                    "no password gives this hash: it is compared with and then refused"
                )
            try:
                self._argon2.verify(encoded or self._dummy, _normalize(password))
            except (VerifyMismatchError, VerificationError, InvalidHashError):
                return False
            return encoded is not None

    def is_outdated(self, encoded: str) -> bool:
        """Say whether a hash was made with other parameters than today's."""
        return self._argon2.check_needs_rehash(encoded)

    @contextlib.contextmanager
    def _take_turn(self) -> Iterator[None]:
        with self._lock:
            if self._waiting >= HASHES_AT_ONCE + HASHES_WAITING:
                raise Busy
            self._waiting += 1
        try:
            with self._gate:
                yield
        finally:
            with self._lock:
                self._waiting -= 1


HASHER = Hasher()
"""The one of this process: its turns are what keeps cores free."""


def check_password(password: str, sign_in: str) -> list[Fault]:
    """A new password is long enough, not the sign-in name, not what everybody takes, not one character over and over.

    No rule says which kinds of characters it must have: such rules make people write passwords down, not better ones.
    """
    folded = _normalize(password).casefold()
    if not PASSWORD_MIN_CHARS <= len(folded) <= PASSWORD_MAX_CHARS:
        expected = f"{PASSWORD_MIN_CHARS} 到 {PASSWORD_MAX_CHARS} 个字"
        return [_build_weak("password-length", f"{len(folded)} 个字", expected)]
    if len(_leave(folded, sign_in)) < OWN_CHARS_MIN:
        return [_build_weak("password-is-name", "就是登录名", "和登录名不同")]
    if len(set(folded)) == 1:
        return [_build_weak("password-repeated", "同一个字重复", "几个不同的字")]
    if any(len(_leave(folded, common)) < OWN_CHARS_MIN for common in load_common()):
        return [_build_weak("password-common", "很多人都用的", "别人想不到的")]
    return []


def make_one_time_password(entropy: Entropy, groups: int = ONE_TIME_GROUPS) -> str:
    """Return a fresh password to be printed once, such as `k7mp-3wqx-9fha-t2nc`."""
    size = len(ONE_TIME_ALPHABET)
    letters: list[str] = []
    while len(letters) < 4 * groups:
        # Bytes beyond the last whole round of the alphabet would make its first letters likelier.
        letters += [ONE_TIME_ALPHABET[byte % size] for byte in entropy.take(32) if byte < 256 - 256 % size]
    return "-".join("".join(letters[start : start + 4]) for start in range(0, 4 * groups, 4))


def fold_one_time(text: str) -> str:
    """Return a printed password or code as it was printed, however it was typed: case, blanks and dashes left out."""
    letters = [letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum()]
    whole = "".join(letters)
    return "-".join(whole[start : start + 4] for start in range(0, len(whole), 4))


@cache
def load_common() -> tuple[str, ...]:
    """Return the passwords that are tried first."""
    lines = read_data("passwords.txt").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def _leave(password: str, common: str) -> str:
    return password.replace(common, "") if len(common) > 1 else password


def _normalize(password: str) -> str:
    """A keyboard that writes full-width letters gives the same password."""
    return unicodedata.normalize("NFKC", password)


def _build_weak(code: str, found: str, expected: str) -> Fault:
    return Fault(
        code=code,
        place="新密码",
        found=found,
        expected=expected,
        remedy="换一个：想一句自己的话，用拼音连着写",
    )
