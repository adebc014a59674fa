"""What each role of a PostgreSQL cannot do, whatever statement it thinks of: SECURITY finding F18.

The superuser passes by all of it, as the owner of a file does; what then shows the change is in the last tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg import errors

from ledger.errors import Tampered
from ledger.store.roles import prepare_database
from tests.builders import OTHER_VILLAGE, VILLAGE
from tests.postgres import LOGIN, Cluster
from tests.store.conftest import Store, make_postgresql
from tests.store.recording import make_items, record
from tests.store.test_guards import TILE_ATTACKS
from tests.store.test_vault_contract import make_draft

LEDGER_TABLES = ("entries", "texts", "tiles", "growing_tiles", "logs", "facts")
VAULT_TABLES = (
    *("approvals", "ciphertexts", "disclosures", "drafts", "erasures"),
    *("households", "members", "persons", "received_objections", "received_reports"),
)


class Village(NamedTuple):
    """A log of five entries in each of two villages, and the way in for an attacker."""

    cluster: Cluster
    database: str
    store: Store

    def act(self, role: str, *statements: str, village: str | None = VILLAGE) -> list[Any]:
        """Run statements in one transaction as a role, for a village unless it is forgotten."""
        schema = "vault" if role == "mingbai_vault" else "ledger"
        user = "postgres" if role in {"mingbai_owner", "postgres"} else LOGIN
        with psycopg.connect(self.cluster.make_url(self.database, user)) as connection:
            if role != user:
                connection.execute(f"SET ROLE {role}")
            connection.execute(f"SET search_path = {schema}, pg_temp")
            if village is not None:
                connection.execute("SELECT set_config('mingbai.village', %s, true)", (village,))
            rows: list[Any] = []
            for statement in statements:
                cursor = connection.execute(statement)
                rows = cursor.fetchall() if cursor.description else [(cursor.rowcount,)]
        return rows

    def read_all(self) -> list[list[tuple[object, ...]]]:
        """Return what is recorded, seen by one whom nothing binds."""
        return [
            self.cluster.run(self.database, f"SELECT * FROM ledger.{table} ORDER BY 1, 2")
            for table in ("entries", "texts", "logs")
        ]


def make_village(cluster: Cluster, database: str, folder: Path) -> Iterator[Village]:
    for store in make_postgresql(folder, cluster.make_url(database, LOGIN)):
        record(store.ledger, make_items(5))
        record(store.ledger, make_items(5, OTHER_VILLAGE, "other"), OTHER_VILLAGE)
        store.vault.put_drafts(VILLAGE, [make_draft("a")])
        yield Village(cluster, database, store)


@pytest.fixture
def fresh(cluster: Cluster, database: str, tmp_path: Path) -> Iterator[Village]:
    """For a test that changes something."""
    yield from make_village(cluster, database, tmp_path)


@pytest.fixture(scope="module")
def pg(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    """For tests that are refused, and hold it to be unchanged."""
    database = cluster.create_database(template="prepared")
    # The rights of the whole database are made for each; copies of one do not carry them.
    prepare_database(cluster.make_url(database), LOGIN)
    yield from make_village(cluster, database, tmp_path_factory.mktemp("heads"))
    cluster.drop_database(database)


COLUMNS = "village, entry_index, leaf, previous, claim, kind, recorded_at, data"
NEXT_LEAF = f"(SELECT leaf FROM entries WHERE village = '{VILLAGE}' AND entry_index = 4)"
HASH = "decode(repeat('ab', 32), 'hex')"


def insert(
    *,
    village: str = VILLAGE,
    index: str = "5",
    previous: str = NEXT_LEAF,
    claim: str = HASH,
    recorded_at: str = "9000000000000",
    more: str = "",
) -> str:
    """Build an insert that would continue the log of five entries but for what is named."""
    return (
        f"INSERT INTO entries ({COLUMNS}) VALUES "
        f"('{village}', {index}, {HASH}, {previous}, {claim}, 'evil', {recorded_at}, '\\x4556494c') {more}"
    )


def of_entry(column: str, index: int) -> str:
    return f"(SELECT {column} FROM entries WHERE village = '{VILLAGE}' AND entry_index = {index})"


NOT_ALLOWED = {
    "update": "UPDATE entries SET data = '\\x4556494c'",
    "delete": "DELETE FROM entries",
    "truncate": "TRUNCATE entries",
    "truncate cascade": "TRUNCATE logs CASCADE",
    "upsert": insert(
        index="1",
        previous=of_entry("leaf", 0),
        more="ON CONFLICT (village, entry_index) DO UPDATE SET data = EXCLUDED.data",
    ),
    "merge": "MERGE INTO entries e USING (SELECT 1) s ON e.entry_index = 1 WHEN MATCHED THEN DELETE",
    "lock as an updater would": "SELECT 1 FROM entries FOR UPDATE",
    "disable triggers": "ALTER TABLE entries DISABLE TRIGGER ALL",
    "disable row security": "ALTER TABLE entries NO FORCE ROW LEVEL SECURITY",
    "drop a policy": "DROP POLICY entries_of_village ON entries",
    "add a policy": "CREATE POLICY mine ON entries USING (true)",
    "replace a guard": "CREATE OR REPLACE FUNCTION ledger.refuse() RETURNS trigger LANGUAGE plpgsql "
    "AS 'BEGIN RETURN NULL; END'",
    "drop": "DROP TABLE entries",
    "new table": "CREATE TABLE ledger.mine (a int)",
    "replica": "SET session_replication_role = replica",
    "owner": "SET ROLE mingbai_owner",
    "superuser": "SET ROLE postgres",
    "text update": "UPDATE texts SET disclosure = 'evil'",
    "text truncate": "TRUNCATE texts",
    "tile update": "UPDATE tiles SET number = 9",
    "tile delete": "DELETE FROM tiles",
    "log delete": "DELETE FROM logs",
    "village delete": "DELETE FROM villages",
    "village update": "UPDATE villages SET village = 'x'",
    "vault": "SELECT * FROM vault.persons",
    "revision": "UPDATE alembic_version SET version_num = 'x'",
    "read a file": "COPY entries FROM '/etc/passwd'",
    "run a program": "COPY (SELECT 1) TO PROGRAM 'true'",
    "other village": insert(village=OTHER_VILLAGE),
    "text of another village": f"INSERT INTO texts VALUES ('{OTHER_VILLAGE}', 0, 'd', 'x')",
    "facts of another village": f"INSERT INTO facts VALUES ('{OTHER_VILLAGE}', 'f', '\\x00')",
    "log of another village": f"INSERT INTO logs VALUES ('{OTHER_VILLAGE}', 1, '\\x', '\\x', 1)",
}


@pytest.mark.parametrize("statement", NOT_ALLOWED.values(), ids=NOT_ALLOWED.keys())
@pytest.mark.parametrize("role", ["mingbai_writer", "mingbai_reader"])
def test_nobody_of_ours_is_allowed(pg: Village, role: str, statement: str) -> None:
    before = pg.read_all()

    with pytest.raises((errors.InsufficientPrivilege, errors.FeatureNotSupported)):
        pg.act(role, statement)

    assert pg.read_all() == before


READER_MAY_NOT = {
    "insert": insert(),
    "fact": f"INSERT INTO facts VALUES ('{VILLAGE}', 'f', '\\x00')",
    "facts": "DELETE FROM facts",
    "text": "DELETE FROM texts",
    "log": "UPDATE logs SET size = 9",
    "temporary table": "CREATE TEMP TABLE entries (a int)",
}


@pytest.mark.parametrize("statement", READER_MAY_NOT.values(), ids=READER_MAY_NOT.keys())
def test_a_reader_only_reads(pg: Village, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        pg.act("mingbai_reader", statement)


GUARDED = {
    "gap": insert(index="6"),
    "fork": insert(previous=of_entry("leaf", 2)),
    "first again": insert(index="-1", previous="decode(repeat('00', 32), 'hex')"),
    "index twice": insert(index="4", previous=of_entry("leaf", 3)),
    "time runs back": insert(recorded_at="1"),
    "claim twice": insert(claim=of_entry("claim", 3)),
    "two at once with a gap": insert(
        more=f", ('{VILLAGE}', 7, {HASH}, {HASH}, decode(repeat('cd', 32), 'hex'), 'evil', 9000000000000, "
        "'\\x4556494c')"
    ),
    "two at once unlinked": insert(
        more=f", ('{VILLAGE}', 6, {HASH}, {NEXT_LEAF}, decode(repeat('cd', 32), 'hex'), 'evil', "
        "9000000000000, '\\x4556494c')"
    ),
    "two at once, time runs back": insert(
        more=f", ('{VILLAGE}', 6, {HASH}, {HASH}, decode(repeat('cd', 32), 'hex'), 'evil', 8999999999999, "
        "'\\x4556494c')"
    ),
    "log shrinks": "UPDATE logs SET size = 2",
    "log of the same size changes": "UPDATE logs SET leaf = '\\x00'",
    "log goes back in time": "UPDATE logs SET size = 9, recorded_at = 1",
    "log twice": f"INSERT INTO logs SELECT village, 1, frontier, leaf, recorded_at FROM logs "
    f"WHERE village = '{VILLAGE}'",
    "text twice": f"INSERT INTO texts SELECT village, 0, digest, 'evil' FROM texts "
    f"WHERE village = '{VILLAGE}' LIMIT 1",
    "tile gap": f"INSERT INTO tiles SELECT '{VILLAGE}', 0, 2, decode(repeat('00', 8192), 'hex')",
    "village twice": f"INSERT INTO villages VALUES ('{VILLAGE}')",
}


@pytest.mark.parametrize("statement", GUARDED.values(), ids=GUARDED.keys())
@pytest.mark.parametrize("role", ["mingbai_writer", "postgres"])
def test_the_guards_refuse_what_the_rights_allow(pg: Village, role: str, statement: str) -> None:
    before = pg.read_all()

    with pytest.raises(psycopg.IntegrityError):
        pg.act(role, statement)

    assert pg.read_all() == before


@pytest.mark.parametrize("role", ["mingbai_owner", "postgres"])
@pytest.mark.parametrize(
    "statement",
    [
        *("UPDATE entries SET data = '\\x4556494c'", "DELETE FROM entries", "TRUNCATE entries"),
        *("UPDATE texts SET disclosure = ''", "TRUNCATE texts", "DELETE FROM logs", "TRUNCATE logs"),
        *(TILE_ATTACKS["delete"], "TRUNCATE tiles", "DELETE FROM villages", "TRUNCATE villages"),
    ],
)
def test_the_guards_stop_the_owner_and_a_replica_too(pg: Village, role: str, statement: str) -> None:
    before = pg.read_all()
    first = ("SET session_replication_role = replica",) if role == "postgres" else ()

    with pytest.raises(errors.IntegrityConstraintViolation, match="is refused"):
        pg.act(role, *first, statement)

    assert pg.read_all() == before


def test_an_insert_that_continues_the_log_passes_so_the_attacks_fail_for_their_own_reason(
    fresh: Village,
) -> None:
    fresh.act("mingbai_writer", insert())

    assert fresh.act("mingbai_reader", "SELECT count(*) FROM entries") == [(6,)]


@pytest.mark.parametrize("village", [None, "", "000000000000"], ids=["forgotten", "empty", "unknown"])
def test_without_its_village_a_transaction_sees_nothing(pg: Village, village: str | None) -> None:
    for role in ("mingbai_writer", "mingbai_reader"):
        for table in LEDGER_TABLES:
            assert pg.act(role, f"SELECT count(*) FROM {table}", village=village) == [(0,)]
    for table in VAULT_TABLES:
        assert pg.act("mingbai_vault", f"SELECT count(*) FROM {table}", village=village) == [(0,)]
    assert pg.act("mingbai_owner", "SELECT count(*) FROM entries", village=village) == [(0,)]
    assert pg.act("mingbai_writer", "DELETE FROM texts", village=village) == [(0,)]
    with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
        pg.act("mingbai_writer", insert(), village=village)


def test_a_transaction_sees_one_village(pg: Village) -> None:
    for table in ("entries", "texts", "logs", "facts"):
        for village in (VILLAGE, OTHER_VILLAGE):
            rows = pg.act("mingbai_reader", f"SELECT DISTINCT village FROM {table}", village=village)
            assert rows == [(village,)]
    assert pg.act("mingbai_reader", "SELECT village FROM villages ORDER BY 1", village=None) == [
        (VILLAGE,),
        (OTHER_VILLAGE,),
    ]


def test_redaction_deletes_texts_of_the_own_village_alone(fresh: Village) -> None:
    fresh.act("mingbai_writer", "DELETE FROM texts")

    assert fresh.act("mingbai_reader", "SELECT count(*) FROM texts") == [(0,)]
    assert fresh.act("mingbai_reader", "SELECT count(*) > 0 FROM texts", village=OTHER_VILLAGE) == [(True,)]


def test_the_login_has_no_rights_of_its_own(pg: Village) -> None:
    for statement in ("SELECT 1 FROM ledger.entries", "SELECT 1 FROM vault.persons"):
        with pytest.raises(errors.InsufficientPrivilege):
            pg.act(LOGIN, statement)


def test_every_table_is_secured_by_village_but_the_registers(cluster: Cluster, database: str) -> None:
    rows = cluster.run(
        database,
        "SELECT relnamespace::regnamespace::text, relname FROM pg_class WHERE relkind = 'r' AND "
        "relnamespace::regnamespace::text IN ('ledger', 'vault') AND relrowsecurity AND relforcerowsecurity",
    )

    assert set(rows) == {("ledger", table) for table in LEDGER_TABLES} | {
        ("vault", table) for table in VAULT_TABLES
    }


def test_every_key_begins_with_the_village(cluster: Cluster, database: str) -> None:
    rows = cluster.run(
        database,
        "SELECT i.indexrelid::regclass::text, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid "
        "JOIN pg_attribute a ON a.attrelid = i.indexrelid AND a.attnum = 1 WHERE "
        "c.relnamespace::regnamespace::text IN ('ledger', 'vault') AND c.relkind = 'r' "
        "AND c.relname <> 'alembic_version'",
    )

    assert len(rows) >= 16
    assert {column for _, column in rows} == {"village"}


def test_a_superuser_who_rewrites_an_entry_is_noticed_by_every_reader(fresh: Village) -> None:
    fresh.cluster.run(
        fresh.database,
        "ALTER TABLE ledger.entries DISABLE TRIGGER ALL",
        f"UPDATE ledger.entries SET data = overlay(data placing '\\x7a' from 30) "
        f"WHERE village = '{VILLAGE}' AND entry_index = 2",
        f"DELETE FROM ledger.entries WHERE village = '{VILLAGE}' AND entry_index = 3",
        "ALTER TABLE ledger.entries ENABLE ALWAYS TRIGGER entries_change",
    )

    with fresh.store.ledger.read(VILLAGE) as reader:
        with pytest.raises(Tampered) as changed:
            reader.get_entry_bytes(2)
        with pytest.raises(Tampered) as gone:
            reader.get_entry_bytes(3)
        with pytest.raises(Tampered) as iterated:
            list(reader.iterate_entries(0, 5))
    assert (changed.value.index, gone.value.index, iterated.value.index) == (2, 3, 3)
    with fresh.store.ledger.read(OTHER_VILLAGE) as reader:
        assert len(list(reader.iterate_entries(0, 5))) == 5


ERASURES = {
    "one who is both": f"INSERT INTO erasures VALUES ('{VILLAGE}', 'h-b', 'u-a', 'u-a')",
    "nobody who asks": f"INSERT INTO erasures VALUES ('{VILLAGE}', 'h-b', '', 'u-b')",
    "the asker agrees": "UPDATE erasures SET agreed_by = asked_by",
    "another asks": "UPDATE erasures SET asked_by = 'u-c'",
    "another agrees": "UPDATE erasures SET agreed_by = 'u-c' WHERE subject = 'h-c'",
    "about another": "UPDATE erasures SET subject = 'h-b' WHERE subject = 'h-a'",
    "upsert": f"INSERT INTO erasures VALUES ('{VILLAGE}', 'h-a', 'u-a', 'u-b') "
    "ON CONFLICT (village, subject) DO UPDATE SET agreed_by = 'u-a'",
}


@pytest.mark.parametrize("role", ["mingbai_vault", "postgres"])
def test_who_asks_for_an_erasure_agrees_to_none(fresh: Village, role: str) -> None:
    rows = [(VILLAGE, "h-a", "u-a", ""), (VILLAGE, "h-c", "u-a", "u-b")]
    for row in rows:
        fresh.act("mingbai_vault", f"INSERT INTO erasures VALUES {row}")

    for statement in ERASURES.values():
        with pytest.raises(psycopg.IntegrityError):
            fresh.act(role, "SET search_path = vault, pg_temp", statement)

    assert fresh.act("mingbai_vault", "SELECT * FROM erasures ORDER BY 2") == rows
    assert fresh.act("mingbai_vault", "UPDATE erasures SET agreed_by = 'u-b'") == [(2,)]
