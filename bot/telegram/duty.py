"""Pager by private message: one message with buttons, edited when somebody has it, and what the buttons do."""

from __future__ import annotations

from contextlib import suppress
from html import escape

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import (
    Bot,
    CallbackQuery,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MessageReactionUpdated,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated

from bot.house import House
from bot.staff.afterwards import Afterwards
from bot.staff.duty import answer_own, page_number
from bot.telegram.account import UNTOUCHED, sorted_problems
from bot.telegram.talk import Talk
from routing.domain.paging import Call, Purpose, Rung, Subject
from routing.errors import RoutingError
from routing.ports import PermanentProblem
from routing.store import pages

NAME = "telegram"
TAKE, DECLINE = "garde-oui", "garde-non"
SHOWN = 10  # incidents with buttons of their own in one message
QUESTIONS = {
    Purpose.HOLD: "Vous en occupez-vous toujours ?",
    Purpose.TRIAL: "Ceci est un essai, demandé par vous. Il n'y a pas d'incident.",
    Purpose.DRILL: "Ceci est l'essai hebdomadaire de votre astreinte. Il n'y a pas d'incident.",
}
DONE = "C'est noté."
YES = ("👍", "👌", "🫡")
UNREACHED = {
    "chat not found": "n'a pas encore ouvert la conversation avec le robot",
    "blocked by the user": "a bloqué le robot",
    "user is deactivated": "ce compte Telegram n'existe plus",
}
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramPager:
    """Writes to a person's own chat with the staff's bot. A page may come twice: Telegram cannot be asked."""

    name = NAME

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def ring(self, call: Call) -> Rung:
        """Send the message."""
        if call.telegram is None:
            raise PermanentProblem("aucun compte Telegram")
        try:
            with sorted_problems():
                sent = await self._bot.send_message(
                    call.telegram,
                    text_of(call),
                    parse_mode=ParseMode.HTML,
                    reply_markup=keyboard(call),
                    link_preview_options=NO_PREVIEW,
                )
        except ChatMigrated as error:
            raise PermanentProblem("ce compte Telegram est un groupe") from error
        except PermanentProblem as error:
            raise PermanentProblem(_in_french(str(error))) from error
        return Rung(reference(call.telegram, sent.message_id))

    async def close(self, call: Call, ref: str, said: str, *, theirs: bool) -> None:
        """The message says who has it; what else it was about keeps its buttons."""
        _, chat, message = ref.split("/")
        left = f"\n\n{text_of(call)}" if call.subjects else ""
        with sorted_problems():
            try:
                await self._bot.edit_message_text(
                    escape(said, quote=False) + left,
                    int(chat),
                    int(message),
                    parse_mode=ParseMode.HTML,
                    reply_markup=keyboard(call) if call.subjects else None,
                    link_preview_options=NO_PREVIEW,
                )
            except BadRequest as error:
                if UNTOUCHED not in error.message.lower():
                    raise


def _in_french(problem: str) -> str:
    """What keeps a person from being written to, as the room can mend it."""
    return next((said for words, said in UNREACHED.items() if words in problem.lower()), problem)


def reference(chat: int, message: int) -> str:
    """A message as pages know it."""
    return f"{NAME}/{chat}/{message}"


def text_of(call: Call) -> str:
    """What it is about, in Telegram's HTML."""
    question = QUESTIONS.get(call.purpose, "")
    lines = [_line(subject) for subject in call.subjects[:SHOWN]] or ([] if question else [escape(call.text)])
    rest = len(call.subjects) - SHOWN
    more = [f"Et {rest} de plus, dans la salle."] if rest > 0 else []
    return "\n\n".join([*lines, *more, *([question] if question else [])])


def _line(subject: Subject) -> str:
    title, place = escape(subject.title, quote=False), escape(subject.place, quote=False)
    return f"<b>{subject.severity.upper()} · {title}</b>\n{place} · {subject.reference}"


def keyboard(call: Call) -> InlineKeyboardMarkup:
    """Two buttons for each incident; with several, each names its own."""
    yes, no = ("Je prends", "Je ne peux pas") if call.purpose is Purpose.INCIDENT else ("Oui", "Non")
    pages = [(one.page, f" {one.reference}") for one in call.subjects[:SHOWN]] or [(call.page, "")]
    names = {page: name if len(pages) > 1 else "" for page, name in pages}
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(f"{yes}{name}", callback_data=f"{TAKE}:{page}"),
                InlineKeyboardButton(f"{no}{name}", callback_data=f"{DECLINE}:{page}"),
            ]
            for page, name in names.items()
        ]
    )


class DutyPresses:
    """Carries the buttons out, for one's own pages only."""

    def __init__(self, house: House, talk: Talk, after: Afterwards) -> None:
        self._house = house
        self._talk = talk
        self._after = after

    async def on_press(self, query: CallbackQuery, action: str, page: str) -> None:
        """Raises DatabaseAway: Telegram then repeats the press, which acts once."""
        user = query.from_user.id

        async def work(session: AsyncSession) -> str | None:
            desk, ids = self._house.desk, page_number(page)
            return await answer_own(session, desk, ids, lambda one: one.telegram == user, takes=action == TAKE)

        try:
            refusal = await self._house.run(work)
        except RoutingError as error:
            refusal = str(error)
        self._after.start(self._talk.toast(query.id, refusal or DONE, alert=refusal is not None))

    async def on_reaction(self, news: MessageReactionUpdated) -> None:
        """👍 on the message takes everything it is about. Raises DatabaseAway.

        Nothing is answered: the message itself says who has it.
        """
        user = news.user
        if user is None or not any(getattr(one, "emoji", None) in YES for one in news.new_reaction):
            return
        ref = reference(news.chat.id, news.message_id)

        async def work(session: AsyncSession) -> None:
            carried = [page.id for page in await pages.carried_as(session, ref)]
            if carried:
                await answer_own(session, self._house.desk, carried, lambda one: one.telegram == user.id, takes=True)

        with suppress(RoutingError):
            await self._house.run(work)
