"""A citizen with the city's bot open, as the stories act with it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from routing.store.models import Report
from tests.city import City
from tests.standins.telegram import Message, TelegramStandIn
from tests.standins.telegram.queries import Query

HOLE = "un trou rue Monge"


ANA = 1001


BOT = 901


class Writer:
    """A person with the city's bot open."""

    def __init__(self, city: City, telegram: TelegramStandIn) -> None:
        self.city = city
        self.telegram = telegram
        self.people = telegram.through_http(city.web)
        telegram.network.private(ANA).members[BOT] = "member"

    async def write(self, text: str) -> Message:
        """Send words, and let Vigie answer."""
        message = await self.people.write(ANA, ANA, text)
        await self.city.settle(seconds=3)
        return message

    async def send(self, **more: Any) -> Message:
        """Send something else."""
        message = await self.people.send(ANA, ANA, **more)
        await self.city.settle(seconds=3)
        return message

    async def edit(self, message: Message, text: str = "", **more: Any) -> None:
        """Correct it."""
        await self.people.edit(message, text, **more)
        await self.city.settle(seconds=3)

    async def press(self, words: str) -> Query:
        """Press a button of the last message that has some."""
        message = [each for each in self.heard() if each.buttons()][-1]
        query = await self.people.press(message, words, ANA)
        await self.city.settle(seconds=3)
        return query

    def heard(self) -> list[Message]:
        """The bot's messages."""
        return self.telegram.network.chats[ANA].said_by(BOT)

    def told(self) -> list[str]:
        """Their words."""
        return [each.text for each in self.heard()]


async def reports(ana: Writer) -> list[Report]:
    async with ana.city.session() as session:
        return list(await session.scalars(select(Report).order_by(Report.id)))


async def incident(ana: Writer) -> dict[str, Any]:
    """The incident of the first report."""
    [first, *_] = await reports(ana)
    return await ana.city.incident((await ana.city.follow(first.reference))["incident"])
