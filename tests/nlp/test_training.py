"""Training on any folder: the same bytes from the same data, clear errors, and a cache that trains once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import spacy
from scipy import sparse
from spacy.tokens import DocBin

from nlp_models.corpus import Corpus, read_examples
from nlp_models.errors import CorpusError, ModelError
from nlp_models.pipeline import load
from nlp_models.rows import Rows, counted
from nlp_models.scripts.convert import convert
from nlp_models.softmax import fit_softmax, one_hot, softmax
from nlp_models.terms import TermReader
from nlp_models.training import ROOM, STALE, content_hash, ensure_model, known_trust, outliers, train
from nlp_models.trust import ANY, BandSettings, Trust, Unseen, fit_trust, trust_from
from nlp_models.vocabulary import Floats, learn_vocabulary
from nlp_models.weights import Weights
from routing.domain.understanding import Channel
from tests.nlp.conftest import few_outliers


@pytest.fixture(autouse=True)
def _quickly() -> Iterator[None]:
    with few_outliers():
        yield


def _bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_same_data_same_bytes(tiny_examples: Path, tiny_model: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(tiny_examples, copy)
    train(copy, tmp_path / "model")
    assert _bytes_of(tmp_path / "model") == _bytes_of(tiny_model)


def test_summary_and_progress(tiny_examples: Path, tmp_path: Path) -> None:
    heard: list[tuple[str, float]] = []
    summary = train(tiny_examples, tmp_path / "m", progress=lambda step, share: heard.append((step, share)))
    assert (summary.labels, summary.examples, summary.notes) == (3, 18, ())
    assert {"top1", "top3", "ece", "coverage"} <= summary.figures.keys()
    assert heard[0] == ("read", 0.0)
    assert heard[-1] == ("done", 1.0)
    assert [share for _, share in heard] == sorted(share for _, share in heard)


def test_any_language_can_be_trained(tmp_path: Path) -> None:
    for label, lines in {"light": "turn on the light\nlamp please", "music": "play a song\nsome jazz"}.items():
        (tmp_path / "in" / "home").mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / "home" / f"{label}.txt").write_text(lines, encoding="utf-8")
    assert train(tmp_path / "in", tmp_path / "en", language="en").labels == 2
    assert train(tmp_path / "in", tmp_path / "zz", language="zz").labels == 2


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no examples"),
        ({"a/x.txt": "un"}, "only one label"),
        ({"a/x.txt": "un", "a/y.txt": "\n \n"}, "no utterance"),
        ({"a/x.txt": "un", "b/x.txt": "deux"}, "stands twice"),
        ({"a/x.txt": b"\xff\xfe\xe9", "a/y.txt": "deux"}, "not UTF-8"),
    ],
)
def test_unusable_folders_are_explained(tmp_path: Path, files: dict[str, str | bytes], message: str) -> None:
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CorpusError, match=message):
        train(tmp_path, tmp_path / "out")


def test_a_missing_folder_is_explained(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="no such folder"):
        read_examples(tmp_path / "nowhere")


def test_the_same_words_under_two_labels_are_told(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.txt").write_text("Bonjour\nbonsoir\nbonsoir", encoding="utf-8")
    (tmp_path / "a" / "y.txt").write_text("bonjour\nmerci", encoding="utf-8")
    corpus = read_examples(tmp_path)
    assert len(corpus.texts) == 4
    assert corpus.contradictions == ("bonjour",)


def test_folds_are_even_and_do_not_depend_on_the_order_of_lines(tiny_examples: Path) -> None:
    corpus = read_examples(tiny_examples)
    counts = np.bincount(corpus.folds(), minlength=5)
    assert counts.max() - counts.min() <= 2


def test_a_folder_that_is_no_model_is_never_replaced(tiny_examples: Path, tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("à garder", encoding="utf-8")
    with pytest.raises(ModelError, match="holds no model"):
        train(tiny_examples, tmp_path)
    assert (tmp_path / "precious.txt").exists()


def test_the_cache_trains_once_and_keeps_two(tiny_examples: Path, tmp_path: Path) -> None:
    work = tmp_path / "examples"
    shutil.copytree(tiny_examples, work)
    trained: list[str] = []

    def ensure() -> Path:
        return ensure_model(work, tmp_path / "cache", progress=lambda step, share: trained.append(step))

    first = ensure()
    assert ensure() == first
    assert trained.count("done") == 1
    for extra in ("encore un trou", "toujours un trou"):
        with (work / "voirie" / "trou.txt").open("a", encoding="utf-8") as file:
            file.write(f"{extra}\n")
        last = ensure()
    assert last != first
    assert trained.count("done") == 3
    assert len(list((tmp_path / "cache").glob("model-*"))) == 2
    assert last.is_dir()


def test_the_cache_follows_every_file_of_examples(tiny_examples: Path, tmp_path: Path) -> None:
    work = tmp_path / "examples"
    shutil.copytree(tiny_examples, work)
    kept = (work / "voirie" / "trou.txt").read_text(encoding="utf-8")

    def labels() -> tuple[str, ...]:
        return load(ensure_model(work, tmp_path / "cache")).labels

    assert labels() == ("bac", "tag", "trou")
    (work / "voirie" / "banc.txt").write_text("le banc est cassé\nplus de banc\n", encoding="utf-8")
    assert labels() == ("bac", "banc", "tag", "trou")
    (work / "voirie" / "trou.txt").unlink()
    assert labels() == ("bac", "banc", "tag")
    (work / "voirie" / "trou.txt").write_text(kept, encoding="utf-8")
    (work / "voirie" / "banc.txt").rename(work / "voirie" / "siège.txt")  # the same words under another name
    assert labels() == ("bac", "siège", "tag", "trou")


def test_a_start_that_finds_its_model_reads_no_utterance(
    tiny_examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ensure_model(tiny_examples, tmp_path / "cache")

    def refused(folder: Path) -> Corpus:
        raise AssertionError(folder)

    monkeypatch.setattr("nlp_models.training.read_examples", refused)
    assert ensure_model(tiny_examples, tmp_path / "cache") == first


def test_examples_become_a_spacy_corpus(tiny_examples: Path, tmp_path: Path) -> None:
    """In any of spaCy's languages; reading its French alone takes seconds."""
    assert convert(tiny_examples, tmp_path / "corpus" / "xx.spacy", "xx") == 18
    docs = list(DocBin().from_disk(tmp_path / "corpus" / "xx.spacy").get_docs(spacy.blank("xx").vocab))
    assert {label for doc in docs for label in doc.cats} == {"trou", "tag", "bac"}


