"""Without a model: medians and means of the Kaplan-Meier curve, and the C-index of a score."""

import math

import numpy as np

from .. import _checks
from .._ties import merge_ties, tied
from ..estimate import Estimate

# S(t) is a product of at most n fractions, wrong by some n · 1e-16. Whatever is nearer to 0.5
# than this is 0.5; R's survfit has the same tolerance.
_HALF = math.sqrt(np.finfo(float).eps)
_BLOCK = 2**20  # pairs that are compared at a time


def median(time, event, level=0.95, convention="midpoint"):
    """Median survival by Kaplan-Meier, with a named convention for S(t) = 0.5.

    Parameters
    ----------
    time, event : array_like, shape (n,)
        Follow-up, at least 0; 1 for an event, 0 for censored.
    level : float, default 0.95
        Confidence level.
    convention : {"midpoint", "first"}
        Where S(t) is exactly 0.5 from one event to the next: half way between the two, as R's
        ``print(survfit(...))`` (if no event follows, the one that reached 0.5); or always the
        event that reached 0.5.

    Returns
    -------
    Estimate
        Median and limits in the unit of ``time``, and the number of patients. ``inf`` where
        S(t), or a limit of its band, does not come down to 0.5.

    Notes
    -----
    The limits invert the pointwise log-log band (Greenwood's variance): each is where its edge
    of the band comes down to 0.5, by the same convention. The band does not exist where S(t) is
    0; if S(t) falls from above 0.5 straight to 0, the lower limit may be NaN. R's
    ``quantile(survfit(...))`` takes the last follow-up as the end of a flat stretch without a
    later event, lifelines reports ``inf`` when rounding leaves S(t) just above 0.5. Where S(t)
    falls to 0, lifelines sets the band to 0 and so reports an upper limit there, R none.

    Brookmeyer & Crowley, Biometrics 1982;38:29. Log-log band: Kalbfleisch & Prentice, The
    Statistical Analysis of Failure Time Data, 2nd ed. (2002), section 1.4.

    Examples
    --------
    >>> print(f"{median([1, 2, 3, 4], [1, 1, 1, 0]):.1f}")
    2.5 (95 % CI 1.0 to inf)
    """
    return _median(*checked(time, event), level, convention)


def median_follow_up(time, event, level=0.95, convention="midpoint", ties="together"):
    """Median follow-up by the reverse Kaplan-Meier method.

    Events and censoring change places: how long would patients have been followed, had they had
    no events? The median of ``time`` itself is too short, since an event ends the observation
    (Schemper & Smith, Control Clin Trials 1996;17:343).

    Parameters
    ----------
    time, event, level, convention
        As in :func:`median`.
    ties : {"together", "events first"}
        Whether a patient with an event is still at risk of being censored at that same time: the
        two often meet where times are in months. Yes, as when R's ``survfit`` is given
        ``1 - event``; or no, as R's ``prodlim(..., reverse=TRUE)`` has it.

    Returns
    -------
    Estimate
        As :func:`median`; ``inf`` if nobody was censored.
    """
    _checks.one_of("ties", ties, ("together", "events first"))
    time, event = checked(time, event)
    if ties == "events first":
        time = np.where(event == 1, np.nextafter(time, -np.inf), time)
    return _median(time, 1 - event, level, convention)


