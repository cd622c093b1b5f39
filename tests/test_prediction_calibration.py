"""hccbook.prediction's calibration against R, and their own laws."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from reference import arrays, near, numbers, outcomes, refused
from scipy.special import expit, logit
from statsmodels.discrete.discrete_model import Logit

from hccbook import prediction

SAME = 1e-12  # the same sums in another order; the reference files have 15 digits
FITTED = 1e-9  # both Newton's method to convergence; limits amplify the last digits of a fit
LRM = 1e-6  # rms' lrm.fit stops earlier than glm with a tight tolerance

R, INPUT = numbers("calibration")["models"], arrays("calibration")


def patients(**sizes):
    """Outcomes of both classes and risks above 0 and below 1, with ties."""
    return outcomes(1, 19, **sizes).map(lambda case: (case[0], case[1] / 20))


def test_hosmer_lemeshow_as_in_r():
    assert set(INPUT) == set(R)
    assert len(INPUT) == 7
    test = prediction.hosmer_lemeshow
    for dataset, (y, risk) in INPUT.items():
        for expected in R[dataset]["hosmer_lemeshow"]:
            g, groups = expected["g"], expected["groups"]
            if groups < 3:
                refused([(r"risk: .* at least 3 groups, got [12] \(ties\)", test, y, risk, g)])
                continue
            if expected["patients"] < y.size:  # R lost the highest risk, and counts it as a group
                assert g == 49
                assert prediction.calibration_curve(y, risk, 49)["n"].sum() == y.size
                continue
            ours, external = test(y, risk, g), test(y, risk, g, external=True)
            assert [ours["groups"], ours["df"], external["df"]] == [groups, groups - 2, groups]
            assert external["statistic"] == ours["statistic"]
            if np.isnan(expected["statistic"]):  # a group without patients, in R
                assert 0 < ours["p"] < 1
                continue
            near(ours["statistic"], expected["statistic"], rel=SAME)
            # R's P value is 1 minus a probability.
            near([ours["p"], external["p"]], [expected["p"], expected["external"]], abs=SAME)


def test_hosmer_lemeshow_with_certain_risks():
    risk = np.repeat([0.0, 0.25, 0.75, 1.0], 4)
    y = np.repeat([0, 1, 0, 1, 0, 1], [4, 1, 3, 3, 1, 4])
    right = prediction.hosmer_lemeshow(y, risk, 4)
    assert (right["statistic"], right["p"], right["groups"]) == (0, 1, 4)
    y[0] = 1  # an event where none can be
    wrong = prediction.hosmer_lemeshow(y, risk, 4)
    assert (wrong["statistic"], wrong["p"]) == (np.inf, 0)


def test_measures_groups_and_smooth_curves_as_in_r():
    for dataset, case in INPUT.items():
        expected = R[dataset]
        ours, rms = prediction.calibration_measures(*case), expected["val.prob"]
        for measure, row in ours.iterrows():
            near(row, [expected[measure][column] for column in row.index], abs=FITTED)
        found = ours.loc[["slope", "recalibration_intercept"], "value"]
        near(found, [rms["Slope"], rms["Intercept"]], abs=LRM)
        groups, ours = expected["hosmer_lemeshow"][2], prediction.calibration_curve(*case)
        assert ours[["n", "events"]].to_dict("list") == {k: groups[k] for k in ("n", "events")}
        near(ours["risk"] * ours["n"], groups["expected"], rel=SAME)
        near(ours[["lower", "upper"]], expected["wilson"], abs=SAME)
        smooth, ours = expected["smooth"][0], prediction.smooth_calibration(*case)
        near(ours["risk"], smooth["risk"], rel=SAME)
        near(ours["rate"], smooth["rate"], abs=SAME)
        assert ours["n"].sum() == len(case[0])


def test_a_logistic_model_is_calibrated_where_it_was_fitted():
    rng = np.random.default_rng(5)
    design = np.column_stack([np.ones(60), rng.normal(size=(60, 3))])
    y = (rng.random(60) < expit(design @ [0.2, 1, -1, 0.5])).astype(int)
    risk = Logit(y, design).fit(disp=0, tol=1e-12).predict()
    table = prediction.calibration_measures(y, risk)
    near(table["value"], [0, 1, 0], abs=FITTED)
    near(table["p"], [1, 1, 1], abs=1e-6)


def test_separated_and_constant_risks_have_no_slope():
    y = np.array([0, 0, 1, 1])
    for risk, slope in (
        ([0.1, 0.2, 0.6, 0.7], np.inf),
        ([0.1, 0.3, 0.3, 0.7], np.inf),
        ([0.7, 0.6, 0.6, 0.1], -np.inf),
        ([0.3, 0.3, 0.3, 0.3], np.nan),
    ):
        table = prediction.calibration_measures(y, risk)
        near(table.loc["slope", "value"], slope)
        assert table.loc["slope", ["lower", "upper", "p"]].isna().all()
        assert table.loc["recalibration_intercept", ["value", "lower", "upper", "p"]].isna().all()
        assert table.drop(["slope", "recalibration_intercept"]).notna().all(axis=None)


def test_the_intercept_is_found_from_far_away():
    y = np.array([1, 0, 1, 0])
    far = [1e-300, 1e-200, 1e-3, 1 - 1e-16], [1e-9, 1e-9, 1 - 1e-9, 1 - 1e-9], [1e-300] * 4
    for risk in far:
        value = prediction.calibration_measures(y, risk).loc["intercept", "value"]
        near(expit(logit(risk) + value).sum(), 2, abs=1e-8)


@given(patients(largest=25))
def test_measures_solve_the_likelihood_equations(case):
    y, risk = case
    table = prediction.calibration_measures(y, risk)["value"]
    x = logit(risk)
    near((y - expit(x + table["intercept"])).sum(), 0, abs=FITTED)
    if np.isfinite(table["slope"]):
        rest = y - expit(table["recalibration_intercept"] + table["slope"] * x)
        near([rest.sum(), rest @ x], [0, 0], abs=FITTED)


@given(patients(), st.integers(1, 60))
def test_groups_part_the_patients(case, groups):
    y, risk = case
    curve = prediction.calibration_curve(y, risk, groups)
    assert (curve["n"].sum(), curve["events"].sum()) == (y.size, y.sum())
    assert (curve["n"] > 0).all()
    assert len(curve) <= groups
    assert (np.diff(curve["risk"]) > 0).all()
    ends, ordered = np.append(0, curve["n"].cumsum()), np.sort(risk)
    for row, first, end in zip(curve.itertuples(), ends, ends[1:], strict=False):
        inside = (risk >= ordered[first]) & (risk <= ordered[end - 1])
        assert (inside.sum(), y[inside].sum()) == (row.n, row.events)
        near(row.risk, risk[inside].mean(), rel=SAME)
        assert row.lower - SAME <= row.rate == row.events / row.n <= row.upper + SAME


def test_small_and_flat_curves():
    flat = prediction.smooth_calibration([0, 1, 1, 1], [0.3] * 4)
    assert flat.to_dict("list") == {"risk": [0.3], "n": [4], "rate": [0.75]}
    two = prediction.smooth_calibration([1, 0], [0.7, 0.3])
    assert two["rate"].to_list() == [0, 1]
