"""Word to open consoles that something changed: PostgreSQL's NOTIFY, sent with the commit."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

CHANNEL = "vigie_live"


async def announce(session: AsyncSession, subject: str, number: int) -> None:
    """Tell every web process that ``subject`` (incident, page, message) ``number`` changed, once this commits."""
    await session.execute(select(func.pg_notify(CHANNEL, f"{subject}:{number}")))
