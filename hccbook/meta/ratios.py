"""From a published ratio with its confidence interval to a logarithm with its standard error."""

import numpy as np
from scipy.special import ndtr

from .. import _checks


def log_ratios(ratio, lower, upper, level=0.95):
    """Return logarithms and standard errors of ratios with confidence intervals.

    Parameters
    ----------
    ratio, lower, upper : array_like of float, shape (k,)
        Hazard, odds or risk ratios with their confidence limits, above 0.
    level : float, default 0.95
        Confidence level of the limits.

    Returns
    -------
    pandas.DataFrame
        A row for each ratio, with the index of ``ratio`` if it is a Series: ``effect``, its
        logarithm; ``se``, ``(log upper - log lower) / (2 z)``; ``p``, two-sided, of
        ``effect / se``; ``centre``, the geometric mean of the limits, which should be ``ratio``
        but for rounding: another value hints at a misprint, or an interval of another kind.

    Raises
    ------
    ValueError
        If a value is missing, not finite or not above 0, limits are out of order or equal, or
        a ratio lies outside its limits; the message names the row.

    References
    ----------
    Parmar, Torri & Stewart, Stat Med 1998;17:2815.

    Examples
    --------
    >>> log_ratios([0.8], [0.5], [1.28]).round(3)
       effect    se      p  centre
    0  -0.223  0.24  0.352     0.8
    """
    import pandas as pd

    z = _checks.z(level)
    rows = ratio.index if isinstance(ratio, pd.Series) else None
    columns = {"ratio": ratio, "lower": lower, "upper": upper}
    ratio, lower, upper = _checks.together(**columns)
    frame = pd.DataFrame({"ratio": ratio}, index=rows)
    for name, values in zip(columns, (ratio, lower, upper), strict=True):
        _refuse(name, values, values <= 0, "a number above 0", frame.index)
    above = [f"less than upper = {value:g}" for value in upper]
    _refuse("lower", lower, lower >= upper, above, frame.index)
    limits = [f"a value from {a:g} to {b:g}" for a, b in zip(lower, upper, strict=True)]
    _refuse("ratio", ratio, (ratio < lower) | (ratio > upper), limits, frame.index)
    effect, error = np.log(ratio), np.log(upper / lower) / (2 * z)
    return pd.DataFrame(
        {
            "effect": effect,
            "se": error,
            "p": 2 * ndtr(-np.abs(effect / error)),
            "centre": np.sqrt(lower) * np.sqrt(upper),
        },
        index=frame.index,
    )


def _refuse(name, values, wrong, expected, rows):
    """Reject values that are wrong, by the label of the row."""
    if wrong.any():
        at = int(wrong.argmax())
        expected = expected if isinstance(expected, str) else expected[at]
        raise ValueError(f"{name}: expected {expected}, got {values[at]:g} in row {rows[at]!r}")
