"""Accounts, seats, sessions and what was guessed of late, in a file of the home; its log is in `desk_log`.

It is SQLite wherever the ledger is, like the heads: who may sign in is this machine's affair, and a server that many
homes share should not know it. No village's key begins these rows: an account may have seats in several.

How far the log has come stands once more in a file of its own, `desk.end`, written after each row: an older `desk.db`
that is put in place of the newer shows by that. What survives a crash between the two: a file that is one row behind,
which says nothing wrong.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pysqlite3.dbapi2 as sqlite
from sqlalchemy import Engine, Select, bindparam, delete, func, select, update

from ledger.desk import (
    Account,
    Area,
    Attempt,
    Audited,
    DeskEnd,
    DeskLine,
    DeskReader,
    DeskWriter,
    Passkey,
    RememberedEnd,
    Seat,
    Session,
)
from ledger.disk import sync, write_durably
from ledger.store import desk_log
from ledger.store.tables import (
    accounts,
    area_villages,
    areas,
    attempts,
    audits,
    last_sign_ins,
    passkeys,
    reading_purposes,
    recovery_codes,
    seats,
    sessions,
    used_challenges,
)
from ledger.store.transactions import Transaction, begin_read, begin_write

_ACCOUNTS = select(accounts).order_by(accounts.c.sign_in)
_ACCOUNT = select(accounts).where(accounts.c.account == bindparam("account"))
_NAMED = select(accounts).where(accounts.c.sign_in == bindparam("sign_in"))
_SEATS = select(seats).where(seats.c.account == bindparam("account")).order_by(seats.c.village)
_SEAT = select(seats).where(seats.c.village == bindparam("village"), seats.c.person == bindparam("person"))
_SESSION = select(sessions).where(sessions.c.digest == bindparam("digest"))
_SESSIONS = (
    select(sessions)
    .where(sessions.c.account == bindparam("account"))
    .order_by(sessions.c.created_at.desc(), sessions.c.session)
)
_DROP_SESSION = delete(sessions).where(sessions.c.session == bindparam("session"))
_PRUNE_SESSIONS = delete(sessions).where(sessions.c.created_at < bindparam("before"))
_PURPOSES = select(reading_purposes.c.subject, reading_purposes.c.purpose).where(
    reading_purposes.c.session == bindparam("session"), reading_purposes.c.village == bindparam("village")
)
_ATTEMPT = select(attempts).where(attempts.c.counter == bindparam("counter"))
_DROP_ATTEMPT = delete(attempts).where(attempts.c.counter == bindparam("counter"))
_PRUNE_ATTEMPTS = delete(attempts).where(attempts.c.at < bindparam("before"))
_DROP_CODES = delete(recovery_codes).where(recovery_codes.c.account == bindparam("account"))
_COUNT_CODES = (
    select(func.count())
    .select_from(recovery_codes)
    .where(recovery_codes.c.account == bindparam("account"), recovery_codes.c.used_at == 0)
)
_USE_CODE = (
    update(recovery_codes)
    .values(used_at=bindparam("at_ms"))
    .where(
        recovery_codes.c.account == bindparam("owner"),
        recovery_codes.c.digest == bindparam("code"),
        recovery_codes.c.used_at == 0,
    )
)
_PASSKEY = select(passkeys).where(passkeys.c.credential == bindparam("credential"))
_PASSKEYS = (
    select(passkeys)
    .where(passkeys.c.account == bindparam("account"))
    .order_by(passkeys.c.created_at, passkeys.c.credential)
)
_DROP_PASSKEYS = delete(passkeys).where(passkeys.c.account == bindparam("account"))
_DROP_PASSKEY = _DROP_PASSKEYS.where(passkeys.c.credential == bindparam("credential"))
_LAST = select(last_sign_ins.c.at).where(last_sign_ins.c.account == bindparam("account"))
_CHALLENGE = select(used_challenges.c.used_at).where(used_challenges.c.digest == bindparam("digest"))
_PRUNE_CHALLENGES = delete(used_challenges).where(used_challenges.c.used_at < bindparam("before"))

END_FILE = "desk.end"

_AREAS = select(areas).order_by(areas.c.name, areas.c.area)
_AREA_VILLAGES = select(area_villages).order_by(area_villages.c.area, area_villages.c.village)
_DROP_AREA = delete(areas).where(areas.c.area == bindparam("area"))
_DROP_AREA_VILLAGES = delete(area_villages).where(area_villages.c.area == bindparam("area"))
_AUDITED = select(audits).where(audits.c.village == bindparam("village"))


class SqlDesk:
    """See `ledger.desk.Desk`. Without `end` the end of the log is remembered nowhere: of a copy that is only read."""

    def __init__(self, engine: Engine, end: Path | None = None) -> None:
        self._engine = engine
        self._end = end
        self._lock = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[DeskReader]:
        with begin_read(self._engine) as transaction:
            yield _Writer(transaction)

    @contextmanager
    def write(self) -> Iterator[DeskWriter]:
        with begin_write(self._engine) as transaction:
            writer = _Writer(transaction)
            yield writer
            end = writer.get_end() if writer.has_added else None
        if end is not None:
            self._go_on(end)

    def find_remembered(self) -> RememberedEnd | None:
        try:
            data = self._end.read_bytes() if self._end is not None else b""
            return msgspec.json.decode(data, type=RememberedEnd)
        except (FileNotFoundError, msgspec.DecodeError, msgspec.ValidationError):
            return None

    def remember(self, remembered: RememberedEnd) -> None:
        if self._end is not None:
            write_durably(self._end, msgspec.json.encode(remembered) + b"\n")

    def _go_on(self, end: DeskEnd) -> None:
        """Remember an end that goes on from what is remembered; one that does not is left for a person to look at."""
        with self._lock:
            known = self.find_remembered()
            if known is not None and known.number >= end.number:
                return
            if known is not None:
                with self.read() as desk:
                    line = desk.find_line(known.number)
                if line is None or line.digest.hex() != known.digest:
                    return
            shown = (known.shown_at, known.shown_number) if known is not None else (0, 0)
            digest = end.digest.hex()
            self.remember(
                RememberedEnd(digest=digest, number=end.number, shown_at=shown[0], shown_number=shown[1])
            )


class _Writer:
    """See `ledger.desk.DeskWriter`; within a reading transaction nothing can be written."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self.has_added = False

    def find_account(self, account: str) -> Account | None:
        return self._find_account(_ACCOUNT, account=account)

    def find_by_name(self, sign_in: str) -> Account | None:
        return self._find_account(_NAMED, sign_in=sign_in)

    def list_accounts(self) -> list[Account]:
        return [_make_account(row) for row in self._transaction.fetch_all(_ACCOUNTS)]

    def list_seats(self, account: str) -> list[Seat]:
        return [_make_seat(row) for row in self._transaction.fetch_all(_SEATS, account=account)]

    def find_seat(self, village: str, person: str) -> Seat | None:
        row = self._transaction.fetch_one(_SEAT, village=village, person=person)
        return None if row is None else _make_seat(row)

    def find_last_sign_in(self, account: str) -> int:
        row = self._transaction.fetch_one(_LAST, account=account)
        return 0 if row is None else int(row[0])

    def find_session(self, digest: bytes) -> Session | None:
        row = self._transaction.fetch_one(_SESSION, digest=digest)
        return None if row is None else _make_session(row)

    def list_sessions(self, account: str) -> list[Session]:
        return [_make_session(row) for row in self._transaction.fetch_all(_SESSIONS, account=account)]

    def find_purposes(self, session: str, village: str) -> dict[str, str]:
        return dict(self._transaction.fetch_all(_PURPOSES, session=session, village=village))

    def find_attempt(self, counter: str) -> Attempt | None:
        row = self._transaction.fetch_one(_ATTEMPT, counter=counter)
        return None if row is None else Attempt(counter=row[0], at=row[1], failures=row[2])

    def count_recovery_codes(self, account: str) -> int:
        row = self._transaction.fetch_one(_COUNT_CODES, account=account)
        assert row is not None
        return int(row[0])

    def find_passkey(self, credential: bytes) -> Passkey | None:
        row = self._transaction.fetch_one(_PASSKEY, credential=credential)
        return None if row is None else _make_passkey(row)

    def list_passkeys(self, account: str) -> list[Passkey]:
        return [_make_passkey(row) for row in self._transaction.fetch_all(_PASSKEYS, account=account)]

    def get_end(self) -> DeskEnd:
        return desk_log.get_end(self._transaction)

    def find_line(self, number: int) -> DeskLine | None:
        return desk_log.find_line(self._transaction, number)

    def list_lines_before(self, number: int, count: int) -> list[DeskLine]:
        return desk_log.list_lines_before(self._transaction, number, count)

    def iterate_lines(self, start: int = 1) -> Iterator[DeskLine]:
        return desk_log.iterate_lines(self._transaction, start)

    def list_lines_about(self, village: str, subject: str) -> list[DeskLine]:
        return desk_log.list_lines_about(self._transaction, village, subject)

    def list_areas(self) -> list[Area]:
        villages: dict[str, list[str]] = {}
        for area, village in self._transaction.fetch_all(_AREA_VILLAGES):
            villages.setdefault(area, []).append(village)
        rows = self._transaction.fetch_all(_AREAS)
        return [Area(area=area, name=name, villages=tuple(villages.get(area, ()))) for area, name in rows]

    def find_audited(self, village: str) -> Audited | None:
        row = self._transaction.fetch_one(_AUDITED, village=village)
        if row is None:
            return None
        fields = dict(zip(audits.c.keys(), row, strict=True))
        user = fields.pop("person")
        return Audited(**fields | {"has_private": bool(fields["has_private"]), "user": user})

    def list_subjects(self, number: int) -> list[str]:
        return desk_log.list_subjects(self._transaction, number)

    def count_subjects(self) -> int:
        return desk_log.count_subjects(self._transaction)

    def put_account(self, account: Account) -> None:
        other = self.find_by_name(account.sign_in)
        if other is not None and other.account != account.account:
            raise ValueError("the sign-in name is another account's")
        self._transaction.upsert_rows(accounts, [_list_values(account)])

    def add_seat(self, seat: Seat) -> None:
        has_village = any(kept.village == seat.village for kept in self.list_seats(seat.account))
        if has_village or self.find_seat(seat.village, seat.person) is not None:
            raise ValueError("the person or the account has a seat in this village")
        self._transaction.insert_rows(seats, [(seat.account, seat.village, seat.person)])

    def put_session(self, session: Session) -> None:
        # Its name comes first in the table, as its key.
        values = dict(zip(Session.__struct_fields__, _list_values(session), strict=True))
        row = tuple(values[column.name] for column in sessions.c)
        self._transaction.upsert_rows(sessions, [row])

    def drop_session(self, session: str) -> None:
        self._transaction.run(_DROP_SESSION, session=session)

    def put_purposes(self, session: str, village: str, subjects: Collection[str], purpose: str) -> None:
        rows = [(session, village, subject, purpose) for subject in sorted(subjects)]
        self._transaction.upsert_rows(reading_purposes, rows)

    def put_sign_in(self, account: str, at_ms: int) -> None:
        self._transaction.upsert_rows(last_sign_ins, [(account, at_ms)])

    def put_attempt(self, attempt: Attempt) -> None:
        self._transaction.upsert_rows(attempts, [(attempt.counter, attempt.at, attempt.failures)])

    def drop_attempt(self, counter: str) -> None:
        self._transaction.run(_DROP_ATTEMPT, counter=counter)

    def prune(self, *, sessions_before: int, attempts_before: int) -> None:
        self._transaction.run(_PRUNE_SESSIONS, before=sessions_before)
        self._transaction.run(_PRUNE_ATTEMPTS, before=attempts_before)

    def put_recovery_codes(self, account: str, digests: Sequence[bytes]) -> None:
        self._transaction.run(_DROP_CODES, account=account)
        self._transaction.insert_rows(recovery_codes, [(account, digest, 0) for digest in digests])

    def use_recovery_code(self, account: str, digest: bytes, at_ms: int) -> bool:
        return self._transaction.run(_USE_CODE, owner=account, code=digest, at_ms=at_ms) == 1

    def put_passkey(self, passkey: Passkey) -> None:
        other = self.find_passkey(passkey.credential)
        if other is not None and other.account != passkey.account:
            raise ValueError("the passkey is another account's")
        values = msgspec.structs.asdict(passkey)
        self._transaction.upsert_rows(passkeys, [tuple(values[column.name] for column in passkeys.c)])

    def drop_passkeys(self, account: str, credential: bytes | None = None) -> None:
        if credential is None:
            self._transaction.run(_DROP_PASSKEYS, account=account)
        else:
            self._transaction.run(_DROP_PASSKEY, account=account, credential=credential)

    def use_challenge(self, digest: bytes, *, at_ms: int, before_ms: int) -> bool:
        self._transaction.run(_PRUNE_CHALLENGES, before=before_ms)
        if self._transaction.fetch_one(_CHALLENGE, digest=digest) is not None:
            return False
        self._transaction.insert_rows(used_challenges, [(digest, at_ms)])
        return True

    def put_area(self, area: Area) -> None:
        self._transaction.upsert_rows(areas, [(area.area, area.name)])
        self._transaction.run(_DROP_AREA_VILLAGES, area=area.area)
        self._transaction.insert_rows(area_villages, [(area.area, village) for village in area.villages])

    def drop_area(self, area: str) -> None:
        self._transaction.run(_DROP_AREA_VILLAGES, area=area)
        self._transaction.run(_DROP_AREA, area=area)

    def put_audited(self, audited: Audited) -> None:
        row = (
            *(audited.village, audited.ended_at, audited.found, int(audited.has_private), audited.report),
            *(audited.started_at, audited.user),
        )
        self._transaction.upsert_rows(audits, [row])

    def add_line(self, line: str, *, village: str, subject: str, subjects: Collection[str] = ()) -> None:
        self.has_added = True
        desk_log.add_line(self._transaction, line, village=village, subject=subject, subjects=subjects)

    def _find_account(self, query: Select[Any], **values: str) -> Account | None:
        row = self._transaction.fetch_one(query, **values)
        return None if row is None else _make_account(row)


