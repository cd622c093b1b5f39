"""Logistic models, backward elimination and optimism against R, closed forms and brute force."""

import math
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reference import REFERENCE, finite, near, numbers, refused
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import chi2

from hccbook import accuracy, prediction
from hccbook.prediction import selection

SAME = 1e-10  # the same maximum of the same likelihood; R's glm with epsilon 1e-15
ROOT = 1e-9  # R's uniroot of the profile
CONFINT = 2e-3  # confint interpolates the profile, in standard errors
LOGISTF = 1e-5  # logistf stops when limits move by less than 1e-5 or so
RMS = 5e-4  # rms's lrm.fit stops when the deviance falls by less than 0.025
BRUTE = 1e-5  # a general optimiser, in units of the likelihood

R = numbers("logistic")
COHORT = pd.read_csv(REFERENCE / "logistic.csv")
ENDOMETRIAL = pd.read_csv(REFERENCE / "logistic-endometrial.csv")
RESAMPLES = np.loadtxt(REFERENCE / "logistic-resamples.csv", delimiter=",", dtype=int)
properties = settings(max_examples=25)

MODELS = {
    "cohort": (COHORT.drop(columns="y"), COHORT["y"]),
    "two": (COHORT[["age", "albumin"]], COHORT["y"]),
    "endometrial": (ENDOMETRIAL[["PI", "EH"]], ENDOMETRIAL["HG"]),
}
FIRTH = {
    "cohort": MODELS["cohort"],
    "small": (COHORT.iloc[:30, 1:], COHORT["y"].iloc[:30]),
    "endometrial": (ENDOMETRIAL[["NV", "PI", "EH"]], ENDOMETRIAL["HG"]),
}


def test_models_as_in_r():
    for name, (x, y) in MODELS.items():
        expected, model = R["models"][name], prediction.logistic(x, y, level=0.9, limits="wald")
        table = model.table
        assert list(table.index) == ["intercept", *x.columns]
        for column, key in (("coefficient", "coefficient"), ("se", "se"), ("p", "p_wald")):
            near(table[column], expected[key], rel=SAME)
        near(table[["lower", "upper"]], expected["wald90"], rel=SAME)
        near(model.predict(x.head()), expected["risk"], rel=SAME)
        near(table["odds_ratio_upper"], np.exp(table["upper"]), rel=SAME)
        for level in (0.8, 0.95):
            table = prediction.logistic(x, y, level).table
            limits = table[["lower", "upper"]]
            near(limits, expected[f"profile{level * 100:.0f}"], rel=ROOT)
            near(table["p"], expected["p_lr"], rel=SAME)
        gap = np.abs(limits - np.array(expected["confint"])).div(table["se"], axis=0)
        assert 1e-6 < gap.to_numpy().max() < CONFINT


def test_a_fourfold_table_in_closed_form():
    a, b, c, d = 12, 5, 8, 15  # exposed with and without the outcome, unexposed
    x, y = np.repeat([1, 1, 0, 0], [a, b, c, d]), np.repeat([1, 0, 1, 0], [a, b, c, d])
    log_or, woolf = math.log(a * d / b / c), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    row = prediction.logistic(x, y, limits="wald").table.loc["x1"]
    near(row[["coefficient", "se"]], [log_or, woolf], rel=SAME)
    expected = np.outer([a + b, c + d], [a + c, b + d]) / (a + b + c + d)
    g = 2 * np.sum(np.array([[a, b], [c, d]]) * np.log(np.array([[a, b], [c, d]]) / expected))
    near(prediction.logistic(x, y).table.loc["x1", "p"], chi2.sf(g, 1), rel=SAME)
    # Firth's correction of a saturated model adds 1/2 to each cell (Heinze & Schemper 2002).
    halves = math.log((a + 0.5) * (d + 0.5) / (b + 0.5) / (c + 0.5))
    firth = prediction.logistic(x, y, penalty="firth").table.loc["x1", "coefficient"]
    near(firth, halves, rel=SAME)


def test_firth_as_brglm2_and_its_limits_as_logistf_prints_them():
    for name, case in FIRTH.items():
        table = prediction.logistic(*case, penalty="firth").table
        for column in ("coefficient", "se"):
            near(table[column], R["firth"][name][column], rel=SAME, abs=SAME)
    # The endometrial data of Heinze & Schemper (2002); output of R's logistf, which its own
    # ports quote in their tests.
    assert list(table.index) == ["intercept", "NV", "PI", "EH"]
    logistf = [
        (3.77455951, 1.0825371, 7.20928050),
        (2.92927330, 0.6097244, 7.85463171),
        (-0.03475175, -0.1244587, 0.04045547),
        (-2.60416387, -4.3651832, -1.23272106),
    ]
    near(table[["coefficient", "lower", "upper"]], logistf, abs=LOGISTF)


def penalised(beta, design, y):
    """Firth's penalised log likelihood, as it is written."""
    linear = design @ beta
    risk = expit(linear)
    information = (design.T * (risk * (1 - risk))) @ design
    fit = np.sum(y * linear - np.logaddexp(0, linear))
    return fit + np.linalg.slogdet(information)[1] / 2


