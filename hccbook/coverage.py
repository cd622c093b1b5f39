"""Held-out ranges that were put to the test on patients whose truth is known.

The central 95 % over cohorts covers the truth less often than it says. The coverage study
(``data/coverage``) measured how often, for each kind of number, and the factor that mends it.
"""

from functools import cache

import numpy as np
from scipy.stats import norm

from . import _checks, reported

__all__ = ["central", "factors", "widened"]
__dir__ = __all__.copy

FOLDER = reported.DATA / "coverage"

#: Where distances are measured, and the way back.
SCALES = {
    "plain": (lambda x: x, lambda x: x),
    "log": (np.log, np.exp),
    "arcsine": (
        lambda x: np.arcsin(np.sqrt(np.clip(x, 0, 1))),
        lambda x: np.sin(np.clip(x, 0, np.pi / 2)) ** 2,
    ),
    # A P value by its normal deviate, which falls as it rises.
    "normal": (
        lambda p: norm.isf(np.clip(p, 1e-300, 1) / 2),
        lambda z: 2 * norm.sf(np.maximum(z, 0)),
    ),
}


@cache
def _table():
    import pandas as pd

    return pd.read_csv(FOLDER / "widening.csv", index_col="kind")


def factors():
    """Return what the study found of each kind of held-out number.

    Returns
    -------
    pandas.DataFrame
        A row for each kind, ``printed: predicted``. Columns: ``scale``; for each half of the data
        sets how many (``widening_sets``, ``test_sets``) and the share inside the plain range
        (``widening_plain``, ``test_plain``); the ``factor``; the share of the test half inside the
        widened range (``test``) with Wilson's limits (``lower``, ``upper``); ``confirmed``,
        whether it is at least 95 %.
    """
    return _table().copy()


def central(values):
    """Return the ends of the central 95 % over cohorts, with the median between them.

    One more cohort lies between the ends in 95 % of cases, however few the cohorts are.
    """
    values = _checks.vector("values", values)
    return np.quantile(values, [0.025, 0.5, 0.975], method="weibull")


def widened(kind, low, middle, high):
    """Return a range whose ends are moved away from the median by the factor of its kind.

    Parameters
    ----------
    kind : str
        A row of :func:`factors`.
    low, middle, high : float
        Ends of the central 95 % over cohorts, and the median.

    Returns
    -------
    tuple of float
        The two ends.
    """
    _checks.one_of("kind", kind, list(_table().index))
    for name, value in {"low": low, "middle": middle, "high": high}.items():
        _checks.real(name, value)
    row = _table().loc[kind]
    to, back = SCALES[row["scale"]]
    ends = np.array([low, high], dtype=float)
    with np.errstate(divide="ignore", over="ignore"):
        found = back(to(middle) + row["factor"] * (to(ends) - to(middle)))
    return float(found[0]), float(found[1])


def known(evidence, kind, middle, low, high, note):
    """Return the verdicts that prove nothing, and range and note of a held-out number."""
    if evidence != "held-out":
        return (), low, high, note
    silent, said = ("compatible", "missed"), "no evidence: coverage not measured"
    if kind is not None:
        _checks.one_of("kind", kind, list(_table().index))
        row = _table().loc[kind]
        confirmed, factor, share = bool(row["confirmed"]), row["factor"], 100 * row["test"]
        # What does not hold the truth often enough proves nothing, inside as outside.
        silent = () if confirmed else silent
        if low is not None:
            low, high = widened(kind, low, middle, high)
        said = f"range widened by {factor:g}" if factor > 1 else "range as it is"
        said += f", {'' if confirmed else 'only '}{share:z.0f} % covered in test sets"
    return silent, low, high, f"{note}; {said}" if note else said
