"""One of the room's own channels brought up to date: what stands there is rows of ours, written with all the rest."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncSession

from routing.ports import ChatGateway, DeliveryProblem
from routing.service.claim import claim
from routing.service.deliver import ROUNDS, hand_over
from routing.service.desk import Desk
from routing.service.settle import conclude, sleep
from routing.store.base import Database

Room = Callable[[AsyncSession], ChatGateway]


async def show(database: Database, desk: Desk, room: Room, channel: int) -> None:
    """Bring one of the room's channels (by its number) what it lacks and set its next wake-up. Safe to run twice."""
    for left in reversed(range(ROUNDS)):
        async with database.transaction() as session:
            if not await bring(session, desk, room(session), channel, last=not left):
                return


async def bring(session: AsyncSession, desk: Desk, room: ChatGateway, number: int, *, last: bool) -> bool:
    """Bring it some of that; whether more may be brought at once.

    Threads are locked from when they are read to the end, so that nobody changes what is written here: others mark
    threads before they set timers, always, and lock incidents in a way that lets us write into their timelines.
    """
    with session.no_autoflush:  # rows are written once, at the end
        batch = await claim(session, desk, number, {})
        if batch is None:
            return False
        for parcel in batch.parcels:
            try:
                await hand_over(room, batch.address.partition(":")[2], parcel)
            except DeliveryProblem as problem:
                parcel.problem = problem
        await conclude(session, desk, batch.parcels, batch.rows)
    return await sleep(session, desk, number, batch.not_before, wake=last)
