"""One open transaction: statements are written in SQLAlchemy Core and run at the driver's level.

Core names tables and columns and knows the dialects; each statement is compiled once for a dialect and then
handed to the driver as text with its parameters, since ten times as much time goes into a Core execution as
into the statement itself. No text of a caller ever becomes part of a statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Engine, Executable, MetaData, Table, select
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.sql import ClauseElement

from ledger.store import engine as sqlite_engine
from ledger.store import postgresql

CHUNK_ROWS = 1_000
"""Rows in one call of the driver: more gain no time and only hold memory."""

COPY_ROWS = 5_000
"""Rows that are worth a COPY to PostgreSQL: it costs a few milliseconds beside the rows themselves."""

COPY_MIN_ROWS = 32
"""Fewer rows go to PostgreSQL one by one, in one round trip: COPY takes three more."""

POSTGRESQL = "postgresql"
INSERT, INSERT_NEW, UPSERT, STAGED = "insert", "insert new", "upsert", "staged "


@contextmanager
def begin_read(engine: Engine, village: str = "") -> Iterator[Transaction]:
    """Open a consistent view of one village; it begins with the first statement.

    Without a village only what belongs to none is seen: the register of villages.
    """
    with _begin(engine, village, writes=False) as transaction:
        yield transaction


@contextmanager
def begin_write(engine: Engine, village: str = "") -> Iterator[Transaction]:
    """Open the one writing transaction on a village, waiting for another; in SQLite, on the whole database.

    Commits, durably, unless an exception leaves. Errors of SQLite come as the driver raises them; of PostgreSQL
    those that a person can do something about come as Refused, with nothing committed. InDoubt where PostgreSQL was
    lost while it committed.
    """
    with _begin(engine, village, writes=True) as transaction:
        yield transaction


@contextmanager
def _begin(engine: Engine, village: str, *, writes: bool) -> Iterator[Transaction]:
    is_postgresql = engine.dialect.name == POSTGRESQL
    driver: Any = engine.dialect.loaded_dbapi
    try:
        connection = _check_out(engine, village, writes=writes)
        try:
            cursor = connection.cursor(binary=True) if is_postgresql else connection.cursor()
            transaction = Transaction(engine.dialect, cursor, village)
            try:
                yield transaction
            finally:
                transaction.close()
            if is_postgresql:
                postgresql.commit(connection)
            else:
                connection.commit()
        finally:
            # Given back to the pool, which rolls back whatever was not committed.
            connection.close()
    except driver.Error as error:
        meaning = postgresql.explain_error(error) if is_postgresql else None
        if meaning is None:
            raise
        raise meaning from error


def _check_out(engine: Engine, village: str, *, writes: bool) -> PoolProxiedConnection:
    """Return a connection in a transaction.

    From the pool, with its settings, but without a Core connection, which takes as long as the commit itself.
    """
    connection = engine.raw_connection()
    try:
        if engine.dialect.name != POSTGRESQL:
            sqlite_engine.begin(connection, writes=writes)
            return connection
        try:
            postgresql.begin(connection, village, writes=writes)
        except postgresql.import_driver().OperationalError:
            if not _is_lost(connection):
                raise
            # The server was restarted since this connection was last used: so were the others. Nothing is lost yet.
            connection.invalidate()
            engine.dispose()
            connection = engine.raw_connection()
            postgresql.begin(connection, village, writes=writes)
    except BaseException:
        connection.close()
        raise
    return connection


def _is_lost(connection: PoolProxiedConnection) -> bool:
    driver: Any = connection.driver_connection
    return bool(driver.closed)


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
    view. Each names the one village of the transaction: ValueError for another.
    """

    def __init__(self, dialect: Dialect, cursor: Any, village: str) -> None:
        self._dialect = dialect
        self._cursor = cursor
        self._village = village
        driver: Any = dialect.loaded_dbapi
        self.integrity_error: type[Exception] = driver.IntegrityError
        self.batch_rows = COPY_ROWS if dialect.name == POSTGRESQL else CHUNK_ROWS

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
        self._run_many(INSERT, table, rows)

    def insert_columns(self, table: Table, count: int, *columns: Iterable[Any]) -> None:
        """Insert `count` rows of the transaction's village, given by columns in the table's order but for the village.

        They become rows one at a time on their way to the driver.
        """
        if count:
            self._insert(INSERT, table, count, zip(repeat(self._village, count), *columns, strict=True))

    def insert_new_rows(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert those rows whose primary key is not there yet."""
        self._run_many(INSERT_NEW, table, rows)

    def upsert_rows(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows, replacing the values of those whose primary key is there."""
        self._run_many(UPSERT, table, rows)

    def close(self) -> None:
        self._cursor.close()

    def _execute(self, statement: Executable, values: dict[str, Any]) -> None:
        if self._village and values.get("village", self._village) != self._village:
            raise ValueError(
                f"a statement of village {values['village']} in a transaction of {self._village}"
            )
        compiled = self._compile("", statement)
        if compiled.fixed:
            values = compiled.fixed | values
        self._cursor.execute(compiled.text, tuple([values[name] for name in compiled.names]))

    def _run_many(self, use: str, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
        if self._village and any(row[0] != self._village for row in rows):
            raise ValueError(f"a row of another village in a transaction of {self._village}")
        if self._dialect.name == POSTGRESQL and len(rows) >= COPY_MIN_ROWS and use == UPSERT:
            # One statement may not meet a row twice; one by one, the last would have stayed.
            width = len(table.primary_key)
            keys = [column.name for column in table.c][:width]
            assert keys == [column.name for column in table.primary_key]
            rows = list({row[:width]: row for row in rows}.values())
        if rows:
            self._insert(use, table, len(rows), iter(rows))

    def _insert(self, use: str, table: Table, count: int, rows: Iterator[tuple[Any, ...]]) -> None:
        if self._dialect.name == POSTGRESQL and count >= COPY_MIN_ROWS:
            postgresql.copy_rows(self._cursor, self._compile(STAGED + use, table).text, table, rows)
            return
        text = self._compile(use, table).text
        try:
            if count == 1:
                # psycopg would make a pipeline of the one, which takes two round trips more.
                self._cursor.execute(text, next(rows))
            else:
                self._cursor.executemany(text, rows)
        except self.integrity_error:
            # Both databases have undone the transaction, SQLite by ending it: what came now would stand by itself.
            self.close()
            raise

    def _compile(self, use: str, element: Any) -> _Compiled:
        key = (use, self._dialect.name, element)
        if key not in _COMPILED:
            _COMPILED[key] = _compile(
                self._dialect, _build_insert(use, element, self._dialect) if use else element
            )
        return _COMPILED[key]


def _build_insert(use: str, table: Table, dialect: Dialect) -> Executable:
    """Build an insert of whole rows: given to the statement or, where `use` says so, from the staged ones."""
    # The two write `ON CONFLICT` alike; each compiles only its own.
    statement: Any = (postgresql_dialect if dialect.name == POSTGRESQL else sqlite).insert(table)
    keys = [column.name for column in table.primary_key]
    others = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
    if use == INSERT and dialect.name != POSTGRESQL:
        statement = statement.prefix_with("OR ROLLBACK")  # See `guards`.
    if use.startswith(STAGED):
        staged = table.to_metadata(MetaData(), schema="pg_temp", name=f"staged_{table.name}")
        statement = statement.from_select(list(table.c.keys()), select(staged))
    if use.endswith(INSERT_NEW):
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    if use.endswith(UPSERT):
        statement = statement.on_conflict_do_update(index_elements=keys, set_=others)
    built: Executable = statement
    return built


def _compile(dialect: Dialect, statement: Any) -> _Compiled:
    compiled = statement.compile(dialect=dialect)
    fixed = {name: value for name, value in compiled.params.items() if value is not None}
    return _Compiled(str(compiled), tuple(compiled.positiontup or ()), fixed)
