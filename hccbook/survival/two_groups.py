"""Two groups: the hazard ratio of a Cox model, and the log-rank test."""

import math

import numpy as np

from .. import _checks
from ..estimate import Estimate
from ._patients import some_event, two_groups

_CONVERGED = 1e-10  # Newton doubles its digits: the step after one of this size is nothing


def cox_two_groups(time, event, group, level=0.95):
    """Hazard ratio of two groups from a Cox model with Efron's handling of ties.

    The same model as lifelines' ``CoxPHFitter`` with one binary covariate, made for being
    called some ten thousand times.

    Parameters
    ----------
    time : array_like of float, shape (n,)
        Follow-up, at least 0.
    event : array_like of {0, 1} or bool, shape (n,)
        1 for an event, 0 for censored.
    group : array_like of {0, 1} or bool, shape (n,)
        Group; the hazard ratio is that of group 1 against group 0.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    Estimate
        Hazard ratio, Wald limits (symmetric on the log scale), Wald P and number of patients.

    Raises
    ------
    ValueError
        As :func:`median`; if there is no event or one group only; if the estimate is infinite
        (or zero), as when a group has no events.

    References
    ----------
    Efron, J Am Stat Assoc 1977;72:557. Wald limits and P: Therneau & Grambsch, Modeling
    Survival Data (2000), section 3.4.

    Examples
    --------
    >>> print(cox_two_groups([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 0, 1], [1, 0, 1, 0, 1, 0]))
    1.315 (95 % CI 0.181 to 9.534)
    """
    z = _checks.z(level)
    events, events1, at_risk, at_risk1 = _risk_table(time, event, group)
    # Efron: the k-th of d tied events (k = 0, 1, ...) sees the tied ones at risk by 1 - k/d.
    total = int(events.sum())
    each = np.repeat(np.arange(events.size), events)
    gone = (np.arange(total) - (np.cumsum(events) - events)[each]) / events[each]
    risk1 = at_risk1[each] - gone * events1[each]
    risk0 = (at_risk - at_risk1)[each] - gone * (events - events1)[each]
    observed = int(events1.sum())
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
        n=len(time),
    )


def logrank(time, event, group):
    """Log-rank test of two groups.

    Parameters
    ----------
    time : array_like of float, shape (n,)
        Follow-up, at least 0.
    event : array_like of {0, 1} or bool, shape (n,)
        1 for an event, 0 for censored.
    group : array_like of {0, 1} or bool, shape (n,)
        Group.

    Returns
    -------
    statistic, p : float
        Chi-squared statistic with one degree of freedom (hypergeometric variance, no continuity
        correction) and its P value; NaN if the groups are never at risk together.

    Raises
    ------
    ValueError
        As :func:`median`; if there is no event or one group only.

    References
    ----------
    Mantel, Cancer Chemother Rep 1966;50:163.
    """
    events, events1, at_risk, at_risk1 = _risk_table(time, event, group)
    share = at_risk1 / at_risk
    excess = float(np.sum(events1 - events * share))
    spread = events * share * (1 - share) * (at_risk - events) / np.maximum(at_risk - 1, 1)
    variance = float(spread.sum())
    statistic = excess**2 / variance if variance else math.nan
    return statistic, math.erfc(math.sqrt(statistic / 2))


def _risk_table(time, event, group):
    """Events and patients at risk, in all and in group 1, at each distinct event time."""
    time, event, group = two_groups(time, event, group)
    some_event(event)
    order = np.argsort(time)
    time, event, group = time[order], event[order], group[order]
    starts = np.flatnonzero(np.concatenate([[True], time[1:] != time[:-1]]))
    sums = np.add.reduceat([event, event * group, np.ones_like(time), group], starts, axis=1)
    events, events1, here, here1 = sums.astype(int)
    at_risk, at_risk1 = (np.cumsum(x[::-1])[::-1] for x in (here, here1))
    some = events > 0
    return events[some], events1[some], at_risk[some], at_risk1[some]
