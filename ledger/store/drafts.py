"""Drafts: claims that a clerk prepared and nobody has passed yet. Mutable, outside the log, in the vault.

    waiting ──► recorded      the log is the truth: once its entry exists, a draft is recorded
       ├──────► returned      by a checker, with a reason; put right, it is another draft and this one given up
       ├──────► expired       nobody passed it for too long
       └──────► discarded     only while nothing is recorded

The digest of a draft's claim is unique among those not discarded, so that one file imported twice, or one
voucher typed twice with the same salts, waits once; of a thing that there can be only one of, one waits. Private texts
are here only while a draft waits or is returned: those of a recorded one are the vault's, where they can be erased, and
those of a discarded one are nobody's. They are encrypted for whom they are about, like everything private, as is why
a draft was returned: of one that was erased a draft has none any more.

Who passed a draft so far stands beside it. That it is not its maker, and passed this very digest, the database's own
guards say too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import bindparam, delete, func, select, update

from ledger.canonical import parse_claim
from ledger.errors import Fault, NotFound, Refused
from ledger.reported import DraftState
from ledger.store.ciphertexts import (
    ANSWERS,
    DRAFT,
    OWN,
    REASON,
    Value,
    View,
    drop_texts,
    iterate_texts,
    name_text,
)
from ledger.store.opened import SqlValues
from ledger.store.received import link_received
from ledger.store.reported import follow_reported, link_reported
from ledger.store.tables import approvals, drafts
from ledger.store.transactions import Transaction, begin_write
from ledger.vaults import OPEN_STATES, Approval, Draft

_IS_KEPT = (drafts.c.state == "waiting") | (drafts.c.state == "recorded")
"""The draft stands for its claim: the same cannot be put again."""

_COLUMNS = (
    *(
        drafts.c.village,
        drafts.c.draft,
        drafts.c.batch,
        drafts.c.claim,
        drafts.c.digest,
        drafts.c.entry_index,
    ),
    *(drafts.c.label, drafts.c.public, drafts.c.slot, drafts.c.submitted_at, drafts.c.state),
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
        _IS_KEPT,
    )
    .order_by(drafts.c.ordinal)
)
_SAME = select(drafts.c.draft, drafts.c.state).where(
    drafts.c.village == bindparam("village"),
    drafts.c.digest == bindparam("digest"),
    _IS_KEPT,
)
_SAME_SLOT = select(drafts.c.draft, drafts.c.label).where(
    *(drafts.c.village == bindparam("village"), drafts.c.slot == bindparam("slot")),
    drafts.c.state == "waiting",
)
_COUNT = select(func.coalesce(func.max(drafts.c.ordinal), -1)).where(drafts.c.village == bindparam("village"))
_MARK = (
    update(drafts)
    .where(drafts.c.village == bindparam("in_village"), drafts.c.draft == bindparam("of"))
    .values(state=bindparam("state"), entry_index=bindparam("entry_index"))
)
_RETURN = (
    update(drafts)
    .where(
        *(drafts.c.village == bindparam("in_village"), drafts.c.draft == bindparam("of")),
        drafts.c.state == "waiting",
    )
    .values(state="returned")
)
_APPROVALS = (
    select(
        *(approvals.c.draft, approvals.c.checker, approvals.c.approved_at, approvals.c.digest),
        approvals.c.role,
    )
    .where(approvals.c.village == bindparam("village"))
    .order_by(approvals.c.draft, approvals.c.approved_at, approvals.c.checker)
)
_APPROVALS_OF = _APPROVALS.where(approvals.c.draft == bindparam("draft"))
_APPROVALS_IN_STATE = _APPROVALS.where(
    approvals.c.draft.in_(
        select(drafts.c.draft).where(
            drafts.c.village == bindparam("village"), drafts.c.state == bindparam("state")
        )
    )
)
_DROP_APPROVAL = delete(approvals).where(
    *(approvals.c.village == bindparam("village"), approvals.c.draft == bindparam("draft")),
    approvals.c.checker == bindparam("checker"),
)
_GIVE_UP = (
    update(drafts)
    .where(
        *(drafts.c.village == bindparam("in_village"), drafts.c.draft == bindparam("of")),
        drafts.c.state == "returned",
    )
    .values(state="discarded")
)
_STATES = {"waiting": "待审", "recorded": "已入账"}


class SqlDrafts(SqlValues):
    """The drafts of `ledger.vaults.Vault`."""

    def put_drafts(
        self, village: str, drafts_: Sequence[Draft], *, answers: Collection[str] = (), registers: str = ""
    ) -> None:
        """Insert a village's drafts, all or none; Refused where a digest is waiting or recorded already, or another
        waits in its place, naming each such draft. ValueError for a draft of another village.

        The returned drafts `answers` are given up in the same transaction; Refused where one is not returned any more.
        So is what came in linked that the last of the drafts `registers`: two that wait of one would be two entries.
        """
        if any(draft.village != village for draft in drafts_):
            raise ValueError(f"a draft of another village among those of {village}")
        values = [
            value
            for draft in drafts_
            for value in (*iterate_texts(draft.id, draft.private), *_iterate_links(draft))
        ]
        with self._write(village, {value.subject for value in values}) as view:
            for answered in answers:
                drop_texts(view.transaction, village, answered)
            for draft in drafts_:
                if draft.answers:
                    follow_reported(view.transaction, village, draft.answers, draft.id)
            if registers.startswith("q-"):
                link_reported(view.transaction, village, registers, drafts_[-1].id)
            elif registers:
                link_received(view.transaction, village, registers, drafts_[-1].id)
            faults = [
                _make_unreturned_fault(answered)
                for answered in answers
                if not view.transaction.run(_GIVE_UP, in_village=village, of=answered)
            ]
            faults += _check_new(view.transaction, drafts_)
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
            passed = view.transaction.fetch_all(_APPROVALS_OF, village=village, draft=draft_id)
            return None if row is None else _make_draft(view, row, passed, _read_links(view, draft_id))

    def list_drafts(self, village: str, state: DraftState) -> list[Draft]:
        """Return a village's drafts of one state, in the order in which they were put."""
        with self._read(village) as view:
            rows = view.transaction.fetch_all(_LIST, village=village, state=state)
            passed: dict[str, list[tuple[Any, ...]]] = {}
            for approval in view.transaction.fetch_all(_APPROVALS_IN_STATE, village=village, state=state):
                passed.setdefault(approval[0], []).append(approval)
            links = _read_links(view)
            return [_make_draft(view, row, passed.get(row[1], []), links) for row in rows]

    def list_batch(self, village: str, batch: str) -> list[Draft]:
        """Return what an import became, in the order in which it was put, without drafts given up."""
        with self._read(village) as view:
            rows = view.transaction.fetch_all(_BATCH, village=village, batch=batch)
            links = _read_links(view)
            return [_make_draft(view, row, (), links) for row in rows]

    def mark_draft(
        self, village: str, draft_id: str, state: Literal["recorded", "discarded", "expired"], index: int
    ) -> None:
        """Say what became of a draft: `index` is its entry's, -1 for one that is none. Its private texts go.

        Again the same changes nothing. NotFound where there is no such draft; Refused where a recorded one is
        to be discarded.
        """
        with self._write(village, ()) as view:
            transaction = view.transaction
            row = transaction.fetch_one(_DRAFT, village=village, draft=draft_id)
            if row is None:
                raise NotFound(f"草稿 {draft_id}")
            if row[-1] == "recorded" and state != "recorded":
                raise Refused([_make_recorded_fault(draft_id)])
            if state != "recorded":
                _drop_approvals(transaction, village, draft_id)
            drop_texts(transaction, village, draft_id)
            transaction.run(_MARK, in_village=village, of=draft_id, state=state, entry_index=index)

    def return_draft(self, village: str, draft_id: str, reason: str) -> None:
        """Send a waiting draft back to its maker with its texts; what others passed of it is void.

        NotFound where no such draft waits.
        """
        with self._write(village, {OWN}) as view:
            _drop_approvals(view.transaction, village, draft_id)
            if not view.transaction.run(_RETURN, in_village=village, of=draft_id):
                raise NotFound(f"待审记录 {draft_id}")
            view.keep([Value(REASON, draft_id, OWN, reason.encode())], replace=True)

    def replace_reasons(self, village: str, change: Callable[[str], str]) -> None:
        """See `ledger.vaults.Vault`."""
        with self._write(village, {OWN}) as view:
            told = [(REASON, name, "", data.decode()) for name, data in view.iterate(REASON)]
            told += [(ANSWERS, name, *link) for name, link in _read_links(view).items()]
            values = [
                Value(kind, name, OWN, (f"{of} " if kind == ANSWERS else "").encode() + change(text).encode())
                for kind, name, of, text in told
                if change(text) != text
            ]
            view.keep(values, replace=True)

    def keep_approvals(self, village: str, given: Mapping[str, Approval]) -> None:
        """See `ledger.vaults.Vault`. What the guards refuse comes as Refused, with none of them kept."""
        rows = [
            (village, draft, item.checker, item.approved_at, item.digest, item.role)
            for draft, item in sorted(given.items())
        ]
        with begin_write(self._engine, village) as transaction:
            new = []
            for row in rows:
                kept = transaction.fetch_all(_APPROVALS_OF, village=village, draft=row[1])
                if row[2] not in [one[1] for one in kept]:
                    new.append(row)
            try:
                transaction.insert_rows(approvals, new)
            except transaction.integrity_error as error:
                raise Refused([_make_guarded_fault()]) from error

    def drop_approvals(self, village: str, draft_ids: Sequence[str], checker: str) -> None:
        """Take back what one person passed of drafts that still wait."""
        with begin_write(self._engine, village) as transaction:
            for draft_id in draft_ids:
                transaction.run(_DROP_APPROVAL, village=village, draft=draft_id, checker=checker)


