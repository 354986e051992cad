"""Procedures found by a few words."""

from __future__ import annotations

from nlp_models.folding import fold
from routing.domain.procedure import Catalogue, Procedure

FOUND = 12
LONGEST, WORDS = 80, 6


def find_procedures(catalogue: Catalogue, query: str, count: int = FOUND) -> list[Procedure]:
    """Procedures whose id, title, label or cue hold every word of ``query``, whatever the accents; by title first."""
    words = fold(query[:LONGEST]).split()[:WORDS]

    def holds(text: str) -> bool:
        folded = fold(text)
        return all(word in folded for word in words)

    found = [item for item in catalogue.procedures.values() if holds(f"{item.id} {item.title} {item.label} {item.cue}")]
    return sorted(found, key=lambda item: not holds(item.title))[:count]
