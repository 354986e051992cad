"""photos and sounds that citizens send"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0010"
branch_labels = None
depends_on = None


def _states(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", _states("kind", "photo", "audio"), nullable=False),
        sa.Column("state", _states("attachmentstate", "wanted", "kept", "refused", "forgotten"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("transcript", sa.String(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_attachment_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("report_id", "name", name=op.f("uq_attachment_report_id_name")),
    )
    outstanding = sa.text("state IN ('wanted', 'kept')")
    op.create_index("ix_attachment_outstanding", "attachment", ["id"], unique=False, postgresql_where=outstanding)


def downgrade() -> None:
    op.drop_table("attachment")
