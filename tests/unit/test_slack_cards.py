"""Cards within Slack's limits, whatever an incident holds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.slack import cards, screens
from bot.slack.screens import Subject
from bot.staff import DutyShift
from bot.staff import Line as DeskLine
from routing.domain.card import Card, ChecklistItem, Guess, Line, Mobilised
from routing.domain.incident import DispatchState, IncidentState
from routing.domain.procedure import Severity
from tests.standins.slack.blocks import check_blocks, check_view, words_of

PARIS = ZoneInfo("Europe/Paris")
AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
PLAIN = Card(
    incident=1,
    reference="IN-4K7Q",
    version=1,
    state=IncidentState.OPEN,
    severity=Severity.URGENT,
    title="Fuite d'eau",
    procedure="eau-assainissement-fuite",
    place="rue Monge",
    commune="Dijon",
    map_url="https://www.openstreetmap.org/?mlat=47.3",
    opened_at=AT,
    reports=1,
    confidence=0.9,
    certainty="sûr à 90 %",
    danger=None,
    excerpt="ça fuit",
)
ENDLESS = "<!channel> & é" * 3000
CHECKLIST = tuple(ChecklistItem(number, ENDLESS, "Ana" if number % 2 else None) for number in range(40))
WORST = replace(
    PLAIN,
    title=ENDLESS,
    place=ENDLESS,
    commune=ENDLESS,
    danger=ENDLESS,
    alarm=ENDLESS,
    notes=(ENDLESS,) * 3,
    warning=ENDLESS,
    excerpt=ENDLESS,
    weighed=(ENDLESS,) * 50,
    holder=ENDLESS,
    held_at=AT,
    state=IncidentState.ACKNOWLEDGED,
    guesses=tuple(Guess(f"p{number}", ENDLESS, 0.5) for number in range(30)),
    services=tuple(
        Mobilised(number, "voirie", ENDLESS, DispatchState.SENT, AT, False, True, CHECKLIST) for number in range(40)
    ),
)
SUBJECT = Subject("IN-4K7Q", "C0VOIRIE")


@pytest.mark.parametrize("state", list(IncidentState))
@pytest.mark.parametrize("card", [PLAIN, WORST, replace(PLAIN, excerpt="", place=None, commune=None)])
def test_a_card_is_one_slack_takes(card: Card, state: IncidentState) -> None:
    shown = replace(card, state=state)
    blocks = cards.blocks(shown, PARIS)
    check_blocks(blocks)
    assert len(cards.fallback(shown)) <= 4000


def test_nothing_a_citizen_or_agent_wrote_becomes_markup() -> None:
    marked = [
        block["text"]["text"] for block in cards.blocks(WORST, PARIS) if block.get("text", {}).get("type") == "mrkdwn"
    ]
    assert marked
    assert not any("<!channel>" in text for text in marked)
    assert "<!channel>" not in cards.fallback(WORST)
    assert cards.line_text(Line(AT, "<!here>")) == "&lt;!here&gt;"
    check_blocks(cards.line_blocks(Line(AT, ENDLESS)))


def test_the_gravest_stands_first_and_the_end_is_told() -> None:
    words = list(words_of(cards.blocks(replace(PLAIN, danger="odeur de gaz"), PARIS)))
    assert next(i for i, text in enumerate(words) if "odeur de gaz" in text) < words.index("«\u202fça fuit\u202f»")
    done = replace(PLAIN, state=IncidentState.RESOLVED, holder="Ana", resolution="intervention faite")
    assert any(
        "Résolu par Ana" in text and "intervention faite" in text for text in words_of(cards.blocks(done, PARIS))
    )


def test_what_is_odd_about_a_sender_is_shown_for_a_person_to_judge() -> None:
    odd = replace(PLAIN, warning="3 fausses alertes de ce contact en 90 jours")
    assert "⚠️ *À vérifier* : 3 fausses alertes de ce contact en 90 jours" in words_of(cards.blocks(odd, PARIS))


@pytest.mark.parametrize("card", [PLAIN, WORST])
def test_screens_are_ones_slack_takes(card: Card) -> None:
    for view in (
        screens.steps(SUBJECT, card),
        screens.other_procedure(SUBJECT, card.guesses),
        screens.end(SUBJECT),
        screens.again(SUBJECT),
        screens.duty(SUBJECT),
        screens.question(SUBJECT),
        screens.notice(ENDLESS),
    ):
        check_view(view, "modal")


def test_a_home_tab_of_a_busy_person_is_one_slack_takes() -> None:
    mine = [
        DeskLine("IN-4K7Q", IncidentState.OPEN, Severity.URGENT, ENDLESS, ENDLESS, AT, None, None) for _ in range(60)
    ]
    shifts = [DutyShift("nuit", AT, AT + timedelta(days=7), True)] * 9
    check_view(screens.home("Ana", mine, shifts, AT, PARIS), "home")
    check_view(screens.home("Ana", [], [], AT, PARIS), "home")


def test_a_screen_remembers_what_it_is_about() -> None:
    assert Subject.of(screens.end(SUBJECT)) == SUBJECT
    assert Subject.of({}) == Subject("", "")
