"""Text messages and WhatsApp to citizens."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from twilio.rest import Client

from bot.observability import TEXT_SEGMENTS
from bot.twilio.account import sorted_problems
from bot.twilio.gsm7 import fitted, segments
from routing.ports import Choice, Clock, PermanentProblem

log = logging.getLogger(__name__)

LONGEST = 1600  # characters; Twilio refuses more (21617)
LOOK_BACK = timedelta(minutes=10)
LOOKED_AT = 20
WINDOW = timedelta(hours=24)  # in which WhatsApp lets us answer freely


Heard = Callable[[str], Awaitable[datetime | None]]


@dataclass(frozen=True, slots=True)
class Template:
    """What may be sent to somebody who has not written for a day, as WhatsApp wants it approved beforehand.

    ``sid`` names it at Twilio; its one variable is our text. ``heard`` says when a contact last wrote, None for never.
    """

    sid: str | None
    heard: Heard


class TwilioTexts:
    """CitizenGateway of one channel; ``prefix`` is ``whatsapp:`` or empty. Deliveries are told at ``status`` + ref.

    ``template`` is for channels whose citizens must have written lately.
    """

    def __init__(
        self,
        client: Client,
        clock: Clock,
        sender: str,
        status: str,
        prefix: str = "",
        template: Template | None = None,
    ) -> None:
        self._client = client
        self._clock = clock
        self._sender = sender
        self._status = status
        self._prefix = prefix
        self._template = template

    async def send(
        self, contact: str, text: str, ref: str, *, again: bool = False, choices: Sequence[Choice] = ()
    ) -> str | None:
        """Send one message. After an unknown outcome the provider is asked first whether it has it."""
        body = text if self._prefix else fitted(text)
        body = body if len(body) <= LONGEST else f"{body[: LONGEST - 3].rstrip()}..."
        content = await self._content(contact, body)
        with sorted_problems():
            if again and (found := await self._sent(contact, body)):
                return found
            message = await self._client.messages.create_async(
                to=f"{self._prefix}{contact}",
                from_=f"{self._prefix}{self._sender}",
                status_callback=f"{self._status}{quote(ref, safe='')}#rc=3&rp=all",
                **content,
            )
        log.info("text sent", extra={"ref": ref, "segments": segments(body), "template": "content_sid" in content})
        TEXT_SEGMENTS.labels("whatsapp" if self._prefix else "sms").inc(segments(body))
        return str(message.sid)

    async def _content(self, contact: str, body: str) -> dict[str, str]:
        """The text itself within the window, the template outside it. Raises PermanentProblem without a template."""
        if self._template is None:
            return {"body": body}
        heard = await self._template.heard(contact)
        if heard is not None and self._clock.now() - heard < WINDOW:
            return {"body": body}
        if self._template.sid is None:
            raise PermanentProblem("plus de 24 heures sans message de cette personne, et aucun modèle WhatsApp")
        return {"content_sid": self._template.sid, "content_variables": json.dumps({"1": body}, ensure_ascii=False)}

    async def _sent(self, contact: str, body: str) -> str | None:
        """The message that has these words, a template's around them perhaps."""
        since = self._clock.now() - LOOK_BACK
        recent = await self._client.messages.list_async(
            to=f"{self._prefix}{contact}", date_sent_after=since, limit=LOOKED_AT
        )
        return next((str(message.sid) for message in recent if body in (message.body or "")), None)


class TwilioCalls:
    """CallControl: a call in progress hears something else at once."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def redirect(self, sid: str, address: str) -> None:
        """Raises DeliveryProblem."""
        with sorted_problems():
            await self._client.calls(sid).update_async(url=address, method="POST")
