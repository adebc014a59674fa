"""Objections as they came in, before they are entries: in clear what everybody may count, encrypted what they say.

No row is ever deleted, and none changes but for the draft that would register it, for who set it aside, and that a log
which is lost answered it: the database's own guards say so, and that those are two persons.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select, update

from ledger.errors import Fault, Refused
from ledger.reported import ReceivedCounts
from ledger.store.came_in import CameIn
from ledger.store.ciphertexts import OBJECTION, Value
from ledger.store.opened import SqlValues
from ledger.store.tables import received_objections
from ledger.store.transactions import Transaction, begin_read, begin_write
from ledger.vaults import Received

_OF = received_objections.c
OBJECTIONS = CameIn(
    received_objections,
    (
        *("about", "aside", "aside_agreed", "aside_by", "came", "closed", "code", "digest", "draft", "item"),
        *("number", "received_at", "received_on"),
    ),
    aside=_OF.aside_agreed != "",
    counted=_OF.came == "page",
    done=(_OF.aside_agreed != "", _OF.closed != ""),
)
_CLOSED = select(func.count()).where(_OF.village == bindparam("village"), _OF.closed != "")
_CLOSE = (
    update(received_objections)
    .values(closed=bindparam("as_number"))
    .where(_OF.village == bindparam("in_village"), _OF.digest == bindparam("of"))
    .where(_OF.aside_agreed == "", _OF.closed == "")
)
_SET_ASIDE = OBJECTIONS.set.values(
    aside=bindparam("why"), aside_agreed=bindparam("agreed"), aside_by=bindparam("asked")
).where(_OF.closed == "")
_ASK_ASIDE = _SET_ASIDE.where(_OF.aside == "")
"""Of two who ask at once the second must not stand in the place of the first."""


class SqlReceived(SqlValues):
    """What of `ledger.vaults.Vault` is about objections that came in."""

    def put_received(self, village: str, received: Received, disclosure: str) -> Received:
        """See `ledger.vaults.Vault`: number, row and wording in one transaction."""
        with self._write(village, {received.item}) as view:
            row = view.transaction.fetch_one(OBJECTIONS.find, village=village, item=received.item)
            if row is not None:
                return _make_received(row)
            number = OBJECTIONS.get_next_number(view.transaction, village)
            kept = msgspec.structs.replace(received, number=number)
            view.transaction.insert_rows(received_objections, [_make_row(village, kept)])
            view.keep([Value(OBJECTION, kept.item, kept.item, disclosure.encode())], replace=False)
        return kept

    def find_received(self, village: str, item: str) -> Received | None:
        """Return what came in under a pseudonym; takes no key."""
        with begin_read(self._engine, village) as transaction:
            row = transaction.fetch_one(OBJECTIONS.find, village=village, item=item)
        return None if row is None else _make_received(row)

    def find_receipt(self, village: str, number: int) -> Received | None:
        """Return what came in under a receipt's number; takes no key."""
        with begin_read(self._engine, village) as transaction:
            row = transaction.fetch_one(OBJECTIONS.receipt, village=village, number=number)
        return None if row is None else _make_received(row)

    def list_received(self, village: str, start: int, count: int) -> list[Received]:
        """Return some of what nobody dealt with for good, oldest first."""
        with begin_read(self._engine, village) as transaction:
            rows = transaction.fetch_all(OBJECTIONS.list, village=village, start=start, count=count)
        return [_make_received(row) for row in rows]

    def count_received(self, village: str) -> ReceivedCounts:
        """Return how many came in and what became of them; takes no key."""
        with begin_read(self._engine, village) as transaction:
            counts = OBJECTIONS.count(transaction, village)
            closed = transaction.fetch_all(_CLOSED, village=village)[0][0] if counts.received else 0
        return msgspec.structs.replace(counts, closed=int(closed))

    def count_received_since(self, village: str, at_ms: int) -> int:
        """Return how many came by the page since an instant; takes no key."""
        with begin_read(self._engine, village) as transaction:
            return OBJECTIONS.count_since(transaction, village, at_ms)

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
    if not OBJECTIONS.link(transaction, village, item, draft):
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
