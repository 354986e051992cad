"""A classifier whose answers the test writes, for stories in which meaning is not the point."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nlp_models.danger_rules import find_danger
from routing.domain.understanding import Candidate, Channel, Decision, Matter, Understanding


def _matter(words: str, procedure: str, commune: str | None, place: str | None) -> Matter:
    meaning = Understanding(
        Decision.ROUTE, 0.9, (Candidate(procedure, 0.9),), commune=commune, place=place, model="scripted"
    )
    return Matter(words, meaning)


class Scripted:
    """Understands a text as the test said it would; anything else is unforeseen. Danger comes from the real rules."""

    def __init__(self) -> None:
        self._script: dict[str, Understanding] = {}
        self.broken = False

    def expect(
        self,
        text: str,
        *ranking: tuple[str, float],
        decision: Decision = Decision.ROUTE,
        commune: str | None = "Dijon",
        place: str | None = None,
        communes: tuple[str, ...] = (),
        elsewhere: str | None = None,
        point: tuple[float, float] | None = None,
        also: tuple[str, str] | None = None,
        language: str = "fr",
        weighed: tuple[str, ...] | None = None,
        vague: bool = False,
    ) -> str:
        """From now on ``text`` means this; returns ``text``. ``also`` is (words, procedure) of a second matter."""
        candidates = tuple(Candidate(procedure, probability) for procedure, probability in ranking)
        confidence = candidates[0].probability if candidates else 0.0
        self._script[text] = Understanding(
            decision=decision,
            confidence=confidence,
            ranking=candidates,
            danger=find_danger(text),
            language=language,
            commune=commune,
            place=place,
            communes=communes,
            elsewhere=elsewhere,
            point=point,
            model="scripted",
            weighed=tuple(text.split()[:2]) if weighed is None else weighed,
            also=_matter(*also, commune, place) if also else None,
            vague=vague,
        )
        return text

    def understand(self, text: str, channel: Channel) -> Understanding:
        """What the test said."""
        if self.broken:
            raise RuntimeError("the classifier is broken")
        return self._script.get(text) or Understanding(Decision.UNFORESEEN, danger=find_danger(text), model="scripted")

    @contextmanager
    def breaking(self) -> Iterator[None]:
        """The classifier raises for the time of the block."""
        self.broken = True
        yield
        self.broken = False
