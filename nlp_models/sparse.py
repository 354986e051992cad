"""Rows of mostly zeros, with the three products that training and reading need. Plain numpy, float32.

Columns are split by how many rows hold them: the few busy ones go through dense products, the many rare ones through
gathers. On 7 000 messages of 450 terms this is fifty times faster than either way alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from thinc.api import NumpyOps

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

_BUSY = 256  # rows; above it a dense product is cheaper than pairing rows one by one
_CHUNK = 1024  # busy columns made dense at once
_PAIRS = 4_000_000  # row pairs added at once
_OPS = NumpyOps()


def product(left: Floats, right: Floats) -> Floats:
    """Matrix product by blis: one thread and the same bits whatever the machine's load, and free of the GIL."""
    result: Floats = _OPS.gemm(np.ascontiguousarray(left), np.ascontiguousarray(right))
    return result


@dataclass(frozen=True, slots=True)
class SparseRows:
    """``rows`` × ``width`` matrix: row i holds ``values[starts[i]:starts[i+1]]`` at those ``columns``."""

    starts: Integers
    columns: Integers
    values: Floats
    width: int

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.starts) - 1

    def row_numbers(self) -> Integers:
        """The row each stored value belongs to."""
        return np.repeat(np.arange(self.rows), np.diff(self.starts))

    def take(self, chosen: Integers) -> SparseRows:
        """Return the chosen rows, in that order."""
        lengths = np.diff(self.starts)[chosen]
        starts = np.concatenate(([0], np.cumsum(lengths)))
        source = np.repeat(self.starts[chosen] - starts[:-1], lengths) + np.arange(starts[-1])
        return SparseRows(starts, self.columns[source], self.values[source], self.width)

    def times(self, weights: NDArray[np.floating]) -> Floats:
        """Return rows × ``weights`` (width × k). Each row is computed alone, so a batch never changes a result."""
        result = np.empty((self.rows, weights.shape[1]), dtype=np.float32)
        for row in range(self.rows):
            span = slice(self.starts[row], self.starts[row + 1])
            result[row] = self.values[span] @ weights[self.columns[span]].astype(np.float32, copy=False)
        return result

    def gram(self) -> Floats:
        """Return the products of every row with every row (rows × rows)."""
        result = np.zeros((self.rows, self.rows), dtype=np.float32)
        for _, dense in self._busy_columns():
            result += product(dense, dense.T)
        flat = result.reshape(-1)
        for _, rows, values in self._rare_columns():
            pairs = rows[:, :, None] * self.rows + rows[:, None, :]
            np.add.at(flat, pairs.reshape(-1), (values[:, :, None] * values[:, None, :]).reshape(-1))
        return result

    def transposed_times(self, coefficients: Floats) -> Floats:
        """Return columns × ``coefficients`` (rows × k), as width × k."""
        result = np.zeros((self.width, coefficients.shape[1]), dtype=np.float32)
        for columns, dense in self._busy_columns():
            result[columns] = product(dense.T, coefficients)
        for columns, rows, values in self._rare_columns():
            result[columns] = np.einsum("cd,cdk->ck", values, coefficients[rows])
        return result

    def _by_column(self) -> tuple[Integers, Integers, Integers]:
        """Return (order of the stored values by column, first position of each column in it, rows per column)."""
        order = np.argsort(self.columns, kind="stable")
        counts = np.bincount(self.columns, minlength=self.width)
        return order, np.concatenate(([0], np.cumsum(counts)[:-1])), counts

    def _busy_columns(self) -> Iterator[tuple[Integers, Floats]]:
        """Yield (columns, dense rows × columns) for the columns that many rows hold."""
        counts = np.bincount(self.columns, minlength=self.width)
        busy = np.flatnonzero(counts > _BUSY)
        rows = self.row_numbers()
        for start in range(0, len(busy), _CHUNK):
            chosen = busy[start : start + _CHUNK]
            place = np.full(self.width, -1)
            place[chosen] = np.arange(len(chosen))
            held = np.flatnonzero(place[self.columns] >= 0)
            dense = np.zeros((self.rows, len(chosen)), dtype=np.float32)
            dense[rows[held], place[self.columns[held]]] = self.values[held]
            yield chosen, dense

    def _rare_columns(self) -> Iterator[tuple[Integers, Integers, Floats]]:
        """Yield (columns, rows, values), the last two columns × d, for columns held by exactly d rows each."""
        order, first, counts = self._by_column()
        rows = self.row_numbers()
        for held in np.unique(counts[(counts > 0) & (counts <= _BUSY)]):
            alike = np.flatnonzero(counts == held)
            step = max(1, int(_PAIRS // (held * max(held, 200))))
            for start in range(0, len(alike), step):
                chosen = alike[start : start + step]
                source = order[first[chosen][:, None] + np.arange(held)]
                yield chosen, rows[source], self.values[source]
