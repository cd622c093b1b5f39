"""Follow-up of synthetic patients, moved until medians, hazard ratios and P values print.

Medians are set first. Then single patients are moved, and what a move does is worked out for
many possible moves at once.
"""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy.special import erfc

from ...estimate import printed as as_printed
from .search import Aim, Miss, Search, boxes

#: First and last temperature of the annealing, in half rounding intervals, and its changes. It
#: makes patients differ and comes near the target; chosen changes then hit it.
HOT, COLD, CHANGES = 10, 6.43, 1100

#: Near a target: changes compared at a time.
SINGLES = 128

#: Chance that a change turns an event into censoring, or back; shifts are some 1 to 200 days
#: (as a power of ten).
FLIP, LONGEST = 0.3, 2.3

# As in hccbook.survival: what is nearer to one half than this is one half.
_HALF = math.sqrt(np.finfo(float).eps)
_Z = 1.959963984540054
_CONVERGED = 1e-10


def km_median(days, event, convention="midpoint"):
    """Return the Kaplan-Meier median without its interval, much faster than with it."""
    curve, left, half = 1.0, len(days), None
    # Deaths before those who are censored on their day. A tie of deaths makes the same product.
    for day, censored in sorted(zip(days.tolist(), (event == 0).tolist(), strict=True)):
        if not censored:
            curve *= (left - 1) / left
            if half is not None:
                return (half + day) / 2
            if curve < 0.5 - _HALF or (curve < 0.5 + _HALF and convention == "first"):
                return float(day)
            if curve < 0.5 + _HALF:
                half = day
        left -= 1
    return math.inf if half is None else float(half)


@dataclass(frozen=True)
class RiskTables:
    """Who is at risk at each event, in several cohorts of the same two groups.

    Patients stand in the order of their follow-up. No two events of a cohort fall on one day.
    """

    event: np.ndarray
    group: np.ndarray
    at_risk: np.ndarray
    at_risk1: np.ndarray

    @classmethod
    def of(cls, days, event, group):
        """Return the tables of m cohorts."""
        # Whoever is censored on the day of an event was at risk there.
        order = np.argsort(2 * days - event, axis=1, kind="stable")
        group = group[order]
        left = np.arange(days.shape[1], 0, -1)
        left1 = group[:, ::-1].cumsum(axis=1)[:, ::-1]
        return cls(np.take_along_axis(event, order, axis=1), group, left, left1)

    def cox(self, start=0.0):
        """Return the log hazard ratios of group 1 against group 0, and their standard errors.

        The model of :func:`hccbook.survival.cox_two_groups`, for all cohorts at once.
        """
        observed = (self.event * self.group).sum(axis=1)
        risk0 = self.at_risk - self.at_risk1
        finite = (self.event * (risk0 <= 0)).sum(axis=1) < observed
        finite &= observed < (self.event * (self.at_risk1 > 0)).sum(axis=1)
        log_hr, information = np.full(observed.size, float(start)), np.ones(observed.size)
        for _ in range(100):
            share = self.at_risk1 / (self.at_risk1 + risk0 * np.exp(-log_hr)[:, None])
            expected = self.event * share
            information = np.where(finite, (expected * (1 - share)).sum(axis=1), 1)
            step = np.where(finite, (observed - expected.sum(axis=1)) / information, 0)
            log_hr = log_hr + step.clip(-1, 1)
            if np.abs(step).max() < _CONVERGED:
                break
        return np.where(finite, log_hr, np.nan), np.where(finite, information**-0.5, np.nan)

    def logrank(self):
        """Return the P values of the log-rank test, as :func:`hccbook.survival.logrank` does."""
        share = self.at_risk1 / self.at_risk
        excess = (self.event * (self.group - share)).sum(axis=1)
        variance = (self.event * share * (1 - share)).sum(axis=1)
        statistic = excess**2 / np.where(variance > 0, variance, np.nan)
        return erfc(np.sqrt(statistic / 2))


class HazardRatioAim(Aim):
    """The Cox hazard ratio of group 1 against group 0 and its 95 % interval print."""

    def __init__(self, hr, lower, upper):
        given = {"hr": hr, "lower": lower, "upper": upper}
        numbers = [as_printed(number, name) for name, number in given.items()]
        low, high, middle = (
            [math.log(getattr(number, end)) for number in numbers]
            for end in ("low", "high", "value")
        )
        super().__init__(low, high, middle, [float(x.unit / x.value) / 2 for x in numbers])

    def statistics(self, tables):
        """Return the log hazard ratio and its two limits."""
        log_hr, error = tables.cox(self.middle[0])
        return np.column_stack([log_hr, log_hr - _Z * error, log_hr + _Z * error])

    def distance(self, values):
        """Return the distances of estimate and width, which can be moved one at a time."""
        effect, lower, upper = (values - self.middle).T
        return np.abs(effect) / self.slack[0] + np.abs(upper - lower) / self.slack[1:].sum()


class LogRankAim(Aim):
    """The P value of the log-rank test prints."""

    def __init__(self, p):
        super().__init__(*boxes([as_printed(p, "p")]))

    def statistics(self, tables):
        """Return the P values."""
        return tables.logrank()[:, None]


