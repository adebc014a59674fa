"""The desk's own values, and the protocol of where they are kept: who may sign in, who is signed in, what was done.

An account is one person's way in, and nothing of the books: a **seat** says in which village it acts, and as whom of
the village's vault; what that person may do, their roles say. An operator's account has no seat.

Nothing here is personal but the sign-in name: persons are named by their pseudonyms, networks by a keyed hash.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import msgspec


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One person's way in."""

    account: str  # a- and ten characters
    created_at: int  # UTC milliseconds
    expires_on: str  # the last day, YYYY-MM-DD of +08:00, on which it can be used; empty for never
    is_disabled: bool
    is_operator: bool  # runs the machine; no seats
    must_change: bool  # the password is a one-time one
    password: str  # Argon2id, with its parameters and salt
    sign_in: str  # folded: see `service.accounts.names`
    totp: bytes  # the confirmed secret of the second factor, sealed; empty before
    totp_offered: bytes  # one that was shown and not yet confirmed
    totp_step: int  # the newest step of thirty seconds whose code was used


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """Where an account acts, and as whom."""

    account: str
    person: str  # u- and ten characters, in the vault of the village
    village: str


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A browser that is signed in. The token itself is only in its cookie."""

    account: str
    created_at: int  # UTC milliseconds, of the sign-in; the same after a rotation
    device: str  # what it looked like: 手机, 电脑
    digest: bytes  # SHA-256 of the token
    is_whole: bool  # False between the password and the second factor
    network: str  # keyed hash of where it was opened
    proved_at: int  # UTC milliseconds when a password or a code was given last
    roles: str  # what the person's roles in the village were, sorted, separated by spaces
    seen_at: int  # UTC milliseconds, to about a minute
    session: str  # s- and ten characters: names it in lists and in the desk's log
    village: str  # of the seat that was taken; empty for none


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """How often something was guessed wrong of late: see `service.accounts.delays`."""

    at: int  # UTC milliseconds of the newest
    counter: str  # what is counted: a kind and a keyed hash
    failures: int


class Passkey(msgspec.Struct, frozen=True, kw_only=True):
    """A key in somebody's phone or computer that opens an account; the private half never leaves it."""

    account: str
    created_at: int  # UTC milliseconds
    credential: bytes  # as whom the device knows the key
    label: str  # what its owner calls it
    public_key: bytes  # COSE
    sign_count: int  # of the newest use; 0 from devices that do not count
    used_at: int  # UTC milliseconds; 0 before


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """Several villages that a township looks at together."""

    area: str  # r- and ten characters
    name: str
    villages: tuple[str, ...]  # codes, ascending


class Audited(msgspec.Struct, frozen=True, kw_only=True):
    """What the last audit of a village's log in the background said. An answer, no evidence."""

    ended_at: int  # UTC milliseconds
    found: int  # how many findings there were; `report` may keep fewer
    has_private: bool  # private values could be read and so were checked too
    report: bytes  # JSON of audit.Report
    started_at: int  # UTC milliseconds
    user: str  # pseudonym of who began it
    village: str


