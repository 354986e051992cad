"""Webhooks that a provider delivers thrice, in any order: one effect each."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from routing.store.models import Report
from tests.acceptance.connected import with_twilio
from tests.acceptance.texting import MESSAGES, Telephone
from tests.city import founded
from tests.clock import DrivenClock
from tests.standins.twilio.account import TwilioStandIn
from tests.understood import Scripted

TIMES = 3
WORDS = "un tag rue Berbisey"
VOICE = "/webhooks/twilio/voice"
SETTLE_EVERY = 200  # webhooks


@dataclass(frozen=True, slots=True)
class Replayed:
    """What so many ``webhooks`` (each of them counted ``TIMES`` times) of so many citizens left behind."""

    citizens: int
    webhooks: int
    reports: int
    texts: int
    people_told_twice: int


async def replay(url: str, folder: Path, messages: int, seed: int = 4) -> Replayed:
    """One message or call of each of so many citizens, every webhook delivered thrice, all shuffled.

    Six in ten write a text, two by WhatsApp, two call, say it and hang up (the end may be told before the words).
    """
    means = Scripted()
    means.expect(WORDS, ("proprete-tag", 0.9), place="rue Berbisey")
    async with TwilioStandIn(DrivenClock()) as twilio:
        async with founded(url, folder, means, settings=with_twilio(folder, twilio)) as city:
            phone = Telephone(city, twilio.token)
            posts = [post for number in range(messages) for post in _webhooks(phone, number)] * TIMES
            random.Random(seed).shuffle(posts)
            for number, (path, fields) in enumerate(posts, 1):
                await phone.post(fields, path)
                if number % SETTLE_EVERY == 0:
                    await city.settle()
            await city.settle(minutes=2)  # calls whose end was told first are noticed then
            async with city.session() as session:
                reports = await session.scalar(select(func.count()).select_from(Report)) or 0
        told = Counter(message.to for message in twilio.books.messages)
    return Replayed(messages, len(posts), reports, told.total(), sum(1 for many in told.values() if many > 1))


def _webhooks(phone: Telephone, number: int) -> list[tuple[str, dict[str, str]]]:
    """What the provider posts for one citizen."""
    sender = f"+33639{number:06}"
    if number % 5 == 4:
        call = {"CallSid": f"CA{number:032x}", "From": sender}
        said = {**call, "SpeechResult": WORDS, "Confidence": "0.9", "CallStatus": "in-progress"}
        return [(f"{VOICE}/heard?turn=0", said), ("/webhooks/twilio/status", {**call, "CallStatus": "completed"})]
    sender = f"whatsapp:{sender}" if number % 5 == 3 else sender
    return [(MESSAGES, phone.message(WORDS, From=sender))]
