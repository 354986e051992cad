"""a caller who is not heard chooses a family by keys"""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

STEPS = ("about", "what", "where", "confirm", "choose", "person", "done")


def _steps(*values: str) -> None:
    name = op.f("ck_phone_call_step")
    op.drop_constraint(name, "phone_call", type_="check")
    op.create_check_constraint(name, "phone_call", f"step IN ({', '.join(repr(value) for value in values)})")


def upgrade() -> None:
    _steps("about", "what", "family", "where", "confirm", "choose", "person", "done")


def downgrade() -> None:
    op.execute("UPDATE phone_call SET step = 'what' WHERE step = 'family'")
    _steps(*STEPS)
