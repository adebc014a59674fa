"""A draft's name is unique within its village; on PostgreSQL the vault role's rights and row security.

No key, and so no statement, reaches across villages.

Revision vault_0003, after vault_0002. Frozen: imports nothing of ours.
"""

from alembic import op

revision = "vault_0003"
down_revision = "vault_0002"
branch_labels = None
depends_on = None

_OF_VILLAGE = "village = nullif(current_setting('mingbai.village', true), '')"

_RIGHTS = {
    "alembic_version": "SELECT",
    "disclosures": "SELECT, INSERT",
    "drafts": "SELECT, INSERT, UPDATE",
    "households": "SELECT, INSERT, UPDATE",
    "members": "SELECT, INSERT, UPDATE",
    "persons": "SELECT, INSERT",
}


def upgrade() -> None:
    op.drop_index("drafts_draft", table_name="drafts")
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("GRANT USAGE ON SCHEMA vault TO mingbai_vault")
    for table, rights in _RIGHTS.items():
        op.execute(f"GRANT {rights} ON {table} TO mingbai_vault")
        if table != "alembic_version":
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
            op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
            op.execute(
                f"CREATE POLICY {table}_of_village ON {table} USING ({_OF_VILLAGE}) WITH CHECK ({_OF_VILLAGE})"
            )
