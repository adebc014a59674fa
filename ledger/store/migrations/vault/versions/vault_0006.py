"""Who asks for an erasure and who agrees to it are two, whoever writes the row.

What is asked for already has no row here, since only whoever has the keys can read who asked: it gets one when somebody
agrees. What was agreed to and not done yet is agreed to once more.

Revision vault_0006, after vault_0005. Frozen: imports nothing of ours.
"""

import sqlalchemy as sa
from alembic import op

revision = "vault_0006"
down_revision = "vault_0005"
branch_labels = None
depends_on = None

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_OF_VILLAGE = "village = nullif(current_setting('mingbai.village', true), '')"

_UPDATE = """
CREATE TRIGGER erasures_update BEFORE UPDATE ON erasures BEGIN
  SELECT CASE
    WHEN NEW.village IS NOT OLD.village OR NEW.subject IS NOT OLD.subject OR NEW.asked_by IS NOT OLD.asked_by
      THEN RAISE(ABORT, 'erasures: who asked stays who asked')
    WHEN OLD.agreed_by <> '' AND NEW.agreed_by IS NOT OLD.agreed_by
      THEN RAISE(ABORT, 'erasures: who agreed stays who agreed')
  END;
END
"""

_INSERT = """
CREATE TRIGGER erasures_insert BEFORE INSERT ON erasures BEGIN
  SELECT CASE
    WHEN EXISTS (SELECT 1 FROM erasures WHERE village = NEW.village AND subject = NEW.subject)
      THEN RAISE(ABORT, 'erasures: no row may be replaced')
  END;
END
"""

_CHECK_ERASURE = """
CREATE FUNCTION check_erasure() RETURNS trigger LANGUAGE plpgsql SET search_path = vault, pg_temp AS $$
BEGIN
  IF NEW.village <> OLD.village OR NEW.subject <> OLD.subject OR NEW.asked_by <> OLD.asked_by THEN
    RAISE EXCEPTION 'erasures: who asked stays who asked' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF OLD.agreed_by <> '' AND NEW.agreed_by <> OLD.agreed_by THEN
    RAISE EXCEPTION 'erasures: who agreed stays who agreed' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$
"""


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("subject", _KEY, nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("agreed_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("village", "subject"),
        sa.CheckConstraint("asked_by <> '' AND agreed_by <> asked_by", name="erasures_two"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "sqlite":
        for guard in (_INSERT, _UPDATE):
            op.execute(guard.strip())
        return
    op.execute(_CHECK_ERASURE)
    op.execute(
        "CREATE TRIGGER erasures_guard BEFORE UPDATE ON erasures FOR EACH ROW EXECUTE FUNCTION check_erasure()"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON erasures TO mingbai_vault")
    op.execute("ALTER TABLE erasures ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE erasures FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY erasures_of_village ON erasures USING ({_OF_VILLAGE}) WITH CHECK ({_OF_VILLAGE})"
    )
