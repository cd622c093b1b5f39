"""Diagnostic accuracy: AUC, cut-offs, 2×2 tables and the optimism of a chosen cut-off.

Throughout, ``y`` is 1 for a patient with the outcome and 0 for one without it, a higher
``marker`` speaks for the outcome, and ``marker >= cutoff`` is a positive test.
"""

import math

import numpy as np

from hccbook import _checks
from hccbook.estimate import Estimate


def auc(y, marker, level=0.95, method="delong"):
    """Area under the ROC curve with DeLong's variance.

    Parameters
    ----------
    y : array_like of {0, 1} or bool, shape (n,)
        Outcome.
    marker : array_like of float, shape (n,)
        Marker, in any unit; higher means more likely positive.
    level : float, default 0.95
        Confidence level.
    method : {"delong", "logit"}
        ``"delong"``: AUC ± z·SE, cut off at 0 and 1. ``"logit"``: symmetric on the logit
        scale, so that it stays inside (0, 1) by itself.

    Returns
    -------
    Estimate
        AUC, its limits and the number of patients.

    Raises
    ------
    ValueError
        If an input is empty, not finite, not binary, of unequal length or of one class only,
        or if ``level`` or ``method`` is unknown.

    Notes
    -----
    Ties count one half (midranks). With a single patient in a class the variance, and so the
    limits, are NaN. Perfect separation (AUC 0 or 1) has variance zero: ``"delong"`` then
    returns an interval without width, which says nothing, and ``"logit"``, undefined there,
    NaN. A marker with one value only has AUC 0.5 and, by either method, no width.

    References
    ----------
    DeLong, DeLong & Clarke-Pearson, Biometrics 1988;44:837. Midranks: Sun & Xu, IEEE Signal
    Process Lett 2014;21:1389. Logit limits: Pepe, The Statistical Evaluation of Medical Tests
    (2003), section 5.2.

    Examples
    --------
    >>> print(auc([0, 0, 1, 1], [1.0, 2.0, 2.0, 3.0]))
    0.875 (95 % CI 0.529 to 1.000)
    """
    _checks.one_of("method", method, ("delong", "logit"))
    z = _checks.z(level)
    _, with_outcome, without = _counts(y, marker)
    n1, n0 = int(with_outcome.sum()), int(without.sum())
    # How each value of the marker ranks among the patients of the other class (placements).
    above = (np.cumsum(without) - without / 2) / n0
    below = (n1 - np.cumsum(with_outcome) + with_outcome / 2) / n1
    area = float(with_outcome @ above) / n1
    if min(n1, n0) == 1:
        return Estimate(area, level=level, n=n1 + n0)
    variance = with_outcome @ (above - area) ** 2 / (n1 * (n1 - 1))
    variance += without @ (below - area) ** 2 / (n0 * (n0 - 1))
    half = z * float(variance) ** 0.5
    if method == "delong":
        return Estimate(area, max(area - half, 0.0), min(area + half, 1.0), level, n=n1 + n0)
    if area in (0, 1):
        return Estimate(area, level=level, n=n1 + n0)
    logit, half = math.log(area / (1 - area)), half / (area * (1 - area))
    lower, upper = ((1 + math.tanh(x / 2)) / 2 for x in (logit - half, logit + half))
    return Estimate(area, lower, upper, level, n=n1 + n0)


