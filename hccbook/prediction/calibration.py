"""Calibration of predicted risks: Hosmer-Lemeshow test, intercept and slope, curves.

Throughout, ``y`` is 1 for a patient with the outcome and 0 for one without it, and ``risk`` is
the predicted probability of the outcome. Both classes must occur.
"""

import math

import numpy as np
from scipy.special import chdtrc, erfc, logit

from .. import _checks, accuracy
from .._newton import fit_many, recalibration
from .._ties import merge_ties


def hosmer_lemeshow(y, risk, groups=10, external=False):
    """Hosmer-Lemeshow test of the observed against the expected events in groups of risk.

    Parameters
    ----------
    y, risk : array_like, shape (n,)
        Outcome, 0 or 1, and predicted risk, from 0 to 1.
    groups : int, default 10
        Number of groups, at least 3, bounded by the quantiles of the risk.
    external : bool, default False
        Whether the model was fitted in other patients than these: the degrees of freedom are
        then ``groups``, else ``groups - 2``.

    Returns
    -------
    pandas.Series
        ``statistic`` (chi-squared), ``df``, ``p`` and ``groups``, the number of groups that
        there are.

    Notes
    -----
    The groups are those of R's ``ResourceSelection::hoslem.test``: bounds at the quantiles
    (type 7), each group with its upper bound. Bounds that coincide are one and a group without
    patients is none, so that ties leave fewer groups (where a group is empty, R's statistic is
    NaN); with fewer than 3 there is nothing to test. A group that expects no events and has one,
    or the reverse, makes the statistic infinite.

    The result depends on the number of groups, and a large P value is no sign of a good model:
    with few patients the test has little power.

    References
    ----------
    Hosmer & Lemeshow, Commun Stat Theory Methods 1980;9:1043.
    """
    import pandas as pd

    _checks.flag("external", external)
    y, risk = outcome_and_risk(y, risk)
    group = _groups(risk, _checks.whole("groups", groups, 3))
    n = np.bincount(group)
    if n.size < 3:
        raise ValueError(f"risk: expected values for at least 3 groups, got {n.size} (ties)")
    events, expected = (np.bincount(group, values) for values in (y, risk))
    squared = np.concatenate([(events - expected) ** 2] * 2)
    cells = np.concatenate([expected, np.bincount(group, 1 - risk)])
    terms = np.where(squared > 0, np.inf, 0.0)
    np.divide(squared, cells, out=terms, where=cells > 0)
    df = n.size if external else n.size - 2
    statistic = terms.sum()
    result = {"statistic": statistic, "df": df, "p": chdtrc(df, statistic), "groups": n.size}
    return pd.Series(result, dtype=float)


def calibration_measures(y, risk, level=0.95):
    """Measure calibration by expected to observed events, intercept and slope.

    Parameters
    ----------
    y, risk : array_like, shape (n,)
        Outcome, 0 or 1, and predicted risk, above 0 and below 1.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    pandas.DataFrame
        Columns ``value``, ``lower``, ``upper``, ``ideal`` (the value of a calibrated model)
        and ``p`` (two-sided, against ``ideal``). Index ``measure``:
        ``expected_observed``, the sum of the risks divided by the number of events;
        ``intercept``, calibration in the large: a of ``logit P(y = 1) = a + logit(risk)``;
        ``slope`` and ``recalibration_intercept``: b and a of
        ``logit P(y = 1) = a + b logit(risk)``.

    Notes
    -----
    Limits and P values are Wald's, for the ratio on the log scale with the variance
    ``(1 - O/n) / O`` of the logarithm of O events among n patients. If a risk separates the
    classes, the slope is infinite, without limits; with one risk for all it is undetermined,
    NaN. The intercept that belongs to it is NaN then. In the patients of the fit a logistic
    model has ratio 1, intercept 0 and slope 1 by construction.

    References
    ----------
    Cox, Biometrika 1958;45:562. Van Calster et al., J Clin Epidemiol 2016;74:167. Variance of
    the ratio: Debray et al., BMJ 2017;356:i6460.
    """
    import pandas as pd

    z = _checks.z(level)
    y, risk = outcome_and_risk(y, risk)
    if ((risk == 0) | (risk == 1)).any():
        at = int(((risk == 0) | (risk == 1)).argmax())
        raise ValueError(
            f"risk: expected numbers above 0 and below 1, got {risk[at]:g} at position {at}"
        )
    x, events = logit(risk), y.sum()
    ratio_error = ((1 - events / y.size) / events) ** 0.5
    value, error, ideal = np.transpose(
        [
            (math.log(risk.sum() / events), ratio_error, 0.0),
            (*_in_the_large(y, x), 0.0),
            *_slope(y, x),
        ]
    )
    measures = ["expected_observed", "intercept", "slope", "recalibration_intercept"]
    p = erfc(np.abs(value - ideal) / error / math.sqrt(2))
    table = np.column_stack([value, value - z * error, value + z * error, ideal, p])
    table[0, :4] = np.exp(table[0, :4])  # the ratio, whose logarithm is no measure
    columns = ["value", "lower", "upper", "ideal", "p"]
    return pd.DataFrame(table, pd.Index(measures, name="measure"), columns)


