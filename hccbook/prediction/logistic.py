"""Logistic models of a few predictors: estimates, limits, Firth's correction, separation."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import erfc, expit

from .. import _checks
from .._newton import fit_many, independent

_CONVERGED = 1e-10  # of the distance from an estimate to its limit, relative
_MOST_STEPS = 100
_SEPARATED = 1e-6  # the solver of linear programmes is exact to 1e-7


@dataclass(frozen=True, eq=False)
class LogisticModel:
    """A logistic model, made by :func:`logistic` or :func:`backward`.

    ``table`` has the rows ``intercept`` and the predictors, and the columns ``coefficient`` (log
    odds ratio for one unit of the predictor), ``se``, ``lower``, ``upper`` (limits of the
    coefficient), ``p`` (of the test that belongs to the limits), ``odds_ratio``,
    ``odds_ratio_lower`` and ``odds_ratio_upper``. ``covariance`` is that of the coefficients, the
    inverse of the information; ``log_likelihood`` has Firth's penalty, if it was used; ``n`` and
    ``events`` count the patients and those with the outcome.
    """

    table: object
    covariance: object
    log_likelihood: float
    n: int
    events: int

    def predict(self, x):
        """Return the risks of patients, from the columns of the model."""
        beta = self.table["coefficient"]
        x, _ = predictors(x, list(beta.index[1:]))
        return expit(beta.iloc[0] + x @ beta.to_numpy()[1:])


def logistic(x, y, level=0.95, limits="profile", penalty="none"):
    """Fit a logistic model, with limits that hold in small samples.

    Parameters
    ----------
    x : pandas.DataFrame or array_like of float, shape (n, q)
        Predictors, in any units; a frame gives them their names, else they are ``x1``, ``x2``, …
        A variable with k levels is k - 1 columns of 0 and 1.
    y : array_like of {0, 1} or bool, shape (n,)
        Outcome.
    level : float, default 0.95
        Confidence level.
    limits : {"profile", "wald"}
        ``"profile"``: the coefficients at which the likelihood, maximised over all others, is
        as low as the level allows; P is that of the likelihood-ratio test. ``"wald"``:
        coefficient ± z·SE, and P of coefficient / SE.
    penalty : {"none", "firth"}
        ``"firth"``: Firth's correction, which takes away most of the bias of small samples, and
        has finite coefficients where the classes are separated.

    Returns
    -------
    LogisticModel

    Raises
    ------
    ValueError
        If a column is constant or a combination of others; if the classes are separated and
        there is no penalty; if the penalised profile has no clear limits.

    Notes
    -----
    Profile limits are exact to some 10 digits. R's ``confint`` interpolates between some ten
    points of the profile and is off by up to 0.001 standard errors or so.

    Firth's profile and tests keep the penalty of the whole model, as R's logistf does; standard
    errors come from the information without it. Prefer profile limits: where the classes are
    separated the likelihood is far from symmetric. Predicted risks are drawn towards 1/2, and
    their mean is not the share of events.

    Separated: a combination of the predictors is at least as large in every patient with the
    outcome as in any without it (*complete* if it is larger, else *quasi-complete*). The
    likelihood then grows forever, and programs report huge coefficients with huge standard
    errors, or stop anywhere.

    References
    ----------
    Venables & Ripley, Modern Applied Statistics with S, 4th ed. (2002), section 8.4. Firth,
    Biometrika 1993;80:27. Heinze & Schemper, Stat Med 2002;21:2409. Albert & Anderson,
    Biometrika 1984;71:1. Konis, Linear programming algorithms for detecting separated data,
    thesis, Oxford (2007).

    Examples
    --------
    >>> model = logistic([[1], [2], [3], [4], [5], [6]], [0, 0, 1, 0, 1, 1])
    >>> model.table.loc["x1", ["coefficient", "lower", "upper", "p"]].round(3).to_list()
    [1.214, -0.066, 4.159, 0.067]
    """
    _checks.one_of("limits", limits, ("profile", "wald"))
    _checks.one_of("penalty", penalty, ("none", "firth"))
    _checks.level(level)
    x, names, y = predictors_and_outcome(x, y)
    return fitted_model(x, names, y, level, limits, penalty)


def fitted_model(x, names, y, level, limits, penalty="none"):
    """Fit a model on checked arrays, and put it into words."""
    import pandas as pd

    z = _checks.z(level)
    mean, size, design = standardised(x, names)
    weight, keep = np.ones((1, y.size)), np.ones((1, size.size), dtype=bool)
    best = fit_many(design, y, weight, keep, firth=penalty == "firth")
    if not best.finite[0]:
        raise ValueError(why_infinite(design, y, names))
    beta, information = best.coefficients[0], best.information[0]
    # From the coefficients of the standardised columns to those of the predictors.
    back = np.diag(1 / size)
    back[0, 1:] = -mean[1:] / size[1:]
    covariance = back @ np.linalg.inv(information) @ back.T
    value, se = back @ beta, np.sqrt(np.diag(covariance))
    if limits == "wald":
        lower, upper, p = value - z * se, value + z * se, erfc(np.abs(value) / se / math.sqrt(2))
    else:
        lower, upper, p = _profile(design, y, best, back, se, z, penalty == "firth")
    table = pd.DataFrame(
        {"coefficient": value, "se": se, "lower": lower, "upper": upper, "p": p},
        pd.Index(["intercept", *names], name="variable"),
    )
    with np.errstate(over="ignore"):  # infinite, beyond 1e308
        for ratio, of in (("", "coefficient"), ("_lower", "lower"), ("_upper", "upper")):
            table[f"odds_ratio{ratio}"] = np.exp(table[of])
    # The determinant in the units of the predictors.
    units = np.log(size).sum() if penalty == "firth" else 0.0
    return LogisticModel(
        table,
        pd.DataFrame(covariance, table.index, table.index),
        float(best.log_likelihood[0] + units),
        y.size,
        int(y.sum()),
    )


def standardised(x, names):
    """Return means and SDs of the columns, and the design with the intercept; refuse dependence."""
    for name, column in zip(names, x.T, strict=True):
        if column.min() == column.max():
            raise ValueError(f"x[{name!r}]: expected a column that varies, got only {column[0]:g}")
    if not independent(x, np.ones((1, len(x))))[0]:
        raise ValueError(
            f"x: expected columns of which none is a combination of others, got {', '.join(names)} "
            f"in {len(x)} patients"
        )
    mean = x.mean(axis=0)
    size = np.sqrt(np.mean((x - mean) ** 2, axis=0))
    design = np.column_stack([np.ones(len(x)), (x - mean) / size])
    return np.append(0.0, mean), np.append(1.0, size), design


def _profile(design, y, best, back, se, z, firth):
    """Profile-likelihood limits of each coefficient, and P of its likelihood-ratio test."""
    # The intercept, where the predictors are 0, is a sum of the coefficients of the design. Its
    # design is turned, so that the sum (over its length) is the first of the coefficients.
    #
    # Newton's method for where the deviance of the profile reaches z². Without a penalty it is
    # convex: from outside the step comes nearer, from inside it goes outside. With Firth's it
    # need not be, and a step that leaves the bracket is replaced by half of it. (firthmodels
    # 0.8.2 keeps no bracket: with few patients its lower limit can come back as the upper one.)
    top, columns = best.log_likelihood[0], len(back)
    length = np.linalg.norm(back, axis=1)
    turn = np.tile(np.eye(columns), (columns, 1, 1))
    turn[0] = np.linalg.qr(np.column_stack([back[0], turn[0][:, 1:]]))[0]
    turn[0] *= np.sign(turn[0][:, 0] @ back[0])
    design, start = design @ turn, best.coefficients[0] @ turn
    at, side = np.repeat(np.arange(columns), 2), np.tile([-1.0, 1.0], columns)
    others = np.arange(columns) != at[:, None]
    weight = np.ones((at.size, y.size))
    beta, now, model = start[at, at], start[at], np.arange(at.size)
    distance = z * (se / length)[at]
    low, high = np.zeros(at.size), np.full(at.size, np.inf)
    for _ in range(_MOST_STEPS):
        now[model, at] = beta + side * distance
        fits = fit_many(design[at], y, weight, others, now, firth)
        now = fits.coefficients
        excess = 2 * (top - fits.log_likelihood) - z**2
        slope = -2 * fits.score[model, at] * side
        low, high = np.where(excess < 0, distance, low), np.where(excess < 0, high, distance)
        target = distance - excess / np.where(slope == 0, np.nan, slope)
        halfway = np.where(np.isinf(high), 3 * distance, (low + high) / 2)
        inside = (low <= target) & (target <= np.minimum(high, 3 * distance))
        target = np.where(inside, target, halfway)
        done = np.abs(target - distance) <= _CONVERGED * distance
        distance = target
        if done.all() and fits.finite.all():
            break
    else:
        raise ValueError(
            "limits: expected a profile likelihood with one maximum, got one on which Newton's "
            "method finds no limits (limits='wald' needs none)"
        )
    limits = (beta + side * distance) * length[at]
    without = ~np.eye(columns, dtype=bool)
    null = fit_many(design, y, weight[:columns], without, np.where(without, start, 0.0), firth)
    statistic = np.maximum(2 * (top - null.log_likelihood), 0.0)
    return limits[::2], limits[1::2], erfc(np.sqrt(statistic / 2))


def why_infinite(design, y, names):
    """Say which columns separate the classes, found by linear programmes (Konis)."""
    from scipy.optimize import linprog

    signed, none = design * (2 * y - 1)[:, None], np.zeros(y.size)
    bounds = [(-1, 1)] * design.shape[1]
    # Any direction in which no patient loses, and as many as possible win.
    best = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=none, bounds=bounds)
    if -best.fun <= _SEPARATED:
        return "x: expected a model with finite coefficients, got none by Newton's method"
    # The largest margin by which every patient wins.
    with_margin = np.column_stack([-signed, np.ones(y.size)])
    cost = np.append(np.zeros(design.shape[1]), -1.0)
    margin = linprog(cost, A_ub=with_margin, b_ub=none, bounds=[*bounds, (0, 1)])
    kind = "complete" if -margin.fun > _SEPARATED else "quasi-complete"
    moved = np.abs(best.x[1:]) > _SEPARATED
    named = [name for name, out in zip(names, moved, strict=True) if out]
    return (
        f"y: expected classes that overlap, got {kind} separation by {', '.join(named)}: the "
        f"coefficient{'s have' if len(named) > 1 else ' has'} no finite maximum-likelihood "
        "estimate (penalty='firth' has one)"
    )


def predictors(x, names=None):
    """Return predictors as a float array (patient, predictor), and the names of its columns.

    With ``names`` the columns of a model: a frame is asked for them by name, an array must
    have as many.
    """
    if hasattr(x, "columns") and names is not None:
        if missing := [name for name in names if name not in x.columns]:
            raise ValueError(f"x: expected the columns of the model, got no {missing[0]!r}")
        x = x[list(names)]
    table, found = _checks.matrix("x", x, _numbered)
    if not table.shape[1] and names != []:
        raise ValueError(f"x: expected rows of patients and columns, got shape {table.shape}")
    if names is not None and len(names) != len(found):
        raise ValueError(f"x: expected {len(names)} columns, got {len(found)}")
    found = [str(name) for name in names or found]
    if len(set(found)) < len(found):
        raise ValueError(f"x: expected columns with different names, got {found}")
    if "intercept" in found:
        raise ValueError("x: expected columns of other names than 'intercept', got one")
    return table, found


def predictors_and_outcome(x, y):
    """Return predictors, the names of their columns and the outcome; both classes must occur."""
    _checks.same_rows(x=x, y=y)
    y = _checks.vector("y", y, binary=True)
    x, names = predictors(x)
    if len(x) != y.size:
        raise ValueError(f"x: expected {y.size} rows, as many as y, got {len(x)}")
    _checks.both("y", y)
    return x, names, y


def _numbered(columns):
    return [f"x{number}" for number in range(1, columns + 1)]
