"""which roster is in force, changed in the transaction that changes it; escalations that are due are found together"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WATCHED = (
    "oncall_person",
    "oncall_rotation",
    "escalation_policy",
    "service_policy",
    "shift_override",
    "duty_replacement",
    "person_time_off",
    "hand_over",
)
# A sequence gives no number twice, not even after a rollback: what was kept under a number is never taken for another.
MOVE = """
CREATE FUNCTION roster_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE roster_version SET version = nextval('roster_version_number');
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    op.create_table(
        "roster_version",
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_roster_version")),
    )
    op.execute("CREATE SEQUENCE roster_version_number")
    op.execute("INSERT INTO roster_version SELECT nextval('roster_version_number')")
    op.execute(MOVE)
    for table in WATCHED:
        op.execute(
            f"CREATE TRIGGER roster_moves_on AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION roster_moves_on()"
        )
    op.create_index("ix_timer_due", "timer", ["verb", "due_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_timer_due", table_name="timer")
    for table in WATCHED:
        op.execute(f"DROP TRIGGER roster_moves_on ON {table}")
    op.execute("DROP FUNCTION roster_moves_on()")
    op.execute("DROP SEQUENCE roster_version_number")
    op.drop_table("roster_version")
