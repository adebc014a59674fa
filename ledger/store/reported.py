"""Reports as they came in by the page, before they are cases: in clear what everybody may count, encrypted what they
say, show and whose they are.

No row is ever deleted, and none changes but for the draft that would open its case and for who set it aside: the
database's own guards say so.
"""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import bindparam, update

from ledger.errors import Fault, Refused
from ledger.reported import ReceivedCounts, Reported
from ledger.store.came_in import CameIn
from ledger.store.ciphertexts import REPORT, Value
from ledger.store.opened import SqlValues
from ledger.store.tables import received_reports
from ledger.store.transactions import Transaction, begin_read, begin_write

_OF = received_reports.c
_COLUMNS = (
    *("about", "aside", "aside_by", "code", "draft", "item", "joined", "number", "received_at"),
    "received_on",
)
REPORTS = CameIn(
    received_reports, _COLUMNS, aside=_OF.aside != "", counted=_OF.number > 0, done=(_OF.aside != "",)
)
_SET_ASIDE = REPORTS.set.values(aside=bindparam("why"), aside_by=bindparam("by"), joined=bindparam("to"))
_FOLLOW = (
    update(received_reports)
    .values(draft=bindparam("by_draft"))
    .where(_OF.village == bindparam("in_village"), _OF.draft == bindparam("answered"))
)


class SqlReported(SqlValues):
    """What of `ledger.reported.ReportVault` there is."""

    def put_reported(self, village: str, reported: Reported, said: bytes, subject: str) -> Reported:
        """See `ledger.reported.ReportVault`: number, row and what it says in one transaction."""
        with self._write(village, {subject}) as view:
            row = view.transaction.fetch_one(REPORTS.find, village=village, item=reported.item)
            if row is not None:
                return _make_reported(row)
            number = REPORTS.get_next_number(view.transaction, village)
            kept = msgspec.structs.replace(reported, number=number)
            view.transaction.insert_rows(received_reports, [_make_row(village, kept)])
            view.keep([Value(REPORT, kept.item, subject, said)], replace=False)
        return kept

    def find_reported(self, village: str, item: str) -> Reported | None:
        """Return what came in under a pseudonym; takes no key."""
        with begin_read(self._engine, village) as transaction:
            row = transaction.fetch_one(REPORTS.find, village=village, item=item)
        return None if row is None else _make_reported(row)

    def find_reported_number(self, village: str, number: int) -> Reported | None:
        """Return what came in under a receipt's number; takes no key."""
        with begin_read(self._engine, village) as transaction:
            row = transaction.fetch_one(REPORTS.receipt, village=village, number=number)
        return None if row is None else _make_reported(row)

    def list_reported(self, village: str, start: int, count: int) -> list[Reported]:
        """Return some of what nobody dealt with, oldest first; takes no key."""
        with begin_read(self._engine, village) as transaction:
            rows = transaction.fetch_all(REPORTS.list, village=village, start=start, count=count)
        return [_make_reported(row) for row in rows]

    def count_reported(self, village: str) -> ReceivedCounts:
        """Return how many came in and what became of them; takes no key."""
        with begin_read(self._engine, village) as transaction:
            return REPORTS.count(transaction, village)

    def count_reported_since(self, village: str, at_ms: int) -> int:
        """Return how many came in since an instant; takes no key."""
        with begin_read(self._engine, village) as transaction:
            return REPORTS.count_since(transaction, village, at_ms)

    def open_reported(self, village: str, item: str) -> bytes | None:
        """Return what a report says; None where there is none, or it was erased."""
        with self._read(village) as view:
            return view.find(REPORT, item)

    def put_reported_aside(self, village: str, item: str, *, why: str, by: str, joined: str = "") -> None:
        """See `ledger.reported.ReportVault`."""
        with begin_write(self._engine, village) as transaction:
            if not transaction.run(_SET_ASIDE, in_village=village, of=item, why=why, by=by, to=joined):
                raise Refused([make_moved_on()])


def link_reported(transaction: Transaction, village: str, item: str, draft: str) -> None:
    """Keep which draft would open the case of what came in, in the transaction that puts the draft; Refused where
    another waits or was recorded, and where it is set aside.
    """
    if not REPORTS.link(transaction, village, item, draft):
        raise Refused([make_moved_on()])


def follow_reported(transaction: Transaction, village: str, answered: str, draft: str) -> None:
    """Keep that a draft takes the place of a returned one, of whatever report that was."""
    transaction.run(_FOLLOW, in_village=village, answered=answered, by_draft=draft)


def make_moved_on() -> Fault:
    """Return why what came in cannot be taken up, or set aside, as it stands now."""
    return Fault(
        code="report-moved-on",
        place="收到的反映",
        found="已经有人交审登记，或已经定为不另登记",
        expected="还没有人办的",
        remedy="重新打开这一件，看它现在怎样",
    )


def _make_row(village: str, reported: Reported) -> tuple[Any, ...]:
    """Return the row in the order of the table's columns."""
    return (
        *(village, reported.number, reported.about, reported.aside, reported.aside_by, reported.code),
        *(reported.draft, reported.item, reported.joined, reported.received_at, reported.received_on),
    )


def _make_reported(row: tuple[Any, ...]) -> Reported:
    about, aside, by, code, draft, item, joined, number, at, on, state = row
    return Reported(
        about=about,
        aside=aside,
        aside_by=by,
        code=bytes(code),
        draft=draft,
        draft_state=state,
        item=item,
        joined=joined,
        number=number,
        received_at=at,
        received_on=on,
    )
