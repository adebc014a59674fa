"""One village's log as a transaction sees it: entries, texts, tiles, facts.

Rules that always hold: an entry or a text that does not hash to what stands beside it is never handed out;
every tile of any width is cut on demand from what is stored, so no partial tile is kept for a reader's sake.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from sqlalchemy import bindparam, func, select

from ledger.audit.findings import StoredEntry, StoredLog, StoredText
from ledger.canonical import parse_entry
from ledger.entries import Entry
from ledger.errors import NotFound, NotProven, Tampered
from ledger.limits import HASH_BYTES
from ledger.log.chain import ZERO_HASH
from ledger.log.commitments import digest_disclosure
from ledger.log.hashing import hash_leaf
from ledger.log.tiles import TILE_WIDTH, format_bundle
from ledger.log.tree import EMPTY_FRONTIER, Frontier, parse_frontier
from ledger.ports import StoredTile
from ledger.state.facts import Facts
from ledger.store.projections import SqlFacts
from ledger.store.tables import entries, growing_tiles, logs, texts, tiles
from ledger.store.transactions import Transaction

_IN_VILLAGE = entries.c.village == bindparam("village")
_IN_RANGE = (
    _IN_VILLAGE,
    entries.c.entry_index >= bindparam("start"),
    entries.c.entry_index < bindparam("stop"),
)
_ENTRY = select(entries.c.leaf, entries.c.data).where(_IN_VILLAGE, entries.c.entry_index == bindparam("at"))
_ENTRIES = select(entries.c.entry_index, entries.c.data).where(*_IN_RANGE).order_by(entries.c.entry_index)
_LEAVES = select(entries.c.leaf).where(*_IN_RANGE).order_by(entries.c.entry_index)
_INDEX = select(entries.c.entry_index).where(_IN_VILLAGE, entries.c.claim == bindparam("claim"))
_STORED = (
    select(
        *(entries.c.claim, entries.c.data, entries.c.entry_index, entries.c.kind, entries.c.leaf),
        *(entries.c.previous, entries.c.recorded_at),
    )
    .where(_IN_VILLAGE, entries.c.entry_index >= bindparam("start"))
    .order_by(entries.c.entry_index)
    .limit(TILE_WIDTH)
)
_LOG = select(logs.c.size, logs.c.frontier, logs.c.leaf, logs.c.recorded_at).where(
    logs.c.village == bindparam("village")
)
_TEXTS = (
    select(texts.c.entry_index, texts.c.digest, texts.c.disclosure)
    .where(texts.c.village == bindparam("village"), texts.c.entry_index == bindparam("at"))
    .order_by(texts.c.digest)
)
_TEXTS_IN_RANGE = (
    select(texts.c.entry_index, texts.c.digest, texts.c.disclosure)
    .where(
        texts.c.village == bindparam("village"),
        texts.c.entry_index >= bindparam("start"),
        texts.c.entry_index < bindparam("stop"),
    )
    .order_by(texts.c.entry_index, texts.c.digest)
)
_TEXT = select(texts.c.entry_index, texts.c.digest, texts.c.disclosure).where(
    texts.c.village == bindparam("village"), texts.c.digest == bindparam("digest")
)
_TILE = select(tiles.c.data).where(
    tiles.c.village == bindparam("village"),
    tiles.c.level == bindparam("level"),
    tiles.c.number == bindparam("number"),
)
_GROWING_TILE = select(growing_tiles.c.data).where(
    growing_tiles.c.village == bindparam("village"),
    growing_tiles.c.level == bindparam("level"),
    growing_tiles.c.number == bindparam("number"),
)
_TILE_ROWS = [
    select(table.c.level, table.c.number, func.length(table.c.data)).where(
        table.c.village == bindparam("village")
    )
    for table in (tiles, growing_tiles)
]


class SqlReader:
    """See `ledger.ports.Reader`."""

    def __init__(self, transaction: Transaction, village: str) -> None:
        self._transaction = transaction
        self._village = village
        row = transaction.fetch_one(_LOG, village=village)
        self._exists = row is not None
        self._size = 0
        self._frontier = EMPTY_FRONTIER
        self._leaf = ZERO_HASH  # of the newest entry
        self._recorded_at = 0  # of the newest entry
        if row is not None:
            self._size, frontier, self._leaf, self._recorded_at = row
            self._frontier = _parse_stored_frontier(frontier, self._size)
        self._facts = SqlFacts(transaction, village, self._read_entry)

    @property
    def exists(self) -> bool:
        """Whether anything was ever recorded in this log."""
        return self._exists

    @property
    def size(self) -> int:
        return self._size

    @property
    def facts(self) -> Facts:
        return self._facts

    def get_frontier(self) -> Frontier:
        return self._frontier

    def get_entry_bytes(self, index: int) -> bytes:
        """Return the stored bytes, having checked their leaf hash; NotFound or Tampered otherwise."""
        if not 0 <= index < self.size:
            raise NotFound(f"第 {index} 条记录；本账共 {self.size} 条")
        row = self._transaction.fetch_one(_ENTRY, village=self._village, at=index)
        if row is None:
            raise Tampered(index, "一条记录", "没有")
        leaf, data = row
        found = hash_leaf(data)
        if found != leaf:
            raise Tampered(index, _format_stored(leaf), _format_stored(found))
        return bytes(data)

    def iterate_entries(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield stored bytes of the entries in [start, stop), as a slice: what is beyond the log is not
        there.

        Constant memory. Bytes come as stored: whoever audits hashes them. Tampered where an entry is missing.
        """
        at, stop = max(start, 0), min(stop, self.size)
        while at < stop:
            rows = self._transaction.fetch_all(
                _ENTRIES, village=self._village, start=at, stop=min(at + TILE_WIDTH, stop)
            )
            if not rows:
                raise Tampered(at, "一条记录", "没有")
            for index, data in rows:
                if index != at:
                    raise Tampered(at, "一条记录", "没有")
                yield data
                at += 1

    def find_index(self, claim_digest: str) -> int | None:
        """Return where the claim of this digest, 64 hex digits, was recorded; None if never."""
        row = self._transaction.fetch_one(_INDEX, village=self._village, claim=bytes.fromhex(claim_digest))
        return None if row is None else int(row[0])

    def read_tile(self, level: int, number: int, width: int) -> bytes:
        """Return the first `width` hashes of tile `number` at `level`; NotFound where the tree has fewer."""
        data = self._read_stored_tile(level, number, width)
        if level < 0 or not 1 <= width <= TILE_WIDTH or len(data) < width * HASH_BYTES:
            raise NotFound(f"第 {level} 层第 {number} 块的前 {width} 个哈希")
        return data[: width * HASH_BYTES]

    def read_bundle(self, number: int, width: int) -> bytes:
        """Return the first `width` entries of bundle `number`, each as `uint16be length ‖ bytes`.

        NotFound where the log has fewer; Tampered where an entry does not hash to its leaf.
        """
        first = number * TILE_WIDTH
        if number < 0 or not 1 <= width <= TILE_WIDTH or first + width > self.size:
            raise NotFound(f"第 {number} 束的前 {width} 条记录")
        return format_bundle([self.get_entry_bytes(index) for index in range(first, first + width)])

    def list_stored_tiles(self) -> list[StoredTile]:
        """Return which tiles are kept, full ones and those that grow, by level and number."""
        rows = [
            row for query in _TILE_ROWS for row in self._transaction.fetch_all(query, village=self._village)
        ]
        return sorted(StoredTile(level, number, size // HASH_BYTES) for level, number, size in rows)

    def list_texts(self, index: int) -> tuple[str, ...]:
        """Return the public disclosures kept beside the entry at `index`, by digest."""
        rows = self._transaction.fetch_all(_TEXTS, village=self._village, at=index)
        return tuple(_verify_text(*row) for row in rows)

    def list_stored_texts(self, start: int, stop: int) -> list[StoredText]:
        """Return what is kept beside the entries in [start, stop), as it is stored, by index and digest."""
        rows = self._transaction.fetch_all(_TEXTS_IN_RANGE, village=self._village, start=start, stop=stop)
        return [StoredText(*row) for row in rows]

    def find_text(self, digest: str) -> str | None:
        """Return the public disclosure of a digest."""
        row = self._transaction.fetch_one(_TEXT, village=self._village, digest=digest)
        return None if row is None else _verify_text(*row)

    def iterate_stored(self, start: int = 0) -> Iterator[StoredEntry]:
        """Yield the columns beside the bytes of every entry from `start` on, by index, some at a time; rows beyond
        the log too.
        """
        while rows := self._transaction.fetch_all(_STORED, village=self._village, start=start):
            for row in rows:
                yield StoredEntry(*row)
            start = rows[-1][2] + 1

    def iterate_facts(self) -> Iterator[tuple[str, bytes]]:
        """Yield every kept fact with its value in the order of the keys' bytes, some at a time."""
        return self._facts.iterate()

    def list_facts(self, first: str, stop: str, limit: int) -> list[tuple[str, bytes]]:
        """Return at most `limit` kept facts with keys in [first, stop), in the order of their bytes."""
        return self._facts.list_range(first, stop, limit)

    def get_stored_log(self) -> StoredLog:
        """Return the log's own row."""
        return StoredLog(frontier=self._frontier, leaf=self._leaf, recorded_at=self._recorded_at)

    def _read_entry(self, index: int) -> Entry:
        return parse_entry(self.get_entry_bytes(index))

    def _read_stored_tile(self, level: int, number: int, width: int) -> bytes:
        """Return at least the first `width` hashes of a tile, or as many as there are."""
        place = {"village": self._village, "level": level, "number": number}
        row = self._transaction.fetch_one(_TILE, **place)
        if row is None and level > 0:
            row = self._transaction.fetch_one(_GROWING_TILE, **place)
        if row is not None:
            return bytes(row[0])
        if level != 0:
            return b""
        first = number * TILE_WIDTH
        rows = self._transaction.fetch_all(_LEAVES, village=self._village, start=first, stop=first + width)
        return b"".join(leaf for (leaf,) in rows)


def _parse_stored_frontier(data: bytes, size: int) -> Frontier:
    try:
        frontier = parse_frontier(data)
    except NotProven as error:
        raise Tampered(size - 1, "树的前沿", error.reason) from error
    if frontier.size != size:
        raise Tampered(size - 1, f"树的前沿总数 {size}", frontier.size)
    return frontier


def _verify_text(index: int, digest: str, disclosure: str) -> str:
    found = digest_disclosure(disclosure) if disclosure.isascii() else "非 ASCII 文本"
    if found != digest:
        raise Tampered(index, f"公开文字 {digest}", found)
    return disclosure


def _format_stored(stored: bytes) -> str:
    """Return base64 of what stands in the database, whatever its length."""
    return base64.b64encode(stored).decode()
