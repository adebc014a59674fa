"""Joint areas of several villages, and what the last audit of each village's log in the background said.

Revision desk_0002, after desk_0001. Frozen: imports nothing of ours.
"""

import sqlalchemy as sa
from alembic import op

revision = "desk_0002"
down_revision = "desk_0001"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "areas",
        sa.Column("area", _KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("area"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "area_villages",
        sa.Column("area", _KEY, nullable=False),
        sa.Column("village", _KEY, nullable=False),
        sa.PrimaryKeyConstraint("area", "village"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "audits",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("ended_at", _NUMBER, nullable=False),
        sa.Column("found", _NUMBER, nullable=False),
        sa.Column("has_private", sa.Integer(), nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", _NUMBER, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("village"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
