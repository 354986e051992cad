"""Whose matter it is by its place: what the room reads on the card, and what the citizen is told. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from routing.domain.interlocutor import interlocutor_for
from routing.domain.procedure import Catalogue

COMMUNE_IN_DOUBT = "Commune à préciser"
SOMEWHERE = ""  # outside by its position alone: nobody named the commune


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of one report: its words, the service that leads its procedure (None when none is certain), the
    commune or those that may be meant, and the commune outside (``SOMEWHERE`` when only its position tells)."""

    text: str
    lead: str | None
    commune: str | None
    communes: Sequence[str] = ()
    elsewhere: str | None = None


@dataclass(frozen=True, slots=True)
class Competence:
    """``notes`` are lines for the room; ``told`` is for the citizen, None when there is nothing certain to say."""

    notes: tuple[str, ...] = ()
    told: str | None = None


def competence(said: Said, catalogue: Catalogue) -> Competence:
    """Whose matter a report is. A place outside comes before any authority that is competent inside."""
    notes = [f"{COMMUNE_IN_DOUBT} : {' ou '.join(said.communes)}."] if said.communes and not said.commune else []
    if said.elsewhere is not None:
        return Competence((*notes, _outside(said.elsewhere)), _elsewhere(said.elsewhere))
    who = interlocutor_for(said.text, said.lead, said.commune, catalogue.interlocutors)
    if who is None:
        return Competence(tuple(notes))
    return Competence((*notes, who.note), who.told)


def _outside(name: str) -> str:
    return f"Hors de la métropole : {name}." if name else "Hors de la métropole, d'après la position."


def _elsewhere(name: str) -> str:
    if not name:
        return "Cet endroit n'est pas dans la métropole : adressez-vous à la mairie de la commune."
    return f"{name} n'est pas dans la métropole : adressez-vous à la mairie de {name}."
