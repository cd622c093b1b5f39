"""LASSO problems of several samples of patients, solved together by a projected Newton method."""

import numpy as np
from scipy.special import expit, logit

#: A slope this near to 0, relative to lambda, is 0; Newton doubles its digits.
TOLERANCE = 1e-10
_FLOOR = 1e-14  # rounding of a slope, whose terms add up to 1 at most
_ROUNDING = 1e-13  # of the objective, relative
_MOST_STEPS = 10_000
_SHORTEST = 0.1  # of a step, before it is looked for in another direction
# Added to second derivatives of about 1/4, more of it where columns depend on each other: with
# much of it the step goes straight downhill.
_LEAST_RIDGE, _MOST_RIDGE, _MORE, _LESS = 1e-10, 1e6, 100.0, 1e-3
_COPY = 1e-9  # correlations this near to 1 are 1
_NEVER = 1e150  # the scale of a column that must stay out


class Problems:
    """LASSO problems on the same columns with different weights of the patients.

    ``beta`` (problem, column, the intercept last), ``linear`` (problem, patient), ``loss`` (the
    mean of log(1 + exp(linear)) - y · linear) and its ``slope`` (problem, column) belong
    together. They begin with the intercept alone. ``x`` is standardised, more or less; weights
    (problem, patient) add up to 1; ``scale`` (problem, column) is the penalty of a coefficient of
    1, for lambda = 1.
    """

    def __init__(self, x, y, weight, scale):
        self.columns = np.vstack([x.T, np.ones(y.size)])
        self.y, self.weight = y, weight
        self.scale = np.column_stack([scale, np.zeros(len(weight))])
        self.beta = np.zeros((len(weight), len(self.columns)))
        self.beta[:, -1] = logit(weight @ y)
        self.linear = np.repeat(self.beta[:, -1:], y.size, axis=1)
        self.loss = self._loss(self.linear, weight)
        self.slope = self._slope(self.linear, weight)
        self.ridge = np.full(len(weight), _LEAST_RIDGE)

    def minimise(self, penalty):
        """Take every problem to its minimum at a penalty, from where it is.

        Each step is Newton's on the coefficients that are free: those that are not 0, and those
        at 0 that the slope drives away from it by more than their cost. A coefficient that
        would change its sign stops at 0, for this step at least. (Bertsekas, SIAM J Control
        Optim 1982;20:221: the objective falls in that direction.)
        """
        todo = np.arange(len(self.beta))
        for _ in range(_MOST_STEPS):
            beta, slope, cost = self.beta[todo], self.slope[todo], penalty * self.scale[todo]
            sign = np.where(beta == 0, -np.sign(slope), np.sign(beta))
            free = (beta != 0) | (np.abs(slope) > cost * (1 + TOLERANCE))
            free[:, -1] = True
            slope = np.where(free, slope + cost * sign, 0.0)
            going = np.abs(slope).max(axis=1) > TOLERANCE * penalty + _FLOOR
            if not going.any():
                return
            todo = todo[going]
            todo = self._step(todo, *(part[going] for part in (beta, slope, cost, sign, free)))
        raise ArithmeticError(f"no minimum after {_MOST_STEPS} steps at lambda = {penalty:g}")

    def _step(self, todo, beta, slope, cost, sign, free):
        """Take a step in the problems ``todo``; return those that can still get better."""
        most = free.sum(axis=1).max()
        at = np.argsort(~free, axis=1, kind="stable")[:, :most]  # the free ones first
        place = np.arange(len(at))[:, None], at
        beta, slope, cost, sign, free = (part[place] for part in (beta, slope, cost, sign, free))
        cost = np.where(free, cost, 0.0)
        columns = self.columns[at] * free[:, :, None]
        weight, linear, diagonal = self.weight[todo], self.linear[todo], np.arange(most)
        spread = weight * expit(linear) * expit(-linear)
        second = (columns * spread[:, None, :]) @ columns.transpose(0, 2, 1)
        ridge, length = self.ridge[todo], np.ones((len(todo), 1))
        second[:, diagonal, diagonal] += np.where(free, ridge[:, None], 1.0)
        step = np.linalg.solve(second, slope[:, :, None])[:, :, 0]
        before = (self.loss[todo] + np.sum(np.abs(beta) * cost, axis=1)) * (1 + _ROUNDING)
        while True:
            moved = beta - length * step
            moved[(moved * sign < 0) & (cost > 0)] = 0.0
            linear = (moved[:, None, :] @ columns)[:, 0]
            loss = self._loss(linear, weight)
            worse = loss + np.sum(np.abs(moved) * cost, axis=1) > before
            worse &= ridge < _MOST_RIDGE
            if not worse.any():
                break
            length[worse] /= 2
            short = worse & (length[:, 0] < _SHORTEST)
            if short.any():
                second[:, diagonal, diagonal] += (short * (_MORE - 1) * ridge)[:, None]
                ridge[short] *= _MORE
                length[short] = 1.0
                step = np.linalg.solve(second, slope[:, :, None])[:, :, 0]
        fresh = np.zeros((len(todo), len(self.columns)))
        fresh[place] = moved * free
        self.beta[todo], self.linear[todo], self.loss[todo] = fresh, linear, loss
        self.slope[todo] = self._slope(linear, weight)
        self.ridge[todo] = np.maximum(ridge * _LESS, _LEAST_RIDGE)
        return todo[ridge < _MOST_RIDGE]

    def _loss(self, linear, weight):
        return np.sum((np.logaddexp(0, linear) - self.y * linear) * weight, axis=1)

    def _slope(self, linear, weight):
        return ((expit(linear) - self.y) * weight) @ self.columns.T


def column_scales(x):
    """Return the standard deviation of each column, or a huge number to keep it out.

    Out stay constant columns, and those that say the same as a column before them.
    """
    sd = x.std(axis=0)
    usable = np.flatnonzero((np.ptp(x, axis=0) > 0) & (sd > 0))
    z = (x[:, usable] - x[:, usable].mean(axis=0)) / sd[usable]
    # Copies have the same weighted sum, up to its sign; other columns only by a rare chance.
    total = np.abs(np.random.default_rng(0).standard_normal(len(z)) @ z)
    order, same = np.argsort(total), np.arange(usable.size)
    for i in np.flatnonzero(np.diff(total[order]) < _COPY * len(z)):
        one, other = order[i : i + 2]
        if abs(z[:, one] @ z[:, other]) > (1 - _COPY) * len(z):
            same[other] = same[one]
    first = usable[np.unique(same, return_index=True)[1]]
    scale = np.full(x.shape[1], _NEVER)
    scale[first] = sd[first]
    return scale
