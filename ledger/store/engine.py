"""How a database file is opened. Everything that only SQLite understands stands here and in `guards`.

What each setting is trusted for, and what its loss would cost:

| setting | for | without it |
| --- | --- | --- |
| `journal_mode=WAL` | readers that never wait for the writer | slower, nothing lost |
| `synchronous=FULL` | an acknowledged commit survives a power cut | acknowledged entries vanish silently |
| `recursive_triggers` | delete guards also fire when REPLACE deletes | the insert guards hold alone |
| `foreign_keys` | references hold, should a table ever have one | nothing today |
| `trusted_schema=0` | a prepared file cannot run functions by its schema | code of a stranger's file runs |
| `cell_size_check` | a damaged page is reported, not read beyond its end | damage noticed later |
| `cache_size` | a connection at rest keeps its newest pages and no more | memory grows with whatever was ever read |
| `cache_spill` | a batch's pages stay in memory until its commit | slower: indexes over hashes are written twice |
| `secure_delete` (vault) | what is erased is overwritten in the file | erased names linger in free pages |
| the authorizer | this program cannot change schema or settings by mistake | guards dropped from within |

SQLite below 3.51.3 can corrupt a file in WAL mode when two connections write and checkpoint at the same
instant, so there the journal falls back to TRUNCATE, with a warning.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pysqlite3.dbapi2 as sqlite
from sqlalchemy import URL, Engine, NullPool, QueuePool, create_engine, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.pool import PoolProxiedConnection

from ledger.errors import Fault, Refused

WAL_FLOOR = (3, 51, 3)
"""The first SQLite without the WAL-reset race."""

BUSY_TIMEOUT_MS = 10_000
"""How long a writer waits for another process's writer before it gives up."""

KEPT_KIB = 2_000
"""Of pages that a connection keeps between transactions: a village's newest and the way to them. Of each database five
connections rest in the pool, so this counts often.
"""

SPILL_PAGES = 16_000
"""Pages, 63 MiB of them, up to which a transaction keeps what it changed until its commit: the indexes over hashes,
which a batch touches everywhere. A larger cache would hold them as well, but never let them go. (A multiple of
256 would switch off that anything is ever written before; SQLite then reads it back as 0.)
"""

WRITES = "mingbai_writes"
"""Execution option of a Core connection whose transaction is going to write."""

DATABASE_ERRORS = (sqlite.DatabaseError,)
"""What a driver raises where a file is no database, or a damaged one."""

BUSY_ERRORS = (sqlite.OperationalError,)
"""What a driver raises where another connection would not let it write."""

_LOGGER = logging.getLogger(__name__)

# The driver asks every `bytes` whether it wants to be adapted, which takes ten times as long as binding it; a
# registered adapter answers at once. Nothing changes in what is stored.
sqlite.register_adapter(bytes, bytearray)


def open_engine(target: str | Path, *, secure_delete: bool = False, read_only: bool = False) -> Engine:
    """Open a database by path or `sqlite:///` URL; a file that does not exist is made, empty, with mode 0600.

    `secure_delete` overwrites what is deleted: for the vault. `read_only` refuses every write on its
    connections and makes no file. Refused for any other kind of database.
    """
    return _open(target, _choose_pragmas(secure_delete=secure_delete, read_only=read_only), is_guarded=True)


def open_migrating_engine(engine: Engine) -> Engine:
    """Open the same database once more without the authorizer: only `migrations` may change a schema."""
    return _open(engine.url, _choose_pragmas(secure_delete=False, read_only=False), is_guarded=False)


def begin(connection: PoolProxiedConnection, *, writes: bool) -> None:
    """Begin a transaction on a connection of the pool.

    Writers lock at once: one that read first could be refused at its first write, after the work was done.
    """
    driver: Any = connection.driver_connection
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN DEFERRED")


def choose_journal_mode(version: tuple[int, ...]) -> str:
    """Return the journal mode that is safe on this version of SQLite."""
    return "wal" if version >= WAL_FLOOR else "truncate"


def get_sqlite_version() -> tuple[int, ...]:
    """Return the version of the SQLite that this program runs on."""
    version: tuple[int, ...] = sqlite.sqlite_version_info
    return version


def list_setting_faults(engine: Engine) -> list[str]:
    """Return what of the settings that durability rests on does not hold on a connection of `engine`."""
    wanted = {"synchronous": 2, "recursive_triggers": 1, "trusted_schema": 0}
    with engine.connect() as connection, connection.begin():
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted}
    return [
        f"{name} 应为 {value}，实为 {found[name]}" for name, value in wanted.items() if found[name] != value
    ]


def _choose_pragmas(*, secure_delete: bool, read_only: bool) -> dict[str, str | int]:
    """Return the settings of every connection, in the order in which they are made.

    First the time-out, so that the others may wait; last what refuses to write.
    """
    pragmas: dict[str, str | int] = {
        "busy_timeout": BUSY_TIMEOUT_MS,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "foreign_keys": 1,
        "recursive_triggers": 1,
        "synchronous": 2,  # FULL
        "secure_delete": int(secure_delete),
        "cache_size": -KEPT_KIB,
    }
    if read_only:
        return pragmas | {"query_only": 1}
    return pragmas | {
        "cache_spill": SPILL_PAGES,
        "journal_mode": choose_journal_mode(sqlite.sqlite_version_info),
    }


