"""hccbook.figures: what is drawn is what the numbers and the alt text say."""

import itertools

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from matplotlib.collections import PathCollection
from matplotlib.colors import same_color
from reference import near
from scipy.special import expit
from test_figures_nomogram import FINE, assert_apart

from hccbook import display, figures, prediction
from hccbook.scorecard import FATES

pytestmark = pytest.mark.usefixtures("styled")


@pytest.fixture
def fits():
    early = KaplanMeierFitter().fit([1, 2, 3, 4], [1, 1, 1, 1])
    late = KaplanMeierFitter().fit([5, 7, 9, 12], [0, 1, 0, 0])
    return {"early": early, "late": late}


def texts(fig):
    return [text.get_text() for ax in fig.axes for text in ax.texts]


def test_kaplan_meier_draws_the_curves_and_who_is_at_risk(fits):
    fig, alt = figures.kaplan_meier(fits, step=6)
    ax, below = fig.axes
    early = ax.lines[0].get_xydata()
    assert early[1:] == pytest.approx(np.array([(1, 0.75), (2, 0.5), (3, 0.25), (4, 0)]))
    assert texts(fig) == ["4", "0", "0", "early", "4", "3", "1", "late"]
    assert "Time (months)" in ax.get_xlabel()
    assert below.get_title("left") == "Number at risk"
    assert "early: 4 patients, 4 events, median 2.00 months, at risk 4, 0, 0" in alt
    assert "late: 4 patients, 1 events, median not reached, at risk 4, 3, 1" in alt


def test_forest_draws_each_row():
    fig, alt = figures.forest(["a", "b", "c"], [0.5, 2, np.nan], [0.25, 1, 1], [1, 4, 1])
    (ax,) = fig.axes
    assert [list(line.get_xdata()) for line in ax.lines[:4]] == [[0.25, 1], [0.5], [1, 4], [2]]
    assert ax.get_xscale() == "log"
    assert texts(fig) == ["0.50 (0.25–1.00)", "2.00 (1.00–4.00)"]
    assert "a: 0.50 (0.25 to 1.00). b: 2.00 (1.00 to 4.00). c: not estimable." in alt


def test_forest_has_some_numbers_on_its_axis():
    for low, high in [(0.8, 1.5), (0.5, 4), (0.1, 9), (0.4, 360), (0.001, 50_000)]:
        (ax,) = figures.forest(["a"], [1], [low], [high])[0].axes
        left, right = ax.get_xlim()
        assert 2 <= sum(left <= tick <= right for tick in ax.get_xticks()) <= 9


STUDIES = pd.DataFrame(
    [[1.62, 1.02, 2.60, 60.0, np.nan, np.nan], [1.86, 1.10, 3.00, 40.0, 1.40, 2.50]],
    ["Du 2024", "Suzuki 2024"],
    ["ratio", "lower", "upper", "weight", "least", "most"],
)
POOLED = {"printed": (1.91, 1.40, 2.60)}


def test_alt_names_every_number_and_tells_implied_from_published():
    _, alt = figures.forest_meta(STUDIES, POOLED)
    assert alt == (
        "Forest plot of the hazard ratio. "
        "Du 2024: 1.62 (1.02 to 2.60), weight 60 %. "
        "Suzuki 2024: 1.86 (1.10 to 3.00), weight 40 %, implied, from 1.40 to 2.50. "
        "printed, diamond: 1.91 (1.40 to 2.60)."
    )


def test_squares_grow_with_weight_and_implied_ones_are_open():
    ax = figures.forest_meta(STUDIES, POOLED)[0].axes[0]
    squares = [x for x in ax.collections if isinstance(x, PathCollection)]
    near(squares[0].get_sizes() / squares[1].get_sizes(), [1.5], rel=1e-9)
    faces = [tuple(x.get_facecolor()[0][:3]) == (1, 1, 1) for x in squares]
    assert faces == [False, True]
    assert [x.get_offsets()[0].tolist() for x in squares] == [[1.62, 0], [1.86, 1]]
    (diamond,) = ax.patches
    assert (diamond.get_xy()[:, 0].min(), diamond.get_xy()[:, 0].max()) == (1.40, 2.60)


def test_studies_may_all_be_published():
    columns = ["ratio", "lower", "upper", "weight"]
    fig, alt = figures.forest_meta(STUDIES[columns], POOLED | {"again": (1.9, 1.3, 2.7)})
    assert "implied" not in alt
    labels = [x.get_text() for x in fig.axes[0].get_yticklabels()]
    assert labels == ["Du 2024, 60 %", "Suzuki 2024, 40 %", "printed", "again"]


