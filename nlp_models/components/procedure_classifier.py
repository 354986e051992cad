"""``procedure_classifier``: ranks the procedures and says how foreseen the message is.

Sets ``doc.cats`` (the five best), ``doc._.ranking`` (label, probability), ``doc._.strange`` (a Strangeness) and
``doc._.weighed`` (the words that counted most for the first label).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from spacy import util
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from nlp_models.components.stateless import Batched
from nlp_models.corpus import Corpus
from nlp_models.errors import ModelError
from nlp_models.message_terms import MessageReader
from nlp_models.normaliser import normaliser_for
from nlp_models.opinion import Opinion
from nlp_models.scope import Strangeness, strangeness
from nlp_models.terms import Reading, TermReader
from nlp_models.trust import Trust
from nlp_models.weights import Weights, weights_from_bytes
from routing.domain.understanding import Channel

if TYPE_CHECKING:
    from nlp_models.learning import Heads, LearningSettings, Lesson, Progress

KEPT = 5
_WEIGHED = 6
_PARTS = {"weights.npz": "arrays", "meta.json": "meta"}

Doc.set_extension("channel", default=Channel.WEB, force=True)
Doc.set_extension("ranking", default=(), force=True)
Doc.set_extension("strange", default=Strangeness(0.0, 0.0), force=True)
Doc.set_extension("weighed", default=(), force=True)


class ProcedureClassifier(Batched):
    """A linear softmax over stems and letter runs, with a scope head beside it. Trained by ``learn``."""

    def __init__(self, language: str, settings: dict[str, float]) -> None:
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

    def _know(self, weights: Weights) -> Weights:
        self._weights, self._messages = weights, MessageReader(self._reader, weights.vocabulary)
        return weights

    def learn(
        self,
        corpus: Corpus,
        outliers: Iterable[tuple[str, int]] = (),
        progress: Progress = lambda step, share: None,
        trust: Trust | Callable[[Heads], Trust] | None = None,
    ) -> Weights:
        """Train on a corpus. ``outliers`` are (text, scope): 1 a city matter nobody foresaw, 2 no city matter.

        ``trust`` was found earlier, or is found by asking the fitted heads; without it, further fits that leave a part
        out say how far the scores may be trusted.
        """
        from nlp_models import learning  # scipy comes with them; reading does without
        from nlp_models import trust as trusting

        settings = self._learning_settings()
        progress("terms", 0.0)
        lesson = self.lesson(corpus, outliers)
        end = 1.0 if trust else 0.2
        heads = learning.fit_heads(lesson, settings, lambda share: progress("fit", end * share))
        if trust is None:
            unseen = learning.left_out(lesson, settings, lambda share: progress("trial", end + (1 - end) * share))
            trust = trusting.fit_trust(unseen, trusting.BandSettings())
        return self._know(_weights(lesson.labels, heads, trust(heads) if callable(trust) else trust))

    def lesson(self, corpus: Corpus, outliers: Iterable[tuple[str, int]] = ()) -> Lesson:
        """Read a corpus and its outliers, numbered and in folds."""
        from nlp_models.learning import Lesson

        aside = list(outliers)
        names = corpus.names
        numbers = {name: number for number, name in enumerate(names)}
        folds = corpus.folds()
        return Lesson(
            [self.read(text) for text in corpus.texts],
            np.array([numbers[label] for label in corpus.labels], dtype=np.int64),
            names,
            [self.read(text) for text, _ in aside],
            np.array([scope for _, scope in aside], dtype=np.int64),
            np.array([*folds, *(n % (max(folds) + 1) for n in range(len(aside)))], dtype=np.int64),
        )

    def _learning_settings(self) -> LearningSettings:
        from nlp_models.learning import LearningSettings

        return LearningSettings(**self._settings)

    def initialize(self, get_examples: Callable[[], Iterable[Example]], *, nlp: Language | None = None) -> None:
        """Train the spaCy way, on examples whose reference ``cats`` hold their label."""
        rows = sorted((_label(example.reference), example.reference.text) for example in get_examples())
        self.learn(Corpus(tuple(text for _, text in rows), tuple(label for label, _ in rows)))

    def __call__(self, doc: Doc) -> Doc:
        """Set ranking, scope and weighed words; a text without any known term gets an empty ranking."""
        weights = self.weights
        terms = self._messages.read(doc._.normal_text)
        gathered = weights.gather(terms.keys)
        if not gathered.known:
            return doc
        calibration, _ = weights.trust.of(doc._.channel)
        chances = calibration.probabilities(gathered.class_scores(terms.sureness)[None])
        best = np.argsort(-chances[0], kind="stable")[:KEPT]
        doc._.ranking = tuple((weights.labels[label], float(chances[0, label])) for label in best)
        doc.cats = dict(doc._.ranking)
        confidence = float(chances[0, best[0]])
        doc._.strange = strangeness(confidence, gathered.scope_scores().tolist())
        doc._.weighed = _weighed(terms.words, gathered.pulls(int(best[0])))
        return doc

    def opinion(self, text: str, channel: Channel) -> Opinion | None:
        """Return what a text is about, without anything else; None when no term is known."""
        weights = self.weights
        terms = self._messages.read(self._normalise(text))
        gathered = weights.gather(terms.keys)
        if not gathered.known:
            return None
        chances = weights.trust.of(channel)[0].probabilities(gathered.class_scores(terms.sureness)[None])[0]
        return Opinion(weights.labels, chances, int(chances.argmax()), len(terms.words))

    def read(self, text: str) -> Reading:
        """Return what the classifier learns from a text."""
        return self._reader.read(self._normalise(text))

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Return the weights as one message."""
        data: bytes = util.to_bytes(self._writers(), exclude)
        return data

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        """Load weights that ``to_bytes`` gave."""
        parts: dict[str, bytes] = {}
        util.from_bytes(data, {part: _keep(parts, part) for part in _PARTS.values()}, exclude)
        self._know(weights_from_bytes(**parts))
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
        self._know(weights_from_bytes(**{part: (folder / name).read_bytes() for name, part in _PARTS.items()}))
        return self

    def _writers(self) -> dict[str, Callable[[], bytes]]:
        weights = self.weights
        return {
            "arrays": weights.arrays_to_bytes,
            "meta": weights.meta_to_bytes,
        }


