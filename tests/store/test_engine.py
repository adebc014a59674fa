"""How a database file is opened: settings on every connection, the floor of SQLite, what is denied, what is kept."""

import logging
import stat
import threading
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
import pytest
from sqlalchemy import Engine, NullPool, bindparam, create_engine, inspect, select, text
from sqlalchemy.exc import DatabaseError, OperationalError

from ledger.errors import Refused
from ledger.store import engine as engine_module
from ledger.store import migrate, open_engine
from ledger.store.engine import (
    BUSY_TIMEOUT_MS,
    KEPT_KIB,
    SPILL_PAGES,
    WAL_FLOOR,
    choose_journal_mode,
    get_sqlite_version,
    list_setting_faults,
)
from ledger.store.tables import facts
from ledger.store.transactions import begin_read, begin_write
from tests.builders import VILLAGE
from tests.sqlite_memory import read_sqlite_memory

SETTINGS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "busy_timeout": BUSY_TIMEOUT_MS,
    "cache_size": -KEPT_KIB,
}
WRITING = {"cache_spill": SPILL_PAGES}
FACT_BYTES = 800
"""Some five to a page, none of them on pages of its own."""
REST_BYTES = 3 * KEPT_KIB * 1_024 // 2
"""Of one connection at rest: its pages, and half as much again for what they are found by, schema and statements."""


def read_settings(engine: Engine, count: int) -> list[dict[str, Any]]:
    """Hold `count` connections at once and return what each is set to."""
    connections = [engine.connect() for _ in range(count)]
    try:
        return [
            {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in (*SETTINGS, *WRITING, "secure_delete")
            }
            for connection in connections
        ]
    finally:
        for connection in connections:
            connection.close()


def test_every_pooled_connection_has_every_setting(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "ledger.db")

    for settings in read_settings(engine, 8) + read_settings(engine, 8):
        assert settings == SETTINGS | WRITING | {"secure_delete": 0}
    engine.dispose()


def test_the_vault_overwrites_what_it_deletes(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "vault.db", secure_delete=True)

    for settings in read_settings(engine, 8):
        assert settings == SETTINGS | WRITING | {"secure_delete": 1}
    engine.dispose()


def test_connections_for_reading_cannot_write(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "ledger.db")
    migrate(engine, "ledger")
    reading = open_engine(tmp_path / "ledger.db", read_only=True)

    for settings in read_settings(reading, 8):
        assert settings | SETTINGS | {"secure_delete": 0} == settings
    with pytest.raises(OperationalError, match="readonly"), reading.begin() as connection:
        connection.execute(text("INSERT INTO facts VALUES ('v', 'f', x'00')"))
    engine.dispose()
    reading.dispose()


def test_a_database_that_nobody_writes_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a folder #1?" / "ledger.db"
    path.parent.mkdir()
    engine = open_engine(path)
    migrate(engine, "ledger")
    engine.dispose()
    assert [file.name for file in path.parent.iterdir()] == ["ledger.db"]

    reading = open_engine(path, read_only=True)
    with begin_read(reading) as read:
        assert read.fetch_one(text("SELECT count(*) FROM entries")) == (0,)
    reading.dispose()


def test_opening_for_reading_makes_no_file(tmp_path: Path) -> None:
    reading = open_engine(tmp_path / "ledger.db", read_only=True)

    with pytest.raises(OperationalError), reading.connect():
        pass

    assert not (tmp_path / "ledger.db").exists()


def test_a_database_and_its_journals_are_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.touch(mode=0o644)
    engine = open_engine(path)
    migrate(engine, "ledger")

    with engine.connect() as connection, connection.begin():
        connection.execute(text("SELECT count(*) FROM entries"))
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}

    assert modes == {"ledger.db": 0o600, "ledger.db-shm": 0o600, "ledger.db-wal": 0o600}
    engine.dispose()


def test_wal_is_refused_below_the_floor() -> None:
    assert WAL_FLOOR == (3, 51, 3)
    assert choose_journal_mode((3, 51, 2)) == "truncate"
    assert choose_journal_mode((3, 40, 1)) == "truncate"
    assert choose_journal_mode((3, 51, 3)) == "wal"
    assert choose_journal_mode((4, 0, 0)) == "wal"


