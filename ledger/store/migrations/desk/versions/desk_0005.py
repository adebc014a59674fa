"""Why somebody reads about whom, kept with the session in which they said so.

Revision desk_0005, after desk_0004. Frozen: imports nothing of ours.
"""

import inspect

import sqlalchemy as sa
from alembic import op

revision = "desk_0005"
down_revision = "desk_0004"
branch_labels = None
depends_on = None

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_GUARD = """
    CREATE TRIGGER sessions_forget AFTER DELETE ON sessions BEGIN
      DELETE FROM reading_purposes WHERE session = OLD.session;
    END
    """


def upgrade() -> None:
    op.create_table(
        "reading_purposes",
        sa.Column("session", _KEY, nullable=False),
        sa.Column("village", _KEY, nullable=False),
        sa.Column("subject", _KEY, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("session", "village", "subject"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute(inspect.cleandoc(_GUARD))
