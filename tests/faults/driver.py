"""A database driver over apsw, in place of the product's, whose every step towards the disk is noted.

Why a driver: the product's own has SQLite built in, and its file system cannot be got at. So only the driver is
changed under `ledger.store.engine`: what opens databases, sets their settings, begins, writes and commits is the
product's own code, and so is all above it. What is found after a cut is read by the product with its own driver.

One thing is known of SQLite's files and not asked for through them: the first sync of a journal that was opened syncs
its folder as well (`unixSync` in SQLite's os_unix.c).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import apsw
import pysqlite3.dbapi2 as real

from tests.faults.disk import Step

_JOURNALS = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL
_KEPT = _JOURNALS | apsw.SQLITE_OPEN_MAIN_DB


class NotingFiles(apsw.VFS):
    """The operating system's files, with a note of every step within `home`."""

    name = "noting"

    def __init__(self, home: Path, note: Callable[[Step], None]) -> None:
        self._home = str(home) + "/"
        self._known: set[str] = set()
        self._note = note
        super().__init__(self.name, "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:
        given = name.filename() if isinstance(name, apsw.URIFilename) else name
        if not (flags[0] & _KEPT) or not given or not given.startswith(self._home):
            return apsw.VFSFile("", name, flags)
        path = given.removeprefix(self._home)
        if path not in self._known:
            self._known.add(path)
            self._note(Step("create", path))
        return _NotingFile(name, flags, path, self._note)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        super().xDelete(filename, syncdir)
        path = filename.removeprefix(self._home)
        if path in self._known:
            self._known.discard(path)
            self._note(Step("delete", path))
            if syncdir:
                self._note(Step("sync folder", "."))


class _NotingFile(apsw.VFSFile):
    def __init__(self, name: Any, flags: list[int], path: str, note: Callable[[Step], None]) -> None:
        self._must_sync_folder = bool(flags[0] & _JOURNALS)
        self._note = note
        self._path = path
        super().__init__("", name, flags)

    def xWrite(self, data: Any, offset: int) -> None:
        super().xWrite(data, offset)
        self._note(Step("write", self._path, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:
        super().xTruncate(newsize)
        self._note(Step("truncate", self._path, newsize))

    def xSync(self, flags: int) -> None:
        super().xSync(flags)
        self._note(Step("sync", self._path))
        if self._must_sync_folder:
            self._must_sync_folder = False
            self._note(Step("sync folder", "."))


def make_driver() -> SimpleNamespace:
    """Return what `ledger.store.engine` and SQLAlchemy ask of a driver's module."""
    shared = {
        name: getattr(real, name)
        for name in dir(real)
        if name.startswith(("SQLITE_", "PARSE_")) or name.endswith("Error") or name in {"Error", "Warning"}
    }
    return SimpleNamespace(
        **shared,
        Binary=bytes,
        apilevel="2.0",
        connect=_Connection,
        paramstyle="qmark",
        sqlite_version=apsw.sqlite_lib_version(),
        sqlite_version_info=tuple(map(int, apsw.sqlite_lib_version().split("."))),
        threadsafety=1,
    )


@contextlib.contextmanager
def _translate() -> Iterator[None]:
    try:
        yield
    except apsw.ConstraintError as error:
        raise real.IntegrityError(str(error)) from error
    except apsw.Error as error:
        raise real.OperationalError(str(error)) from error


class _Connection:
    """As the product uses one: it begins transactions itself."""

    isolation_level = None

    def __init__(self, database: str, **_settings: Any) -> None:
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
        with _translate():
            self._connection = apsw.Connection(database, flags=flags, vfs=NotingFiles.name)

    def cursor(self) -> _Cursor:
        return _Cursor(self._connection)

    def execute(self, statement: str, values: Sequence[Any] = ()) -> _Cursor:
        return self.cursor().execute(statement, values)

    def commit(self) -> None:
        if self._connection.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        if self._connection.in_transaction:
            self.execute("ROLLBACK")

    def set_authorizer(self, authorize: Callable[..., int]) -> None:
        self._connection.authorizer = authorize

    def create_function(self, *_given: Any, **_settings: Any) -> None:
        """SQLAlchemy's `regexp`, which the product never uses."""

    def close(self) -> None:
        # A reader may not lock for the clearing away that SQLite tries at the end; SQLite goes on, apsw tells it.
        with contextlib.suppress(apsw.IOError) if self._connection.readonly("main") else _translate():
            self._connection.close()


class _Cursor:
    """Fetches all rows at once, so that no statement is left under way when its transaction commits."""

    arraysize = 1
    lastrowid = None

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1

    def execute(self, statement: str, values: Sequence[Any] = ()) -> _Cursor:
        cursor = self._connection.cursor()
        # The only moment at which apsw tells the columns of a statement that gives no rows.
        cursor.exec_trace = self._look
        with _translate():
            self._rows = cursor.execute(statement, tuple(values)).fetchall()
        self.rowcount = self._connection.changes()
        return self

    def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        with _translate():
            self._connection.cursor().executemany(statement, rows)

    def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    def close(self) -> None:
        self._rows = []

    def _look(self, cursor: apsw.Cursor, _statement: str, _values: Any) -> bool:
        columns = cursor.get_description()
        self.description = [(*column, None, None, None, None, None)[:7] for column in columns] or None
        return True
