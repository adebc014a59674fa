"""Objections as they came in, before they are entries: in clear what everybody may count, encrypted what they say.

No row is ever deleted, and none changes but for the draft that would register it, for who set it aside, and that a log
which is lost answered it: the database's own guards say so, and that those are two persons.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, func, or_, select, update

from ledger.errors import Fault, Refused
from ledger.store.ciphertexts import OBJECTION, Value
from ledger.store.opened import SqlValues
from ledger.store.tables import drafts, received_objections
from ledger.store.transactions import Transaction, begin_read, begin_write
from ledger.vaults import Received, ReceivedCounts

_OF = received_objections.c
_STATE = func.coalesce(
    select(drafts.c.state)
    .where(drafts.c.village == bindparam("village"), drafts.c.draft == _OF.draft)
    .correlate(received_objections)
    .scalar_subquery(),
    "",
)
_COLUMNS = (
    *(_OF.about, _OF.aside, _OF.aside_agreed, _OF.aside_by, _OF.came, _OF.closed, _OF.code, _OF.digest),
    *(_OF.draft, _OF.item, _OF.number, _OF.received_at, _OF.received_on),
)
_ROWS = select(*_COLUMNS, _STATE).where(_OF.village == bindparam("village"))
_FIND = _ROWS.where(_OF.item == bindparam("item"))
_RECEIPT = _ROWS.where(_OF.number == bindparam("number"))
_IS_OPEN = and_(_OF.aside_agreed == "", _OF.closed == "", _STATE != "recorded")
_LIST = _ROWS.where(_IS_OPEN).order_by(_OF.number).limit(bindparam("count")).offset(bindparam("start"))
_LAST = select(func.coalesce(func.max(_OF.number), 0)).where(_OF.village == bindparam("village"))
_ASIDE = (
    select(_OF.aside, func.count())
    .where(_OF.village == bindparam("village"), _OF.aside_agreed != "")
    .group_by(_OF.aside)
    .order_by(_OF.aside)
)
_CLOSED = select(func.count()).where(_OF.village == bindparam("village"), _OF.closed != "")
_OPEN_DAYS = (
    select(_OF.received_on, func.count())
    .where(_OF.village == bindparam("village"), _IS_OPEN)
    .group_by(_OF.received_on)
    .order_by(_OF.received_on)
)
_SINCE = select(func.count()).where(
    _OF.village == bindparam("village"), _OF.came == "page", _OF.received_at > bindparam("at_ms")
)
_WAITS = (
    select(drafts.c.draft)
    .where(
        drafts.c.village == bindparam("in_village"),
        drafts.c.draft == _OF.draft,
        or_(drafts.c.state == "waiting", drafts.c.state == "recorded"),
    )
    .exists()
)
_LINK = (
    update(received_objections)
    .values(draft=bindparam("by_draft"))
    .where(_OF.village == bindparam("in_village"), _OF.item == bindparam("of"))
    .where(_OF.aside == "", _OF.closed == "", ~_WAITS)
)
_CLOSE = (
    update(received_objections)
    .values(closed=bindparam("as_number"))
    .where(_OF.village == bindparam("in_village"), _OF.digest == bindparam("of"))
    .where(_OF.aside_agreed == "", _OF.closed == "")
)
_SET_ASIDE = (
    update(received_objections)
    .values(aside=bindparam("why"), aside_agreed=bindparam("agreed"), aside_by=bindparam("asked"))
    .where(_OF.village == bindparam("in_village"), _OF.item == bindparam("of"))
    .where(_OF.closed == "", ~_WAITS)
)
_ASK_ASIDE = _SET_ASIDE.where(_OF.aside == "")
"""Of two who ask at once the second must not stand in the place of the first."""


class SqlReceived(SqlValues):
    """What of `ledger.vaults.Vault` is about objections that came in."""

    def put_received(self, village: str, received: Received, disclosure: str) -> Received:
        """See `ledger.vaults.Vault`: number, row and wording in one transaction."""
        with self._write(village, {received.item}) as view:
            row = view.transaction.fetch_one(_FIND, village=village, item=received.item)
            if row is not None:
                return _make_received(row)
            ((last,),) = view.transaction.fetch_all(_LAST, village=village)
            kept = msgspec.structs.replace(received, number=int(last) + 1)
            view.transaction.insert_rows(received_objections, [_make_row(village, kept)])
            view.keep([Value(OBJECTION, kept.item, kept.item, disclosure.encode())], replace=False)
        return kept

    def find_received(self, village: str, item: str) -> Received | None:
        """Return what came in under a pseudonym; takes no key."""
        with begin_read(self._engine, village) as transaction:
            row = transaction.fetch_one(_FIND, village=village, item=item)
        return None if row is None else _make_received(row)

    def find_receipt(self, village: str, number: int) -> Received | None:
        """Return what came in under a receipt's number; takes no key."""
        with begin_read(self._engine, village) as transaction:
            row = transaction.fetch_one(_RECEIPT, village=village, number=number)
        return None if row is None else _make_received(row)

    def list_received(self, village: str, start: int, count: int) -> list[Received]:
        """Return some of what nobody dealt with for good, oldest first."""
        with begin_read(self._engine, village) as transaction:
            rows = transaction.fetch_all(_LIST, village=village, start=start, count=count)
        return [_make_received(row) for row in rows]

    def count_received(self, village: str) -> ReceivedCounts:
        """Return how many came in and what became of them; takes no key."""
        with begin_read(self._engine, village) as transaction:
            ((last,),) = transaction.fetch_all(_LAST, village=village)
            aside = transaction.fetch_all(_ASIDE, village=village) if last else []
            closed = transaction.fetch_all(_CLOSED, village=village)[0][0] if last else 0
            open_ = transaction.fetch_all(_OPEN_DAYS, village=village) if last else []
        return ReceivedCounts(
            aside=tuple((why, int(count)) for why, count in aside),
            closed=int(closed),
            open=tuple((day, int(count)) for day, count in open_),
            received=int(last),
        )

    def count_received_since(self, village: str, at_ms: int) -> int:
        """Return how many came by the page since an instant; takes no key."""
        with begin_read(self._engine, village) as transaction:
            ((count,),) = transaction.fetch_all(_SINCE, village=village, at_ms=at_ms)
        return int(count)

    def open_received(self, village: str, item: str) -> str | None:
        """Return the disclosure of what came in; None where there is none, or it was erased."""
        with self._read(village) as view:
            found = view.find(OBJECTION, item)
        return None if found is None else found.decode()

    def close_received(self, village: str, answered: Mapping[str, str]) -> None:
        """See `ledger.vaults.Vault`."""
        with begin_write(self._engine, village) as transaction:
            for digest, number in answered.items():
                transaction.run(_CLOSE, in_village=village, of=digest, as_number=number)

    def put_aside(self, village: str, item: str, *, why: str, asked_by: str, agreed_by: str = "") -> None:
        """See `ledger.vaults.Vault`; that two are two is the database's to say."""
        asking = _ASK_ASIDE if why and not agreed_by else _SET_ASIDE
        with begin_write(self._engine, village) as transaction:
            try:
                done = transaction.run(
                    asking, in_village=village, of=item, why=why, asked=asked_by, agreed=agreed_by
                )
            except transaction.integrity_error as error:
                raise Refused([make_aside_fault()]) from error
            if not done:
                raise Refused([make_aside_fault()])


