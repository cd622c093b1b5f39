"""Calibration of predicted risks: Hosmer-Lemeshow test, intercept and slope, curves.

Throughout, ``y`` is 1 for a patient with the outcome and 0 for one without it, and ``risk`` is
the predicted probability of the outcome. Both classes must occur.
"""

import math

import numpy as np
from scipy.special import chdtrc, erfc, logit

from .. import _checks
from .._newton import fit_many
from .._ties import merge_ties
from ..estimate import Z95

_SHARE = 2 / 3  # of the patients in each local regression of lowess
_STEP = 0.01  # of the range, between two local regressions


def hosmer_lemeshow(y, risk, groups=10, external=False):
    """Hosmer-Lemeshow test of the observed against the expected events in groups of risk.

    Parameters
    ----------
    y, risk : array_like, shape (n,)
        Outcome, 0 or 1, and predicted risk, from 0 to 1.
    groups : int, default 10
        Number of groups, at least 3, bounded by the quantiles of the risk.
    external : bool, default False
        Whether the model was fitted in other patients: ``df`` is then ``groups``, or 2 less.

    Returns
    -------
    pandas.Series
        ``statistic`` (chi-squared), ``df``, ``p`` and ``groups``, the number that there are.

    Notes
    -----
    The groups are those of R's ``ResourceSelection::hoslem.test``: bounds at the quantiles
    (type 7), each group with its upper bound. Bounds that coincide are one and a group without
    patients is none, so that ties leave fewer groups; with fewer than 3 there is nothing to test.
    A group that expects no events and has one, or the reverse, makes the statistic infinite.

    The result depends on the number of groups, and a large P value is no sign of a good model:
    with few patients the test has little power.

    Hosmer & Lemeshow, Commun Stat Theory Methods 1980;9:1043.
    """
    import pandas as pd

    _checks.flag("external", external)
    y, risk = outcome_and_risk(y, risk)
    group = _groups(risk, _checks.whole("groups", groups, 3))
    if (count := group.max() + 1) < 3:
        raise ValueError(f"risk: expected values for at least 3 groups, got {count} (ties)")
    excess = np.bincount(group, y - risk)
    cells = np.array([np.bincount(group, risk), np.bincount(group, 1 - risk)])
    terms = np.where(excess != 0, np.inf, 0.0) + np.zeros_like(cells)
    np.divide(excess**2, cells, out=terms, where=cells > 0)
    statistic, df = terms.sum(), count if external else count - 2
    result = {"statistic": statistic, "df": df, "p": chdtrc(df, statistic), "groups": count}
    return pd.Series(result, dtype=float)


def calibration_measures(y, risk):
    """Measure calibration by intercept and slope.

    Parameters
    ----------
    y, risk
        As in :func:`hosmer_lemeshow`; no risk is 0 or 1.

    Returns
    -------
    pandas.DataFrame
        Columns ``value``, ``lower``, ``upper`` (95 % limits) and ``p`` (two-sided, against 1 for
        the slope, else 0). Index ``measure``: ``intercept``, calibration in the large, a of
        ``logit P(y = 1) = a + logit(risk)``; ``slope`` and ``recalibration_intercept``, b and a
        of ``logit P(y = 1) = a + b logit(risk)``.

    Notes
    -----
    Limits and P values are Wald's. If the risk separates the classes, the slope is infinite,
    without limits; with one risk for all it is NaN. In the patients of its fit a logistic model
    has intercept 0 and slope 1 by construction.

    Cox, Biometrika 1958;45:562. Van Calster et al., J Clin Epidemiol 2016;74:167.
    """
    import pandas as pd

    y, risk = outcome_and_risk(y, risk, certain=False)
    x, ideal = logit(risk), np.array([0.0, 1.0, 0.0])
    value, error = np.full((2, 3), np.nan)
    design = np.column_stack([np.ones_like(x), x])
    # It begins where the information is large enough.
    start, keep = np.array([[-np.median(x), 1.0]]), np.array([[True, False]])
    fit = fit_many(design, y, keep=keep, start=start)
    value[0], error[0] = fit.coefficients[0, 0], fit.information[0, 0, 0] ** -0.5
    if np.ptp(x) > 0:
        fit = fit_many(design, y)
        if fit.finite[0]:
            value[[2, 1]] = fit.coefficients[0]
            error[[2, 1]] = np.sqrt(np.diag(np.linalg.inv(fit.information[0])))
        else:  # the classes are separated
            value[1] = math.copysign(math.inf, x[y == 1].mean() - x[y == 0].mean())
    p, half = erfc(np.abs(value - ideal) / error / math.sqrt(2)), Z95 * error
    columns = {"value": value, "lower": value - half, "upper": value + half, "p": p}
    measures = ["intercept", "slope", "recalibration_intercept"]
    return pd.DataFrame(columns, pd.Index(measures, name="measure"))


