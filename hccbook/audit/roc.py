"""What an operating point, an interval or a P value says about AUCs and Brier scores."""

import math
from fractions import Fraction

import numpy as np
from scipy.special import expit, logit, ndtri

from .. import _checks
from ..estimate import Z95, Estimate
from .arguments import (
    area,
    cells,
    classes,
    judged,
    ordered,
    probability,
    with_limits,
)
from .check import Check, Range, bounded
from .further import as_frame
from .ratios import wald_p


def auc_bounds(tp, fp, fn, tn, auc):
    """Bound the AUC of a continuous marker by one point of its ROC curve, a 2×2 table.

    ``"any curve"``: a non-decreasing curve through the point has an area between ``sensitivity *
    specificity`` and ``1 - (1 - sensitivity) (1 - specificity)``. ``"best cut-off"``: if moreover
    no other cut-off has a larger Youden index J, the area is at most ``1 - (1 - J)**2 / 2``.
    ``"concave curve"``: if the curve is concave (risk rises with the marker throughout) the area
    is at least that of the marker cut in two, ``(sensitivity + specificity) / 2``.
    """
    tp, fp, fn, tn = classes(tp, fp, fn, tn)
    sensitivity, specificity = tp / (tp + fn), tn / (tn + fp)
    lowest, widest = sensitivity * specificity, 1 - (1 - sensitivity) * (1 - specificity)
    best = min(widest, 1 - (2 - sensitivity - specificity) ** 2 / 2)
    number, checks = judged(area, "auc", auc), {}
    for name, low, high in (
        ("any curve", lowest, widest),
        ("best cut-off", lowest, best),
        ("concave curve", (sensitivity + specificity) / 2, best),
    ):
        found, verdict = (low, math.nan, high), bounded(number, low, high)  # no best guess
        why = f"{name}: from {low:z.4f} to {high:z.4f}"
        checks[name] = Check.of("AUC from one operating point", number, found, why, verdict)
    return checks


def within_group_concordance(tp, fp, fn, tn, auc):
    """Return how well a marker sorts patients inside the two groups of its own cut-off.

    The AUC counts pairs of one patient with and one without the outcome. Pairs on two
    sides of the cut-off are settled by the 2×2 table; what is left of the printed AUC
    comes from pairs on one side. A concordance of 0.5 there means that the marker adds
    nothing to its own dichotomy, so no dose-response inside the groups. ``computed`` is the
    concordance that the printed AUC needs; ``contradicted`` if it would lie outside 0 to 1.
    """
    tp, fp, fn, tn = classes(tp, fp, fn, tn)
    number = judged(area, "auc", auc)
    pairs, inside, settled = (tp + fn) * (fp + tn), tp * fp + fn * tn, tp * tn
    if not inside:
        raise ValueError("tp, fp, fn, tn: expected pairs inside a group, got none")
    found = Range.of(lambda x: float((x * pairs - settled) / inside), number)
    share = f"{100 * found.value:z.0f} % of them concordant"
    why = f"{inside} of {pairs} pairs lie inside a group; {share}"
    verdict = "compatible" if found.high >= 0 and found.low <= 1 else "contradicted"
    return Check.of("concordance within the groups", number, found, why, verdict)


def auc_interval(auc, positives, negatives):
    """Return the 95 % interval of an AUC by the formula of Hanley and McNeil (1982).

    The formula assumes exponential marker values. ``positives`` and ``negatives`` are patients
    with and without the outcome; limits are clipped to 0 and 1.
    """
    positives, negatives = _sizes(positives, negatives)
    a = float(area("auc", auc))
    q1, q2 = a / (2 - a), 2 * a * a / (1 + a)
    variance = a * (1 - a) + (positives - 1) * (q1 - a * a) + (negatives - 1) * (q2 - a * a)
    half = Z95 * math.sqrt(variance / (positives * negatives))
    return Estimate(a, max(0.0, a - half), min(1.0, a + half), n=positives + negatives)


