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

import msgspec
from sqlalchemy import bindparam, update

from ledger.audit.findings import StoredEntry, StoredLog, StoredText
from ledger.canonical import digest_claim, format_entry
from ledger.entries import Entry, get_claim
from ledger.errors import Tampered
from ledger.limits import HASH_BYTES
from ledger.log.commitments import digest_disclosure
from ledger.log.hashing import Hash, format_hash, hash_leaf
from ledger.log.tiles import TILE_WIDTH
from ledger.log.tree import TILE_HEIGHT, Frontier, append_leaves, format_frontier
from ledger.ports import Newest, StoredTile
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


class _Time(msgspec.Struct):
    """The one field of an entry that is read without reading it all: its bytes are hashed beside."""

    recorded_at: int


_TIME = msgspec.json.Decoder(_Time)
_CLAIM_KEPT = "a claim is recorded already: ask `find_index` first"


class _Pending:
    """What is not inserted yet, by columns of `entries` and of `texts`.

    Rows would be as many tuples alive at once, which the garbage collector walks through again and again; indexes
    follow from the first, each `previous` from the leaf before.
    """

    def __init__(self) -> None:
        self.bytes = 0  # of all `data`
        self.claims: dict[bytes, int] = {}  # to their indexes, in order
        self.data: list[bytes] = []
        self.digests: list[str] = []  # of `disclosures`
        self.disclosures: list[str] = []
        self.kinds: list[str] = []
        self.leaves: list[Hash] = []
        self.places: list[int] = []  # of `disclosures`: the entry's index
        self.times: list[int] = []


class SqlWriter(SqlReader):
    """See `ledger.ports.Writer`. What it reads includes what it appended."""

    def __init__(self, transaction: Transaction, village: str) -> None:
        super().__init__(transaction, village)
        self._pending = _Pending()
        self._stored_leaf = self._leaf  # of the last entry that is inserted
        self._newest: Newest | None = None
        self._is_broken = False

    @property
    def newest(self) -> Newest | None:
        """What the next entry follows, including what was just appended; None in an empty log.

        Read from the newest entry's own bytes once: Tampered where they are not those that the log goes on from.
        """
        if self._newest is None and self.size:
            data = self.get_entry_bytes(self.size - 1)
            if hash_leaf(data) != self._leaf:
                raise Tampered(self.size - 1, format_hash(self._leaf), format_hash(hash_leaf(data)))
            self._newest = Newest(self._leaf, _TIME.decode(data).recorded_at)
        return self._newest

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
        if claim in self._pending.claims:
            raise ValueError(_CLAIM_KEPT)
        fold_entry(self._facts, entry)
        self._facts.hold(entry)
        leaf, index, pending = hash_leaf(data), entry.index, self._pending
        pending.bytes += len(data)
        pending.claims[claim] = index
        pending.data.append(data)
        pending.kinds.append(entry.kind)
        pending.leaves.append(leaf)
        pending.times.append(entry.recorded_at)
        for text in public:
            pending.digests.append(digest_disclosure(text))
            pending.disclosures.append(text)
            pending.places.append(index)
        self._size, self._leaf, self._recorded_at = index + 1, leaf, entry.recorded_at
        self._newest = Newest(leaf, entry.recorded_at)
        self._is_broken = False
        if len(pending.data) >= self._transaction.batch_rows or pending.bytes >= _BATCH_MAX_BYTES:
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
        data = self._pending.data
        return data[place] if 0 <= place < len(data) else super().get_entry_bytes(index)

    def iterate_entries(self, start: int, stop: int) -> Iterator[bytes]:
        self._insert()
        return super().iterate_entries(start, stop)

    def find_index(self, claim_digest: str) -> int | None:
        index = self._pending.claims.get(bytes.fromhex(claim_digest))
        return super().find_index(claim_digest) if index is None else index

    def read_tile(self, level: int, number: int, width: int) -> bytes:
        self._insert()
        return super().read_tile(level, number, width)

    def list_stored_tiles(self) -> list[StoredTile]:
        self._insert()
        return super().list_stored_tiles()

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
        pending = self._pending
        if not pending.data:
            return
        # Lifted when all is in: after a refusal nothing of this transaction may be committed, or inserted any more.
        self._is_broken = True
        self._insert_rows(pending)
        first = self._frontier.size
        growth = append_leaves(self._frontier, pending.leaves)
        self._insert_hashes(0, first, pending.leaves)
        for level, hashes in groupby(growth.tile_hashes, key=attrgetter("level")):
            self._insert_hashes(level, first >> (TILE_HEIGHT * level), [item.hash for item in hashes])
        self._frontier, self._stored_leaf, self._pending = growth.frontier, self._leaf, _Pending()
        self._write_log()
        self._is_broken = False

    def _insert_rows(self, pending: _Pending) -> None:
        first, count = self._frontier.size, len(pending.data)
        previous = [self._stored_leaf, *pending.leaves[:-1]]
        hashes = (pending.leaves, previous, pending.claims)
        rest = (pending.kinds, pending.times, pending.data)
        try:
            self._transaction.insert_columns(entries, count, range(first, first + count), *hashes, *rest)
        except self._transaction.integrity_error as error:
            # Named by the guard as by the constraint that stands behind it.
            if "claim" in str(error):
                raise ValueError(_CLAIM_KEPT) from error
            reason = str(error).partition("\n")[0]
            raise Tampered(first, "接得上前一条的记录", reason) from error
        columns = (pending.places, pending.digests, pending.disclosures)
        try:
            self._transaction.insert_columns(texts, len(pending.places), *columns)
        except self._transaction.integrity_error as error:
            raise ValueError("a public disclosure is kept already: every salt must be fresh") from error

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
