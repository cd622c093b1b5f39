"""Choosing the predictors of a logistic model, and how optimistic it is: elimination, bootstrap."""

import numpy as np
from scipy.special import erfc, expit

from .. import _checks
from .._newton import fit_many, independent, recalibration
from .._ties import merge_ties
from .logistic import fitted_model, predictors_and_outcome, standardised, why_infinite

_MEASURES = ("auc", "dxy", "brier", "slope", "recalibration_intercept")
_BLOCK = 2**17  # patients drawn at a time


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
    critical = _critical_value(rule, alpha)
    x, names, y = predictors_and_outcome(x, y)
    *_, design = standardised(x, names)
    _, keep, finite, steps = _eliminate(design, y, np.ones((1, y.size)), rule, critical)
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


def logistic_optimism(x, y, rule=None, alpha=0.05, resamples=500, seed=0):
    """Optimism of a logistic model's performance in the patients of its fit.

    Parameters
    ----------
    x, y
        As in :func:`logistic`.
    rule : {"aic", "lr", "wald"}, optional
        Backward elimination, as in :func:`backward`, in the patients and again in each
        resample. Default: all predictors stay.
    alpha : float, default 0.05
        As in :func:`backward`.
    resamples : int or array_like of int, shape (r, n), default 500
        Number of bootstrap samples of n patients; or the patients of each, counted from 0.
    seed : int or numpy.random.SeedSequence, default 0
        Seed of the resampling.

    Returns
    -------
    pandas.DataFrame
        Index ``measure``: ``auc``; ``dxy``, 2 ``auc`` - 1; ``brier``; ``slope`` and
        ``recalibration_intercept``, b and a of ``logit P(y = 1) = a + b · linear predictor``.
        Columns ``apparent`` (the model in the patients of its fit), ``training`` (mean over the
        resamples, each model in its own resample), ``test`` (mean, each model in all patients),
        ``optimism`` (``training - test``), ``corrected`` (``apparent - optimism``) and
        ``resamples``, how many of them the means are over.

    Notes
    -----
    Harrell's method, as R's ``rms::validate`` does it. Left out are resamples with one class
    only, with a column that is constant or depends on others, or in which the classes are
    separated: what is left is then too good, and ``resamples`` says by how many they are fewer.
    A model from which all predictors were dropped has the AUC 0.5, but no slope and no intercept
    (where rms takes 1 for the slope); nor has one that separates all patients.

    ``rule`` repeats the choice of the predictors, which is most of the optimism of a chosen
    model. Choices made before, by looking at the data, are not repeated, and not corrected.

    References
    ----------
    Harrell, Lee & Mark, Stat Med 1996;15:361, section 5. Recalibration: Cox, Biometrika
    1958;45:562.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x, y = rng.normal(size=(60, 5)), rng.integers(0, 2, 60)  # noise
    >>> table = logistic_optimism(x, y, resamples=200)
    >>> table.loc["auc", ["apparent", "corrected"]].round(2).to_list()
    [0.7, 0.59]
    """
    import pandas as pd

    critical = _critical_value(rule, alpha)
    x, names, y = predictors_and_outcome(x, y)
    *_, design = standardised(x, names)
    drawn = _samples(resamples, y.size, seed)
    beta, _, finite, _ = _eliminate(design, y, np.ones((1, y.size)), rule, critical)
    if not finite[0]:
        raise ValueError(why_infinite(design, y, names))
    apparent = _performance(design, y, np.ones((1, y.size)), beta)[0]
    training, test = [], []
    for rows in np.array_split(drawn, -(-drawn.size // _BLOCK)):
        weight = np.array([np.bincount(row, minlength=y.size) for row in rows], dtype=float)
        weight = weight[(weight @ y > 0) & (weight @ (1 - y) > 0)]
        weight = weight[independent(x, weight)]
        beta, _, finite, _ = _eliminate(design, y, weight, rule, critical)
        training.append(_performance(design, y, weight[finite], beta[finite]))
        test.append(_performance(design, y, np.ones((finite.sum(), y.size)), beta[finite], False))
    training, test = np.concatenate(training), np.concatenate(test)
    if not len(test):
        raise ValueError(
            "resamples: expected one or more in which the model can be fitted, got 0 of "
            f"{len(drawn)}"
        )
    used = ~np.isnan(test)
    count = np.where(used.any(axis=0), used.sum(axis=0), np.nan)
    training, test = (np.where(used, each, 0.0).sum(axis=0) / count for each in (training, test))
    table = {"apparent": apparent, "training": training, "test": test}
    table["optimism"] = training - test
    table["corrected"] = apparent - table["optimism"]
    table["resamples"] = used.sum(axis=0)
    return pd.DataFrame(table, index=pd.Index(_MEASURES, name="measure"))


def _critical_value(rule, alpha):
    """Return the chi-squared statistic below which a predictor goes; 0 without a rule."""
    if rule is not None:
        _checks.one_of("rule", rule, ("aic", "lr", "wald"))
    _checks.real("alpha", alpha)
    if not 0 < alpha < 1:
        raise ValueError(f"alpha: expected a number above 0 and below 1, got {alpha!r}")
    if rule is None:
        return 0.0
    return 2.0 if rule == "aic" else _checks.z(1 - alpha) ** 2


def _eliminate(design, y, weight, rule, critical):
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
        statistic = np.full((todo.size, keep.shape[1]), np.inf)  # the intercept stays
        for column in range(1, keep.shape[1]):
            rows = keep[todo, column]
            models = todo[rows]
            without = keep[models]
            without[:, column] = False
            if rule == "wald":
                both = keep[models][:, :, None] & keep[models][:, None, :]
                inverse = np.linalg.inv(np.where(both, information[models], np.eye(len(keep[0]))))
                statistic[rows, column] = beta[models, column] ** 2 / inverse[:, column, column]
            else:
                start = np.where(without, beta[models], 0.0)
                lower = fit_many(design, y, weight[models], without, start).log_likelihood
                statistic[rows, column] = np.maximum(2 * (log_likelihood[models] - lower), 0.0)
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


def _samples(resamples, patients, seed):
    """Return the patients of each resample."""
    drawn = _checks.sequence("resamples", resamples)
    if drawn.ndim == 0:
        resamples = _checks.whole("resamples", resamples, 1)
        rng = np.random.default_rng(_checks.seed(seed))
        return rng.integers(patients, size=(resamples, patients))
    if drawn.ndim != 2 or drawn.shape[1] != patients or not len(drawn) or drawn.dtype.kind != "i":
        raise ValueError(
            f"resamples: expected a number, or rows of {patients} patients counted from 0, got "
            f"{drawn.dtype} of shape {drawn.shape}"
        )
    if drawn.min() < 0 or drawn.max() >= patients:
        raise ValueError(
            f"resamples: expected patients from 0 to {patients - 1}, got {drawn.min()} to "
            f"{drawn.max()}"
        )
    return drawn


def _performance(design, y, weight, beta, own=True):
    """Return the measures of each model in weighted patients, those of its fit or not."""
    # Not a matrix product, which may round alike patients differently.
    linear = sum(b[:, None] * column for b, column in zip(beta.T, design.T, strict=True))
    linear = merge_ties(linear)
    rows = zip(linear, weight * y, weight * (1 - y), strict=True)
    auc = np.array([_auc(*row) for row in rows])
    brier = np.sum(weight * (y - expit(linear)) ** 2, axis=1) / weight.sum(axis=1)
    slope, intercept = np.full((2, len(beta)), np.nan)
    some = np.ptp(linear, axis=1) > 0
    if own:
        slope[some], intercept[some] = 1.0, 0.0
    elif some.any():
        slope[some], intercept[some] = recalibration(linear[some], y)[0].T
    return np.column_stack([auc, 2 * auc - 1, brier, slope, intercept])


def _auc(score, ill, well):
    """AUC of a row of scores, with the weights of the patients; ties count one half."""
    rank = np.unique(score, return_inverse=True)[1]
    ill, well = np.bincount(rank, ill), np.bincount(rank, well)
    return ill @ (np.cumsum(well) - well / 2) / (ill.sum() * well.sum())
