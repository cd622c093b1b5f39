"""hccbook.survival: follow-up, restricted means, the C-index and landmarks, against R."""

import itertools
import json
import math
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test
from lifelines.utils import concordance_index, restricted_mean_survival_time
from scipy.stats import norm

from hccbook import survival
from hccbook.survival import curves

SAME = 1e-12  # the same sums in another order; the reference files have 15 digits
NEWTON = 1e-11  # the same maximum, each program's own last step
AREA = 1e-10  # lifelines integrates with other steps

REFERENCE = Path(__file__).parents[1] / "data" / "reference"
R = json.loads((REFERENCE / "survival-models.json").read_text(encoding="utf-8"))
INPUT = {
    name: part
    for file in ("survival.csv", "survival-models.csv")
    for name, part in pd.read_csv(REFERENCE / file).groupby("dataset")
}
pytestmark = pytest.mark.filterwarnings("error")
properties = settings(deadline=None, derandomize=True)


def number(value):
    """Read R's number; "NA" is a curve that does not come down so far."""
    return math.inf if value == "NA" else value


@st.composite
def follow_up(draw, largest=25):
    """Whole-number times and scores with many ties, at least one event."""
    n = draw(st.integers(2, largest))
    time = draw(st.lists(st.integers(0, 9), min_size=n, max_size=n))
    event = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    score = draw(st.lists(st.integers(-3, 3), min_size=n, max_size=n))
    assume(any(event))
    return np.array(time), np.array(event), np.array(score)


# Median follow-up


@pytest.mark.parametrize("dataset", R["follow_up"])
def test_follow_up_as_in_r_and_prodlim(dataset):
    expected = R["follow_up"][dataset]
    time, event = (INPUT[dataset][name].to_numpy() for name in ("time", "event"))
    ours = survival.median_follow_up(time, event)
    assert [ours.value, ours.lower, ours.upper] == pytest.approx(
        [number(expected[name]) for name in ("median", "lower", "upper")], abs=SAME
    )
    if "events_first" in expected:  # of prodlim
        times, values = map(np.atleast_1d, expected["events_first"].values())
        down = np.flatnonzero(values <= 0.5 + SAME)
        ours = survival.median_follow_up(time, event, convention="first", ties="events first")
        assert ours.value == (times[down[0]] if down.size else math.inf)


def test_the_order_of_events_and_censoring_at_one_time_matters():
    time, event = [2, 2, 2, 3], [1, 1, 0, 0]
    assert survival.median_follow_up(time, event).value == 3
    assert survival.median_follow_up(time, event, ties="events first").value == 2.5
    nobody = survival.median_follow_up([1, 2, 3], [1, 1, 1])
    assert [nobody.value, nobody.lower, nobody.upper] == [math.inf] * 3


@properties
@given(follow_up(), st.sampled_from(["midpoint", "first"]))
def test_follow_up_is_the_median_with_events_and_censoring_exchanged(case, convention):
    time, event, _ = case
    ours = survival.median_follow_up(time, event, 0.9, convention)
    assert str(ours) == str(survival.median(time, 1 - event, 0.9, convention))
    first = survival.median_follow_up(time + 1, event, 0.9, convention, "events first")
    earlier = survival.median(time + 1 - 0.5 * event, 1 - event, 0.9, convention)
    assert str(first) == str(earlier)


# Restricted means


@pytest.mark.parametrize("dataset", R["rmst"])
def test_restricted_means_as_in_r(dataset):
    data = INPUT[dataset]
    for expected in R["rmst"][dataset]:
        horizon = expected["horizon"]
        parts = {"all": data} | {f"group{g}": data[data["group"] == g] for g in (0, 1)}
        for name, part in parts.items():
            ours = survival.rmst(part["time"], part["event"], horizon)
            assert [ours.value, ours.se] == pytest.approx(expected[name], rel=SAME, abs=SAME)
            assert ours.n == len(part)


