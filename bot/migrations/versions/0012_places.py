"""what stays in doubt about a place, and who is competent elsewhere"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0007"
branch_labels = None
depends_on = None

EMPTY = sa.text("'[]'::jsonb")


def _list(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default=EMPTY)


def upgrade() -> None:
    op.add_column("report", _list("communes"))
    op.add_column("report", sa.Column("elsewhere", sa.String(), nullable=True))
    op.add_column("report", sa.Column("told", sa.String(), nullable=True))
    op.add_column("incident", _list("communes"))
    op.add_column("incident", _list("notes"))
    for table, column in (("report", "communes"), ("incident", "communes"), ("incident", "notes")):
        op.alter_column(table, column, server_default=None)


def downgrade() -> None:
    op.drop_column("incident", "notes")
    op.drop_column("incident", "communes")
    op.drop_column("report", "told")
    op.drop_column("report", "elsewhere")
    op.drop_column("report", "communes")
