"""The door of the school: load a trained pipeline and read messages with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from nlp_models.components import PlacesComponent, ProcedureClassifier
from nlp_models.decision import Evidence, decide, least_sure
from nlp_models.errors import ModelError
from nlp_models.folding import readable
from nlp_models.gazetteer import Gazetteer
from nlp_models.matters import Cut, splitter_for
from nlp_models.place_finder import find_where
from nlp_models.scope import Strangeness
from nlp_models.vague import names_no_matter
from routing.domain.understanding import Candidate, Channel, Decision, Matter, Understanding

LONGEST = 2_000  # characters read of one message
# Two parts that nothing announces: each must be this sure, and the whole must give the second one at least that much.
# Measured on 1 400 messages of one matter (1.2 % cut wrongly) and 40 of two (half of them found).
_CERTAIN = 0.99
_HESITATION = 0.002
_PAUSE = re.compile(r"[,;.!?:]+\s+")
_MOST_PAUSES = 4  # of an opening
_BATCH = 256  # messages between which new words are forgotten
_CHANNELS = {str(channel): channel for channel in Channel}


class Reader:
    """A trained pipeline that turns messages into meaning. Reading never raises and keeps nothing."""

    def __init__(self, nlp: Language, places: Gazetteer | None = None) -> None:
        """``places`` are the city's own; without them those that come with the project are known."""
        classifier = nlp.get_pipe("procedure_classifier")
        assert isinstance(classifier, ProcedureClassifier)
        self.nlp = nlp
        self._classifier = classifier
        if places is not None:
            self.know(places)
        self._trust = classifier.weights.trust
        self._language: str = nlp.get_pipe_config("language")["expected"]
        self._splitter = splitter_for(self._language)
        self.labels: tuple[str, ...] = classifier.weights.labels
        self.figures: dict[str, float] = dict(self._trust.figures)
        self.version: str = classifier.weights.version

    @property
    def places(self) -> Gazetteer:
        """The places known."""
        return self._finder().gazetteer

    def know(self, places: Gazetteer) -> None:
        """From now on these are the places known."""
        self._finder().gazetteer = places

    def _finder(self) -> PlacesComponent:
        component = self.nlp.get_pipe("places")
        assert isinstance(component, PlacesComponent)
        return component

    def understand(self, text: str, channel: str = "web") -> Understanding:
        """Return what one message means. At most 2 000 characters of it are read."""
        return next(self.understand_many([(text, channel)]))

    def understand_many(self, messages: Iterable[tuple[str, str]]) -> Iterator[Understanding]:
        """Read (text, channel) pairs in order; each answer is the one ``understand`` gives."""
        rest = iter(messages)
        while batch := list(islice(rest, _BATCH)):
            with self.nlp.memory_zone():  # else every misspelt word heard would be remembered for ever
                said = [(readable(text, LONGEST), channel) for text, channel in batch]
                whole = [self._understanding(doc) for doc in self._read([self._doc(*message) for message in said])]
                whole = [self._past_the_opening(one, *message) for one, message in zip(whole, said, strict=True)]
                read = [self._with_second_matter(one, *message) for one, message in zip(whole, said, strict=True)]
            yield from read

    def _read(self, docs: list[Doc]) -> list[Doc]:
        """Let each component read all messages before the next one does: its tables stay near the processor."""
        for _, component in self.nlp.pipeline:
            docs = [component(doc) for doc in docs]
        return docs

    def strangeness(self, text: str, channel: str = "web") -> Strangeness:
        """How unlike the foreseen a message is."""
        with self.nlp.memory_zone():
            doc = self.nlp(self._doc(readable(text, LONGEST), channel))
            strange: Strangeness = doc._.strange
            return strange

    def _doc(self, said: str, channel: str) -> Doc:
        doc = self.nlp.make_doc(said)
        doc._.said = said
        doc._.channel = _CHANNELS.get(channel, Channel.WEB)
        return doc

    def _past_the_opening(self, whole: Understanding, said: str, channel: str) -> Understanding:
        """What is told after a vague opening, which hides a short matter ("y a un souci. le banc est cassé")."""
        if not whole.vague or whole.danger is not None:
            return whole
        for pause in islice(_PAUSE.finditer(said), _MOST_PAUSES):
            doc = self._read([self._doc(said[pause.end() :], channel)])[0]
            rest = self._understanding(doc)
            told = rest.procedure and not names_no_matter(doc._.said, whole.language, doc._.where.names)
            if told and rest.decision is Decision.ROUTE:
                return replace(
                    whole,
                    decision=rest.decision,
                    confidence=rest.confidence,
                    ranking=rest.ranking,
                    weighed=rest.weighed,
                    vague=False,
                )
        return whole

    def _with_second_matter(self, whole: Understanding, said: str, channel: str) -> Understanding:
        """Two meanings when the words pass from one matter to another and each part alone would be routed.

        Danger is never cut in two: what comes with it may be part of it.
        """
        if whole.danger is not None:
            return whole
        found: list[tuple[float, Understanding]] = []
        for proposed in self._splitter.cuts(said):
            cut = replace(proposed, said=proposed.said or self._in_two_places(proposed, whole))
            if not self._may_be_two(cut, whole, channel):
                continue
            parts = self._read([self._doc(part, channel) for part in (cut.before, cut.after)])
            first, second = map(self._understanding, parts)
            if first.decision is second.decision is Decision.ROUTE and first.procedure != second.procedure:
                sure = min(first.confidence, second.confidence) + cut.said
                found.append((sure, _joined(whole, first, cut.after, second)))
        return max(found, key=lambda one: one[0])[1] if found else whole

    def _in_two_places(self, cut: Cut, whole: Understanding) -> bool:
        """Whether each part has a place of its own, which says as clearly as words that two matters are meant."""
        if whole.place is None:
            return False
        before, after = (find_where(part, self.places).place for part in (cut.before, cut.after))
        return before is not None and after is not None and before != after

    def _may_be_two(self, cut: Cut, whole: Understanding, channel: str) -> bool:
        """Whether both parts are sure enough, told by the classifier alone: nearly every cut ends here.

        Where nothing announces another matter they must be nearly certain, and what the whole hesitates between.
        """
        hesitates = {one.procedure for one in whole.ranking[:2] if one.probability >= _HESITATION}
        if not cut.said and len(hesitates) < 2:
            return False
        kind = _CHANNELS.get(channel, Channel.WEB)
        needed = least_sure(self._trust.of(kind)[1]) if cut.said else _CERTAIN
        best = [self._classifier.best(part, kind) for part in (cut.before, cut.after)]
        sure = {one[0] for one in best if one and one[1] >= needed}
        return len(sure) == 2 and (cut.said or sure == hesitates)

    def _understanding(self, doc: Doc) -> Understanding:
        read = doc._
        where = read.where
        ranking = tuple([Candidate(label, chance) for label, chance in read.ranking])
        confidence = ranking[0].probability if ranking else 0.0
        foreign = read.language != self._language
        # The outlier head has learnt one language only.
        vague = (read.strange.vague and not foreign) or names_no_matter(read.said, read.language, where.names)
        evidence = Evidence(
            confidence=confidence,
            unforeseen=read.strange.unforeseen,
            outside=read.strange.outside,
            danger=read.danger is not None,
            foreign=foreign,
            placed=bool(where.place or where.commune or where.communes),
            vague=vague,
        )
        decision = decide(evidence, self._trust.of(read.channel)[1])
        return Understanding(
            decision=decision,
            confidence=confidence,
            ranking=ranking,
            danger=read.danger,
            language=read.language,
            commune=where.commune,
            place=where.place,
            communes=where.communes,
            elsewhere=where.elsewhere,
            point=where.point,
            model=self.version,
            weighed=read.weighed,
            vague=vague and (decision is Decision.UNFORESEEN or (foreign and decision is Decision.ASK)),
        )


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


def load(path: Path | str, places: Gazetteer | None = None) -> Reader:
    """Load a model that ``training.train`` wrote. Raises ModelError when the folder does not hold one."""
    folder = Path(path)
    if not (folder / "config.cfg").is_file():
        raise ModelError(f"{folder}: no trained model here; run `vigie nlp train` first.")
    return Reader(spacy.util.load_model_from_path(folder), places)
