"""Backward elimination of the predictors of a logistic model."""

import numpy as np
from scipy.special import erfc

from .. import _checks
from ._newton import fit_many
from ._predictors import predictors_and_outcome
from .logistic import fitted_model, standardised, why_infinite


def backward(x, y, rule="aic", alpha=0.05, level=0.95, limits="profile"):
    """Drop the weakest predictor of a logistic model, again and again.

    Parameters
    ----------
    x, y, level, limits
        As in :func:`logistic`. Each column is dropped on its own.
    rule : {"aic", "lr", "wald"}
        The weakest predictor goes as long as that lowers Akaike's criterion (``"aic"``), or P
        of its likelihood-ratio (``"lr"``) or Wald test (``"wald"``) is above ``alpha``.
    alpha : float, default 0.05
        Significance level, above 0 and below 1; not used with ``"aic"``.

    Returns
    -------
    model : LogisticModel
        The last model; it may have no predictor.
    steps : pandas.DataFrame
        One row a step: ``variable``, the weakest predictor of the model of that step, with the
        ``statistic`` (chi-squared with 1 degree of freedom) and ``p`` of its test; ``deviance``
        and ``aic`` of the model with it; ``dropped``, whether it went. The last row says why
        the elimination ended, unless no predictor is left.

    Notes
    -----
    Every model is fitted anew. ``"aic"`` is R's ``MASS::stepAIC(direction = "backward")``: to
    drop one coefficient lowers the criterion if the likelihood-ratio statistic is below 2,
    P > 0.157. R's ``rms::fastbw`` approximates the later models; results are close to
    ``"wald"``, not equal.

    P values and limits of the last model are those of a model given in advance. They are too
    good: the data chose it. :func:`logistic_optimism` shows by how much its performance is.

    References
    ----------
    Harrell, Regression Modeling Strategies, 2nd ed. (2015), section 4.3. Venables & Ripley,
    Modern Applied Statistics with S, 4th ed. (2002), section 6.8.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(60, 3))
    >>> model, steps = backward(x, x[:, 0] + rng.normal(size=60) > 0)
    >>> steps[["variable", "p", "dropped"]].round(3).to_numpy().tolist()
    [['x2', 0.97, True], ['x3', 0.761, True], ['x1', 0.0, False]]
    """
    import pandas as pd

    _checks.one_of("limits", limits, ("profile", "wald"))
    _checks.level(level)
    critical = critical_value(rule, alpha)
    x, names, y = predictors_and_outcome(x, y)
    *_, design = standardised(x, names)
    _, keep, finite, steps = eliminate(design, y, np.ones((1, y.size)), rule, critical)
    if not finite[0]:
        raise ValueError(why_infinite(design, y, names))
    rows = []
    for step in steps:
        weakest, statistic, log_likelihood, dropped = (part[0] for part in step[1:])
        rows.append(
            {
                "variable": names[weakest - 1],
                "statistic": statistic,
                "p": erfc(np.sqrt(statistic / 2)),
                "deviance": -2 * log_likelihood,
                "aic": 2 * (1 + len(names) - len(rows)) - 2 * log_likelihood,
                "dropped": dropped,
            }
        )
    chosen = np.flatnonzero(keep[0, 1:])
    model = fitted_model(x[:, chosen], [names[j] for j in chosen], y, level, limits)
    return model, pd.DataFrame(rows)


def critical_value(rule, alpha):
    """Return the chi-squared statistic below which a predictor goes; 0 without a rule."""
    if rule is not None:
        _checks.one_of("rule", rule, ("aic", "lr", "wald"))
    _checks.real("alpha", alpha)
    if not 0 < alpha < 1:
        raise ValueError(f"alpha: expected a number above 0 and below 1, got {alpha!r}")
    if rule is None:
        return 0.0
    return 2.0 if rule == "aic" else _checks.z(1 - alpha) ** 2


def eliminate(design, y, weight, rule, critical):
    """Eliminate backward in many models, which differ in the weights (model, patient).

    Returns coefficients and columns kept (model, column), whether the first models are finite,
    and of each step: the models that took it, the weakest column of each, its statistic, the log
    likelihood with it, and whether it went.
    """
    keep = np.ones((len(weight), design.shape[1]), dtype=bool)
    fits = fit_many(design, y, weight, keep)
    beta, log_likelihood, _, information, finite = fits
    todo, steps = np.flatnonzero(finite), []
    while rule and (todo := todo[keep[todo, 1:].any(axis=1)]).size:
        covariance = _covariance(information[todo], keep[todo])
        variance = np.diagonal(covariance, axis1=1, axis2=2)
        statistic = np.where(keep[todo], beta[todo] ** 2 / variance, np.inf)
        statistic[:, 0] = np.inf  # the intercept stays
        if rule != "wald":
            now = beta[todo], log_likelihood[todo], keep[todo], covariance
            statistic = _likelihood_ratio(design, y, weight[todo], *now)
        weakest = statistic.argmin(axis=1)
        least = statistic[np.arange(todo.size), weakest]
        dropped = least < critical
        steps.append((todo, weakest, least, log_likelihood[todo], dropped))
        todo = todo[dropped]
        keep[todo, weakest[dropped]] = False
        fits = fit_many(design, y, weight[todo], keep[todo], np.where(keep, beta, 0.0)[todo])
        beta[todo], log_likelihood[todo] = fits.coefficients, fits.log_likelihood
        information[todo] = fits.information
    return beta, keep, finite, steps


def _covariance(information, keep):
    both = keep[:, :, None] & keep[:, None, :]
    return np.linalg.inv(np.where(both, information, np.eye(keep.shape[1])))


def _likelihood_ratio(design, y, weight, beta, log_likelihood, keep, covariance):
    """Likelihood-ratio statistic of each column that is kept; infinite for the others."""
    statistic = np.full(keep.shape, np.inf)
    for column in range(1, keep.shape[1]):
        rows = np.flatnonzero(keep[:, column])
        without = keep[rows]
        without[:, column] = False
        # Where the model without the column would be if the likelihood were normal.
        along = covariance[rows, :, column]
        start = beta[rows] - along * (beta[rows, column] / along[:, column])[:, None]
        fits = fit_many(design, y, weight[rows], without, np.where(without, start, 0.0))
        statistic[rows, column] = 2 * (log_likelihood[rows] - fits.log_likelihood)
    return np.maximum(statistic, 0.0)
