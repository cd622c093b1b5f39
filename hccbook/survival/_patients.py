"""Checks of patients that the functions of this package share."""

import numpy as np

from .. import _checks
from .._ties import merge_ties


def follow_up(time, event):
    """Return follow-up times, tied ones made equal, and events as arrays, or say what is wrong."""
    time, event = _checks.vector("time", time), _checks.vector("event", event, binary=True)
    _checks.same_length("event", event, "time", time)
    if time.min() < 0:
        raise ValueError(f"time: expected at least 0, got {time.min():g}")
    return merge_ties(time), event


def some_event(event):
    """Reject patients without an event."""
    if not event.any():
        raise ValueError("event: expected at least one event, got none")


def two_groups(time, event, group):
    """Return follow-up and groups as arrays, or say what is wrong; both groups must occur."""
    time, event = follow_up(time, event)
    group = _checks.vector("group", group, binary=True)
    _checks.same_length("group", group, "time", time)
    if group.min() == group.max():
        raise ValueError(f"group: expected both groups 0 and 1, got only {group[0]:g}")
    return time, event, group


def covariate_matrix(covariates, patients):
    """Return covariates as an array (patient, covariate), and their names."""
    names = list(covariates.columns) if hasattr(covariates, "columns") else None
    matrix = np.asarray(covariates)
    matrix = matrix[:, None] if matrix.ndim == 1 else matrix
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise ValueError(
            f"covariates: expected one or more columns of numbers, got shape {matrix.shape}"
        )
    if len(matrix) != patients:
        raise ValueError(
            f"covariates: expected {patients} rows, as many as time, got {len(matrix)}"
        )
    names = names or list(range(matrix.shape[1]))
    columns = [
        _checks.vector(f"covariates[{name!r}]", column)
        for name, column in zip(names, matrix.T, strict=True)
    ]
    return np.column_stack(columns), names


def column_of(frame, name, column):
    """Reject a column that is not there or has gaps."""
    if column not in frame:
        raise ValueError(f"{name}: expected a column of frame, got {column!r}")
    if frame[column].isna().any():
        gaps = int(frame[column].isna().sum())
        raise ValueError(f"{name}: expected no missing values, got {gaps} in column {column!r}")