@pytest.mark.parametrize("name", ["small", "endometrial"])
def test_firth_and_its_profile_by_brute_force(name):
    x, y = FIRTH[name][0].iloc[:, :3], FIRTH[name][1].to_numpy()
    model = prediction.logistic(x, y, penalty="firth")
    size = np.append(1.0, x.abs().mean())
    design = np.column_stack([np.ones(len(x)), x]) / size
    beta = model.table["coefficient"].to_numpy() * size

    def highest(j, value):
        """The maximum over the other coefficients."""
        free = np.arange(beta.size) != j
        full = beta.copy()

        def loss(part):
            full[free], full[j] = part, value
            return -penalised(full, design, y)

        return -minimize(loss, beta[free], method="BFGS", options={"gtol": 1e-7}).fun

    top = penalised(beta, design, y)
    assert top >= -minimize(lambda b: -penalised(b, design, y), beta, method="BFGS").fun - BRUTE
    for j, row in enumerate(model.table.itertuples()):
        for limit in (row.lower, row.upper):
            fall = 2 * (top - highest(j, limit * size[j]))
            assert fall == pytest.approx(chi2.ppf(0.95, 1), abs=BRUTE)
        assert row.p == pytest.approx(chi2.sf(2 * (top - highest(j, 0.0)), 1), abs=BRUTE)


@st.composite
def patients(draw, smallest=15, largest=40, columns=3):
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n, q = draw(st.integers(smallest, largest)), draw(st.integers(1, columns))
    x = rng.normal(size=(n, q))
    if draw(st.booleans()):
        x = np.round(x)
    x[:4] = rng.normal(size=(4, q))
    y = (rng.random(n) < expit(x[:, 0])).astype(int)
    assume(0 < y.sum() < n)
    return x, y


def test_a_calendar_year_is_as_good_as_years_since():
    """The limits of the intercept lie at the year 0, far from all patients."""
    for seed in range(25):
        rng = np.random.default_rng(seed)
        year, marker = rng.integers(0, 8, 60), rng.normal(size=60)
        y = (rng.random(60) < expit(marker)).astype(int)
        since, calendar = (
            prediction.logistic(np.column_stack([year + zero, marker]), y, penalty="firth").table
            for zero in (0, 2015)
        )
        near(calendar[1:], since[1:], rel=1e-8)
        intercept = calendar.loc["intercept"]
        assert intercept["lower"] < intercept["coefficient"] < intercept["upper"]


def test_backward_drops_nothing_because_of_a_far_zero():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(100, 3))
    y = (rng.random(100) < expit(1.5 * x[:, 0])).astype(int)
    near_zero, far = (prediction.backward(x + np.array([shift, 0, 0]), y) for shift in (0, 3e8))
    assert list(far[0].table.index) == list(near_zero[0].table.index)
    assert "x1" in far[0].table.index
    near(far[1]["statistic"], near_zero[1]["statistic"], rel=1e-5)


@given(patients(8, 30))
@properties
def test_the_estimate_solves_its_equations_and_limits_enclose_it(data):
    x, y = data
    model = finite(prediction.logistic, x, y)
    residual = y - model.predict(x)
    assert np.abs(residual.sum()) < SAME
    assert np.abs(x.T @ residual).max() < 1e-7
    table = model.table
    assert (table["lower"] < table["coefficient"]).all()
    assert (table["coefficient"] < table["upper"]).all()
    # The test and the interval agree.
    outside = (table["lower"] > 0) | (table["upper"] < 0)
    assert (outside == (table["p"] < 0.05)).all()


@given(patients(6, 20))
@properties
def test_separation_is_found_exactly_and_firth_is_finite(data):
    """Against a search for a separating line among all pairs, for one column."""
    x, y = data[0][:, :1], data[1]
    ill, well = x[y == 1, 0], x[y == 0, 0]
    assume(x.min() < x.max())
    if ill.min() >= well.max() or well.min() >= ill.max():
        refused([("y: expected classes that overlap, got separated", prediction.logistic, x, y)])
    else:
        prediction.logistic(x, y)
    assert np.isfinite(prediction.logistic(x, y, penalty="firth").table).all(axis=None)


@pytest.mark.parametrize("overlap", [1e-2, 1e-3, 1e-4])
@pytest.mark.parametrize("far", [1e2, 1e3, 1e4, 1e5])
def test_a_nearly_separated_outlier_is_no_separation(overlap, far):
    x = np.array([0.0, 1, 2, 3, 4 + overlap, 4, 5, 6, 7, far])
    y = np.array([0, 0, 0, 0, 0, 1, 1, 1, 1, 1])
    model = prediction.logistic(x, y)
    assert np.abs(y - model.predict(x)).sum() < 2
    assert model.table.loc["x1", "upper"] > model.table.loc["x1", "coefficient"] > 5
    with pytest.raises(ValueError, match="separated"):
        prediction.logistic(np.where(y, x + 2 * overlap, x), y)