def calibration_curve(y, risk, groups=10, level=0.95, method="wilson"):
    """Observed share of events and mean risk in groups of patients with similar risk.

    Parameters
    ----------
    y, risk : array_like, shape (n,)
        Outcome, 0 or 1, and predicted risk, from 0 to 1.
    groups : int or None, default 10
        Number of groups, bounded by the quantiles of the risk as in :func:`hosmer_lemeshow`;
        ``None``: one group for each distinct risk.
    level : float, default 0.95
        Confidence level.
    method : {"wilson", "exact"}
        Limits of the observed share.

    Returns
    -------
    pandas.DataFrame
        One row a group, lowest risk first (ties may leave fewer than ``groups``): ``low``,
        ``high`` (its smallest and largest risk), ``n``, ``events``, ``expected`` (the sum of
        its risks), ``risk`` (their mean), ``rate`` (observed share), ``lower``, ``upper``.
    """
    import pandas as pd

    y, risk = outcome_and_risk(y, risk)
    table = (
        pd.DataFrame({"y": y, "risk": risk})
        .groupby(_groups(risk, groups))
        .agg(
            low=("risk", "min"),
            high=("risk", "max"),
            n=("y", "size"),
            events=("y", "sum"),
            expected=("risk", "sum"),
        )
    )
    table["events"] = table["events"].astype(int)
    limits = [
        accuracy.proportion(int(a), int(b), level, method)
        for a, b in zip(table["events"], table["n"], strict=True)
    ]
    return table.assign(
        risk=table["expected"] / table["n"],
        rate=table["events"] / table["n"],
        lower=[limit.lower for limit in limits],
        upper=[limit.upper for limit in limits],
    )


def smooth_calibration(y, risk, frac=2 / 3):
    """Smooth calibration curve: lowess of the outcome on the risk.

    Parameters
    ----------
    y, risk : array_like, shape (n,)
        Outcome, 0 or 1, and predicted risk, from 0 to 1.
    frac : float, default 2/3
        Share of the patients in each local regression, above 0, at most 1.

    Returns
    -------
    pandas.DataFrame
        One row for each distinct risk, ascending: ``risk``, ``n`` (patients) and ``rate``, the
        smoothed share of events. A local line may leave the range from 0 to 1 at the ends.

    Notes
    -----
    Local lines with tricube weights, fitted at points at least 1 % of the range apart and joined
    by straight lines: R's ``lowess(risk, y, iter = 0)``, which ``rms::val.prob`` draws.
    statsmodels' ``lowess`` differs by some 1e-8, and where more than ``frac`` of the patients
    have the same risk its curve there is wrong; here, as in R, it is their share of events.

    References
    ----------
    Cleveland, J Am Stat Assoc 1979;74:829.
    """
    import pandas as pd

    _checks.real("frac", frac)
    if not 0 < frac <= 1:
        raise ValueError(f"frac: expected a number above 0, at most 1, got {frac!r}")
    y, risk = outcome_and_risk(y, risk)
    order = np.argsort(risk)
    values, n = np.unique(risk, return_counts=True)
    rate = _lowess(risk[order], y[order], frac)
    return pd.DataFrame({"risk": values, "n": n, "rate": rate[np.cumsum(n) - 1]})


