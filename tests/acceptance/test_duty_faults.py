"""Whatever a provider does, somebody is reached, or the next one is called within ten seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.phone import failover
from bot.slack import account as slack_account
from routing.domain.escalation import EXHAUSTED
from routing.domain.incident import PageState
from routing.store.models import EscalationPolicy
from tests.acceptance.connected import with_twilio
from tests.acceptance.duty import ANA, BRUNO, CHLOE, FALLEN, LAMP, Duty, on_duty, person, without_partners
from tests.city import founded
from tests.clock import DrivenClock
from tests.standins import faults
from tests.standins.faults import Fault
from tests.standins.gateway import GatewayStandIn
from tests.standins.slack import SlackStandIn
from tests.standins.twilio.account import TwilioStandIn, _error
from tests.understood import Scripted

PATIENCE = 1.0  # real seconds a request may take before it counts as hanging
LIMIT = 10  # seconds of the driven clock
REQUESTS = {
    "429": faults.limited(),
    "429 for long": faults.limited(3600),
    "500": faults.broken(500),
    "502": faults.broken(502),
    "503, and yet done": faults.broken(503, committed=True),
    "hangs": faults.hang(),
    "hangs, and yet done": faults.hang(committed=True),
    "cut": faults.dropped(),
    "cut, and yet done": faults.dropped(committed=True),
    "account refused": faults.answers(_error(401, 20003, "Authenticate")),
    "wrong number": faults.answers(_error(400, 21211, "Invalid 'To' Phone Number")),
    "opted out": faults.answers(_error(400, 21610, "Attempt to send to unsubscribed recipient")),
}


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failover, "EACH", PATIENCE)
    monkeypatch.setattr(slack_account, "ANSWER_TIME", PATIENCE)


async def somebody_is_called_in_time(duty: Duty) -> None:
    """Ana got it once or twice, or Bruno's telephone rings; the invariant holds."""
    await duty.city.settle(seconds=LIMIT)
    ana = duty.called(ANA) + len(duty.texts(ANA))
    assert ana <= 2, "at most one too many"
    assert ana or duty.called(BRUNO) == 1
    await duty.sound()
    duty.look_at_the_rest()


def by(channel: str) -> list[dict[str, Any]]:
    return [{"after": 0, "by": channel}]


@pytest.mark.parametrize("channel", ["voice", "sms"])
@pytest.mark.parametrize("fault", REQUESTS.values(), ids=REQUESTS.keys())
async def test_whatever_happens_to_the_request(duty: Duty, channel: str, fault: Fault) -> None:
    duty.city.failures_expected = True
    await on_duty(duty.city, person("ana", "Ana Martin", ANA, by(channel)))
    on, unless = ("calls.create", BRUNO) if channel == "voice" else ("messages.create", "")
    duty.twilio.faults.add(fault, on, times=2, when=lambda call: call.arguments["To"] != unless)
    await duty.city.opened(LAMP)
    await somebody_is_called_in_time(duty)
    duty.twilio.faults.clear()
    await duty.city.settle(minutes=3)
    assert duty.called(BRUNO) >= 1, "nobody answered: the levels go on"
    assert duty.called(ANA) + len(duty.texts(ANA)) <= 2
    duty.look_at_the_rest()


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
async def test_whatever_becomes_of_the_call(duty: Duty, status: str) -> None:
    await on_duty(duty.city, person("ana", "Ana Martin", ANA, by("voice")))
    await duty.city.opened(LAMP)
    await duty.handset(ANA).fail(status)
    await duty.city.settle(seconds=LIMIT)
    assert duty.called(BRUNO) == 1
    duty.look_at_the_rest()
    assert (await duty.pages())[0].state is PageState.UNANSWERED
    await duty.sound()


async def _machine(duty: Duty) -> None:
    handset = duty.handset(ANA)
    await handset.pick_up()
    await handset.machine()


async def _fax(duty: Duty) -> None:
    handset = duty.handset(ANA)
    await handset.pick_up()
    await handset.machine("fax")


async def _silence(duty: Duty) -> None:
    handset = duty.handset(ANA)
    await handset.pick_up()
    await handset.silence()
    await handset.silence()


async def _hangs_up(duty: Duty) -> None:
    handset = duty.handset(ANA)
    await handset.pick_up()
    await handset.hang_up()


async def _wrong_keys(duty: Duty) -> None:
    handset = duty.handset(ANA)
    await handset.pick_up()
    await handset.press("5")
    await handset.press("8")


async def _no_callback(duty: Duty) -> None:
    assert duty.called(ANA) == 1


