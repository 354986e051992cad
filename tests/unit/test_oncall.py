"""Who is reached for a service, and what a roster names that does not exist."""

from __future__ import annotations

from datetime import date

from routing.domain.oncall import Person, Policy, Roster
from tests.unit.duty import level, paris, person, roster, rotation

NOON = paris("2026-06-01 12:00")
LATER = date(2030, 1, 1)


def names(people: tuple[Person, ...]) -> list[str]:
    """Ids, in order."""
    return [one.id for one in people]


def test_a_rotation_answers_by_whoever_holds_it() -> None:
    duty = roster(level(0, "rotation:duty"), rotations=(rotation("ana", "bruno", every="day"),))
    assert duty.person_for("rotation:duty", paris("2026-01-05 12:00")) == person("ana")
    assert duty.person_for("rotation:duty", paris("2026-01-06 12:00")) == person("bruno")


def test_a_target_that_does_not_exist_reaches_nobody_and_breaks_nothing() -> None:
    duty = roster(rotations=(rotation("gone", every="day"),))
    for target in ("person:gone", "rotation:gone", "rotation:duty", "ana", "", "rotation:"):
        assert duty.person_for(target, NOON) is None


def test_somebody_named_twice_is_rung_once() -> None:
    duty = roster(rotations=(rotation("ana"),))
    assert names(duty.people_for(("rotation:duty", "person:bruno", "person:ana", "person:gone"), NOON)) == [
        "ana",
        "bruno",
    ]


def test_a_service_without_a_policy_follows_the_metropolis_duty() -> None:
    duty = roster(level(0, "person:ana"), chief="chloe")
    assert duty.policy_for("voirie") is duty.policies["technique"]
    assert duty.policy_for("proprete") is duty.policies["metropole"]


def test_a_service_whose_policy_is_gone_is_still_followed_by_somebody() -> None:
    duty = roster(level(0, "person:ana"))
    assert duty.policy_for("proprete") is duty.policies["technique"]
    assert Roster().policy_for("voirie") is None


def test_the_metropolis_duty_decides() -> None:
    duty = roster(level(0, "person:ana"), chief="chloe")
    assert names(duty.metropolis_duty(NOON)) == ["chloe"]


def test_when_the_metropolis_duty_is_empty_everybody_on_call_is_rung() -> None:
    waiting = rotation("chloe", start=LATER, id_="later")
    both = (rotation("ana", id_="roads"), rotation("bruno", id_="water"), waiting)
    duty = roster(level(0, "rotation:roads"), rotations=both)
    assert names(duty.metropolis_duty(NOON)) == ["ana", "bruno"]


def test_a_roster_in_order_names_nothing_dead() -> None:
    duty = roster(level(0, "rotation:duty"), level(60, "person:chloe"), rotations=(rotation("ana"),), chief="bruno")
    assert list(duty.dead_targets()) == []


def test_everything_dead_in_a_roster_is_named() -> None:
    broken = Roster(
        people={"ana": person("ana")},
        rotations={"duty": rotation("ana", "gone"), "empty": rotation(id_="empty")},
        policies={"roads": Policy("roads", (level(0, "rotation:duty", "rotation:gone"), level(60, "person:gone")))},
        services={"voirie": "roads", "proprete": "gone"},
    )
    assert list(broken.dead_targets()) == [
        ("rotations.duty", "unknown person 'gone'"),
        ("rotations.empty", "has no member"),
        ("policies.roads", "dead on-call target 'rotation:gone'"),
        ("policies.roads", "dead on-call target 'person:gone'"),
        ("services.proprete", "unknown policy 'gone'"),
    ]
