"""The door of the school: load a trained pipeline and read messages with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from nlp_models.components import ORDER, ProcedureClassifier
from nlp_models.decision import Evidence, decide
from nlp_models.errors import ModelError
from nlp_models.folding import readable
from nlp_models.matters import splitter_for
from routing.domain.understanding import Candidate, Channel, Decision, Matter, Understanding

LONGEST = 2_000  # characters read of one message


class Reader:
    """A trained pipeline that turns messages into meaning. Reading never raises and keeps nothing."""

    def __init__(self, nlp: Language) -> None:
        classifier = nlp.get_pipe("procedure_classifier")
        assert isinstance(classifier, ProcedureClassifier)
        self._nlp = nlp
        self._trust = classifier.weights.trust
        self._language: str = nlp.get_pipe_config("language")["expected"]
        self._splitter = splitter_for(self._language)
        self.labels: tuple[str, ...] = classifier.weights.labels
        self.figures: dict[str, float] = dict(self._trust.figures)
        self.version: str = classifier.weights.version

    def understand(self, text: str, channel: str = "web") -> Understanding:
        """Return what one message means. At most 2 000 characters of it are read."""
        return self._with_second_matter(self._understanding(self._nlp(self._doc(text, channel))), text, channel)

    def understand_many(self, messages: Iterable[tuple[str, str]]) -> Iterator[Understanding]:
        """Read (text, channel) pairs in order; each answer is the one ``understand`` gives."""
        held = list(messages)
        for doc, (text, channel) in zip(self._nlp.pipe(self._doc(*message) for message in held), held, strict=True):
            yield self._with_second_matter(self._understanding(doc), text, channel)

    def _doc(self, text: str, channel: str) -> Doc:
        doc = self._nlp.make_doc(readable(text, LONGEST))
        doc._.channel = Channel(channel) if channel in set(Channel) else Channel.WEB
        return doc

    def _with_second_matter(self, whole: Understanding, text: str, channel: str) -> Understanding:
        """Two meanings when the words pass from one matter to another and each part alone would be routed.

        Danger is never cut in two: what comes with it may be part of it.
        """
        if whole.danger is not None:
            return whole
        found: list[tuple[float, Understanding]] = []
        for before, after in self._splitter.cuts(readable(text, LONGEST)):
            first, second = (self._understanding(self._nlp(self._doc(part, channel))) for part in (before, after))
            if first.decision is second.decision is Decision.ROUTE and first.procedure != second.procedure:
                second = replace(second, commune=second.commune or whole.commune, place=second.place or whole.place)
                both = replace(
                    first,
                    language=whole.language,
                    commune=first.commune or whole.commune,
                    place=first.place or whole.place,
                    also=Matter(after, second),
                )
                found.append((min(first.confidence, second.confidence), both))
        return max(found, key=lambda one: one[0])[1] if found else whole

    def _understanding(self, doc: Doc) -> Understanding:
        ranking = tuple(Candidate(label, chance) for label, chance in doc._.ranking)
        confidence = ranking[0].probability if ranking else 0.0
        evidence = Evidence(
            confidence=confidence,
            unforeseen=doc._.unforeseen,
            outside=doc._.outside,
            danger=doc._.danger is not None,
            foreign=doc._.language != self._language,
            placed=bool(doc._.place or doc._.commune),
        )
        return Understanding(
            decision=decide(evidence, self._trust.of(doc._.channel)[1]),
            confidence=confidence,
            ranking=ranking,
            danger=doc._.danger,
            language=doc._.language,
            commune=doc._.commune,
            place=doc._.place,
            model=self.version,
            weighed=doc._.weighed,
        )


def load(path: Path | str) -> Reader:
    """Load a model that ``training.train`` wrote. Raises ModelError when the folder does not hold one."""
    folder = Path(path)
    if not (folder / "config.cfg").is_file():
        raise ModelError(f"{folder}: no trained model here; run `vigie nlp train` first.")
    return Reader(spacy.util.load_model_from_path(folder))


def blank(language: str) -> Language:
    """Return an untrained pipeline for messages in ``language``.

    It is spaCy's own blank pipeline of no language in particular: the components read the text, not the tokens, and
    importing spaCy's French tokeniser would cost two seconds at every start.
    """
    nlp = spacy.blank("xx")
    for name in ORDER:
        nlp.add_pipe(name, config=_config(name, language))
    return nlp


def _config(name: str, language: str) -> dict[str, str]:
    if name == "language":
        return {"expected": language}
    return {"language": language} if name in ("message_normaliser", "procedure_classifier") else {}
