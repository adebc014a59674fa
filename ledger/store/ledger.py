"""All villages' logs of one home, in one database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

from sqlalchemy import Engine, bindparam, delete, select

from ledger.canonical import parse_entry
from ledger.errors import NotFound
from ledger.ports import Version
from ledger.state import fold_entry
from ledger.store.append import SqlWriter
from ledger.store.reading import SqlReader
from ledger.store.tables import facts, villages
from ledger.store.transactions import CHUNK_ROWS, POSTGRESQL, begin_read, begin_write
from ledger.store.watching import Watch

# The one statement that names no village: the register holds codes alone.
_VILLAGES = select(villages.c.village).order_by(villages.c.village)
_DROP_FACTS = delete(facts).where(facts.c.village == bindparam("village"))


class SqlLedger:
    """See `ledger.ports.Ledger`.

    `engine` writes; `reading`, if given, is a read-only engine of the same database for everything that only
    reads.
    """

    def __init__(self, engine: Engine, reading: Engine | None = None) -> None:
        self._engine = engine
        self._reading = reading or engine
        self._watch = Watch(self._reading)
        self._locks: dict[str, RLock] = {}

    def read_version(self) -> Version | None:
        """Return the same as before only if nothing was committed in between; None where this cannot be told."""
        return self._watch.read_version()

    def list_villages(self) -> list[str]:
        """Return the villages in whose log something is recorded, by code."""
        with begin_read(self._reading) as transaction:
            return [village for (village,) in transaction.fetch_all(_VILLAGES)]

    @contextmanager
    def read(self, village: str) -> Iterator[SqlReader]:
        """Open a view of one village's log; NotFound where nothing was ever recorded for it."""
        with begin_read(self._reading, village) as transaction:
            reader = SqlReader(transaction, village)
            if not reader.exists:
                raise NotFound(f"村 {village} 的账本")
            yield reader

    @contextmanager
    def write(self, village: str) -> Iterator[SqlWriter]:
        """Open the only writing transaction; the first append for a village that is not there makes its log.

        Leaving without an exception commits, durably: what was appended then survives a crash or a power cut.
        Leaving with one leaves nothing.
        """
        with self._queue(village), begin_write(self._engine, village) as transaction:
            writer = SqlWriter(transaction, village)
            yield writer
            writer.flush()

    def rebuild_facts(self, village: str) -> None:
        """Drop a village's facts and fold them again from its entries, in one transaction, in constant
        memory.
        """
        with self._queue(village), begin_write(self._engine, village) as transaction:
            writer = SqlWriter(transaction, village)
            transaction.run(_DROP_FACTS, village=village)
            for index, data in enumerate(writer.iterate_entries(0, writer.size)):
                fold_entry(writer.facts, parse_entry(data))
                if index % CHUNK_ROWS == 0:
                    writer.flush()
            writer.flush()

    def _queue(self, village: str) -> RLock:
        """Return the lock at which this process's writers queue: without the polling by which SQLite waits for
        another process, without holding a connection while PostgreSQL makes them wait.

        Reentrant: a write within a write then fails after the database's time-out instead of hanging.
        """
        name = village if self._engine.dialect.name == POSTGRESQL else "the file"
        return self._locks.setdefault(name, RLock())