def _sizes(positives, negatives):
    return _checks.whole("positives", positives, 1), _checks.whole("negatives", negatives, 1)


def auc_interval_readings(auc, lower, upper):
    """Ask on which scale the printed confidence limits of an AUC are symmetric.

    The frame has a row for each ``reading``: ``centre`` (of the printed limits), ``lower`` and
    ``upper`` (all centres of limits that print so), ``verdict`` for the printed AUC, ``why``.
    ``"normal"``: half way, as by DeLong et al. (1988) or Hanley and McNeil (1982); a limit that may
    be 0 or 1 may be cut off there. ``"logit"``: half way between the log odds (Pepe, 2003).
    ``"bootstrap or other"``: an interval that need not be centred, such as that of bootstrap
    percentiles, but holds the AUC.
    """
    number, (low, high) = judged(area, "auc", auc), ordered(lower, upper, area)
    plain = Range.of(lambda a, b: (a + b) / 2, low, high)
    if low.low <= 0:  # cut off, and so in truth farther out
        plain = plain._replace(low=0)
    if high.high >= 1:
        plain = plain._replace(high=1)
    readings = {
        "normal": (plain, "half way between the limits"),
        "logit": (Range.of(_logit_centre, low, high), "half way between their log odds"),
    }
    checks = {name: Check.of(name, number, *reading) for name, reading in readings.items()}
    why, other = "need not be centred", (low.low, math.nan, high.high)
    inside = bounded(number, low.low, high.high)
    if inside == "compatible" and {check.verdict for check in checks.values()} == {"contradicted"}:
        why += "; the only reading left"
    checks["bootstrap or other"] = Check.of("any", number, other, why, inside)
    return as_frame(checks, "centre")


def resampled_beyond(auc, limit, positives, negatives):
    """Bound the share of bootstrap resamples with an AUC as far off as a printed limit.

    A percentile interval of 95 % needs a share of 2.5 %. Let k be the smaller class. The AUC of a
    resample is an average of means of k independent pairs (Hoeffding, 1963), each from 0 to 1 with
    the mean A, the AUC. So no convex function of it has a larger mean than that of a binomial share
    of k with mean A; here a hinge, ``max(0, c - x) / (c - limit)``, with the best c. Classes are
    resampled each for itself or together: the larger bound, and that of all rounding.

    Examples
    --------
    >>> f"{resampled_beyond('0.852', '0.648', 31, 76):.4f}"
    '0.0072'
    """
    from scipy.stats import binom

    number, end = area("auc", auc), area("limit", limit)
    positives, negatives = _sizes(positives, negatives)
    sides = (number.low, end.high), (1 - number.high, 1 - end.low)
    mean, far = (max(0.0, float(x)) for x in sides[end.value > number.value])
    n = positives + negatives

    def share(k):
        x = np.arange(k + 1) / max(k, 1)
        hinges = np.maximum(x[x > far][:, None] - x, 0) / (x[x > far][:, None] - far)
        return min((hinges @ binom.pmf(np.arange(k + 1), k, mean)).min(initial=1.0), 1.0)

    together = binom.pmf(np.arange(n + 1), n, positives / n)
    shares = [share(min(m, n - m)) for m in range(n + 1)]
    return float(max(shares[positives], together @ shares)) if far < mean else 1.0


def _logit_centre(lower, upper):
    """Return the point half way between two log odds, of which one or both may be infinite."""
    a, b = (float(logit(min(1.0, max(0.0, float(x))))) for x in (lower, upper))
    return float(expit((a + b) / 2 if a != -b else 0.0))


