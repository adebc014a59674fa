"""How a PostgreSQL is reached and used. Everything that only PostgreSQL understands stands here, in the
migrations and in `roles`.

What each setting of a connection is trusted for, and what its loss would cost:

| setting | for | without it |
| --- | --- | --- |
| `role` | the rights of one purpose: writer, reader or vault | the login's own rights, which are none |
| `mingbai.village` (each transaction) | row security shows and takes one village's rows | no rows at all |
| advisory lock (each writing transaction) | one writer of a village at a time | a writer is refused by the guards |
| `search_path` | our tables and nobody's of the same name | a stranger's table is read |
| `synchronous_commit` on or stronger | an acknowledged commit survives a power cut | acknowledged entries vanish |
| `TimeZone` UTC | nothing we store is a date of the server's; so it stays | times in messages puzzle |
| time-outs | a hung client or a forgotten transaction ends | others wait for ever |

Encryption, certificates and passwords are libpq's: `sslmode` and the like in the address, a password in
PGPASSFILE or a service file, never in the address.

psycopg is imported when the first address is opened: without one the extra `postgresql` is not needed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    Engine,
    Integer,
    LargeBinary,
    NullPool,
    QueuePool,
    Table,
    create_engine,
    event,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import PoolProxiedConnection

from ledger.errors import Fault, InDoubt, Refused

Purpose = Literal["writer", "reader", "vault"]

VERSION_FLOOR = 150_000
"""PostgreSQL 15, as `server_version_num` counts: the oldest that this program is tried with."""

OWNER = "mingbai_owner"
ROLES: dict[Purpose, str] = {"writer": "mingbai_writer", "reader": "mingbai_reader", "vault": "mingbai_vault"}
SCHEMAS: dict[Purpose, str] = {"writer": "ledger", "reader": "ledger", "vault": "vault"}

CONNECT_TIMEOUT_S = 10
LOCK_TIMEOUT_MS = 10_000
"""How long a writer waits for another process's writer of the same village before it gives up."""

STATEMENT_TIMEOUT_MS = 60_000
IDLE_TIMEOUT_MS = 300_000
"""How long a transaction may do nothing: its process hangs or is gone."""

POOL_SIZE, POOL_OVERFLOW = 5, 15
"""Connections that one process keeps, and may open beyond, for each purpose; threads wait for one of them."""

_BEGIN_READING = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT set_config('mingbai.village', %s, true)"
)
# The schema is mixed in: whoever writes to a village's vault does not wait for its ledger.
_BEGIN_WRITING = (
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT set_config('mingbai.village', %s, true), "
    "pg_advisory_xact_lock(%s::bigint # current_schema()::regnamespace::oid::bigint)"
)

_TYPES = {BigInteger: "int8", Integer: "int4", LargeBinary: "bytea"}


def open_postgresql(url: str, purpose: Purpose) -> Engine:
    """Open the database at a libpq address with the rights of one purpose; connects when first used.

    Raises Refused where psycopg is not installed and, at the first use, where the server cannot be reached or
    the database is not prepared.
    """
    import_driver()
    # psycopg hands the address to libpq as it is: hosts, services and files mean what they mean everywhere.
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: _connect_for(url, purpose),
        paramstyle="format",
        use_native_hstore=False,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=STATEMENT_TIMEOUT_MS // 1000,
        poolclass=QueuePool,
    )
    event.listen(engine, "begin", _begin_core)
    return engine


def open_administration(url: str, schema: str) -> Engine:
    """Open the database as whoever the address names, acting as the owner of `schema`: for migrations."""
    import_driver()

    def connect_as_owner() -> Any:
        driver = connect(url)
        driver.execute(f"SET ROLE {OWNER}; SET search_path = {schema}, pg_temp; SET lock_timeout = '10s'")
        driver.commit()
        return driver

    return create_engine(
        "postgresql+psycopg://", creator=connect_as_owner, use_native_hstore=False, poolclass=NullPool
    )


def import_driver() -> Any:
    """Return psycopg; Refused where the extra is not installed."""
    try:
        import psycopg
    except ImportError as error:
        raise Refused(
            [
                Fault(
                    code="extra-missing",
                    place="PostgreSQL 数据库",
                    found=f"没有装 {error.name}",
                    expected="装了 mingbai[postgresql]",
                    remedy="用 pip install 'mingbai[postgresql]' 装全，或用 ./mingbai 运行",
                )
            ]
        ) from error
    return psycopg


