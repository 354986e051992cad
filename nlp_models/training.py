"""From a folder of examples to a model on disk: ``train`` always, ``ensure_model`` only when something changed."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from spacy.about import __version__ as spacy_version

from nlp_models.components import ProcedureClassifier
from nlp_models.corpus import Corpus, read_examples, read_lines
from nlp_models.errors import ModelError
from nlp_models.labelled import read_labelled
from nlp_models.pipeline import blank

ROOM = Path(__file__).parent
EXAMPLES = ROOM / "assets" / "examples"
OUTLIERS = ROOM / "assets" / "outliers"
CALIBRATION = ROOM / "assets" / "calibration" / "french.jsonl"
_NEAR, _FAR = 1, 2
_KEPT_MODELS = 2
# What decides a model's bytes, besides the examples: these sources and assets. A new file here means a new model.
_SOURCES = (
    "calibration.py", "concepts.py", "corpus.py", "folding.py", "labelled.py", "learning.py", "normaliser.py",
    "pipeline.py",
    "scope.py", "softmax.py", "sparse.py", "terms.py", "training.py", "vocabulary.py", "weights.py",
    "components/*.py", "assets/calibration/*.jsonl", "assets/concepts/*.yaml", "assets/normaliser/*.yaml",
    "assets/outliers/*.txt", "assets/places.yaml",
)  # fmt: skip

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class TrainingSummary:
    """What training found. ``figures`` are of messages the model never saw; ``notes`` are for a person to know."""

    output: Path
    version: str
    labels: int
    examples: int
    seconds: float
    figures: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def train(examples: Path, output: Path, *, language: str = "fr", progress: Progress | None = None) -> TrainingSummary:
    """Train on a folder ``<group>/<label>.txt`` and write the model into ``output`` (replaced when it is a model).

    ``progress`` hears (step, share done). Raises CorpusError for unusable examples and ModelError when
    ``output`` holds something that is not a model.
    """
    begun = perf_counter()
    say = progress or (lambda step, share: None)
    say("read", 0.0)
    corpus = read_examples(examples)
    nlp = blank(language)
    classifier = nlp.get_pipe("procedure_classifier")
    assert isinstance(classifier, ProcedureClassifier)
    heard = judges(corpus)
    weights = classifier.learn(corpus, outliers(), lambda step, share: say(step, 0.05 + 0.9 * share), heard)
    with _replacing(output) as folder:
        nlp.to_disk(folder)
    say("done", 1.0)
    return TrainingSummary(
        output, weights.version, len(weights.labels), len(corpus.texts), perf_counter() - begun, weights.figures,
        _notes(corpus),
    )  # fmt: skip


def ensure_model(
    examples: Path = EXAMPLES,
    cache: Path = Path("var/models"),
    *,
    language: str = "fr",
    progress: Progress | None = None,
) -> Path:
    """Return the folder of the model for these examples, training it only when ``cache`` does not hold it yet.

    Two processes at once are safe: the second waits and finds the model. The two newest models are kept.
    """
    cache.mkdir(parents=True, exist_ok=True)
    wanted = cache / f"model-{_content_hash(read_examples(examples), language)}"
    with _lock(cache / ".lock"):
        if not (wanted / "config.cfg").is_file():
            train(examples, wanted, language=language, progress=progress)
        os.utime(wanted)
        _prune(cache)
    return wanted


def judges(corpus: Corpus) -> list[tuple[str, str | None]]:
    """Return the messages our own examples are calibrated on: (text, label or None), by an author outside them.

    None for a corpus that is not about our procedures: it is calibrated out of fold.
    """
    heard = [(row.text, row.label) for row in read_labelled(CALIBRATION)]
    known = {label for _, label in heard} - {None}
    return heard if known <= set(corpus.names) else []


def outliers() -> list[tuple[str, int]]:
    """Return the generic outliers as (text, scope): ``near*.txt`` are city matters nobody foresaw, others none."""
    near = read_lines(OUTLIERS.glob("near*.txt"))
    far = read_lines(path for path in OUTLIERS.glob("*.txt") if not path.name.startswith("near"))
    return [*((text, _NEAR) for text in near), *((text, _FAR) for text in far)]


def _content_hash(corpus: Corpus, language: str) -> str:
    digest = hashlib.sha256(f"{corpus.digest()} {language} {spacy_version}".encode())
    for pattern in _SOURCES:
        for path in sorted(ROOM.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _notes(corpus: Corpus) -> tuple[str, ...]:
    found = corpus.contradictions
    return (f"{len(found)} utterances stand under several labels, such as {found[0]!r}.",) if found else ()


@contextmanager
def _replacing(output: Path) -> Iterator[Path]:
    """Yield a folder beside ``output`` that takes its place in one step, so that no reader sees half a model."""
    if output.exists() and any(output.iterdir()) and not (output / "config.cfg").is_file():
        raise ModelError(f"{output} is not empty and holds no model; choose another folder.")
    output.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".training-", dir=output.parent))
    try:
        yield folder
        folder.chmod(0o755)
        if output.exists():
            shutil.rmtree(output)
        folder.rename(output)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _prune(cache: Path) -> None:
    models = sorted(cache.glob("model-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in models[_KEPT_MODELS:]:
        shutil.rmtree(old, ignore_errors=True)
