"""The rows of the desk's log: numbered without gaps, each holding the digest of the one before, only ever added.

How far it has come stands once more beside it, so that a newest row that is missing is missed. That stops mistakes and
a failing disk; whoever owns the file can write both anew, and against them stands only what was printed or copied out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import bindparam, select, update

from ledger.desk import DeskEnd, DeskLine, digest_desk_line
from ledger.log.chain import ZERO_HASH
from ledger.store.tables import desk_log, desk_log_end
from ledger.store.transactions import CHUNK_ROWS, Transaction

_END = select(desk_log_end.c.number, desk_log_end.c.digest)
_ADVANCE = update(desk_log_end).values(number=bindparam("new_number"), digest=bindparam("new_digest"))
_LINES = select(
    *(desk_log.c.number, desk_log.c.digest, desk_log.c.line),
    *(desk_log.c.previous, desk_log.c.subject, desk_log.c.village),
)
_FROM = _LINES.where(desk_log.c.number >= bindparam("start")).order_by(desk_log.c.number).limit(CHUNK_ROWS)
_ONE = _LINES.where(desk_log.c.number == bindparam("number"))
_BEFORE = (
    _LINES.where(desk_log.c.number < bindparam("before"))
    .order_by(desk_log.c.number.desc())
    .limit(bindparam("count"))
)
_ABOUT = _LINES.where(
    desk_log.c.village == bindparam("village"), desk_log.c.subject == bindparam("subject")
).order_by(desk_log.c.number)


def get_end(transaction: Transaction) -> DeskEnd:
    """Return how far the log has come; number 0 before the first row."""
    row = transaction.fetch_one(_END)
    return DeskEnd(digest=ZERO_HASH, number=0) if row is None else DeskEnd(number=row[0], digest=row[1])


def add_line(transaction: Transaction, line: str, *, village: str, subject: str) -> None:
    """Append a row behind the end."""
    end = get_end(transaction)
    number = end.number + 1
    digest = digest_desk_line(number, end.digest, line)
    transaction.insert_rows(desk_log, [(number, digest, line, end.digest, subject, village)])
    if end.number:
        transaction.run(_ADVANCE, new_number=number, new_digest=digest)
    else:
        transaction.insert_rows(desk_log_end, [(1, digest, number)])


def iterate_lines(transaction: Transaction, start: int) -> Iterator[DeskLine]:
    """Yield the rows from a number on, some at a time."""
    rows = transaction.fetch_all(_FROM, start=start)
    while rows:
        yield from (_make_line(row) for row in rows)
        rows = transaction.fetch_all(_FROM, start=rows[-1][0] + 1)


def find_line(transaction: Transaction, number: int) -> DeskLine | None:
    """Return one row."""
    row = transaction.fetch_one(_ONE, number=number)
    return None if row is None else _make_line(row)


def list_lines_before(transaction: Transaction, number: int, count: int) -> list[DeskLine]:
    """Return at most `count` rows below a number, the newest first."""
    return [_make_line(row) for row in transaction.fetch_all(_BEFORE, before=number, count=count)]


def list_lines_about(transaction: Transaction, village: str, subject: str) -> list[DeskLine]:
    """Return the rows with this village and subject, oldest first."""
    return [_make_line(row) for row in transaction.fetch_all(_ABOUT, village=village, subject=subject)]


def _make_line(row: tuple[Any, ...]) -> DeskLine:
    number, digest, line, previous, subject, village = row
    return DeskLine(
        digest=digest, line=line, number=number, previous=previous, subject=subject, village=village
    )
