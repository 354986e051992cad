"""Words that mean the same kind of thing to a city: hand-made knowledge beside what the examples teach."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from nlp_models.yaml_files import read_yaml

ASSETS = Path(__file__).parent / "assets" / "concepts"
_SHORTEST = 3  # letters before a star


class Concepts:
    """Names the concepts of a folded word, by the whole word or by its beginning."""

    def __init__(self, words: dict[str, str]) -> None:
        self._whole: dict[str, list[str]] = {}
        self._begun: dict[str, list[str]] = {}
        for concept, listed in words.items():
            for word in listed.split():
                (self._begun if word.endswith("*") else self._whole).setdefault(word.rstrip("*"), []).append(concept)
        self.of = lru_cache(maxsize=20_000)(self._of)

    def _of(self, word: str) -> tuple[str, ...]:
        found = list(self._whole.get(word, ()))
        for end in range(_SHORTEST, len(word) + 1):
            found += self._begun.get(word[:end], ())
        return tuple(dict.fromkeys(found))


@cache
def concepts_for(language: str) -> Concepts:
    """Return the concepts of a language; none for a language without a list."""
    path = ASSETS / f"{language}.yaml"
    return Concepts(read_yaml(path) if path.is_file() else {})
