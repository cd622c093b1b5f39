"""What a printed ratio, its confidence interval and its P value say about each other.

Ratios are handled on the log scale, where their intervals are symmetric. Rounding is
carried through: every function works on all values inside the rounding intervals.
"""

import math

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri

from .. import _checks
from .arguments import critical, ordered, positive, probability
from .check import Check, Range, turned

#: Beyond, the exponential is no longer a floating-point number.
LARGEST_EXPONENT = 709


def exp(x):
    """Return the exponential of a number, infinite where it is too large for one."""
    return math.exp(x) if x < LARGEST_EXPONENT else math.inf


def over(a, b):
    """Divide; a standard error that may be 0 allows any statistic."""
    return a / b if b else math.inf


def logs(name, value):
    """Return the range of the logarithm of a printed ratio."""
    return Range.of(math.log, positive(name, value))


def sizes_of(effect):
    """Return the smallest and the largest size of a number in a range, whatever its sign."""
    near = 0.0 if effect.low < 0 < effect.high else min(abs(effect.low), abs(effect.high))
    return near, max(abs(effect.low), abs(effect.high))


def wald_p(effect, se):
    """Return the range of the two-sided P of an effect divided by its standard error."""
    near, far = sizes_of(effect)
    statistics = over(far, se.low), effect.value / se.value, near / se.high
    return Range(*(float(two_sided_p(z)) for z in statistics))


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
    """
    df = _checks.whole("df", df, 1)
    if np.any(_checks.numbers("statistic", statistic) < 0):
        raise ValueError(f"statistic: expected at least 0, got {statistic!r}")
    return chdtrc(df, np.asarray(statistic, dtype=float))


def standard_error(lower, upper, level="95"):
    """Return the standard error of a log ratio that its printed interval implies.

    Parameters
    ----------
    lower, upper, level : str
        Printed confidence limits of the ratio, and their level in per cent.

    Returns
    -------
    Range
        ``(log upper - log lower) / (2 z)`` with its rounding range, which begins at 0 where
        rounding lets the two limits meet.
    """
    low, high = ordered(lower, upper, positive)
    z = critical(level)
    widths = Range.of(lambda b, a: b - a, Range.of(math.log, high), turned(Range.of(math.log, low)))
    return Range(*(max(0.0, width) / (2 * z) for width in widths))


def centre_of_interval(estimate, lower, upper, scale="log"):
    """Check that an estimate sits in the middle of its interval.

    Parameters
    ----------
    estimate, lower, upper : str
        The printed estimate and its confidence limits, all above 0.
    scale : {"log", "linear"}
        ``"log"`` for ratios, ``"linear"`` for differences and areas under a curve.

    Returns
    -------
    Check
        ``computed`` is the geometric mean of the limits, or their mean.
    """
    _checks.one_of("scale", scale, ("log", "linear"))
    number, limits = positive("estimate", estimate), ordered(lower, upper, positive)
    if scale == "log":
        name, found = "geometric mean", Range.of(lambda a, b: math.sqrt(a * b), *limits)
    else:
        name, found = "mean", Range.of(lambda a, b: float(a + b) / 2, *limits)
    why = f"the {name} of {lower} and {upper} is {found:z.4f}"
    return Check.of("centre of the interval", number, found, why)


def limit_from_other(estimate, limit, other):
    """Check one confidence limit of a ratio against the estimate and the other limit.

    On the log scale the estimate lies half way, so that ``limit = estimate**2 / other``.

    Parameters
    ----------
    estimate, limit, other : str

    Returns
    -------
    Check
    """
    number, middle, far = (
        positive(name, value)
        for name, value in (("limit", limit), ("estimate", estimate), ("other", other))
    )
    found = Range.of(lambda x, y: float(x**2 / y), middle, turned(far))
    why = f"{estimate}² / {other} = {found:z.4f}"
    return Check.of("limit from the other limit", number, found, why)


def p_from_interval(estimate, lower, upper, p, level="95"):
    """Check a printed P value against the Wald test that the interval implies.

    Parameters
    ----------
    estimate, lower, upper, p, level : str
        The printed ratio, its confidence limits and P value; their level in per cent.

    Returns
    -------
    Check
    """
    number, effect = probability("p", p), logs("estimate", estimate)
    se = standard_error(lower, upper, level)
    found = wald_p(effect, se)
    why = f"z = {effect.value / se.value:z.2f}, so P = {found:z.2g}"
    return Check.of("P from the interval", number, found, why)


def _subgroup(name, printed, level):
    """Return the log of a printed ratio and its standard error."""
    if len(printed := _checks.listed(name, printed)) != 3:
        raise ValueError(f"{name}: expected a printed ratio, lower and upper limit, got {printed}")
    try:
        log = logs("estimate", printed[0])
        ordered(*printed[1:], positive)
    except ValueError as error:
        raise ValueError(f"{name}, {error}") from None
    return log, standard_error(*printed[1:], level)


def interaction_p(first, second, p, *, level="95"):
    """Check a printed P for interaction against the ratios of two separate subgroups.

    The z test of the ratio of two ratios (Altman and Bland, 2003).

    Parameters
    ----------
    first, second : tuple of str
        Printed ratio, lower and upper limit of each subgroup.
    p, level : str
        The printed P value for interaction, and the level of the limits in per cent.

    Returns
    -------
    Check
        ``contradicted`` under one reading only: each ratio comes from a fit to its own
        subgroup (such as two Cox models), the subgroups share no patients, and the test
        is a Wald test. A product term in one model, with a baseline or covariates in
        common, or a likelihood ratio test gives another P value, as a rule near this one.

    Examples
    --------
    >>> interaction_p(("0.67", "0.46", "0.98"), ("0.88", "0.71", "1.08"), "0.2").verdict
    'exact'
    """
    number = probability("p", p)
    (a, se_a), (b, se_b) = _subgroup("first", first, level), _subgroup("second", second, level)
    effect = Range.of(lambda x, y: x - y, a, turned(b))
    se = Range.of(math.hypot, se_a, se_b)
    found = wald_p(effect, se)
    why = (
        f"ratio of ratios {math.exp(effect.value):z.2f}, z = {effect.value / se.value:z.2f}, "
        f"so P = {found:z.2g}"
    )
    return Check.of("interaction", number, found, why)


def events_needed(lower, upper, level="95"):
    """Return the smallest number of events behind a hazard ratio's interval.

    In a Cox model with one binary covariate each event adds ``p (1 - p)``, at most one
    quarter, to the information about the log hazard ratio (Schoenfeld, 1981), so that
    the standard error is at least ``2 / sqrt(events)``.

    Parameters
    ----------
    lower, upper, level : str
        Printed confidence limits of the hazard ratio, and their level in per cent.

    Returns
    -------
    int
        Events needed at the widest interval that prints so.

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
    """
    events, number = _checks.whole("events", events, 1), probability("p", p)
    if not number.value > 0:
        raise ValueError(f"p: expected a P value above 0, got {p!r}")
    return math.exp(2 * float(ndtri(float(number.value) / 2)) / math.sqrt(events))


def ratio_of_medians(ratio, median_a, median_b):
    """Check whether a printed "hazard ratio" is a ratio of two printed medians.

    For exponential survival times the hazard ratio of group a against group b is
    ``median_b / median_a``. In general it is not.

    Parameters
    ----------
    ratio, median_a, median_b : str
        The printed ratio, and the medians of the group in its numerator and of the reference.

    Returns
    -------
    Check
    """
    number, a, b = (
        positive(name, value)
        for name, value in (("ratio", ratio), ("median_a", median_a), ("median_b", median_b))
    )
    found = Range.of(lambda x, y: float(x / y), b, turned(a))
    return Check.of("ratio of medians", number, found, f"{median_b} / {median_a} = {found:z.4f}")
