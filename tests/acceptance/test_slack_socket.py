"""A workspace reached by Socket Mode: the same stories, and what sockets alone do."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.house import DatabaseAway
from tests.acceptance import test_slack, test_slack_commands
from tests.acceptance.department import HOLE, VOIRIE, Department, at_slack
from tests.standins.slack import SlackStandIn
from tests.understood import Scripted
from tests.waiting import eventually

test_one_click = test_slack.test_one_click_takes_it_and_everybody_sees_who
test_three_deliveries = test_slack.test_slack_delivers_one_click_three_times_and_it_acts_once
test_steps = test_slack.test_steps_are_ticked_on_a_screen_that_stays_open
test_another_procedure = test_slack.test_another_procedure_among_the_likely_or_found_by_words
test_choosing_nothing = test_slack.test_choosing_nothing_is_said_on_the_screen
test_the_end = test_slack.test_the_end_and_the_beginning_again
test_the_duty = test_slack.test_the_duty_is_called_and_the_channel_hears_it
test_what_agents_write = test_slack.test_what_agents_write_under_a_card_joins_the_timeline
test_the_command = test_slack_commands.test_the_command_answers_who_typed_it
test_the_home_tab = test_slack.test_the_home_tab_shows_what_is_mine


@pytest.fixture
async def voirie(
    database_url: str, tmp_path: Path, scripted: Scripted, slack: SlackStandIn
) -> AsyncIterator[Department]:
    """A city that opened a socket instead of offering an address."""
    token = slack.workspace.app_token
    async with at_slack(database_url, tmp_path, scripted, slack, slack_app_token=token) as story:
        story.people = slack.through_socket()
        async with story.city.app.state.doors.open():
            await slack.sockets.until_open()
            yield story
            await story.city.check_nothing_unexpected()


async def test_a_connection_that_slack_ends_is_opened_again(voirie: Department) -> None:
    await voirie.city.opened(HOLE)
    await voirie.slack.sockets.refresh()
    await voirie.slack.sockets.until_open(2)
    await voirie.click("prendre")
    assert voirie.thread() == ["Ana Martin prend en charge"]


async def test_a_reply_written_while_no_socket_was_open_comes_with_the_next(voirie: Department) -> None:
    incident = await voirie.city.opened(HOLE)
    card = voirie.card()
    await voirie.slack.sockets.drop()
    delivery = await voirie.people.write(VOIRIE, "on arrive", "U0ANA", thread=card)
    assert delivery.reply.failure == "connection_failed"
    await voirie.slack.sockets.until_open(2)
    await voirie.people.deliveries.due()
    await voirie.rest()
    assert delivery.accepted
    assert "Ana Martin : on arrive" in await voirie.city.thread("voirie", incident["reference"])
    voirie.thread()


async def test_an_event_that_comes_again_as_if_new_is_known_by_its_name(voirie: Department) -> None:
    incident = await voirie.city.opened(HOLE)
    voirie.slack.sockets.silent_retries = True
    delivery = await voirie.people.write(VOIRIE, "on arrive", "U0ANA", thread=voirie.card())
    await voirie.people.deliveries.again(delivery)
    await voirie.people.deliveries.again(delivery)
    await voirie.rest()
    assert len(await voirie.city.thread("voirie", incident["reference"])) == 1
    voirie.thread()


async def test_what_could_not_be_kept_is_not_acknowledged(voirie: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    await voirie.city.opened(HOLE)

    async def away(self: object, work: object) -> None:
        raise DatabaseAway

    with monkeypatch.context() as broken:
        broken.setattr(type(voirie.city.house), "run", away)
        broken.setattr(voirie.slack.sockets, "patience", 0.3)
        delivery = await voirie.people.write(VOIRIE, "on arrive", "U0ANA", thread=voirie.card())
    assert delivery.reply.failure == "timeout"
    await voirie.people.deliveries.due()
    assert delivery.accepted
    await voirie.rest()
    voirie.thread()


async def test_the_house_starts_while_slack_does_not_answer(
    database_url: str, tmp_path: Path, scripted: Scripted, slack: SlackStandIn, caplog: pytest.LogCaptureFixture
) -> None:
    token = slack.workspace.app_token
    slack.refuse("apps.connections.open", "invalid_auth")  # as with a token that was withdrawn
    async with at_slack(database_url, tmp_path, scripted, slack, slack_app_token=token) as story:
        with caplog.at_level(logging.ERROR):
            async with story.city.app.state.doors.open():
                assert (await story.city.web.get("/healthz")).status_code == 200
                await eventually(lambda: _said(caplog))
    assert "VIGIE_SLACK_APP_TOKEN" in caplog.text
    assert slack.workspace.app_token not in caplog.text


async def _said(caplog: pytest.LogCaptureFixture) -> bool:
    return bool(caplog.records)
