"""Triggers of SQLite that refuse to change what was recorded, whoever asks through whatever connection.

PostgreSQL has the same guards, with rights and row security beside them, in its migrations.

REPLACE is the trap: it deletes the rows in its way without firing delete triggers unless the connection asked
for that (`recursive_triggers`), and it finds them by the primary key, by any unique column, or by a rowid
named in the statement. So each insert guard refuses a row that meets another in any of these ways.

They stop mistakes and the program's own connection. Whoever owns the file can drop them: see `ledger.store`.
"""

from __future__ import annotations

from sqlalchemy import DDL, MetaData, event

from ledger.store.tables import HEADS, LEDGER, WITNESS

ENTRIES_INSERT = """
CREATE TRIGGER entries_insert BEFORE INSERT ON entries BEGIN
  SELECT CASE
    WHEN NEW.entry_index IS NOT
      coalesce((SELECT max(entry_index) FROM entries WHERE village = NEW.village), -1) + 1
      THEN RAISE(ABORT, 'entries: the index must be the next')
    WHEN NEW.previous IS NOT
      coalesce(
        (SELECT leaf FROM entries WHERE village = NEW.village AND entry_index = NEW.entry_index - 1),
        zeroblob(32)
      )
      THEN RAISE(ABORT, 'entries: previous must be the leaf of the entry before')
    WHEN NEW.recorded_at <
      (SELECT recorded_at FROM entries WHERE village = NEW.village AND entry_index = NEW.entry_index - 1)
      THEN RAISE(ABORT, 'entries: recorded_at must not decrease')
    WHEN EXISTS (SELECT 1 FROM entries WHERE village = NEW.village AND claim = NEW.claim)
      THEN RAISE(ABORT, 'entries: the claim is recorded already')
    WHEN EXISTS (SELECT 1 FROM entries WHERE rowid = NEW.rowid)
      THEN RAISE(ABORT, 'entries: no row may be replaced')
  END;
END
"""

TEXTS_INSERT = """
CREATE TRIGGER texts_insert BEFORE INSERT ON texts BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM texts WHERE village = NEW.village AND digest = NEW.digest)
      THEN RAISE(ABORT, 'texts: no row may be replaced')
  END;
END
"""

TILES_INSERT = """
CREATE TRIGGER tiles_insert BEFORE INSERT ON tiles BEGIN
  SELECT CASE
    WHEN NEW.number IS NOT
      coalesce((SELECT max(number) FROM tiles WHERE village = NEW.village AND level = NEW.level), -1) + 1
      THEN RAISE(ABORT, 'tiles: the number must be the next')
    WHEN EXISTS (SELECT 1 FROM tiles WHERE rowid = NEW.rowid)
      THEN RAISE(ABORT, 'tiles: no row may be replaced')
  END;
END
"""

LOGS_INSERT = """
CREATE TRIGGER logs_insert BEFORE INSERT ON logs BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM logs WHERE village = NEW.village)
      THEN RAISE(ABORT, 'logs: no row may be replaced')
  END;
END
"""

LOGS_UPDATE = """
CREATE TRIGGER logs_update BEFORE UPDATE ON logs BEGIN
  SELECT CASE
    WHEN NEW.village IS NOT OLD.village OR NEW.size <= OLD.size OR NEW.recorded_at < OLD.recorded_at
      THEN RAISE(ABORT, 'logs: a log only grows')
  END;
END
"""

VILLAGES_INSERT = """
CREATE TRIGGER villages_insert BEFORE INSERT ON villages BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM villages WHERE village = NEW.village)
      THEN RAISE(ABORT, 'villages: no row may be replaced')
  END;
END
"""

HEADS_INSERT = """
CREATE TRIGGER heads_insert BEFORE INSERT ON heads BEGIN
  SELECT CASE
    WHEN NEW.size <= (SELECT max(size) FROM heads WHERE village = NEW.village)
      THEN RAISE(ABORT, 'heads: the size must be larger')
  END;
END
"""


COSIGNATURES_INSERT = """
CREATE TRIGGER cosignatures_insert BEFORE INSERT ON cosignatures BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM cosignatures WHERE village = NEW.village AND size = NEW.size
      AND witness = NEW.witness AND time_s = NEW.time_s)
      THEN RAISE(ABORT, 'cosignatures: no row may be replaced')
  END;
END
"""

WITNESSED_INSERT = """
CREATE TRIGGER witnessed_insert BEFORE INSERT ON witnessed BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM witnessed WHERE origin = NEW.origin)
      THEN RAISE(ABORT, 'witnessed: no row may be replaced')
  END;
END
"""

WITNESSED_UPDATE = """
CREATE TRIGGER witnessed_update BEFORE UPDATE ON witnessed BEGIN
  SELECT CASE
    WHEN NEW.origin IS NOT OLD.origin OR NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root IS NOT OLD.root)
      THEN RAISE(ABORT, 'witnessed: what was seen only grows')
  END;
END
"""


def _refuse(table: str, verb: str) -> str:
    """Build the trigger that refuses every UPDATE or every DELETE on a table."""
    return f"""
CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} BEGIN
  SELECT RAISE(ABORT, '{table}: {verb.lower()} is refused');
END
"""


LEDGER_GUARDS = (
    *(ENTRIES_INSERT, _refuse("entries", "UPDATE"), _refuse("entries", "DELETE")),
    *(TEXTS_INSERT, _refuse("texts", "UPDATE")),  # deleting one is redaction
    *(TILES_INSERT, _refuse("tiles", "UPDATE"), _refuse("tiles", "DELETE")),
    *(LOGS_INSERT, LOGS_UPDATE, _refuse("logs", "DELETE")),
    *(VILLAGES_INSERT, _refuse("villages", "UPDATE"), _refuse("villages", "DELETE")),
)
HEADS_GUARDS = (
    *(HEADS_INSERT, _refuse("heads", "UPDATE"), _refuse("heads", "DELETE")),
    *(COSIGNATURES_INSERT, _refuse("cosignatures", "UPDATE"), _refuse("cosignatures", "DELETE")),
)
WITNESS_GUARDS = (WITNESSED_INSERT, WITNESSED_UPDATE, _refuse("witnessed", "DELETE"))


def _install(metadata: MetaData, guards: tuple[str, ...]) -> None:
    for guard in guards:
        ddl = DDL(guard.strip())  # type: ignore[no-untyped-call] # SQLAlchemy left it without types.
        event.listen(metadata, "after_create", ddl.execute_if(dialect="sqlite"))


_install(LEDGER, LEDGER_GUARDS)
_install(HEADS, HEADS_GUARDS)
_install(WITNESS, WITNESS_GUARDS)
