"""The telephone door: Twilio's voice webhooks. A caller is never met with an error, nor with silence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from intake import call_ends, dialogue, replies
from intake.call_sounds import Recording
from intake.call_turn import Talk, Turn
from intake.channels import phone_words
from intake.channels.phone_fields import contact, number, share, sid
from intake.channels.phone_ports import CallControl, Lines
from intake.channels.phone_questions import question, welcome
from intake.channels.phone_words import Address
from intake.channels.twilio_guard import REFUSALS, SOURCE, Refused, TwilioGuard
from intake.closed_question import ANSWERED
from intake.ports import House, Transcriber
from intake.wording import DEFAULT, say, spoken
from routing.domain.call import Step
from routing.domain.redaction import readable
from routing.domain.understanding import Decision
from routing.store import calls
from routing.store.models import PhoneCall, Report

log = logging.getLogger(__name__)

PATIENCE = 1.2  # seconds the provider waits with us for the understanding before the caller hears "un instant"
LOOK_EVERY = 0.03
WAITS = 4
ENGLISH = "en"  # offered by a key to whoever was not understood


class Phone:
    """The routes under /webhooks/twilio/voice. The provider's recogniser listens, unless we have ``ears`` of our own;
    with ``speaks`` the stream to them asks the questions too.
    """

    def __init__(
        self,
        house: House,
        guard: TwilioGuard,
        lines: Lines,
        control: CallControl | None = None,
        ears: Transcriber | None = None,
        *,
        speaks: bool = False,
    ) -> None:
        self._house = house
        self._guard = guard
        self._lines = lines
        self._control = control
        self._ears = ears
        self._speaks = speaks
        self._address = Address(lines.base_url)

    def router(self) -> APIRouter:
        """The telephone's routes."""
        router = APIRouter(tags=["webhooks"])
        router.add_api_route(
            "/webhooks/twilio/voice", self.ring, methods=["POST"], response_class=Response, responses=REFUSALS
        )
        router.add_api_route(
            "/webhooks/twilio/voice/{step}", self.step, methods=["POST"], response_class=Response, responses=REFUSALS
        )
        return router

    async def ring(self, request: Request) -> Response:
        """A call comes in: who speaks, what to do in danger, and the first question."""
        return await self._answer(request, self._ring)

    async def step(self, request: Request, step: str) -> Response:
        """One turn of the call; a step nobody knows is the opening again."""
        steps = {
            "heard": self._heard,
            "listened": self._listened,
            "unheard": self._unheard,
            "wait": self._wait,
            "partial": self._partial,
            "danger": self._danger,
            "dialled": self._dialled,
            "recorded": self._recorded,
        }
        return await self._answer(request, steps.get(step, self._ring))

    async def _answer(self, request: Request, turn: Callable[[Request, Mapping[str, str]], Awaitable[str]]) -> Response:
        try:
            fields = await self._guard.form(request)
        except Refused as refusal:
            return Response(status_code=refusal.status)
        try:
            words = await turn(request, fields)
        except Exception:
            # Whatever broke, the caller hears what to do in danger and is passed to a person.
            log.exception("a turn of a call failed")
            heard = self._house.danger(readable(fields.get("SpeechResult", "")))
            words = phone_words.out_of_order(self._person(), replies.advice(heard))
        return Response(words, media_type="text/xml")

    async def _ring(self, request: Request, fields: Mapping[str, str]) -> str:
        talk = await self._listen(fields, Turn(-1))  # no turn of the call: it is only made known
        return self._say(talk)

    async def _heard(self, request: Request, fields: Mapping[str, str]) -> str:
        asked = number(request.query_params.get("turn"))
        words, keys = fields.get("SpeechResult", ""), fields.get("Digits", "")
        turn = Turn(asked, words, keys, await request.body(), share(fields.get("Confidence")))
        return await self._go_on(await self._listen(fields, turn), fields, first=True)

    async def _listened(self, request: Request, fields: Mapping[str, str]) -> str:
        """The stream to our ears is over: they heard something, or it broke and the keypad is what remains."""
        talk = await self._listen(fields, Turn(-1))
        if talk.call.turn > number(request.query_params.get("turn")):
            return await self._go_on(talk, fields, first=True)
        return self._ask_by_keys(talk.call, self.question(talk))

    async def _unheard(self, request: Request, fields: Mapping[str, str]) -> str:
        """Nobody can listen to somebody who stays on the line: a person, or the answering machine."""
        return self._say(await self._listen(fields, Turn(number(request.query_params.get("turn")), keys="0")))

    async def _wait(self, request: Request, fields: Mapping[str, str]) -> str:
        waited = number(request.query_params.get("turn"))
        talk = await self._decide(fields, patient=waited < WAITS)
        if talk is None:
            return await self._ring(request, fields)
        if talk.pending and waited < WAITS:
            return phone_words.wait(self._address, waited + 1, talk.call.language, first=False)
        return self._say(talk)

    async def _go_on(self, talk: Talk, fields: Mapping[str, str], *, first: bool) -> str:
        """Wait a moment for the understanding, then say what comes next."""
        if talk.call.owed:
            talk = await self._understood(fields) or talk
        if talk.pending:
            return phone_words.wait(self._address, 1, talk.call.language, first=first)
        return self._say(talk)

    async def _understood(self, fields: Mapping[str, str]) -> Talk | None:
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    if await self._house.run(lambda session: calls.understood(session, sid(fields))):
                        return await self._decide(fields, patient=True)
                    await asyncio.sleep(LOOK_EVERY)
        except TimeoutError:
            return None

    async def _decide(self, fields: Mapping[str, str], *, patient: bool) -> Talk | None:
        async def work(session: AsyncSession) -> Talk | None:
            return await dialogue.go_on(session, self._house.desk, sid(fields), patient=patient)

        found: Talk | None = await self._house.run(work)
        return found

    async def _listen(self, fields: Mapping[str, str], turn: Turn) -> Talk:
        async def work(session: AsyncSession) -> Talk:
            return await dialogue.listen(session, self._house, sid(fields), contact(fields), turn)

        talk: Talk = await self._house.run(work)
        return talk

    async def _partial(self, request: Request, fields: Mapping[str, str]) -> str:
        """Words still being said: danger does not wait for the end of the sentence."""
        words = readable(f"{fields.get('StableSpeechResult', '')} {fields.get('UnstableSpeechResult', '')}")
        if self._control is not None and self._house.danger(words, growing=True):
            asked = number(request.query_params.get("turn"))
            talk = await self._listen(fields, Turn(asked, words, raw=await request.body()))
            if talk.call.turn == asked + 1:
                await self._control.redirect(sid(fields), self._address.step("danger", talk.call.turn))
        return phone_words.nothing()

    async def _danger(self, request: Request, fields: Mapping[str, str]) -> str:
        return self._say(await self._listen(fields, Turn(-1)))

    async def _dialled(self, request: Request, fields: Mapping[str, str]) -> str:
        """After the person's telephone: spoken to, or nobody answered."""
        if fields.get("DialCallStatus") == "completed":
            await self._house.run(lambda session: call_ends.spoken_to(session, self._house.desk, sid(fields)))
            return phone_words.goodbye()
        talk = await self._listen(fields, Turn(-1))
        return phone_words.voicemail(self._address, 0, talk.call.language, texted=talk.texted)

    async def _recorded(self, request: Request, fields: Mapping[str, str]) -> str:
        seconds = max(number(fields.get("RecordingDuration")), 0)
        name, address = readable(fields.get("RecordingSid", ""))[:40], fields.get("RecordingUrl", "")[:500]
        recording = Recording(name, f"{SOURCE}:{address}", seconds)

        async def work(session: AsyncSession) -> None:
            await call_ends.voicemail(session, self._house.desk, sid(fields), recording)

        await self._house.run(work)
        return self._say(await self._listen(fields, Turn(-1)))

    def _say(self, talk: Talk) -> str:
        """The question the call is at, or its end."""
        call = talk.call
        if call.step is Step.PERSON:
            named = talk.about or (None if talk.texted else talk.report)
            return phone_words.to_a_person(
                self._address,
                call.turn,
                self._person(),
                self._lines.own_number,
                call.language,
                reference=named.reference if named else None,
                texted=talk.texted,
            )
        if call.step is Step.DONE:
            return _goodbye(talk)
        return self._ask(call, self.question(talk))

    def _person(self) -> str | None:
        """The number of somebody who answers at this hour."""
        hours, desk = self._lines.hours, self._house.desk
        return self._lines.person if hours is None or hours.hold(desk.now(), desk.zone) else None

    def question(self, talk: Talk) -> str:
        """The words of the question the call is at."""
        return question(talk, self._house.desk.catalogue, self._lines.city)

    def _ask(self, call: PhoneCall, words: str) -> str:
        """By whatever listens now. Who was not understood is offered another language."""
        language = call.language
        if self._ears is None:
            again = call.step is Step.WHAT and (call.tries > 0 or call.report_id is not None)
            offer = ENGLISH if again and language is None else None
            return phone_words.ask(self._address, call.turn, words, language, offer=offer)
        if not self._ears.ready:
            return self._ask_by_keys(call, words)
        ticket = self._guard.ticket(call.sid, call.turn)
        return phone_words.ask_streaming(self._address, call.turn, ticket, None if self._speaks else words, language)

    def _ask_by_keys(self, call: PhoneCall, words: str) -> str:
        language = call.language
        if call.step is not Step.WHAT:
            return phone_words.ask_by_keys(self._address, call.turn, words, language)
        unheard = say("voice.unheard", language)
        words = unheard if call.turn else f"{welcome(self._lines.city, language)} {unheard}"
        return phone_words.ask_by_keys(self._address, call.turn, words, language, otherwise="unheard")


def _safety(report: Report, language: str | None) -> str | None:
    return say("voice.safety", language) if report.danger or report.advice else None


def _goodbye(talk: Talk) -> str:
    report, language = talk.report, talk.call.language
    if report is None:
        return phone_words.goodbye(language=language)
    own_words = report.advice and spoken(language) == spoken(report.language) == DEFAULT  # the catalogue's are French
    return phone_words.goodbye(
        safety=report.advice if own_words and not report.danger else _safety(report, language),
        reference=report.reference,
        texted=talk.texted,
        read_by_person=report.decision not in (Decision.ROUTE, ANSWERED),
        added=talk.about is not None and report.danger is None,
        told=report.told if spoken(language) == DEFAULT else None,
        language=language,
    )
