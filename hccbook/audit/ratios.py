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
    confidence = as_printed(level, "level")
    if not low.value < high.value:
        raise ValueError(f"lower: expected less than upper = {upper}, got {lower}")
    if confidence.relation != "=" or not 0 < confidence.value < 100:
        raise ValueError(f"level: expected a percentage such as '95', got {level!r}")
    return low, high, float(ndtri(0.5 + float(confidence.value) / 200))


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
    return 2 * ndtr(-np.abs(z))


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
    if np.any(np.asarray(statistic) < 0):
        raise ValueError(f"statistic: expected at least 0, got {statistic!r}")
    return chdtrc(df, statistic)


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


def centre(estimate, lower, upper):
    """Check that a ratio sits in the middle of its interval on the log scale.

    Parameters
    ----------
    estimate, lower, upper : str
        The printed ratio and its confidence limits.

    Returns
    -------
    Check
        ``computed`` is the geometric mean of the limits.

    Raises
    ------
    ValueError
        As :func:`standard_error`, also for ``estimate``.
    """
    number = _ratio("estimate", estimate)
    low, high, _ = _limits(lower, upper, "95")
    middle = math.sqrt(low.value * high.value)
    a, b = math.sqrt(low.low * high.low), math.sqrt(low.high * high.high)
    return Check(
        "centre of the interval",
        str(number),
        middle,
        a,
        b,
        judge(number, middle, a, b),
        f"the geometric mean of {lower} and {upper} is {middle:.4f} ({a:.4f} to {b:.4f})",
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
        f"{estimate}² / {other} = {value:.4f} ({low:.4f} to {high:.4f})",
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
        f"z = {effect.value / se.value:.2f}, so P = {value:.2g} ({low:.2g} to {high:.2g})",
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
    30
    """
    return math.ceil(4 / standard_error(lower, upper, level).high ** 2)


def ratio_of_medians(ratio, median_a, median_b):
    """Check whether a printed "hazard ratio" is a ratio of two printed medians.

    For exponential survival times the hazard ratio of group a against group b is
    ``median_b / median_a``. In general it is not.

    Parameters
    ----------
    ratio : str
        The printed ratio.
    median_a, median_b : str
        The printed medians of the group in the numerator of the hazard ratio (a) and of
        the reference group (b), in one unit.

    Returns
    -------
    Check

    Raises
    ------
    ValueError
        If an argument is not a printed number above 0.
    """
    number = _ratio("ratio", ratio)
    a, b = _ratio("median_a", median_a), _ratio("median_b", median_b)
    value, low, high = (float(x) for x in (b.value / a.value, b.low / a.high, b.high / a.low))
    return Check(
        "ratio of medians",
        str(number),
        value,
        low,
        high,
        judge(number, value, low, high),
        f"{median_b} / {median_a} = {value:.4f} ({low:.4f} to {high:.4f})",
    )


def event_splits(lower, upper, n_a, n_b, level="95"):
    """Return the event counts at which an exponential model's interval prints so.

    With exponential survival times the log of the ratio of two rates, or of two medians,
    has variance ``1 / events_a + 1 / events_b`` (Simon, 1986).

    Parameters
    ----------
    lower, upper : str
        Printed confidence limits of the ratio.
    n_a, n_b : int
        Patients in each group: no group has more events.
    level : str
        Printed confidence level in per cent.

    Returns
    -------
    pandas.DataFrame
        Columns ``events_a, events_b``; empty if no counts give this interval.

    Raises
    ------
    ValueError
        As :func:`standard_error`, or if a group is not a whole number of at least 1.
    """
    import pandas as pd

    n_a, n_b = _checks.whole("n_a", n_a, 1), _checks.whole("n_b", n_b, 1)
    se = standard_error(lower, upper, level)
    a, b = (x.ravel() for x in np.meshgrid(np.arange(1, n_a + 1), np.arange(1, n_b + 1)))
    variance = 1 / a + 1 / b
    fits = (se.low**2 <= variance) & (variance <= se.high**2)
    return pd.DataFrame({"events_a": a[fits], "events_b": b[fits]})


def logrank_p_bounds(hr, lower, upper, p, level="95"):
    r"""Check a log-rank P value against the Cox model's hazard ratio and interval.

    For one binary covariate the Cox information at :math:`b` is a sum of logistic
    densities, one an event, and the score at 0 is its integral from 0 to the estimate
    :math:`\beta`. For each event the integral equals :math:`2\sinh(|\beta|/2)` times the
    geometric mean of the two end densities, whose ratio is at most :math:`e^{|\beta|}`.
    The Cauchy-Schwarz and Kantorovich inequalities then bound the score statistic, which
    is the log-rank statistic when no events are tied:

    .. math:: \frac{4}{se^2} \left(\tanh\frac{\beta}{2}\right)^2 \le \chi^2 \le
        \frac{4}{se^2} \left(\sinh\frac{\beta}{2}\right)^2.

    Parameters
    ----------
    hr, lower, upper : str
        The printed hazard ratio and its confidence limits.
    p : str
        The printed log-rank P value.
    level : str
        Printed confidence level in per cent.

    Returns
    -------
    Check
        ``computed`` is the Wald P value, which lies between the bounds.

    Raises
    ------
    ValueError
        As :func:`standard_error`, also for ``hr``, or if ``p`` is no P value.

    Notes
    -----
    With tied events the upper limit of P still holds where the Cox model breaks ties by
    Breslow's rule: ties only raise the log-rank statistic above that model's score
    statistic. The lower limit may then fail. With Efron's rule both may fail: the bounds
    hold for Efron's own score statistic, which is another test. With few ties neither
    moves far.
    """
    number = _probability(p)
    effect, se = _logs(_ratio("hr", hr)), standard_error(lower, upper, level)
    wald = float(two_sided_p(effect.value / se.value))
    near, far = _effect_sizes(effect)
    low = float(chi_square_p(_over(4 * math.sinh(far / 2) ** 2, se.low**2)))
    high = float(chi_square_p(4 * math.tanh(near / 2) ** 2 / se.high**2))
    return Check(
        "log-rank P from a Cox interval",
        str(number),
        wald,
        low,
        high,
        judge(number, wald, low, high),
        f"a Cox model with this interval has a log-rank P from {low:.2g} to {high:.2g}",
    )


def _observed_to_expected(hr, lower, upper, p, n, level):
    """Return what the ratio (O/E) / (O/E) allows: the largest P, and where P is reached.

    ``(O - E)^2 (1/E1 + 1/E2)`` never exceeds the log-rank statistic, because the
    hypergeometric variance is at most ``E1 E2 / (E1 + E2)``. The second result is the
    range of group a's share of the expected events at which the printed P is possible.
    """
    ratio, se = _ratio("hr", hr), standard_error(lower, upper, level)
    total, first = (x.ravel() for x in np.meshgrid(np.arange(2, n + 1), np.arange(1, n)))
    total, first = total[first < total], first[first < total]
    largest, shares = [math.nan], []
    for r in np.linspace(float(ratio.low), float(ratio.high), 21):
        # O1/E1 = r O2/E2 with E1 + E2 = O1 + O2
        expected = first * total / (first + r * (total - first))
        variance = 1 / expected + 1 / (total - expected)
        fits = (se.low**2 <= variance) & (variance <= se.high**2)
        highest = chi_square_p((first - expected) ** 2 * variance)
        largest.extend(highest[fits])
        shares.extend((expected / total)[fits & (highest >= float(as_printed(p).low))])
    return (np.nanmax(largest) if len(largest) > 1 else math.nan), shares


def hazard_ratio_readings(hr, lower, upper, p, median_a, median_b, n, level="95"):
    """Ask under which reading a printed "hazard ratio" fits the other printed numbers.

    Parameters
    ----------
    hr, lower, upper : str
        The printed ratio of group a to group b, and its confidence limits.
    p : str
        The printed log-rank P value.
    median_a, median_b : str
        The printed median survival times.
    n : int
        Patients in both groups together.
    level : str
        Printed confidence level in per cent.

    Returns
    -------
    pandas.DataFrame
        One row a reading: ``reading``, ``ratio`` (does the printed ratio follow from
        the medians; only where the reading says so), ``p_low`` and ``p_high`` (the
        log-rank P that the reading allows), ``verdict`` for the printed P, ``why``.

    Raises
    ------
    ValueError
        As :func:`logrank_p_bounds` and :func:`ratio_of_medians`, or if ``n`` is not a whole
        number of at least 2.
    """
    import pandas as pd

    n = _checks.whole("n", n, 2)
    cox = logrank_p_bounds(hr, lower, upper, p, level)
    wald = p_from_interval(hr, lower, upper, p, level)
    highest, shares = _observed_to_expected(hr, lower, upper, p, n, level)
    need = (
        f"{100 * min(shares):.1f} to {100 * max(shares):.1f} % of expected events in group a"
        if shares
        else "no event counts give this interval and P"
    )
    medians = ratio_of_medians(hr, median_a, median_b)
    splits = event_splits(lower, upper, n - 1, n - 1, level)
    splits = splits[splits.sum(axis=1) <= n]
    rows = [
        ("Cox model", "", cox.lower, cox.upper, "bounds from the Cox likelihood"),
        ("Peto or Mantel-Haenszel", "", wald.lower, wald.upper, "the interval is the test"),
        ("(O/E) / (O/E)", "", 0.0, highest, need),
        (
            "ratio of medians, exponential interval",
            medians.verdict,
            0.0,
            1.0 if len(splits) and medians.verdict != "contradicted" else math.nan,
            f"{len(splits)} pairs of event counts print this interval",
        ),
    ]
    frame = pd.DataFrame(rows, columns=["reading", "ratio", "p_low", "p_high", "why"])
    low, high = float(as_printed(p).low), float(as_printed(p).high)
    fits = (frame["p_low"] <= high) & (frame["p_high"] >= low)
    frame.insert(4, "verdict", np.where(fits, "compatible", "contradicted"))
    return frame
