"""How one person is reached: which channels in which order, what news counts, what is said."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from bot.phone import words
from bot.twilio.gsm7 import fitted, segments
from routing.domain.hours import Hours
from routing.domain.oncall import ContactStep, Person
from routing.domain.paging import Call, Delivery, Purpose, Subject, contact_plan
from routing.domain.procedure import Severity
from tests.unit.duty import paris

ZONE = ZoneInfo("Europe/Paris")
NIGHT, NOON = paris("2026-03-01 03:12"), paris("2026-03-01 12:00")
EVERYTHING = ("voice", "sms", "slack", "telegram", "console")
ANA = Person("ana", "Ana Martin", phone="+33639980011")


def planned(*steps: ContactStep, served: tuple[str, ...] = EVERYTHING, **more: object) -> list[tuple[str, float]]:
    """(channel, seconds) of Ana's plan."""
    person = Person("ana", "Ana Martin", phone="+33639980011", plan=steps)
    severity, at = more.get("severity", Severity.URGENT), more.get("at", NOON)
    plan = contact_plan(person, served, severity, at, ZONE)  # type: ignore[arg-type]
    return [(attempt.channel, attempt.after.total_seconds()) for attempt in plan.attempts]


def step(by: str, after: int = 0, quiet: str | None = None) -> ContactStep:
    return ContactStep(by, timedelta(seconds=after), Hours.read(quiet) if quiet else None)


def test_steps_come_in_the_order_of_their_time_and_each_channel_once() -> None:
    assert planned(step("sms", 60), step("voice"), step("voice", 120)) == [("voice", 0), ("sms", 60)]


@pytest.mark.parametrize("missing", ["slack", "telegram"])
def test_a_step_nobody_can_carry_out_gives_its_place_to_the_next(missing: str) -> None:
    assert planned(step(missing), step("sms", 60), step("voice", 120)) == [("sms", 0), ("voice", 120)]
    assert planned(step("voice"), step("sms", 60), served=("sms",)) == [("sms", 0)]


def test_when_nothing_is_left_the_panel_of_the_room_rings() -> None:
    assert planned(step("slack")) == planned() == [("console", 0)]


def test_quiet_hours_hold_for_everything_but_what_is_critical() -> None:
    steps = (step("voice", 0, "22:00-07:00"), step("sms", 30))
    assert planned(*steps, at=NIGHT) == [("sms", 0)]
    assert planned(*steps, at=NOON) == [("voice", 0), ("sms", 30)]
    assert planned(*steps, at=NIGHT, severity=Severity.CRITICAL) == [("voice", 0), ("sms", 30)]


def test_news_in_any_order_ends_at_the_same_state() -> None:
    told = (Delivery.QUEUED, Delivery.UNDERWAY, Delivery.ARRIVED, Delivery.OVER)
    for order in permutations(told):
        known: Delivery | None = None
        for news in order:
            known = news if news.after(known) else known
        assert known is Delivery.OVER


def test_a_message_that_arrived_after_all_is_no_longer_missed() -> None:
    assert Delivery.ARRIVED.after(Delivery.MISSED)
    assert not Delivery.MISSED.after(Delivery.ARRIVED)


def subject(number: int, severity: Severity = Severity.CRITICAL) -> Subject:
    return Subject(number, f"IN-{number}K7Q", severity, "Mât d'éclairage couché", "rue Monge, Dijon")


def call(*subjects: Subject, purpose: Purpose = Purpose.INCIDENT) -> Call:
    return Call(1, purpose, "ana", "Ana Martin", 1, "", subjects, phone=ANA.phone)


def test_a_reference_is_spelt_as_people_spell_it() -> None:
    assert words.spelled("IN-4K7Q") == "4, K comme Kléber, 7, Q comme Québec"


@pytest.mark.parametrize(
    ("subjects", "said"),
    [
        ((subject(3), subject(4), subject(6)), "trois incidents critiques"),
        ((subject(3), subject(4, Severity.URGENT)), "deux incidents, dont 1 critique"),
        ((subject(3, Severity.NORMAL), subject(4, Severity.NORMAL)), "deux incidents normaux"),
    ],
)
def test_several_incidents_are_counted_in_french(subjects: tuple[Subject, ...], said: str) -> None:
    assert words.counted(subjects) == said


def test_a_call_about_many_incidents_stays_short() -> None:
    many = tuple(subject(number) for number in range(1, 40))
    said = words.spoken(call(*many), "Dijon métropole")
    assert len(said.split()) < 110
    assert "Et 36 de plus" in said
    assert segments(fitted(words.written(call(*many)))) <= 3


def test_a_trial_and_a_question_say_what_they_are() -> None:
    assert "il n'y a pas d'incident" in words.spoken(call(purpose=Purpose.TRIAL), "Dijon")
    assert "OK ESSAI" in words.written(call(purpose=Purpose.DRILL))
    assert "Vous occupez-vous toujours" in words.spoken(call(subject(3), purpose=Purpose.HOLD), "Dijon")
    assert "OK 3K7Q ou NON 3K7Q" in words.written(call(subject(3), purpose=Purpose.HOLD))
