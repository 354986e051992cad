"""first house"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_procrastinate()
    op.create_table(
        "console_call",
        sa.Column("page_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("rang_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_console_call")),
    )
    op.create_table(
        "console_post",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=True),
        sa.Column("root_id", sa.BigInteger(), nullable=True),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["root_id"], ["console_post.id"], name=op.f("fk_console_post_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_console_post")),
        sa.UniqueConstraint("ref", name=op.f("uq_console_post_ref")),
    )
    op.create_index(
        "ix_console_post_card",
        "console_post",
        ["channel", "id"],
        unique=False,
        postgresql_where=sa.text("root_id IS NULL"),
    )
    op.create_index("ix_console_post_root_id", "console_post", ["root_id", "id"], unique=False)
    op.create_table(
        "escalation_policy",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("levels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("repeat", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation_policy")),
    )
    op.create_table(
        "inbound_event",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_type", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_event")),
        sa.UniqueConstraint("provider", "external_id", name=op.f("uq_inbound_event_provider_external_id")),
    )
    op.create_table(
        "incident",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "acknowledged",
                "resolved",
                name="incidentstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("procedure_id", sa.String(), nullable=True),
        sa.Column(
            "severity",
            sa.Enum(
                "info",
                "normal",
                "urgent",
                "critique",
                name="severity",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("lead", sa.String(), nullable=False),
        sa.Column("commune", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("excerpt", sa.String(), nullable=False),
        sa.Column("reports", sa.BigInteger(), nullable=False),
        sa.Column("danger", sa.String(), nullable=True),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("candidates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("weighed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(), nullable=True),
        sa.Column("resolution", sa.String(), nullable=True),
        sa.Column("policy_service", sa.String(), nullable=True),
        sa.Column("escalation_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("alarm", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("reference", name=op.f("uq_incident_reference")),
    )
    op.create_index(
        "ix_incident_live",
        "incident",
        ["procedure_id", "commune"],
        unique=False,
        postgresql_where=sa.text("state <> 'resolved'"),
    )
    op.create_index("ix_incident_state_opened_at", "incident", ["state", "opened_at"], unique=False)
    op.create_index(
        "ix_incident_unacknowledged_critical",
        "incident",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'open' AND severity = 'critique'"),
    )
    op.create_table(
        "oncall_person",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("slack", sa.String(), nullable=True),
        sa.Column("telegram", sa.BigInteger(), nullable=True),
        sa.Column("plan", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oncall_person")),
    )
    op.create_table(
        "oncall_rotation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("every", sa.String(), nullable=False),
        sa.Column("handoff", sa.String(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("members", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_oncall_rotation")),
    )
    op.create_table(
        "phone_message",
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_message")),
        sa.UniqueConstraint("ref", name=op.f("uq_phone_message_ref")),
    )
    op.create_index("ix_phone_message_contact", "phone_message", ["contact", "id"], unique=False)
    op.create_table(
        "service_policy",
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("service", name=op.f("pk_service_policy")),
    )
    op.create_table(
        "timer",
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("priority", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("verb", "subject_id", name=op.f("pk_timer")),
    )
    op.create_index("ix_timer_next", "timer", ["next_at"], unique=False)
    op.create_table(
        "dispatch",
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("procedure_id", sa.String(), nullable=True),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "due",
                "sent",
                "skipped",
                "cancelled",
                name="dispatchstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("copy", sa.Boolean(), nullable=False),
        sa.Column("needs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("refuses", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("checklist", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tell", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_dispatch_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch")),
    )
    op.create_index("ix_dispatch_incident_id", "dispatch", ["incident_id"], unique=False)
    op.create_table(
        "page",
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "sending",
                "ringing",
                "acknowledged",
                "declined",
                "unanswered",
                "cancelled",
                "failed",
                name="pagestate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_page_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
    )
    op.create_index("ix_page_incident_id", "page", ["incident_id"], unique=False)
    op.create_index(
        "ix_page_live",
        "page",
        ["person"],
        unique=False,
        postgresql_where=sa.text("state IN ('pending', 'sending', 'ringing')"),
    )
    op.create_table(
        "report",
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "voice",
                "sms",
                "whatsapp",
                "telegram",
                "web",
                "api",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "asked",
                "attached",
                name="reportstate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("incident_id", sa.BigInteger(), nullable=True),
        sa.Column("danger", sa.String(), nullable=True),
        sa.Column("advice", sa.String(), nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column("ranking", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("weighed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("commune", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("model", sa.String(), nullable=True),
        sa.Column("candidates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_report_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("reference", name=op.f("uq_report_reference")),
        sa.UniqueConstraint("token", name=op.f("uq_report_token")),
    )
    op.create_index("ix_report_contact_asked", "report", ["contact"], unique=False, postgresql_where="state = 'asked'")
    op.create_index("ix_report_incident_id", "report", ["incident_id"], unique=False)
    op.create_table(
        "thread",
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("shown", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "sending",
                "sent",
                "unknown",
                "failed",
                name="deliverystate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("provider_ref", sa.String(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_thread_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread")),
        sa.UniqueConstraint("incident_id", "channel", name=op.f("uq_thread_incident_id_channel")),
        sa.UniqueConstraint("ref", name=op.f("uq_thread_ref")),
    )
    op.create_table(
        "timeline_entry",
        sa.Column("incident_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
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
                name="event",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_timeline_entry_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline_entry")),
    )
    op.create_index("ix_timeline_entry_incident_id", "timeline_entry", ["incident_id"], unique=False)
    op.create_table(
        "citizen_message",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "sending",
                "sent",
                "unknown",
                "failed",
                name="deliverystate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("provider_ref", sa.String(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("fk_citizen_message_report_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citizen_message")),
        sa.UniqueConstraint("ref", name=op.f("uq_citizen_message_ref")),
    )
    op.create_index("ix_citizen_message_report_id", "citizen_message", ["report_id"], unique=False)
    op.create_table(
        "thread_line",
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("broadcast", sa.Boolean(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "pending",
                "sending",
                "sent",
                "unknown",
                "failed",
                name="deliverystate",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("provider_ref", sa.String(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.ForeignKeyConstraint(["thread_id"], ["thread.id"], name=op.f("fk_thread_line_thread_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_line")),
        sa.UniqueConstraint("ref", name=op.f("uq_thread_line_ref")),
    )
    op.create_index("ix_thread_line_thread_id", "thread_line", ["thread_id"], unique=False)
    op.create_index(
        "ix_thread_line_unsent", "thread_line", ["thread_id"], unique=False, postgresql_where=sa.text("state <> 'sent'")
    )


def downgrade() -> None:
    _drop_procrastinate()
    op.drop_index("ix_thread_line_unsent", table_name="thread_line", postgresql_where=sa.text("state <> 'sent'"))
    op.drop_index("ix_thread_line_thread_id", table_name="thread_line")
    op.drop_table("thread_line")
    op.drop_index("ix_citizen_message_report_id", table_name="citizen_message")
    op.drop_table("citizen_message")
    op.drop_index("ix_timeline_entry_incident_id", table_name="timeline_entry")
    op.drop_table("timeline_entry")
    op.drop_table("thread")
    op.drop_index("ix_report_incident_id", table_name="report")
    op.drop_index("ix_report_contact_asked", table_name="report", postgresql_where="state = 'asked'")
    op.drop_table("report")
    op.drop_index(
        "ix_page_live", table_name="page", postgresql_where=sa.text("state IN ('pending', 'sending', 'ringing')")
    )
    op.drop_index("ix_page_incident_id", table_name="page")
    op.drop_table("page")
    op.drop_index("ix_dispatch_incident_id", table_name="dispatch")
    op.drop_table("dispatch")
    op.drop_index("ix_timer_next", table_name="timer")
    op.drop_table("timer")
    op.drop_table("service_policy")
    op.drop_index("ix_phone_message_contact", table_name="phone_message")
    op.drop_table("phone_message")
    op.drop_table("oncall_rotation")
    op.drop_table("oncall_person")
    op.drop_index(
        "ix_incident_unacknowledged_critical",
        table_name="incident",
        postgresql_where=sa.text("state = 'open' AND severity = 'critique'"),
    )
    op.drop_index("ix_incident_state_opened_at", table_name="incident")
    op.drop_index("ix_incident_live", table_name="incident", postgresql_where=sa.text("state <> 'resolved'"))
    op.drop_table("incident")
    op.drop_table("inbound_event")
    op.drop_table("escalation_policy")
    op.drop_index("ix_console_post_root_id", table_name="console_post")
    op.drop_index("ix_console_post_card", table_name="console_post", postgresql_where=sa.text("root_id IS NULL"))
    op.drop_table("console_post")
    op.drop_table("console_call")


def _create_procrastinate() -> None:
    """The job engine's own schema, as the locked version (3.10) ships it."""
    driver = op.get_bind().connection.driver_connection
    assert driver is not None
    driver.execute(SchemaManager.get_schema())


def _drop_procrastinate() -> None:
    for table in ("periodic_defers", "events", "jobs", "workers"):
        op.execute(f"DROP TABLE IF EXISTS procrastinate_{table} CASCADE")
    op.execute(
        """
        DO $$ DECLARE found record; BEGIN
          FOR found IN SELECT oid::regprocedure AS name FROM pg_proc WHERE proname LIKE 'procrastinate_%' LOOP
            EXECUTE 'DROP FUNCTION IF EXISTS ' || found.name || ' CASCADE';
          END LOOP;
          FOR found IN
            SELECT typname AS name FROM pg_type WHERE typname LIKE 'procrastinate_%' AND typtype IN ('e', 'c')
          LOOP
            EXECUTE 'DROP TYPE IF EXISTS ' || found.name || ' CASCADE';
          END LOOP;
        END $$
        """
    )
