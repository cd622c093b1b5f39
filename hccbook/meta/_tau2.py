"""Variance between studies (tau²), for many meta-analyses at once.

Notation: weights ``w = 1 / (variance + t)``, sums over studies ``S1 = sum w``, ``S2 = sum w²``;
``m`` the weighted mean of the effects y and ``r = y - m``. Arrays are (study, meta-analysis).

Each estimate solves ``a(t) = b(t)``, where a falls below b for good as t grows:

========== ================= ================
method     a                 b
========== ================= ================
PM         sum w r²          degrees of freedom
REML       sum w² r²         S1 - S2 / S1
========== ================= ================

PM is Paule and Mandel's (1982) equation; with a quantile of chi-square for the degrees of freedom
it gives the limits of the Q-profile interval (Viechtbauer, 2007). REML is a zero of the derivative
of the restricted likelihood (Harville, 1977).

No solution lies where ``t + min(variance)`` exceeds ``R = (max y - min y)²`` (REML), or
``R df / b`` (PM). For with the leverage ``h = w / S1`` a residual is ``r = (1 - h)`` times the
distance from the mean of the other studies, so ``r² <= (1 - h)² R``, and
``sum w r² <= max(w) R sum(1 - h)``, while ``sum w² r² <= max(w) R sum w (1 - h)``.
"""

import math

import numpy as np

_FIRST, _RATIO = 0.2, 2.0  # steps of the search for maxima of the likelihood
_CONVERGED = 1e-9  # Newton doubles its digits: the step after one of this size is nothing
_MOST_ITERATIONS = 200  # by far: halving alone ends after some 60


def solve_q(data, target):
    """Solve ``Q(t) = target`` for t >= 0, or return 0 where Q(0) is no more than ``target``.

    ``1 / Q`` is concave in t: Q is the most of ``(c'y)² / sum c² (v + t)`` over contrasts c
    (Cauchy and Schwarz), so ``1 / Q`` is the least of straight lines. Newton's method for it,
    begun at 0, therefore comes up to the solution from below and never steps over it.
    """
    t = np.zeros(target.size)
    rows = np.flatnonzero((cochran_q(data) > target) & (data.df > 0))
    if rows.size:
        c = target[rows]
        y, v = data.effect[:, rows], data.variance[:, rows]

        def sides(y, v, t, rows):
            w, _, _, r = _weights(y, v, t)
            wr = w * r
            return _over_studies(wr, r), c[rows], -_over_studies(wr, wr), 0.0

        high = _range2(y) * data.df[rows] / c
        t[rows] = _root(sides, y, v, np.zeros(rows.size), high, np.zeros(rows.size))
    return t


def weighted_means(data, t):
    """Return S1, the weighted mean and ``sum w r²``, shape (n,)."""
    w, s1, mean, r = _weights(data.effect, data.variance, t)
    return s1, mean, _over_studies(w * r, r)


def cochran_q(data):
    """Return ``sum r² / v``, shape (n,)."""
    return weighted_means(data, 0.0)[2]


def information(data):
    """Return ``S1 - S2 / S1`` at t = 0, shape (n,): DerSimonian and Laird's divisor."""
    w = 1 / data.variance
    s1 = w.sum(axis=0)
    return s1 - _over_studies(w, w) / s1


def _dersimonian_laird(data):
    """Return what Q exceeds its degrees of freedom by, divided; one study has no divisor."""
    divisor = np.where(data.df > 0, information(data), 1.0)
    return np.maximum(0.0, (cochran_q(data) - data.df) / divisor)


