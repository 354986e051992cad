"""Many messages as one matrix, kept as the product of two small ones. Only training needs it, and scipy with it.

A message is a few dozen units and a unit a few dozen terms, so messages × units times units × terms holds thirty times
fewer numbers than messages × terms, and every product is that much faster.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from nlp_models.terms import BLOCK, BLOCKS, LETTERS, Reading, Unit
from nlp_models.vocabulary import BLOCK_WEIGHTS, NORM, Floats, Integers, Vocabulary, columns_in

_AT_ONCE = 50  # columns
_HANDS = 2  # columns that are worked out at once


@dataclass(frozen=True, slots=True)
class Rows:
    """``held`` (messages × units, scaled so that each message has unit length) times ``worth`` (units × terms).

    ``whole`` says which units are words with their runs of letters; every other unit brings one term, or none.
    """

    held: sparse.csr_matrix
    worth: sparse.csr_matrix
    whole: NDArray[np.bool_]

    @property
    def count(self) -> int:
        """How many messages."""
        return int(self.held.shape[0])

    def mutual(self) -> Callable[[Floats], Floats]:
        """Return what multiplies by the rows' mutual products, without ever holding them."""
        single, words = self.held[:, ~self.whole] @ self.worth[~self.whole], self.held[:, self.whole]
        runs = self.worth[self.whole]
        # What most messages hold comes first and stays near the processor; what none holds, or says nothing, is left.
        single, words = single[:, _most_held(single)], words[:, known := np.flatnonzero(np.diff(runs.indptr))]
        runs = runs[known]
        runs = runs[:, np.flatnonzero(np.diff(runs.tocsc().indptr))]
        held = sparse.hstack((single, words), "csr")
        back, runs_back = held.T.tocsr(), runs.T.tocsr()

        def products(right: Floats) -> Floats:
            """A few columns at a time: what stands between is units × k, many times larger than the result."""
            result = np.empty_like(right)

            def part(start: int) -> None:
                chosen = slice(start, start + _AT_ONCE)
                between = back @ np.ascontiguousarray(right[:, chosen])
                between[single.shape[1] :] = runs @ (runs_back @ between[single.shape[1] :])
                result[:, chosen] = held @ between

            with ThreadPoolExecutor(_HANDS) as hands:  # columns do not depend on one another: the same bits each time
                list(hands.map(part, range(0, right.shape[1], _AT_ONCE)))
            return result

        return products

    def take(self, chosen: Integers) -> Rows:
        """Return the chosen messages, in that order."""
        return Rows(self.held[chosen], self.worth, self.whole)

    def times(self, weights: Floats) -> Floats:
        """Return rows × ``weights`` (terms × k)."""
        result: Floats = self.held @ (self.worth @ weights)
        return result

    def transposed_times(self, right: Floats) -> Floats:
        """Return terms × ``right`` (messages × k), as terms × k."""
        result: Floats = self.worth.T @ (self.held.T @ right)
        return result


def _most_held(rows: sparse.csr_matrix) -> Integers:
    """The columns that any row holds, those held by most first."""
    held = np.diff(rows.tocsc().indptr)
    order: Integers = np.argsort(-held, kind="stable")
    return order[: np.count_nonzero(held)]


@dataclass(frozen=True, slots=True)
class Counted:
    """How often each message holds each unit (``counts``), and every unit's terms (``worth``) and ``blocks``."""

    counts: sparse.csr_matrix
    worth: sparse.csr_matrix
    blocks: Integers

    def rows(self, known: NDArray[np.bool_] | None = None) -> Rows:
        """Return the rows that ``Weights.gather`` gives one by one: over all terms, or over the ``known`` ones only."""
        worth = self.worth if known is None else _only(self.worth, known)
        scales = [_scales(self.counts, worth, self.blocks == block, block) for block in range(len(BLOCKS))]
        cells = self.counts.tocoo()
        scaled = (cells.data * np.stack(scales, axis=1)[cells.row, self.blocks[cells.col]]).astype(np.float32)
        held = sparse.csr_matrix((scaled, (cells.row, cells.col)), shape=self.counts.shape)
        return Rows(held, worth, self.blocks == LETTERS)

    def first(self, many: int) -> Counted:
        """Return the first of the messages."""
        return Counted(self.counts[:many], self.worth, self.blocks)


