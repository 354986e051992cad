"""an exchange may give back duty of another rotation"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shift_swap", sa.Column("back_rotation", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("shift_swap", "back_rotation")