def test_the_installed_sqlite_is_above_the_floor() -> None:
    assert get_sqlite_version() >= WAL_FLOOR


def test_an_old_sqlite_works_without_wal_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine_module, "WAL_FLOOR", (99, 0, 0))

    with caplog.at_level(logging.WARNING):
        engine = open_engine(tmp_path / "ledger.db")
    migrate(engine, "ledger")

    assert read_settings(engine, 1)[0]["journal_mode"] == "truncate"
    assert "journal_mode=TRUNCATE" in caplog.text
    engine.dispose()


def test_a_setting_that_sqlite_does_not_take_is_an_error() -> None:
    connection = sqlite.connect(":memory:")

    with pytest.raises(RuntimeError, match="journal_mode"):
        engine_module._set_pragma(connection, "journal_mode", "wal")
    connection.close()


def put_facts(engine: Engine, count: int, village: str = VILLAGE) -> None:
    with begin_write(engine, village) as write:
        write.insert_rows(
            facts, [(village, f"fact/{number:06d}", b"x" * FACT_BYTES) for number in range(count)]
        )


def test_pages_of_villages_that_are_over_are_let_go(tmp_path: Path) -> None:
    """What a connection keeps must not grow with what it wrote and read: a county's home has thousands of villages."""
    before = read_sqlite_memory()
    engine = open_engine(tmp_path / "vault.db", secure_delete=True)
    migrate(engine, "ledger")
    villages = [f"{number:012d}" for number in range(20)]
    for village in villages:
        put_facts(engine, 500, village)
    assert read_sqlite_memory() - before < REST_BYTES

    for village in villages:
        with begin_read(engine, village) as read:
            read.fetch_all(
                select(facts.c.value).where(facts.c.village == bindparam("village")), village=village
            )

    assert len(villages) * 500 * FACT_BYTES > 2 * REST_BYTES
    assert read_sqlite_memory() - before < REST_BYTES
    engine.dispose()
    assert read_sqlite_memory() == before


def test_a_batch_stays_in_memory_until_its_commit_and_no_longer(tmp_path: Path) -> None:
    """Pages that do not fit go to the journal before the commit, and again with it."""
    before = read_sqlite_memory()
    engine = open_engine(tmp_path / "ledger.db")
    migrate(engine, "ledger")
    put_facts(engine, 1)
    journal = tmp_path / "ledger.db-wal"
    size = journal.stat().st_size

    with begin_write(engine, VILLAGE) as write:
        write.insert_rows(
            facts, [(VILLAGE, f"batch/{number}", b"x" * FACT_BYTES) for number in range(20_000)]
        )
        assert journal.stat().st_size == size
        assert read_sqlite_memory() - before > 20_000 * FACT_BYTES

    assert journal.stat().st_size > 20_000 * FACT_BYTES
    assert read_sqlite_memory() - before < REST_BYTES
    engine.dispose()


def test_a_transaction_larger_than_that_goes_to_the_journal_before_its_commit(tmp_path: Path) -> None:
    before = read_sqlite_memory()
    engine = open_engine(tmp_path / "ledger.db")
    migrate(engine, "ledger")

    with begin_write(engine, VILLAGE) as write:
        for part in range(10):
            write.insert_rows(
                facts, [(VILLAGE, f"batch/{part}/{number}", b"x" * FACT_BYTES) for number in range(10_000)]
            )
        assert read_sqlite_memory() - before < SPILL_PAGES * 4_096 * 5 // 4

    assert read_sqlite_memory() - before < REST_BYTES
    engine.dispose()


@pytest.mark.parametrize(
    "target", ["postgresql://clerk:secret@127.0.0.1/village", "sqlite://", "sqlite:///:memory:"]
)
def test_another_kind_of_database_is_refused_without_its_password(target: str) -> None:
    with pytest.raises(Refused) as caught:
        open_engine(target)

    assert caught.value.faults[0].code == "database-address"
    assert "secret" not in str(caught.value)


