"""The kept facts, every total and register that pages read, held against what the entries give.

The entries are folded once more, by the same pure fold as ever, into a scratch file, which has no name any more as soon
as it is open; then both sides are read side by side in key order. So memory does not grow with the log. It
takes one view of the database for the whole time: a fold cannot begin in the middle.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import chain, islice

import pysqlite3.dbapi2 as sqlite

from ledger.audit import Finding
from ledger.audit.home import CACHE, SHOWN_CHARS
from ledger.canonical import parse_entry
from ledger.entries import Entry
from ledger.errors import NotFound, NotProven, Tampered
from ledger.evidence import DERIVING_ERRORS
from ledger.ports import Ports, Reader
from ledger.state import fold_entry
from ledger.upkeep.files import Progress

FINDINGS_MAX = 100
"""Of one village: a fact that went astray early can take thousands with it."""

SCRATCH_CACHE_KIB = 16_384
"""Of the scratch file, this much is held in memory."""

REPORT_EVERY = 256

FULL = "database or disk is full"
"""What SQLite says when the scratch file cannot grow."""


class ScratchFacts:
    """See `ledger.state.Facts`, over a file of no name that is gone when it is closed."""

    def __init__(self, read_entry: Callable[[int], Entry]) -> None:
        self._read_entry = read_entry
        # SQLite would make such a file by itself, but for how the driver's is built: that keeps all of it in memory.
        with tempfile.NamedTemporaryFile(prefix="mingbai-facts-") as file:
            self._connection = sqlite.connect(file.name, isolation_level=None)
        self._connection.execute(f"PRAGMA cache_size = -{SCRATCH_CACHE_KIB}")
        self._connection.execute("PRAGMA journal_mode = OFF")
        # One transaction, never committed: pages are written when the cache is full, and nobody waits for the disk.
        self._connection.execute("BEGIN EXCLUSIVE")
        self._connection.execute("CREATE TABLE facts (fact TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID")

    def get(self, key: str) -> bytes | None:
        with _tell_full():
            row = self._connection.execute("SELECT value FROM facts WHERE fact = ?", (key,)).fetchone()
        return None if row is None else row[0]

    def put(self, key: str, value: bytes) -> None:
        with _tell_full():
            self._connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (key, value))

    def scan(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        # Read whole: who scans may put meanwhile.
        stop = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        query = "SELECT fact, value FROM facts WHERE fact >= ? AND fact < ? ORDER BY fact"
        with _tell_full():
            found = self._connection.execute(query, (prefix, stop)).fetchall()
        yield from found

    def iterate(self) -> Iterator[tuple[str, bytes]]:
        """Yield every fact in key order, streaming."""
        with _tell_full():
            yield from self._connection.execute("SELECT fact, value FROM facts ORDER BY fact")

    def read_entry(self, index: int) -> Entry:
        return self._read_entry(index)

    def close(self) -> None:
        """Close and thereby delete the file."""
        self._connection.close()


@contextmanager
def _tell_full() -> Iterator[None]:
    """Turn what SQLite says of a full disk into the system's word for it: the ledger's own databases are whole."""
    try:
        yield
    except sqlite.OperationalError as error:
        if str(error) != FULL:
            raise
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), tempfile.gettempdir()) from error


def check_facts(ports: Ports, village: str, progress: Progress) -> list[Finding]:
    """Return the facts that differ from what the entries give, in key order, at most `FINDINGS_MAX`.

    None for a log whose entries cannot be read or folded: that is a finding of its own, of a scrub and of an audit.
    """
    with ports.ledger.read(village) as reader, closing(ScratchFacts(reader.facts.read_entry)) as facts:
        try:
            _fold_all(reader, facts, lambda done: progress(f"重算 {village}", done, reader.size))
        except (*DERIVING_ERRORS, NotFound, NotProven, Tampered):
            return []
        return list(islice(_compare(facts.iterate(), reader.iterate_facts()), FINDINGS_MAX))


def _fold_all(reader: Reader, facts: ScratchFacts, tell: Callable[[int], None]) -> None:
    for index, data in enumerate(reader.iterate_entries(0, reader.size)):
        fold_entry(facts, parse_entry(data))
        if index % REPORT_EVERY == 0:
            tell(index)


def _compare(ours: Iterator[tuple[str, bytes]], kept: Iterator[tuple[str, bytes]]) -> Iterator[Finding]:
    """Yield where two lists in the same order differ; each is read once."""
    end: tuple[str | None, bytes] = (None, b"")
    ours_, kept_ = chain(ours, [end]), chain(kept, [end])
    (key, expected), (name, found) = next(ours_), next(kept_)
    while key is not None or name is not None:
        if key is not None and (name is None or key < name):
            yield _build(key, expected, None)
            key, expected = next(ours_)
        elif name is not None and (key is None or name < key):
            yield _build(name, None, found)
            name, found = next(kept_)
        else:
            if expected != found:
                yield _build(str(key), expected, found)
            (key, expected), (name, found) = next(ours_), next(kept_)


def _build(key: str, expected: bytes | None, found: bytes | None) -> Finding:
    return Finding(
        code="fact-differs", entry=-1, expected=_show(expected), field=key, found=_show(found), meaning=CACHE
    )


def _show(value: bytes | None) -> str:
    return "没有" if value is None else value.decode(errors="replace")[:SHOWN_CHARS]
