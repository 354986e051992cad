"""Calls to people on duty, as TwiML. Pure. Source: https://www.twilio.com/docs/voice/twiml"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from twilio.twiml.voice_response import Gather, VoiceResponse

from bot.phone import words
from routing.domain.paging import Call

VOICE = "Polly.Lea-Neural"
LANGUAGE = "fr-FR"
KEY_TIME = 6  # seconds of silence before the question is asked again
RING_ROOM = 25  # seconds


@dataclass(frozen=True, slots=True)
class Address:
    """Where the provider sends what it hears. Everything in an address is signed with it."""

    base: str

    def step(self, name: str, page: int, **more: int | str) -> str:
        """The webhook of one step of a page's call."""
        return f"{self.base}/webhooks/twilio/pages/{name}?{urlencode({'page': page, **more})}"


def ask(address: Address, call: Call, city: str, turn: int, *, room: bool, before: str = "") -> str:
    """Say what it is about and wait for a key. ``before`` is what came of the last key; silence leads on, too."""
    told = ".".join(str(one.page) for one in call.subjects) or str(call.page)
    response = VoiceResponse()
    gather = Gather(
        input="dtmf",
        language=LANGUAGE,
        action=address.step("key", call.page, told=told, turn=turn),
        method="POST",
        timeout=KEY_TIME,
        num_digits=1,
        finish_on_key="",
    )
    for sentence in (before, words.spoken(call, city), words.menu(call, room=room)):
        if sentence:
            gather.say(sentence, voice=VOICE, language=LANGUAGE)
    response.append(gather)
    response.redirect(address.step("silence", call.page, told=told, turn=turn), method="POST")
    return str(response)


def end(*sentences: str) -> str:
    """Say the last words and hang up."""
    response = VoiceResponse()
    for sentence in sentences:
        response.say(sentence, voice=VOICE, language=LANGUAGE)
    response.hangup()
    return str(response)


def broken(room: str | None, caller_id: str | None) -> str:
    """Nothing of ours works: the room, if it has a number."""
    response = VoiceResponse()
    response.say(words.BROKEN, voice=VOICE, language=LANGUAGE)
    if room:
        response.dial(room, timeout=RING_ROOM, caller_id=caller_id)
    else:
        response.hangup()
    return str(response)


def to_room(address: Address, call: Call, number: str, caller_id: str | None, turn: int) -> str:
    """Put the person through to the room; afterwards the question is asked again."""
    response = VoiceResponse()
    response.say(words.TO_ROOM, voice=VOICE, language=LANGUAGE)
    after = address.step("after", call.page, turn=turn)
    response.dial(number, timeout=RING_ROOM, action=after, method="POST", caller_id=caller_id)
    return str(response)


def told_pages(value: str) -> Sequence[int]:
    """The pages an address of ours names; signed, and yet read with care."""
    return [int(part) for part in value.split(".")[:1000] if part.isascii() and part.isdecimal() and len(part) < 18]
