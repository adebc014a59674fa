"""A database from any earlier release to this one: one Alembic environment for each of the files, of which
ledger and vault may be schemas of a PostgreSQL instead.

Migrations are frozen: they import nothing of ours and are not edited once released, so that they mean in ten
years what they mean today. None may update or delete an entry. Each runs in one transaction: a crash leaves
the database at the revision before.

Alembic is loaded only where there is something to migrate: it takes a third as long as everything else that a command
loads, and almost every command finds its databases up to date.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import Engine, column, inspect, select, table
from sqlalchemy.exc import OperationalError

from ledger.errors import Fault, Refused
from ledger.store.engine import WRITES, open_migrating_engine

if TYPE_CHECKING:
    from alembic.config import Config

Which = Literal["ledger", "heads", "vault", "desk", "witness"]

NEWEST: Final[dict[Which, str]] = {
    "ledger": "ledger_0005",
    "heads": "heads_0002",
    "vault": "vault_0008",
    "desk": "desk_0005",
    "witness": "witness_0001",
}
"""The revision of each database that this release works with; a test holds them to the last of the folder."""

_FOLDER = Path(__file__).parent
_VERSION = table("alembic_version", column("version_num"))
_OTHER_TABLES = re.compile(r"already exists|no such (?:table|trigger|index|column)")
"""What SQLite says to a migration that does not meet the tables which its revision names."""


def migrate(engine: Engine, which: Which, revision: str = "head") -> None:
    """Bring the database behind `engine` up to `revision`, from empty or from whatever revision it has.

    One that is there already is only looked at: who opens it to read does not wait for who writes. In PostgreSQL
    `engine` acts as the schema's owner: `postgresql.open_administration`. Refused where the revision is none that this
    release knows, or the tables are not those of their revision: a newer release was here, or the file is spoilt.
    """
    # Of SQLite a connection of its own: one that the pool keeps open would keep the schema in the write-ahead log.
    migrating = open_migrating_engine(engine) if engine.dialect.name == "sqlite" else engine
    found = None
    try:
        found = find_revision(migrating)
        if found == (NEWEST[which] if revision == "head" else revision):
            return
        if found is not None and found not in list_revisions(which):
            raise Refused([_revision_fault(which, f"版本 {found}")])
        from alembic import command

        with migrating.connect() as connection:
            connection.execution_options(**{WRITES: True})
            with connection.begin():
                config = _make_config(which)
                config.attributes["connection"] = connection
                command.upgrade(config, revision)
    except OperationalError as error:
        if _OTHER_TABLES.search(str(error.orig)) is None:
            raise
        told = f"版本 {found}，数据表却不是" if found else "有数据表，没有版本"
        raise Refused([_revision_fault(which, told)]) from error
    finally:
        migrating.dispose()


def find_revision(engine: Engine) -> str | None:
    """Return the revision of the database, None for an empty one."""
    with engine.connect() as connection, connection.begin():
        if not inspect(connection).has_table(_VERSION.name):
            return None
        revision: str | None = connection.execute(select(_VERSION.c.version_num)).scalar_one_or_none()
        return revision


def list_revisions(which: Which) -> list[str]:
    """Return every revision in the folder, oldest first."""
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(_make_config(which))
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


def _make_config(which: Which) -> Config:
    from alembic.config import Config

    config = Config()
    # The configuration expands percent signs; a folder may be named with one.
    config.set_main_option("script_location", str(_FOLDER / which).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _revision_fault(which: Which, found: str) -> Fault:
    revisions = list_revisions(which)
    return Fault(
        code="database-revision",
        place=f"数据库 {which}",
        found=found,
        expected=f"{revisions[0]} 到 {revisions[-1]}",
        remedy="更新的程序用过的，换成那一版程序；不是的，是文件坏了：停止记账，从备份找回",
    )
