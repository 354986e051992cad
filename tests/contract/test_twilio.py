"""The stand-in of Twilio against Twilio's own specification, where it lies beside the project."""

from __future__ import annotations

import pytest

from tests.standins.twilio import account
from tests.standins.twilio.spec import answered_wrongly, asked_wrongly, spec

pytestmark = pytest.mark.skipif(spec() is None, reason="../shared/contracts is not there")

TABLES = {
    "messages.create": account.SEND,
    "messages.list": account.LIST,
    "calls.create": account.PLACE,
    "calls.list": account.LIST_CALLS,
    "calls.update": account.UPDATE,
}
MESSAGE = {"sid": "SM" + "0" * 32, "status": "queued", "to": "+33639980001", "body": "bonjour"}


@pytest.mark.parametrize("name", TABLES)
def test_the_tables_of_parameters_are_twilios(name: str) -> None:
    unknown = [each for each in asked_wrongly(name, dict.fromkeys(TABLES[name], "")) if "unknown" in each]
    assert unknown == []


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"To": "+33639980001", "SpeachTimeout": "3"}, "messages.create: unknown SpeachTimeout"),
        ({"Body": "bonjour"}, "messages.create: To is missing"),
    ],
)
def test_a_call_twilio_does_not_know_is_found(given: dict[str, str], found: str) -> None:
    assert asked_wrongly("messages.create", given) == [found]


def test_an_answer_as_twilio_gives_it() -> None:
    assert answered_wrongly("messages.create", 201, MESSAGE) == []
    assert answered_wrongly("messages.list", 200, {"messages": [MESSAGE], "next_page_uri": None}) == []


@pytest.mark.parametrize(
    ("status", "wrong", "found"),
    [
        (200, {}, "status 200"),
        (201, {"sid": "SM1"}, "is not"),
        (201, {"status": "on its way"}, "is none of"),
        (201, {"error_code": "0"}, "is no integer"),
        (201, {"colour": "blue"}, "unknown colour"),
    ],
)
def test_an_answer_twilio_does_not_give_is_found(status: int, wrong: dict[str, str], found: str) -> None:
    [problem] = answered_wrongly("messages.create", status, MESSAGE | wrong)
    assert found in problem
