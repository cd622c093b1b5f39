"""Sets of studies that come nearest to printing all results, and how far they miss."""

from typing import NamedTuple

import numpy as np

from .. import _checks
from ..audit.heterogeneity import i2_of
from ..estimate import printed
from .results import boxes, check, ranges, sets, statistics

# Where a printed number has no upper end (or none at all), a unit of missing it.
_OPEN_UNIT, _SMALLEST_UNIT = 0.05, 1e-4
# A set is steered this part of a half width inside each rounding box.
_INSIDE = 0.02
# Sets are as near as the nearest one if they miss by no more than this many times as much.
_AS_NEAR = 1.01
_STEP = 1e-6  # of a derivative


class Nearest(NamedTuple):
    """What :func:`nearest` returns: ``effect`` and ``se``, (n, k), of the nearest sets.

    ``miss`` is by how much the nearest one misses, in half widths of the printed numbers'
    rounding (root of the sum of squares); 0 if it prints everything.
    """

    effect: np.ndarray
    se: np.ndarray
    miss: float


def nearest(effect, se, results, starts=200, steps=200, seed=0):
    """Look for the sets of studies that come nearest to printing all results.

    For where :func:`draw` finds no set: by how much do the numbers miss? A miss of 0 is a set. A
    miss above 0 proves nothing, though many starts that end at the same miss are a strong hint.

    Parameters
    ----------
    effect, se : array_like, shape (k, 2)
        Ranges of the log ratios and of their standard errors, as for :func:`draw`.
    results : sequence of Result
    starts, steps, seed : int
        Sets to begin with, drawn evenly from the ranges, and steps of each, at most.

    Returns
    -------
    Nearest

    Notes
    -----
    Levenberg and Marquardt's method, from all starts at once, on the distances of the results from
    their rounding boxes (Marquardt, J Soc Ind Appl Math 1963;11:431). The ranges are kept by
    ``x = middle + half * sin(t)``.
    """
    effect, se, _ = ranges(effect, se)
    for name, value in (("starts", starts), ("steps", steps), ("seed", seed)):
        _checks.whole(name, value, int(name != "seed"))
    check(results, len(effect))
    k, box = len(effect), [boxes(result) for result in results]
    units = [np.clip(np.ptp(x, axis=1) / 2, _SMALLEST_UNIT, None) for x in box]
    units = [np.where(np.isfinite(x), x, _OPEN_UNIT) for x in units]
    low, high = np.concatenate([effect, np.log(se)]).T

    def studies(t):
        x = (low + high) / 2 + (high - low) / 2 * np.sin(t)
        return x[..., :k], np.exp(x[..., k:])

    def distance(t, inside=_INSIDE):
        y, s = studies(t)
        parts = []
        for result, (least, most), unit in zip(results, (x.T for x in box), units, strict=True):
            found = statistics(y, s, result)
            away = found - np.clip(found, least + inside * unit, most - inside * unit)
            parts.append(away / unit)
        return np.concatenate(parts, axis=-1)

    t = np.arcsin(np.random.default_rng(seed).uniform(-1, 1, (starts, 2 * k)))
    away, damping, one = distance(t), np.ones(starts), np.eye(2 * k)
    for _ in range(steps):
        size = (away**2).sum(axis=1)
        if not size.any():
            break
        slope = (distance(t[:, None] + _STEP * one) - away[:, None]) / _STEP
        square = slope @ slope.swapaxes(1, 2)
        ridge = damping[:, None] * (1e-3 + np.trace(square, axis1=1, axis2=2)[:, None])
        step = np.linalg.solve(square + ridge[..., None] * one, slope @ away[..., None])[..., 0]
        trial = t - np.clip(step, -0.5, 0.5)
        new = distance(trial)
        better = (new**2).sum(axis=1) < size
        t[better], away[better] = trial[better], new[better]
        damping = np.clip(np.where(better, damping / 3, damping * 4), 1e-9, 1e9)
    size = np.sqrt((distance(t, 0.0) ** 2).sum(axis=1))
    near = np.flatnonzero(size <= _AS_NEAR * size.min())
    return Nearest(*studies(t[near]), float(size.min()))


def misses(effect, se, results):
    """Put what studies pool to beside what is printed.

    Parameters
    ----------
    effect, se : ndarray, shape (n, k)
        Log ratios and standard errors, such as those of :func:`nearest`.
    results : sequence of Result

    Returns
    -------
    pandas.DataFrame
        By name of the result: the ratio with its limits and I² in per cent, ``printed`` and
        ``pooled`` (of the first set), and the pooled ratio divided by the printed one.
    """
    import pandas as pd

    effect = _checks.numbers("effect", effect)
    if effect.ndim != 2 or not len(effect):
        raise ValueError(f"effect: expected one set or more, got shape {effect.shape}")
    check(results, effect.shape[1])
    effect, se = sets(effect, se, results[0])
    rows = {}
    for result in results:
        found = statistics(effect[0], se[0], result)
        ratio, lower, upper = np.exp(found[:3])
        i2 = i2_of(found[4], len(result.members) - 1)
        rows[result.name] = (
            f"{result.ratio} ({result.lower} to {result.upper}), I² {result.i2 or '–'}",
            f"{ratio:z.2f} ({lower:z.2f} to {upper:z.2f}), I² {i2:z.0f}",
            ratio / float(printed(result.ratio).value),
        )
    return pd.DataFrame(rows, ["printed", "pooled", "pooled / printed"]).T
