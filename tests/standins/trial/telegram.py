"""Telegram to try by hand: a group for every service, one of them a forum, and a citizen who writes to the bot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from routing.domain.procedure import Catalogue
from tests.standins.serving import Clock
from tests.standins.telegram import Message, TelegramStandIn
from tests.standins.telegram.network import Chat
from tests.standins.telegram.queries import Query
from tests.standins.trial.pages import Form, Pages, Trial, back, environment

PEOPLE = {1001: ("Ana", "Martin"), 1002: ("Bruno", "Petit"), 1003: ("Cléo", "Roux")}
CITIZEN, STAFF, CITY = 2001, 900, 901
FORUM = "proprete"
ZONE = ZoneInfo("Europe/Paris")
SHOWN = timedelta(seconds=30)  # that a button's answer stays on the screen
TAGS = {"bold": "strong", "italic": "em", "blockquote": "span", "code": "code"}


def trial(clock: Clock, port: int, vigie: str, catalogue: Catalogue) -> Trial:
    """Two bots that the Vigie at ``vigie`` asks for updates."""
    stand_in = TelegramStandIn(clock, port=port)
    staff, city = stand_in.add_bot(STAFF, "VigieAgentsBot"), stand_in.add_bot(CITY, "VigieBot")
    for id, names in PEOPLE.items():
        stand_in.network.add_user(id, *names)
        stand_in.network.private(id).members[STAFF] = "member"  # each has opened the bot: they can be on duty
    stand_in.network.add_user(CITIZEN, "Une", "habitante")
    stand_in.network.private(CITIZEN).members[CITY] = "member"
    groups = {code: -1001000000000 - number for number, code in enumerate(catalogue.services, 1)}
    for code, id in groups.items():
        name = catalogue.services[code].name
        stand_in.network.add_group(id, name, *PEOPLE, admins=(STAFF,), forum=code == FORUM)
    stand_in.pages = pages_of(stand_in)
    settings = {
        "VIGIE_TELEGRAM_STAFF_TOKEN": staff.token,
        "VIGIE_TELEGRAM_CITIZEN_TOKEN": city.token,
        "VIGIE_TELEGRAM_BASE_URL": f"http://127.0.0.1:{port}",
    }
    return Trial(stand_in, settings, {code: f"telegram:{id}" for code, id in groups.items()})


def pages_of(stand_in: TelegramStandIn) -> Pages:
    """The pages of chats that `PEOPLE` and a citizen are in."""
    place = Conversations(stand_in)
    return Pages(place.show, {"write": place.write, "press": place.press})


class Conversations:
    """What is said in one chat, and what a person does there. Where they are travels in the address."""

    def __init__(self, stand_in: TelegramStandIn) -> None:
        self._telegram = stand_in
        self._network = stand_in.network

    def show(self, where: Form) -> str:
        """The whole page."""
        chat = self._network.chats.get(int(where.get("chat") or 0)) or self._network.chats[CITIZEN]
        me = chat.id if chat.id > 0 else int(where.get("me") or 1001)
        return environment().get_template("telegram.html").render(
            me=me,
            people={id: " ".join(names) for id, names in PEOPLE.items()},
            chats=sorted(self._network.chats.values(), key=lambda each: (each.id < 0, not each.messages, each.title)),
            chat=chat,
            messages=list(self._messages(chat)),
            to=chat.messages.get(int(where.get("to") or 0)),
            toast=self._toast(me),
            here=lambda chat, to="": back(chat=chat, me=me, to=to),
            title_of=self._title,
            marked=_marked,
            rows=_rows,
            clock=lambda at: f"{at.astimezone(ZONE):%H:%M}",
            name_of=lambda message: self._network.users[message.sender].first_name,
        )  # fmt: skip

    def _title(self, chat: Chat) -> str:
        if chat.id == CITIZEN:
            return "L’habitante et le robot"
        return chat.title or f"{self._network.users[chat.id].first_name} et le robot"

    def _toast(self, me: int) -> Query | None:
        """What the last button answered this person, for as long as Telegram shows it."""
        since: datetime = self._network.now() - SHOWN
        asked = [each for each in self._telegram.queries.all.values() if each.user == me and each.at > since]
        return asked[-1] if asked and asked[-1].answer else None

    def _messages(self, chat: Chat) -> Iterator[Message]:
        for message in sorted(chat.messages.values(), key=lambda each: (each.topic or 0, each.id)):
            message.seen = True  # whoever reads the page has looked at it
            yield message

    async def write(self, form: Form) -> str:
        """Words, perhaps in answer to a message."""
        chat = self._network.chats[int(form["chat"])]
        to = chat.messages.get(int(form.get("to") or 0))
        await self._telegram.people.write(chat.id, int(form["me"]), form["text"], to=to)
        return back(chat=chat.id, me=form["me"])

    async def press(self, form: Form) -> str:
        """A button; what it answers is shown once the bot has said it."""
        message = self._network.chats[int(form["chat"])].messages[int(form["message"])]
        await self._telegram.people.press_data(message, form["data"], int(form["me"]))
        return back(chat=form["chat"], me=form["me"])


def _rows(message: Message) -> list[list[dict[str, Any]]]:
    return (message.markup or {}).get("inline_keyboard") or []


def _marked(message: Message) -> Markup:
    """The words with their entities, as Telegram shows them; offsets count UTF-16 units."""
    signs = [message.text.encode("utf-16-le")[at : at + 2] for at in range(0, len(message.text.encode("utf-16-le")), 2)]
    opens: dict[int, str] = {}
    closes: dict[int, str] = {}
    for each in message.entities:
        if each.get("length") and (tags := _tags(each)):
            opens[each["offset"]] = opens.get(each["offset"], "") + tags[0]
            end = each["offset"] + each["length"]
            closes[end] = tags[1] + closes.get(end, "")
    shown, run = "", b""
    for at, sign in enumerate([*signs, b""]):
        if at in opens or at in closes or not sign:
            shown += str(escape(run.decode("utf-16-le"))) + closes.get(at, "") + opens.get(at, "")
            run = b""
        run += sign
    return Markup(shown.replace("\n", "<br>"))  # every part is escaped above


def _tags(entity: dict[str, Any]) -> tuple[str, str] | None:
    """How an entity begins and ends in HTML; None for what is shown as plain words."""
    if entity["type"] == "text_link" and str(entity.get("url", "")).startswith("http"):
        return f'<a href="{escape(entity["url"])}" rel="noreferrer" target="_blank">', "</a>"
    tag = TAGS.get(entity["type"])
    return (f"<{tag}>", f"</{tag}>") if tag else None
