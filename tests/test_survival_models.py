"""hccbook.survival: Cox models and proportional hazards, against R."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import proportional_hazard_test
from reference import finite, frames, near, numbers, refused
from scipy.stats import chi2
from statsmodels.duration.hazard_regression import PHReg

from hccbook import survival

SAME = 1e-12  # the same maximum to the last step of Newton's method; R's files have 15 digits
TAIL = 1e-10  # P values, where a relative error of the statistic counts several times
LIFELINES = 1e-5  # lifelines stops early

R, INPUT = numbers("survival-models"), frames("survival-models")
COVARIATES = ["age", "male", "marker", "stage2", "stage3"]
pytestmark = pytest.mark.filterwarnings("error")
properties = settings(max_examples=50)


def patients(dataset):
    """Time, event and covariates of the data set's model in R."""
    data = INPUT[dataset]
    return data["time"], data["event"], data[["group"] if dataset == "early" else COVARIATES]


@st.composite
def cohorts(draw, largest=30):
    """Whole-number times with many ties, events, and two covariates."""
    n = draw(st.integers(6, largest))
    lists = (draw(st.lists(st.integers(0, top), min_size=n, max_size=n)) for top in (12, 1, 3, 1))
    time, event, one, two = map(np.array, lists)
    return time, event, np.column_stack([one, two])


# Cox models


def test_cox_model_as_in_r():
    for dataset, expected in R["models"].items():
        time, event, covariates = patients(dataset)
        table, baseline = survival.cox_model(time, event, covariates)
        assert list(table.index) == list(covariates)
        for name in ("coef", "se", "lower", "upper"):
            near(table[name], np.atleast_1d(expected[name]), rel=SAME)
        near(table["p"], np.atleast_1d(expected["p"]), rel=TAIL)
        near(table["hr"], np.exp(table["coef"]), rel=SAME)
        assert list(baseline.index) == expected["base_time"]
        near(baseline, expected["base_hazard"], rel=SAME)


def test_cox_model_as_in_statsmodels_and_lifelines():
    time, event, covariates = patients("months")
    ours = survival.cox_model(time, event, covariates, level=0.8).coefficients
    peer = PHReg(time, covariates, event, ties="efron").fit()
    near(ours[["coef", "se"]], np.column_stack([peer.params, peer.bse]), rel=1e-9)
    peer = CoxPHFitter(alpha=0.2).fit(covariates.assign(t=time, e=event), "t", "e")
    near(np.log(ours[["lower", "upper"]]), peer.confidence_intervals_, abs=LIFELINES)


def test_plain_arrays_have_numbers_for_names():
    time, event, covariates = patients("months")
    two = survival.cox_model(time, event, covariates[["age", "male"]].to_numpy())
    assert list(two.coefficients.index) == [0, 1]
    one = survival.cox_model(time.to_list(), event.to_list(), covariates["age"].to_list())
    frame = survival.cox_model(time, event, covariates[["age"]])
    assert one.coefficients["coef"].iloc[0] == frame.coefficients["coef"].iloc[0]


@properties
@given(cohorts())
def test_one_binary_covariate_is_two_groups(case):
    time, event, covariates = case
    group = covariates[:, 1]
    try:
        ours = survival.cox_two_groups(time, event, group)
    except ValueError:  # what has no finite estimate has none here either
        refused([("covariates|event", survival.cox_model, time, event, group)])
        return
    row = survival.cox_model(time, event, group).coefficients.iloc[0]
    near(row[["hr", "lower", "upper"]], [ours.value, ours.lower, ours.upper], rel=1e-8)
    near(row["p"], ours.p, rel=1e-7, abs=SAME)


@properties
@given(cohorts(), st.floats(0.01, 100), st.floats(-1000, 1000), st.randoms(use_true_random=False))
def test_units_and_order_do_not_matter(case, unit, shift, random):
    time, event, covariates = case
    table, baseline = finite(survival.cox_model, time, event, covariates)
    order = random.sample(range(len(time)), len(time))
    moved = (time**2 + 1)[order], event[order], (covariates * [unit, 1] + [shift, 0])[order]
    scaled, hazard = survival.cox_model(*moved)
    for name in ("coef", "se"):
        near(scaled[name] * [unit, 1], table[name], rel=1e-7, abs=1e-8)
    near(hazard, baseline, rel=1e-7)


@properties
@given(cohorts())
def test_newton_ends_at_the_top(case):
    time, event, covariates = case
    ours = finite(survival.cox_model, time, event, covariates)
    coef = ours.coefficients["coef"].to_numpy()
    best = efron_likelihood(time, event, covariates @ coef)
    rng = np.random.default_rng(0)
    for other in (np.zeros(2), *(coef + size * rng.normal(size=2) for size in (1e-3, 0.1, 3))):
        assert efron_likelihood(time, event, covariates @ other) <= best + 1e-9


def efron_likelihood(time, event, score):
    """Efron's log partial likelihood, as it is written in textbooks."""
    total, risk = 0.0, np.exp(score)
    for t in np.unique(time[event == 1]):
        tied = (time == t) & (event == 1)
        total += score[tied].sum()
        for k in range(tied.sum()):
            total -= math.log(risk[time >= t].sum() - k / tied.sum() * risk[tied].sum())
    return total


