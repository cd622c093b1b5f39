"""hccbook.prediction's nomogram against rms, fitted models and its own laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from reference import near, numbers
from scipy.special import expit

from hccbook import prediction

SAME = 1e-12  # the same sums; the reference file has 15 digits
R = numbers("nomogram")
effects = st.floats(-3, 3)


@st.composite
def sheets(draw):
    """Coefficients and ticks of one to five predictors, an intercept, and a patient."""
    coefficients, ticks, patient, spans = {}, {}, {}, []
    for k in range(draw(st.integers(1, 5))):
        name = f"x{k}"
        if draw(st.booleans()):
            levels = draw(st.lists(effects, min_size=2, max_size=4))
            coefficients[name] = {f"level {i}": effect for i, effect in enumerate(levels)}
            patient[name] = draw(st.sampled_from(list(coefficients[name])))
            spans.append(np.ptp(levels))
        else:
            coefficients[name] = draw(effects)
            low, width = draw(st.integers(-20, 20)), draw(st.integers(1, 30))
            ticks[name] = [low, low + width / 3, low + width]
            patient[name] = low + width * draw(st.floats(0, 1))
            spans.append(abs(coefficients[name]) * width)
    assume(max(spans) > 0.01)
    return coefficients, ticks, draw(st.floats(-4, 4)), patient


def test_points_risks_and_patients_as_in_rms():
    expected, ticks = R["logistic"], R["ticks"]
    fitted = expected["coefficients"]
    levels = {level: fitted[f"afp={level}"] for level in ("middle", "high")}
    coefficients = {name: fitted[name] for name in ticks} | {"afp": {"low": 0, **levels}}
    sheet = prediction.nomogram(coefficients, ticks, fitted["Intercept"])
    for name, points in expected["points"].items():
        # rms orders the levels of a category as the factor does.
        near(sheet.axes.loc[sheet.axes["axis"] == name, "points"], points, abs=1e-10)
    near([1 / sheet.per_point], [expected["scale"]], rel=SAME)
    near(sheet.at_zero, expected["intercept"], abs=SAME)
    risk, points = (np.array(expected["risk"][key]) for key in ("x", "points"))
    near(sheet.risk(points), risk, abs=SAME)
    drawn = dict(sheet.risks.to_numpy())
    wanted = {r: p for r, p in zip(risk, points, strict=True) if 0 <= p <= sheet.reach}
    assert len(wanted) > 5
    for r in wanted.keys() - {0.05}:
        near(drawn[r], wanted[r], abs=1e-10)
    near(sheet.read(pd.DataFrame(R["patients"]))["risk"], R["risk"]["logistic"], abs=SAME)


@given(sheets())
def test_reading_agrees_with_the_model(case):
    coefficients, ticks, intercept, patient = case
    sheet = prediction.nomogram(coefficients, ticks, intercept)
    row = sheet.read(patient).iloc[0]
    linear, size = intercept, 1  # of the terms that are added, which rounding is relative to
    for name, c in coefficients.items():
        linear += c[patient[name]] if isinstance(c, dict) else c * patient[name]
        size += max(map(abs, c.values())) if isinstance(c, dict) else abs(c) * 50
    near(row["risk"], expit(linear), abs=1e-12 * size)
    points = row[list(coefficients)].astype(float)
    near(row["total"], points.sum(), abs=1e-9)
    assert points.between(-1e-9, 100 + 1e-9).all()
    # Whoever reads each axis to the nearest point is off by at most half a point an axis.
    read = sheet.at_zero + sheet.per_point * points.round().sum()
    assert abs(read - linear) <= len(points) * sheet.per_point / 2 + 1e-13 * size


@given(sheets())
def test_laws_of_the_axes(case):
    coefficients, ticks, intercept, _ = case
    sheet = prediction.nomogram(coefficients, ticks, intercept)
    assert list(sheet.axes["axis"].unique()) == list(coefficients)
    axes = sheet.axes.groupby("axis", sort=False)
    ends = axes["points"].agg(["min", "max"])
    assert (ends["min"] == 0).all()
    near(ends["max"].max(), 100, abs=SAME)
    near(sheet.per_point, axes["effect"].agg(np.ptp).max() / 100, rel=SAME)
    # The axis of totals begins at 0 and reaches the best-equipped patient.
    near(sheet.reach, ends["max"].sum(), rel=SAME)
    assert sheet.total[0] == 0
    assert sheet.total[-1] >= sheet.reach * (1 - 1e-9) > sheet.total[-2]
    rows = sheet.risks
    assert (np.diff(rows["points"]) > 0).all()
    assert rows["points"].between(0, sheet.reach).all()
    near(rows["risk"], sheet.risk(rows["points"]), abs=1e-9)


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
    near(table, [[0, 50, 0, 50, 0.5], [75, 0, 0, 75, expit(0.5)]], abs=SAME)
    # A ruler of the risk may be out of reach.
    assert prediction.nomogram({"x": 0.001}, {"x": [0, 1]}, intercept=0.2).risks.empty


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


def test_round_ticks_by_hand():
    for low, high, most, expected in (
        (0.1, 0.7, 6, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]),
        (-3, 12.5, 4, [-5, 0, 5, 10, 15]),
        (0.05, 2.95, 2, [0, 1, 2, 3]),
    ):
        assert prediction.round_ticks(low, high, most).tolist() == expected
