"""What a witness knows: its logs, the checkpoint of each that it cosigned last, and what did not extend one.

Revision witness_0001, the first. Frozen: imports nothing of ours.
"""

import inspect

import sqlalchemy as sa
from alembic import op

revision = "witness_0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_GUARDS = (
    """
    CREATE TRIGGER witnessed_insert BEFORE INSERT ON witnessed BEGIN
      SELECT CASE
        WHEN EXISTS (SELECT 1 FROM witnessed WHERE origin = NEW.origin)
          THEN RAISE(ABORT, 'witnessed: no row may be replaced')
      END;
    END
    """,
    """
    CREATE TRIGGER witnessed_update BEFORE UPDATE ON witnessed BEGIN
      SELECT CASE
        WHEN NEW.origin IS NOT OLD.origin OR NEW.size < OLD.size OR (NEW.size = OLD.size AND NEW.root IS NOT OLD.root)
          THEN RAISE(ABORT, 'witnessed: what was seen only grows')
      END;
    END
    """,
    """
    CREATE TRIGGER witnessed_delete BEFORE DELETE ON witnessed BEGIN
      SELECT RAISE(ABORT, 'witnessed: delete is refused');
    END
    """,
)


def upgrade() -> None:
    op.create_table(
        "witnessed_logs",
        sa.Column("origin", _KEY, nullable=False),
        sa.Column("verifier_key", _KEY, nullable=False),
        sa.Column("added_at", _NUMBER, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("origin", "verifier_key"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "witnessed",
        sa.Column("origin", _KEY, nullable=False),
        sa.Column("size", _NUMBER, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("time_s", _NUMBER, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("origin"),
        sa.CheckConstraint("size >= 0 AND length(root) = 32", name="witnessed_head"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "conflicts",
        sa.Column("origin", _KEY, nullable=False),
        sa.Column("size", _NUMBER, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", _NUMBER, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("origin", "size", "root"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "sqlite":
        for guard in _GUARDS:
            op.execute(inspect.cleandoc(guard))
