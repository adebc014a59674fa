"""Drafts: claims that a clerk prepared and nobody has passed yet. Mutable, outside the log, in the vault.

    waiting ──► recorded      the log is the truth: once its entry exists, a draft is recorded
       └──────► discarded     only while nothing is recorded

The digest of a draft's claim is unique among those not discarded, so that one file imported twice, or one
voucher typed twice with the same salts, waits once. Private texts are here only while a draft waits: those of a
recorded one are the vault's, where they can be erased, and those of a discarded one are nobody's. They are encrypted
for whom they are about, like everything private: of one that was erased a draft has none any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from sqlalchemy import bindparam, func, select, update

from ledger.errors import Fault, NotFound, Refused
from ledger.ports import Draft
from ledger.state.private import find_subject
from ledger.store.ciphertexts import DRAFT, OWN, Value, View, drop_texts, name_text
from ledger.store.opened import SqlValues
from ledger.store.tables import drafts
from ledger.store.transactions import Transaction

_COLUMNS = (
    *(
        drafts.c.village,
        drafts.c.draft,
        drafts.c.batch,
        drafts.c.claim,
        drafts.c.digest,
        drafts.c.entry_index,
    ),
    *(drafts.c.label, drafts.c.public, drafts.c.state),
)
_DRAFT = select(*_COLUMNS).where(
    drafts.c.village == bindparam("village"), drafts.c.draft == bindparam("draft")
)
_LIST = (
    select(*_COLUMNS)
    .where(drafts.c.village == bindparam("village"), drafts.c.state == bindparam("state"))
    .order_by(drafts.c.ordinal)
)
_BATCH = (
    select(*_COLUMNS)
    .where(
        drafts.c.village == bindparam("village"),
        drafts.c.batch == bindparam("batch"),
        drafts.c.state != "discarded",
    )
    .order_by(drafts.c.ordinal)
)
_SAME = select(drafts.c.draft, drafts.c.state).where(
    drafts.c.village == bindparam("village"),
    drafts.c.digest == bindparam("digest"),
    drafts.c.state != "discarded",
)
_COUNT = select(func.coalesce(func.max(drafts.c.ordinal), -1)).where(drafts.c.village == bindparam("village"))
_MARK = (
    update(drafts)
    .where(drafts.c.village == bindparam("in_village"), drafts.c.draft == bindparam("of"))
    .values(state=bindparam("state"), entry_index=bindparam("entry_index"))
)
_STATES = {"waiting": "待审", "recorded": "已入账"}


class SqlDrafts(SqlValues):
    """The drafts of `ledger.ports.Vault`."""

    def put_drafts(self, village: str, drafts_: Sequence[Draft]) -> None:
        """Insert a village's drafts, all or none; Refused where a digest is waiting or recorded already, naming
        each such draft. ValueError for a draft of another village.
        """
        if any(draft.village != village for draft in drafts_):
            raise ValueError(f"a draft of another village among those of {village}")
        values = [value for draft in drafts_ for value in _iterate_texts(draft)]
        with self._write(village, {value.subject for value in values}) as view:
            faults = _check_new(view.transaction, drafts_)
            if faults:
                raise Refused(faults)
            first = _find_last_ordinal(view.transaction, village) + 1
            view.transaction.insert_rows(
                drafts, [_make_row(draft, ordinal) for ordinal, draft in enumerate(drafts_, first)]
            )
            view.keep(values, replace=True)

    def find_draft(self, village: str, draft_id: str) -> Draft | None:
        with self._read(village) as view:
            row = view.transaction.fetch_one(_DRAFT, village=village, draft=draft_id)
            return None if row is None else _make_draft(row, _read_texts(view, draft_id, row[-1]))

    def list_drafts(self, village: str, state: Literal["waiting", "recorded", "discarded"]) -> list[Draft]:
        """Return a village's drafts of one state, in the order in which they were put."""
        with self._read(village) as view:
            rows = view.transaction.fetch_all(_LIST, village=village, state=state)
            return [_make_draft(row, _read_texts(view, row[1], row[-1])) for row in rows]

    def list_batch(self, village: str, batch: str) -> list[Draft]:
        """Return what an import became, in the order in which it was put, without drafts given up."""
        with self._read(village) as view:
            rows = view.transaction.fetch_all(_BATCH, village=village, batch=batch)
            return [_make_draft(row, _read_texts(view, row[1], row[-1])) for row in rows]

    def mark_draft(
        self, village: str, draft_id: str, state: Literal["recorded", "discarded"], index: int
    ) -> None:
        """Say what became of a draft: `index` is its entry's, -1 for a discarded one. Its private texts go.

        Again the same changes nothing. NotFound where there is no such draft; Refused where a recorded one is
        to be discarded.
        """
        with self._write(village, ()) as view:
            transaction = view.transaction
            row = transaction.fetch_one(_DRAFT, village=village, draft=draft_id)
            if row is None:
                raise NotFound(f"草稿 {draft_id}")
            if _make_draft(row, ()).state == "recorded" and state == "discarded":
                raise Refused([_make_recorded_fault(draft_id)])
            drop_texts(transaction, village, draft_id)
            transaction.run(_MARK, in_village=village, of=draft_id, state=state, entry_index=index)


