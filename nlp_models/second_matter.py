"""Two meanings in one message: the words pass from one matter to another, and each part alone says its own."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from nlp_models.components import ProcedureClassifier
from nlp_models.gazetteer import Gazetteer
from nlp_models.matters import Cut, beginnings_for, splitter_for
from nlp_models.opinion import Opinion, log_odds
from nlp_models.place_finder import find_where
from nlp_models.vague import names_no_matter, words_of_no_matter
from routing.domain.understanding import Channel, Decision, Matter, Understanding

# Where words or streets announce it, a part need not be sure enough to go without a question.
_LIKELY = 0.55
_CERTAIN = 0.998
_SURE = 0.95
# Log-odds that a cut passes to another matter. Fitted (logistic regression) on 160 messages of two matters and 160 that
# only look so, by other authors, and the 1 457 of one matter that probabilities are fitted on.
_BEGUN = -9.554
_GAIN = 0.264  # of two labels over the best single one
_FIRST_SURE, _SECOND_SURE = 0.427, 0.409
_FURTHER = 0.614
_FIRST_WORDS, _SECOND_WORDS = 0.49, 0.757
_WHOLE_SURE = -0.469
_HESITATES = 2.292
_SECOND_HEARD = 0.089
_SECOND_IN_FIRST, _FIRST_IN_SECOND = 0.136, -0.209
# Of the cuts that prove to be two 98 in 100 reached -10.1 before a part is read, of the others half; a little is left.
_PROMISING = -10.4
_MOST_OF_FIRST = 10.0  # what reading the first part may bring
_ENOUGH = 1.0
_APART = 2.0  # what two places are worth
_LEAST = 1e-4
_CLEAR = (Decision.ROUTE, Decision.ASK)


@dataclass(frozen=True, slots=True)
class SecondMatter:
    """Looks for it. ``understand`` reads a part of a message that came by a channel, ``places`` are those known."""

    language: str
    classifier: ProcedureClassifier
    places: Callable[[], Gazetteer]
    understand: Callable[[str, Channel], Understanding]

    def beside(self, whole: Understanding, said: str, channel: Channel) -> Understanding:
        """Return both meanings, or the ``whole`` as it was understood.

        Danger is never cut in two: what comes with it may be part of it.
        """
        if whole.danger is not None:
            return whole
        found: list[tuple[float, Understanding]] = []
        for cut in splitter_for(self.language).cuts(said):
            apart = not cut.said and whole.place is not None and self._in_two_places(cut)
            if not (apart or self._may_be_two(cut, whole, channel)):
                continue
            first, second = (self.understand(part, channel) for part in (cut.before, cut.after))
            if _differ(first, second, asked=apart) and not _follows(whole, first, second):
                sure = min(first.confidence, second.confidence) + (cut.said or apart)
                found.append((sure, _joined(whole, first, cut.after, second)))
        return max(found, key=lambda one: one[0])[1] if found else whole

    def _in_two_places(self, cut: Cut) -> bool:
        """Whether another thing is named in another place, which says as clearly as words that two matters are meant.

        The cheap question comes first: nearly every cut ends there.
        """
        begins, places = beginnings_for(self.language), self.places()
        kinds = places.words
        nothing = words_of_no_matter(self.language)
        if begins is None or not begins.a_thing(kinds.split(cut.after), kinds.types, nothing):
            return False
        before = find_where(cut.before, places)
        return not names_no_matter(cut.before, self.language, before.names) and self._elsewhere(before.place, cut.after)

    def _apart(self, cut: Cut) -> bool:
        """Whether each part names a place of its own."""
        return self._elsewhere(find_where(cut.before, self.places()).place, cut.after)

    def _elsewhere(self, place: str | None, after: str) -> bool:
        other = None if place is None else find_where(after, self.places()).place
        return other is not None and other != place

    def _goes_on(self, cut: Cut) -> bool:
        begins, kinds = beginnings_for(self.language), self.places().words
        return begins is not None and begins.goes_on(kinds.split(cut.after), kinds.types)

    def _may_be_two(self, cut: Cut, whole: Understanding, channel: Channel) -> bool:
        """Whether the classifier alone makes two of it: nearly every cut ends here."""
        if not (cut.said or _promises(cut, whole)):
            return False
        second = self.classifier.opinion(cut.after, channel)
        if second is None or not (cut.said or _of_second(second, cut, whole) + _MOST_OF_FIRST > _ENOUGH):
            return False
        first = self.classifier.opinion(cut.before, channel)
        if first is None or first.label == second.label:
            return False
        if cut.said and min(first.chance, second.chance) >= _LIKELY:
            return True
        two = _two(first, second, cut, whole)
        return two > _ENOUGH or (two > _ENOUGH - _APART and self._apart(cut) and not self._goes_on(cut))


def _promises(cut: Cut, whole: Understanding) -> bool:
    """Whether it could be two by its words and the whole alone: reading a part costs more than all else here."""
    words = _FIRST_WORDS * math.log(1 + len(cut.before.split())) + _SECOND_WORDS * math.log(1 + len(cut.after.split()))
    return _BEGUN + words + _FURTHER * cut.further + _WHOLE_SURE * log_odds(whole.confidence) > _PROMISING


def _of_second(second: Opinion, cut: Cut, whole: Understanding) -> float:
    heard = {one.procedure: one.probability for one in whole.ranking}
    return (
        _BEGUN
        + _SECOND_SURE * log_odds(second.chance)
        + _FURTHER * cut.further
        + _SECOND_WORDS * math.log(1 + second.words)
        + _WHOLE_SURE * log_odds(whole.confidence)
        + _SECOND_HEARD * math.log(heard.get(second.label, 0.0) + _LEAST)
    )


def _two(first: Opinion, second: Opinion, cut: Cut, whole: Understanding) -> float:
    """Log-odds that both parts are matters of their own."""
    gain = math.log(first.chance) + math.log(second.chance) - second.together(first)
    hesitates = {one.procedure for one in whole.ranking[:2]} == {first.label, second.label}
    return (
        _of_second(second, cut, whole)
        + _GAIN * gain
        + _FIRST_SURE * log_odds(first.chance)
        + _FIRST_WORDS * math.log(1 + first.words)
        + _HESITATES * hesitates
        + _SECOND_IN_FIRST * log_odds(first.of(second))
        + _FIRST_IN_SECOND * log_odds(second.of(first))
    )


def _differ(first: Understanding, second: Understanding, *, asked: bool) -> bool:
    """Whether both parts say something else, surely.

    Both need to be likely, or one of them where the streets announce it (``asked``): a person settles the other, even
    one that nobody foresaw.
    """
    parts = (first, second)
    if first.procedure == second.procedure:
        return False
    likely = [part.decision in _CLEAR and part.confidence >= _LIKELY for part in parts]
    if asked:
        return any(likely) and not any(part.vague or part.decision is Decision.OUT_OF_SCOPE for part in parts)
    return all(likely)


def _follows(whole: Understanding, first: Understanding, second: Understanding) -> bool:
    """Whether what is told second may only be what came of the first ("… et la rue Y est inondée").

    The whole is then the first matter beyond doubt, and the second alone is less sure to be another.
    """
    beyond = whole.procedure == first.procedure and whole.confidence >= _CERTAIN
    return beyond and second.confidence < _SURE


def _joined(whole: Understanding, first: Understanding, after: str, second: Understanding) -> Understanding:
    """Both meanings as one answer; a place named once holds for both."""
    first, second = _placed_as(first, whole), _placed_as(second, whole)
    return replace(first, language=whole.language, also=Matter(after, second))


def _placed_as(part: Understanding, whole: Understanding) -> Understanding:
    if part.place or part.commune or part.communes:
        return replace(part, commune=part.commune or whole.commune, place=part.place or whole.place)
    return replace(
        part,
        commune=whole.commune,
        place=whole.place,
        communes=whole.communes,
        elsewhere=whole.elsewhere,
        point=whole.point,
    )
