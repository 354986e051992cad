"""Figures on a tiny set, and the lines that go in and out of the command."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlp_models.calibration import calibration_error, fit_calibration, macro_f1, threshold_at_precision
from nlp_models.errors import CorpusError
from nlp_models.evaluation import evaluate, prediction_row
from nlp_models.labelled import LabelledText, read_labelled, read_messages
from nlp_models.pipeline import Reader
from nlp_models.scope import outside_score, strangeness, unforeseen_score
from nlp_models.softmax import softmax
from routing.domain.understanding import Candidate, Danger, Decision, Understanding


def test_figures_on_a_tiny_set(tiny_reader: Reader) -> None:
    rows = [
        LabelledText("un trou dans la chaussée", "trou"),
        LabelledText("un tag sur la façade", "tag"),
        LabelledText("la poubelle n'est pas ramassée", "bac"),
        LabelledText("un trou énorme dans la route", "tag"),
    ]
    measured = evaluate(rows, tiny_reader)
    assert measured.texts == 4
    assert measured.top1 == 0.75
    assert measured.top3 == 1.0
    assert [(c.expected, c.guessed, c.count) for c in measured.confusions] == [("tag", "trou", 1)]
    assert set(measured.as_dict()) >= {"texts", "top1", "top3", "macro_f1", "ece", "coverage", "confusions"}


def test_nothing_or_unknown_labels_cannot_be_evaluated(tiny_reader: Reader) -> None:
    with pytest.raises(CorpusError, match="Nothing to evaluate"):
        evaluate([], tiny_reader)
    with pytest.raises(CorpusError, match="no label 'lune'"):
        evaluate([LabelledText("x", "lune")], tiny_reader)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: not JSON"),
        ("[1]", "line 2: expected an object"),
        ('{"label": "a"}', "'text' must be a string"),
        ('{"text": "a"}', "'label' must be a string"),
        ('{"text": "a", "label": 3}', "'label' must be a string"),
        ('{"text": "a", "label": "b", "channel": "fax"}', "unknown channel 'fax'"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": "ok", "label": "b"}\n' + line + "\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=message):
        read_labelled(path)


def test_a_file_that_is_none_or_another_is_said(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be read"):
        read_labelled(tmp_path / "nowhere.jsonl")
    with pytest.raises(CorpusError, match="line 2: not UTF-8"):
        read_messages('{"text": "ok"}\n{"text": "éteint"}'.encode("latin-1"))
    with pytest.raises(CorpusError, match="unknown channel"):
        read_messages(b'{"text": "ok", "channel": ["web"]}')


def test_lines_are_read() -> None:
    assert read_messages('\ufeff{"text": "a"}\r\n\n{"text": "b\u2028c", "channel": "sms"}\n'.encode()) == [
        ("a", "web"),
        ("b\u2028c", "sms"),
    ]


def test_the_row_of_a_prediction_has_exactly_the_promised_keys() -> None:
    read = Understanding(
        Decision.ROUTE, 0.9, (Candidate("trou", 0.9),), Danger("gaz", "Odeur de gaz", "sent le gaz"), commune="Dijon"
    )
    assert prediction_row(read) == {
        "procedure": "trou",
        "decision": "route",
        "confidence": 0.9,
        "ranking": [{"procedure": "trou", "probability": 0.9}],
        "danger": True,
        "danger_reason": "Odeur de gaz",
        "language": "fr",
        "commune": "Dijon",
        "place": None,
    }
    assert prediction_row(Understanding(Decision.OUT_OF_SCOPE))["procedure"] is None


def test_measures() -> None:
    confidence = np.array([0.9, 0.8, 0.7, 0.2], dtype=np.float32)
    correct = np.array([True, True, False, False])
    assert threshold_at_precision(confidence, correct, 0.95) == pytest.approx(0.8)
    assert threshold_at_precision(confidence, ~correct, 0.95) > 1
    assert calibration_error(confidence, correct) == pytest.approx((0.1 + 0.2 + 0.7 + 0.2) / 4)
    assert macro_f1(np.array([0, 0, 1]), np.array([0, 1, 1])) == pytest.approx(2 / 3)


def test_calibration_takes_overconfidence_back() -> None:
    rng = np.random.default_rng(1)
    classes = rng.integers(0, 5, size=400)
    scores = (rng.normal(size=(400, 5)) * 6).astype(np.float32)
    scores[np.arange(400), classes] += 4
    calibration = fit_calibration(scores, classes)
    probabilities = calibration.probabilities(scores)
    correct = scores.argmax(axis=1) == classes
    raw = softmax(scores).max(axis=1)
    assert calibration_error(probabilities.max(axis=1), correct) < calibration_error(raw, correct) / 2
    assert (probabilities.argmax(axis=1) == scores.argmax(axis=1)).all()


def test_messages_nobody_foresees_are_counted_apart(tiny_reader: Reader) -> None:
    rows = [LabelledText("un gros trou dans la route", "trou"), LabelledText("coucou maman", None)]
    found = evaluate(rows, tiny_reader)
    assert (found.texts, found.unlabelled) == (1, 1)
    assert 0.0 <= found.set_aside <= 1.0
    with pytest.raises(CorpusError, match="no text has a label"):
        evaluate(rows[1:], tiny_reader)


def test_one_message_is_as_strange_as_among_others() -> None:
    scope = np.array([[3.0, -1.0, -2.0, -3.0], [-40.0, 2.0, 60.0, 0.0], [0.0, 0.0, 0.0, 0.0]], dtype=np.float32)
    confidence = np.array([0.97, 0.2, 1.0], dtype=np.float32)
    together = np.stack([unforeseen_score(confidence, scope), outside_score(confidence, scope)], axis=1)
    each = [strangeness(float(sure), row.tolist()) for sure, row in zip(confidence, scope, strict=True)]
    assert np.allclose([one[:2] for one in each], together, atol=1e-4)
    assert [one.vague for one in each] == [False, False, True]
