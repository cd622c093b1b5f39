"""What one printed operating point says about a printed area under the ROC curve."""

import math

from .. import _checks
from ..estimate import Estimate
from ..estimate import printed as as_printed
from .check import Check


def _table(tp, fp, fn, tn):
    cells = {"tp": tp, "fp": fp, "fn": fn, "tn": tn}
    tp, fp, fn, tn = (_checks.whole(name, count) for name, count in cells.items())
    if not tp + fn or not fp + tn:
        raise ValueError(
            f"tp, fp, fn, tn: expected patients with and without the outcome, got {cells}"
        )
    return tp, fp, fn, tn


def _area(auc):
    number = as_printed(auc, "auc")
    if number.relation != "=" or not 0 <= number.value <= 1:
        raise ValueError(f"auc: expected a printed number from 0 to 1, got {auc!r}")
    return number


def dichotomised_auc(tp, fp, fn, tn):
    """Return the AUC of a marker that is only known as above or below a cut-off.

    Parameters
    ----------
    tp, fp, fn, tn : int
        The 2×2 table at the cut-off.

    Returns
    -------
    float
        ``(sensitivity + specificity) / 2``.

    Raises
    ------
    ValueError
        If a count is not a whole number of at least 0, or a class is empty.
    """
    tp, fp, fn, tn = _table(tp, fp, fn, tn)
    return (tp / (tp + fn) + tn / (tn + fp)) / 2


def auc_bounds(tp, fp, fn, tn, auc):
    """Bound the AUC of a continuous marker by one point of its ROC curve.

    Parameters
    ----------
    tp, fp, fn, tn : int
        The 2×2 table at the cut-off.
    auc : str
        The printed AUC of the marker.

    Returns
    -------
    dict of str to Check
        ``"any curve"``: a non-decreasing curve through the point has an area between
        ``sensitivity * specificity`` and ``1 - (1 - sensitivity) (1 - specificity)``.
        ``"best cut-off"``: if moreover no other cut-off has a larger Youden index J, the
        area is at most ``1 - (1 - J)**2 / 2``.
        ``"concave curve"``: if the curve is concave (risk rises with the marker
        throughout) the area is at least that of the dichotomised marker.

    Raises
    ------
    ValueError
        As :func:`dichotomised_auc`, or if ``auc`` is not a printed number from 0 to 1.
    """
    tp, fp, fn, tn = _table(tp, fp, fn, tn)
    sensitivity, specificity = tp / (tp + fn), tn / (tn + fp)
    widest = 1 - (1 - sensitivity) * (1 - specificity)
    best = min(widest, 1 - (2 - sensitivity - specificity) ** 2 / 2)
    number = _area(auc)
    limits = {
        "any curve": (sensitivity * specificity, widest),
        "best cut-off": (sensitivity * specificity, best),
        "concave curve": ((sensitivity + specificity) / 2, best),
    }
    return {
        name: Check(
            "AUC from one operating point",
            str(number),
            math.nan,  # bounds have no best guess
            low,
            high,
            "contradicted" if number.high < low or number.low > high else "compatible",
            f"{name}: from {low:.4f} to {high:.4f}",
        )
        for name, (low, high) in limits.items()
    }


def within_group_concordance(tp, fp, fn, tn, auc):
    """Return how well a marker sorts patients inside the two groups of its own cut-off.

    The AUC counts pairs of one patient with and one without the outcome. Pairs on two
    sides of the cut-off are settled by the 2×2 table; what is left of the printed AUC
    comes from pairs on one side. A concordance of 0.5 there means that the marker adds
    nothing to its own dichotomy, so no dose-response inside the groups.

    Parameters
    ----------
    tp, fp, fn, tn : int
        The 2×2 table at the cut-off.
    auc : str
        The printed AUC of the continuous marker.

    Returns
    -------
    Check
        Against the printed AUC: ``computed``, ``lower`` and ``upper`` are the concordance
        that it needs. ``contradicted`` if it would lie outside 0 to 1.

    Raises
    ------
    ValueError
        As :func:`auc_bounds`, or if no pair lies inside a group.
    """
    tp, fp, fn, tn = _table(tp, fp, fn, tn)
    number = _area(auc)
    pairs, inside, settled = (tp + fn) * (fp + tn), tp * fp + fn * tn, tp * tn
    if not inside:
        raise ValueError("tp, fp, fn, tn: expected pairs inside a group, got none")
    low, value, high = (
        float((area * pairs - settled) / inside) for area in (number.low, number.value, number.high)
    )
    return Check(
        "concordance within the groups",
        str(number),
        value,
        low,
        high,
        "compatible" if high >= 0 and low <= 1 else "contradicted",
        f"{inside} of {pairs} pairs lie inside a group; {100 * value:.0f} % of them concordant",
    )


def auc_interval(auc, positives, negatives, level=0.95):
    """Return the interval of an AUC by the formula of Hanley and McNeil (1982).

    Parameters
    ----------
    auc : str
        The printed AUC.
    positives, negatives : int
        Patients with and without the outcome.
    level : float
        Confidence level between 0 and 1.

    Returns
    -------
    Estimate
        With limits clipped to 0 and 1. The formula assumes exponential marker values.

    Raises
    ------
    ValueError
        If ``auc`` is not a printed number from 0 to 1, a class is not a whole number of at
        least 1, or ``level`` is not between 0 and 1.
    """
    positives = _checks.whole("positives", positives, 1)
    negatives = _checks.whole("negatives", negatives, 1)
    z, a = _checks.z(level), float(_area(auc))
    q1, q2 = a / (2 - a), 2 * a * a / (1 + a)
    variance = (a * (1 - a) + (positives - 1) * (q1 - a * a) + (negatives - 1) * (q2 - a * a)) / (
        positives * negatives
    )
    half = z * math.sqrt(variance)
    return Estimate(a, max(0.0, a - half), min(1.0, a + half), level, n=positives + negatives)
