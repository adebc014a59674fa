"""The rows of the desk's log: numbered without gaps, each holding the digest of the one before, only ever added.

How far it has come stands once more beside it, so that a newest row that is missing is missed. That stops mistakes and
a failing disk; whoever owns the file can write both anew, and against them stands only what was printed or copied out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update

from ledger.desk import DeskEnd, DeskLine, digest_desk_line
from ledger.log.chain import ZERO_HASH
from ledger.store.tables import desk_log, desk_log_end, desk_log_subjects
from ledger.store.transactions import CHUNK_ROWS, Transaction

_END = select(desk_log_end.c.number, desk_log_end.c.digest)
_ADVANCE = update(desk_log_end).values(number=bindparam("new_number"), digest=bindparam("new_digest"))
_LINES = select(
    *(desk_log.c.number, desk_log.c.digest, desk_log.c.line),
    *(desk_log.c.previous, desk_log.c.subject, desk_log.c.village),
)
_FROM = _LINES.where(desk_log.c.number >= bindparam("start")).order_by(desk_log.c.number).limit(CHUNK_ROWS)
_AMONG = select(desk_log_subjects.c.number).where(
    desk_log_subjects.c.village == bindparam("village"), desk_log_subjects.c.subject == bindparam("subject")
)
_ALONE = select(desk_log.c.number).where(
    desk_log.c.village == bindparam("village"), desk_log.c.subject == bindparam("subject")
)
# Two searches, each by its own index: one condition over both tables would read the whole log.
_ABOUT = _LINES.where(or_(desk_log.c.number.in_(_ALONE), desk_log.c.number.in_(_AMONG))).order_by(
    desk_log.c.number
)
_SUBJECTS = (
    select(desk_log_subjects.c.subject)
    .where(desk_log_subjects.c.number == bindparam("number"))
    .order_by(desk_log_subjects.c.subject)
)
_COUNT_SUBJECTS = select(func.count()).select_from(desk_log_subjects)


def get_end(transaction: Transaction) -> DeskEnd:
    """Return how far the log has come; number 0 before the first row."""
    row = transaction.fetch_one(_END)
    return DeskEnd(digest=ZERO_HASH, number=0) if row is None else DeskEnd(number=row[0], digest=row[1])


def add_line(
    transaction: Transaction, line: str, *, village: str, subject: str, subjects: Collection[str]
) -> None:
    """Append a row behind the end; `subjects` where it is about more than one."""
    end = get_end(transaction)
    number = end.number + 1
    digest = digest_desk_line(number, end.digest, line)
    transaction.insert_rows(desk_log, [(number, digest, line, end.digest, subject, village)])
    if end.number:
        transaction.run(_ADVANCE, new_number=number, new_digest=digest)
    else:
        transaction.insert_rows(desk_log_end, [(1, digest, number)])
    transaction.insert_rows(desk_log_subjects, [(village, one, number) for one in sorted({*subjects})])


def iterate_lines(transaction: Transaction, start: int) -> Iterator[DeskLine]:
    """Yield the rows from a number on, some at a time."""
    rows = transaction.fetch_all(_FROM, start=start)
    while rows:
        yield from (_make_line(row) for row in rows)
        rows = transaction.fetch_all(_FROM, start=rows[-1][0] + 1)


def list_lines_about(transaction: Transaction, village: str, subject: str) -> list[DeskLine]:
    """Return the rows about this subject of a village, alone or among others, oldest first."""
    return [_make_line(row) for row in transaction.fetch_all(_ABOUT, village=village, subject=subject)]


def list_subjects(transaction: Transaction, number: int) -> list[str]:
    """Return whom a row is about, where that is more than one."""
    return [subject for (subject,) in transaction.fetch_all(_SUBJECTS, number=number)]


def count_subjects(transaction: Transaction) -> int:
    """Return how many are named in all."""
    ((count,),) = transaction.fetch_all(_COUNT_SUBJECTS)
    return int(count)


def _make_line(row: tuple[Any, ...]) -> DeskLine:
    number, digest, line, previous, subject, village = row
    return DeskLine(
        digest=digest, line=line, number=number, previous=previous, subject=subject, village=village
    )
