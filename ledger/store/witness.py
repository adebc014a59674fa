"""A witness's memory: which logs it watches, and of each the checkpoint that it cosigned last.

Comparing a submission with what was cosigned last and remembering the new one are one transaction, durable before the
caller learns of it: whoever is killed after it has promised nothing that is not remembered, and of two submissions at
the same instant the second is judged by what the first left. Its loss: the witness starts anew and would cosign a log
that was rolled back meanwhile, so it is backed up like a ledger's heads, never restored behind them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import BindParameter, Engine, bindparam, delete, func, select, update

from ledger.limits import CONFLICTS_KEPT_MAX
from ledger.log.keys import format_verifier_key
from ledger.log.note import Signature, format_signature, parse_note_verifier
from ledger.log.witness import Decision, SubmittedHead, Witnessed, add_cosignatures, decide_submission
from ledger.store.tables import conflicts, witnessed, witnessed_logs
from ledger.store.transactions import Transaction, begin_read, begin_write

_ORIGIN: BindParameter[str] = bindparam("origin")
_KEYS = (
    select(witnessed_logs.c.verifier_key)
    .where(witnessed_logs.c.origin == _ORIGIN)
    .order_by(witnessed_logs.c.verifier_key)
)
_DROP = delete(witnessed_logs).where(
    witnessed_logs.c.origin == _ORIGIN, witnessed_logs.c.verifier_key == bindparam("verifier_key")
)
_LAST = select(witnessed.c.size, witnessed.c.root, witnessed.c.time_s, witnessed.c.note).where(
    witnessed.c.origin == _ORIGIN
)
_UPDATE = (
    update(witnessed)
    .where(witnessed.c.origin == _ORIGIN)
    .values({name: bindparam(f"new_{name}") for name in ("size", "root", "time_s", "note")})
)
_LOGS = select(witnessed_logs).order_by(witnessed_logs.c.origin, witnessed_logs.c.added_at)
_ORIGINS = select(witnessed_logs.c.origin).distinct()
_CONFLICTS = (
    select(conflicts.c.size, conflicts.c.root, conflicts.c.seen_at, conflicts.c.note)
    .where(conflicts.c.origin == _ORIGIN)
    .order_by(conflicts.c.seen_at, conflicts.c.size)
)
_COUNT = select(func.count()).select_from(conflicts).where(conflicts.c.origin == _ORIGIN)

Cosign = Callable[[str], tuple[Signature, int]]
"""From a checkpoint's text to the cosignature and the time in it, seconds since 1970."""


class WatchedLog(msgspec.Struct, frozen=True, kw_only=True):
    """A key that a witness trusts for an origin, and what it cosigned of it last; size 0 before the first."""

    added_at: int  # UTC milliseconds
    conflicts: int  # checkpoints seen that did not extend it
    label: str
    note: bytes
    origin: str
    size: int
    time_s: int
    verifier_key: str


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """A checkpoint that a log signed and that does not extend what was cosigned: evidence against the log."""

    note: bytes
    root: bytes
    seen_at: int  # UTC milliseconds
    size: int


