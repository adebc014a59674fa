"""What witnesses said of the checkpoints, append-only, and how asking them went last.

Revision heads_0002, after heads_0001. Frozen: imports nothing of ours.
"""

import inspect

import sqlalchemy as sa
from alembic import op

revision = "heads_0002"
down_revision = "heads_0001"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_GUARDS = (
    """
    CREATE TRIGGER cosignatures_insert BEFORE INSERT ON cosignatures BEGIN
      SELECT CASE
        WHEN EXISTS (SELECT 1 FROM cosignatures WHERE village = NEW.village AND size = NEW.size
          AND witness = NEW.witness AND time_s = NEW.time_s)
          THEN RAISE(ABORT, 'cosignatures: no row may be replaced')
      END;
    END
    """,
    """
    CREATE TRIGGER cosignatures_update BEFORE UPDATE ON cosignatures BEGIN
      SELECT RAISE(ABORT, 'cosignatures: update is refused');
    END
    """,
    """
    CREATE TRIGGER cosignatures_delete BEFORE DELETE ON cosignatures BEGIN
      SELECT RAISE(ABORT, 'cosignatures: delete is refused');
    END
    """,
)


def upgrade() -> None:
    op.create_table(
        "cosignatures",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("size", _NUMBER, nullable=False),
        sa.Column("witness", _KEY, nullable=False),
        sa.Column("time_s", _NUMBER, nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("village", "size", "witness", "time_s"),
        sa.CheckConstraint("size > 0 AND time_s > 0", name="cosignatures_range"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "witness_attempts",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("witness", _KEY, nullable=False),
        sa.Column("answered_at", _NUMBER, nullable=False),
        sa.Column("asked_at", _NUMBER, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("village", "witness"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    # Other databases guard by their own means, in their own branch.
    if op.get_bind().dialect.name == "sqlite":
        for guard in _GUARDS:
            op.execute(inspect.cleandoc(guard))