def _area_and_error(name, printed):
    """Return an AUC, and the standard error of its normal interval, each as a range."""
    auc, lower, upper = with_limits(name, printed)
    number = area(name, auc)
    low, high = ordered(lower, upper, lambda _, value: area(name, value), name=name)
    if low.low <= 0 or high.high >= 1:
        raise ValueError(f"{name}: expected limits not cut off at 0 or 1, got {lower} and {upper}")
    quantile = Z95
    return number, Range.of(lambda a, b: float(max(0, b - a)) / (2 * quantile), low, high)


def auc_correlation(first, second, p):
    """Ask how correlated two AUCs must be for the P value of their difference.

    For two markers of the same patients ``z = (A1 - A2) / sqrt(s1² + s2² - 2 r s1 s2)``, where
    r is the correlation of the two estimated areas (Hanley and McNeil, 1983; DeLong et al.,
    1988). It is hardly ever printed. P falls as r rises: ``computed`` is P at r = 0, ``lower`` the
    least P at r = 1, ``upper`` the largest at r = -1. ``contradicted`` if no correlation gives the
    printed P, else ``compatible``; the explanation gives the r that the printed numbers need.

    ``first`` and ``second`` are each the printed AUC with its lower and upper 95 % limit. A
    standard error is taken as ``(upper - lower) / (2 * 1.96)``: the intervals must be normal ones,
    and a limit of 0 or 1 may have been cut off there.
    """
    number = probability("p", p)
    (a, s), (b, t) = _area_and_error("first", first), _area_and_error("second", second)
    difference = Range.of(lambda x, y: float(x - y), a, b)
    gap = max(0.0, s.low - t.high, t.low - s.high)
    found = wald_p(difference, Range(gap, math.hypot(s.value, t.value), s.high + t.high))
    where = _where(number, difference.value, s.value, t.value)
    needed = f"P {number.relation} {float(number.value):g} at a correlation of {where}"
    why = f"P = {found.value:z.2g} without correlation; {needed}"
    verdict = bounded(number, found.low, found.high)
    return Check.of("correlation of two AUCs", number, found, why, verdict)


def _where(p, difference, s, t):
    """Say at which correlations two areas with these standard errors differ with a printed P."""
    if not difference:
        return "any size" if p.high >= 1 else "no size"
    z = float(ndtri(float(p.value) / 2))
    needed = (s * s + t * t - (difference / z) ** 2) / (2 * s * t) if z else -math.inf
    if abs(needed) <= 1:
        return f"{needed:z.2f}" + {"<": " or more", ">": " or less", "=": ""}[p.relation]
    return "any size" if p.relation == ("<" if needed < 0 else ">") else "no size"


def _pooled(events, others):
    """Return the least squared error of so many events predicted no higher than so many others."""
    # Some number c lies between the two predictions, so that the error is at least
    # events (1 - c)² + others c², which is least at c = events / (events + others).
    return events * others / (events + others) if events + others else 0


