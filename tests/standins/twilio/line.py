"""A caller's line: carries out our TwiML as Twilio would, and lets a story speak, press keys, be silent or hang up."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol
from urllib.parse import urlencode, urlsplit

import httpx

from tests.standins.twilio.signing import signature
from tests.standins.twilio.twiml import parsed

FETCHES = 60  # a document that leads back to itself for ever
WORDS_A_SECOND = 2.6  # of the synthetic voice
_numbers = count(1)


class Reached(Protocol):
    """The Vigie a call reaches; ``work`` lets its worker go on where nobody else does."""

    web: httpx.AsyncClient

    async def work(self) -> None:
        """Carry out what is due."""
        ...


@dataclass
class Line:
    """One call. ``heard`` is everything the caller was told, in order; ``seconds`` how long that lasts when spoken."""

    city: Reached
    token: str
    base: str
    caller: str = "+33639980001"
    sid: str = field(default_factory=lambda: f"CA{next(_numbers):032x}")
    heard: list[str] = field(default_factory=list)
    seconds: float = 0.0
    questions: int = 0
    ended: bool = False
    dialled: str | None = None
    recording: str | None = None
    connected: ET.Element | None = None
    _behind: list[ET.Element] = field(default_factory=list)
    _asked: ET.Element | None = None
    _fetches: int = 0

    async def ring(self) -> None:
        """The call reaches our number."""
        await self._fetch("/webhooks/twilio/voice", CallStatus="ringing")

    async def say(self, words: str, confidence: float = 0.9) -> None:
        """Answer the question by speaking."""
        await self._reply(SpeechResult=words, Confidence=str(confidence))

    async def press(self, key: str) -> None:
        """Answer the question with a key."""
        await self._reply(Digits=key)

    async def silence(self) -> None:
        """Say nothing until Twilio gives up listening."""
        await self._reply()

    async def begin_to_say(self, words: str) -> None:
        """Twilio tells what it hears while it is still being said."""
        gather = self._question()
        callback = gather.get("partialResultCallback")
        assert callback
        await self.post(_path(callback), self._fields(UnstableSpeechResult=words, StableSpeechResult=""))

    async def interrupt(self, address: str) -> None:
        """Somebody updated the call by the REST API: the caller hears that address now."""
        self._asked = None
        await self._fetch(_path(address))

    async def nobody_answers(self) -> None:
        """The person who was dialled does not pick up."""
        assert self.dialled is not None
        await self._fetch(self._after_dial, DialCallStatus="no-answer")

    async def somebody_answers(self) -> None:
        """The person who was dialled picks up, and the conversation comes to its end."""
        assert self.dialled is not None
        await self._fetch(self._after_dial, DialCallStatus="completed")

    async def leave_message(self, seconds: int = 12, at: str = "https://x") -> None:
        """Speak after the signal; ``at`` is where Twilio keeps the recording."""
        assert self.recording is not None
        sid = "RE" + self.sid[2:]
        await self._fetch(self.recording, RecordingSid=sid, RecordingDuration=str(seconds), RecordingUrl=at)

    async def stream_ended(self) -> None:
        """The WebSocket was closed by either end: Twilio goes on behind the Connect."""
        assert self.connected is not None
        self.connected = None
        await self._verbs(self._behind)

    async def hang_up(self) -> None:
        """The caller ends the call."""
        self.ended = True
        answer = await self.post("/webhooks/twilio/status", self._fields(CallStatus="completed", CallDuration="30"))
        assert answer.status_code == 204

    async def post(self, path: str, fields: dict[str, str], token: str | None = None) -> httpx.Response:
        """One signed webhook, with the worker at work meanwhile."""
        pairs = list(fields.items())
        signed = signature(token or self.token, self.base + path, pairs)
        headers = {
            "X-Twilio-Signature": signed,
            "Content-Type": "application/x-www-form-urlencoded",
            "Host": "somewhere.else.test",  # a proxy's; the signature holds for the public address
        }
        posting = asyncio.create_task(self.city.web.post(path, content=urlencode(pairs).encode(), headers=headers))
        try:
            while not posting.done():
                await self.city.work()
                await asyncio.wait({posting}, timeout=0.02)
            return posting.result()
        finally:
            posting.cancel()

    def last(self) -> str:
        """The last sentence the caller was told."""
        return self.heard[-1]

    async def _reply(self, **fields: str) -> None:
        gather = self._question()
        if not fields and gather.get("actionOnEmptyResult") != "true":
            self._asked = None
            await self._verbs(self._behind)
            return
        action = gather.get("action")
        assert action
        await self._fetch(_path(action), **fields)

    def _question(self) -> ET.Element:
        assert not self.ended, "the call is over"
        assert self._asked is not None, "nobody listens to the caller"
        return self._asked

    async def _fetch(self, path: str, **fields: str) -> None:
        self._fetches += 1
        assert self._fetches < FETCHES, "the call turns in circles"
        answer = await self.post(path, self._fields(**fields))
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        assert answer.headers["content-type"].startswith("text/xml")
        await self._carry_out(parsed(answer.text))

    async def _carry_out(self, document: ET.Element) -> None:
        self._asked = None
        await self._verbs(list(document))

    async def _verbs(self, verbs: list[ET.Element]) -> None:
        for at, verb in enumerate(verbs):
            if verb.tag == "Say":
                self._hear(verb)
            elif verb.tag == "Gather":
                for said in verb:
                    self._hear(said)
                self._asked, self._behind = verb, verbs[at + 1 :]
                self.questions += 1
                return
            elif verb.tag == "Connect":
                self.connected, self._behind = verb[0], verbs[at + 1 :]
                self.questions += 1
                return
            elif verb.tag == "Redirect":
                await self._fetch(_path(verb.text or ""))
                return
            elif verb.tag == "Dial":
                self.dialled, self._after_dial = verb.text, _path(verb.get("action") or "")
                return
            elif verb.tag == "Record":
                self.recording = _path(verb.get("action") or "")
                return
            elif verb.tag == "Hangup":
                await self.hang_up()
                return
        raise AssertionError("the document ends and the call is cut without a word")

    def _hear(self, said: ET.Element) -> None:
        words = "".join(said.itertext())
        self.heard.append(words)
        self.seconds += len(words.split()) / WORDS_A_SECOND

    def _fields(self, **fields: str) -> dict[str, str]:
        common = {
            "CallSid": self.sid,
            "AccountSid": "AC" + "0" * 32,
            "From": self.caller,
            "To": "+33199000000",
            "Direction": "inbound",
            "CallStatus": "in-progress",
            "SomethingNew": "",  # fields we do not know, blank ones among them, are part of the signature
        }
        return common | fields


def _path(address: str) -> str:
    split = urlsplit(address)
    return f"{split.path}?{split.query}" if split.query else split.path


def spelled(reference: str) -> str:
    """A reference as callers hear it: sign by sign."""
    return " ".join(f"{sign}." for sign in reference if sign.isalnum())
