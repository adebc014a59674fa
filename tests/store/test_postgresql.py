"""How a PostgreSQL is reached: what each connection is set to, what a person is told, what comes back by itself."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, bindparam, delete, select
from sqlalchemy.exc import DatabaseError

from ledger.config import Config
from ledger.errors import InDoubt, Refused
from ledger.home import create_home
from ledger.store import postgresql, roles
from ledger.store.postgresql import ROLES, Purpose, open_postgresql
from ledger.store.roles import (
    list_server_faults,
    prepare_database,
    read_server,
    verify_prepared,
)
from ledger.store.tables import facts, growing_tiles, logs
from ledger.store.transactions import begin_read, begin_write
from tests.builders import OTHER_VILLAGE, VILLAGE
from tests.postgres import LOGIN, Cluster
from tests.store.conftest import Store, make_postgresql
from tests.store.recording import make_items, record
from tests.store.statements import find_crossing

PLACE = "PostgreSQL 数据库：现为"
FACT = select(facts.c.value).where(facts.c.village == VILLAGE, facts.c.fact == "f")

Open = Callable[[Purpose], Engine]


@pytest.fixture
def open_(cluster: Cluster, database: str) -> Iterator[Open]:
    """Open the fresh database for a purpose."""
    engines: list[Engine] = []

    def open_for(purpose: Purpose) -> Engine:
        engines.append(open_postgresql(cluster.make_url(database, LOGIN), purpose))
        return engines[-1]

    yield open_for
    for engine in engines:
        engine.dispose()


@pytest.fixture
def pg(cluster: Cluster, database: str, tmp_path: Path) -> Iterator[Store]:
    yield from make_postgresql(tmp_path, cluster.make_url(database, LOGIN))


def refuse(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as error:
        act()
    return str(error.value)


def raise_in_transaction(engine: Engine, error: Exception) -> None:
    with begin_write(engine, VILLAGE):
        raise error


def swallow_in_transaction(engine: Engine, row: tuple[str, str, bytes]) -> None:
    with begin_write(engine, VILLAGE) as write:
        write.insert_rows(facts, [row])
        with contextlib.suppress(psycopg.IntegrityError):
            write.insert_rows(facts, [row])


@pytest.mark.parametrize("purpose", ["writer", "reader", "vault"])
def test_every_pooled_connection_has_every_setting(open_: Open, purpose: Purpose) -> None:
    engine = open_(purpose)
    connections = [engine.raw_connection() for _ in range(8)]

    for connection in connections:
        driver: Any = connection.driver_connection
        found = {
            name: driver.execute(f"SHOW {name}").fetchone()[0]
            for name in (
                *("search_path", "TimeZone", "synchronous_commit", "lock_timeout", "statement_timeout"),
                *("row_security", "client_encoding", "default_transaction_read_only"),
            )
        }
        assert found == {
            "search_path": f"{'vault' if purpose == 'vault' else 'ledger'}, pg_temp",
            "TimeZone": "UTC",
            "synchronous_commit": "on",
            "lock_timeout": "10s",
            "statement_timeout": "1min",
            "row_security": "on",
            "client_encoding": "UTF8",
            "default_transaction_read_only": "on" if purpose == "reader" else "off",
        }
        assert driver.execute("SELECT session_user, current_user").fetchone() == (LOGIN, ROLES[purpose])
        connection.close()


def test_a_server_that_does_not_wait_for_the_disk_is_made_to(
    cluster: Cluster, database: str, open_: Open
) -> None:
    cluster.run("postgres", f"ALTER DATABASE {database} SET synchronous_commit = off")

    with open_("writer").raw_connection().cursor() as cursor:
        assert cursor.execute("SHOW synchronous_commit").fetchone() == ("on",)


def test_a_reading_transaction_refuses_to_write(open_: Open) -> None:
    with pytest.raises(Refused, match="database-read-only"), begin_read(open_("writer"), VILLAGE) as read:
        read.run(delete(facts).where(facts.c.village == VILLAGE))


def test_a_transaction_speaks_of_its_own_village_alone(open_: Open) -> None:
    engine = open_("writer")
    other = select(logs.c.size).where(logs.c.village == bindparam("village"))

    with begin_write(engine, VILLAGE) as write:
        with pytest.raises(ValueError, match=OTHER_VILLAGE):
            write.fetch_one(other, village=OTHER_VILLAGE)
        with pytest.raises(ValueError, match="another village"):
            write.insert_rows(facts, [(OTHER_VILLAGE, "f", b"")])


@pytest.mark.parametrize("count", [1, 31, 32, 2_500], ids=lambda count: f"{count} rows")
def test_many_rows_come_in_like_few(open_: Open, count: int) -> None:
    engine = open_("writer")
    rows = [(VILLAGE, f"fact/{number:05d}", bytes([number % 251]) * 3) for number in range(count)]
    with begin_write(engine, VILLAGE) as write:
        write.insert_rows(facts, rows[: count // 2])
        write.insert_new_rows(facts, rows)
        write.upsert_rows(facts, [(village, fact, b"first") for village, fact, _ in rows] + rows)
        write.upsert_rows(
            growing_tiles, [(VILLAGE, level, level, bytes(32)) for level in range(1, count + 1)]
        )

    with begin_read(engine, VILLAGE) as read:
        kept = select(facts.c.village, facts.c.fact, facts.c.value).where(facts.c.village == VILLAGE)
        assert read.fetch_all(kept.order_by(facts.c.fact)) == rows
        levels = select(growing_tiles.c.number).where(growing_tiles.c.village == VILLAGE)
        assert len(read.fetch_all(levels)) == count


def test_a_failure_that_somebody_swallowed_is_not_committed(open_: Open) -> None:
    engine = open_("writer")
    row = (VILLAGE, "f", b"1")

    with pytest.raises(RuntimeError, match="ROLLBACK"):
        swallow_in_transaction(engine, row)

    with begin_read(engine, VILLAGE) as read:
        assert read.fetch_one(FACT) is None


def test_a_server_that_was_restarted_is_found_again(pg: Store, cluster: Cluster, database: str) -> None:
    items = make_items(3)
    record(pg.ledger, items[:1])
    ours = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename || datname = '{LOGIN}{database}'"

    cluster.run(database, ours)
    record(pg.ledger, items[1:2])
    cluster.run(database, ours)

    with pg.ledger.read(VILLAGE) as reader:
        assert reader.size == 2
    record(pg.ledger, items[2:])


def test_a_writer_that_waits_too_long_is_told_whole(open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "LOCK_TIMEOUT_MS", 50)
    first, second = open_("writer"), open_("writer")

    with begin_write(first, VILLAGE):
        told = refuse(lambda: raise_in_transaction(second, AssertionError("two writers at once")))
        with begin_write(second, OTHER_VILLAGE), begin_write(open_("vault"), VILLAGE):
            pass  # Neither another village nor the vault waits.

    assert told == (
        f"{PLACE}这个村正有别的写入，等了太久，应为轮到自己。"
        "稍等再试一次；一直这样的，请运维员运行 mingbai doctor。（database-busy）"
    )


def test_a_server_lost_while_it_commits_leaves_nobody_certain(
    open_: Open, cluster: Cluster, database: str
) -> None:
    ours = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename || datname = '{LOGIN}{database}'"

    with pytest.raises(InDoubt) as error, begin_write(open_("writer"), VILLAGE):
        cluster.run(database, ours)

    assert str(error.value) == (
        "PostgreSQL 数据库：现为提交时断了，不知道记上没有，应为连着，等到回答。"
        "再做一次同样的事：已经记上的会认出来，不会重复记。（database-in-doubt）"
    )


def test_a_server_that_is_gone_is_told_whole(tmp_path: Path) -> None:
    url = f"postgresql://mingbai@/village?host={tmp_path}"

    told = refuse(lambda: create_home(tmp_path / "home", Config(database=url)))

    assert told.startswith(f"{PLACE}连不上（")
    assert told.endswith(
        "），应为连得上。看数据库是否开着、地址和口令文件（PGPASSFILE）对不对，再试一次；"
        "没有记上的不会算数。（database-unreachable）"
    )


def test_a_database_that_nobody_prepared_is_told_whole(cluster: Cluster, tmp_path: Path) -> None:
    name = cluster.create_database()
    url = cluster.make_url(name, LOGIN)

    told = refuse(lambda: create_home(tmp_path / "home", Config(database=url)))

    assert told == (
        f"{PLACE}数据表是 空的，这一版程序要 ledger_0005，应为用这一版程序准备过。"
        "请数据库管理员运行 mingbai database prepare；升级程序以后要再运行一次。（database-unprepared）"
    )
    cluster.drop_database(name)


def test_a_login_without_the_roles_is_told(cluster: Cluster, database: str) -> None:
    cluster.run("postgres", "DROP ROLE IF EXISTS stranger", "CREATE ROLE stranger LOGIN")
    engine = open_postgresql(cluster.make_url(database, "stranger"), "writer")

    assert "database-unprepared" in refuse(lambda: verify_prepared(engine, "ledger"))


def test_a_server_that_only_reads_is_told_whole(cluster: Cluster, database: str, open_: Open) -> None:
    cluster.run("postgres", f"ALTER DATABASE {database} SET default_transaction_read_only = on")

    assert refuse(lambda: verify_prepared(open_("reader"), "ledger")) == (
        f"{PLACE}只读：多半是备用服务器，或设了只读，应为可以写入的主服务器。"
        "把 mingbai.toml 的 database 改成主服务器的地址，或请运维员解除只读。（database-read-only）"
    )


def test_an_old_server_of_another_encoding_is_told_both(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = cluster.create_database("ENCODING 'SQL_ASCII'")
    monkeypatch.setattr(roles, "VERSION_FLOOR", 990_000)
    found = int(str(cluster.run("postgres", "SHOW server_version_num")[0][0])) // 10_000

    told = refuse(lambda: prepare_database(cluster.make_url(name), LOGIN)).splitlines()

    assert told == [
        f"{PLACE}版本 {found}，应为99 或更新。请运维员升级数据库。（database-old）",
        f"{PLACE}编码 SQL_ASCII，应为UTF8。另建一个编码为 UTF8 的数据库。（database-encoding）",
    ]
    cluster.drop_database(name)


def test_an_administrator_without_rights_is_told_whole(cluster: Cluster) -> None:
    name = cluster.create_database()
    cluster.run("postgres", "DROP ROLE IF EXISTS nobody_much", "CREATE ROLE nobody_much LOGIN")

    told = refuse(lambda: prepare_database(cluster.make_url(name, "nobody_much"), "another_login"))

    assert told == (
        f"{PLACE}权限不够（permission denied to create role），应为超级用户，或有 CREATEROLE 权限的数据库所有者。"
        "请数据库管理员运行。（database-rights）"
    )
    cluster.drop_database(name)


def test_an_address_that_libpq_cannot_read_is_told_without_it() -> None:
    assert refuse(lambda: postgresql.connect("postgresql://mingbai@/village?sslmod=secret")) == (
        "数据库地址：现为PostgreSQL 读不懂的写法，应为如 postgresql://mingbai@db.example.cn/mingbai。"
        "改好 mingbai.toml 的 database。（database-address）"
    )


def test_a_full_disk_is_told_whole(open_: Open) -> None:
    full = psycopg.errors.DiskFull("could not extend file")

    assert refuse(lambda: raise_in_transaction(open_("writer"), full)) == (
        f"{PLACE}磁盘满了，应为有空余。请运维员腾出空间再试；已记的都在。（database-full）"
    )


def test_a_damaged_page_is_an_error_of_the_database(open_: Open) -> None:
    damaged = psycopg.errors.DataCorrupted("invalid page in block 3 of relation base/1/2")

    with pytest.raises(DatabaseError, match="invalid page"):
        raise_in_transaction(open_("writer"), damaged)


def test_without_the_extra_it_is_told_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    assert refuse(lambda: open_postgresql("postgresql://mingbai@/village", "writer")) == (
        f"{PLACE}没有装 psycopg，应为装了 mingbai[postgresql]。"
        "用 pip install 'mingbai[postgresql]' 装全，或用 ./mingbai 运行。（extra-missing）"
    )


def test_the_doctor_sees_what_would_lose_entries_and_who_passes_the_guards(
    cluster: Cluster, database: str, open_: Open
) -> None:
    wrong = ["fsync 应为 on，实为 off", "full_page_writes 应为 on，实为 off"]  # As the tests' server is.
    as_superuser = open_postgresql(cluster.make_url(database), "writer")

    assert list_server_faults(open_("writer")) == wrong
    assert list_server_faults(as_superuser) == [
        *wrong,
        "登录用的角色是超级用户或不受行级规则约束，应换成只能记账的",
    ]
    cluster.run("postgres", "DROP ROLE IF EXISTS keeper", "CREATE ROLE keeper LOGIN")
    cluster.run("postgres", "GRANT mingbai_owner, mingbai_writer TO keeper")
    as_owner = open_postgresql(cluster.make_url(database, "keeper"), "writer")
    assert list_server_faults(as_owner) == [*wrong, "登录用的角色属于 mingbai_owner，应去掉"]
    assert read_server(as_owner).has_checksums
    for engine in (as_superuser, as_owner):
        engine.dispose()


def test_preparing_again_changes_nothing(cluster: Cluster, database: str, pg: Store) -> None:
    items = make_items(2)
    record(pg.ledger, items[:1])

    prepare_database(cluster.make_url(database), LOGIN)

    record(pg.ledger, items[1:])


def test_an_owner_of_the_database_who_may_make_roles_can_prepare_it() -> None:
    """As where a server is hired and nobody of ours is its superuser."""
    cluster = Cluster()
    try:
        cluster.start()
        cluster.run("postgres", "CREATE ROLE admin LOGIN CREATEROLE CREATEDB")
        cluster.run("postgres", "CREATE DATABASE village OWNER admin TEMPLATE template0")

        prepare_database(cluster.make_url("village", "admin"), LOGIN)
        prepare_database(cluster.make_url("village", "admin"), LOGIN)

        engine = open_postgresql(cluster.make_url("village", LOGIN), "writer")
        verify_prepared(engine, "ledger")
        engine.dispose()
    finally:
        cluster.stop()


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT facts.value FROM facts",
        "SELECT facts.value FROM facts WHERE facts.fact = %s",
        "DELETE FROM texts WHERE texts.entry_index = ?",
        "UPDATE drafts SET state=? WHERE drafts.draft = ?",
        "SELECT logs.size FROM logs JOIN facts ON true WHERE logs.village = ?",
        "INSERT INTO facts (fact, village) VALUES (?, ?)",
        "SELECT villages.village FROM villages",
        "TRUNCATE facts",
    ],
)
def test_a_statement_that_crosses_villages_would_be_noticed(statement: str) -> None:
    assert find_crossing(statement) is not None
