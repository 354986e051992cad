"""Word to open consoles that something changed: PostgreSQL's NOTIFY, sent with the commit, each thing once."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from routing.store.base import End, at_end

CHANNEL = "vigie_live"


TELL = text("SELECT pg_notify(:channel, word) FROM unnest(CAST(:words AS text[])) AS word")


def announce(session: AsyncSession, subject: str, *numbers: int) -> None:
    """Tell every web process that ``subject`` (incident, page, message) ``numbers`` changed, once this commits."""
    words: dict[str, None] = session.info.setdefault("live", {})
    words.update(dict.fromkeys(f"{subject}:{number}" for number in numbers))
    at_end(session, End.LIVE, _tell)


async def _tell(session: AsyncSession) -> None:
    await session.execute(TELL, {"channel": CHANNEL, "words": list(session.info["live"])})
