"""hccbook.survival, and lifelines as the notebooks call it, against R."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import logrank_test
from lifelines.utils import (
    concordance_index,
    median_survival_times,
    restricted_mean_survival_time,
)
from reference import finite, frames, near, numbers, refused
from scipy.stats import norm

from hccbook import survival
from hccbook.survival import curves

SAME = 1e-12  # the same sums in another order; the reference files have 15 digits
NEWTON = 1e-11  # the same maximum, each program's own last step
LIFELINES_COX = 1e-5  # lifelines stops early: 8e-6 off with 12 patients, 6e-12 with 110
LIFELINES_LIKELIHOOD = 1e-9  # ... where the likelihood, flat at its maximum, is hardly off
AREA = 1e-10  # lifelines integrates with other steps

R, MORE = numbers("survival"), numbers("survival-models")
INPUT = frames("survival")
EVERY = INPUT | frames("survival-models")


def columns(dataset, *names):
    return [EVERY[dataset][name].to_numpy() for name in names or ("time", "event")]


def three(estimate):
    return [estimate.value, estimate.lower, estimate.upper]


@st.composite
def follow_up(draw, low=0, high=1, some=False):
    """Whole-number times with many ties, events, and a group or score."""
    n = draw(st.integers(2, 28))
    ranges = (0, 12), (0, 1), (low, high)
    found = [draw(st.lists(st.integers(*x), min_size=n, max_size=n)) for x in ranges]
    assume(any(found[1]) or not some)
    return [np.array(x) for x in found]


def scored():
    return follow_up(-3, 3, some=True)


def test_median_and_lifelines_curve_as_in_r():
    assert set(INPUT) == set(R["curve"]) == set(R["curve80"])
    assert len(INPUT) == 9
    for dataset in INPUT:
        time, event = columns(dataset)
        for level, key in ((0.95, "curve"), (0.80, "curve80")):
            ours = survival.median(time, event, level)
            value, lower, upper = (R[key][dataset][k] for k in ("median", "lower", "upper"))
            expected = [np.nan_to_num(value, nan=np.inf), lower, np.nan_to_num(upper, nan=np.inf)]
            near(three(ours), expected, abs=SAME)
            assert (ours.level, ours.n) == (level, len(time))
        curve = {name: np.atleast_1d(x) for name, x in R["curve"][dataset]["curve"].items()}
        fit = KaplanMeierFitter().fit(time, event)
        near(fit.survival_function_at_times(curve["time"]), curve["survival"], abs=SAME)
        limits = fit.confidence_interval_.loc[curve["time"]].to_numpy().T
        for ours, theirs in zip(limits, (curve["lower"], curve["upper"]), strict=True):
            known = ~np.isnan(theirs)  # R has no log-log band at 0 and 1
            near(ours[known], theirs[known], abs=SAME)


def test_conventions_differ_where_survival_is_flat_at_one_half():
    for dataset, midpoint, first in (
        ("flat-then-event", 6.5, 5),
        ("flat-but-for-rounding", 12.5, 10),
        ("flat-to-the-end", 7, 7),
        ("cohort", 222, 222),
        ("not-reached", math.inf, math.inf),
    ):
        follow = columns(dataset)
        assert survival.median(*follow).value == midpoint
        assert survival.median(*follow, convention="first").value == first
    # Programs disagree on a flat stretch without a later event.
    found = R["curve"]["flat-to-the-end"]
    fit = KaplanMeierFitter().fit(*columns("flat-to-the-end"))
    assert (found["median"], found["quantile"], fit.median_survival_time_) == (7, 10.5, math.inf)
    # And on the band where the curve falls to 0: R and we have no upper limit there.
    follow = columns("flat-then-event")
    fit = KaplanMeierFitter().fit(*follow)
    upper = median_survival_times(fit.confidence_interval_).iloc[0, 1]
    assert math.isnan(R["curve"]["flat-then-event"]["upper"])
    assert (survival.median(*follow).upper, upper) == (math.inf, follow[0].max())


@given(follow_up(), st.randoms(use_true_random=False), st.sampled_from(["midpoint", "first"]))
def test_median_ignores_order_and_scales(case, random, convention):
    time, event, _ = case
    ours = survival.median(time, event, convention=convention)
    order = random.sample(range(len(time)), len(time))
    shuffled = survival.median(time[order], event[order], convention=convention)
    assert repr(shuffled) == repr(ours)  # to the last bit, NaN too
    scaled = survival.median(time * 4, event, convention=convention)
    near(three(scaled), 4 * np.array(three(ours)), rel=1e-6)
    assert not ours.lower > ours.value
    assert ours.value <= ours.upper
    everyone = survival.median(time, np.ones(len(time)), convention=convention).value
    first = np.sort(time)[(len(time) - 1) // 2]
    assert everyone == (first if convention == "first" else np.median(time))


def test_follow_up_as_in_r_and_prodlim():
    for dataset, expected in MORE["follow_up"].items():
        follow = columns(dataset)
        theirs = [expected[name] for name in ("median", "lower", "upper")]
        near(three(survival.median_follow_up(*follow)), np.nan_to_num(theirs, nan=np.inf), abs=SAME)
        if "events_first" in expected:  # of prodlim
            times, values = map(np.atleast_1d, expected["events_first"].values())
            down = np.flatnonzero(values <= 0.5 + SAME)
            ours = survival.median_follow_up(*follow, convention="first", ties="events first")
            assert ours.value == (times[down[0]] if down.size else math.inf)


@given(follow_up(), st.sampled_from(["midpoint", "first"]))
def test_follow_up_is_the_median_with_events_and_censoring_exchanged(case, convention):
    time, event, _ = case
    ours = survival.median_follow_up(time, event, 0.9, convention)
    assert str(ours) == str(survival.median(time, 1 - event, 0.9, convention))
    first = survival.median_follow_up(time + 1, event, 0.9, convention, "events first")
    earlier = survival.median(time + 1 - 0.5 * event, 1 - event, 0.9, convention)
    assert str(first) == str(earlier)


def test_restricted_means_as_in_r():
    early = survival.rmst([3, 4, 5], [1, 0, 0], 2)  # no event before the horizon
    assert (early.se, *three(early)) == (0, 2, 2, 2)
    for dataset, found in MORE["rmst"].items():
        data = EVERY[dataset]
        parts = {"all": data} | {f"group{g}": data[data["group"] == g] for g in (0, 1)}
        for expected, (name, part) in itertools.product(found, parts.items()):
            ours = survival.rmst(part["time"], part["event"], expected["horizon"])
            near([ours.value, ours.se], expected[name], rel=SAME, abs=SAME)
            assert ours.n == len(part)


@pytest.mark.long
@given(follow_up(), st.floats(0.5, 15), st.integers(1, 50))
def test_restricted_mean_is_the_area_under_the_curve(case, horizon, unit):
    time, event, _ = case
    alive = survival.rmst(time, np.ones(len(time)), horizon)
    lived = np.minimum(time, horizon)  # without censoring it is the mean
    near(alive.value, lived.mean(), abs=SAME)
    near(alive.se, lived.std() / math.sqrt(len(time)), abs=1e-9)
    last = time.max()
    assume(horizon <= last or event[time == last].all())
    ours = survival.rmst(time, event, horizon)
    curve = KaplanMeierFitter().fit(time, event)
    near(ours.value, restricted_mean_survival_time(curve, t=horizon), abs=AREA)
    assert 0 <= ours.value <= horizon * (1 + SAME)
    scaled = survival.rmst(time * unit, event, horizon * unit)
    near([scaled.value, scaled.se], [ours.value * unit, ours.se * unit], abs=SAME * unit)


def test_c_index_as_in_r():
    for dataset, expected in MORE["concordance"].items():
        data = EVERY[dataset]
        score = data["marker" if "marker" in data else "group"]
        ours = survival.c_index(data["time"], data["event"], score)
        near([ours.value, ours.se], [expected["c"], expected["se"]], abs=SAME)
        near(ours.value, concordance_index(data["time"], -score, data["event"]), abs=SAME)


def brute_force_c(time, event, score):
    """C and the root of the summed squares of its derivatives by the patients' weights."""
    n, right, pairs = len(time), np.zeros(len(time)), np.zeros(len(time))
    for i, j in itertools.permutations(range(n), 2):
        if event[i] and (time[i] < time[j] or (time[i] == time[j] and not event[j])):
            good = 1.0 if score[i] > score[j] else 0.5 if score[i] == score[j] else 0.0
            right[[i, j]] += good
            pairs[[i, j]] += 1
    assume(pairs.any())
    c = right.sum() / pairs.sum()
    return c, math.sqrt(np.sum((right - c * pairs) ** 2)) / (pairs.sum() / 2)


