"""what was asked in an exchange, whose an incident is, what is odd about a sender, and calls about an earlier report"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0015"
branch_labels = None
depends_on = None

OLD = ("what", "where", "confirm", "choose", "person", "done")
NEW = ("about", *OLD)


def _steps(*values: str) -> None:
    name = op.f("ck_phone_call_step")
    op.drop_constraint(name, "phone_call", type_="check")
    op.create_check_constraint(name, "phone_call", f"step IN ({', '.join(repr(value) for value in values)})")


def upgrade() -> None:
    _steps(*NEW)
    op.add_column("phone_call", sa.Column("language", sa.String(), nullable=True))
    op.add_column("phone_call", sa.Column("about_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_phone_call_about_id"), "phone_call", "report", ["about_id"], ["id"])
    op.add_column(
        "report", sa.Column("asked", postgresql.JSONB(), nullable=False, server_default=sa.text("'[]'::jsonb"))
    )
    op.alter_column("report", "asked", server_default=None)
    op.add_column("report", sa.Column("origin", sa.String(), nullable=True))
    op.create_index("ix_report_origin", "report", ["origin", "received_at"], unique=False)
    op.create_index("ix_report_contact", "report", ["contact", "received_at"], unique=False)
    op.add_column("incident", sa.Column("warning", sa.String(), nullable=True))
    op.add_column("incident", sa.Column("owner", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("incident", "owner")
    op.drop_column("incident", "warning")
    op.drop_index("ix_report_contact", table_name="report")
    op.drop_index("ix_report_origin", table_name="report")
    op.drop_column("report", "origin")
    op.drop_column("report", "asked")
    op.drop_constraint(op.f("fk_phone_call_about_id"), "phone_call", type_="foreignkey")
    op.drop_column("phone_call", "about_id")
    op.drop_column("phone_call", "language")
    op.execute("UPDATE phone_call SET step = 'what' WHERE step = 'about'")
    _steps(*OLD)
