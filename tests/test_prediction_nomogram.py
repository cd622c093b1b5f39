"""hccbook.prediction's nomogram against rms, fitted models and its own laws."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import expit

from hccbook import prediction

SAME = 1e-12  # the same sums; the reference file has 15 digits
REFERENCE = Path(__file__).parents[1] / "data" / "reference"
R = json.loads((REFERENCE / "nomogram.json").read_text(encoding="utf-8"))
TICKS = R["ticks"]
pytestmark = pytest.mark.filterwarnings("error")
properties = settings(deadline=None, derandomize=True)
effects = st.floats(-3, 3)


def from_rms(kind):
    """Return the nomogram of a model that rms fitted."""
    model = R[kind]
    fitted = model["coefficients"]
    coefficients = {name: fitted[name] for name in TICKS}
    levels = {level: fitted[f"afp={level}"] for level in ("middle", "high")}
    coefficients["afp"] = {"low": 0, **levels}
    if kind == "logistic":
        return prediction.nomogram(coefficients, TICKS, fitted["Intercept"])
    return prediction.nomogram(coefficients, TICKS, -model["centre"], model["survival"])


@st.composite
def sheets(draw):
    """Coefficients and ticks of one to five predictors, an intercept, and a patient."""
    coefficients, ticks, patient = {}, {}, {}
    for k in range(draw(st.integers(1, 5))):
        name = f"x{k}"
        if draw(st.booleans()):
            levels = draw(st.lists(effects, min_size=2, max_size=4))
            coefficients[name] = {f"level {i}": effect for i, effect in enumerate(levels)}
            patient[name] = draw(st.sampled_from(list(coefficients[name])))
        else:
            coefficients[name] = draw(effects)
            low, width = draw(st.integers(-20, 20)), draw(st.integers(1, 30))
            ticks[name] = [low, low + width / 3, low + width]
            patient[name] = low + width * draw(st.floats(0, 1))
    spans = [
        max(c.values()) - min(c.values())
        if isinstance(c, dict)
        else abs(c) * (ticks[name][-1] - ticks[name][0])
        for name, c in coefficients.items()
    ]
    assume(max(spans) > 0.01)
    return coefficients, ticks, draw(st.floats(-4, 4)), patient


def linear_predictor(coefficients, intercept, patient):
    return intercept + sum(
        c[patient[name]] if isinstance(c, dict) else c * patient[name]
        for name, c in coefficients.items()
    )


# --- rms


@pytest.mark.parametrize("kind", ["logistic", "cox"])
def test_points_as_in_rms(kind):
    sheet, expected = from_rms(kind), R[kind]
    for name, points in expected["points"].items():
        rows = sheet.axes[sheet.axes["axis"] == name]
        # rms orders the levels of a category as the factor does.
        assert rows["points"].to_numpy() == pytest.approx(np.array(points), abs=1e-10)
    assert 1 / sheet.per_point == pytest.approx(expected["scale"], rel=SAME)
    assert sheet.at_zero == pytest.approx(expected["intercept"], abs=SAME)


@pytest.mark.parametrize("kind", ["logistic", "cox"])
def test_risk_axis_as_in_rms(kind):
    sheet, expected = from_rms(kind), R[kind]["risk"]
    risk, points = np.array(expected["x"]), np.array(expected["points"])
    assert sheet.risk(points) == pytest.approx(risk, abs=SAME)
    reach = sheet.axes.groupby("axis")["points"].max().sum()
    assert sheet.reach == pytest.approx(reach)
    wanted = [(r, p) for r, p in zip(risk, points, strict=True) if 0 <= p <= reach and r != 0.05]
    drawn = dict(sheet.risks[["risk", "points"]].to_numpy())
    assert len(wanted) > 5
    for r, p in wanted:
        assert drawn[r] == pytest.approx(p, abs=1e-10)


@pytest.mark.parametrize("kind", ["logistic", "cox"])
def test_patients_read_as_rms_predicts(kind):
    table = from_rms(kind).read(pd.DataFrame(R["patients"]))
    assert table["risk"].to_numpy() == pytest.approx(np.array(R["risk"][kind]), abs=SAME)


# --- fitted models


def test_a_logistic_model_of_statsmodels_reads_the_same():
    from statsmodels.discrete.discrete_model import Logit

    rng = np.random.default_rng(8)
    x = pd.DataFrame({"const": 1.0, "nlr": rng.lognormal(1, 0.4, 90), "age": rng.normal(60, 9, 90)})
    y = (rng.random(90) < expit(0.4 * x["nlr"] - 0.02 * x["age"])).astype(int)
    fit = Logit(y, x).fit(disp=0)
    ticks = {name: prediction.round_ticks(x[name].min(), x[name].max()) for name in ("nlr", "age")}
    sheet = prediction.nomogram(fit.params.drop("const"), ticks, fit.params["const"])
    assert sheet.read(x)["risk"].to_numpy() == pytest.approx(fit.predict(x).to_numpy(), abs=SAME)


def test_a_cox_model_of_lifelines_reads_the_same():
    from lifelines import CoxPHFitter

    rng = np.random.default_rng(9)
    x = pd.DataFrame({"nlr": rng.lognormal(1, 0.4, 90), "age": rng.normal(60, 9, 90)})
    time = np.ceil(rng.exponential(300 * np.exp(-0.2 * x["nlr"])))
    fit = CoxPHFitter().fit(x.assign(time=time, event=rng.random(90) < 0.8), "time", "event")
    ticks = {name: prediction.round_ticks(x[name].min(), x[name].max()) for name in x}
    steps = fit.baseline_survival_.iloc[[20, 40], 0]
    base = {f"day {day:g}": survival for day, survival in steps.items()}
    sheet = prediction.nomogram(fit.params_, ticks, -float(fit.params_ @ x.mean()), base)
    table = sheet.read(x)
    expected = 1 - fit.predict_survival_function(x, steps.index).to_numpy().T
    ours = table[list(base)].to_numpy()
    assert ours == pytest.approx(expected, abs=1e-10)
    assert set(sheet.risks["axis"]) == set(base)
    for name, rows in sheet.risks.groupby("axis"):
        assert sheet.risk(rows["points"], name) == pytest.approx(rows["risk"], abs=SAME)


# --- laws


@properties
@given(sheets(), st.sampled_from([None, 0.3, 0.9]))
def test_reading_agrees_with_the_model(case, survival):
    coefficients, ticks, intercept, patient = case
    sheet = prediction.nomogram(coefficients, ticks, intercept, survival)
    row = sheet.read(patient).iloc[0]
    linear = linear_predictor(coefficients, intercept, patient)
    risk = expit(linear) if survival is None else 1 - survival ** np.exp(linear)
    size = 1 + sum(
        max(map(abs, c.values())) if isinstance(c, dict) else abs(c) * 50
        for c in coefficients.values()
    )  # of the terms that are added, which rounding is relative to
    assert row["linear_predictor"] == pytest.approx(linear, abs=1e-13 * size)
    assert row["risk"] == pytest.approx(risk, abs=1e-12 * size)
    points = row[list(coefficients)]
    assert row["total"] == pytest.approx(points.sum(), abs=1e-9)
    assert ((points >= -1e-9) & (points <= 100 + 1e-9)).all()
    # Whoever reads each axis to the nearest point is off by at most half a point an axis.
    read = sheet.at_zero + sheet.per_point * points.astype(float).round().sum()
    assert abs(read - linear) <= len(points) * sheet.per_point / 2 + 1e-13 * size


@properties
@given(sheets(), st.sampled_from([None, 0.3, 0.9]))
def test_laws_of_the_axes(case, survival):
    coefficients, ticks, intercept, _ = case
    sheet = prediction.nomogram(coefficients, ticks, intercept, survival)
    assert list(sheet.axes["axis"].unique()) == list(coefficients)
    ends = sheet.axes.groupby("axis", sort=False)["points"].agg(["min", "max"])
    assert (ends["min"] == 0).all()
    assert ends["max"].max() == pytest.approx(100, abs=SAME)
    spread = sheet.axes.groupby("axis")["effect"].agg(np.ptp).max()
    assert sheet.per_point == pytest.approx(spread / 100, rel=SAME)
    # The axis of totals begins at 0 and reaches the best-equipped patient.
    total = sheet.total["points"].to_numpy()
    assert total[0] == 0
    assert total[-1] >= ends["max"].sum() > total[-2]
    expected = sheet.at_zero + sheet.per_point * total
    assert sheet.total["linear_predictor"].to_numpy() == pytest.approx(expected)
    rows = sheet.risks
    assert (np.diff(rows["points"]) > 0).all()
    assert rows["points"].between(0, ends["max"].sum()).all()
    assert rows["risk"].to_numpy() == pytest.approx(sheet.risk(rows["points"]), abs=1e-9)


@properties
@given(sheets(), st.floats(0.1, 10))
def test_points_ignore_units_and_references(case, factor):
    """Other units, or another reference level, change neither points nor risks."""
    coefficients, ticks, intercept, patient = case
    other, moved = {}, intercept
    for name, c in coefficients.items():
        if isinstance(c, dict):
            moved += c["level 0"]
            other[name] = {level: effect - c["level 0"] for level, effect in c.items()}
        else:
            other[name] = c / factor
    scaled = {name: np.array(values) * factor for name, values in ticks.items()}
    patient2 = {
        name: value if isinstance(value, str) else np.clip(value * factor, *scaled[name][[0, -1]])
        for name, value in patient.items()
    }
    one = prediction.nomogram(coefficients, ticks, intercept)
    two = prediction.nomogram(other, scaled, moved)
    assert two.axes["points"].to_numpy() == pytest.approx(one.axes["points"].to_numpy(), abs=1e-8)
    assert two.read(patient2).to_numpy() == pytest.approx(one.read(patient).to_numpy(), abs=1e-8)


def test_a_nomogram_by_hand():
    coefficients = {"nlr": -0.5, "afp": {"low": 0, "high": 1.0}, "hbv": {0: 0.0, 1: 0.0}}
    sheet = prediction.nomogram(coefficients, {"nlr": [1, 3, 5]}, intercept=1.5)
    assert sheet.axes.to_dict("list") == {
        "axis": ["nlr"] * 3 + ["afp"] * 2 + ["hbv"] * 2,
        "label": ["1", "3", "5", "low", "high", "0", "1"],
        "value": [1.0, 3.0, 5.0, "low", "high", 0, 1],
        "effect": [-0.5, -1.5, -2.5, 0.0, 1.0, 0.0, 0.0],
        "points": [100.0, 50.0, 0.0, 0.0, 50.0, 0.0, 0.0],
    }
    assert (sheet.per_point, sheet.at_zero) == (0.02, -1.0)
    assert sheet.total["points"].to_list() == list(range(0, 161, 20))
    assert sheet.risks["risk"].to_list() == [0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    table = sheet.read({"nlr": [5, 2], "afp": ["high", "low"], "hbv": 1})
    assert list(table) == ["nlr", "afp", "hbv", "total", "linear_predictor", "risk"]
    expected = [[0, 50, 0, 50, 0, 0.5], [75, 0, 0, 75, 0.5, expit(0.5)]]
    assert table.to_numpy() == pytest.approx(np.array(expected), abs=SAME)
    assert sheet.risk(50) == pytest.approx(0.5, abs=SAME)


def test_a_risk_axis_may_be_out_of_reach():
    sheet = prediction.nomogram({"x": 0.001}, {"x": [0, 1]}, intercept=0.2)
    assert sheet.risks.empty
    assert list(sheet.risks) == ["axis", "risk", "linear_predictor", "points"]


def test_a_hazard_beyond_floats_is_a_certain_event():
    sheet = prediction.nomogram({"x": 1.0}, {"x": [0, 1000]}, survival=0.5)
    assert sheet.read({"x": [0, 1000]})["risk"].to_list() == [0.5, 1.0]


# --- ticks


@properties
@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 15))
def test_round_ticks_cover_the_range(low, width, most):
    high = low + width
    ticks = prediction.round_ticks(low, high, most)
    assert ticks[0] <= low < high <= ticks[-1]
    assert 2 <= ticks.size <= most + 1
    assert ticks[1] > low
    assert ticks[-2] < high
    step = ticks[1] - ticks[0]
    assert np.diff(ticks) == pytest.approx(step, rel=1e-4)  # small steps at large numbers
    digits = f"{step:.3e}"
    assert float(digits.split("e")[0]) in (1, 2, 5)


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0.1, 0.7, 6, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]),
        (0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-3, 12.5, 4, [-5, 0, 5, 10, 15]),
        (23, 78, 10, [20, 30, 40, 50, 60, 70, 80]),
        (0.05, 2.95, 2, [0, 2, 4]),
    ],
)
def test_round_ticks_by_hand(low, high, most, expected):
    assert prediction.round_ticks(low, high, most).tolist() == expected


SHEET = prediction.nomogram({"x": 1.0, "g": {"a": 0, "b": 1}}, {"x": [0, 2]})
TWO = prediction.nomogram({"x": 1.0}, {"x": [0, 2]}, survival={"1 year": 0.8, "2 years": 0.6})
BAD = [
    ("coefficients: expected one or more, got none", lambda: prediction.nomogram({}, {})),
    ("coefficients: expected a mapping by name, got 0.5", lambda: prediction.nomogram(0.5, {})),
    ("ticks: expected a mapping by name, got 0.5", lambda: prediction.nomogram({"x": 1}, 0.5)),
    (
        "coefficients, x: expected a finite number, got inf",
        lambda: prediction.nomogram({"x": np.inf}, {"x": [0, 1]}),
    ),
    (
        "coefficients, g, b: expected a number, got nan",
        lambda: prediction.nomogram({"g": {"a": 0, "b": np.nan}}, {}),
    ),
    (
        "coefficients: expected two or more levels of 'g', got \\['a'\\]",
        lambda: prediction.nomogram({"g": {"a": 0}}, {}),
    ),
    (
        "coefficients: expected an effect that is not the same everywhere",
        lambda: prediction.nomogram({"x": 0.0, "g": {"a": 1, "b": 1}}, {"x": [0, 1]}),
    ),
    (
        "coefficients: expected other names, got \\['risk', 'total'\\]",
        lambda: prediction.nomogram({"total": 1, "risk": 1}, {"total": [0, 1], "risk": [0, 1]}),
    ),
    ("ticks: expected those of 'x', got none", lambda: prediction.nomogram({"x": 1}, {})),
    (
        "ticks: expected those of predictors with one coefficient, got \\['z'\\]",
        lambda: prediction.nomogram({"x": 1}, {"x": [0, 1], "z": [0, 1]}),
    ),
    (
        "ticks: expected two or more ascending values of 'x', got \\[1.0, 1.0\\]",
        lambda: prediction.nomogram({"x": 1}, {"x": [1, 1]}),
    ),
    (
        "ticks: expected two or more ascending values of 'x', got \\[1.0\\]",
        lambda: prediction.nomogram({"x": 1}, {"x": [1]}),
    ),
    (
        "ticks, x: expected finite numbers, got nan",
        lambda: prediction.nomogram({"x": 1}, {"x": [0, np.nan]}),
    ),
    (
        "intercept: expected a number, got '1'",
        lambda: prediction.nomogram({"x": 1}, {"x": [0, 1]}, intercept="1"),
    ),
    (
        "survival: expected numbers above 0 and below 1, got .*80",
        lambda: prediction.nomogram({"x": 1}, {"x": [0, 1]}, survival=80),
    ),
    (
        "survival: expected one or more values",
        lambda: prediction.nomogram({"x": 1}, {"x": [0, 1]}, survival={}),
    ),
    (
        "risks: expected numbers above 0 and below 1, got",
        lambda: prediction.nomogram({"x": 1}, {"x": [0, 1]}, risks=[0, 0.5]),
    ),
    ("patients: expected values of 'g', got none", lambda: SHEET.read({"x": 1})),
    (
        "patients: expected 'x' from 0 to 2, the axis, got 3",
        lambda: SHEET.read({"x": 3, "g": "a"}),
    ),
    (
        "patients: expected a level of 'g' among \\['a', 'b'\\], got 'c'",
        lambda: SHEET.read({"x": 1, "g": ["a", "c"]}),
    ),
    ("patients, x: expected finite numbers", lambda: SHEET.read({"x": np.nan, "g": "a"})),
    ("patients: expected one or more values of 'g'", lambda: SHEET.read({"x": 1, "g": []})),
    (
        "patients: expected columns of one length, got \\[2, 3\\]",
        lambda: SHEET.read({"x": [1, 2], "g": ["a", "b", "a"]}),
    ),
    ("axis: expected one of 1 year, 2 years, got None", lambda: TWO.risk(10)),
    ("axis: expected one of 1 year, 2 years, got 'x'", lambda: TWO.risk(10, "x")),
    ("total: expected points, got nan", lambda: SHEET.risk(np.nan)),
    ("high: expected a number above low = 2, got 1", lambda: prediction.round_ticks(2, 1)),
    ("low: expected a finite number", lambda: prediction.round_ticks(-np.inf, 1)),
    ("most: .* at least 2, got 1", lambda: prediction.round_ticks(0, 1, 1)),
]


@pytest.mark.parametrize(("message", "call"), BAD)
def test_bad_input_is_named(message, call):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
