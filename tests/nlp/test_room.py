"""Learning from the room: nothing that was held out is learned, nothing is promoted that got worse, one way back."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from nlp_models.errors import CorpusError, ModelError
from nlp_models.labelled import LabelledText
from nlp_models.pipeline import load
from nlp_models.promotion import alone, live_model, promote, roll_back
from nlp_models.room import RoomLesson, learn_from_room
from tests.nlp.conftest import few_outliers

SAID = [
    ("le bitume est crevé devant la boulangerie", "trou"),
    ("y a un cratère qui mange les pneus", "trou"),
    ("la route est toute creusée", "trou"),
    ("un gros creux dans le bitume", "trou"),
    ("des gribouillis sur la mairie", "tag"),
    ("ils ont barbouillé le mur", "tag"),
    ("barbouillage à la bombe", "tag"),
    ("encore un barbouillage sur l'abri", "tag"),
    ("les éboueurs ne sont pas venus", "bac"),
    ("les éboueurs ont oublié ma rue", "bac"),
    ("personne pour les ordures", "bac"),
    ("mes ordures attendent depuis mardi", "bac"),
    ("prêter le piano de la mairie", None),
    ("un nain de jardin à rendre", None),
    ("inconnu au catalogue", "autre-chose"),
]
LABELS = [LabelledText(text, label, "sms") for text, label in SAID]


@pytest.fixture(scope="module")
def lesson(tiny_examples: Path, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> RoomLesson:
    output = tmp_path_factory.mktemp("room") / "room-1"
    with few_outliers():
        return learn_from_room(LABELS, load(tiny_model), output, examples=tiny_examples)


def test_the_candidate_knows_the_rooms_words(lesson: RoomLesson, tiny_model: Path) -> None:
    assert lesson.learned + lesson.held_out == len(SAID) - 1
    assert lesson.held_out >= 1
    asked = "du barbouillage partout"
    before, after = (load(folder).understand(asked) for folder in (tiny_model, lesson.folder))
    assert after.ranking[0].procedure == "tag"
    chances = [{c.procedure: c.probability for c in read.ranking}.get("tag", 0.0) for read in (before, after)]
    assert chances[0] < chances[1]


def test_labels_without_examples_are_left_out_and_told(lesson: RoomLesson) -> None:
    assert lesson.left_out == (("autre-chose", 1),)
    assert "1 left out: autre-chose has no examples." in lesson.lines()


def test_nothing_is_learned_from_labels_that_all_left(tiny_examples: Path, tiny_model: Path, tmp_path: Path) -> None:
    gone = [LabelledText("un trou", "autre-chose", "sms")]
    with pytest.raises(CorpusError, match="none of the room's 1 labels"):
        learn_from_room(gone, load(tiny_model), tmp_path / "room-1", examples=tiny_examples)


def test_the_same_labels_again_bring_nothing_new(lesson: RoomLesson, tiny_examples: Path, tmp_path: Path) -> None:
    with few_outliers():
        again = learn_from_room(LABELS, load(lesson.folder), tmp_path / "room-2", examples=tiny_examples)
    assert (lesson.same, again.same) == (False, True)
    assert not again.falls


def test_what_a_killed_lesson_left_is_cleared_and_two_never_learn_at_once(tmp_path: Path) -> None:
    base, live, left, half = (tmp_path / name for name in ("model-abc", "room-1", "room-2", ".training-x"))
    _made(base, live, left, half)
    promote(tmp_path, base, live)
    _made(left)
    os.utime(half, (0, 0))
    with alone(tmp_path, base):
        assert sorted(path.name for path in tmp_path.glob("*m*-*")) == ["model-abc", "room-1"]
        assert not half.exists()
        with pytest.raises(ModelError, match="already"), alone(tmp_path, base):
            pass
    with alone(tmp_path, base):
        assert live_model(tmp_path, base) == live


def test_a_pointer_that_says_nothing_leaves_the_trained_model(tmp_path: Path) -> None:
    base = tmp_path / "model-abc"
    _made(base)
    for rubbish in ("", "{", "[]", '{"chosen": 1}'):
        (tmp_path / "live.json").write_text(rubbish, encoding="utf-8")
        assert live_model(tmp_path, base) == base


def test_what_changed_is_said(lesson: RoomLesson) -> None:
    told = lesson.as_dict()
    assert told["learned"] == lesson.learned
    assert set(told["figures"]) <= {"development", "confirmed traffic"}
    assert any("labels of the room learned" in line for line in lesson.lines())


def test_a_fall_is_named(lesson: RoomLesson) -> None:
    [comparison] = lesson.comparisons
    worse = replace(comparison, live=replace(comparison.live, top1=1.0), candidate=replace(comparison.live, top1=0.5))
    assert worse.falls() == ["confirmed traffic: top1 1.0000 → 0.5000"]


def _made(*folders: Path) -> None:
    for folder in folders:
        folder.mkdir()
        (folder / "config.cfg").touch()


def test_promotion_and_the_way_back(tmp_path: Path) -> None:
    base, first, second = (tmp_path / name for name in ("model-abc", "room-1", "room-2"))
    _made(base, first)
    assert live_model(tmp_path, base) == base
    promote(tmp_path, base, first)
    assert live_model(tmp_path, base) == first
    _made(second)
    promote(tmp_path, base, second)
    assert live_model(tmp_path, base) == second
    assert roll_back(tmp_path, base) == first
    assert roll_back(tmp_path, base) == base
    promote(tmp_path, base, second)
    newer = tmp_path / "model-def"
    _made(newer)
    assert live_model(tmp_path, newer) == newer, "grown from other examples: not live until it is learned again"
