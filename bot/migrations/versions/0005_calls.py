"""telephone calls, numbers that want no messages, and what became of a message to a citizen"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STEPS = ("what", "where", "confirm", "choose", "person", "done")
REPORT_STATES = ("received", "asked", "attached")


def _report_states(*values: str) -> None:
    name = op.f("ck_report_reportstate")
    op.drop_constraint(name, "report", type_="check")
    op.create_check_constraint(name, "report", f"state IN ({', '.join(repr(value) for value in values)})")


def upgrade() -> None:
    op.create_table(
        "phone_call",
        sa.Column("sid", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column(
            "step", sa.Enum(*STEPS, name="step", native_enum=False, create_constraint=True, length=20), nullable=False
        ),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_phone_call_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_call")),
        sa.UniqueConstraint("sid", name=op.f("uq_phone_call_sid")),
    )
    missed = sa.text("report_id IS NULL AND seen_at IS NULL")
    op.create_index("ix_phone_call_missed", "phone_call", ["ended_at"], unique=False, postgresql_where=missed)
    op.create_index("ix_phone_call_report_id", "phone_call", ["report_id"], unique=False)
    op.create_table(
        "opt_out",
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("contact", name=op.f("pk_opt_out")),
    )
    op.add_column("citizen_message", sa.Column("delivery", sa.String(), nullable=True))
    _report_states(*REPORT_STATES, "talking")
    op.drop_index("ix_report_waiting", table_name="report")
    waiting = sa.text("state IN ('received', 'asked', 'talking')")
    op.create_index("ix_report_waiting", "report", ["id"], unique=False, postgresql_where=waiting)


def downgrade() -> None:
    op.drop_index("ix_report_waiting", table_name="report")
    op.execute("UPDATE report SET state = 'received' WHERE state = 'talking'")
    waiting = sa.text("state IN ('received', 'asked')")
    op.create_index("ix_report_waiting", "report", ["id"], unique=False, postgresql_where=waiting)
    _report_states(*REPORT_STATES)
    op.drop_column("citizen_message", "delivery")
    op.drop_table("opt_out")
    op.drop_table("phone_call")
