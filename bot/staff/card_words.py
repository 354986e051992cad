"""What every chat's card says, in plain words: nobody's markup. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.staff.words import SEVERITIES, cut, where
from routing.domain.card import Card, Guess, Mobilised
from routing.domain.incident import DispatchState, IncidentState
from routing.domain.procedure import Severity

NAME = 100  # characters of a service's or a person's name
SERVICES = 20  # services listed on a card
MARKS = {Severity.CRITICAL: "🔴", Severity.URGENT: "🟠", Severity.NORMAL: "🔵", Severity.INFO: "⚪"}
DONE = "✅"
MOBILISED = (DispatchState.SENT, DispatchState.DUE)


def mark(card: Card) -> str:
    """The sign a card begins with."""
    return DONE if card.state is IncidentState.RESOLVED else MARKS[card.severity]


def headline(card: Card) -> str:
    """One line for notifications and screen readers."""
    place = where(card.place, card.commune)
    return f"{mark(card)} {SEVERITIES[card.severity]} · {card.title} · {place} · {card.reference}"


@dataclass(frozen=True, slots=True)
class Flag:
    """What must not be overlooked: a sign, what it is about, the words (a citizen's or ours), and what follows them."""

    sign: str
    about: str
    words: str
    then: str = ""


def flags(card: Card) -> list[Flag]:
    """The gravest first; what is odd about a sender is for a person to judge."""
    found = []
    if card.danger:
        found.append(Flag("🚨", "Danger entendu", card.danger, "Le 112 a été conseillé."))
    if card.notes:
        found.append(Flag("ℹ️", "", " ".join(card.notes)))
    if card.alarm:
        found.append(Flag("🔔", "Alarme", card.alarm))
    if card.muted:
        found.append(Flag("🔕", "En sourdine", card.muted))
    if card.warning:
        found.append(Flag("⚠️", "À vérifier", card.warning))
    return found


def map_label(card: Card) -> str:
    """What the link to the map says: it keeps what it promises."""
    return "Voir la carte" if card.located else "Chercher sur la carte"


def why(card: Card) -> str:
    """How many reports, how sure, and by which words."""
    many = f"{card.reports} signalement{'s' if card.reports > 1 else ''}"
    said = f"{many} · {card.certainty}"
    return f"{said} · mots qui ont compté : {', '.join(card.weighed)}" if card.weighed else said


def likelihood(guess: Guess) -> str:
    """How likely a procedure that came into question is."""
    return f"{guess.probability * 100:.0f} %" if guess.probability >= 0.01 else "< 1 %"


def services(card: Card, zone: ZoneInfo) -> str:
    """The services mobilised, one a line."""
    rows = [_one(row, card, zone) for row in card.services[:SERVICES]]
    if len(card.services) > SERVICES:
        rows.append(f"… et {len(card.services) - SERVICES} autres")
    return "\n".join(rows)


def _one(row: Mobilised, card: Card, zone: ZoneInfo) -> str:
    at = row.due_at.astimezone(zone).strftime("%H:%M")
    if row.state in MOBILISED:
        state = f"mobilisé à {at}"
    elif row.state is DispatchState.SKIPPED or card.state is IncidentState.RESOLVED:
        state = "non mobilisé"
    else:
        state = f"prévu à {at}"
    ticked = sum(1 for item in row.checklist if item.done_by)
    steps = f" · étapes {ticked}/{len(row.checklist)}" if row.checklist else ""
    return f"• {cut(row.name, NAME)}{' (pour information)' if row.copy else ''} : {state}{steps}"
