"""What anybody sends by a public page, before it is an entry: the statements that a table of such rows takes, whatever
they are about. What came in is done with when its draft is recorded, and when the table's own columns say so.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, Table, Update, and_, bindparam, func, or_, select, update

from ledger.reported import ReceivedCounts
from ledger.store.tables import drafts
from ledger.store.transactions import Transaction


class CameIn:
    """Statements on one table. `columns` are what a row is made of, the state of its draft is added; `done` are
    conditions of which each ends the waiting, `aside` that of what was set aside, `counted` of what counts for a day.
    """

    def __init__(
        self,
        table: Table,
        columns: tuple[str, ...],
        *,
        aside: ColumnElement[bool],
        counted: ColumnElement[bool],
        done: tuple[ColumnElement[bool], ...],
    ) -> None:
        of = table.c
        state = func.coalesce(
            select(drafts.c.state)
            .where(drafts.c.village == bindparam("village"), drafts.c.draft == of.draft)
            .correlate(table)
            .scalar_subquery(),
            "",
        )
        in_village = of.village == bindparam("village")
        is_open = and_(*(~one for one in done), state != "recorded")
        self.waits = (
            select(drafts.c.draft)
            .where(
                drafts.c.village == bindparam("in_village"),
                drafts.c.draft == of.draft,
                or_(drafts.c.state == "waiting", drafts.c.state == "recorded"),
            )
            .exists()
        )
        """For an update: that another draft of it waits or was recorded."""
        rows: Select[Any] = select(*(of[name] for name in columns), state).where(in_village)
        self.find = rows.where(of.item == bindparam("item"))
        self.receipt = rows.where(of.number == bindparam("number"))
        self.list = (
            rows.where(is_open).order_by(of.number).limit(bindparam("count")).offset(bindparam("start"))
        )
        self._last = select(func.coalesce(func.max(of.number), 0)).where(in_village)
        self._aside = (
            select(of.aside, func.count()).where(in_village, aside).group_by(of.aside).order_by(of.aside)
        )
        self._open_days = (
            select(of.received_on, func.count())
            .where(in_village, is_open)
            .group_by(of.received_on)
            .order_by(of.received_on)
        )
        self._since = select(func.count()).where(in_village, counted, of.received_at > bindparam("at_ms"))
        self._link = (
            update(table)
            .values(draft=bindparam("by_draft"))
            .where(of.village == bindparam("in_village"), of.item == bindparam("of"))
            .where(of.aside == "", *(~one for one in done), ~self.waits)
        )
        self.set: Update = (
            update(table)
            .where(of.village == bindparam("in_village"), of.item == bindparam("of"))
            .where(~self.waits)
        )
        """Of one row that no draft holds: what is set is the caller's."""

    def get_next_number(self, transaction: Transaction, village: str) -> int:
        """Return the next receipt's number."""
        ((last,),) = transaction.fetch_all(self._last, village=village)
        return int(last) + 1

    def count(self, transaction: Transaction, village: str) -> ReceivedCounts:
        """Return how many came in, and what became of them but for what another log closed."""
        last = self.get_next_number(transaction, village) - 1
        aside = transaction.fetch_all(self._aside, village=village) if last else []
        open_ = transaction.fetch_all(self._open_days, village=village) if last else []
        return ReceivedCounts(
            aside=tuple((why, int(count)) for why, count in aside),
            open=tuple((day, int(count)) for day, count in open_),
            received=last,
        )

    def count_since(self, transaction: Transaction, village: str, at_ms: int) -> int:
        """Return how many that count came in since an instant."""
        ((count,),) = transaction.fetch_all(self._since, village=village, at_ms=at_ms)
        return int(count)

    def link(self, transaction: Transaction, village: str, item: str, draft: str) -> bool:
        """Keep which draft would register a row; False, keeping nothing, where another waits or was recorded, and where
        it is done with.
        """
        return bool(transaction.run(self._link, in_village=village, of=item, by_draft=draft))
