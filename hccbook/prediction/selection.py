"""Choosing the predictors of a logistic model, and how optimistic it is: elimination, bootstrap."""

import numpy as np
from scipy.special import erfc, expit

from .. import _checks
from .._newton import fit_many
from .._ties import merge_ties
from .logistic import fitted, independent, logistic, predictors_and_outcome, standardised

_MEASURES = ("auc", "brier", "slope")
_BLOCK = 2**17  # patients drawn at a time


def backward(x, y, rule="aic", alpha=0.05, limits="profile"):
    """Drop the weakest predictor of a logistic model, again and again.

    Parameters
    ----------
    x, y, limits
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
        One row a step: ``variable``, the weakest predictor of that step, with the ``statistic``
        (chi-squared with 1 degree of freedom) and ``p`` of its test; ``aic`` of the model with
        it; ``dropped``, whether it went. The last row says why the elimination ended.

    Notes
    -----
    ``"aic"`` is R's ``MASS::stepAIC(direction = "backward")``: to drop one coefficient lowers the
    criterion if the likelihood-ratio statistic is below 2, P > 0.157. Every model is fitted anew,
    where R's ``rms::fastbw`` approximates. P values, limits and performance of the last model are
    too good: the data chose it.

    Harrell, Regression Modeling Strategies, 2nd ed. (2015), section 4.3. Venables & Ripley,
    Modern Applied Statistics with S, 4th ed. (2002), section 6.8.
    """
    import pandas as pd

    _checks.one_of("limits", limits, ("profile", "wald"))
    _checks.one_of("rule", rule, ("aic", "lr", "wald"))
    _checks.real("alpha", alpha)
    if not 0 < alpha < 1:
        raise ValueError(f"alpha: expected a number above 0 and below 1, got {alpha!r}")
    critical = 2.0 if rule == "aic" else _checks.z(1 - alpha) ** 2
    x, names, y = predictors_and_outcome(x, y)
    design, _ = standardised(x, names)
    kept, rows = list(range(len(names))), []
    while kept:
        some = design[:, [0, *(k + 1 for k in kept)]]
        fit = fitted(some, y)
        beta, top = fit.coefficients[0], fit.log_likelihood[0]
        if rule == "wald":
            statistic = (beta**2 / np.diag(np.linalg.inv(fit.information[0])))[1:]
        else:
            others = ~np.eye(beta.size, dtype=bool)[1:]
            lower = fit_many(some, y, keep=others, start=np.where(others, beta, 0.0))
            statistic = np.maximum(2 * (top - lower.log_likelihood), 0.0)
        weakest = int(statistic.argmin())
        least, dropped = statistic[weakest], statistic[weakest] < critical
        p, aic = erfc(np.sqrt(least / 2)), 2 * (beta.size - top)
        rows.append((names[kept[weakest]], least, p, aic, dropped))
        if not dropped:
            break
        del kept[weakest]
    last = pd.DataFrame(x[:, kept], columns=[names[k] for k in kept])
    steps = pd.DataFrame(rows, columns=["variable", "statistic", "p", "aic", "dropped"])
    return logistic(last, y, limits=limits), steps


def logistic_optimism(x, y, resamples=500, seed=0):
    """Optimism of a logistic model's performance in the patients of its fit.

    Parameters
    ----------
    x, y
        As in :func:`logistic`.
    resamples : int or array_like of int, shape (r, n), default 500
        Number of bootstrap samples of n patients; or the patients of each, counted from 0.
    seed : int or numpy.random.SeedSequence, default 0
        Seed of the resampling.

    Returns
    -------
    pandas.DataFrame
        Index ``measure``: ``auc``, ``brier``, ``slope`` (of calibration). Columns ``apparent``
        (the model in the patients of its fit), ``training`` (mean over the resamples, each model
        in its own resample), ``test`` (mean, each model in all patients), ``optimism``
        (``training - test``), ``corrected`` (``apparent - optimism``) and ``resamples``, how
        many of them the means are over.

    Notes
    -----
    Harrell's method, as R's ``rms::validate`` does it. Left out are resamples without a fit (one
    class only, columns that depend on others, separated classes): what is left is then too good.
    A choice of the predictors by looking at the data is not repeated, and not corrected.

    Harrell, Lee & Mark, Stat Med 1996;15:361, section 5.
    """
    import pandas as pd

    x, names, y = predictors_and_outcome(x, y)
    design, _ = standardised(x, names)
    drawn = _samples(resamples, y.size, seed)
    everyone = np.ones((1, y.size))
    apparent = _performance(design, y, everyone, fitted(design, y).coefficients)[0]
    training, test = [], []
    for rows in np.array_split(drawn, -(-drawn.size // _BLOCK)):
        weight = np.array([np.bincount(row, minlength=y.size) for row in rows], dtype=float)
        weight = weight[(weight @ y > 0) & (weight @ (1 - y) > 0)]
        weight = weight[independent(design, weight)]
        fit = fit_many(design, y, weight)
        weight, beta = weight[fit.finite], fit.coefficients[fit.finite]
        training.append(_performance(design, y, weight, beta))
        test.append(_performance(design, y, everyone, beta, own=False))
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
    return pd.DataFrame(table, pd.Index(_MEASURES, name="measure"))


def _samples(resamples, patients, seed):
    """Return the patients of each resample."""
    drawn = _checks.sequence("resamples", resamples)
    if drawn.ndim == 0:
        resamples = _checks.whole("resamples", resamples, 1)
        rng = np.random.default_rng(_checks.seed(seed))
        return rng.integers(patients, size=(resamples, patients))
    rows = drawn.ndim == 2 and drawn.shape[1] == patients and len(drawn) and drawn.dtype.kind == "i"
    if not rows or drawn.min() < 0 or drawn.max() >= patients:
        raise ValueError(
            f"resamples: expected a number, or rows of {patients} patients from 0 to "
            f"{patients - 1}, got {drawn.dtype} of shape {drawn.shape}: {resamples!r:.60}"
        )
    return drawn


def _performance(design, y, weight, beta, own=True):
    """Return the measures of each model in weighted patients, its ``own`` or others."""
    # Not a matrix product, which may round alike patients differently.
    linear = sum(b[:, None] * column for b, column in zip(beta.T, design.T, strict=True))
    linear = merge_ties(linear)
    weight = np.broadcast_to(weight, linear.shape)
    rows = zip(linear, weight * y, weight * (1 - y), strict=True)
    auc = [_auc(*row) for row in rows]
    brier = np.sum(weight * (y - expit(linear)) ** 2, axis=1) / weight.sum(axis=1)
    slope = np.ones(len(beta))
    if not own:
        fits = fit_many(np.stack([np.ones_like(linear), linear], axis=2), y)
        slope = np.where(fits.finite, fits.coefficients[:, 1], np.nan)
    return np.column_stack([auc, brier, slope])


def _auc(score, ill, well):
    """AUC of a row of scores, with the weights of the patients; ties count one half."""
    rank = np.unique(score, return_inverse=True)[1]
    ill, well = np.bincount(rank, ill), np.bincount(rank, well)
    return ill @ (np.cumsum(well) - well / 2) / (ill.sum() * well.sum())
