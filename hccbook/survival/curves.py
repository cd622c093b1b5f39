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
    later event, lifelines reports ``inf`` when rounding leaves S(t) just above 0.5.

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
        two often meet where times are in months. Yes, as when R's ``survfit`` is given
        ``1 - event``; or no, as R's ``prodlim(..., reverse=TRUE)`` has it.

    Returns
    -------
    Estimate
        As :func:`median`; ``inf`` if nobody was censored.

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