def _reml(data):
    """Return where the restricted likelihood is highest.

    Its maxima in t > 0 are where its derivative falls through 0, and t = 0 is one where the
    derivative is not positive there. They are looked for on a grid, fine near 0, since a second
    maximum can be near to one at 0, and geometric far from it. Where there are several, the highest
    is taken.
    """
    y, v = data.effect, data.variance
    nearest = v.min(axis=0)
    span = np.max(_range2(y) / nearest, initial=1.0) - 1
    steps = math.ceil(math.log1p(span / _FIRST) / math.log(_RATIO))
    grid = nearest * (_FIRST * (_RATIO ** np.arange(steps + 1.0)[:, None] - 1))
    share = np.empty(grid.shape)  # b / a: a straight line if the variances are equal
    for step, t in enumerate(grid):
        w, s1, _, r = _weights(y, v, t)
        r *= w
        with np.errstate(divide="ignore", invalid="ignore"):
            share[step] = (s1 - _over_studies(w, w) / s1) / _over_studies(r, r)
    rises = (share < 1) & (data.df > 0)  # for one study both sides are 0, but for rounding
    rises[-1] = False
    step, rows = np.nonzero(rises[:-1] & ~rises[1:])
    low, high = grid[step, rows], grid[step + 1, rows]
    a, b = 1 - share[step, rows], share[step + 1, rows] - 1
    start = low + (high - low) * a / (a + b)
    roots = _root(_score, y[:, rows], v[:, rows], low, high, start)
    tau2 = np.zeros(nearest.size)
    tau2[rows] = roots
    peaks = np.bincount(rows, minlength=tau2.size) + ~rises[0]
    several = np.flatnonzero(peaks[rows] > 1)
    if several.size:
        rows, roots = rows[several], roots[several]
        y, v = y[:, rows], v[:, rows]
        gain = _log_likelihood(y, v, roots) - _log_likelihood(y, v, 0.0)
        order = np.argsort(gain, kind="stable")  # of those with the same row, the last one stays
        tau2[rows[order]] = np.where(gain > 0, roots, 0.0)[order]
    return tau2


def _score(y, v, t, rows):
    """Return both sides of a = b for REML, and their derivatives.

    With ``dw/dt = -w²`` the mean moves by ``dm/dt = -sum(w² r) / S1``.
    """
    w, s1, _, r = _weights(y, v, t)
    wr = w * r
    wwr = w * wr
    s2, s3 = _over_studies(w, w), np.einsum("ij,ij,ij->j", w, w, w)
    bend = 2 * wwr.sum(axis=0) ** 2 / s1 - 2 * _over_studies(wwr, wr)
    return _over_studies(wr, wr), s1 - s2 / s1, bend, -s2 + (2 * s3 - s2 * s2 / s1) / s1


def _log_likelihood(y, v, t):
    """Return the restricted log-likelihood, shape (n,), but for a constant."""
    w, s1, _, r = _weights(y, v, t)
    value = np.log(np.where(w > 0, w, 1.0)).sum(axis=0) - _over_studies(w * r, r)
    return (value - np.log(s1)) / 2


def _root(sides, y, v, low, high, t):
    """Solve ``b / a = 1`` by Newton's method, halving where it leaves ``low`` to ``high``."""
    root, rows = t.copy(), np.arange(t.size)
    shift = v.min(axis=0)
    for _ in range(_MOST_ITERATIONS):
        a, b, da, db = sides(y, v, t, rows)
        rising = a > b
        low, high = np.where(rising, t, low), np.where(rising, high, t)
        with np.errstate(divide="ignore", invalid="ignore"):
            new = t + a * (a - b) / (a * db - b * da)
        middle = np.sqrt((low + shift) * (high + shift)) - shift
        new = np.where((new >= low) & (new <= high), new, middle)
        root[rows] = new
        going = np.abs(new - t) > _CONVERGED * (t + shift)
        if not going.any():
            return root
        if not going.all():
            rows, low, high, shift, new = (x[going] for x in (rows, low, high, shift, new))
            y, v = y[:, going], v[:, going]
        t = new
    raise ArithmeticError("tau² did not converge")  # pragma: no cover


def _weights(y, v, t):
    """Return weights, their sum over studies, the weighted mean, and residuals from it."""
    w = v + t
    np.divide(1, w, out=w)
    s1 = w.sum(axis=0)
    mean = _over_studies(w, y) / s1
    return w, s1, mean, y - mean


def _over_studies(a, b):
    return np.einsum("ij,ij->j", a, b)


def _range2(y):
    """Return the square of the range of the effects."""
    return (y.max(axis=0) - y.min(axis=0)) ** 2


#: Each method's estimate of tau², shape (n,).
ESTIMATORS = {
    "fixed": lambda data: np.zeros(data.size.size),
    "dl": _dersimonian_laird,
    "pm": lambda data: solve_q(data, data.df.astype(float)),
    "reml": _reml,
}
