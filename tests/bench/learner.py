"""Our learner on public data, against a linear SVC over the same kind of features and spaCy's own text classifier.

``python -m tests.bench.learner FOLDER`` where FOLDER holds ``massive_fr.train.jsonl``, ``massive_fr.dev.jsonl`` and
``clinc150_small.jsonl`` (public, not shipped with the project). Needs scikit-learn, which nothing else here does.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import spacy
from spacy.training import Example

from nlp_models.pipeline import load
from nlp_models.training import train

Rows = Sequence[tuple[str, str]]
_SECONDS = 90.0  # spaCy's own classifier stops there, or when it no longer gets better


def main(folder: Path) -> None:
    """Print one line a set, size and learner."""
    for name, (language, training, judged) in _sets(folder).items():
        for size in (20, 0):
            part = _few(training, size) if size else training
            report = {"set": name, "examples": f"{size} a label" if size else "all", "texts": len(judged)}
            for learner in (_ours, _linear, _spacy) if size else (_ours, _linear):
                begun = time.perf_counter()
                top1 = learner(language, part, judged)
                seconds = round(time.perf_counter() - begun, 1)
                sys.stdout.write(
                    json.dumps({**report, "learner": learner.__name__[1:], "top1": round(top1, 4), "s": seconds}) + "\n"
                )
                sys.stdout.flush()


def _sets(folder: Path) -> dict[str, tuple[str, Rows, Rows]]:
    massive, dev = (_read(folder / f"massive_fr.{split}.jsonl") for split in ("train", "dev"))
    clinc = [json.loads(line) for line in (folder / "clinc150_small.jsonl").read_text(encoding="utf-8").splitlines()]
    inside = {
        split: [(row["text"], row["label"]) for row in clinc if row["split"] == split and row["label"] != "oos"]
        for split in ("train", "val")
    }
    return {"MASSIVE fr": ("fr", massive, dev), "CLINC150 small": ("en", inside["train"], inside["val"])}


def _read(path: Path) -> Rows:
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [(row["text"], row["label"]) for row in rows]


def _few(rows: Rows, size: int) -> Rows:
    held: dict[str, list[str]] = defaultdict(list)
    for text, label in rows:
        held[label].append(text)
    draw = random.Random(1)
    return [(text, label) for label in sorted(held) for text in draw.sample(held[label], min(size, len(held[label])))]


def _right(guessed: Sequence[str], judged: Rows) -> float:
    return sum(guess == label for guess, (_, label) in zip(guessed, judged, strict=True)) / len(judged)


def _ours(language: str, rows: Rows, judged: Rows) -> float:
    with tempfile.TemporaryDirectory() as home:
        held: dict[str, list[str]] = defaultdict(list)
        for text, label in rows:
            held[label].append(text)
        for label, texts in held.items():
            path = Path(home) / "examples" / "all" / f"{label}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n".join(texts), encoding="utf-8")
        train(Path(home) / "examples", Path(home) / "model", language=language)
        read = load(Path(home) / "model").understand_many((text, "web") for text, _ in judged)
        return _right([one.ranking[0].procedure if one.ranking else "" for one in read], judged)


def _linear(language: str, rows: Rows, judged: Rows) -> float:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    model = make_pipeline(make_union(words, letters), LinearSVC())
    model.fit([text for text, _ in rows], [label for _, label in rows])
    return _right(list(model.predict([text for text, _ in judged])), judged)


def _spacy(language: str, rows: Rows, judged: Rows) -> float:
    """The best of spaCy's stock architectures at this size: an ensemble with a narrow bag of words."""
    labels = sorted({label for _, label in rows})
    nlp = spacy.blank(language)
    nlp.add_pipe("textcat", config={"model": _ENSEMBLE})
    gold = [{"cats": {name: float(name == label) for name in labels}} for _, label in rows]
    examples = [Example.from_dict(nlp.make_doc(text), cats) for (text, _), cats in zip(rows, gold, strict=True)]
    optimizer = nlp.initialize(lambda: examples)
    held, draw, ended = examples[:], random.Random(1), time.process_time() + _SECONDS
    while time.process_time() < ended:
        draw.shuffle(held)
        for start in range(0, len(held), 64):
            nlp.update(held[start : start + 64], sgd=optimizer, drop=0.2)
    docs = nlp.pipe(text for text, _ in judged)
    return _right([max(doc.cats, key=lambda name: doc.cats[name]) for doc in docs], judged)


_ENSEMBLE = {
    "@architectures": "spacy.TextCatEnsemble.v2",
    "tok2vec": {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": 96,
            "rows": [5000, 1000, 2500],
            "attrs": ["NORM", "PREFIX", "SUFFIX"],
            "include_static_vectors": False,
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": 96,
            "window_size": 1,
            "maxout_pieces": 3,
            "depth": 1,
        },
    },
    "linear_model": {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": True,
        "length": 32768,
        "ngram_size": 2,
        "no_output_layer": False,
    },
}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
