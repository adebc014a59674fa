"""What witnesses said of a village's checkpoints, in the database of heads: no restore touches it.

A cosignature is never changed nor taken back. Its time may be followed by a later one under the same checkpoint: each
says that nothing larger had been seen until then.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine, bindparam, func, select

from ledger.ports import KeptCosignature, WitnessAttempt
from ledger.store.tables import cosignatures, witness_attempts
from ledger.store.transactions import begin_read, begin_write

_FIELDS = (cosignatures.c.witness, cosignatures.c.time_s, cosignatures.c.line)
_VILLAGE = cosignatures.c.village == bindparam("village")
_AT = (
    select(*_FIELDS)
    .where(_VILLAGE, cosignatures.c.size == bindparam("size"))
    .order_by(cosignatures.c.witness, cosignatures.c.time_s)
)
_SAME = select(cosignatures.c.line).where(
    _VILLAGE,
    cosignatures.c.size == bindparam("size"),
    cosignatures.c.witness == bindparam("witness"),
    cosignatures.c.time_s == bindparam("time_s"),
)
_SIZES = select(cosignatures.c.size).where(_VILLAGE).distinct().order_by(cosignatures.c.size.desc())
_VILLAGES = select(cosignatures.c.village).distinct().order_by(cosignatures.c.village)
_ATTEMPTS = (
    select(
        witness_attempts.c.witness,
        witness_attempts.c.answered_at,
        witness_attempts.c.asked_at,
        witness_attempts.c.outcome,
        witness_attempts.c.reason,
    )
    .where(witness_attempts.c.village == bindparam("village"))
    .order_by(witness_attempts.c.witness)
)
_MARK = select(func.max(witness_attempts.c.answered_at)).where(
    witness_attempts.c.village == bindparam("village")
)


class SqlCosignatures:
    """See `ledger.ports.Cosignatures`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, village: str, cosignature: KeptCosignature) -> None:
        """Keep a line durably. Two lines of one key under one text and time are the same: Ed25519 is deterministic."""
        key = (village, cosignature.size, cosignature.witness, cosignature.time_s)
        names = ("village", "size", "witness", "time_s")
        with begin_write(self._engine) as transaction:
            if transaction.fetch_one(_SAME, **dict(zip(names, key, strict=True))) is None:
                transaction.insert_rows(cosignatures, [(*key, cosignature.line)])

    def list_at(self, village: str, size: int) -> list[KeptCosignature]:
        with begin_read(self._engine) as transaction:
            rows = transaction.fetch_all(_AT, village=village, size=size)
        newest = {
            witness: KeptCosignature(line=line, size=size, time_s=time_s, witness=witness)
            for witness, time_s, line in rows
        }
        return list(newest.values())

    def list_sizes(self, village: str) -> list[int]:
        with begin_read(self._engine) as transaction:
            return [size for (size,) in transaction.fetch_all(_SIZES, village=village)]

    def list_villages(self) -> list[str]:
        with begin_read(self._engine) as transaction:
            return [village for (village,) in transaction.fetch_all(_VILLAGES)]

    def iterate(self, village: str) -> Iterator[KeptCosignature]:
        for size in reversed(self.list_sizes(village)):
            with begin_read(self._engine) as transaction:
                rows = transaction.fetch_all(_AT, village=village, size=size)
            for witness, time_s, line in rows:
                yield KeptCosignature(line=line, size=size, time_s=time_s, witness=witness)

    def note_attempt(self, village: str, attempt: WitnessAttempt) -> None:
        row = (village, attempt.witness, attempt.answered_at, attempt.asked_at)
        with begin_write(self._engine) as transaction:
            transaction.upsert_rows(witness_attempts, [(*row, attempt.outcome, attempt.reason)])

    def list_attempts(self, village: str) -> list[WitnessAttempt]:
        with begin_read(self._engine) as transaction:
            rows = transaction.fetch_all(_ATTEMPTS, village=village)
        return [
            WitnessAttempt(
                answered_at=answered_at, asked_at=asked_at, outcome=outcome, reason=reason, witness=witness
            )
            for witness, answered_at, asked_at, outcome, reason in rows
        ]

    def get_mark(self, village: str) -> int:
        with begin_read(self._engine) as transaction:
            row = transaction.fetch_one(_MARK, village=village)
        return int(row[0]) if row and row[0] is not None else 0
