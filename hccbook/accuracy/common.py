"""Patients, how many of them have each value of a marker, and a difference against its error."""

import math

import numpy as np

from .. import _checks
from .._ties import merge_ties


def patients(y, y_name="y", **markers):
    """Check an outcome and markers of the same patients; return them as float arrays."""
    checked = _checks.together(binary=(y_name,), **{y_name: y}, **markers)
    _checks.both(y_name, checked[0])
    return checked


def cells(y, marker):
    """Return the distinct values of a marker (tied ones are one), and the cell of each patient.

    Cells are numbered by value, first those of patients without the outcome, then those of
    patients with it; there are twice as many as values.
    """
    values, rank = np.unique(merge_ties(marker), return_inverse=True)
    return values, rank + values.size * y.astype(int)


def tally(cell, values):
    """Count patients by class (first those without the outcome) and value of the marker."""
    return np.bincount(cell, minlength=2 * values).reshape(2, values)


def twice_below(counts):
    """Count twice, at each value, the patients below it and once those on it (last axis)."""
    return 2 * np.cumsum(counts, axis=-1) - counts


def from_zero(counts):
    """Cumulate along the last axis, beginning with 0."""
    start = np.zeros((*counts.shape[:-1], 1), dtype=counts.dtype)
    return np.concatenate([start, np.cumsum(counts, axis=-1)], axis=-1)


def over_error(difference, se):
    """Divide a difference by its standard error.

    Where nothing varies, equal numbers are no evidence (0); how much unequal ones are cannot be
    said (NaN).
    """
    if se == 0:
        return 0.0 if difference == 0 else math.nan
    return difference / se


def p_normal(z):
    """Return the two-sided P value of a standard normal statistic; NaN if that is NaN."""
    return math.erfc(abs(z) / math.sqrt(2))
