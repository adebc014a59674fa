"""Reports as they came in by the page: which number, of which group, when, what became of them; no row is deleted.

Revision vault_0008, after vault_0007. Frozen: imports nothing of ours.
"""

import sqlalchemy as sa
from alembic import op

revision = "vault_0008"
down_revision = "vault_0007"
branch_labels = None
depends_on = None

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_OF_VILLAGE = "village = nullif(current_setting('mingbai.village', true), '')"

_INSERT = """
CREATE TRIGGER received_reports_insert BEFORE INSERT ON received_reports BEGIN
  SELECT CASE
    WHEN NEW.number IS NOT
      coalesce((SELECT max(number) FROM received_reports WHERE village = NEW.village), 0) + 1
      THEN RAISE(ABORT, 'received_reports: the number must be the next')
    WHEN EXISTS (SELECT 1 FROM received_reports WHERE village = NEW.village AND item = NEW.item)
      THEN RAISE(ABORT, 'received_reports: no row may be replaced')
  END;
END
"""

_UPDATE = """
CREATE TRIGGER received_reports_update BEFORE UPDATE ON received_reports BEGIN
  SELECT CASE
    WHEN NEW.village IS NOT OLD.village OR NEW.number IS NOT OLD.number OR NEW.about IS NOT OLD.about
      OR NEW.code IS NOT OLD.code OR NEW.item IS NOT OLD.item OR NEW.received_at IS NOT OLD.received_at
      OR NEW.received_on IS NOT OLD.received_on
      THEN RAISE(ABORT, 'received_reports: what came in stays as it came')
  END;
END
"""

_DELETE = """
CREATE TRIGGER received_reports_delete BEFORE DELETE ON received_reports BEGIN
  SELECT RAISE(ABORT, 'received_reports: delete is refused');
END
"""

_CHECK = """
CREATE FUNCTION check_received_report() RETURNS trigger LANGUAGE plpgsql SET search_path = vault, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'received_reports: delete is refused' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.number <> coalesce((SELECT max(number) FROM received_reports WHERE village = NEW.village), 0) + 1 THEN
      RAISE EXCEPTION 'received_reports: the number must be the next'
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.village, NEW.number, NEW.about, NEW.code, NEW.item, NEW.received_at, NEW.received_on)
    IS DISTINCT FROM (OLD.village, OLD.number, OLD.about, OLD.code, OLD.item, OLD.received_at, OLD.received_on)
  THEN
    RAISE EXCEPTION 'received_reports: what came in stays as it came'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$
"""


def upgrade() -> None:
    op.create_table(
        "received_reports",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("number", _NUMBER, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("about", "aside", "aside_by")),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("draft", "item", "joined")),
        sa.Column("received_at", _NUMBER, nullable=False),
        sa.Column("received_on", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("village", "number"),
        sa.UniqueConstraint("village", "item", name="received_reports_item"),
        sa.CheckConstraint(
            "(aside = '' AND aside_by = '' AND joined = '') OR (aside <> '' AND aside_by <> '')",
            name="received_reports_aside",
        ),
        sa.CheckConstraint("number > 0 AND length(code) = 32", name="received_reports_range"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("received_reports_day", "received_reports", ["village", "received_at"])
    if op.get_bind().dialect.name == "sqlite":
        for guard in (_INSERT, _UPDATE, _DELETE):
            op.execute(guard.strip())
        return
    op.execute(_CHECK)
    op.execute(
        "CREATE TRIGGER received_reports_guard BEFORE INSERT OR UPDATE OR DELETE ON received_reports "
        "FOR EACH ROW EXECUTE FUNCTION check_received_report()"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON received_reports TO mingbai_vault")
    op.execute("ALTER TABLE received_reports ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE received_reports FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY received_reports_of_village ON received_reports "
        f"USING ({_OF_VILLAGE}) WITH CHECK ({_OF_VILLAGE})"
    )
