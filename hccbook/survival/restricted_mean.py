"""Restricted mean survival time (RMST), in one group and in two."""

import math

import numpy as np

from .. import _checks
from .._ties import tied
from ..estimate import Estimate
from ._patients import follow_up, two_groups
from .curves import product_limit


def rmst(time, event, horizon, level=0.95):
    """Restricted mean survival time: the area under the Kaplan-Meier curve up to a horizon.

    It is the mean of min(T, horizon): of the first 24 months, say, how many are lived.

    Parameters
    ----------
    time : array_like of float, shape (n,)
        Follow-up, at least 0.
    event : array_like of {0, 1} or bool, shape (n,)
        1 for an event, 0 for censored.
    horizon : float
        Where the area ends, above 0, in the unit of ``time``. To be fixed in advance.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    Estimate
        RMST, normal limits and standard error in the unit of ``time``; number of patients.

    Raises
    ------
    ValueError
        If an input is empty, not finite, negative, not binary, of unequal length; if ``level``
        is not between 0 and 1; if ``horizon`` is not above 0, or lies beyond the last follow-up
        while S(t) is not 0 there: the curve does not say what comes after.

    Notes
    -----
    The variance is Greenwood's: the sum over event times of A² d / (n (n - d)), with A the area
    from there to the horizon, d events and n at risk. R's ``summary(survfit(...), rmean=...)``
    and survRM2 have the same. SAS multiplies it by m / (m - 1), m events. Without censoring it
    is the variance of min(T, horizon) with n in the denominator, divided by n. R's ``survfit``
    draws the curve on, level, to a horizon beyond the last follow-up; here it is refused.

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
    mean, se = _area(time, event, _horizon(horizon))
    return Estimate(mean, mean - z * se, mean + z * se, level, n=time.size, se=se)


def rmst_difference(time, event, group, horizon, level=0.95):
    """Difference of the restricted mean survival times of two groups.

    Parameters
    ----------
    time : array_like of float, shape (n,)
        Follow-up, at least 0.
    event : array_like of {0, 1} or bool, shape (n,)
        1 for an event, 0 for censored.
    group : array_like of {0, 1} or bool, shape (n,)
        Group; the difference is group 1 minus group 0.
    horizon : float
        As in :func:`rmst`, which returns the mean of one group.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    Estimate
        Difference, normal limits and standard error in the unit of ``time``; two-sided P
        value; number of patients.

    Raises
    ------
    ValueError
        As :func:`rmst`, the horizon being within the follow-up of both groups; if there is one
        group only.

    Notes
    -----
    Needs no proportional hazards. If neither group has an event before the horizon, the SE is 0
    and P is NaN.

    References
    ----------
    Royston & Parmar, BMC Med Res Methodol 2013;13:152. As survRM2's unadjusted difference.

    Examples
    --------
    >>> print(rmst_difference([1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 1], [0, 1, 0, 1, 0, 1], 4))
    0.333 (95 % CI -1.590 to 2.257)
    """
    z = _checks.z(level)
    time, event, group = two_groups(time, event, group)
    horizon = _horizon(horizon)
    areas = [_area(time[group == g], event[group == g], horizon, f" in group {g}") for g in (1, 0)]
    value, se = areas[0][0] - areas[1][0], math.hypot(areas[0][1], areas[1][1])
    p = math.erfc(abs(value) / se / math.sqrt(2)) if se else math.nan
    return Estimate(value, value - z * se, value + z * se, level, p, time.size, se)


def _horizon(horizon):
    """Check a horizon."""
    _checks.real("horizon", horizon)
    if not 0 < horizon < math.inf:
        raise ValueError(f"horizon: expected a finite number above 0, got {horizon!r}")
    return float(horizon)


def _area(time, event, horizon, where=""):
    """Area under the curve up to the horizon, and its standard error."""
    times, survival, added = product_limit(time, event)
    last = time.max()
    if horizon > last and not tied(horizon, last) and not (survival.size and survival[-1] == 0):
        raise ValueError(
            f"horizon: expected at most {last:g}, the last follow-up{where}, got {horizon:g}"
        )
    inside = times < horizon
    edges = np.concatenate([[0.0], times[inside], [horizon]])
    rectangles = np.diff(edges) * np.concatenate([[1.0], survival[inside]])
    after = np.cumsum(rectangles[:0:-1])[::-1]  # the area that follows each event time
    with np.errstate(invalid="ignore"):  # after the step to 0 the area is 0, the variance infinite
        terms = np.where(after > 0, after**2 * added[inside], 0.0)
    return float(rectangles.sum()), math.sqrt(terms.sum())
