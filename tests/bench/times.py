"""Survival analysis: curves, tests and models of times to an event."""

from functools import partial

import numpy as np

from hccbook import survival

from . import data
from .r import R
from .rivals import EXACT, gap
from .timing import Bound, Case, Rival

STEP = 1e-5  # lifelines stops its iteration earlier
HORIZON = 90  # days of a restricted mean


def two_groups(n):
    """A hazard ratio."""
    from lifelines import CoxPHFitter
    from statsmodels.duration.hazard_regression import PHReg

    time, event, x = data.follow_up(n)
    group = x[:, 0]
    frame = _frame(time, event, x)[["t", "e", "x1"]]
    return Case(
        f"Cox model of two groups, n = {n:,}",
        partial(survival.cox_two_groups, time, event, group),
        Rival(
            "lifelines",
            lambda: CoxPHFitter().fit(frame, "t", "e").params_,
            same=lambda a, b: gap([np.log(a.value)], b),
            within=STEP,
        ),
        Rival(
            "statsmodels",
            lambda: PHReg(time, group[:, None], event, ties="efron").fit().params,
            same=lambda a, b: gap([np.log(a.value)], b),
            within=EXACT,
        ),
        Bound("one sort", partial(np.sort, time)),
    )


def five_covariates(n):
    """A Cox model."""
    from lifelines import CoxPHFitter
    from statsmodels.duration.hazard_regression import PHReg

    time, event, x = data.follow_up(n)
    frame = _frame(time, event, x)

    def coefficients(model, its):
        return gap(model.coefficients["coef"], its)

    return Case(
        f"Cox model of five covariates, n = {n:,}",
        partial(survival.cox_model, time, event, x),
        Rival(
            "lifelines",
            lambda: CoxPHFitter().fit(frame, "t", "e").params_,
            same=coefficients,
            within=STEP,
        ),
        Rival(
            "statsmodels",
            lambda: PHReg(time, x, event, ties="efron").fit().params,
            same=coefficients,
            within=EXACT,
        ),
        Rival(
            "R (coxph)",
            R("coxph", time=time, event=event, x=x),
            same=coefficients,
            within=EXACT,
        ),
        Bound("one sort", partial(np.sort, time)),
    )


def logrank(n):
    """The log-rank test of two groups."""
    from lifelines.statistics import logrank_test
    from scipy.stats import CensoredData
    from scipy.stats import logrank as scipy_logrank
    from statsmodels.duration.survfunc import survdiff

    time, event, x = data.follow_up(n)
    group = x[:, 0]
    pair = [(time[group == g], event[group == g]) for g in (1, 0)]
    (t1, e1), (t0, e0) = pair
    censored = [CensoredData.right_censored(t, e == 0) for t, e in pair]

    def rival(name, call):
        return Rival(name, call, same=lambda a, b: gap(a[:1], b), within=EXACT)

    return Case(
        f"Log-rank test, n = {n:,}",
        partial(survival.logrank, time, event, group),
        rival("lifelines", lambda: [logrank_test(t1, t0, e1, e0).test_statistic]),
        rival("SciPy", lambda: [scipy_logrank(*censored).statistic ** 2]),
        rival("statsmodels", lambda: [survdiff(time, event, group)[0]]),
        rival("R (survdiff)", R("survdiff", time=time, event=event, group=group)),
        Bound("one sort", partial(np.sort, time)),
    )


def median(n):
    """Median survival with its interval."""
    from lifelines import KaplanMeierFitter

    time, event, _ = data.follow_up(n)
    return Case(
        f"Median survival with interval, n = {n:,}",
        partial(survival.median, time, event),
        Rival(
            "lifelines (no interval)",
            lambda: [KaplanMeierFitter().fit(time, event).median_survival_time_],
            same=lambda a, b: gap([a.value], b),
            within=EXACT,
        ),
        Rival(
            "R (survfit)",
            R("survfit", time=time, event=event),
            same=lambda a, b: gap([a.value], b),
            within=EXACT,
        ),
        Bound("one sort", partial(np.sort, time)),
    )


def restricted_mean(n):
    """A restricted mean survival time."""
    from lifelines import KaplanMeierFitter
    from lifelines.utils import restricted_mean_survival_time

    time, event, _ = data.follow_up(n)
    return Case(
        f"Restricted mean survival with standard error, n = {n:,}",
        partial(survival.rmst, time, event, HORIZON),
        Rival(
            "lifelines (no standard error)",
            lambda: [restricted_mean_survival_time(KaplanMeierFitter().fit(time, event), HORIZON)],
            same=lambda a, b: gap([a.value], b),
            within=EXACT,
        ),
        Bound("one sort", partial(np.sort, time)),
    )


def c_index(n):
    """Harrell's C with its standard error."""
    from lifelines.utils import concordance_index

    time, event, x = data.follow_up(n)
    score = x @ np.arange(5.0)
    return Case(
        f"C-index with standard error, n = {n:,}",
        partial(survival.c_index, time, event, score),
        Rival(
            "lifelines (no standard error)",
            lambda: [concordance_index(time, -score, event)],
            same=lambda a, b: gap([a.value], b),
            within=EXACT,
        ),
        Rival(
            "R (concordance)",
            R("concordance", time=time, event=event, score=score),
            same=lambda a, b: gap([a.value, a.se], b),
            within=EXACT,
        ),
        Bound("one sort", partial(np.sort, time)),
    )


def proportional(n):
    """The test of proportional hazards, with the model it needs."""
    from lifelines import CoxPHFitter
    from lifelines.statistics import proportional_hazard_test

    time, event, x = data.follow_up(n)
    frame = _frame(time, event, x)
    return Case(
        f"Proportional hazards test, five covariates, n = {n:,}",
        partial(survival.proportional_hazards_test, time, event, x),
        Rival(
            "lifelines (approximate)",
            lambda: proportional_hazard_test(CoxPHFitter().fit(frame, "t", "e"), frame, "km"),
        ),
        Rival(
            "R (cox.zph)",
            R("cox.zph", time=time, event=event, x=x),
            same=lambda a, b: gap([a.loc["GLOBAL", "statistic"]], b),
            within=EXACT,
        ),
        Bound("one sort", partial(np.sort, time)),
    )


def _frame(time, event, x):
    import pandas as pd

    names = [f"x{number}" for number in range(1, x.shape[1] + 1)]
    return pd.DataFrame(x, columns=names).assign(t=time, e=event)


CASES = (
    partial(two_groups, 110),
    partial(two_groups, 10_000),
    partial(five_covariates, 153),
    partial(five_covariates, 10_000),
    partial(logrank, 110),
    partial(logrank, 10_000),
    partial(median, 110),
    partial(median, 10_000),
    partial(restricted_mean, 110),
    partial(restricted_mean, 10_000),
    partial(c_index, 153),
    partial(c_index, 10_000),
    partial(proportional, 153),
)
