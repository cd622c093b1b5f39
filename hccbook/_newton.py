"""Many logistic models at once, by Newton's method."""

from typing import NamedTuple

import numpy as np
from scipy.special import expit

_CONVERGED = 1e-18  # the square of a step in standard errors; Newton doubles its digits
# Where the classes are separated, each step moves the nearest patients by about 1, for ever. The
# slowest fit that ends has classes that overlap by e^-steps of their distance; with more steps
# the information, e^-steps too, would be lost in rounding.
_MOST_STEPS, _MOST_FIRTH_STEPS = 30, 500
_MOST_HALVINGS = 60
_REACH = 2.0
_ROUNDING = 1e-13  # of a log likelihood, relative
_RIDGE = 1e-15  # a separated model then does not end in an error
_DEPENDENT = 1e-10  # smallest eigenvalue of a matrix of correlations


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
    given = [part for part in (weight, keep, start) if part is not None]
    models = len(x) if x.ndim == 3 else len(given[0]) if given else 1
    weight = np.ones((models, y.size)) if weight is None else weight
    keep = np.ones((models, x.shape[-1]), dtype=bool) if keep is None else keep
    beta = np.zeros(keep.shape) if start is None else start.copy()
    squares = _squares(x)
    log_likelihood = _log_likelihood(beta, x, y, weight, firth and squares)
    score, information, curvature = _derivatives(beta, x, y, weight, keep, firth, squares)
    finite, todo = np.zeros(len(beta), dtype=bool), np.arange(len(beta))
    for _ in range(_MOST_FIRTH_STEPS if firth else _MOST_STEPS):
        step = np.linalg.solve(curvature[todo], score[todo, :, None] * keep[todo, :, None])[:, :, 0]
        near = np.sum(step * score[todo], axis=1) <= _CONVERGED
        beta[todo[near]] += step[near]  # so near that likelihood and score can stay
        finite[todo[near]] = True
        todo, step = todo[~near], step[~near]
        if not todo.size:
            break
        some = (x[todo] if x.ndim == 3 else x, y, weight[todo])
        squares = _squares(some[0]) if x.ndim == 3 else squares
        if firth:  # far away the penalised likelihood is flat, and a long step is lost there
            reach = _REACH + np.abs(_linear(some[0], beta[todo])).max(axis=1)
            far = np.abs(_linear(some[0], step)).max(axis=1)
            step *= np.minimum(1, reach / far)[:, None]
        least = log_likelihood[todo] - _ROUNDING * np.abs(log_likelihood[todo])
        for _ in range(_MOST_HALVINGS):
            moved = beta[todo] + step
            log_likelihood[todo] = _log_likelihood(moved, *some, firth and squares)
            worse = ~(log_likelihood[todo] >= least)
            if not worse.any():
                break
            step[worse] /= 2
        beta[todo] = moved
        score[todo], information[todo], curvature[todo] = _derivatives(
            moved, *some, keep[todo], firth, squares
        )
    return Fits(beta, log_likelihood, score, information, finite)


def recalibration(linear, y):
    """Fit a logistic model on each row of linear predictors.

    Returns slope and intercept (model, 2) and their covariances; NaN where the classes are
    separated.
    """
    mean, sd = linear.mean(axis=1), linear.std(axis=1)
    z = (linear - mean[:, None]) / sd[:, None]
    design = np.stack([z, np.ones_like(z)], axis=2)
    fits = fit_many(design, y)
    fits.coefficients[~fits.finite] = fits.information[~fits.finite] = np.nan
    back = np.tile(np.eye(2), (len(z), 1, 1))  # from z to the linear predictor
    back[:, 0, 0], back[:, 1, 0] = 1 / sd, -mean / sd
    covariance = back @ np.linalg.inv(fits.information) @ back.transpose(0, 2, 1)
    return (back @ fits.coefficients[:, :, None])[:, :, 0], covariance


def independent(x, weight):
    """Say for each model whether no column is constant or a combination of others.

    ``x`` (patient, column) without the intercept, ``weight`` (model, patient).
    """
    if not x.shape[1]:
        return np.ones(len(weight), dtype=bool)
    z = x - x.mean(axis=0)
    spread = z.std(axis=0)
    z = z / np.where(spread > 0, spread, 1.0)
    weight = weight / weight.sum(axis=1, keepdims=True)
    mean = weight @ z
    covariance = (z.T * weight[:, None, :]) @ z - mean[:, :, None] * mean[:, None, :]
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    varies = (variance > _DEPENDENT).all(axis=1)
    sd = np.sqrt(np.where(variance > _DEPENDENT, variance, 1.0))
    correlation = covariance / sd[:, :, None] / sd[:, None, :]
    return varies & (np.linalg.eigvalsh(correlation)[:, 0] > _DEPENDENT)


def _log_likelihood(beta, x, y, weight, squares):
    """Return log likelihoods, with Firth's penalty if there are ``squares``."""
    linear = _linear(x, beta)
    value = -np.sum(weight * np.logaddexp(0, (1 - 2 * y) * linear), axis=1)
    if squares:
        spread = weight * expit(linear) * expit(-linear)
        value += np.linalg.slogdet(squares(spread))[1] / 2
    return value


def _derivatives(beta, x, y, weight, keep, firth, squares):
    """Return score, information, and the matrix of a Newton step among the columns kept."""
    linear = _linear(x, beta)
    risk, safe = expit(linear), expit(-linear)
    residual, spread = weight * (y * safe - (1 - y) * risk), weight * risk * safe
    information = curvature = squares(spread)
    if firth:
        # The gradient and the second derivatives of log det(information) / 2, in terms of the
        # variance risk (1 - risk) of a patient and its derivatives by the linear predictor.
        skew, inverse = spread * (safe - risk), np.linalg.inv(information)
        transposed = np.swapaxes(x, -1, -2)
        leverage = np.sum((inverse @ transposed) * transposed, axis=1)
        residual = residual + skew * leverage / 2
        ratio = np.stack([inverse @ squares(skew * x[..., j]) for j in range(x.shape[-1])], 1)
        fourth = spread * ((safe - risk) ** 2 - 2 * risk * safe) * leverage
        penalty = squares(fourth) - np.einsum("mjab,mkba->mjk", ratio, ratio)
        curvature = information - penalty / 2
    both = keep[:, :, None] & keep[:, None, :]
    diagonal = np.where(keep, _RIDGE, 1.0)[:, :, None] * np.eye(keep.shape[1])
    masked = np.where(both, curvature, 0.0) + diagonal
    if firth:  # whose penalised likelihood need not be concave far from its maximum
        convex = np.linalg.eigvalsh(masked)[:, 0] <= 0
        masked[convex] = (np.where(both, information, 0.0) + diagonal)[convex]
    return (residual[:, None, :] @ x)[:, 0], information, masked


def _linear(x, beta):
    return beta @ x.T if x.ndim == 2 else (x @ beta[:, :, None])[:, :, 0]


def _squares(x):
    """Return a function of weights: the weighted cross-products of the columns, for each model."""
    if x.ndim == 3:
        return lambda weight: (np.swapaxes(x, 1, 2) * weight[:, None, :]) @ x
    patients, columns = x.shape
    products = (x[:, :, None] * x[:, None, :]).reshape(patients, -1)  # once for all steps
    return lambda weight: (weight @ products).reshape(-1, columns, columns)
