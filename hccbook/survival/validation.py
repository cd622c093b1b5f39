"""Internal validation of a Cox model by the bootstrap."""

import numpy as np

from .. import _checks
from . import _efron
from ._patients import with_covariates
from .concordance import dxy_of_resamples
from .cox import coefficients, standardised

_BATCH = 100_000  # numbers (resamples × patients × covariates) that stay in a processor's cache
_CONSTANT = 1e-10  # a linear predictor that varies less says the same of everybody


def cox_optimism(time, event, covariates, resamples=500, seed=0):
    """Optimism of a Cox model's C-index and calibration slope, by Harrell's bootstrap.

    The model is fitted in each resample and judged there (training) and in all patients
    (test). The mean difference is the optimism, to be subtracted from the apparent value.

    Parameters
    ----------
    time : array_like of float, shape (n,)
        Follow-up, at least 0.
    event : array_like of {0, 1} or bool, shape (n,)
        1 for an event, 0 for censored.
    covariates : pandas.DataFrame or array_like of float, shape (n, p) or (n,)
        All candidate covariates, as in :func:`cox_model`.
    resamples : int, default 500
        Number of bootstrap samples of n patients.
    seed : int or numpy.random.SeedSequence, default 0
        Seed of the resampling.

    Returns
    -------
    pandas.DataFrame
        Rows ``c_index``, ``dxy`` (Somers', 2 C - 1) and ``slope`` (of the linear predictor in
        a Cox model; 1 where it was fitted); columns ``apparent``, ``training`` and ``test``
        (means over resamples), ``optimism``, ``corrected`` (apparent minus optimism) and
        ``resamples``, how many were used.

    Raises
    ------
    ValueError
        As :func:`cox_model`; if ``resamples`` or ``seed`` is not a whole number, of at least 1
        or 0; if no resample can be used.

    Notes
    -----
    The same as R's ``rms::validate``, but that this stops Newton's method earlier (at a
    relative change of the likelihood of 1e-4). The corrected slope is a factor by which to
    shrink the coefficients.

    A resample is left out if it has no events, or does not determine the coefficients (a
    constant covariate, or one that separates its events; R keeps the latter, with whatever
    coefficients it stops at), or if its coefficients are all 0. Where many are left out, the
    model has too many covariates for its events, and the optimism may be understated here.

    The covariates must have been chosen without a look at the outcome. If they were not,
    the choice has its own optimism, which this cannot see.

    References
    ----------
    Harrell, Lee & Mark, Stat Med 1996;15:361, section 5. Harrell, Regression Modeling
    Strategies, 2nd ed. (2015), chapters 5 and 20.

    Examples
    --------
    One covariate that counts, and four that do not:

    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(60, 5))
    >>> time = rng.exponential(np.exp(-x[:, 0]))
    >>> cox_optimism(time, np.ones(60), x).loc["c_index"].round(3).to_list()
    [0.75, 0.762, 0.739, 0.023, 0.727, 500.0]
    """
    import pandas as pd

    time, event, matrix, names = with_covariates(time, event, covariates)
    resamples = _checks.whole("resamples", resamples, 1)
    seed = _checks.seed(seed)
    line, x, _ = standardised(time, event, matrix)
    time, event = time[line.order], event[line.order]
    fitted = coefficients(line, x, names)
    everyone = np.ones((1, time.size))
    apparent, _ = dxy_of_resamples(time, event, _efron.predictor(x, fitted), everyone)
    drawn = np.random.default_rng(seed).integers(time.size, size=(resamples, time.size))
    place = np.argsort(line.order)
    batch = max(1, _BATCH // x.size)
    parts = [
        _one_batch(line, x, time, event, fitted, _counts(place[drawn[i : i + batch]]))
        for i in range(0, resamples, batch)
    ]
    training, test, slope = np.concatenate(parts, axis=1)
    if not slope.size:
        raise ValueError(f"resamples: expected one that determines the model, got 0 of {resamples}")
    means = np.array(
        [
            [(1 + apparent[0]) / 2, (1 + training.mean()) / 2, (1 + test.mean()) / 2],
            [apparent[0], training.mean(), test.mean()],
            [1.0, 1.0, slope.mean()],
        ]
    )
    table = pd.DataFrame(
        means,
        index=pd.Index(["c_index", "dxy", "slope"], name="measure"),
        columns=["apparent", "training", "test"],
    )
    table["optimism"] = table["training"] - table["test"]
    table["corrected"] = table["apparent"] - table["optimism"]
    return table.assign(resamples=slope.size)


def _counts(drawn):
    """How often each patient was drawn, from the patients drawn (resamples, n)."""
    rows, n = drawn.shape
    cells = drawn + n * np.arange(rows)[:, None]
    return np.bincount(cells.ravel(), minlength=rows * n).reshape(rows, n).astype(float)


def _one_batch(line, x, time, event, start, weight):
    """Dxy in training and test, and the slope, of those resamples that can be used."""
    weight = weight[weight[:, line.dead].any(axis=1)]
    coef, used = _efron.maximise(line, x, weight, np.repeat(start, len(weight), axis=0))
    coef, weight = coef[used], weight[used]
    scores = _efron.predictor(x, coef)
    spread = np.std(scores, axis=1)
    used = spread > _CONSTANT
    scores, weight, spread = scores[used], weight[used], spread[used]
    training, test = dxy_of_resamples(time, event, scores, weight)
    scaled = (scores / spread[:, None])[None]
    slope, used = _efron.maximise(line, scaled, np.ones_like(weight), spread[:, None])
    used &= ~np.isnan(training)
    return np.array([training[used], test[used], slope[used, 0] / spread[used]])
