"""The webhooks of calls and messages to people on duty: the key they press, what became of the call.

Every address holds the number of our own row and is signed with it; the row is tied to the first call that is heard of,
so that a request sent again, or for another call, has no second effect.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from bot.house import House
from bot.phone import twiml, words
from bot.phone.pager import ref_of
from bot.phone.twiml import Address
from intake.channels.twilio_guard import REFUSALS, Refused, TwilioGuard
from routing.domain.paging import Call, Delivery
from routing.errors import Conflict, NotFound
from routing.service.news import hear
from routing.service.talk import answer_on_the_line, doubt, tell_on_the_line

log = logging.getLogger(__name__)

CALL_STATES = {
    "queued": Delivery.QUEUED,
    "initiated": Delivery.QUEUED,
    "ringing": Delivery.UNDERWAY,
    "in-progress": Delivery.ARRIVED,
    "busy": Delivery.MISSED,
    "no-answer": Delivery.MISSED,
    "failed": Delivery.MISSED,
    "canceled": Delivery.MISSED,
    "completed": Delivery.OVER,
}
MISSED = {"busy": "occupé", "no-answer": "pas de réponse", "failed": "appel impossible", "canceled": "appel arrêté"}
TEXT_STATES = {
    "accepted": Delivery.QUEUED,
    "queued": Delivery.QUEUED,
    "sending": Delivery.QUEUED,
    "sent": Delivery.UNDERWAY,
    "undelivered": Delivery.MISSED,
    "failed": Delivery.MISSED,
    "delivered": Delivery.ARRIVED,
    "read": Delivery.ARRIVED,
}
MACHINE, SILENCE = "un répondeur a décroché", "a décroché sans répondre"
DOUBTFUL = 1  # the second time without a valid key somebody else is called meanwhile
TURNS = 3  # after which the call ends

Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One request of one call."""

    page: int
    ref: str
    turn: int
    told: tuple[int, ...]
    fields: Fields


class DutyPhone:
    """The routes /webhooks/twilio/pages/…; ``room`` is the number of the control room, if it has one."""

    def __init__(self, house: House, guard: TwilioGuard, room: str | None, sender: str | None) -> None:
        self._house = house
        self._guard = guard
        self._room = room
        self._sender = sender
        self._address = Address(house.settings.base_url)

    def router(self) -> APIRouter:
        """The routes."""
        router = APIRouter(prefix="/webhooks/twilio/pages", tags=["webhooks"])
        router.add_api_route("/{step}", self.receive, methods=["POST"], response_class=Response, responses=REFUSALS)
        return router

    async def receive(self, request: Request, step: str) -> Response:
        """A turn of a call, or news."""
        try:
            fields = await self._guard.form(request)
        except Refused as refusal:
            return Response(status_code=refusal.status)
        query = request.query_params
        told = tuple(twiml.told_pages(query.get("told", "")))
        sid = fields.get("CallSid") or fields.get("MessageSid") or ""
        line = Line(_number(query.get("page")), ref_of(sid[:64]), _number(query.get("turn")), told, fields)
        news = {"status": self._status, "text": self._text, "machine": self._machine}
        return await self._note(news[step], line) if step in news else await self._talk(step, line)

    # What the person hears

    async def _talk(self, step: str, line: Line) -> Response:
        turns: dict[str, Callable[[Line], Awaitable[str]]] = {
            "key": self._key,
            "silence": self._silence,
            "after": self._after_room,
        }
        try:
            said = await turns.get(step, self._ask)(line)
        except Conflict:
            said = twiml.end(words.TWICE)
        except NotFound:
            said = twiml.end(words.NOBODY_NEEDED)
        except Exception:
            # Whatever broke, the person is not left alone with it.
            log.exception("a turn of a page failed", extra={"page": line.page})
            said = twiml.broken(self._room, self._sender)
        return Response(said, media_type="text/xml")

    async def _call(self, line: Line) -> Call:
        return await self._house.run(lambda session: tell_on_the_line(session, self._house.desk, line.page, line.ref))

    async def _ask(self, line: Line, turn: int = 0, before: str = "") -> str:
        """The question, or the end when nothing is left to ask."""
        call = await self._call(line)
        if not call.waits:
            return twiml.end(before or words.NOBODY_NEEDED)
        city = self._house.settings.city
        return twiml.ask(self._address, call, city, turn, room=self._room is not None, before=before)

    async def _key(self, line: Line) -> str:
        key = line.fields.get("Digits", "")
        if key == "1":
            return await self._answered(line, takes=True)
        if key == "2":
            return await self._answered(line, takes=False)
        if key == "3":
            return await self._ask(line, line.turn)
        if key == "9" and self._room is not None:
            return twiml.to_room(self._address, await self._call(line), self._room, self._sender, line.turn)
        return await self._once_more(line, words.WRONG_KEY)

    async def _answered(self, line: Line, *, takes: bool) -> str:
        call = await self._call(line)

        async def work(session: AsyncSession) -> str | None:
            desk = self._house.desk
            return await answer_on_the_line(session, desk, line.page, line.ref, line.told, takes=takes)

        refusal = await self._house.run(work)
        counted = len([one for one in call.subjects if one.page in line.told])
        done = words.taken(call, counted) if takes else words.NOT_YOURS
        return await self._ask(line, 0, f"{refusal}." if refusal else done)

    async def _silence(self, line: Line) -> str:
        return await self._once_more(line, words.NO_KEY)

    async def _once_more(self, line: Line, problem: str) -> str:
        turn = line.turn + 1
        if turn > DOUBTFUL:
            await self._doubt(line, SILENCE)
        if turn < TURNS:
            return await self._ask(line, turn, problem)
        await self._hear(line, Delivery.OVER, SILENCE)
        return twiml.end(problem, words.GIVE_UP)

    async def _after_room(self, line: Line) -> str:
        spoke = line.fields.get("DialCallStatus") == "completed"
        return await self._ask(line, line.turn, "" if spoke else words.NO_ROOM)

    # What the provider tells

    async def _note(self, news: Callable[[Line], Awaitable[None]], line: Line) -> Response:
        """503 asks for the news to be told again."""
        try:
            await news(line)
        except (Conflict, NotFound):
            return Response(status_code=204)  # of another call, or of a row that is gone
        except Exception:
            log.exception("news of a page could not be kept", extra={"page": line.page})
            return Response(status_code=503)
        return Response(status_code=204)

    async def _status(self, line: Line) -> None:
        state = line.fields.get("CallStatus", "")
        if state in CALL_STATES:
            await self._hear(line, CALL_STATES[state], MISSED.get(state, SILENCE))

    async def _text(self, line: Line) -> None:
        state, code = line.fields.get("MessageStatus", ""), line.fields.get("ErrorCode", "")
        if state in TEXT_STATES:
            await self._hear(line, TEXT_STATES[state], words.CODES.get(code, "SMS non remis"))

    async def _machine(self, line: Line) -> None:
        if line.fields.get("AnsweredBy", "").startswith(("machine", "fax")):
            await self._doubt(line, MACHINE)

    async def _hear(self, line: Line, news: Delivery, why: str) -> None:
        await self._house.run(lambda session: hear(session, self._house.desk, line.page, line.ref, news, why))

    async def _doubt(self, line: Line, why: str) -> None:
        await self._house.run(lambda session: doubt(session, self._house.desk, line.page, line.ref, why))


def _number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdecimal() and len(value) < 18 else 0
