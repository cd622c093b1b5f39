"""Cut-offs of a marker: what each does, and which has the largest Youden index."""

import numpy as np

from .common import cells, from_zero, patients, tally


def roc_cutoffs(y, marker):
    """Sensitivity and specificity at every possible cut-off.

    Parameters
    ----------
    y : array_like of {0, 1} or bool, shape (n,)
        Outcome.
    marker : array_like of float, shape (n,)
        Marker; ``marker >= cutoff`` is positive.

    Returns
    -------
    pandas.DataFrame
        One row a cut-off, ascending: ``-inf``, the midpoints between neighbouring distinct
        values, ``inf``. Columns ``cutoff`` (unit of the marker), the counts ``tp``, ``fp``,
        ``fn``, ``tn``, and ``sensitivity``, ``specificity``, ``youden`` as fractions.

    Raises
    ------
    ValueError
        As :func:`auc`.

    References
    ----------
    Pepe, The Statistical Evaluation of Medical Tests for Classification and Prediction (2003),
    chapter 4.
    """
    import pandas as pd

    y, marker = patients(y, marker=marker)
    values, cell = cells(y, marker)
    without, with_outcome = tally(cell, values.size)
    low, high = values[:-1], values[1:]
    middle = low / 2 + high / 2
    middle = np.where((low < middle) & (middle <= high), middle, high)  # neighbouring floats
    fn, tn = from_zero(with_outcome), from_zero(without)
    tp, fp = fn[-1] - fn, tn[-1] - tn
    sensitivity, specificity = tp / fn[-1], tn / tn[-1]
    return pd.DataFrame(
        {
            "cutoff": np.concatenate([[-np.inf], middle, [np.inf]]),
            "tp": tp,
            "fp": fp,
            "fn": fn,
            "tn": tn,
            "sensitivity": sensitivity,
            "specificity": specificity,
            "youden": sensitivity + specificity - 1,
        }
    )


def youden(y, marker):
    """Cut-offs with the largest Youden index J = sensitivity + specificity - 1.

    Parameters
    ----------
    y : array_like of {0, 1} or bool, shape (n,)
        Outcome.
    marker : array_like of float, shape (n,)
        Marker; ``marker >= cutoff`` is positive.

    Returns
    -------
    pandas.DataFrame
        Every row of :func:`roc_cutoffs` that reaches the maximum, lowest cut-off first, with
        its index there. The maximum is found in whole numbers (J times the product of the class
        sizes), so that rounding neither makes nor hides a tie. A marker that only points the
        wrong way has J = 0 at the cut-offs ``-inf`` and ``inf``.

    Raises
    ------
    ValueError
        As :func:`auc`.

    References
    ----------
    Youden, Cancer 1950;3:32.
    """
    rows = roc_cutoffs(y, marker)
    tp, fp, fn, tn = (rows[name].to_numpy() for name in ("tp", "fp", "fn", "tn"))
    scaled = tp * tn - fp * fn  # J · n1 · n0
    return rows[scaled == scaled.max()]
