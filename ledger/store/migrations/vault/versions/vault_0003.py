"""A draft's name is unique within its village: no key, and so no statement, reaches across villages.

Revision vault_0003, after vault_0002. Frozen: imports nothing of ours.
"""

from alembic import op

revision = "vault_0003"
down_revision = "vault_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("drafts_draft", table_name="drafts")
