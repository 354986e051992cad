"""Whatever a text editor can do to a file, its author is told where."""

from __future__ import annotations

from pathlib import Path

import pytest

from routing.catalogue.source import Source
from tests.unit.catalogue_copy import TRIAL, TRIAL_TEXT, CatalogueCopy


def test_a_key_that_stands_twice_is_refused(copied: CatalogueCopy) -> None:
    line = copied.swap(TRIAL, "severity: urgent", "severity: urgent\nseverity: info")
    copied.refused(TRIAL, line + 1, "'severity' stands twice")


def test_a_key_that_stands_twice_deep_inside_is_refused_too(copied: CatalogueCopy) -> None:
    line = copied.swap(TRIAL, "  after: 60", "  after: 60\n  after: 90")
    copied.refused(TRIAL, line + 1, "'after' stands twice")


def test_a_bracket_left_open_is_shown(copied: CatalogueCopy) -> None:
    line = copied.swap(TRIAL, "unless: acknowledged", "unless: [acknowledged")
    copied.refused(TRIAL, line + 1, "not valid YAML")


def test_a_colon_in_a_sentence_is_shown(copied: CatalogueCopy) -> None:
    line = copied.swap(TRIAL, "cue: Cette procédure", "cue: Attention : cette procédure")
    copied.refused(TRIAL, line, "not valid YAML")


def test_a_file_in_windows_letters_is_refused(copied: CatalogueCopy) -> None:
    (copied.folder / TRIAL).write_bytes(TRIAL_TEXT.encode("cp1252"))
    copied.refused(TRIAL, 1, "not UTF-8 (byte ")


def test_a_file_saved_by_windows_notepad_is_read(copied: CatalogueCopy) -> None:
    (copied.folder / TRIAL).write_bytes(TRIAL_TEXT.replace("\n", "\r\n").encode("utf-8-sig"))
    assert copied.problems() == []


def test_a_control_character_is_refused(copied: CatalogueCopy) -> None:
    copied.swap(TRIAL, "Essai du", "Essai\x07 du")
    copied.refused(TRIAL, 1, "not valid YAML")


@pytest.mark.parametrize("text", ["", "# rien encore\n", "- une liste\n", "un mot\n"])
def test_a_file_that_is_no_list_of_keys_is_refused(copied: CatalogueCopy, text: str) -> None:
    copied.write(TRIAL, text)
    copied.refused(TRIAL, 1, "nothing is here, or no names with values")


def test_two_documents_in_a_file_are_refused(copied: CatalogueCopy) -> None:
    copied.write(TRIAL, f"{TRIAL_TEXT}---\n{TRIAL_TEXT}")
    copied.refused(TRIAL, TRIAL_TEXT.count("\n") + 1, "another document")


def test_a_file_cannot_make_vigie_run_anything(copied: CatalogueCopy) -> None:
    copied.swap(TRIAL, "title: Essai du catalogue", "title: !!python/object/apply:os.getcwd []")
    copied.refused(TRIAL, 2, "could not determine a constructor")


def test_a_broken_procedure_is_still_a_known_neighbour(whole_copy: CatalogueCopy) -> None:
    whole_copy.write("procedures/voirie/voirie-nid-de-poule.yaml", "id: [\n")
    [problem] = whole_copy.problems()
    assert problem.file == "procedures/voirie/voirie-nid-de-poule.yaml"


def test_a_folder_in_place_of_a_file_is_refused(copied: CatalogueCopy) -> None:
    (copied.folder / TRIAL).unlink()
    (copied.folder / TRIAL).mkdir()
    copied.refused(TRIAL, 1, "cannot be read (Is a directory)")


def test_braces_left_by_a_template_are_shown(copied: CatalogueCopy) -> None:
    copied.swap(TRIAL, "title: Essai du catalogue", "title: {{ titre }}")
    copied.refused(TRIAL, 2, "not valid YAML")


def test_a_list_that_contains_itself_is_shown(copied: CatalogueCopy) -> None:
    copied.swap(TRIAL, "neighbours:\n- voirie-nid-de-poule", "neighbours: &all\n- *all")
    [problem] = copied.problems()
    assert problem.file == TRIAL


def test_a_day_that_does_not_exist_is_shown_on_its_line(copied: CatalogueCopy) -> None:
    line = copied.swap(TRIAL, "title: Essai du catalogue", "title: 2026-02-30")
    copied.refused(TRIAL, line, "day is out of range for month")


def test_a_place_unknown_to_the_file_is_shown_at_the_nearest_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.yaml"
    path.write_text("# first\nrows:\n  - {code: a}\n  - {code: b}\n", encoding="utf-8")
    source = Source(path)
    assert source.at(("rows", 1, "name"), "no name") == f"{path}:4: no name"
    assert source.at(("rows", 7, "name"), "no name") == f"{path}:2: no name"
    assert source.at((), "all wrong") == f"{path}:2: all wrong"
    assert list(source.values_of(("rows",), "code")) == [(0, "a"), (1, "b")]


def test_an_empty_file_still_has_a_first_line(tmp_path: Path) -> None:
    path = tmp_path / "nothing.yaml"
    path.touch()
    assert Source(path, root=tmp_path).at(("rows",), "nothing here") == "nothing.yaml:1: nothing here"
