"""2×2 tables and proportions with confidence limits."""

import math

from .. import _checks
from ..estimate import Estimate


def two_by_two(tp, fp, fn, tn):
    """Measures of a 2×2 table of test against outcome, with exact 95 % confidence limits.

    Altman & Bland, BMJ 1994;308:1552 and 309:102.

    Parameters
    ----------
    tp, fp, fn, tn : int
        True positives, false positives, false negatives, true negatives (patients).

    Returns
    -------
    pandas.DataFrame
        Rows ``sensitivity``, ``specificity``, ``ppv``, ``npv`` (these two at the table's own
        prevalence), ``accuracy``; columns ``value``, ``lower``, ``upper``: fractions, limits as
        of :func:`proportion`, NaN where there is nobody in the denominator.
    """
    import pandas as pd

    counts = {"tp": tp, "fp": fp, "fn": fn, "tn": tn}
    tp, fp, fn, tn = (_checks.whole(name, value) for name, value in counts.items())
    measures = {
        "sensitivity": (tp, tp + fn),
        "specificity": (tn, tn + fp),
        "ppv": (tp, tp + fp),
        "npv": (tn, tn + fn),
        "accuracy": (tp + tn, tp + fp + fn + tn),
    }
    found = [proportion(*x) if x[1] else Estimate(math.nan) for x in measures.values()]
    rows = [(p.value, p.lower, p.upper) for p in found]
    return pd.DataFrame(rows, pd.Index(measures, name="measure"), ["value", "lower", "upper"])


def proportion(count, n, level=0.95, method="exact"):
    """Proportion with its confidence limits (from ``scipy.stats.binomtest``).

    Parameters
    ----------
    count, n : int
        Patients with the property, and all patients.
    level : float, default 0.95
        Confidence level.
    method : {"exact", "wilson"}
        Clopper-Pearson (Biometrika 1934;26:404; covers at least ``level``) or Wilson's score
        interval (J Am Stat Assoc 1927;22:209; covers ``level`` on average), without continuity
        correction.

    Returns
    -------
    Estimate
        Fraction, its limits and n.

    Examples
    --------
    >>> print(proportion(0, 10))
    0.000 (95 % CI 0.000 to 0.308)
    """
    from scipy.stats import binomtest

    _checks.one_of("method", method, ("exact", "wilson"))
    _checks.level(level)
    count, n = _checks.whole("count", count), _checks.whole("n", n, 1)
    if count > n:
        raise ValueError(f"count: expected at most n = {n}, got {count}")
    limits = binomtest(count, n).proportion_ci(level, method)
    return Estimate(count / n, float(limits.low), float(limits.high), level, n=n)
