"""hccbook.figures.nomogram: what is drawn is what the model says, and nothing hides a word."""

import itertools
import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import expit

from hccbook import display, figures, prediction

pytestmark = pytest.mark.filterwarnings("error")
properties = settings(deadline=None, derandomize=True, max_examples=8)
SAME = 1e-9  # points: the same sums in another order
TOUCH = 0.5  # points of type: how far the boxes of two texts may overlap
FINE = 288  # dots per inch at which boxes are measured: coarse ones are rounded to whole dots
PHONE = 360  # CSS pixels of a figure on a screen of 390
SMALLEST = 10.5  # CSS pixels of type on a phone
LIGHT = 200_000  # bytes of the figure as it stands in the page

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
    "crowded": (
        {
            "Age": 0.05,
            "BCLC": {
                "A (early)": 0,
                "B (intermediate)": 0.1,
                "C (advanced)": 0.3,
                "D (terminal)": 0.3,
                "not known": 0.2,
            },
        },
        {"Age": (30, 90)},
        -4,
        {"Age": 67.25, "BCLC": "not known"},
    ),
}


@pytest.fixture(autouse=True)
def style():
    with plt.rc_context():
        figures.use_style()
        yield
    plt.close("all")


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


def words(fig):
    return [text.get_text() for text in texts(fig)]


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
    """Return the box of each text in points of type."""
    fig.set_dpi(FINE)
    renderer = fig.canvas.get_renderer()
    found = []
    for text in texts(fig):
        if text.get_text():
            # Without its white paper.
            text.set_bbox(None)
            box = text.get_window_extent(renderer)
            found.append((text.get_text(), np.array(box.extents) * 72 / fig.dpi))
    return found


def overlap(one, other):
    return min(one[2], other[2]) - max(one[0], other[0]) > TOUCH and (
        min(one[3], other[3]) - max(one[1], other[1]) > TOUCH
    )


every_model = pytest.mark.parametrize("model", MODELS)


@every_model
def test_ticks_stand_at_the_points_of_the_model(model):
    sheet, patient = sheet_of(model)
    fig, _ = figures.nomogram(sheet, patient)
    for name, rows in sheet.axes.groupby("axis"):
        assert ruler(fig, name)[0] == pytest.approx(np.sort(rows["points"]), abs=SAME)
    assert ruler(fig, "Points")[0].tolist() == list(range(0, 101, 10))
    assert ruler(fig, "Total points")[0] == pytest.approx(sheet.total, abs=SAME)
    at, _ = ruler(fig, "Risk")
    assert sheet.risk(at) == pytest.approx(sheet.risks["risk"].to_numpy(), abs=SAME)
    assert fig.axes[0].get_xlim() == (0, 100)
    assert fig.axes[1].get_xlim() == (0, sheet.total[-1])


@every_model
def test_labels_stand_at_their_ticks(model):
    sheet, patient = sheet_of(model)
    fig, _ = figures.nomogram(sheet, patient)
    upper = fig.axes[0]
    inches = upper.get_position().width * fig.get_figwidth()
    box_of = dict(zip([text for text in texts(fig) if text.get_text()], boxes(fig), strict=True))
    for name, rows in sheet.axes.groupby("axis"):
        _, height = ruler(fig, name)
        levels = isinstance(sheet.coefficients[name], dict)
        labels = rows["label"] if levels else rows["label"].str.replace("-", "−")
        points = dict(zip(labels, rows["points"], strict=True))
        if levels:
            assert set(points) <= set(words(fig))
            continue
        shown = [
            text
            for text in upper.texts
            if text.get_ha() == "center" and abs(text.get_position()[1] - height) < 6
        ]
        # The numbers of both ends are always there.
        assert {labels.iloc[0], labels.iloc[-1]} <= {text.get_text() for text in shown}
        for text in shown:
            (x, _), (_, (left, _, right, _)) = text.get_position(), box_of[text]
            at_edge = left < TOUCH or right > inches * 72 + 24 - TOUCH
            assert at_edge or x == pytest.approx(points[text.get_text()], abs=SAME)


