"""A database from any earlier release to this one: one Alembic environment for each of the three files, of which
ledger and vault may be schemas of a PostgreSQL instead.

Migrations are frozen: they import nothing of ours and are not edited once released, so that they mean in ten
years what they mean today. None may update or delete an entry. Each runs in one transaction: a crash leaves
the database at the revision before.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from ledger.store.engine import WRITES, open_migrating_engine

Which = Literal["ledger", "heads", "vault", "witness"]

_FOLDER = Path(__file__).parent


def migrate(engine: Engine, which: Which, revision: str = "head") -> None:
    """Bring the database behind `engine` up to `revision`, from empty or from whatever revision it has.

    One that is there already is only looked at: who opens it to read does not wait for who writes. In PostgreSQL
    `engine` acts as the schema's owner: `postgresql.open_administration`.
    """
    # Of SQLite a connection of its own: one that the pool keeps open would keep the schema in the write-ahead log.
    migrating = open_migrating_engine(engine) if engine.dialect.name == "sqlite" else engine
    try:
        if find_revision(migrating) == (find_newest_revision(which) if revision == "head" else revision):
            return
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
        return MigrationContext.configure(connection).get_current_revision()


def list_revisions(which: Which) -> list[str]:
    """Return every revision, oldest first; the last is what this release works with."""
    script = ScriptDirectory.from_config(_make_config(which))
    return [revision.revision for revision in reversed(list(script.walk_revisions()))]


@cache
def find_newest_revision(which: Which) -> str:
    """Return the revision that this release works with."""
    return list_revisions(which)[-1]


def _make_config(which: Which) -> Config:
    config = Config()
    # The configuration expands percent signs; a folder may be named with one.
    config.set_main_option("script_location", str(_FOLDER / which).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
