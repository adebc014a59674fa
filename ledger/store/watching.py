"""Whether anything was committed to a database of files, without reading any of it.

SQLite counts, for each connection, the commits of all others, those of other processes too. So a connection that never
writes tells two equal states apart from two different ones by one number, in a few microseconds.
"""

from __future__ import annotations

from itertools import count
from threading import Lock
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.pool import PoolProxiedConnection

from ledger.ports import Version
from ledger.store.transactions import POSTGRESQL

_NUMBERS = count()


class Watch:
    """One database's commits. Safe between threads."""

    def __init__(self, engine: Engine) -> None:
        self._connection: PoolProxiedConnection | None = None
        self._engine = engine
        self._lock = Lock()
        self._number = 0
        event.listen(engine, "engine_disposed", self._close)

    def read_version(self) -> Version | None:
        """Return the same as before only if nothing was committed in between; None where this cannot be told."""
        if self._engine.dialect.name == POSTGRESQL:
            return None
        with self._lock:
            if self._connection is None:
                # Another connection counts from elsewhere.
                self._connection, self._number = self._engine.raw_connection(), next(_NUMBERS)
            driver: Any = self._connection.driver_connection
            return Version(self._number, driver.execute("PRAGMA data_version").fetchone()[0])

    def _close(self, _engine: Engine) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.invalidate()
                self._connection.close()
                self._connection = None
