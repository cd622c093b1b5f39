"""Effects and standard errors: from printed ratios, and as the estimators work on them."""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from .. import _checks

_BLOCK = 2**15  # numbers that are worked on at a time: they stay in the cache


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
        _refuse_row(name, values, values <= 0, "a number above 0", frame.index)
    above = [f"less than upper = {value:g}" for value in upper]
    _refuse_row("lower", lower, lower >= upper, above, frame.index)
    limits = [f"a value from {a:g} to {b:g}" for a, b in zip(lower, upper, strict=True)]
    _refuse_row("ratio", ratio, (ratio < lower) | (ratio > upper), limits, frame.index)
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


class Studies(NamedTuple):
    """Studies in columns: axis 0 is the study, axis 1 the meta-analysis.

    A study that is absent has effect 0 and infinite variance, hence weight 0 in every sum.
    """

    effect: np.ndarray  # less `centre`
    variance: np.ndarray
    centre: np.ndarray  # midrange of the effects, one for each meta-analysis
    size: np.ndarray  # number of studies, likewise
    df: np.ndarray  # size - 1


class Input(NamedTuple):
    """Checked input, broadcast to the shape (..., k)."""

    effect: np.ndarray
    se: np.ndarray
    present: np.ndarray

    def apply(self, function):
        """Apply a function of :class:`Studies` that returns a dict of arrays.

        It gets some of the meta-analyses at a time. The results have the shape of the leading
        axes; those of one meta-analysis are floats.
        """
        *shape, k = self.effect.shape
        rows = [array.reshape(-1, k) for array in self]
        width = max(1, _BLOCK // k)
        blocks = [slice(start, start + width) for start in range(0, len(rows[0]), width)]
        parts = [function(_arrange(*(array[block] for array in rows))) for block in blocks]
        return {
            name: np.concatenate([part[name] for part in parts]).reshape(shape)[()]
            for name in parts[0]
        }


def studies(effect, se, where=None, fewest=1):
    """Check effects and standard errors, shape (..., k), and which of them to take."""
    _checks.same_rows(effect=effect, se=se, where=where)
    inputs = {"effect": _array("effect", effect), "se": _array("se", se)}
    k = inputs["effect"].shape[-1]
    inputs["where"] = np.ones(k, bool) if where is None else _checks.sequence("where", where)
    if inputs["where"].dtype != bool:
        raise ValueError(f"where: expected True or False, got {inputs['where'].dtype} values")
    for name, array in inputs.items():
        if array.shape[-1:] != (k,):
            raise ValueError(
                f"{name}: expected {k} values on the last axis, as many as effect, "
                f"got shape {array.shape}"
            )
    try:
        effect, se, present = np.broadcast_arrays(*inputs.values())
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in inputs.items())
        raise ValueError(f"se: expected shapes that fit together, got {shapes}") from None
    _refuse("effect", effect, present & ~np.isfinite(effect), "finite numbers")
    _refuse("se", se, present & ~((se > 0) & (se < np.inf)), "finite numbers above 0")
    least = k if where is None else present.sum(axis=-1).min()
    if least < fewest:
        raise ValueError(
            f"effect: expected {fewest} or more studies in a meta-analysis, got {least}"
        )
    return Input(effect, se, present)


def _array(name, values):
    array = _checks.numbers(name, values)
    if array.ndim == 0 or array.size == 0:
        raise ValueError(
            f"{name}: expected numbers, one or more studies on the last axis, got {values!r:.60}"
        )
    return array


def _refuse(name, array, wrong, expected):
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        place = at[0] if len(at) == 1 else at
        raise ValueError(f"{name}: expected {expected}, got {array[at]:g} at position {place}")


def _arrange(effect, se, present):
    """Return rows of studies, shape (n, k), as :class:`Studies`."""
    effect, se, present = (np.ascontiguousarray(array.T) for array in (effect, se, present))
    low, high = effect, effect
    if not (complete := present.all()):
        low, high = np.where(present, effect, np.inf), np.where(present, effect, -np.inf)
    low, high = low.min(axis=0), high.max(axis=0)
    centre = low + (high - low) / 2
    effect, variance = effect - centre, se * se
    if not complete:
        effect, variance = np.where(present, effect, 0.0), np.where(present, variance, np.inf)
    size = present.sum(axis=0)
    return Studies(effect, variance, centre, size, size - 1)


def _refuse_row(name, values, wrong, expected, rows):
    """Reject values that are wrong, by the label of the row."""
    if wrong.any():
        at = int(wrong.argmax())
        expected = expected if isinstance(expected, str) else expected[at]
        raise ValueError(f"{name}: expected {expected}, got {values[at]:g} in row {rows[at]!r}")
