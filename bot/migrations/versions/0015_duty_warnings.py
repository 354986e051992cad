"""what is wrong in the calendar of the weeks ahead; hand-overs are prepared before they begin"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

STATES = ("waiting", "accepted", "passed", "overtaken")


def _hand_over_states(*values: str) -> None:
    name = op.f("ck_hand_over_handoverstate")
    op.drop_constraint(name, "hand_over", type_="check")
    op.create_check_constraint(name, "hand_over", f"state IN ({', '.join(repr(value) for value in values)})")


def upgrade() -> None:
    _hand_over_states("prepared", *STATES)
    op.create_table(
        "duty_warning",
        sa.Column(
            "trouble",
            sa.Enum("gap", "unreachable", "rest", name="trouble", native_enum=False, create_constraint=True, length=20),
            nullable=False,
        ),
        sa.Column("rotation", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("begins", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_warning")),
    )


def downgrade() -> None:
    op.drop_table("duty_warning")
    op.execute("DELETE FROM hand_over WHERE state = 'prepared'")
    _hand_over_states(*STATES)
