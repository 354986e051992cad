"""what people of the room said a report was; a message's second matter"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def upgrade() -> None:
    op.add_column("report", sa.Column("part_of", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_report_part_of"), "report", "report", ["part_of"], ["id"])
    op.create_index(
        "ix_report_part_of", "report", ["part_of"], unique=False, postgresql_where=sa.text("part_of IS NOT NULL")
    )
    op.create_table(
        "feedback",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("origin", _one_of("origin", "confirmed", "corrected", "none-fits"), nullable=False),
        sa.Column("channel", _one_of("channel", "voice", "sms", "whatsapp", "telegram", "web", "api"), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=True),
        sa.Column("guessed", sa.String(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_feedback_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("report_id", name=op.f("uq_feedback_report_id")),
    )
    op.create_index("ix_feedback_at", "feedback", ["at"], unique=False)


def downgrade() -> None:
    op.drop_table("feedback")
    op.drop_index("ix_report_part_of", table_name="report")
    op.drop_constraint(op.f("fk_report_part_of"), "report", type_="foreignkey")
    op.drop_column("report", "part_of")
