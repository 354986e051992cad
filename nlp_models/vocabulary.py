"""From terms to numbers: the terms known from the examples, how rare each is, and rows of unit length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise

import numpy as np
from numpy.typing import NDArray

from nlp_models.terms import (
    BLOCK,
    BLOCK_BITS,
    BLOCKS,
    TOGETHER,
    Numbers,
    Reading,
    Shared,
    Unit,
    term_numbers,
    terms_of,
)  # fmt: skip

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Keys = NDArray[np.int64]  # a term's column and, in the lowest bits, the block of the unit that brought it

BLOCK_WEIGHTS = np.array([weight for _, weight in BLOCKS], dtype=np.float32)
NORM = np.float32(np.sqrt((BLOCK_WEIGHTS**2).sum()))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Known terms, one column each, in the order of their numbers.

    ``rarity`` (smooth idf) has one entry a column; ``own`` says which columns the examples hold themselves (the others
    are held by outliers only, and only the scope head reads them).
    """

    terms: NDArray[np.uint32]
    rarity: Floats
    own: NDArray[np.bool_]

    def look_up(self, groups: Sequence[Sequence[Unit]]) -> list[Keys]:
        """Return the keys of the known terms of each group of units: all at once, each alone would cost as much."""
        blocks = [block for units in groups for block, _ in units]
        numbers = [term_numbers(unit) for units in groups for unit in units]
        lengths = [*map(len, numbers)]
        places, known = self._places(np.array([*chain.from_iterable(numbers)], dtype=np.uint32))
        keys = (places << BLOCK_BITS) | np.repeat(np.array(blocks, dtype=np.int64), lengths)
        ends = [0, *accumulate(lengths)]
        lasts = [ends[last] for last in accumulate(map(len, groups))]
        return [keys[start:end][known[start:end]] for start, end in pairwise([0, *lasts])]

    def shared(self, shared: Shared) -> Keys:
        """Return the keys of the known ones among terms of two words."""
        places, known = self._places((shared >> BLOCK_BITS).astype(np.uint32))
        keys: Keys = (places << BLOCK_BITS) | (shared & BLOCK)
        return keys[known]

    def _places(self, wanted: Numbers) -> tuple[Integers, NDArray[np.bool_]]:
        """Where these terms stand, and which of them are known at all."""
        if not len(self.terms):
            return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=np.bool_)
        places = self.terms.searchsorted(wanted)
        places[places == len(self.terms)] = 0
        return places, self.terms.take(places) == wanted

    def columns_of(self, units: Sequence[Unit]) -> list[Integers]:
        """Return the columns of each unit's known terms, repeated as often as they occur."""
        return [columns_in(keys) for keys in self.look_up([(unit,) for unit in units])]


def columns_in(keys: Keys) -> Integers:
    """Return the column of each key."""
    return keys >> BLOCK_BITS


def learn_vocabulary(readings: Sequence[Reading], others: Iterable[Reading] = (), fewest: int = 1) -> Vocabulary:
    """Return the terms that at least ``fewest`` of the examples' readings hold, and likewise the outliers' terms.

    Pairs of words near each other are the most by far: twice as many must hold them, unless every term counts.

    Rarity is counted among the examples alone: outliers would make the city's own words look common.
    """
    own, counts = _held(readings, fewest)
    near = [_of_block(reading, near=True) for reading in readings]
    pairs, times = _counted_once(near, fewest if fewest == 1 else 2 * fewest)
    new = ~np.isin(pairs, own)
    own, counts = np.concatenate((own, pairs[new])), np.concatenate((counts, times[new]))
    rarity = np.log((1 + len(readings)) / (1 + counts)) + 1
    foreign = np.setdiff1d(_held(others, fewest)[0], own)
    terms = np.concatenate((own, foreign))
    order = np.argsort(terms)
    rarest = rarity.max() if len(rarity) else 1.0
    spread = np.concatenate((rarity, np.full(len(foreign), rarest)))
    return Vocabulary(terms[order], spread[order].astype(np.float32), (np.arange(len(terms)) < len(own))[order])


def _held(readings: Iterable[Reading], fewest: int) -> tuple[Numbers, Integers]:
    """Return the terms at least ``fewest`` readings hold, in order, and how many do; no pairs of words near by."""
    each = [(*(terms_of(unit) for unit in reading.units), _of_block(reading, near=False)) for reading in readings]
    return _counted_once([np.concatenate(found) for found in each], fewest)


def _of_block(reading: Reading, *, near: bool) -> Numbers:
    """The numbers of the terms of two words that are near each other, or of all others of two words."""
    chosen = ((reading.shared & BLOCK) == TOGETHER) == near
    numbers: Numbers = (reading.shared[chosen] >> BLOCK_BITS).astype(np.uint32)
    return numbers


def _counted_once(each: Sequence[Numbers], fewest: int) -> tuple[Numbers, Integers]:
    """Return the numbers that at least ``fewest`` of the messages hold, in order, and how many do."""
    if not each:
        return np.zeros(0, np.uint32), np.zeros(0, dtype=np.int64)
    # Each number with its message, sorted all at once: message by message takes three times as long.
    pairs = np.concatenate(each).astype(np.uint64) << np.uint64(32)
    pairs |= np.repeat(np.arange(len(each), dtype=np.uint64), [len(one) for one in each])
    pairs.sort()
    once = np.append(True, pairs[1:] != pairs[:-1])[: len(pairs)]
    terms, counts = np.unique(pairs[once] >> np.uint64(32), return_counts=True)
    kept = counts >= fewest
    return terms[kept].astype(np.uint32), counts[kept]
