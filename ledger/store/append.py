"""The one place where a log grows.

A writer collects what its transaction appends and inserts it in whole chunks, so that one entry and an import
of 50,000 take the same path. Everything of one transaction, entries, texts, tiles, facts, log row, is
committed at once or not at all: a crash between any two of its statements leaves the log as it was before.

Cost of an entry: O(1) rows and two hashes on average, O(log n) hashes at worst, however long the log.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from sqlalchemy import bindparam, update

from ledger.audit.findings import StoredEntry, StoredLog, StoredText
from ledger.canonical import digest_claim, format_entry, parse_entry
from ledger.entries import Entry, get_claim
from ledger.errors import Tampered
from ledger.limits import HASH_BYTES
from ledger.log.commitments import digest_disclosure
from ledger.log.hashing import Hash, format_hash, hash_leaf
from ledger.log.tiles import TILE_WIDTH
from ledger.log.tree import TILE_HEIGHT, Frontier, append_leaves, format_frontier
from ledger.state import fold_entry
from ledger.store.reading import SqlReader
from ledger.store.tables import entries, growing_tiles, logs, texts, tiles, villages
from ledger.store.transactions import Transaction

_BATCH_MAX_BYTES = 8_388_608
"""Entries collected before they are inserted, whatever their number: so that long ones fit in memory too."""

_TILE_BYTES = TILE_WIDTH * HASH_BYTES
_GROW_LOG = (
    update(logs)
    .where(logs.c.village == bindparam("of"))
    .values(
        size=bindparam("size"),
        frontier=bindparam("frontier"),
        leaf=bindparam("leaf"),
        recorded_at=bindparam("recorded_at"),
    )
)

_Row = tuple[str, int, bytes, bytes, bytes, str, int, bytes]


class SqlWriter(SqlReader):
    """See `ledger.ports.Writer`. What it reads includes what it appended."""

    def __init__(self, transaction: Transaction, village: str) -> None:
        super().__init__(transaction, village)
        self._rows: list[_Row] = []  # of `entries`, not inserted yet
        self._bytes = 0  # of the entries in `_rows`
        self._claims: dict[bytes, int] = {}  # of `_rows`
        self._texts: list[tuple[str, int, str, str]] = []  # of `texts`, not inserted yet
        self._last: Entry | None = None
        self._is_broken = False

    @property
    def last(self) -> Entry | None:
        """The newest entry, including those just appended."""
        if self._last is None and self.size:
            self._last = parse_entry(self.get_entry_bytes(self.size - 1))
        return self._last

    def append(self, entry: Entry, public: Sequence[str]) -> None:
        """Insert the entry with its tree hashes, public disclosures and facts.

        Tampered when index, previous or time do not continue the log; ValueError for an entry of another
        village and, at the latest when the transaction ends, for a claim or a disclosure that is kept already,
        which `find_index` and `find_text` tell. After a refusal nothing is committed.
        """
        self._is_broken = True
        self._verify_follows(entry)
        data = format_entry(entry)
        claim = bytes.fromhex(digest_claim(get_claim(entry)))
        fold_entry(self._facts, entry)
        leaf, previous, index = hash_leaf(data), self._leaf, entry.index
        self._rows.append((self._village, index, leaf, previous, claim, entry.kind, entry.recorded_at, data))
        self._bytes += len(data)
        self._claims[claim] = index
        self._texts += [(self._village, index, digest_disclosure(text), text) for text in public]
        self._size, self._leaf, self._recorded_at, self._last = index + 1, leaf, entry.recorded_at, entry
        self._is_broken = False
        if len(self._rows) >= self._transaction.batch_rows or self._bytes >= _BATCH_MAX_BYTES:
            self._insert()

    def flush(self) -> None:
        """Write whatever is still collected: the transaction may then commit."""
        if self._is_broken:
            raise ValueError("an append was refused in this transaction: nothing of it may be committed")
        self._insert()
        self._facts.flush()

    def get_frontier(self) -> Frontier:
        self._insert()
        return super().get_frontier()

    def get_entry_bytes(self, index: int) -> bytes:
        place = index - self._frontier.size
        return self._rows[place][-1] if 0 <= place < len(self._rows) else super().get_entry_bytes(index)

    def iterate_entries(self, start: int, stop: int) -> Iterator[bytes]:
        self._insert()
        return super().iterate_entries(start, stop)

    def find_index(self, claim_digest: str) -> int | None:
        index = self._claims.get(bytes.fromhex(claim_digest))
        return super().find_index(claim_digest) if index is None else index

    def read_tile(self, level: int, number: int, width: int) -> bytes:
        self._insert()
        return super().read_tile(level, number, width)

    def list_texts(self, index: int) -> tuple[str, ...]:
        self._insert()
        return super().list_texts(index)

    def list_stored_texts(self, start: int, stop: int) -> list[StoredText]:
        self._insert()
        return super().list_stored_texts(start, stop)

    def find_text(self, digest: str) -> str | None:
        self._insert()
        return super().find_text(digest)

    def iterate_stored(self, start: int = 0) -> Iterator[StoredEntry]:
        self._insert()
        return super().iterate_stored(start)

    def get_stored_log(self) -> StoredLog:
        self._insert()
        return super().get_stored_log()

    def _verify_follows(self, entry: Entry) -> None:
        if entry.village != self._village:
            raise ValueError(f"an entry of village {entry.village} in the log of {self._village}")
        if entry.index != self._size:
            raise Tampered(self._size, f"序号 {self._size}", f"序号 {entry.index}")
        if entry.previous != format_hash(self._leaf):
            raise Tampered(entry.index, format_hash(self._leaf), entry.previous)
        if entry.recorded_at < self._recorded_at:
            raise Tampered(entry.index, f"时间不早于 {self._recorded_at}", entry.recorded_at)

    def _insert(self) -> None:
        """Insert the collected rows with what the tree gains by them. Facts wait for the flush.

        A crash between any two of these statements loses all of them: they share the transaction.
        """
        if not self._rows:
            return
        first, leaves = self._frontier.size, [row[2] for row in self._rows]
        try:
            self._transaction.insert_rows(entries, self._rows)
        except self._transaction.integrity_error as error:
            # Named by the guard as by the constraint that stands behind it.
            if "claim" in str(error):
                raise ValueError("a claim is recorded already: ask `find_index` first") from error
            reason = str(error).partition("\n")[0]
            raise Tampered(first, "接得上前一项的记录", reason) from error
        try:
            self._transaction.insert_rows(texts, self._texts)
        except self._transaction.integrity_error as error:
            raise ValueError("a public disclosure is kept already: every salt must be fresh") from error
        growth = append_leaves(self._frontier, leaves)
        self._insert_hashes(0, first, leaves)
        for level, hashes in groupby(growth.tile_hashes, key=attrgetter("level")):
            self._insert_hashes(level, first >> (TILE_HEIGHT * level), [item.hash for item in hashes])
        self._frontier = growth.frontier
        self._write_log()
        self._rows, self._bytes, self._claims, self._texts = [], 0, {}, []

    def _insert_hashes(self, level: int, first: int, hashes: list[Hash]) -> None:
        """Keep `hashes`, which begin at `first` in the row of `level`: full tiles for good, the rest to grow
        on.

        The growing tile of level 0 is not kept: its hashes stand in `entries`.
        """
        number, width = divmod(first, TILE_WIDTH)
        if level == 0 and width + len(hashes) < TILE_WIDTH:
            return
        begun = self._read_stored_tile(level, number, width) if width else b""
        if len(begun) < width * HASH_BYTES:
            raise Tampered(
                self._frontier.size - 1, f"第 {level} 层第 {number} 块有 {width} 个哈希", len(begun) // 32
            )
        data = begun[: width * HASH_BYTES] + b"".join(hashes)
        full = len(data) // _TILE_BYTES
        rows = [
            (self._village, level, number + place, data[place * _TILE_BYTES : (place + 1) * _TILE_BYTES])
            for place in range(full)
        ]
        self._transaction.insert_rows(tiles, rows)
        if level:
            rest = (self._village, level, number + full, data[full * _TILE_BYTES :])
            self._transaction.upsert_rows(growing_tiles, [rest])

    def _write_log(self) -> None:
        size, frontier = self._frontier.size, format_frontier(self._frontier)
        if self._exists:
            self._transaction.run(
                _GROW_LOG,
                of=self._village,
                size=size,
                frontier=frontier,
                leaf=self._leaf,
                recorded_at=self._recorded_at,
            )
        else:
            self._transaction.insert_rows(
                logs, [(self._village, size, frontier, self._leaf, self._recorded_at)]
            )
            self._transaction.insert_rows(villages, [(self._village,)])
            self._exists = True
