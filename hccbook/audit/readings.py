"""What a printed "hazard ratio" can be: five readings, and the P values each allows."""

import math

import numpy as np
from scipy.special import chdtri

from .. import _checks
from .arguments import positive, probability
from .check import Check, Range
from .ratios import (
    chi_square_p,
    logs,
    over,
    p_from_interval,
    ratio_of_medians,
    sizes_of,
    standard_error,
    two_sided_p,
)


def event_splits(lower, upper, n_a, n_b, level="95"):
    """Return the event counts (a, b) at which an exponential model's interval prints so."""
    # With exponential survival times the log of the ratio of two rates, or of two medians, has
    # variance 1 / events_a + 1 / events_b (Simon, 1986).
    se = standard_error(lower, upper, level)
    a, b = (x.ravel() for x in np.meshgrid(np.arange(1, n_a + 1), np.arange(1, n_b + 1)))
    variance = 1 / a + 1 / b
    fits = (se.low**2 <= variance) & (variance <= se.high**2)
    return np.column_stack([a[fits], b[fits]])


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
    hr, lower, upper, p, level : str
        The printed hazard ratio, its confidence limits, the log-rank P, and the level in per cent.

    Returns
    -------
    Check
        ``computed`` is the Wald P value, which lies between the bounds.

    Notes
    -----
    With tied events the upper limit of P still holds where the Cox model breaks ties by
    Breslow's rule: ties only raise the log-rank statistic above that model's score
    statistic. The lower limit may then fail. With Efron's rule both may fail: the bounds
    hold for Efron's own score statistic, which is another test. With few ties neither
    moves far.
    """
    number = probability("p", p)
    effect, se = logs("hr", hr), standard_error(lower, upper, level)
    near, far = sizes_of(effect)
    found = Range(
        float(chi_square_p(over(4 * math.sinh(far / 2) ** 2, se.low**2))),
        float(two_sided_p(effect.value / se.value)),
        float(chi_square_p(4 * math.tanh(near / 2) ** 2 / se.high**2)),
    )
    why = f"a Cox model with this interval has a log-rank P from {found.low:z.2g} to "
    return Check.of("log-rank P from a Cox interval", number, found, f"{why}{found.high:z.2g}")


def _observed_to_expected(ratio, se, p, n):
    """Return what the ratio (O/E) / (O/E) allows: the largest P, and where P is reached."""
    # (O - E)² (1/E1 + 1/E2) never exceeds the log-rank statistic, because the hypergeometric
    # variance is at most E1 E2 / (E1 + E2). The second result is the range of group a's share
    # of the expected events at which the printed P is possible.
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
    limit = float(chdtri(1, float(p.low))) if p.low > 0 else 1e9
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
    hr, lower, upper, p, level : str
        As for :func:`logrank_p_bounds`, of group a against group b.
    median_a, median_b : str
        The printed median survival times.
    n, sizes : int, tuple of int
        Patients in both groups together, and in a and b if known.

    Returns
    -------
    pandas.DataFrame
        One row a reading: ``reading``, ``ratio`` (does the printed ratio follow from
        the medians; only where the reading says so), ``p_low`` and ``p_high`` (the P
        that the reading allows), ``verdict`` for the printed P, ``why``.
    """
    import pandas as pd

    n = _checks.whole("n", n, 2)
    if sizes is not None:
        sizes = [_checks.whole("sizes", size, 1) for size in _checks.listed("sizes", sizes)]
    if sizes is not None and (len(sizes) != 2 or sum(sizes) != n):
        raise ValueError(f"sizes: expected two numbers that add up to n = {n}, got {sizes!r}")
    cox = logrank_p_bounds(hr, lower, upper, p, level)
    wald = p_from_interval(hr, lower, upper, p, level)
    number = probability("p", p)
    highest, shares = _observed_to_expected(
        positive("hr", hr), standard_error(lower, upper, level), number, n
    )
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
    fits = (frame["p_low"] <= float(number.high)) & (frame["p_high"] >= float(number.low))
    frame.insert(4, "verdict", np.where(fits, "compatible", "contradicted"))
    return frame