async def _rings_for_ever(duty: Duty) -> None:
    await duty.handset(ANA).begin()
    await duty.city.settle(seconds=36)  # 25 seconds of ringing, five of Twilio's; then its news is overdue


@pytest.mark.parametrize(
    "happens",
    [_machine, _fax, _silence, _hangs_up, _wrong_keys, _no_callback, _rings_for_ever],
    ids=lambda f: f.__name__,
)
async def test_whoever_or_whatever_picks_up(duty: Duty, happens: Callable[[Duty], Awaitable[None]]) -> None:
    await on_duty(duty.city, person("ana", "Ana Martin", ANA, by("voice")))
    await duty.city.opened(LAMP)
    await happens(duty)
    await duty.city.settle(seconds=LIMIT)
    assert duty.called(BRUNO) == 1
    duty.look_at_the_rest()
    await duty.sound()


async def test_a_text_of_which_nothing_is_heard_calls_the_next(duty: Duty) -> None:
    await on_duty(duty.city, person("ana", "Ana Martin", ANA, by("sms")))
    await duty.city.opened(LAMP)
    await duty.city.settle(seconds=LIMIT)
    assert len(duty.texts(ANA)) == 1
    assert duty.called(BRUNO) == 1


async def test_somebody_without_a_number_is_rung_in_the_room_and_the_next_at_once(duty: Duty) -> None:
    await on_duty(duty.city, person("ana", "Ana Martin", None, by("voice")))
    await duty.city.opened(LAMP)
    assert [ring.person for ring in await duty.city.rings()] == ["ana"]
    assert any("n'a donné aucune adresse" in line for line in await duty.timeline())
    assert "Bruno Petit est appelé·e : téléphone (niveau 2)" in await duty.timeline(), "by what is said"
    assert duty.called(BRUNO) == 1, "nobody waits for somebody who cannot be reached"
    await duty.sound()


async def test_when_no_level_reaches_anybody_the_metropolis_duty_is_called_at_once(duty: Duty) -> None:
    unreachable = [person(one, one.title(), None, by("voice")) for one in ("ana", "bruno")]
    await on_duty(duty.city, *unreachable)
    await duty.city.opened(LAMP)
    assert [ring.person for ring in await duty.city.rings()] == ["ana", "bruno"]
    assert duty.called(CHLOE) == 1
    assert (await duty.incident()).alarm == "personne n'a pris l'incident"
    await duty.handset(CHLOE).fail("busy")
    await duty.city.settle()
    assert len(duty.texts(CHLOE)) == 1
    await duty.status(CHLOE, "undelivered", "30003")
    assert (await duty.incident()).alarm == EXHAUSTED, "once everybody was tried only the room is left"
    assert duty.called(CHLOE) == 1
    await duty.city.settle(minutes=5)
    await duty.city.rings()
    assert duty.called(CHLOE) == 2, "the next round has the metropolis duty beside it"
    await duty.sound()


async def test_when_nobody_can_be_reached_at_all_the_room_knows_at_once_and_it_goes_on(duty: Duty) -> None:
    unreachable = [person(one, one.title(), None, by("voice")) for one in ("ana", "bruno", "chloe")]
    await on_duty(duty.city, *unreachable)
    await duty.city.opened(LAMP)
    assert [ring.person for ring in await duty.city.rings()] == ["ana", "bruno", "chloe"]
    assert (await duty.incident()).alarm == EXHAUSTED
    assert (await duty.timeline()).count(f"Alarme : {EXHAUSTED}") == 1
    await duty.city.settle(minutes=5)
    assert len(await duty.city.rings()) > 0, "and it begins again"
    await duty.sound()


async def test_whoever_says_no_last_is_not_called_again_at_once(duty: Duty) -> None:
    async with duty.city.session() as session:
        policy = await session.get_one(EscalationPolicy, "technique")
        policy.levels = [{"after": 0, "targets": ["person:chloe"]}]
    await duty.city.opened(LAMP)
    handset = duty.handset(CHLOE)
    await handset.pick_up()
    await handset.press("2")
    await duty.city.settle(minutes=1)
    assert duty.called(CHLOE) == 1
    assert (await duty.incident()).alarm == EXHAUSTED
    await duty.sound()


async def test_in_turn_nobody_waits_for_somebody_who_cannot_be_reached(duty: Duty) -> None:
    await on_duty(duty.city, person("ana", "Ana Martin", None, by("voice")), apart=60)
    await duty.city.opened(LAMP)
    assert [ring.person for ring in await duty.city.rings()] == ["ana"]
    assert duty.called(BRUNO) == 1
    await duty.sound()


