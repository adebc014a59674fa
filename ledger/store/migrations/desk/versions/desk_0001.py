"""Accounts, their seats, sessions and second factors, what was guessed of late, and the desk's own log.

Revision desk_0001, the first. Frozen: imports nothing of ours.
"""

import inspect

import sqlalchemy as sa
from alembic import op

revision = "desk_0001"
down_revision = None
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_GUARDS = (
    """
    CREATE TRIGGER desk_log_insert BEFORE INSERT ON desk_log BEGIN
      SELECT CASE
        WHEN NEW.number IS NOT coalesce((SELECT max(number) FROM desk_log), 0) + 1
          THEN RAISE(ABORT, 'desk_log: the number must be the next')
        WHEN NEW.previous IS NOT
          coalesce((SELECT digest FROM desk_log WHERE number = NEW.number - 1), zeroblob(32))
          THEN RAISE(ABORT, 'desk_log: previous must be the digest of the row before')
      END;
    END
    """,
    """
    CREATE TRIGGER desk_log_update BEFORE UPDATE ON desk_log BEGIN
      SELECT RAISE(ABORT, 'desk_log: update is refused');
    END
    """,
    """
    CREATE TRIGGER desk_log_delete BEFORE DELETE ON desk_log BEGIN
      SELECT RAISE(ABORT, 'desk_log: delete is refused');
    END
    """,
    """
    CREATE TRIGGER desk_log_end_insert BEFORE INSERT ON desk_log_end BEGIN
      SELECT CASE
        WHEN EXISTS (SELECT 1 FROM desk_log_end WHERE one = NEW.one)
          THEN RAISE(ABORT, 'desk_log_end: no row may be replaced')
      END;
    END
    """,
    """
    CREATE TRIGGER desk_log_end_update BEFORE UPDATE ON desk_log_end BEGIN
      SELECT CASE
        WHEN NEW.one IS NOT OLD.one OR NEW.number <= OLD.number
          THEN RAISE(ABORT, 'desk_log_end: the log only grows')
      END;
    END
    """,
    """
    CREATE TRIGGER desk_log_end_delete BEFORE DELETE ON desk_log_end BEGIN
      SELECT RAISE(ABORT, 'desk_log_end: delete is refused');
    END
    """,
)


def upgrade() -> None:
    _create_accounts()
    _create_sessions()
    _create_log()
    for guard in _GUARDS:
        op.execute(inspect.cleandoc(guard))


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("account", _KEY, nullable=False),
        sa.Column("created_at", _NUMBER, nullable=False),
        sa.Column("expires_on", sa.Text(), nullable=False),
        sa.Column("is_disabled", sa.Integer(), nullable=False),
        sa.Column("is_operator", sa.Integer(), nullable=False),
        sa.Column("must_change", sa.Integer(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("sign_in", sa.Text(), nullable=False),
        sa.Column("totp", sa.LargeBinary(), nullable=False),
        sa.Column("totp_offered", sa.LargeBinary(), nullable=False),
        sa.Column("totp_step", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("account"),
        sa.UniqueConstraint("sign_in", name="accounts_sign_in"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "recovery_codes",
        sa.Column("account", _KEY, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("account", "digest"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "seats",
        sa.Column("account", _KEY, nullable=False),
        sa.Column("village", _KEY, nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account", "village"),
        sa.UniqueConstraint("village", "person", name="seats_person"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "passkeys",
        sa.Column("account", _KEY, nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _NUMBER, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", _NUMBER, nullable=False),
        sa.Column("used_at", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("account", "credential"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("session", _KEY, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("created_at", _NUMBER, nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("is_whole", sa.Integer(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("proved_at", _NUMBER, nullable=False),
        sa.Column("roles", sa.Text(), nullable=False),
        sa.Column("seen_at", _NUMBER, nullable=False),
        sa.Column("village", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("session"),
        sa.UniqueConstraint("digest", name="sessions_digest"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("sessions_account", "sessions", ["account", "created_at"])
    op.create_table(
        "attempts",
        sa.Column("counter", _KEY, nullable=False),
        sa.Column("at", _NUMBER, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("counter"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _create_log() -> None:
    op.create_table(
        "desk_log",
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("village", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.CheckConstraint("length(digest) = 32 AND length(previous) = 32", name="desk_log_hashes"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("desk_log_about", "desk_log", ["village", "subject", "number"])
    op.create_table(
        "desk_log_end",
        sa.Column("one", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("number", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("one"),
        sa.CheckConstraint("one = 1 AND length(digest) = 32", name="desk_log_end_one"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
