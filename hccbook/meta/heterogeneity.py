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
    effect, se, where : array_like, shape (..., k)
        As for :func:`pool`.
    level : float, default 0.95
        Confidence level.

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
    >>> result = pool([0.1, 0.3, 0.8, 0.5], [0.2, 0.1, 0.2, 0.3])
    >>> print("%.2f to %.2f" % prediction_interval(result))
    -0.77 to 1.58
    """
    if not isinstance(pooled, Pooled) or pooled.method == "fixed":
        got = "method='fixed'" if isinstance(pooled, Pooled) else repr(pooled)
        raise ValueError(f"pooled: expected a result of pool() by random effects, got {got:.60}")
    df = np.where(pooled.k > 2, pooled.k - 2.0, np.nan)
    half = t_quantile(df, pooled.level) * np.sqrt(pooled.se**2 + pooled.tau2)
    return Interval(pooled.value - half, pooled.value + half)


def _q_profile(data, level):
    """Return the limits of tau²."""
    limits = {}
    for side, tail in (("lower", (1 - level) / 2), ("upper", (1 + level) / 2)):
        limit = _tau2.solve_q(data, chdtri(data.df, tail))
        limits[side] = np.where(data.df > 0, limit, np.nan)
    return limits
