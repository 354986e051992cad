"""indexes for the board and the healer, whose cost must not grow with history"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEXES = (
    ("ix_console_post_incident_id", "console_post", "incident_id", "root_id IS NULL"),
    ("ix_report_waiting", "report", "id", "state IN ('received', 'asked')"),
    ("ix_dispatch_waiting", "dispatch", "incident_id", "state IN ('planned', 'due')"),
    ("ix_citizen_message_unsent", "citizen_message", "id", "state IN ('pending', 'sending', 'unknown')"),
)


def upgrade() -> None:
    for name, table, column, where in INDEXES:
        op.create_index(name, table, [column], unique=False, postgresql_where=sa.text(where))


def downgrade() -> None:
    for name, table, _, where in INDEXES:
        op.drop_index(name, table_name=table, postgresql_where=sa.text(where))
