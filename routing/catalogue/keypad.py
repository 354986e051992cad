"""keypad.yaml: what a caller who is not heard chooses by keys. It may be absent."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from pydantic import Field

from routing.catalogue.schema import French, Id, Row
from routing.catalogue.source import Source
from routing.domain.procedure import KeyFamily, Procedure, Severity

FILE = "keypad.yaml"


class FamilyRow(Row):
    """One key: its words, and the procedures that the next keys stand for."""

    words: French
    procedures: list[Id] = Field(min_length=1, max_length=4)


class KeypadFile(Row):
    """keypad.yaml; key 9 is another language, 0 a person."""

    families: list[FamilyRow] = Field(min_length=1, max_length=8)


def keypad(
    folder: Path, procedures: Mapping[str, Procedure], ids: Collection[str], problems: list[str]
) -> tuple[KeyFamily, ...]:
    """The families in the order of their keys; mistakes are added to ``problems``."""
    if not (folder / FILE).is_file():
        return ()
    source = Source(folder / FILE, root=folder)
    rows = source.parse(KeypadFile) if not source.problems else None
    problems += source.problems
    found = rows.families if rows else []
    for index, row in enumerate(found):
        for number, id_ in enumerate(row.procedures):
            at = ("families", index, "procedures", number)
            if ids and id_ not in ids:  # without any procedure, one mistake is named
                problems.append(source.at(at, f"unknown procedure '{id_}'"))
            elif id_ in procedures and procedures[id_].severity is Severity.CRITICAL:
                problems.append(source.at(at, f"'{id_}' is critical: a person must hear of it"))
    return tuple(KeyFamily(row.words, tuple(row.procedures)) for row in found)
