"""Facts as rows: what the entries add up to, one value under each key, written back when the transaction
commits.

Facts are a cache. They are written in the transaction of the entries they come from, so they are never ahead
of or behind the log; they can be dropped and folded again (`SqlLedger.rebuild_facts`), and an audit compares.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator

from sqlalchemy import bindparam, select

from ledger.entries import Entry
from ledger.store.tables import facts
from ledger.store.transactions import CHUNK_ROWS, Transaction

_CACHE_MAX_KEYS = 50_000
"""Keys kept after a flush; beyond it the cache starts anew, so that an import of any length fits in
memory.
"""

_ENTRIES_MAX = 8
"""Entries kept at hand: of a rulebook and the parts of its round the same few are asked for."""

_GET = select(facts.c.value).where(facts.c.village == bindparam("village"), facts.c.fact == bindparam("fact"))
_SCAN = (
    select(facts.c.fact, facts.c.value)
    .where(
        facts.c.village == bindparam("village"),
        facts.c.fact >= bindparam("start"),
        facts.c.fact < bindparam("stop"),
    )
    .order_by(facts.c.fact)
)

_AFTER = (
    select(facts.c.fact, facts.c.value)
    .where(facts.c.village == bindparam("village"), facts.c.fact > bindparam("after"))
    .order_by(facts.c.fact)
    .limit(CHUNK_ROWS)
)

_RANGE = (
    select(facts.c.fact, facts.c.value)
    .where(
        facts.c.village == bindparam("village"),
        facts.c.fact >= bindparam("start"),
        facts.c.fact < bindparam("stop"),
    )
    .order_by(facts.c.fact)
    .limit(bindparam("most"))
)


class SqlFacts:
    """One village's facts within a transaction; see `ledger.state.Facts`.

    What is put is seen by `get` and `scan` at once and reaches the database at `flush`. Only a writer
    flushes: what is put into a reader's facts is a trial that nobody else sees and that ends with the reader.
    """

    def __init__(self, transaction: Transaction, village: str, read_entry: Callable[[int], Entry]) -> None:
        self._transaction = transaction
        self._village = village
        self._read_entry = read_entry
        self._entries: dict[int, Entry] = {}  # what was read or appended last, the latest at the end
        self._values: dict[str, bytes | None] = {}
        self._unflushed: list[str] = []  # sorted keys, but for those in `_new`
        self._new: list[str] = []  # keys put since the last look at them in order
        self._put: set[str] = set()  # both

    def get(self, key: str) -> bytes | None:
        """Return the value under `key`, None when absent."""
        if key not in self._values:
            row = self._transaction.fetch_one(_GET, village=self._village, fact=key)
            self._values[key] = None if row is None else row[0]
        return self._values[key]

    def put(self, key: str, value: bytes) -> None:
        """Set the value under `key`. Keys are ASCII."""
        if key not in self._put:
            self._put.add(key)
            self._new.append(key)
        self._values[key] = value

    def scan(self, prefix: str) -> Iterator[tuple[str, bytes]]:
        """Yield the keys that start with `prefix`, which is not empty, with their values, in key order."""
        # The first key after all of them: the prefix with its last character raised by one.
        stop = prefix[:-1] + chr(ord(prefix[-1]) + 1)
        rows = self._transaction.fetch_all(_SCAN, village=self._village, start=prefix, stop=stop)
        found = dict(rows)
        self._sort()
        first, last = bisect_left(self._unflushed, prefix), bisect_left(self._unflushed, stop)
        for key in self._unflushed[first:last]:
            found[key] = self._values[key]
        yield from sorted(found.items())

    def iterate(self) -> Iterator[tuple[str, bytes]]:
        """Yield every fact that was flushed, in key order; what is held of them does not grow with their number."""
        after = ""
        while rows := self._transaction.fetch_all(_AFTER, village=self._village, after=after):
            yield from ((key, bytes(value)) for key, value in rows)
            after = rows[-1][0]

    def list_range(self, first: str, stop: str, limit: int) -> list[tuple[str, bytes]]:
        """Return at most `limit` facts that were flushed with keys in [first, stop), in key order."""
        rows = self._transaction.fetch_all(_RANGE, village=self._village, start=first, stop=stop, most=limit)
        return [(key, bytes(value)) for key, value in rows]

    def read_entry(self, index: int) -> Entry:
        """Return an entry already in the log; NotFound where there is none."""
        entry = self._entries.pop(index, None)
        self.hold(self._read_entry(index) if entry is None else entry)
        return self._entries[index]

    def hold(self, entry: Entry) -> None:
        """Have an entry at hand that is in the log now: the parts of a round ask for the same few again and again."""
        self._entries[entry.index] = entry
        if len(self._entries) > _ENTRIES_MAX:
            del self._entries[next(iter(self._entries))]

    def flush(self) -> None:
        """Write what was put since the last flush."""
        self._sort()
        rows = [(self._village, key, self._values[key]) for key in self._unflushed]
        self._transaction.upsert_rows(facts, rows)
        self._unflushed.clear()
        self._put.clear()
        if len(self._values) > _CACHE_MAX_KEYS:
            self._values.clear()

    def _sort(self) -> None:
        # What is sorted already is found as a run, so that this costs no more than a merge.
        if self._new:
            self._unflushed += sorted(self._new)
            self._unflushed.sort()
            self._new.clear()
