"""What a month's finance sheet tells of besides its vouchers: facts of every log that was begun before they were kept.

A sheet that was sealed without them would differ for good from what the entries give. They are what folding the entries
again would give, byte by byte: a scrub holds both to each other. No entry changes.

Revision ledger_0005, after ledger_0004. Frozen: imports nothing of ours.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "ledger_0005"
down_revision = "ledger_0004"
branch_labels = None
depends_on = None

_KINDS = (
    "asset.changed",
    "asset.disposed",
    "asset.registered",
    "objection.answered",
    "objection.raised",
    "resource.changed",
    "resource.registered",
    "stocktake.recorded",
)
_ROWS = 1_000
_GUARDED = ("entries", "facts")
"""Tables whose row security binds the owner too: lifted for this transaction."""

_entries = sa.table(
    "entries", sa.column("village"), sa.column("entry_index"), sa.column("kind"), sa.column("data")
)
_facts = sa.table("facts", sa.column("village"), sa.column("fact"), sa.column("value"))
_villages = sa.table("villages", sa.column("village"))


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        for table in _GUARDED:
            op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    # A home whose facts were folded again by hand has them already.
    op.get_bind().execute(sa.delete(_facts).where(_facts.c.fact.like("told/%")))
    for (village,) in op.get_bind().execute(sa.select(_villages.c.village)).fetchall():
        _fold(village)
    if is_postgresql:
        for table in _GUARDED:
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _fold(village: str) -> None:
    after = -1
    while rows := _read(village, after):
        found = []
        for index, data in rows:
            try:
                found.append((f"told/{json.loads(bytes(data))['period']}/{index:012d}", index))
            except (ValueError, KeyError, TypeError):
                continue  # A spoilt entry keeps nobody from opening the home: doctor, scrub and audit tell of it.
        _write(village, found)
        after = rows[-1][0]


def _read(village: str, after: int) -> list[tuple[int, bytes]]:
    query = (
        sa.select(_entries.c.entry_index, _entries.c.data)
        .where(_entries.c.village == village, _entries.c.entry_index > after, _entries.c.kind.in_(_KINDS))
        .order_by(_entries.c.entry_index)
        .limit(_ROWS)
    )
    return [(index, data) for index, data in op.get_bind().execute(query)]


def _write(village: str, values: list[tuple[str, int]]) -> None:
    rows = [
        {
            "village": village,
            "fact": key,
            "value": json.dumps({"index": index}, separators=(",", ":")).encode(),
        }
        for key, index in values
    ]
    if rows:
        op.get_bind().execute(sa.insert(_facts), rows)
