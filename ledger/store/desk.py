"""Accounts, seats, sessions and what was guessed of late, in a file of the home; its log is in `desk_log`.

It is SQLite wherever the ledger is, like the heads: who may sign in is this machine's affair, and a server that many
homes share should not know it. No village's key begins these rows: an account may have seats in several.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
from sqlalchemy import Engine, Select, bindparam, delete, func, select, update

from ledger.desk import Account, Attempt, DeskEnd, DeskLine, DeskReader, DeskWriter, Seat, Session
from ledger.disk import sync
from ledger.store import desk_log
from ledger.store.tables import accounts, attempts, recovery_codes, seats, sessions
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


class SqlDesk:
    """See `ledger.desk.Desk`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def read(self) -> Iterator[DeskReader]:
        with begin_read(self._engine) as transaction:
            yield _Writer(transaction)

    @contextmanager
    def write(self) -> Iterator[DeskWriter]:
        with begin_write(self._engine) as transaction:
            yield _Writer(transaction)


class _Writer:
    """See `ledger.desk.DeskWriter`; within a reading transaction nothing can be written."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

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

    def find_session(self, digest: bytes) -> Session | None:
        row = self._transaction.fetch_one(_SESSION, digest=digest)
        return None if row is None else _make_session(row)

    def list_sessions(self, account: str) -> list[Session]:
        return [_make_session(row) for row in self._transaction.fetch_all(_SESSIONS, account=account)]

    def find_attempt(self, counter: str) -> Attempt | None:
        row = self._transaction.fetch_one(_ATTEMPT, counter=counter)
        return None if row is None else Attempt(counter=row[0], at=row[1], failures=row[2])

    def count_recovery_codes(self, account: str) -> int:
        row = self._transaction.fetch_one(_COUNT_CODES, account=account)
        assert row is not None
        return int(row[0])

    def get_end(self) -> DeskEnd:
        return desk_log.get_end(self._transaction)

    def iterate_lines(self, start: int = 1) -> Iterator[DeskLine]:
        return desk_log.iterate_lines(self._transaction, start)

    def list_lines_about(self, village: str, subject: str) -> list[DeskLine]:
        return desk_log.list_lines_about(self._transaction, village, subject)

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

    def add_line(self, line: str, *, village: str, subject: str, subjects: Collection[str] = ()) -> None:
        desk_log.add_line(self._transaction, line, village=village, subject=subject, subjects=subjects)

    def _find_account(self, query: Select[Any], **values: str) -> Account | None:
        row = self._transaction.fetch_one(query, **values)
        return None if row is None else _make_account(row)


def forget_sign_ins(path: Path) -> None:
    """Take every session and every counted guess out of a copied file: who restores it signs in anew."""
    copy = sqlite.connect(path, isolation_level=None)
    try:
        copy.execute("PRAGMA secure_delete = 1").fetchone()
        copy.execute("DELETE FROM sessions")
        copy.execute("DELETE FROM attempts")
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


def _make_session(row: tuple[Any, ...]) -> Session:
    fields = dict(zip(sessions.c.keys(), row, strict=True))
    return Session(**fields | {"is_whole": bool(fields["is_whole"])})
