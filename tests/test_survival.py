"""hccbook.survival, and lifelines as the notebooks call it, against R."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import logrank_test

from hccbook import survival

SAME = 1e-12  # the same sums in another order; the reference files have 15 digits
NEWTON = 1e-11  # the same maximum, each program's own last step
LIFELINES_COX = 1e-5  # lifelines stops early: 8e-6 off with 12 patients, 6e-12 with 110
LIFELINES_LIKELIHOOD = 1e-9  # ... where the likelihood, flat at its maximum, is hardly off

REFERENCE = Path(__file__).parents[1] / "data" / "reference"
R = json.loads((REFERENCE / "survival.json").read_text(encoding="utf-8"))
INPUT = dict(list(pd.read_csv(REFERENCE / "survival.csv").groupby("dataset")))
TWO_GROUPS = list(R["groups"])
pytestmark = pytest.mark.filterwarnings("error")
properties = settings(deadline=None, derandomize=True)


def numbers(values):
    """Read R's numbers, where "NA" is NaN."""
    return pd.to_numeric(pd.Series(np.atleast_1d(values)), errors="coerce").to_numpy(dtype=float)


def columns(dataset, *names):
    return [INPUT[dataset][name].to_numpy() for name in names]


@st.composite
def follow_up(draw, largest=30):
    """Whole-number times with many ties, events, and two groups."""
    n = draw(st.integers(2, largest))
    time = draw(st.lists(st.integers(0, 12), min_size=n, max_size=n))
    event, group = (draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)) for _ in range(2))
    return np.array(time), np.array(event), np.array(group)


def finite(function, *arguments):
    """Call, and let hypothesis drop cases without a finite estimate."""
    try:
        return function(*arguments)
    except ValueError:
        assume(False)


def test_every_data_set_has_its_reference():
    assert set(INPUT) == set(R["curve"]) == set(R["curve80"])
    assert len(INPUT) == 9
    assert len(TWO_GROUPS) == 5


@pytest.mark.parametrize("dataset", INPUT)
@pytest.mark.parametrize(("level", "key"), [(0.95, "curve"), (0.80, "curve80")])
def test_median_as_r_prints_it(dataset, level, key):
    time, event = columns(dataset, "time", "event")
    ours = survival.median(time, event, level)
    value, lower, upper = numbers([R[key][dataset][k] for k in ("median", "lower", "upper")])
    assert ours.value == pytest.approx(np.nan_to_num(value, nan=np.inf), abs=SAME)
    assert ours.lower == pytest.approx(lower, abs=SAME, nan_ok=True)
    assert ours.upper == pytest.approx(np.nan_to_num(upper, nan=np.inf), abs=SAME)
    assert (ours.level, ours.n) == (level, len(time))


def test_conventions_differ_where_survival_is_flat_at_one_half():
    for dataset, midpoint, first in (
        ("flat-then-event", 6.5, 5),
        ("flat-but-for-rounding", 12.5, 10),
        ("flat-to-the-end", 7, 7),
        ("cohort", 222, 222),
        ("not-reached", math.inf, math.inf),
    ):
        follow = columns(dataset, "time", "event")
        assert survival.median(*follow).value == midpoint
        assert survival.median(*follow, convention="first").value == first


def test_programs_disagree_on_a_flat_stretch_without_a_later_event():
    found = R["curve"]["flat-to-the-end"]
    fit = KaplanMeierFitter().fit(*columns("flat-to-the-end", "time", "event"))
    assert (found["median"], found["quantile"], fit.median_survival_time_) == (7, 10.5, math.inf)


@pytest.mark.parametrize("dataset", INPUT)
def test_lifelines_curve_and_limits_as_in_r(dataset):
    time, event = columns(dataset, "time", "event")
    expected = {name: numbers(values) for name, values in R["curve"][dataset]["curve"].items()}
    fit = KaplanMeierFitter().fit(time, event)
    curve = fit.survival_function_at_times(expected["time"]).to_numpy()
    assert curve == pytest.approx(expected["survival"], abs=SAME)
    limits = fit.confidence_interval_.loc[expected["time"]].to_numpy().T
    for ours, theirs in zip(limits, (expected["lower"], expected["upper"]), strict=True):
        known = ~np.isnan(theirs)  # R has no log-log band at 0 and 1
        assert ours[known] == pytest.approx(theirs[known], abs=SAME)


