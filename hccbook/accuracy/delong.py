"""AUCs with DeLong's variance, and the tests of two AUCs that rest on it.

A patient's placement is the share of the patients of the other class that the marker ranks on
the right side of that patient; ties count one half. The AUC is the mean placement, and its
variance comes from the variances of the placements in the two classes. Here placements are
counted in halves of patients: whole numbers, so that what is equal stays equal.
"""

import math

import numpy as np

from .. import _checks
from ..estimate import Estimate
from .common import cells, over_error, p_normal, patients, tally, twice_below


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
    area, variance, n = _area(*patients(y, marker=marker))
    half = z * math.sqrt(variance)
    if math.isnan(half):
        return Estimate(area, level=level, n=n)
    if method == "delong":
        return Estimate(area, max(area - half, 0.0), min(area + half, 1.0), level, n=n)
    if area in (0, 1):
        return Estimate(area, level=level, n=n)
    logit, half = math.log(area / (1 - area)), half / (area * (1 - area))
    lower, upper = ((1 + math.tanh(x / 2)) / 2 for x in (logit - half, logit + half))
    return Estimate(area, lower, upper, level, n=n)


def delong_paired(y, first, second, level=0.95):
    """Test of the AUCs of two markers in the same patients (DeLong, paired).

    Parameters
    ----------
    y : array_like of {0, 1} or bool, shape (n,)
        Outcome.
    first, second : array_like of float, shape (n,)
        The markers, each in any unit; higher means more likely positive.
    level : float, default 0.95
        Confidence level of the difference.

    Returns
    -------
    pandas.Series
        ``first`` and ``second`` (the AUCs), ``difference`` (first - second), its limits
        ``lower`` and ``upper`` (cut off at -1 and 1), its standard error ``se``, ``z``, the
        two-sided ``p``, and the ``correlation`` of the two estimated AUCs.

    Raises
    ------
    ValueError
        As :func:`auc`.

    Notes
    -----
    Markers that place every patient alike (the same marker, or one a rising function of the
    other) have difference 0, standard error 0, z = 0 and P = 1. If the areas differ although
    the standard error is 0 (perfect separation against a constant), the variance is no measure
    of chance: limits, z and P are NaN, where pROC says P = 0. The correlation is NaN if either
    AUC has variance zero. With a single patient in a class all but the areas and their
    difference is NaN. The test takes the markers as given: P tends to be too large for two
    models, one nested in the other, that were fitted to these same patients.

    References
    ----------
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
    y, *markers = patients(y, first=first, second=second)
    coded = [cells(y, marker) for marker in markers]
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
    statistic, (lower, upper) = over_error(difference, se), _limits(difference, se, z)
    spread = math.sqrt(variances[0] * variances[1])
    return pd.Series(
        {
            "first": wins[0] / pairs,
            "second": wins[1] / pairs,
            "difference": difference,
            "lower": lower,
            "upper": upper,
            "se": se,
            "z": statistic,
            "p": p_normal(statistic),
            "correlation": np.clip(covariance[0, 1] / spread, -1, 1) if spread else math.nan,
        }
    )


def delong_unpaired(y_first, first, y_second, second, level=0.95, method="welch"):
    """Test of the AUCs in two independent groups of patients (DeLong, unpaired).

    Parameters
    ----------
    y_first, y_second : array_like of {0, 1} or bool, shapes (n,) and (m,)
        Outcomes of the first and of the second group.
    first, second : array_like of float, shapes (n,) and (m,)
        The marker, or two markers, in these groups; higher means more likely positive.
    level : float, default 0.95
        Confidence level of the difference.
    method : {"welch", "normal"}
        What the difference over its standard error is compared with. ``"welch"``: Student's t
        with the degrees of freedom of Welch and Satterthwaite, from n - 1 and m - 1, as pROC
        does. ``"normal"``: the normal distribution, as most textbooks do; P is a little
        smaller.

    Returns
    -------
    pandas.Series
        ``first`` and ``second`` (the AUCs), ``difference`` (first - second), its limits
        ``lower`` and ``upper`` (cut off at -1 and 1), its standard error ``se``, the
        ``statistic``, its ``df`` (``inf`` if normal) and the two-sided ``p``.

    Raises
    ------
    ValueError
        As :func:`auc`.

    Notes
    -----
    Two groups that are both perfectly separated, or both constant, have difference 0 without
    variance: P is 1, which says nothing. If the areas differ although the standard error is 0,
    limits, statistic and P are NaN, as in :func:`delong_paired`; so are they with a single
    patient in a class of either group.

    References
    ----------
    DeLong, DeLong & Clarke-Pearson, Biometrics 1988;44:837. Degrees of freedom: Robin et al.,
    BMC Bioinformatics 2011;12:77. Normal: Hanley & McNeil, Radiology 1983;148:839.
    """
    import pandas as pd
    from scipy.special import stdtr, stdtrit

    _checks.one_of("method", method, ("welch", "normal"))
    z = _checks.z(level)
    (a, v, n), (b, w, m) = (
        _area(*patients(y_first, "y_first", first=first)),
        _area(*patients(y_second, "y_second", second=second)),
    )
    se, df = math.sqrt(v + w), math.inf
    if method == "welch":
        df = (v + w) ** 2 / (v**2 / (n - 1) + w**2 / (m - 1)) if v + w else math.nan
        z = float(stdtrit(df, 0.5 + level / 2))
    statistic, (lower, upper) = over_error(a - b, se), _limits(a - b, se, z)
    p = p_normal(statistic)
    if method == "welch" and statistic:
        p = 2 * float(stdtr(df, -abs(statistic)))
    return pd.Series(
        {
            "first": a,
            "second": b,
            "difference": a - b,
            "lower": lower,
            "upper": upper,
            "se": se,
            "statistic": statistic,
            "df": df,
            "p": p,
        }
    )


def _limits(difference, se, critical):
    """Return the limits of a difference of two AUCs; NaN where `over_error` is."""
    if se == 0:
        return (0.0, 0.0) if difference == 0 else (math.nan, math.nan)
    half = critical * se
    return max(difference - half, -1.0), min(difference + half, 1.0)


def _area(y, marker):
    """Return an AUC, its variance (NaN with a single patient in a class) and n."""
    values, cell = cells(y, marker)
    counts = tally(cell, values.size)
    n0, n1 = (int(n) for n in counts.sum(axis=1))
    placed = _placed(counts)
    area = int(counts[1] @ placed[1]) / (2 * n1 * n0)
    if min(n0, n1) == 1:
        return area, math.nan, n0 + n1
    variance = counts[1] @ (placed[1] / (2 * n0) - area) ** 2 / (n1 * (n1 - 1))
    variance += counts[0] @ (placed[0] / (2 * n1) - area) ** 2 / (n0 * (n0 - 1))
    return area, float(variance), n0 + n1


def _placed(counts):
    """Return twice the placements by class and value, counted in patients of the other class."""
    without, with_outcome = counts
    return np.stack([2 * with_outcome.sum() - twice_below(with_outcome), twice_below(without)])
