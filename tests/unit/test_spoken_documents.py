"""Every document a telephone is given: in a language, at absolute addresses, and never ending in silence."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from bot.phone import twiml
from intake.channels import phone_words
from routing.domain.paging import Call, Purpose, Subject
from routing.domain.procedure import Severity

BASE = "https://vigie.example"
CITIZENS, DUTY = phone_words.Address(BASE), twiml.Address(BASE)
GAS = Subject(7, "IN-4K7Q", Severity.CRITICAL, "Odeur de gaz", "rue Monge, Dijon")
CALL = Call(7, Purpose.INCIDENT, "ana", "Ana Martin", 1, "Odeur de gaz rue Monge", (GAS,), phone="+33639980001")
DOCUMENTS = {
    "a citizen is asked": phone_words.ask(CITIZENS, 1, "Que se passe-t-il ?", "fr", offer="en"),
    "a citizen is asked in English": phone_words.ask(CITIZENS, 1, "What is it?", "en"),
    "a citizen is listened to": phone_words.ask_streaming(CITIZENS, 1, "ticket", "Que se passe-t-il ?"),
    "a citizen has keys": phone_words.ask_by_keys(CITIZENS, 2, "Tapez un.", otherwise="unheard"),
    "a citizen waits": phone_words.wait(CITIZENS, 2, first=True),
    "a citizen is put through": phone_words.to_a_person(CITIZENS, 3, "+33380000001", None),
    "a citizen may leave a message": phone_words.voicemail(CITIZENS, 3),
    "a citizen is thanked": phone_words.goodbye(reference="VG-4K7Q", texted=True),
    "a citizen, while we are down": phone_words.out_of_order(None, None),
    "the duty is asked": twiml.ask(DUTY, CALL, "Dijon", 1, room=True),
    "the duty is put through": twiml.to_room(DUTY, CALL, "+33380000001", None, 1),
    "the duty is let go": twiml.end("Merci."),
    "the duty, while we are down": twiml.broken(None, None),
}
WAITS = {"Gather", "Connect", "Pause"}
LEADS_ON = {"Redirect", "Hangup"}


def tree(name: str) -> ElementTree.Element:
    return ElementTree.fromstring(DOCUMENTS[name])


def addresses(element: ElementTree.Element) -> Iterator[str]:
    """Every address a document names."""
    for each in element.iter():
        yield from (value for key, value in each.attrib.items() if key in {"action", "partialResultCallback", "url"})
        if each.tag == "Redirect":
            yield each.text or ""


@pytest.mark.parametrize("name", DOCUMENTS)
def test_whoever_says_nothing_is_led_on(name: str) -> None:
    verbs = list(tree(name))
    for verb, following in zip(verbs, [*verbs[1:], None], strict=True):
        if verb.tag in WAITS:
            assert following is not None, f"silence after {verb.tag}"
    assert verbs[-1].tag in LEADS_ON or verbs[-1].get("action"), verbs[-1].tag


@pytest.mark.parametrize("name", DOCUMENTS)
def test_everything_is_said_and_heard_in_a_language(name: str) -> None:
    for each in tree(name).iter():
        if each.tag in {"Say", "Gather"}:
            assert each.get("language") in {"fr-FR", "en-GB"}, each.tag
        if each.tag == "Say":
            assert (each.text or "").strip()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_addresses_are_whole_and_asked_by_post(name: str) -> None:
    document = tree(name)
    for address in addresses(document):
        assert address.startswith((f"{BASE}/", "wss://vigie.example/"))
    for each in document.iter():
        if each.get("action") or each.tag == "Redirect":
            assert each.get("method") == "POST"