def test_verdicts_draws_one_mark_a_number():
    counts = pd.DataFrame(
        {"exact": [61, 0, 30], "missed": [0, 0, 0], "contradicted": [1, 0, 2]},
        index=["a", "none", "b"],
    )
    fig, alt = figures.verdicts(counts)
    drawn = {line.get_label(): line.get_xydata() for line in fig.axes[0].lines}
    assert {word: len(places) for word, places in drawn.items()} == {"contradicted": 3, "exact": 91}
    places = {tuple(place) for marks in drawn.values() for place in marks}
    assert len(places) == 94, "marks on top of each other"
    # The contradicted number is the first mark of its block.
    assert drawn["contradicted"][0] == pytest.approx(np.array([0, 1]))
    assert max(across for across, _ in places) == figures.PER_LINE - 1
    heads = {text.get_text(): text.get_position()[1] for text in fig.axes[0].texts}
    assert list(heads) == ["a: 62", "none: 0", "b: 32"]
    assert not {down for _, down in places} & set(heads.values()), "a mark on a name"
    (low, high), (left, right) = sorted(fig.axes[0].get_ylim()), fig.axes[0].get_xlim()
    assert all(left < across < right and low < down < high for across, down in places)
    assert alt == (
        "One mark for each of 94 printed numbers. a: 1 contradicted, 61 exact; none: none; "
        "b: 2 contradicted, 30 exact."
    )


def test_every_fate_has_its_own_mark():
    assert set(figures.MARKS) == set(FATES)
    assert len({shape for shape, *_ in figures.MARKS.values()}) == len(FATES)


#: Bytes of the figure as it stands in the page.
LIGHT = 200_000


def test_a_thousand_marks_are_light_and_the_same_every_time(monkeypatch):
    shown = []
    monkeypatch.setattr(display, "_emit", shown.append)
    counts = pd.DataFrame({word: [140, 25] for word in FATES}, index=["a", "b"])
    for _ in range(2):
        display.show(*figures.verdicts(counts), "Printed numbers.", synthetic=False)
    assert len(shown[0]) < LIGHT
    assert shown[0] == shown[1]


pytestmark = pytest.mark.usefixtures("styled")


def patients(shift=0.0, slope=1.0):
    rng = np.random.default_rng(3)
    linear = rng.normal(-0.5, 1.2, 180)
    y = (rng.random(180) < expit(linear)).astype(int)
    return y, expit(shift + slope * linear).round(2)  # with ties


def line(ax, name):
    (found,) = (line for line in ax.lines if line.get_label() == name)
    return found


def labels(ax):
    """Return the labels of lines by their words: colour, and box in points of type."""
    ax.figure.set_dpi(FINE)
    ax.figure.draw_without_rendering()
    found = {}
    for text in ax.texts:
        box = np.array(text.get_window_extent().extents) * 72 / FINE
        found[text.get_text()] = text.get_color(), box, text
    return found


STEPS = (0, 0.41), (0, 0.61), (0, 1), (0.5, 0.9)


def test_decision_curve_draws_and_labels_three_lines():
    for steps, slope in itertools.product(STEPS, (1.0, 3.0)):
        frame = prediction.net_benefit(*patients(slope=slope), np.arange(*steps, 0.01))
        (ax,) = figures.decision_curve(frame, "score")[0].axes
        found = labels(ax)
        assert set(found) == {"score", "treat all", "treat none"}
        assert_apart((word, box) for word, (_, box, _) in found.items())
        looks = set()
        for name, column in {"score": "model", "treat all": "all", "treat none": "none"}.items():
            drawn = line(ax, name)
            near(drawn.get_xydata(), frame[["threshold", column]])
            assert same_color(found[name][0], drawn.get_color())
            looks.add(drawn.get_linestyle())
            # No label is on a line.
            x = np.linspace(frame["threshold"].iloc[0], frame["threshold"].iloc[-1], 2000)
            y = np.interp(x, frame["threshold"], frame[column])
            x, y = ax.transData.transform(np.column_stack([x, y])).T * 72 / FINE
            for word, (_, (left, low, right, high), _) in found.items():
                on = (left < x) & (x < right) & (low < y) & (y < high)
                assert not on.any(), f"{word!r} on {name!r}"
        assert len(looks) == 3, "colour alone"
        bottom, top = ax.get_ylim()
        assert bottom < 0 < top
        assert top > frame[["model", "all", "none"]].to_numpy().max()


