"""Whom a row of the desk's log is about, where that is more than one.

Revision desk_0004. Frozen: imports nothing of ours.
"""

import inspect

import sqlalchemy as sa
from alembic import op

revision = "desk_0004"
down_revision = "desk_0001"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_GUARDS = (
    """
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
    """,
    """
    CREATE TRIGGER desk_log_subjects_update BEFORE UPDATE ON desk_log_subjects BEGIN
      SELECT RAISE(ABORT, 'desk_log_subjects: update is refused');
    END
    """,
    """
    CREATE TRIGGER desk_log_subjects_delete BEFORE DELETE ON desk_log_subjects BEGIN
      SELECT RAISE(ABORT, 'desk_log_subjects: delete is refused');
    END
    """,
)


def upgrade() -> None:
    op.create_table(
        "desk_log_subjects",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("subject", _KEY, nullable=False),
        sa.Column("number", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("village", "subject", "number"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("desk_log_subjects_row", "desk_log_subjects", ["number"])
    for guard in _GUARDS:
        op.execute(inspect.cleandoc(guard))
