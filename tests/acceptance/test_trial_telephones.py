"""Trying Vigie by hand: the telephone of somebody on duty rings on the page, and answers there."""

from __future__ import annotations

from tests.acceptance.connected import BASE
from tests.acceptance.duty import ANA, LAMP, Duty, on_duty, person
from tests.city import read_catalogue
from tests.clock import DrivenClock
from tests.standins.telegram import TelegramStandIn
from tests.standins.trial import telegram
from tests.standins.trial.twilio import Telephones


async def test_a_telephone_that_rings_is_picked_up_and_a_key_takes_the_incident(duty: Duty) -> None:
    phones = Telephones(duty.twilio, duty.city.web, BASE)
    incident = (await duty.city.opened(LAMP))["reference"]
    [call] = duty.twilio.calls_to(ANA)
    assert f"Vigie fait sonner le {ANA}" in phones.show({})
    await phones.pick_up({"sid": call.sid})
    assert "je prends" in phones.show({})
    await phones.press({"text": "1"})
    assert (await duty.city.incident(incident))["acknowledged_by"] == "Ana Martin"
    assert "fait sonner" not in phones.show({})


async def test_or_it_is_left_ringing(duty: Duty) -> None:
    phones = Telephones(duty.twilio, duty.city.web, BASE)
    incident = (await duty.city.opened(LAMP))["reference"]
    await phones.ignore({"sid": duty.twilio.calls_to(ANA)[0].sid})
    await duty.city.settle()
    assert (await duty.city.incident(incident))["pages"][0]["state"] != "ringing"
    duty.look_at_the_rest()


async def test_what_a_text_is_answered_with_is_read_under_it(duty: Duty) -> None:
    await on_duty(duty.city, person("ana", "Ana Martin", ANA, [{"after": 0, "by": "sms"}]))
    phones = Telephones(duty.twilio, duty.city.web, BASE)
    incident = (await duty.city.opened(LAMP))["reference"]
    await phones.text({"number": ANA, "text": f"OK {incident.rpartition('-')[2]}"})
    assert "c&#39;est noté" in phones.show({})
    duty.look_at_the_rest()


async def test_people_on_duty_have_opened_the_staffs_bot() -> None:
    tried = telegram.trial(DrivenClock(), 0, BASE, read_catalogue())
    assert isinstance(tried.stand_in, TelegramStandIn)
    network = tried.stand_in.network
    for someone in telegram.PEOPLE:
        assert network.private(someone).members.get(telegram.STAFF) == "member"
