"""Thirty callers at once: how long Twilio waits for our answers, at the pace of speech and all in one moment.

A call lasts as long as its words do when they are spoken: the opening, the question, the reference said twice.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, cycle

import httpx

from bot.clock import SystemClock
from bot.school import EXAMPLES
from bot.simulate import messages
from tests.bench.figures import Figure, percentile, worst
from tests.bench.rig import Rig
from tests.bench.vigie import Vigie, running
from tests.standins.twilio.account import TwilioStandIn
from tests.standins.twilio.line import WORDS_A_SECOND, Line

NAME = "telephone"
BASE = "https://vigie.example.org"
CALLERS = 30
LISTENS = (0.3, 1.0)  # the share of our words that callers listen to before they speak
HEARD_EVERY = 0.5  # seconds between the partial results of somebody who speaks
WAITING = "Un instant."
STREETS = ("rue Monge", "rue de la Liberté", "avenue Victor Hugo", "rue d'Auxonne", "boulevard de Sévigné")
_numbers = count(1)


@dataclass
class Answers:
    """Seconds by kind of webhook; ``odd`` are answers other than a document that Twilio accepts."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    waits: int = 0
    calls: int = 0

    def turns(self) -> list[float]:
        """All but those to partial results, which nobody waits for."""
        return [one for kind, found in self.seconds.items() if kind != "partial" for one in found]


@dataclass
class Remote:
    """A Vigie in processes of its own, whose worker needs nobody."""

    web: httpx.AsyncClient

    async def work(self) -> None:
        """Its own worker does."""


class Caller(Line):
    """A line that notes how long every answer took."""

    answers: Answers

    async def post(self, path: str, fields: dict[str, str], token: str | None = None) -> httpx.Response:
        """One signed webhook, timed."""
        begun = time.perf_counter()
        answer = await super().post(path, fields, token)
        kind = path.partition("?")[0].rpartition("/")[2]
        if kind != "status":
            self.answers.seconds.setdefault(kind, []).append(time.perf_counter() - begun)
        self.answers.waits += WAITING in answer.text
        return answer


def run(rig: Rig) -> list[Figure]:
    """Callers at the pace of speech for a while, then all of them in the same moment."""
    return asyncio.run(_run(rig))


async def _run(rig: Rig) -> list[Figure]:
    async with TwilioStandIn(SystemClock()) as twilio:
        settings = {
            "VIGIE_PUBLIC_BASE_URL": BASE,
            "VIGIE_TWILIO_ACCOUNT_SID": twilio.sid,
            "VIGIE_TWILIO_AUTH_TOKEN": twilio.token,
            "VIGIE_TWILIO_FROM_NUMBER": "+33939980000",
            "VIGIE_TWILIO_BASE_URL": twilio.origin,
            "VIGIE_PHONE_PERSON": "+33199000017",
        }
        with running(rig, NAME, settings=settings) as vigie:
            await _together(vigie, twilio.token, rounds=1)  # the first calls of all find everything cold
            paced = await _calls(vigie, twilio.token, seconds=rig.size(110, 20))
            together = await _together(vigie, twilio.token, rounds=rig.size(3, 1))
    return [*_figures("at the pace of speech", paced, 300), *_figures("all in one moment", together, None)]


def _figures(name: str, found: Answers, target: float | None) -> Iterator[Figure]:
    turns = [one * 1000 for one in found.turns()]
    heard = [one * 1000 for one in found.seconds.get("heard", [])]
    partial = [one * 1000 for one in found.seconds.get("partial", [])]
    yield Figure(NAME, f"{name}: calls; answers", found.calls, f"; {len(turns)}")
    yield Figure(NAME, f"{name}: answers that Twilio would refuse", len(found.odd), "", 0)
    yield Figure(NAME, f"{name}: answer, p50", percentile(turns, 0.5), "ms")
    yield Figure(NAME, f"{name}: answer, p99", percentile(turns, 0.99), "ms", target)
    yield Figure(NAME, f"{name}: answer, worst", worst(turns), "ms")
    yield Figure(NAME, f"{name}: answer to words (understanding included), p99", percentile(heard, 0.99), "ms")
    yield Figure(NAME, f"{name}: callers told to wait", found.waits, "")
    if partial:
        yield Figure(NAME, f"{name}: answer to a partial result, p99", percentile(partial, 0.99), "ms", target)


async def _calls(vigie: Vigie, token: str, *, seconds: float) -> Answers:
    """So many callers, each of whom calls again as soon as a call is over, until the time is up and all hang up."""
    answers, drawn = Answers(), random.Random(11)
    words = cycle(messages(EXAMPLES, 400, 11))

    async def caller(web: httpx.AsyncClient) -> None:
        await asyncio.sleep(drawn.random() * seconds / 4)
        while True:
            line, matter = _line(web, token, answers), f"{next(words)} {drawn.choice(STREETS)}"
            await _call(line, matter, answers, drawn)

    async with _client(vigie) as web:
        callers = [asyncio.create_task(caller(web)) for _ in range(CALLERS)]
        await asyncio.wait(callers, timeout=seconds)
        for one in callers:
            one.cancel()
        await asyncio.gather(*callers, return_exceptions=True)
    return answers


async def _together(vigie: Vigie, token: str, *, rounds: int) -> Answers:
    """Every caller speaks in the same moment: harder than any real crowd of callers."""
    answers = Answers()
    words = cycle(messages(EXAMPLES, 200, 12))
    async with _client(vigie) as web:
        for _ in range(rounds):
            lines = [_line(web, token, answers) for _ in range(CALLERS)]
            await asyncio.gather(*(line.ring() for line in lines))
            await asyncio.gather(*(line.say(f"{next(words)} {STREETS[0]}") for line in lines))
            await asyncio.gather(*(line.hang_up() for line in lines if not line.ended))
            answers.calls += CALLERS
            await asyncio.sleep(3)
    return answers


def _client(vigie: Vigie) -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=CALLERS * 2, max_keepalive_connections=CALLERS * 2)
    return httpx.AsyncClient(base_url=vigie.base_url, timeout=15, limits=limits)


def _line(web: httpx.AsyncClient, token: str, answers: Answers) -> Caller:
    number = next(_numbers)
    line = Caller(Remote(web), token, BASE, caller=f"+33639{number:06}", sid=f"CA{number:032x}")
    line.answers = answers
    return line


async def _call(line: Caller, words: str, answers: Answers, drawn: random.Random) -> None:
    """One call to its end: the matter, then whatever is asked."""
    answers.calls += 1
    try:
        await line.ring()
        for said in (words, "oui", STREETS[0], "oui", "1"):
            heard = line.seconds
            await _speak(line, said, drawn.uniform(*LISTENS))
            if line.ended:
                await asyncio.sleep(line.seconds - heard)
                return
            if line.dialled is not None or line.recording is not None:
                break
        await line.hang_up()
    except (AssertionError, httpx.HTTPError) as error:
        answers.odd.append(f"{type(error).__name__}: {str(error)[:200]}")


async def _speak(line: Caller, words: str, share: float) -> None:
    """Listen, speak at the pace of speech while partial results come, then wait for our answer."""
    await asyncio.sleep(share * len(line.heard[-1].split()) / WORDS_A_SECOND)
    lasts, spoken = len(words.split()) / WORDS_A_SECOND, words.split()
    for moment in range(1, int(lasts / HEARD_EVERY) + 1):
        await asyncio.sleep(HEARD_EVERY)
        so_far = " ".join(spoken[: int(moment * HEARD_EVERY * WORDS_A_SECOND)])
        await line.begin_to_say(so_far)
    await line.say(words)
