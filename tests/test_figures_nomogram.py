"""hccbook.figures.nomogram: what is drawn is what the model says, and nothing hides a word."""

import itertools
import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reference import near
from scipy.special import expit

from hccbook import figures, prediction

pytestmark = pytest.mark.usefixtures("styled")
SAME = 1e-9  # points: the same sums in another order
TOUCH = 0.5  # points of type: how far the boxes of two texts may overlap
FINE = 288  # dots per inch at which boxes are measured: coarse ones are rounded to whole dots
PHONE = 360  # CSS pixels of a figure on a screen of 390
SMALLEST = 10.5  # CSS pixels of type on a phone

SPREAD = "Extrahepatic spread at the first visit, on CT of chest and abdomen or on bone scan"
THROMBUS = "Portal vein tumour thrombus (Cheng classification)"
#: Coefficients, ends of the rulers, intercept, and a patient.
MODELS = {
    "four": (
        {"ΔT": -0.9, "Diameter": 0.35, "ALB": -0.1, "NLR": {"≤ 3": 0, "> 3": 1.2}},
        {"ΔT": (-4, 4), "Diameter": (1, 14), "ALB": (25, 50)},
        1.2,
        {"ΔT": -1.3, "Diameter": 6.4, "ALB": 37, "NLR": "> 3"},
    ),
    "six": (
        {
            "Age": 0.01,
            THROMBUS: {
                "none": 0,
                "type I (segmental branches)": 0.4,
                "type II (right or left branch)": 0.55,
                "type III (main trunk)": 0.7,
            },
            "Child-Pugh": {"A5": 0, "A6": 0.25, "B7": 0.6, "B8 or B9": 0.9},
            "AFP": {"< 20": 0, "20 to 399": 0.3, "≥ 400": 0.8},
            "Magnesium": 1.9,
            SPREAD: {"no": 0, "yes": 0.35},
        },
        {"Age": (30, 90), "Magnesium": (0.6, 1.1)},
        -2.5,
        {
            "Age": 67,
            THROMBUS: "type II (right or left branch)",
            "Child-Pugh": "A6",
            "AFP": "≥ 400",
            "Magnesium": 0.82,
            SPREAD: "no",
        },
    ),
}


def sheet_of(name):
    coefficients, ends, intercept, patient = MODELS[name]
    ticks = {axis: prediction.round_ticks(*pair) for axis, pair in ends.items()}
    return prediction.nomogram(coefficients, ticks, intercept), patient


def ruler(fig, name):
    """Return points and height of the ticks of one ruler."""
    named = [(line, line.get_label()) for ax in fig.axes for line in ax.lines]
    lines = [line for line, label in named if label == name or label.startswith(f"{name}: ")]
    assert len(lines) == 1, f"{len(lines)} rulers {name!r}"
    return np.asarray(lines[0].get_xdata()), lines[0].get_ydata()[0]


def texts(fig):
    return [text for ax in fig.axes for text in ax.texts]


def marks(fig, shape="D"):
    """Return the points and heights of the patient's marks, from the top."""
    found = [
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]))
        for ax in fig.axes
        for line in ax.lines
        if line.get_marker() == shape
    ]
    return sorted(found, key=lambda mark: mark[1])


def boxes(fig):
    """Return the box of each text in points of type, without its white paper."""
    fig.set_dpi(FINE)
    renderer = fig.canvas.get_renderer()
    found = []
    for text in texts(fig):
        if text.get_text():
            text.set_bbox(None)
            box = np.array(text.get_window_extent(renderer).extents) * 72 / FINE
            found.append((text.get_text(), box))
    return found


def assert_apart(found):
    for (a, one), (b, other) in itertools.combinations(found, 2):
        both = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
        assert both.min() < TOUCH, f"{a!r} on {b!r}"


def test_a_chart_says_what_the_model_says_and_hides_no_word():
    for model, (coefficients, _, intercept, patient) in MODELS.items():
        sheet = sheet_of(model)[0]
        fig, alt = figures.nomogram(sheet, patient)
        assert figures.nomogram(sheet, pd.DataFrame([patient]))[1] == alt
        assert ruler(fig, "Points")[0].tolist() == list(range(0, 101, 10))
        near(ruler(fig, "Total points")[0], sheet.total, abs=SAME)
        near(sheet.risk(ruler(fig, "Risk")[0]), sheet.risks["risk"], abs=SAME)
        assert [ax.get_xlim() for ax in fig.axes[:2]] == [(0, 100), (0, sheet.total[-1])]
        reading, names = sheet.read(patient).iloc[0], list(coefficients)
        points = [reading[name] for name in names]
        # The marks stand on their rulers, and the arrows below the ruler of points.
        assert [y for _, y in marks(fig)][: len(names)] == [ruler(fig, name)[1] for name in names]
        near(sorted(x for x, _ in marks(fig, "^")), sorted(points), abs=SAME)
        written = [text.get_text() for text in texts(fig) if text.get_weight() == "bold"]
        linear = intercept + sum(
            c[patient[name]] if isinstance(c, dict) else c * patient[name]
            for name, c in coefficients.items()
        )
        numbers = [f"{value:.1f}" for value in [*points, sum(points)]] + [f"{expit(linear):.2f}"]
        assert written == ["Patient", *numbers]
        for name, number in zip(names, numbers, strict=False):
            assert f"has {number}" in alt.partition(f"{name}: ")[2]
        found, size = boxes(fig), fig.get_size_inches() * 72
        assert_apart(found)
        for word, box in found:
            assert (box[:2] > -TOUCH).all(), word
            assert (box[2:] < size + TOUCH).all(), word


