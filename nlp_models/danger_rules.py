"""Fixed rules that hear danger, before any model: pure, the same in the web process and in the pipeline.

The rules are data (``assets/danger/*.yaml``), with examples beside each one that the tests run. Recall comes before
precision: a false alarm costs a sentence in the answer, a missed one may cost a life.

A message is folded and spelled out (``listening``), expressions that only look like danger ("feu rouge") are blanked,
then every rule looks for its patterns (word order matters) and for its concepts said together (``child & missing``, in
any order; ``!pet`` must not be said). A hit is dropped when the words around it deny it, place it in the past, suppose
it, or say that it is played, was in the news or is mended, if the rule says that these count. Patterns are compiled
when a message first needs them.

Three grades: what is *plain* decides and nothing silences it (every critical phrase is plain); what is *likely* decides
unless the second ear hears plainly something else; *signs* ask it to agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from enum import IntEnum
from functools import cache
from itertools import islice
from pathlib import Path

from nlp_models import foreign_ear
from nlp_models.danger_ear import Opinion, listen
from nlp_models.hints import Hints
from nlp_models.languages import detect_language, rather_in
from nlp_models.listening import listened
from nlp_models.word_pattern import AnyOf, Heard, WordPattern
from nlp_models.yaml_files import read_yaml
from routing.domain.understanding import DOUBT, Danger

RULES = Path(__file__).parent / "assets" / "danger"
_WITH_SIGN, _ALONE, _ALONE_IN_FEW = -0.9, -0.4, 0.7  # log-odds that the second ear must give
_AROUND_SIGNS = 0.0  # log-odds that it must give around one of several signs, if it does not in the whole
_AGAINST_LIKELY, _AROUND_LIKELY = -1.0, 0.0  # log-odds below both of which it speaks against what is likely
_EAR = "fr"  # the language the second ear has learnt
_FOREIGN_WITH_SIGN, _FOREIGN_ALONE = 0.3, 1.0  # log-odds that the ear of other languages must give
_FEWEST_LETTERS = 6  # fewer say nothing by themselves, unless in another script
_A_FEW = 6  # words
_FEWEST, _FEW = 4, 10  # words; fewer than four say nothing by themselves, fewer than ten are often half of a story
_AROUND = 70  # characters of context each side of a hit
_BESIDE = 6  # words each side of a hit with which the second ear hears it by itself
_TOGETHER = 110  # characters each side of the first concept in which the others must be said
_MOST_HITS = 12  # hits of one concept looked at, so that no repetition is costly
_NEVER = "!"  # which is never heard
_MACRO = re.compile(r"<([a-z_]+)>")


class Grade(IntEnum):
    """How much what a rule heard counts by itself."""

    PLAIN = 0
    LIKELY = 1
    SIGN = 2


@dataclass(frozen=True, slots=True)
class Together:
    """Concepts that are a danger when said near each other: the first leads, ``absent`` ones must not be said."""

    first: WordPattern
    present: tuple[WordPattern, ...]
    absent: tuple[WordPattern, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One danger, or only the sign of one, which counts unless the whole message speaks of something else.

    A ``foreign`` one is of another language than the ear's. ``hints`` are pieces of words without which no pattern can
    match: they keep the search short. ``likely`` is what only is so. ``leads`` are all that a hit may begin with.
    """

    id: str
    reason: str
    sign: bool
    foreign: bool
    hints: frozenset[str]
    pattern: WordPattern
    likely: WordPattern
    together: tuple[Together, ...]
    leads: AnyOf
    contexts: tuple[str, ...]
    positive: tuple[str, ...]
    negative: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules in order of gravity, the expressions to blank, and the words that set a hit aside.

    ``hints`` tell which rules may apply to a message.
    """

    rules: tuple[Rule, ...]
    hints: Hints
    blanks: WordPattern
    denied: re.Pattern[str]
    past: WordPattern
    dated: WordPattern
    staged: WordPattern
    habit: WordPattern
    supposed: WordPattern
    now: WordPattern
    unreal: WordPattern
    real: WordPattern
    news: WordPattern
    mended: WordPattern
    again: WordPattern
    joke: WordPattern
    harmless: WordPattern
    over: WordPattern
    animals: WordPattern
    humans: WordPattern


def find_danger(text: str, *, growing: bool = False) -> Danger | None:
    """Return the gravest danger heard in a message, or None. Never raises; reads at most 4 000 characters.

    What is plain decides. What is likely does too, unless the second ear (``danger_ear``) hears plainly something else,
    in the whole message and in the words around; so do several signs, with a line of their own. Where there is less,
    the second ear may: readily where a sign was heard, only when it is sure where none was. While a sentence is still
    ``growing`` the ear waits for the end: half of it sounds like a danger far more often ("bonjour j'ai mon mari
    qui…"). What does not sound French is judged by the ear of other languages (``foreign_ear``).
    """
    plain = listened(text)
    opinion: Opinion | None = None
    own: list[tuple[Danger, str]] = []
    theirs: list[Danger] = []
    foreign = foreign_ear.sounds_foreign(plain)
    for danger, grade, around in _heard(plain):
        if grade is Grade.PLAIN:
            return danger
        if foreign and danger.rule in _foreign_rules():
            theirs.append(danger)
            continue
        opinion = opinion or listen(plain)
        if grade is Grade.SIGN:
            own.append((danger, around))
            if opinion.score > _WITH_SIGN:
                return own[0][0]
        elif foreign or _likely_counts(text, plain, around, opinion.score):
            return danger
    opinion = opinion or listen(plain)
    if own:
        if len(own) > 1 and any(listen(around).score > _AROUND_SIGNS for _, around in own):
            return own[0][0]
    elif not growing and not theirs and _sure(opinion.score, len(plain.split())) and _in_its_language(text, plain):
        return _doubt(opinion.words)
    return _heard_foreign(plain, theirs, growing=growing) if foreign else None


def _likely_counts(text: str, plain: str, around: str, score: float) -> bool:
    """Whether the second ear leaves standing what is likely; it says nothing of what it does not know."""
    return score > _AGAINST_LIKELY or listen(around).score > _AROUND_LIKELY or not _in_its_language(text, plain)


def _heard_foreign(plain: str, signs: list[Danger], *, growing: bool) -> Danger | None:
    """What the ear of other languages makes of a message that does not sound French, with or without a sign."""
    if not signs and (growing or (len(plain.replace(" ", "")) < _FEWEST_LETTERS and plain.isascii())):
        return None
    opinion = foreign_ear.listen(plain)
    if opinion.score > (_FOREIGN_WITH_SIGN if signs else _FOREIGN_ALONE):
        return signs[0] if signs else _doubt(opinion.words)
    return None


@cache
def _foreign_rules() -> frozenset[str]:
    return frozenset(rule.id for rule in rule_book().rules if rule.foreign)


def _doubt(words: tuple[str, ...]) -> Danger:
    return Danger(DOUBT, "Danger possible, à vérifier", " ".join(words))


def _sure(score: float, words: int) -> bool:
    """Whether the second ear is sure enough to be heard alone."""
    return words >= _FEWEST and score > (_ALONE_IN_FEW if words < _FEW else _ALONE)


def _in_its_language(text: str, plain: str) -> bool:
    """Whether the second ear may know the words: a few of another language ("there's a hole") show little of it."""
    return rather_in(_EAR, text) if len(plain.split()) < _A_FEW else detect_language(text, _EAR) == _EAR


def warm() -> Iterator[None]:
    """Compile ahead of need what the first messages would wait for, a fraction of a millisecond a step."""
    book = rule_book()
    groups = [group for rule in book.rules for group in rule.together]
    beside = [pattern for group in groups for pattern in (group.first, *group.present, *group.absent)]
    around = [getattr(book, part.name) for part in fields(book)]
    everything = [*(one for rule in book.rules for one in (rule.pattern, rule.likely)), *beside, *around]
    for pattern in dict.fromkeys(one for one in everything if isinstance(one, WordPattern)):
        yield from pattern.warm()
    foreign_ear.listen(" ! ")
    yield


def _heard(plain: str) -> Iterator[tuple[Danger, Grade, str]]:
    """Yield (what a rule heard, how much it counts, the hit with the words around), the gravest rule first."""
    book = rule_book()
    heard = book.blanks.sub(" ~ ", Heard(plain))
    for number in _bits_of(book.hints.rules_in(heard.text)):
        rule = book.rules[number]
        if rule.leads.may_be_in(heard) and not _beside_the_point(book, rule, heard):
            for hit, grade in _hits(rule, heard):
                if not _dropped(book, rule, heard, hit):
                    yield Danger(rule.id, rule.reason, hit.group().strip()), grade, _near(heard, hit)
                    break


def _bits_of(number: int) -> Iterator[int]:
    """The places of the bits that are set, the lowest first."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


def _near(heard: Heard, hit: re.Match[str]) -> str:
    """The hit with what is said close to it in the same sentence, in whole words."""
    before = heard.text[: hit.start()].rpartition("|")[2].split()[-_BESIDE:]
    after = heard.text[hit.end() :].partition("|")[0].split()[:_BESIDE]
    return f" {' '.join((*before, *hit.group().split(), *after))} "


def _hits(rule: Rule, heard: Heard) -> Iterator[tuple[re.Match[str], Grade]]:
    """Yield what counts most first."""
    grade = Grade.SIGN if rule.sign else Grade.PLAIN
    for hit in rule.pattern.finditer(heard):
        yield hit, grade
    for hit in rule.likely.finditer(heard):
        yield hit, Grade.LIKELY
    for group in rule.together:
        for hit in islice(group.first.finditer(heard), _MOST_HITS):
            near = heard.around(hit.start() - _TOGETHER, hit.end() + _TOGETHER)
            if all(one.said_in(near) for one in group.present) and not any(one.said_in(near) for one in group.absent):
                yield hit, grade


def _beside_the_point(book: RuleBook, rule: Rule, heard: Heard) -> bool:
    """Whether the message as a whole says that a rule does not apply: no one hurt, it is over, or only an animal is."""
    if "harmless" in rule.contexts and book.harmless.said_in(heard):
        return True
    if "over" in rule.contexts and book.over.said_in(heard):
        return True
    return "animals" in rule.contexts and book.animals.said_in(heard) and not book.humans.said_in(heard)


def _dropped(book: RuleBook, rule: Rule, heard: Heard, hit: re.Match[str]) -> bool:
    before = heard.text[max(0, hit.start() - _AROUND) : hit.start()].rpartition("|")[2].rstrip()
    after = heard.text[hit.end() : hit.end() + _AROUND].partition("|")[0].lstrip()
    if "negation" in rule.contexts and book.denied.search(f"{before} "):
        return True
    around = Heard(f"{before} {hit.group()} {after}")
    if "past" in rule.contexts and book.past.said_in(around) and not book.now.said_in(around):
        return True
    if "habit" in rule.contexts and book.habit.said_in(around):
        return True
    if "dated" in rule.contexts and book.dated.said_in(around):
        return True
    if "staged" in rule.contexts and book.staged.said_in(around):
        return True
    if "unreal" in rule.contexts and book.unreal.said_in(around) and not book.real.said_in(around):
        return True
    for context, words in (("news", book.news), ("mended", book.mended)):
        if context in rule.contexts and words.said_in(around) and not book.again.said_in(around):
            return True
    if "joke" in rule.contexts and book.joke.said_in(around) and not book.real.said_in(around):
        return True
    return "hypothesis" in rule.contexts and book.supposed.said_in(Heard(f"{before} {hit.group()} "))


@cache
def rule_book() -> RuleBook:
    """Read the rules, once."""
    words = read_yaml(RULES / "words.yaml")
    macros: dict[str, str] = words["macros"]
    concepts = {name: _any_of(found, macros) for name, found in concept_words().items()}
    rules = tuple(_rules(macros, concepts))
    return RuleBook(
        rules=rules,
        hints=Hints([rule.hints for rule in rules]),
        blanks=_any_of(words["blanks"], macros),
        denied=re.compile(_expanded(words["denied"], macros) + r"\s*$"),
        past=_any_of(words["past"], macros),
        dated=_any_of(words["dated"], macros),
        staged=_any_of(words["staged"], macros),
        habit=_any_of(words["habit"], macros),
        supposed=_any_of(words["supposed"], macros),
        now=_any_of(words["now"], macros),
        unreal=_any_of(words["unreal"], macros),
        real=_any_of(words["real"], macros),
        news=_any_of(words["news"], macros),
        mended=_any_of(words["mended"], macros),
        again=_any_of(words["again"], macros),
        joke=_any_of(words["joke"], macros),
        harmless=_any_of(words["harmless"], macros),
        over=_any_of(words["over"], macros),
        animals=_any_of(words["animals"], macros),
        humans=_any_of(words["humans"], macros),
    )


def concept_words() -> dict[str, list[str]]:
    """The patterns of every concept by its name, from all the files of ``concepts``."""
    return {name: found for path in sorted(RULES.glob("concepts/*.yaml")) for name, found in read_yaml(path).items()}


def _rules(macros: Mapping[str, str], concepts: Mapping[str, WordPattern]) -> Iterator[Rule]:
    for path in sorted(RULES.glob("[0-9]*.yaml")):
        file = read_yaml(path)
        for data in file["rules"]:
            pattern, likely = (_any_of(data.get(name) or [_NEVER], macros) for name in ("patterns", "likely"))
            together = tuple(_together(text, concepts) for text in data.get("together", ()))
            yield Rule(
                id=data["id"],
                reason=data["reason"],
                sign=file.get("signs", False),
                foreign=file.get("foreign", False),
                hints=frozenset(str(hint) for hint in data["hints"]),
                pattern=pattern,
                likely=likely,
                together=together,
                leads=AnyOf([pattern, likely, *(group.first for group in together)]),
                contexts=tuple(data.get("contexts", ())),
                positive=tuple(data["positive"]),
                negative=tuple(data["negative"]),
            )


def _together(text: str, concepts: Mapping[str, WordPattern]) -> Together:
    """Read ``child & missing & !pet``."""
    names = text.replace("&", " ").split()
    said = [concepts[name] for name in names if not name.startswith("!")]
    return Together(said[0], tuple(said[1:]), tuple(concepts[name[1:]] for name in names if name.startswith("!")))


def _any_of(patterns: Iterable[str], macros: Mapping[str, str]) -> WordPattern:
    """Join patterns that each stand between spaces (``\\S*`` at the end of a word means: any ending)."""
    return WordPattern("|".join(_expanded(pattern, macros) for pattern in patterns))


def _expanded(pattern: str, macros: Mapping[str, str]) -> str:
    while _MACRO.search(pattern):
        pattern = _MACRO.sub(lambda found: f"(?:{macros[found.group(1)]})", pattern)
    return pattern
