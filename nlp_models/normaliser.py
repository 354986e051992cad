"""The classifier's spelling of a message: folded, without hesitations and greetings, short forms written out.

Never drops a negation or a word of urgency. Danger rules, places and people always work on the words as they came.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import eq
from pathlib import Path

from nlp_models.folding import fold
from nlp_models.yaml_files import read_yaml

ASSETS = Path(__file__).parent / "assets" / "normaliser"
_TOKEN = re.compile(r"\w+'?(?:[/.]\w+)*")
_STRETCH = re.compile(r"([a-z])\1{2,}")


@dataclass(frozen=True, slots=True)
class Normaliser:
    """``drop`` are whole expressions, as words, by their first word and the longest first.

    ``spell`` maps a short form to its full form, ``keep`` is never dropped.
    """

    drop: Mapping[str, tuple[tuple[str, ...], ...]]
    spell: dict[str, str]
    keep: frozenset[str]

    def __call__(self, text: str) -> str:
        """Return the text as the classifier reads it; never empty when the text has a word in it."""
        words = [self.spell.get(word, word.rstrip("'")) for word in map(_once, _TOKEN.findall(fold(text)))]
        spelled = _without_stutter(" ".join(words).split(), self.keep)
        return " ".join(self._kept(spelled) or spelled)

    def _kept(self, words: list[str]) -> list[str]:
        kept: list[str] = []
        end = 0
        for at in [at for at, word in enumerate(words) if word in self.drop]:
            for dropped in self.drop[words[at]] if at >= end else ():
                if tuple(words[at : at + len(dropped)]) == dropped:
                    kept += words[end:at]
                    end = at + len(dropped)
                    break
        return kept + words[end:]


@lru_cache(maxsize=20_000)
def _once(word: str) -> str:
    """A word with letters that are stretched said twice."""
    return _STRETCH.sub(r"\1\1", word)


def _without_stutter(words: list[str], keep: frozenset[str]) -> list[str]:
    """Say once what was said twice in a row, one word ("le le") or two ("il y il y")."""
    if not (any(map(eq, words, words[1:])) or any(map(eq, words, words[2:]))):
        return words
    once: list[str] = []
    for word in words:
        if once and once[-1] == word and not word.isdigit() and word not in keep:
            continue
        once.append(word)
        if len(once) >= 4 and once[-2:] == once[-4:-2]:
            del once[-2:]
    return once


@cache
def normaliser_for(language: str) -> Normaliser:
    """Return the normaliser of a language; one without word lists only folds and removes stutter."""
    path = ASSETS / f"{language}.yaml"
    if not path.is_file():
        return Normaliser({}, {}, frozenset())
    data = read_yaml(path)
    spell = {fold(short): fold(full) for short, full in data["spell"].items()}
    keep = frozenset(fold(word) for word in data["keep"])
    drop = sorted((fold(words) for words in data["drop"]), key=len, reverse=True)
    if clash := keep.intersection(drop):
        raise ValueError(f"{path}: {sorted(clash)} must be kept and cannot be dropped.")
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for words in drop:
        first, *more = words.split()
        by_first.setdefault(first, []).append((first, *more))
    return Normaliser({first: tuple(listed) for first, listed in by_first.items()}, spell, keep)
