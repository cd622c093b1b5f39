"""Harrell's C-index, and the sums over pairs of patients behind it."""

import math

import numpy as np

from .. import _checks
from .._ties import merge_ties
from ..estimate import Estimate
from ._patients import follow_up, some_event

_FEW_PAIRS = 2**18  # up to here a matrix of all pairs is the fastest way


def c_index(time, event, score, level=0.95):
    """Harrell's C-index with its standard error.

    Of two patients of whom it is known who had the event first, how often had that one the
    higher score?

    Parameters
    ----------
    time : array_like of float, shape (n,)
        Follow-up, at least 0.
    event : array_like of {0, 1} or bool, shape (n,)
        1 for an event, 0 for censored.
    score : array_like of float, shape (n,)
        Score, in any unit; higher means an earlier event, as a hazard does. (The opposite of
        R's ``concordance(Surv(time, event) ~ score)`` and of lifelines'
        ``concordance_index``, which take predicted times: there, give ``-score``.)
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    Estimate
        C, its limits C ± z·SE cut off at 0 and 1, its standard error and the number of
        patients. Somers' Dxy is 2 C - 1.

    Raises
    ------
    ValueError
        If an input is empty, not finite, not binary, of unequal length; if ``time`` is
        negative or ``level`` not between 0 and 1; if there is no event, or no patient was
        followed longer than the first one.

    Notes
    -----
    A pair counts if the shorter time ends in an event; of two equal times, if one is an event
    and the other censored, which is the longer. Equal scores count one half. Two events at the
    same time do not count. C depends on how patients are censored.

    The standard error is the infinitesimal jackknife, as in R's ``concordance``: the root of
    the summed squares of dC/dw, w being the weight of each patient. If no two scores are in the
    wrong order (C = 1), or all are tied (C = 0.5), it is 0, which says nothing. R's
    ``confint`` does not cut the limits off.

    A score that was fitted in the same patients flatters itself; see :func:`cox_optimism`.

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
    time, event, score = follow_up(time, event, score=score)
    some_event(event)
    order, *pairs = _pairs(time, event)
    dead, later, earlier = pairs
    each = earlier.copy()
    each[dead] += later
    total = int(later.sum())
    if not total:
        raise ValueError("time: expected a patient followed longer than the first event, got none")
    net = _concordant_minus_discordant(merge_ties(score)[order], *pairs)
    dxy = float(net.sum()) / (2 * total)  # each pair was counted for both of its patients
    influence = (net - dxy * each) / total  # d(dxy)/dw
    c, se = (1 + dxy) / 2, math.sqrt(influence @ influence) / 2
    lower, upper = max(c - z * se, 0.0), min(c + z * se, 1.0)
    return Estimate(c, lower, upper, level, n=time.size, se=se)


def dxy_of_resamples(time, event, scores, weights):
    """Somers' Dxy of scores in the resamples that they come from, and in all patients.

    ``scores`` and ``weights`` have the shape (resamples, n), the weights being how often each
    patient was drawn. A patient makes no pair with a copy of himself. NaN without pairs.
    """
    order, dead, later, earlier = _pairs(time, event)
    time, event, scores, weights = time[order], event[order], scores[:, order], weights[:, order]
    scores = merge_ties(scores)
    training, total, whole = (np.empty(len(scores)) for _ in range(3))
    few = dead.size * time.size <= _FEW_PAIRS
    if few:
        is_pair = (np.arange(time.size) < later[:, None]).astype(float)
        total[:] = np.sum((weights[:, dead] @ is_pair) * weights, axis=1)
    for row, (score, weight) in enumerate(zip(scores, weights, strict=True)):
        if few:
            sign = np.sign(score[dead][:, None] - score)
            sign *= is_pair
            training[row], whole[row] = weight[dead] @ sign @ weight, sign.sum()
        else:
            drawn = np.repeat(np.arange(time.size), weight.astype(int))
            again, *pairs = _pairs(time[drawn], event[drawn])
            net = _concordant_minus_discordant(score[drawn[again]], *pairs)
            training[row], total[row] = net.sum() / 2, pairs[1].sum()
            whole[row] = _concordant_minus_discordant(score, dead, later, earlier).sum() / 2
    with np.errstate(invalid="ignore"):
        return training / total, whole / later.sum()


def _pairs(time, event):
    """Who makes a pair with whom.

    Returns the patients from the longest follow-up on; the positions of those with an event
    in this order; for each of these, how many patients were followed longer, who stand before
    him; for each patient, how many had an earlier event, who are the last with one.
    """
    until = np.where(event == 1, time, np.nextafter(time, np.inf))  # the censored outlive
    order = np.argsort(-until)
    until = -until[order]
    dead = np.flatnonzero(event[order])
    until_event = until[dead]
    later = np.searchsorted(until, until_event)
    return order, dead, later, dead.size - np.searchsorted(until_event, until, "right")


def _concordant_minus_discordant(score, dead, later, earlier):
    """Concordant minus discordant pairs of each patient, in the order of :func:`_pairs`."""
    if dead.size * score.size > _FEW_PAIRS or score.size >= 2**15:
        rank = np.unique(score, return_inverse=True)[1]
        net = -_sums_of_signs(rank[dead][::-1], earlier, rank)
        net[dead] += _sums_of_signs(rank, later, rank[dead])
        return net
    rank = np.searchsorted(np.sort(score), score).astype(np.int16)  # small numbers: fast
    place = np.arange(score.size, dtype=np.int16)
    sign = np.sign(rank[dead][:, None] - rank)
    sign *= place < later.astype(np.int16)[:, None]
    net = sign.sum(axis=0, dtype=np.int16).astype(int)
    net[dead] += sign.sum(axis=1, dtype=np.int16)
    return net


def _sums_of_signs(ranks, stop, asked):
    """Sum over ``ranks[:stop]`` of sign(asked - rank), for many ``stop`` and ``asked``.

    A wavelet matrix (Claude, Navarro & Ordóñez, Inf Syst 2015;47:15). At each bit, from the
    highest, the ranks of a slice that have the higher bits of ``asked`` are parted by this one,
    those with 0 going to the front of the array and those with 1 to its end; who is parted
    from ``asked`` is counted.
    """
    net, place = np.zeros_like(stop), np.arange(ranks.size)
    slices = np.stack([net, stop])
    ones = np.zeros(ranks.size + 1, dtype=int)  # ... before each place
    for bit in reversed(range(int(max(ranks.max(), asked.max())).bit_length())):
        is_one, one = ranks >> bit & 1, asked >> bit & 1
        np.cumsum(is_one, out=ones[1:])
        front, passed = ranks.size - ones[-1], ones[slices]
        # Asked 1: the zeros of the slice are lower. Asked 0: its ones are higher.
        net += one * (slices[1] - slices[0]) - (passed[1] - passed[0])
        slices = np.where(one, front + passed, slices - passed)
        parted = np.empty_like(ranks)
        parted[np.where(is_one, front + ones[:-1], place - ones[:-1])] = ranks
        ranks = parted
    return net