@given(scored(), st.sampled_from([1, 100, 2**20]))
def test_c_index_counts_pairs(case, block):
    time, event, score = case
    c, se = brute_force_c(*case)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(curves, "_BLOCK", block)
        ours = survival.c_index(time, event, score)
        other = survival.c_index(time**2 + 1, event, np.exp(-score))  # ranks only, and reversed
    half = norm.ppf(0.975) * se
    near([*three(ours), ours.se], [c, max(c - half, 0), min(c + half, 1), se], abs=SAME)
    near([other.value, other.se], [1 - c, se], abs=SAME)


def test_cox_and_logrank_as_in_r_and_lifelines():
    assert len(R["groups"]) == 5
    for dataset, found in R["groups"].items():
        time, event, group = columns(dataset, "time", "event", "group")
        expected, ours = found["cox"], survival.cox_two_groups(time, event, group)
        near(math.log(ours.value), expected["coef"], abs=NEWTON)
        theirs = [expected[name] for name in ("lower", "upper", "p")]
        near([ours.lower, ours.upper, ours.p], theirs, rel=NEWTON)
        wide = survival.cox_two_groups(time, event, group, level=0.99)
        near(math.log(wide.upper / wide.lower) / 2, 2.575829303548901 * expected["se"], rel=NEWTON)
        assert wide.n == len(time)
        fit = CoxPHFitter().fit(EVERY[dataset][["time", "event", "group"]], "time", "event")
        near(fit.params_["group"], expected["coef"], abs=LIFELINES_COX)
        near(fit.standard_errors_["group"], expected["se"], abs=LIFELINES_COX)
        near(fit.log_likelihood_, expected["loglik"][1], abs=LIFELINES_LIKELIHOOD)
        expected = [found["logrank"]["statistic"], found["logrank"]["p"]]
        near(survival.logrank(time, event, group), expected, rel=SAME)
        one, two = group == 1, group == 0
        theirs = logrank_test(time[one], time[two], event[one], event[two])
        near([theirs.test_statistic, theirs.p_value], expected, rel=SAME)


