"""The forest plot of a meta-analysis draws what it is given, and says so."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection

from hccbook import figures

pytestmark = pytest.mark.filterwarnings("error")

STUDIES = pd.DataFrame(
    {
        "ratio": [1.62, 1.86],
        "lower": [1.02, 1.10],
        "upper": [2.60, 3.00],
        "weight": [60.0, 40.0],
        "least": [np.nan, 1.40],
        "most": [np.nan, 2.50],
    },
    ["Du 2024", "Suzuki 2024"],
)
POOLED = {"printed": (1.91, 1.40, 2.60)}


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def test_alt_names_every_number_and_tells_implied_from_published():
    _, alt = figures.forest_meta(STUDIES, POOLED)
    assert alt == (
        "Forest plot of the hazard ratio. "
        "Du 2024: 1.62 (1.02 to 2.60), weight 60 %. "
        "Suzuki 2024: 1.86 (1.10 to 3.00), weight 40 %, implied, from 1.40 to 2.50. "
        "printed, diamond: 1.91 (1.40 to 2.60)."
    )


def test_squares_grow_with_weight_and_implied_ones_are_open():
    fig, _ = figures.forest_meta(STUDIES, POOLED)
    squares = [x for x in fig.axes[0].collections if isinstance(x, PathCollection)]
    areas = [x.get_sizes()[0] for x in squares]
    assert areas[0] / areas[1] == pytest.approx(1.5)
    faces = [tuple(x.get_facecolor()[0][:3]) for x in squares]
    assert faces[1] == (1, 1, 1)
    assert faces[0] != (1, 1, 1)
    assert [x.get_offsets()[0].tolist() for x in squares] == [[1.62, 0], [1.86, 1]]


def test_the_diamond_ends_at_the_limits():
    fig, _ = figures.forest_meta(STUDIES, POOLED)
    (diamond,) = fig.axes[0].patches
    assert diamond.get_xy()[:, 0].min() == 1.40
    assert diamond.get_xy()[:, 0].max() == 2.60


def test_studies_may_all_be_published():
    columns = ["ratio", "lower", "upper", "weight"]
    fig, alt = figures.forest_meta(STUDIES[columns], POOLED | {"again": (1.9, 1.3, 2.7)})
    assert "implied" not in alt
    labels = [x.get_text() for x in fig.axes[0].get_yticklabels()]
    assert labels == ["Du 2024, 60 %", "Suzuki 2024, 40 %", "printed", "again"]


BAD = [
    ("studies: expected the columns", lambda: figures.forest_meta(STUDIES[["ratio"]], POOLED)),
    ("studies: expected ratios", lambda: figures.forest_meta(STUDIES.assign(lower=0), POOLED)),
    ("studies: expected ratios", lambda: figures.forest_meta(STUDIES, {"a": (1, np.nan, 2)})),
    ("pooled: expected studies", lambda: figures.forest_meta(STUDIES, {})),
    ("pooled: expected studies", lambda: figures.forest_meta(STUDIES[:0], POOLED)),
]


@pytest.mark.parametrize(("message", "call"), BAD, ids=[f"{m} {i}" for i, (m, _) in enumerate(BAD)])
def test_bad_input_is_named(message, call):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
