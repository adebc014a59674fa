"""A home filled with the story, and beside it the same rows in tables with nothing around them.

The bare side is what anyone would write first: the same bytes, the same public texts and the same projections, in the
same database with the same settings of durability, under a primary key, without hashes, constraints or guards. The
entries alone are written to a table of their own, to show what a log costs beside what comes with it.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import psycopg
import pysqlite3.dbapi2 as sqlite

from ledger.canonical import format_entry
from ledger.entries import Entry
from ledger.log.hashing import hash_leaf
from ledger.service.publish import publish_head
from ledger.service.record import Passed
from ledger.state import Facts, fold_entry
from ledger.store import engine as sqlite_engine
from tests.bench.story import Story, build_entries
from tests.builders import VILLAGE
from tests.homes import VillageHome, found_home
from tests.postgres import LOGIN, Cluster

FILL_ENTRIES = 10_000
"""Entries of one transaction while a place is filled."""

_Table = list[tuple[Any, ...]]


class Rows(NamedTuple):
    """The same rows as the bare side keeps them; `facts` each once, with their last value."""

    entries: _Table
    texts: _Table
    facts: _Table


Say = Callable[[str], None]

_SCHEMA = """
CREATE TABLE entries (
  village TEXT NOT NULL, entry_index {number} NOT NULL, kind TEXT NOT NULL, recorded_at {number} NOT NULL,
  data {bytes} NOT NULL, PRIMARY KEY (village, entry_index)
);
CREATE TABLE texts (
  village TEXT NOT NULL, entry_index {number} NOT NULL, place {number} NOT NULL, disclosure TEXT NOT NULL,
  PRIMARY KEY (village, entry_index, place)
);
CREATE TABLE facts (village TEXT NOT NULL, fact TEXT NOT NULL, value {bytes} NOT NULL, PRIMARY KEY (village, fact));
CREATE TABLE alone (
  village TEXT NOT NULL, entry_index {number} NOT NULL, kind TEXT NOT NULL, recorded_at {number} NOT NULL,
  data {bytes} NOT NULL, PRIMARY KEY (village, entry_index)
);
"""
_UPSERT = (
    "INSERT INTO facts VALUES ({values}) ON CONFLICT (village, fact) DO UPDATE SET value = excluded.value"
)
_COLUMNS = {"entries": ["text", "int8", "text", "int8", "bytea"], "texts": ["text", "int8", "int8", "text"]}
_COLUMNS["alone"] = _COLUMNS["entries"]
_COLUMNS["staged"] = ["text", "text", "bytea"]


class Bare(Protocol):
    """The same rows with nothing around them."""

    def insert(self, rows: Rows) -> None:
        """Insert all rows in one durable transaction, by the database's quickest way for many."""
        ...

    def insert_alone(self, rows: Rows) -> None:
        """The same for the entries, without texts and facts."""
        ...

    def insert_one(self, rows: Rows) -> None:
        """Insert all rows of one entry in one durable transaction."""
        ...


