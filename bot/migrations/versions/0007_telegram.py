"""Telegram: chats, and which messages of ours stand in them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "telegram_room",
        sa.Column("chat", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("moved_to", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("chat", name=op.f("pk_telegram_room")),
    )
    op.create_index(op.f("ix_telegram_room_moved_to"), "telegram_room", ["moved_to"], unique=False)
    op.create_table(
        "telegram_post",
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("chat", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("above", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.BigInteger(), nullable=True),
        sa.Column("message", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_telegram_post")),
    )
    empty = sa.text("'[]'::jsonb")
    op.add_column("citizen_message", sa.Column("choices", postgresql.JSONB(), nullable=False, server_default=empty))
    op.alter_column("citizen_message", "choices", server_default=None)
    op.create_index("ix_telegram_post_message", "telegram_post", ["chat", "message"], unique=False)


def downgrade() -> None:
    op.drop_column("citizen_message", "choices")
    op.drop_table("telegram_post")
    op.drop_table("telegram_room")
