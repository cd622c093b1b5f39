"""Pooled estimates of one or of thousands of meta-analyses."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, stdtr, stdtrit

from .. import _checks
from ..estimate import Estimate
from . import _tau2
from .effects import studies

METHODS = ("fixed", "dl", "pm", "reml")
_COLUMNS = ("k", "value", "se", "lower", "upper", "p", "tau2", "i2", "q", "df", "q_p")


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
    q, df, q_p : float or ndarray
        Cochran's Q (weights from the variances within studies), its degrees of freedom and P.
    i2 : float or ndarray
        ``max(0, 100 (Q - df) / Q)`` in per cent (Higgins and Thompson, 2002).
    i2_tau2 : float or ndarray
        ``100 tau2 / (tau2 + typical variance)`` in per cent, which is what metafor prints for
        random effects; the same as ``i2`` with ``method="dl"``, NaN with ``"fixed"``.
    k : int or ndarray
        Number of studies.
    level, method, hartung_knapp
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
    df: int
    q_p: float
    i2: float
    i2_tau2: float
    k: int
    level: float
    method: str
    hartung_knapp: bool | str

    @property
    def estimate(self):
        """The pooled effect of one meta-analysis as an :class:`~hccbook.estimate.Estimate`."""
        if np.ndim(self.value):
            raise ValueError(f"estimate: expected one meta-analysis, got {np.size(self.value)}")
        limits = float(self.value), float(self.lower), float(self.upper)
        return Estimate(*limits, self.level, p=float(self.p))

    @property
    def ratio(self):
        """The same as a ratio: effect and limits, given as logarithms, exponentiated."""
        log = self.estimate
        limits = (float(np.exp(x)) for x in (log.value, log.lower, log.upper))
        return Estimate(*limits, log.level, p=log.p)


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
    P 1, I² 0. Two studies: DerSimonian-Laird, Paule-Mandel and REML are the same. Studies that
    agree: ``tau2`` is exactly 0 where Q is no more than its degrees of freedom
    (DerSimonian-Laird, Paule-Mandel) or the likelihood is highest at 0 (REML). Plain
    Hartung-Knapp limits can then be much narrower than those of fixed effects, and have no
    width where the effects are equal; those of ``"adhoc"`` never are narrower.

    All this is as in metafor, but for one thing. Where the likelihood has several maxima, the
    highest is taken. metafor climbs from one starting value and compares the maximum that it
    reaches with the likelihood at 0, so that it can end in a lower one; now and then its steps do
    not converge.

    References
    ----------
    DerSimonian & Laird, Control Clin Trials 1986;7:177. Paule & Mandel, J Res Natl Bur Stand
    1982;87:377. REML: Viechtbauer, J Educ Behav Stat 2005;30:261. Hartung & Knapp, Stat Med
    2001;20:3875. Floor of s²: Knapp & Hartung, Stat Med 2003;22:2693. Q and I²: Higgins &
    Thompson, Stat Med 2002;21:1539. metafor: Viechtbauer, J Stat Softw 2010;36(3).

    Examples
    --------
    >>> result = pool([0.1, 0.3, 0.8, 0.5], [0.2, 0.1, 0.2, 0.3], method="dl")
    >>> print(result.estimate)
    0.402 (95 % CI 0.122 to 0.683)
    >>> print(result.ratio, round(result.i2))
    1.495 (95 % CI 1.129 to 1.979) 58
    """
    _checks.one_of("method", method, METHODS)
    if not isinstance(hartung_knapp, str):
        _checks.flag("hartung_knapp", hartung_knapp)
    elif hartung_knapp != "adhoc":
        raise ValueError(f"hartung_knapp: expected True, False or 'adhoc', got {hartung_knapp!r}")
    if method == "fixed" and hartung_knapp:
        raise ValueError("hartung_knapp: expected False with method='fixed', which has no tau²")
    _checks.level(level)
    options = {"method": method, "hartung_knapp": hartung_knapp, "level": level}
    results = studies(effect, se, where).apply(lambda data: _pool(data, **options))
    return Pooled(**results, **options)


def leave_one_out(effect, se, labels=None, method="reml", hartung_knapp=False, level=0.95):
    """Pool all studies but one, each in turn.

    Parameters
    ----------
    effect, se : array_like of float, shape (k,)
        Effects and standard errors of at least two studies.
    labels : sequence, length k, optional
        Names of the studies; positions from 0 when left out.
    method, hartung_knapp, level
        As for :func:`pool`.

    Returns
    -------
    pandas.DataFrame
        One row for each study left out (index ``omitted``): ``k, value, se, lower, upper, p,
        tau2, i2, q, df, q_p`` of the others, as in :class:`Pooled`.
    """
    import pandas as pd

    _checks.same_rows(effect=effect, se=se, labels=labels)
    effect, se = _checks.together(effect=effect, se=se)
    if effect.size < 2:
        raise ValueError(f"effect: expected at least 2 studies, got {effect.size}")
    names = _checks.labels("labels", range(effect.size) if labels is None else labels)
    if len(names) != effect.size:
        raise ValueError(f"labels: expected {effect.size} values, as many as effect, got {names}")
    others = ~np.eye(effect.size, dtype=bool)
    pooled = pool(effect, se, method, hartung_knapp, level, where=others)
    return pd.DataFrame(
        {name: getattr(pooled, name) for name in _COLUMNS}, index=pd.Index(names, name="omitted")
    )


def _pool(data, method, hartung_knapp, level):
    """Return the fields of :class:`Pooled` as arrays."""
    tau2 = _tau2.estimate(data, method)
    value, se, t_df = _pooled_mean(data, tau2, hartung_knapp)
    q, df = _tau2.cochran_q(data), data.df
    return {
        "value": value,
        "se": se,
        **limits_and_p(value, se, t_df, level),
        "tau2": tau2,
        "q": q,
        "df": df,
        "q_p": np.where(df > 0, chdtrc(df, q), 1.0),
        "i2": i2_from_q(q, df),
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
    return {
        "lower": value - half,
        "upper": value + half,
        "statistic": statistic,
        "p": 2 * stdtr(df, -np.abs(statistic)),
    }


def t_quantile(df, level):
    """Return the two-sided quantile of t, or of the normal for infinite df, NaN for none."""
    if np.isinf(df).all():
        return np.full(np.shape(df), _checks.z(level))[()]
    values, inverse = np.unique(df, return_inverse=True)
    quantiles = np.where(np.isinf(values), _checks.z(level), stdtrit(values, 0.5 + level / 2))
    return quantiles[inverse].reshape(np.shape(df))[()]


def i2_from_q(q, df):
    """Return I² in per cent, 0 where Q is no more than its degrees of freedom."""
    return 100 * (1 - df / np.maximum(np.maximum(q, df), 1.0)) * (df > 0)


def i2_from_tau2(tau2, data):
    """Return I² in per cent from tau² and Higgins and Thompson's typical variance."""
    ratio = tau2 * _tau2.information(data)
    return 100 * ratio / (ratio + np.maximum(data.df, 1))
