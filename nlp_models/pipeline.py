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
from nlp_models.decision import Evidence, decide, doubts
from nlp_models.errors import ModelError
from nlp_models.folding import readable
from nlp_models.gazetteer import Gazetteer
from nlp_models.scope import Strangeness
from nlp_models.second_matter import SecondMatter
from nlp_models.vague import names_no_matter, telling
from routing.domain.understanding import Candidate, Channel, Decision, Understanding

LONGEST = 2_000  # characters read of one message
_PAUSE = re.compile(r"[,;.!?:]+\s+")
_MOST_PAUSES = 4  # of an opening
_BRIEF, _ASKED = 3, 3  # words; procedures
_TOLD = 0.7  # a procedure that is as likely tells that a matter was named, be it in few words
_LIKELY = 0.55  # what follows an opening need not be sure enough to go without a question
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
        self._second = SecondMatter(
            self._language,
            classifier,
            lambda: self.places,
            lambda text, by: self._one(self._doc(text, by)),
        )
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
                said = [(readable(text, LONGEST), _CHANNELS.get(by, Channel.WEB)) for text, by in batch]
                whole = [self._understanding(doc) for doc in self._read([self._doc(*message) for message in said])]
                whole = [self._past_the_opening(one, *message) for one, message in zip(whole, said, strict=True)]
                read = [self._second.beside(one, *message) for one, message in zip(whole, said, strict=True)]
            yield from read

    def _read(self, docs: list[Doc]) -> list[Doc]:
        """Let each component read all messages before the next one does: its tables stay near the processor."""
        for _, component in self.nlp.pipeline:
            docs = [component(doc) for doc in docs]
        return docs

    def strangeness(self, text: str, channel: str = "web") -> Strangeness:
        """How unlike the foreseen a message is."""
        with self.nlp.memory_zone():
            doc = self.nlp(self._doc(readable(text, LONGEST), _CHANNELS.get(channel, Channel.WEB)))
            strange: Strangeness = doc._.strange
            return strange

    def _doc(self, said: str, channel: Channel) -> Doc:
        doc = self.nlp.make_doc(said)
        doc._.said = said
        doc._.channel = channel
        return doc

    def _past_the_opening(self, whole: Understanding, said: str, channel: Channel) -> Understanding:
        """What is told after a vague opening, which hides a short matter ("y a un souci. le banc est cassé")."""
        asked = whole.decision is Decision.ASK and whole.language == self._language
        if not (whole.vague or asked) or whole.danger is not None:
            return whole
        for pause in islice(_PAUSE.finditer(said), _MOST_PAUSES):
            doc = self._doc(said[pause.end() :], channel)
            rest = self._one(doc)
            told = rest.procedure and not names_no_matter(doc._.said, whole.language, doc._.where.names)
            sure = rest.decision is Decision.ROUTE
            if told and (sure or whole.vague) and self._may_go(whole, rest, said[: pause.start()], channel):
                return replace(
                    whole,
                    decision=rest.decision,
                    confidence=rest.confidence,
                    ranking=rest.ranking,
                    weighed=rest.weighed,
                    vague=False,
                )
        return whole

    def _may_go(self, whole: Understanding, rest: Understanding, opening: str, channel: Channel) -> bool:
        """Whether what is told after an opening may stand for the whole, which is vague or only asked about."""
        if whole.vague:
            return rest.confidence >= _LIKELY
        return rest.procedure == whole.procedure and self._one(self._doc(opening, channel)).vague

    def _one(self, doc: Doc) -> Understanding:
        return self._understanding(self._read([doc])[0])

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
            brief=len(read.said.split()) <= _BRIEF,
            among_three=sum([one.probability for one in ranking[:_ASKED]]),
        )
        bands = self._trust.of(read.channel)[1]
        decision = decide(evidence, bands)
        untold = decision is Decision.ASK and (foreign or (doubts(evidence, bands) and confidence < _TOLD))
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
            weighed=telling(read.weighed, read.language, where.names),
            vague=vague and (decision is Decision.UNFORESEEN or untold),
        )


def load(path: Path | str, places: Gazetteer | None = None) -> Reader:
    """Load a model that ``training.train`` wrote. Raises ModelError when the folder does not hold one."""
    folder = Path(path)
    if not (folder / "config.cfg").is_file():
        raise ModelError(f"{folder}: no trained model here; run `vigie nlp train` first.")
    try:
        nlp = spacy.util.load_model_from_path(folder)
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{folder}: not a whole model ({str(error)[:200]}); train it again.") from error
    return Reader(nlp, places)
