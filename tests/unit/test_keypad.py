"""keypad.yaml, what callers who are not heard choose by keys: absent, read, or refused with its line."""

from __future__ import annotations

import pytest

from routing.catalogue import loader
from routing.errors import CatalogueError
from tests.unit.catalogue_copy import CatalogueCopy

KEYPAD = "keypad.yaml"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[voirie-nid-de-poule,", "[voirie-nid-de-poul,", "unknown procedure 'voirie-nid-de-poul'"),
        ("[voirie-nid-de-poule,", "[securite-menace-suicide,", "is critical: a person must hear of it"),
        ("words: l'eau ou les égouts", "words: eu", "words"),
    ],
)
def test_a_mistake_is_named_where_it_stands(whole_copy: CatalogueCopy, old: str, new: str, words: str) -> None:
    line = whole_copy.swap(KEYPAD, old, new)
    with pytest.raises(CatalogueError) as refused:
        loader.load(whole_copy.folder)
    assert any(each.startswith(f"{KEYPAD}:{line}:") and words in each for each in refused.value.problems)


def test_a_city_may_have_none(copied: CatalogueCopy) -> None:
    assert loader.load(copied.folder).keypad == ()