def test_enough_outliers_are_at_hand() -> None:
    scopes = [scope for _, scope in outliers("fr")]
    assert scopes.count(1) >= 150
    assert scopes.count(2) >= 400


def test_the_fit_agrees_with_a_plain_descent() -> None:
    rng = np.random.default_rng(7)
    rows = rng.normal(size=(30, 5)).astype(np.float32)
    classes = rng.integers(0, 3, size=30)
    targets = one_hot(classes, 3)
    fit = fit_softmax(_dense(rows), targets, 1.0)
    weights, bias = rows.T @ fit.coefficients, fit.bias
    residual = softmax(rows @ weights + bias) - targets
    assert np.abs(rows.T @ residual + weights).max() < 0.02
    assert np.abs(residual.sum(axis=0)).max() < 0.02


def test_a_fit_on_many_rows_begins_with_a_part_of_them_and_ends_as_low(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    rows = rng.normal(size=(120, 5)).astype(np.float32)
    targets = one_hot(rng.integers(0, 3, size=120), 3)
    at_once = fit_softmax(_dense(rows), targets, 1.0)
    monkeypatch.setattr("nlp_models.softmax._MUCH", 300)
    shares: list[float] = []
    in_stages = fit_softmax(_dense(rows), targets, 1.0, progress=shares.append)
    assert np.allclose(rows.T @ in_stages.coefficients, rows.T @ at_once.coefficients, atol=0.02)
    assert shares == sorted(shares)
    assert shares[-1] <= 1


def _dense(rows: Floats) -> Rows:
    return Rows(sparse.csr_matrix(rows), sparse.identity(5, np.float32, "csr"), np.zeros(5, dtype=np.bool_))


def test_many_messages_at_once_are_the_rows_of_each() -> None:
    reader = TermReader("fr")
    inside = [reader.read(text) for text in ("un gros trou dans la rue", "la la la rue trou", "lampadaire eteint rue")]
    outside = [reader.read("une recette de gateau"), reader.read("la recette du trou normand")]
    vocabulary = learn_vocabulary(inside, outside)
    weights = Weights(
        ("trou",), vocabulary, np.zeros((vocabulary.own.sum(), 1), np.int8), np.ones(vocabulary.own.sum(), np.float32),
        np.zeros(1, np.float32), np.zeros((len(vocabulary.terms), 4), np.float16), np.zeros(4, np.float32), Trust(),
    )  # fmt: skip
    unseen = reader.read("trou trou dans le gateau inconnu")
    for own in (True, False):
        many = counted([*inside, *outside, unseen], vocabulary).rows(vocabulary.own if own else None)
        dense = (many.held @ many.worth).toarray()
        for reading, expected in zip([*inside, *outside, unseen], dense, strict=True):
            keys = [
                *vocabulary.look_up([[unit] for unit in reading.units.elements()]),
                vocabulary.shared(reading.shared),
            ]
            gathered = weights.gather(keys)
            columns, values = gathered.own_row() if own else gathered.row()
            assert np.allclose(np.bincount(columns, values, len(vocabulary.terms)), expected, atol=1e-6)
        assert np.allclose(many.mutual()(np.eye(6, dtype=np.float32)), dense @ dense.T, atol=1e-5)


def test_words_of_one_letter_count_but_what_elision_leaves_does_not() -> None:
    assert TermReader("en").read("can i pay in 2 parts").words == ("can", "i", "pay", "in", "2", "parts")
    assert TermReader("fr").read("l eau a coule").words == ("eau", "coule")


def test_each_author_is_left_out_in_turn(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.txt").write_text("un\n# author b\ndeux\ntrois\n# author c\n# quatre", encoding="utf-8")
    (tmp_path / "a" / "y.txt").write_text("# author c\ncinq\nsix", encoding="utf-8")
    corpus = read_examples(tmp_path)
    assert corpus.texts == ("un", "deux", "trois", "# quatre", "cinq", "six")
    assert corpus.folds() == (0, 1, 1, 2, 2, 2)


def _unseen(kinds: list[str], margin: list[float]) -> Unseen:
    """Two classes; a message of the first whose score leads by ``margin``."""
    classes = np.array([[lead, 0.0] for lead in margin], dtype=np.float32)
    nothing = np.zeros((len(margin), 3), dtype=np.float32)
    zeros = np.zeros(len(margin), dtype=np.int64)
    return Unseen(classes, nothing, zeros, zeros, kinds)


def test_each_channel_is_trusted_on_its_own_evidence() -> None:
    rng = np.random.default_rng(5)
    sure, shaky = rng.normal(4, 0.5, 150), rng.normal(0.3, 1.0, 150)
    trust = fit_trust(
        _unseen(["written"] * 150 + ["spoken"] * 150 + ["short"] * 9, [*sure, *shaky, *[1.0] * 9]), BandSettings()
    )
    assert trust.bands.keys() == {ANY, "written", "spoken"}
    lead = np.array([[1.0, 0.0]], dtype=np.float32)
    heard, read = (trust.of(channel)[0].probabilities(lead)[0, 0] for channel in (Channel.VOICE, Channel.WEB))
    assert heard < 0.9 < read
    assert trust.of(Channel.SMS) == (trust.calibrations[ANY], trust.bands[ANY])
    assert trust_from(json.loads(json.dumps(trust.as_dict()))) == trust


def test_thresholds_of_other_examples_are_used_and_said_to_be_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nlp_models.training.TRUST", tmp_path)
    corpus = Corpus(("un", "deux"), ("x", "y"))
    assert known_trust(corpus, "fr") == (None, ())
    held = {"labels": ["x", "y"], "data": content_hash(corpus, "fr"), **Trust().as_dict()}
    (tmp_path / "fr.json").write_text(json.dumps(held), encoding="utf-8")
    assert known_trust(corpus, "fr") == (Trust(), ())
    assert known_trust(Corpus(("un", "trois"), ("x", "y")), "fr") == (Trust(), (STALE,))
    assert known_trust(Corpus(("un", "trois"), ("x", "z")), "fr") == (None, ())


def test_a_packaged_pipeline_brings_its_components(tiny_model: Path, tmp_path: Path) -> None:
    """As `project.yml` packages it, in a process that knows nothing of Vigie's factories."""
    code = ROOM / "scripts" / "registered.py"
    options = ["--name", "vigie", "--version", "0.1.0", "--build", "none", "--code", str(code)]
    subprocess.run(
        [sys.executable, "-m", "spacy", "package", str(tiny_model), str(tmp_path), *options], check=True, timeout=300
    )
    package = tmp_path / "xx_vigie-0.1.0"
    shutil.copy(package / "meta.json", package / "xx_vigie")  # the wheel's build does this
    read = (
        "import sys; sys.path[:0] = sys.argv[1:]; import xx_vigie;"
        "cats = xx_vigie.load()('un trou dans la route').cats; print(max(cats, key=cats.get))"
    )
    command = [sys.executable, "-c", read, str(package), str(ROOM.parent)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "trou"
    assert f"--code {code.relative_to(ROOM)}" in (ROOM / "project.yml").read_text(encoding="utf-8")