def roc_cutoffs(y, marker):
    """Sensitivity and specificity at every possible cut-off.

    Parameters
    ----------
    y : array_like of {0, 1} or bool, shape (n,)
        Outcome.
    marker : array_like of float, shape (n,)
        Marker; ``marker >= cutoff`` is positive.

    Returns
    -------
    pandas.DataFrame
        One row a cut-off, ascending: ``-inf``, the midpoints between neighbouring distinct
        values, ``inf``. Columns ``cutoff`` (unit of the marker), the counts ``tp``, ``fp``,
        ``fn``, ``tn``, and ``sensitivity``, ``specificity``, ``youden`` as fractions.

    Raises
    ------
    ValueError
        As :func:`auc`.

    References
    ----------
    Pepe, The Statistical Evaluation of Medical Tests for Classification and Prediction (2003),
    chapter 4.
    """
    import pandas as pd

    values, with_outcome, without = _counts(y, marker)
    low, high = values[:-1], values[1:]
    middle = low / 2 + high / 2
    middle = np.where((low < middle) & (middle <= high), middle, high)  # neighbouring floats
    fn, tn = _from_zero(with_outcome), _from_zero(without)
    tp, fp = fn[-1] - fn, tn[-1] - tn
    sensitivity, specificity = tp / fn[-1], tn / tn[-1]
    return pd.DataFrame(
        {
            "cutoff": np.concatenate([[-np.inf], middle, [np.inf]]),
            "tp": tp,
            "fp": fp,
            "fn": fn,
            "tn": tn,
            "sensitivity": sensitivity,
            "specificity": specificity,
            "youden": sensitivity + specificity - 1,
        }
    )


def youden(y, marker):
    """Cut-offs with the largest Youden index J = sensitivity + specificity - 1.

    Parameters
    ----------
    y : array_like of {0, 1} or bool, shape (n,)
        Outcome.
    marker : array_like of float, shape (n,)
        Marker; ``marker >= cutoff`` is positive.

    Returns
    -------
    pandas.DataFrame
        Every row of :func:`roc_cutoffs` that reaches the maximum, lowest cut-off first, with
        its index there. The maximum is found in whole numbers (J times the product of the class
        sizes), so that rounding neither makes nor hides a tie. A marker that only points the
        wrong way has J = 0 at the cut-offs ``-inf`` and ``inf``.

    Raises
    ------
    ValueError
        As :func:`auc`.

    References
    ----------
    Youden, Cancer 1950;3:32.
    """
    rows = roc_cutoffs(y, marker)
    scaled = rows["tp"] * rows["tn"] - rows["fp"] * rows["fn"]  # J · n1 · n0
    return rows[scaled == scaled.max()]


def youden_optimism(y, marker, resamples=500, seed=0):
    """Optimism of the maximal Youden index, by Harrell's bootstrap.

    Parameters
    ----------
    y : array_like of {0, 1} or bool, shape (n,)
        Outcome.
    marker : array_like of float, shape (n,)
        Marker; ``marker >= cutoff`` is positive.
    resamples : int, default 500
        Number of bootstrap samples of n patients. Memory grows as resamples × n.
    seed : int or numpy.random.SeedSequence, default 0
        Seed of the resampling.

    Returns
    -------
    pandas.Series
        ``apparent`` (J at the cut-off chosen on all patients), ``optimism`` (mean over the
        resamples of J there minus J of the same cut-off in all patients) and ``corrected``
        (their difference).

    Raises
    ------
    ValueError
        As :func:`auc`; if ``resamples`` is not a positive integer; if no resample has both
        classes.

    Notes
    -----
    Each resample chooses among the cut-offs of the whole sample; among ties it takes the first,
    that is the lowest. Resamples with one class only are left out.

    References
    ----------
    Harrell, Lee & Mark, Stat Med 1996;15:361, section 5.
    """
    import pandas as pd

    if not isinstance(resamples, (int, np.integer)) or resamples < 1:
        raise ValueError(f"resamples: expected a positive integer, got {resamples!r}")
    y, marker = _outcome_and_marker(y, marker)
    values, rank = np.unique(marker, return_inverse=True)
    cell, cells = rank + values.size * y.astype(int), 2 * values.size  # without the outcome first
    drawn = np.random.default_rng(seed).integers(y.size, size=(resamples, y.size))
    drawn = cell[drawn] + cells * np.arange(resamples)[:, None]
    drawn = np.bincount(drawn.ravel(), minlength=cells * resamples).reshape(resamples, 2, -1)
    drawn = drawn[drawn.any(axis=2).all(axis=1)]
    if not len(drawn):
        raise ValueError(f"resamples: expected one or more with both classes, got 0 of {resamples}")
    scaled, size = _scaled_youden(drawn)
    whole, whole_size = _scaled_youden(np.bincount(cell, minlength=cells).reshape(2, -1))
    best = scaled.argmax(axis=1)
    apparent = whole.max() / whole_size
    optimism = np.mean(scaled.max(axis=1) / size - whole[best] / whole_size)
    return pd.Series({"apparent": apparent, "optimism": optimism, "corrected": apparent - optimism})


