"""What any trained model promises: the same answer however it is saved, loaded, batched or provoked."""

from __future__ import annotations

from pathlib import Path

import pytest
from spacy.training import Example

from nlp_models.components import ProcedureClassifier
from nlp_models.decision import Evidence, decide
from nlp_models.errors import ModelError
from nlp_models.pipeline import LONGEST, Reader, load
from nlp_models.trust import Bands
from nlp_models.untrained import blank
from routing.domain.understanding import Decision

TEXTS = [
    "un trou dans la route rue Monge",
    "tag sur le mur",
    "poubelle pleine",
    "au secours il y a le feu",
    "",
    "rien à voir",
]
ODD = [
    "",
    "   ",
    "\0\0\0",
    "😀🔥",
    "a" * 10_240,
    "mot " * 4_000,
    "<script>alert('x')</script>",
    "<" * 3_000,
    "\u202eetner",
    "شارع مظلم",
    "路灯坏了",
    "'" * 500,
    "\ud83d",
    "é" * 2_500,
    "1234567890",
    "\n\n\t",
]


def test_a_message_is_understood(tiny_reader: Reader) -> None:
    read = tiny_reader.understand("bonjour y a un gros trou dans la route devant le 12 rue Monge")
    assert read.ranking[0].procedure == "trou"
    assert read.confidence == read.ranking[0].probability
    assert (read.commune, read.place, read.language) == ("Dijon", "12 rue Monge", "fr")
    assert "trou" in read.weighed
    assert not {"un", "dans", "la", "rue", "monge"} & set(read.weighed), "an agent learns nothing from these"
    assert read.model == tiny_reader.version
    assert read.danger is None


def test_ranking_is_sorted_and_adds_up(tiny_reader: Reader) -> None:
    read = tiny_reader.understand("des graffitis sur la façade")
    chances = [candidate.probability for candidate in read.ranking]
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) == pytest.approx(1.0, abs=1e-4)
    assert len(chances) == 3


def test_what_was_read_before_changes_no_answer(tiny_model: Path) -> None:
    reader = load(tiny_model)
    before = reader.understand("un gros trou dans la route rue Monge", "sms")
    for number in range(300):
        reader.understand(f"mot{number} jamais lu {number}bis trouz{number} gouttes{number}", "sms")
    assert reader.understand("un gros trou dans la route rue Monge", "sms") == before


def test_batches_do_not_change_answers(tiny_reader: Reader) -> None:
    one_by_one = [tiny_reader.understand(text, "sms") for text in TEXTS]
    assert list(tiny_reader.understand_many((text, "sms") for text in TEXTS)) == one_by_one
    backwards = list(tiny_reader.understand_many((text, "sms") for text in reversed(TEXTS)))
    assert backwards[::-1] == one_by_one


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_text_never_raises(tiny_reader: Reader, text: str) -> None:
    read = tiny_reader.understand(text, "voice")
    assert 0.0 <= read.confidence <= 1.0


def test_nothing_said_is_asked_about(tiny_reader: Reader) -> None:
    read = tiny_reader.understand("😀")
    assert (read.decision, read.procedure, read.ranking) == (Decision.ASK, None, ())


def test_an_unknown_channel_is_read_like_the_web(tiny_reader: Reader) -> None:
    assert tiny_reader.understand(TEXTS[0], "pigeon") == tiny_reader.understand(TEXTS[0], "web")


