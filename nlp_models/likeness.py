"""How alike two names are, written and heard."""

from __future__ import annotations

from rapidfuzz import fuzz

from nlp_models.gazetteer import WORTH, Entry

_SPELLING_HANDICAP = 3.0


def likeness(core: str, key: str, entry: Entry) -> float:
    """0..100: the better of the spellings' and the sounds' likeness; 100 for the very name."""
    if core == entry.core:
        return 100.0
    spelling = fuzz.ratio(core, entry.core, score_cutoff=WORTH) - _SPELLING_HANDICAP
    heard = fuzz.ratio(key, entry.key, score_cutoff=WORTH) if key and entry.key else 0.0
    return max(spelling, heard)
