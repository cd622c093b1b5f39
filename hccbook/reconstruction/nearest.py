"""Sets of studies that come nearest to printing all results, and how far they miss."""

import numpy as np

from .. import _checks
from ..estimate import as_printed
from .results import Sets, arrays, of_studies, ranges, statistics

_OPEN_UNIT = 0.05  # of missing a printed number without an upper end, or none at all
_SMALLEST_UNIT = 1e-4
_INSIDE = 0.02  # of a half width: so far inside each rounding box a set is steered
_AS_NEAR = 1.01  # times the distance of the nearest set
_STEP = 1e-6  # of a derivative


def nearest(effect, se, results, starts=200, steps=200, seed=0):
    """Look for the sets of studies that come nearest to printing all results.

    For where :func:`draw` finds no set: how far are they from the print? A distance of 0 is a
    set. One above 0 proves nothing, though many starts that end at the same are a strong hint.

    ``effect``, ``se`` and ``results`` are as for :func:`draw`; ``starts`` sets are drawn evenly
    from the ranges, and each goes at most so many ``steps`` of Levenberg and Marquardt's method on
    the distances of the results from their rounding boxes (Marquardt, J Soc Ind Appl Math
    1963;11:431). The ranges are kept by ``x = middle + half * sin(t)``.
    """
    effect, se = ranges(effect, se)
    for name, value in (("starts", starts), ("steps", steps), ("seed", seed)):
        _checks.whole(name, value, int(name != "seed"))
    k, results = len(effect), of_studies(results, len(effect))
    least, most = np.concatenate([result.boxes for result in results]).T
    unit = np.clip((most - least) / 2, _SMALLEST_UNIT, None)
    unit[np.isinf(unit)] = _OPEN_UNIT
    low, high = np.concatenate([effect, np.log(se)]).T

    def studies(t):
        x = (low + high) / 2 + (high - low) / 2 * np.sin(t)
        return x[..., :k], np.exp(x[..., k:])

    def distance(t, inside=_INSIDE):
        found = np.concatenate([statistics(*studies(t), one) for one in results], axis=-1)
        return (found - np.clip(found, least + inside * unit, most - inside * unit)) / unit

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
    return Sets(*studies(t[near]), float(size.min()))


def beside_print(effect, se, results):
    """Put what the first of some sets of studies, shape (n, k), pools to beside what is printed.

    The frame has for each result the ratio with its limits and I² in per cent, ``printed`` and
    ``pooled``, and the pooled ratio divided by the printed one.
    """
    import pandas as pd

    effect, se = arrays(effect, se, lambda x: x.ndim == 2 and len(x), "one set or more")
    rows = {}
    for result in of_studies(results, effect.shape[1]):
        pooled = result.pool(effect[0], se[0])
        one = pooled.ratio
        rows[result.name] = (
            f"{result.ratio} ({result.lower} to {result.upper}), I² {result.i2 or '–'}",
            f"{one.value:z.2f} ({one.lower:z.2f} to {one.upper:z.2f}), I² {pooled.i2:z.0f}",
            one.value / float(as_printed(result.ratio)),
        )
    return pd.DataFrame(rows, ["printed", "pooled", "pooled / printed"]).T
