"""hccbook.prediction's calibration against R, and their own laws."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

from hccbook import prediction

SAME = 1e-12  # the same sums in another order; the reference files have 15 digits
FITTED = 1e-9  # both Newton's method to convergence; limits amplify the last digits of a fit
LRM = 1e-6  # rms' lrm.fit stops earlier than glm with a tight tolerance

REFERENCE = Path(__file__).parents[1] / "data" / "reference"
R = json.loads((REFERENCE / "calibration.json").read_text(encoding="utf-8"))["models"]
INPUT = {
    name: (frame["y"].to_numpy(), frame["risk"].to_numpy())
    for name, frame in pd.read_csv(REFERENCE / "calibration.csv").groupby("dataset")
}
FUNCTIONS = (
    prediction.hosmer_lemeshow,
    prediction.calibration_measures,
    prediction.calibration_curve,
    prediction.smooth_calibration,
)
pytestmark = pytest.mark.filterwarnings("error")
properties = settings(deadline=None, derandomize=True)


@st.composite
def patients(draw, smallest=2, largest=30, steps=20):
    """Outcomes of both classes and risks above 0 and below 1, with ties."""
    n = draw(st.integers(smallest, largest))
    y = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    assume(0 < y.sum() < n)
    risk = draw(st.lists(st.integers(1, steps - 1), min_size=n, max_size=n))
    return y, np.array(risk) / steps


def test_every_data_set_has_its_reference():
    assert set(INPUT) == set(R)
    assert len(INPUT) == 7


# --- Hosmer-Lemeshow


@pytest.mark.parametrize("dataset", INPUT)
@pytest.mark.parametrize("row", range(5))
def test_hosmer_lemeshow_as_in_r(dataset, row):
    y, risk = INPUT[dataset]
    expected = R[dataset]["hosmer_lemeshow"][row]
    if expected["groups"] < 3:
        with pytest.raises(ValueError, match=r"risk: .* at least 3 groups, got [12] \(ties\)"):
            prediction.hosmer_lemeshow(y, risk, expected["g"])
        return
    ours = prediction.hosmer_lemeshow(y, risk, expected["g"])
    if expected["patients"] < y.size:  # R lost the highest risk, and counts it as a group
        assert expected["g"] == 49
        assert prediction.calibration_curve(y, risk, 49)["n"].sum() == y.size
        return
    assert ours["groups"] == expected["groups"]
    assert ours["df"] == ours["groups"] - 2
    external = prediction.hosmer_lemeshow(y, risk, expected["g"], external=True)
    assert external["df"] == ours["groups"]
    if expected["statistic"] == "NaN":  # a group without patients, in R
        assert 0 < ours["p"] < 1
        return
    assert ours["statistic"] == pytest.approx(expected["statistic"], rel=SAME)
    assert external["statistic"] == ours["statistic"]
    # R's P value is 1 minus a probability.
    assert ours["p"] == pytest.approx(expected["p"], abs=SAME)
    assert external["p"] == pytest.approx(expected["external"], abs=SAME)


def test_hosmer_lemeshow_by_hand():
    y, risk = [0, 0, 1, 0, 1, 1], [0.1, 0.2, 0.3, 0.4, 0.7, 0.9]
    expected = [0.3, 0.7, 1.6]
    statistic = sum((o - e) ** 2 / (e * (1 - e / 2)) for o, e in enumerate(expected))
    assert prediction.hosmer_lemeshow(y, risk, 3)["statistic"] == pytest.approx(statistic, rel=SAME)


def test_hosmer_lemeshow_with_certain_risks():
    risk = np.repeat([0.0, 0.25, 0.75, 1.0], 4)
    y = np.repeat([0, 1, 0, 1, 0, 1], [4, 1, 3, 3, 1, 4])
    right = prediction.hosmer_lemeshow(y, risk, 4)
    assert (right["statistic"], right["p"], right["groups"]) == (0, 1, 4)
    y[0] = 1  # an event where none can be
    wrong = prediction.hosmer_lemeshow(y, risk, 4)
    assert (wrong["statistic"], wrong["p"]) == (np.inf, 0)


# --- intercept, slope, ratio


@pytest.mark.parametrize("dataset", INPUT)
def test_measures_as_in_r(dataset):
    ours, rms = prediction.calibration_measures(*INPUT[dataset]), R[dataset]["val.prob"]
    for measure in ours.index:
        for column, value in ours.loc[measure].items():
            assert value == pytest.approx(R[dataset][measure][column], abs=FITTED)
    assert ours.loc["slope", "value"] == pytest.approx(rms["Slope"], abs=LRM)
    assert ours.loc["recalibration_intercept", "value"] == pytest.approx(rms["Intercept"], abs=LRM)


def test_a_logistic_model_is_calibrated_where_it_was_fitted():
    from statsmodels.discrete.discrete_model import Logit

    rng = np.random.default_rng(5)
    design = np.column_stack([np.ones(60), rng.normal(size=(60, 3))])
    y = (rng.random(60) < expit(design @ [0.2, 1, -1, 0.5])).astype(int)
    risk = Logit(y, design).fit(disp=0, tol=1e-12).predict()
    table = prediction.calibration_measures(y, risk)
    assert table["value"].to_numpy() == pytest.approx([0, 1, 0], abs=FITTED)
    assert table["p"].to_numpy() == pytest.approx(1, abs=1e-6)


def test_separated_and_constant_risks_have_no_slope():
    y = np.array([0, 0, 1, 1])
    for risk, slope in (
        ([0.1, 0.2, 0.6, 0.7], np.inf),
        ([0.1, 0.3, 0.3, 0.7], np.inf),
        ([0.7, 0.6, 0.6, 0.1], -np.inf),
        ([0.3, 0.3, 0.3, 0.3], np.nan),
    ):
        table = prediction.calibration_measures(y, risk)
        assert table.loc["slope", "value"] == pytest.approx(slope, nan_ok=True)
        assert table.loc["slope", ["lower", "upper", "p"]].isna().all()
        assert table.loc["recalibration_intercept", ["value", "lower", "upper", "p"]].isna().all()
        assert table.drop(["slope", "recalibration_intercept"]).notna().all(axis=None)
    # One risk for all: the intercept makes it the share of events.
    value = prediction.calibration_measures(y, np.full(4, 0.3)).loc["intercept", "value"]
    assert value == pytest.approx(-logit(0.3), abs=SAME)


@pytest.mark.parametrize(
    "risk", [[1e-300, 1e-200, 1e-3, 1 - 1e-16], [1e-9, 1e-9, 1 - 1e-9, 1 - 1e-9], [1e-300] * 4]
)
def test_the_intercept_is_found_from_far_away(risk):
    y = np.array([1, 0, 1, 0])
    value = prediction.calibration_measures(y, risk).loc["intercept", "value"]
    assert expit(logit(risk) + value).sum() == pytest.approx(2, abs=1e-8)


@properties
@given(patients(largest=25))
def test_measures_solve_the_likelihood_equations(case):
    y, risk = case
    table = prediction.calibration_measures(y, risk)["value"]
    x = logit(risk)
    assert (y - expit(x + table["intercept"])).sum() == pytest.approx(0, abs=FITTED)
    if np.isfinite(table["slope"]):
        rest = y - expit(table["recalibration_intercept"] + table["slope"] * x)
        assert [rest.sum(), rest @ x] == pytest.approx([0, 0], abs=FITTED)


@properties
@given(patients(), st.floats(-1, 1), st.floats(0.2, 3))
def test_measures_follow_a_change_of_the_risks(case, shift, factor):
    y, risk = case
    before = prediction.calibration_measures(y, risk)["value"]
    after = prediction.calibration_measures(y, expit(shift + factor * logit(risk)))["value"]
    assume(np.isfinite(before["slope"]) and abs(before["slope"]) < 50)
    assert after["slope"] * factor == pytest.approx(before["slope"], abs=1e-7)
    joint = after["recalibration_intercept"] + after["slope"] * shift
    assert joint == pytest.approx(before["recalibration_intercept"], abs=1e-7)
    shifted = prediction.calibration_measures(y, expit(shift + logit(risk)))["value"]
    assert shifted["intercept"] == pytest.approx(before["intercept"] - shift, abs=FITTED)


# --- curves


@pytest.mark.parametrize("dataset", INPUT)
def test_groups_as_in_r(dataset):
    expected = R[dataset]["hosmer_lemeshow"][2]
    ours = prediction.calibration_curve(*INPUT[dataset])
    assert ours["n"].to_list() == expected["n"]
    assert ours["events"].to_list() == expected["events"]
    assert (ours["risk"] * ours["n"]).to_numpy() == pytest.approx(expected["expected"], rel=SAME)
    limits = ours[["lower", "upper"]].to_numpy()
    assert limits == pytest.approx(np.array(R[dataset]["wilson"]), abs=SAME)


@properties
@given(patients(), st.integers(1, 60))
def test_groups_part_the_patients(case, groups):
    y, risk = case
    curve = prediction.calibration_curve(y, risk, groups)
    assert (curve["n"].sum(), curve["events"].sum()) == (y.size, y.sum())
    assert (curve["n"] > 0).all()
    assert len(curve) <= groups
    assert (np.diff(curve["risk"]) > 0).all()
    ends = np.append(0, curve["n"].cumsum())
    ordered = np.sort(risk)
    for row, first, end in zip(curve.itertuples(), ends, ends[1:], strict=False):
        inside = (risk >= ordered[first]) & (risk <= ordered[end - 1])
        assert (inside.sum(), y[inside].sum()) == (row.n, row.events)
        assert row.risk == pytest.approx(risk[inside].mean(), rel=SAME)
        assert row.lower <= row.rate == row.events / row.n <= row.upper


@pytest.mark.parametrize("dataset", INPUT)
def test_smooth_curve_as_in_r(dataset):
    expected, ours = R[dataset]["smooth"][0], prediction.smooth_calibration(*INPUT[dataset])
    assert ours["risk"].to_numpy() == pytest.approx(np.array(expected["risk"]), rel=SAME)
    assert ours["rate"].to_numpy() == pytest.approx(np.array(expected["rate"]), abs=SAME)
    assert ours["n"].sum() == INPUT[dataset][0].size


def test_statsmodels_lowess_is_another_where_most_risks_are_equal():
    from statsmodels.nonparametric.smoothers_lowess import lowess

    y, risk = INPUT["one-large-group"]
    common = risk == 0.2
    assert common.mean() > 2 / 3
    ours = prediction.smooth_calibration(y, risk)["rate"].iloc[0]
    assert ours == pytest.approx(y[common].mean(), abs=SAME)
    with np.errstate(all="ignore"):
        theirs = lowess(y, risk, it=0, delta=0.01 * np.ptp(risk), return_sorted=False)
    assert (np.abs(theirs[common] - ours) > 0.1).all()


def test_small_and_flat_curves():
    flat = prediction.smooth_calibration([0, 1, 1, 1], [0.3] * 4)
    assert flat.to_dict("list") == {"risk": [0.3], "n": [4], "rate": [0.75]}
    two = prediction.smooth_calibration([1, 0], [0.7, 0.3])
    assert two["rate"].to_list() == [0, 1]


@properties
@given(st.lists(st.integers(1, 99), min_size=3, max_size=40))
def test_a_straight_line_is_its_own_smooth_curve(risk):
    """Half the patients of each risk have the outcome, so that the curve is 1/2 throughout."""
    risk = np.repeat(risk, 2) / 100
    curve = prediction.smooth_calibration(np.arange(risk.size) % 2, risk)
    assert curve["rate"].to_numpy() == pytest.approx(0.5, abs=SAME)


# --- all


@settings(properties, max_examples=50)
@given(patients(smallest=8), st.randoms(use_true_random=False))
def test_the_order_of_the_patients_does_not_matter(case, random):
    y, risk = case
    order = random.sample(range(y.size), y.size)
    assume(len(prediction.calibration_curve(y, risk)) > 2)
    for function in FUNCTIONS:
        one, other = function(y, risk), function(y[order], risk[order])
        near = pytest.approx(one.to_numpy(dtype=float), abs=FITTED, rel=FITTED, nan_ok=True)
        assert other.to_numpy(dtype=float) == near


Y, RISK = [0, 1, 0, 1], [0.2, 0.3, 0.4, 0.5]
BAD_PATIENTS = [
    ([], [], r"y: expected one or more values in a row, got shape \(0,\)"),
    ([0, 2], [0.1, 0.2], "y: expected 0 or 1, got 2 at position 1"),
    ([1, 1], [0.1, 0.2], "y: expected both classes 0 and 1, got only 1"),
    ([0, 1], [0.1, np.nan], "risk: expected finite numbers, got nan at position 1"),
    ([0, 1], [-0.1, 0.5], "risk: expected numbers .* got -0.1 at position 0"),
    ([0, 1], [0.1, 70], "risk: expected numbers .* got 70 at position 1"),
    ([0, 1], [0.1], "risk: expected 2 values, as many as y, got 1"),
]
BAD = [
    ("groups: expected a whole number of at least 3, got 2", "hosmer_lemeshow", (Y, RISK, 2)),
    ("groups: .* at least 3, got None", "hosmer_lemeshow", (Y, RISK, None)),
    ("groups: .* at least 1, got 0", "calibration_curve", (Y, RISK, 0)),
    (
        "risk: expected numbers above 0 and below 1, got 1 at position 2",
        "calibration_measures",
        (Y, [0.2, 0.3, 1, 0]),
    ),
]


def test_bad_input_is_named():
    bad = [(message, f, (y, risk)) for y, risk, message in BAD_PATIENTS for f in FUNCTIONS]
    for message, function, arguments in bad + [(m, getattr(prediction, f), x) for m, f, x in BAD]:
        with pytest.raises(ValueError, match=f"^{message}"):
            function(*arguments)
