"""The commands of the citizens' bot. Words that are no command are a report."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from intake import closed_question
from intake.ports import House
from intake.standing import LISTED, listed, matters
from intake.wishes import Wish, hello, language_of, obey
from intake.wording import catalogues, own_name, say
from routing.domain.incident import ReportState
from routing.domain.understanding import Channel
from routing.ports import Choice
from routing.service.erase import Erased, erase
from routing.service.withdraw import withdraw
from routing.store import calls, reports

COMMAND = re.compile(r"^/([a-z]{1,32})(?:@\w+)?(?:\s+(.*))?$", re.DOTALL | re.IGNORECASE)
MOST = 1000  # reports of one person
RECENT = 5  # reports whose language changes
YES = "oui"
COMMANDS = {
    "suivi": "Où en sont mes signalements",
    "annuler": "Retirer mon dernier signalement",
    "langue": "Langue des réponses / Language",
    "stop": "Ne plus recevoir de nouvelles",
    "effacer": "Effacer mes données",
}


class Aside(Protocol):
    """Answers somebody who is using the bot."""

    async def aside(self, contact: str, text: str, ref: str, choices: Sequence[Choice] = ()) -> None:
        """Answer; the same ``ref`` twice is one message."""
        ...


Forget = Callable[[str, Sequence[str]], Awaitable[None]]  # contact, references of the lines that quoted them


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command says. ``erased`` is set when the person is forgotten once they read it."""

    text: str
    choices: tuple[Choice, ...] = ()
    erased: Erased | None = None


class Commands:
    """Each carried out once for each update that asks for it."""

    def __init__(self, house: House, aside: Aside, forget: Forget, provider: str) -> None:
        self._house = house
        self._aside = aside
        self._forget = forget
        self._provider = provider

    async def on_command(self, contact: str, text: str, key: str) -> bool:
        """Whether ``text`` is a command of ours; it is then carried out and answered."""
        found = COMMAND.match(text)
        verb = self._verbs().get(found[1].lower()) if found else None
        if found is None or verb is None:
            return False
        rest = (found[2] or "").strip().lower()

        async def work(session: AsyncSession) -> Answer | None:
            now = self._house.desk.now()
            if await reports.keep_event(session, self._provider, f"command/{key}", "text/plain", b"", now) is None:
                return None
            return await verb(session, contact, rest)

        answer: Answer | None = await self._house.run(work)
        if answer is not None:
            await self._aside.aside(contact, answer.text, f"aside-{self._provider}-{key}", answer.choices)
            if answer.erased is not None:
                await self._forget(contact, answer.erased.lines)
        return True

    def _verbs(self) -> dict[str, Callable[[AsyncSession, str, str], Awaitable[Answer]]]:
        return {
            "start": self._start,
            "stop": self._stop,
            "aide": self._hello,
            "help": self._hello,
            "suivi": self._follow,
            "annuler": self._withdraw,
            "langue": self._language,
            "language": self._language,
            "effacer": self._erase,
        }

    async def _hello(self, session: AsyncSession, contact: str, _: str) -> Answer:
        return Answer(hello(Channel.TELEGRAM, await self._spoken(session, contact)))

    async def _start(self, session: AsyncSession, contact: str, _: str) -> Answer:
        """The button that begins a conversation, and begins it again after STOP."""
        return Answer(await obey(session, self._house.desk, Channel.TELEGRAM, contact, Wish.START))

    async def _stop(self, session: AsyncSession, contact: str, _: str) -> Answer:
        return Answer(await obey(session, self._house.desk, Channel.TELEGRAM, contact, Wish.STOP))

    async def _follow(self, session: AsyncSession, contact: str, _: str) -> Answer:
        language = await self._spoken(session, contact)
        mine = (await matters(session, Channel.TELEGRAM, contact))[:LISTED]
        return Answer(listed(mine, self._house.base_url, language) or say("telegram.none", language))

    async def _withdraw(self, session: AsyncSession, contact: str, _: str) -> Answer:
        language = await self._spoken(session, contact)
        rows = await reports.of_contact(session, Channel.TELEGRAM, contact, 1)
        report = await reports.locked(session, rows[0].id) if rows else None
        if report is None:
            return Answer(say("telegram.none", language))
        if report.state is ReportState.ASKED:
            await closed_question.leave_to_a_person(session, self._house.desk, report)
        if report.state is not ReportState.ATTACHED:  # nobody was told of it yet, and somebody will be
            return Answer(say("telegram.erase_wait", language))
        report = await reports.first_of_matter(session, report)
        await withdraw(session, self._house.desk, report)
        return Answer(say("telegram.withdrawn", language, reference=report.reference))

    async def _language(self, session: AsyncSession, contact: str, rest: str) -> Answer:
        """For the reports there are and all that follow, whatever they are written in."""
        if rest not in catalogues():
            names = [Choice(own_name(code), f"/langue {code}") for code in catalogues()]
            return Answer(say("telegram.which_language", await self._spoken(session, contact)), tuple(names))
        await calls.choose_language(session, contact, rest)
        for report in await reports.of_contact(session, Channel.TELEGRAM, contact, RECENT):
            report.language = rest
        return Answer(say("telegram.language", rest))

    async def _erase(self, session: AsyncSession, contact: str, rest: str) -> Answer:
        language = await self._spoken(session, contact)
        if rest != YES:
            return Answer(
                say("telegram.erase", language), (Choice(say("telegram.erase_yes", language), f"/effacer {YES}"),)
            )
        rows = await reports.of_contact(session, Channel.TELEGRAM, contact, MOST)
        for row in [row for row in rows if row.state is ReportState.ASKED]:
            await closed_question.leave_to_a_person(session, self._house.desk, row)
        if any(row.state is not ReportState.ATTACHED for row in rows):
            return Answer(say("telegram.erase_wait", language))
        erased = await erase(session, self._house.desk, Channel.TELEGRAM, contact)
        return Answer(say("telegram.erased", language, count=erased.reports), erased=erased)

    async def _spoken(self, session: AsyncSession, contact: str) -> str | None:
        return await language_of(session, contact, Channel.TELEGRAM)
