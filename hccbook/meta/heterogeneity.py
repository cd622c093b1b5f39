"""Intervals for tau² and I², and prediction intervals."""

from typing import NamedTuple

import numpy as np
from scipy.special import chdtri

from .. import _checks
from . import _tau2
from .effects import studies
from .pooling import Pooled, i2_from_tau2, t_quantile


class Interval(NamedTuple):
    """Lower and upper limit: floats, or arrays for many meta-analyses."""

    lower: float
    upper: float


def tau2_interval(effect, se, level=0.95, where=None):
    """Return the Q-profile confidence interval of the variance between studies.

    Parameters
    ----------
    effect, se, where : array_like, shape (..., k)
        As for :func:`pool`.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    Interval
        The tau² at which Cochran's Q, with weights ``1 / (se² + tau²)``, equals the upper and
        the lower quantile of chi-square with k - 1 degrees of freedom. A limit is 0 if Q is too
        small even at 0; both are, if the studies differ less than chance would have them.
        NaN for one study.

    Raises
    ------
    ValueError
        As :func:`pool`.

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


def i2_interval(effect, se, method="q-profile", level=0.95, where=None):
    """Return a confidence interval of I².

    Parameters
    ----------
    effect, se, where : array_like, shape (..., k)
        As for :func:`pool`.
    method : {"q-profile", "test-based"}
        ``"q-profile"``: the limits of :func:`tau2_interval`, turned into I² as for ``i2_tau2`` of
        :class:`Pooled`; metafor's interval. ``"test-based"``: from the standard error of
        ``log H``, where ``H² = Q / (k - 1)``, or 1 if that is less.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    Interval
        In per cent. NaN for one study. ``"test-based"`` is NaN, too, for two studies with Q of at
        most 2: the standard error is not defined there.

    Raises
    ------
    ValueError
        As :func:`pool`, or if ``method`` is unknown.

    References
    ----------
    Test-based: Higgins & Thompson, Stat Med 2002;21:1539, section 3.

    Examples
    --------
    >>> studies = [0.1, 0.3, 0.8, 0.5], [0.2, 0.1, 0.2, 0.3]
    >>> print("%.0f to %.0f" % i2_interval(*studies))
    0 to 97
    >>> print("%.0f to %.0f" % i2_interval(*studies, method="test-based"))
    0 to 86
    """
    _checks.one_of("method", method, ("q-profile", "test-based"))
    _checks.level(level)
    interval = _i2_q_profile if method == "q-profile" else _i2_test_based
    return Interval(**studies(effect, se, where).apply(lambda data: interval(data, level)))


def prediction_interval(pooled, kind="higgins"):
    """Return the interval in which the true effect of a new study is expected.

    Parameters
    ----------
    pooled : Pooled
        By random effects; its ``level`` is that of the interval.
    kind : {"higgins", "metafor"}
        ``"higgins"``: t with k - 2 degrees of freedom, as in metafor's ``pi.type="riley"``.
        ``"metafor"``: metafor's default, the quantile of the pooled confidence interval: normal, or
        t with k - 1 degrees of freedom after Hartung-Knapp.

    Returns
    -------
    Interval
        ``value`` plus and minus the quantile times ``sqrt(se² + tau²)``. NaN where there are no
        degrees of freedom: with ``"higgins"`` for fewer than three studies (metafor then takes
        one degree of freedom all the same).

    Raises
    ------
    ValueError
        If ``pooled`` is no result of :func:`pool` by random effects, or ``kind`` is unknown.

    References
    ----------
    Higgins, Thompson & Spiegelhalter, J R Stat Soc A 2009;172:137, section 4.2. Riley, Higgins &
    Deeks, BMJ 2011;342:d549.

    Examples
    --------
    >>> result = pool([0.1, 0.3, 0.8, 0.5], [0.2, 0.1, 0.2, 0.3])
    >>> print("%.2f to %.2f" % prediction_interval(result))
    -0.77 to 1.58
    """
    _checks.one_of("kind", kind, ("higgins", "metafor"))
    if not isinstance(pooled, Pooled) or pooled.method == "fixed":
        got = "method='fixed'" if isinstance(pooled, Pooled) else repr(pooled)
        raise ValueError(f"pooled: expected a result of pool() by random effects, got {got:.60}")
    if kind == "higgins":
        df = np.where(pooled.k > 2, pooled.k - 2.0, np.nan)
    else:
        df = np.where(pooled.hartung_knapp and pooled.df > 0, pooled.df, np.inf)
    half = t_quantile(df, pooled.level) * np.sqrt(pooled.se**2 + pooled.tau2)
    return Interval(pooled.value - half, pooled.value + half)


def _q_profile(data, level):
    """Return the limits of tau²."""
    limits = {}
    for side, tail in (("lower", (1 - level) / 2), ("upper", (1 + level) / 2)):
        limit = _tau2.solve_q(data, chdtri(data.df, tail))
        limits[side] = np.where(data.df > 0, limit, np.nan)
    return limits


def _i2_q_profile(data, level):
    limits = _q_profile(data, level)
    return {side: i2_from_tau2(limit, data) for side, limit in limits.items()}


def _i2_test_based(data, level):
    """Return the limits of I² by Higgins and Thompson's standard error of log H."""
    q, df = _tau2.cochran_q(data), data.df
    with np.errstate(divide="ignore", invalid="ignore"):
        log_h = np.log(np.maximum(q / df, 1)) / 2
        large = (np.log(q) - np.log(df)) / (2 * (np.sqrt(2 * q) - np.sqrt(2 * df - 1)))
        small = np.sqrt((1 - 1 / (3 * (df - 1.0) ** 2)) / (2 * (df - 1.0)))
    half = _checks.z(level) * np.where(q > df + 1, large, np.where(df > 1, small, np.nan))
    log_limits = {"lower": log_h - half, "upper": log_h + half}
    return {
        side: np.where(df > 0, -100 * np.expm1(-2 * np.maximum(limit, 0)), np.nan)
        for side, limit in log_limits.items()
    }
