"""What a printed ratio, its confidence interval and its P value say about each other.

Ratios are handled on the log scale, where their intervals are symmetric. Rounding is
carried through: every function works on all values inside the rounding intervals.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri

from .. import _checks
from ..estimate import printed as as_printed
from .check import Check, judge


class Range(NamedTuple):
    """A value with everything that rounding allows around it."""

    low: float
    value: float
    high: float


def _ratio(name, value):
    number = as_printed(value, name)
    if number.relation != "=" or number.low <= 0:
        raise ValueError(f"{name}: expected a printed ratio above 0, got {value!r}")
    return number


def _limits(lower, upper, level):
    """Return the two limits as printed numbers, and the normal quantile of the level."""
    low, high = _ratio("lower", lower), _ratio("upper", upper)
    if not low.value < high.value:
        raise ValueError(f"lower: expected less than upper = {upper}, got {lower}")
    return low, high, _critical(level)


def _critical(level):
    """Return the normal quantile of a printed confidence level."""
    confidence = as_printed(level, "level")
    if confidence.relation != "=" or not 0 < confidence.value < 100:
        raise ValueError(f"level: expected a percentage such as '95', got {level!r}")
    return float(ndtri(0.5 + float(confidence.value) / 200))


def _logs(number):
    return Range(math.log(number.low), math.log(number.value), math.log(number.high))


def _probability(p):
    number = as_printed(p, "p")
    if not 0 <= number.value <= 1:
        raise ValueError(f"p: expected a printed number from 0 to 1, got {p!r}")
    return number


def _effect_sizes(effect):
    """Return the smallest and the largest size of a log ratio, whatever its sign."""
    near = 0.0 if effect.low < 0 < effect.high else min(abs(effect.low), abs(effect.high))
    return near, max(abs(effect.low), abs(effect.high))


def _over(a, b):
    """Divide; a standard error that may be 0 allows any statistic."""
    return a / b if b else math.inf


def two_sided_p(z):
    """Return the two-sided P value of a standard normal statistic.

    Parameters
    ----------
    z : float or ndarray

    Returns
    -------
    float or ndarray
    """
    return 2 * ndtr(-np.abs(_checks.numbers("z", z)))


def chi_square_p(statistic, df=1):
    """Return the upper tail of the chi-square distribution.

    Parameters
    ----------
    statistic : float or ndarray
        At least 0.
    df : int
        Degrees of freedom, at least 1.

    Returns
    -------
    float or ndarray

    Raises
    ------
    ValueError
        If ``statistic`` is below 0 or ``df`` is not a whole number of at least 1.
    """
    df = _checks.whole("df", df, 1)
    if np.any(_checks.numbers("statistic", statistic) < 0):
        raise ValueError(f"statistic: expected at least 0, got {statistic!r}")
    return chdtrc(df, np.asarray(statistic, dtype=float))


def standard_error(lower, upper, level="95"):
    """Return the standard error of a log ratio that its printed interval implies.

    Parameters
    ----------
    lower, upper : str
        Printed confidence limits of the ratio.
    level : str
        Printed confidence level in per cent.

    Returns
    -------
    Range
        ``(log upper - log lower) / (2 z)`` with its rounding range, which begins at 0 where
        rounding lets the two limits meet.

    Raises
    ------
    ValueError
        If a limit is not a printed number above 0, the limits are out of order, or ``level``
        is not a printed percentage between 0 and 100.
    """
    low, high, z = _limits(lower, upper, level)
    a, b = _logs(low), _logs(high)
    widths = max(0.0, b.low - a.high), b.value - a.value, b.high - a.low
    return Range(*(width / (2 * z) for width in widths))


def centre(estimate, lower, upper, scale="log"):
    """Check that an estimate sits in the middle of its interval.

    Parameters
    ----------
    estimate, lower, upper : str
        The printed estimate and its confidence limits.
    scale : {"log", "linear"}
        ``"log"`` for ratios, ``"linear"`` for differences and areas under a curve.

    Returns
    -------
    Check
        ``computed`` is the geometric mean of the limits, or their mean.

    Raises
    ------
    ValueError
        As :func:`standard_error`, also for ``estimate``, or if ``scale`` is unknown.
    """
    _checks.one_of("scale", scale, ("log", "linear"))
    number = _ratio("estimate", estimate)
    low, high, _ = _limits(lower, upper, "95")
    if scale == "log":
        name = "geometric mean"
        a, middle, b = (
            math.sqrt(x * y)
            for x, y in ((low.low, high.low), (low.value, high.value), (low.high, high.high))
        )
    else:
        name = "mean"
        a, middle, b = (
            float(x + y) / 2
            for x, y in ((low.low, high.low), (low.value, high.value), (low.high, high.high))
        )
    return Check(
        "centre of the interval",
        str(number),
        middle,
        a,
        b,
        judge(number, middle, a, b),
        f"the {name} of {lower} and {upper} is {middle:z.4f} ({a:z.4f} to {b:z.4f})",
    )


def mirror(estimate, limit, other):
    """Check one confidence limit of a ratio against the estimate and the other limit.

    On the log scale the estimate lies half way, so that ``limit = estimate**2 / other``.

    Parameters
    ----------
    estimate : str
        The printed ratio.
    limit : str
        The printed confidence limit to check.
    other : str
        The printed other limit.

    Returns
    -------
    Check

    Raises
    ------
    ValueError
        If an argument is not a printed number above 0.
    """
    number, centre_, far = (
        _ratio(name, value)
        for name, value in (("limit", limit), ("estimate", estimate), ("other", other))
    )
    value, low, high = (
        float(x)
        for x in (
            centre_.value**2 / far.value,
            centre_.low**2 / far.high,
            centre_.high**2 / far.low,
        )
    )
    return Check(
        "limit from the other limit",
        str(number),
        value,
        low,
        high,
        judge(number, value, low, high),
        f"{estimate}² / {other} = {value:z.4f} ({low:z.4f} to {high:z.4f})",
    )


def p_from_interval(estimate, lower, upper, p, level="95"):
    """Check a printed P value against the Wald test that the interval implies.

    Parameters
    ----------
    estimate, lower, upper : str
        The printed ratio and its confidence limits.
    p : str
        The printed P value, such as ``"0.037"`` or ``"< 0.001"``.
    level : str
        Printed confidence level in per cent.

    Returns
    -------
    Check
        ``computed`` is the P value of ``log(estimate) / standard_error``.

    Raises
    ------
    ValueError
        As :func:`standard_error`, also for ``estimate``, or if ``p`` is no P value.
    """
    number = _probability(p)
    effect = _logs(_ratio("estimate", estimate))
    se = standard_error(lower, upper, level)
    value = float(two_sided_p(effect.value / se.value))
    near, far = _effect_sizes(effect)
    low, high = (float(two_sided_p(z)) for z in (_over(far, se.low), near / se.high))
    return Check(
        "P from the interval",
        str(number),
        value,
        low,
        high,
        judge(number, value, low, high),
        f"z = {effect.value / se.value:z.2f}, so P = {value:z.2g} ({low:z.2g} to {high:z.2g})",
    )


def events_needed(lower, upper, level="95"):
    """Return the smallest number of events behind a hazard ratio's interval.

    In a Cox model with one binary covariate each event adds ``p (1 - p)``, at most one
    quarter, to the information about the log hazard ratio (Schoenfeld, 1981), so that
    the standard error is at least ``2 / sqrt(events)``.

    Parameters
    ----------
    lower, upper : str
        Printed confidence limits of the hazard ratio.
    level : str
        Printed confidence level in per cent.

    Returns
    -------
    int
        Events needed at the widest interval that prints so.

    Raises
    ------
    ValueError
        As :func:`standard_error`.

    Examples
    --------
    >>> events_needed("0.5", "2.0")
    27
    """
    return math.ceil(4 / standard_error(lower, upper, level).high ** 2)


def ratio_for_significance(events, p="0.05"):
    """Return the hazard ratio nearest to 1 that so many events can call significant.

    The log-rank test of two groups of equal size has ``z = log(HR) sqrt(events) / 2`` near
    ``HR = 1`` (Schoenfeld, 1981); with unequal groups it needs an effect farther from 1.

    Parameters
    ----------
    events : int
        Number of events, at least 1.
    p : str
        The printed two-sided P value, or the level it is below.

    Returns
    -------
    float
        Below 1; its reciprocal is the mirror image above 1.

    Raises
    ------
    ValueError
        If ``events`` is not a whole number of at least 1 or ``p`` not a P value above 0.
    """
    events, number = _checks.whole("events", events, 1), _probability(p)
    if not number.value > 0:
        raise ValueError(f"p: expected a P value above 0, got {p!r}")
    return math.exp(2 * float(ndtri(float(number.value) / 2)) / math.sqrt(events))
