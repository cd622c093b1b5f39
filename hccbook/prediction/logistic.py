"""Logistic models of a few predictors: estimates, limits, Firth's correction, separation."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import erfc, expit

from .. import _checks
from .._newton import fit_many

_CONVERGED = 1e-10  # of the distance from an estimate to its limit, relative
_MOST_STEPS = 100
_DEPENDENT = 1e-10  # smallest eigenvalue of a matrix of correlations


@dataclass(frozen=True, eq=False)
class LogisticModel:
    """A logistic model, made by :func:`logistic` or :func:`backward`.

    ``table`` has the rows ``intercept`` and the predictors, and the columns ``coefficient`` (log
    odds ratio for one unit of the predictor), ``se``, ``lower``, ``upper`` (limits of the
    coefficient), ``p`` (of the test that belongs to the limits), ``odds_ratio``,
    ``odds_ratio_lower`` and ``odds_ratio_upper``.
    """

    table: object

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
        Firth's correction takes away most of the bias of small samples, and has finite
        coefficients where the classes are separated.

    Returns
    -------
    LogisticModel

    Notes
    -----
    R's ``confint`` interpolates the profile, and is off by up to 0.001 standard errors or so.

    Firth's profile and tests keep the penalty of the whole model, as R's logistf does; standard
    errors come from the information without it. Prefer profile limits: where the classes are
    separated the likelihood is far from symmetric. Predicted risks are drawn towards 1/2, and
    their mean is not the share of events.

    Without a penalty separated classes are refused: a combination of the predictors is at least
    as large in every patient with the outcome as in any without it. The likelihood then grows
    forever, and programs report huge coefficients, or stop anywhere.

    Venables & Ripley, Modern Applied Statistics with S, 4th ed. (2002), section 8.4. Firth,
    Biometrika 1993;80:27. Heinze & Schemper, Stat Med 2002;21:2409. Albert & Anderson,
    Biometrika 1984;71:1.

    Examples
    --------
    >>> model = logistic([[1], [2], [3], [4], [5], [6]], [0, 0, 1, 0, 1, 1])
    >>> model.table.loc["x1", ["coefficient", "lower", "upper", "p"]].round(3).to_list()
    [1.214, -0.066, 4.159, 0.067]
    """
    import pandas as pd

    _checks.one_of("limits", limits, ("profile", "wald"))
    _checks.one_of("penalty", penalty, ("none", "firth"))
    z = _checks.z(level)
    x, names, y = predictors_and_outcome(x, y)
    design, back = standardised(x, names)
    best = fitted(design, y, penalty == "firth")
    value = back @ best.coefficients[0]
    se = np.sqrt(np.diag(back @ np.linalg.inv(best.information[0]) @ back.T))
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
    return LogisticModel(table)


def fitted(design, y, firth=False):
    """Fit one model; separated classes, whose likelihood has no maximum, are refused."""
    fit = fit_many(design, y, firth=firth)
    if not fit.finite[0]:
        raise ValueError(
            "y: expected classes that overlap, got separated ones, for which no coefficients are "
            "the most likely (with penalty='firth' there are)"
        )
    return fit


def standardised(x, names):
    """Return the design in standard deviations, and the matrix that leads back to the units of x.

    Columns that are constant or depend on others are refused.
    """
    for name, column in zip(names, x.T, strict=True):
        if column.min() == column.max():
            raise ValueError(f"x[{name!r}]: expected a column that varies, got only {column[0]:g}")
    mean, sd = x.mean(axis=0), x.std(axis=0)
    design, back = np.column_stack([np.ones(len(x)), (x - mean) / sd]), np.diag([1.0, *1 / sd])
    back[0, 1:] = -mean / sd
    if not independent(design, np.ones((1, len(x))))[0]:
        raise ValueError(
            f"x: expected columns of which none is a combination of others, got {', '.join(names)} "
            f"in {len(x)} patients"
        )
    return design, back


def independent(design, weight):
    """Say for each row of weights (model, patient) whether the columns do not depend on others."""
    squares = (design.T * weight[:, None, :]) @ design
    size = np.sqrt(np.diagonal(squares, axis1=1, axis2=2))
    size = np.where(size > 0, size, 1.0)
    correlation = squares / size[:, :, None] / size[:, None, :]
    return np.linalg.eigvalsh(correlation)[:, 0] > _DEPENDENT


def _profile(design, y, best, back, se, z, firth):
    """Profile-likelihood limits of each coefficient, and P of its likelihood-ratio test."""
    # The intercept, where the predictors are 0, is a sum of the coefficients of the design. Its
    # design is turned, so that the sum (over its length) is the first of the coefficients.
    top, columns = best.log_likelihood[0], len(back)
    length = np.linalg.norm(back, axis=1)
    turn = np.tile(np.eye(columns), (columns, 1, 1))
    turn[0] = np.linalg.qr(np.column_stack([back[0], turn[0][:, 1:]]))[0]
    turn[0] *= np.sign(turn[0][:, 0] @ back[0])
    design, start = design @ turn, best.coefficients[0] @ turn
    others = ~np.eye(columns, dtype=bool)
    null = fit_many(design, y, keep=others, start=np.where(others, start, 0.0), firth=firth)
    p = erfc(np.sqrt(np.maximum(top - null.log_likelihood, 0.0)))
    # Newton's method for where the deviance of the profile reaches z². Without a penalty it is
    # convex: from outside the step comes nearer, from inside it goes outside. With Firth's it
    # need not be, and a step that leaves the bracket is replaced by half of it. (firthmodels
    # 0.8.2 keeps no bracket: with few patients its lower limit can come back as the upper one.)
    at, side, model = np.repeat(range(columns), 2), np.tile([-1, 1], columns), range(2 * columns)
    now, distance = start[at], z * (se / length)[at]
    low, high = np.zeros(at.size), np.full(at.size, np.inf)
    for _ in range(_MOST_STEPS):
        now[model, at] = start[at, at] + side * distance
        fits = fit_many(design[at], y, keep=others[at], start=now, firth=firth)
        now = fits.coefficients
        excess = 2 * (top - fits.log_likelihood) - z**2
        slope = -2 * fits.score[model, at] * side
        low, high = np.where(excess < 0, distance, low), np.where(excess < 0, high, distance)
        target = distance - excess / np.where(slope == 0, np.nan, slope)
        halfway = np.where(np.isinf(high), 3 * distance, (low + high) / 2)
        inside = (low <= target) & (target <= np.minimum(high, 3 * distance))
        before, distance = distance, np.where(inside, target, halfway)
        if (np.abs(distance / before - 1) <= _CONVERGED).all():
            limits = (start[at, at] + side * distance) * length[at]
            return limits[::2], limits[1::2], p
    raise ValueError(
        "limits: expected a profile likelihood with one maximum, got one on which Newton's method "
        "finds no limits (limits='wald' needs none)"
    )


def predictors(x, names=None):
    """Return predictors as an array (patient, predictor), and their names: those of a model."""
    if hasattr(x, "columns") and names is not None:
        if missing := [name for name in names if name not in x.columns]:
            raise ValueError(f"x: expected the columns of the model, got no {missing[0]!r}")
        x = x[names]
    table, found = _checks.matrix("x", x, lambda q: [f"x{k}" for k in range(1, q + 1)])
    if names is not None and len(names) != len(found):
        raise ValueError(f"x: expected {len(names)} columns, got {len(found)}")
    found = [str(name) for name in names or found]
    if len(set(found)) < len(found) or "intercept" in found:
        raise ValueError(
            f"x: expected columns with different names other than 'intercept', got {found}"
        )
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
