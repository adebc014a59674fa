"""Drafts are found by the import they came with: an index, so that asking costs no look at every draft.

Revision vault_0002, after vault_0001. Frozen: imports nothing of ours.
"""

from alembic import op

revision = "vault_0002"
down_revision = "vault_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("drafts_batch", "drafts", ["village", "batch", "ordinal"])