def brier_bounds(brier, positives, negatives, auc=None, table=None):
    r"""Bound a Brier score by what else is printed about the same predictions.

    The score is the mean squared difference of a prediction and an outcome of 0 or 1 (Brier,
    1950). A low one needs predictions that sort the patients well, so that a printed AUC, or a
    printed 2×2 table of the same predictions, sets a floor.

    Parameters
    ----------
    brier : str
    positives, negatives : int
        Patients with and without the outcome.
    auc : str, optional
        The printed AUC of the same predictions in the same patients.
    table : mapping, optional
        Counts ``tp, fp, fn, tn`` at any cut-off of the same predictions, or of a score that rises
        with them; a row of :func:`tables` will do. May leave out m of the n patients.

    Returns
    -------
    dict of str to Check
        ``"area"``: ``computed`` is the least Brier score at the printed AUC, ``lower`` the least
        at any AUC that prints so; ``contradicted`` if the printed one is below. ``"2×2 table"``:
        the same, of the patients of the table; for all n, in the explanation, it is ``(n - m) / n``
        times that. ``"no information"``: ``computed`` is the score ``π (1 - π)`` of one
        prediction for all, their share ``π`` of positives. A larger score is possible, if worse
        than no model: always ``compatible``, and the explanation says which it is.

    Notes
    -----
    *2×2 table.* FN events are predicted below the cut-off c and FP others at or above it.
    Their squared error alone is at least ``FN (1 - c)² + FP c²``, hence at least
    ``FN·FP / (FN + FP)``.

    *Area.* A pair of an event and a non-event is discordant if the event is predicted lower;
    a tie is half of such a pair. Let M be the larger and m the smaller class. The
    ``D = (1 - AUC)·m·M`` discordant pairs cost a squared error of at least

    .. math:: \frac{k M}{k + M}, \quad k = \frac{D}{M} = (1 - \mathrm{AUC})\,m,

    as if k patients of the smaller class were sorted beyond all of the larger one. It is
    reached, up to arbitrarily small differences of predictions, where k is a whole number.
    Proof:

    1. For a given order the squared error is least for isotonic regression: blocks of
       neighbours, each predicted by its own share q of events, falling from block to block
       (Barlow et al., 1972). A block of a events and b others costs ``ab / (a + b)``, and
       D is at most the sum of ``b a'`` over each block's b and the a' of its own or of a
       lower block. Counts need not be whole numbers from here on.
    2. Take two neighbours, ``q1 > q2`` of u and w patients, with y events in the upper and v
       others in the lower one, and exchange patients so that ``y v``, and with it this sum, stays
       the same. While y rises, the cost rises exactly while ``Q = q1 + q2 - 2ρ > 0``,
       ``ρ = y / (y + v)``. Where Q = 0, with ``δ = q1 - ρ > 0``, Q changes in proportion to
       ``-δ/u - δ/w - 4ρ(1 - ρ)/(y + v) < 0``. So the cost is no more at one of the ends, where
       one block is left with one class only and costs nothing, or the blocks have one q: joined,
       they cost the same, and the sum is no smaller.
    3. By repetition one block of both classes is left, ``D <= ab``. With a and b no larger
       than M, ``(M - a)(M - b) >= 0``, so that ``ab / (a + b) >= ab M / (M² + ab)``, which
       rises with ``ab``.

    Examples
    --------
    >>> brier_bounds("0.10", 30, 70, auc="0.50")["area"].verdict
    'contradicted'
    """
    number, checks = judged(area, "brier", brier), {}
    positives, negatives = _sizes(positives, negatives)
    n = positives + negatives

    def floor(name, least, computed, why):
        verdict = bounded(number, least, 1)
        found = least, computed, 1
        checks[name] = Check.of("bounds on the Brier score", number, found, why, verdict)

    if auc is not None:
        printed, (small, large) = area("auc", auc), sorted((positives, negatives))
        computed, least = (
            _pooled((1 - x) * small, large) / n for x in (printed.value, min(1, printed.high))
        )
        why = f"an AUC of {auc} in {positives} and {negatives} patients costs at least "
        why += f"{float(computed):z.5f} ({float(least):z.5f} with rounding)"
        floor("area", least, computed, why)
    if table is not None:
        table = cells(table)
        fn, fp, size = table["fn"], table["fp"], sum(table.values())
        if not 0 < size <= n:
            raise ValueError(f"table: expected 1 to {n} patients, got {size}")
        error = _pooled(Fraction(fn), fp)
        why = f"{fn} false negatives and {fp} false positives among {size} cost at least "
        why += f"{float(error / size):z.5f} ({float(error / n):z.5f} among all {n})"
        floor("2×2 table", error / size, error / size, why)
    blind = Fraction(positives * negatives, n**2)
    side = "worse than" if number.low > blind else "better than" if number.high < blind else "like"
    why = f"one prediction for all, {positives / n:z.3f}, scores {float(blind):z.5f}: "
    floor("no information", 0, blind, f"{why}{brier} is {side} that")
    return checks
