"""Two groups: hazard ratio and log-rank test, from a landmark on, and in subgroups."""

import math

import numpy as np

from .. import _checks
from .._ties import tied
from ..estimate import Estimate
from .cox import RiskSets
from .curves import checked

_CONVERGED = 1e-10  # Newton doubles its digits: the step after one of this size is nothing


def cox_two_groups(time, event, group, level=0.95):
    """Hazard ratio of two groups from a Cox model with Efron's handling of ties.

    The same model as lifelines' ``CoxPHFitter`` with one binary covariate, made for being
    called some ten thousand times (Efron, J Am Stat Assoc 1977;72:557; Wald limits and P: Therneau
    & Grambsch, Modeling Survival Data, 2000, section 3.4).

    Parameters
    ----------
    time, event, level
        As in :func:`median`.
    group : array_like of {0, 1} or bool, shape (n,)
        Group; the hazard ratio is that of group 1 against group 0.

    Returns
    -------
    Estimate
        Hazard ratio, Wald limits (symmetric on the log scale), Wald P and number of patients. An
        infinite estimate (or zero), as when a group has no events, is refused.

    Examples
    --------
    >>> print(cox_two_groups([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 0, 1], [1, 0, 1, 0, 1, 0]))
    1.315 (95 % CI 0.181 to 9.534)
    """
    z = _checks.z(level)
    patients, group = _two_groups(time, event, group)
    observed = int(group[patients.dead].sum())
    risk1, risk0 = patients.sums(np.stack([group, 1 - group]))
    least, most = np.count_nonzero(risk0 <= 0), np.count_nonzero(risk1 > 0)
    if not least < observed < most:
        raise ValueError(
            "group: expected events in both groups while both are at risk, got "
            f"{observed} events in group 1 where {least} to {most} are possible: the estimate of "
            f"the log hazard ratio is infinite (hazard ratio {'∞' if observed == most else 0})"
        )
    log_hr, step = 0.0, 1.0
    while abs(step) > _CONVERGED:
        share = risk1 / (risk1 + risk0 * math.exp(-log_hr))
        information = float(share @ (1 - share))
        step = (observed - float(share.sum())) / information
        # |d log(information) / d log_hr| <= 1, so steps cut off at 1 always converge.
        log_hr += max(-1.0, min(1.0, step))
    error = information**-0.5
    return Estimate(
        math.exp(log_hr),
        math.exp(log_hr - z * error),
        math.exp(log_hr + z * error),
        level,
        p=math.erfc(abs(log_hr) / error / math.sqrt(2)),
        n=group.size,
    )


def logrank(time, event, group):
    """Log-rank test of two groups (Mantel, Cancer Chemother Rep 1966;50:163).

    Parameters
    ----------
    time, event, group
        As in :func:`cox_two_groups`.

    Returns
    -------
    statistic, p : float
        Chi-squared statistic with one degree of freedom (hypergeometric variance, no continuity
        correction) and its P value; NaN if the groups are never at risk together.
    """
    patients, group = _two_groups(time, event, group)
    events, at_risk = patients.tied, patients.last_at_risk + 1
    events1 = np.bincount(patients.cell, group[patients.dead])
    at_risk1 = np.cumsum(group)[patients.last_at_risk]
    z = float(logrank_z(events1, events, at_risk1, at_risk))
    return z**2, math.erfc(abs(z) / math.sqrt(2))


def logrank_z(events1, events, at_risk1, at_risk):
    """Return z of the log-rank test: group 1 and both groups, times last, cohorts before them."""
    share = at_risk1 / np.maximum(at_risk, 1)
    ties = (at_risk - events) / np.maximum(at_risk - 1, 1)
    variance = (events * share * (1 - share) * ties).sum(axis=-1)
    excess = (events1 - events * share).sum(axis=-1)
    return excess / np.sqrt(np.where(variance > 0, variance, np.nan))


def landmark(time, event, at, response_time=None, group=None):
    """Patients at risk at a landmark, with time and groups as they are there.

    To respond, a patient must first be followed up to the response. So, compared from the start,
    responders seem to do better even if response means nothing. From a landmark on, with groups
    by what was known there, nobody is classified by the future.

    Parameters
    ----------
    time, event
        As in :func:`cox_two_groups`.
    at : float
        The landmark, at least 0, in the unit of ``time``. To be fixed in advance.
    response_time : array_like of float, shape (n,), optional
        When each patient responded, in the unit of ``time``, at most that; ``inf`` for never. Who
        responded up to the landmark (at it included) is group 1; who responds later is still
        group 0.
    group : array_like of {0, 1} or bool, shape (n,), optional
        Groups that were known at the landmark, instead of ``response_time``.

    Returns
    -------
    pandas.DataFrame
        The patients at risk after the landmark: ``time`` since then, ``event`` and, if asked
        for, ``group``. The index is the patients' place in the input, from 0.

    Notes
    -----
    Patients with an event, or censored, up to the landmark (at it included) are left out. The
    result holds for patients who reach it, and depends on where it is.

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

    if response_time is not None and group is not None:
        raise ValueError("group: expected none beside response_time, got both")
    _checks.same_rows(time=time, event=event, response_time=response_time)
    known = {} if group is None else {"group": group}
    time, event, *groups = checked(time, event, **known)
    _checks.real("at", at)
    if response_time is not None:
        groups = [~_after(_response_time(response_time, time), at)]
    later = _after(time, at)
    if at < 0 or not later.any():
        raise ValueError(
            f"at: expected at least 0 and less than the last follow-up, {time.max():g}, got {at:g}"
        )
    columns = {"time": time - at, "event": event.astype(int)}
    if groups:
        columns["group"] = groups[0].astype(int)
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
    for at in np.flatnonzero(~never & ((array < 0) | _after(array, time))):
        raise ValueError(
            f"response_time: expected 0 to {time[at]:g}, the follow-up, or inf, got {array[at]:g} "
            f"at position {at}"
        )
    return array


def _two_groups(time, event, group):
    """Return who is at risk, and the groups of the patients in that order."""
    time, event, group = checked(time, event, some=True, group=group)
    _checks.both("group", group, "groups")
    patients = RiskSets(time, event)
    return patients, group[patients.order]