def outcome_and_risk(y, risk):
    """Check the pair of arrays that all functions take."""
    y, risk = _checks.together(binary=("y",), y=y, risk=risk)
    if (wrong := (risk < 0) | (risk > 1)).any():
        at = int(wrong.argmax())
        raise ValueError(f"risk: expected numbers from 0 to 1, got {risk[at]:g} at position {at}")
    _checks.both("y", y)
    return y, merge_ties(risk)


def _groups(risk, groups):
    """Return the group of each patient, 0, 1, … without gaps, bounded by quantiles."""
    if groups is None:
        return np.unique(risk, return_inverse=True)[1]
    groups = _checks.whole("groups", groups, 1)
    # R's seq() and quantile() (type 7) operation by operation: one ulp moves tied patients.
    ordered = np.sort(risk)
    index = 1 + (risk.size - 1) * np.minimum(np.arange(groups + 1) * (1 / groups), 1)
    low, high = (ordered[f(index).astype(int) - 1] for f in (np.floor, np.ceil))
    part = index - np.floor(index)
    bounds = np.unique(np.where(low == high, low, (1 - part) * low + part * high))
    return np.unique(np.searchsorted(bounds[1:-1], risk), return_inverse=True)[1]


def _in_the_large(y, x):
    """Intercept of a logistic model with the offset x, and its standard error."""
    middle = float(np.median(x))  # where the information is large enough to begin
    design, ones = np.column_stack([np.ones_like(x), x - middle]), np.ones((1, y.size))
    fit = fit_many(design, y, ones, np.array([[True, False]]), np.array([[0.0, 1.0]]))
    return fit.coefficients[0, 0] - middle, fit.information[0, 0, 0] ** -0.5


def _slope(y, x):
    """Slope and intercept of a logistic model on x: value, standard error and ideal of each."""
    value, covariance = np.full(2, math.nan), np.full((2, 2), math.nan)
    if x.min() < x.max():
        (value,), (covariance,) = recalibration(x[None], y)
        if np.isnan(value[0]):  # the classes are separated
            value[0] = math.copysign(math.inf, x[y == 1].mean() - x[y == 0].mean())
    return np.column_stack([value, np.diag(covariance) ** 0.5, [1.0, 0.0]])


def _lowess(x, y, frac):
    """Cleveland's lowess at sorted x without robustness iterations, as R's C code does it."""
    n, spread = x.size, x[-1] - x[0]
    window = max(2, min(n, int(frac * n + 1e-7)))
    at, fitted, i = [], [], 0
    while True:
        # The window moves right as long as its left end is farther away than the next point. It
        # never parts equal points: on the left they have weight 0, on the right all are near.
        first = int(np.argmin(np.append(x[i] - x[: n - window] > x[window:] - x[i], False)))
        distance = np.abs(x[first:] - x[i])
        radius = max(distance[0], distance[window - 1])
        near = distance <= 0.999 * radius
        ratio = distance[near] / (radius or 1)
        weight = 1 - ratio * ratio * ratio  # products: a power takes many times longer
        weight *= weight * weight
        weight[distance[near] <= 0.001 * radius] = 1
        weight /= weight.sum()
        here, values = x[first:][near], y[first:][near]
        centre = (weight * here).sum()  # not @, whose threads cost more than they save here
        variance = (weight * (here - centre) ** 2).sum()
        if radius and math.sqrt(variance) > 0.001 * spread:
            weight = weight * (1 + (x[i] - centre) / variance * (here - centre))
        at.append(x[i])
        fitted.append((weight * values).sum())
        last = int(np.searchsorted(x, x[i], side="right")) - 1
        if last == n - 1:
            return np.interp(x, at, fitted)
        i = max(last + 1, int(np.searchsorted(x, x[i] + 0.01 * spread, side="right")) - 1)
