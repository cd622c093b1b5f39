"""Efron's partial likelihood of a Cox model, for many samples at once.

A sample says how often each patient was drawn (``weight``); a patient drawn twice is two
patients with tied times, each an event of his own. Arrays have the axes (covariate, sample,
patient), so that sums over patients run along memory.
"""

from typing import NamedTuple

import numpy as np

_CONVERGED = 1e-8  # Newton doubles its digits: the step after one of this size is nothing
_FLAT = 1e-9  # information per event, in units of the covariates' variance: none to speak of
_STEPS = 100  # many more than ever needed; without a maximum the information ends before


class Timeline(NamedTuple):
    """Patients in order of time, from the longest follow-up on, censored before events.

    Parameters
    ----------
    order : ndarray of int, shape (n,)
        The patients.
    times : ndarray of float, shape (t,)
        Distinct event times, the latest first.
    at_risk : ndarray of int, shape (t,)
        How many patients are at risk at each, who stand at the front.
    entry : ndarray of int, shape (n,)
        For each patient, the latest of the event times at which he is at risk.
    dead : ndarray of int
        Positions of the patients with an event.
    starts : ndarray of int, shape (t,)
        Where in ``dead`` those of each time begin.
    """

    order: np.ndarray
    times: np.ndarray
    at_risk: np.ndarray
    entry: np.ndarray
    dead: np.ndarray
    starts: np.ndarray


class Terms(NamedTuple):
    """The likelihood's terms, one for each event of each sample (m in all).

    Parameters
    ----------
    risk : ndarray of float, shape (samples, n)
        exp(linear predictor) × weight, up to a factor of the sample.
    shift : ndarray of float, shape (samples,)
        Logarithm of that factor.
    starts : ndarray of int, shape (samples,)
        Where the terms of each sample begin.
    cell : ndarray of int, shape (m,)
        Sample × number of event times + event time.
    gone : ndarray of float, shape (m,)
        How much of the patients with tied events is no longer at risk.
    at_risk : ndarray of float, shape (m,)
        Summed risk of those at risk.
    mean : ndarray of float, shape (covariates, m)
        Mean of the covariates among those at risk, weighted by their risk.
    """

    risk: np.ndarray
    shift: np.ndarray
    starts: np.ndarray
    cell: np.ndarray
    gone: np.ndarray
    at_risk: np.ndarray
    mean: np.ndarray


def timeline(time, event):
    """Put checked patients, some with an event, in order of time."""
    order = np.lexsort((event, -time))
    until, dead = -time[order], np.flatnonzero(event[order])
    times, starts = np.unique(until[dead], return_index=True)
    at_risk, entry = np.searchsorted(until, times, "right"), np.searchsorted(times, until)
    return Timeline(order, -times, at_risk, entry, dead, starts)


def predictor(x, coef):
    """Linear predictor (samples, n) of covariates (covariates, 1 or samples, n).

    Summed covariate by covariate: a matrix product may round alike patients differently, and
    would untie them.
    """
    total = coef[:, 0, None] * x[0]
    for column, covariate in zip(coef.T[1:], x[1:], strict=True):
        total = total + column[:, None] * covariate
    return total


def terms(line, x, weight, coef):
    """Return the terms of the likelihood at coefficients (samples, covariates)."""
    score = predictor(x, coef)
    shift = score.max(axis=1)
    risk = weight * np.exp(score - shift[:, None])
    events = np.add.reduceat(weight[:, line.dead], line.starts, axis=1).astype(int)
    starts = np.cumsum(events.sum(axis=1)) - events.sum(axis=1)
    events = events.ravel()
    cell = np.repeat(np.arange(events.size), events)
    # Efron: the k-th of d tied events (k = 0, 1, ...) sees the tied ones at risk by 1 - k/d.
    gone = (np.arange(cell.size) - (np.cumsum(events) - events)[cell]) / events[cell]

    def at_risk(values):
        everyone = np.cumsum(values, axis=-1)[..., line.at_risk - 1]
        tied = np.add.reduceat(values[..., line.dead], line.starts, axis=-1)
        everyone, tied = (part.reshape(*values.shape[:-2], -1) for part in (everyone, tied))
        return everyone[..., cell] - gone * tied[..., cell]

    total = at_risk(risk)
    return Terms(risk, shift, starts, cell, gone, total, at_risk(risk * x) / total)