def _drop_approvals(transaction: Transaction, village: str, draft_id: str) -> None:
    for row in transaction.fetch_all(_APPROVALS_OF, village=village, draft=draft_id):
        transaction.run(_DROP_APPROVAL, village=village, draft=draft_id, checker=row[1])


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
        other = (
            transaction.fetch_one(_SAME_SLOT, village=draft.village, slot=draft.slot) if draft.slot else None
        )
        if row is None and other is not None:
            faults.append(_make_slot_fault(draft, *other))
    return faults


def _make_slot_fault(draft: Draft, other: str, label: str) -> Fault:
    return Fault(
        code="draft-slot",
        place=draft.label,
        found=f"{label}（{other}）还在待审",
        expected="只有一条待审",
        remedy="先撤回那一条再交审，或等它审完",
    )


def _make_unreturned_fault(draft_id: str) -> Fault:
    return Fault(
        code="draft-unreturned",
        place=f"草稿 {draft_id}",
        found="已经不是退回来的",
        expected="退回来、还没有改好重交的",
        remedy="在“待审记录”里看它现在怎样；已经重交过的不用再交",
    )


def _make_guarded_fault() -> Fault:
    return Fault(
        code="approval-refused",
        place="审核",
        found="自己交审的，或刚被改动、撤回的",
        expected="别人交审、还在待审、看过以后没有改动的",
        remedy="重新打开这一条看过再审核",
    )


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
        *(parse_claim(draft.claim).maker.user, draft.slot, draft.submitted_at),
    )


