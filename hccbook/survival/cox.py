"""Cox models with several covariates."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .. import _checks
from ._patients import with_covariates

_CONVERGED = 1e-8  # Newton doubles its digits: the step after one of this size is nothing
_FLAT = 1e-9  # information per event, in units of the covariates' variance: none to speak of
_STEPS = 100  # many more than ever needed; without a maximum the information ends before


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
    time, event : array_like, shape (n,)
        Follow-up, at least 0; 1 for an event, 0 for censored.
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
    patients = Patients(time, event, matrix)
    coef = patients.coefficients(names)
    found, null = patients.at(coef), patients.at(np.zeros(len(names)))
    scale = patients.scale
    covariance = np.linalg.inv(patients.information(found)) / np.outer(scale, scale)
    steps = np.bincount(patients.cell, math.exp(-found.shift) / found.total)
    coef, se = coef / scale, np.sqrt(np.diag(covariance))
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
        patients.log_likelihood(found),
        patients.log_likelihood(null),
        pd.Series(np.cumsum(steps[::-1]), pd.Index(patients.times[::-1], name="time")),
        level,
        time.size,
        patients.dead.size,
    )


class AtRisk(NamedTuple):
    """What the partial likelihood is made of, at some coefficients."""

    score: np.ndarray  # linear predictor of each patient, less ...
    shift: float  # ... the largest one
    risk: np.ndarray  # exp(score)
    total: np.ndarray  # at each event, the summed risk of those at risk
    mean: np.ndarray  # (covariate, event): their mean covariates, weighted by risk


class Patients:
    """Efron's partial likelihood of checked patients, some with an event.

    They stand in order of time, the longest follow-up first and censored before events: those at
    risk are at the front. Covariates ``x`` (covariate, patient) are centred, with variance 1.
    """

    def __init__(self, time, event, matrix):
        order = np.lexsort((event, -time))
        until, self.dead = -time[order], np.flatnonzero(event[order])
        times, self.starts = np.unique(until[self.dead], return_index=True)
        self.times = -times  # of events, the latest first
        self.last_at_risk = np.searchsorted(until, times, "right") - 1
        self.entry = np.searchsorted(times, until)  # the latest event time at which one is at risk
        self.cell = self.entry[self.dead]  # the time of each event
        # Efron: the k-th of d tied events (k = 0, 1, ...) sees the tied ones at risk by 1 - k/d.
        tied = np.bincount(self.cell)[self.cell]
        self.gone = (np.arange(self.dead.size) - self.starts[self.cell]) / tied
        x = matrix[order].T
        x = x - x.mean(axis=1, keepdims=True)
        self.scale = x.std(axis=1)
        self.scale[self.scale == 0] = 1.0  # a constant is found out by its information
        self.x = np.ascontiguousarray(x / self.scale[:, None])

    def at(self, coef):
        """Return the terms of the likelihood."""
        score = self._predictor(coef)
        shift = score.max()
        risk = np.exp(score - shift)
        total = self._over_those_at_risk(risk)
        return AtRisk(
            score - shift, shift, risk, total, self._over_those_at_risk(risk * self.x) / total
        )

    def log_likelihood(self, found):
        """Log partial likelihood."""
        return float(found.score[self.dead].sum() - np.log(found.total).sum())

    def gradient(self, found, g=1.0):
        """Score vector; of the covariates times ``g``, one value for each event."""
        return (g * (self.x[:, self.dead] - found.mean)).sum(axis=1)

    def information(self, found, g=1.0):
        """Observed information, its terms times ``g``, one value for each event.

        The sum over events of E(xx') - E(x)E(x)', with E over those at risk. In the first part
        patients and events change places: each patient's xx' times the hazard met while at risk.
        """
        hazard = g / found.total
        steps, missed = (np.bincount(self.cell, each) for each in (hazard, hazard * self.gone))
        met = np.append(np.cumsum(steps[::-1])[::-1], 0.0)  # 0: censored before the first event
        met = met[self.entry]
        met[self.dead] -= missed[self.cell]
        return (met * found.risk * self.x) @ self.x.T - (g * found.mean) @ found.mean.T

    def maximum(self):
        """Return the coefficients, and whether the patients determine them (Newton's method).

        They do not if the likelihood is flat in some direction, be it from the start (collinear
        covariates) or on the way to infinity (separation): then it became flat there.
        """
        coef = np.zeros(len(self.x))
        for _ in range(_STEPS):
            with np.errstate(all="ignore"):  # what is not a number is flat
                found = self.at(coef)
                slope, curvature = self.gradient(found), self.information(found)
            if not np.isfinite(curvature).all():
                break
            if np.linalg.eigvalsh(curvature)[0] <= _FLAT * self.dead.size:
                break
            step = np.linalg.solve(curvature, slope)
            # If a step changes the linear predictors by amounts that differ by up to r, curvature
            # along it grows at most e^r-fold (the third cumulant of a variable is at most its
            # range times its variance). So log(1 + r) / r of the step climbs always, and the
            # whole step does where e^r - 1 - r < r², that is up to 1.79.
            change = np.ptp(self._predictor(step))
            coef += step if change < 1.5 else math.log1p(change) / change * step
            if np.abs(step).max() <= _CONVERGED:
                return coef, True
        return coef, False

    def coefficients(self, names):
        """Return the coefficients, or say which covariates are not determined."""
        coef, determined = self.maximum()
        if not determined:
            direction = np.linalg.eigh(self.information(self.at(coef)))[1][:, 0]
            involved = [
                str(x) for x, part in zip(names, direction, strict=True) if abs(part) > 0.01
            ]
            raise ValueError(
                "covariates: expected a likelihood with one finite maximum, got none for "
                f"{', '.join(involved)}: constant, collinear, or separating the events"
            )
        return coef

    def _predictor(self, coef):
        return (coef[:, None] * self.x).sum(axis=0)

    def _over_those_at_risk(self, values):
        """Sum a value of each patient over those at risk at each event."""
        everyone = np.cumsum(values, axis=-1)[..., self.last_at_risk]
        tied = np.add.reduceat(values[..., self.dead], self.starts, axis=-1)
        return everyone[..., self.cell] - self.gone * tied[..., self.cell]
