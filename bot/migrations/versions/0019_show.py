"""the room's own channels have a verb of their own"""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NOBODY_TOUCHES = "DELETE FROM timer WHERE verb IN ('deliver', 'show')"  # the healer sets them again
NOR_JOBS = "DELETE FROM procrastinate_jobs WHERE queue_name IN ('deliver', 'show')"


def upgrade() -> None:
    op.execute(NOBODY_TOUCHES)
    op.execute(NOR_JOBS)


def downgrade() -> None:
    op.execute(NOBODY_TOUCHES)
    op.execute(NOR_JOBS)
