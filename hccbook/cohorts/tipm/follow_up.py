"""Overall survival by score: medians, log-rank P, and the mean and SD of the time observed.

Times come first, with their exact mean and SD; then it is searched who has which of them, and
which of them end in death.
"""

import math

import numpy as np
from scipy.special import erfcinv

from ...estimate import printed as as_printed
from .. import calibration as cal
from .baseline import prints
from .register import COHORTS

#: What no public number fixes.
ASSUMED = cal.Assumptions("tipm", "follow_up")

#: Changes compared at a time, and how often at most.
SINGLES, ROUNDS = 160, 150

# What a patient adds to four counts of his day, by 2 × group + event: deaths in the low and in the
# high group, and patients of these groups who leave. Those without a score add nothing.
_ADDS = np.array(
    [[0, 0, 1, 0], [1, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]]
)

# Survival is kept so far from one half on either side of a median.
_MARGIN = 1e-6


def moments(rng, printed):
    """Draw mean and SD of the time observed in each cohort, so that those of all print."""
    kinds = "mean", "sd"
    numbers = [as_printed(printed(f"table1.ostime.{x}.{k}")) for x in COHORTS for k in kinds]
    n = np.array([int(printed(f"results.{x}.n")) for x in COHORTS])
    middle = np.array([float(x) for x in numbers])
    slack = np.array([float(x.unit) / 2 for x in numbers])
    wanted = [as_printed(printed(f"table1.ostime.all.{k}")) for k in kinds]
    for _ in range(500):
        drawn = middle + 0.7 * slack * rng.uniform(-1, 1, middle.size)
        mean, sd = drawn[::2], drawn[1::2]
        whole = (n * mean).sum() / n.sum()
        squares = ((n - 1) * sd**2 + n * (mean - whole) ** 2).sum()
        found = whole, math.sqrt(squares / (n.sum() - 1))
        if all(
            abs(x - float(y)) < 0.8 * float(y.unit) / 2 for x, y in zip(found, wanted, strict=True)
        ):
            return {x: (mean[k], sd[k]) for k, x in enumerate(COHORTS)}
    raise cal.Miss("no times of observation")


def times(rng, n, mean, sd, fixed):
    """Draw whole days with a mean and an SD; some days are among them."""
    first, last, free = ASSUMED["first_day"], ASSUMED["last_day"], n - len(fixed)
    short = np.arange(free) < round(ASSUMED["short"] * free)
    z = np.where(short, -1.48 + 0.5 * rng.random(free) ** 2, rng.normal(0.72, 0.12, free))
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
            change = (step, -step) if (days[i] - days[k] > 0) == (spread > 0) else (-step, step)
        new = days[i] + change[0], days[k] + change[1]
        if i != k and min(new) >= first and max(new) <= last:
            days[i], days[k] = new
    raise cal.Miss("no times with this mean and SD")