def test_backward_as_in_r():
    for rule, alpha in (("aic", 0.05), ("lr", 0.05), ("wald", 0.1)):
        model, steps = prediction.backward(*MODELS["cohort"], rule, alpha)
        expected = R["backward"][rule]
        theirs = pd.DataFrame(expected["steps"])[list(steps)]
        pd.testing.assert_frame_equal(steps, theirs, rtol=1e-8, check_dtype=False)
        assert list(model.table.index[1:]) == expected["names"][1:]
        near(model.table["coefficient"], expected["coefficient"], rel=SAME)
        again = prediction.logistic(COHORT[expected["names"][1:]], COHORT["y"])
        pd.testing.assert_frame_equal(model.table, again.table)
        if rule == "aic":
            near(steps["aic"], R["step_aic"]["aic"], rel=SAME)


def test_backward_may_leave_nothing():
    x, y = COHORT[["afp", "male", "noise"]], COHORT["y"]
    model, steps = prediction.backward(x, y, "wald", 0.05)
    assert steps["dropped"].all()
    assert list(model.table.index) == ["intercept"]
    share = y.mean()
    near(model.table["coefficient"], [math.log(share / (1 - share))], rel=SAME)
    near(model.predict(x.head()), np.full(5, share), rel=SAME)


def test_optimism_as_a_loop_in_r_and_as_rms_validate():
    table = prediction.logistic_optimism(*MODELS["cohort"], RESAMPLES)
    assert list(table.index) == ["auc", "brier", "slope"]
    for column in ("apparent", "training", "test", "resamples"):
        near(table[column], np.array(R["optimism"]["none"][column], float)[[0, 2, 3]], abs=ROOT)
    near(table["optimism"], table["training"] - table["test"], abs=SAME)
    near(table["corrected"], table["apparent"] - table["optimism"], abs=SAME)
    rms = pd.DataFrame(*(R["validate"][key] for key in ("values", "names", "columns")))
    rms = rms.loc[["Dxy", "B", "Slope"]]
    dxy = ["training", "test", "apparent", "corrected"]
    table.loc["auc", dxy] = 2 * table.loc["auc", dxy] - 1
    table.loc["auc", "optimism"] *= 2
    columns = {"index.orig": "apparent", "index.corrected": "corrected", "n": "resamples"}
    rms = rms.rename(columns=columns)
    near(table[list(rms)], rms, abs=RMS)


def test_optimism_with_ties_and_left_out_resamples():
    """One resample after the other, with the functions for one model."""
    rng = np.random.default_rng(5)
    x = pd.DataFrame(rng.integers(0, 3, (25, 2)), columns=["a", "b"])
    y = (rng.random(25) < expit(x["a"] - 2)).astype(int).to_numpy()
    drawn = rng.integers(0, 25, (40, 25))
    drawn[0] = np.flatnonzero(y)[0]  # one class
    drawn[1] = np.flatnonzero(x["b"] == 1)[rng.integers(0, 3, 25)]  # a constant column

    def measures(model, rows):
        risk, outcome = model.predict(x.iloc[rows]), y[rows]
        area = accuracy.auc(outcome, risk.round(12)).value
        slope = prediction.calibration_measures(outcome, risk).loc["slope", "value"]
        return [area, np.mean((outcome - risk) ** 2), slope]

    training, test = [], []
    for rows in drawn:
        try:
            model = prediction.logistic(x.iloc[rows], y[rows], limits="wald")
        except ValueError:
            continue
        training.append(measures(model, rows))
        test.append(measures(model, np.arange(25)))
    table = prediction.logistic_optimism(x, y, drawn)
    assert table["resamples"].to_list() == [38] * 3 == [len(test)] * 3
    for column, each in (("training", training), ("test", test)):
        near(table[column], np.mean(each, axis=0), abs=ROOT)


def test_optimism_follows_the_seed_and_not_the_blocks(monkeypatch):
    x, y = MODELS["two"]
    one = prediction.logistic_optimism(x, y, resamples=30, seed=3)
    monkeypatch.setattr(selection, "_BLOCK", 700)
    pd.testing.assert_frame_equal(one, prediction.logistic_optimism(x, y, resamples=30, seed=3))
    drawn = np.random.default_rng(3).integers(len(y), size=(30, len(y)))
    pd.testing.assert_frame_equal(one, prediction.logistic_optimism(x, y, resamples=drawn))
    other = prediction.logistic_optimism(x, y, resamples=30, seed=4)
    assert one.loc["auc", "optimism"] != other.loc["auc", "optimism"]


def test_a_profile_without_clear_limits_is_refused(monkeypatch):
    monkeypatch.setattr(import_module("hccbook.prediction.logistic"), "_MOST_STEPS", 1)
    message = "limits: expected a profile likelihood with one"
    refused([(message, prediction.logistic, *FIRTH["endometrial"], 0.95, "profile", "firth")])
