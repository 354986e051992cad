"""Word to open consoles that something changed: PostgreSQL's NOTIFY, sent with the commit."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

CHANNEL = "vigie_live"


TELL = text("SELECT pg_notify(:channel, word) FROM unnest(CAST(:words AS text[])) AS word")


async def announce(session: AsyncSession, subject: str, *numbers: int) -> None:
    """Tell every web process that ``subject`` (incident, page, message) ``numbers`` changed, once this commits."""
    await session.execute(TELL, {"channel": CHANNEL, "words": [f"{subject}:{number}" for number in numbers]})
