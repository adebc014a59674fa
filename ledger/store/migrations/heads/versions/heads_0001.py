"""Signed checkpoints by village and size, append-only.

Revision heads_0001, the first. Frozen: imports nothing of ours.
"""

import inspect

import sqlalchemy as sa
from alembic import op

revision = "heads_0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_GUARDS = (
    """
    CREATE TRIGGER heads_insert BEFORE INSERT ON heads BEGIN
      SELECT CASE
        WHEN NEW.size <= (SELECT max(size) FROM heads WHERE village = NEW.village)
          THEN RAISE(ABORT, 'heads: the size must be larger')
      END;
    END
    """,
    """
    CREATE TRIGGER heads_update BEFORE UPDATE ON heads BEGIN
      SELECT RAISE(ABORT, 'heads: update is refused');
    END
    """,
    """
    CREATE TRIGGER heads_delete BEFORE DELETE ON heads BEGIN
      SELECT RAISE(ABORT, 'heads: delete is refused');
    END
    """,
)


def upgrade() -> None:
    op.create_table(
        "heads",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("size", _NUMBER, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("village", "size"),
        sa.CheckConstraint("size > 0", name="heads_size_range"),
        sa.CheckConstraint("length(root) = 32", name="heads_root_length"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    # Other databases guard by their own means, in their own branch.
    if op.get_bind().dialect.name == "sqlite":
        for guard in _GUARDS:
            op.execute(inspect.cleandoc(guard))
