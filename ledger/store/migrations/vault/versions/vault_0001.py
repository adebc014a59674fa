"""Persons, households, members, private disclosures, drafts.

Revision vault_0001, the first. Frozen: imports nothing of ours.
"""

import sqlalchemy as sa
from alembic import op

revision = "vault_0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _create_people()
    _create_drafts()


def _create_people() -> None:
    op.create_table(
        "persons",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("person", _KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("village", "person"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "households",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("household", _KEY, nullable=False),
        sa.Column("consents", sa.Text(), nullable=False),
        sa.Column("group_number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("village", "household"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "members",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("member", _KEY, nullable=False),
        sa.Column("branch", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("village", "member"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "disclosures",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("digest", _KEY, nullable=False),
        sa.Column("disclosure", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("village", "digest"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("draft", _KEY, nullable=False),
        sa.Column("ordinal", _NUMBER, nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("claim", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("entry_index", _NUMBER, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("private", sa.Text(), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("village", "draft"),
        sa.CheckConstraint("state IN ('waiting', 'recorded', 'discarded')", name="drafts_state"),
        sa.UniqueConstraint("village", "ordinal", name="drafts_ordinal"),
        sqlite_strict=True,
    )
    op.create_index("drafts_draft", "drafts", ["draft"], unique=True)
    op.create_index("drafts_listed", "drafts", ["village", "state", "ordinal"])
    is_kept = sa.text("state != 'discarded'")
    op.create_index(
        "drafts_digest",
        "drafts",
        ["village", "digest"],
        unique=True,
        sqlite_where=is_kept,
        postgresql_where=is_kept,
    )