@every_model
def test_the_patient_is_read_as_the_model_says(model):
    sheet, patient = sheet_of(model)
    fig, alt = figures.nomogram(sheet, patient)
    reading = sheet.read(patient).iloc[0]
    coefficients, _, intercept, _ = MODELS[model]
    names = list(coefficients)
    points = [reading[name] for name in names]
    expected = points + [reading["total"]] * 2
    assert [x for x, _ in marks(fig)] == pytest.approx(expected, abs=SAME)
    # The marks stand on their rulers, and the arrows below the ruler of points.
    assert [y for _, y in marks(fig)][: len(names)] == [ruler(fig, name)[1] for name in names]
    assert sorted(x for x, _ in marks(fig, "^")) == pytest.approx(sorted(points), abs=SAME)
    written = [text.get_text() for text in texts(fig) if text.get_weight() == "bold"]
    linear = intercept + sum(
        c[patient[name]] if isinstance(c, dict) else c * patient[name]
        for name, c in coefficients.items()
    )
    numbers = [f"{value:.1f}" for value in [*points, sum(points)]] + [f"{expit(linear):.2f}"]
    assert written == ["Patient", *numbers]
    for name, number in zip(names, numbers, strict=False):
        assert f"has {number}" in alt.partition(f"{name}: ")[2]
    assert f"the patient has {sum(points):.1f}" in alt
    assert f"the patient's is {expit(linear):.2f}" in alt


@every_model
def test_guides_are_upright_and_join_mark_and_ruler(model):
    sheet, patient = sheet_of(model)
    fig, _ = figures.nomogram(sheet, patient)
    top = ruler(fig, "Points")[1]
    upper, lower = (
        [line.get_xydata() for line in ax.lines if line.get_color() == figures.BLUE]
        for ax in fig.axes
    )
    upper = [line for line in upper if len(line) == 2]
    rows = sheet.read(patient).iloc[0]
    for name, line in zip(MODELS[model][0], upper, strict=True):
        height = ruler(fig, name)[1]
        assert line == pytest.approx(np.array([(rows[name], height), (rows[name], top)]))
    (line,) = (line for line in lower if len(line) == 2)
    ends = [y for _, y in marks(fig)][-2:]
    assert line[:, 0] == pytest.approx(rows["total"])
    assert line[:, 1].tolist() == [ends[0], ends[-1]]


@every_model
def test_no_word_is_hidden(model):
    fig, _ = figures.nomogram(*sheet_of(model))
    found = boxes(fig)
    for (a, one), (b, other) in itertools.combinations(found, 2):
        assert not overlap(one, other), f"{a!r} on {b!r}"
    width, height = fig.get_size_inches() * 72
    for word, (left, low, right, high) in found:
        assert left > -TOUCH, word
        assert right < width + TOUCH, word
        assert low > -TOUCH, word
        assert high < height + TOUCH, word


def test_type_is_large_enough_on_a_phone():
    fig, _ = figures.nomogram(*sheet_of("four"))
    # display.show leaves 0.1 inches on each side.
    shrunk = min(1, PHONE / (96 * (fig.get_figwidth() + 0.2)))
    assert min(text.get_fontsize() for text in texts(fig)) * 96 / 72 * shrunk >= SMALLEST


def test_levels_without_room_have_a_leader():
    sheet, patient = sheet_of("crowded")
    fig, _ = figures.nomogram(sheet, patient)
    upper, (at, height) = fig.axes[0], ruler(fig, "BCLC")
    levels = MODELS["crowded"][0]["BCLC"]
    heights = [t.get_position()[1] for t in upper.texts if t.get_text() in levels]
    assert len(heights) == len(levels)
    leaders = [line.get_xydata() for line in upper.lines if line.get_color() == figures.GREY]
    assert {line[0, 0] for line in leaders} <= set(at)
    assert all(line[0, 1] == height for line in leaders)
    assert sorted(line[1, 1] for line in leaders) == sorted(y for y in heights if y > height + 6)