class DeskLine(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the desk's log.

    `line` is the JSON object that was logged; what stands beside it is taken from it, to be found by.
    """

    digest: bytes  # SHA-256 over number, previous and line
    line: str
    number: int  # from 1, without gaps
    previous: bytes  # digest of the row before; 32 zero bytes in the first
    subject: str
    village: str


class DeskEnd(msgspec.Struct, frozen=True, kw_only=True):
    """How far the desk's log has come, kept apart from its rows: so that the newest cannot be missing unnoticed."""

    digest: bytes
    number: int


class RememberedEnd(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far the desk's log had come, in a file beside its database: an older database that is put in its place knows
    less than this.
    """

    digest: str  # hex, of the newest row
    number: int
    shown_at: int = 0  # UTC milliseconds when the end was handed out to be kept elsewhere; 0 for never
    shown_number: int = 0


def digest_subjects(subjects: Iterable[str]) -> str:
    """Return the SHA-256, in hex, of whom a row of the desk's log is about: their pseudonyms, sorted, a line each."""
    return hashlib.sha256("\n".join(sorted(subjects)).encode()).hexdigest()


def digest_desk_line(number: int, previous: bytes, line: str) -> bytes:
    """Return the digest of a row of the desk's log: SHA-256 over its number, eight bytes big-endian, the digest of the
    row before, and the line in UTF-8.
    """
    return hashlib.sha256(number.to_bytes(8, "big", signed=True) + previous + line.encode()).digest()


class DeskReader(Protocol):
    """A consistent view of the desk."""

    def find_account(self, account: str) -> Account | None: ...

    def find_by_name(self, sign_in: str) -> Account | None:
        """Return the account of a folded sign-in name."""
        ...

    def list_accounts(self) -> list[Account]:
        """Return every account, by sign-in name."""
        ...

    def list_seats(self, account: str) -> list[Seat]:
        """Return the seats of an account, by village."""
        ...

    def find_seat(self, village: str, person: str) -> Seat | None:
        """Return the seat of a village's person."""
        ...

    def find_last_sign_in(self, account: str) -> int:
        """Return when somebody came in whole the last time, in UTC milliseconds; 0 for never since this is kept."""
        ...

    def find_session(self, digest: bytes) -> Session | None: ...

    def list_sessions(self, account: str) -> list[Session]:
        """Return the sessions of an account, the newest first."""
        ...

    def find_purposes(self, session: str, village: str) -> dict[str, str]:
        """Return why whoever is in a session reads about whom of a village: a purpose of `masks.toml` by subject."""
        ...

    def find_attempt(self, counter: str) -> Attempt | None: ...

    def count_recovery_codes(self, account: str) -> int:
        """Return how many recovery codes are not used yet."""
        ...

    def find_passkey(self, credential: bytes) -> Passkey | None: ...

    def list_passkeys(self, account: str) -> list[Passkey]:
        """Return the passkeys of an account, the oldest first."""
        ...

    def get_end(self) -> DeskEnd:
        """Return the end of the desk's log; number 0 before the first row."""
        ...

    def find_line(self, number: int) -> DeskLine | None:
        """Return one row of the desk's log."""
        ...

    def list_lines_before(self, number: int, count: int) -> list[DeskLine]:
        """Return at most `count` rows of the desk's log below a number, the newest first."""
        ...

    def iterate_lines(self, start: int = 1) -> Iterator[DeskLine]:
        """Yield the rows of the desk's log from a number on."""
        ...

    def list_lines_about(self, village: str, subject: str) -> list[DeskLine]:
        """Return the rows that are about a person or household of a village, alone or among others, oldest first."""
        ...

    def list_subjects(self, number: int) -> list[str]:
        """Return whom a row is about where that is more than one, sorted; nothing for every other row."""
        ...

    def count_subjects(self) -> int:
        """Return how many are named in all, by rows that are about more than one."""
        ...

    def list_areas(self) -> list[Area]:
        """Return every area, by name."""
        ...

    def find_audited(self, village: str) -> Audited | None:
        """Return what the last audit of a village's log said; None before the first."""
        ...


class DeskWriter(DeskReader, Protocol):
    """One transaction on the desk, alone. Leaving it without an exception commits, durably."""

    def put_account(self, account: Account) -> None:
        """Insert or replace by account. ValueError where another has the sign-in name."""
        ...

    def add_seat(self, seat: Seat) -> None:
        """Keep a seat. ValueError where the person has one, or the account has one in this village."""
        ...

    def put_session(self, session: Session) -> None:
        """Insert or replace by the session's name."""
        ...

    def drop_session(self, session: str) -> None:
        """Forget a session, with why somebody read in it."""
        ...

    def put_purposes(self, session: str, village: str, subjects: Collection[str], purpose: str) -> None:
        """Keep why whoever is in a session reads about some of a village, as long as the session is there."""
        ...

    def put_sign_in(self, account: str, at_ms: int) -> None:
        """Keep when somebody came in whole."""
        ...

    def put_attempt(self, attempt: Attempt) -> None: ...

    def drop_attempt(self, counter: str) -> None: ...

    def prune(self, *, sessions_before: int, attempts_before: int) -> None:
        """Forget sessions begun and attempts made before the given UTC milliseconds."""
        ...

    def put_recovery_codes(self, account: str, digests: Sequence[bytes]) -> None:
        """Keep new recovery codes in place of all older ones of the account."""
        ...

    def use_recovery_code(self, account: str, digest: bytes, at_ms: int) -> bool:
        """Mark a code as used; say whether it was there, and unused."""
        ...

    def put_passkey(self, passkey: Passkey) -> None:
        """Insert or replace by credential. ValueError where it is another account's."""
        ...

    def drop_passkeys(self, account: str, credential: bytes | None = None) -> None:
        """Forget one passkey of an account, or all of them."""
        ...

    def use_challenge(self, digest: bytes, *, at_ms: int, before_ms: int) -> bool:
        """Mark a challenge as used and say whether it was not yet; forget those that were used before `before_ms`."""
        ...

    def put_area(self, area: Area) -> None:
        """Insert or replace by the area's own id, with the villages in it."""
        ...

    def drop_area(self, area: str) -> None:
        """Forget an area; one that there is not changes nothing."""
        ...

    def put_audited(self, audited: Audited) -> None:
        """Keep what an audit said, in place of the one before."""
        ...

    def add_line(self, line: str, *, village: str, subject: str, subjects: Collection[str] = ()) -> None:
        """Append a row to the desk's log; `subjects` where it is about more than one."""
        ...


class Desk(Protocol):
    """The desk of one home."""

    def read(self) -> AbstractContextManager[DeskReader]: ...

    def write(self) -> AbstractContextManager[DeskWriter]: ...

    def find_remembered(self) -> RememberedEnd | None:
        """Return how far the log had come when a row was added last, as it is kept apart from the database; None where
        that was lost, or nothing was ever added.
        """
        ...

    def remember(self, remembered: RememberedEnd) -> None:
        """Keep another end, durably, whatever was kept before."""
        ...
