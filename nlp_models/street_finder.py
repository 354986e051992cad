"""Streets in the words of a message: beside a type word ("rue", "avenue"), known ones by spelling and by sound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.fuzz import ratio as alike

from nlp_models.gazetteer import Entry, Gazetteer, glued
from nlp_models.likeness import likeness
from nlp_models.place_words import PlaceWords, Said
from nlp_models.spoken_numbers import number_before

_LONGEST = 5  # words of a name
_AT = 82.0
_AT_IMPORTED = 87.0  # among thousands of names many are a little alike
_VERY_NAME = 2.0  # written exactly so, before one that only sounds so
_OWN = 1.5  # the city's own list holds what callers name most
_SHORT = 5  # letters; below, a name must be more alike
_SAYS_ENOUGH = 8  # letters of a name that is known whatever the type word; a shorter one may be another street's
_TYPE_RIGHT, _TYPE_WRONG = 4.0, -4.0
_PER_WORD = 3.0
_SURE = 20.0  # a type word makes a street surer than any name
_FREE = 111.0  # surer than a commune in its own name: "rue de Dijon"
PARTICIPLES = ("ee", "ees", "ante", "euse", "ment")  # "rue barrée" is no name
_SAME_NAME = 65.0  # likeness of what follows a title
_DOUBT = 1.0  # names this close in likeness cannot be told apart by ear


@dataclass(frozen=True, slots=True)
class Street:
    """Words ``start``..``end`` are a street; ``score`` orders overlapping finds.

    ``names`` are the known ones it may be, likeliest first, empty for one that is not in the list.
    """

    start: int
    end: int
    label: str
    score: float
    names: tuple[Entry, ...] = ()

    @property
    def communes(self) -> tuple[str, ...]:
        """Every commune that may be meant."""
        return tuple(dict.fromkeys(commune for name in self.names for commune in name.communes))

    def inside(self, commune: str) -> Entry | None:
        """The likeliest known name in that commune."""
        return next((name for name in self.names if commune in name.communes), None)


def streets_in(said: Said, gazetteer: Gazetteer) -> Iterator[Street]:
    """Yield the streets named, at most one for each type word."""
    words = said.words
    for at, word in enumerate(words):
        kind = gazetteer.words.types.get(word)
        if kind is None or _is_any(words, at, gazetteer.words):
            continue
        known = _known(words, at, kind, gazetteer)
        street = known if known and known.names else _unknown(said, at, kind, gazetteer.words) or known
        if street:
            yield street


def _is_any(words: Sequence[str], at: int, kinds: PlaceWords) -> bool:
    """Whether some street is meant and not the one of that name ("une rue de Talant", but "vingt et un rue Monge")."""
    return at > 0 and words[at - 1] in kinds["some"] and number_before(words[max(0, at - 4) : at]) is None


def _known(words: Sequence[str], at: int, kind: str, gazetteer: Gazetteer) -> Street | None:
    found: list[tuple[float, int, int, Entry]] = []
    for start, end, core in _windows(words, at, gazetteer.words):
        for spelled, entry in _candidates(core, gazetteer):
            score = _score(spelled, gazetteer.words.hear(spelled), kind, entry, gazetteer)
            if score:
                found.append((score + _PER_WORD * (core.count(" ") + 1), start, end, entry))
    if not found:
        return None
    best, start, end, first = max(found, key=lambda one: one[0])
    same = (first.type, first.core)  # in the city's list and among the imported: one street, or one of each commune
    near = (one for one in found if one[0] >= best - _DOUBT or (one[3].type, one[3].core) == same)
    nearest = sorted(near, key=lambda one: -one[0])
    names = tuple(dict.fromkeys(entry for *_, entry in nearest))
    if names[0].type != kind and len(names[0].core) < _SAYS_ENOUGH:
        return Street(start, end, f"{kind} {names[0].label.partition(' ')[2]}", best + _SURE)
    return Street(start, end, names[0].label, best + _SURE, names)


def _candidates(core: str, gazetteer: Gazetteer) -> Iterator[tuple[str, Entry]]:
    """Yield (how it may be spelled, a name like it). Imported names are compared without minding the first sound."""
    for spelled in filter(None, (core, glued(core))):
        for entry in gazetteer.streets_like(spelled, gazetteer.words.hear(spelled)):
            yield spelled, entry
    for entry in gazetteer.imported_like(core, gazetteer.words.hear(core)):
        yield core, entry


def _score(core: str, key: str, kind: str, entry: Entry, gazetteer: Gazetteer) -> float:
    """How surely this is the street, 0 when it is not."""
    words = gazetteer.words
    exact = core == entry.core
    last = core.rpartition(" ")[2]
    if not exact and (last in words["common"] or last in words["breaks"] or core in words["things"]):
        return 0.0
    if not exact and last in words["first_names"]:
        return 0.0  # half a name: "maréchal" is no "maréchal Foch"
    if entry.type != kind and (core in words["things"] or len(core) < _SHORT or core in gazetteer.commune_cores):
        return 0.0
    if not exact and _only_titles_alike(core, entry.core, words):
        return 0.0
    imported = entry.number is not None
    score = likeness(core, key, entry) + (_TYPE_RIGHT if entry.type == kind else _TYPE_WRONG)
    if score < (_AT_IMPORTED if imported else _AT) + (4 if len(entry.core) < _SHORT else 0):
        return 0.0
    return score + (_VERY_NAME if exact else 0.0 if imported else _OWN)


def _only_titles_alike(core: str, name: str, words: PlaceWords) -> bool:
    """Whether two names share a first name or title and little else ("maréchal Lyautey", "maréchal Foch")."""
    title, _, rest = core.partition(" ")
    same, _, other = name.partition(" ")
    if title != same or title not in words["first_names"] or not rest or not other:
        return False
    return max(alike(rest, other), alike(words.hear(rest), words.hear(other))) < _SAME_NAME


def _windows(words: Sequence[str], at: int, kinds: PlaceWords) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, core) of what may be the name beside the type word at ``at``, articles not counted."""
    articles = kinds["articles"]
    if kinds.type_after:
        for start in range(max(0, at - _LONGEST), at):
            if words[start] not in articles:
                yield start, at + 1, kinds.core(words[start:at])
        return
    for end in range(at + 2, min(len(words), at + 2 + _LONGEST) + 1):
        last = words[end - 1]
        if last in articles:
            continue
        yield at, end, kinds.core(words[at + 1 : end])
        if last in kinds["ends"]:
            return