def test_long_titles_keep_every_word():
    sheet, patient = sheet_of("six")
    fig, _ = figures.nomogram(sheet, patient)
    shown = " ".join(words(fig))
    for title in (f"{SPREAD}: no", f"{THROMBUS}: type II (right or left branch)"):
        assert title in shown
        assert title not in words(fig)


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


@pytest.mark.parametrize(
    ("intercept", "written"), [(-20, "<0.001"), (-5.5, "0.004"), (0, "0.50"), (20, ">0.999")]
)
def test_small_and_large_risks_are_neither_0_nor_1(intercept, written):
    sheet = prediction.nomogram({"x": 1.0}, {"x": [-1, 0, 1]}, intercept)
    fig, alt = figures.nomogram(sheet, {"x": 0})
    assert words(fig)[-1] == written
    assert f"the patient's is {written}." in alt


def test_a_patient_may_be_a_row_of_a_table():
    sheet, patient = sheet_of("four")
    _, as_mapping = figures.nomogram(sheet, patient)
    for other in (pd.DataFrame([patient]), pd.Series(patient)):
        assert figures.nomogram(sheet, other)[1] == as_mapping


def test_a_level_is_named_as_on_its_ruler():
    sheet = prediction.nomogram({"TACE": {0: 0, 1: 0.7}}, {})
    assert "the patient, 1, has 100.0" in figures.nomogram(sheet, {"TACE": 1.0})[1]


def test_light_and_the_same_every_time(monkeypatch):
    shown = []
    monkeypatch.setattr(display, "_emit", shown.append)
    for _ in range(2):
        display.show(*figures.nomogram(*sheet_of("six")), "Invented.", synthetic=False)
    assert len(shown[0]) < LIGHT
    assert shown[0] == shown[1]


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


@properties
@given(cases())
def test_any_model_is_drawn_as_it_is_and_without_overlaps(case):
    sheet, patient = case
    fig, alt = figures.nomogram(sheet, patient)
    try:
        reading = sheet.read(patient).iloc[0]
        for name, rows in sheet.axes.groupby("axis"):
            assert ruler(fig, name)[0] == pytest.approx(np.sort(rows["points"]), abs=SAME)
            assert textwrap.shorten(name, 20, placeholder="") in " ".join(words(fig))
        expected = [*reading[list(patient)], reading["total"], reading["total"]]
        assert [x for x, _ in marks(fig)] == pytest.approx(expected, abs=SAME)
        assert f"the patient has {reading['total']:.1f}" in alt
        for (a, one), (b, other) in itertools.combinations(boxes(fig), 2):
            assert not overlap(one, other), f"{a!r} on {b!r}"
    finally:
        plt.close(fig)


BAD = [
    ("patient: expected values of 'NLR', got none", {"ALB": 3}),
    ("patient: expected values of 'NLR', got none", 3),
    ("patient: expected 'NLR' from 1 to 5, the axis, got 6", {"NLR": 6, "AFP": "a"}),
    ("patient, AFP: expected one of a, b, got 'c'", {"NLR": 1, "AFP": "c"}),
    ("patient, NLR: expected .*got nan", {"NLR": np.nan, "AFP": "a"}),
    ("patient: expected one patient, got 2", {"NLR": [1, 2], "AFP": "a"}),
]


def test_bad_input_is_named():
    sheet = prediction.nomogram({"NLR": 0.5, "AFP": {"a": 0, "b": 1.0}}, {"NLR": [1, 3, 5]})
    for message, patient in BAD:
        with pytest.raises(ValueError, match=f"^{message}"):
            figures.nomogram(sheet, patient)
    with pytest.raises(ValueError, match=r"^nomogram: expected one made by .*, got None"):
        figures.nomogram(None, {})
    with pytest.raises(ValueError, match=r"^outcome: expected text, got ' '"):
        figures.nomogram(sheet, {"NLR": 1, "AFP": "a"}, " ")