class Survival(Search):
    """Follow-up of two groups in whole days, moved until its statistics print as wanted.

    No two events fall on one day, so that programs agree whatever they do about ties.
    """

    def __init__(self, rng, aim, days, event, group, earliest, latest, must_progress):
        super().__init__(rng, aim)
        self.group, self.days, self.event = group, days.copy(), event.copy()
        self.earliest, self.latest, self.must_progress = earliest, latest, must_progress

    def medians(self):
        """Return the Kaplan-Meier medians of group 0 and group 1, in days."""
        return self._median(0), self._median(1)

    def _median(self, group):
        members = self.group == group
        return km_median(self.days[members], self.event[members])

    def untie(self):
        """Move events off days that the other group's events fall on; both medians stay."""
        kept, taken = self.medians(), Counter(self.days[self.event == 1].tolist())
        for i in np.flatnonzero(self.event == 1):
            day = int(self.days[i])
            if taken[day] > 1:
                free = _free_day(taken, day, int(self.earliest[i]), max(day, int(self.latest[i])))
                if free is None:
                    raise Miss("no day left for an event")
                self.days[i] = free
                taken[day] -= 1
                taken[free] += 1
        if self.medians() != kept:
            raise Miss("tied events at a median")

    def statistics(self):
        """Return the statistics of this cohort."""
        return self._values(self.days[None], self.event[None])

    def _values(self, days, event):
        return self.aim.statistics(RiskTables.of(days, event, self.group))

    def loss(self):
        """Return how far this cohort is from its aim, 0 where all statistics print."""
        return float(self.aim.loss(self.statistics())[0])

    def reach(self, changes=CHANGES):
        """Change patients until the statistics print; both medians stay.

        First by simulated annealing, one random change after the other.
        """
        self.kept = self.medians()
        self._anneal(changes)
        super().reach()

    def _anneal(self, changes):
        """Try random changes until the loss is 0."""
        rng, now = self.rng, self.loss()
        taken = set(self.days[self.event == 1].tolist())
        for temperature in np.geomspace(HOT, COLD, changes):
            if now == 0:
                return
            i = int(rng.integers(self.days.size))
            old = int(self.days[i]), int(self.event[i])
            if old[1]:
                taken.remove(old[0])
            flip = rng.random() < FLIP and not self.must_progress[i]
            shift = round(rng.normal(0, 10 ** rng.uniform(0, LONGEST)))
            low, high = int(self.earliest[i]), int(self.latest[i])
            day = _free_day(taken, min(max(old[0] + shift, low), high), low, high)
            if day is not None:
                new = day, old[1] ^ flip
                alike = not flip and self._passes_nobody(i, day)
                self.days[i], self.event[i] = new
                then = now if alike else self.loss()
                accepted = then <= now + temperature * rng.exponential()
                if accepted and self._median(self.group[i]) == self.kept[self.group[i]]:
                    now, old = then, new
            self.days[i], self.event[i] = old
            if old[1]:
                taken.add(old[0])

    def _passes_nobody(self, i, day):
        low, high = sorted((int(self.days[i]), day))
        return np.count_nonzero((self.days >= low) & (self.days <= high)) == 1

    def draw(self):
        """Draw changes of a patient's day or of how it ends."""
        rng = self.rng
        who = rng.integers(self.days.size, size=SINGLES)
        flip = (rng.random(SINGLES) < FLIP) & ~self.must_progress[who]
        shift = rng.normal(0, 10 ** rng.uniform(0, LONGEST, SINGLES)).round().astype(int)
        day = (self.days[who] + shift).clip(self.earliest[who], self.latest[who])
        return (who, day, self.event[who] ^ flip), who[:, None]

    def after(self, changes, chosen):
        """Return the statistics after changes."""
        return self._values(*self._with(changes, chosen))

    def _with(self, changes, chosen):
        """Return the follow-up after the changes in the rows of ``chosen``."""
        days, event = (np.tile(x, (len(chosen), 1)) for x in (self.days, self.event))
        rows, (who, day, ends) = np.arange(len(chosen)), changes
        for part in chosen.T:
            days[rows, who[part]], event[rows, who[part]] = day[part], ends[part]
        return days, event

    def become(self, changes, chosen):
        """Take over a follow-up with distinct days of events and the same medians, or none."""
        before = self.days, self.event
        self.days, self.event = (x[0] for x in self._with(changes, chosen[None]))
        cases = self.days[self.event == 1]
        if np.unique(cases).size == cases.size and self.medians() == self.kept:
            return True
        self.days, self.event = before
        return False


def _free_day(taken, day, low, high):
    """Return the day nearest to ``day`` between ``low`` and ``high`` that is not in ``taken``."""
    for distance in range(high - low + 1):
        for candidate in (day - distance, day + distance):
            if low <= candidate <= high and candidate not in taken:
                return candidate
    return None


def set_median(days, event, target, first=0):
    """Stretch follow-up until the Kaplan-Meier median is ``target``, events on distinct days."""
    now = km_median(days, event)
    if not first < now < math.inf:
        raise Miss("the median is not reached, or at once")
    stretched = first + (days - first) * (target - first) / (now - first)
    days = _spread(np.round(stretched).astype(int), event)
    now = km_median(days, event)
    on = np.flatnonzero((days >= now) & (event == 1))
    if now != target and on.size:
        first = on[days[on].argmin()]
        # Between two events the median moves half as far as the later of them.
        days[first] += round((target - now) * (1 if days[first] == now else 2))
    days = _spread(days, event)
    if km_median(days, event) != target:
        raise Miss(f"median {target} days not reached")
    return days


def _spread(days, event):
    """Move events apart until no two fall on one day, keeping their order."""
    days, last = days.copy(), -1
    for i in np.argsort(days, kind="stable"):
        if event[i]:
            days[i] = last = max(int(days[i]), last + 1)
    return days
