"""Harrell's C-index."""

import math

import numpy as np

from .. import _checks
from .._ties import merge_ties
from ..estimate import Estimate
from .curves import follow_up

_BLOCK = 2**20  # pairs that are compared at a time


def c_index(time, event, score, level=0.95):
    """Harrell's C-index with its standard error.

    Of two patients of whom it is known who had the event first, how often had that one the
    higher score? A score that was fitted in the same patients flatters itself.

    Parameters
    ----------
    time, event, level
        As in :func:`median`.
    score : array_like of float, shape (n,)
        Score, in any unit; higher means an earlier event, as a hazard does. (The opposite of
        R's ``concordance(Surv(time, event) ~ score)`` and of lifelines'
        ``concordance_index``, which take predicted times: there, give ``-score``.)

    Returns
    -------
    Estimate
        C, its limits C ± z·SE cut off at 0 and 1 (R's ``confint`` does not), its standard error
        and the number of patients. Somers' Dxy is 2 C - 1.

    Notes
    -----
    A pair counts if the shorter time ends in an event; of two equal times, if one is an event
    and the other censored, which is the longer. Equal scores count one half. Two events at the
    same time do not count. C depends on how patients are censored.

    The standard error is the infinitesimal jackknife, as in R's ``concordance``: the root of
    the summed squares of dC/dw, w being the weight of each patient. If no two scores are in the
    wrong order (C = 1), or all are tied (C = 0.5), it is 0, which says nothing.

    References
    ----------
    Harrell, Lee & Mark, Stat Med 1996;15:361. Jackknife: Therneau & Atkinson, "Concordance",
    vignette of R's survival package.

    Examples
    --------
    >>> c = c_index([1, 2, 3, 4, 5], [1, 1, 0, 1, 0], [0.9, 0.3, 0.4, 0.4, 0.1])
    >>> print(f"{c:.3f}, SE {c.se:.3f}")
    0.750 (95 % CI 0.335 to 1.000), SE 0.212
    """
    z = _checks.z(level)
    time, event, score = follow_up(time, event, some=True, score=score)
    until = np.where(event == 1, time, np.nextafter(time, np.inf))  # the censored outlive
    order = np.argsort(-until)  # from the longest follow-up on
    until, score, dead = -until[order], merge_ties(score)[order], np.flatnonzero(event[order])
    # Of each event, how many were followed longer (they stand before it); of each patient, how
    # many had an earlier event (they are the last with one): the pairs that each is in.
    later = np.searchsorted(until, until[dead])
    pairs = dead.size - np.searchsorted(until[dead], until, "right")
    pairs[dead] += later
    total = int(later.sum())
    if not total:
        raise ValueError("time: expected a patient followed longer than the first event, got none")
    net = _concordant_minus_discordant(score, dead, later)
    dxy = float(net.sum()) / (2 * total)  # each pair was counted for both of its patients
    influence = (net - dxy * pairs) / total  # d(dxy)/dw
    c, se = (1 + dxy) / 2, math.sqrt(influence @ influence) / 2
    lower, upper = max(c - z * se, 0.0), min(c + z * se, 1.0)
    return Estimate(c, lower, upper, level, n=time.size, se=se)


def _concordant_minus_discordant(score, dead, later):
    """Concordant minus discordant pairs of each patient: events with those followed longer."""
    net, rows = np.zeros(score.size, dtype=int), max(1, _BLOCK // score.size)
    for start in range(0, dead.size, rows):
        block, longer = dead[start : start + rows], later[start : start + rows, None]
        own, others = score[block, None], score[: longer.max()]
        sign = (own > others).astype(np.int8) - (own < others).astype(np.int8)
        sign *= np.arange(others.size) < longer
        net[: others.size] += sign.sum(axis=0, dtype=int)
        net[block] += sign.sum(axis=1, dtype=int)
    return net