def calibration_curve(y, risk, groups=10):
    """Observed share of events and mean risk in groups of patients with similar risk.

    Parameters
    ----------
    y, risk, groups
        As in :func:`hosmer_lemeshow`; ``groups`` at least 1.

    Returns
    -------
    pandas.DataFrame
        One row a group, lowest risk first (ties may leave fewer than ``groups``): ``n``,
        ``events``, ``risk`` (mean), ``rate`` (observed share), ``lower`` and ``upper`` (its
        Wilson limits, 95 %).
    """
    import pandas as pd
    from statsmodels.stats.proportion import proportion_confint

    y, risk = outcome_and_risk(y, risk)
    group = _groups(risk, _checks.whole("groups", groups, 1))
    n, events = np.bincount(group), np.bincount(group, y).astype(int)
    lower, upper = proportion_confint(events, n, method="wilson")
    columns = {"n": n, "events": events, "risk": np.bincount(group, risk) / n, "rate": events / n}
    return pd.DataFrame(columns | {"lower": lower, "upper": upper})


def smooth_calibration(y, risk):
    """Smooth calibration curve: lowess of the outcome on the risk.

    Parameters
    ----------
    y, risk
        As in :func:`hosmer_lemeshow`.

    Returns
    -------
    pandas.DataFrame
        One row for each distinct risk, ascending: ``risk``, ``n`` (patients) and ``rate``, the
        smoothed share of events. A local line may leave the range from 0 to 1 at the ends.

    Notes
    -----
    R's ``lowess(risk, y, iter = 0)``: local lines of two thirds of the patients with tricube
    weights, at points at least 1 % of the range apart. Where more than two thirds have the same
    risk the curve is their share of events, as in R; that of statsmodels' ``lowess`` is wrong.

    Cleveland, J Am Stat Assoc 1979;74:829.
    """
    import pandas as pd

    y, risk = outcome_and_risk(y, risk)
    values, n = np.unique(risk, return_counts=True)
    at = [values[0]]
    while at[-1] < values[-1]:
        # The farthest risk within a step, or the next one.
        within = np.searchsorted(values, at[-1] + _STEP * np.ptp(values), side="right") - 1
        at.append(values[max(within, np.searchsorted(values, at[-1]) + 1)])
    rate = np.interp(values, at, [_local_line(risk, y, x) for x in at])
    return pd.DataFrame({"risk": values, "n": n, "rate": rate})


def outcome_and_risk(y, risk, certain=True):
    """Check the pair of arrays that all functions take; ``certain`` risks are 0 and 1."""
    y, risk = _checks.together(binary=("y",), y=y, risk=risk)
    wrong = (risk < 0) | (risk > 1) if certain else (risk <= 0) | (risk >= 1)
    if wrong[at := int(wrong.argmax())]:
        expected = "from 0 to 1" if certain else "above 0 and below 1"
        raise ValueError(f"risk: expected numbers {expected}, got {risk[at]:g} at position {at}")
    _checks.both("y", y)
    return y, merge_ties(risk)


def _groups(risk, groups):
    """Return the group of each patient, 0, 1, … without gaps, bounded by quantiles."""
    # A bound is the risk that it is tied with: one ulp would move tied patients.
    bounds = np.quantile(risk, np.arange(groups + 1) / groups)
    both = merge_ties(np.concatenate([risk, bounds]))
    risk, bounds = both[: risk.size], np.unique(both[risk.size :])
    return np.unique(np.searchsorted(bounds[1:-1], risk), return_inverse=True)[1]


def _local_line(x, y, at):
    """Return the height of a local line at a point, as R's C code for lowess computes it."""
    distance = np.abs(x - at)
    last = max(2, int(_SHARE * x.size + 1e-7)) - 1
    radius = np.partition(distance, last)[last]
    near = distance <= 0.999 * radius
    x, y, distance, spread = x[near], y[near], distance[near], np.ptp(x)
    weight = np.where(distance <= 0.001 * radius, 1.0, (1 - (distance / (radius or 1.0)) ** 3) ** 3)
    weight /= weight.sum()
    centre = (weight * x).sum()
    variance = (weight * (x - centre) ** 2).sum()
    if radius and math.sqrt(variance) > 0.001 * spread:
        weight = weight * (1 + (at - centre) / variance * (x - centre))
    return (weight * y).sum()