def log_likelihood(line, x, weight, coef, found):
    """Log partial likelihood of each sample."""
    score = predictor(x, coef) - found.shift[:, None]
    observed = np.sum((weight * score)[:, line.dead], axis=1)
    return observed - np.add.reduceat(np.log(found.at_risk), found.starts)


def gradient(line, x, weight, found, at=None):
    """Score vector (samples, covariates); times ``at``, one value for each event time."""
    drawn, mean = weight[:, line.dead], found.mean
    if at is not None:
        drawn, mean = drawn * at[line.entry[line.dead]], mean * at[found.cell % at.size]
    observed = np.sum(drawn * x[..., line.dead], axis=-1)
    return (observed - np.add.reduceat(mean, found.starts, axis=-1)).T


def information(line, x, found, at=None):
    """Observed information (samples, covariates, covariates); ``at`` as in :func:`gradient`.

    The sum over events of E(xx') - E(x)E(x)', with E over those at risk. In the first part
    patients and events change places: each patient's xx' times the hazard met while at risk.
    """
    at = np.ones(line.times.size) if at is None else at
    at_event = at[found.cell % at.size]
    hazard = at_event / found.at_risk
    cells = (len(found.risk), at.size)
    steps, missed = (
        np.bincount(found.cell, values, cells[0] * cells[1]).reshape(cells)
        for values in (hazard, hazard * found.gone)
    )
    met = np.zeros((cells[0], cells[1] + 1))  # the last column: censored before the first event
    met[:, :-1] = np.cumsum(steps[:, ::-1], axis=1)[:, ::-1]
    met = met[:, line.entry]
    met[:, line.dead] -= missed[:, line.entry[line.dead]]
    met *= found.risk
    i, j = np.tril_indices(len(x))
    products = at_event * found.mean[i] * found.mean[j]
    result = np.empty((cells[0], len(x), len(x)))
    result[:, i, j] = result[:, j, i] = (
        np.einsum("kbn,bn->bk", x[i] * x[j], met)
        - np.add.reduceat(products, found.starts, axis=-1).T
    )
    return result


def maximise(line, x, weight, coef):
    """Newton's method in all samples. Covariates must be centred, with variance 1 or so.

    Returns the coefficients (samples, covariates), and whether each sample determines them:
    not if the likelihood is flat in some direction, be it from the start (collinear
    covariates) or on the way to infinity (separation). Then they are where it became flat.
    """
    coef, determined = coef.copy(), np.ones(len(coef), dtype=bool)
    active = np.arange(len(coef))
    for _ in range(_STEPS):
        covariates = x if x.shape[1] == 1 else x[:, active]
        with np.errstate(all="ignore"):  # what is not a number is flat
            found = terms(line, covariates, weight[active], coef[active])
            slope = gradient(line, covariates, weight[active], found)
            curvature = information(line, covariates, found)
        events = np.diff(found.starts, append=found.cell.size)
        steep = np.isfinite(curvature).all(axis=(1, 2))
        smallest = np.linalg.eigvalsh(curvature[steep]).min(axis=1)
        steep[steep] = smallest > _FLAT * events[steep]
        determined[active[~steep]] = False
        active, slope, curvature = active[steep], slope[steep], curvature[steep]
        step = np.linalg.solve(curvature, slope[..., None])[..., 0]
        covariates = x if x.shape[1] == 1 else x[:, active]
        # If a step changes the linear predictors by amounts that differ by up to r, curvature
        # along it grows at most e^r-fold (the third cumulant of a variable is at most its
        # range times its variance). So log(1 + r) / r of the step climbs always, and the
        # whole step does where e^r - 1 - r < r², that is up to 1.79.
        change = np.ptp(predictor(covariates, step), axis=1)
        scale = np.where(change < 1.5, 1.0, np.log1p(change) / np.maximum(change, 1.0))
        coef[active] += scale[:, None] * step
        active = active[np.max(np.abs(step), axis=1) > _CONVERGED]
        if not active.size:
            break
    determined[active] = False
    return coef, determined
