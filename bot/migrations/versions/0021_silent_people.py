"""people on duty who answer no call are something to mend, too"""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

TROUBLES = ("gap", "unreachable", "rest")


def _troubles(*values: str) -> None:
    name = op.f("ck_duty_warning_trouble")
    op.drop_constraint(name, "duty_warning", type_="check")
    op.create_check_constraint(name, "duty_warning", f"trouble IN ({', '.join(repr(value) for value in values)})")


def upgrade() -> None:
    _troubles("gap", "unreachable", "silent", "rest")


def downgrade() -> None:
    op.execute("DELETE FROM duty_warning WHERE trouble = 'silent'")
    _troubles(*TROUBLES)
