"""Words that may have been heard wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from intake.readings import settled
from routing.domain.understanding import Candidate, Danger, Decision, Understanding

ROAD = Understanding(Decision.ROUTE, 0.9, (Candidate("road", 0.9), Candidate("tag", 0.05)))
TAG = Understanding(Decision.ROUTE, 0.8, (Candidate("tag", 0.8),))
NOTHING = Understanding(Decision.UNFORESEEN)
GAS = Understanding(Decision.UNFORESEEN, danger=Danger("gas", "odeur de gaz", "gaz"))
MEANINGS = {"a tag": TAG, "the road": ROAD, "gas": GAS, "murmur": NOTHING}


def read(first: Understanding, heard: Mapping[str, Any] | None, *, asked: bool = True) -> Understanding:
    return settled(first, heard, MEANINGS.__getitem__, asked=asked)


def heard(*alternatives: str, confidence: float | None = 0.9) -> dict[str, Any]:
    return {"confidence": confidence, "alternatives": list(alternatives)}


def test_written_words_are_taken_as_they_are() -> None:
    assert read(ROAD, None, asked=False) is ROAD


def test_readings_that_agree_change_nothing() -> None:
    assert read(ROAD, heard("the road", "murmur")) == ROAD


def test_readings_that_disagree_make_a_question_between_both() -> None:
    found = read(ROAD, heard("a tag"))
    assert found.decision is Decision.ASK
    assert [item.procedure for item in found.ranking] == ["road", "tag"]
    assert found.confidence == found.ranking[0].probability == 0.45


def test_another_reading_helps_where_the_first_means_nothing() -> None:
    found = read(NOTHING, heard("a tag"))
    assert (found.decision, found.ranking[0].procedure) == (Decision.ASK, "tag")


def test_danger_in_any_reading_counts() -> None:
    assert read(ROAD, heard("gas")).danger == GAS.danger


def test_a_recogniser_in_doubt_routes_nothing_by_itself() -> None:
    assert read(ROAD, heard(confidence=0.3), asked=False).decision is Decision.ASK
    assert read(ROAD, heard(confidence=0.3), asked=True) == ROAD  # the caller is asked to confirm it
    assert read(ROAD, heard(confidence=None), asked=False) == ROAD
