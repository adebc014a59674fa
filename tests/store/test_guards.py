"""What somebody with the file and a plain connection cannot do while the triggers stand: SECURITY finding F1.

The connection is as weak as it gets: `recursive_triggers` off, so that REPLACE fires no delete trigger.
"""

from collections.abc import Callable
from typing import Any

import pysqlite3.dbapi2 as sqlite
import pytest

from ledger.store.tables import HEADS, LEDGER, VAULT, texts
from tests.builders import VILLAGE
from tests.store.conftest import Store
from tests.store.recording import make_items, record
from tests.store.test_heads_contract import make_head

Attack = Callable[..., list[Any]]

EVIL = "x'4556494c'"
COLUMNS = "village, entry_index, leaf, previous, claim, kind, recorded_at, data"
NEXT_LEAF = f"(SELECT leaf FROM entries WHERE village = '{VILLAGE}' AND entry_index = 4)"


def insert(
    verb: str = "INSERT",
    *,
    index: str = "5",
    previous: str = NEXT_LEAF,
    claim: str = "randomblob(32)",
    recorded_at: str = "9000000000000",
    rowid: str = "",
    village: str = VILLAGE,
) -> str:
    """Build an insert that would continue the log of five entries but for what is named."""
    columns, values = ("rowid, ", f"{rowid}, ") if rowid else ("", "")
    return (
        f"{verb} INTO entries ({columns}{COLUMNS}) "
        f"SELECT {values}'{village}', {index}, randomblob(32), {previous}, {claim}, 'evil', {recorded_at}, "
        f"{EVIL}"
    )


def of_entry(column: str, index: int) -> str:
    return f"(SELECT {column} FROM entries WHERE village = '{VILLAGE}' AND entry_index = {index})"


ATTACKS = {
    "replace by key": insert("REPLACE", index="1", previous=of_entry("leaf", 0)),
    "insert or replace by key": insert("INSERT OR REPLACE", index="1", previous=of_entry("leaf", 0)),
    "replace the newest": insert("REPLACE", index="4", previous=of_entry("leaf", 3)),
    "replace by previous": insert("REPLACE", previous=of_entry("previous", 2)),
    "replace by claim": insert("REPLACE", claim=of_entry("claim", 2)),
    "replace by rowid": insert("REPLACE", rowid="2"),
    "replace by rowid of the newest": insert("REPLACE", rowid="5"),
    "upsert": insert(index="1", previous=of_entry("leaf", 0))
    + f" WHERE true ON CONFLICT (village, entry_index) DO UPDATE SET data = {EVIL}",
    "update": f"UPDATE entries SET data = {EVIL}",
    "update or replace": "UPDATE OR REPLACE entries SET entry_index = 1 WHERE entry_index = 2",
    "delete": "DELETE FROM entries",
    "delete the newest": "DELETE FROM entries WHERE entry_index = 4",
    "gap": insert(index="6"),
    "index null": insert(index="NULL"),
    "index twice": insert(index="4", previous=of_entry("leaf", 3)),
    "fork": insert(previous=of_entry("leaf", 2)),
    "previous null": insert(previous="NULL"),
    "time runs back": insert(recorded_at="1"),
    "claim twice": insert(claim=of_entry("claim", 3)),
    "log without founding": insert(village="000000000000"),
    "first entry with a predecessor": insert(village="000000000000", index="0"),
    "text update": "UPDATE texts SET disclosure = 'evil'",
    "text replace": "REPLACE INTO texts SELECT village, entry_index, digest, 'evil' FROM texts LIMIT 1",
    "text replace by digest": "REPLACE INTO texts SELECT village, 0, digest, 'evil' FROM texts LIMIT 1",
    "log shrinks": "UPDATE logs SET size = 2",
    "log of the same size changes": "UPDATE logs SET leaf = zeroblob(32)",
    "log goes back in time": "UPDATE logs SET size = 9, recorded_at = 1",
    "log moves": "UPDATE logs SET village = 'x', size = 9",
    "log delete": "DELETE FROM logs",
    "log replace": "REPLACE INTO logs SELECT village, 1, frontier, leaf, recorded_at FROM logs",
}


@pytest.mark.parametrize("statement", ATTACKS.values(), ids=ATTACKS.keys())
def test_the_ledger_refuses(sqlite_store: Store, attack: Attack, statement: str) -> None:
    record(sqlite_store.ledger, make_items(5))
    before = [attack("ledger", f"SELECT * FROM {table}") for table in ("entries", "texts", "logs")]

    with pytest.raises(sqlite.IntegrityError, match=r"^(entries|texts|logs): "):
        attack("ledger", "PRAGMA recursive_triggers = 0", statement)

    assert [attack("ledger", f"SELECT * FROM {table}") for table in ("entries", "texts", "logs")] == before


def test_an_insert_that_continues_the_log_passes_so_the_attacks_fail_for_their_own_reason(
    sqlite_store: Store, attack: Attack
) -> None:
    record(sqlite_store.ledger, make_items(5))

    attack("ledger", insert())

    assert attack("ledger", "SELECT count(*) FROM entries") == [(6,)]


def test_a_text_can_be_deleted(sqlite_store: Store, attack: Attack) -> None:
    record(sqlite_store.ledger, make_items(2))

    attack("ledger", "DELETE FROM texts WHERE entry_index = 1")

    with sqlite_store.ledger.read(VILLAGE) as reader:
        assert reader.list_texts(1) == ()


TILE_ATTACKS = {
    "update": "UPDATE tiles SET data = zeroblob(8192)",
    "delete": "DELETE FROM tiles",
    "replace": "REPLACE INTO tiles SELECT village, level, number, zeroblob(8192) FROM tiles LIMIT 1",
    "replace by rowid": "REPLACE INTO tiles (rowid, village, level, number, data) "
    f"VALUES (1, '{VILLAGE}', 0, 1, zeroblob(8192))",
    "gap": f"INSERT INTO tiles VALUES ('{VILLAGE}', 0, 2, zeroblob(8192))",
}


