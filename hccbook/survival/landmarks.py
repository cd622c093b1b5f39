"""Landmark analysis."""

import math

import numpy as np

from .. import _checks
from .._ties import tied
from ._patients import follow_up


def landmark(time, event, at, response_time=None, group=None):
    """Patients at risk at a landmark, with time and groups as they are there.

    To respond, a patient must first be followed up to the response. So, compared from the start,
    responders seem to do better even if response means nothing. From a landmark on, with groups
    by what was known there, nobody is classified by the future.

    Parameters
    ----------
    time, event : array_like, shape (n,)
        Follow-up, at least 0; 1 for an event, 0 for censored.
    at : float
        The landmark, at least 0, in the unit of ``time``. To be fixed in advance.
    response_time : array_like of float, shape (n,), optional
        When each patient responded, in the unit of ``time``; ``inf`` for never. Who responded
        up to the landmark (at it included) is group 1; who responds later is still group 0.
    group : array_like of {0, 1} or bool, shape (n,), optional
        Groups that were known at the landmark, instead of ``response_time``.

    Returns
    -------
    pandas.DataFrame
        The patients at risk after the landmark: ``time`` since then, ``event`` and, if asked
        for, ``group``. The index is the patients' place in the input, from 0.

    Raises
    ------
    ValueError
        If an input is empty, not finite (but for ``response_time``), not binary, negative, or
        of unequal length; if a response comes after the end of follow-up; if both
        ``response_time`` and ``group`` are given; if no patient is at risk at ``at``.

    Notes
    -----
    Patients with an event, or censored, up to the landmark (at it included) are left out. The
    result holds for patients who reach it, and depends on where it is.

    References
    ----------
    Anderson, Cain & Gelber, J Clin Oncol 1983;1:710.

    Examples
    --------
    >>> landmark([2, 5, 8, 9], [1, 1, 0, 1], at=3, response_time=[1, 2, 6, np.inf])
       time  event  group
    1   2.0      1      1
    2   5.0      0      0
    3   6.0      1      0
    """
    import pandas as pd

    _checks.same_rows(time=time, event=event, response_time=response_time, group=group)
    time, event = follow_up(time, event)
    _checks.real("at", at)
    if not 0 <= at < math.inf:
        raise ValueError(f"at: expected a finite number of at least 0, got {at!r}")
    if response_time is not None and group is not None:
        raise ValueError("group: expected none beside response_time, got both")
    columns = {"time": time - at, "event": event.astype(int)}
    if response_time is not None:
        columns["group"] = (~_after(_response_time(response_time, time), at)).astype(int)
    if group is not None:
        group = _checks.vector("group", group, binary=True)
        _checks.same_length("group", group, "time", time)
        columns["group"] = group.astype(int)
    later = _after(time, at)
    if not later.any():
        raise ValueError(f"at: expected less than the last follow-up, {time.max():g}, got {at:g}")
    return pd.DataFrame(columns)[later]


def _after(time, at):
    """Say which times come after others and are not tied with them."""
    return (time > at) & ~tied(time, at)


def _response_time(values, time):
    """Check times of response against the follow-up."""
    array = _checks.numbers("response_time", values)
    never = array == math.inf
    array = np.where(never, math.inf, _checks.vector("response_time", np.where(never, 0, array)))
    _checks.same_length("response_time", array, "time", time)
    if array.min() < 0:
        raise ValueError(f"response_time: expected at least 0, got {array.min():g}")
    late = (array < math.inf) & _after(array, time)
    if late.any():
        first = int(late.argmax())
        raise ValueError(
            f"response_time: expected no response after the follow-up of {time[first]:g}, got "
            f"{array[first]:g} at position {first}"
        )
    return array