def test_infinite_estimates_are_refused():
    for event, group, hr in (
        ([1, 0, 1, 0], [1, 0, 1, 0], "∞"),  # no events in group 0
        ([0, 1, 0, 1], [1, 0, 1, 0], "0"),  # no events in group 1
        ([1, 1, 1, 1], [1, 1, 0, 0], "∞"),  # all of group 1 die first
        ([0, 0, 1, 1], [0, 0, 1, 1], "∞"),  # never at risk together
    ):
        message = rf"group: .* is infinite \(hazard ratio {hr}\)"
        refused([(message, survival.cox_two_groups, [1, 2, 3, 4], event, group)])
    assert np.isnan(survival.logrank([1, 2, 3, 4], event, group)).all()


def test_landmark_as_in_r():
    for dataset, at in (("trial", 60), ("months", 2)):
        expected = MORE["landmark"][dataset]
        time, event, response = columns(dataset, "time", "event", "response")
        kept = survival.landmark(time, event, at, response)
        assert (len(kept), kept["group"].sum()) == (expected["n"], expected["responders"])
        follow = kept["time"], kept["event"], kept["group"]
        near(math.log(survival.cox_two_groups(*follow).value), expected["coef"], abs=NEWTON)
        near(survival.logrank(*follow)[0], expected["chisq"], rel=NEWTON)