def test_the_refusal_of_an_address_says_what_to_do() -> None:
    with pytest.raises(Refused) as caught:
        open_engine("mysql://127.0.0.1/village")

    assert str(caught.value) == (
        "数据库地址：现为mysql://127.0.0.1/village，应为文件路径，或 sqlite:/// 开头的地址。"
        "改成一个数据库文件的路径。（database-address）"
    )


def test_a_url_opens_the_same_file_as_its_path(tmp_path: Path) -> None:
    by_path, by_url = open_engine(tmp_path / "a.db"), open_engine(f"sqlite:///{tmp_path}/a.db")

    assert by_path.url == by_url.url


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER entries_delete",
        "DROP TABLE entries",
        "CREATE INDEX entries_kind ON entries (kind)",
        "ALTER TABLE entries RENAME TO gone",
        "ALTER TABLE entries ADD COLUMN note TEXT",
        "ATTACH DATABASE ':memory:' AS other",
        "CREATE TABLE extra (a TEXT)",
        "CREATE TEMP TABLE entries (a TEXT)",
        "CREATE TEMP TRIGGER t BEFORE INSERT ON entries BEGIN SELECT raise(IGNORE); END",
        "CREATE VIEW v AS SELECT 1",
        "PRAGMA writable_schema = 1",
        "PRAGMA recursive_triggers = 0",
        "PRAGMA synchronous = OFF",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA trusted_schema = 1",
        "PRAGMA query_only = 1",
        "PRAGMA ignore_check_constraints = 1",
        "UPDATE sqlite_schema SET sql = '' WHERE name = 'entries_delete'",
        "DELETE FROM sqlite_schema",
        "REINDEX",
    ],
)
def test_the_application_cannot_change_schema_or_settings(tmp_path: Path, statement: str) -> None:
    engine = open_engine(tmp_path / "ledger.db")
    migrate(engine, "ledger")

    with (
        engine.connect() as connection,
        pytest.raises(DatabaseError, match=r"not authorized|may not be modified"),
    ):
        connection.exec_driver_sql(statement)
    engine.dispose()


def test_settings_that_do_not_hold_are_listed(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "ledger.db")
    careless = create_engine(f"sqlite:///{tmp_path}/ledger.db", module=sqlite, poolclass=NullPool)

    assert list_setting_faults(engine) == []
    assert list_setting_faults(careless) == [
        "recursive_triggers 应为 1，实为 0",
        "trusted_schema 应为 0，实为 1",
    ]
    engine.dispose()
    careless.dispose()


def test_the_application_can_look_at_schema_and_integrity(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "ledger.db")
    migrate(engine, "ledger")

    assert "entries" in inspect(engine).get_table_names()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check(10)").scalar() == "ok"
    engine.dispose()


def test_no_transaction_outlives_its_block(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "ledger.db")
    migrate(engine, "ledger")

    with begin_read(engine) as read:
        read.fetch_all(text("SELECT count(*) FROM entries"))
    with begin_write(engine) as write:
        write.run(text("DELETE FROM facts"))

    with pytest.raises(sqlite.ProgrammingError):
        read.fetch_all(text("SELECT count(*) FROM entries"))
    with pytest.raises(sqlite.ProgrammingError):
        write.run(text("DELETE FROM facts"))
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        assert not driver.in_transaction
    engine.dispose()


def test_a_writer_locks_before_it_reads(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "ledger.db")
    migrate(engine, "ledger")
    other = sqlite.connect(tmp_path / "ledger.db", isolation_level=None, timeout=0)

    with begin_write(engine), pytest.raises(sqlite.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    with begin_read(engine):
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    other.close()
    engine.dispose()


def test_connections_serve_any_thread(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "ledger.db")
    migrate(engine, "ledger")
    counts: list[Any] = []

    def count() -> None:
        with begin_read(engine) as read:
            counts.append(read.fetch_one(text("SELECT count(*) FROM entries")))

    count()
    thread = threading.Thread(target=count)
    thread.start()
    thread.join()

    assert counts == [(0,), (0,)]
    engine.dispose()
