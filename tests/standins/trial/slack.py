"""A workspace to try by hand: a channel for every service, three agents, cards with buttons that work."""

from __future__ import annotations

import json
from collections.abc import Coroutine
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from markupsafe import Markup

from routing.domain.procedure import Catalogue
from tests.standins.serving import Clock
from tests.standins.slack import SlackStandIn
from tests.standins.slack.workspace import Message
from tests.standins.trial.mrkdwn import shown
from tests.standins.trial.pages import Form, Pages, Trial, back, environment

PEOPLE = {"U0ANA": "Ana Martin", "U0BRUNO": "Bruno Petit", "U0CLEO": "Cléo Roux"}
ZONE = ZoneInfo("Europe/Paris")
Work = Coroutine[Any, Any, Any]


def trial(clock: Clock, port: int, vigie: str, catalogue: Catalogue) -> Trial:
    """A workspace whose app is the Vigie at ``vigie``."""
    stand_in = SlackStandIn(clock, port=port)
    space = stand_in.workspace
    channels = {code: f"C0{code.upper().replace('-', '')}" for code in catalogue.services}
    for code, id in channels.items():
        space.add_channel(id, code)
    for id, name in PEOPLE.items():
        space.add_user(id, name, *channels.values())
    space.add_group("S0VOIRIE", "U0ANA", "U0BRUNO")
    stand_in.through_http(httpx.AsyncClient(base_url=vigie))
    stand_in.pages = pages_of(stand_in)
    settings = {
        "VIGIE_SLACK_BOT_TOKEN": space.bot_token,
        "VIGIE_SLACK_SIGNING_SECRET": space.signing_secret,
        "VIGIE_SLACK_BASE_URL": f"http://127.0.0.1:{port}/api/",
    }
    return Trial(stand_in, settings, {code: f"slack:{id}" for code, id in channels.items()})


def pages_of(stand_in: SlackStandIn) -> Pages:
    """The pages of a workspace that `PEOPLE` work in."""
    desk = Workplace(stand_in)
    acts = ("click", "press", "submit", "search", "close", "write", "command", "home")
    return Pages(desk.show, {name: getattr(desk, name) for name in acts})


class Workplace:
    """What one person of the workspace sees and does. Where they are travels in the address."""

    def __init__(self, stand_in: SlackStandIn) -> None:
        self._slack = stand_in
        self._space = stand_in.workspace
        self._told = ""

    # Seen

    def show(self, where: Form) -> str:
        """The whole page."""
        me = where.get("me", "U0ANA")
        channel = self._space.channels.get(where.get("channel", "")) or self._busiest()
        root = channel.messages.get(where.get("thread", ""))
        told, self._told = self._told, ""
        return environment().get_template("slack.html").render(
            me=self._space.users[me],
            people=[self._space.users[id] for id in PEOPLE],
            channels=sorted(self._space.channels.values(), key=lambda each: (not each.messages, each.name)),
            channel=channel,
            messages=[each for each in channel.roots() if each.only_for in (None, me)],
            root=root,
            thread=channel.thread(root) if root else [],
            replies={each.ts: len(channel.thread(each)) for each in channel.cards()},
            screen=self._space.screen(me),
            home=self._space.home(me) if where.get("tab") == "home" else None,
            tab=where.get("tab", ""),
            name_of=self._name,
            marked=self._marked,
            clock=_clock,
            told=told,
        )  # fmt: skip

    def _busiest(self) -> Any:
        return max(self._space.channels.values(), key=lambda each: len(each.messages))

    def _name(self, message: Message) -> str:
        return "Vigie" if message.bot else self._space.users[message.sender].real_name

    def _marked(self, text: dict[str, Any] | str) -> Markup:
        names = {id: user.real_name for id, user in self._space.users.items()}
        now = self._slack.clock.now()
        if isinstance(text, str):
            return shown(text, names, now)
        if text["type"] == "mrkdwn":
            return shown(text["text"], names, now)
        return Markup("<br>").join(text["text"].split("\n"))

    # Done

    async def click(self, form: Form) -> str:
        """A button of a card."""
        message = self._space.channels[form["channel"]].messages[form["ts"]]
        await self._tried(self._slack.people.click(form["channel"], message, form["action"], form["me"]))
        return self._here(form)

    async def press(self, form: Form) -> str:
        """A button of a modal."""
        view = self._space.views[form["view"]]
        block = next(each for each in view.body["blocks"] if each["block_id"] == form["block"])
        element = block["accessory"]
        kept = {name: element[name] for name in ("action_id", "type", "text", "value")}
        act = {**kept, "block_id": form["block"], "action_ts": self._space.stamp()}
        await self._tried(self._slack.people.press(view, act))
        return self._here(form)

    async def submit(self, form: Form) -> str:
        """A modal that is sent."""
        view = self._space.views[form["view"]]
        values: dict[str, dict[str, Any]] = {}
        for name, value in form.items():
            block, bar, action = name.partition("|")
            if bar and value:
                values.setdefault(block, {})[action] = json.loads(value) if value.startswith("{") else value
        await self._tried(self._slack.people.submit(view, values))
        return self._here(form)

    async def search(self, form: Form) -> str:
        """What is typed in a menu: the choices stay in the view until the next search."""
        view = self._space.views[form["view"]]
        found: list[dict[str, Any]] = []

        async def look() -> None:
            found.extend(await self._slack.people.suggest(view, form["action"], form["query"]))

        await self._tried(look())
        return back(me=form["me"], channel=form["channel"], thread=form.get("thread"), found=json.dumps(found))

    async def close(self, form: Form) -> str:
        """A modal that is closed."""
        await self._tried(self._slack.people.close(self._space.views[form["view"]]))
        return self._here(form)

    async def write(self, form: Form) -> str:
        """Words, in the channel or in a thread; Slack escapes what people type."""
        words = form["text"].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        thread = form.get("thread") or None
        await self._tried(self._slack.people.write(form["channel"], words, form["me"], thread=thread))
        return self._here(form)

    async def command(self, form: Form) -> str:
        """/vigie …"""
        await self._tried(self._slack.people.command("/vigie", form["text"], form["me"], form["channel"]))
        return self._here(form)

    async def home(self, form: Form) -> str:
        """The home tab is opened."""
        await self._tried(self._slack.people.open_home(form["me"]))
        return back(me=form["me"], channel=form["channel"], tab="home")

    def _here(self, form: Form) -> str:
        return back(me=form["me"], channel=form["channel"], thread=form.get("thread"))

    async def _tried(self, act: Work) -> None:
        """What Slack would show when the app does not answer, or when it would not let somebody do this at all."""
        before = len(self._slack.people.failures)
        try:
            await act
        except (AssertionError, KeyError) as refusal:
            self._told = f"Impossible : {refusal}"
        if len(self._slack.people.failures) > before:
            self._told = f"Vigie n'a pas répondu : {self._slack.people.failures[-1]}"


def _clock(ts: str) -> str:
    return datetime.fromtimestamp(float(ts), ZONE).strftime("%H:%M")
