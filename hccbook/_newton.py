"""Many logistic models at once, by Newton's method."""

from typing import NamedTuple

import numpy as np
from scipy.special import expit

_CONVERGED = 1e-18  # the square of a step in standard errors; Newton doubles its digits
# Where classes barely overlap, rounding keeps steps from shrinking below the first. A separated
# model's shrink by e, for ever.
_STALLED, _SHRINKS = 1e-12, 0.9
# Where the classes are separated, each step moves the nearest patients by about 1, for ever. The
# slowest fit that ends has classes that overlap by e^-steps of their distance; with more steps
# the information, e^-steps too, would be lost in rounding.
_MOST_STEPS, _MOST_FIRTH_STEPS = 30, 500
_MOST_HALVINGS = 60
_REACH = 2.0
_ROUNDING = 1e-13  # of a log likelihood, relative
_RIDGE = 1e-15  # a separated model then does not end in an error


class Fits(NamedTuple):
    """Fitted models, one a row."""

    coefficients: np.ndarray
    log_likelihood: np.ndarray
    score: np.ndarray
    information: np.ndarray
    finite: np.ndarray  # False where the classes are separated


def fit_many(x, y, weight=None, keep=None, start=None, firth=False):
    """Fit logistic models that differ in their patients, the weights of these or the columns.

    ``x`` (patient, column) or (model, patient, column), with a column for the intercept, all of
    about the size 1; ``weight`` (model, patient), default 1; ``keep`` (model, column): the columns
    to be fitted, default all. The others have the coefficients ``start`` (model, column), or 0.

    Newton's method with halved steps. With ``firth`` likelihood and score have Firth's penalty
    (Biometrika 1993;80:27), that of all columns, kept or not.
    """
    x = x if x.ndim == 3 else x[None]
    given = [part for part in (weight, keep, start) if part is not None]
    models = len(given[0] if given else x)
    weight = np.ones((models, y.size)) if weight is None else weight
    keep = np.ones((models, x.shape[2]), dtype=bool) if keep is None else keep
    beta = np.zeros(keep.shape) if start is None else start.copy()
    finite, todo = np.zeros(models, dtype=bool), np.arange(models)
    before = np.full(models, np.inf)
    value = _log_likelihood(beta, x, y, weight, firth)
    score, information, curvature = _derivatives(beta, x, y, weight, keep, firth)
    for _ in range(_MOST_FIRTH_STEPS if firth else _MOST_STEPS):
        step = np.linalg.solve(curvature[todo], (score * keep)[todo, :, None])[:, :, 0]
        size = np.sum(step * score[todo], axis=1)
        near = (size <= _CONVERGED) | ((size <= _STALLED) & (size >= _SHRINKS * before[todo]))
        before[todo] = size
        beta[todo[near]] += step[near]  # so near that likelihood and score can stay
        finite[todo[near]] = True
        todo, step = todo[~near], step[~near]
        if not todo.size:
            break
        some = x if len(x) == 1 else x[todo], y, weight[todo]
        if firth:  # far away the penalised likelihood is flat, and a long step is lost there
            reach = _REACH + np.abs(_linear(some[0], beta[todo])).max(axis=1)
            step *= np.minimum(1, reach / np.abs(_linear(some[0], step)).max(axis=1))[:, None]
        least = value[todo] - _ROUNDING * np.abs(value[todo])
        for _ in range(_MOST_HALVINGS):
            moved = beta[todo] + step
            value[todo] = _log_likelihood(moved, *some, firth)
            worse = ~(value[todo] >= least)
            if not worse.any():
                break
            step[worse] /= 2
        beta[todo] = moved
        score[todo], information[todo], curvature[todo] = _derivatives(
            moved, *some, keep[todo], firth
        )
    return Fits(beta, value, score, information, finite)


def _log_likelihood(beta, x, y, weight, firth):
    """Return log likelihoods, with Firth's penalty or without."""
    linear = _linear(x, beta)
    value = -np.sum(weight * np.logaddexp(0, (1 - 2 * y) * linear), axis=1)
    if firth:
        value += np.linalg.slogdet(_squares(x, weight * expit(linear) * expit(-linear)))[1] / 2
    return value


def _derivatives(beta, x, y, weight, keep, firth):
    """Return score, information, and the matrix of a Newton step among the columns kept."""
    linear = _linear(x, beta)
    risk, safe = expit(linear), expit(-linear)
    residual, spread = weight * (y * safe - (1 - y) * risk), weight * risk * safe
    information = curvature = _squares(x, spread)
    if firth:
        # The gradient and the second derivatives of log det(information) / 2, in terms of the
        # variance risk (1 - risk) of a patient and its derivatives by the linear predictor.
        skew, inverse = spread * (safe - risk), np.linalg.inv(information)
        leverage = np.sum((x @ inverse) * x, axis=2)
        residual = residual + skew * leverage / 2
        ratio = np.stack([inverse @ _squares(x, skew * c) for c in np.moveaxis(x, 2, 0)], 1)
        fourth = spread * ((safe - risk) ** 2 - 2 * risk * safe) * leverage
        penalty = _squares(x, fourth) - np.einsum("mjab,mkba->mjk", ratio, ratio)
        curvature = information - penalty / 2
    both = keep[:, :, None] & keep[:, None, :]
    diagonal = np.where(keep, _RIDGE, 1.0)[:, :, None] * np.eye(keep.shape[1])
    masked = np.where(both, curvature, 0.0) + diagonal
    if firth:  # whose penalised likelihood need not be concave far from its maximum
        convex = np.linalg.eigvalsh(masked)[:, 0] <= 0
        masked[convex] = (np.where(both, information, 0.0) + diagonal)[convex]
    return (residual[:, None, :] @ x)[:, 0], information, masked


def _linear(x, beta):
    return (x @ beta[:, :, None])[:, :, 0]


def _squares(x, weight):
    """Return the weighted cross-products of the columns, for each model."""
    return (np.swapaxes(x, 1, 2) * weight[:, None, :]) @ x
