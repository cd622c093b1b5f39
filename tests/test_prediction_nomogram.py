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


def from_rms():
    """Return the nomogram of a model that rms fitted."""
    fitted = R["logistic"]["coefficients"]
    levels = {level: fitted[f"afp={level}"] for level in ("middle", "high")}
    coefficients = {name: fitted[name] for name in TICKS} | {"afp": {"low": 0, **levels}}
    return prediction.nomogram(coefficients, TICKS, fitted["Intercept"])


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


def test_points_risks_and_patients_as_in_rms():
    sheet, expected = from_rms(), R["logistic"]
    for name, points in expected["points"].items():
        rows = sheet.axes[sheet.axes["axis"] == name]
        # rms orders the levels of a category as the factor does.
        assert rows["points"].to_numpy() == pytest.approx(np.array(points), abs=1e-10)
    assert 1 / sheet.per_point == pytest.approx(expected["scale"], rel=SAME)
    assert sheet.at_zero == pytest.approx(expected["intercept"], abs=SAME)
    risk, points = (np.array(expected["risk"][key]) for key in ("x", "points"))
    assert sheet.risk(points) == pytest.approx(risk, abs=SAME)
    drawn = dict(sheet.risks.to_numpy())
    wanted = [(r, p) for r, p in zip(risk, points, strict=True) if 0 <= p <= sheet.reach]
    assert len(wanted) > 5
    for r, p in wanted:
        assert r == 0.05 or drawn[r] == pytest.approx(p, abs=1e-10)
    read = sheet.read(pd.DataFrame(R["patients"]))["risk"].to_numpy()
    assert read == pytest.approx(np.array(R["risk"]["logistic"]), abs=SAME)


@properties
@given(sheets())
def test_reading_agrees_with_the_model(case):
    coefficients, ticks, intercept, patient = case
    sheet = prediction.nomogram(coefficients, ticks, intercept)
    row = sheet.read(patient).iloc[0]
    linear = linear_predictor(coefficients, intercept, patient)
    size = 1 + sum(
        max(map(abs, c.values())) if isinstance(c, dict) else abs(c) * 50
        for c in coefficients.values()
    )  # of the terms that are added, which rounding is relative to
    assert row["risk"] == pytest.approx(expit(linear), abs=1e-12 * size)
    points = row[list(coefficients)]
    assert row["total"] == pytest.approx(points.sum(), abs=1e-9)
    assert ((points >= -1e-9) & (points <= 100 + 1e-9)).all()
    # Whoever reads each axis to the nearest point is off by at most half a point an axis.
    read = sheet.at_zero + sheet.per_point * points.astype(float).round().sum()
    assert abs(read - linear) <= len(points) * sheet.per_point / 2 + 1e-13 * size


@properties
@given(sheets())
def test_laws_of_the_axes(case):
    coefficients, ticks, intercept, _ = case
    sheet = prediction.nomogram(coefficients, ticks, intercept)
    assert list(sheet.axes["axis"].unique()) == list(coefficients)
    ends = sheet.axes.groupby("axis", sort=False)["points"].agg(["min", "max"])
    assert (ends["min"] == 0).all()
    assert ends["max"].max() == pytest.approx(100, abs=SAME)
    spread = sheet.axes.groupby("axis")["effect"].agg(np.ptp).max()
    assert sheet.per_point == pytest.approx(spread / 100, rel=SAME)
    # The axis of totals begins at 0 and reaches the best-equipped patient.
    assert sheet.reach == pytest.approx(ends["max"].sum(), rel=SAME)
    assert sheet.total[0] == 0
    assert sheet.total[-1] >= sheet.reach * (1 - 1e-9) > sheet.total[-2]
    rows = sheet.risks
    assert (np.diff(rows["points"]) > 0).all()
    assert rows["points"].between(0, sheet.reach).all()
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
    assert sheet.total.tolist() == list(range(0, 161, 20))
    assert sheet.risks["risk"].to_list() == [0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    table = sheet.read({"nlr": [5, 2], "afp": ["high", "low"], "hbv": 1})
    assert list(table) == ["nlr", "afp", "hbv", "total", "risk"]
    expected = [[0, 50, 0, 50, 0.5], [75, 0, 0, 75, expit(0.5)]]
    assert table.to_numpy() == pytest.approx(np.array(expected), abs=SAME)
    assert sheet.risk(50) == pytest.approx(0.5, abs=SAME)


def test_a_risk_axis_may_be_out_of_reach():
    sheet = prediction.nomogram({"x": 0.001}, {"x": [0, 1]}, intercept=0.2)
    assert sheet.risks.empty


@properties
@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.integers(2, 15))
def test_round_ticks_cover_the_range(low, width, most):
    high = low + width
    ticks = prediction.round_ticks(low, high, most)
    step = ticks[1] - ticks[0]
    slack = 1e-8 * step + 1e-11 * abs(low)
    assert ticks[0] - slack <= low < high <= ticks[-1] + slack
    assert 2 <= ticks.size <= most + 3
    assert ticks[1] > low - slack
    assert ticks[-2] < high + slack
    assert np.diff(ticks) == pytest.approx(step, rel=1e-4)  # small steps at large numbers
    assert float(f"{step:.3e}".split("e")[0]) in (1, 2, 5)


