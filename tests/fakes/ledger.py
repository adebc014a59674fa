"""All villages' logs in memory. A write works on a copy that takes the old one's place only when it
succeeds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import RLock

from ledger.audit.findings import StoredEntry, StoredLog, StoredText
from ledger.canonical import digest_claim, format_entry, parse_entry
from ledger.entries import Entry, get_claim
from ledger.errors import NotFound, Tampered
from ledger.log.chain import ZERO_HASH
from ledger.log.commitments import digest_disclosure
from ledger.log.hashing import format_hash, hash_leaf
from ledger.log.tiles import TILE_WIDTH, MemoryTiles, format_bundle
from ledger.log.tree import Frontier
from ledger.ports import Newest, StoredTile
from ledger.state import Facts, MemoryFacts, fold_entry


class _Log:
    """One village's log; `copy` gives another that can grow without touching this one."""

    def __init__(self) -> None:
        self.data: list[bytes] = []
        self.leaves: list[bytes] = []
        self.claims: dict[str, int] = {}
        self.texts: dict[str, tuple[int, str]] = {}  # by digest: index and disclosure
        self.facts = MemoryFacts(self.read_entry)

    def copy(self) -> _Log:
        log = _Log()
        log.data, log.leaves = list(self.data), list(self.leaves)
        log.claims, log.texts = dict(self.claims), dict(self.texts)
        for key, value in self.facts.scan(""):
            log.facts.put(key, value)
        return log

    def read_entry(self, index: int) -> Entry:
        if not 0 <= index < len(self.data):
            raise NotFound(f"第 {index} 条记录")
        return parse_entry(self.data[index])


class MemoryReader:
    def __init__(self, log: _Log, village: str) -> None:
        self._log = log
        self._village = village
        self._tiles: MemoryTiles | None = None

    @property
    def size(self) -> int:
        return len(self._log.data)

    @property
    def facts(self) -> Facts:
        return self._log.facts

    def get_frontier(self) -> Frontier:
        return self._grow_tiles().frontier

    def get_entry_bytes(self, index: int) -> bytes:
        if not 0 <= index < self.size:
            raise NotFound(f"第 {index} 条记录")
        return self._log.data[index]

    def iterate_entries(self, start: int, stop: int) -> Iterator[bytes]:
        return iter(self._log.data[max(start, 0) : max(stop, 0)])

    def find_index(self, claim_digest: str) -> int | None:
        return self._log.claims.get(claim_digest)

    def read_tile(self, level: int, number: int, width: int) -> bytes:
        exists = level >= 0 and number >= 0 and 1 <= width <= TILE_WIDTH
        data = self._grow_tiles().read_tile(level, number, width) if exists else b""
        if len(data) < 32 * width or not exists:
            raise NotFound(f"第 {level} 层第 {number} 块")
        return data

    def read_bundle(self, number: int, width: int) -> bytes:
        first = number * TILE_WIDTH
        if number < 0 or not 1 <= width <= TILE_WIDTH or first + width > self.size:
            raise NotFound(f"第 {number} 束")
        return format_bundle(self._log.data[first : first + width])

    def list_stored_tiles(self) -> list[StoredTile]:
        return []  # It keeps leaves alone.

    def list_texts(self, index: int) -> tuple[str, ...]:
        found = sorted((digest, text) for digest, (at, text) in self._log.texts.items() if at == index)
        return tuple(text for _, text in found)

    def list_stored_texts(self, start: int, stop: int) -> list[StoredText]:
        texts = self._log.texts.items()
        return sorted(StoredText(at, digest, text) for digest, (at, text) in texts if start <= at < stop)

    def find_text(self, digest: str) -> str | None:
        found = self._log.texts.get(digest)
        return None if found is None else found[1]

    def iterate_stored(self, start: int = 0) -> Iterator[StoredEntry]:
        claims = {index: digest for digest, index in self._log.claims.items()}
        previous = self._log.leaves[start - 1] if start else ZERO_HASH
        for index, leaf in enumerate(self._log.leaves[start:], start):
            entry = self._log.read_entry(index)
            claim, at, kind = bytes.fromhex(claims[index]), entry.recorded_at, entry.kind
            data = self._log.data[index]
            yield StoredEntry(
                claim=claim, data=data, index=index, kind=kind, leaf=leaf, previous=previous, recorded_at=at
            )
            previous = leaf

    def iterate_facts(self) -> Iterator[tuple[str, bytes]]:
        return self._log.facts.scan("")

    def list_facts(self, first: str, stop: str, limit: int) -> list[tuple[str, bytes]]:
        return [(key, value) for key, value in self._log.facts.scan("") if first <= key < stop][:limit]

    def get_stored_log(self) -> StoredLog:
        leaf = self._log.leaves[-1] if self._log.leaves else ZERO_HASH
        recorded_at = self._log.read_entry(self.size - 1).recorded_at if self.size else 0
        return StoredLog(frontier=self.get_frontier(), leaf=leaf, recorded_at=recorded_at)

    def _grow_tiles(self) -> MemoryTiles:
        if self._tiles is None:
            self._tiles = MemoryTiles()
        self._tiles.append(self._log.leaves[self._tiles.frontier.size :])
        return self._tiles


class MemoryWriter(MemoryReader):
    def __init__(self, log: _Log, village: str) -> None:
        super().__init__(log, village)
        self.is_broken = False

    @property
    def newest(self) -> Newest | None:
        if not self.size:
            return None
        return Newest(self._log.leaves[-1], self._log.read_entry(self.size - 1).recorded_at)

    def append(self, entry: Entry, public: Sequence[str]) -> None:
        self.is_broken = True
        if entry.village != self._village:
            raise ValueError(f"an entry of village {entry.village} in the log of {self._village}")
        self._verify_follows(entry)
        data, digest = format_entry(entry), digest_claim(get_claim(entry))
        texts = {digest_disclosure(text): (entry.index, text) for text in public}
        if digest in self._log.claims or texts.keys() & self._log.texts.keys() or len(texts) < len(public):
            raise ValueError("the claim or a disclosure is kept already")
        fold_entry(self._log.facts, entry)
        self._log.data.append(data)
        self._log.leaves.append(hash_leaf(data))
        self._log.claims[digest] = entry.index
        self._log.texts |= texts
        self.is_broken = False

    def _verify_follows(self, entry: Entry) -> None:
        last = self.newest
        previous = format_hash(last.leaf if last else ZERO_HASH)
        if entry.index != self.size:
            raise Tampered(self.size, self.size, entry.index)
        if entry.previous != previous:
            raise Tampered(entry.index, previous, entry.previous)
        if last is not None and entry.recorded_at < last.recorded_at:
            raise Tampered(entry.index, last.recorded_at, entry.recorded_at)


class MemoryLedger:
    def __init__(self) -> None:
        self._logs: dict[str, _Log] = {}
        self._lock = RLock()

    def read_version(self) -> None:
        return None

    def list_villages(self) -> list[str]:
        return sorted(self._logs)

    @contextmanager
    def read(self, village: str) -> Iterator[MemoryReader]:
        if village not in self._logs:
            raise NotFound(f"村 {village} 的账本")
        # A trial that puts facts must not reach the log: each reader has a copy.
        yield MemoryReader(self._logs[village].copy(), village)

    @contextmanager
    def write(self, village: str) -> Iterator[MemoryWriter]:
        with self._lock:
            writer = MemoryWriter(self._logs.get(village, _Log()).copy(), village)
            yield writer
            if writer.is_broken:
                raise ValueError("an append was refused in this transaction: nothing of it may be committed")
            if writer.size:
                self._logs[village] = writer._log
