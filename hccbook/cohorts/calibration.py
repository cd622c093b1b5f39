"""Make synthetic patients whose statistics print as a paper's do.

Counts come first and nothing later changes them. Then each step moves single patients,
keeps what is calibrated already, and stops when its statistic prints as wanted.
"""

import math

import numpy as np

from ..estimate import printed as as_printed
from ..survival import cox_two_groups, logrank, median

#: First and last temperature of the annealing, in rounding intervals. The last is above 1:
#: with few patients a statistic jumps over its interval, and wandering near it hits it.
HOT, COLD = 10, 3


class Miss(RuntimeError):
    """A target that was not reached; the recipe tries other patients or reports it."""


def outcome_in_groups(rng, group, events):
    """Allot an outcome to exact counts in each group.

    Parameters
    ----------
    rng : numpy.random.Generator
    group : ndarray of int, shape (n,)
        Group of each patient, 0, 1, ….
    events : sequence of int
        Patients with the outcome in each group.

    Returns
    -------
    ndarray of int, shape (n,)
    """
    outcome = np.zeros(group.size, dtype=int)
    for label, count in enumerate(events):
        members = np.flatnonzero(group == label)
        if not 0 <= count <= members.size:
            raise ValueError(f"events: expected 0 to {members.size} in group {label}, got {count}")
        outcome[rng.permutation(members)[:count]] = 1
    return outcome


def concordant_pairs(outcome, marker):
    """Return the concordant pairs (ties count one half) and all pairs behind an AUC.

    Parameters
    ----------
    outcome : ndarray of {0, 1}, shape (n,)
    marker : ndarray of float, shape (n,)

    Returns
    -------
    tuple of float
        The AUC is the first divided by the second.
    """
    ill, well = marker[outcome == 1], np.sort(marker[outcome == 0])
    below, up_to = np.searchsorted(well, ill), np.searchsorted(well, ill, side="right")
    return float((below + up_to).sum() / 2), float(ill.size * well.size)


def reach_auc(rng, outcome, marker, group, auc, tries=20_000):
    """Exchange outcomes between patients of one group until the AUC prints as wanted.

    Exchanges inside a group leave every table of group by outcome as it is.

    Parameters
    ----------
    rng : numpy.random.Generator
    outcome : ndarray of {0, 1}, shape (n,)
    marker : ndarray of float, shape (n,)
    group : ndarray of int, shape (n,)
    auc : str
        The printed AUC.
    tries : int
        Exchanges to try.

    Returns
    -------
    ndarray of {0, 1}, shape (n,)

    Raises
    ------
    Miss
        If the AUC is not reached.
    """
    target, outcome = as_printed(auc), outcome.copy()
    concordant, pairs = concordant_pairs(outcome, marker)
    low, wanted, high = (float(x) * pairs for x in (target.low, target.value, target.high))
    for _ in range(tries):
        if low <= concordant <= high:
            return outcome
        i, j = rng.integers(outcome.size, size=2)
        if group[i] != group[j] or outcome[i] == outcome[j]:
            continue
        outcome[[i, j]] = outcome[[j, i]]
        new, _ = concordant_pairs(outcome, marker)
        if abs(new - wanted) <= abs(concordant - wanted):
            concordant = new
        else:
            outcome[[i, j]] = outcome[[j, i]]
    raise Miss(f"AUC {auc} not reached: {concordant / pairs:.4f}")