def test_lifelines_has_the_area_but_not_its_variance():
    time, event = (INPUT["months"][name] for name in ("time", "event"))
    fit = KaplanMeierFitter().fit(time, event)
    ours = survival.rmst(time, event, 6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it integrates a step function by quadrature
        _, variance = restricted_mean_survival_time(fit, t=6, return_variance=True)
    area = restricted_mean_survival_time(fit, t=6)
    assert area == pytest.approx(ours.value, rel=AREA)
    assert variance / ours.se**2 > 50  # 90 patients


@properties
@given(follow_up(), st.floats(0.5, 12), st.integers(1, 50))
def test_restricted_mean_is_the_area_under_the_curve(case, horizon, unit):
    time, event, _ = case
    last = time.max()
    assume(horizon <= last or event[time == last].all())
    ours = survival.rmst(time, event, horizon)
    curve = KaplanMeierFitter().fit(time, event)
    assert ours.value == pytest.approx(restricted_mean_survival_time(curve, t=horizon), abs=AREA)
    assert 0 <= ours.value <= horizon * (1 + SAME)
    scaled = survival.rmst(time * unit, event, horizon * unit)
    assert [scaled.value, scaled.se] == pytest.approx(
        [ours.value * unit, ours.se * unit], abs=SAME * unit
    )


@properties
@given(follow_up(), st.floats(0.5, 20))
def test_without_censoring_it_is_the_mean(case, horizon):
    time, _, _ = case
    ours = survival.rmst(time, np.ones(len(time)), horizon)
    lived = np.minimum(time, horizon)
    assert ours.value == pytest.approx(lived.mean(), abs=SAME)
    assert ours.se == pytest.approx(lived.std() / math.sqrt(len(time)), abs=1e-9)


def test_at_the_ends_of_the_curve():
    early = survival.rmst([3, 4, 5], [1, 0, 0], 2)  # no event before the horizon
    assert (early.value, early.se, early.lower, early.upper) == (2, 0, 2, 2)
    assert survival.rmst([1, 2, 3], [1, 0, 1], 10).value == pytest.approx(1 + 2 / 3 * 2)
    with pytest.raises(ValueError, match=r"horizon: expected above 0 and at most 3, .* got 10"):
        survival.rmst([1, 2, 3], [1, 1, 0], 10)


# C-index


@pytest.mark.parametrize("dataset", R["concordance"])
def test_c_index_as_in_r(dataset):
    data, expected = INPUT[dataset], R["concordance"][dataset]
    score = data["marker" if "marker" in data else "group"]
    ours = survival.c_index(data["time"], data["event"], score)
    assert [ours.value, ours.se] == pytest.approx([expected["c"], expected["se"]], abs=SAME)
    theirs = concordance_index(data["time"], -score, data["event"])
    assert ours.value == pytest.approx(theirs, abs=SAME)


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


@pytest.mark.parametrize("block", [1, 100, 2**20])
@properties
@given(case=follow_up())
def test_c_index_counts_pairs(block, case):
    time, event, score = case
    c, se = brute_force_c(*case)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(curves, "_BLOCK", block)
        ours = survival.c_index(time, event, score)
        assert [ours.value, ours.se] == pytest.approx([c, se], abs=SAME)
        half = norm.ppf(0.975) * se
        assert ours.lower == pytest.approx(max(c - half, 0), abs=SAME)
        assert ours.upper == pytest.approx(min(c + half, 1), abs=SAME)
        other = survival.c_index(time**2 + 1, event, np.exp(-score))  # ranks only, and reversed
    assert [other.value, other.se] == pytest.approx([1 - c, se], abs=SAME)


def test_scores_without_variance():
    for score, c in (([3, 2, 1], 1), ([1, 2, 3], 0), ([1, 1, 1], 0.5)):
        ours = survival.c_index([1, 2, 3], [1, 1, 0], score)
        assert (ours.value, ours.se, ours.lower, ours.upper) == (c, 0, c, c)


# Landmarks


@pytest.mark.parametrize(("dataset", "at"), [("trial", 60), ("months", 2)])
def test_landmark_as_in_r(dataset, at):
    data, expected = INPUT[dataset], R["landmark"][dataset]
    kept = survival.landmark(data["time"], data["event"], at, data["response"])
    assert (len(kept), kept["group"].sum()) == (expected["n"], expected["responders"])
    columns = kept["time"], kept["event"], kept["group"]
    hr = survival.cox_two_groups(*columns)
    assert math.log(hr.value) == pytest.approx(expected["coef"], abs=NEWTON)
    statistic, p = survival.logrank(*columns)
    assert statistic == pytest.approx(expected["chisq"], rel=NEWTON)
    one, two = kept[kept["group"] == 1], kept[kept["group"] == 0]
    theirs = logrank_test(one["time"], two["time"], one["event"], two["event"])
    assert p == pytest.approx(theirs.p_value, rel=1e-9)


@properties
@given(follow_up(), st.integers(0, 8), st.floats(0.01, 5))
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


GOOD = ([1, 2, 3], [1, 1, 0])
#: What tests/test_odd_input.py does not try: good values that do not go together.
BAD = [
    ("ties: .* got 'x'", lambda: survival.median_follow_up(*GOOD, ties="x")),
    ("horizon: .* above 0 .* got 0", lambda: survival.rmst(*GOOD, 0)),
    ("horizon: .* got inf", lambda: survival.rmst(*GOOD, math.inf)),
    ("score: expected 3 values, as many as time", lambda: survival.c_index(*GOOD, [1])),
    ("event: expected at least one", lambda: survival.c_index([1, 2], [0, 0], [1, 2])),
    ("time: expected a patient followed", lambda: survival.c_index([1, 1], [1, 1], [1, 2])),
    ("at: .* at least 0 .* got -1", lambda: survival.landmark(*GOOD, -1)),
    ("at: .* got inf", lambda: survival.landmark(*GOOD, math.inf)),
    ("at: expected .* less than .* 3, got 3", lambda: survival.landmark(*GOOD, 3)),
    ("group: .* got both", lambda: survival.landmark(*GOOD, 1, [1, 2, 3], [0, 0, 1])),
    ("group: expected 3 values", lambda: survival.landmark(*GOOD, 1, group=[0, 1])),
    ("response_time: expected 3 values", lambda: survival.landmark(*GOOD, 1, [1, 2])),
    ("response_time: expected 0 to 1, .* got -1", lambda: survival.landmark(*GOOD, 1, [-1, 2, 3])),
    (
        "response_time: expected 0 to 2, the follow-up, or inf, got 2.5 at position 1",
        lambda: survival.landmark(*GOOD, 1, [math.inf, 2.5, 3]),
    ),
]


def test_bad_input_is_named():
    for message, call in BAD:
        with pytest.raises(ValueError, match=f"^{message}"):
            call()
