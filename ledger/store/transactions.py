"""One open transaction: statements are written in SQLAlchemy Core and run at the driver's level.

Core names tables and columns and knows the dialects; each statement is compiled once for a dialect and then
handed to the driver as text with its parameters, since ten times as much time goes into a Core execution as
into the statement itself. No text of a caller ever becomes part of a statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Engine, Executable, Table, insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql import ClauseElement

from ledger.store.engine import begin

CHUNK_ROWS = 1_000
"""Rows in one call of the driver: more gain no time and only hold memory."""


@contextmanager
def begin_read(engine: Engine) -> Iterator[Transaction]:
    """Open a consistent view; it begins with the first statement."""
    with _begin(engine, writes=False) as transaction:
        yield transaction


@contextmanager
def begin_write(engine: Engine) -> Iterator[Transaction]:
    """Open the one writing transaction of the database, waiting for another.

    Commits, durably, unless an exception leaves. Errors of the database come as the driver raises them.
    """
    with _begin(engine, writes=True) as transaction:
        yield transaction


@contextmanager
def _begin(engine: Engine, *, writes: bool) -> Iterator[Transaction]:
    # From the pool, with its settings, but without a Core connection, which takes as long as the commit itself.
    connection = engine.raw_connection()
    try:
        begin(connection, writes=writes)
        transaction = Transaction(engine.dialect, connection.cursor())
        try:
            yield transaction
        finally:
            transaction.close()
        connection.commit()
    finally:
        # Given back to the pool, which rolls back whatever was not committed.
        connection.close()


class _Compiled(NamedTuple):
    """A statement as the driver takes it: text, the order of its parameters, and those that the text
    fixes.
    """

    text: str
    names: tuple[str, ...]
    fixed: dict[str, Any]


_COMPILED: dict[tuple[str, str, ClauseElement], _Compiled] = {}
"""By use, dialect and statement. Statements are constants of the modules, so this does not grow."""


class Transaction:
    """Runs statements until it is closed; afterwards every call fails, so that no late reader sees another
    view.
    """

    def __init__(self, dialect: Dialect, cursor: Any) -> None:
        self._dialect = dialect
        self._cursor = cursor
        driver: Any = dialect.loaded_dbapi
        self.integrity_error: type[Exception] = driver.IntegrityError

    def fetch_one(self, statement: Executable, **values: Any) -> tuple[Any, ...] | None:
        """Return the first row, None when there is none."""
        self._execute(statement, values)
        row: tuple[Any, ...] | None = self._cursor.fetchone()
        return row

    def fetch_all(self, statement: Executable, **values: Any) -> list[tuple[Any, ...]]:
        self._execute(statement, values)
        rows: list[tuple[Any, ...]] = self._cursor.fetchall()
        return rows

    def run(self, statement: Executable, **values: Any) -> int:
        """Run a statement that returns no rows; return how many it changed."""
        self._execute(statement, values)
        return int(self._cursor.rowcount)

    def insert_rows(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows given in the order of the table's columns."""
        self._run_many("insert", table, rows)

    def insert_new_rows(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert those rows whose primary key is not there yet."""
        self._run_many("insert new", table, rows)

    def upsert_rows(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows, replacing the values of those whose primary key is there."""
        self._run_many("upsert", table, rows)

    def close(self) -> None:
        self._cursor.close()

    def _execute(self, statement: Executable, values: dict[str, Any]) -> None:
        compiled = self._compile("", statement)
        if compiled.fixed:
            values = compiled.fixed | values
        self._cursor.execute(compiled.text, tuple([values[name] for name in compiled.names]))

    def _run_many(self, use: str, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        compiled = self._compile(use, table)
        for start in range(0, len(rows), CHUNK_ROWS):
            self._cursor.executemany(compiled.text, rows[start : start + CHUNK_ROWS])

    def _compile(self, use: str, element: Any) -> _Compiled:
        key = (use, self._dialect.name, element)
        if key not in _COMPILED:
            _COMPILED[key] = _compile(self._dialect, _build_insert(use, element) if use else element)
        return _COMPILED[key]


def _build_insert(use: str, table: Table) -> Executable:
    """Build an insert of whole rows. SQLite's `ON CONFLICT` is PostgreSQL's, word for word."""
    if use == "insert":
        return insert(table)
    statement = sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    if use == "insert new":
        return statement.on_conflict_do_nothing(index_elements=keys)
    others = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    return statement.on_conflict_do_update(index_elements=keys, set_=others)


def _compile(dialect: Dialect, statement: Any) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    fixed = {name: value for name, value in compiled.params.items() if value is not None}
    return _Compiled(str(compiled), tuple(compiled.positiontup or ()), fixed)
