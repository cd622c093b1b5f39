"""Intervals with their arithmetic, and where the studies of a pooled pair lie.

The formulas are those of *two studies* in :mod:`hccbook.reconstruction.overlaps`: a pair is the
intervals of its pooled log ratio, of the variance V of that, and of Q.
"""

import numpy as np

from .results import Z, a_result, boxes

#: Room for floating-point rounding in each comparison, relative to both sides.
SLACK = 1e-9


class Interval:
    """Ends of an interval, arrays of one shape; with the arithmetic that encloses."""

    def __init__(self, low, high=None):
        self.low, self.high = low, low if high is None else high

    def __add__(self, other):
        """Return the sum."""
        other = as_interval(other)
        return Interval(self.low + other.low, self.high + other.high)

    def __neg__(self):
        """Return the negative."""
        return Interval(-self.high, -self.low)

    def __sub__(self, other):
        """Return the difference."""
        return self + -as_interval(other)

    def __mul__(self, other):
        """Return the product."""
        other = as_interval(other)
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


def as_interval(x):
    """Return an interval as it is; a number as one of no width."""
    return x if isinstance(x, Interval) else Interval(x)


def sum_of(parts):
    """Return the sum of one interval or more."""
    total, *rest = parts
    for part in rest:
        total = total + part
    return total


def shares_of(weights):
    """Return the share of each weight in their sum."""
    shares = []
    for i, one in enumerate(weights):
        others = sum_of([x for j, x in enumerate(weights) if j != i])
        shares.append(
            Interval(one.low / (one.low + others.high), one.high / (one.high + others.low))
        )
    return shares


def contrast_variance(h, variances):
    """Return the variance of a contrast."""
    return sum_of([a.square() * v for a, v in zip(h, variances, strict=True)])


def too_far(distance, q, variance):
    """Say where a contrast is larger than Q allows."""
    return distance.square().low > q.high * variance.high * (1 + SLACK) + SLACK


def random_effects(name, result):
    """Return pooled log ratio, its variance and Q, as a random-effects result prints them."""
    a_result(name, result)
    ratio, lower, upper, _, q = boxes(result)
    if result.method != "dl" or q[0] <= len(result.members) - 1:
        raise ValueError(f"{name}: expected random effects with I² above 0, got {result}")
    mean = max(ratio[0], (lower[0] + upper[0]) / 2), min(ratio[1], (lower[1] + upper[1]) / 2)
    error = (upper[0] - lower[1]) / (2 * Z), (upper[1] - lower[0]) / (2 * Z)
    if not (mean[0] <= mean[1] and error[0] > 0):
        raise ValueError(f"{name}: expected a ratio in the middle of its limits, got {result}")
    return Interval(*mean), Interval(error[0] ** 2, error[1] ** 2), Interval(*q)


def pair_of(name, result):
    """Return the same of a result of two studies."""
    a_result(name, result)
    if len(result.members) != 2:
        raise ValueError(f"{name}: expected a result of two studies, got {result}")
    return random_effects(name, result)


def cells(result, size):
    """Cut the box of a pair by lower limit, upper limit and Q: many pairs, a row each."""
    ratio, lower, upper, z, q = boxes(result)
    ends = [np.linspace(*x, n + 1) for x, n in ((lower, size), (upper, 1 + size // 8), (q, size))]
    (a, b, q), (c, d, r) = (
        np.stack(np.meshgrid(*x, indexing="ij"), -1).reshape(-1, 3).T
        for x in ([x[:-1] for x in ends], [x[1:] for x in ends])
    )
    mean = Interval((a + b) / 2, (c + d) / 2).meet(Interval(*ratio))
    error = Interval((b - c) / (2 * Z), (d - a) / (2 * Z))
    distance = np.sqrt(mean.square().low), np.sqrt(mean.square().high)
    kept = ~mean.empty() & (error.low > 0)
    kept &= (distance[1] >= z[0] * error.low) & (distance[0] <= z[1] * error.high)
    cut = (mean, error.square(), Interval(q, r))
    return [Interval(x.low[kept, None], x.high[kept, None]) for x in cut]


def total_variance(v, q, t):
    """Return the sum S of two variances of which one is t."""
    e = v * q - t
    # The root of S² (Q² - 1) / 4 + (t - VQ) S - t² = 0 that is above 0.
    return 2 * (e + np.sqrt(e * e + t * t * (q * q - 1))) / (q * q - 1)


def largest_variance(pair):
    """Return the largest variance that a study of a pair can have."""
    # It is below S, which is largest at u = 0 or 1: 4 VQ / (Q² - 1). That falls with Q.
    _, v, q = pair
    return 4 * v.high * q.low / (q.low**2 - 1)


def distance_in_pair(pair, t):
    """Return how far a study with variance t lies from the mean of its pair, and S."""
    # The square of the distance is t + τ² - V, and at fixed t and V it grows with Q: deriving
    # 2 VQ τ² = (t + τ²) (τ² (Q + 1) - t (Q - 1)) gives dτ²/dQ the sign of (Q/2 + u - 1/2)². So
    # the high end of Q always bounds it from above, the low end from below.
    _, v, q = pair
    # S grows with V and falls with Q; in t it is smallest at S / 2.
    ends = [total_variance(v.low, q.high, x) for x in (t.low, t.high)]
    turn = 2 * v.low / q.high
    least = np.where((t.low <= turn) & (turn <= t.high), 2 * turn, np.minimum(*ends))
    total = Interval(
        least, np.maximum(*(total_variance(v.high, q.low, x) for x in (t.low, t.high)))
    )
    # At an end of Q the odds grow with the share u, and that grows with t and falls with V.
    least = _odds(q.low, t.low / total_variance(v.high, q.low, t.low))
    most = _odds(q.high, t.high / total_variance(v.low, q.high, t.high))
    return Interval(np.sqrt(v.low * least), np.sqrt(v.high * most)), total


def _odds(q, u):
    """Return the square of the distance over V."""
    return (q - 1 + 2 * u) / (q + 1 - 2 * u)


def place_in_pair(pair, side, t):
    """Return where a study of a pair lies, and S."""
    away, total = distance_in_pair(pair, t)
    return (pair[0] - away if side == "low" else pair[0] + away), total


def middle_of_pair(pair, t, total):
    """Return the fixed-effect mean of a pair whose low study has variance t, of S in all."""
    # It is d (1/2 - t/S) (Q - 1) / Q below the pooled ratio, with d² = QS.
    mean, _, q = pair
    share = t * total.inverse()
    square = (total * (q + q.inverse() - 2.0)).meet(Interval(0.0, np.inf))
    return mean - (as_interval(0.5) - share) * Interval(np.sqrt(square.low), np.sqrt(square.high))
