"""An incident's cards and threads brought to its channels: claim, call the gateways outside any transaction, settle."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from routing.ports import ChatGateway, DeliveryProblem, PermanentProblem, UnknownOutcome
from routing.service.claim import Parcel, claim
from routing.service.desk import Desk
from routing.service.settle import settle
from routing.store.base import Database

log = logging.getLogger(__name__)

CARRY_TIME = 6.0  # seconds a channel has for one parcel


async def deliver(database: Database, desk: Desk, chats: Mapping[str, ChatGateway], incident_id: int) -> None:
    """Bring one incident's channels up to date and set its next wake-up. Safe to run twice, or twice at once."""
    async with database.transaction() as session:
        parcels = await claim(session, desk, incident_id)
    await asyncio.gather(*(_carry(chats, parcel) for parcel in parcels))
    async with database.transaction() as session:
        await settle(session, desk, incident_id, parcels)


async def _carry(chats: Mapping[str, ChatGateway], parcel: Parcel) -> None:
    """Call the gateway: the card first, then its lines in order. What went wrong is kept in the parcel."""
    scheme, _, address = parcel.channel.partition(":")
    try:
        gateway = chats.get(scheme)
        if gateway is None:
            raise PermanentProblem(f"aucun compte {scheme} n'est connecté")
        async with asyncio.timeout(CARRY_TIME):
            await _hand_over(gateway, address, parcel)
    except DeliveryProblem as problem:
        parcel.problem = problem
    except Exception as error:
        # One channel's trouble, whatever it is, holds back neither the other channels nor what they are told.
        if not isinstance(error, TimeoutError | OSError):
            log.exception("channel failed", extra={"channel": parcel.channel})
        parcel.problem = UnknownOutcome(type(error).__name__)


async def _hand_over(gateway: ChatGateway, address: str, parcel: Parcel) -> None:
    if parcel.posted is None:
        assert parcel.card is not None  # a thread that was never posted has shown no version yet
        parcel.posted = await gateway.post_card(address, parcel.card, parcel.ref)
    elif parcel.card is not None:
        await gateway.edit_card(address, parcel.posted, parcel.card)
    for line_id, ref, line in parcel.lines:
        parcel.lines_sent[line_id] = await gateway.post_line(address, parcel.posted, line, ref)