def connect(url: str, **settings: Any) -> Any:
    """Return a psycopg connection; Refused where the address cannot be read or the server not be reached."""
    psycopg = import_driver()
    settings = {"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "mingbai"} | settings
    try:
        return psycopg.connect(url, client_encoding="utf8", **settings)
    except psycopg.ProgrammingError as error:
        # What libpq says of an address may repeat a part of it that is a secret.
        raise Refused([_address_fault()]) from error
    except psycopg.OperationalError as error:
        raise Refused([_unreachable_fault(str(error))]) from error


def begin(connection: PoolProxiedConnection, village: str, *, writes: bool) -> None:
    """Begin a transaction on one village; a writing one waits for the village's writer before it reads.

    Readers keep the view of their first statement. Writers see what was committed when they got the lock:
    their view begins anew with each statement, and nobody else writes meanwhile.
    """
    driver: Any = connection.driver_connection
    # Both statements in one round trip: libpq quotes the values into the text.
    cursor = import_driver().ClientCursor(driver)
    if writes:
        cursor.execute(_BEGIN_WRITING, (village, compute_lock_key(village)))
    else:
        cursor.execute(_BEGIN_READING, (village,))


def commit(connection: PoolProxiedConnection) -> None:
    """Commit, durably. InDoubt where the server was lost meanwhile: nobody knows whether it did.

    Asking again is safe: what was recorded is found by its claim.
    """
    psycopg = import_driver()
    driver: Any = connection.driver_connection
    try:
        answer = driver.execute("COMMIT").statusmessage
    except psycopg.OperationalError as error:
        raise InDoubt(_lost_fault()) from error
    if answer != "COMMIT":
        # A statement failed before and somebody went on: PostgreSQL then rolls back without an error.
        raise RuntimeError(f"the transaction was not committed but ended with {answer}")


def compute_lock_key(village: str) -> int:
    """Return the number of a village's advisory lock: two that collide by chance merely wait for each other."""
    digest = hashlib.sha256(f"mingbai {village}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def copy_rows(cursor: Any, insert: str, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
    """Bring rows to the server by COPY BINARY and insert them with the statement `insert`.

    COPY itself is not allowed into a table with row security: the rows go to a table of the session, which ends
    with it and is written to no log, and from there by INSERT, past policies and guards.
    """
    staged = f"pg_temp.staged_{table.name}"
    cursor.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS staged_{table.name} (LIKE {table.name}) ON COMMIT DELETE ROWS"
    )
    with cursor.copy(f"COPY {staged} FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types([_find_type(column.type) for column in table.c])
        for row in rows:
            copy.write_row(row)
    cursor.execute(insert)
    cursor.execute(f"TRUNCATE {staged}")


def explain_error(error: Exception) -> Exception | None:
    """Return what an error of the driver means to others: Refused where a person can do something about it,
    DatabaseError where the stored pages are damaged, None where it is a mistake of this program.

    Whoever raises this must know that nothing was committed.
    """
    psycopg = import_driver()
    errors = psycopg.errors
    busy = (
        errors.LockNotAvailable,
        errors.DeadlockDetected,
        errors.SerializationFailure,
        errors.QueryCanceled,
    )
    if isinstance(error, busy):
        return Refused([_busy_fault()])
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return Refused([read_only_fault()])
    if isinstance(error, errors.DiskFull):
        return Refused([_full_fault()])
    if isinstance(error, errors.DataCorrupted | errors.IndexCorrupted):
        return DatabaseError(None, None, error)
    if isinstance(error, psycopg.OperationalError):
        return Refused([_unreachable_fault(str(error))])
    return None


def read_only_fault() -> Fault:
    """Say that this server takes no writes."""
    return Fault(
        code="database-read-only",
        place="PostgreSQL 数据库",
        found="只读：多半是备用服务器，或设了只读",
        expected="可以写入的主服务器",
        remedy="把 mingbai.toml 的 database 改成主服务器的地址，或请运维员解除只读",
    )


def unprepared_fault(found: str) -> Fault:
    """Say that roles, schema or rights are not those of this release."""
    return Fault(
        code="database-unprepared",
        place="PostgreSQL 数据库",
        found=found,
        expected="用这一版程序准备过",
        remedy="请数据库管理员运行 mingbai database prepare；升级程序以后要再运行一次",
    )


def _connect_for(url: str, purpose: Purpose) -> Any:
    schema = SCHEMAS[purpose]
    driver = connect(url, autocommit=True, application_name=f"mingbai {purpose}")
    try:
        driver.execute(
            f"SET ROLE {ROLES[purpose]}; SET search_path = {schema}, pg_temp; SET TimeZone = 'UTC'; "
            f"SET lock_timeout = {LOCK_TIMEOUT_MS}; SET statement_timeout = {STATEMENT_TIMEOUT_MS}; "
            f"SET idle_in_transaction_session_timeout = {IDLE_TIMEOUT_MS}; SET client_min_messages = warning; "
            f"SET default_transaction_read_only = {'on' if purpose == 'reader' else 'off'}; SET jit = off; "
            "SET row_security = on; SELECT set_config('synchronous_commit', 'on', false) "
            "WHERE current_setting('synchronous_commit') IN ('off', 'local')"
        )
    except import_driver().Error as error:
        driver.close()
        raise Refused([unprepared_fault(str(error).partition("\n")[0])]) from error
    return driver


def _begin_core(connection: Connection) -> None:
    # The driver is in autocommit, since `begin` chooses how each transaction begins; Core's are for looking.
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN")


def _find_type(kind: Any) -> str:
    return next((name for base, name in _TYPES.items() if isinstance(kind, base)), "text")


def _address_fault() -> Fault:
    return Fault(
        code="database-address",
        place="数据库地址",
        found="PostgreSQL 读不懂的写法",
        expected="如 postgresql://mingbai@db.example.cn/mingbai",
        remedy="改好 mingbai.toml 的 database",
    )


def _unreachable_fault(reason: str) -> Fault:
    return Fault(
        code="database-unreachable",
        place="PostgreSQL 数据库",
        found=f"连不上（{' '.join(reason.split())}）",
        expected="连得上",
        remedy="看数据库是否开着、地址和口令文件（PGPASSFILE）对不对，再试一次；没有记上的不会算数",
    )


def _lost_fault() -> Fault:
    return Fault(
        code="database-in-doubt",
        place="PostgreSQL 数据库",
        found="提交时断了，不知道记上没有",
        expected="连着，等到回答",
        remedy="再做一次同样的事：已经记上的会认出来，不会重复记",
    )


def _busy_fault() -> Fault:
    return Fault(
        code="database-busy",
        place="PostgreSQL 数据库",
        found="这个村正有别的写入，等了太久",
        expected="轮到自己",
        remedy="稍等再试一次；一直这样的，请运维员运行 mingbai doctor",
    )


def _full_fault() -> Fault:
    return Fault(
        code="database-full",
        place="PostgreSQL 数据库",
        found="磁盘满了",
        expected="有空余",
        remedy="请运维员腾出空间再试；已记的都在",
    )
