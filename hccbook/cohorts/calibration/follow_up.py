"""Follow-up of synthetic patients, moved until medians, hazard ratios and P values print.

Medians are set first. Then single patients are moved, and what a move does is worked out for
many possible moves at once.
"""

import math
from collections import Counter

import numpy as np
from scipy.special import erfc

from ...estimate import Z95, as_printed
from ...survival.groups import logrank_z
from .search import Aim, NotReached, Search, boxes

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
_CONVERGED = 1e-10


def km_median(days, event, convention="midpoint"):
    """Return the Kaplan-Meier median in whole days, much faster than with its interval."""
    # Deaths before those who are censored on their day. A tie of deaths makes the same product.
    keys = np.sort(2 * days - event)
    died = np.flatnonzero(keys & 1)
    curve, days = np.cumprod(1 - 1 / (days.size - died)), (keys[died] + 1) // 2
    k = np.count_nonzero(curve >= 0.5 + _HALF)
    if k == died.size:
        return math.inf
    half = convention == "midpoint" and curve[k] > 0.5 - _HALF and k + 1 < died.size
    return (days[k] + days[k + half]) / 2


def days_box(months, days_per_month):
    """Return the days between which a median prints as these months."""
    number = as_printed(months)
    ends = float(number.low) * days_per_month, float(number.high) * days_per_month
    return ends[0] + 0.01, ends[1] - 0.01


def solve(function, box, low, high):
    """Return where an increasing function comes to a box, or just above it if it jumps."""
    for _ in range(40):
        middle = (low + high) // 2 if isinstance(low, int) else (low + high) / 2
        value = function(middle)
        if box[0] <= value <= box[1]:
            return middle
        low, high = (middle, high) if value < box[0] else (low, middle)
    return high


def _at_risk(days, event, group):
    """Return events, groups and the numbers at risk of m cohorts, in the order of their days.

    No two events of a cohort fall on one day.
    """
    # Whoever is censored on the day of an event was at risk there.
    order = np.argsort(2 * days - event, axis=1, kind="stable")
    group = group[order]
    left1 = group[:, ::-1].cumsum(axis=1)[:, ::-1]
    # What np.take_along_axis does, faster for a single cohort.
    event = event[np.arange(len(order))[:, None], order]
    return event, group, np.arange(days.shape[1], 0, -1), left1


def cox(days, event, group, start=0.0):
    """Return the log hazard ratios of group 1 against group 0, and their standard errors.

    The model of :func:`hccbook.survival.cox_two_groups`, for m cohorts at once. With steps that
    serve many, a single one would take a third longer there.
    """
    event, group, left, left1 = _at_risk(days, event, group)
    observed, left0 = (event * group).sum(axis=1), left - left1
    finite = (event * (left0 <= 0)).sum(axis=1) < observed
    finite &= observed < (event * (left1 > 0)).sum(axis=1)
    log_hr, information = np.full(observed.size, float(start)), np.ones(observed.size)
    for _ in range(100):
        share = left1 / (left1 + left0 * np.exp(-log_hr)[:, None])
        expected = event * share
        information = np.where(finite, (expected * (1 - share)).sum(axis=1), 1)
        step = np.where(finite, (observed - expected.sum(axis=1)) / information, 0)
        log_hr = log_hr + step.clip(-1, 1)
        if np.abs(step).max() < _CONVERGED:
            break
    return np.where(finite, log_hr, np.nan), np.where(finite, information**-0.5, np.nan)


def logrank(days, event, group):
    """Return the P values of the log-rank test, as :func:`hccbook.survival.logrank` does."""
    event, group, left, left1 = _at_risk(days, event, group)
    return erfc(np.abs(logrank_z(event * group, event, left1, left)) / math.sqrt(2))


class HazardRatioAim(Aim):
    """The Cox hazard ratio of group 1 against group 0 and its 95 % interval print."""

    def __init__(self, hr, lower, upper):
        low, high, middle, slack = np.array(boxes([hr, lower, upper]))
        super().__init__(np.log(low), np.log(high), np.log(middle), slack / middle)

    def statistics(self, *follow_up):
        """Return the log hazard ratio and its two limits."""
        log_hr, error = cox(*follow_up, self.middle[0])
        return np.column_stack([log_hr, log_hr - Z95 * error, log_hr + Z95 * error])

    def distance(self, values):
        """Return the distances of estimate and width, which can be moved one at a time."""
        effect, lower, upper = (values - self.middle).T
        return np.abs(effect) / self.slack[0] + np.abs(upper - lower) / self.slack[1:].sum()


class LogRankAim(Aim):
    """The P value of the log-rank test prints."""

    def __init__(self, p):
        super().__init__(*boxes([p]))

    def statistics(self, *follow_up):
        """Return the P values."""
        return logrank(*follow_up)[:, None]


class RateAim(Aim):
    """The Kaplan-Meier shares of both groups with an event by a day print, in per cent."""

    def __init__(self, percents, day):
        super().__init__(*boxes(percents))
        self.day = day

    def statistics(self, days, event, group):
        """Return the shares of group 0 and group 1."""
        kept = []
        for side in (group == 0, group == 1):
            time = days[:, side]
            keys = np.sort(2 * time - event[:, side] * (time <= self.day), axis=1)
            died = keys & 1  # deaths before those who are censored on their day
            kept.append((1 - died / np.arange(side.sum(), 0, -1)).prod(axis=1))
        return 100 - 100 * np.column_stack(kept)