# A second provider


@pytest.fixture
async def gateway() -> AsyncIterator[GatewayStandIn]:
    async with GatewayStandIn(DrivenClock()) as stand_in:
        yield stand_in
    stand_in.check()


@pytest.fixture
async def doubled(
    database_url: str, tmp_path: Path, scripted: Scripted, twilio: TwilioStandIn, gateway: GatewayStandIn
) -> AsyncIterator[Duty]:
    """The city with two providers of calls and texts."""
    scripted.expect(LAMP, (FALLEN, 0.95), place="rue Monge")
    settings = with_twilio(tmp_path, twilio, **gateway.settings())
    async with founded(database_url, tmp_path, scripted, settings=settings, catalogue=without_partners()) as city:
        twilio.clock = gateway.clock = city.clock
        await on_duty(city)
        yield Duty(city, twilio)
        await city.check_nothing_unexpected()


FAILING = ["429", "500", "502", "hangs", "cut", "account refused"]


@pytest.mark.parametrize("channel", ["voice", "sms"])
@pytest.mark.parametrize("fault", FAILING)
async def test_the_second_provider_takes_over_at_once(
    doubled: Duty, gateway: GatewayStandIn, channel: str, fault: str
) -> None:
    await on_duty(doubled.city, person("ana", "Ana Martin", ANA, by(channel)))
    doubled.twilio.faults.add(REQUESTS[fault], "calls.create" if channel == "voice" else "messages.create")
    await doubled.city.opened(LAMP)
    [taken] = gateway.to(ANA, "calls" if channel == "voice" else "texts")
    assert "rue Monge" in taken["message"]
    [page] = await doubled.pages()
    assert (page.state, page.attempts) == (PageState.RINGING, 1)
    assert await gateway.post_back(doubled.city, taken, key="1") == 204
    assert (await doubled.incident()).acknowledged_by == "Ana Martin"
    assert doubled.called(BRUNO) == 0


async def test_the_second_providers_news_counts_and_its_seal_too(doubled: Duty, gateway: GatewayStandIn) -> None:
    await on_duty(doubled.city, person("ana", "Ana Martin", ANA, by("voice")))
    doubled.twilio.faults.add(REQUESTS["500"], "calls.create")
    await doubled.city.opened(LAMP)
    [taken] = gateway.to(ANA, "calls")
    forged = {**taken, "notify": taken["notify"][:-4] + "0000"}
    assert await gateway.post_back(doubled.city, forged, key="1") == 403
    assert await gateway.post_back(doubled.city, taken, status="no-such-thing") == 204
    assert await gateway.post_back(doubled.city, taken, status="missed") == 204
    assert doubled.called(BRUNO) == 1


async def test_both_providers_fail_and_the_next_person_is_called(doubled: Duty, gateway: GatewayStandIn) -> None:
    doubled.city.failures_expected = True
    await on_duty(doubled.city, person("ana", "Ana Martin", ANA, by("sms")))
    doubled.twilio.faults.add(faults.broken(500), "messages.create", times=2)
    gateway.faults.add(faults.dropped(), times=2)
    await doubled.city.opened(LAMP)
    await doubled.city.settle(seconds=LIMIT)
    assert doubled.called(BRUNO) == 1
    assert len(gateway.to(ANA, "texts")) + len(doubled.texts(ANA)) == 1, "and the text left once one of them worked"


# Slack


@pytest.fixture
async def chatting(
    database_url: str, tmp_path: Path, scripted: Scripted, twilio: TwilioStandIn, slack: SlackStandIn
) -> AsyncIterator[Duty]:
    """Ana is written to in Slack, Bruno is called."""
    scripted.expect(LAMP, (FALLEN, 0.95), place="rue Monge")
    more = {
        "slack_bot_token": slack.workspace.bot_token,
        "slack_signing_secret": slack.workspace.signing_secret,
        "slack_base_url": slack.url,
    }
    settings = with_twilio(tmp_path, twilio, **more)
    async with founded(database_url, tmp_path, scripted, settings=settings, catalogue=without_partners()) as city:
        twilio.clock = slack.clock = city.clock
        await on_duty(city, person("ana", "Ana Martin", ANA, by("slack"), slack="U0ANA"))
        yield Duty(city, twilio)
        await city.check_nothing_unexpected()


