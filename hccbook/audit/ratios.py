"""What a printed ratio, its confidence interval and its P value say about each other.

Ratios are handled on the log scale, where their intervals are symmetric. Rounding is
carried through: every function works on all values inside the rounding intervals.
"""

import math
from dataclasses import replace

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri, stdtr, stdtrit

from .. import _checks
from ..estimate import as_printed
from .arguments import (
    critical,
    judged,
    limit,
    ordered,
    plain,
    positive,
    probability,
    ratio_limit,
    with_limits,
)
from .check import Check, Range
from .further import Cut, one_sided, reread

#: How far profile-likelihood and exact limits of an odds ratio lie from Wald's: one side of the
#: interval is so many times the other at most; and z of P (Wald's, of the likelihood ratio or
#: Fisher's) is off what a side implies by this times what that is off the quantile, where both
#: tests agree, and larger by one standard error more. In 2,900 simulated models and 2×2 tables
#: none went farther.
LOPSIDED, STEEP = 3, 0.8
#: Ties move z of the log-rank test so far from its bounds at most, in 4,000 simulated trials where
#: at no time more than two fifths of those at risk have the event.
TIED = 0.2
#: Beyond, the exponential is no longer a floating-point number.
LARGEST_EXPONENT = 709


def exp(x):
    """Return the exponential of a number, infinite where it is too large for one."""
    return math.exp(x) if x < LARGEST_EXPONENT else math.inf


def log(x):
    """Return the logarithm of a number from 0 to infinity."""
    return math.log(x) if x else -math.inf


def over(a, b):
    """Divide; a standard error that may be 0 allows any statistic."""
    return a / b if b else math.inf


def logs(name, value):
    """Return the range of the logarithm of a printed ratio."""
    return Range.of(math.log, positive(name, value))


def size_of(effect):
    """Return the range of the size of a number, whatever its sign."""
    size = Range.of(abs, effect)
    return size._replace(low=0.0) if effect.low < 0 < effect.high else size


def wald_p(effect, se):
    """Return the range of the two-sided P of an effect divided by its standard error."""
    return Range.of(lambda x, s: float(two_sided_p(over(x, s))), size_of(effect), se)


def two_sided_p(z):
    """Return the two-sided P value of standard normal statistics, a float or an array."""
    return 2 * ndtr(-np.abs(_checks.numbers("z", z)))


def chi_square_p(statistic, df=1):
    """Return the upper tail of the chi-square distribution, of a float or an array from 0."""
    df, statistic = _checks.whole("df", df, 1), _checks.numbers("statistic", statistic)
    if np.any(statistic < 0):
        raise ValueError(f"statistic: expected at least 0, got {statistic}")
    return chdtrc(df, statistic)


def standard_error(lower, upper, level="95"):
    """Return the range of a log ratio's standard error that its printed limits imply.

    It is ``(log upper - log lower) / (2 z)``, and begins at 0 where rounding lets the limits meet.
    ``level`` is theirs in per cent.
    """
    limits, z = ordered(lower, upper, ratio_limit), critical(level)
    return Range.of(lambda a, b: max(log(b) - log(a), 0.0) / (2 * z), *limits)


def log_and_error(name, printed):
    """Return the log of a printed ratio and its standard error; ratio, lower and upper limit."""
    ratio, *limits = with_limits(name, printed)
    try:
        return logs("ratio", ratio), standard_error(*limits)
    except ValueError as error:
        raise ValueError(f"{name}, {error}") from None


def _sides(middle, *limits):
    """Return how far, on the log scale, two limits of a ratio lie on both sides of it."""
    x, (low, high) = positive("estimate", middle), (ratio_limit("limit", x) for x in limits)
    low, high = (high, low) if low.value > high.value else (low, high)
    return [Range.of(lambda a, b: log(b) - log(a), *two) for two in ((low, x), (x, high))]


def may_be_profile(down, up):
    """Say whether limits so far below and above an estimate can be of a profile likelihood."""
    return min(down.high, up.high) > 0 and max(down.low / up.high, up.low / down.high) <= LOPSIDED


def _lopsided(found, middle, *limits):
    """Yield the reading of limits that need not be centred."""
    if may_be_profile(*_sides(middle, *limits)):
        yield "profile or exact limits", found._replace(low=-math.inf, high=math.inf)


