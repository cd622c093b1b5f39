"""Pooled estimates of one or of thousands of meta-analyses, and how their studies differ."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc, chdtri, stdtr, stdtrit

from .. import _checks
from ..estimate import Estimate
from . import _tau2
from .effects import for_each


@dataclass(frozen=True, eq=False)
class Pooled:
    """What :func:`pool` returns: numbers of one meta-analysis, or arrays of many.

    Parameters
    ----------
    value, se, lower, upper : float or ndarray
        Pooled effect, its standard error and confidence limits, on the scale of the effects.
    statistic, p : float or ndarray
        ``value / se`` and its two-sided P value.
    tau2 : float or ndarray
        Variance between studies; 0 with ``method="fixed"``, which assumes so.
    q, q_p : float or ndarray
        Cochran's Q (weights from the variances within studies) and its P value.
    i2 : float or ndarray
        ``max(0, 100 (Q - df) / Q)`` in per cent (Higgins and Thompson, 2002).
    i2_tau2 : float or ndarray
        ``100 tau2 / (tau2 + typical variance)`` in per cent, which is what metafor prints for
        random effects; the same as ``i2`` with ``method="dl"``, NaN with ``"fixed"``.
    k : int or ndarray
        Number of studies.
    level, method
        As given to :func:`pool`.
    """

    value: float
    se: float
    lower: float
    upper: float
    statistic: float
    p: float
    tau2: float
    q: float
    q_p: float
    i2: float
    i2_tau2: float
    k: int
    level: float
    method: str

    @property
    def ratio(self):
        """Effect and limits of one meta-analysis, given as logarithms, exponentiated."""
        if np.ndim(self.value):
            raise ValueError(f"ratio: expected one meta-analysis, got {np.size(self.value)}")
        limits = (float(np.exp(x)) for x in (self.value, self.lower, self.upper))
        return Estimate(*limits, self.level, p=float(self.p))

    @property
    def prediction_interval(self):
        """Limits between which the true effect of a new study is expected, by random effects.

        ``value`` plus and minus ``sqrt(se² + tau²)`` times the quantile of t with k - 2 degrees of
        freedom (Higgins, Thompson & Spiegelhalter, J R Stat Soc A 2009;172:137, section 4.2;
        metafor's ``pi.type="riley"``). NaN for fewer than three studies.
        """
        if self.method == "fixed":
            raise ValueError("method: expected random effects for a prediction, got 'fixed'")
        df = np.where(self.k > 2, self.k - 2.0, np.nan)
        half = _t_quantile(df, self.level) * np.sqrt(self.se**2 + self.tau2)
        return self.value - half, self.value + half


class EggerTest(NamedTuple):
    """What :func:`egger_test` returns: floats, or arrays for many meta-analyses."""

    slope: float
    lower: float
    upper: float
    statistic: float
    p: float


def pool(effect, se, method="reml", hartung_knapp=False, level=0.95, where=None):
    r"""Pool the effects of studies, in one or in many meta-analyses at once.

    Parameters
    ----------
    effect, se : array_like of float, shape (..., k)
        Effects on a scale where they are about normal (log hazard ratios, mean differences), and
        their standard errors, above 0. The last axis is that of the studies of one
        meta-analysis; those before it are broadcast.
    method : {"reml", "dl", "pm", "fixed"}
        How the variance between studies is estimated: restricted maximum likelihood,
        DerSimonian and Laird, Paule and Mandel; ``"fixed"`` sets it to 0.
    hartung_knapp : {False, True, "adhoc"}
        ``False``: normal limits. ``True``: Hartung and Knapp's variance, multiplied by
        ``s² = sum w (effect - value)² / (k - 1)``, and a t distribution with k - 1 degrees of
        freedom. ``"adhoc"``: the same, but ``s²`` no smaller than 1 (metafor's name).
    level : float, default 0.95
        Confidence level.
    where : array_like of bool, shape (..., k), optional
        Studies to take; the others may be NaN. Broadcast like ``se``, so that meta-analyses may
        have unequal numbers of studies, or be parts of one another.

    Returns
    -------
    Pooled
        Floats if ``effect``, ``se`` and ``where`` have one axis, else arrays of the leading
        axes.

    Notes
    -----
    One study: its own effect and normal limits, whatever ``hartung_knapp``; ``tau2`` 0, Q 0 with
    P 1, I² 0. Where studies agree, ``tau2`` is exactly 0. Plain Hartung-Knapp limits can then be
    much narrower than those of fixed effects, and have no width where the effects are equal;
    those of ``"adhoc"`` never are narrower. All this is as in metafor, but for one thing. Where
    the restricted likelihood has several maxima, the highest is taken. metafor climbs from one
    starting value and compares the maximum that it reaches with the likelihood at 0, so that it
    can end in a lower one; now and then its steps do not converge.

    DerSimonian & Laird, Control Clin Trials 1986;7:177. Paule & Mandel, J Res Natl Bur Stand
    1982;87:377. REML: Viechtbauer, J Educ Behav Stat 2005;30:261. Hartung & Knapp, Stat Med
    2001;20:3875. Floor of s²: Knapp & Hartung, Stat Med 2003;22:2693. Q and I²: Higgins &
    Thompson, Stat Med 2002;21:1539. metafor: Viechtbauer, J Stat Softw 2010;36(3).

    Examples
    --------
    >>> result = pool([0.1, 0.3, 0.8, 0.5], [0.2, 0.1, 0.2, 0.3], method="dl")
    >>> print(result.ratio, round(result.i2))
    1.495 (95 % CI 1.129 to 1.979) 58
    """
    _checks.one_of("method", method, tuple(_tau2.ESTIMATORS))
    if not isinstance(hartung_knapp, str) or hartung_knapp != "adhoc":
        _checks.flag("hartung_knapp", hartung_knapp)
    if method == "fixed" and hartung_knapp:
        raise ValueError("hartung_knapp: expected False with method='fixed', which has no tau²")
    _checks.level(level)

    def pooled(data):
        return _pool(data, method, hartung_knapp, level)

    return Pooled(**for_each(pooled, effect, se, where), level=level, method=method)


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
            found[end + 2] = _i2_from_tau2(found[end], data)
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
        return {"slope": slope, **_limits_and_p(slope, np.sqrt(residual / spread), df, level)}

    return EggerTest(**for_each(line, effect, se, fewest=3))


def _pool(data, method, hartung_knapp, level):
    """Return the fields of :class:`Pooled` as arrays."""
    tau2 = _tau2.ESTIMATORS[method](data)
    s1, mean, squares = _tau2.weighted_means(data, tau2)
    q, df = _tau2.cochran_q(data), data.df
    t_df = np.where((df > 0) & bool(hartung_knapp), df, np.inf)  # infinite: the normal limits
    scale = np.where(np.isinf(t_df), 1.0, squares / np.maximum(df, 1))
    if hartung_knapp == "adhoc":
        scale = np.maximum(scale, 1.0)
    value, se = mean + data.centre, np.sqrt(scale / s1)
    return {
        "value": value,
        "se": se,
        **_limits_and_p(value, se, t_df, level),
        "tau2": tau2,
        "q": q,
        "q_p": np.where(df > 0, chdtrc(df, q), 1.0),
        "i2": 100 * (1 - df / np.maximum(np.maximum(q, df), 1.0)) * (df > 0),
        "i2_tau2": np.full(q.size, np.nan) if method == "fixed" else _i2_from_tau2(tau2, data),
        "k": data.size,
    }


def _limits_and_p(value, se, df, level):
    """Return both confidence limits, the test statistic, and its two-sided P value."""
    half = _t_quantile(df, level) * se
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = value / se
    p = 2 * stdtr(df, -np.abs(statistic))
    return {"lower": value - half, "upper": value + half, "statistic": statistic, "p": p}


def _t_quantile(df, level):
    """Return the two-sided quantile of t, or of the normal for infinite df, NaN for none."""
    if np.isinf(df).all():
        return np.full(np.shape(df), _checks.z(level))[()]
    values, inverse = np.unique(df, return_inverse=True)
    quantiles = np.where(np.isinf(values), _checks.z(level), stdtrit(values, 0.5 + level / 2))
    return quantiles[inverse].reshape(np.shape(df))[()]


def _i2_from_tau2(tau2, data):
    """Return I² in per cent from tau² and Higgins and Thompson's typical variance."""
    ratio = tau2 * _tau2.information(data)
    return 100 * ratio / (ratio + np.maximum(data.df, 1))
