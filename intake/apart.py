"""What was said in answer to our questions: which sentences only say where, so that the others alone say what.

"Un trou rue Monge", then "non pardon, rue Berbisey": the street is another one, the matter is the same. Names of
streets and what stands around ("un carrefour avec un feu rouge") would otherwise count as words about the matter. Pure,
but for the classifier that is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from intake.missing_place import only_a_place
from intake.readings import settled
from routing.domain.understanding import DOUBT, Decision, Understanding

BETWEEN = ". "  # answers are joined so to what was said before
MOST = 8  # sentences; a longer message is a letter, not answers

Read = Callable[[str], Understanding]


@dataclass(frozen=True, slots=True)
class Apart:
    """``read``: the matter with the place said last. ``nameless``: nothing but places was said."""

    read: Understanding
    nameless: bool


def understood_apart(
    text: str, whole: Understanding, heard: Mapping[str, Any] | None, read: Read, *, asked: bool
) -> Apart:
    """``whole`` (of all of ``text``) mended by what its sentences mean one by one.

    ``heard["where"]`` are the answers to the question where; they say nothing of a matter that is clear without them.
    """
    parts = text.split(BETWEEN)
    if not 1 < len(parts) <= MOST:
        return Apart(whole, only_a_place(text, whole.place, whole.commune))
    alone = {part: read(part) for part in parts}
    places = {part for part, one in alone.items() if only_a_place(part, one.place, one.commune)}
    if places == set(parts):
        return Apart(_placed(replace(whole, decision=Decision.UNFORESEEN), whole, alone, places), True)
    answers = set((heard or {}).get("where", ()))
    told = _told(parts, places | answers, heard, read, asked=asked)
    if told is None or told.procedure is None:
        told = _told(parts, places, heard, read, asked=asked)
    return Apart(_placed(told, whole, alone, places) if told else whole, False)


def _told(
    parts: Collection[str], beside: Collection[str], heard: Mapping[str, Any] | None, read: Read, *, asked: bool
) -> Understanding | None:
    """What is left without the sentences ``beside``, in the light of how it was heard; None when nothing is."""
    if not any(part in beside for part in parts):
        return None
    matter = _without(parts, beside)
    if not matter:
        return None
    others = [_without(other.split(BETWEEN), beside) for other in (heard or {}).get("alternatives", [])]
    return settled(read(matter), {**(heard or {}), "alternatives": [one for one in others if one]}, read, asked=asked)


def _without(parts: Collection[str], beside: Collection[str]) -> str:
    return BETWEEN.join(part for part in parts if part not in beside)


def _placed(
    told: Understanding, whole: Understanding, alone: Mapping[str, Understanding], places: Collection[str]
) -> Understanding:
    """``told`` at the place that was named last. Danger in any reading counts; a mere doubt, where a sentence by itself
    raises it.
    """
    last = next((one for part, one in reversed(list(alone.items())) if part in places), whole)
    where = whole if last.place == whole.place else last
    communes = where.communes
    if told.commune in communes:
        where, communes = replace(where, commune=told.commune), ()
    dangers = [one.danger for one in (told, *alone.values())]
    if whole.danger and whole.danger.rule != DOUBT:  # answers put together easily mislead the learned ear
        dangers.append(whole.danger)
    return replace(
        told,
        danger=next((danger for danger in dangers if danger), None),
        place=where.place,
        commune=where.commune,
        communes=communes,
        elsewhere=where.elsewhere,
        point=where.point,
    )
