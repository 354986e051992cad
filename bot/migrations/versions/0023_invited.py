"""missed calls whose callers were asked by text what is happening"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("phone_call", sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_phone_call_invited", "phone_call", ["invited_at"], postgresql_where=sa.text("invited_at IS NOT NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_phone_call_invited", table_name="phone_call")
    op.drop_column("phone_call", "invited_at")
