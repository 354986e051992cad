"""channels are brought up to date one by one, as fast as their providers allow"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NOBODY_TOUCHES = "DELETE FROM timer WHERE verb IN ('deliver', 'mobilise')"  # the healer sets them again
NOR_JOBS = "DELETE FROM procrastinate_jobs WHERE queue_name IN ('deliver', 'mobilise')"


def upgrade() -> None:
    op.create_table(
        "channel",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
        sa.UniqueConstraint("address", name=op.f("uq_channel_address")),
    )
    op.create_table(
        "allowance",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_allowance")),
    )
    op.add_column("thread", sa.Column("behind", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.alter_column("thread", "behind", server_default=None)
    op.add_column("thread", sa.Column("again_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_thread_behind", "thread", ["channel"], unique=False, postgresql_where=sa.text("behind"))
    op.add_column("thread_line", sa.Column("sent_as", sa.String(), nullable=True))
    for table in ("thread", "thread_line", "citizen_message"):
        op.drop_column(table, "claimed_at")
    op.execute("INSERT INTO channel (address) SELECT DISTINCT channel FROM thread")
    op.execute(NOBODY_TOUCHES)
    op.execute(NOR_JOBS)


def downgrade() -> None:
    op.execute(NOBODY_TOUCHES)
    for table in ("thread", "thread_line", "citizen_message"):
        op.add_column(table, sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_column("thread_line", "sent_as")
    op.drop_index("ix_thread_behind", table_name="thread")
    op.drop_column("thread", "again_at")
    op.drop_column("thread", "behind")
    op.drop_table("allowance")
    op.drop_table("channel")
