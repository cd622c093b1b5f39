"""What an operating point, an interval and a P value say about printed areas under ROC curves."""

import math

from scipy.special import expit, logit, ndtri

from .. import _checks
from ..estimate import Estimate
from ..estimate import printed as as_printed
from .check import Check, judge
from .ratios import Range, _critical, _effect_sizes, _over, _probability, two_sided_p


def _table(tp, fp, fn, tn):
    cells = {"tp": tp, "fp": fp, "fn": fn, "tn": tn}
    tp, fp, fn, tn = (_checks.whole(name, count) for name, count in cells.items())
    if not tp + fn or not fp + tn:
        raise ValueError(
            f"tp, fp, fn, tn: expected patients with and without the outcome, got {cells}"
        )
    return tp, fp, fn, tn


def _area(auc, name="auc"):
    number = as_printed(auc, name)
    if number.relation != "=" or not 0 <= number.value <= 1:
        raise ValueError(f"{name}: expected a printed number from 0 to 1, got {auc!r}")
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
            f"{name}: from {low:z.4f} to {high:z.4f}",
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
        f"{inside} of {pairs} pairs lie inside a group; {100 * value:z.0f} % of them concordant",
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


def auc_interval_readings(auc, lower, upper):
    """Ask on which scale a printed confidence interval of an AUC is symmetric.

    Parameters
    ----------
    auc, lower, upper : str
        The printed AUC and its confidence limits.

    Returns
    -------
    pandas.DataFrame
        One row a reading: ``reading``, ``centre`` (of the printed limits), ``lower`` and
        ``upper`` (all centres of limits that print so), ``verdict`` for the printed AUC,
        ``why``. ``"normal"``: half way, as by DeLong et al. (1988) or Hanley and McNeil
        (1982); a limit that may be 0 or 1 may be cut off there. ``"logit"``: half way between
        the log odds (Pepe, 2003). ``"bootstrap or other"``: an interval that need not be
        centred, such as that of bootstrap percentiles, is always ``compatible``.

    Raises
    ------
    ValueError
        If an argument is not a printed number from 0 to 1, or the limits are out of order.
    """
    import pandas as pd

    number, low, high = _area(auc), _area(lower, "lower"), _area(upper, "upper")
    if not low.value < high.value:
        raise ValueError(f"lower: expected less than upper = {upper}, got {lower}")
    ends = ((low.value, high.value), (low.low, high.low), (low.high, high.high))
    plain = [(a + b) / 2 for a, b in ends]
    if low.low <= 0:  # cut off, and so in truth farther out
        plain[1] = 0
    if high.high >= 1:
        plain[2] = 1
    odds = [_logit_centre(a, b) for a, b in ends]
    rows = [
        ("normal", *plain, judge(number, *plain), "half way between the limits"),
        ("logit", *odds, judge(number, *odds), "half way between their log odds"),
    ]
    centred = any(verdict != "contradicted" for *_, verdict, _ in rows)
    why = "need not be centred" + ("" if centred else "; the only reading left")
    outer = float(low.low), float(high.high)
    rows.append(("bootstrap or other", math.nan, *outer, "compatible", why))
    frame = pd.DataFrame(rows, columns=["reading", "centre", "lower", "upper", "verdict", "why"])
    return frame.astype({"centre": float, "lower": float, "upper": float})


def _logit_centre(lower, upper):
    """Return the point half way between two log odds, of which one or both may be infinite."""
    a, b = (float(logit(min(1.0, max(0.0, float(x))))) for x in (lower, upper))
    return float(expit((a + b) / 2 if a != -b else 0.0))


def _area_and_error(name, printed, critical):
    """Return an AUC, and the standard error of its normal interval, each as a range."""
    try:
        auc, lower, upper = printed
    except (TypeError, ValueError):
        raise ValueError(f"{name}: expected AUC, lower and upper, got {printed!r}") from None
    number, low, high = (_area(x, name) for x in (auc, lower, upper))
    if not low.value < high.value:
        raise ValueError(f"{name}: expected lower less than upper = {upper}, got {lower}")
    if low.low <= 0 or high.high >= 1:
        raise ValueError(
            f"{name}: expected limits between 0 and 1, not cut off there, got {lower} and {upper}"
        )
    widths = max(0, high.low - low.high), high.value - low.value, high.high - low.low
    return number, Range(*(float(width) / (2 * critical) for width in widths))


def auc_correlation(first, second, p, level="95"):
    """Ask how correlated two AUCs must be for the P value of their difference.

    For two markers of the same patients ``z = (A1 - A2) / sqrt(s1² + s2² - 2 r s1 s2)``, where
    r is the correlation of the two estimated areas (Hanley and McNeil, 1983; DeLong et al.,
    1988). It is hardly ever printed. P falls as r rises.

    Parameters
    ----------
    first, second : tuple of str
        Each the printed AUC with its lower and upper confidence limit. A standard error is
        taken as ``(upper - lower) / (2 z_level)``: the intervals must be normal ones.
    p : str
        The printed two-sided P value, or the level it is below.
    level : str
        Printed confidence level of both intervals in per cent.

    Returns
    -------
    Check
        Of ``p``: ``computed`` is P at r = 0, ``lower`` is the least P at r = 1, ``upper`` the
        largest at r = -1. ``contradicted`` if no correlation gives the printed P, else
        ``compatible``; the explanation gives the r that the printed numbers need.

    Raises
    ------
    ValueError
        If ``first`` or ``second`` is not three printed numbers, with the limits in order and
        between 0 and 1 (a limit of 1 may have been cut off there), ``p`` is no P value, or
        ``level`` is not a printed percentage between 0 and 100.
    """
    number, critical = _probability(p), _critical(level)
    (a, s), (b, t) = (
        _area_and_error(name, printed, critical)
        for name, printed in (("first", first), ("second", second))
    )
    difference = Range(*(float(x) for x in (a.low - b.high, a.value - b.value, a.high - b.low)))
    near, far = _effect_sizes(difference)
    gap = max(0.0, s.low - t.high, t.low - s.high)
    z = difference.value / math.hypot(s.value, t.value), _over(far, gap), near / (s.high + t.high)
    value, low, high = (float(two_sided_p(x)) for x in z)
    where = _where(number, difference.value, s.value, t.value)
    return Check(
        "correlation of two AUCs",
        str(number),
        value,
        low,
        high,
        "contradicted" if low > number.high or high < number.low else "compatible",
        f"P = {value:z.2g} without correlation; P {number.relation} {float(number.value):g} at a "
        f"correlation of {where}",
    )


def _where(p, difference, s, t):
    """Say at which correlations two areas with these standard errors differ with a printed P."""
    if not difference:
        return "any size" if p.high >= 1 else "no size"
    z = float(ndtri(float(p.value) / 2))
    needed = (s * s + t * t - (difference / z) ** 2) / (2 * s * t) if z else -math.inf
    if abs(needed) <= 1:
        return f"{needed:z.2f}" + {"<": " or more", ">": " or less", "=": ""}[p.relation]
    return "any size" if p.relation == ("<" if needed < 0 else ">") else "no size"