class Survival:
    """Follow-up of two groups in whole days, moved until its statistics print as wanted.

    No two events fall on one day, so that programs agree whatever they do about ties.

    Parameters
    ----------
    rng : numpy.random.Generator
    days : ndarray of int, shape (n,)
        Follow-up, with distinct days of events.
    event : ndarray of {0, 1}, shape (n,)
    group : ndarray of {0, 1}, shape (n,)
    earliest, latest : ndarray of int, shape (n,)
        Between which days each patient's follow-up must end.
    must_progress : ndarray of bool, shape (n,)
        Patients whose follow-up ends in an event whatever happens.
    """

    def __init__(self, rng, days, event, group, earliest, latest, must_progress):
        self.rng, self.group = rng, group
        self.days, self.event = days.copy(), event.copy()
        self.earliest, self.latest, self.must_progress = earliest, latest, must_progress

    def medians(self):
        """Return the Kaplan-Meier medians of group 0 and group 1, in days."""
        return tuple(
            median(self.days[self.group == g], self.event[self.group == g]).value for g in (0, 1)
        )

    def free_day(self, day, low, high):
        """Return the free day nearest to ``day`` between ``low`` and ``high``, or None."""
        taken = set(self.days[self.event == 1].tolist())
        for distance in range(high - low + 1):
            for candidate in (day - distance, day + distance):
                if low <= candidate <= high and candidate not in taken:
                    return candidate
        return None

    def untie(self):
        """Move events off days that the other group's events fall on; both medians stay.

        Raises
        ------
        Miss
            If a tie can only be broken by moving a median.
        """
        kept = self.medians()
        for i in np.flatnonzero(self.event == 1):
            day = int(self.days[i])
            if np.count_nonzero(self.days[self.event == 1] == day) > 1:
                free = self.free_day(day, int(self.earliest[i]), max(day, int(self.latest[i])))
                if free is None:
                    raise Miss("no day left for an event")
                self.days[i] = free
        if self.medians() != kept:
            raise Miss("tied events at a median")

    def propose(self):
        """Change one patient's day, or whether it ended in an event; return how to undo it."""
        i = int(self.rng.integers(self.days.size))
        undo = i, self.days[i], self.event[i]
        if self.rng.random() < 0.3 and not self.must_progress[i]:
            self.event[i] = 1 - self.event[i]
        shift = round(self.rng.normal(0, 10 ** self.rng.uniform(0, 2.3)))
        low, high = int(self.earliest[i]), int(self.latest[i])
        wanted = min(max(int(self.days[i]) + shift, low), high)
        self.days[i] = -1
        day = self.free_day(wanted, low, high)
        if day is None:
            self.undo(undo)
            return None
        self.days[i] = day
        return undo

    def undo(self, change):
        """Take back a change that :meth:`propose` made."""
        i, self.days[i], self.event[i] = change

    def reach(self, loss, tries=3_000):
        """Change patients by simulated annealing until ``loss`` is 0; both medians stay.

        Parameters
        ----------
        loss : callable
            Distance from the target in rounding intervals, 0 where everything prints as
            wanted.
        tries : int
            Changes to try.

        Raises
        ------
        Miss
            If the loss does not come down to 0.
        """
        kept, now = self.medians(), loss(self)
        for temperature in np.geomspace(HOT, COLD, tries):
            if now == 0:
                return
            change = self.propose()
            if change is None:
                continue
            new = loss(self)
            if new <= now + temperature * self.rng.exponential() and self.medians() == kept:
                now = new
            else:
                self.undo(change)
        raise Miss(f"loss {now:.3g} left after {tries} changes")


def hazard_ratio_loss(hr, lower, upper):
    """Return a loss for :meth:`Survival.reach`: the Cox hazard ratio and its interval print.

    Parameters
    ----------
    hr, lower, upper : str
        As printed; of group 1 against group 0.
    """
    numbers = [as_printed(number) for number in (hr, lower, upper)]
    # Point estimate and width, unlike the limits, can be moved one at a time.
    slack = [float(number.unit / number.value) / 2 for number in numbers]
    effect = math.log(float(numbers[0].value))
    width = math.log(float(numbers[2].value / numbers[1].value))

    def loss(cohort):
        try:
            fit = cox_two_groups(cohort.days, cohort.event, cohort.group)
        except ValueError:  # no finite hazard ratio
            return math.inf
        values = (fit.value, fit.lower, fit.upper)
        if all(number.admits(value) for number, value in zip(numbers, values, strict=True)):
            return 0.0
        off = abs(math.log(fit.value) - effect) / slack[0]
        return off + abs(math.log(fit.upper / fit.lower) - width) / (slack[1] + slack[2])

    return loss


def logrank_loss(p):
    """Return a loss for :meth:`Survival.reach`: the log-rank P value prints.

    Parameters
    ----------
    p : str
        As printed.
    """
    number = as_printed(p)

    def loss(cohort):
        value = logrank(cohort.days, cohort.event, cohort.group)[1]
        if number.admits(value):
            return 0.0
        return abs(value - float(number.value)) / float(number.unit / 2)

    return loss


def set_median(days, event, target, first=0):
    """Stretch follow-up until the Kaplan-Meier median is ``target``, events on distinct days.

    Parameters
    ----------
    days : ndarray of float, shape (n,)
    event : ndarray of {0, 1}, shape (n,)
    target : float
        Whole days, or a half where the median lies between two events.
    first : int
        No follow-up ends before this day.

    Returns
    -------
    ndarray of int, shape (n,)

    Raises
    ------
    Miss
        If the median is not reached, or not this way.
    """
    now = median(days, event).value
    if not first < now < math.inf:
        raise Miss("the median is not reached, or at once")
    stretched = first + (days - first) * (target - first) / (now - first)
    days = _spread(np.round(stretched).astype(int), event)
    now = median(days, event).value
    on = np.flatnonzero((days >= now) & (event == 1))
    if now != target and on.size:
        first = on[days[on].argmin()]
        # Between two events the median moves half as far as the later of them.
        days[first] += round((target - now) * (1 if days[first] == now else 2))
    days = _spread(days, event)
    if median(days, event).value != target:
        raise Miss(f"median {target} days not reached")
    return days


def _spread(days, event):
    """Move events apart until no two fall on one day, keeping their order."""
    days, last = days.copy(), -1
    for i in np.argsort(days, kind="stable"):
        if event[i]:
            days[i] = last = max(int(days[i]), last + 1)
    return days
