"""hccbook.figures: what is drawn is what the alt text says."""

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from matplotlib.collections import PathCollection
from reference import near

from hccbook import display, figures
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
