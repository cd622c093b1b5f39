"""Cut-offs of a marker: what each does, which has the largest Youden index, and its optimism."""

import numpy as np

from .. import _checks
from .roc import checked, ranked, tally

_BLOCK = 2**16  # patients drawn at a time: some 2 MB, which a processor's cache holds


def youden(y, marker):
    """Cut-offs with the largest Youden index J = sensitivity + specificity - 1.

    Youden, Cancer 1950;3:32. Pepe, The Statistical Evaluation of Medical Tests for
    Classification and Prediction (2003), chapter 4.

    Parameters
    ----------
    y, marker : array_like, shape (n,)
        Outcome, 0 or 1, and marker; ``marker >= cutoff`` is positive.

    Returns
    -------
    pandas.DataFrame
        One row for each cut-off that reaches the maximum, ascending: ``cutoff`` (half way between
        neighbouring distinct values, or infinite), the counts ``tp``, ``fp``, ``fn``, ``tn``,
        and ``sensitivity``, ``specificity``, ``youden`` as fractions; the index is the cut-off's
        place among all. The maximum is found in whole numbers (J times the product of the class
        sizes), so that rounding neither makes nor hides a tie. A marker that only points the
        wrong way has J = 0 at the cut-offs ``-inf`` and ``inf``.
    """
    import pandas as pd

    values, cell = ranked(*checked(y, marker=marker))
    counts = tally(cell, values.size)
    low, high = values[:-1], values[1:]
    middle = low / 2 + high / 2
    middle = np.where((low < middle) & (middle <= high), middle, high)  # neighbouring floats
    tn, fn = _below(counts)
    tp, fp = fn[-1] - fn, tn[-1] - tn
    table = {"cutoff": np.concatenate([[-np.inf], middle, [np.inf]])}
    table |= {"tp": tp, "fp": fp, "fn": fn, "tn": tn}
    table |= {"sensitivity": tp / fn[-1], "specificity": tn / tn[-1]}
    table["youden"] = table["sensitivity"] + table["specificity"] - 1
    scaled = _scaled_youden(counts)[0]
    return pd.DataFrame(table)[scaled == scaled.max()]


def youden_optimism(y, marker, resamples=500, seed=0):
    """Optimism of the maximal Youden index, by Harrell's bootstrap.

    Parameters
    ----------
    y, marker
        As in :func:`youden`.
    resamples : int, default 500
        Number of bootstrap samples of n patients. Memory does not grow with it.
    seed : int or numpy.random.SeedSequence, default 0
        Seed of the resampling.

    Returns
    -------
    pandas.Series
        ``apparent`` (J at the cut-off chosen on all patients), ``optimism`` (mean over the
        resamples of J there minus J of the same cut-off in all patients) and ``corrected``
        (their difference).

    Notes
    -----
    Each resample chooses among the cut-offs of the whole sample; among ties it takes the lowest.
    Resamples with one class only are left out; there must be others.

    Harrell, Lee & Mark, Stat Med 1996;15:361, section 5.
    """
    import pandas as pd

    y, marker = checked(y, marker=marker)
    resamples = _checks.whole("resamples", resamples, 1)
    rng = np.random.default_rng(_checks.seed(seed))
    # A sample is only needed as how many of its patients have each value, by class.
    values, cell = ranked(y, marker)
    whole, pairs = _scaled_youden(tally(cell, values.size))
    gaps, rows = [], max(1, _BLOCK // y.size)
    for done in range(0, resamples, rows):
        drawn = rng.integers(y.size, size=(min(rows, resamples - done), y.size))
        numbered = cell[drawn] + 2 * values.size * np.arange(len(drawn))[:, None]
        counts = tally(numbered.ravel(), len(drawn) * values.size)
        counts = counts.reshape(len(drawn), 2, values.size)
        scaled, size = _scaled_youden(counts[counts.any(axis=2).all(axis=1)])
        gaps.append(scaled.max(axis=1) / size - whole[scaled.argmax(axis=1)] / pairs)
    gaps = np.concatenate(gaps)
    if not gaps.size:
        raise ValueError(f"resamples: expected one or more with both classes, got 0 of {resamples}")
    apparent, optimism = whole.max() / pairs, np.mean(gaps)
    return pd.Series({"apparent": apparent, "optimism": optimism, "corrected": apparent - optimism})


def _below(counts):
    """Count the patients below each cut-off, along the last axis."""
    start = np.zeros((*counts.shape[:-1], 1), dtype=counts.dtype)
    return np.concatenate([start, np.cumsum(counts, axis=-1)], axis=-1)


def _scaled_youden(counts):
    """Youden J × n1 × n0 at every cut-off, and n1 × n0, from counts (..., without/with, value)."""
    below = _below(counts)
    tn, fn = below[..., 0, :], below[..., 1, :]
    n0, n1 = tn[..., -1:], fn[..., -1:]
    return tn * n1 - fn * n0, (n1 * n0)[..., 0]
