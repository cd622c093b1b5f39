"""hccbook.figures: decision curves and calibration plots draw the numbers of their frames."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import same_color
from reference import near
from scipy.special import expit
from test_figures_nomogram import FINE, assert_apart

from hccbook import figures, prediction

pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.usefixtures("styled")]


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
        near(line(ax, "smooth").get_xydata(), smooth[["risk", "rate"]])
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
        far = smooth.loc[(smooth["rate"] - smooth["risk"]).abs().idxmax()]
        assert alt.endswith(f"from the diagonal at risk {far.risk:.2f}, with {far.rate:.2f}.")
