"""Text messages and WhatsApp by Twilio, and what became of calls and of our own messages."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from twilio.twiml.messaging_response import MessagingResponse

from intake import call_ends, inbox, replies
from intake.answers import says_yes
from intake.channels.messages import take
from intake.channels.twilio_guard import FORM, REFUSALS, SOURCE, Refused, TwilioGuard
from intake.models import LONGEST, Message, Piece, not_ours
from intake.ports import House
from intake.wishes import Wish
from intake.wording import say
from routing.domain.attachment import Kind
from routing.domain.redaction import plain, readable
from routing.domain.understanding import Channel
from routing.service.answer_text import answer_by_text
from routing.service.desk import Desk
from routing.service.tell import delivered

log = logging.getLogger(__name__)

WHATSAPP = "whatsapp:"
# Twilio confirms these by itself where they come by text message, and those of its Advanced Opt-Out by any door.
CONFIRMED = ("stop", "stopall", "unsubscribe", "start", "unstop")
MOST_MEDIA = 10
KINDS = {"image": Kind.PHOTO, "audio": Kind.AUDIO}
ENDED = ("completed", "busy", "failed", "no-answer", "canceled")


class TwilioMessages:
    """The routes /webhooks/twilio/messages and /webhooks/twilio/status."""

    def __init__(self, house: House, guard: TwilioGuard) -> None:
        self._house = house
        self._guard = guard

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(tags=["webhooks"])
        router.add_api_route(
            "/webhooks/twilio/messages", self.message, methods=["POST"], response_class=Response, responses=REFUSALS
        )
        router.add_api_route(
            "/webhooks/twilio/status", self.status, methods=["POST"], response_class=Response, responses=REFUSALS
        )
        return router

    async def message(self, request: Request) -> Response:
        """Keep one message; the worker answers it. When nothing can be kept, the safety words leave at once."""
        try:
            fields = await self._guard.form(request)
        except Refused as refusal:
            return Response(status_code=refusal.status)
        message = read_message(fields, await request.body())
        try:
            if (answered := await self._duty(message)) is not None:
                return _twiml(answered)
            said = await self._keep(message, fields)
        except Exception:
            # Twilio would not try again in time for a person: they are told now, and may write again.
            log.exception("a message could not be kept")
            return _twiml(replies.advice(self._house.danger(message.text)) or say("try_again"))
        return _twiml(said)

    async def _duty(self, message: Message) -> str | None:
        """What to write back to somebody on duty who answers a page; None for everybody else. Told twice, done once."""
        number = message.contact
        if message.channel is not Channel.SMS or number is None:
            return None
        desk = self._house.desk

        async def work(session: AsyncSession) -> str | None:
            name = {"provider": message.provider, "external_id": message.external_id}
            return await answer_by_text(session, desk, number, message.text, **name)

        found: str | None = await self._house.run(work)
        return found

    async def _keep(self, message: Message, fields: Mapping[str, str]) -> str | None:
        """What to write back at once, beside what the worker answers."""
        desk = self._house.desk
        if message.contact is None or not message.text:
            await self._house.run(lambda session: _keep_unreadable(session, desk, message))
            return None
        told = fields.get("OptOutType", "").lower()
        if told == Wish.STOP or (told == Wish.START and not says_yes(message.text)):  # a YES is an answer as well
            message = replace(message, text=told)
        said = (await take(self._house, message)).said
        return None if _confirmed_by_twilio(message, fields) else said

    async def status(self, request: Request) -> Response:
        """A call ended, or a message of ours was delivered or not. 503 asks Twilio to say it again."""
        try:
            fields = await self._guard.form(request)
        except Refused as refusal:
            return Response(status_code=refusal.status)

        async def work(session: AsyncSession) -> None:
            if fields.get("CallSid"):
                if fields.get("CallStatus") in ENDED:
                    await call_ends.hang_up(session, self._house.desk, fields["CallSid"][:64])
            elif ref := request.query_params.get("ref"):
                state = readable(fields.get("MessageStatus", ""))[:20]
                await delivered(session, ref[:80], state, fields.get("ErrorCode", "")[:10])

        try:
            await self._house.run(work)
        except Exception:
            log.exception("a status could not be kept")
            return Response(status_code=503)
        return Response(status_code=204)


def read_message(fields: Mapping[str, str], raw: bytes) -> Message:
    """One message as signed. ``text`` is empty when there is nothing to read; odd coordinates are left out."""
    sender = fields.get("From", "")
    channel = Channel.WHATSAPP if sender.startswith(WHATSAPP) else Channel.SMS
    number = sender.removeprefix(WHATSAPP)
    latitude, longitude = _degrees(fields.get("Latitude"), 90), _degrees(fields.get("Longitude"), 180)
    text = readable(fields.get("Body", ""))[:LONGEST]
    pieces = tuple(_pieces(fields))
    if not text and fields.get("NumMedia", "0") not in ("", "0"):
        text = replies.ONLY_MEDIA
    if not text and latitude is not None and longitude is not None:
        text = replies.ONLY_PLACE
    return Message(
        channel=channel,
        text=text,
        provider="twilio",
        external_id=fields.get("MessageSid", "")[:64],
        contact=number[:20] if number.startswith("+") and number[1:].isdecimal() else None,
        latitude=latitude if longitude is not None else None,
        longitude=longitude if latitude is not None else None,
        address=readable(fields.get("Address", ""))[:300] or None,
        raw=raw,
        content_type=FORM,
        pieces=pieces,
    )


def _pieces(fields: Mapping[str, str]) -> Iterator[Piece]:
    """Photos and sounds of a message, by their addresses; other kinds of files are left at the provider's."""
    for number in range(MOST_MEDIA):
        address = fields.get(f"MediaUrl{number}", "")
        media_type = readable(fields.get(f"MediaContentType{number}", "")).lower()[:80]
        kind = KINDS.get(media_type.partition("/")[0])
        name = address.rstrip("/").rpartition("/")[2][:64]
        if address and kind is not None:
            yield Piece(kind, name, media_type, source=f"{SOURCE}:{address[:500]}")
        elif address:
            yield not_ours(name, media_type)


async def _keep_unreadable(session: AsyncSession, desk: Desk, message: Message) -> None:
    kept = await inbox.keep_event(session, desk, message)
    await inbox.unreadable(session, kept, "ni texte, ni expéditeur lisible")


def _confirmed_by_twilio(message: Message, fields: Mapping[str, str]) -> bool:
    """Whether Twilio has answered already: nobody is to be answered twice."""
    return bool(fields.get("OptOutType")) or (message.channel is Channel.SMS and plain(message.text) in CONFIRMED)


def _degrees(value: str | None, limit: float) -> float | None:
    try:
        degrees = float(value or "")
    except ValueError:
        return None
    return degrees if -limit <= degrees <= limit else None


def _twiml(text: str | None) -> Response:
    answer = MessagingResponse()
    if text:
        answer.message(text)
    return Response(str(answer), media_type="text/xml")
