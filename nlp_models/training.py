"""From a folder of examples to a model on disk: ``train`` always, ``ensure_model`` only when something changed."""

from __future__ import annotations

import fcntl
import hashlib
import json
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
from nlp_models.scope import FAR, NEAR, VAGUE
from nlp_models.trust import Trust, trust_from
from nlp_models.untrained import blank

ROOM = Path(__file__).parent
EXAMPLES = ROOM / "assets" / "examples"
OUTLIERS = ROOM / "assets" / "outliers"
TRUST = ROOM / "assets" / "trust"
_KEPT_MODELS = 2
STALE = (
    "The examples or the learner changed since thresholds were last measured: the probabilities may be off. "
    "Run `vigie nlp calibrate` and commit its file."
)
# What decides a model's scores besides the examples: these sources and assets. A new file here means a new model.
_SOURCES = (
    "concepts.py", "corpus.py", "folding.py", "learning.py", "letter_runs.py", "normaliser.py", "rows.py", "scope.py",
    "softmax.py", "terms.py", "training.py", "untrained.py", "vocabulary.py", "weights.py", "yaml_files.py",
    "components/message_normaliser.py", "components/procedure_classifier.py",
    "assets/concepts/*.yaml", "assets/normaliser/*.yaml", "assets/outliers/*/*.txt",
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
    trust, notes = known_trust(corpus, language)
    weights = classifier.learn(corpus, outliers(language), lambda step, share: say(step, 0.05 + 0.9 * share), trust)
    with replacing(output) as folder:
        nlp.to_disk(folder)
    say("done", 1.0)
    return TrainingSummary(
        output, weights.version, len(weights.labels), len(corpus.texts), perf_counter() - begun,
        dict(weights.trust.figures), (*notes, *_notes(corpus)),
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
    trust = TRUST / f"{language}.json"
    bands = hashlib.sha256(trust.read_bytes() if trust.is_file() else b"").hexdigest()[:8]
    wanted = cache / f"model-{_files_hash(examples, language)}-{bands}"
    with _lock(cache / ".lock"):
        if not (wanted / "config.cfg").is_file():
            train(examples, wanted, language=language, progress=progress)
        os.utime(wanted)
        _prune(cache)
    return wanted


def known_trust(corpus: Corpus, language: str) -> tuple[Trust | None, tuple[str, ...]]:
    """Return the trust that a maintainer's cross-validation found for these labels, and what to say about it.

    None when there is none, as for any corpus but our own: training then finds one by further fits.
    """
    path = TRUST / f"{language}.json"
    found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    if found is None or found["labels"] != list(corpus.names):
        return None, ()
    stale = found["data"] != content_hash(corpus, language)
    return trust_from(found), (STALE,) if stale else ()


def outliers(language: str) -> list[tuple[str, int]]:
    """Return the generic outliers as (text, scope).

    ``near*.txt`` are city matters nobody foresaw, ``vague*.txt`` openings that do not tell their matter yet, others are
    none of the city's business.
    """
    folder = OUTLIERS / language
    scopes = {path: _scope_of(path.name) for path in sorted(folder.glob("*.txt"))}
    return [
        (text, scope) for scope in (NEAR, VAGUE, FAR) for text in read_lines(p for p in scopes if scopes[p] == scope)
    ]


def _scope_of(name: str) -> int:
    return NEAR if name.startswith("near") else VAGUE if name.startswith("vague") else FAR


def content_hash(corpus: Corpus, language: str) -> str:
    """A hash of all that decides a model's scores, the same wherever the examples lie and whoever wrote them."""
    return _hash_with_sources(f"{corpus.digest()} {language} {spacy_version}".encode())


def _files_hash(examples: Path, language: str) -> str:
    """The same from the files as they are: every start asks for it, and reading them all as utterances takes longer."""
    digest = hashlib.sha256(f"{language} {spacy_version}".encode())
    for path in sorted(examples.rglob("*.txt")):
        content = path.read_bytes()
        digest.update(f"\0{path.relative_to(examples).as_posix()}\0{len(content)}\0".encode() + content)
    return _hash_with_sources(digest.digest())


def _hash_with_sources(begun: bytes) -> str:
    digest = hashlib.sha256(begun)
    for pattern in _SOURCES:
        for path in sorted(ROOM.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _notes(corpus: Corpus) -> tuple[str, ...]:
    found = corpus.contradictions
    return (f"{len(found)} utterances stand under several labels, such as {found[0]!r}.",) if found else ()


@contextmanager
def replacing(output: Path) -> Iterator[Path]:
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
