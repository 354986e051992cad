"""The app's manifest: as Slack's schema wants it, and as the code needs it."""

from __future__ import annotations

from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from bot.slack.commands import COMMAND
from tests.contract.shared import contract
from tests.databases import ROOT
from tests.standins.slack.carriers import PATHS
from tests.standins.slack.methods import SCOPES

ADDRESS = "https://vigie.example.org"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    """The one of the guide."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "slack" / "manifest.yaml").read_text(encoding="utf-8"))
    return found


def test_slack_takes_it(manifest: dict[str, Any]) -> None:
    schema = contract("slack", "manifest", "manifest.schema.2.0.0.json")
    jsonschema.Draft7Validator(schema).validate(manifest)


def test_it_asks_for_what_the_stories_need_and_no_more(manifest: dict[str, Any]) -> None:
    """The stories run against a workspace that grants exactly these scopes."""
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == SCOPES


def test_its_addresses_are_our_doors(manifest: dict[str, Any]) -> None:
    settings = manifest["settings"]
    [command] = manifest["features"]["slash_commands"]
    assert command["command"] == COMMAND
    assert command["url"] == ADDRESS + PATHS["slash_commands"]
    assert settings["event_subscriptions"]["request_url"] == ADDRESS + PATHS["events_api"]
    assert settings["interactivity"]["request_url"] == ADDRESS + PATHS["interactive"]
    assert settings["interactivity"]["message_menu_options_url"] == ADDRESS + PATHS["interactive"]


def test_every_event_it_subscribes_to_is_listened_to(manifest: dict[str, Any]) -> None:
    heard = {"app_home_opened", "app_mention", "message", "reaction_added"}
    assert {name.partition(".")[0] for name in manifest["settings"]["event_subscriptions"]["bot_events"]} == heard
    assert manifest["features"]["app_home"]["home_tab_enabled"]