SLACK_FAULTS = {
    "429": faults.limited(),
    "500": faults.broken(500),
    "502": faults.broken(502),
    "503, and yet done": faults.broken(503, committed=True),
    "hangs": faults.hang(),
    "hangs, and yet done": faults.hang(committed=True),
    "cut": faults.dropped(),
    "cut, and yet done": faults.dropped(committed=True),
    "fatal_error": SlackStandIn.failing("fatal_error"),
    "invalid_auth": SlackStandIn.failing("invalid_auth"),
    "account_inactive": SlackStandIn.failing("account_inactive"),
    "channel_not_found": SlackStandIn.failing("channel_not_found"),
}


def messages(slack: SlackStandIn) -> list[Any]:
    return slack.workspace.direct("U0ANA").cards()


@pytest.mark.parametrize("fault", SLACK_FAULTS.values(), ids=SLACK_FAULTS.keys())
async def test_whatever_slack_does(chatting: Duty, slack: SlackStandIn, fault: Fault) -> None:
    chatting.city.failures_expected = True
    slack.faults.add(fault, "chat.postMessage", times=2, when=lambda call: "page" in str(call.arguments))
    await chatting.city.opened(LAMP)
    await chatting.city.settle(seconds=LIMIT)
    assert len(messages(slack)) <= 2
    assert messages(slack) or chatting.called(BRUNO) == 1
    await chatting.sound()
    slack.faults.clear()
    chatting.look_at_the_rest()


async def test_a_person_slack_does_not_know(chatting: Duty, slack: SlackStandIn) -> None:
    await on_duty(chatting.city, person("ana", "Ana Martin", ANA, by("slack"), slack="U0GONE"))
    slack.expect("user_not_found")
    await chatting.city.opened(LAMP)
    await chatting.city.settle(seconds=LIMIT)
    assert chatting.called(BRUNO) == 1
    chatting.look_at_the_rest()


async def test_one_click_in_slack_takes_it(chatting: Duty, slack: SlackStandIn) -> None:
    incident = await chatting.city.opened(LAMP)
    [message] = messages(slack)
    assert incident["reference"] in message.words
    assert message.buttons() == ["Je prends", "Je ne peux pas"]
    await click(chatting, slack, "Je prends", copies=3)
    assert (await chatting.incident()).acknowledged_by == "Ana Martin"
    [message] = messages(slack)
    assert message.buttons() == []
    assert "à vous" in message.words


async def test_i_cannot_in_slack_calls_the_next(chatting: Duty, slack: SlackStandIn) -> None:
    await chatting.city.opened(LAMP)
    assert messages(slack)
    await click(chatting, slack, "Je ne peux pas")
    assert chatting.called(BRUNO) == 1
    [message] = messages(slack)
    assert message.buttons() == []


@pytest.mark.parametrize("yes", ["white_check_mark", "+1", "+1::skin-tone-4"])
async def test_a_check_mark_or_thumb_takes_it_and_other_reactions_or_people_do_not(
    chatting: Duty, slack: SlackStandIn, yes: str
) -> None:
    await chatting.city.opened(LAMP)
    [message] = messages(slack)
    for user, reaction in (("U0ANA", "-1"), ("U0BRUNO", yes)):
        await react(chatting, slack, message, user, reaction)
        assert (await chatting.incident()).acknowledged_by is None
    await react(chatting, slack, message, "U0ANA", yes)
    assert (await chatting.incident()).acknowledged_by == "Ana Martin"


async def test_who_has_it_stands_in_the_message(chatting: Duty, slack: SlackStandIn) -> None:
    incident = await chatting.city.opened(LAMP)
    await chatting.city.act(incident["reference"], "acknowledge", by="Bruno Petit")
    [message] = messages(slack)
    assert "Bruno Petit s'en occupe" in message.words
    assert message.buttons() == []


async def click(duty: Duty, slack: SlackStandIn, button: str, *, copies: int = 1) -> None:
    people = slack.through_http(duty.city.web)
    channel = slack.workspace.direct("U0ANA").id
    delivery = await people.click(channel, messages(slack)[0], button, "U0ANA", copies=copies)
    assert delivery.accepted
    await duty.city.app.state.doors.slack.rest()
    await duty.city.settle()


async def react(duty: Duty, slack: SlackStandIn, message: Any, user: str, reaction: str) -> None:
    people = slack.through_http(duty.city.web)
    item = {"type": "message", "channel": message.channel, "ts": message.ts}
    await people.event(
        {"type": "reaction_added", "user": user, "reaction": reaction, "item": item, "event_ts": message.ts}
    )
    await duty.city.app.state.doors.slack.rest()
    await duty.city.settle()
