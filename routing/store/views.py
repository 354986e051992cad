"""What channels and screens show, composed from rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote_plus

from routing.domain.card import Card, ChecklistItem, Guess, Mobilised
from routing.domain.incident import DispatchState
from routing.domain.procedure import Procedure
from routing.store.models import Dispatch, Incident

MAP = "https://www.openstreetmap.org/?mlat={lat:.5f}&mlon={lon:.5f}#map=18/{lat:.5f}/{lon:.5f}"
MAP_SEARCH = "https://www.openstreetmap.org/search?query={}"
LONGEST = 120  # characters of a place that are searched for
WORTH_A_LOOK = 0.02  # a less likely procedure is only noise beside the one that was chosen
SHOWN = (DispatchState.DUE, DispatchState.SENT, DispatchState.PLANNED, DispatchState.SKIPPED)


def card(
    incident: Incident,
    plan: Procedure,
    dispatches: Sequence[Dispatch],
    *,
    here: frozenset[str],
    names: Mapping[str, str],
    titles: Mapping[str, str],
) -> Card:
    """The incident as the channel of the services ``here`` shows it."""
    return Card(
        incident=incident.id,
        reference=incident.reference,
        version=incident.version,
        state=incident.state,
        severity=incident.severity,
        title=plan.title,
        procedure=incident.procedure_id,
        place=incident.place,
        commune=incident.commune,
        map_url=_map(incident),
        located=_located(incident),
        opened_at=incident.opened_at,
        reports=incident.reports,
        confidence=incident.confidence,
        certainty=certainty(incident),
        danger=incident.danger,
        excerpt=incident.excerpt,
        weighed=tuple(incident.weighed),
        notes=tuple(incident.notes),
        holder=incident.acknowledged_by,
        held_at=incident.acknowledged_at,
        at_work=incident.at_work,
        resolution=incident.resolution,
        warning=incident.warning,
        alarm=incident.alarm,
        muted=incident.muted,
        guesses=guesses(incident, titles),
        services=tuple(mobilised(row, here, names) for row in dispatches if row.state in SHOWN),
    )


def certainty(incident: Incident) -> str:
    """How sure the choice of procedure is, in words."""
    if incident.decision == "confirmed":
        return "confirmé par un agent"
    if incident.decision == "answered":
        return "précisé par le citoyen"
    if incident.procedure_id is None:
        return "aucune procédure certaine"
    # Never 100 %: a model that has read ten thousand messages has not read them all.
    return f"sûr à {min(incident.confidence, 0.99):.0%}".replace("%", " %")


def guesses(incident: Incident, titles: Mapping[str, str]) -> tuple[Guess, ...]:
    """The likeliest procedures that are not already chosen, as far as they are worth a look."""
    least = 0.0 if incident.procedure_id is None else WORTH_A_LOOK
    return tuple(guess for guess in ranked(incident, titles) if guess.probability >= least)


def ranked(incident: Incident, titles: Mapping[str, str]) -> tuple[Guess, ...]:
    """All that came into question beside the chosen procedure, the likeliest first."""
    return tuple(
        Guess(item["procedure"], titles[item["procedure"]], item["probability"])
        for item in incident.candidates
        if item["procedure"] != incident.procedure_id and item["procedure"] in titles
    )


def mobilised(row: Dispatch, here: frozenset[str], names: Mapping[str, str]) -> Mobilised:
    """One service of the card; its checklist only where that service reads."""
    is_here = row.service in here
    lines = (ChecklistItem(index, item["text"], item["done_by"]) for index, item in enumerate(row.checklist))
    return Mobilised(
        dispatch=row.id,
        service=row.service,
        name=names.get(row.service, row.service),
        state=row.state,
        due_at=row.due_at,
        copy=row.copy,
        here=is_here,
        checklist=tuple(lines) if is_here and row.state is not DispatchState.SKIPPED else (),
    )


def _located(incident: Incident) -> bool:
    return incident.latitude is not None and incident.longitude is not None


def _map(incident: Incident) -> str | None:
    """The very spot, else a search for the words that name it; None when nothing does."""
    if _located(incident):
        return MAP.format(lat=incident.latitude, lon=incident.longitude)
    if incident.place is None or incident.commune is None:
        return None
    return MAP_SEARCH.format(quote_plus(f"{incident.place[:LONGEST]}, {incident.commune}"))