@pytest.mark.parametrize("dataset", TWO_GROUPS)
def test_cox_as_in_r_and_lifelines(dataset):
    ours = survival.cox_two_groups(*columns(dataset, "time", "event", "group"))
    expected = R["groups"][dataset]["cox"]
    assert math.log(ours.value) == pytest.approx(expected["coef"], abs=NEWTON)
    assert [ours.lower, ours.upper, ours.p] == pytest.approx(
        [expected["lower"], expected["upper"], expected["p"]], rel=NEWTON
    )
    wide = survival.cox_two_groups(*columns(dataset, "time", "event", "group"), level=0.99)
    half = math.log(wide.upper / wide.lower) / 2
    assert half == pytest.approx(2.575829303548901 * expected["se"], rel=NEWTON)
    assert wide.n == len(INPUT[dataset])
    fit = CoxPHFitter().fit(INPUT[dataset][["time", "event", "group"]], "time", "event")
    assert fit.params_["group"] == pytest.approx(expected["coef"], abs=LIFELINES_COX)
    assert fit.standard_errors_["group"] == pytest.approx(expected["se"], abs=LIFELINES_COX)
    assert fit.log_likelihood_ == pytest.approx(expected["loglik"][1], abs=LIFELINES_LIKELIHOOD)


@pytest.mark.parametrize("dataset", TWO_GROUPS)
def test_logrank_as_in_r(dataset):
    time, event, group = columns(dataset, "time", "event", "group")
    expected = R["groups"][dataset]["logrank"]
    assert survival.logrank(time, event, group) == pytest.approx(
        (expected["statistic"], expected["p"]), rel=SAME
    )
    one, two = group == 1, group == 0
    theirs = logrank_test(time[one], time[two], event[one], event[two])
    assert theirs.test_statistic == pytest.approx(expected["statistic"], rel=SAME)
    assert theirs.p_value == pytest.approx(expected["p"], rel=SAME)


def test_logrank_of_groups_that_never_meet():
    statistic, p = survival.logrank([1, 2, 3, 4], [0, 0, 1, 1], [0, 0, 1, 1])
    assert math.isnan(statistic)
    assert math.isnan(p)


def test_infinite_estimates_are_refused():
    for event, group, hr in (
        ([1, 0, 1, 0], [1, 0, 1, 0], "∞"),  # no events in group 0
        ([0, 1, 0, 1], [1, 0, 1, 0], "0"),  # no events in group 1
        ([1, 1, 1, 1], [1, 1, 0, 0], "∞"),  # all of group 1 die first
        ([0, 0, 1, 1], [0, 0, 1, 1], "∞"),  # never at risk together
    ):
        with pytest.raises(ValueError, match=rf"group: .* is infinite \(hazard ratio {hr}\)"):
            survival.cox_two_groups([1, 2, 3, 4], event, group)


def test_an_extreme_but_finite_hazard_ratio_converges():
    n = 400
    group = np.repeat([1, 0], n)
    time = np.concatenate([np.arange(n), n + np.arange(n)])
    time[[n - 1, n]] = time[[n, n - 1]]  # one patient of each group trades places
    ours = survival.cox_two_groups(time, np.ones(2 * n), group)
    mirror = survival.cox_two_groups(time, np.ones(2 * n), 1 - group)
    assert 50 < ours.value < math.inf
    assert ours.value * mirror.value == pytest.approx(1, rel=NEWTON)


def test_subgroups_as_in_r():
    frame = INPUT["cohort"].assign(
        stratum=lambda f: pd.Categorical(f["stratum"], ["c", "a", "b", "unused"])
    )
    table = survival.subgroup_table(frame, "time", "event", "group", ["stratum"])
    assert list(table["level"]) == ["c", "a", "b"]
    for _, row in table.iterrows():
        expected, stratum = R["subgroups"][row["level"]], frame[frame["stratum"] == row["level"]]
        assert [row["hr"], row["lower"], row["upper"]] == pytest.approx(
            [math.exp(expected["coef"]), expected["lower"], expected["upper"]], rel=NEWTON
        )
        assert (row["n"], row["events"]) == (len(stratum), stratum["event"].sum())
    narrow = survival.subgroup_table(frame, "time", "event", "group", ["stratum"], level=0.8)
    assert (narrow["lower"] > table["lower"]).all()
    assert (narrow["upper"] < table["upper"]).all()
    assert table["p_interaction"].to_numpy() == pytest.approx(R["interaction_p"], rel=NEWTON)


