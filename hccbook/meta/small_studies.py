"""Egger's test of whether small studies show larger effects."""

from typing import NamedTuple

import numpy as np

from .. import _checks
from .effects import studies
from .pooling import limits_and_p, t_quantile


class EggerTest(NamedTuple):
    """What :func:`egger_test` returns: floats, or arrays for many meta-analyses."""

    slope: float
    lower: float
    upper: float
    statistic: float
    df: int
    p: float
    limit: float
    limit_lower: float
    limit_upper: float


def egger_test(effect, se, level=0.95, where=None):
    """Egger's regression test, by weighted least squares.

    Parameters
    ----------
    effect, se, where : array_like, shape (..., k)
        As for :func:`pool`; at least three studies, whose standard errors differ.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    EggerTest
        ``slope`` of the effects on their standard errors with weights ``1 / se²`` (Egger's
        intercept of ``effect / se`` on ``1 / se``, "bias"), its limits, t ``statistic`` with
        ``df`` = k - 2 and two-sided ``p``; ``limit``, the effect that the line predicts for
        a standard error of 0, and its limits.

    Notes
    -----
    The same as metafor's ``regtest(model = "lm")``. Studies exactly on a line have a statistic of
    plus or minus infinity and P = 0 (NaN, if the line is flat), or come near to that by rounding.
    With fewer than ten studies the test has little power (Sterne and others, 2011).

    References
    ----------
    Egger, Davey Smith, Schneider & Minder, BMJ 1997;315:629. Sterne et al., BMJ 2011;343:d4002.
    """
    _checks.level(level)
    found = studies(effect, se, where, fewest=3).apply(lambda data: _regression(data, level))
    return EggerTest(**found)


def _regression(data, level):
    """Return the fields of :class:`EggerTest`."""
    y, v = data.effect, data.variance
    there = np.isfinite(v)
    w, s = 1 / v, np.sqrt(np.where(there, v, 1.0))
    if np.any(np.where(there, s, -np.inf).max(axis=0) == np.where(there, s, np.inf).min(axis=0)):
        raise ValueError("se: expected standard errors that differ, got equal ones")
    total = w.sum(axis=0)
    s_mean, y_mean = (w * s).sum(axis=0) / total, (w * y).sum(axis=0) / total
    s, y = s - s_mean, y - y_mean
    spread = (w * s * s).sum(axis=0)
    slope, df = (w * s * y).sum(axis=0) / spread, data.size - 2
    residual = (w * (y - slope * s) ** 2).sum(axis=0) / df
    limit, limit_se = y_mean - slope * s_mean, np.sqrt(residual * (1 / total + s_mean**2 / spread))
    limit = limit + data.centre
    half = t_quantile(df, level) * limit_se
    return {
        "slope": slope,
        **limits_and_p(slope, np.sqrt(residual / spread), df, level),
        "df": df,
        "limit": limit,
        "limit_lower": limit - half,
        "limit_upper": limit + half,
    }