class WitnessStore:
    """The database of a witness."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add_log(self, verifier_key: str, label: str, now_ms: int) -> str:
        """Trust a key for the origin that it names, and return the origin. NotProven for what is no log's key."""
        key = parse_note_verifier(verifier_key).key
        with begin_write(self._engine) as transaction:
            row = (key.name, format_verifier_key(key), now_ms, label)
            transaction.insert_new_rows(witnessed_logs, [row])
        return key.name

    def drop_key(self, verifier_key: str) -> int:
        """Trust a key no more, as long as its log has another; what was seen stays remembered.

        Return how many keys the log had before: with one nothing was dropped, and 0 says that this one was not among
        them.
        """
        origin = verifier_key.partition("+")[0]
        with begin_write(self._engine) as transaction:
            keys = [key for (key,) in transaction.fetch_all(_KEYS, origin=origin)]
            if verifier_key not in keys:
                return 0
            if len(keys) > 1:
                transaction.run(_DROP, origin=origin, verifier_key=verifier_key)
        return len(keys)

    def list_logs(self) -> list[WatchedLog]:
        """Return every trusted key with what was cosigned last of its log."""
        with begin_read(self._engine) as transaction:
            return [_build_watched(transaction, row) for row in transaction.fetch_all(_LOGS)]

    def list_conflicts(self, origin: str) -> list[Conflict]:
        """Return the evidence against a log, the oldest first."""
        with begin_read(self._engine) as transaction:
            rows = transaction.fetch_all(_CONFLICTS, origin=origin)
        return [
            Conflict(note=note, root=root, seen_at=seen_at, size=size) for size, root, seen_at, note in rows
        ]

    def list_origins(self) -> list[str]:
        """Return the names of the logs that are watched."""
        with begin_read(self._engine) as transaction:
            return [origin for (origin,) in transaction.fetch_all(_ORIGINS)]

    def find_note(self, origin: str) -> bytes | None:
        """Return the checkpoint cosigned last, with the log's lines and ours; None before the first."""
        with begin_read(self._engine) as transaction:
            row = transaction.fetch_one(_LAST, origin=origin)
        return None if row is None else row[3]

    def submit(self, data: bytes, cosign: Cosign, now_ms: int) -> Decision:
        """Decide on a request's body; a checkpoint that is to be cosigned is, and remembered, before this returns.

        The body of a decision with status 200 is the signature line.
        """
        # Most of what strangers may send is refused without taking the one writer's place.
        with begin_read(self._engine) as transaction:
            decision = decide_submission(data, lambda origin: _find_log(transaction, origin))
        if decision.head is None:
            return decision
        with begin_write(self._engine) as transaction:
            decision = decide_submission(data, lambda origin: _find_log(transaction, origin))
            if decision.head is None:
                return decision
            if decision.status != 200:
                _keep_conflict(transaction, decision.head, now_ms)
                return decision
            line, time_s = cosign(decision.head.text)
            text = format_signature(line)
            _remember(transaction, decision.head, time_s, add_cosignatures(decision.head.note, [text]))
        return dataclasses.replace(decision, body=text)


def _find_log(transaction: Transaction, origin: str) -> Witnessed | None:
    keys = transaction.fetch_all(_KEYS, origin=origin)
    if not keys:
        return None
    verifiers = [parse_note_verifier(key) for (key,) in keys]
    row = transaction.fetch_one(_LAST, origin=origin)
    return Witnessed(verifiers) if row is None else Witnessed(verifiers, row[0], row[1])


def _remember(transaction: Transaction, head: SubmittedHead, time_s: int, note: bytes) -> None:
    values = {"size": head.size, "root": head.root, "time_s": time_s, "note": note}
    if transaction.run(
        _UPDATE, origin=head.origin, **{f"new_{name}": value for name, value in values.items()}
    ):
        return
    transaction.insert_rows(witnessed, [(head.origin, *values.values())])


def _keep_conflict(transaction: Transaction, head: SubmittedHead, now_ms: int) -> None:
    """Keep what the log signed, a bounded number of times: one is enough to prove, thousands would fill the disk."""
    count = transaction.fetch_one(_COUNT, origin=head.origin)
    if count is not None and count[0] < CONFLICTS_KEPT_MAX:
        row = (head.origin, head.size, head.root, now_ms, head.note)
        transaction.insert_new_rows(conflicts, [row])


def _build_watched(transaction: Transaction, row: tuple[Any, ...]) -> WatchedLog:
    origin, verifier_key, added_at, label = row
    last = transaction.fetch_one(_LAST, origin=origin)
    count = transaction.fetch_one(_COUNT, origin=origin)
    return WatchedLog(
        added_at=added_at,
        conflicts=count[0] if count else 0,
        label=label,
        note=last[3] if last else b"",
        origin=origin,
        size=last[0] if last else 0,
        time_s=last[2] if last else 0,
        verifier_key=verifier_key,
    )
