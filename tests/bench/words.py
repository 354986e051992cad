"""What the citizens of the bench say, and where: varied words, and a made-up place for each that nobody shares."""

from __future__ import annotations

import random
from typing import Any

from bot.school import EXAMPLES
from bot.simulate import messages
from nlp_models.danger_rules import find_danger

DANGERS = EXAMPLES.parent / "danger" / "critical_phrases.txt"
PER_ROW = 500
# Degrees between neighbours of the grid: more than 200 m, so that no report joins another's incident.
SOUTH, WEST, UP, RIGHT = 46.0, 4.0, 0.002, 0.003


def reports(count: int, *, seed: int, first_place: int, critical_every: int = 0) -> list[dict[str, Any]]:
    """Bodies of ``count`` different reports, the same for the same seed.

    They come by telephone, so that no question is asked. Every ``critical_every``-th one speaks of danger (0: none
    on purpose). Places are numbered from ``first_place``: reports of one run must not share numbers.
    """
    texts = messages(EXAMPLES, count, seed)
    drawn = random.Random(seed)
    # Only what is danger with a number behind it: "au feu" is a cry alone, and a traffic light in a sentence.
    lines = DANGERS.read_text(encoding="utf-8").splitlines()
    dangers = [line for line in lines if line.strip() and find_danger(f"{line} (n° 0)")]
    if critical_every:
        for index in range(0, count, critical_every):
            texts[index] = f"{drawn.choice(dangers)} (n° {index})"
    return [
        {"text": text, "channel": "voice", "location": _place(first_place + number)}
        for number, text in enumerate(texts)
    ]


def _place(number: int) -> dict[str, Any]:
    row, column = divmod(number, PER_ROW)
    return {
        "lat": round(SOUTH + UP * row, 6),
        "lon": round(WEST + RIGHT * column, 6),
        "address": f"{number} rue des Essais",
    }
