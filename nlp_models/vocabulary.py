"""From terms to numbers: the terms known from the examples, how rare each is, and rows of unit length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from nlp_models.sparse import Floats, Integers, SparseRows
from nlp_models.terms import BLOCKS, Reading

_BLOCK_NUMBERS = {name: number for number, (name, _) in enumerate(BLOCKS)}
_BLOCK_WEIGHTS = np.array([weight for _, weight in BLOCKS], dtype=np.float32)
_NORM = np.float32(np.sqrt((_BLOCK_WEIGHTS**2).sum()))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Known terms, one column each; ``blocks`` and ``rarity`` (smooth idf) have one entry a column.

    The first ``known`` columns are the examples' own terms; those that only outliers hold follow.
    """

    columns: dict[tuple[str, str], int]
    blocks: NDArray[np.int8]
    rarity: Floats
    known: int

    def extended(self, readings: Iterable[Reading]) -> Vocabulary:
        """Add the terms of other readings after the known ones, as rare as a term never seen."""
        others = sorted({term for reading in readings for term in reading.terms} - self.columns.keys())
        rarity = np.full(len(others), self.rarity.max() if len(self.rarity) else 1.0, dtype=np.float32)
        return _vocabulary([*self.columns, *others], np.concatenate((self.rarity, rarity)), self.known)

    def rows(self, readings: Iterable[Reading]) -> SparseRows:
        """Return one row of unit length for each reading; unknown terms are left out before the length is taken."""
        end = len(self.rarity)
        starts, columns, counts = [0], [], []
        for reading in readings:
            known = sorted((c, n) for t, n in reading.terms.items() if (c := self.columns.get(t, end)) < end)
            columns.append([column for column, _ in known])
            counts.append([count for _, count in known])
            starts.append(starts[-1] + len(known))
        flat = np.fromiter(chain.from_iterable(columns), dtype=np.int64, count=starts[-1])
        times = np.fromiter(chain.from_iterable(counts), dtype=np.float32, count=starts[-1])
        raw = SparseRows(np.array(starts), flat, (1 + np.log(times)) * self.rarity[flat], end)
        return self.unit_length(raw)

    def examples_part(self, rows: SparseRows) -> SparseRows:
        """Return the rows without the terms that only outliers hold, at unit length again."""
        kept = rows.columns < self.known
        lengths = np.bincount(rows.row_numbers()[kept], minlength=rows.rows)
        starts = np.concatenate(([0], np.cumsum(lengths)))
        return self.unit_length(SparseRows(starts, rows.columns[kept], rows.values[kept], self.known))

    def unit_length(self, raw: SparseRows, kept: NDArray[np.bool_] | None = None) -> SparseRows:
        """Scale each block of each row to its weight. Columns that are not ``kept`` become zero first."""
        values = raw.values if kept is None else raw.values * kept[raw.columns]
        cells = raw.row_numbers() * len(BLOCKS) + self.blocks[raw.columns]
        squares = np.bincount(cells, weights=values.astype(np.float64) ** 2, minlength=raw.rows * len(BLOCKS))
        lengths = np.sqrt(np.maximum(squares, 1e-12)).astype(np.float32)
        scaled = values * (_BLOCK_WEIGHTS[self.blocks[raw.columns]] / lengths[cells]) / _NORM
        return SparseRows(raw.starts, raw.columns, scaled.astype(np.float32), raw.width)

    def lines(self) -> str:
        """Return the terms in column order, one ``block term`` a line."""
        return "\n".join(block + term for block, term in self.columns)


def learn_vocabulary(readings: Sequence[Reading], fewest: int = 1) -> Vocabulary:
    """Return the terms held by at least ``fewest`` readings, in a fixed order."""
    counts: dict[tuple[str, str], int] = {}
    for reading in readings:
        for term in reading.terms:
            counts[term] = counts.get(term, 0) + 1
    terms = sorted((term for term, count in counts.items() if count >= fewest))
    held = np.array([counts[term] for term in terms], dtype=np.float64)
    rarity = (np.log((1 + len(readings)) / (1 + held)) + 1).astype(np.float32)
    return _vocabulary(terms, rarity, len(terms))


def vocabulary_from_lines(lines: str, rarity: Floats, known: int) -> Vocabulary:
    """Rebuild a vocabulary from what ``lines`` gave and the stored rarities."""
    terms = [(line[0], line[1:]) for line in lines.split("\n")]
    return _vocabulary(terms, rarity, known)


def _vocabulary(terms: Sequence[tuple[str, str]], rarity: Floats, known: int) -> Vocabulary:
    columns = {term: column for column, term in enumerate(terms)}
    blocks = np.array([_BLOCK_NUMBERS[block] for block, _ in terms], dtype=np.int8)
    return Vocabulary(columns, blocks, rarity, known)


def held_columns(rows: SparseRows, chosen: Integers) -> NDArray[np.bool_]:
    """Tell, for each column, whether at least one of the chosen rows holds it."""
    held = np.zeros(rows.width, dtype=bool)
    held[rows.take(chosen).columns] = True
    return held
