"""Telegram to try by hand: a group for every service, one of them a forum, and a citizen who writes to the bot."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup, escape

from routing.domain.procedure import Catalogue
from tests.standins.serving import Clock
from tests.standins.telegram import Message, TelegramStandIn
from tests.standins.telegram.markup import buttons
from tests.standins.telegram.network import Chat
from tests.standins.trial.pages import Form, Pages, Trial, back, environment

PEOPLE = {1001: ("Ana", "Martin"), 1002: ("Bruno", "Petit"), 1003: ("Cléo", "Roux")}
CITIZEN, STAFF, CITY = 2001, 900, 901
FORUM = "proprete"
TAGS = {"bold": "strong", "italic": "em", "blockquote": "span", "code": "code"}


def trial(clock: Clock, port: int, vigie: str, catalogue: Catalogue) -> Trial:
    """Two bots that the Vigie at ``vigie`` asks for updates."""
    stand_in = TelegramStandIn(clock, port=port)
    staff, city = stand_in.add_bot(STAFF, "VigieAgentsBot"), stand_in.add_bot(CITY, "VigieBot")
    for id, names in PEOPLE.items():
        stand_in.network.add_user(id, *names)
    stand_in.network.add_user(CITIZEN, "Une", "habitante")
    stand_in.network.private(CITIZEN).members[CITY] = "member"
    groups = {code: -1001000000000 - number for number, code in enumerate(catalogue.services, 1)}
    for code, id in groups.items():
        name = catalogue.services[code].name
        stand_in.network.add_group(id, name, *PEOPLE, admins=(STAFF,), forum=code == FORUM)
    place = Conversations(stand_in)
    stand_in.pages = Pages(place.show, {"write": place.write, "press": place.press})
    settings = {
        "VIGIE_TELEGRAM_STAFF_TOKEN": staff.token,
        "VIGIE_TELEGRAM_CITIZEN_TOKEN": city.token,
        "VIGIE_TELEGRAM_BASE_URL": f"http://127.0.0.1:{port}",
    }
    return Trial(stand_in, settings, {code: f"telegram:{id}" for code, id in groups.items()})


class Conversations:
    """What is said in one chat, and what a person does there. Where they are travels in the address."""

    def __init__(self, stand_in: TelegramStandIn) -> None:
        self._telegram = stand_in
        self._network = stand_in.network
        self._told = ""

    def show(self, where: Form) -> str:
        """The whole page."""
        chat = self._network.chats.get(int(where.get("chat") or 0)) or self._network.chats[CITIZEN]
        me = CITIZEN if chat.id == CITIZEN else int(where.get("me") or 1001)
        told, self._told = self._told, ""
        return environment().get_template("telegram.html").render(
            me=me,
            people={id: " ".join(names) for id, names in PEOPLE.items()},
            chats=sorted(self._network.chats.values(), key=lambda each: (each.id < 0, not each.messages, each.title)),
            chat=chat,
            messages=list(self._messages(chat)),
            marked=_marked,
            buttons=lambda message: buttons(message.markup),
            name_of=lambda message: self._network.users[message.sender].first_name,
            told=told,
        )  # fmt: skip

    def _messages(self, chat: Chat) -> Iterator[Message]:
        yield from sorted(chat.messages.values(), key=lambda each: (each.topic or 0, each.id))

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


def _marked(message: Message) -> Markup:
    """The words with their entities, as Telegram shows them; offsets count UTF-16 units."""
    signs = [message.text.encode("utf-16-le")[at : at + 2] for at in range(0, len(message.text.encode("utf-16-le")), 2)]
    opens: dict[int, str] = {}
    closes: dict[int, str] = {}
    for each in message.entities:
        tag = TAGS.get(each["type"])
        if tag and each.get("length"):
            opens[each["offset"]] = opens.get(each["offset"], "") + f"<{tag}>"
            end = each["offset"] + each["length"]
            closes[end] = f"</{tag}>" + closes.get(end, "")
    shown, run = "", b""
    for at, sign in enumerate([*signs, b""]):
        if at in opens or at in closes or not sign:
            shown += str(escape(run.decode("utf-16-le"))) + closes.get(at, "") + opens.get(at, "")
            run = b""
        run += sign
    return Markup(shown.replace("\n", "<br>"))  # every part is escaped above
