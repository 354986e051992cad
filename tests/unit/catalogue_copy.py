"""A copy of the catalogue's folder with a procedure of the tests' own, to break one line at a time."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from routing.catalogue import loader
from routing.errors import CatalogueError

TRIAL_ID = "voirie-essai"
TRIAL = "procedures/voirie/voirie-essai.yaml"
NEIGHBOUR = "procedures/voirie/voirie-nid-de-poule.yaml"
# The line numbers of this text are asserted by the tests: line 1 is the id, line 14 the steps.
TRIAL_TEXT = """\
id: voirie-essai
title: Essai du catalogue
family: voirie
lead: voirie
level: metropole
severity: urgent
on_call: direction
emergency_first: false
label: un essai du catalogue
cue: Cette procédure n'existe que le temps d'un test.
neighbours:
- voirie-nid-de-poule
advice: Restez à distance.
steps:
- service: voirie
  after: 0
  do:
  - Regarder ce que donne l'essai
  - Noter ce qu'il a donné
- service: circulation
  after: 60
  unless: acknowledged
  do:
  - Prévenir les équipes de l'essai
  - Rouvrir la voie de l'essai
"""


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal, as its author reads it."""

    file: str
    line: int
    words: str

    @classmethod
    def read(cls, text: str) -> Problem:
        """From ``file:line: words``; fails on any other form."""
        found = re.fullmatch(r"([^:]+):(\d+): (.+)", text, re.DOTALL)
        assert found, f"not of the form file:line: words: {text!r}"
        return cls(found[1], int(found[2]), found[3])


class CatalogueCopy:
    """The copied folder. Reading 200 procedures takes a tenth of a second: most tests keep the shared files only."""

    def __init__(self, folder: Path, *, whole: bool) -> None:
        self.folder = folder
        left_out = shutil.ignore_patterns("*.py", "__pycache__", *(() if whole else ("procedures", "keypad.yaml")))
        shutil.copytree(loader.FOLDER, folder, ignore=left_out)
        self.write(TRIAL, TRIAL_TEXT)
        if not whole:
            alone = TRIAL_TEXT.replace("neighbours:\n- voirie-nid-de-poule\n", "")
            self.write(NEIGHBOUR, alone.replace("id: voirie-essai", "id: voirie-nid-de-poule"))

    def text(self, name: str) -> str:
        """A file's text."""
        return (self.folder / name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        """Put a file in place."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def swap(self, name: str, old: str, new: str) -> int:
        """Replace the first ``old`` by ``new``; returns the line it stood on."""
        before, found, after = self.text(name).partition(old)
        assert found, f"{name} does not say {old!r}"
        self.write(name, before + new + after)
        return before.count("\n") + 1

    def move(self, name: str, place: str) -> None:
        """Put a file elsewhere."""
        self.write(place, self.text(name))
        (self.folder / name).unlink()

    def line_of(self, name: str, words: str) -> int:
        """The first line that holds ``words``."""
        before, found, _ = self.text(name).partition(words)
        assert found, f"{name} does not say {words!r}"
        return before.count("\n") + 1

    def problems(self) -> list[Problem]:
        """Every refusal; none when the folder is read."""
        try:
            loader.load(self.folder)
        except CatalogueError as error:
            return [Problem.read(text) for text in error.problems]
        return []

    def refused(self, file: str, line: int, gist: str) -> None:
        """Fail unless the folder is refused for one reason, shown exactly there."""
        found = self.problems()
        assert [(item.file, item.line) for item in found] == [(file, line)], found
        assert gist in found[0].words
