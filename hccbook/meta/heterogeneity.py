"""Between studies: intervals for tau² and I², and Egger's test."""

from typing import NamedTuple

import numpy as np
from scipy.special import chdtri

from .. import _checks
from . import _tau2
from .effects import for_each
from .pooling import i2_from_tau2, limits_and_p


class EggerTest(NamedTuple):
    """What :func:`egger_test` returns: floats, or arrays for many meta-analyses."""

    slope: float
    lower: float
    upper: float
    statistic: float
    p: float


def q_profile(effect, se, level=0.95):
    """Return the Q-profile confidence intervals of the variance between studies and of I².

    Parameters
    ----------
    effect, se, level
        As for :func:`pool`.

    Returns
    -------
    tau2, i2 : tuple
        Lower and upper limit of each: the tau² at which Cochran's Q, with weights
        ``1 / (se² + tau²)``, equals the upper and the lower quantile of chi-square with k - 1
        degrees of freedom, or 0 if Q is too small even at 0; and the I² of that, in per cent, as
        ``i2_tau2`` of :class:`Pooled`. Both limits are 0 if the studies differ less than chance
        would have them, NaN for one study.

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
    >>> tau2, i2 = q_profile([0.1, 0.3, 0.8, 0.5], [0.2, 0.1, 0.2, 0.3])
    >>> print("%.3f to %.3f, %.0f to %.0f %%" % (*tau2, *i2))
    0.000 to 1.200, 0 to 97 %
    """
    _checks.level(level)

    def limits(data):
        found = {}
        for end, tail in enumerate(((1 - level) / 2, (1 + level) / 2)):
            tau2 = _tau2.solve_q(data, chdtri(data.df, tail))
            found[end] = np.where(data.df > 0, tau2, np.nan)
            found[end + 2] = i2_from_tau2(found[end], data)
        return found

    found = for_each(limits, effect, se)
    return (found[0], found[1]), (found[2], found[3])


def egger_test(effect, se, level=0.95):
    """Egger's regression test, by weighted least squares.

    Parameters
    ----------
    effect, se, level
        As for :func:`pool`; at least three studies, whose standard errors differ.

    Returns
    -------
    EggerTest
        ``slope`` of the effects on their standard errors with weights ``1 / se²`` (Egger's
        intercept of ``effect / se`` on ``1 / se``, "bias"), its limits, t ``statistic`` and
        two-sided ``p``, with k - 2 degrees of freedom.

    Notes
    -----
    The same as metafor's ``regtest(model = "lm")``. Studies exactly on a line have P = 0 (NaN, if
    the line is flat), or come near to that by rounding. With fewer than ten studies the test has
    little power (Sterne and others, 2011).

    References
    ----------
    Egger, Davey Smith, Schneider & Minder, BMJ 1997;315:629. Sterne et al., BMJ 2011;343:d4002.
    """
    _checks.level(level)

    def line(data):
        y, w, s = data.effect, 1 / data.variance, np.sqrt(data.variance)
        if not np.ptp(s, axis=0).all():
            raise ValueError("se: expected standard errors that differ, got equal ones")
        total = w.sum(axis=0)
        s, y = s - (w * s).sum(axis=0) / total, y - (w * y).sum(axis=0) / total
        spread, df = (w * s * s).sum(axis=0), data.size - 2
        slope = (w * s * y).sum(axis=0) / spread
        residual = (w * (y - slope * s) ** 2).sum(axis=0) / df
        return {"slope": slope, **limits_and_p(slope, np.sqrt(residual / spread), df, level)}

    return EggerTest(**for_each(line, effect, se, fewest=3))
