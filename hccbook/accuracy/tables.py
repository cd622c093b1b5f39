"""2×2 tables and proportions with confidence limits."""

import math

from .. import _checks
from ..estimate import Estimate


def two_by_two(tp, fp, fn, tn, level=0.95, method="exact"):
    """Measures of a 2×2 table of test against outcome, with confidence limits.

    Parameters
    ----------
    tp, fp, fn, tn : int
        True positives, false positives, false negatives, true negatives (patients).
    level, method
        As in :func:`proportion`.

    Returns
    -------
    pandas.DataFrame
        Index ``measure``: ``sensitivity``, ``specificity``, ``ppv``, ``npv``, ``accuracy``,
        ``prevalence``. Columns ``value``, ``lower``, ``upper`` (fractions), ``numerator``,
        ``denominator`` (patients). With denominator 0 the first three are NaN.

    Notes
    -----
    ``ppv`` and ``npv`` hold at the table's own prevalence.

    References
    ----------
    Altman & Bland, BMJ 1994;308:1552 and 309:102.
    """
    import pandas as pd

    counts = {"tp": tp, "fp": fp, "fn": fn, "tn": tn}
    tp, fp, fn, tn = (_checks.whole(name, value) for name, value in counts.items())
    n = tp + fp + fn + tn
    if n == 0:
        raise ValueError("tp, fp, fn, tn: expected at least one patient, got 0 in every cell")
    measures = {
        "sensitivity": (tp, tp + fn),
        "specificity": (tn, tn + fp),
        "ppv": (tp, tp + fp),
        "npv": (tn, tn + fn),
        "accuracy": (tp + tn, n),
        "prevalence": (tp + fn, n),
    }
    rows = []
    for numerator, denominator in measures.values():
        p = proportion(numerator, denominator, level, method) if denominator else Estimate(math.nan)
        rows.append((p.value, p.lower, p.upper, numerator, denominator))
    return pd.DataFrame(
        rows,
        index=pd.Index(measures, name="measure"),
        columns=["value", "lower", "upper", "numerator", "denominator"],
    )


def proportion(count, n, level=0.95, method="exact"):
    """Proportion with its confidence limits (from ``scipy.stats.binomtest``).

    Parameters
    ----------
    count, n : int
        Patients with the property, and all patients.
    level : float, default 0.95
        Confidence level.
    method : {"exact", "wilson"}
        Clopper-Pearson (covers at least ``level``) or Wilson's score interval (covers
        ``level`` on average), without continuity correction.

    Returns
    -------
    Estimate
        Fraction, its limits and n.

    References
    ----------
    Clopper & Pearson, Biometrika 1934;26:404. Wilson, J Am Stat Assoc 1927;22:209.

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