def _unknown(said: Said, at: int, kind: str, kinds: PlaceWords) -> Street | None:
    """A street that is not in the list: after an article ("rue des lilas") or a number ("12 rue armand thibaut")."""
    if kind not in kinds.free:
        return None
    return _unknown_before(said.words, at, kind, kinds) if kinds.type_after else _unknown_after(said, at, kind, kinds)


def _unknown_after(said: Said, at: int, kind: str, kinds: PlaceWords) -> Street | None:
    words = said.words
    begin = at + 1
    while begin < len(words) and words[begin] in kinds["name_articles"] and begin < at + 3:
        begin += 1
    plain = begin == at + 1
    if plain and number_before(words[max(0, at - 2) : at]) is None and not _stands_alone(said, at, kinds):
        return None
    end = name_end(said, begin, kinds)
    if end == begin or (plain and words[begin].endswith(PARTICIPLES)):
        return None
    return Street(at, end, f"{kind} {spelled_out(words[at + 1 : end], begin - at - 1, kinds)}", _FREE)


def name_end(said: Said, begin: int, kinds: PlaceWords) -> int:
    """Where a name that begins at ``begin`` ends; there again when no name begins.

    It goes on after a first name ("Armand Thibaut"), and as far as it was written as one ("Mille-Pattes", "Petit
    Cîteaux", "Rente de Bray"), never over a comma ("rue des Lilas, Quetigny").
    """
    words, end = said.words, begin
    while end < len(words) and (end == begin or end - 1 not in said.closed):
        ahead = end
        while ahead > begin and ahead < min(len(words), end + 2) and words[ahead] in kinds["name_articles"]:
            ahead += 1
        if ahead > end and not (ahead < len(words) and {end - 1, ahead} <= said.proper):
            ahead = end
        if end > begin and ahead == end and not said.one_name(end - 1):
            if words[end - 1] not in kinds["first_names"] or not is_name(words[end], kinds):
                break
        elif end == begin and not (is_name(words[end], kinds) or said.one_name(end)):
            break
        end = ahead + 1
    return end


def spelled_out(words: Sequence[str], articles: int, kinds: PlaceWords) -> str:
    """A name as people write it; the first ``articles`` words and those between stay small."""
    small = (at < articles or word in kinds["name_articles"] for at, word in enumerate(words))
    parts = [word if is_small else word.capitalize() for word, is_small in zip(words, small, strict=True)]
    return "".join(f"{part}'" if part in ("d", "l") else f"{part} " for part in parts).rstrip()


def _stands_alone(said: Said, at: int, kinds: PlaceWords) -> bool:
    """Whether a type word without an article on either side begins a name ("trou rue Vauban", "place Diderot")."""
    if at + 1 in said.proper and at not in said.proper:
        return True
    words = said.words
    return words[at] in kinds["named_bare"] and (not at or words[at - 1] not in kinds["articles"])


def _unknown_before(words: Sequence[str], at: int, kind: str, kinds: PlaceWords) -> Street | None:
    start = at
    while start > max(0, at - 2) and is_name(words[start - 1], kinds) and not words[start - 1].isdigit():
        start -= 1
    if start == at:
        return None
    name = " ".join(word.capitalize() for word in words[start:at])
    return Street(start, at + 1, f"{name} {kind}", _FREE)


def is_name(word: str, kinds: PlaceWords) -> bool:
    """Whether a word may be the name of a street nobody listed."""
    not_names = (kinds["things"], kinds["breaks"], kinds["articles"], kinds["common"])
    return len(word) > 2 and word not in kinds.types and not any(word in words for words in not_names)
