"""the language somebody asked to be answered in; old messages of ours on Telegram are found by their age"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chosen_language",
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("contact", name=op.f("pk_chosen_language")),
    )
    op.create_index("ix_telegram_post_at", "telegram_post", ["at"])


def downgrade() -> None:
    op.drop_index("ix_telegram_post_at", "telegram_post")
    op.drop_table("chosen_language")