class BareSqlite:
    """SQLite with the settings of our own connections."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite.connect(str(path), isolation_level=None)
        mode = sqlite_engine.choose_journal_mode(sqlite_engine.get_sqlite_version())
        self._connection.execute(f"PRAGMA journal_mode={mode}")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.executescript(_SCHEMA.format(number="INTEGER", bytes="BLOB"))

    def insert(self, rows: Rows) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?)", rows.entries)
        self._connection.executemany("INSERT INTO texts VALUES (?, ?, ?, ?)", rows.texts)
        self._connection.executemany(_UPSERT.format(values="?, ?, ?"), rows.facts)
        self._connection.execute("COMMIT")

    def insert_alone(self, rows: Rows) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO alone VALUES (?, ?, ?, ?, ?)", rows.entries)
        self._connection.execute("COMMIT")

    insert_one = insert

    def close(self) -> None:
        self._connection.close()


class BarePostgresql:
    """A database of the same server."""

    def __init__(self, address: str) -> None:
        self._connection = psycopg.connect(address)
        self._connection.execute(_SCHEMA.format(number="bigint", bytes="bytea"))
        self._connection.commit()

    def insert(self, rows: Rows) -> None:
        self._copy("entries", rows.entries)
        self._copy("texts", rows.texts)
        # COPY cannot put a new value in an old one's place: by way of a table of the session, as anyone does.
        self._connection.execute("CREATE TEMP TABLE staged (LIKE facts) ON COMMIT DROP")
        self._copy("staged", rows.facts)
        self._connection.execute(_UPSERT.replace("VALUES ({values})", "SELECT * FROM staged WHERE true"))
        self._connection.commit()

    def insert_alone(self, rows: Rows) -> None:
        self._copy("alone", rows.entries)
        self._connection.commit()

    def insert_one(self, rows: Rows) -> None:
        self._connection.execute("INSERT INTO entries VALUES (%s, %s, %s, %s, %s)", rows.entries[0])
        with self._connection.cursor() as cursor:
            cursor.executemany("INSERT INTO texts VALUES (%s, %s, %s, %s)", rows.texts)
            cursor.executemany(_UPSERT.format(values="%s, %s, %s"), rows.facts)
        self._connection.commit()

    def _copy(self, name: str, rows: _Table) -> None:
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY {name} FROM STDIN (FORMAT BINARY)") as copy,
        ):
            copy.set_types(_COLUMNS[name])
            for row in rows:
                copy.write_row(row)

    def close(self) -> None:
        self._connection.close()


class Place:
    """A home of a given size with what belongs to it.

    `kind`   SQLite or PostgreSQL
    `wanted` how many entries, or postings of books, it is there for
    `clock`  processor seconds of this process and, where there is one, of the server
    """

    def __init__(
        self, kind: str, folder: Path, village: VillageHome, bare: BareSqlite | BarePostgresql, clock: Any
    ) -> None:
        self.bare = bare
        self.clock: Callable[[], float] = clock
        self.folder = folder
        self.kind = kind
        self.size = 2
        self.story = Story(village.clerk.user, village.supervisor.user, self.size)
        self.village = village
        self.wanted = 0

    def fill(self, size: int, say: Say) -> None:
        """Record the story up to `size` entries, in both."""
        while self.size < size:
            passed = self.story.take(min(FILL_ENTRIES, size - self.size))
            entries = self.build(passed)
            rows = join_rows(self.make_rows(entries, passed))
            self.append(entries, passed)
            self.bare.insert(rows)
            self.bare.insert_alone(rows)
            self.village.home.vault.keep_private(VILLAGE, [text for item in passed for text in item.private])
            say(f"{self.kind}: {self.size:,} of {size:,} entries recorded")
        self.sign()

    def build(self, passed: Sequence[Passed]) -> list[Entry]:
        """Return the entries that these claims become now."""
        with self.village.home.ledger.read(VILLAGE) as reader:
            last = reader.facts.read_entry(reader.size - 1)
        return build_entries(passed, self.size, hash_leaf(format_entry(last)), last.recorded_at)

    def make_rows(self, entries: Sequence[Entry], passed: Sequence[Passed]) -> list[Rows]:
        """Return what appending each of these entries now writes, as the bare side keeps it."""
        with self.village.home.ledger.read(VILLAGE) as reader:
            facts = _Facts(reader.facts, entries)
            return [
                Rows(
                    [(entry.village, entry.index, entry.kind, entry.recorded_at, format_entry(entry))],
                    [(VILLAGE, entry.index, place, text) for place, text in enumerate(item.public)],
                    facts.fold(entry),
                )
                for entry, item in zip(entries, passed, strict=True)
            ]

    def append(self, entries: Sequence[Entry], passed: Sequence[Passed]) -> None:
        """Append in one transaction: hashes, chain, tree, facts, texts, and a durable commit."""
        with self.village.home.ledger.write(VILLAGE) as writer:
            for entry, item in zip(entries, passed, strict=True):
                writer.append(entry, item.public)
        self.size += len(entries)

    def sign(self) -> None:
        """Sign a head over everything, and let the clock stand where the story is."""
        with self.village.home.ledger.read(VILLAGE) as reader:
            self.go_to(reader.facts.read_entry(reader.size - 1).recorded_at)
        publish_head(self.village.home, VILLAGE)

    def go_to(self, time_ms: int) -> None:
        """Move the home's clock on to `time_ms`, unless it is later already."""
        self.village.clock.advance(max(0, time_ms - self.village.clock.now_ms()))


def join_rows(parts: Sequence[Rows]) -> Rows:
    """Return the rows of a batch."""
    last = {row[:2]: row for part in parts for row in part.facts}
    return Rows(
        [row for part in parts for row in part.entries],
        [row for part in parts for row in part.texts],
        [last[key] for key in sorted(last)],
    )


class _Facts:
    """Facts with entries that are not in the log yet; keeps what is put."""

    def __init__(self, facts: Facts, entries: Sequence[Entry]) -> None:
        self._entries = {entry.index: entry for entry in entries}
        self._facts = facts
        self._put: dict[str, bytes] = {}

    def fold(self, entry: Entry) -> _Table:
        """Fold an entry and return the rows that it changes."""
        self._put = {}
        fold_entry(self, entry)
        return [(VILLAGE, key, value) for key, value in sorted(self._put.items())]

    def get(self, key: str) -> bytes | None:
        return self._facts.get(key)

    def put(self, key: str, value: bytes) -> None:
        self._facts.put(key, value)
        self._put[key] = value

    def scan(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        return self._facts.scan(prefix)

    def read_entry(self, index: int) -> Entry:
        return self._entries.get(index) or self._facts.read_entry(index)


@contextlib.contextmanager
def open_sqlite(folder: Path) -> Iterator[Place]:
    """Make an empty home of files in `folder`, with the bare tables beside it."""
    folder.mkdir()
    bare = BareSqlite(folder / "bare.db")
    village = found_home(folder / "home")
    try:
        yield Place("SQLite", folder, village, bare, time.process_time)
    finally:
        village.home.close()
        bare.close()


@contextlib.contextmanager
def open_postgresql(folder: Path, cluster: Cluster) -> Iterator[Place]:
    """Make an empty home in a server, with the bare tables in another database of it."""
    folder.mkdir()
    name, bare_name = cluster.create_database(template="prepared"), cluster.create_database()
    bare = BarePostgresql(cluster.make_url(bare_name))
    village = found_home(folder / "home", database=cluster.make_url(name, LOGIN))
    try:
        yield Place(
            "PostgreSQL", folder, village, bare, lambda: time.process_time() + read_server_cpu(cluster)
        )
    finally:
        village.home.close()
        bare.close()
        cluster.drop_database(name)
        cluster.drop_database(bare_name)


def read_server_cpu(cluster: Cluster) -> float:
    """Return the processor seconds of a server's processes so far."""
    return sum(read_cpu(pid) for pid in cluster.list_processes())


def read_cpu(pid: int) -> float:
    """Return the processor seconds of a process's threads so far, 0 once it is gone."""
    total_ns = 0
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in os.scandir(f"/proc/{pid}/task"):
            total_ns += int(Path(task.path, "schedstat").read_text().split()[0])
    return total_ns / 1e9