def two_by_two(tp, fp, fn, tn, level=0.95, method="exact"):
    """Measures of a 2×2 table of test against outcome, with confidence limits.

    Parameters
    ----------
    tp, fp, fn, tn : int
        True positives, false positives, false negatives, true negatives (patients).
    level : float, default 0.95
        Confidence level.
    method : {"exact", "wilson"}
        As in :func:`proportion`.

    Returns
    -------
    pandas.DataFrame
        Index ``measure``: ``sensitivity``, ``specificity``, ``ppv``, ``npv``, ``accuracy``,
        ``prevalence``. Columns ``value``, ``lower``, ``upper`` (fractions), ``numerator``,
        ``denominator`` (patients). With denominator 0 the first three are NaN.

    Raises
    ------
    ValueError
        If a count is not a whole number of at least 0, if all are 0, or if ``level`` or
        ``method`` is unknown.

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
    count : int
        Patients with the property.
    n : int
        All patients.
    level : float, default 0.95
        Confidence level.
    method : {"exact", "wilson"}
        Clopper-Pearson (covers at least ``level``) or Wilson's score interval (covers
        ``level`` on average), without continuity correction.

    Returns
    -------
    Estimate
        Fraction, its limits and n.

    Raises
    ------
    ValueError
        If ``count`` or ``n`` is not a whole number with 0 <= count <= n and n >= 1, or if
        ``level`` or ``method`` is unknown.

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
    count, n = _checks.whole("count", count), _checks.whole("n", n)
    if n == 0:
        raise ValueError("n: expected at least 1 patient, got 0")
    if count > n:
        raise ValueError(f"count: expected at most n = {n}, got {count}")
    limits = binomtest(count, n).proportion_ci(level, method)
    return Estimate(count / n, float(limits.low), float(limits.high), level, n=n)


def _counts(y, marker):
    """Count patients with and without the outcome at each distinct value of the marker."""
    y, marker = _outcome_and_marker(y, marker)
    values, rank = np.unique(marker, return_inverse=True)
    with_outcome, without = (np.bincount(rank[y == k], minlength=values.size) for k in (1, 0))
    return values, with_outcome, without


def _from_zero(counts):
    """Cumulate along the last axis, beginning with 0."""
    start = np.zeros((*counts.shape[:-1], 1), dtype=counts.dtype)
    return np.concatenate([start, np.cumsum(counts, axis=-1)], axis=-1)


def _scaled_youden(counts):
    """Youden J × n1 × n0 at every cut-off, and n1 × n0, from counts (..., without/with, value)."""
    below = _from_zero(counts)
    tn, fn = below[..., 0, :], below[..., 1, :]
    n0, n1 = tn[..., -1:], fn[..., -1:]
    return tn * n1 - fn * n0, (n1 * n0)[..., 0]


def _outcome_and_marker(y, marker):
    """Check the pair of arrays that most functions take."""
    y, marker = _checks.vector("y", y, binary=True), _checks.vector("marker", marker)
    _checks.same_length("marker", marker, "y", y)
    if y.min() == y.max():
        raise ValueError(f"y: expected both classes 0 and 1, got only {y[0]:g}")
    return y, marker
