"""By which amounts entries of the books are found, and what is carried over at a year's end: facts of every log that
was begun before they were kept.

They are what folding the entries again would give, byte by byte: a scrub holds both to each other. No entry changes.

Revision ledger_0004, after ledger_0003. Frozen: imports nothing of ours.
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "ledger_0004"
down_revision = "ledger_0003"
branch_labels = None
depends_on = None

_KINDS = ("accounts.opened", "voucher.recorded", "voucher.reversed", "voucher.replaced")
_RESULT = "321"
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
    for (village,) in op.get_bind().execute(sa.select(_villages.c.village)).fetchall():
        _fold(village)
    if is_postgresql:
        for table in _GUARDED:
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _fold(village: str) -> None:
    carried: dict[str, list[int]] = {}
    after = -1
    while rows := _read(village, after):
        found = []
        for index, kind, data in rows:
            try:
                entry = json.loads(bytes(data))
                postings = entry["body"]["postings"]
                found += [(_key(fen, index), {"index": index}) for fen in sorted(_list_amounts(postings))]
                if kind != "accounts.opened":
                    _carry(carried, entry["period"], postings)
            except (ValueError, KeyError, TypeError):
                continue  # A spoilt entry keeps nobody from opening the home: doctor, scrub and audit tell of it.
        _write(village, found)
        after = rows[-1][0]
    moved = [(key, {"credit_fen": credit, "debit_fen": debit}) for key, (credit, debit) in carried.items()]
    _write(village, moved)


def _read(village: str, after: int) -> list[tuple[int, str, bytes]]:
    query = (
        sa.select(_entries.c.entry_index, _entries.c.kind, _entries.c.data)
        .where(_entries.c.village == village, _entries.c.entry_index > after, _entries.c.kind.in_(_KINDS))
        .order_by(_entries.c.entry_index)
        .limit(_ROWS)
    )
    return [(index, kind, data) for index, kind, data in op.get_bind().execute(query)]


def _write(village: str, values: list[tuple[str, dict[str, int]]]) -> None:
    rows = [
        {"village": village, "fact": key, "value": json.dumps(value, separators=(",", ":")).encode()}
        for key, value in values
    ]
    if rows:
        op.get_bind().execute(sa.insert(_facts), rows)


def _list_amounts(postings: list[dict[str, Any]]) -> set[int]:
    total = sum(posting["amount_fen"] for posting in postings if posting["side"] == "debit")
    return {abs(total), *(abs(posting["amount_fen"]) for posting in postings)} - {0}


def _key(amount_fen: int, index: int) -> str:
    return f"amount/{amount_fen:016d}/{index:012d}"


def _carry(carried: dict[str, list[int]], period: str, postings: list[dict[str, Any]]) -> None:
    if not any(posting["account"].startswith(_RESULT) for posting in postings):
        return
    moved: dict[str, list[int]] = {}
    for posting in postings:
        sides = moved.setdefault(posting["account"], [0, 0])
        sides[posting["side"] == "debit"] += posting["amount_fen"]
    for account, (credit, debit) in moved.items():
        if credit or debit:
            kept = carried.setdefault(f"carried/{period}/{account}", [0, 0])
            carried[f"carried/{period}/{account}"] = [kept[0] + credit, kept[1] + debit]
