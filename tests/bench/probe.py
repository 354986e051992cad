"""The database as the bench reads it: what was committed, and when it could be seen."""

from __future__ import annotations

import time
from typing import Any, LiteralString

import psycopg

from tests.bench.rig import TooLate, until

POLL = 0.002
CARDS = """
    SELECT count(post.id), count(thread.id)
    FROM report
    JOIN thread ON thread.incident_id = report.incident_id
    LEFT JOIN console_post AS post ON post.ref = thread.ref
    WHERE report.reference = %s
"""
# What should have been delivered by now. A dispatch counts once its minute has come, 'cards' even before it is marked.
OUTSTANDING = """
    SELECT (SELECT count(*) FROM report WHERE state <> 'attached')
         + (SELECT count(*) FROM dispatch JOIN incident ON incident.id = incident_id
            WHERE dispatch.due_at <= incident.opened_at AND dispatch.state IN ('planned', 'due'))
         + (SELECT count(*) FROM thread LEFT JOIN console_post AS post ON post.ref = thread.ref WHERE post.id IS NULL)
"""
IDLE = "SELECT NOT EXISTS (SELECT FROM procrastinate_jobs)"


class Probe:
    """One connection of its own, every statement a transaction."""

    def __init__(self, url: str) -> None:
        self.connection: psycopg.Connection[Any] = until(lambda: _connect(url), 30, "a connection to PostgreSQL")

    def close(self) -> None:
        """Give the connection back."""
        self.connection.close()

    def rows(self, query: LiteralString, *given: Any) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self.connection.execute(query, given or None).fetchall()

    def number(self, query: LiteralString, *given: Any) -> float:
        """The only value of a query, 0 for null."""
        return float(self.rows(query, *given)[0][0] or 0)

    def cards_of(self, reference: str, begun: float, *, within: float = 30.0) -> tuple[float, float]:
        """Seconds from ``begun`` until the report's first card is committed, and until all of minute 0 are."""
        first: float | None = None
        while (now := time.perf_counter()) - begun < within:
            posted, threads = self.rows(CARDS, reference)[0]
            if posted and first is None:
                first = time.perf_counter() - begun
            if threads and posted == threads:
                return first or now - begun, time.perf_counter() - begun
            time.sleep(POLL)
        raise TooLate(f"no card of {reference} within {within:.0f} s")

    def outstanding(self) -> int:
        """How much of what is due has not been delivered."""
        return int(self.number(OUTSTANDING))

    def wait_delivered(self, *, within: float, expected: int = 0) -> float:
        """Until at least ``expected`` reports are there and nothing is outstanding; returns the moment."""
        until(
            lambda: self.number("SELECT count(*) FROM report") >= expected and not self.outstanding(),
            within,
            "delivery of everything due",
            every=0.02,
        )
        return time.perf_counter()

    def wait_idle(self, *, within: float = 10.0) -> None:
        """Until no job is running or waiting."""
        until(lambda: self.rows(IDLE)[0][0], within, "an empty job queue", every=0.005)


def _connect(url: str) -> psycopg.Connection[Any] | None:
    try:
        return psycopg.connect(url, autocommit=True, connect_timeout=5)
    except psycopg.OperationalError:
        return None
