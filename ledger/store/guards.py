"""Triggers of SQLite that refuse to change what was recorded, whoever asks through whatever connection.

PostgreSQL has the same guards, with rights and row security beside them, in its migrations.

REPLACE is the trap: it deletes the rows in its way without firing delete triggers unless the connection asked
for that (`recursive_triggers`), and it finds them by the primary key, by any unique column, or by a rowid
named in the statement. So each insert guard refuses a row that meets another in any of these ways.

Where rows come by the thousand, a refusal undoes the whole transaction and not the statement alone: to be able to undo
one statement, SQLite copies every page that it touches, row by row.

They stop mistakes and the program's own connection. Whoever owns the file can drop them: see `ledger.store`.
"""

from __future__ import annotations

from sqlalchemy import DDL, MetaData, event

from ledger.store.tables import DESK, HEADS, LEDGER, VAULT, WITNESS

ENTRIES_INSERT = """
CREATE TRIGGER entries_insert BEFORE INSERT ON entries BEGIN
  SELECT CASE
    WHEN NEW.entry_index IS NOT
      coalesce((SELECT max(entry_index) FROM entries WHERE village = NEW.village), -1) + 1
      THEN RAISE(ROLLBACK, 'entries: the index must be the next')
    WHEN NEW.previous IS NOT
      coalesce(
        (SELECT leaf FROM entries WHERE village = NEW.village AND entry_index = NEW.entry_index - 1),
        zeroblob(32)
      )
      THEN RAISE(ROLLBACK, 'entries: previous must be the leaf of the entry before')
    WHEN NEW.recorded_at <
      (SELECT recorded_at FROM entries WHERE village = NEW.village AND entry_index = NEW.entry_index - 1)
      THEN RAISE(ROLLBACK, 'entries: recorded_at must not decrease')
    WHEN EXISTS (SELECT 1 FROM entries WHERE village = NEW.village AND claim = NEW.claim)
      THEN RAISE(ROLLBACK, 'entries: the claim is recorded already')
    WHEN EXISTS (SELECT 1 FROM entries WHERE rowid = NEW.rowid)
      THEN RAISE(ROLLBACK, 'entries: no row may be replaced')
  END;
END
"""

TILES_INSERT = """
CREATE TRIGGER tiles_insert BEFORE INSERT ON tiles BEGIN
  SELECT CASE
    WHEN NEW.number IS NOT
      coalesce((SELECT max(number) FROM tiles WHERE village = NEW.village AND level = NEW.level), -1) + 1
      THEN RAISE(ROLLBACK, 'tiles: the number must be the next')
    WHEN EXISTS (SELECT 1 FROM tiles WHERE rowid = NEW.rowid)
      THEN RAISE(ROLLBACK, 'tiles: no row may be replaced')
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

HEADS_INSERT = """
CREATE TRIGGER heads_insert BEFORE INSERT ON heads BEGIN
  SELECT CASE
    WHEN NEW.size <= (SELECT max(size) FROM heads WHERE village = NEW.village)
      THEN RAISE(ABORT, 'heads: the size must be larger')
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

DESK_LOG_INSERT = """
CREATE TRIGGER desk_log_insert BEFORE INSERT ON desk_log BEGIN
  SELECT CASE
    WHEN NEW.number IS NOT coalesce((SELECT max(number) FROM desk_log), 0) + 1
      THEN RAISE(ABORT, 'desk_log: the number must be the next')
    WHEN NEW.previous IS NOT
      coalesce((SELECT digest FROM desk_log WHERE number = NEW.number - 1), zeroblob(32))
      THEN RAISE(ABORT, 'desk_log: previous must be the digest of the row before')
  END;
END
"""

DESK_LOG_END_UPDATE = """
CREATE TRIGGER desk_log_end_update BEFORE UPDATE ON desk_log_end BEGIN
  SELECT CASE
    WHEN NEW.one IS NOT OLD.one OR NEW.number <= OLD.number
      THEN RAISE(ABORT, 'desk_log_end: the log only grows')
  END;
END
"""


DESK_LOG_SUBJECTS_INSERT = """
CREATE TRIGGER desk_log_subjects_insert BEFORE INSERT ON desk_log_subjects BEGIN
  SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM desk_log WHERE number = NEW.number AND village = NEW.village)
      THEN RAISE(ABORT, 'desk_log_subjects: there must be such a row')
    WHEN EXISTS (
      SELECT 1 FROM desk_log_subjects
      WHERE village = NEW.village AND subject = NEW.subject AND number = NEW.number
    )
      THEN RAISE(ABORT, 'desk_log_subjects: no row may be replaced')
  END;
END
"""

