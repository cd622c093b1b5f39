"""Checks of patients that the functions of this package share."""

from .. import _checks
from .._ties import merge_ties


def follow_up(time, event, some=False, **others):
    """Return follow-up times, tied ones made equal, events (``some``: at least one) and others."""
    time, *checked = _checks.together(binary=("event", "group"), time=time, event=event, **others)
    if time.min() < 0:
        raise ValueError(f"time: expected at least 0, got {time.min():g}")
    if some and not checked[0].any():
        raise ValueError("event: expected at least one event, got none")
    return [merge_ties(time), *checked]


def with_covariates(time, event, covariates):
    """Return follow-up, some of it with events, a matrix of covariates, and their names."""
    _checks.same_rows(time=time, event=event, covariates=covariates)
    time, event = follow_up(time, event, some=True)
    matrix, names = _checks.matrix("covariates", covariates)
    if len(matrix) != time.size:
        raise ValueError(
            f"covariates: expected {time.size} rows, as many as time, got {len(matrix)}"
        )
    if not matrix.size:
        raise ValueError(f"covariates: expected one or more columns, got shape {matrix.shape}")
    return time, event, matrix, names
