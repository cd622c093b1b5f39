"""Random survival times of two groups and Cox models fitted to them, for tests of the audit."""

import math

import numpy as np
from printing import Z95

from hccbook import survival

RANDOM = 400  # sets of random patients behind each theorem


def random_follow_up(rng, ties):
    """Draw two groups: few or many, alike or far apart, hardly or heavily censored."""
    n = int(rng.choice([4, 6, 10, 25, 60, 150]))
    group = (rng.random(n) < rng.uniform(0.1, 0.9)).astype(int)
    time = rng.exponential(np.exp(rng.choice([0, 1, 3, -4]) * rng.normal() * group))
    if rng.random() < 0.3:  # hazards that cross
        time = time ** np.where(group == 1, 3, 0.5)
    event = (rng.random(n) < rng.choice([0.15, 0.5, 0.9, 1])).astype(int)
    if ties:
        time = np.ceil(time * rng.choice([1, 2, 5]))
    return time, event, group


def random_fits(fit, ties=False, count=RANDOM, seed=0):
    """Yield the log hazard ratio, its SE, the log-rank statistic, and the data."""
    rng, made = np.random.default_rng(seed), 0
    while made < count:
        time, event, group = random_follow_up(rng, ties)
        try:
            log_hr, se = fit(time, event, group)
        except ValueError:  # no events, or an infinite estimate
            continue
        statistic = survival.logrank(time, event, group)[0]
        if math.isnan(statistic):  # all at risk had their event on one day
            continue
        made += 1
        yield log_hr, se, statistic, (time, event, group)


def efron(time, event, group):
    fit = survival.cox_two_groups(time, event, group)
    return math.log(fit.value), math.log(fit.upper / fit.lower) / (2 * Z95)


def breslow(time, event, group):
    """Fit a Cox model of two groups with Breslow's ties, by Newton's method."""
    survival.cox_two_groups(time, event, group)  # refuses what has no finite estimate
    at = np.unique(time[event == 1])
    events = np.array([np.sum(event[time == t]) for t in at])
    ahead = np.array([[np.sum((time >= t) & (group == k)) for k in (0, 1)] for t in at])
    observed, log_hr, step = event[group == 1].sum(), 0.0, 1.0
    least, most = events[ahead[:, 0] == 0].sum(), events[ahead[:, 1] > 0].sum()
    if not least < observed < most:
        raise ValueError("infinite")
    while abs(step) > 1e-12:
        share = ahead[:, 1] / (ahead[:, 1] + ahead[:, 0] * math.exp(-log_hr))
        information = events @ (share * (1 - share))
        step = max(-1.0, min(1.0, (observed - events @ share) / information))
        log_hr += step
    return log_hr, information**-0.5


def sinh_tanh(log_hr, se):
    return 4 * math.tanh(log_hr / 2) ** 2 / se**2, 4 * math.sinh(log_hr / 2) ** 2 / se**2