def test_a_strong_effect_is_found_from_afar():
    n = 400
    x, events = np.repeat([1.0, 0.0], n), np.ones(2 * n)
    time = np.concatenate([np.arange(n), n + np.arange(n)])
    time[[n - 1, n]] = time[[n, n - 1]]  # one patient of each group trades places
    noise = np.sin(np.arange(2 * n))
    ours = survival.cox_model(time, events, np.column_stack([x, noise])).coefficients
    alone, mirror = (survival.cox_two_groups(time, events, g) for g in (x, 1 - x))
    near(alone.value * mirror.value, 1, rel=1e-11)
    assert 50 < alone.value < ours["hr"].iloc[0] * 2
    assert ours["se"].max() < 2


# Proportional hazards


def test_score_test_as_in_r():
    for dataset, expected in R["zph"].items():
        time, event, covariates = patients(dataset)
        ours = survival.proportional_hazards_test(time, event, covariates)
        assert list(ours.index) == [*covariates, "GLOBAL"]
        statistic, df, p = np.array(expected["single"]["km"]).T
        near(ours["statistic"], statistic, rel=1e-11)
        assert ours["df"].to_list() == df.tolist()
        near(ours["p"], p, rel=TAIL)


def test_lifelines_has_the_older_approximation():
    time, event, covariates = patients("early")
    frame = covariates.assign(t=time, e=event)
    fit = CoxPHFitter().fit(frame, "t", "e")
    older = proportional_hazard_test(fit, frame, "km")
    # The older test: squared correlation of g(t) with Schoenfeld residuals of constant variance.
    coef = survival.cox_model(time, event, covariates).coefficients
    residuals, x = [], covariates["group"].to_numpy()
    times = np.sort(time[event == 1])
    for t in times:
        risk = np.exp(x * coef["coef"].iloc[0]) * (time >= t)
        residuals.append(x[time == t][0] - x @ risk / risk.sum())
    g = KaplanMeierFitter().fit(time, event).survival_function_at_times(times).to_numpy()
    g = g - g.mean()
    by_hand = len(g) * coef["se"].iloc[0] ** 2 * (g @ residuals) ** 2 / (g @ g)
    assert float(np.squeeze(older.test_statistic)) == pytest.approx(by_hand, rel=LIFELINES)
    score = survival.proportional_hazards_test(time, event, covariates)
    assert score.loc["group", "statistic"] > 5 * by_hand


@properties
@given(cohorts(), st.floats(0.1, 10))
def test_score_test_ignores_units(case, unit):
    time, event, covariates = case
    ours = finite(survival.proportional_hazards_test, time, event, covariates)
    assume(ours["statistic"].notna().all())
    moved = survival.proportional_hazards_test(time**3 + 7, event, covariates * [unit, 1] + [7, 0])
    near(moved["statistic"], ours["statistic"], rel=1e-5, abs=1e-7)
    assert (ours["statistic"].iloc[2] >= ours["statistic"].iloc[:2] - 1e-7).all()


def test_too_few_event_times():
    ours = survival.proportional_hazards_test([1, 2, 2, 2], [0, 1, 1, 0], [1, 2, 4, 3])
    assert ours.isna().sum().to_dict() == {"statistic": 2, "df": 0, "p": 2}
    # After the two tied events at 2, nobody at risk differs in the first covariate.
    time, x = (
        [2, 2, 2, 2, 3, 4, 5, 6],
        np.array([[1, 2, 3, 2, 2, 2, 2, 2], [1, 2, 1, 3, 1, 2, 4, 3]]).T,
    )
    ours = survival.proportional_hazards_test(time, [0, 1, 1, 1, 1, 1, 1, 1], x)
    assert ours["statistic"].isna().to_list() == [True, False, True]


# Subgroups


def test_interaction_where_a_level_ends_before_the_others_begin():
    """The coefficient of the level is infinite; the test of the interaction is not."""
    x, levels = [1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1, 0], ["a"] * 6 + ["b"] * 6
    times = [*range(1, 7), *range(11, 17)]
    frame = pd.DataFrame({"time": times, "event": 1, "x": x, "s": levels})
    table = survival.subgroup_table(frame, "time", "event", "x", ["s"])
    # Then the likelihood is that of the two levels apart, each with its own hazard ratio or both
    # with one.
    parts = [part for _, part in frame.groupby("s")]
    early, late = (stratum_likelihood(part, np.linspace(-3, 3, 60_001)) for part in parts)
    apart, joint = early.max() + late.max(), (early + late).max()
    near(table["p_interaction"], chi2.sf(2 * (apart - joint), 1), abs=1e-6)


def stratum_likelihood(part, coef):
    """Log likelihood of one binary covariate at many coefficients, patients in order of time."""
    x = part["x"].to_numpy()
    risk = np.exp(np.multiply.outer(coef, x))
    after = np.cumsum(risk[:, ::-1], axis=1)[:, ::-1]
    return coef * x.sum() - np.log(after).sum(axis=1)