def test_only_the_beginning_of_a_long_text_is_read(tiny_reader: Reader) -> None:
    begun = "trou dans la route " * (LONGEST // 19 + 1)
    assert tiny_reader.understand(begun + "tag " * 3_000) == tiny_reader.understand(begun[:LONGEST])


def test_disk_and_bytes_round_trips(tiny_model: Path, tmp_path: Path) -> None:
    first = load(tiny_model)
    nlp = first.nlp
    nlp.to_disk(tmp_path / "again")
    from_bytes = Reader(blank("fr").from_bytes(nlp.to_bytes()))
    assert from_bytes.understand(TEXTS[0]) == first.understand(TEXTS[0])
    assert load(tmp_path / "again").understand(TEXTS[0]) == first.understand(TEXTS[0])


def test_spacy_can_train_the_classifier_too(tiny_model: Path) -> None:
    nlp = blank("fr")
    rows = [
        ("un trou dans la route", "trou"),
        ("la route est trouée", "trou"),
        ("un tag", "tag"),
        ("un graffiti", "tag"),
    ]
    examples = [Example.from_dict(nlp.make_doc(text), {"cats": {label: 1.0}}) for text, label in rows]
    classifier = nlp.get_pipe("procedure_classifier")
    assert isinstance(classifier, ProcedureClassifier)
    classifier.initialize(lambda: examples, nlp=nlp)
    assert max(nlp("encore un trou dans la route").cats.items(), key=lambda item: item[1])[0] == "trou"


def test_an_untrained_classifier_says_so() -> None:
    classifier = blank("fr").get_pipe("procedure_classifier")
    assert isinstance(classifier, ProcedureClassifier)
    with pytest.raises(ModelError, match="not been trained"):
        _ = classifier.weights


def test_a_folder_without_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no trained model"):
        load(tmp_path)


def test_a_model_of_another_format_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    load(tiny_model).nlp.to_disk(tmp_path / "old")
    meta = tmp_path / "old" / "procedure_classifier" / "meta.json"
    meta.write_text(meta.read_text(encoding="utf-8").replace('"format": 4', '"format": 0'), encoding="utf-8")
    with pytest.raises(ModelError, match="Train it again"):
        load(tmp_path / "old")


BANDS = Bands(route_at=0.8, unforeseen_above=-1.0, outside_above=-1.0)


@pytest.mark.parametrize(
    ("evidence", "decision"),
    [
        (Evidence(0.85, -5, -5, False, False), Decision.ROUTE),
        (Evidence(0.5, -5, -5, False, False), Decision.ASK),
        (Evidence(0.7, 0.5, -5, False, False), Decision.UNFORESEEN),
        (Evidence(0.95, -0.5, -5, False, False), Decision.ASK),  # one procedure is too sure to page for
        (Evidence(0.95, 0.5, -5, False, False), Decision.UNFORESEEN),
        (Evidence(0.7, 3, 3, False, False), Decision.OUT_OF_SCOPE),
        (Evidence(0.95, 3, 3, False, False), Decision.OUT_OF_SCOPE),
        (Evidence(0.7, 1, 1, False, False, brief=True, among_three=0.8), Decision.ASK),
        (Evidence(0.4, 1, 1, False, False, brief=True, among_three=0.6), Decision.ASK),
        (Evidence(0.3, 1, 1, False, False, brief=True, among_three=0.4), Decision.OUT_OF_SCOPE),
        (Evidence(0.7, 3, 3, False, False, brief=True), Decision.OUT_OF_SCOPE),
        (Evidence(0.85, -5, 3, False, False, placed=True), Decision.ROUTE),
        (Evidence(0.5, 3, 3, False, False, placed=True), Decision.UNFORESEEN),
        (Evidence(0.5, 3, 3, False, False, vague=True), Decision.UNFORESEEN),
        (Evidence(0.85, -5, 3, False, False, vague=True), Decision.ROUTE),
        (Evidence(0.7, 3, 3, True, False), Decision.UNFORESEEN),
        (Evidence(0.9, 3, 3, False, True), Decision.ASK),
        (Evidence(0.0, 0, 0, False, False), Decision.ASK),
        (Evidence(0.0, 0, 0, True, False), Decision.UNFORESEEN),
    ],
)
def test_decision(evidence: Evidence, decision: Decision) -> None:
    assert decide(evidence, BANDS) is decision


def test_nothing_as_likely_wrong_as_right_is_routed() -> None:
    easy = Bands(route_at=0.2, unforeseen_above=9.0, outside_above=9.0)
    for confidence, decision in ((0.49, Decision.ASK), (0.51, Decision.ROUTE)):
        evidence = Evidence(confidence=confidence, unforeseen=-5.0, outside=-5.0, danger=False, foreign=False)
        assert decide(evidence, easy) is decision
