"""The stand-in's methods beside Slack's own reference: arguments, rates, scopes, and the shape of its answers."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.clock import DrivenClock
from tests.contract.shared import contract
from tests.standins.rates import Window
from tests.standins.slack import SlackStandIn
from tests.standins.slack.methods import METHODS

CHANNEL, USER = "C0VOIRIE", "U0ANA"
TIERS = {"t1": 1, "t2": 20, "t3": 50, "t4": 100}
MODAL = {"type": "modal", "title": {"type": "plain_text", "text": "a"}, "blocks": [{"type": "divider"}]}
HOME = {"type": "home", "blocks": [{"type": "divider"}]}


@pytest.mark.parametrize("name", METHODS)
def test_arguments_rates_and_scopes_are_slacks(name: str) -> None:
    known, ours = contract("slack", "api-ref", "methods", f"{name}.json"), METHODS[name]
    documented = set(known["args"]["properties"])
    assert set(ours.arguments) <= documented
    assert set(ours.required) == set(known["args"]["required"]) - {"token"}
    if known["rate_limits"] in TIERS:
        assert isinstance(ours.limit, Window)
        assert ours.limit.count <= TIERS[known["rate_limits"]]
    assert set(ours.scopes) <= set(known["scope"].get("bot", ours.scopes))
    assert ours.json == bool(known.get("json_input_supported")) or known["http_method"] == "POST" or ours.json is False


@pytest.fixture
async def client() -> Any:
    async with SlackStandIn(DrivenClock()) as slack:
        slack.limits_off = slack.workspace.socket_mode = True
        space = slack.workspace
        space.scopes |= {"channels:read", "im:read"}
        space.add_channel(CHANNEL)
        space.add_user(USER, "Ana Martin", CHANNEL)
        space.add_group("S0VOIRIE", USER)
        yield slack, AsyncWebClient(space.bot_token, base_url=slack.url, retry_handlers=[])


async def test_answers_have_the_documented_shape(client: tuple[SlackStandIn, AsyncWebClient]) -> None:
    slack, web = client
    card = await web.chat_postMessage(channel=CHANNEL, text="une fiche")
    ts = card["ts"]
    opened = await web.views_open(trigger_id=slack.triggers.give(USER), view=MODAL)
    inside = slack.triggers.give(USER, opened["view"]["id"])
    answers = {
        "chat.postMessage": card,
        "chat.update": await web.chat_update(channel=CHANNEL, ts=ts, text="autre"),
        "chat.postEphemeral": await web.chat_postEphemeral(channel=CHANNEL, user=USER, text="psst"),
        "chat.getPermalink": await web.chat_getPermalink(channel=CHANNEL, message_ts=ts),
        "conversations.history": await web.conversations_history(channel=CHANNEL),
        "conversations.replies": await web.conversations_replies(channel=CHANNEL, ts=ts),
        "conversations.info": await web.conversations_info(channel=CHANNEL),
        "conversations.members": await web.conversations_members(channel=CHANNEL),
        "conversations.open": await web.conversations_open(users=USER),
        "users.info": await web.users_info(user=USER),
        "usergroups.list": await web.usergroups_list(),
        "usergroups.users.list": await web.usergroups_users_list(usergroup="S0VOIRIE"),
        "views.open": opened,
        "views.push": await web.views_push(trigger_id=inside, view=MODAL),
        "views.update": await web.views_update(view_id=opened["view"]["id"], view=MODAL),
        "views.publish": await web.views_publish(user_id=USER, view=HOME),
        "auth.test": await web.auth_test(),
        "apps.connections.open": await web.apps_connections_open(app_token=slack.workspace.app_token),
        "chat.delete": await web.chat_delete(channel=CHANNEL, ts=ts),
    }
    assert set(answers) == set(METHODS)
    for name, answer in answers.items():
        output = contract("slack", "api-ref", "methods", f"{name}.json")["output"]
        assert isinstance(answer.data, dict)
        missing = set(output.get("required") or ()) - set(answer.data)
        assert not missing, f"{name} lacks {missing}"
        wrong = [key for key, value in answer.data.items() if not _fits(value, output["properties"].get(key))]
        assert not wrong, f"{name}: {wrong}"


KINDS: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def _fits(value: Any, schema: dict[str, Any] | None) -> bool:
    """Whether a value has the documented type, one level deep."""
    if schema is None:
        return True
    named = [schema.get("type"), *(each.get("type") for each in schema.get("anyOf", []))]
    kinds = [kind for each in named for kind in (each if isinstance(each, list) else [each])]
    allowed = tuple(one for kind in kinds for one in KINDS.get(str(kind), ()))
    return not allowed or isinstance(value, allowed)