@pytest.mark.parametrize(
    ("low", "high", "most", "expected"),
    [
        (0.1, 0.7, 6, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]),
        (0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (-3, 12.5, 4, [-5, 0, 5, 10, 15]),
        (23, 78, 10, [20, 30, 40, 50, 60, 70, 80]),
        (0.05, 2.95, 2, [0, 1, 2, 3]),
    ],
)
def test_round_ticks_by_hand(low, high, most, expected):
    assert prediction.round_ticks(low, high, most).tolist() == expected


TICKS_OF_X = {"x": [0, 1]}
BAD = [
    (({}, {}), "coefficients: expected one or more, .* got \\[\\]"),
    ((0.5, {}), "coefficients: expected a mapping by name, got 0.5"),
    (({"x": 1}, 0.5), "ticks: expected a mapping by name, got 0.5"),
    (({"x": np.inf}, TICKS_OF_X), "coefficients, x: expected a finite number, got inf"),
    (({"g": {"a": 0, "b": np.nan}}, {}), "coefficients, g, b: expected a number, got nan"),
    (({"g": {"a": 0}}, {}), "coefficients: expected two or more levels of 'g', got \\['a'\\]"),
    (({"x": 0.0, "g": {"a": 1, "b": 1}}, TICKS_OF_X), "coefficients: expected an effect that"),
    (({"risk": 1}, {"risk": [0, 1]}), "coefficients: .* none named total or risk"),
    (({"x": 1}, {}), "ticks: expected those of 'x', got none"),
    (({"x": 1}, {"x": [1, 1]}), "ticks: expected two or more ascending .* got \\[1.0, 1.0\\]"),
    (({"x": 1}, {"x": [1]}), "ticks: expected two or more ascending values of 'x', got \\[1.0\\]"),
    (({"x": 1}, {"x": [0, np.nan]}), "ticks, x: expected finite numbers, got nan"),
    (({"x": 1}, TICKS_OF_X, "1"), "intercept: expected a number, got '1'"),
]
BAD_PATIENTS = [
    ({"x": 1}, "patients: expected values of 'g', got none"),
    ({"x": 3, "g": "a"}, "patients: expected 'x' from 0 to 2, the axis, got 3"),
    ({"x": 1, "g": ["a", "c"]}, "patients, g: expected one of a, b, got 'c'"),
    ({"x": np.nan, "g": "a"}, "patients, x: expected finite numbers"),
    ({"x": 1, "g": []}, "patients, g: expected one or more"),
    ({"x": [1, 2], "g": ["a", "b", "a"]}, "patients: expected columns of one length, got .2, 3."),
]


def test_bad_input_is_named():
    for arguments, message in BAD:
        with pytest.raises(ValueError, match=f"^{message}"):
            prediction.nomogram(*arguments)
    sheet = prediction.nomogram({"x": 1.0, "g": {"a": 0, "b": 1}}, {"x": [0, 2]})
    for patients, message in BAD_PATIENTS:
        with pytest.raises(ValueError, match=f"^{message}"):
            sheet.read(patients)
    with pytest.raises(ValueError, match=r"^total: expected numbers, got 'a'"):
        sheet.risk("a")
    for arguments, message in (((2, 1), "high: "), ((-np.inf, 1), "low: "), ((0, 1, 1), "most: ")):
        with pytest.raises(ValueError, match=f"^{message}"):
            prediction.round_ticks(*arguments)
