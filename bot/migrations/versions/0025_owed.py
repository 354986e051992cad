"""a caller is owed the next question until it is chosen"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("phone_call", sa.Column("owed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("phone_call", "owed", server_default=None)
    op.execute(
        "UPDATE phone_call SET owed = true FROM report WHERE report.id = phone_call.report_id "
        "AND phone_call.ended_at IS NULL AND report.state = 'talking' AND report.decision IS NULL"
    )


def downgrade() -> None:
    op.drop_column("phone_call", "owed")
