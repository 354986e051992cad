"""Telephones to try by hand: text messages and spoken calls, with the words a caller would hear."""

from __future__ import annotations

import html
import re
from collections.abc import Awaitable
from itertools import count
from urllib.parse import urlencode

import httpx

from routing.domain.procedure import Catalogue
from tests.standins.serving import Clock
from tests.standins.trial.pages import Form, Pages, Trial, back, environment
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.handset import Handset
from tests.standins.twilio.line import Line
from tests.standins.twilio.signing import signature

OURS = "+33939980000"
CITIZEN = "+33639980001"
MESSAGE = re.compile(r"<Message[^>]*>(.*?)</Message>", re.S)
_numbers = count(1)


class _Door:
    """What a `Line` needs of a city: its web. Another process works meanwhile."""

    def __init__(self, web: httpx.AsyncClient) -> None:
        self.web = web

    async def work(self) -> None:
        """Nothing to do here."""


def trial(clock: Clock, port: int, vigie: str, catalogue: Catalogue) -> Trial:
    """An account whose webhooks are those of the Vigie at ``vigie``."""
    stand_in = TwilioStandIn(clock, port=port)
    phones = Telephones(stand_in, httpx.AsyncClient(base_url=vigie, timeout=15), vigie)
    acts = {
        name: getattr(phones, name)
        for name in ("text", "call", "pick_up", "ignore", "say", "press", "silence", "hang_up")
    }
    stand_in.pages = Pages(phones.show, acts)
    settings = {
        "VIGIE_TWILIO_ACCOUNT_SID": stand_in.sid,
        "VIGIE_TWILIO_AUTH_TOKEN": stand_in.token,
        "VIGIE_TWILIO_FROM_NUMBER": OURS,
        "VIGIE_TWILIO_WHATSAPP_NUMBER": OURS,
        "VIGIE_TWILIO_BASE_URL": f"http://127.0.0.1:{port}",
        "VIGIE_PUBLIC_BASE_URL": vigie,
    }
    return Trial(stand_in, settings)


class Telephones:
    """Every number that got or sent something, telephones that Vigie has ring, and the call in progress."""

    def __init__(self, stand_in: TwilioStandIn, web: httpx.AsyncClient, vigie: str) -> None:
        self._twilio = stand_in
        self._web = web
        self._vigie = vigie
        self._sent: list[tuple[int, str, str]] = []  # how many messages there were before, number, words
        self._answers: list[tuple[int, str, str]] = []  # the same, of what a text was answered with on the spot
        self._line: Line | None = None
        self._told = ""

    def show(self, where: Form) -> str:
        """The whole page."""
        kept = self._twilio.books.messages
        ringing = [placed for placed in self._twilio.books.calls if placed.status == "queued"]
        numbers = list(dict.fromkeys([CITIZEN, *(n for _, n, _ in self._sent), *(each.to for each in kept)]))
        told, self._told = self._told, ""
        page = environment().get_template("twilio.html")
        conversations = {number: self._conversation(number) for number in numbers}
        return page.render(conversations=conversations, line=self._line, ringing=ringing, told=told, ours=OURS)

    def _conversation(self, number: str) -> list[tuple[bool, str]]:
        """(mine, words) in order."""
        got = [(at, False, each.body) for at, each in enumerate(self._twilio.books.messages) if each.to == number]
        sent = [(at - 0.5, True, words) for at, who, words in self._sent if who == number]
        answers = [(at - 0.25, False, words) for at, who, words in self._answers if who == number]
        return [(mine, words) for _, mine, words in sorted([*got, *sent, *answers], key=lambda each: each[0])]

    async def text(self, form: Form) -> str:
        """A citizen writes."""
        self._sent.append((len(self._twilio.books.messages), form["number"], form["text"]))
        sid = f"SM{next(_numbers):032x}"
        fields = {
            "MessageSid": sid,
            "AccountSid": self._twilio.sid,
            "From": form["number"],
            "To": OURS,
            "Body": form["text"],
            "NumMedia": "0",
        }
        path = "/webhooks/twilio/messages"
        signed = signature(self._twilio.token, self._vigie + path, list(fields.items()))
        kind = "application/x-www-form-urlencoded"
        headers = {"X-Twilio-Signature": signed, "Content-Type": kind}
        try:
            answer = await self._web.post(path, content=urlencode(fields).encode(), headers=headers)
            self._told = "" if answer.is_success else f"Vigie a répondu {answer.status_code}"
            for words in MESSAGE.findall(answer.text) if answer.is_success else ():
                self._answers.append((len(self._twilio.books.messages), form["number"], html.unescape(words)))
        except httpx.TransportError:
            self._told = "Vigie ne répond pas"
        return back()

    async def call(self, form: Form) -> str:
        """A citizen rings."""
        self._line = Line(_Door(self._web), self._twilio.token, self._vigie, form["number"])
        return await self._on_line(self._line.ring())

    async def pick_up(self, form: Form) -> str:
        """Somebody Vigie calls picks up."""
        self._line = handset = self._handset(form["sid"])
        return await self._on_line(handset.pick_up())

    async def ignore(self, form: Form) -> str:
        """They let it ring."""
        return await self._on_line(self._handset(form["sid"]).fail("no-answer"))

    async def say(self, form: Form) -> str:
        """They speak."""
        return await self._on_line(self._open().say(form["text"]))

    async def press(self, form: Form) -> str:
        """They press a key."""
        return await self._on_line(self._open().press(form["text"][:1]))

    async def silence(self, form: Form) -> str:
        """They say nothing."""
        return await self._on_line(self._open().silence())

    async def hang_up(self, form: Form) -> str:
        """They end the call."""
        return await self._on_line(self._open().hang_up())

    def _handset(self, sid: str) -> Handset:
        [placed] = [each for each in self._twilio.books.calls if each.sid == sid]
        return Handset(_Door(self._web), self._twilio, placed, self._vigie)

    def _open(self) -> Line:
        assert self._line is not None
        return self._line

    async def _on_line(self, act: Awaitable[None]) -> str:
        try:
            await act
        except (AssertionError, httpx.TransportError) as problem:
            self._told = f"Impossible : {problem}"
        return back()
