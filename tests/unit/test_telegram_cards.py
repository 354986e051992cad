"""Cards within Telegram's limits, whatever an incident holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.telegram import cards, menus
from bot.telegram.cards import Shown
from routing.domain.card import Card, Guess, Line
from routing.domain.incident import IncidentState
from tests.standins.telegram import markup
from tests.standins.telegram.html import parse, units
from tests.unit.test_slack_cards import AT, ENDLESS, PARIS, PLAIN, WORST

EMOJI = "🚨<b>" * 3000  # two units each sign, and markup
LOUD = replace(
    WORST,
    title=EMOJI,
    place=EMOJI,
    danger=EMOJI,
    excerpt=EMOJI,
    holder=EMOJI,
    alarm=EMOJI,
    notes=(EMOJI,),
    warning=EMOJI,
    weighed=(EMOJI,),
)


def taken(shown: Shown) -> str:
    """The words as people read them, if Telegram takes the message at all."""
    text, _ = parse(shown.text)
    assert 0 < units(text) <= 4096
    if shown.keyboard is not None:
        markup.check({"reply_markup": shown.keyboard.to_dict()})
    return text


@pytest.mark.parametrize("state", list(IncidentState))
@pytest.mark.parametrize("card", [PLAIN, WORST, LOUD, replace(PLAIN, excerpt="", place=None, commune=None)])
def test_a_card_is_one_telegram_takes(card: Card, state: IncidentState) -> None:
    shown = cards.card_shown(replace(card, state=state), PARIS)
    assert taken(shown) == shown.plain.strip()
    assert 0 < units(cards.topic_name(card)) <= 128


@pytest.mark.parametrize("card", [PLAIN, WORST, LOUD])
def test_menus_are_ones_telegram_takes(card: Card) -> None:
    likely = tuple(Guess("é" * 200, ENDLESS, 0.5) for _ in range(30))
    for shown in (
        menus.steps(card),
        menus.other_procedure(card.reference, likely),
        menus.end(card.reference),
        menus.duty(card.reference),
        menus.found(card.reference, []),
        menus.prompt(menus.QUESTION, card.reference, 1001, ENDLESS),
        cards.line_shown(Line(AT, EMOJI)),
        cards.said(ENDLESS),
        cards.said(""),
    ):
        taken(shown)


def test_what_is_odd_about_a_sender_is_shown_for_a_person_to_judge() -> None:
    odd = replace(PLAIN, warning="3 fausses alertes de ce contact en 90 jours")
    assert "⚠️ À vérifier : 3 fausses alertes de ce contact en 90 jours" in taken(cards.card_shown(odd, PARIS))


def test_nothing_a_citizen_or_agent_wrote_becomes_markup() -> None:
    hostile = "<a href='https://mal.example'>x</a> & </b>"
    text, entities = parse(cards.card_shown(replace(PLAIN, excerpt=hostile, title=hostile), PARIS).text)
    assert text.count(hostile) == 2
    assert not [each for each in entities if "mal.example" in str(each.get("url"))]


def test_a_procedure_is_found_again_by_its_digest_however_long_its_id() -> None:
    assert len(cards.data("choisir", "IN-4K7Q", menus.digest("é" * 300)).encode()) <= 64