def counted(readings: Sequence[Reading], vocabulary: Vocabulary) -> Counted:
    """Count the units of messages."""
    units: dict[Unit, int] = {}
    places = [[units.setdefault(unit, len(units)) for unit in reading.units] for reading in readings]
    counts = sparse.csr_matrix(
        _cells([list(r.units.values()) for r in readings], places), shape=(len(readings), len(units))
    )
    shared, worth_of_shared, their_blocks = _shared(readings, vocabulary)
    blocks = np.concatenate((np.array([block for block, _ in units], dtype=np.int64), their_blocks))
    worth = sparse.vstack((_worth(list(units), vocabulary), worth_of_shared), "csr")
    return Counted(sparse.hstack((counts, shared), "csr"), worth, blocks)


def _only(worth: sparse.csr_matrix, known: NDArray[np.bool_]) -> sparse.csr_matrix:
    """The same without the terms that are not known."""
    kept = known[worth.indices]
    ends = np.concatenate(([0], np.cumsum(kept)))[worth.indptr]
    return sparse.csr_matrix((worth.data[kept], worth.indices[kept], ends), shape=worth.shape)


def _shared(
    readings: Sequence[Reading], vocabulary: Vocabulary
) -> tuple[sparse.csr_matrix, sparse.csr_matrix, Integers]:
    """The same two matrices for terms of two words, each a unit of one term, and the blocks of these."""
    held = [vocabulary.shared(reading.shared) for reading in readings]
    known, places = np.unique(np.concatenate([*held, np.zeros(0, dtype=np.int64)]), return_inverse=True)
    columns = columns_in(known)
    rows = np.repeat(np.arange(len(held)), [len(keys) for keys in held])
    counts = sparse.csr_matrix((np.ones(len(rows), dtype=np.float32), (rows, places)), shape=(len(held), len(known)))
    cells = (vocabulary.rarity[columns], (np.arange(len(known)), columns))
    return counts, sparse.csr_matrix(cells, shape=(len(known), len(vocabulary.terms))), known & BLOCK


def _worth(units: Sequence[Unit], vocabulary: Vocabulary) -> sparse.csr_matrix:
    columns = vocabulary.columns_of(units)
    values = [vocabulary.rarity[found].tolist() for found in columns]
    return sparse.csr_matrix(_cells(values, columns), shape=(len(units), len(vocabulary.terms)))


def _scales(counts: sparse.csr_matrix, worth: sparse.csr_matrix, chosen: Integers, block: int) -> Floats:
    """What brings one block of each message to its weight."""
    places = np.flatnonzero(chosen)
    whole = counts[:, places] @ worth[places]
    lengths = np.sqrt(np.asarray(whole.multiply(whole).sum(axis=1)).ravel())
    return np.where(lengths > 0, BLOCK_WEIGHTS[block] / np.maximum(lengths, 1e-6) / NORM, 0).astype(np.float32)


def _cells(
    values: Sequence[Sequence[float]], columns: Sequence[Sequence[int] | Integers]
) -> tuple[Floats, tuple[Integers, Integers]]:
    lengths = [len(row) for row in values]
    rows = np.repeat(np.arange(len(values)), lengths)
    flat = np.concatenate([np.asarray(row, dtype=np.int64) for row in columns]) if len(rows) else np.zeros(0, np.int64)
    data = (
        np.concatenate([np.asarray(row, dtype=np.float32) for row in values]) if len(rows) else np.zeros(0, np.float32)
    )
    return data, (rows, flat)
