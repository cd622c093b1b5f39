"""Tables of one meta-analysis: summary, subgroups, leave-one-out."""

import numpy as np
from scipy.special import chdtrc, fdtrc

from .. import _checks
from . import _tau2
from ._studies import arrange
from .heterogeneity import i2_interval, prediction_interval, tau2_interval
from .pooling import limits_and_p, pool, pooled_means

_COLUMNS = ("k", "value", "se", "lower", "upper", "p", "tau2", "i2", "q", "df", "q_p")


def summary(effect, se, method="reml", hartung_knapp=False, level=0.95):
    """Return all that is usually reported of one meta-analysis.

    Parameters
    ----------
    effect, se : array_like of float, shape (k,)
        Effects (log ratios, for example) and standard errors.
    method, hartung_knapp, level
        As for :func:`pool`.

    Returns
    -------
    pandas.Series
        ``k, value, se, lower, upper, p`` (pooled effect); ``prediction_lower``,
        ``prediction_upper`` (:func:`prediction_interval`, ``kind="higgins"``); ``tau2`` with
        ``tau2_lower``, ``tau2_upper`` (:func:`tau2_interval`); ``i2 = 100 (Q - df) / Q`` with its
        test-based ``i2_lower``, ``i2_upper``; metafor's ``i2_tau2`` with its Q-profile limits
        ``i2_tau2_lower``, ``i2_tau2_upper`` (:func:`i2_interval`); ``q, df, q_p``. All I² in per
        cent. With ``method="fixed"`` the prediction interval is NaN, and so are all of ``i2_tau2``
        and the limits of ``tau2``.

    Raises
    ------
    ValueError
        As :func:`pool`, or if there is more than one meta-analysis.
    """
    import pandas as pd

    effect, se = _checks.together(effect=effect, se=se)
    pooled = pool(effect, se, method, hartung_knapp, level)
    nothing = (np.nan, np.nan)
    random = method != "fixed"
    limits = {
        "prediction": prediction_interval(pooled) if random else nothing,
        "tau2": tau2_interval(effect, se, level) if random else nothing,
        "i2": i2_interval(effect, se, "test-based", level),
        "i2_tau2": i2_interval(effect, se, "q-profile", level) if random else nothing,
    }
    row = {name: getattr(pooled, name) for name in ("k", "value", "se", "lower", "upper", "p")}
    for name, (lower, upper) in limits.items():
        if name != "prediction":
            row[name] = getattr(pooled, name)
        row |= {f"{name}_lower": lower, f"{name}_upper": upper}
    row |= {name: getattr(pooled, name) for name in ("q", "df", "q_p")}
    return pd.Series(row, dtype=float)


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

    Raises
    ------
    ValueError
        As :func:`pool`, or if there are fewer than two studies or not k labels.
    """
    import pandas as pd

    _checks.same_rows(effect=effect, se=se, labels=labels)
    effect, se = _checks.together(effect=effect, se=se)
    if effect.size < 2:
        raise ValueError(f"effect: expected at least 2 studies, got {effect.size}")
    names = _labels("labels", range(effect.size) if labels is None else labels, effect.size)
    others = ~np.eye(effect.size, dtype=bool)
    pooled = pool(effect, se, method, hartung_knapp, level, where=others)
    return pd.DataFrame(
        {name: getattr(pooled, name) for name in _COLUMNS}, index=pd.Index(names, name="omitted")
    )


def subgroups(effect, se, group, method="reml", hartung_knapp=False, level=0.95, tau2="separate"):
    r"""Pool the studies of each subgroup, and test whether the subgroups differ.

    Parameters
    ----------
    effect, se : array_like of float, shape (k,)
        Effects and standard errors.
    group : sequence, length k
        Subgroup of each study, without gaps.
    method, hartung_knapp, level
        As for :func:`pool`.
    tau2 : {"separate", "common"}
        Whether each subgroup has its own variance between studies, or all have the same, estimated
        from what is left within subgroups (metafor: ``rma(..., mods = ~ group)``). The same for
        ``method="fixed"``.

    Returns
    -------
    pandas.DataFrame
        One row for each subgroup, in sorted order (index ``group``): ``k, value, se, lower, upper,
        p, tau2, i2, q, df, q_p`` as in :class:`Pooled`, and, the same in all rows, the test of no
        difference: ``q_between``, ``df_between``, ``p_between``.

    Raises
    ------
    ValueError
        As :func:`pool`, or if ``group`` has gaps or not k values, or ``tau2`` is unknown.

    Notes
    -----
    ``q_between = sum (value - mean)² / se²``, where the mean has the weights ``1 / se²``: for fixed
    effects it is exactly Q of all studies less Q within the subgroups. P is from chi-square with
    one degree of freedom less than there are subgroups; with Hartung-Knapp and a common tau² from
    ``F = q_between / df_between`` with ``df_between`` and k - (number of subgroups) degrees of
    freedom, as in metafor. With one subgroup only, ``q_between`` and ``df_between`` are 0 and P
    is NaN. Both are NaN if a standard error is 0, which plain Hartung-Knapp has where effects are
    equal.

    ``i2``, ``q``, ``df`` and ``q_p`` are those within the subgroup in either case.

    References
    ----------
    Borenstein, Hedges, Higgins & Rothstein, Introduction to Meta-Analysis (2009), chapter 19.
    Hartung-Knapp with subgroups: Knapp & Hartung, Stat Med 2003;22:2693.
    """
    import pandas as pd

    _checks.one_of("tau2", tau2, ("separate", "common"))
    _checks.same_rows(effect=effect, se=se, group=group)
    effect, se = _checks.together(effect=effect, se=se)
    code, names = pd.factorize(_labels("group", group, effect.size), sort=True)
    member = code == np.arange(len(names))[:, None]
    pooled = pool(effect, se, method, hartung_knapp, level, where=member)
    table = pd.DataFrame(
        {name: getattr(pooled, name) for name in _COLUMNS}, index=pd.Index(names, name="group")
    )
    residual_df = np.inf
    if tau2 == "common" and method != "fixed":
        common, residual_df = _common_tau2(effect, se, member, method, hartung_knapp, level)
        table = table.assign(**common)
    q, df, p = 0.0, len(names) - 1, np.nan
    if df:
        q = _q_between(*table[["value", "se"]].to_numpy().T)
        p = float(chdtrc(df, q) if np.isinf(residual_df) else fdtrc(df, residual_df, q / df))
    return table.assign(q_between=q, df_between=df, p_between=p)


def _q_between(value, se):
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = se**-2.0
        return float(weight @ (value - weight @ value / weight.sum()) ** 2)


def _common_tau2(effect, se, member, method, hartung_knapp, level):
    """Return the columns that depend on tau², if it is the same in all subgroups."""
    data = arrange(effect[None], se[None], np.ones((1, se.size), dtype=bool))
    member = member.T[..., None]
    data = data._replace(
        effect=np.where(member, data.effect, 0.0), variance=np.where(member, data.variance, np.inf)
    )
    tau2 = _tau2.estimate(data, method)
    value, error, (t_df,) = pooled_means(data, tau2, hartung_knapp)
    columns = {"value": value[:, 0], "se": error[:, 0], "tau2": float(tau2[0])}
    columns |= limits_and_p(columns["value"], columns["se"], t_df, level)
    return {name: columns[name] for name in _COLUMNS if name in columns}, float(t_df)


def _labels(name, values, size):
    """Return labels as an array, one for each study."""
    array = _checks.sequence(name, values)
    if array.shape != (size,):
        raise ValueError(f"{name}: expected {size} values, as many as effect, got {values!r:.60}")
    _checks.labels(name, values)
    return array
