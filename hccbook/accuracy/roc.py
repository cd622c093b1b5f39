"""AUCs with DeLong's variance, and the test of two AUCs that rests on it.

A patient's placement is the share of the patients of the other class that the marker ranks on
the right side of that patient; ties count one half. The AUC is the mean placement, and its
variance comes from the variances of the placements in the two classes. Here placements are
counted in halves of patients: whole numbers, so that what is equal stays equal.
"""

import math

import numpy as np

from .. import _checks
from .._ties import merge_ties
from ..estimate import Estimate


def auc(y, marker, level=0.95):
    """Area under the ROC curve with DeLong's variance.

    Parameters
    ----------
    y, marker : array_like, shape (n,)
        Outcome, 0 or 1, and marker in any unit; higher means more likely positive.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    Estimate
        AUC, its limits AUC ± z·SE, cut off at 0 and 1, and the number of patients.

    Notes
    -----
    Ties count one half (midranks). With a single patient in a class the limits are NaN. The
    interval has no width, which says nothing, for perfect separation (AUC 0 or 1) and for a
    marker with one value only (AUC 0.5).

    DeLong, DeLong & Clarke-Pearson, Biometrics 1988;44:837. Midranks: Sun & Xu, IEEE Signal
    Process Lett 2014;21:1389.

    Examples
    --------
    >>> print(auc([0, 0, 1, 1], [1.0, 2.0, 2.0, 3.0]))
    0.875 (95 % CI 0.529 to 1.000)
    """
    z = _checks.z(level)
    y, marker = checked(y, marker=marker)
    values, cell = ranked(y, marker)
    counts = tally(cell, values.size)
    n0, n1 = (int(n) for n in counts.sum(axis=1))
    placed = _placed(counts)
    area = int(counts[1] @ placed[1]) / (2 * n1 * n0)
    if min(n0, n1) == 1:
        return Estimate(area, level=level, n=n0 + n1)
    variance = counts[1] @ (placed[1] / (2 * n0) - area) ** 2 / (n1 * (n1 - 1))
    variance += counts[0] @ (placed[0] / (2 * n1) - area) ** 2 / (n0 * (n0 - 1))
    half = z * math.sqrt(float(variance))
    return Estimate(area, max(area - half, 0.0), min(area + half, 1.0), level, n=n0 + n1)


def delong_paired(y, first, second, level=0.95):
    """Test of the AUCs of two markers in the same patients (DeLong, paired).

    Parameters
    ----------
    y, first, second, level
        As in :func:`auc`; two markers, each in any unit.

    Returns
    -------
    pandas.Series
        ``first`` and ``second`` (the AUCs), ``difference`` (first - second), its limits
        ``lower`` and ``upper`` (cut off at -1 and 1), its standard error ``se``, ``z``, the
        two-sided ``p``, and the ``correlation`` of the two estimated AUCs.

    Notes
    -----
    Markers that place every patient alike (the same marker, or one a rising function of the
    other) have difference 0, standard error 0, z = 0 and P = 1. If the areas differ although
    the standard error is 0 (perfect separation against a constant), the variance is no measure
    of chance: limits, z and P are NaN, where pROC says P = 0. The correlation is NaN if either
    AUC has variance zero. With a single patient in a class all but the areas and their
    difference is NaN. The test takes the markers as given: P tends to be too large for two
    models, one nested in the other, that were fitted to these same patients.

    DeLong, DeLong & Clarke-Pearson, Biometrics 1988;44:837. As ``roc.test`` of R's pROC: Robin
    et al., BMC Bioinformatics 2011;12:77. Nested models: Demler, Pencina & D'Agostino, Stat Med
    2012;31:2577.

    Examples
    --------
    >>> y, first, second = [0, 0, 0, 1, 1, 1], [1, 2, 3, 2, 5, 6], [2, 1, 4, 3, 3, 5]
    >>> print(delong_paired(y, first, second)[["difference", "p"]].round(3).to_dict())
    {'difference': 0.056, 'p': 0.789}
    """
    import pandas as pd

    z = _checks.z(level)
    y, *markers = checked(y, first=first, second=second)
    coded = [ranked(y, marker) for marker in markers]
    placed = [_placed(tally(cell, values.size)).ravel()[cell] for values, cell in coded]
    rows = [np.flatnonzero(y == k) for k in (0, 1)]
    classes = [np.stack([x[one] for x in placed]) for one in rows]
    n0, n1 = (one.shape[1] for one in classes)
    wins = classes[1].sum(axis=1)
    covariance = np.full((3, 3), math.nan)
    if min(n0, n1) > 1:
        # Of the two markers and of their difference, which is exactly 0 where they agree.
        covariance = sum(
            np.cov(np.vstack([one, one[0] - one[1]])) / one.shape[1] / (2 * others) ** 2
            for one, others in zip(classes, (n1, n0), strict=True)
        )
    variances, pairs = covariance.diagonal(), 2 * n0 * n1
    difference, se = float(wins[0] - wins[1]) / pairs, math.sqrt(variances[2])
    if se == 0:  # equal areas are no evidence; how much unequal ones are cannot be said
        statistic = lower = upper = 0.0 if difference == 0 else math.nan
    else:
        statistic = difference / se
        lower, upper = max(difference - z * se, -1.0), min(difference + z * se, 1.0)
    spread = math.sqrt(variances[0] * variances[1])
    found = {"first": wins[0] / pairs, "second": wins[1] / pairs, "difference": difference}
    found |= {"lower": lower, "upper": upper, "se": se, "z": statistic}
    found["p"] = math.erfc(abs(statistic) / math.sqrt(2))
    found["correlation"] = np.clip(covariance[0, 1] / spread, -1, 1) if spread else math.nan
    return pd.Series(found)


def checked(y, **markers):
    """Check an outcome and markers of the same patients; return them as float arrays."""
    found = _checks.together(binary=("y",), y=y, **markers)
    _checks.both("y", found[0])
    return found


def ranked(y, marker):
    """Return the distinct values of a marker (tied ones are one), and the cell of each patient.

    Cells are numbered by value, first those of patients without the outcome, then those of
    patients with it; there are twice as many as values.
    """
    values, rank = np.unique(merge_ties(marker), return_inverse=True)
    return values, rank + values.size * y.astype(int)


def tally(cell, values):
    """Count patients by class (first those without the outcome) and value of the marker."""
    return np.bincount(cell, minlength=2 * values).reshape(2, values)


def _placed(counts):
    """Return twice the placements by class and value, counted in patients of the other class."""
    without, with_outcome = counts
    below = [2 * np.cumsum(x) - x for x in (with_outcome, without)]  # twice; those on it once
    return np.stack([2 * with_outcome.sum() - below[0], below[1]])
