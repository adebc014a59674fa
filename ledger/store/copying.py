"""A database copied while others write to it: one consistent moment, as one SQLite file.

A copy is always SQLite, wherever the home keeps its databases, so that a backup made on one machine can be read on
every other. A SQLite database is copied page by page by SQLite itself; another one row by row, in one transaction.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
from sqlalchemy import Engine, Select, Table, bindparam, select, tuple_

from ledger.disk import sync
from ledger.store.engine import open_engine
from ledger.store.migrations import Which, migrate
from ledger.store.tables import HEADS, LEDGER, VAULT, villages
from ledger.store.transactions import CHUNK_ROWS, Transaction, begin_read, begin_write

Progress = Callable[[int, int], None]
"""Called with (parts done, parts in all)."""

PAGES_AT_ONCE = 4_096
"""Pages copied between two calls of the progress: 16 MB."""

_METADATA = {"heads": HEADS, "ledger": LEDGER, "vault": VAULT}


def copy_database(
    engine: Engine, which: Which, target: Path, villages: Iterable[str], progress: Progress | None = None
) -> None:
    """Write the database behind `engine`, as of now, to the new file `target`, durably, with mode 0600.

    `villages` names what is to be copied of a database that is not SQLite; of one that is, all is.
    """
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    if engine.dialect.name == "sqlite":
        connection = engine.raw_connection()
        try:
            copy_pages(connection.driver_connection, target, progress)
        finally:
            connection.close()
    else:
        _copy_to_file(engine, which, target, list(villages), progress)
    sync(target)


def copy_file(source: Path, target: Path) -> None:
    """Copy a SQLite file that no home has open, with what its write-ahead log holds, to the new file `target`."""
    connection = sqlite.connect(source)
    try:
        copy_pages(connection, target, None)
    finally:
        connection.close()
    target.chmod(0o600)
    sync(target)


def copy_pages(source: Any, target: Path, progress: Progress | None) -> None:
    """Copy through SQLite's backup; the file written has no write-ahead log beside it."""
    copy = sqlite.connect(target)
    try:
        # A view held open: without it every commit of another process would start the copy again.
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        source.backup(
            copy,
            pages=PAGES_AT_ONCE,
            progress=lambda _status, left, total: progress and progress(total - left, total),
        )
        source.execute("ROLLBACK")
    finally:
        copy.close()
    _end_journal(target)


def list_copied(engine: Engine, which: Which) -> list[str]:
    """Return every village of which a SQLite file has a row in any table."""
    tables = [table for table in _METADATA[which].sorted_tables if "village" in table.c]
    with engine.connect() as connection, connection.begin():
        found = [connection.execute(select(table.c.village).distinct()).scalars() for table in tables]
        return sorted({village for column in found for village in column})


def copy_rows(
    source: Engine, target: Engine, which: Which, village: str, *, left_out: frozenset[str] = frozenset()
) -> None:
    """Copy every row of a village, in the order of the keys, out of one view and in one transaction.

    Either side may be SQLite or PostgreSQL. The target's guards hold: it must have nothing of the village. `left_out`
    names tables; `*` is all of them.
    """
    if "*" in left_out:
        return
    with begin_read(source, village) as reading, begin_write(target, village) as writing:
        for table in _METADATA[which].sorted_tables:
            if table.name in left_out or "village" not in table.c:
                continue
            if table is villages:
                writing.insert_new_rows(table, [(village,)])
                continue
            for rows in _iterate_rows(reading, table, village):
                writing.insert_rows(table, rows)


def _copy_to_file(
    engine: Engine, which: Which, target: Path, named: list[str], progress: Progress | None
) -> None:
    copy = open_engine(target)
    try:
        migrate(copy, which)
        for number, village in enumerate(named, 1):
            copy_rows(engine, copy, which, village)
            if progress is not None:
                progress(number, len(named))
    finally:
        copy.dispose()
    _end_journal(target)


def _iterate_rows(reading: Transaction, table: Table, village: str) -> Iterator[list[tuple[Any, ...]]]:
    """Yield a village's rows some at a time, each page beginning behind the last key of the one before."""
    first, after = _PAGES[table.name]
    keys = [column.name for column in table.primary_key][1:]
    rows = reading.fetch_all(first, village=village)
    while rows:
        yield [
            tuple(bytes(value) if isinstance(value, memoryview) else value for value in row) for row in rows
        ]
        if len(rows) < CHUNK_ROWS or not keys:
            return
        last = dict(zip(table.c.keys(), rows[-1], strict=True))
        rows = reading.fetch_all(after, village=village, **{f"after_{key}": last[key] for key in keys})


def _build_pages(table: Table) -> tuple[Select[Any], Select[Any]]:
    """Build the statements for the first rows of a village, and for those behind a key."""
    keys = list(table.primary_key)
    of_village = (
        select(table).where(table.c.village == bindparam("village")).order_by(*keys).limit(CHUNK_ROWS)
    )
    if len(keys) == 1:
        return of_village, of_village
    place = tuple_(*(bindparam(f"after_{key.name}", type_=key.type) for key in keys[1:]))
    return of_village, of_village.where(tuple_(*keys[1:]) > place)


def _end_journal(target: Path) -> None:
    """Leave a file that is whole by itself: a write-ahead log beside it could be forgotten."""
    copy = sqlite.connect(target)
    try:
        (mode,) = copy.execute("PRAGMA journal_mode = DELETE").fetchone()
    finally:
        copy.close()
    if mode != "delete":
        raise OSError(f"the write-ahead log of {target.name} could not be ended")
    # SQLite says nothing where these will not go: their content is in the file by now.
    for suffix in ("-wal", "-shm"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)


_PAGES = {
    table.name: _build_pages(table)
    for metadata in _METADATA.values()
    for table in metadata.sorted_tables
    if table is not villages and "village" in table.c
}
"""By table: the statements that read it page by page."""
