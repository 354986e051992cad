"""Two meanings in one message: the words pass from one matter to another, and each part alone says its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from nlp_models.components import ProcedureClassifier
from nlp_models.gazetteer import Gazetteer
from nlp_models.matters import Cut, beginnings_for, splitter_for
from nlp_models.place_finder import find_where
from nlp_models.vague import words_of_no_matter
from routing.domain.understanding import Channel, Decision, Matter, Understanding

# Two parts that nothing announces: each must be this sure, and the whole must give the second one at least that much.
# Measured on 1 400 messages of one matter (1.2 % cut wrongly) and 40 of two (half of them found).
_CERTAIN = 0.99
_LIKELY = 0.55  # where words or streets announce it, a part need not be sure enough to go without a question
_HESITATION = 0.002
_SURE = 0.95
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
            if _differ(first, second, asked=apart, said=cut.said) and not _follows(whole, first, second):
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
        before, after = (find_where(part, places).place for part in (cut.before, cut.after))
        return before is not None and after is not None and before != after

    def _may_be_two(self, cut: Cut, whole: Understanding, channel: Channel) -> bool:
        """Whether both parts are sure enough, told by the classifier alone: nearly every cut ends here.

        Where nothing announces another matter they must be nearly certain, and what the whole hesitates between.
        """
        hesitates = {one.procedure for one in whole.ranking[:2] if one.probability >= _HESITATION}
        if not cut.said and len(hesitates) < 2:
            return False
        needed = _LIKELY if cut.said else _CERTAIN
        best = [self.classifier.best(part, channel) for part in (cut.before, cut.after)]
        sure = {one[0] for one in best if one and one[1] >= needed}
        return len(sure) == 2 and (cut.said or sure == hesitates)


def _differ(first: Understanding, second: Understanding, *, asked: bool, said: bool) -> bool:
    """Whether both parts say something else, surely.

    Both only need to be likely where the words announce it (``said``), one of them where the streets do (``asked``): a
    person settles the other, even one that nobody foresaw.
    """
    parts = (first, second)
    if first.procedure == second.procedure:
        return False
    likely = [part.decision in _CLEAR and part.confidence >= _LIKELY for part in parts]
    if asked:
        return any(likely) and not any(part.vague or part.decision is Decision.OUT_OF_SCOPE for part in parts)
    return all(likely) if said else all(part.decision is Decision.ROUTE for part in parts)


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
