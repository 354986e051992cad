"""One errand in a channel outside of its deliveries (an answer to an agent), under the same rates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from routing.domain.pace import Errand, Purse, Rate
from routing.store import channels


async def turn(session: AsyncSession, now: datetime, channel: str, rates: Sequence[Rate], errand: Errand) -> float:
    """Seconds until the errand may be run in a channel (full address); 0 when it may now, and is paid for."""
    purse = Purse(rates, channel, {})
    purse = Purse(rates, channel, await channels.spent(session, purse.keys()))
    wait = (purse.free_at(errand, now) - now).total_seconds()
    if wait <= 0:
        purse.spend(errand, now)
        await channels.keep_spent(session, purse.spent)
    return max(wait, 0.0)