def _cut_off(found, low, high):
    """Yield the reading of an area's limits that a program cut off at 0 or 1: they lie beyond."""
    if low.value >= 0 and high.value <= 1:
        open_low, open_high = low.low <= 0, high.high >= 1
        found = Range(-math.inf if open_low else found.low, *found[1:])
        yield "limits cut off", found._replace(high=math.inf) if open_high else found


def _of_t(effect, se, z):
    """Return the range of P where limits and P are of t, on two degrees of freedom or more."""

    def p(x, s, df):
        return float(2 * stdtr(df, -over(x, s) * stdtrit(df, ndtr(z)) / z))

    return Range.of(p, size_of(effect), se, Range(2, 10, 1e6))


def centre_of_interval(estimate, lower, upper, scale="log", *, without="none"):
    """Check that an estimate sits in the middle of its interval.

    The middle is the geometric mean of the limits with the ``scale`` of ratios, ``"log"``, and
    their mean with that of differences, coefficients and areas, ``"linear"``, of any sign. An open
    limit such as ``"NE"`` or ``">999.99"`` leaves the middle open: never ``contradicted``.
    Readings that ``without`` does not rule out: profile or exact limits of a ratio, limits of an
    area cut off at 0 or 1.
    """
    _checks.one_of("scale", scale, ("log", "linear"))
    if scale == "log":
        number = judged(positive, "estimate", estimate)
        limits = ordered(lower, upper, ratio_limit)
        name, found = "geometric mean", Range.of(lambda a, b: a * b, *limits).root()
    else:
        number, limits = plain("estimate", estimate), ordered(lower, upper, limit)
        name, found = "mean", Range.of(lambda a, b: (a + b) / 2, *limits)
    why = f"the {name} of {lower} and {upper} is {found:z.4f}"
    check = Check.of("centre of the interval", number, found, why)
    ratios = scale == "log"
    readings = _lopsided(found, estimate, lower, upper) if ratios else _cut_off(found, *limits)
    return reread(check, number, readings, without)


def limit_from_other(estimate, limit, other, *, without="none"):
    """Check one confidence limit of a ratio against the estimate and the other limit.

    On the log scale the estimate lies half way, so that ``limit = estimate**2 / other``. An open
    limit, judged or other, is never ``contradicted``.
    Readings that ``without`` does not rule out: profile or exact limits.
    """
    number = replace(as_printed(limit, "limit"), within=(0, math.inf))
    middle, far = positive("estimate", estimate), ratio_limit("other", other)
    found = Range.of(lambda x, y: over(x**2, y), middle, far)
    found = found._replace(value=math.nan) if number.relation != "=" else found
    why = f"{estimate}² / {other} = {found:z.4f}"
    check = Check.of("limit from the other limit", number, found, why)
    return reread(check, number, _lopsided(found, estimate, limit, other), without)


def p_from_interval(estimate, lower, upper, p, level="95", *, without="none"):
    """Check a printed P value against the Wald test that the interval of a ratio implies.

    Readings that ``without`` does not rule out: one-sided P, t distribution (of few studies, as by
    Knapp and Hartung), profile or exact limits, digits cut off (of the ratio and its limits).
    """
    number, effect = probability("p", p), logs("estimate", estimate)
    se = standard_error(lower, upper, level)
    found = wald_p(effect, se)

    def readings():
        yield from one_sided(found)
        ratio, *limits = (Cut(str(x)) for x in (estimate, lower, upper))
        yield "digits cut off", wald_p(logs("estimate", ratio), standard_error(*limits, level))
        yield "t distribution", _of_t(effect, se, critical(level))
        for name, _ in _lopsided(found, estimate, lower, upper):
            sides, size = _sides(estimate, lower, upper), size_of(effect)
            far, near = max(x.high for x in sides), max(0.0, min(x.low for x in sides))
            z95 = critical(level)
            least, most = size.low * z95 / far, over(size.high * z95, near)
            least -= STEEP * abs(least - z95)
            most += STEEP * abs(most - z95) + se.high
            z = most, effect.value / se.value, max(0.0, least)
            yield name, Range(*map(float, map(two_sided_p, z)))

    z = "" if math.isnan(se.value) else f"z = {effect.value / se.value:z.2f}, so "
    why = f"{z}P = {found:z.2g}"
    check = Check.of("P from the interval", number, found, why)
    return reread(check, number, readings(), without)


