"""What a printed "hazard ratio" can be: four readings, and the P values each allows."""

import math

import numpy as np
from scipy.special import chdtri

from .. import _checks
from ..estimate import printed as as_printed
from .check import Check, judge
from .ratios import (
    _effect_sizes,
    _logs,
    _over,
    _probability,
    _ratio,
    chi_square_p,
    p_from_interval,
    standard_error,
    two_sided_p,
)


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
        f"{median_b} / {median_a} = {value:z.4f} ({low:z.4f} to {high:z.4f})",
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
        f"a Cox model with this interval has a log-rank P from {low:z.2g} to {high:z.2g}",
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
    # O1/E1 = r O2/E2 with E1 + E2 = O1 + O2: what r allows for E1, which falls as r grows.
    least, most = (
        first * total / (first + r * (total - first)) for r in (float(ratio.high), float(ratio.low))
    )
    # What the interval allows: 1/E1 + 1/E2 = v where E1 is so far from the middle.
    room = total**2 / 4 - total / se.high**2
    near = np.sqrt(np.maximum(0, total**2 / 4 - total / se.low**2)) if se.low else 0 * room
    far = np.sqrt(np.maximum(0, room))
    # Where the statistic is small enough for the printed P: a quadratic in E1.
    lowest = float(as_printed(p).low)
    limit = float(chdtri(1, lowest)) if lowest > 0 else 1e9
    half = total * (first + limit / 2)
    spread = np.sqrt(half**2 - (total + limit) * total * first**2)
    largest, shares = [], []
    for low, high in ((-far, -near), (near, far)):
        a, b = np.maximum(least, total / 2 + low), np.minimum(most, total / 2 + high)
        fits = (room >= 0) & (a <= b)
        # The statistic is 0 at E1 = O1 and grows on either side.
        expected = np.clip(first, a, b)[fits]
        statistic = (first[fits] - expected) ** 2 * (1 / expected + 1 / (total[fits] - expected))
        largest.extend(chi_square_p(statistic))
        a = np.maximum(a, (half - spread) / (total + limit))
        b = np.minimum(b, (half + spread) / (total + limit))
        for end in (a, b):
            shares.extend((end / total)[fits & (a <= b)])
    return max(largest, default=math.nan), shares


def hazard_ratio_readings(hr, lower, upper, p, median_a, median_b, n, level="95", sizes=None):
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
    sizes : tuple of int, optional
        Patients in group a and group b, if known.

    Returns
    -------
    pandas.DataFrame
        One row a reading: ``reading``, ``ratio`` (does the printed ratio follow from
        the medians; only where the reading says so), ``p_low`` and ``p_high`` (the P
        that the reading allows), ``verdict`` for the printed P, ``why``.

    Raises
    ------
    ValueError
        As :func:`logrank_p_bounds` and :func:`ratio_of_medians`, if ``n`` is not a whole
        number of at least 2, or ``sizes`` do not add up to it.
    """
    import pandas as pd

    n = _checks.whole("n", n, 2)
    if sizes is not None:
        sizes = [_checks.whole("sizes", size, 1) for size in _checks.listed("sizes", sizes)]
    if sizes is not None and (len(sizes) != 2 or sum(sizes) != n):
        raise ValueError(f"sizes: expected two numbers that add up to n = {n}, got {sizes!r}")
    cox = logrank_p_bounds(hr, lower, upper, p, level)
    wald = p_from_interval(hr, lower, upper, p, level)
    highest, shares = _observed_to_expected(hr, lower, upper, p, n, level)
    need = (
        f"{100 * min(shares):z.1f} to {100 * max(shares):z.1f} % of expected events in group a"
        if shares
        else "no event counts give this interval and P"
    )
    medians = ratio_of_medians(hr, median_a, median_b)
    splits = event_splits(lower, upper, *(sizes or (n - 1, n - 1)), level)
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
        ("Cox model, P of another test", "", 0.0, 1.0, "tests of other weights are not bounded"),
    ]
    frame = pd.DataFrame(rows, columns=["reading", "ratio", "p_low", "p_high", "why"])
    low, high = float(as_printed(p).low), float(as_printed(p).high)
    fits = (frame["p_low"] <= high) & (frame["p_high"] >= low)
    frame.insert(4, "verdict", np.where(fits, "compatible", "contradicted"))
    return frame
