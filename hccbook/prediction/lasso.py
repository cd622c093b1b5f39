"""LASSO logistic regression: the path of coefficients, and its choice by cross-validation."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from .. import _checks
from .._threads import one_thread
from .logistic import predictors, predictors_and_outcome

# What glmnet does, by its names there.
_DEVMAX, _FDEV, _MNLAM = 0.999, 1e-5, 5
_LOGIT_LIMIT = -logit(1e-5)  # cv.glmnet keeps risks between 1e-5 and 1 - 1e-5
# A slope this near to 0, relative to lambda, is 0; Newton doubles its digits.
_TOLERANCE = 1e-10
_FLOOR = 1e-14  # rounding of a slope, whose terms add up to 1 at most
_ROUNDING = 1e-13  # of the objective, relative
_MOST_STEPS = 10_000
# Added to second derivatives of about 1/4: the least; the one at which nothing helps any more;
# and by what it grows after a step that did not help, and shrinks after one that did.
_LEAST_RIDGE, _MOST_RIDGE, _MORE, _LESS = 1e-10, 1e6, 100.0, 1 / 30
_COPY = 1e-9  # correlations this near to 1 are 1
_NEVER = 1e150  # the scale of a column that must stay out


@dataclass(frozen=True, eq=False)
class LassoPath:
    """A path of LASSO logistic models, made by :func:`lasso_path`.

    ``table`` has one row a lambda, the largest first: ``lambda``; ``nonzero`` (predictors with a
    coefficient); ``deviance_ratio`` (share of the null deviance that the model explains);
    ``cv_deviance`` and ``cv_se`` (mean deviance per patient in the folds left out, and its
    standard error). ``coefficients`` has the same rows; columns ``intercept`` and the predictors,
    in their own units. ``lambda_min`` is the lambda with the smallest ``cv_deviance``,
    ``lambda_1se`` the largest whose ``cv_deviance`` is at most one standard error above it, and
    ``folds`` the fold in which each patient is left out, 0, 1, …

    The methods take ``at``: ``"lambda_1se"`` (default), ``"lambda_min"`` or a number. Between two
    lambdas the coefficients are interpolated linearly, as glmnet does.
    """

    table: object
    coefficients: object
    lambda_min: float
    lambda_1se: float
    folds: np.ndarray

    def model(self, at="lambda_1se"):
        """Return the intercept and the coefficients of all predictors, most of them 0."""
        import pandas as pd

        if isinstance(at, str):
            _checks.one_of("at", at, ("lambda_1se", "lambda_min"))
            at = getattr(self, at)
        _checks.real("at", at)
        lambdas = self.table["lambda"].to_numpy()
        if not lambdas[-1] <= at <= lambdas[0]:
            raise ValueError(
                f"at: expected a lambda from {lambdas[-1]:g} to {lambdas[0]:g}, got {at!r}"
            )
        paths = self.coefficients.to_numpy()[::-1].T
        model = [np.interp(at, lambdas[::-1], path) for path in paths]
        return pd.Series(model, self.coefficients.columns)

    def selected(self, at="lambda_1se"):
        """Return the names of the predictors with a coefficient, in the order of the columns."""
        model = self.model(at).drop("intercept")
        return list(model.index[model != 0])

    def predict(self, x, at="lambda_1se"):
        """Return the risks of patients, from the columns of the fit."""
        model = self.model(at)
        x, _ = predictors(x, list(model.index[1:]))
        return expit(model.iloc[0] + x @ model.to_numpy()[1:])


def lasso_path(x, y, folds=10, lambdas=100, ratio=None, seed=0):
    r"""Fit a LASSO logistic model for each of a sequence of lambdas, and cross-validate it.

    Parameters
    ----------
    x, y
        As in :func:`logistic`.
    folds : int or array_like of int, shape (n,), default 10
        Number of random, even folds, at least 3; or the fold of each patient.
    lambdas : int, default 100
        Length of the sequence of lambdas.
    ratio : float, optional
        The smallest lambda over the largest. Default: 0.01 if n < p, else 0.0001.
    seed : int or numpy.random.SeedSequence, default 0
        Seed of the division into folds.

    Returns
    -------
    LassoPath

    Notes
    -----
    The model and its choice are those of R's glmnet and cv.glmnet with ``family = "binomial"``.
    Of n patients with linear predictors η, the coefficients minimise

    .. math:: \frac{1}{n} \sum_i \left(\log(1 + e^{\eta_i}) - y_i \eta_i\right)
              + \lambda \sum_j s_j |\beta_j|

    with the standard deviations s (divisor n) of the predictors. The largest lambda is the
    smallest one at which all coefficients are 0; the path ends, as glmnet's, where the model
    explains 99.9 % of the deviance or no longer gains. ``cv_deviance`` is the mean over the
    folds, weighted by their sizes; with fewer than 3 patients in a fold patients take their place.

    The folds use the lambdas of all patients; by default cv.glmnet gives each fold its own, a
    difference of a few per cent of ``cv_deviance`` at most. glmnet is exact only with a small
    ``thresh``. Of columns that say the same (copies, other units, the other level of two) the
    first is used. With more than some 200 coefficients a larger ``ratio`` saves most of the time.

    Friedman, Hastie & Tibshirani, J Stat Softw 2010;33(1). Hastie, Tibshirani & Friedman, The
    Elements of Statistical Learning, 2nd ed. (2009), section 7.10.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(80, 20))
    >>> path = lasso_path(x, x[:, 0] - x[:, 1] + rng.normal(size=80) > 0)
    >>> path.selected()
    ['x1', 'x2']
    """
    import pandas as pd

    x, names, y = predictors_and_outcome(x, y)
    fold, lambdas = _fold_of(folds, y, seed), _checks.whole("lambdas", lambdas, 2)
    ratio = (0.01 if x.shape[0] < x.shape[1] else 1e-4) if ratio is None else ratio
    _checks.real("ratio", ratio)
    if not 0 < ratio < 1:
        raise ValueError(f"ratio: expected a number above 0 and below 1, got {ratio!r}")
    mean, sd, varies = x.mean(axis=0), x.std(axis=0), np.ptp(x, axis=0) > 0
    if not varies.any():
        raise ValueError("x: expected a column that varies, got none")
    sd[~varies] = 1.0
    # Many small products: on a busy machine several threads wait for one another for minutes.
    with one_thread():
        path, scores, explained, used = _path((x - mean) / sd, y, fold, lambdas, ratio)
    coefficients = path[:, :-1] / sd
    intercept = path[:, -1] - coefficients @ mean
    cv, se = _mean_and_error(scores, fold)
    best = int(cv.argmin())
    table = {"lambda": used, "nonzero": np.count_nonzero(coefficients, axis=1)}
    table |= {"deviance_ratio": explained, "cv_deviance": cv, "cv_se": se}
    columns = np.column_stack([intercept, coefficients])
    return LassoPath(
        pd.DataFrame(table),
        pd.DataFrame(columns, columns=["intercept", *names]),
        float(used[best]),
        float(used[np.argmax(cv <= cv[best] + se[best])]),
        fold,
    )


def _path(x, y, fold, lambdas, ratio):
    """Solve all problems (all patients; those outside of each fold) at each lambda.

    Returns the coefficients of all patients (the intercept last) for columns ``x`` in standard
    deviations, the deviance of each patient when left out, the deviance ratios and the lambdas.
    """
    # Row 0 is of all patients, row k + 1 of those outside fold k. The intercept comes last here;
    # a scale of 0 leaves it without penalty.
    train = np.vstack([np.ones(y.size, dtype=bool), fold != np.arange(fold.max() + 1)[:, None]])
    scale = np.array([np.append(_column_scales(x[rows]), 0.0) for rows in train])
    weight = train / train.sum(axis=1, keepdims=True)
    x = np.column_stack([x, np.ones(y.size)])
    beta = np.zeros(scale.shape)
    beta[:, -1] = logit(weight @ y)
    null = _objective(beta[:1], x, y, weight[:1], 0.0)[0]
    largest = np.max(np.abs((y - y.mean()) @ x[:, :-1]) / y.size / scale[0, :-1])
    if largest < _TOLERANCE:
        raise ValueError("x: expected a column that is associated with y, got none")
    used = largest * ratio ** (np.arange(lambdas) / (lambdas - 1))
    path, scores, explained = [], [], []
    for number, penalty in enumerate(used):
        _minimise(beta, x, y, weight, scale, penalty)
        linear = beta @ x.T
        left_out = linear[fold + 1, np.arange(y.size)].clip(-_LOGIT_LIMIT, _LOGIT_LIMIT)
        scores.append(2 * (np.logaddexp(0, left_out) - y * left_out))
        explained.append(1 - _objective(beta[:1], x, y, weight[:1], 0.0)[0] / null)
        path.append(beta[0].copy())
        if number + 1 >= min(_MNLAM, lambdas):
            gain = explained[-1] - explained[-2]
            if explained[-1] > _DEVMAX or gain < _FDEV:
                break
    return np.array(path), np.array(scores), np.array(explained), used[: len(path)]


def _mean_and_error(scores, fold):
    """Cross-validated mean of scores (lambda, patient) and its standard error, as cv.glmnet."""
    if fold.size / (fold.max() + 1) < 3:
        fold = np.arange(fold.size)
    size = np.bincount(fold)
    each = np.array([np.bincount(fold, row) for row in scores]) / size
    share = size / fold.size
    mean = each @ share
    return mean, np.sqrt((each - mean[:, None]) ** 2 @ share / (size.size - 1))


def _fold_of(folds, y, seed):
    """Return the fold of each patient, counted from 0."""
    if _checks.sequence("folds", folds).ndim == 0:
        count = _checks.whole("folds", folds, 3)
        if count > y.size:
            raise ValueError(f"folds: expected at most {y.size}, the patients, got {count}")
        fold = np.random.default_rng(_checks.seed(seed)).permutation(np.arange(y.size) % count)
    else:
        fold = _checks.vector("folds", folds)
        _checks.same_length("folds", fold, "y", y)
        fold = np.unique(fold, return_inverse=True)[1]
        if fold.max() < 2:
            raise ValueError(f"folds: expected at least 3 folds, got {fold.max() + 1}")
    for number in range(fold.max() + 1):
        rest = y[fold != number]
        if rest.min() == rest.max():
            raise ValueError(
                f"y: expected both classes outside of fold {number}, got only {rest[0]:g}"
            )
    return fold


def _minimise(beta, x, y, weight, scale, penalty):
    """Take each problem, a row of ``beta``, to its minimum, from where it is.

    Each step is Newton's on the coefficients that are free: those that are not 0, and those at 0
    that the slope drives away from it by more than their cost. A coefficient that would change
    its sign stops at 0 (Bertsekas, SIAM J Control Optim 1982;20:221). Where a step does not help,
    a ridge makes the next shorter and turns it downhill (Levenberg and Marquardt).
    """
    cost = penalty * scale
    value = _objective(beta, x, y, weight, cost)
    todo, ridge = np.arange(len(beta)), np.full(len(beta), _LEAST_RIDGE)
    for _ in range(_MOST_STEPS):
        risk = expit(beta[todo] @ x.T)
        slope = ((risk - y) * weight[todo]) @ x
        sign = np.where(beta[todo] == 0, -np.sign(slope), np.sign(beta[todo]))
        free = (beta[todo] != 0) | (np.abs(slope) > cost[todo] * (1 + _TOLERANCE))
        slope = np.where(free, slope + cost[todo] * sign, 0.0)
        going = np.abs(slope).max(axis=1) > _TOLERANCE * penalty + _FLOOR
        going &= ridge[todo] < _MOST_RIDGE
        if not going.any():
            return
        todo, risk, slope, sign, free = (each[going] for each in (todo, risk, slope, sign, free))
        # The free columns of each problem, and some that are 0 where it has fewer than others.
        at = np.argsort(~free, axis=1, kind="stable")[:, : free.sum(axis=1).max()]
        place, diagonal = (np.arange(len(at))[:, None], at), np.arange(at.shape[1])
        columns = x.T[at] * free[place][:, :, None]
        second = columns * (weight[todo] * risk * (1 - risk))[:, None, :]
        second = second @ columns.transpose(0, 2, 1)
        second[:, diagonal, diagonal] += np.where(free[place], ridge[todo, None], 1.0)
        moved = beta[todo]
        moved[place] -= np.linalg.solve(second, slope[place][:, :, None])[:, :, 0]
        moved[(moved * sign < 0) & (cost[todo] > 0)] = 0.0
        now = _objective(moved, x, y, weight[todo], cost[todo])
        better = now <= value[todo] * (1 + _ROUNDING)
        beta[todo[better]], value[todo[better]] = moved[better], now[better]
        ridge[todo] = np.maximum(ridge[todo] * np.where(better, _LESS, _MORE), _LEAST_RIDGE)
    raise ArithmeticError(f"no minimum after {_MOST_STEPS} steps at lambda = {penalty:g}")


def _objective(beta, x, y, weight, cost):
    """Return weighted means of log(1 + exp(linear)) - y · linear, and the costs."""
    # Without that difference, which loses all digits of large predictors.
    loss = np.sum(np.logaddexp(0, (1 - 2 * y) * (beta @ x.T)) * weight, axis=1)
    return loss + np.sum(np.abs(beta) * cost, axis=1)


def _column_scales(x):
    """Return the standard deviation of each column, or a huge number to keep it out.

    Out stay constant columns, and those that say the same as a column before them.
    """
    sd, varies = x.std(axis=0), np.ptp(x, axis=0) > 0
    z = (x - x.mean(axis=0)) / np.where(varies, sd, 1.0)
    first = (np.abs(z.T @ z) > (1 - _COPY) * len(x)).argmax(axis=0)
    return np.where(varies & (first == np.arange(sd.size)), sd, _NEVER)
