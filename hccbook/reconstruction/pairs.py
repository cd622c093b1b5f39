"""Intervals with their arithmetic, and where the studies of a pooled pair lie.

The formulas are those of *two studies* in :mod:`hccbook.reconstruction.overlaps`.
"""

from typing import NamedTuple

import numpy as np

from ..estimate import Z95
from .results import a_result

#: Room for floating-point rounding in each comparison, relative to both sides.
SLACK = 1e-9


class Interval:
    """Ends of an interval, arrays of one shape; with the arithmetic that encloses."""

    def __init__(self, low, high=None):
        self.low, self.high = low, low if high is None else high

    def __add__(self, other):
        """Return the sum."""
        other = other if isinstance(other, Interval) else Interval(other)
        return Interval(self.low + other.low, self.high + other.high)

    __radd__ = __add__  # so that sum() works

    def __neg__(self):
        """Return the negative."""
        return Interval(-self.high, -self.low)

    def __sub__(self, other):
        """Return the difference."""
        return self + -other

    def __mul__(self, other):
        """Return the product."""
        other = other if isinstance(other, Interval) else Interval(other)
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(np.minimum.reduce(ends), np.maximum.reduce(ends))

    def inverse(self):
        """Return 1 / x, for x above 0."""
        return Interval(1 / self.high, 1 / self.low)

    def square(self):
        """Return x², never below 0."""
        a, b = self.low**2, self.high**2
        around = (self.low < 0) & (self.high > 0)
        return Interval(np.where(around, 0.0, np.minimum(a, b)), np.maximum(a, b))

    def meet(self, other):
        """Return what both hold; low above high where that is nothing."""
        return Interval(np.maximum(self.low, other.low), np.minimum(self.high, other.high))

    def empty(self):
        """Say where low is above high, by more than rounding."""
        room = SLACK * (1 + np.where(np.isfinite(self.high), np.abs(self.high), 0.0))
        return self.low > self.high + room


def shares_of(weights):
    """Return the share of each weight in their sum."""
    others = [sum(weights[:i] + weights[i + 1 :]) for i in range(len(weights))]
    return [
        Interval(one.low / (one.low + rest.high), one.high / (one.high + rest.low))
        for one, rest in zip(weights, others, strict=True)
    ]


def contrast_variance(h, variances):
    """Return the variance of a contrast."""
    return sum(a.square() * v for a, v in zip(h, variances, strict=True))


def too_far(distance, q, variance):
    """Say where a contrast is larger than Q allows."""
    return distance.square().low > q.high * variance.high * (1 + SLACK) + SLACK


class Pool(NamedTuple):
    """Intervals of a pooled log ratio, of its variance V, and of Q; methods are of two studies."""

    mean: Interval
    v: Interval
    q: Interval

    def largest_variance(self):
        """Return the largest variance that a study can have."""
        # It is below S, which is largest at u = 0 or 1: 4 VQ / (Q² - 1). That falls with Q.
        return 4 * self.v.high * self.q.low / (self.q.low**2 - 1)

    def distance(self, t):
        """Return how far a study with variance t lies from the mean, and S."""
        # The square of the distance is t + τ² - V, and at fixed t and V it grows with Q: deriving
        # 2 VQ τ² = (t + τ²) (τ² (Q + 1) - t (Q - 1)) gives dτ²/dQ the sign of (Q/2 + u - 1/2)².
        # So the high end of Q always bounds it from above, the low end from below.
        v, q = self.v, self.q
        # S grows with V and falls with Q; in t it is smallest at S / 2.
        ends = [total_variance(v.low, q.high, x) for x in (t.low, t.high)]
        turn = 2 * v.low / q.high
        least = np.where((t.low <= turn) & (turn <= t.high), 2 * turn, np.minimum(*ends))
        most = np.maximum(*(total_variance(v.high, q.low, x) for x in (t.low, t.high)))
        # At an end of Q the odds grow with the share u, and that grows with t and falls with V.
        near = _odds(q.low, t.low / total_variance(v.high, q.low, t.low))
        far = _odds(q.high, t.high / total_variance(v.low, q.high, t.high))
        return Interval(np.sqrt(v.low * near), np.sqrt(v.high * far)), Interval(least, most)

    def place(self, side, t):
        """Return where the study on one side lies, with variance t, and S."""
        away, total = self.distance(t)
        return (self.mean - away if side == "low" else self.mean + away), total

    def middle(self, t, total):
        """Return the fixed-effect mean if the low study has variance t, of S in all."""
        # It is d (1/2 - t/S) (Q - 1) / Q below the pooled ratio, with d² = QS.
        share = t * total.inverse()
        square = (total * (self.q + self.q.inverse() - 2.0)).meet(Interval(0.0, np.inf))
        return self.mean - (-share + 0.5) * Interval(np.sqrt(square.low), np.sqrt(square.high))


def total_variance(v, q, t):
    """Return the sum S of two variances of which one is t."""
    e = v * q - t
    # The root of S² (Q² - 1) / 4 + (t - VQ) S - t² = 0 that is above 0.
    return 2 * (e + np.sqrt(e * e + t * t * (q * q - 1))) / (q * q - 1)


def _odds(q, u):
    """Return the square of the distance over V."""
    return (q - 1 + 2 * u) / (q + 1 - 2 * u)


def _mean_and_error(ratio, lower, upper):
    """Return what a ratio and its limits leave of the pooled log ratio and its standard error."""
    width = upper - lower
    return ((lower + upper) * 0.5).meet(ratio), Interval(
        width.low / (2 * Z95), width.high / (2 * Z95)
    )


def random_effects(name, result, size=None):
    """Return what a random-effects result prints."""
    a_result(name, result)
    if size not in (None, len(result.members)):
        raise ValueError(f"{name}: expected a result of {size} studies, got {result}")
    ratio, lower, upper, _, q = (Interval(*row) for row in result.boxes)
    if result.method != "dl" or q.low <= len(result.members) - 1:
        raise ValueError(f"{name}: expected random effects with I² above 0, got {result}")
    mean, error = _mean_and_error(ratio, lower, upper)
    if mean.low > mean.high or error.low <= 0:
        raise ValueError(f"{name}: expected a ratio in the middle of its limits, got {result}")
    return Pool(mean, error.square(), q)


def pieces(result, size):
    """Cut the box of a pair by lower limit, upper limit and Q: many pairs, a row each."""
    ratio, lower, upper, z, q = result.boxes
    ends = [np.linspace(*x, n + 1) for x, n in ((lower, size), (upper, 1 + size // 8), (q, size))]
    low, high = (
        np.reshape(np.meshgrid(*(x[part] for x in ends), indexing="ij"), (3, -1))
        for part in (slice(None, -1), slice(1, None))
    )
    lower, upper, q = map(Interval, low, high)
    mean, error = _mean_and_error(Interval(*ratio), lower, upper)
    distance = mean.square()
    kept = ~mean.empty() & (error.low > 0)
    kept &= np.sqrt(distance.high) >= z[0] * error.low
    kept &= np.sqrt(distance.low) <= z[1] * error.high
    box = mean, error.square(), q
    return Pool(*(Interval(x.low[kept, None], x.high[kept, None]) for x in box))
