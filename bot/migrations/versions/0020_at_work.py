"""who has an incident's checklist while the duty is called for it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incident", sa.Column("at_work", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("incident", "at_work")
