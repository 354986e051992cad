"""The second ear of other languages than French: how much a message sounds like a danger, and whether it is French.

A linear score like ``danger_ear``'s, with one table for ten languages: beginnings of words, neighbours, runs of letters
(which carry inflection), the kinds of things named (``assets/danger/languages_lexicon.yaml``, the same kinds for every
language, so that one teaches another) and kinds said near each other. Chinese is read by its characters, Arabic by its
consonants too, in either writing and whatever the dialect makes of the vowels. A second,
smaller table tells French from anything else by runs of letters. ``vigie nlp danger --train`` writes both; pure,
without numpy. A French message pays for the smaller table only.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import filterfalse, pairwise
from pathlib import Path
from zlib import crc32

from nlp_models.danger_ear import read_weights, run_slots
from nlp_models.folding import fold
from nlp_models.yaml_files import read_yaml

FOLDER = Path(__file__).parent / "assets" / "danger"
WEIGHTS, ABOUT, LEXICON = (FOLDER / f"languages_{name}" for name in ("ear.bin", "ear.json", "lexicon.yaml"))
SLOTS, TONGUE_SLOTS = 1 << 18, 1 << 15  # of the ear's table, of the one that tells French
BLOCKS = {"begin": 1.6, "pair": 1.2, "runs": 2.0, "kind": 0.8, "near": 0.7, "bones": 1.5}
NORM = math.sqrt(sum(weight**2 for weight in BLOCKS.values()))
_BEGINNINGS = (7, 5, 4)  # letters
_BEGINNING_PAIRED = 5
_RUNS, _CHARACTERS, _TONGUE_RUNS = (3, 4, 5), (1, 2, 3), (2, 3, 4, 5)
_WHOLE = 3  # how many times a whole word counts where French is told
_NEAR = 4  # words further
_LONGEST_WORD, _LONGEST_RUN, _PIECE = 30, 28, 14  # letters; Chinese characters
_WINDOW, _STEP = 40, 20  # words
_TOLD = 3  # words shown to a person
_WORDS, _PAIRS = 20_000, 8_000  # remembered
_MARKS = frozenset("|~")  # of sentence ends, of what only looked like danger
_IN_CHARACTERS = re.compile("[\u3400-\u9fff]")
_ARABIC = re.compile("[\u0600-\u06ff]")
# Small words that Arabic writes at the beginning of the next one, and letters that conjugate.
_STUCK = (
    "وال", "بال", "فال", "كال", "ال", "لل", "و", "ف", "ب", "ل", "ك", "ع", "ه", "ت", "ي", "بت", "بي", "كي", "كت", "م",
)  # fmt: skip
_ARTICLES = ("وال", "بال", "فال", "كال", "ال", "لل", "و", "ف")
# A word of Arabic in Latin letters, where digits stand for some; its consonants, and those of the Arabic script.
_IN_DIGITS = re.compile(r"[a-z]+[23579][a-z0-9]*|[23579][a-z]{2,}\w*")
_SOUNDS = (
    ("tch", "$"), ("ch", "$"), ("sh", "$"), ("kh", "5"), ("gh", "8"), ("th", "t"), ("dh", "d"), ("ph", "f"),
)  # fmt: skip
_CONSONANTS = str.maketrans(
    "تثطحهخدذضظرزسصشعغفقكلمنبجپچڤگ7q6pvgc", "ttthh5ddddrzss$38f9klmnbjbjfkh9tbf9k", "ةاىويءـaeiouyw2"
)
_TWICE = re.compile(r"(.)\1+")
_FEWEST_CONSONANTS, _CONSONANTS_TOGETHER = 2, 3
_FOREIGN = -1.0  # log-odds of another language than French from which this ear speaks


@dataclass(frozen=True, slots=True)
class Word:
    """The slots of a word's own features, and what kinds of things it names, one after another."""

    begin: tuple[int, ...]
    runs: tuple[int, ...]
    kinds: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """``score`` is the log-odds of danger of the ``said`` words."""

    score: float
    said: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Those that weighed most, in the order they were said."""
        weights = [_heard(word)[0] + _heard(word)[1] for word in self.said]
        best = sorted(range(len(self.said)), key=lambda at: -weights[at])[:_TOLD]
        return tuple(self.said[at] for at in sorted(best))


def sounds_foreign(heard: str) -> bool:
    """Whether a text that ``listened`` has prepared is rather not French. One that is mixed may be either."""
    parts = [*map(_foreign, words_of(heard))]
    count = sum([many for _, many in parts])
    return count > 0 and _table().tongue_bias + sum([weight for weight, _ in parts]) / math.sqrt(count) > _FOREIGN


def listen(heard: str) -> Opinion:
    """Return what this ear makes of a text that ``listened`` has prepared."""
    words = words_of(heard)
    return max((_opinion(part) for part in _parts(words)), key=lambda one: one.score)


def words_of(heard: str) -> list[str]:
    """The words of a prepared text, without marks of sentence ends; long runs of Chinese in pieces."""
    said = [*filterfalse(_MARKS.__contains__, heard.split())]
    if len(max(said, key=len, default="")) <= _LONGEST_RUN:  # nearly always
        return said
    words: list[str] = []
    for word in said:
        if len(word) > _LONGEST_RUN and _IN_CHARACTERS.search(word):
            words += (word[at : at + _PIECE] for at in range(0, len(word), _PIECE))
        else:
            words.append(word[:_LONGEST_WORD])
    return words


@lru_cache(maxsize=_WORDS)
def features(word: str) -> Word:
    """Where the features of one word stand in the table."""
    if _IN_CHARACTERS.search(word):
        runs = run_slots("z", word, _CHARACTERS)
        named = sorted({(word.find(said), kind) for said, kind in _lexicon().characters if said in word})
        return Word((), runs, tuple((kind,) for _, kind in named))
    begin = tuple(_slot("w", word[:letters]) for letters in _BEGINNINGS)
    return Word(begin, run_slots("c", f"<{word}>", _RUNS), (_lexicon().of(word),))


def slots(words: Sequence[str]) -> dict[str, list[int]]:
    """Where all features of a text stand in the table, by block."""
    each = [features(word) for word in words]
    kinds = [kinds for one in each for kinds in one.kinds]
    return {
        "begin": [at for one in each for at in one.begin],
        "pair": [pair_slot(left, right) for left, right in _neighbours(words)],
        "runs": [at for one in each for at in one.runs],
        "kind": [_slot("k", kind) for named in kinds for kind in named],
        "near": [_slot("n", pair) for pair in sorted(_near(kinds))],
        "bones": _bones(words),
    }


def _bones(words: Sequence[str]) -> list[int]:
    """Where the consonants of Arabic words stand; those in Latin letters are known by a word with digits among them."""
    in_latin = any(_IN_DIGITS.fullmatch(word) for word in words)
    return [at for word in words if in_latin or not word.isascii() for at in _bones_of(word, in_latin=in_latin)]


@lru_cache(maxsize=_WORDS)
def _bones_of(word: str, *, in_latin: bool) -> tuple[int, ...]:
    if _ARABIC.search(word):
        article = next((one for one in _ARTICLES if word.startswith(one) and len(word) > len(one) + 2), "")
        word = word.removeprefix(article)
    elif in_latin:
        for letters, sound in _SOUNDS:
            word = word.replace(letters, sound)
    else:
        return ()
    bones = _TWICE.sub(r"\1", word.translate(_CONSONANTS))
    if len(bones) < _FEWEST_CONSONANTS:
        return ()
    return (_slot("o", bones), *run_slots("q", f"<{bones}>", (_CONSONANTS_TOGETHER,)))


def tongue_slots(words: Iterable[str]) -> list[int]:
    """Where the features that tell French stand in the smaller table."""
    return [at for word in words for at in _tongue(word)]


@lru_cache(maxsize=_PAIRS)
def pair_slot(left: str, right: str) -> int:
    """Where two neighbouring words stand together."""
    return _slot("b", f"{left[:_BEGINNING_PAIRED]} {right[:_BEGINNING_PAIRED]}")


def _neighbours(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    return pairwise(word for word in words if word.isascii() or not _IN_CHARACTERS.search(word))


def _near(kinds: Sequence[tuple[str, ...]]) -> set[str]:
    """Two kinds of things named near each other, in any order."""
    return {
        f"{min(one, other)}+{max(one, other)}"
        for at, named in enumerate(kinds)
        for further in kinds[at + 1 : at + 1 + _NEAR]
        for one in named
        for other in further
        if one != other
    }


@lru_cache(maxsize=_WORDS)
def _slot(block: str, key: str) -> int:
    return crc32(f"{block}{key}".encode()) % SLOTS


def _tongue(word: str) -> tuple[int, ...]:
    whole = crc32(f"w{word}".encode()) % TONGUE_SLOTS
    return (*run_slots("g", f"<{word}>", _TONGUE_RUNS, TONGUE_SLOTS), *[whole] * _WHOLE)


@lru_cache(maxsize=_WORDS)
def _foreign(word: str) -> tuple[float, int]:
    """How much a word speaks for another language than French, and how many of its features do; numbers do not."""
    table, own = _table(), () if word.isdigit() else _tongue(word)
    return table.tongue_scale * sum(map(table.tongue.__getitem__, own)), len(own)


def _parts(words: list[str]) -> Iterator[list[str]]:
    yield from (words[start : start + _WINDOW] for start in range(0, max(1, len(words) - _STEP), _STEP))


def _opinion(words: Sequence[str]) -> Opinion:
    if not words:
        return Opinion(-math.inf)
    table = _table()
    each = [features(word) for word in words]
    sums = [_heard(word) for word in words]
    kinds = [kinds for one in each for kinds in one.kinds]
    pairs = [table.weights[pair_slot(left, right)] for left, right in _neighbours(words)]
    near = [table.weights[_slot("n", pair)] for pair in _near(kinds)]
    named = [table.weights[_slot("k", kind)] for some in kinds for kind in some]
    bones = [table.weights[at] for at in _bones(words)]
    parts = (
        _block("begin", sum(begin for begin, _ in sums), sum(len(one.begin) for one in each)),
        _block("pair", sum(pairs), len(pairs)),
        _block("runs", sum(runs for _, runs in sums), sum(len(one.runs) for one in each)),
        _block("kind", sum(named), len(named)),
        _block("near", sum(near), len(near)),
        _block("bones", sum(bones), len(bones)),
    )
    return Opinion(table.bias + table.scale * sum(parts), tuple(words))


def _block(name: str, total: float, count: int) -> float:
    return BLOCKS[name] / NORM * total / math.sqrt(count) if count else 0.0


@lru_cache(maxsize=_WORDS)
def _heard(word: str) -> tuple[int, int]:
    """Sums of weights of one word: its beginnings, its runs of letters."""
    weights, own = _table().weights, features(word)
    return sum(weights[at] for at in own.begin), sum(weights[at] for at in own.runs)


@dataclass(frozen=True, slots=True)
class _Table:
    weights: array[int]
    scale: float
    bias: float
    tongue: array[int]
    tongue_scale: float
    tongue_bias: float


@cache
def _table() -> _Table:
    both, about = read_weights(WEIGHTS, ABOUT)
    return _Table(
        both[:SLOTS], about["scale"], about["bias"], both[SLOTS:], about["tongue_scale"], about["tongue_bias"]
    )


class _Lexicon:
    """Names the kinds of a folded word of any language, by the whole word or by its beginning."""

    def __init__(self, languages: Mapping[str, Mapping[str, str]]) -> None:
        self._whole: dict[str, dict[str, None]] = {}
        self._begun: dict[str, dict[str, None]] = {}
        self.characters: list[tuple[str, str]] = []
        for language, kinds in languages.items():
            for kind, listed in kinds.items():
                for word in fold(str(listed)).split():
                    if language == "zh":
                        self.characters.append((word, kind))
                    else:
                        (self._begun if word.endswith("*") else self._whole).setdefault(word.rstrip("*"), {})[kind] = (
                            None
                        )

    def of(self, word: str) -> tuple[str, ...]:
        forms = [word]
        if _ARABIC.search(word):
            forms += (word[len(stuck) :] for stuck in _STUCK if word.startswith(stuck) and len(word) > len(stuck) + 1)
        found: dict[str, None] = {}
        for form in forms:
            found |= self._whole.get(form, {})
            for end in range(2, len(form) + 1):
                found |= self._begun.get(form[:end], {})
        return tuple(found)


@cache
def _lexicon() -> _Lexicon:
    return _Lexicon(read_yaml(LEXICON))
