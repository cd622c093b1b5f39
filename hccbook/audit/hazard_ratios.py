"""What a printed "hazard ratio" can be: five readings, and the P values each allows."""

import math

import numpy as np
from scipy.special import chdtri

from .. import _checks
from . import ratios
from .arguments import positive, probability
from .arguments import sizes as whole_sizes


def event_splits(lower, upper, n_a, n_b):
    """Return the event counts (a, b) at which an exponential model's interval prints so."""
    # With exponential survival times the log of the ratio of two rates, or of two medians, has
    # variance 1 / events_a + 1 / events_b (Simon, 1986).
    se = ratios.standard_error(lower, upper)
    a, b = (x.ravel() for x in np.meshgrid(np.arange(1, n_a + 1), np.arange(1, n_b + 1)))
    variance = 1 / a + 1 / b
    fits = (se.low**2 <= variance) & (variance <= se.high**2)
    return np.column_stack([a[fits], b[fits]])


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
        largest.extend(ratios.chi_square_p(statistic))
        a = np.maximum(a, (half - spread) / (total + limit))
        b = np.minimum(b, (half + spread) / (total + limit))
        for end in (a, b):
            shares.extend((end / total)[fits & (a <= b)])
    return max(largest, default=math.nan), shares


def hazard_ratio_readings(hr, lower, upper, p, median_a, median_b, n, sizes=None):
    """Ask under which reading a printed "hazard ratio" fits the other printed numbers.

    The ratio is of group a against group b, ``sizes`` are their patients if known, ``n`` those of
    both. The frame has a row for each ``reading``: ``ratio`` (does the printed ratio follow from
    the medians; only where the reading says so), ``p_low`` and ``p_high`` (the P that the reading
    allows), ``verdict`` for the printed P, ``why``.
    """
    import pandas as pd

    n = _checks.whole("n", n, 2)
    groups = (n - 1, n - 1) if sizes is None else whole_sizes(sizes, 1)
    if sizes is not None and (len(groups) != 2 or sum(groups) != n):
        raise ValueError(f"sizes: expected two numbers that add up to n = {n}, got {groups}")
    cox = ratios.logrank_p_bounds(hr, lower, upper, p, without="all")
    wald = ratios.p_from_interval(hr, lower, upper, p, without="all")
    number, se = probability("p", p), ratios.standard_error(lower, upper)
    highest, shares = _observed_to_expected(positive("hr", hr), se, number, n)
    need = "no event counts give this interval and P"
    if shares:
        low, high = 100 * min(shares), 100 * max(shares)
        need = f"if {low:z.1f} to {high:z.1f} % of the expected events are in the first group"
    medians = ratios.ratio_of_medians(hr, median_a, median_b).verdict
    splits = event_splits(lower, upper, *groups)
    splits = splits[splits.sum(axis=1) <= n]
    of_medians = 1.0 if len(splits) and medians != "contradicted" else math.nan
    counts = f"{len(splits)} pairs of event counts give this interval"
    rows = [
        ("Cox model", "", cox.lower, cox.upper, "bounds from the Cox likelihood"),
        ("Peto or Mantel-Haenszel", "", wald.lower, wald.upper, "the interval is the test"),
        ("(O/E) / (O/E)", "", 0.0, highest, need),
        ("ratio of medians, exponential interval", medians, 0.0, of_medians, counts),
        ("Cox model, P of another test", "", 0.0, 1.0, "tests of other weights are not bounded"),
    ]
    frame = pd.DataFrame(rows, columns=["reading", "ratio", "p_low", "p_high", "why"])
    fits = (frame["p_low"] <= float(number.high)) & (frame["p_high"] >= float(number.low))
    frame.insert(4, "verdict", np.where(fits, "compatible", "contradicted"))
    return frame
