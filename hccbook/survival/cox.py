"""Cox models with several covariates."""

import math
from dataclasses import dataclass

import numpy as np

from .. import _checks
from . import _efron
from ._patients import with_covariates


@dataclass(frozen=True)
class CoxModel:
    """A Cox model and what was found.

    Parameters
    ----------
    coefficients : pandas.DataFrame
        One row a covariate: ``coef`` (log hazard ratio for one unit of the covariate), its
        standard error ``se``, the hazard ratio ``hr`` with Wald limits ``lower`` and
        ``upper``, and the two-sided Wald ``p``.
    covariance : pandas.DataFrame
        Covariance matrix of the coefficients, the inverse of the observed information.
    log_likelihood, log_likelihood_null : float
        Log partial likelihood of the model, and of the one without covariates.
    baseline : pandas.Series
        Cumulative hazard after each event time, for a patient whose covariates are the means
        of these patients; that of another is this times exp((x - mean) · coef).
    level : float
        Confidence level.
    n, events : int
        Patients and events.
    """

    coefficients: object
    covariance: object
    log_likelihood: float
    log_likelihood_null: float
    baseline: object
    level: float
    n: int
    events: int


def cox_model(time, event, covariates, level=0.95):
    """Cox model with Efron's handling of ties.

    The same model as lifelines' ``CoxPHFitter``, fitted to the last digit and several times
    faster; for penalties, strata, clusters or entry times, use that.

    Parameters
    ----------
    time : array_like of float, shape (n,)
        Follow-up, at least 0.
    event : array_like of {0, 1} or bool, shape (n,)
        1 for an event, 0 for censored.
    covariates : pandas.DataFrame or array_like of float, shape (n, p) or (n,)
        Covariates in any unit; categories as 0/1 columns, one level left out.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    CoxModel

    Raises
    ------
    ValueError
        If an input is empty, not finite, not numeric, not binary, of unequal length; if
        ``time`` is negative or ``level`` not between 0 and 1; if there is no event; if the
        patients do not determine the coefficients.

    Notes
    -----
    The coefficients are not determined if a covariate is constant or a combination of others
    among those at risk (R's ``coxph`` leaves one out), or if the likelihood grows without end
    because some combination orders the events perfectly (R warns and returns where it
    stopped). The baseline hazard is Efron's, as that of R's ``survfit(fit, newdata)``; R's
    ``basehaz(fit)`` takes 0 instead of the mean for covariates of 0 and 1.

    References
    ----------
    Efron, J Am Stat Assoc 1977;72:557. Therneau & Grambsch, Modeling Survival Data (2000),
    chapter 3. Step length of Newton's method: after Bach, Electron J Stat 2010;4:384.

    Examples
    --------
    >>> model = cox_model([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 0, 1], [2, 1, 3, 1, 2, 1])
    >>> model.coefficients.round(3).loc[0].to_dict()
    {'coef': 0.291, 'se': 0.654, 'hr': 1.338, 'lower': 0.371, 'upper': 4.823, 'p': 0.657}
    """
    import pandas as pd
    from scipy.special import erfc

    z = _checks.z(level)
    time, event, matrix, names = with_covariates(time, event, covariates)
    line, x, scale = standardised(time, event, matrix)
    everyone, nothing = np.ones((1, time.size)), np.zeros((1, len(names)))
    coef = coefficients(line, x, names)
    found = _efron.terms(line, x, everyone, coef)
    covariance = np.linalg.inv(_efron.information(line, x, found)[0]) / np.outer(scale, scale)
    null = _efron.terms(line, x, everyone, nothing)
    loglik, loglik_null = (
        float(_efron.log_likelihood(line, x, everyone, at, terms)[0])
        for at, terms in ((coef, found), (nothing, null))
    )
    steps = np.bincount(found.cell, math.exp(-found.shift[0]) / found.at_risk)
    coef, se = coef[0] / scale, np.sqrt(np.diag(covariance))
    table = {
        "coef": coef,
        "se": se,
        "hr": np.exp(coef),
        "lower": np.exp(coef - z * se),
        "upper": np.exp(coef + z * se),
        "p": erfc(np.abs(coef) / se / math.sqrt(2)),
    }
    return CoxModel(
        pd.DataFrame(table, index=pd.Index(names, name="covariate")),
        pd.DataFrame(covariance, names, names),
        loglik,
        loglik_null,
        pd.Series(np.cumsum(steps[::-1]), pd.Index(line.times[::-1], name="time")),
        level,
        time.size,
        line.dead.size,
    )


def standardised(time, event, matrix):
    """Return the timeline, centred covariates (p, 1, n) of variance 1 along it, their scale."""
    line = _efron.timeline(time, event)
    x = matrix[line.order].T
    x = x - x.mean(axis=1, keepdims=True)
    scale = x.std(axis=1)
    scale[scale == 0] = 1.0  # a constant is found out by its information
    return line, np.ascontiguousarray(x / scale[:, None])[:, None, :], scale


def coefficients(line, x, names):
    """Return the coefficients (1, p) of standardised covariates, if there are any."""
    start, everyone = np.zeros((1, len(x))), np.ones((1, line.order.size))
    coef, (determined,) = _efron.maximise(line, x, everyone, start)
    if not determined:
        found = _efron.terms(line, x, everyone, coef)
        direction = np.linalg.eigh(_efron.information(line, x, found)[0])[1][:, 0]
        involved = [name for name, part in zip(names, direction, strict=True) if abs(part) > 0.01]
        raise ValueError(
            "covariates: expected a likelihood with one finite maximum, got none for "
            f"{', '.join(map(str, involved))}: constant, collinear, or separating the events"
        )
    return coef


def largest_likelihood(time, event, matrix):
    """Return the largest log likelihood, or its limit where the coefficients are infinite."""
    line, x, _ = standardised(time, event, matrix)
    everyone = np.ones((1, time.size))
    coef, _ = _efron.maximise(line, x, everyone, np.zeros((1, len(x))))
    found = _efron.terms(line, x, everyone, coef)
    return float(_efron.log_likelihood(line, x, everyone, coef, found)[0])
