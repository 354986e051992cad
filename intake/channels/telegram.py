"""The citizens' bot: words, places, photos and voice messages in; commands and presses answered; corrections heard."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import CallbackQuery, Update
from telegram import Message as Note
from telegram.constants import ChatType

from intake import replies
from intake.channels.messages import take
from intake.channels.telegram_commands import Commands
from intake.channels.telegram_updates import JSON
from intake.models import LONGEST, Message, Piece, not_ours
from intake.ports import DangerRules
from intake.small_talk import greeted_in
from intake.wishes import obey, wish_in
from intake.wording import say
from routing.domain.attachment import Kind
from routing.domain.call import Step
from routing.domain.incident import Event, IncidentState, ReportState
from routing.domain.redaction import readable, redact
from routing.domain.understanding import Channel
from routing.ports import Choice
from routing.service.desk import Desk
from routing.service.record import record
from routing.store import calls, incidents, reports, timers
from routing.store.models import Report

WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
SOURCE = "telegram"  # whose MediaSource fetches what came with a message
SAYS = "dit:"  # what a button says, as if it were written
ADVISED = 500  # updates remembered as advised while the database was away


class House(Protocol):
    """What this door needs of the house."""

    @property
    def desk(self) -> Desk:
        """Clock and catalogue."""
        ...

    @property
    def danger(self) -> DangerRules:
        """The fixed rules."""
        ...

    async def run(self, work: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
        """Work in one transaction."""
        ...


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
        if (wish := wish_in(message.text)) is not None:
            said = await self._house.run(lambda session: obey(session, self._house.desk, message, wish))
            if said is not None:
                await self._aside.aside(contact, said, f"wish/{number}")
        else:
            await self._take(message, number)
        await self._house.run(lambda session: self._aside.saw(session, contact, note.message_id))

    async def _take(self, message: Message, number: int) -> None:
        """Keep it; the worker answers. Danger is answered even without a database, once."""
        try:
            taken = await take(self._house.run, self._house.desk, self._house.danger, message)
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
        if taken.greeting:
            await self._aside.aside(
                message.contact or "", say("telegram.hello", greeted_in(message.text)), f"hello/{number}"
            )

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
                external_id=_name("press", query.id),
                contact=contact,
                raw=raw,
                content_type=JSON,
            )
            await take(self._house.run, self._house.desk, self._house.danger, message)
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
            await self._take(_as_another(message, number), number)


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


def read_message(note: Note, provider: str, raw: bytes) -> Message:
    """One message of a citizen; odd coordinates are left out."""
    latitude, longitude = _place(note)
    text = readable(note.text or note.caption or "")[:LONGEST]
    if not text:
        text = replies.ONLY_PLACE if latitude is not None else replies.ONLY_MEDIA
    return Message(
        channel=Channel.TELEGRAM,
        text=text,
        provider=provider,
        external_id=_name("message", f"{note.chat.id}/{note.message_id}"),
        contact=str(note.chat.id),
        latitude=latitude,
        longitude=longitude,
        address=readable(note.venue.address)[:300] if note.venue else None,
        raw=raw,
        content_type=JSON,
        pieces=tuple(_pieces(note)),
    )


def _as_another(message: Message, number: int) -> Message:
    """A correction that is a message of its own."""
    return Message(
        channel=message.channel,
        text=message.text,
        provider=message.provider,
        external_id=_name("edit", str(number)),
        contact=message.contact,
        latitude=message.latitude,
        longitude=message.longitude,
        raw=message.raw,
        content_type=message.content_type,
    )


def _name(kind: str, name: str) -> str:
    """The inbox's name of an event; digested, because it must not say who wrote."""
    return f"{kind}/{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def _place(note: Note) -> tuple[float | None, float | None]:
    place = note.location or (note.venue.location if note.venue else None)
    if place is None:
        return None, None
    found = (place.latitude, place.longitude)
    good = all(isinstance(each, int | float) and math.isfinite(each) for each in found)
    return found if good and abs(found[0]) <= 90 and abs(found[1]) <= 180 else (None, None)


def _pieces(note: Note) -> Iterator[Piece]:
    """The largest size of a photo, voice messages and sounds; other files stay at Telegram's."""
    if note.photo:
        largest = note.photo[-1]
        yield _piece(Kind.PHOTO, largest.file_unique_id, "image/jpeg", largest.file_id)
    for sound in (note.voice, note.audio):
        if sound is not None:
            yield _piece(Kind.AUDIO, sound.file_unique_id, sound.mime_type or "audio/ogg", sound.file_id)
    document = note.document
    if document is not None and (document.mime_type or "").startswith("image/"):
        yield _piece(Kind.PHOTO, document.file_unique_id, document.mime_type or "", document.file_id)
    elif (other := document or note.video or note.video_note) is not None:
        yield not_ours(other.file_unique_id[:64], "")


def _piece(kind: Kind, name: str, media_type: str, file: str) -> Piece:
    return Piece(kind, name[:64], readable(media_type)[:80], source=f"{SOURCE}:{file[:500]}")
