"""Thousands of open incidents, copied row by row from real ones that Vigie has just opened and delivered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString

import psycopg

from tests.bench import words

# A copy was opened within the last five hours; what it still waits for comes in one to six hours.
PAST: LiteralString = "now() - random() * interval '5 hours'"
FUTURE: LiteralString = "now() + interval '1 hour' + random() * interval '5 hours'"
WAITING: LiteralString = "('planned', 'due')"


@dataclass(frozen=True, slots=True)
class Copy:
    """How a table's rows are copied. ``number``: new ids are kept for the tables below; ``source``: which rows.

    ``changed`` gives SQL for the columns that differ; ``src`` is the old row, ``inc`` the copied incident's numbers.
    """

    table: LiteralString
    changed: dict[str, LiteralString]
    source: LiteralString = "{table} AS src JOIN new_incident AS inc ON inc.old = src.incident_id"
    numbered: bool = True


COPIES = (
    Copy(
        "report",
        {
            "incident_id": "inc.new",
            "reference": "'VG-Z' || lpad(inc.n::text, 6, '0')",
            "token": "md5(random()::text || inc.n)",
            "received_at": "inc.opened_at",
            "latitude": "inc.latitude",
            "longitude": "inc.longitude",
            "address": "inc.n || ' rue des Essais'",
        },
    ),
    Copy(
        "dispatch",
        {
            "incident_id": "inc.new",
            "due_at": f"CASE WHEN src.state IN {WAITING} THEN inc.later ELSE inc.opened_at END",
        },
        numbered=False,
    ),
    Copy("timeline_entry", {"incident_id": "inc.new"}, numbered=False),
    Copy(
        "console_post",
        {
            "incident_id": "inc.new",
            "ref": "'card-' || inc.new || '-console:' || src.channel",
            "body": "src.body || jsonb_build_object('incident', inc.new, 'reference', inc.reference)",
        },
    ),
    Copy(
        "console_post",
        {"root_id": "post.new", "ref": "src.ref || '-' || post.new"},
        source="console_post AS src JOIN new_console_post AS post ON post.old = src.root_id",
        numbered=False,
    ),
    Copy(
        "thread",
        {
            "incident_id": "inc.new",
            "ref": "'card-' || inc.new || '-' || src.channel",
            "provider_ref": "post.new::text",
        },
        source=(
            "thread AS src JOIN new_incident AS inc ON inc.old = src.incident_id"
            " JOIN new_console_post AS post ON post.old = src.provider_ref::bigint AND post.inc = inc.new"
        ),
    ),
    Copy(
        "thread_line",
        {"thread_id": "thread.new", "ref": "src.ref || '-' || thread.new"},
        source="thread_line AS src JOIN new_thread AS thread ON thread.old = src.thread_id",
        numbered=False,
    ),
    Copy("page", {"incident_id": "inc.new"}),
    Copy(
        "console_call",
        {"page_id": "page.new"},
        source="console_call AS src JOIN new_page AS page ON page.old = src.page_id",
        numbered=False,
    ),
    Copy(
        "inbound_event",
        {"report_id": "report.new", "external_id": "md5(src.external_id || report.new)"},
        source="inbound_event AS src JOIN new_report AS report ON report.old = src.report_id",
        numbered=False,
    ),
    Copy(
        "timer",
        {"subject_id": "inc.new", "due_at": "inc.later", "next_at": "inc.later"},
        source=(
            "timer AS src JOIN new_incident AS inc ON inc.old = src.subject_id AND src.verb IN ('escalate', 'mobilise')"
        ),
        numbered=False,
    ),
)
INCIDENTS = f"""
    CREATE TEMPORARY TABLE new_incident AS
    SELECT incident.id AS old, nextval(pg_get_serial_sequence('incident', 'id')) AS new, n,
           'IN-Z' || lpad(n::text, 6, '0') AS reference, {PAST} AS opened_at, {FUTURE} AS later,
           %(south)s + %(up)s * ((%(first)s + n) / %(row)s) AS latitude,
           %(west)s + %(right)s * ((%(first)s + n) %% %(row)s) AS longitude
    FROM generate_series(1, %(count)s) AS n
    JOIN (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS total
          FROM incident WHERE state = 'open') AS incident ON incident.place = n %% incident.total
"""
INCIDENT = Copy(
    "incident",
    {
        "id": "inc.new",
        "reference": "inc.reference",
        "opened_at": "inc.opened_at",
        "latitude": "inc.latitude",
        "longitude": "inc.longitude",
        "escalation_started_at": "CASE WHEN src.escalation_started_at > now() THEN inc.later "
        "ELSE src.escalation_started_at END",
    },
    source="incident AS src JOIN new_incident AS inc ON inc.old = src.id",
    numbered=False,
)


def gather(connection: psycopg.Connection[Any], count: int, first_place: int) -> None:
    """Copy the open incidents until ``count`` more are waiting, all in one transaction, then refresh statistics."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        grid = {"south": words.SOUTH, "west": words.WEST, "up": words.UP, "right": words.RIGHT, "row": words.PER_ROW}
        connection.execute(INCIDENTS, {**grid, "first": first_place, "count": count})
        _copy(connection, INCIDENT)
        for copy in COPIES:
            _copy(connection, copy)
    connection.execute("VACUUM ANALYZE")


def _copy(connection: psycopg.Connection[Any], copy: Copy) -> None:
    columns = [
        str(name)
        for (name,) in connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s",
            (copy.table,),
        )
        if name != "id" or "id" in copy.changed
    ]
    source = copy.source.replace("{table}", copy.table)
    inserted = list(columns)
    values = [copy.changed.get(column, f"src.{_quoted(column)}") for column in columns]
    if copy.numbered:
        _number(connection, copy.table, source)
        source = f"({source}) JOIN new_{copy.table} AS numbered ON numbered.old = src.id AND numbered.inc = inc.new"
        inserted.append("id")
        values.append("numbered.new")
    names = ", ".join(map(_quoted, inserted))
    statement = f"INSERT INTO {copy.table} ({names}) SELECT {', '.join(values)} FROM {source}"
    connection.execute(statement.encode())


def _number(connection: psycopg.Connection[Any], table: str, source: str) -> None:
    """New numbers for the rows of a table, kept for the rows that point to them."""
    statement = (
        f"CREATE TEMPORARY TABLE new_{table} AS SELECT src.id AS old, inc.new AS inc, "
        f"nextval(pg_get_serial_sequence('{table}', 'id')) AS new FROM {source}"
    )
    connection.execute(statement.encode())
    connection.execute(f"CREATE INDEX ON new_{table} (old)".encode())
    connection.execute(f"ANALYZE new_{table}".encode())


def _quoted(name: str) -> str:
    return f'"{name}"'