SESSIONS_FORGET = """
CREATE TRIGGER sessions_forget AFTER DELETE ON sessions BEGIN
  DELETE FROM reading_purposes WHERE session = OLD.session;
END
"""
"""No refusal: however a session ends, what was said in it ends too."""

APPROVALS_INSERT = """
CREATE TRIGGER approvals_insert BEFORE INSERT ON approvals BEGIN
  SELECT CASE
    WHEN NOT EXISTS (
      SELECT 1 FROM drafts WHERE village = NEW.village AND draft = NEW.draft AND state IN ('waiting', 'recorded')
    )
      THEN RAISE(ABORT, 'approvals: the draft must wait, or be recorded where it is copied')
    WHEN EXISTS (SELECT 1 FROM drafts WHERE village = NEW.village AND draft = NEW.draft AND maker = NEW.checker)
      THEN RAISE(ABORT, 'approvals: nobody passes what they prepared')
    WHEN EXISTS (SELECT 1 FROM drafts WHERE village = NEW.village AND draft = NEW.draft AND digest <> NEW.digest)
      THEN RAISE(ABORT, 'approvals: another digest than the draft has')
    WHEN EXISTS (SELECT 1 FROM approvals WHERE village = NEW.village AND draft = NEW.draft AND checker = NEW.checker)
      THEN RAISE(ABORT, 'approvals: no row may be replaced')
  END;
END
"""

APPROVALS_DELETE = """
CREATE TRIGGER approvals_delete BEFORE DELETE ON approvals
WHEN EXISTS (SELECT 1 FROM drafts WHERE village = OLD.village AND draft = OLD.draft AND state = 'recorded') BEGIN
  SELECT RAISE(ABORT, 'approvals: the draft is recorded');
END
"""


ERASURES_UPDATE = """
CREATE TRIGGER erasures_update BEFORE UPDATE ON erasures BEGIN
  SELECT CASE
    WHEN NEW.village IS NOT OLD.village OR NEW.subject IS NOT OLD.subject OR NEW.asked_by IS NOT OLD.asked_by
      THEN RAISE(ABORT, 'erasures: who asked stays who asked')
    WHEN OLD.agreed_by <> '' AND NEW.agreed_by IS NOT OLD.agreed_by
      THEN RAISE(ABORT, 'erasures: who agreed stays who agreed')
  END;
END
"""
"""That the two are two is a check of the table, which also holds against REPLACE."""


RECEIVED_INSERT = """
CREATE TRIGGER received_objections_insert BEFORE INSERT ON received_objections BEGIN
  SELECT CASE
    WHEN NEW.number IS NOT
      coalesce((SELECT max(number) FROM received_objections WHERE village = NEW.village), 0) + 1
      THEN RAISE(ABORT, 'received_objections: the number must be the next')
    WHEN EXISTS (SELECT 1 FROM received_objections WHERE village = NEW.village AND item = NEW.item)
      THEN RAISE(ABORT, 'received_objections: no row may be replaced')
  END;
END
"""

RECEIVED_UPDATE = """
CREATE TRIGGER received_objections_update BEFORE UPDATE ON received_objections BEGIN
  SELECT CASE
    WHEN NEW.village IS NOT OLD.village OR NEW.number IS NOT OLD.number OR NEW.about IS NOT OLD.about
      OR NEW.came IS NOT OLD.came OR NEW.code IS NOT OLD.code OR NEW.digest IS NOT OLD.digest
      OR NEW.item IS NOT OLD.item OR NEW.received_at IS NOT OLD.received_at
      OR NEW.received_on IS NOT OLD.received_on
      THEN RAISE(ABORT, 'received_objections: what came in stays as it came')
    WHEN OLD.aside_agreed <> ''
      THEN RAISE(ABORT, 'received_objections: what two persons set aside stays so')
    WHEN OLD.closed <> ''
      THEN RAISE(ABORT, 'received_objections: what an earlier log answered stays so')
    WHEN NEW.aside_agreed <> '' AND (OLD.aside_by IS NOT NEW.aside_by OR OLD.aside IS NOT NEW.aside)
      THEN RAISE(ABORT, 'received_objections: nobody agrees to what was not asked')
  END;
END
"""