def test_type_is_large_enough_on_a_phone():
    fig, _ = figures.nomogram(*sheet_of("four"))
    # display.show leaves 0.1 inches on each side.
    shrunk = min(1, PHONE / (96 * (fig.get_figwidth() + 0.2)))
    assert min(text.get_fontsize() for text in texts(fig)) * 96 / 72 * shrunk >= SMALLEST


def test_alt_text_names_each_ruler():
    sheet = prediction.nomogram(
        {"NLR": 0.5, "AFP": {"low": 0, "high": 1.0}}, {"NLR": [1, 3, 5]}, intercept=-2.0
    )
    _, alt = figures.nomogram(sheet, {"NLR": 3, "AFP": "high"}, "Risk of death")
    assert alt == (
        "Nomogram with 2 predictors. NLR: 1 is 0.0 points, 5 is 100.0 points, the patient, 3, has "
        "50.0. AFP: low is 0.0 points, high is 50.0 points, the patient, high, has 50.0. Total "
        "from 0 to 150.0 points; the patient has 100.0. Risk of death from 0.18 to 0.82; the "
        "patient's is 0.62."
    )


def test_small_and_large_risks_are_neither_0_nor_1():
    for intercept, written in ((-20, "<0.001"), (-5.5, "0.004"), (0, "0.50"), (20, ">0.999")):
        sheet = prediction.nomogram({"x": 1.0}, {"x": [-1, 0, 1]}, intercept)
        fig, alt = figures.nomogram(sheet, {"x": 0})
        assert texts(fig)[-1].get_text() == written
        assert f"the patient's is {written}." in alt


level_names = st.text("abcdefgh ", min_size=1, max_size=20).map(str.strip).filter(bool)


@st.composite
def cases(draw):
    """Draw a logistic nomogram of one to six predictors, and a patient."""
    coefficients, ticks, patient = {}, {}, {}
    for k in range(draw(st.integers(1, 6))):
        name = f"predictor {k}" + " with a long name" * draw(st.integers(0, 4))
        if draw(st.booleans()):
            levels = draw(st.lists(level_names, min_size=2, max_size=5, unique=True))
            effects = draw(st.lists(st.floats(-2, 2), min_size=5, max_size=5))
            coefficients[name] = dict(zip(levels, effects, strict=False))
            patient[name] = draw(st.sampled_from(levels))
        else:
            coefficients[name] = draw(st.floats(-2, 2))
            low, width = draw(st.integers(-200, 200)), draw(st.integers(1, 300))
            coefficients[name] /= width
            ticks[name] = prediction.round_ticks(low, low + width)
            patient[name] = low + width * draw(st.floats(0, 1))
    spans = [np.ptp([*c.values()]) for c in coefficients.values() if isinstance(c, dict)]
    slopes = [abs(c) for c in coefficients.values() if not isinstance(c, dict)]
    assume(max([*spans, *slopes]) > 0.01)
    return prediction.nomogram(coefficients, ticks, draw(st.floats(-3, 3))), patient


@settings(max_examples=8)
@given(cases())
def test_any_model_is_drawn_as_it_is_and_without_overlaps(case):
    sheet, patient = case
    fig, alt = figures.nomogram(sheet, patient)
    words = " ".join(text.get_text() for text in texts(fig))
    reading = sheet.read(patient).iloc[0]
    for name, rows in sheet.axes.groupby("axis"):
        near(ruler(fig, name)[0], np.sort(rows["points"]), abs=SAME)
        assert textwrap.shorten(name, 20, placeholder="") in words
    expected = [*reading[list(patient)], reading["total"], reading["total"]]
    near([x for x, _ in marks(fig)], expected, abs=SAME)
    assert f"the patient has {reading['total']:.1f}" in alt
    assert_apart(boxes(fig))
    plt.close(fig)
