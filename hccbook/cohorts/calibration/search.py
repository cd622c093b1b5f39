"""The one search: do the best of many small changes until all statistics print."""

import math
from functools import cache

import numpy as np

from ...estimate import as_printed

#: Of half a rounding interval: what is nearer to its end counts as outside, so that the number
#: prints whatever the order of summation.
MARGIN = 1e-6

#: Digits of what decides a search: binary ones, and decimals.
_BITS, _DECIMALS = 30, 6


def decisive(values):
    """Return numbers so coarse that a last bit, which processors disagree on, turns no search.

    Of two changes that are equally good on paper, every machine then takes the first.
    """
    mantissa, exponent = np.frexp(values)
    return np.ldexp(np.rint(np.ldexp(mantissa, _BITS)), exponent - _BITS).round(_DECIMALS)


class NotReached(RuntimeError):
    """A target that was not reached; the recipe tries other patients or reports it."""


class Aim:
    """Statistics that shall print as given, compared in half rounding intervals.

    A cohort has k statistics. Those of m cohorts are an array of shape (m, k).
    """

    def __init__(self, low, high, middle, slack):
        self.low, self.high, self.middle, self.slack = map(np.array, (low, high, middle, slack))

    def outside(self, values):
        """Return by how many half rounding intervals statistics are off, 0 where all print."""
        over = np.maximum(self.low - values, values - self.high) / self.slack + MARGIN
        return decisive(_finite(over.clip(0).sum(axis=-1)))

    def loss(self, values):
        """Return how far statistics are from the middle in half intervals, 0 where all print."""
        off = decisive(_finite(self.distance(values)))
        return np.where(self.outside(values) > 0, off, 0)

    def distance(self, values):
        """Return the summed distances from the middle in half rounding intervals."""
        return (np.abs(values - self.middle) / self.slack).sum(axis=-1)


def _finite(values):
    return np.where(np.isnan(values), np.inf, values)


def boxes(numbers):
    """Return what an :class:`Aim` needs to know of printed numbers."""
    ends = ((x.low, x.high, x.value, x.unit / 2) for x in map(as_printed, numbers))
    return tuple([float(end) for end in column] for column in zip(*ends, strict=True))


class Search:
    """A cohort that is changed until its statistics print.

    A subclass says what single changes there are, and what they do.
    """

    #: Pairs of changes that are tried, and rounds at most. After so many rounds in which what is
    #: left did not fall to this share, the search leaves a dead end.
    pairs, rounds, patience, share = 32, 100, math.inf, 0.6

    #: Chance that the best change is done if it is for the worse.
    bold = 1

    def __init__(self, rng, aim):
        self.rng, self.aim = rng, aim

    def statistics(self):
        """Return the statistics of the cohort as it is, shape (1, k)."""
        raise NotImplementedError

    def draw(self):
        """Draw m single changes; return them and the patients that each changes, shape (m, c)."""
        raise NotImplementedError

    def after(self, changes, chosen):
        """Return the statistics after the changes in each row of ``chosen``, shape (rows, k)."""
        raise NotImplementedError

    def become(self, changes, chosen):
        """Do the chosen changes together, or return False where the cohort must not have them."""
        raise NotImplementedError

    def outside(self, values):
        """Return how far statistics are from printing, shape (m,), 0 where all print."""
        return self.aim.outside(values)

    def look(self):
        """Work out the cohort's statistics, and what is left outside."""
        self.here = self.statistics()
        self.left = float(self.outside(self.here)[0])

    def reach(self):
        """Change patients until the statistics print."""
        self.look()
        mark, since = math.inf, 0
        for _ in range(self.rounds):
            if not self.left:
                return
            mark, since = (self.left, 0) if self.left < self.share * mark else (mark, since + 1)
            if since > self.patience:
                self.leave()
                mark, since = math.inf, 0
            else:
                self.improve()
            self.look()
        if self.left:
            raise NotReached(f"{self.left:.3g} half intervals outside after {self.rounds} rounds")

    def leave(self):
        """Leave a dead end."""

    def improve(self):
        """Do the best of many changes and pairs of them, even if it is for the worse.

        So the search does not stand still.
        """
        changes, patients = self.draw()
        single = np.arange(len(patients))[:, None]
        values, both = self.after(changes, single), single[:0]
        if self.pairs:
            both = best_pairs(self.outside, values, self.here, patients, self.pairs)
            values = np.concatenate([values, self.after(changes, both)])
        outside = self.outside(values)
        outside[outside == self.left] = math.inf
        for k in np.argsort(outside, kind="stable")[: np.isfinite(outside).sum()]:
            if outside[k] > self.left and self.bold < 1 and self.rng.random() >= self.bold:
                return
            chosen = single[k] if k < len(single) else both[k - len(single)]
            if self.become(changes, chosen) is not False:
                return


def best_pairs(outside, values, here, patients, most):
    """Return the pairs of changes of different patients that promise to leave least outside.

    What two changes do together is taken as the sum of what each does alone.
    """
    first, second = _all_pairs(len(values))
    apart = np.ones(first.size, dtype=bool)
    for one in patients.T:
        for other in patients.T:
            apart &= one[first] != other[second]
    first, second = first[apart], second[apart]
    guess = outside(values[first] + values[second] - here)
    if guess.size > most:
        # Sorting those that can be among the best is enough.
        near = np.flatnonzero(guess <= np.partition(guess, most - 1)[most - 1])
        first, second, guess = first[near], second[near], guess[near]
    best = np.argsort(guess, kind="stable")[:most]
    return np.column_stack([first[best], second[best]])


@cache
def _all_pairs(m):
    return np.triu_indices(m, 1)
