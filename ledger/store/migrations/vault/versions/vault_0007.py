"""Objections as they came in: which number, about what, when, and what became of them; nothing of it is deleted.

Revision vault_0007, after vault_0006. Frozen: imports nothing of ours.
"""

import sqlalchemy as sa
from alembic import op

revision = "vault_0007"
down_revision = "vault_0006"
branch_labels = None
depends_on = None

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_OF_VILLAGE = "village = nullif(current_setting('mingbai.village', true), '')"

_INSERT = """
CREATE TRIGGER received_objections_insert BEFORE INSERT ON received_objections BEGIN
  SELECT CASE
    WHEN NEW.number IS NOT
      coalesce((SELECT max(number) FROM received_objections WHERE village = NEW.village), 0) + 1
      THEN RAISE(ABORT, 'received_objections: the number must be the next')
    WHEN EXISTS (SELECT 1 FROM received_objections WHERE village = NEW.village AND item = NEW.item)
      THEN RAISE(ABORT, 'received_objections: no row may be replaced')
  END;
END
"""

_UPDATE = """
CREATE TRIGGER received_objections_update BEFORE UPDATE ON received_objections BEGIN
  SELECT CASE
    WHEN NEW.village IS NOT OLD.village OR NEW.number IS NOT OLD.number OR NEW.about IS NOT OLD.about
      OR NEW.came IS NOT OLD.came OR NEW.code IS NOT OLD.code OR NEW.digest IS NOT OLD.digest
      OR NEW.item IS NOT OLD.item OR NEW.received_at IS NOT OLD.received_at
      OR NEW.received_on IS NOT OLD.received_on
      THEN RAISE(ABORT, 'received_objections: what came in stays as it came')
    WHEN OLD.aside_agreed <> ''
      THEN RAISE(ABORT, 'received_objections: what two persons set aside stays so')
    WHEN OLD.closed <> ''
      THEN RAISE(ABORT, 'received_objections: what an earlier log answered stays so')
    WHEN NEW.aside_agreed <> '' AND (OLD.aside_by IS NOT NEW.aside_by OR OLD.aside IS NOT NEW.aside)
      THEN RAISE(ABORT, 'received_objections: nobody agrees to what was not asked')
  END;
END
"""

_DELETE = """
CREATE TRIGGER received_objections_delete BEFORE DELETE ON received_objections BEGIN
  SELECT RAISE(ABORT, 'received_objections: delete is refused');
END
"""

_CHECK = """
CREATE FUNCTION check_received_objection() RETURNS trigger LANGUAGE plpgsql SET search_path = vault, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'received_objections: delete is refused' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_OP = 'INSERT' THEN
    IF NEW.number <> coalesce((SELECT max(number) FROM received_objections WHERE village = NEW.village), 0) + 1 THEN
      RAISE EXCEPTION 'received_objections: the number must be the next'
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
  END IF;
  IF (NEW.village, NEW.number, NEW.about, NEW.came, NEW.code, NEW.digest, NEW.item, NEW.received_at, NEW.received_on)
    IS DISTINCT FROM
    (OLD.village, OLD.number, OLD.about, OLD.came, OLD.code, OLD.digest, OLD.item, OLD.received_at, OLD.received_on)
  THEN
    RAISE EXCEPTION 'received_objections: what came in stays as it came'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF OLD.aside_agreed <> '' THEN
    RAISE EXCEPTION 'received_objections: what two persons set aside stays so'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF OLD.closed <> '' THEN
    RAISE EXCEPTION 'received_objections: what an earlier log answered stays so'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.aside_agreed <> '' AND (OLD.aside_by <> NEW.aside_by OR OLD.aside <> NEW.aside) THEN
    RAISE EXCEPTION 'received_objections: nobody agrees to what was not asked'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
$$
"""


def upgrade() -> None:
    op.create_table(
        "received_objections",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("number", _NUMBER, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("about", "aside", "aside_agreed", "aside_by", "came", "closed")
        ),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("digest", "draft", "item")),
        sa.Column("received_at", _NUMBER, nullable=False),
        sa.Column("received_on", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("village", "number"),
        sa.UniqueConstraint("village", "item", name="received_objections_item"),
        sa.CheckConstraint(
            "(aside = '' AND aside_by = '' AND aside_agreed = '') OR (aside <> '' AND aside_by <> '')",
            name="received_objections_aside",
        ),
        sa.CheckConstraint("aside_agreed = '' OR aside_agreed <> aside_by", name="received_objections_two"),
        sa.CheckConstraint("number > 0 AND length(code) = 32", name="received_objections_range"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("received_objections_day", "received_objections", ["village", "received_at"])
    if op.get_bind().dialect.name == "sqlite":
        for guard in (_INSERT, _UPDATE, _DELETE):
            op.execute(guard.strip())
        return
    op.execute(_CHECK)
    op.execute(
        "CREATE TRIGGER received_objections_guard BEFORE INSERT OR UPDATE OR DELETE ON received_objections "
        "FOR EACH ROW EXECUTE FUNCTION check_received_objection()"
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON received_objections TO mingbai_vault")
    op.execute("ALTER TABLE received_objections ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE received_objections FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY received_objections_of_village ON received_objections "
        f"USING ({_OF_VILLAGE}) WITH CHECK ({_OF_VILLAGE})"
    )