def _open(target: str | Path | URL, pragmas: dict[str, str | int], *, is_guarded: bool) -> Engine:
    url = _parse_target(target)
    if "query_only" not in pragmas:
        _make_private(Path(str(url.database)))
        if pragmas["journal_mode"] != "wal":
            _LOGGER.warning("SQLite %s is below 3.51.3: journal_mode=TRUNCATE, slower", sqlite.sqlite_version)
    # One connection for each migration, so that none outlives it without an authorizer.
    pool = QueuePool if is_guarded else NullPool
    if "query_only" in pragmas:
        engine = create_engine(url, module=sqlite, poolclass=pool, creator=_make_reading_connect(url))
    else:
        engine = create_engine(url, module=sqlite, poolclass=pool)
    event.listen(engine, "connect", _make_setup(pragmas, is_guarded=is_guarded))
    event.listen(engine, "begin", _begin)
    return engine


def _parse_target(target: str | Path | URL) -> URL:
    if isinstance(target, Path) or (isinstance(target, str) and "://" not in target):
        return URL.create("sqlite", database=str(target))
    url = make_url(target)
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        raise Refused(
            [
                Fault(
                    code="database-address",
                    place="数据库地址",
                    found=url.render_as_string(hide_password=True),
                    expected="文件路径，或 sqlite:/// 开头的地址",
                    remedy="改成一个数据库文件的路径",
                )
            ]
        )
    return url


def _make_private(path: Path) -> None:
    """Make the file if it is not there, and keep it from other users. SQLite gives its journals the same
    mode.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    # By path: closing a descriptor of an open database would drop the locks this process holds on it.
    path.chmod(0o600)


def _make_reading_connect(url: URL) -> Callable[[], Any]:
    # SQLite itself then opens the file for reading only, whatever a statement says later.
    address = f"{Path(str(url.database)).absolute().as_uri()}?mode=ro"
    return lambda: sqlite.connect(address, uri=True, check_same_thread=False)


def _read_text(data: bytes) -> str:
    """Return a stored text. What a failing disk made of one is read as another, which is then named where it stands:
    the driver by itself would read nothing of its table any more.
    """
    return data.decode(errors="replace")


def _make_setup(pragmas: dict[str, str | int], *, is_guarded: bool) -> Callable[[Any, Any], None]:
    def set_up(connection: Any, _record: object) -> None:
        connection.text_factory = _read_text
        # We begin transactions ourselves: the driver would begin them late, and deferred.
        connection.isolation_level = None
        for name, value in pragmas.items():
            _set_pragma(connection, name, value)
        if is_guarded:
            connection.set_authorizer(_authorize)

    return set_up


def _set_pragma(connection: Any, name: str, value: str | int) -> None:
    """Set and read back: SQLite ignores a setting it does not know or cannot make, without a word."""
    # Names and values are the constants above; a pragma takes no bound parameter.
    connection.execute(f"PRAGMA {name} = {value}").fetchall()
    found = connection.execute(f"PRAGMA {name}").fetchone()
    if found is None or found[0] != value:
        raise RuntimeError(f"SQLite would not set {name} to {value}: {found}")


def _begin(connection: Connection) -> None:
    begin(connection.connection, writes=bool(connection.get_execution_options().get(WRITES)))


_READ_PRAGMAS = frozenset(
    {"table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list"}
    | {"integrity_check", "quick_check", "foreign_key_check"}
)
"""Pragmas whose argument names what to look at; every other pragma with an argument changes something."""

_SCHEMA_ACTIONS = frozenset(
    getattr(sqlite, f"SQLITE_{verb}_{noun}")
    for verb in ("CREATE", "DROP")
    for noun in (
        *("INDEX", "TABLE", "TRIGGER", "VIEW"),
        *("TEMP_INDEX", "TEMP_TABLE", "TEMP_TRIGGER", "TEMP_VIEW", "VTABLE"),
    )
) | {sqlite.SQLITE_ALTER_TABLE, sqlite.SQLITE_ATTACH, sqlite.SQLITE_DETACH, sqlite.SQLITE_REINDEX}

_WRITE_ACTIONS = frozenset({sqlite.SQLITE_INSERT, sqlite.SQLITE_UPDATE, sqlite.SQLITE_DELETE})


def _authorize(
    action: int, first: str | None, second: str | None, _database: str | None, _by: str | None
) -> int:
    """Deny what the application never does: schema, other files, settings. Asked once for each prepared
    statement.
    """
    is_denied = (
        action in _SCHEMA_ACTIONS
        or (action == sqlite.SQLITE_PRAGMA and second is not None and first not in _READ_PRAGMAS)
        or (action in _WRITE_ACTIONS and first is not None and first.startswith("sqlite_"))
    )
    return int(sqlite.SQLITE_DENY if is_denied else sqlite.SQLITE_OK)
