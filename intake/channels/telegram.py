"""The citizens' bot: words, places, photos and voice messages in; commands and presses answered; corrections heard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import CallbackQuery, Update
from telegram import Message as Note
from telegram.constants import ChatType

from intake import replies
from intake.channels.messages import take
from intake.channels.telegram_commands import Commands
from intake.channels.telegram_notes import as_another, is_notice, is_toy, name_of, read_message
from intake.channels.telegram_updates import JSON
from intake.models import Message
from intake.ports import House
from intake.wishes import language_of
from intake.wording import say
from routing.domain.call import Step
from routing.domain.incident import Event, IncidentState, ReportState
from routing.domain.redaction import redact
from routing.domain.understanding import Channel
from routing.ports import Choice
from routing.service.desk import Desk
from routing.service.record import record
from routing.store import calls, incidents, reports, timers
from routing.store.models import Report

WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
SAYS = "dit:"  # what a button says, as if it were written
ADVISED = 500  # updates remembered as advised while the database was away
ONCE_IN = 600  # seconds in which stickers are answered once


class Aside(Protocol):
    """What is said to somebody who is using the bot, beside news."""

    async def aside(self, contact: str, text: str, ref: str, choices: Sequence[Choice] = ()) -> None:
        """Answer; the same ``ref`` twice is one message."""
        ...

    async def at_once(self, contact: str, text: str) -> None:
        """Say it without the database."""
        ...

    async def saw(self, session: AsyncSession, contact: str, message: int) -> None:
        """Remember the number of a message of theirs."""
        ...

    async def pressed(self, query: str, contact: str, message: int | None, words: str) -> None:
        """Thank for a press; its buttons go."""
        ...


class CitizenBot:
    """Hears one update. ``provider`` is the bot's name in the inbox, ``away`` a lost database's error."""

    def __init__(self, house: House, aside: Aside, commands: Commands, provider: str, away: type[Exception]) -> None:
        self._house = house
        self._aside = aside
        self._commands = commands
        self._provider = provider
        self._away = away
        self._advised: dict[int, None] = {}

    async def hear(self, update: Update, raw: bytes) -> None:
        """Carry one update out. Raises what a lost database raises: Telegram then repeats the update."""
        chat = update.effective_chat
        if chat is None or chat.type != ChatType.PRIVATE:
            return  # a citizens' bot in a group is nobody's door
        if update.callback_query is not None:
            await self._on_press(update.callback_query, str(chat.id), raw)
        elif update.my_chat_member is not None:
            await self._on_member(str(chat.id), gone=update.my_chat_member.new_chat_member.status == "kicked")
        elif update.message is not None:
            await self._on_message(update.message, update.update_id, raw)
        elif update.edited_message is not None:
            await self._on_edit(update.edited_message, update.update_id, raw)

    async def _on_message(self, note: Note, number: int, raw: bytes) -> None:
        message = read_message(note, self._provider, raw)
        if (note.text or "").startswith("/") and await self._commands.on_command(
            message.contact or "", note.text or "", str(number)
        ):
            return
        contact = message.contact or ""
        if is_toy(note):
            await self._on_toy(contact)
        elif not is_notice(note):
            await self._take(message, number)
        await self._house.run(lambda session: self._aside.saw(session, contact, note.message_id))

    async def _on_toy(self, contact: str) -> None:
        """Stickers come in handfuls: they are answered once for some minutes, and nobody else has to see them."""
        language = await self._house.run(lambda session: language_of(session, contact, Channel.TELEGRAM))
        moment = int(self._house.desk.now().timestamp()) // ONCE_IN
        await self._aside.aside(contact, say("unread", language), f"toy/{contact}/{moment}")

    async def _take(self, message: Message, number: int) -> None:
        """Keep it; the worker answers. Danger is answered even without a database, once."""
        try:
            taken = await take(self._house, message)
        except self._away:
            danger = self._house.danger(message.text)
            if danger and message.contact and number not in self._advised:
                self._advised[number] = None
                for oldest in list(self._advised)[:-ADVISED]:
                    del self._advised[oldest]
                await self._aside.at_once(message.contact, replies.emergency())
            raise
        except Exception:
            # A person of the room finds the update; the citizen is told now, and may write again.
            said = replies.advice(self._house.danger(message.text)) or say("try_again")
            await self._aside.at_once(message.contact or "", said)
            raise
        if taken.said:
            await self._aside.aside(message.contact or "", taken.said, f"said/{number}")

    async def _on_press(self, query: CallbackQuery, contact: str, raw: bytes) -> None:
        words = (query.data or "").removeprefix(SAYS)
        known = (query.data or "").startswith(SAYS) and bool(words)
        if known and not (
            words.startswith("/") and await self._commands.on_command(contact, words, f"press/{query.id}")
        ):
            message = Message(
                channel=Channel.TELEGRAM,
                text=words,
                provider=self._provider,
                external_id=name_of("press", query.id),
                contact=contact,
                raw=raw,
                content_type=JSON,
            )
            taken = await take(self._house, message)
            if taken.said:
                await self._aside.aside(contact, taken.said, f"said/press/{query.id}")
        pressed = query.message.message_id if query.message is not None else None
        await self._aside.pressed(query.id, contact, pressed, say("telegram.thanks"))

    async def _on_member(self, contact: str, *, gone: bool) -> None:
        """Whoever blocks the bot wants no more messages; whoever comes back does."""

        async def work(session: AsyncSession) -> None:
            if gone:
                await calls.opt_out(session, contact, self._house.desk.now())
            else:
                await calls.opt_in(session, contact)

        await self._house.run(work)

    async def _on_edit(self, note: Note, number: int, raw: bytes) -> None:
        """A correction. Danger that was not heard before, or the place we asked for, is a message of its own; a live
        position moves silently.
        """
        message = read_message(note, self._provider, raw)
        danger = self._house.danger(message.text)

        async def work(session: AsyncSession) -> bool:
            report = await reports.of_event(session, self._provider, message.external_id)
            if report is None or (danger and not report.danger) or await _tells_where(session, report):
                return False
            now = self._house.desk.now()
            kept = await reports.keep_event(session, self._provider, f"edit/{number}", JSON, b"", now)
            if kept is not None and (row := await reports.locked(session, report.id)) is not None:
                await correct(session, self._house.desk, row, message)
            return True

        if not await self._house.run(work):
            await self._take(as_another(message, number), number)


async def _tells_where(session: AsyncSession, report: Report) -> bool:
    """Whether the correction may be the answer to where it is: many answer by completing what they wrote."""
    incident = await incidents.by_id(session, report.incident_id or 0)
    lacks = incident is not None and incident.state is not IncidentState.RESOLVED and incident.place is None
    return Step.WHERE in report.asked and lacks and report.text != replies.ONLY_PLACE


async def correct(session: AsyncSession, desk: Desk, report: Report, message: Message) -> None:
    """Other words or another place for a report: understood anew if nothing was opened yet, else told to the agents."""
    if message.latitude is not None:
        report.latitude, report.longitude = message.latitude, message.longitude
    if message.text in (report.text, replies.ONLY_PLACE, replies.ONLY_MEDIA):
        return
    report.text = message.text
    if report.state is ReportState.RECEIVED:
        await timers.arm(session, timers.Verb.HANDLE, report.id, desk.now(), desk.now())
    elif report.state is ReportState.ASKED:
        report.state = ReportState.RECEIVED  # the question was about other words
        await timers.disarm(session, timers.Verb.UNANSWERED, report.id)
        await timers.arm(session, timers.Verb.HANDLE, report.id, desk.now(), desk.now())
    elif incident := await incidents.by_id(session, report.incident_id or 0, lock=True):
        said = f"{report.reference} corrige : {redact(message.text, 400)}"
        await record(session, desk, incident, Event.REPORT, said)
