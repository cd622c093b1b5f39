"""What synthetic patients are moved to: statistics inside their rounding intervals."""

from functools import cache

import numpy as np

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


class Miss(RuntimeError):
    """A target that was not reached; the recipe tries other patients or reports it."""


class Aim:
    """Statistics that shall print as given, compared in half rounding intervals.

    A cohort has k statistics. Those of m cohorts are an array of shape (m, k).
    """

    def __init__(self, low, high, middle, slack):
        self.low, self.high, self.middle, self.slack = map(np.array, (low, high, middle, slack))

    def outside(self, values):
        """Return by how many half rounding intervals statistics miss, 0 where all print."""
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
    ends = ((x.low, x.high, x.value, x.unit / 2) for x in numbers)
    return tuple([float(end) for end in column] for column in zip(*ends, strict=True))


def best_pairs(aim, values, here, patients, most):
    """Return the pairs of changes that promise to come nearest to an aim.

    What two changes do together is taken as the sum of what each does alone.
    """
    first, second = _all_pairs(len(values))
    apart = np.ones(first.size, dtype=bool)
    for one in patients.T:
        for other in patients.T:
            apart &= one[first] != other[second]
    first, second = first[apart], second[apart]
    guess = aim.outside(values[first] + values[second] - here)
    if guess.size > most:
        # Sorting those that can be among the best is enough.
        near = np.flatnonzero(guess <= np.partition(guess, most - 1)[most - 1])
        first, second, guess = first[near], second[near], guess[near]
    best = np.argsort(guess, kind="stable")[:most]
    return np.column_stack([first[best], second[best]])


@cache
def _all_pairs(m):
    return np.triu_indices(m, 1)
