"""Webhooks that a provider delivers thrice, in any order: one effect each."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from routing.store.models import Report
from tests.acceptance.connected import with_twilio
from tests.acceptance.test_texts import Telephone
from tests.city import founded
from tests.clock import DrivenClock
from tests.standins.twilio.account import TwilioStandIn
from tests.understood import Scripted

TIMES = 3
WORDS = "un tag rue Berbisey"
SETTLE_EVERY = 200  # webhooks


@dataclass(frozen=True, slots=True)
class Replayed:
    """What ``messages`` webhooks, each delivered ``TIMES`` times, left behind."""

    messages: int
    reports: int
    texts: int
    people_told_twice: int


async def replay(url: str, folder: Path, messages: int, seed: int = 4) -> Replayed:
    """One message of each of so many citizens, delivered thrice and shuffled."""
    means = Scripted()
    means.expect(WORDS, ("proprete-tag", 0.9), place="rue Berbisey")
    async with TwilioStandIn(DrivenClock()) as twilio:
        async with founded(url, folder, means, settings=with_twilio(folder, twilio)) as city:
            phone = Telephone(city, twilio.token)
            posts = [phone.message(WORDS, From=f"+33639{number:06}") for number in range(messages)] * TIMES
            random.Random(seed).shuffle(posts)
            for number, fields in enumerate(posts, 1):
                await phone.post(fields)
                if number % SETTLE_EVERY == 0:
                    await city.settle()
            await city.settle()
            async with city.session() as session:
                reports = await session.scalar(select(func.count()).select_from(Report)) or 0
        told = Counter(message.to for message in twilio.books.messages)
    return Replayed(messages, reports, told.total(), sum(1 for many in told.values() if many > 1))
