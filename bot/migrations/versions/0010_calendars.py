"""rotations in layers; overrides, replacements, time off, swaps and hand-overs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0011"
branch_labels = None
depends_on = None

AS_LAYERS = """
    jsonb_build_array(jsonb_build_object(
        'every', every, 'handoff', handoff, 'start', to_char(start, 'YYYY-MM-DD'), 'members', members))
"""


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _exceptions(table: str, whose: str, *more: sa.Column[object]) -> None:
    """A table in which no two rows of one rotation or person share an instant."""
    op.create_table(
        table,
        *more,
        _instant("begins"),
        _instant("ends"),
        _text("made_by"),
        _instant("made_at"),
        sa.Column("from_file", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("begins < ends", name=op.f(f"ck_{table}_forward")),
        postgresql.ExcludeConstraint(
            (sa.text(f"wordrange({whose}, {whose}, '[]')"), "="),
            (sa.text("tstzrange(begins, ends)"), "&&"),
            name=f"ex_{table}_one_at_a_time",
            using="gist",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_ends", table, ["ends"])


def upgrade() -> None:
    op.add_column("oncall_rotation", sa.Column("layers", postgresql.JSONB(), nullable=True))
    op.execute(f"UPDATE oncall_rotation SET layers = {AS_LAYERS}")
    op.alter_column("oncall_rotation", "layers", nullable=False)
    for column in ("every", "handoff", "start", "members"):
        op.drop_column("oncall_rotation", column)
    op.execute("CREATE TYPE wordrange AS RANGE (subtype = text)")
    _exceptions(
        "shift_override",
        "rotation",
        _text("rotation"),
        _text("person"),
        sa.Column("swap_id", sa.BigInteger(), nullable=True),
    )
    _exceptions("duty_replacement", "person", _text("person"), _text("substitute"))
    _exceptions("person_time_off", "person", _text("person"))
    op.create_table(
        "shift_swap",
        sa.Column(
            "state",
            _one_of("swapstate", "requested", "taken", "approved", "refused", "withdrawn"),
            nullable=False,
        ),
        _text("rotation"),
        _instant("begins"),
        _instant("ends"),
        _text("asker"),
        _instant("asked_at"),
        _text("taker", nullable=True),
        _instant("taken_at", nullable=True),
        _instant("back_begins", nullable=True),
        _instant("back_ends", nullable=True),
        _text("decided_by", nullable=True),
        _instant("decided_at", nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.CheckConstraint("begins < ends", name=op.f("ck_shift_swap_forward")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_swap")),
    )
    op.create_index("ix_shift_swap_state", "shift_swap", ["state", "begins"])
    op.create_table(
        "hand_over",
        sa.Column("state", _one_of("handoverstate", "waiting", "accepted", "passed", "overtaken"), nullable=False),
        _text("rotation"),
        _instant("at"),
        _instant("until"),
        _text("outgoing"),
        _text("incoming"),
        sa.Column("pack", postgresql.JSONB(), nullable=False),
        _instant("told_at", nullable=True),
        _instant("ended_at", nullable=True),
        _text("accepted_by", nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
        sa.UniqueConstraint("rotation", "at", name=op.f("uq_hand_over_rotation_at")),
    )
    op.create_index("ix_hand_over_waiting", "hand_over", ["rotation"], postgresql_where=sa.text("state = 'waiting'"))


def downgrade() -> None:
    for table in ("hand_over", "shift_swap", "person_time_off", "duty_replacement", "shift_override"):
        op.drop_table(table)
    op.execute("DROP TYPE wordrange")
    op.add_column("oncall_rotation", _text("every", nullable=True))
    op.add_column("oncall_rotation", _text("handoff", nullable=True))
    op.add_column("oncall_rotation", sa.Column("start", sa.Date(), nullable=True))
    op.add_column("oncall_rotation", sa.Column("members", postgresql.JSONB(), nullable=True))
    op.execute(
        "UPDATE oncall_rotation SET every = layers->0->>'every', handoff = layers->0->>'handoff', "
        "start = (layers->0->>'start')::date, members = layers->0->'members'"
    )
    op.drop_column("oncall_rotation", "layers")
    op.execute("DELETE FROM oncall_rotation WHERE every IS NULL")
    for column in ("every", "handoff", "start", "members"):
        op.alter_column("oncall_rotation", column, nullable=False)
