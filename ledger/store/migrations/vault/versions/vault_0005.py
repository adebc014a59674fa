"""Drafts are returned and expire, and it is kept who passed them.

Their table is made anew, since SQLite changes no check of a table that is there: what it held is copied.

Revision vault_0005, after vault_0004. Frozen: imports nothing of ours.
"""

import sqlalchemy as sa
from alembic import op

revision = "vault_0005"
down_revision = "vault_0004"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_OF_VILLAGE = "village = nullif(current_setting('mingbai.village', true), '')"
_RIGHTS = {
    "approvals": "SELECT, INSERT, DELETE",
    "drafts": "SELECT, INSERT, UPDATE",
}

APPROVALS_INSERT = """
CREATE TRIGGER approvals_insert BEFORE INSERT ON approvals BEGIN
  SELECT CASE
    WHEN NOT EXISTS (
      SELECT 1 FROM drafts WHERE village = NEW.village AND draft = NEW.draft AND state IN ('waiting', 'recorded')
    )
      THEN RAISE(ABORT, 'approvals: the draft must wait, or be recorded where it is copied')
    WHEN EXISTS (SELECT 1 FROM drafts WHERE village = NEW.village AND draft = NEW.draft AND maker = NEW.checker)
      THEN RAISE(ABORT, 'approvals: nobody passes what they prepared')
    WHEN EXISTS (SELECT 1 FROM drafts WHERE village = NEW.village AND draft = NEW.draft AND digest <> NEW.digest)
      THEN RAISE(ABORT, 'approvals: another digest than the draft has')
    WHEN EXISTS (SELECT 1 FROM approvals WHERE village = NEW.village AND draft = NEW.draft AND checker = NEW.checker)
      THEN RAISE(ABORT, 'approvals: no row may be replaced')
  END;
END
"""

APPROVALS_UPDATE = """
CREATE TRIGGER approvals_update BEFORE UPDATE ON approvals BEGIN
  SELECT RAISE(ABORT, 'approvals: update is refused');
END
"""

APPROVALS_DELETE = """
CREATE TRIGGER approvals_delete BEFORE DELETE ON approvals
WHEN EXISTS (SELECT 1 FROM drafts WHERE village = OLD.village AND draft = OLD.draft AND state = 'recorded') BEGIN
  SELECT RAISE(ABORT, 'approvals: the draft is recorded');
END
"""

_CHECK_APPROVAL = """
CREATE FUNCTION check_approval() RETURNS trigger LANGUAGE plpgsql SET search_path = vault, pg_temp AS $$
DECLARE
  found_draft record;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    RAISE EXCEPTION 'approvals: update is refused' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT 1 FROM drafts WHERE village = OLD.village AND draft = OLD.draft AND state = 'recorded') THEN
      RAISE EXCEPTION 'approvals: the draft is recorded' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
  END IF;
  SELECT state, maker, digest INTO found_draft FROM drafts WHERE village = NEW.village AND draft = NEW.draft;
  IF NOT FOUND OR found_draft.state NOT IN ('waiting', 'recorded') THEN
    RAISE EXCEPTION 'approvals: the draft must wait, or be recorded where it is copied'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF found_draft.maker = NEW.checker THEN
    RAISE EXCEPTION 'approvals: nobody passes what they prepared' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF found_draft.digest <> NEW.digest THEN
    RAISE EXCEPTION 'approvals: another digest than the draft has' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$
"""


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for index in ("drafts_listed", "drafts_batch", "drafts_digest"):
        op.drop_index(index, table_name="drafts")
    _set_aside("drafts", "drafts_pkey", "drafts_ordinal")
    _create_drafts()
    columns = "village, draft, ordinal, batch, claim, digest, entry_index, label, private, public, state"
    op.execute(
        f"INSERT INTO drafts ({columns}, maker, slot, submitted_at) "  # noqa: S608  # Constants.
        f"SELECT {columns}, '', '', 0 FROM drafts_before"
    )
    op.drop_table("drafts_before")
    _create_approvals()
    if is_sqlite:
        for guard in (APPROVALS_INSERT, APPROVALS_UPDATE, APPROVALS_DELETE):
            op.execute(guard.strip())
        return
    op.execute(_CHECK_APPROVAL)
    op.execute(
        "CREATE TRIGGER approvals_guard BEFORE INSERT OR UPDATE OR DELETE ON approvals "
        "FOR EACH ROW EXECUTE FUNCTION check_approval()"
    )
    for table, rights in _RIGHTS.items():
        op.execute(f"GRANT {rights} ON {table} TO mingbai_vault")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY {table}_of_village ON {table} USING ({_OF_VILLAGE}) WITH CHECK ({_OF_VILLAGE})"
        )


def _set_aside(table: str, *constraints: str) -> None:
    op.execute(f"ALTER TABLE {table} RENAME TO {table}_before")
    if op.get_bind().dialect.name == "sqlite":
        return
    # Names of constraints are the schema's, and whoever owns the table would see no row of any village.
    for constraint in constraints:
        op.execute(f"ALTER TABLE {table}_before DROP CONSTRAINT {constraint}")
    op.execute(f"ALTER TABLE {table}_before NO FORCE ROW LEVEL SECURITY")


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
        sa.Column("maker", sa.Text(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("submitted_at", _NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("village", "draft"),
        sa.CheckConstraint(
            "state IN ('waiting', 'returned', 'recorded', 'discarded', 'expired')", name="drafts_state"
        ),
        sa.UniqueConstraint("village", "ordinal", name="drafts_ordinal"),
        sqlite_strict=True,
    )
    op.create_index("drafts_listed", "drafts", ["village", "state", "ordinal"])
    op.create_index("drafts_batch", "drafts", ["village", "batch", "ordinal"])
    is_kept = sa.text("state IN ('waiting', 'recorded')")
    op.create_index(
        "drafts_digest",
        "drafts",
        ["village", "digest"],
        unique=True,
        sqlite_where=is_kept,
        postgresql_where=is_kept,
    )
    waits_alone = sa.text("state = 'waiting' AND slot != ''")
    op.create_index(
        "drafts_slot",
        "drafts",
        ["village", "slot"],
        unique=True,
        sqlite_where=waits_alone,
        postgresql_where=waits_alone,
    )


def _create_approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("draft", _KEY, nullable=False),
        sa.Column("checker", _KEY, nullable=False),
        sa.Column("approved_at", _NUMBER, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("village", "draft", "checker"),
        sa.CheckConstraint("role IN ('supervisor', 'secretary', 'township')", name="approvals_role"),
        sa.ForeignKeyConstraint(
            ["village", "draft"], ["drafts.village", "drafts.draft"], name="approvals_draft"
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
