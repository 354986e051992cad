"""Text messages and WhatsApp to citizens."""

from __future__ import annotations

import logging
from datetime import timedelta
from urllib.parse import quote

from twilio.rest import Client

from bot.twilio.account import sorted_problems
from bot.twilio.gsm7 import fitted, segments
from routing.ports import Clock

log = logging.getLogger(__name__)

LONGEST = 1600  # characters; Twilio refuses more (21617)
LOOK_BACK = timedelta(minutes=10)
LOOKED_AT = 20


class TwilioTexts:
    """CitizenGateway of one channel; ``prefix`` is ``whatsapp:`` or empty. Deliveries are told at ``status`` + ref."""

    def __init__(self, client: Client, clock: Clock, sender: str, status: str, prefix: str = "") -> None:
        self._client = client
        self._clock = clock
        self._sender = sender
        self._status = status
        self._prefix = prefix

    async def send(self, contact: str, text: str, ref: str, *, again: bool = False) -> str | None:
        """Send one message. After an unknown outcome the provider is asked first whether it has it."""
        body = text if self._prefix else fitted(text)
        body = body if len(body) <= LONGEST else f"{body[: LONGEST - 3].rstrip()}..."
        with sorted_problems():
            if again and (found := await self._sent(contact, body)):
                return found
            message = await self._client.messages.create_async(
                to=f"{self._prefix}{contact}",
                from_=f"{self._prefix}{self._sender}",
                body=body,
                status_callback=f"{self._status}{quote(ref, safe='')}#rc=3&rp=all",
            )
        log.info("text sent", extra={"ref": ref, "segments": segments(body)})
        return str(message.sid)

    async def _sent(self, contact: str, body: str) -> str | None:
        since = self._clock.now() - LOOK_BACK
        recent = await self._client.messages.list_async(
            to=f"{self._prefix}{contact}", date_sent_after=since, limit=LOOKED_AT
        )
        return next((str(message.sid) for message in recent if message.body == body), None)


class TwilioCalls:
    """CallControl: a call in progress hears something else at once."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def redirect(self, sid: str, address: str) -> None:
        """Raises DeliveryProblem."""
        with sorted_problems():
            await self._client.calls(sid).update_async(url=address, method="POST")