REPORTS_INSERT = """
CREATE TRIGGER received_reports_insert BEFORE INSERT ON received_reports BEGIN
  SELECT CASE
    WHEN NEW.number IS NOT
      coalesce((SELECT max(number) FROM received_reports WHERE village = NEW.village), 0) + 1
      THEN RAISE(ABORT, 'received_reports: the number must be the next')
    WHEN EXISTS (SELECT 1 FROM received_reports WHERE village = NEW.village AND item = NEW.item)
      THEN RAISE(ABORT, 'received_reports: no row may be replaced')
  END;
END
"""

REPORTS_UPDATE = """
CREATE TRIGGER received_reports_update BEFORE UPDATE ON received_reports BEGIN
  SELECT CASE
    WHEN NEW.village IS NOT OLD.village OR NEW.number IS NOT OLD.number OR NEW.about IS NOT OLD.about
      OR NEW.code IS NOT OLD.code OR NEW.item IS NOT OLD.item OR NEW.received_at IS NOT OLD.received_at
      OR NEW.received_on IS NOT OLD.received_on
      THEN RAISE(ABORT, 'received_reports: what came in stays as it came')
  END;
END
"""


def _refuse_second(table: str, *key: str, undo: str = "ABORT") -> str:
    """Build the trigger that refuses a row whose `key` is there already."""
    meets = " AND ".join(f"{column} = NEW.{column}" for column in key)
    return f"""
CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM {table} WHERE {meets})
      THEN RAISE({undo}, '{table}: no row may be replaced')
  END;
END
"""  # noqa: S608  # Names are the constants below.


def _refuse(table: str, verb: str) -> str:
    """Build the trigger that refuses every UPDATE or every DELETE on a table."""
    return f"""
CREATE TRIGGER {table}_{verb.lower()} BEFORE {verb} ON {table} BEGIN
  SELECT RAISE(ABORT, '{table}: {verb.lower()} is refused');
END
"""


LEDGER_GUARDS = (
    *(ENTRIES_INSERT, _refuse("entries", "UPDATE"), _refuse("entries", "DELETE")),
    _refuse_second("texts", "village", "digest", undo="ROLLBACK"),
    _refuse("texts", "UPDATE"),  # deleting one is redaction
    *(TILES_INSERT, _refuse("tiles", "UPDATE"), _refuse("tiles", "DELETE")),
    *(_refuse_second("logs", "village"), LOGS_UPDATE, _refuse("logs", "DELETE")),
    *(_refuse_second("villages", "village"), _refuse("villages", "UPDATE"), _refuse("villages", "DELETE")),
)
HEADS_GUARDS = (
    *(HEADS_INSERT, _refuse("heads", "UPDATE"), _refuse("heads", "DELETE")),
    _refuse_second("cosignatures", "village", "size", "witness", "time_s"),
    *(_refuse("cosignatures", "UPDATE"), _refuse("cosignatures", "DELETE")),
)
VAULT_GUARDS = (
    *(APPROVALS_INSERT, _refuse("approvals", "UPDATE"), APPROVALS_DELETE),
    *(_refuse_second("erasures", "village", "subject"), ERASURES_UPDATE),
    *(RECEIVED_INSERT, RECEIVED_UPDATE, _refuse("received_objections", "DELETE")),
    *(REPORTS_INSERT, REPORTS_UPDATE, _refuse("received_reports", "DELETE")),
)
DESK_GUARDS = (
    *(DESK_LOG_INSERT, _refuse("desk_log", "UPDATE"), _refuse("desk_log", "DELETE")),
    *(_refuse_second("desk_log_end", "one"), DESK_LOG_END_UPDATE, _refuse("desk_log_end", "DELETE")),
    *(DESK_LOG_SUBJECTS_INSERT, _refuse("desk_log_subjects", "UPDATE")),
    *(_refuse("desk_log_subjects", "DELETE"), SESSIONS_FORGET),
)
WITNESS_GUARDS = (_refuse_second("witnessed", "origin"), WITNESSED_UPDATE, _refuse("witnessed", "DELETE"))


def _install(metadata: MetaData, guards: tuple[str, ...]) -> None:
    for guard in guards:
        ddl = DDL(guard.strip())  # type: ignore[no-untyped-call] # SQLAlchemy left it without types.
        event.listen(metadata, "after_create", ddl.execute_if(dialect="sqlite"))


_install(LEDGER, LEDGER_GUARDS)
_install(HEADS, HEADS_GUARDS)
_install(VAULT, VAULT_GUARDS)
_install(DESK, DESK_GUARDS)
_install(WITNESS, WITNESS_GUARDS)
