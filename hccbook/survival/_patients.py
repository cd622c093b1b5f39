"""Checks of patients that the functions of this package share."""

from .. import _checks
from .._ties import merge_ties


def follow_up(time, event, **others):
    """Return follow-up times, tied ones made equal, events and others (groups are 0 or 1)."""
    checked = _checks.together(binary=("event", "group"), time=time, event=event, **others)
    if checked[0].min() < 0:
        raise ValueError(f"time: expected at least 0, got {checked[0].min():g}")
    return [merge_ties(checked[0]), *checked[1:]]


def some_event(event):
    """Reject patients without an event."""
    if not event.any():
        raise ValueError("event: expected at least one event, got none")


def two_groups(time, event, group):
    """Return follow-up and groups as arrays, or say what is wrong; both groups must occur."""
    time, event, group = follow_up(time, event, group=group)
    _checks.both("group", group, "groups")
    return time, event, group


def with_covariates(time, event, covariates):
    """Return follow-up, some of it with events, a matrix of covariates, and their names."""
    _checks.same_rows(time=time, event=event, covariates=covariates)
    time, event = follow_up(time, event)
    some_event(event)
    matrix, names = _checks.matrix("covariates", covariates)
    if len(matrix) != time.size:
        raise ValueError(
            f"covariates: expected {time.size} rows, as many as time, got {len(matrix)}"
        )
    if not matrix.size:
        raise ValueError(f"covariates: expected one or more columns, got shape {matrix.shape}")
    return time, event, matrix, names


def column_of(frame, name, column):
    """Reject a column that is not there or has gaps."""
    if not _checks.is_label(column) or column not in frame:
        raise ValueError(f"{name}: expected a column of frame, got {column!r:.60}")
    if frame[column].isna().any():
        gaps = int(frame[column].isna().sum())
        raise ValueError(f"{name}: expected no missing values, got {gaps} in column {column!r}")
