"""hccbook.figures: what is drawn is what the alt text says."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter

from hccbook import figures
from hccbook.scorecard import VERDICTS


@pytest.fixture(autouse=True)
def style():
    with plt.rc_context():
        figures.use_style()
        yield
    plt.close("all")


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


def test_alt_text_of_curves_follows_the_data(fits):
    _, before = figures.kaplan_meier(fits)
    fits["early"] = KaplanMeierFitter().fit([1, 2, 3, 5], [1, 1, 1, 0])
    _, after = figures.kaplan_meier(fits)
    assert before != after


@pytest.mark.parametrize("count", [0, 5])
def test_kaplan_meier_refuses_too_few_or_too_many(fits, count):
    with pytest.raises(ValueError, match=f"fits: .*got {count}"):
        figures.kaplan_meier({str(i): fits["early"] for i in range(count)})


@pytest.mark.parametrize("step", [0, -1, np.nan])
def test_kaplan_meier_refuses_a_step(fits, step):
    with pytest.raises(ValueError, match="step: "):
        figures.kaplan_meier(fits, step=step)


def test_forest_draws_each_row():
    fig, alt = figures.forest(["a", "b", "c"], [0.5, 2, np.nan], [0.25, 1, 1], [1, 4, 1])
    (ax,) = fig.axes
    assert [list(line.get_xdata()) for line in ax.lines[:4]] == [[0.25, 1], [0.5], [1, 4], [2]]
    assert ax.get_xscale() == "log"
    assert texts(fig) == ["0.50 (0.25–1.00)", "2.00 (1.00–4.00)"]
    assert "a: 0.50 (0.25 to 1.00). b: 2.00 (1.00 to 4.00). c: not estimable." in alt


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (([], [], [], []), "labels"),
        ((["a"], [1, 2], [1], [2]), "labels"),
        ((["a"], [-1], [1], [2]), "estimates"),
        ((["a"], [1], [0], [2]), "estimates"),
    ],
)
def test_forest_refuses(arguments, name):
    with pytest.raises(ValueError, match=f"^{name}: "):
        figures.forest(*arguments)


def test_verdicts_draws_one_mark_a_number():
    counts = pd.DataFrame(
        {"exact": [31, 0], "contradicted": [1, 2]}, index=["arithmetic", "held-out"]
    )
    fig, alt = figures.verdicts(counts)
    marks = [line for line in fig.axes[0].lines if len(line.get_xdata())]
    assert len(marks) == 34
    assert len({tuple(line.get_xydata()[0]) for line in marks}) == 34, "marks on top of each other"
    assert "34 printed numbers. arithmetic: 31 exact, 1 contradicted; held-out: 2" in alt


def test_every_verdict_has_its_own_mark():
    assert set(figures.MARKS) == set(VERDICTS)
    assert len({shape for shape, _ in figures.MARKS.values()}) == len(VERDICTS)


def test_verdicts_refuses_other_words():
    with pytest.raises(ValueError, match=r"counts: .*'good'"):
        figures.verdicts(pd.DataFrame({"good": [1]}))
