"""what was spoken: how sure its recogniser is, and whether a sound was listened to"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("report", sa.Column("heard", postgresql.JSONB(), nullable=True))
    op.add_column("attachment", sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("attachment", "heard_at")
    op.drop_column("report", "heard")
