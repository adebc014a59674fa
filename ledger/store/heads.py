"""Signed checkpoints by village and size, in a database that no restore touches.

Each is a promise: the log will always be an extension of it. So a head is only ever followed by a larger one,
and a ledger that is smaller than its newest head, a restored backup or a lost journal, shows by that alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Engine, Select, bindparam, select

from ledger.errors import Tampered
from ledger.log.hashing import format_hash
from ledger.ports import Head, Version
from ledger.store.tables import heads
from ledger.store.transactions import CHUNK_ROWS, Transaction, begin_read, begin_write
from ledger.store.watching import Watch

_HEADS = select(heads.c.note, heads.c.root, heads.c.size).where(heads.c.village == bindparam("village"))
_NEWEST = _HEADS.order_by(heads.c.size.desc()).limit(1)
_AT = _HEADS.where(heads.c.size == bindparam("size"))
_FIRST = _HEADS.where(heads.c.size >= bindparam("size")).order_by(heads.c.size).limit(1)
_BEFORE = (
    _HEADS.where(heads.c.size < bindparam("size")).order_by(heads.c.size.desc()).limit(bindparam("count"))
)
_VILLAGES = select(heads.c.village).distinct().order_by(heads.c.village)
_AFTER = _HEADS.where(heads.c.size > bindparam("size")).order_by(heads.c.size).limit(CHUNK_ROWS)

SIZE_LEAST = -(2**63)
"""No size that was ever written: below all that can stand in the column, whoever wrote it."""


class SqlHeads:
    """See `ledger.ports.Heads`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._watch = Watch(engine)

    def read_version(self) -> Version | None:
        """Return the same as before only if nothing was committed in between, heads or cosignatures."""
        return self._watch.read_version()

    def list_villages(self) -> list[str]:
        with begin_read(self._engine) as transaction:
            return [village for (village,) in transaction.fetch_all(_VILLAGES)]

    def find_newest(self, village: str) -> Head | None:
        with begin_read(self._engine) as transaction:
            return _find_newest(transaction, village)

    def find_at(self, village: str, size: int) -> Head | None:
        return self._find(_AT, village, size)

    def find_first(self, village: str, size: int) -> Head | None:
        """Return the smallest head of at least `size` entries."""
        return self._find(_FIRST, village, size)

    def list_before(self, village: str, size: int, count: int) -> list[Head]:
        """Return at most `count` heads of less than `size` entries, largest first."""
        with begin_read(self._engine) as transaction:
            rows = transaction.fetch_all(_BEFORE, village=village, size=size, count=count)
        return [_make_head(row) for row in rows]

    def iterate(self, village: str) -> Iterator[Head]:
        """Yield every head, smallest first, some at a time: heads kept meanwhile come too."""
        size = SIZE_LEAST
        while True:
            with begin_read(self._engine) as transaction:
                rows = transaction.fetch_all(_AFTER, village=village, size=size)
            if not rows:
                return
            yield from (_make_head(row) for row in rows)
            size = rows[-1][2]

    def advance(self, village: str, head: Head) -> None:
        """Keep `head`, durably, if it is larger than the newest, or the very same; Tampered otherwise.

        Compare and swap in one transaction: of two processes that sign, one is refused.
        """
        with begin_write(self._engine) as transaction:
            newest = _find_newest(transaction, village)
            if newest == head:
                return
            if newest is not None and head.size <= newest.size:
                raise Tampered(head.size - 1, _describe(newest), _describe(head))
            transaction.insert_rows(heads, [(village, head.size, head.root, head.note)])

    def _find(self, query: Select[Any], village: str, size: int) -> Head | None:
        with begin_read(self._engine) as transaction:
            row = transaction.fetch_one(query, village=village, size=size)
        return None if row is None else _make_head(row)


def _find_newest(transaction: Transaction, village: str) -> Head | None:
    row = transaction.fetch_one(_NEWEST, village=village)
    return None if row is None else _make_head(row)


def _make_head(row: tuple[Any, ...]) -> Head:
    note, root, size = row
    return Head(note=note, root=root, size=size)


def _describe(head: Head) -> str:
    return f"检查点 {head.size} {format_hash(head.root)}"
