"""Examples on disk: a folder ``<group>/<label>.txt``, one utterance a line.

A line ``# author NAME`` says who wrote the lines below it; a corpus by several authors is put to the test one author at
a time, because a message resembles its own author's others far more than a stranger's.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nlp_models.errors import CorpusError
from routing.domain.procedure import TO_WRITE

FOLDS = 5
_FEWEST_AUTHORS = 3
_AUTHOR = re.compile(r"# author (\S+)")


@dataclass(frozen=True, slots=True)
class Corpus:
    """Utterances, their labels and their authors, same length, sorted by label then as written.

    ``contradictions`` are utterances found under several labels: kept, because real data has them, but worth telling.
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    contradictions: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The distinct labels, sorted: their order is the order of the model's classes."""
        return tuple(sorted(set(self.labels)))

    def digest(self) -> str:
        """A hexadecimal hash of the utterances and labels, the same wherever the folder lies."""
        content = "\0".join(f"{label}\t{text}" for label, text in zip(self.labels, self.texts, strict=True))
        return hashlib.sha256(content.encode()).hexdigest()

    def folds(self) -> tuple[int, ...]:
        """A fold number for each utterance: its author's, where there are three or more.

        Else 0 to 4, spread evenly inside a label and decided by the text itself.
        """
        names = sorted(set(self.authors))
        if len(names) >= _FEWEST_AUTHORS:
            return tuple(names.index(author) for author in self.authors)
        return self._spread()

    def _spread(self) -> tuple[int, ...]:
        ranks: dict[int, int] = {}
        by_label: dict[str, list[int]] = defaultdict(list)
        for position, label in enumerate(self.labels):
            by_label[label].append(position)
        for turn, members in enumerate(by_label.values()):
            for rank, position in enumerate(sorted(members, key=lambda p: _scramble(self.texts[p]))):
                ranks[position] = (rank + turn) % FOLDS
        return tuple(ranks[position] for position in range(len(self.texts)))


def _scramble(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


def read_examples(folder: Path) -> Corpus:
    """Read every ``<group>/<label>.txt`` under ``folder``.

    Raises CorpusError when the folder is missing or empty, holds a single label, an empty file, a file that is not
    UTF-8, or the same label in two groups.
    """
    files = _label_files(folder)
    rows = [(label, text, author) for label, path in sorted(files.items()) for text, author in utterances(path)]
    if len(files) < 2:
        raise CorpusError(f"{folder}: only one label ({next(iter(files))}); a choice needs at least two.")
    texts = tuple(text for _, text, _ in rows)
    authors = tuple(author for _, _, author in rows)
    return Corpus(texts, tuple(label for label, _, _ in rows), _contradictions(texts), authors)


def read_lines(paths: Iterable[Path]) -> tuple[str, ...]:
    """Return the distinct non-empty lines of several UTF-8 files, in the order of their names."""
    lines = (line for path in sorted(paths) for line in _lines(path))
    return tuple(dict.fromkeys(lines))


def _label_files(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise CorpusError(f"{folder}: no such folder; expected <group>/<label>.txt files in it.")
    files: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.txt")):
        if path.stem in files:
            raise CorpusError(f"Label {path.stem!r} stands twice: {files[path.stem]} and {path}.")
        files[path.stem] = path
    if not files:
        raise CorpusError(f"{folder}: no examples; expected <group>/<label>.txt files, one utterance a line.")
    return files


def utterances(path: Path) -> list[tuple[str, str]]:
    """Return the distinct utterances of a file, each with its author ("" when none is named). Raises CorpusError."""
    written: dict[str, str] = {}
    author = ""
    for line in _lines(path):
        if named := _AUTHOR.fullmatch(line):
            author = named[1]
        else:
            written.setdefault(line, author)
    if any(line.startswith(TO_WRITE) for line in written):
        raise CorpusError(f"{path}: still to be written; replace the line that begins with {TO_WRITE}.")
    if not written:
        raise CorpusError(f"{path}: no utterance in this file; write one a line or remove the file.")
    return list(written.items())


def _lines(path: Path) -> list[str]:
    try:
        content = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorpusError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8.") from error
    return [" ".join(line.split()) for line in content.split("\n") if line.strip()]


def _contradictions(texts: Iterable[str]) -> tuple[str, ...]:
    counts = Counter(text.casefold() for text in texts)
    return tuple(sorted(text for text, count in counts.items() if count > 1))