def test_subgroups_without_an_estimate():
    frame = INPUT["cohort"].assign(one=1)
    exposed, event = frame["group"] == 1, frame["event"] == 1
    frame["lone"] = frame.index.isin(frame.index[~exposed][:4])  # no exposed patients
    frame["quiet"] = (exposed & ~event) | (~exposed & event)  # events in one arm only
    names = ["lone", "quiet", "one"]
    table = survival.subgroup_table(frame, "time", "event", "group", names)
    known = table.set_index(["subgroup", "level"])["hr"].notna()
    assert known.to_dict() == {
        ("lone", False): True,
        ("lone", True): False,
        ("quiet", False): False,
        ("quiet", True): False,
        ("one", 1): True,
    }
    assert table["p_interaction"].isna().all()


@properties
@given(follow_up(), st.randoms(use_true_random=False), st.sampled_from(["midpoint", "first"]))
def test_median_ignores_order_and_scales(case, random, convention):
    time, event, _ = case
    ours = survival.median(time, event, convention=convention)
    order = random.sample(range(len(time)), len(time))
    shuffled = survival.median(time[order], event[order], convention=convention)
    assert repr(shuffled) == repr(ours)  # to the last bit, NaN too
    scaled = survival.median(time * 4, event, convention=convention)
    for name in ("value", "lower", "upper"):
        assert getattr(scaled, name) == pytest.approx(4 * getattr(ours, name), nan_ok=True)
    assert not ours.lower > ours.value
    assert ours.value <= ours.upper


@properties
@given(follow_up())
def test_median_without_censoring_is_the_sample_median(case):
    time, everyone = case[0], np.ones(len(case[0]))
    assert survival.median(time, everyone).value == np.median(time)
    first = survival.median(time, everyone, convention="first").value
    assert first == np.sort(time)[(len(time) - 1) // 2]


@properties
@given(follow_up())
def test_cox_turns_round_when_groups_are_swapped(case):
    time, event, group = case
    ours = finite(survival.cox_two_groups, time, event, group)
    mirror = survival.cox_two_groups(time, event, 1 - group)
    assert mirror.value == pytest.approx(1 / ours.value, rel=NEWTON)
    assert [mirror.lower, mirror.upper] == pytest.approx(
        [1 / ours.upper, 1 / ours.lower], rel=NEWTON
    )
    assert mirror.p == pytest.approx(ours.p, rel=1e-6, abs=NEWTON)
    later = survival.cox_two_groups(time**2 + 1, event, group)  # only the order of times counts
    assert later.value == pytest.approx(ours.value, rel=NEWTON)


@properties
@given(follow_up(), st.randoms(use_true_random=False))
def test_logrank_ignores_order_and_names_of_groups(case, random):
    time, event, group = case
    statistic, p = finite(survival.logrank, time, event, group)
    order = random.sample(range(len(time)), len(time))
    again = survival.logrank(time[order], event[order], 1 - group[order])
    assert again == pytest.approx((statistic, p), rel=1e-9, abs=SAME, nan_ok=True)
    assert math.isnan(p) or 0 <= p <= 1


FRAME = pd.DataFrame(
    {"t": [1, 2, 3], "e": [1, 0, 1], "x": [0, 1, 1], "s": ["a", None, "b"], "bad": [1, 2, 3]}
)
TABLE = survival.subgroup_table
#: What tests/test_odd_input.py does not try: good values that do not go together.
BAD = [
    ("time: expected at least 0, got -2", survival.median, [1, -2], [1, 1]),
    ("event: expected 2 values, as many as time, got 3", survival.median, [1, 2], [1, 1, 0]),
    ("event: expected at least one event, got none", survival.logrank, [1, 2], [0, 0], [0, 1]),
    ("group: expected both groups 0 and 1, got only 1", survival.logrank, [1, 2], [1, 1], [1, 1]),
    ("group: expected 2 values, as many as time", survival.cox_two_groups, [1, 2], [1, 1], [1]),
    ("convention: .* got 'last'", survival.median, [1], [1], 0.9, "last"),
    ("subgroups: .* got 'y'", TABLE, FRAME, "t", "e", "x", ["y"]),
    ("subgroups: .* got 1 in .*s", TABLE, FRAME, "t", "e", "x", ["s"]),
    ("time: .* got 'T'", TABLE, FRAME, "T", "e", "x", ["e"]),
    ("event: .* got 2", TABLE, FRAME, "t", "bad", "x", ["e"]),
    ("exposure: .* got 2", TABLE, FRAME, "t", "e", "bad", ["e"]),
]


def test_bad_input_is_named():
    for message, function, *arguments in BAD:
        with pytest.raises(ValueError, match=f"^{message}"):
            function(*arguments)
