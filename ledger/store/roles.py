"""What an administrator of a PostgreSQL does once: roles, schemas, migrations, and the looks that follow.

| role | may | used for |
| --- | --- | --- |
| `mingbai_owner` | own the schemas; cannot log in | migrations |
| `mingbai_writer` | read and insert; change caches; delete public texts | recording |
| `mingbai_reader` | read the ledger | pages, proofs, audits |
| `mingbai_vault` | read and write the vault, never the ledger | people and drafts |
| the login of a home | connect, and become one of the three above | `mingbai.toml` |

The login has no rights of its own: what it may do, it may do as one of the three. The owner can drop the guards
and a superuser passes them by; against both stand the hashes, the signed heads and the witnesses.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Engine

from ledger.errors import Fault, Refused
from ledger.store.migrations import NEWEST, Which, find_revision, migrate
from ledger.store.postgresql import (
    OWNER,
    ROLES,
    SCHEMAS,
    VERSION_FLOOR,
    connect,
    import_driver,
    open_administration,
    read_only_fault,
    unprepared_fault,
)

_PREPARING_LOCK = 0x6D_69_6E_67_62_61_69
"""Advisory lock of whoever prepares, so that two do not meet."""

_DURABLE = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "remote_write", "remote_apply"),
}


def prepare_database(url: str, login: str) -> None:
    """Create what is missing of roles and schemas, bring the schemas to this release and let `login` in.

    `url` is an administrator's: a superuser, or the database's owner with CREATEROLE. Again changes nothing.
    Raises Refused where the server cannot be used or the administrator lacks a right.
    """
    psycopg = import_driver()
    try:
        with connect(url, autocommit=True) as driver:
            _refuse(check_server(driver))
            driver.execute("SELECT pg_advisory_lock(%s)", (_PREPARING_LOCK,))
            _create_roles(driver, login)
            _create_schemas(driver)
            for which in ("ledger", "vault"):
                engine = open_administration(url, which)
                migrate(engine, which)
    except psycopg.errors.InsufficientPrivilege as error:
        raise Refused([_rights_fault(error.diag.message_primary or "")]) from error


def verify_prepared(engine: Engine, which: Which) -> None:
    """Raise Refused unless the server can be used and its schema is that of this release."""
    connection = engine.raw_connection()
    try:
        _refuse(check_server(connection.driver_connection))
    finally:
        connection.close()
    newest = NEWEST[which]
    try:
        found = find_revision(engine)
    except import_driver().errors.InsufficientPrivilege:
        found = None
    if found != newest:
        raise Refused([unprepared_fault(f"数据表是 {found or '空的'}，这一版程序要 {newest}")])


def check_server(driver: Any) -> list[Fault]:
    """What of the server behind a connection makes it unusable: age, encoding, being read-only."""
    faults = []
    if driver.info.server_version < VERSION_FLOOR:
        faults.append(_version_fault(driver.info.server_version))
    encoding = driver.execute("SHOW server_encoding").fetchone()[0]
    if encoding != "UTF8":
        faults.append(_encoding_fault(encoding))
    query = "SELECT pg_is_in_recovery() OR (SELECT reset_val = 'on' FROM pg_settings WHERE name = %s)"
    if driver.execute(query, ("default_transaction_read_only",)).fetchone()[0]:
        faults.append(read_only_fault())
    return faults


def list_server_faults(engine: Engine) -> list[str]:
    """Return what of the server's settings lets an acknowledged entry vanish, or lets this login past the guards."""
    connection = engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        faults = []
        for name, wanted in _DURABLE.items():
            found = driver.execute("SELECT current_setting(%s)", (name,)).fetchone()[0]
            if found not in wanted:
                faults.append(f"{name} 应为 {wanted[0]}，实为 {found}")
        query = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = session_user"
        if driver.execute(query).fetchone()[0]:
            faults.append("登录用的角色是超级用户或不受行级规则约束，应换成只能记账的")
        elif driver.execute("SELECT pg_has_role(session_user, %s, 'MEMBER')", (OWNER,)).fetchone()[0]:
            faults.append(f"登录用的角色属于 {OWNER}，应去掉")
        return faults
    finally:
        connection.close()


class Server(NamedTuple):
    """A server as an operator sees it; without checksums a page that rots is noticed only when an entry is read."""

    version: str
    has_checksums: bool


def read_server(engine: Engine) -> Server:
    """Return the server's version and whether its pages carry checksums."""
    connection = engine.raw_connection()
    try:
        driver: Any = connection.driver_connection
        version, checksums = driver.execute(
            "SELECT current_setting('server_version'), current_setting('data_checksums')"
        ).fetchone()
    finally:
        connection.close()
    return Server(version, checksums == "on")


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise Refused(faults)


def _create_roles(driver: Any, login: str) -> None:
    from psycopg.sql import SQL, Identifier

    for role in (OWNER, *ROLES.values()):
        if not _has_role(driver, role):
            driver.execute(SQL("CREATE ROLE {} NOLOGIN NOINHERIT").format(Identifier(role)))
    if not _has_role(driver, login):
        # It is given its password by the administrator, or none where the system vouches for its user.
        driver.execute(SQL("CREATE ROLE {} LOGIN").format(Identifier(login)))
    # So that it must become one of the three, and has the rights of one at a time.
    driver.execute(SQL("ALTER ROLE {} NOINHERIT").format(Identifier(login)))
    database = Identifier(driver.info.dbname)
    for role in ROLES.values():
        driver.execute(SQL("GRANT {} TO {}").format(Identifier(role), Identifier(login)))
    driver.execute(SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    driver.execute(SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, Identifier(login)))
    # Batches are staged in a table of the session: `postgresql.copy_rows`.
    for purpose in ("writer", "vault"):
        driver.execute(
            SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(database, Identifier(ROLES[purpose]))
        )


def _create_schemas(driver: Any) -> None:
    # An administrator who is no superuser may act for the owner only as its member.
    superuser = driver.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()[0]
    if not superuser:
        driver.execute(f"GRANT {OWNER} TO CURRENT_USER")
    for schema in sorted(set(SCHEMAS.values())):
        driver.execute(f"CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {OWNER}")


def _has_role(driver: Any, role: str) -> bool:
    return driver.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is not None


def _version_fault(found: int) -> Fault:
    return Fault(
        code="database-old",
        place="PostgreSQL 数据库",
        found=f"版本 {found // 10_000}",
        expected=f"{VERSION_FLOOR // 10_000} 或更新",
        remedy="请运维员升级数据库",
    )


def _encoding_fault(found: str) -> Fault:
    return Fault(
        code="database-encoding",
        place="PostgreSQL 数据库",
        found=f"编码 {found}",
        expected="UTF8",
        remedy="另建一个编码为 UTF8 的数据库",
    )


def _rights_fault(reason: str) -> Fault:
    return Fault(
        code="database-rights",
        place="PostgreSQL 数据库",
        found=f"权限不够（{reason}）",
        expected="超级用户，或有 CREATEROLE 权限的数据库所有者",
        remedy="请数据库管理员运行",
    )