def logrank_p_bounds(hr, lower, upper, p, *, without="none"):
    r"""Check a log-rank P value against the Cox model's hazard ratio and interval.

    For one binary covariate the Cox information at :math:`b` is a sum of logistic
    densities, one an event, and the score at 0 is its integral from 0 to the estimate
    :math:`\beta`. For each event the integral equals :math:`2\sinh(|\beta|/2)` times the
    geometric mean of the two end densities, whose ratio is at most :math:`e^{|\beta|}`.
    The Cauchy-Schwarz and Kantorovich inequalities then bound the score statistic, which
    is the log-rank statistic when no events are tied:

    .. math:: \frac{4}{se^2} \left(\tanh\frac{\beta}{2}\right)^2 \le \chi^2 \le
        \frac{4}{se^2} \left(\sinh\frac{\beta}{2}\right)^2.

    ``computed`` is the Wald P value, which lies between the bounds.

    With tied events the upper limit of P still holds where the Cox model breaks ties by
    Breslow's rule: ties only raise the log-rank statistic above that model's score
    statistic. The lower limit may then fail. With Efron's rule both may fail: the bounds
    hold for Efron's own score statistic, which is another test. With few ties neither
    moves far. Readings that ``without`` does not rule out: one-sided P, tied event times.
    """
    number = probability("p", p)
    effect, se = logs("hr", hr), standard_error(lower, upper)
    size = size_of(effect)
    found = Range(
        float(chi_square_p(over(4 * math.sinh(size.high / 2) ** 2, se.low**2))),
        float(two_sided_p(effect.value / se.value)),
        float(chi_square_p(4 * math.tanh(size.low / 2) ** 2 / se.high**2)),
    )
    why = f"a Cox model with this interval has a log-rank P from {found.low:z.2g} to "
    check = Check.of("log-rank P from a Cox interval", number, found, f"{why}{found.high:z.2g}")

    def readings():
        yield from one_sided(found)
        low, z, high = (-float(ndtri(x / 2)) for x in found[::-1])
        z = max(0.0, low - TIED), z, high + TIED
        yield "tied event times", Range(*map(float, map(two_sided_p, z[::-1])))

    return reread(check, number, readings(), without)


def interaction_p(first, second, p):
    """Check a printed P for interaction against the ratios of two separate subgroups.

    The z test of the ratio of two ratios (Altman and Bland, 2003). ``contradicted`` under one
    reading only: each ratio comes from a fit to its own subgroup (such as two Cox models), the
    subgroups share no patients, and the test is a Wald test. A product term in one model, with a
    baseline or covariates in common, or a likelihood ratio test gives another P value, as a rule
    near this one. ``first`` and ``second`` are printed ratio, lower and upper limit.

    Examples
    --------
    >>> interaction_p(("0.67", "0.46", "0.98"), ("0.88", "0.71", "1.08"), "0.2").verdict
    'exact'
    """
    number = probability("p", p)
    (a, se_a), (b, se_b) = log_and_error("first", first), log_and_error("second", second)
    effect, se = Range.of(lambda x, y: x - y, a, b), Range.of(math.hypot, se_a, se_b)
    found, z = wald_p(effect, se), effect.value / se.value
    why = f"ratio of ratios {math.exp(effect.value):z.2f}, z = {z:z.2f}, so P = {found:z.2g}"
    return Check.of("interaction", number, found, why)


def events_needed(lower, upper):
    """Return the smallest number of events behind the printed limits of a hazard ratio.

    In a Cox model with one binary covariate each event adds ``p (1 - p)``, at most one
    quarter, to the information about the log hazard ratio (Schoenfeld, 1981), so that
    the standard error, here of the widest interval that prints so, is at least
    ``2 / sqrt(events)``.

    Examples
    --------
    >>> events_needed("0.5", "2.0")
    27
    """
    return math.ceil(4 / standard_error(lower, upper).high ** 2)


def ratio_of_medians(ratio, median_a, median_b):
    """Check whether a printed "hazard ratio" is a ratio of two printed medians.

    For exponential survival times the hazard ratio of group a against group b is
    ``median_b / median_a``. In general it is not.
    """
    number = judged(positive, "ratio", ratio)
    a, b = positive("median_a", median_a), positive("median_b", median_b)
    found = Range.of(lambda x, y: x / y, b, a)
    return Check.of("ratio of medians", number, found, f"{median_b} / {median_a} = {found:z.4f}")
