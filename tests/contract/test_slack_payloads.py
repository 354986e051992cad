"""What the stand-in workspace tells an application has the shape of what Slack tells, by Slack's own samples."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.clock import DrivenClock
from tests.contract.shared import contract
from tests.standins.slack import SlackStandIn
from tests.standins.slack.people import People

CHANNEL, USER = "C0VOIRIE", "U0ANA"
BUTTON = {"type": "button", "action_id": "prendre", "text": {"type": "plain_text", "text": "Prendre"}, "value": "IN-1"}
CARD = [{"type": "actions", "block_id": "gestes", "elements": [BUTTON]}]
TITLE = {"type": "plain_text", "text": "Vigie"}
FIELD = {"type": "plain_text_input", "action_id": "texte"}
MODAL = {
    "type": "modal",
    "callback_id": "demander",
    "title": TITLE,
    "submit": TITLE,
    "blocks": [{"type": "input", "block_id": "question", "label": TITLE, "element": FIELD}],
}
LEFT_OUT = {"response_urls", "context_team_id", "blocks"}  # Slack tells them; the samples do not show them


class Told:
    """An application that only remembers what it was told."""

    def __init__(self) -> None:
        self.last: dict[str, Any] = {}

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Any webhook is taken."""
        if request.headers["content-type"].startswith("application/json"):
            self.last = json.loads(request.content)
        else:
            fields = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
            self.last = json.loads(fields["payload"]) if "payload" in fields else fields
        return httpx.Response(200)


@pytest.fixture
async def workspace() -> AsyncIterator[tuple[SlackStandIn, People, Told]]:
    told = Told()
    async with (
        SlackStandIn(DrivenClock()) as slack,
        httpx.AsyncClient(transport=httpx.MockTransport(told), base_url="http://vigie.test") as web,
    ):
        slack.workspace.add_channel(CHANNEL)
        slack.workspace.add_user(USER, "Ana Martin", CHANNEL)
        yield slack, slack.through_http(web), told


def strange(told: Any, sample: Any, at: str = "") -> list[str]:
    """Where ``told`` has a field that the sample has not.

    Lists, what varies by its values and what the sample leaves empty are passed over.
    """
    if (
        not isinstance(told, dict)
        or not isinstance(sample, dict)
        or not sample
        or at.endswith(("/blocks", "/values", "/metadata"))
    ):
        return []
    found = [f"{at}/{name}" for name in told if name not in sample and name not in LEFT_OUT]
    return found + [
        each for name in told if name in sample for each in strange(told[name], sample[name], f"{at}/{name}")
    ]


async def test_a_click_a_modal_and_a_command(workspace: tuple[SlackStandIn, People, Told]) -> None:
    slack, people, told = workspace
    client = AsyncWebClient(slack.workspace.bot_token, base_url=slack.url, retry_handlers=[])
    posted = await client.chat_postMessage(channel=CHANNEL, text="une fiche", blocks=CARD)
    card = slack.workspace.channels[CHANNEL].messages[posted["ts"]]
    await people.click(CHANNEL, card, "prendre", USER)
    assert strange(told.last, contract("slack", "samples", "app-backend", "BlockActionPayload.json")) == []
    await client.views_open(trigger_id=told.last["trigger_id"], view=MODAL)
    view = slack.workspace.screen(USER)
    assert view is not None
    await people.submit(view, {"question": {"texte": "où ?"}})
    assert strange(told.last, contract("slack", "samples", "app-backend", "ViewSubmissionPayload.json")) == []
    await people.command("/vigie", "qui", USER, CHANNEL)
    assert strange(told.last, contract("slack", "samples", "app-backend", "SlashCommandPayload.json")) == []


async def test_what_people_write_and_open(workspace: tuple[SlackStandIn, People, Told]) -> None:
    _, people, told = workspace
    await people.write(CHANNEL, "bonjour", USER)
    assert strange(told.last, contract("slack", "samples", "events", "MessagePayload.json")) == []
    await people.open_home(USER)
    assert strange(told.last, contract("slack", "samples", "events", "AppHomeOpenedPayload.json")) == []
