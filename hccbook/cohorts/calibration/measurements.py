"""Measurements whose means and standard deviations print in every group.

A mean that is less than two SDs above the lowest value is that of a skewed variable: such
groups are drawn as ``exp(a + b z)``, so that an SD above the mean is in reach.
"""

import math
from fractions import Fraction

import numpy as np
from scipy.optimize import brentq

from ...estimate import as_printed
from .search import Aim, Search, boxes

#: Draws of group means and SDs inside their rounding intervals, and how often they narrow.
DRAWS, NARROWING = 512, 8

#: Samples with heavy tails of which the best is taken, where the SD is above the mean.
SAMPLES = 30

#: Small changes of the rounded values compared at a time.
CHANGES = 256

#: Of half a rounding interval: groups are aimed so far inside, if their unions allow.
INSIDE = 0.8


def measurements(rng, group, means, sds, resolution, low, high, unions=()):
    """Draw a variable whose mean and SD print in each group, and in unions of groups.

    Group means and SDs are drawn inside their rounding intervals so that those of the unions
    print. Each group is a normal sample, or ``exp(a + b z)``; ``a`` and ``b`` are solved for
    so that the *sample*, cut off at the limits, has them. Rounding disturbs this; a few values
    are then changed by single steps.
    """
    sizes, number = np.bincount(group), as_printed(str(resolution), "resolution")
    step, decimals = number.value, number.decimals
    sets = [(g,) for g in range(sizes.size)] + [members for members, _, _ in unions]
    member = np.array([np.isin(np.arange(sizes.size), x) for x in sets], dtype=float)
    pairs = [*zip(means, sds, strict=True), *(both for _, *both in unions)]
    aim = _MomentAim(member, sizes, [text for pair in pairs for text in pair], float(step))
    moments = aim.group_moments(rng)
    skewed = any(mean - low < 2 * sd for mean, sd in moments)
    values = np.empty(group.size)
    for g, (mean, sd) in enumerate(moments):
        values[group == g] = _sample(rng, sizes[g], mean, sd, low, high, skewed)
    edges = math.ceil(Fraction(str(low)) / step), math.floor(Fraction(str(high)) / step)
    steps = np.round(values / float(step)).astype(int).clip(*edges)
    search = _Steps(rng, aim, steps, group, edges)
    search.reach()
    return np.round((search.steps + aim.centre) * float(step), decimals)


class _MomentAim(Aim):
    """Means and SDs of groups and of their unions print, a pair for each.

    Sums are of whole steps about a common middle, so that nothing is lost in them.
    """

    def __init__(self, member, sizes, numbers, step):
        super().__init__(*boxes(numbers))
        self.member, self.sizes, self.step = member, sizes, step
        self.centre = round(self.middle[0] / step)

    def statistics(self, totals, squares):
        """Return mean and SD of each set from the sums of the groups, shape (m, groups)."""
        n = self.sizes @ self.member.T
        total, square = ((x[:, None] * self.member).sum(axis=2) for x in (totals, squares))
        mean = total / n
        sd = np.sqrt(np.maximum(square - total * mean, 0) / (n - 1))
        values = np.stack([mean + self.centre, sd], axis=2) * self.step
        return values.reshape(len(totals), -1)

    def group_moments(self, rng):
        """Draw means and SDs of the groups with which those of the unions print too."""
        own = 2 * self.sizes.size
        middle, slack = self.middle[:own], self.slack[:own]
        best, width = middle, INSIDE
        for _ in range(NARROWING):
            drawn = best + width * slack * rng.uniform(-1, 1, (DRAWS, own))
            drawn = drawn.clip(middle - INSIDE * slack, middle + INSIDE * slack)
            mean = drawn[:, ::2] / self.step - self.centre
            totals = self.sizes * mean
            squares = (self.sizes - 1) * (drawn[:, 1::2] / self.step) ** 2 + totals * mean
            off = np.abs(self.statistics(totals, squares) - self.middle) / self.slack
            excess = (off[:, own:] - INSIDE).clip(0).sum(axis=1)
            best, width = drawn[excess.argmin()], width / 2
            if excess.min() == 0:
                break
        return best.reshape(-1, 2)


def _sample(rng, n, mean, sd, low, high, skewed):
    """Draw a sample with a mean and an SD, before rounding; cut off at the limits."""
    if skewed and sd > mean:
        # So large an SD is that of a few patients: of samples with a heavy upper tail take that
        # which has it with the others as they usually are, b = 1.
        samples = rng.standard_t(3, size=(SAMPLES, n))
        samples = np.where(samples < 0, samples / 3, samples)
        shapes = np.exp(samples - samples.max(axis=1, keepdims=True))
        z = samples[np.abs(shapes.std(axis=1) / shapes.mean(axis=1) - sd / mean).argmin()]
    else:
        z = rng.normal(size=n)
    z = (z - z.mean()) / z.std(ddof=1)
    below, slack = z - z.max(), 1e-9 * (high - low)

    def cut(b):
        values = np.exp(b * below) if skewed else b * z
        for _ in range(50):
            now = np.add.reduce(values) / n
            values = values * (mean / now) if skewed else values + mean - now
            if low - slack <= values.min() and values.max() <= high + slack:
                break
            values = values.clip(low, high)
        return values

    def spread(b):
        if not skewed and low < mean + b * z.min() and mean + b * z.max() < high:
            return b  # nothing is cut off, and z has an SD of 1
        return _sd(cut(b))

    most = 20.0 if skewed else 10 * sd
    least_b = 1e-9 * most
    if not spread(least_b) < sd < spread(most):
        return cut(most)
    return cut(brentq(lambda b: spread(b) - sd, least_b, most, xtol=1e-14))


def _sd(values):
    """Return what ``values.std(ddof=1)`` does, without its checks: most of the time goes here."""
    off = values - np.add.reduce(values) / values.size
    return math.sqrt(np.add.reduce(off * off) / (values.size - 1))


class _Steps(Search):
    """Values in steps, changed by a few steps: one alone, or two against each other."""

    pairs, rounds = 0, 500

    def __init__(self, rng, aim, steps, group, edges):
        super().__init__(rng, aim)
        self.steps, self.group = steps - aim.centre, group
        self.low, self.high = (edge - aim.centre for edge in edges)
        sds = aim.middle[1 : 2 * aim.sizes.size : 2]
        self.largest = max(1.0, math.log2(sds.max() / aim.step))

    def statistics(self):
        parts = self.steps, self.steps**2
        self.sums = [np.bincount(self.group, weights=x)[None] for x in parts]
        return self.aim.statistics(*self.sums)

    def draw(self):
        rng = self.rng
        who = rng.integers(self.group.size, size=(2, CHANGES))
        by = np.round(2 ** rng.uniform(0, self.largest, CHANGES) * rng.choice([-1, 1], CHANGES))
        by = np.array([by, -by * (rng.random(CHANGES) < 0.5)]).astype(int)
        by = (self.steps[who] + by).clip(self.low, self.high) - self.steps[who]
        by[1, who[0] == who[1]] = 0
        return (who, by), who.T

    def after(self, changes, chosen):
        who, by = (x[:, chosen[:, 0]] for x in changes)
        here = (self.group[who][:, :, None] == np.arange(self.aim.sizes.size)).astype(float)
        gains = by, (2 * self.steps[who] + by) * by
        more = [
            x + (gain[:, :, None] * here).sum(axis=0)
            for x, gain in zip(self.sums, gains, strict=True)
        ]
        return self.aim.statistics(*more)

    def become(self, changes, chosen):
        who, by = (x[:, chosen] for x in changes)
        np.add.at(self.steps, who, by)
