"""Overall survival by score: medians, log-rank P, and the mean and SD of the time observed.

Times come first, with their exact mean and SD; then it is searched who has which of them, and
which of them end in death.
"""

import math

import numpy as np
from scipy.special import ndtri

from ...estimate import as_printed
from ...survival.groups import logrank_z
from .. import calibration as cal
from .baseline import COHORTS

#: What no public number fixes.
ASSUMED = cal.Part("tipm", "assumed", "follow_up")

#: Changes compared at a time.
SINGLES = 160


def moments(rng, printed):
    """Draw mean and SD of the time observed in each cohort, so that those of all print."""
    # As cal.measurements does, which would take other random numbers: all cohorts would change.
    names = [f"table1.ostime.{x}.{kind}" for x in (*COHORTS, "all") for kind in ("mean", "sd")]
    n = np.array([int(printed(f"results.{x}.n")) for x in COHORTS])
    *_, middle, slack = np.reshape(cal.boxes([printed(x) for x in names]), (4, 4, 2))
    for _ in range(500):
        drawn = middle[:-1] + 0.7 * slack[:-1] * rng.uniform(-1, 1, (n.size, 2))
        mean, sd = drawn.T
        whole = n @ mean / n.sum()
        squares = (n - 1) @ sd**2 + n @ (mean - whole) ** 2
        found = whole, math.sqrt(squares / (n.sum() - 1))
        if (np.abs(found - middle[-1]) < 0.8 * slack[-1]).all():
            return dict(zip(COHORTS, drawn, strict=True))
    raise cal.NotReached("no times of observation")


def times(rng, n, mean, sd, fixed):
    """Draw whole days with a mean and an SD; some days are among them."""
    # Not cal.measurements: some days are fixed, and those who died early have a law of their own.
    first, last, free = ASSUMED["first_day"], ASSUMED["last_day"], n - len(fixed)
    short = np.arange(free) < round(ASSUMED["short"] * free)
    least, width = ASSUMED["short_z"]
    z = np.where(short, least + width * rng.random(free) ** 2, rng.normal(*ASSUMED["long_z"], free))
    a, b = mean, sd
    for _ in range(100):
        days = np.append((a + b * z).clip(first, last), fixed)
        a += mean - days.mean()
        b *= sd / days.std(ddof=1)
    days = np.rint(days).astype(int)
    total = round(n * mean)
    squares = (n - 1) * sd**2 + total**2 / n
    for _ in range(3000):
        off = total - days.sum()
        spread = squares - (days**2).sum()
        if off == 0 and abs(spread) < 0.1 * n * sd * 0.05:
            return np.sort(days)
        i, k = rng.integers(free, size=2)
        if off:
            change = int(np.sign(off)), 0
        else:
            step = int(rng.integers(1, 4))
            change = (step, -step) if (days[i] > days[k]) == (spread > 0) else (-step, step)
        new = days[i] + change[0], days[k] + change[1]
        if i != k and min(new) >= first and max(new) <= last:
            days[i], days[k] = new
    raise cal.NotReached("no times with this mean and SD")


class _Follow(cal.Search):
    """Who has which time, and which of them end in death; groups are 0 low, 1 high, 2 none.

    Statistics are survival before and on the day of each median, and z of the log-rank test.
    """

    pairs, rounds, bold = 0, 150, 0.3

    def __init__(self, rng, days, event, group, medians, p):
        z = [-float(ndtri(max(0, float(x)) / 2)) for x in (as_printed(p).high, as_printed(p).low)]
        low, high = [0.501, -math.inf] * 2 + z[:1], [math.inf, 0.499] * 2 + z[1:]
        super().__init__(rng, cal.Aim(low, high, 0, [0.25] * 4 + [1]))
        self.event, self.group = event, group
        found, self.day = np.unique(days, return_inverse=True)
        self.at = np.searchsorted(found, medians)
        self.later = np.tri(found.size)  # 1 for days from that of a column on

    def statistics(self):
        # Patients of each kind, 2 × group + event, in this one cohort by day.
        self.kind = 2 * self.group + self.event
        self.counts = np.zeros((6, 1, len(self.later)))
        np.add.at(self.counts, (self.kind, 0, self.day), 1)
        return self._survival(self.counts)

    def _survival(self, counts):
        """Return the statistics of m cohorts."""
        dead, ends = counts[1:4:2], []
        left = (counts[0:4:2] + dead) @ self.later
        for g, at in enumerate(self.at):
            alive = 1 - dead[g, :, : at + 1] / np.maximum(left[g, :, : at + 1], 1)
            before = alive[:, :-1].prod(axis=1)
            ends += [before, before * alive[:, -1]]
        z = logrank_z(dead[1], dead[0] + dead[1], left[1], left[0] + left[1])
        return np.column_stack([*ends, z])

    def draw(self):
        """Draw exchanges of death, or of the group, between two times."""
        both = self.rng.integers(self.event.size, size=(2, SINGLES)).T
        deaths = self.rng.random(SINGLES) < 0.5
        return (both, deaths), both

    def after(self, changes, chosen):
        both, deaths = (x[chosen[:, 0]] for x in changes)
        event, group = (x[both] for x in (self.event, self.group))
        event[deaths], group[~deaths] = event[deaths, ::-1], group[~deaths, ::-1]
        counts, row = np.tile(self.counts, (1, len(both), 1)), np.arange(len(both))[:, None]
        # Two patients of one kind and day are left out once and come back once: nothing changes.
        counts[self.kind[both], row, self.day[both]] -= 1
        counts[2 * group + event, row, self.day[both]] += 1
        return self._survival(counts)

    def become(self, changes, chosen):
        both, deaths = (x[chosen[0]] for x in changes)
        table = self.event if deaths else self.group
        table[both] = table[both[::-1]]


def fit(rng, cohort, reading, outcome, groups, mean_and_sd, printed):
    """Draw the follow-up of a cohort."""
    n = groups.size
    died = int(printed(f"results.{cohort}.n")) * ASSUMED["deaths"][cohort]
    if reading != "deaths":
        died = int(printed(f"table1.os.die.{cohort}.count"))
    medians = [int(printed(f"results.os.{cohort}.median.{x}")) for x in ("low", "high")]
    days = times(rng, n, *mean_and_sd, [x for x in medians for _ in range(2)])
    label = rng.permutation(groups)
    weight = np.array([ASSUMED["weight"][x] for x in ("low", "high", "none")])[label]
    event = np.zeros(n, dtype=int)
    event[np.argsort(rng.exponential(size=n) / weight, kind="stable")[: round(died)]] = 1
    search = _Follow(rng, days, event, label, medians, printed(f"results.os.{cohort}.p"))
    search.reach()
    found = np.empty((2, n), dtype=int)
    for g in range(3):
        # TIN patients get the deaths, as far as these go.
        items, members = (rng.permutation(np.flatnonzero(x == g)) for x in (search.group, groups))
        eager = search.event[items] + ASSUMED["chance"] * rng.random(items.size)
        ill = outcome[members] + ASSUMED["chance"] * rng.random(items.size)
        items = items[eager.argsort(kind="stable")]
        found[:, members[ill.argsort(kind="stable")]] = days[items], search.event[items]
    return found
