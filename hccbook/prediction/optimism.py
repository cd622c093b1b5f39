"""Optimism of a logistic model, by Harrell's bootstrap."""

import numpy as np
from scipy.special import expit

from .. import _checks
from .._ties import merge_ties
from ..accuracy.common import twice_below
from ._newton import independent, recalibration
from ._predictors import predictors_and_outcome
from .backward import critical_value, eliminate
from .logistic import standardised, why_infinite

_MEASURES = ("auc", "dxy", "brier", "slope", "recalibration_intercept")
_BLOCK = 2**17  # patients drawn at a time


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

    critical = critical_value(rule, alpha)
    x, names, y = predictors_and_outcome(x, y)
    *_, design = standardised(x, names)
    drawn = _samples(resamples, y.size, seed)
    beta, _, finite, _ = eliminate(design, y, np.ones((1, y.size)), rule, critical)
    if not finite[0]:
        raise ValueError(why_infinite(design, y, names))
    apparent = _performance(design, y, np.ones((1, y.size)), beta)[0]
    training, test = [], []
    for rows in np.array_split(drawn, -(-drawn.size // _BLOCK)):
        weight = np.array([np.bincount(row, minlength=y.size) for row in rows], dtype=float)
        weight = weight[(weight @ y > 0) & (weight @ (1 - y) > 0)]
        weight = weight[independent(x, weight)]
        beta, _, finite, _ = eliminate(design, y, weight, rule, critical)
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
    return ill @ twice_below(well) / (2 * ill.sum() * well.sum())