class Survival(Search):
    """Follow-up of two groups in whole days, moved until its statistics print as wanted.

    No two events fall on one day, so that programs agree whatever they do about ties.
    """

    def __init__(self, rng, aim, days, event, group, earliest, latest, must_progress):
        super().__init__(rng, aim)
        self.group, self.days, self.event = group, days.copy(), event.copy()
        self.members = [np.flatnonzero(group == label) for label in (0, 1)]
        self.earliest, self.latest, self.must_progress = earliest, latest, must_progress

    def medians(self):
        """Return the Kaplan-Meier medians of group 0 and group 1, in days."""
        return self._median(0), self._median(1)

    def _median(self, group):
        members = self.members[group]
        return km_median(self.days[members], self.event[members])

    def untie(self):
        """Move events off days that the other group's events fall on; both medians stay."""
        kept, taken = self.medians(), Counter(self.days[self.event == 1].tolist())
        for i in np.flatnonzero(self.event == 1):
            day = int(self.days[i])
            if taken[day] > 1:
                self.days[i] = free = self._free_day(i, day, taken)
                taken[day] -= 1
                taken[free] += 1
        if self.medians() != kept:
            raise NotReached("tied events at a median")

    def _free_day(self, i, day, taken):
        """Return the nearest day of a patient on which no event falls."""
        low, high = int(self.earliest[i]), max(day, int(self.latest[i]))
        for distance in range(high - low + 1):
            for candidate in (day - distance, day + distance):
                if low <= candidate <= high and candidate not in taken:
                    return candidate
        raise NotReached("no day left for an event")

    def statistics(self):
        """Return the statistics of this cohort."""
        return self.aim.statistics(self.days[None], self.event[None], self.group)

    def loss(self):
        """Return how far this cohort is from its aim, 0 where all statistics print."""
        return float(self.aim.loss(self.statistics())[0])

    def reach(self, changes=CHANGES):
        """Change patients until the statistics print; both medians stay."""
        self.kept = self.medians()
        self._anneal(changes)
        super().reach()

    def _anneal(self, changes):
        """Do one random change after the other, now and then for the worse, events on free days."""
        # Not many at once, as _Exchanges does: each needs a free day and must keep the median.
        now = self.loss()
        for temperature in np.geomspace(HOT, COLD, changes):
            if now == 0:
                return
            i, day, ends = (int(part[0]) for part in self.draw(1)[0])
            old, self.event[i] = (int(self.days[i]), int(self.event[i])), 0
            day = self._free_day(i, day, set(self.days[self.event == 1].tolist()))
            passed = np.count_nonzero((self.days - old[0]) * (self.days - day) <= 0)
            self.days[i], self.event[i] = day, ends
            most, then = now + temperature * self.rng.exponential(), math.inf
            if self._median(self.group[i]) == self.kept[self.group[i]]:
                # Who passes nobody changes nothing.
                then = now if passed == 1 and ends == old[1] else self.loss()
            if then <= most:
                now = then
            else:
                self.days[i], self.event[i] = old

    def draw(self, many=SINGLES):
        """Draw changes of a patient's day or of how it ends."""
        rng = self.rng
        who = rng.integers(self.days.size, size=many)
        flip = (rng.random(many) < FLIP) & ~self.must_progress[who]
        shift = rng.normal(0, 10 ** rng.uniform(0, LONGEST, many)).round().astype(int)
        day = (self.days[who] + shift).clip(self.earliest[who], self.latest[who])
        return (who, day, self.event[who] ^ flip), who[:, None]

    def _with(self, changes, chosen):
        """Return the follow-up after the changes in the rows of ``chosen``."""
        days, event = (np.tile(x, (len(chosen), 1)) for x in (self.days, self.event))
        rows, (who, day, ends) = np.arange(len(chosen)), changes
        for part in chosen.T:
            days[rows, who[part]], event[rows, who[part]] = day[part], ends[part]
        return days, event

    def after(self, changes, chosen):
        """Return the statistics after changes."""
        return self.aim.statistics(*self._with(changes, chosen), self.group)

    def become(self, changes, chosen):
        """Take over a follow-up with distinct days of events and the same medians, or none."""
        before, (who, *then) = (self.days, self.event), (part[chosen] for part in changes)
        self.days, self.event = (x.copy() for x in before)
        self.days[who], self.event[who] = then
        # Most changes fail at a median; that of a group in which nobody changed is kept.
        if all(self._median(x) == self.kept[x] for x in set(self.group[who].tolist())):
            cases = self.days[self.event == 1]
            if np.unique(cases).size == cases.size:
                return True
        self.days, self.event = before
        return False


def set_median(days, event, target, first=0):
    """Stretch follow-up until the Kaplan-Meier median is ``target``, events on distinct days."""
    now = km_median(days, event)
    if not first < now < math.inf:
        raise NotReached("the median is not reached, or at once")
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
        raise NotReached(f"median {target} days not reached")
    return days


def _spread(days, event):
    """Move events apart until no two fall on one day, keeping their order."""
    days, last = days.copy(), -1
    for i in np.argsort(days, kind="stable"):
        if event[i]:
            days[i] = last = max(int(days[i]), last + 1)
    return days
