"""Effects and standard errors: from printed ratios, and as the estimators work on them."""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from .. import _checks

_BLOCK = 2**15  # numbers that are worked on at a time: they stay in the cache


def log_ratios(ratio, lower, upper, level=0.95):
    """Return logarithms and standard errors of ratios with confidence intervals.

    Parmar, Torri & Stewart, Stat Med 1998;17:2815.

    Parameters
    ----------
    ratio, lower, upper : array_like of float, shape (k,)
        Hazard, odds or risk ratios with their confidence limits, above 0.
    level : float, default 0.95
        Confidence level of the limits.

    Returns
    -------
    pandas.DataFrame
        A row for each ratio: ``effect``, its logarithm; ``se``, ``(log upper - log lower) /
        (2 z)``; ``p``, two-sided, of ``effect / se``; ``centre``, the geometric mean of the
        limits, which should be ``ratio`` but for rounding: another value hints at a misprint, or
        an interval of another kind.

    Examples
    --------
    >>> log_ratios([0.8], [0.5], [1.28]).round(3)
       effect    se      p  centre
    0  -0.223  0.24  0.352     0.8
    """
    import pandas as pd

    z = _checks.z(level)
    ratio, lower, upper = _checks.together(ratio=ratio, lower=lower, upper=upper)
    wrong = ~((lower > 0) & (lower <= ratio) & (ratio <= upper) & (lower < upper))
    if wrong[at := int(wrong.argmax())]:
        raise ValueError(
            "ratio: expected a ratio between limits above 0, got "
            f"{ratio[at]:g} ({lower[at]:g} to {upper[at]:g}) at position {at}"
        )
    effect, error = np.log(ratio), np.log(upper / lower) / (2 * z)
    found = {"effect": effect, "se": error, "p": 2 * ndtr(-np.abs(effect / error))}
    return pd.DataFrame(found | {"centre": np.sqrt(lower) * np.sqrt(upper)})


class Studies(NamedTuple):
    """Studies in columns: axis 0 is the study, axis 1 the meta-analysis.

    A study that is absent has effect 0 and infinite variance, hence weight 0 in every sum.
    """

    effect: np.ndarray  # less `centre`
    variance: np.ndarray
    centre: np.ndarray  # midrange of the effects, one for each meta-analysis
    size: np.ndarray  # number of studies, likewise
    df: np.ndarray  # size - 1


def for_each(function, effect, se, where=None, fewest=1):
    """Check studies, shape (..., k), and apply a function of :class:`Studies` to them.

    It gets some of the meta-analyses at a time, and returns a dict of arrays. The results have the
    shape of the leading axes; those of one meta-analysis are floats.
    """
    _checks.same_rows(effect=effect, se=se, where=where)
    given = {"effect": _checks.numbers("effect", effect), "se": _checks.numbers("se", se)}
    if where is not None:
        given["where"] = _checks.sequence("where", where)
        if given["where"].dtype != bool:
            raise ValueError(f"where: expected True or False, got {given['where'].dtype} values")
    for name, array in given.items():
        if not array.ndim or not array.size or array.shape[-1:] != given["effect"].shape[-1:]:
            raise ValueError(
                f"{name}: expected studies on the last axis, one or more and as many as effect, "
                f"got shape {array.shape}"
            )
    try:
        effect, se, *there = np.broadcast_arrays(*given.values())
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in given.items())
        raise ValueError(f"se: expected shapes that fit together, got {shapes}") from None
    present = there[0] if there else np.broadcast_to(True, effect.shape)
    for name, array, good, expected in (
        ("effect", effect, np.isfinite(effect), "finite numbers"),
        ("se", se, (se > 0) & (se < np.inf), "finite numbers above 0"),
    ):
        if (wrong := present & ~good).any():
            *before, last = np.argwhere(wrong)[0].tolist()
            got = f"{array[*before, last]:g} at position {(*before, last) if before else last}"
            raise ValueError(f"{name}: expected {expected}, got {got}")
    if (least := present.sum(axis=-1).min()) < fewest:
        raise ValueError(
            f"effect: expected {fewest} or more studies in a meta-analysis, got {least}"
        )
    *shape, k = effect.shape
    rows = [array.reshape(-1, k) for array in (effect, se, present)]
    width = max(1, _BLOCK // k)
    blocks = [slice(start, start + width) for start in range(0, len(rows[0]), width)]
    parts = [function(_arrange(*(array[block] for array in rows))) for block in blocks]
    return {
        name: np.concatenate([part[name] for part in parts]).reshape(shape)[()] for name in parts[0]
    }


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
