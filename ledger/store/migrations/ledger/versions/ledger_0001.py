"""Entries with their texts, tiles and facts, append-only where the log is.

Revision ledger_0001, the first. Frozen: imports nothing of ours.
"""

import inspect

import sqlalchemy as sa
from alembic import op

revision = "ledger_0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_GUARDS = (
    """
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
    """,
    """
    CREATE TRIGGER entries_update BEFORE UPDATE ON entries BEGIN
      SELECT RAISE(ABORT, 'entries: update is refused');
    END
    """,
    """
    CREATE TRIGGER entries_delete BEFORE DELETE ON entries BEGIN
      SELECT RAISE(ABORT, 'entries: delete is refused');
    END
    """,
    """
    CREATE TRIGGER texts_insert BEFORE INSERT ON texts BEGIN
      SELECT CASE
        WHEN EXISTS (SELECT 1 FROM texts WHERE village = NEW.village AND digest = NEW.digest)
          THEN RAISE(ABORT, 'texts: no row may be replaced')
      END;
    END
    """,
    """
    CREATE TRIGGER texts_update BEFORE UPDATE ON texts BEGIN
      SELECT RAISE(ABORT, 'texts: update is refused');
    END
    """,
    """
    CREATE TRIGGER tiles_insert BEFORE INSERT ON tiles BEGIN
      SELECT CASE
        WHEN NEW.number IS NOT
          coalesce((SELECT max(number) FROM tiles WHERE village = NEW.village AND level = NEW.level), -1) + 1
          THEN RAISE(ABORT, 'tiles: the number must be the next')
        WHEN EXISTS (SELECT 1 FROM tiles WHERE rowid = NEW.rowid)
          THEN RAISE(ABORT, 'tiles: no row may be replaced')
      END;
    END
    """,
    """
    CREATE TRIGGER tiles_update BEFORE UPDATE ON tiles BEGIN
      SELECT RAISE(ABORT, 'tiles: update is refused');
    END
    """,
    """
    CREATE TRIGGER tiles_delete BEFORE DELETE ON tiles BEGIN
      SELECT RAISE(ABORT, 'tiles: delete is refused');
    END
    """,
    """
    CREATE TRIGGER logs_insert BEFORE INSERT ON logs BEGIN
      SELECT CASE
        WHEN EXISTS (SELECT 1 FROM logs WHERE village = NEW.village)
          THEN RAISE(ABORT, 'logs: no row may be replaced')
      END;
    END
    """,
    """
    CREATE TRIGGER logs_update BEFORE UPDATE ON logs BEGIN
      SELECT CASE
        WHEN NEW.village IS NOT OLD.village OR NEW.size <= OLD.size OR NEW.recorded_at < OLD.recorded_at
          THEN RAISE(ABORT, 'logs: a log only grows')
      END;
    END
    """,
    """
    CREATE TRIGGER logs_delete BEFORE DELETE ON logs BEGIN
      SELECT RAISE(ABORT, 'logs: delete is refused');
    END
    """,
)


def upgrade() -> None:
    _create_log()
    _create_derived()
    # Other databases guard by their own means, in their own branch.
    if op.get_bind().dialect.name == "sqlite":
        for guard in _GUARDS:
            op.execute(inspect.cleandoc(guard))


def _create_log() -> None:
    op.create_table(
        "entries",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("entry_index", _NUMBER, nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("claim", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recorded_at", _NUMBER, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("village", "entry_index"),
        sa.UniqueConstraint("village", "previous", name="entries_previous"),
        sa.UniqueConstraint("village", "claim", name="entries_claim"),
        sa.CheckConstraint("entry_index >= 0", name="entries_index_range"),
        sa.CheckConstraint(
            "length(leaf) = 32 AND length(previous) = 32 AND length(claim) = 32", name="entries_hashes"
        ),
        sa.CheckConstraint("length(data) BETWEEN 2 AND 65535", name="entries_data_length"),
        sqlite_strict=True,
    )
    op.create_table(
        "texts",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("entry_index", _NUMBER, nullable=False),
        sa.Column("digest", _KEY, nullable=False),
        sa.Column("disclosure", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("village", "entry_index", "digest"),
        sa.UniqueConstraint("village", "digest", name="texts_digest"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_derived() -> None:
    op.create_table(
        "tiles",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("village", "level", "number"),
        sa.CheckConstraint("length(data) = 8192", name="tiles_data_length"),
        sqlite_strict=True,
    )
    op.create_table(
        "growing_tiles",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("village", "level"),
        sa.CheckConstraint("length(data) % 32 = 0 AND length(data) < 8192", name="growing_tiles_data_length"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "logs",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("size", _NUMBER, nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("village"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "facts",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("fact", _KEY, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("village", "fact"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
