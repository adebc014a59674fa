"""A table for what is encrypted. What the others hold of persons, households, members, private texts stays for now.

The keys are not the database's: the program encrypts those rows into the new table and deletes them when it first
opens the vault with its keys. So it may delete here, which the vault's role could not before.

Revision vault_0004, after vault_0003. Frozen: imports nothing of ours.
"""

import sqlalchemy as sa
from alembic import op

revision = "vault_0004"
down_revision = "vault_0003"
branch_labels = None
depends_on = None

_KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_OF_VILLAGE = "village = nullif(current_setting('mingbai.village', true), '')"
_EMPTIED = ("disclosures", "households", "members", "persons")


def upgrade() -> None:
    op.create_table(
        "ciphertexts",
        sa.Column("village", _KEY, nullable=False),
        sa.Column("kind", _KEY, nullable=False),
        sa.Column("name", _KEY, nullable=False),
        sa.Column("subject", _KEY, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("village", "kind", "name"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ciphertexts_subject", "ciphertexts", ["village", "subject"])
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ciphertexts TO mingbai_vault")
    op.execute("ALTER TABLE ciphertexts ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE ciphertexts FORCE ROW LEVEL SECURITY")
    op.execute(
        f"CREATE POLICY ciphertexts_of_village ON ciphertexts USING ({_OF_VILLAGE}) WITH CHECK ({_OF_VILLAGE})"
    )
    for table in _EMPTIED:
        op.execute(f"GRANT DELETE ON {table} TO mingbai_vault")