def _check_new(transaction: Transaction, drafts_: Sequence[Draft]) -> list[Fault]:
    """Find every draft whose digest another draft has, in the database or earlier among these."""
    faults = []
    seen: dict[str, str] = {}  # draft by digest
    for draft in drafts_:
        row = transaction.fetch_one(_SAME, village=draft.village, digest=draft.digest)
        if row is not None:
            faults.append(_make_known_fault(draft, f"草稿 {row[0]}（{_STATES[row[1]]}）"))
        elif draft.digest in seen:
            faults.append(_make_known_fault(draft, f"草稿 {seen[draft.digest]}（{_STATES['waiting']}）"))
        seen.setdefault(draft.digest, draft.id)
    return faults


def _make_known_fault(draft: Draft, known: str) -> Fault:
    return Fault(
        code="draft-known",
        place=draft.label,
        found=f"与{known}内容相同",
        expected="还没有提交过的内容",
        remedy="不必再次提交；确有两笔的，请改用各自的编号",
    )


def _make_recorded_fault(draft_id: str) -> Fault:
    return Fault(
        code="draft-recorded",
        place=f"草稿 {draft_id}",
        found="已入账",
        expected="待审",
        remedy="已入账的不能作废；有错的用红字冲销",
    )


def _find_last_ordinal(transaction: Transaction, village: str) -> int:
    ((last,),) = transaction.fetch_all(_COUNT, village=village)
    return int(last)


def _make_row(draft: Draft, ordinal: int) -> tuple[Any, ...]:
    """Return the row in the order of the table's columns. Disclosures are base64url: a space separates
    them. The private ones are kept apart.
    """
    return (
        *(draft.village, draft.id, ordinal, draft.batch, draft.claim, draft.digest, draft.index, draft.label),
        *("", " ".join(draft.public), draft.state),
    )


def _iterate_texts(draft: Draft) -> Iterator[Value]:
    for number, text in enumerate(draft.private):
        yield Value(DRAFT, name_text(draft.id, number), find_subject(text) or OWN, text.encode())


def _read_texts(view: View, draft: str, state: str) -> tuple[str, ...]:
    """Return a draft's private texts; only one that waits has any."""
    if state != "waiting":
        return ()
    return tuple(text.decode() for _, text in view.iterate(DRAFT, name_text(draft)))


def _make_draft(row: tuple[Any, ...], private: tuple[str, ...]) -> Draft:
    village, draft, batch, claim, digest, index, label, public, state = row
    return Draft(
        batch=batch,
        claim=claim,
        digest=digest,
        id=draft,
        index=index,
        label=label,
        private=private,
        public=tuple(public.split()),
        state=state,
        village=village,
    )
