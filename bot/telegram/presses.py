"""Buttons: of cards, and of the menus that open under them."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession
from telegram import CallbackQuery

from bot.house import House
from bot.staff import verbs
from bot.staff.afterwards import Afterwards
from bot.staff.verbs import Verb
from bot.telegram import menus
from bot.telegram.cards import Shown
from bot.telegram.hands import Gesture, Hands
from bot.telegram.talk import Talk
from routing.domain.card import Card
from routing.errors import NotFound, RoutingError
from routing.service.resolve import REASONS

OUTDATED = "Ce bouton est trop ancien : servez-vous de ceux de la fiche."
DONE = "C'est fait."


class Presses:
    """One press: carried out, answered, and its menu kept true or taken away."""

    def __init__(self, house: House, hands: Hands, talk: Talk, after: Afterwards) -> None:
        self._house = house
        self._hands = hands
        self._talk = talk
        self._after = after

    async def on_press(self, query: CallbackQuery, gesture: Gesture, action: str, rest: list[str]) -> None:
        """Raises DatabaseAway: Telegram then repeats the press."""
        try:
            if action in ("etapes", "resoudre", "reclasser", "astreinte"):
                await self._open(query, gesture, action)
            elif action in ("demander", "chercher"):
                await self._prompt(query, gesture, action)
            elif action == "cocher":
                await self._tick(query, gesture, rest)
            elif action == "fermer":
                self._after.start(self._close(query, gesture))
            else:
                await self._do(query, gesture, self._verb(action, rest), menu=action in ("fin", "choisir", "appeler"))
        except RoutingError as refusal:
            self._after.start(self._talk.toast(query.id, str(refusal), alert=True))

    def _verb(self, action: str, rest: list[str]) -> Verb:
        if action == "prendre":
            return verbs.take()
        if action == "rouvrir":
            return verbs.again("")
        if action == "appeler":
            return verbs.duty("")
        if action == "fin" and rest and rest[0].isdecimal() and int(rest[0]) < len(REASONS):
            return verbs.end(REASONS[int(rest[0])])
        if action == "choisir" and rest:
            procedure = menus.chosen(self._house.desk.catalogue, rest[0])
            if procedure is not None:
                return verbs.other(procedure)
        raise NotFound(OUTDATED)

    async def _do(self, query: CallbackQuery, gesture: Gesture, verb: Verb, *, menu: bool) -> None:
        refusal = await self._hands.do(gesture, verb)
        self._after.start(self._answer(query, gesture, refusal, menu=menu))

    async def _answer(self, query: CallbackQuery, gesture: Gesture, refusal: str | None, *, menu: bool) -> None:
        await self._talk.toast(query.id, refusal or DONE, alert=refusal is not None)
        if menu and query.message is not None and refusal is None:
            await self._talk.remove(gesture.spot, query.message.message_id)

    async def _close(self, query: CallbackQuery, gesture: Gesture) -> None:
        await self._answer(query, gesture, None, menu=True)

    async def _open(self, query: CallbackQuery, gesture: Gesture, action: str) -> None:
        async def menu(session: AsyncSession) -> Shown:
            card = await self._hands.look(session, gesture)
            if action == "reclasser":
                return menus.other_procedure(card.reference, await self._hands.ranking(session, gesture))
            if action == "etapes":
                return menus.steps(card)
            return menus.end(card.reference) if action == "resoudre" else menus.duty(card.reference)

        shown = await self._hands.once(gesture.key, menu)
        if shown is not None:
            self._after.start(self._show(query, gesture, shown))

    async def _prompt(self, query: CallbackQuery, gesture: Gesture, action: str) -> None:
        if await self._looked(gesture) is not None:
            title, hint = (
                (menus.QUESTION, "Votre question") if action == "demander" else (menus.SEARCH, "Un mot : trou…")
            )
            shown = menus.prompt(title, gesture.reference, gesture.who.user, gesture.who.shown)
            self._after.start(self._show(query, gesture, shown, force=hint))

    async def _looked(self, gesture: Gesture) -> Card | None:
        """The card, None for a press that was dealt with before."""

        async def look(session: AsyncSession) -> Card:
            return await self._hands.look(session, gesture)

        return await self._hands.once(gesture.key, look)

    async def _show(self, query: CallbackQuery, gesture: Gesture, shown: Shown, *, force: str | None = None) -> None:
        await self._talk.toast(query.id)
        to = query.message.message_id if query.message else 0
        await self._talk.say(gesture.spot, shown, to, force=force)

    async def _tick(self, query: CallbackQuery, gesture: Gesture, rest: list[str]) -> None:
        if len(rest) != 3 or not all(part.isdecimal() for part in rest):
            raise NotFound(OUTDATED)
        refusal = await self._hands.do(gesture, verbs.check_off(":".join(rest)))

        async def look(session: AsyncSession) -> Card:
            return await self._hands.look(session, gesture)

        card = await self._house.run(look)
        self._after.start(self._ticked(query, gesture, refusal, card))

    async def _ticked(self, query: CallbackQuery, gesture: Gesture, refusal: str | None, card: Card) -> None:
        await self._talk.toast(query.id, refusal or "", alert=refusal is not None)
        if query.message is not None:
            await self._talk.redraw(gesture.spot, query.message.message_id, menus.steps(card))