def _iterate_links(draft: Draft) -> Iterator[Value]:
    if draft.answers:
        yield Value(ANSWERS, draft.id, OWN, f"{draft.answers} {draft.asked}".encode())


def _read_links(view: View, draft: str = "") -> dict[str, tuple[str, str]]:
    """Return by draft which returned one it puts right, and why that was returned; of all, or of one."""
    found = {name: text.decode().partition(" ") for name, text in view.iterate(ANSWERS, draft)}
    return {name: (answered, asked) for name, (answered, _, asked) in found.items()}


def _make_draft(
    view: View,
    row: tuple[Any, ...],
    passed: Sequence[tuple[Any, ...]],
    links: Mapping[str, tuple[str, str]],
) -> Draft:
    """Return a draft; only one that waits or is returned has private texts, only the latter a reason."""
    village, draft, batch, claim, digest, index, label, public, slot, submitted, state = row
    is_open = state in OPEN_STATES
    texts = view.iterate(DRAFT, name_text(draft)) if is_open else ()
    reason = view.find(REASON, draft) if state == "returned" else None
    answers, asked = links.get(draft, ("", ""))
    return Draft(
        answers=answers,
        approvals=tuple(
            Approval(approved_at=at, checker=checker, digest=of, role=role)
            for _, checker, at, of, role in passed
        ),
        asked=asked,
        batch=batch,
        claim=claim,
        digest=digest,
        id=draft,
        index=index,
        label=label,
        private=tuple(text.decode() for _, text in texts),
        public=tuple(public.split()),
        reason=reason.decode() if reason is not None else "",
        slot=slot,
        state=state,
        submitted_at=submitted,
        village=village,
    )
