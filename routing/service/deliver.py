"""One channel brought up to date: claim what it lacks, call its gateway outside any transaction, settle.

Channels are independent: one that hangs, refuses or asks for a pause holds back no other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from routing.ports import ChatGateway, DeliveryProblem, PermanentProblem, UnknownOutcome
from routing.service.claim import Batch, Parcel, claim
from routing.service.desk import Desk
from routing.service.settle import settle, sleep
from routing.store.base import Database

log = logging.getLogger(__name__)

CARRY_TIME = 6.0  # seconds a channel has for one parcel
ROUNDS = 5  # of one job: then graver channels have their turn (see show.py, too)


async def deliver(database: Database, desk: Desk, chats: Mapping[str, ChatGateway], channel: int) -> None:
    """Bring one channel (by its number) what it lacks and set its next wake-up. Safe to run twice, or twice at once."""
    rates = {scheme: gateway.rates for scheme, gateway in chats.items()}
    batch = None
    for _ in range(ROUNDS):
        async with database.transaction() as session:
            batch = await claim(session, desk, channel, rates)
        if batch is None or not batch.parcels:
            break
        await _carry_all(chats, batch)
        async with database.transaction() as session:
            if not await settle(session, desk, batch):
                return
    if batch is None or not batch.busy:  # whoever is busy with it wakes it; should they die, its timer's lease ends
        # In a transaction of its own: a claim that holds threads never waits for a timer (see `_mark` of record).
        async with database.transaction() as session:
            await sleep(session, desk, channel, batch.not_before if batch else None)


async def _carry_all(chats: Mapping[str, ChatGateway], batch: Batch) -> None:
    scheme, _, address = batch.address.partition(":")
    gateway = chats.get(scheme)
    if gateway is None:
        for parcel in batch.parcels:
            parcel.problem = PermanentProblem(f"aucun compte {scheme} n'est connecté")
        return
    await asyncio.gather(*(_carry(gateway, address, parcel) for parcel in batch.parcels))


async def _carry(gateway: ChatGateway, address: str, parcel: Parcel) -> None:
    """What went wrong stays in the parcel."""
    try:
        async with asyncio.timeout(CARRY_TIME):
            await hand_over(gateway, address, parcel)
    except DeliveryProblem as problem:
        parcel.problem = problem
    except Exception as error:
        # One thread's trouble, whatever it is, holds back neither the others nor what they are told.
        if not isinstance(error, TimeoutError | OSError):
            log.exception("channel failed", extra={"thread": parcel.thread})
        parcel.problem = UnknownOutcome(type(error).__name__)


async def hand_over(gateway: ChatGateway, address: str, parcel: Parcel) -> None:
    """Call the gateway: the card first, then what is said under it, in order. Raises DeliveryProblem."""
    if parcel.card is not None:
        if parcel.posted is None:
            parcel.posted = await gateway.post_card(address, parcel.card, parcel.ref, again=parcel.again)
        else:
            await gateway.edit_card(address, parcel.posted, parcel.card)
            parcel.again = False
        # What an earlier attempt left in the channel may be older: it is edited next.
        parcel.shown = None if parcel.again else parcel.card.version
    assert parcel.posted is not None  # nothing is said under a card that is not there
    for saying in parcel.sayings:
        parcel.said[saying.ref] = await gateway.post_line(
            address, parcel.posted, saying.line, saying.ref, again=saying.again
        )
