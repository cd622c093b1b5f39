"""The Kaplan-Meier curve: median survival, median follow-up and restricted mean."""

import math

import numpy as np

from .. import _checks
from .._ties import merge_ties, tied
from ..estimate import Estimate

# S(t) is a product of at most n fractions, wrong by some n · 1e-16. Whatever is nearer to 0.5
# than this is 0.5; R's survfit has the same tolerance.
_HALF = math.sqrt(np.finfo(float).eps)


def median(time, event, level=0.95, convention="midpoint"):
    """Median survival by Kaplan-Meier, with a named convention for S(t) = 0.5.

    Parameters
    ----------
    time, event : array_like, shape (n,)
        Follow-up, at least 0; 1 for an event, 0 for censored.
    level : float, default 0.95
        Confidence level.
    convention : {"midpoint", "first"}
        What to do when S(t) is exactly 0.5 from one event to the next. ``"midpoint"``: half way
        between the two events, as R's ``print(survfit(...))`` does; if no event follows, the
        event that reached 0.5. ``"first"``: always the event that reached 0.5.

    Returns
    -------
    Estimate
        Median and limits in the unit of ``time``, and the number of patients. ``inf`` where
        S(t), or a limit of its band, does not come down to 0.5.

    Notes
    -----
    The limits invert the pointwise log-log band (Greenwood's variance): each is where its edge
    of the band comes down to 0.5, by the same convention. The band does not exist where S(t) is
    0; if S(t) falls from above 0.5 straight to 0, the lower limit may be NaN. Programs differ:
    R's ``quantile(survfit(...))`` takes the last follow-up as the end of a flat stretch without
    a later event, lifelines reports ``inf`` when rounding leaves S(t) just above 0.5.

    References
    ----------
    Brookmeyer & Crowley, Biometrics 1982;38:29. Log-log band: Kalbfleisch & Prentice, The
    Statistical Analysis of Failure Time Data, 2nd ed. (2002), section 1.4.

    Examples
    --------
    >>> print(f"{median([1, 2, 3, 4], [1, 1, 1, 0]):.1f}")
    2.5 (95 % CI 1.0 to inf)
    """
    return _median(*follow_up(time, event), level, convention)


def median_follow_up(time, event, level=0.95, convention="midpoint", ties="together"):
    """Median follow-up by the reverse Kaplan-Meier method.

    Events and censoring change places: how long would patients have been followed, had they had
    no events? The median of ``time`` itself is too short, since an event ends the observation.

    Parameters
    ----------
    time, event, level, convention
        As in :func:`median`.
    ties : {"together", "events first"}
        Whether a patient with an event is still at risk of being censored at that same time: the
        two often meet where times are in months.
        ``"together"``: yes, as when R's ``survfit`` is given ``1 - event``. ``"events first"``:
        no, as R's ``prodlim(..., reverse=TRUE)`` has it, and as elsewhere here, where patients
        censored at the time of an event were at risk of it.

    Returns
    -------
    Estimate
        Median and limits in the unit of ``time``, and the number of patients. ``inf`` where
        the curve, or a limit of its band, does not come down to 0.5: always if nobody was
        censored.

    References
    ----------
    Schemper & Smith, Control Clin Trials 1996;17:343.

    Examples
    --------
    >>> print(f"{median_follow_up([1, 2, 3, 4, 5, 6], [1, 1, 0, 0, 0, 0]):.1f}")
    4.5 (95 % CI 3.0 to inf)
    """
    _checks.one_of("ties", ties, ("together", "events first"))
    time, event = follow_up(time, event)
    if ties == "events first":
        time = np.where(event == 1, np.nextafter(time, -np.inf), time)
    return _median(time, 1 - event, level, convention)


def rmst(time, event, horizon, level=0.95):
    """Restricted mean survival time: the area under the Kaplan-Meier curve up to a horizon.

    It is the mean of min(T, horizon): of the first 24 months, say, how many are lived.

    Parameters
    ----------
    time, event : array_like, shape (n,)
        Follow-up, at least 0; 1 for an event, 0 for censored.
    horizon : float
        Where the area ends, above 0, in the unit of ``time``. To be fixed in advance. Refused
        beyond the last follow-up, unless S(t) is 0 there: the curve does not say what follows.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    Estimate
        RMST, normal limits and standard error in the unit of ``time``; number of patients.

    Notes
    -----
    The variance is Greenwood's: the sum over event times of A² d / (n (n - d)), with A the area
    from there to the horizon, d events and n at risk. R's ``summary(survfit(...), rmean=...)``
    and survRM2 have the same. SAS multiplies it by m / (m - 1), m events. Without censoring it
    is the variance of min(T, horizon) with n in the denominator, divided by n. R's ``survfit``
    draws the curve on, level, to a horizon beyond the last follow-up.

    Without an event before the horizon the RMST is the horizon, the SE is 0, and the interval
    has no width, which says nothing. The limits can leave the range from 0 to the horizon.

    lifelines' ``restricted_mean_survival_time(..., return_variance=True)`` returns the variance
    of min(T, horizon) among patients, not that of the mean: some n times as large.

    References
    ----------
    Miller, Survival Analysis (1981), p. 71. Royston & Parmar, BMC Med Res Methodol 2013;13:152.

    Examples
    --------
    >>> months = rmst([1, 2, 3, 4, 5], [1, 0, 1, 1, 0], horizon=4)
    >>> print(f"{months:.2f}, SE {months.se:.2f}")
    3.13 (95 % CI 2.11 to 4.16), SE 0.52
    """
    z = _checks.z(level)
    time, event = follow_up(time, event)
    _checks.real("horizon", horizon)
    if not 0 < horizon < math.inf:
        raise ValueError(f"horizon: expected a finite number above 0, got {horizon!r}")
    times, survival, added = product_limit(time, event)
    last = time.max()
    if horizon > last and not tied(horizon, last) and not (survival.size and survival[-1] == 0):
        raise ValueError(f"horizon: expected at most {last:g}, the last follow-up, got {horizon:g}")
    inside = times < horizon
    edges = np.concatenate([[0.0], times[inside], [float(horizon)]])
    rectangles = np.diff(edges) * np.concatenate([[1.0], survival[inside]])
    after = np.cumsum(rectangles[:0:-1])[::-1]  # the area that follows each event time
    with np.errstate(invalid="ignore"):  # after the step to 0 the area is 0, the variance infinite
        terms = np.where(after > 0, after**2 * added[inside], 0.0)
    mean, se = float(rectangles.sum()), math.sqrt(terms.sum())
    return Estimate(mean, mean - z * se, mean + z * se, level, n=time.size, se=se)


def follow_up(time, event, some=False, **others):
    """Return follow-up times, tied ones made equal, events (``some``: at least one) and others."""
    time, *checked = _checks.together(binary=("event", "group"), time=time, event=event, **others)
    if time.min() < 0:
        raise ValueError(f"time: expected at least 0, got {time.min():g}")
    if some and not checked[0].any():
        raise ValueError("event: expected at least one event, got none")
    return [merge_ties(time), *checked]


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
    variance = np.cumsum(added)
    inside = survival > 0
    times_inside, log = times[inside], np.log(survival[inside])
    width = np.exp(z * np.sqrt(variance[inside]) / -log)
    value, lower, upper = (
        _reaches_half(at, curve, convention)
        for at, curve in (
            (times, survival),
            (times_inside, np.exp(log * width)),
            (times_inside, np.exp(log / width)),
        )
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