def rmst(time, event, horizon, level=0.95):
    """Restricted mean survival time: the area under the Kaplan-Meier curve up to a horizon.

    It is the mean of min(T, horizon): of the first 24 months, say, how many are lived.

    Parameters
    ----------
    time, event, level
        As in :func:`median`.
    horizon : float
        Where the area ends, above 0, in the unit of ``time``. To be fixed in advance. Refused
        beyond the last follow-up, unless S(t) is 0 there: the curve does not say what follows.

    Returns
    -------
    Estimate
        RMST, normal limits and standard error in the unit of ``time``; number of patients.

    Notes
    -----
    The variance is Greenwood's: the sum over event times of A² d / (n (n - d)), with A the area
    from there to the horizon, d events and n at risk, as in R's ``summary(survfit(...),
    rmean=...)`` and survRM2; SAS multiplies it by m / (m - 1), m events. Without an event before
    the horizon the SE is 0, which says nothing. The limits can leave the range from 0 to the
    horizon. lifelines' ``restricted_mean_survival_time(..., return_variance=True)`` returns the
    variance of min(T, horizon) among patients, not that of the mean: some n times as large.

    Miller, Survival Analysis (1981), p. 71. Royston & Parmar, BMC Med Res Methodol 2013;13:152.
    """
    z = _checks.z(level)
    time, event = checked(time, event)
    times, survival, added = product_limit(time, event)
    _checks.real("horizon", horizon)
    last = math.inf if survival.size and survival[-1] == 0 else time.max()
    if not 0 < horizon < math.inf or not (horizon <= last or tied(horizon, last)):
        raise ValueError(
            f"horizon: expected above 0 and at most {last:g}, the end of the curve, got {horizon:g}"
        )
    inside = times < horizon
    edges = np.concatenate([[0.0], times[inside], [float(horizon)]])
    rectangles = np.diff(edges) * np.concatenate([[1.0], survival[inside]])
    after = np.cumsum(rectangles[:0:-1])[::-1]  # the area that follows each event time
    with np.errstate(invalid="ignore"):  # after the step to 0 the area is 0, the variance infinite
        terms = np.where(after > 0, after**2 * added[inside], 0.0)
    mean, se = float(rectangles.sum()), math.sqrt(terms.sum())
    return Estimate(mean, mean - z * se, mean + z * se, level, n=time.size, se=se)


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

    Harrell, Lee & Mark, Stat Med 1996;15:361. Jackknife: Therneau & Atkinson, "Concordance",
    vignette of R's survival package.

    Examples
    --------
    >>> c = c_index([1, 2, 3, 4, 5], [1, 1, 0, 1, 0], [0.9, 0.3, 0.4, 0.4, 0.1])
    >>> print(f"{c:.3f}, SE {c.se:.3f}")
    0.750 (95 % CI 0.335 to 1.000), SE 0.212
    """
    z = _checks.z(level)
    time, event, score = checked(time, event, some=True, score=score)
    until = np.where(event == 1, time, np.nextafter(time, np.inf))  # the censored outlive
    order = np.argsort(-until, kind="stable")  # from the longest follow-up on
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


def checked(time, event, some=False, **others):
    """Return follow-up times, tied ones made equal, events (``some``: at least one) and others."""
    time, *rest = _checks.together(binary=("event", "group"), time=time, event=event, **others)
    if time.min() < 0:
        raise ValueError(f"time: expected at least 0, got {time.min():g}")
    if some and not rest[0].any():
        raise ValueError("event: expected at least one event, got none")
    return [merge_ties(time), *rest]


def product_limit(time, event):
    """Event times, S(t) there and what each adds to Greenwood's variance of log S(t)."""
    times, events = np.unique(time[event == 1], return_counts=True)
    at_risk = time.size - np.searchsorted(np.sort(time), times)
    left = at_risk - events
    with np.errstate(divide="ignore"):  # the last step to 0 has no variance
        return times, np.cumprod(left / at_risk), events / (at_risk * left)


def _median(time, event, level, convention):
    """Median of checked patients, with its limits."""
    _checks.one_of("convention", convention, ("midpoint", "first"))
    z = _checks.z(level)
    times, survival, added = product_limit(time, event)
    inside = survival > 0
    log = np.log(survival[inside])
    width = np.exp(z * np.sqrt(np.cumsum(added)[inside]) / -log)
    value, lower, upper = (
        _reaches_half(times[: curve.size], curve, convention)
        for curve in (survival, np.exp(log * width), np.exp(log / width))
    )
    return Estimate(value, math.nan if lower > value else lower, upper, level, n=time.size)


def _reaches_half(times, curve, convention):
    """First time at which a step function comes down to 0.5, by the convention of `median`."""
    if not np.any(reached := curve < 0.5 + _HALF):
        return math.inf
    first = int(reached.argmax())
    below = np.flatnonzero(curve < curve[first])
    if convention == "first" or not below.size or abs(curve[first] - 0.5) >= _HALF:
        return float(times[first])
    return float(times[first] + times[below[0]]) / 2


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