@given(scored(), st.integers(0, 8), st.floats(0.01, 5))
def test_groups_do_not_know_the_future(case, at, later):
    time, event, score = case
    assume(time.max() > at)
    response = np.where(score > 0, np.minimum(score, time), np.inf)
    kept = survival.landmark(time, event, at, response)
    moved = np.where(response > at, np.inf, response)
    pd.testing.assert_frame_equal(kept, survival.landmark(time, event, at, moved))
    longer = survival.landmark(np.where(time > at, time + later, time), event, at, response)
    pd.testing.assert_series_equal(kept["group"], longer["group"])
    assert list(kept.index) == list(np.flatnonzero(time > at))
    assert (kept["time"] == time[kept.index] - at).all()
    assert (kept["event"] == event[kept.index]).all()
    assert (kept["group"] == (response[kept.index] <= at)).all()
    known = survival.landmark(time, event, at, group=(score > 0))
    assert (known["group"] == (score[kept.index] > 0)).all()
    assert list(survival.landmark(time, event, at)) == ["time", "event"]


SAME = 1e-12  # the same maximum to the last step of Newton's method; R's files have 15 digits
TAIL = 1e-10  # P values, where a relative error of the statistic counts several times


COVARIATES = ["age", "male", "marker", "stage2", "stage3"]
properties = settings(max_examples=50)


def patients(dataset):
    """Time, event and covariates of the data set's model in R."""
    data = EVERY[dataset]
    return data["time"], data["event"], data[["group"] if dataset == "early" else COVARIATES]


@st.composite
def cohorts(draw, largest=30):
    """Whole-number times with many ties, events, and two covariates."""
    n = draw(st.integers(6, largest))
    lists = (draw(st.lists(st.integers(0, top), min_size=n, max_size=n)) for top in (12, 1, 3, 1))
    time, event, one, two = map(np.array, lists)
    return time, event, np.column_stack([one, two])


def test_cox_model_as_in_r():
    for dataset, expected in MORE["models"].items():
        time, event, covariates = patients(dataset)
        table, baseline = survival.cox_model(time, event, covariates)
        assert list(table.index) == list(covariates)
        for name in ("coef", "se", "lower", "upper"):
            near(table[name], np.atleast_1d(expected[name]), rel=SAME)
        near(table["p"], np.atleast_1d(expected["p"]), rel=TAIL)
        near(table["hr"], np.exp(table["coef"]), rel=SAME)
        narrow = survival.cox_model(time, event, covariates, level=0.8).coefficients
        width = np.log(narrow["upper"] / narrow["lower"]) / table["se"]
        near(width, np.full(len(width), 2 * 1.2815515655446004), rel=1e-9)
        assert list(baseline.index) == expected["base_time"]
        near(baseline, expected["base_hazard"], rel=SAME)


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


def test_score_test_as_in_r():
    for dataset, expected in MORE["zph"].items():
        time, event, covariates = patients(dataset)
        ours = survival.proportional_hazards_test(time, event, covariates)
        assert list(ours.index) == [*covariates, "GLOBAL"]
        statistic, df, p = np.array(expected["single"]["km"]).T
        near(ours["statistic"], statistic, rel=1e-11)
        assert ours["df"].to_list() == df.tolist()
        near(ours["p"], p, rel=TAIL)


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