def _weights(labels: tuple[str, ...], heads: Heads, trust: Trust) -> Weights:
    """What is kept of the fitted heads, read back so that the first answers are those after loading."""
    classes, steps = heads.quantised()
    made = Weights(
        labels, heads.vocabulary, classes, steps, heads.bias.astype(np.float32), heads.scope.astype(np.float16),
        heads.scope_bias.astype(np.float32), trust,
    )  # fmt: skip
    return weights_from_bytes(made.arrays_to_bytes(), made.meta_to_bytes())


def _weighed(words: Sequence[str], pulls: Sequence[float]) -> tuple[str, ...]:
    """The words that speak for a label, heaviest first."""
    heaviest = sorted(dict(zip(words, pulls, strict=False)).items(), key=lambda one: -one[1])[:_WEIGHED]
    return tuple(word for word, pull in heaviest if pull > 0)


def _label(reference: Doc) -> str:
    return max(reference.cats, key=lambda label: float(reference.cats[label]))


def _keep(parts: dict[str, bytes], part: str) -> Callable[[bytes], None]:
    return lambda data: parts.__setitem__(part, data)


@Language.factory(
    "procedure_classifier",
    default_config={"language": "fr", "settings": {}},
    assigns=["doc.cats", "doc._.ranking", "doc._.strange", "doc._.weighed"],
)
def make_procedure_classifier(nlp: Language, name: str, language: str, settings: dict[str, Any]) -> ProcedureClassifier:
    """Build an untrained classifier; ``settings`` are fields of LearningSettings."""
    return ProcedureClassifier(language, settings)
