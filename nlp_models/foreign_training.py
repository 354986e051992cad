"""Training of the second ear of other languages, a maintainers' command: from the sets it may learn."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from nlp_models import foreign_ear
from nlp_models.corpus import read_examples, read_lines
from nlp_models.danger_rules import rule_book
from nlp_models.danger_training import Told, fit, in_8_bits, matrix, weighed
from nlp_models.foreign_ear import BLOCKS, LEXICON, NORM, SLOTS, TONGUE_SLOTS, slots, tongue_slots, words_of
from nlp_models.hearing import LANGUAGES_LEARNT_FROM, LEARNT_FROM, cases
from nlp_models.languages import detect_language
from nlp_models.listening import listened
from nlp_models.training import EXAMPLES, OUTLIERS

_FIRST_EVEN, _LANGUAGES = 2, 10  # sets from this one on hold ten languages one after another, as many lines of each
_MIXES, _WEIGHT_MIXED = 1_000, 0.25  # how many messages of two, and what they count
_JOINS = (" ", ". ", ", ")
_STRENGTH, _STEPS = 25.0, 60
_TONGUE_STRENGTH, _TONGUE_STEPS = 20.0, 40
_WEIGHT_FRENCH, _EVERY = 0.3, 2  # what a French text counts where French is told, every how many are taken
_WEIGHT_ORDINARY = 0.15  # what an outlier counts
_TONGUE = "runs"  # the one block of the table that tells French


def train() -> dict[str, Any]:
    """Fit both tables, write them beside the rules and return what ``languages_ear.json`` then says."""
    texts = [*told(), *_mixed(), *_ordinary()]
    rows = matrix((weighed(slots(_words(one.text)), BLOCKS, NORM) for one in texts), SLOTS)
    weights, bias = fit(rows, texts, _STRENGTH, _STEPS)
    foreign = [*_foreign()]
    runs = ({_TONGUE: tongue_slots(_words(one.text))} for one in foreign)
    rows = matrix((weighed(found, {_TONGUE: 1.0}, 1.0) for found in runs), TONGUE_SLOTS)
    tongue, tongue_bias = fit(rows, foreign, _TONGUE_STRENGTH, _TONGUE_STEPS)
    (small, scale), (small_tongue, tongue_scale) = in_8_bits(weights), in_8_bits(tongue)
    foreign_ear.WEIGHTS.write_bytes(small + small_tongue)
    about = {
        "key": key(),
        "texts": len(texts),
        "scale": scale,
        "bias": float(bias),
        "tongue_scale": tongue_scale,
        "tongue_bias": float(tongue_bias),
    }
    foreign_ear.ABOUT.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return about


def key() -> str:
    """What the ear was trained on, among the danger cases: another key means that it is stale."""
    told_here = "\n".join(f"{one.danger} {one.text}" for one in told())
    return hashlib.sha256(f"{told_here}\n{LEXICON.read_text(encoding='utf-8')}".encode()).hexdigest()[:16]


def told() -> Iterator[Told]:
    """The sets it learns from and the examples beside the rules of other languages."""
    rules = [rule for rule in rule_book().rules if rule.foreign]
    positive = (text for rule in rules for text in rule.positive)
    negative = (text for rule in rules for text in rule.negative)
    yield from (Told(text, True, 1.0) for text in (*_cases("emergencies"), *positive))
    yield from (Told(text, False, 1.0) for text in (*_cases("harmless"), *negative))


def _cases(kind: str) -> Iterator[str]:
    return (text for name in LANGUAGES_LEARNT_FROM for text in cases(name, kind))


def _mixed() -> Iterator[Told]:
    """Two messages of one author and language in one breath: a danger stays one, two harmless ones are none."""
    draw = Random(1)
    sets = [[cases(name, kind) for kind in ("emergencies", "harmless")] for name in LANGUAGES_LEARNT_FROM[_FIRST_EVEN:]]
    for at in range(_MIXES):
        both, language = draw.choice(sets), draw.randrange(_LANGUAGES)
        dangers, others = (_of(language, lines) for lines in both)
        parts = [draw.choice(others), draw.choice(dangers if at % 2 else others)]
        draw.shuffle(parts)
        yield Told(draw.choice(_JOINS).join(parts), bool(at % 2), _WEIGHT_MIXED)


def _ordinary() -> Iterator[Told]:
    """What is odd in French or in no language, so that it is no danger where it is not taken for French."""
    yield from (Told(text, False, _WEIGHT_ORDINARY) for text in _outliers())


def _outliers() -> Sequence[str]:
    return read_lines(path for path in (OUTLIERS / "fr").glob("*.txt") if not path.name.startswith("vague"))


def _of(language: int, lines: Sequence[str]) -> Sequence[str]:
    many = len(lines) // _LANGUAGES
    return lines[language * many : (language + 1) * many]


def _foreign() -> Iterator[Told]:
    """Texts of other languages, which ``danger`` stands for here, and of French: both ears' cases, the room's own."""
    yield from (Told(one.text, True, 1.0) for one in told())
    french = [*read_examples(EXAMPLES).texts[::_EVERY], *_outliers()]
    french += [text for name in LEARNT_FROM for kind in ("emergencies", "harmless") for text in cases(name, kind)]
    yield from (Told(text, False, _WEIGHT_FRENCH) for text in french if detect_language(text) == "fr")


def _words(text: str) -> list[str]:
    return words_of(listened(text))
