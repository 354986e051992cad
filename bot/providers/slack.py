"""What a connected Slack workspace opens: its webhooks, and its socket."""

from __future__ import annotations

from pydantic import SecretStr

from bot.house import House
from bot.providers.opened import Doors
from bot.slack.account import connect
from bot.slack.app import SlackApp
from bot.slack.door import SlackDoor, socket_mode
from bot.slack.guard import SlackGuard


def open_doors(house: House, found: Doors, token: SecretStr) -> None:
    """Add them."""
    app = found.slack = SlackApp(house, connect(token, house.settings.slack_base_url))
    if secret := house.settings.slack_signing_secret:
        guard = SlackGuard(secret.get_secret_value(), house.clock.now)
        found.routers.append(SlackDoor(app, guard).router())
    found.at_the_end.append(app.rest)
    found.standing.append(lambda: socket_mode(house, app))
