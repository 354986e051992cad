"""A citizen's telephone that writes text messages and WhatsApp."""

from __future__ import annotations

from itertools import count
from typing import Any

from sqlalchemy import select

from routing.store.models import Report
from tests.acceptance.connected import BASE
from tests.city import City
from tests.standins.twilio.line import Line

HOLE = "un trou rue Monge"
MESSAGES = "/webhooks/twilio/messages"
ANA = "+33639980001"


class Telephone:
    """A telephone that writes to our number."""

    def __init__(self, city: City, token: str, number: str = ANA) -> None:
        self._line = Line(city, token, BASE, caller=number)
        self._numbers = count(1)

    def message(self, text: str, **more: str) -> dict[str, str]:
        """What Twilio posts for one message."""
        sid = f"SM{self._line.sid[2:]}{next(self._numbers)}"
        return {
            "MessageSid": sid,
            "From": self._line.caller,
            "To": "+33939980000",
            "Body": text,
            "NumMedia": "0",
        } | more

    async def write(self, text: str, **more: str) -> str:
        """Send one message; returns what is answered at once, as TwiML."""
        return await self.post(self.message(text, **more))

    async def post(self, fields: dict[str, str], path: str = MESSAGES) -> str:
        """One signed webhook."""
        answer = await self._line.post(path, fields)
        assert answer.is_success
        return answer.text


async def reports(city: City) -> list[Report]:
    async with city.session() as session:
        return list(await session.scalars(select(Report).order_by(Report.id)))


async def the_incident(city: City) -> dict[str, Any]:
    last = (await reports(city))[-1]
    return await city.incident((await city.follow(last.reference))["incident"])
