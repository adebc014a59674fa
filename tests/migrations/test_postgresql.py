"""The same revisions in a PostgreSQL: ledger and vault, each from the populated revision before it."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import MetaData

from ledger.store.migrations import Which, find_revision, list_revisions, migrate
from ledger.store.postgresql import OWNER, open_administration
from ledger.store.roles import _create_roles, _create_schemas
from ledger.store.tables import LEDGER, VAULT
from tests.migrations.test_migrations import BECOMES, POPULATE
from tests.postgres import LOGIN, Cluster, cluster

__all__ = ["cluster"]  # A fixture, found here by name.

METADATA: dict[Which, MetaData] = {"ledger": LEDGER, "vault": VAULT}
REVISIONS = [(which, revision) for which in METADATA for revision in list_revisions(which)]

COLUMNS = """
SELECT table_name, column_name, ordinal_position, data_type, is_nullable, collation_name
FROM information_schema.columns WHERE table_schema = '{schema}' AND table_name <> 'alembic_version' ORDER BY 1, 3
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, replace(pg_get_constraintdef(oid), '{schema}.', '')
FROM pg_constraint WHERE connamespace = '{schema}'::regnamespace AND conrelid::regclass::text NOT LIKE '%alembic%'
ORDER BY 1, 2
"""
INDEXES = """
SELECT tablename, indexname, replace(indexdef, '{schema}.', '') FROM pg_indexes
WHERE schemaname = '{schema}' AND tablename <> 'alembic_version' ORDER BY 1, 2
"""
RIGHTS = """
SELECT table_name, grantee, string_agg(privilege_type, ' ' ORDER BY privilege_type)
FROM information_schema.table_privileges WHERE table_schema = '{schema}' AND grantee <> 'mingbai_owner'
GROUP BY 1, 2 ORDER BY 1, 2
"""


@pytest.fixture
def empty(cluster: Cluster) -> Iterator[str]:
    """A database with roles and schemas, and no table."""
    name = cluster.create_database()
    with psycopg.connect(cluster.make_url(name), autocommit=True) as driver:
        _create_roles(driver, LOGIN)
        _create_schemas(driver)
    yield name
    cluster.drop_database(name)


def read_schema(cluster: Cluster, database: str, schema: str) -> list[list[tuple[object, ...]]]:
    # Read with the schema out of the path, so that names are whole and then cut alike.
    return [
        cluster.run(database, query.format(schema=schema))
        for query in (COLUMNS, CONSTRAINTS, INDEXES, RIGHTS)
    ]


def populate(cluster: Cluster, database: str, schema: str, revision: str) -> None:
    with psycopg.connect(cluster.make_url(database)) as connection:
        for table, row in POPULATE[revision].items():
            marks = ", ".join(["%s"] * len(row))
            connection.execute(f"INSERT INTO {schema}.{table} VALUES ({marks})", row)


def read_rows(cluster: Cluster, database: str, schema: str, table: str) -> list[tuple[object, ...]]:
    return cluster.run(database, f"SELECT * FROM {schema}.{table}")


@pytest.mark.parametrize("which", METADATA)
def test_the_migrated_tables_are_the_tables_of_the_code(cluster: Cluster, empty: str, which: Which) -> None:
    migrate(open_administration(cluster.make_url(empty), which), which)
    migrated = read_schema(cluster, empty, which)[:3]
    cluster.run(empty, f"DROP SCHEMA {which} CASCADE", f"CREATE SCHEMA {which} AUTHORIZATION {OWNER}")

    METADATA[which].create_all(open_administration(cluster.make_url(empty), which))

    assert read_schema(cluster, empty, which)[:3] == migrated
    assert len(migrated[0]) > 15


@pytest.mark.parametrize(("which", "revision"), REVISIONS, ids=[revision for _, revision in REVISIONS])
def test_every_revision_takes_a_populated_database_of_the_one_before(
    cluster: Cluster, empty: str, which: Which, revision: str
) -> None:
    revisions = list_revisions(which)
    engine = open_administration(cluster.make_url(empty), which)
    before = revisions[revisions.index(revision) - 1] if revision != revisions[0] else None
    expected = {}
    if before is not None:
        migrate(engine, which, before)
        populate(cluster, empty, which, before)
        expected = POPULATE[before] | BECOMES.get(revision, {})

    migrate(engine, which, revision)

    assert find_revision(engine) == revision
    for table, row in expected.items():
        assert read_rows(cluster, empty, which, table) == [row]


@pytest.mark.parametrize("which", METADATA)
def test_migrating_again_changes_nothing(cluster: Cluster, empty: str, which: Which) -> None:
    engine, newest = open_administration(cluster.make_url(empty), which), list_revisions(which)[-1]
    migrate(engine, which)
    populate(cluster, empty, which, newest)
    schema = read_schema(cluster, empty, which)

    migrate(engine, which)

    assert read_schema(cluster, empty, which) == schema
    assert all(read_rows(cluster, empty, which, table) == [row] for table, row in POPULATE[newest].items())


def test_each_role_has_the_rights_it_needs_and_no_other(cluster: Cluster, empty: str) -> None:
    for which in METADATA:
        migrate(open_administration(cluster.make_url(empty), which), which)

    ledger, vault = (dict_rights(cluster, empty, which) for which in METADATA)

    assert {table for table, role in ledger if role == "mingbai_reader"} == {
        *LEDGER.tables,
        "alembic_version",
    }
    assert {rights for (_, role), rights in ledger.items() if role == "mingbai_reader"} == {"SELECT"}
    assert {table: rights for (table, role), rights in ledger.items() if role == "mingbai_writer"} == {
        "alembic_version": "SELECT",
        "entries": "INSERT SELECT",
        "facts": "DELETE INSERT SELECT UPDATE",
        "growing_tiles": "INSERT SELECT UPDATE",
        "logs": "INSERT SELECT UPDATE",
        "texts": "DELETE INSERT SELECT",
        "tiles": "INSERT SELECT",
        "villages": "INSERT SELECT",
    }
    assert {role for _, role in ledger} == {"mingbai_reader", "mingbai_writer"}
    assert {role for _, role in vault} == {"mingbai_vault"}
    assert {table for table, _ in vault} == {*VAULT.tables, "alembic_version"}
    assert {table for (table, _), rights in vault.items() if "DELETE" in rights} == {
        *("approvals", "ciphertexts", "disclosures", "erasures", "households", "members", "persons"),
    }


def test_a_migration_that_fails_leaves_the_revision_before(cluster: Cluster, empty: str) -> None:
    engine = open_administration(cluster.make_url(empty), "ledger")
    migrate(engine, "ledger", "ledger_0001")
    cluster.run(empty, "CREATE FUNCTION ledger.check_log() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    schema = read_schema(cluster, empty, "ledger")

    with pytest.raises(Exception, match="check_log"):
        migrate(engine, "ledger")

    assert find_revision(engine) == "ledger_0001"
    assert read_schema(cluster, empty, "ledger") == schema


def test_migrations_run_as_the_owner_who_cannot_log_in(cluster: Cluster, empty: str) -> None:
    migrate(open_administration(cluster.make_url(empty), "ledger"), "ledger")

    owners = cluster.run(empty, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'ledger'")
    assert owners == [(OWNER,)]
    assert cluster.run(empty, f"SELECT rolcanlogin FROM pg_roles WHERE rolname = '{OWNER}'") == [(False,)]


def dict_rights(cluster: Cluster, database: str, schema: str) -> dict[tuple[str, str], str]:
    rows = cluster.run(database, RIGHTS.format(schema=schema))
    return {(str(table), str(role)): str(rights) for table, role, rights in rows}
