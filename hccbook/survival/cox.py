"""Cox models with several covariates, and the test of their proportional hazards."""

import math
from typing import NamedTuple

import numpy as np

from .. import _checks
from .curves import checked

_CONVERGED = 1e-8  # Newton doubles its digits: the step after one of this size is nothing
_FLAT = 1e-9  # information per event, in units of the covariates' variance: none to speak of
_SINGULAR = 1e-10  # a smaller variance, or eigenvalue of a correlation matrix, is 0
_STEPS = 100  # many more than ever needed; without a maximum the information ends before


class CoxModel(NamedTuple):
    """What :func:`cox_model` returns."""

    coefficients: object
    baseline: object


def cox_model(time, event, covariates, level=0.95):
    """Cox model with Efron's handling of ties.

    The same model as lifelines' ``CoxPHFitter``, fitted to the last digit and several times
    faster; for penalties, strata, clusters, entry times, the likelihood, use that.

    Parameters
    ----------
    time, event, level
        As in :func:`median`.
    covariates : pandas.DataFrame or array_like of float, shape (n, p) or (n,)
        Covariates in any unit; categories as 0/1 columns, one level left out.

    Returns
    -------
    CoxModel
        ``coefficients``, a frame with one row a covariate: ``coef`` (log hazard ratio for one
        unit), its standard error ``se``, the hazard ratio ``hr``, its Wald limits ``lower`` and
        ``upper``, the two-sided Wald ``p``. ``baseline``, a series: cumulative hazard after each
        event time, for a patient whose covariates are the means of these patients; that of
        another is this times exp((x - mean) · coef).

    Notes
    -----
    Patients who do not determine the coefficients are refused: if a covariate is constant or a
    combination of others among those at risk (R's ``coxph`` leaves one out), or if the likelihood
    grows without end because some combination orders the events perfectly (R warns and returns
    where it stopped). The baseline hazard is Efron's, as that of R's ``survfit(fit, newdata)``; R's
    ``basehaz(fit)`` takes 0 instead of the mean for covariates of 0 and 1.

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
    patients, names = _with_covariates(time, event, covariates)
    coef = patients.coefficients(names)
    found = patients.at(coef)
    steps = np.bincount(patients.cell, math.exp(-found.shift) / found.total)
    covariance = np.linalg.inv(patients.information(found))
    coef, se = coef / patients.scale, np.sqrt(np.diag(covariance)) / patients.scale
    table = {"coef": coef, "se": se, "hr": np.exp(coef)}
    table |= {"lower": np.exp(coef - z * se), "upper": np.exp(coef + z * se)}
    table["p"] = erfc(np.abs(coef) / se / math.sqrt(2))
    return CoxModel(
        pd.DataFrame(table, index=pd.Index(names, name="covariate")),
        pd.Series(np.cumsum(steps[::-1]), pd.Index(patients.times[::-1], name="time")),
    )


def proportional_hazards_test(time, event, covariates):
    """Test whether hazard ratios are constant in time: the score test of R's ``cox.zph``.

    For each covariate x of a Cox model, test the product x · g(t) as a further covariate; g(t)
    is 1 minus the Kaplan-Meier curve just before t.

    Parameters
    ----------
    time, event, covariates
        As in :func:`cox_model`.

    Returns
    -------
    pandas.DataFrame
        One row a covariate, and ``GLOBAL`` for all together: ``statistic`` (chi-squared; NaN
        where there are too few event times), ``df`` and ``p``.

    Notes
    -----
    The score test needs no second fit: with the fitted coefficients, the score of the product
    is the sum over events of g(t) (x - mean x at risk), and its variance comes from the
    information of the model with 2p covariates there. lifelines' ``proportional_hazard_test``
    uses R's older approximation: the correlation of g(t) with the scaled Schoenfeld residuals, as
    if the covariance matrix of the covariates among those at risk were the same at each event. It
    is not, where a covariate is uncommon or those with high values leave early: in the example
    the approximation says 0.74 (P = 0.39). Nor has lifelines a global test.

    Grambsch & Therneau, Biometrika 1994;81:515. Therneau, "cox.zph" in R's survival 3.0 and
    later.

    Examples
    --------
    >>> time = np.arange(1, 17)
    >>> event = ~np.isin(time, [10, 14, 16])
    >>> exposed = np.isin(time, [3, 5, 6])
    >>> proportional_hazards_test(time, event, exposed).round(3).loc["GLOBAL"].to_list()
    [4.095, 1.0, 0.043]
    """
    import pandas as pd
    from scipy.special import chdtrc

    patients, names = _with_covariates(time, event, covariates)
    if "GLOBAL" in names:
        raise ValueError("covariates: expected names other than that of the joint test, got GLOBAL")
    found = patients.at(patients.coefficients(names))
    g = patients.transformed_times()
    score = patients.gradient(found, g)
    own, mixed, squared = (patients.information(found, g**power) for power in range(3))
    joint = np.block([[own, mixed], [mixed, squared]])
    rows, everything = {}, list(range(len(names)))
    for name, tested in [*((name, [k]) for k, name in enumerate(names)), ("GLOBAL", everything)]:
        both = [*everything, *(len(names) + k for k in tested)]
        statistic = _quadratic(joint[np.ix_(both, both)], score[tested])
        rows[name] = (statistic, len(tested), chdtrc(len(tested), statistic))
    table = pd.DataFrame.from_dict(rows, "index", columns=["statistic", "df", "p"])
    return table.rename_axis("covariate")


class RiskSets:
    """Who is at risk at each event of checked patients, with Efron's handling of ties.

    Patients stand in order of time, the longest follow-up first and censored before events: those
    at risk are at the front.
    """

    def __init__(self, time, event):
        self.order = np.lexsort((event, -time))
        until = -time[self.order]
        self.dead = np.flatnonzero(event[self.order])
        times = until[self.dead]
        self.starts = np.flatnonzero(np.concatenate([[True], times[1:] != times[:-1]]))
        times = times[self.starts]
        self.times = -times  # of events, the latest first
        self.last_at_risk = np.searchsorted(until, times, "right") - 1
        self.entry = np.searchsorted(times, until)  # the latest event time at which one is at risk
        self.cell = self.entry[self.dead]  # the time of each event
        self.tied = np.bincount(self.cell)  # events at each time
        # Efron: the k-th of d tied events (k = 0, 1, ...) sees the tied ones at risk by 1 - k/d.
        self.gone = (np.arange(self.dead.size) - self.starts[self.cell]) / self.tied[self.cell]

    def sums(self, values):
        """Sum a value of each patient over those at risk at each event."""
        everyone = np.cumsum(values, axis=-1)[..., self.last_at_risk]
        tied = np.add.reduceat(values[..., self.dead], self.starts, axis=-1)
        return everyone[..., self.cell] - self.gone * tied[..., self.cell]


class AtRisk(NamedTuple):
    """What the partial likelihood is made of, at some coefficients."""

    score: np.ndarray  # linear predictor of each patient, less ...
    shift: float  # ... the largest one
    risk: np.ndarray  # exp(score)
    total: np.ndarray  # at each event, the summed risk of those at risk
    mean: np.ndarray  # (covariate, event): their mean covariates, weighted by risk


class Patients(RiskSets):
    """Efron's partial likelihood. Covariates ``x`` (covariate, patient) have mean 0, variance 1."""

    def __init__(self, time, event, matrix):
        super().__init__(time, event)
        x = matrix[self.order].T
        x = x - x.mean(axis=1, keepdims=True)
        self.scale = x.std(axis=1)
        self.scale[self.scale == 0] = 1.0  # a constant is found out by its information
        self.x = np.ascontiguousarray(x / self.scale[:, None])

    def at(self, coef):
        """Return the terms of the likelihood."""
        score = self._predictor(coef)
        shift = score.max()
        risk = np.exp(score - shift)
        total = self.sums(risk)
        return AtRisk(score - shift, shift, risk, total, self.sums(risk * self.x) / total)

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
            flattest = np.linalg.eigh(self.information(self.at(coef)))[1][:, 0]
            involved = (str(names[k]) for k in np.flatnonzero(abs(flattest) > 0.01))
            raise ValueError(
                "covariates: expected a likelihood with one finite maximum, got none for "
                f"{', '.join(involved)}: constant, collinear, or separating the events"
            )
        return coef

    def transformed_times(self):
        """Return 1 minus the Kaplan-Meier curve before each event, centred and scaled."""
        left = (self.last_at_risk + 1 - self.tied) / (self.last_at_risk + 1)
        before = np.append(np.cumprod(left[:0:-1])[::-1], 1.0)
        g = 1 - before[self.cell]
        return (g - g.mean()) / (g.std() or 1.0)

    def _predictor(self, coef):
        return (coef[:, None] * self.x).sum(axis=0)


def _with_covariates(time, event, covariates):
    """Return the patients, some with events, and the names of their covariates."""
    _checks.same_rows(time=time, event=event, covariates=covariates)
    time, event = checked(time, event, some=True)
    matrix, names = _checks.matrix("covariates", covariates)
    if len(matrix) != time.size or not matrix.size:
        raise ValueError(
            f"covariates: expected columns of {time.size} rows, as many as time, got shape "
            f"{matrix.shape}"
        )
    return Patients(time, event, matrix), names


def _quadratic(information, score):
    """Score statistic of the last covariates, the score of the others being 0."""
    variances = np.diag(information)
    if variances.min() < _SINGULAR * variances.max():
        return np.nan
    scale = np.sqrt(variances)
    correlation = information / np.outer(scale, scale)
    if np.linalg.eigvalsh(correlation)[0] < _SINGULAR:
        return np.nan
    u = np.zeros(scale.size)
    u[-score.size :] = score
    u /= scale
    return float(u @ np.linalg.solve(correlation, u))
