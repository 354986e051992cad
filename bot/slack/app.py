"""Which gesture leads where."""

from __future__ import annotations

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.house import DatabaseAway, House
from bot.slack.bolt import make_bolt
from bot.slack.buttons import Buttons
from bot.slack.commands import COMMAND, Commands
from bot.slack.duty import DECLINE, TAKE
from bot.slack.duty_answers import DutyAnswers
from bot.slack.forms import Forms
from bot.slack.gestures import Hands
from bot.slack.home import Home
from bot.slack.people import People
from bot.slack.threads import Threads
from bot.staff.afterwards import Afterwards

Body = dict[str, Any]


class SlackApp:
    """The listeners, and what still runs after Slack was answered."""

    def __init__(self, house: House, client: AsyncWebClient) -> None:
        people = People(client, house.clock.now)
        hands = Hands(house, client, people)
        self._after = Afterwards()
        self._threads = Threads(house, people)
        self.bolt = make_bolt(client)
        self._listen_to_cards(Buttons(hands, client, self._after), Forms(hands, house.desk.catalogue, self._after))
        self._listen_to_duty(DutyAnswers(house, hands, self._after))
        self._listen_to_words(Commands(house, hands, people, self._after), Home(house, client, people, self._after))

    def _listen_to_cards(self, buttons: Buttons, forms: Forms) -> None:
        self.bolt.action("prendre")(buttons.on_take)
        self.bolt.action("etapes")(buttons.on_screen)
        for action in ("resoudre", "reclasser", "demander", "astreinte", "rouvrir"):
            self.bolt.action(action)(buttons.on_screen)
            self.bolt.view(action)(forms.on_submit)
        self.bolt.action("cocher")(buttons.on_tick)
        self.bolt.options("recherche")(forms.on_search)

    def _listen_to_duty(self, answers: DutyAnswers) -> None:
        for action in (TAKE, DECLINE):
            self.bolt.action(action)(answers.on_button)
        self.bolt.event("reaction_added")(answers.on_reaction)

    def _listen_to_words(self, commands: Commands, home: Home) -> None:
        self.bolt.command(COMMAND)(commands.on_command)
        self.bolt.event("app_mention")(commands.on_mention)
        self.bolt.event("app_home_opened")(home.on_open)
        self.bolt.event("message")(self.on_message)

    async def on_message(self, event: Body, body: Body) -> None:
        """A reply in a card's thread; kept before Slack is answered, so that a failure makes Slack repeat it."""
        task = self._after.start(self._threads.hear(event, str(body.get("event_id", ""))))
        if not await self._after.within(task):
            raise DatabaseAway  # it may yet be kept: the repeated event then changes nothing
        task.result()

    async def rest(self) -> None:
        """Until nothing runs any more."""
        await self._after.rest()
