"""``procedure_classifier``: ranks the procedures and says how foreseen the message is.

Sets ``doc.cats`` (the five best), ``doc._.ranking`` (label, probability), ``doc._.unforeseen`` and ``doc._.outside``
(log-odds) and ``doc._.weighed`` (the words that counted most for the first label).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from spacy import util
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from nlp_models.corpus import Corpus
from nlp_models.errors import CorpusError, ModelError
from nlp_models.learning import Judge, LearningSettings, Progress, learn, lesson_from
from nlp_models.normaliser import normaliser_for
from nlp_models.scope import outside_score, unforeseen_score
from nlp_models.terms import Reading, TermReader
from nlp_models.weights import Weights, weights_from_bytes

KEPT = 5
MOST_EXAMPLES = 25_000  # their mutual products take 2.5 GB
_WEIGHED = 6
_PARTS = {"weights.npz": "arrays", "terms.txt": "terms", "meta.json": "meta"}

Doc.set_extension("ranking", default=(), force=True)
Doc.set_extension("unforeseen", default=0.0, force=True)
Doc.set_extension("outside", default=0.0, force=True)
Doc.set_extension("weighed", default=(), force=True)


class ProcedureClassifier:
    """A linear softmax over stems and letter runs, with a scope head beside it. Trained by ``learn``."""

    def __init__(self, language: str, settings: LearningSettings) -> None:
        self._reader = TermReader(language)
        self._normalise = normaliser_for(language)
        self._settings = settings
        self._weights: Weights | None = None

    @property
    def weights(self) -> Weights:
        """The trained weights. Raises ModelError before training or loading."""
        if self._weights is None:
            raise ModelError("This classifier has not been trained.")
        return self._weights

    def learn(
        self,
        corpus: Corpus,
        outliers: Iterable[tuple[str, int]] = (),
        progress: Progress = lambda step, share: None,
        judges: Iterable[tuple[str, str | None]] = (),
    ) -> Weights:
        """Train on a corpus. ``outliers`` are (text, scope): 1 a city matter nobody foresaw, 2 no city matter.

        ``judges`` are (text, label or None) of authors outside the corpus, to calibrate on; without them the corpus
        is calibrated out of fold.
        Raises CorpusError for more than 25 000 examples.
        """
        if len(corpus.texts) > MOST_EXAMPLES:
            raise CorpusError(f"{len(corpus.texts)} examples; at most {MOST_EXAMPLES} fit in memory. Keep the newest.")
        progress("terms", 0.0)
        readings = [self._read(text) for text in corpus.texts]
        aside = [(self._read(text), scope) for text, scope in outliers]
        heard = [Judge(self._read(text), label) for text, label in judges]
        progress("products", 0.03)
        lesson, vocabulary = lesson_from(readings, corpus.labels, corpus.folds(), aside)
        self._weights = learn(lesson, vocabulary, self._settings, progress, heard)
        return self._weights

    def initialize(self, get_examples: Callable[[], Iterable[Example]], *, nlp: Language | None = None) -> None:
        """Train the spaCy way, on examples whose reference ``cats`` hold their label."""
        rows = sorted((_label(example.reference), example.reference.text) for example in get_examples())
        self.learn(Corpus(tuple(text for _, text in rows), tuple(label for label, _ in rows)))

    def __call__(self, doc: Doc) -> Doc:
        """Set ranking, scope and weighed words; a text without any known term gets an empty ranking."""
        weights = self.weights
        reading = self._reader.read(doc._.normal_text)
        row = weights.vocabulary.rows([reading])
        known = weights.vocabulary.examples_part(row)
        if not len(known.columns):
            return doc
        scores = known.times(weights.classes) + weights.bias
        chances = weights.calibration.probabilities(scores)
        best = np.argsort(-chances[0], kind="stable")[:KEPT]
        doc._.ranking = tuple((weights.labels[label], float(chances[0, label])) for label in best)
        doc.cats = dict(doc._.ranking)
        scope = row.times(weights.scope) + weights.scope_bias
        confidence = chances.max(axis=1)
        doc._.unforeseen = float(unforeseen_score(confidence, scope)[0])
        doc._.outside = float(outside_score(confidence, scope)[0])
        doc._.weighed = self._weighed(reading, weights.classes[:, best[0]])
        return doc

    def _read(self, text: str) -> Reading:
        return self._reader.read(self._normalise(text))

    def _weighed(self, reading: Reading, column: NDArray[np.float16]) -> tuple[str, ...]:
        """The words whose terms speak for the label, heaviest first."""
        vocabulary = self.weights.vocabulary
        pulls = {}
        for word in dict.fromkeys(reading.words):
            known = [c for t in self._reader.terms_of_word(word) if (c := vocabulary.columns.get(t, -1)) >= 0]
            known = [c for c in known if c < vocabulary.known]
            pulls[word] = float((column[known].astype(np.float32) * vocabulary.rarity[known]).sum())
        heaviest = sorted((word for word in pulls if pulls[word] > 0), key=lambda word: -pulls[word])
        return tuple(heaviest[:_WEIGHED])

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the weights as one message."""
        data: bytes = util.to_bytes(self._writers(), exclude)
        return data

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        """Load weights that ``to_bytes`` gave."""
        parts: dict[str, bytes] = {}
        util.from_bytes(data, {part: _keep(parts, part) for part in _PARTS.values()}, exclude)
        self._weights = weights_from_bytes(**parts)
        return self

    def to_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> None:
        """Write ``weights.npz``, ``terms.txt`` and ``meta.json`` into the folder ``path``."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        writers = self._writers()
        for name, part in _PARTS.items():
            (folder / name).write_bytes(writers[part]())

    def from_disk(self, path: Path | str, *, exclude: Iterable[str] = ()) -> Self:
        """Load what ``to_disk`` wrote. Raises ModelError when a file is missing or from another version."""
        folder = Path(path)
        if missing := [name for name in _PARTS if not (folder / name).is_file()]:
            raise ModelError(f"{folder}: {', '.join(missing)} missing; this is not a trained model.")
        self._weights = weights_from_bytes(**{part: (folder / name).read_bytes() for name, part in _PARTS.items()})
        return self

    def _writers(self) -> dict[str, Callable[[], bytes]]:
        weights = self.weights
        return {
            "arrays": weights.arrays_to_bytes,
            "terms": weights.terms_to_bytes,
            "meta": weights.meta_to_bytes,
        }


def _label(reference: Doc) -> str:
    return max(reference.cats, key=lambda label: float(reference.cats[label]))


def _keep(parts: dict[str, bytes], part: str) -> Callable[[bytes], None]:
    return lambda data: parts.__setitem__(part, data)


@Language.factory(
    "procedure_classifier",
    default_config={"language": "fr", "settings": {}},
    assigns=["doc.cats", "doc._.ranking", "doc._.unforeseen", "doc._.outside", "doc._.weighed"],
)
def make_procedure_classifier(nlp: Language, name: str, language: str, settings: dict[str, Any]) -> ProcedureClassifier:
    """Build an untrained classifier; ``settings`` are fields of LearningSettings."""
    return ProcedureClassifier(language, LearningSettings(**settings))
