"""Intervals, their arithmetic, and what it says about shares of a sum and about contrasts."""

import numpy as np

#: Room for floating-point rounding in each comparison, relative to both sides.
SLACK = 1e-9


class Interval:
    """Ends of an interval, arrays of one shape; with the arithmetic that encloses."""

    def __init__(self, low, high=None):
        self.low, self.high = low, low if high is None else high

    def __add__(self, other):
        other = as_interval(other)
        return Interval(self.low + other.low, self.high + other.high)

    def __neg__(self):
        return Interval(-self.high, -self.low)

    def __sub__(self, other):
        return self + -as_interval(other)

    def __mul__(self, other):
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
