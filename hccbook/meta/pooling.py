"""Pooled estimates of one or of thousands of meta-analyses."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, stdtr, stdtrit

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
        half = t_quantile(df, self.level) * np.sqrt(self.se**2 + self.tau2)
        return self.value - half, self.value + half


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

    References
    ----------
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


def _pool(data, method, hartung_knapp, level):
    """Return the fields of :class:`Pooled` as arrays."""
    tau2 = _tau2.ESTIMATORS[method](data)
    value, se, t_df = _pooled_mean(data, tau2, hartung_knapp)
    q, df = _tau2.cochran_q(data), data.df
    return {
        "value": value,
        "se": se,
        **limits_and_p(value, se, t_df, level),
        "tau2": tau2,
        "q": q,
        "q_p": np.where(df > 0, chdtrc(df, q), 1.0),
        "i2": 100 * (1 - df / np.maximum(np.maximum(q, df), 1.0)) * (df > 0),
        "i2_tau2": np.full(q.size, np.nan) if method == "fixed" else i2_from_tau2(tau2, data),
        "k": data.size,
    }


def _pooled_mean(data, tau2, hartung_knapp):
    """Return means, standard errors and degrees of freedom (infinite: the normal limits)."""
    s1, mean, squares = _tau2.weighted_means(data, tau2)
    if not hartung_knapp:
        return mean + data.centre, np.sqrt(1 / s1), np.full(data.size.shape, np.inf)
    enough = data.df > 0
    df = np.where(enough, data.df, np.inf)
    scale = np.where(enough, squares / df, 1.0)
    if hartung_knapp == "adhoc":
        scale = np.maximum(scale, 1.0)
    return mean + data.centre, np.sqrt(scale / s1), df


def limits_and_p(value, se, df, level):
    """Return both confidence limits, the test statistic, and its two-sided P value."""
    half = t_quantile(df, level) * se
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = value / se
    p = 2 * stdtr(df, -np.abs(statistic))
    return {"lower": value - half, "upper": value + half, "statistic": statistic, "p": p}


def t_quantile(df, level):
    """Return the two-sided quantile of t, or of the normal for infinite df, NaN for none."""
    if np.isinf(df).all():
        return np.full(np.shape(df), _checks.z(level))[()]
    values, inverse = np.unique(df, return_inverse=True)
    quantiles = np.where(np.isinf(values), _checks.z(level), stdtrit(values, 0.5 + level / 2))
    return quantiles[inverse].reshape(np.shape(df))[()]


def i2_from_tau2(tau2, data):
    """Return I² in per cent from tau² and Higgins and Thompson's typical variance."""
    ratio = tau2 * _tau2.information(data)
    return 100 * ratio / (ratio + np.maximum(data.df, 1))
