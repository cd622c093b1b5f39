"""The Brier score of predicted risks and its parts."""

import numpy as np

from .calibration import _groups, _outcome_and_risk


def brier_decomposition(y, risk, groups=10):
    """Brier score, scaled and taken apart.

    Parameters
    ----------
    y : array_like of {0, 1} or bool, shape (n,)
        Outcome.
    risk : array_like of float, shape (n,)
        Predicted risk, from 0 to 1.
    groups : int or None, default 10
        Groups of the decomposition, as in :func:`calibration_curve`.

    Returns
    -------
    pandas.Series
        ``brier``, the mean of ``(risk - y)²``, and its parts
        ``brier = reliability - resolution + uncertainty + within_variance - within_covariance``.
        With the mean risk f and share of events o of a group, and the share π of events in all,
        and means over the patients: ``reliability`` is the mean of ``(f - o)²``,
        ``resolution`` that of ``(o - π)²``, ``uncertainty`` ``π (1 - π)``,
        ``within_variance`` the mean of ``(risk - f)²`` and ``within_covariance`` twice that of
        ``(risk - f)(y - o)``.
        ``scaled``: ``1 - brier / uncertainty``, 1 for a perfect model, 0 for the risk π in all.
        ``expected``: the mean of ``risk (1 - risk)``, the score to be expected if the risks are
        right.

    Raises
    ------
    ValueError
        As :func:`calibration_curve`.

    See Also
    --------
    hccbook.audit.brier_bounds : what a printed AUC or 2×2 table says of a printed score.

    Notes
    -----
    The sum holds for any groups. Murphy's three parts alone add up only if all risks of a group
    are equal (``groups=None``); then the parts within are 0. They are left out often, and the
    three parts then miss the score.

    References
    ----------
    Brier, Mon Weather Rev 1950;78:1. Murphy, J Appl Meteorol 1973;12:595. Parts within groups:
    Stephenson, Coelho & Jolliffe, Weather Forecast 2008;23:752. Scaled: Steyerberg et al.,
    Epidemiology 2010;21:128. Expected: Spiegelhalter, Stat Med 1986;5:421.

    Examples
    --------
    >>> brier_decomposition([0, 1, 0, 1], [0.2, 0.2, 0.6, 0.8], groups=2)["brier"].round(3)
    np.float64(0.27)
    """
    import pandas as pd

    y, risk = _outcome_and_risk(y, risk)
    group = _groups(risk, groups)
    mean_risk, rate = (np.bincount(group, v)[group] / np.bincount(group)[group] for v in (risk, y))
    share = y.mean()
    score, uncertainty = np.mean((risk - y) ** 2), share * (1 - share)
    return pd.Series(
        {
            "brier": score,
            "reliability": np.mean((mean_risk - rate) ** 2),
            "resolution": np.mean((rate - share) ** 2),
            "uncertainty": uncertainty,
            "within_variance": np.mean((risk - mean_risk) ** 2),
            "within_covariance": 2 * np.mean((risk - mean_risk) * (y - rate)),
            "scaled": 1 - score / uncertainty,
            "expected": np.mean(risk * (1 - risk)),
        }
    )
