"""What agents write: commands, answers to the bot's prompts, and talk under a card, which joins its timeline."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Message

from bot.house import House
from bot.staff import VERBS, Asked, answer, find_procedures, parse, verbs
from bot.staff.afterwards import Afterwards
from bot.staff.words import ATTACHED
from bot.telegram import menus
from bot.telegram.cards import Shown, said
from bot.telegram.hands import Gesture, Hands, Who, reference_of, thread_of
from bot.telegram.talk import Spot, Talk
from routing.errors import RoutingError
from routing.service.note import Change, Reply, note

COMMAND = re.compile(r"^/([A-Za-z0-9_]{1,32})(?:@(\w+))?(?:\s+(.*))?$", re.DOTALL)
PROMPTED = re.compile(rf"^({re.escape(menus.QUESTION)}|{re.escape(menus.SEARCH)}) · (IN-\w+)")
HELP = ("start", "help")
MORE = """
Sous une fiche :
/demander QUESTION : écrire au citoyen
/reclasser MOTS : chercher une autre procédure"""


@dataclass(frozen=True, slots=True)
class Heard:
    """One message of an agent, where and by whom. ``key`` is its update's number."""

    message: Message
    who: Who
    spot: Spot
    key: str
    edited: bool = False

    @property
    def answered(self) -> Message | None:
        """The message it answers. In a topic every message answers the one that opened it, which says nothing."""
        found = self.message.reply_to_message
        return None if found is None or found.forum_topic_created else found


class Words:
    """One message: a command, an answer to a prompt, or a note."""

    def __init__(self, house: House, hands: Hands, talk: Talk, after: Afterwards) -> None:
        self._house = house
        self._hands = hands
        self._talk = talk
        self._after = after

    async def on_message(self, heard: Heard, me: str) -> None:
        """``me`` is the bot's name: a command for another bot is not ours. Raises DatabaseAway."""
        text = heard.message.text or heard.message.caption or ""
        command = COMMAND.match(text)
        if command and not heard.edited:
            if not command[2] or command[2].lower() == me.lower():
                await self._command(heard, command[1].lower(), (command[3] or "").strip())
        elif (prompted := self._prompted(heard)) and not heard.edited:
            await self._answer_prompt(heard, prompted[1], prompted[2], text)
        elif not command:
            await self._note(heard, text)

    def _prompted(self, heard: Heard) -> re.Match[str] | None:
        answered = heard.answered
        if answered is None or answered.from_user is None or not answered.from_user.is_bot:
            return None
        return PROMPTED.match(answered.text or "")

    async def _answer_prompt(self, heard: Heard, title: str, reference: str, text: str) -> None:
        if title == menus.QUESTION:
            await self._ask(heard, reference, text)
        else:
            await self._search(heard, reference, text)

    async def _command(self, heard: Heard, verb: str, rest: str) -> None:
        if verb == "vigie":
            verb, rest = parse(rest)
        if verb in ("demander", "reclasser"):
            reference = await self._reference(heard)
            await (self._ask if verb == "demander" else self._search)(heard, reference, rest)
        elif verb in VERBS or verb in HELP:
            if verb == "incident" and not rest:
                rest = await self._reference(heard)
            await self._tell(heard, verb, rest)

    async def _tell(self, heard: Heard, verb: str, rest: str) -> None:
        """One of the commands every chat has."""
        asked = Asked("aide" if verb in HELP else verb, rest, self._hands.provider, f"command/{heard.key}")

        async def work(session: AsyncSession) -> str:
            agent = await self._hands.agent(session, heard.who)
            return await answer(session, self._house.desk, agent, asked)

        try:
            words = await self._hands.once(heard.key, work)
        except RoutingError as refusal:
            words = str(refusal)
        if words is not None:
            self._say(heard, said(words + MORE if asked.verb == "aide" else words))

    async def _ask(self, heard: Heard, reference: str, text: str) -> None:
        """A question to the citizen. That it left is told by the card's thread."""
        if refusal := await self._hands.do(self._gesture(heard, reference), verbs.question(text)):
            self._say(heard, said(refusal))

    async def _search(self, heard: Heard, reference: str, text: str) -> None:
        gesture = self._gesture(heard, reference)

        async def look(session: AsyncSession) -> Shown:
            card = await self._hands.look(session, gesture)
            if text.strip():
                return menus.found(card.reference, find_procedures(self._house.desk.catalogue, text))
            return menus.other_procedure(card.reference, await self._hands.ranking(session, gesture))

        try:
            shown = await self._hands.once(heard.key, look)
        except RoutingError as refusal:
            shown = said(str(refusal))
        if shown is not None:
            self._say(heard, shown)

    def _gesture(self, heard: Heard, reference: str) -> Gesture:
        return Gesture(heard.who, heard.spot, reference, heard.key)

    def _say(self, heard: Heard, shown: Shown) -> None:
        self._after.start(self._talk.say(heard.spot, shown, heard.message.message_id))

    async def _reference(self, heard: Heard) -> str:
        """The incident under whose card the message stands; "" when it stands under none."""

        async def work(session: AsyncSession) -> str:
            thread = await thread_of(session, heard.spot, heard.answered.message_id if heard.answered else None)
            return await reference_of(session, thread) if thread else ""

        found: str = await self._house.run(work)
        return found

    async def _note(self, heard: Heard, text: str) -> None:
        """Talk under a card; elsewhere it is nobody's business."""
        attached = heard.message.effective_attachment is not None
        words = f"{text} {ATTACHED}".strip() if attached else text

        async def work(session: AsyncSession) -> None:
            thread = await thread_of(session, heard.spot, heard.answered.message_id if heard.answered else None)
            if thread is None or thread.provider_ref is None:
                return
            agent = await self._hands.agent(session, heard.who)
            reply = Reply(
                channel=heard.spot.channel,
                thread=thread.provider_ref,
                by=agent.name,
                text=words,
                provider=self._hands.provider,
                event_id=heard.key,
                change=Change.EDITED if heard.edited else Change.WRITTEN,
            )
            await note(session, self._house.desk, reply)

        await self._house.run(work)
