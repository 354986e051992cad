"""what agents write in a thread and what citizens are asked join the timeline"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OLD = (
    "opened",
    "report",
    "dispatched",
    "skipped",
    "acknowledged",
    "step-done",
    "step-undone",
    "reclassified",
    "escalated",
    "paged",
    "declined",
    "alarm",
    "resolved",
    "reopened",
    "delivery",
)
NEW = (*OLD, "note", "asked")


def _allow(*kinds: str) -> None:
    name = op.f("ck_timeline_entry_event")
    op.drop_constraint(name, "timeline_entry", type_="check")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(name, "timeline_entry", f"kind IN ({listed})")


def upgrade() -> None:
    _allow(*NEW)
    op.add_column("citizen_message", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_thread_provider_ref", "thread", ["channel", "provider_ref"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_thread_provider_ref", table_name="thread")
    op.drop_column("citizen_message", "answered_at")
    op.execute("DELETE FROM timeline_entry WHERE kind IN ('note', 'asked')")
    _allow(*OLD)
