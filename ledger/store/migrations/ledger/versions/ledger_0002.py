"""A register of villages; on PostgreSQL the guards, the rights of each role and row security by village.

Revision ledger_0002, after ledger_0001. Frozen: imports nothing of ours.

Row security binds the owner too: a later migration that must see the rows of all villages lifts it for its own
transaction (`NO FORCE ROW LEVEL SECURITY`) and puts it back.
"""

import inspect

import sqlalchemy as sa
from alembic import op

revision = "ledger_0002"
down_revision = "ledger_0001"
branch_labels = None
depends_on = None

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

_SQLITE_GUARDS = (
    """
    CREATE TRIGGER villages_insert BEFORE INSERT ON villages BEGIN
      SELECT CASE
        WHEN EXISTS (SELECT 1 FROM villages WHERE village = NEW.village)
          THEN RAISE(ABORT, 'villages: no row may be replaced')
      END;
    END
    """,
    """
    CREATE TRIGGER villages_update BEFORE UPDATE ON villages BEGIN
      SELECT RAISE(ABORT, 'villages: update is refused');
    END
    """,
    """
    CREATE TRIGGER villages_delete BEFORE DELETE ON villages BEGIN
      SELECT RAISE(ABORT, 'villages: delete is refused');
    END
    """,
)

# Each function looks at tables of this schema alone, whoever calls it with whatever path.
_FUNCTION = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path = ledger, pg_temp AS $$
{body}
$$
"""

_REFUSE = """
BEGIN
  RAISE EXCEPTION '%: % is refused', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = 'integrity_constraint_violation';
END
"""

# Once for all rows of a statement: a look at every row by itself would cost as much as inserting it. A row that
# meets another is refused by the keys; PostgreSQL knows no REPLACE.
_CHECK_ENTRIES = """
DECLARE
  fault text;
BEGIN
  SELECT CASE
      WHEN link.entry_index <> link.index_before + 1 THEN 'the index must be the next'
      WHEN link.previous <> link.leaf_before THEN 'previous must be the leaf of the entry before'
      ELSE 'recorded_at must not decrease'
    END
  INTO fault
  FROM (
    SELECT a.entry_index, a.previous, a.recorded_at,
      CASE WHEN a.is_first THEN coalesce((
          SELECT max(e.entry_index) FROM entries e WHERE e.village = a.village AND e.entry_index < a.entry_index
        ), -1) ELSE a.index_before END AS index_before,
      CASE WHEN a.is_first THEN coalesce((
          SELECT e.leaf FROM entries e WHERE e.village = a.village AND e.entry_index = a.entry_index - 1
        ), decode(repeat('00', 32), 'hex')) ELSE a.leaf_before END AS leaf_before,
      CASE WHEN a.is_first THEN (
          SELECT e.recorded_at FROM entries e WHERE e.village = a.village AND e.entry_index = a.entry_index - 1
        ) ELSE a.time_before END AS time_before
    FROM (
      SELECT added.village, added.entry_index, added.previous, added.recorded_at,
        lag(added.entry_index) OVER by_index IS NULL AS is_first,
        lag(added.entry_index) OVER by_index AS index_before,
        lag(added.leaf) OVER by_index AS leaf_before,
        lag(added.recorded_at) OVER by_index AS time_before
      FROM added
      WINDOW by_index AS (PARTITION BY added.village ORDER BY added.entry_index)
    ) AS a
  ) AS link
  WHERE link.entry_index <> link.index_before + 1
    OR link.previous <> link.leaf_before
    OR link.recorded_at < link.time_before
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'entries: %', fault USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END
"""

_CHECK_TILE = """
BEGIN
  IF NEW.number IS DISTINCT FROM
    coalesce((SELECT max(t.number) FROM tiles t WHERE t.village = NEW.village AND t.level = NEW.level), -1) + 1
  THEN
    RAISE EXCEPTION 'tiles: the number must be the next' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
"""

_CHECK_LOG = """
BEGIN
  IF NEW.village IS DISTINCT FROM OLD.village OR NEW.size <= OLD.size OR NEW.recorded_at < OLD.recorded_at THEN
    RAISE EXCEPTION 'logs: a log only grows' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END
"""

_FUNCTIONS = {
    "refuse": _REFUSE,
    "check_entries": _CHECK_ENTRIES,
    "check_tile": _CHECK_TILE,
    "check_log": _CHECK_LOG,
}

_TRIGGERS = {
    "entries": {
        "entries_insert": "AFTER INSERT ON entries REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION check_entries()",
        "entries_change": "BEFORE UPDATE OR DELETE OR TRUNCATE ON entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse()",
    },
    # Deleting one is redaction.
    "texts": {
        "texts_change": "BEFORE UPDATE OR TRUNCATE ON texts FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
    },
    "tiles": {
        "tiles_insert": "BEFORE INSERT ON tiles FOR EACH ROW EXECUTE FUNCTION check_tile()",
        "tiles_change": "BEFORE UPDATE OR DELETE OR TRUNCATE ON tiles FOR EACH STATEMENT EXECUTE FUNCTION refuse()",
    },
    "logs": {
        "logs_update": "BEFORE UPDATE ON logs FOR EACH ROW EXECUTE FUNCTION check_log()",
        "logs_change": "BEFORE DELETE OR TRUNCATE ON logs FOR EACH STATEMENT EXECUTE FUNCTION refuse()",
    },
    "villages": {
        "villages_change": "BEFORE UPDATE OR DELETE OR TRUNCATE ON villages "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
    },
}

_OF_VILLAGE = "village = nullif(current_setting('mingbai.village', true), '')"

_WRITER_RIGHTS = {
    "alembic_version": "SELECT",
    "entries": "SELECT, INSERT",
    "facts": "SELECT, INSERT, UPDATE, DELETE",
    "growing_tiles": "SELECT, INSERT, UPDATE",
    "logs": "SELECT, INSERT, UPDATE",
    "texts": "SELECT, INSERT, DELETE",
    "tiles": "SELECT, INSERT",
    "villages": "SELECT, INSERT",
}


def upgrade() -> None:
    op.create_table(
        "villages",
        sa.Column("village", _KEY, nullable=False),
        sa.PrimaryKeyConstraint("village"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO villages SELECT village FROM logs")
    if op.get_bind().dialect.name == "sqlite":
        for guard in _SQLITE_GUARDS:
            op.execute(inspect.cleandoc(guard))
    else:
        _guard()
        _grant()


def _guard() -> None:
    for name, body in _FUNCTIONS.items():
        op.execute(_FUNCTION.format(name=name, body=body.strip()).strip())
    for table, triggers in _TRIGGERS.items():
        for name, text in triggers.items():
            op.execute(f"CREATE TRIGGER {name} {text}")
            # Also for whoever sets session_replication_role.
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def _grant() -> None:
    op.execute("GRANT USAGE ON SCHEMA ledger TO mingbai_writer, mingbai_reader")
    for table, rights in _WRITER_RIGHTS.items():
        op.execute(f"GRANT {rights} ON {table} TO mingbai_writer")
        op.execute(f"GRANT SELECT ON {table} TO mingbai_reader")
        if table not in {"alembic_version", "villages"}:
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY {table}_of_village ON {table} USING ({_OF_VILLAGE}) WITH CHECK ({_OF_VILLAGE})"
            )
