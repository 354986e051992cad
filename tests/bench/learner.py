"""Our learner on public data, against a linear SVC over the same kind of features and spaCy's own text classifiers.

``python -m tests.bench.learner FOLDER [LEARNER ...]`` where FOLDER holds ``massive_fr.train.jsonl``,
``massive_fr.dev.jsonl`` and ``clinc150_small.jsonl`` (public, not shipped with the project): twenty examples a label,
or all of them with the word ``whole``. The linear SVC needs scikit-learn, which nothing else here does.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import spacy
from spacy.training import Example

from nlp_models.pipeline import load
from nlp_models.training import train

Rows = Sequence[tuple[str, str]]
Learner = Callable[[str, Rows, Rows], float]
_FEW = 20  # examples a label
_WHOLE = "whole"
_SECONDS = 60.0  # of processor that each of spaCy's own classifiers gets
_LOOKS = 4  # how often it is judged meanwhile; its best moment counts, which flatters it


def main(folder: Path, wanted: Sequence[str]) -> None:
    """Print one line a set and learner."""
    size = 0 if _WHOLE in wanted else _FEW
    chosen = [name for name in wanted if name != _WHOLE] or list(LEARNERS)
    for name, (language, training, judged) in _sets(folder).items():
        part = _few(training, size) if size else training
        for learner in chosen:
            begun = time.process_time()
            top1 = LEARNERS[learner](language, part, judged)
            line = {"set": name, "examples": f"{size} a label" if size else "all", "texts": len(judged)}
            line |= {"learner": learner, "top1": round(top1, 4), "processor_s": round(time.process_time() - begun, 1)}
            sys.stdout.write(json.dumps(line) + "\n")
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


def _spacy(model: dict[str, Any], language: str, rows: Rows, judged: Rows) -> float:
    labels = sorted({label for _, label in rows})
    nlp = spacy.blank(language)
    nlp.add_pipe("textcat", config={"model": model})
    gold = [{"cats": {name: float(name == label) for name in labels}} for _, label in rows]
    examples = [Example.from_dict(nlp.make_doc(text), cats) for (text, _), cats in zip(rows, gold, strict=True)]
    optimizer = nlp.initialize(lambda: examples)
    draw, begun, best = random.Random(1), time.process_time(), 0.0
    for look in range(1, _LOOKS + 1):
        while time.process_time() - begun < _SECONDS * look / _LOOKS:
            draw.shuffle(examples)
            for start in range(0, len(examples), 64):
                nlp.update(examples[start : start + 64], sgd=optimizer, drop=0.2)
        judging = time.process_time()
        docs = nlp.pipe(text for text, _ in judged)
        best = max(best, _right([max(doc.cats, key=lambda name: doc.cats[name]) for doc in docs], judged))
        begun += time.process_time() - judging
    return best


_BOW = {
    "@architectures": "spacy.TextCatBOW.v3",
    "exclusive_classes": True,
    "length": 32768,
    "ngram_size": 2,
    "no_output_layer": False,
}
_TOK2VEC = {
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
}
_CNN = {"@architectures": "spacy.TextCatCNN.v2", "exclusive_classes": True, "tok2vec": _TOK2VEC}
_ENSEMBLE = {"@architectures": "spacy.TextCatEnsemble.v2", "tok2vec": _TOK2VEC, "linear_model": _BOW}
LEARNERS: dict[str, Learner] = {
    "ours": _ours,
    "svc": _linear,
    "spacy-bow": partial(_spacy, _BOW),
    "spacy-cnn": partial(_spacy, _CNN),
    "spacy-ensemble": partial(_spacy, _ENSEMBLE),
}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
