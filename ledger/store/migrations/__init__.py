"""A database from any earlier release to this one: one Alembic environment for each of the three files, of which
ledger and vault may be schemas of a PostgreSQL instead.

Migrations are frozen: they import nothing of ours and are not edited once released, so that they mean in ten
years what they mean today. None may update or delete an entry. Each runs in one transaction: a crash leaves
the database at the revision before.

Alembic is loaded only where there is something to migrate: it takes a third as long as everything else that a command
loads, and almost every command finds its databases up to date.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import Engine, column, inspect, select, table

from ledger.store.engine import WRITES, open_migrating_engine

if TYPE_CHECKING:
    from alembic.config import Config

Which = Literal["ledger", "heads", "vault", "witness"]

NEWEST: Final[dict[Which, str]] = {
    "ledger": "ledger_0003",
    "heads": "heads_0002",
    "vault": "vault_0003",
    "witness": "witness_0001",
}
"""The revision of each database that this release works with; a test holds them to the last of the folder."""

_FOLDER = Path(__file__).parent
_VERSION = table("alembic_version", column("version_num"))


def migrate(engine: Engine, which: Which, revision: str = "head") -> None:
    """Bring the database behind `engine` up to `revision`, from empty or from whatever revision it has.

    One that is there already is only looked at: who opens it to read does not wait for who writes. In PostgreSQL
    `engine` acts as the schema's owner: `postgresql.open_administration`.
    """
    # Of SQLite a connection of its own: one that the pool keeps open would keep the schema in the write-ahead log.
    migrating = open_migrating_engine(engine) if engine.dialect.name == "sqlite" else engine
    try:
        if find_revision(migrating) == (NEWEST[which] if revision == "head" else revision):
            return
        from alembic import command

        with migrating.connect() as connection:
            connection.execution_options(**{WRITES: True})
            with connection.begin():
                config = _make_config(which)
                config.attributes["connection"] = connection
                command.upgrade(config, revision)
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