def forget_sign_ins(path: Path) -> None:
    """Take every session, what was said in it, and every counted guess out of a copied file: who restores it signs in
    anew.
    """
    copy = sqlite.connect(path, isolation_level=None)
    try:
        copy.execute("PRAGMA secure_delete = 1").fetchone()
        copy.execute("DELETE FROM sessions")
        copy.execute("DELETE FROM reading_purposes")
        copy.execute("DELETE FROM attempts")
        copy.execute("DELETE FROM used_challenges")
    finally:
        copy.close()
    sync(path)


def _list_values(value: Account | Session) -> tuple[Any, ...]:
    """Return the fields in their order, truth as 0 and 1."""
    found = (getattr(value, name) for name in value.__struct_fields__)
    return tuple(int(item) if isinstance(item, bool) else item for item in found)


def _make_account(row: tuple[Any, ...]) -> Account:
    fields = dict(zip(accounts.c.keys(), row, strict=True))
    for name in ("is_disabled", "is_operator", "must_change"):
        fields[name] = bool(fields[name])
    return Account(**fields)


def _make_seat(row: tuple[Any, ...]) -> Seat:
    account, village, person = row
    return Seat(account=account, person=person, village=village)


def _make_passkey(row: tuple[Any, ...]) -> Passkey:
    return Passkey(**dict(zip(passkeys.c.keys(), row, strict=True)))


def _make_session(row: tuple[Any, ...]) -> Session:
    fields = dict(zip(sessions.c.keys(), row, strict=True))
    return Session(**fields | {"is_whole": bool(fields["is_whole"])})
