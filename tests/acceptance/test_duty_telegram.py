"""People on duty are written to by Telegram, and answer with a button."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.telegram import account
from tests.acceptance.connected import with_telegram, with_twilio
from tests.acceptance.duty import ANA, BRUNO, FALLEN, LAMP, Duty, on_duty, person, without_partners
from tests.acceptance.squad import ANA as ANA_THERE
from tests.acceptance.squad import BRUNO as BRUNO_THERE
from tests.acceptance.squad import STAFF, Squad
from tests.city import founded
from tests.standins import faults
from tests.standins.faults import Fault
from tests.standins.telegram import Message, TelegramStandIn
from tests.standins.twilio.account import TwilioStandIn
from tests.understood import Scripted

TELEGRAM = [{"after": 0, "by": "telegram"}]
LIMIT = 10  # seconds of the driven clock
FAULTS = {
    "429": faults.limited(3),
    "429 for long": faults.limited(3600),
    "500": faults.broken(500),
    "502": faults.broken(502),
    "503, and yet done": faults.broken(503, committed=True),
    "hangs": faults.hang(),
    "hangs, and yet done": faults.hang(committed=True),
    "cut": faults.dropped(),
    "cut, and yet done": faults.dropped(committed=True),
    "blocked": TelegramStandIn.failing(403, "Forbidden: bot was blocked by the user"),
    "unknown": TelegramStandIn.failing(400, "Bad Request: chat not found"),
    "token": TelegramStandIn.failing(401, "Unauthorized"),
}


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "ANSWER_TIME", 1.0)


class Written(Duty):
    """Ana reads Telegram, Bruno has a telephone."""

    def __init__(self, squad: Squad, twilio: TwilioStandIn) -> None:
        super().__init__(squad.city, twilio)
        self.squad = squad

    def messages(self) -> list[Message]:
        """What the bot wrote to Ana."""
        return self.squad.group(ANA_THERE).said_by(STAFF)

    async def press(self, words: str, user: int = ANA_THERE, *, copies: int = 1) -> str | None:
        """Press a button of the last message; returns what Telegram showed her."""
        query = await self.squad.people.press(self.messages()[-1], words, user, copies=copies)
        await self.squad.bot.rest()
        await self.city.settle()
        return query.answer

    async def react(self, message: Message, user: int, emoji: str | None) -> None:
        """Put a reaction on a message of the bot."""
        await self.squad.people.react(message, user, emoji)
        await self.city.settle()


@pytest.fixture
async def written(
    database_url: str, tmp_path: Path, scripted: Scripted, twilio: TwilioStandIn, telegram: TelegramStandIn
) -> AsyncIterator[Written]:
    scripted.expect(LAMP, (FALLEN, 0.95), place="rue Monge")
    more = with_telegram(tmp_path, telegram).model_dump(include={*with_telegram(tmp_path, telegram).model_fields_set})
    given = {name: value for name, value in more.items() if name.startswith("telegram")}
    settings = with_twilio(tmp_path, twilio, **given)
    async with founded(database_url, tmp_path, scripted, settings=settings, catalogue=without_partners()) as city:
        telegram.clock = twilio.clock = city.clock
        squad = Squad(city, telegram)
        await on_duty(city, person("ana", "Ana Martin", ANA, TELEGRAM, telegram=ANA_THERE))
        async with city.app.state.doors.open():
            telegram.network.private(ANA_THERE).members[STAFF] = "member"
            yield Written(squad, twilio)
        await city.check_nothing_unexpected()


async def test_one_press_takes_it(written: Written) -> None:
    incident = await written.city.opened(LAMP)
    [message] = written.messages()
    assert incident["reference"] in message.text
    assert "rue Monge" in message.text
    assert message.buttons() == ["Je prends", "Je ne peux pas"]
    assert await written.press("Je prends", copies=3) == "C'est noté."
    assert (await written.incident()).acknowledged_by == "Ana Martin"
    [message] = written.messages()
    assert message.buttons() == []
    assert "à vous" in message.text


async def test_a_thumb_on_the_message_takes_it_and_other_reactions_or_people_do_not(written: Written) -> None:
    await written.city.opened(LAMP)
    [message] = written.messages()
    for user, emoji in ((ANA_THERE, "👀"), (BRUNO_THERE, "👍"), (ANA_THERE, None)):
        await written.react(message, user, emoji)
        assert (await written.incident()).state == "open"
    await written.react(message, ANA_THERE, "👍")
    assert (await written.incident()).acknowledged_by == "Ana Martin"
    assert "à vous" in written.messages()[-1].text


async def test_i_cannot_calls_the_next(written: Written) -> None:
    await written.city.opened(LAMP)
    await written.press("Je ne peux pas")
    assert written.called(BRUNO) == 1
    assert written.messages()[-1].buttons() == []


async def test_who_has_it_stands_in_the_message(written: Written) -> None:
    incident = await written.city.opened(LAMP)
    await written.city.act(incident["reference"], "acknowledge", by="Bruno Petit")
    assert "Bruno Petit s'en occupe" in written.messages()[-1].text


@pytest.mark.parametrize(
    ("fault", "said"), [("blocked", "a bloqué le robot"), ("unknown", "n'a pas encore ouvert la conversation avec")]
)
async def test_why_somebody_is_not_written_to_is_said_in_french(written: Written, fault: str, said: str) -> None:
    written.city.failures_expected = True
    written.squad.telegram.faults.add(FAULTS[fault], "sendMessage", times=1)
    await written.city.opened(LAMP)
    assert any(said in line for line in await written.timeline())
    written.squad.telegram.faults.clear()
    written.look_at_the_rest()


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_whatever_telegram_does(written: Written, fault: Fault) -> None:
    written.city.failures_expected = True
    written.squad.telegram.faults.add(fault, "sendMessage", times=2)
    await written.city.opened(LAMP)
    await written.city.settle(seconds=LIMIT)
    assert len(written.messages()) <= 3
    assert written.messages() or written.called(BRUNO) == 1
    await written.sound()
    written.squad.telegram.faults.clear()
    written.look_at_the_rest()