def link_received(transaction: Transaction, village: str, item: str, draft: str) -> None:
    """Keep which draft would register what came in, in the transaction that puts the draft; Refused where another waits
    or was recorded, and where it is set aside, or that is asked.
    """
    if not transaction.run(_LINK, in_village=village, of=item, by_draft=draft):
        raise Refused([make_aside_fault()])


def make_aside_fault() -> Fault:
    """Return why what came in cannot be handed in, or set aside, as it stands now."""
    return Fault(
        code="objection-moved-on",
        place="异议",
        found="已经有人交审登记、提出或同意不登记，或者同意的就是提出的人",
        expected="还没有人办的，由两个人办",
        remedy="重新打开这一件，看它现在怎样",
    )


def _make_row(village: str, received: Received) -> tuple[Any, ...]:
    """Return the row in the order of the table's columns."""
    return (
        *(village, received.number, received.about, received.aside, received.aside_agreed),
        *(received.aside_by, received.came, received.closed, received.code, received.digest),
        *(received.draft, received.item, received.received_at, received.received_on),
    )


def _make_received(row: tuple[Any, ...]) -> Received:
    about, aside, agreed, by, came, closed, code, digest, draft, item, number, at, on, state = row
    return Received(
        about=about,
        aside=aside,
        aside_agreed=agreed,
        aside_by=by,
        came=came,
        closed=closed,
        code=bytes(code),
        digest=digest,
        draft=draft,
        draft_state=state,
        item=item,
        number=number,
        received_at=at,
        received_on=on,
    )