class _Search:
    """Who has which time, and which of them end in death; groups are 0 low, 1 high, 2 none."""

    def __init__(self, rng, days, event, group, medians, p):
        self.rng, self.days, self.event, self.group = rng, days, event, group
        starts = np.flatnonzero(np.diff(days, prepend=-1))
        self.starts = starts
        self.slot = np.searchsorted(days[starts], days)
        self.at = [int(np.flatnonzero(days[starts] == x)[0]) for x in medians]
        number = as_printed(p)
        ends = [None if math.isinf(x) else _z(float(x)) for x in (number.high, number.low)]
        self.low = ends[0] + _MARGIN
        self.high = math.inf if ends[1] is None else ends[1] - _MARGIN

    def loss(self, sums):
        """Return how far m cohorts are from the medians and the P value; 0 where all print."""
        dead = sums[:2]
        left = sums[2:, :, ::-1].cumsum(axis=2)[:, :, ::-1]
        off = np.zeros(sums.shape[1])
        for g in (0, 1):
            at = self.at[g]
            share = dead[g][:, : at + 1] / np.maximum(left[g][:, : at + 1], 1)
            curve = np.cumprod(1 - share, axis=1)
            before, now = curve[:, at - 1], curve[:, at]
            off += np.maximum(0.5 + 1e-3 - before, 0) + np.maximum(now - 0.5 + 1e-3, 0)
        deaths, risk = dead[0] + dead[1], left[0] + left[1]
        share = left[1] / np.maximum(risk, 1)
        excess = (dead[1] - deaths * share).sum(axis=1)
        shrink = (risk - deaths) / np.maximum(risk - 1, 1)
        variance = (deaths * share * (1 - share) * shrink).sum(axis=1)
        z = excess / np.sqrt(np.maximum(variance, 1e-9))
        off = 4 * off + np.maximum(self.low - z, 0) + np.maximum(z - self.high, 0)
        return off.round(9)  # a last bit, which processors disagree on, turns no search

    def reach(self):
        """Exchange groups and deaths between times until all prints."""
        rows, now = np.arange(SINGLES), None
        for _ in range(ROUNDS):
            state = _ADDS[2 * self.group + self.event].T
            sums = np.add.reduceat(state, self.starts, axis=1)
            now = self.loss(sums[:, None])[0] if now is None else now
            if now == 0:
                return
            i, k = self.rng.integers(self.days.size, size=(2, SINGLES))
            deaths = self.rng.random(SINGLES) < 0.5
            # An exchange of deaths or of groups changes two patients, and so two days.
            changed = np.tile(sums[:, None], (1, SINGLES, 1))
            for one, other in ((i, k), (k, i)):
                event = self.event[np.where(deaths, other, one)]
                group = self.group[np.where(deaths, one, other)]
                changed[:, rows, self.slot[one]] += _ADDS[2 * group + event].T - state[:, one]
            off = self.loss(changed)
            off[off == now] = np.inf
            best = int(off.argmin())
            # Now and then for the worse, so that the search leaves a dead end.
            if off[best] < now or self.rng.random() < 0.3:
                table, now = self.event if deaths[best] else self.group, off[best]
                table[[i[best], k[best]]] = table[[k[best], i[best]]]
        raise cal.Miss(f"survival does not print: {now:.3g}")


def _z(p):
    return math.sqrt(2) * float(erfcinv(p))


def deaths(cohort, reading, printed):
    """Return how many patients of a cohort died."""
    if reading == "deaths":
        return round(ASSUMED["deaths"][cohort] * int(printed(f"results.{cohort}.n")))
    return int(printed(f"table1.os.die.{cohort}.count"))


def fit(rng, cohort, outcome, groups, mean_and_sd, deaths, printed):
    """Draw the follow-up of a cohort."""
    n = groups.size
    medians = [int(printed(f"results.os.{cohort}.median.{x}")) for x in ("low", "high")]
    days = times(rng, n, *mean_and_sd, [x for x in medians for _ in range(2)])
    names = np.array(["low", "high", "none"])
    label = rng.permutation(groups)
    weight = np.array([ASSUMED["weight"][x] for x in names[label]])
    event = np.zeros(n, dtype=int)
    event[np.argsort(rng.exponential(size=n) / weight, kind="stable")[:deaths]] = 1
    search = _Search(rng, days, event, label, medians, printed(f"results.os.{cohort}.p"))
    search.reach()
    found = np.empty(n, dtype=int), np.empty(n, dtype=int)
    for g in range(3):
        # TIN patients get the deaths, as far as these go.
        items, members = (rng.permutation(np.flatnonzero(x == g)) for x in (search.group, groups))
        eager = search.event[items] + ASSUMED["chance"] * rng.random(items.size)
        ill = outcome[members] + ASSUMED["chance"] * rng.random(items.size)
        items, members = items[eager.argsort()], members[ill.argsort()]
        found[0][members], found[1][members] = days[items], search.event[items]
    if not prints(found[0], *(printed(f"table1.ostime.{cohort}.{x}") for x in ("mean", "sd"))):
        raise cal.Miss("mean and SD of the time observed")
    return found
