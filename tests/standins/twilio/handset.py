"""The telephone of somebody on duty: it rings because we called it; the story picks up, presses, or lets it ring."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.books import Placed
from tests.standins.twilio.line import Line, Reached, _path
from tests.standins.twilio.signing import signature
from tests.standins.twilio.twiml import parsed

OURS = "+33939980000"


class Handset(Line):
    """One call of ours. News leaves in Twilio's order with its sequence numbers; `tell` sends any of it again."""

    def __init__(self, city: Reached, twilio: TwilioStandIn, placed: Placed, base: str) -> None:
        super().__init__(city, twilio.token, base, caller=placed.to, sid=placed.sid)
        self.placed = placed
        self._sequence = 0

    async def begin(self) -> None:
        """Twilio has taken the call and the telephone rings."""
        await self.tell("initiated")
        await self.tell("ringing")

    async def pick_up(self) -> None:
        """Somebody, or something, picks up."""
        await self.begin()
        await self.tell("in-progress")
        await self._fetch(_path(self.placed.url))

    async def fail(self, status: str) -> None:
        """busy, no-answer, failed or canceled."""
        await self.begin()
        await self.tell(status)
        self.ended = True

    async def machine(self, by: str = "machine_start") -> None:
        """Twilio believes that an answering machine picked up."""
        assert self.placed.machine
        answer = await self.post(
            _path(self.placed.machine), self._fields(AnsweredBy=by, MachineDetectionDuration="4200")
        )
        assert answer.status_code == 204

    async def hang_up(self) -> None:
        """The call ends."""
        self.ended = True
        await self.tell("completed")

    async def hear_update(self) -> None:
        """The call was told to say something else."""
        assert self.placed.twiml is not None
        self._asked = None
        await self._carry_out(parsed(self.placed.twiml))

    async def tell(self, status: str, *, expect: int = 204) -> None:
        """One status callback; the fragment of its address is for Twilio, not for us."""
        self.placed.status = status
        assert self.placed.callback
        fields = self._fields(
            CallStatus=status, SequenceNumber=str(self._sequence), CallbackSource="call-progress-events"
        )
        self._sequence += 1
        answer = await self.post(_path(self.placed.callback), fields)
        assert answer.status_code == expect, answer.status_code

    def _fields(self, **fields: str) -> dict[str, str]:
        outbound = {"From": OURS, "To": self.placed.to, "Direction": "outbound-api"}
        return super()._fields(**{**outbound, **fields})


async def text_status(
    city: Reached, twilio: TwilioStandIn, base: str, number: str, status: str, code: str = ""
) -> None:
    """What became of the last message to a number."""
    kept = [message for message in twilio.books.messages if message.to == number][-1]
    assert kept.callback
    fields = [("MessageSid", kept.sid), ("MessageStatus", status), ("To", number), ("From", kept.sender)]
    fields += [("ErrorCode", code)] if code else []
    await signed(city, twilio, base, _path(kept.callback), fields)


async def answer_text(city: Reached, twilio: TwilioStandIn, base: str, number: str, body: str, sid: str) -> str:
    """Somebody writes to our number; returns the document we answer with."""
    fields = [("MessageSid", sid), ("From", number), ("To", OURS), ("Body", body), ("NumMedia", "0")]
    return await signed(city, twilio, base, "/webhooks/twilio/messages", fields)


async def signed(city: Reached, twilio: TwilioStandIn, base: str, path: str, fields: list[tuple[str, str]]) -> str:
    """One webhook with the account's signature."""
    assert not urlsplit(path).fragment
    headers = {
        "X-Twilio-Signature": signature(twilio.token, base + path, fields),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    answer = await city.web.post(path, content=urlencode(fields).encode(), headers=headers)
    assert answer.status_code in (200, 204), answer.status_code
    return answer.text
