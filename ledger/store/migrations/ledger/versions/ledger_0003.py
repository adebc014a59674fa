"""On SQLite, the guards of what comes by the thousand undo the whole transaction, not the refused statement alone.

What they refuse is the same. To be able to undo one statement SQLite copies every page that it touches, row by row,
which took a fifth of an insert's time; a log's transaction was never committed after a refusal.

Revision ledger_0003, after ledger_0002. Frozen: imports nothing of ours.
"""

import inspect

from alembic import op

revision = "ledger_0003"
down_revision = "ledger_0002"
branch_labels = None
depends_on = None

_GUARDS = {
    "entries_insert": """
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
    """,
    "texts_insert": """
    CREATE TRIGGER texts_insert BEFORE INSERT ON texts BEGIN
      SELECT CASE
        WHEN EXISTS (SELECT 1 FROM texts WHERE village = NEW.village AND digest = NEW.digest)
          THEN RAISE(ROLLBACK, 'texts: no row may be replaced')
      END;
    END
    """,
    "tiles_insert": """
    CREATE TRIGGER tiles_insert BEFORE INSERT ON tiles BEGIN
      SELECT CASE
        WHEN NEW.number IS NOT
          coalesce((SELECT max(number) FROM tiles WHERE village = NEW.village AND level = NEW.level), -1) + 1
          THEN RAISE(ROLLBACK, 'tiles: the number must be the next')
        WHEN EXISTS (SELECT 1 FROM tiles WHERE rowid = NEW.rowid)
          THEN RAISE(ROLLBACK, 'tiles: no row may be replaced')
      END;
    END
    """,
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for name, guard in _GUARDS.items():
        op.execute(f"DROP TRIGGER {name}")
        op.execute(inspect.cleandoc(guard))