@pytest.mark.parametrize("statement", TILE_ATTACKS.values(), ids=TILE_ATTACKS.keys())
def test_full_tiles_never_change(sqlite_store: Store, attack: Attack, statement: str) -> None:
    record(sqlite_store.ledger, make_items(256))

    with pytest.raises(sqlite.IntegrityError, match=r"^tiles: "):
        attack("ledger", "PRAGMA recursive_triggers = 0", statement)


HEAD_ATTACKS = {
    "update": "UPDATE heads SET root = zeroblob(32)",
    "delete": "DELETE FROM heads",
    "replace": f"REPLACE INTO heads VALUES ('{VILLAGE}', 7, zeroblob(32), x'00')",
    "same size": f"INSERT OR REPLACE INTO heads VALUES ('{VILLAGE}', 9, zeroblob(32), x'00')",
    "smaller": f"INSERT INTO heads VALUES ('{VILLAGE}', 8, zeroblob(32), x'00')",
}


@pytest.mark.parametrize("statement", HEAD_ATTACKS.values(), ids=HEAD_ATTACKS.keys())
def test_signed_heads_only_grow(sqlite_store: Store, attack: Attack, statement: str) -> None:
    sqlite_store.heads.advance(VILLAGE, make_head(7))
    sqlite_store.heads.advance(VILLAGE, make_head(9))

    with pytest.raises(sqlite.IntegrityError, match=r"^heads: "):
        attack("heads", "PRAGMA recursive_triggers = 0", statement)

    assert list(sqlite_store.heads.iterate(VILLAGE)) == [make_head(7), make_head(9)]


def test_types_are_strict(sqlite_store: Store, attack: Attack) -> None:
    tables = [table for name in ("ledger", "heads", "vault") for table in attack(name, "PRAGMA table_list")]
    ours = [row for row in tables if row[0] == "main" and not row[1].startswith(("sqlite_", "alembic_"))]

    assert len(ours) == sum(len(metadata.tables) for metadata in (LEDGER, HEADS, VAULT))
    assert [row[1] for row in ours if not row[5]] == []


def test_after_a_refused_row_the_transaction_takes_nothing_more(sqlite_store: Store, attack: Attack) -> None:
    record(sqlite_store.ledger, make_items(2))
    rows = attack("ledger", "SELECT * FROM texts")

    with pytest.raises(sqlite.ProgrammingError):
        insert_texts(sqlite_store, "before", rows[0][2], "after")

    assert attack("ledger", "SELECT * FROM texts") == rows


def insert_texts(store: Store, before: str, refused: str, after: str) -> None:
    """Insert three texts by their digests in one transaction, swallowing that the second is refused."""
    with store.ledger.write(VILLAGE) as writer:
        transaction = writer._transaction
        transaction.insert_columns(texts, 1, [7], [before], [before])
        with pytest.raises(sqlite.IntegrityError, match="no row may be replaced"):
            transaction.insert_columns(texts, 1, [7], [refused], ["evil"])
        transaction.insert_columns(texts, 1, [7], [after], [after])


ERASURE_ATTACKS = {
    "one who is both": f"INSERT INTO erasures VALUES ('{VILLAGE}', 'h-b', 'u-a', 'u-a')",
    "replaced by one who is both": f"REPLACE INTO erasures VALUES ('{VILLAGE}', 'h-a', 'u-b', 'u-b')",
    "nobody who asks": f"INSERT INTO erasures VALUES ('{VILLAGE}', 'h-b', '', 'u-b')",
    "the asker agrees": "UPDATE erasures SET agreed_by = asked_by",
    "another asks": "UPDATE erasures SET asked_by = 'u-b'",
    "upsert": f"INSERT INTO erasures VALUES ('{VILLAGE}', 'h-a', 'u-a', 'u-a') "
    "ON CONFLICT (village, subject) DO UPDATE SET agreed_by = 'u-a'",
    "replace": f"REPLACE INTO erasures VALUES ('{VILLAGE}', 'h-a', 'u-c', 'u-a')",
    "another agrees": "UPDATE erasures SET agreed_by = 'u-b'; UPDATE erasures SET agreed_by = 'u-c'",
    "about another": "UPDATE erasures SET subject = 'h-b'",
    "update or replace": "UPDATE OR REPLACE erasures SET asked_by = 'u-b', agreed_by = 'u-a'",
}


@pytest.mark.parametrize("statement", ERASURE_ATTACKS.values(), ids=ERASURE_ATTACKS.keys())
def test_who_asks_for_an_erasure_agrees_to_none(sqlite_store: Store, attack: Attack, statement: str) -> None:
    asked = f"INSERT INTO erasures VALUES ('{VILLAGE}', 'h-a', 'u-a', '')"
    attack("vault", asked)

    with pytest.raises(sqlite.IntegrityError, match=r"^(erasures: |CHECK constraint failed: erasures_two)"):
        attack("vault", "PRAGMA recursive_triggers = 0", *statement.split("; "))

    assert [row[:3] for row in attack("vault", "SELECT * FROM erasures")] == [(VILLAGE, "h-a", "u-a")]


def test_another_agrees_so_the_attacks_fail_for_their_own_reason(sqlite_store: Store, attack: Attack) -> None:
    attack("vault", f"INSERT INTO erasures VALUES ('{VILLAGE}', 'h-a', 'u-a', '')")

    attack("vault", "UPDATE erasures SET agreed_by = 'u-b'")

    assert attack("vault", "SELECT agreed_by FROM erasures") == [("u-b",)]
