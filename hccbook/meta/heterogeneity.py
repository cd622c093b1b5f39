"""Between studies: intervals for tau² and I², prediction intervals, and Egger's test."""

from typing import NamedTuple

import numpy as np
from scipy.special import chdtri

from .. import _checks
from .._ties import merge_ties
from . import _tau2
from .effects import studies
from .pooling import Pooled, i2_from_tau2, limits_and_p, t_quantile

_ROUNDING = 1e-12  # of the largest effect


class Interval(NamedTuple):
    """Lower and upper limit: floats, or arrays for many meta-analyses."""

    lower: float
    upper: float


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


class RankTest(NamedTuple):
    """What :func:`rank_test` returns."""

    tau: float
    p: float


def tau2_interval(effect, se, level=0.95, where=None):
    """Return the Q-profile confidence interval of the variance between studies.

    Parameters
    ----------
    effect, se, level, where
        As for :func:`pool`.

    Returns
    -------
    Interval
        The tau² at which Cochran's Q, with weights ``1 / (se² + tau²)``, equals the upper and
        the lower quantile of chi-square with k - 1 degrees of freedom. A limit is 0 if Q is too
        small even at 0; both are, if the studies differ less than chance would have them.
        NaN for one study.

    Notes
    -----
    The same as metafor's ``confint``, which by default searches to some four digits, and no farther
    than a tau² of 100 or ten times the estimate. The interval does not depend on the estimator of
    tau² and need not contain its estimate.

    References
    ----------
    Viechtbauer, Stat Med 2007;26:37.

    Examples
    --------
    >>> print("%.3f to %.3f" % tau2_interval([0.1, 0.3, 0.8, 0.5], [0.2, 0.1, 0.2, 0.3]))
    0.000 to 1.200
    """
    _checks.level(level)
    limits = studies(effect, se, where).apply(lambda data: _q_profile(data, level))
    return Interval(**limits)


def i2_interval(effect, se, level=0.95, where=None):
    """Return the confidence interval of I²: the limits of :func:`tau2_interval`, turned into I².

    They are turned as for ``i2_tau2`` of :class:`Pooled`; metafor's interval.

    Parameters
    ----------
    effect, se, level, where
        As for :func:`pool`.

    Returns
    -------
    Interval
        In per cent. NaN for one study.

    Examples
    --------
    >>> print("%.0f to %.0f" % i2_interval([0.1, 0.3, 0.8, 0.5], [0.2, 0.1, 0.2, 0.3]))
    0 to 97
    """
    _checks.level(level)

    def interval(data):
        return {side: i2_from_tau2(x, data) for side, x in _q_profile(data, level).items()}

    return Interval(**studies(effect, se, where).apply(interval))


def prediction_interval(pooled):
    """Return the interval in which the true effect of a new study is expected.

    Parameters
    ----------
    pooled : Pooled
        By random effects; its ``level`` is that of the interval.

    Returns
    -------
    Interval
        ``value`` plus and minus ``sqrt(se² + tau²)`` times the quantile of t with k - 2 degrees
        of freedom, as with metafor's ``pi.type="riley"`` (its default takes the quantile of the
        pooled confidence interval). NaN for fewer than three studies (metafor then takes one
        degree of freedom all the same).

    References
    ----------
    Higgins, Thompson & Spiegelhalter, J R Stat Soc A 2009;172:137, section 4.2. Riley, Higgins &
    Deeks, BMJ 2011;342:d549.

    Examples
    --------
    >>> from hccbook.meta import pool
    >>> print("%.2f, %.2f" % prediction_interval(pool([0.1, 0.3, 0.8, 0.5], [0.2, 0.1, 0.2, 0.3])))
    -0.77, 1.58
    """
    if not isinstance(pooled, Pooled) or pooled.method == "fixed":
        got = "method='fixed'" if isinstance(pooled, Pooled) else repr(pooled)
        raise ValueError(f"pooled: expected a result of pool() by random effects, got {got:.60}")
    df = np.where(pooled.k > 2, pooled.k - 2.0, np.nan)
    half = t_quantile(df, pooled.level) * np.sqrt(pooled.se**2 + pooled.tau2)
    return Interval(pooled.value - half, pooled.value + half)


def egger_test(effect, se, level=0.95, where=None):
    """Egger's regression test, by weighted least squares.

    Parameters
    ----------
    effect, se, level, where
        As for :func:`pool`; at least three studies, whose standard errors differ.

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


def rank_test(effect, se):
    """Begg and Mazumdar's rank correlation test of whether small studies show larger effects.

    Parameters
    ----------
    effect, se : array_like of float, shape (k,)
        Effects and standard errors of at least two studies.

    Returns
    -------
    RankTest
        Kendall's tau (tau-b) of the standardised effects and the variances, and its two-sided P
        value: exact, or by the normal approximation if there are ties. NaN if all standard
        errors are equal, or all effects.

    References
    ----------
    Begg & Mazumdar, Biometrics 1994;50:1088. The same as metafor's ``ranktest``.
    """
    from scipy.stats import kendalltau

    effect, se = _checks.together(effect=effect, se=se)
    studies(effect, se, fewest=2)
    variance = se**2
    weight = 1 / variance
    # A deviation that is rounding of the effects is none: equal effects say nothing.
    gap = effect - weight @ effect / weight.sum()
    gap[abs(gap) <= _ROUNDING * abs(effect).max()] = 0.0
    standardised = merge_ties(gap / np.sqrt(variance - 1 / weight.sum()))
    ties = min(np.unique(standardised).size, np.unique(variance).size) < effect.size
    result = kendalltau(standardised, variance, method="asymptotic" if ties else "exact")
    return RankTest(float(result.statistic), float(result.pvalue))


def _q_profile(data, level):
    """Return the limits of tau²."""
    limits = {}
    for side, tail in (("lower", (1 - level) / 2), ("upper", (1 + level) / 2)):
        limit = _tau2.solve_q(data, chdtri(data.df, tail))
        limits[side] = np.where(data.df > 0, limit, np.nan)
    return limits


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