def test_a_line_that_leaves_is_labelled_where_it_leaves():
    frame = prediction.net_benefit(*patients(), np.arange(100) / 100)
    ax = figures.decision_curve(frame)[0].axes[0]
    _, _, text = labels(ax)["treat all"]
    x, y = text.xy
    bottom, top = ax.get_ylim()
    prevalence = frame["all"].iloc[0]
    # Net benefit of treating all: p - (1 - p) t / (1 - t), which is the bottom at odds of t.
    odds = (prevalence - bottom) / (1 - prevalence)
    assert x == pytest.approx(odds / (1 + odds), abs=0.001)
    assert bottom < y < bottom + 0.1 * (top - bottom)


def test_two_lines_that_leave_have_labels_apart():
    frame = prediction.net_benefit(*patients(slope=-1), np.arange(0.05, 0.7, 0.01))
    found = labels(figures.decision_curve(frame)[0].axes[0])
    assert_apart((word, box) for word, (_, box, _) in found.items())


def test_decision_curve_has_a_band_with_limits():
    frame = prediction.net_benefit(*patients(), np.arange(0, 0.61, 0.05), resamples=50)
    ax = figures.decision_curve(frame)[0].axes[0]
    (band,) = ax.collections
    drawn = band.get_paths()[0].vertices
    for column in ("lower", "upper"):
        for place in frame[["threshold", column]].to_numpy():
            assert np.abs(drawn - place).sum(axis=1).min() == pytest.approx(0)
    assert ax.get_ylim()[1] >= frame["upper"].max()
    assert not figures.decision_curve(frame.drop(columns=["lower", "upper"]))[0].axes[0].collections


def test_alt_text_of_a_decision_curve():
    # Four patients; unsorted thresholds; at 0 all are treated.
    curve = prediction.net_benefit([0, 0, 1, 1], [0.1, 0.4, 0.3, 0.8], [0.5, 0.2, 0.35, 0])
    _, alt = figures.decision_curve(curve, "score")
    assert alt == (
        "Decision curve. The score has the highest net benefit at 2 of 4 thresholds, the first "
        "0.2, the last 0.5. At 0: score 0.500, treat all 0.500, treat none 0.000. At 0.2: score "
        "0.438, treat all 0.375, treat none 0.000. At 0.35: score 0.115, treat all 0.231, treat "
        "none 0.000. At 0.5: score 0.250, treat all 0.000, treat none 0.000."
    )
    _, alt = figures.decision_curve(prediction.net_benefit([0, 1], [0.8, 0.2], [0.3, 0.4]))
    assert "The model has the highest net benefit at 0 of 2 thresholds. " in alt


def test_calibration_draws_groups_curve_and_patients():
    for shift, slope in ((0, 1), (0.2, 1.3), (-3, 0.5), (4, 1)):
        y, risk = patients(shift, slope)
        frame = prediction.calibration_curve(y, risk, 8)
        smooth = prediction.smooth_calibration(y, risk)
        fig, alt = figures.calibration(frame, smooth)
        ax, below = fig.axes
        points, _, (bars,) = ax.containers[0].lines
        near(points.get_xydata(), frame[["risk", "rate"]])
        drawn = [segment[:, 1] for segment in bars.get_segments()]
        near(drawn, frame[["lower", "upper"]], abs=1e-12)
        near(line(ax, "smooth").get_xydata(), smooth[["risk", "rate"]].clip(0, 1))
        near(line(ax, "ideal").get_xydata(), [(0, 0), (1, 1)])
        assert line(ax, "ideal").get_linestyle() != line(ax, "smooth").get_linestyle()
        found = labels(ax)
        assert set(found) == {"ideal", "smooth"}
        assert_apart((word, box) for word, (_, box, _) in found.items())
        heights = [bar.get_height() for bar in below.patches]
        near(heights, np.histogram(risk, np.linspace(0, 1, 21))[0])
        assert f"Calibration plot of 180 patients in {len(frame)} groups. " in alt
        row = frame.iloc[-1]
        last = f"Risk {row.risk:.2f}: observed {row.rate:.2f} ({row.lower:.2f} to {row.upper:.2f})"
        assert f"{last} in {row.n:.0f} patients" in alt
        smooth["rate"] = smooth["rate"].clip(0, 1)
        far = smooth.loc[(smooth["rate"] - smooth["risk"]).abs().idxmax()]
        assert alt.endswith(f"at risk {far.risk:.2f}, where it is {far.rate:.2f}.")
