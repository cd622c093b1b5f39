"""hccbook.accuracy against R, scikit-learn, brute force and its own laws."""

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from hccbook import accuracy

SAME = 1e-13  # the same sums in another order; the reference files have 15 digits
SEARCH = 1e-11  # SciPy finds exact limits by a root search that stops at 2e-12

REFERENCE = Path(__file__).parents[1] / "data" / "reference"
R = json.loads((REFERENCE / "accuracy.json").read_text())
INPUT = {
    name: (frame["y"].to_numpy(), frame["marker"].to_numpy())
    for name, frame in pd.read_csv(REFERENCE / "accuracy.csv").groupby("dataset")
}
pytestmark = pytest.mark.filterwarnings("error")
properties = settings(deadline=None, derandomize=True)


@st.composite
def patients(draw, largest=30, values=12):
    """Outcomes of both classes and whole-number markers with ties."""
    n = draw(st.integers(2, largest))
    y = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    assume(0 < y.sum() < n)
    marker = draw(st.lists(st.integers(-values, values), min_size=n, max_size=n))
    return y, np.array(marker)


def test_every_data_set_has_its_reference():
    assert set(INPUT) == set(R["roc"])
    assert len(INPUT) == 9


@pytest.mark.parametrize("dataset", INPUT)
def test_auc_as_in_proc_and_scikit_learn(dataset):
    y, marker = INPUT[dataset]
    expected = R["roc"][dataset]
    for level, key in ((0.95, "ci95"), (0.90, "ci90")):
        ours = accuracy.auc(y, marker, level)
        assert [ours.value, ours.lower, ours.upper] == pytest.approx(
            [expected["auc"], *expected[key]], abs=SAME
        )
        assert (ours.level, ours.n) == (level, len(y))
    assert roc_auc_score(y, marker) == pytest.approx(expected["auc"], abs=SAME)


@pytest.mark.parametrize("dataset", sorted(set(INPUT) - {"separation"}))
def test_logit_limits_follow_from_delongs_variance(dataset):
    y, marker = INPUT[dataset]
    area, variance = R["roc"][dataset]["auc"], R["roc"][dataset]["variance"]
    half = 1.959963984540054 * variance**0.5 / (area * (1 - area))
    odds = area / (1 - area) * np.exp([-half, half])
    ours = accuracy.auc(y, marker, method="logit")
    assert [ours.lower, ours.upper] == pytest.approx(odds / (1 + odds), abs=SAME)


def test_perfect_separation_and_single_patients():
    y, marker = INPUT["separation"]
    assert accuracy.auc(y, marker).lower == 1  # no width, as pROC (with a warning there)
    for area, sign in ((1, 1), (0, -1)):
        logit = accuracy.auc(y, sign * marker, method="logit")
        assert logit.value == area
        assert np.isnan([logit.lower, logit.upper]).all()
    single = accuracy.auc([0, 1, 0], [1, 2, 3])
    assert single.value == 0.5
    assert np.isnan([single.lower, single.upper]).all()


@pytest.mark.parametrize("dataset", INPUT)
def test_cutoffs_as_in_proc(dataset):
    ours = accuracy.roc_cutoffs(*INPUT[dataset])
    for column, values in R["roc"][dataset]["all"].items():
        name = {"threshold": "cutoff"}.get(column, column)
        assert ours[name].to_numpy() == pytest.approx(np.array(values, dtype=float), abs=SAME)


@pytest.mark.parametrize("dataset", sorted(set(INPUT) - {"constant", "five-maxima"}))
def test_best_cutoffs_as_in_proc(dataset):
    best = R["roc"][dataset]["best"]
    expected = np.atleast_1d(np.array(best["threshold"], dtype=float))
    assert accuracy.youden(*INPUT[dataset])["cutoff"].to_numpy() == pytest.approx(expected)


def test_all_maxima_are_found_although_their_floats_differ():
    assert list(accuracy.youden(*INPUT["three-maxima"])["cutoff"]) == [2.5, 5.5, 8.5]
    rows = accuracy.youden(*INPUT["five-maxima"])
    assert list(rows["cutoff"]) == [1.5, 3.5, 5.5, 7.5, 9.5]
    assert len(set(rows["youden"])) == 2
    assert R["roc"]["five-maxima"]["best"]["threshold"] == [3.5, 7.5]  # pROC compares floats


def test_useless_markers_have_index_zero_at_both_ends():
    for y, marker in (INPUT["constant"], (np.array([1, 1, 0, 0]), np.arange(4))):
        rows = accuracy.youden(y, marker)
        assert list(rows["cutoff"]) == [-np.inf, np.inf]
        assert list(rows["youden"]) == [0, 0]


@pytest.mark.parametrize(
    "low_high", [(1.0, np.nextafter(1.0, 2)), (5e-324, 1e-323), (1.6e308, 1.7e308)]
)
def test_cutoffs_separate_neighbouring_floats(low_high):
    rows = accuracy.roc_cutoffs([0, 1], low_high)
    cutoff = rows["cutoff"].iloc[1]
    assert low_high[0] < cutoff <= low_high[1]
    assert rows["tp"].iloc[1] == rows["tn"].iloc[1] == 1


def test_optimism_as_in_r_on_the_same_samples():
    y, marker = INPUT["ties"]
    drawn = np.loadtxt(REFERENCE / "accuracy-resamples.csv", delimiter=",", dtype=int)
    assert (drawn == np.random.default_rng(1).integers(y.size, size=drawn.shape)).all()
    assert R["optimism"]["left_out"] == (~y[drawn].any(axis=1)).sum() > 0
    ours = accuracy.youden_optimism(y, marker, resamples=len(drawn), seed=1)
    assert ours["apparent"] == pytest.approx(R["optimism"]["apparent"], abs=SAME)
    assert ours["optimism"] == pytest.approx(R["optimism"]["optimism"], abs=SAME)
    assert ours["corrected"] == pytest.approx(ours["apparent"] - ours["optimism"], abs=SAME)


def test_optimism_depends_on_the_seed_alone():
    first, again, other = (accuracy.youden_optimism(*INPUT["fine"], seed=s) for s in (3, 3, 4))
    pd.testing.assert_series_equal(first, again)
    assert first["optimism"] != other["optimism"]
    assert first["optimism"] > 0


@pytest.mark.parametrize("row", R["proportion"], ids=lambda r: f"{r['count']}/{r['n']}")
@pytest.mark.parametrize("method", ["exact", "wilson"])
def test_proportion_as_in_r(row, method):
    ours = accuracy.proportion(row["count"], row["n"], row["level"], method)
    assert ours.value == row["count"] / row["n"]
    assert [ours.lower, ours.upper] == pytest.approx(row[method], abs=SEARCH)


def test_two_by_two_by_hand():
    table = accuracy.two_by_two(tp=18, fp=12, fn=6, tn=64, method="wilson")
    fractions = {
        "sensitivity": (18, 24),
        "specificity": (64, 76),
        "ppv": (18, 30),
        "npv": (64, 70),
        "accuracy": (82, 100),
        "prevalence": (24, 100),
    }
    assert list(table.index) == list(fractions)
    for measure, (count, n) in fractions.items():
        row, limits = table.loc[measure], accuracy.proportion(count, n, method="wilson")
        assert (row["numerator"], row["denominator"]) == (count, n)
        assert (row["value"], row["lower"], row["upper"]) == (
            count / n,
            limits.lower,
            limits.upper,
        )


def test_two_by_two_with_an_empty_row():
    table = accuracy.two_by_two(tp=0, fp=0, fn=2, tn=3)
    assert table.loc["ppv", ["value", "lower", "upper"]].isna().all()
    assert table.loc["ppv", "denominator"] == 0
    assert table.drop("ppv").notna().all(axis=None)


@properties
@given(patients())
def test_auc_is_the_share_of_pairs_in_order(case):
    y, marker = case
    order = np.sign(marker[y == 1][:, None] - marker[y == 0]) / 2 + 0.5
    ours = accuracy.auc(y, marker)
    assert ours.value == pytest.approx(order.mean(), abs=SAME)
    if min(order.shape) > 1:
        variance = sum(
            order.mean(axis=a).var(ddof=1) / order.shape[1 - a]  # DeLong's placements
            for a in (0, 1)
        )
        half = 1.959963984540054 * variance**0.5
        limits = np.clip([ours.value - half, ours.value + half], 0, 1)
        assert [ours.lower, ours.upper] == pytest.approx(limits, abs=SAME)


@properties
@given(patients(), st.sampled_from(["delong", "logit"]), st.randoms(use_true_random=False))
def test_auc_ignores_scale_and_order_and_mirrors(case, method, random):
    y, marker = case
    ours = accuracy.auc(y, marker, method=method)
    assert accuracy.auc(y, marker**3 + marker, method=method) == ours or np.isnan(ours.lower)
    order = random.sample(range(len(y)), len(y))
    shuffled = accuracy.auc(y[order], marker[order], method=method)
    assert shuffled == ours or np.isnan(ours.lower)
    mirror = accuracy.auc(y, -marker, method=method)
    assert mirror.value == pytest.approx(1 - ours.value, abs=SAME)
    for edge, other in ((mirror.lower, ours.upper), (mirror.upper, ours.lower)):
        assert edge == pytest.approx(1 - other, abs=SAME, nan_ok=True)


@properties
@given(patients())
def test_youden_as_by_brute_force(case):
    y, marker = case
    values = np.unique(marker)
    cutoffs = [-np.inf, *(values[:-1] + values[1:]) / 2, np.inf]
    n1, n0 = int(y.sum()), int((1 - y).sum())
    index = [
        Fraction(int((marker[y == 1] >= c).sum()), n1)
        + Fraction(int((marker[y == 0] < c).sum()), n0)
        - 1
        for c in cutoffs
    ]
    rows = accuracy.youden(y, marker)
    assert list(rows["cutoff"]) == [
        c for c, j in zip(cutoffs, index, strict=True) if j == max(index)
    ]
    assert rows["youden"].to_numpy() == pytest.approx(float(max(index)), abs=SAME)
    assert (rows["youden"].between(0, 1)).all()
    assert (accuracy.roc_cutoffs(y, marker)[["tp", "fp", "fn", "tn"]].sum(axis=1) == len(y)).all()


@properties
@given(st.integers(0, 60), st.integers(1, 60), st.sampled_from(["exact", "wilson"]))
def test_limits_contain_the_proportion_and_mirror(count, n, method):
    assume(count <= n)
    ours, mirror = (accuracy.proportion(k, n, method=method) for k in (count, n - count))
    assert 0 <= ours.lower <= ours.value <= ours.upper <= 1
    assert [mirror.lower, mirror.upper] == pytest.approx(
        [1 - ours.upper, 1 - ours.lower], abs=SEARCH
    )


BAD_PATIENTS = [
    ([], [], r"y: expected one or more values in a row, got shape \(0,\)"),
    ([[0, 1]], [1, 2], r"y: expected one or more values in a row, got shape \(1, 2\)"),
    ([0, 2], [1, 2], "y: expected 0 or 1, got 2 at position 1"),
    ([0, np.nan], [1, 2], "y: expected 0 or 1, got nan at position 1"),
    ([0, None], [1, 2], "y: expected 0 or 1, got nan at position 1"),
    ([0, pd.NA], [1, 2], "y: expected numbers without gaps, got .*NA"),
    (["no", "yes"], [1, 2], "y: expected numbers, got .*no"),
    ([1, 1], [1, 2], "y: expected both classes 0 and 1, got only 1"),
    ([0, 1], [1, np.nan], "marker: expected finite numbers, got nan at position 1"),
    ([0, 1], [-np.inf, 1], "marker: expected finite numbers, got -inf at position 0"),
    ([0, 1], [1, 2, 3], "marker: expected 2 values, as many as y, got 3"),
]


@pytest.mark.parametrize(("y", "marker", "message"), BAD_PATIENTS)
@pytest.mark.parametrize(
    "function", [accuracy.auc, accuracy.roc_cutoffs, accuracy.youden, accuracy.youden_optimism]
)
def test_bad_patients_are_named(function, y, marker, message):
    with pytest.raises(ValueError, match=message):
        function(y, marker)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: accuracy.auc([0, 1], [1, 2], level=95), "level: .* between 0 and 1, got 95"),
        (
            lambda: accuracy.auc([0, 1], [1, 2], method="wald"),
            "method: .*delong, logit, got 'wald'",
        ),
        (
            lambda: accuracy.youden_optimism([0, 1], [1, 2], resamples=0),
            "resamples: expected a positive integer, got 0",
        ),
        (
            lambda: accuracy.youden_optimism([0, 1], [1, 2], resamples=1, seed=0),
            "resamples: expected one or more with both classes, got 0 of 1",
        ),
        (lambda: accuracy.proportion(3, 2), "count: expected at most n = 2, got 3"),
        (lambda: accuracy.proportion(-1, 2), "count: .* at least 0, got -1"),
        (lambda: accuracy.proportion(0.5, 2), "count: expected a whole number .* got 0.5"),
        (lambda: accuracy.proportion(np.nan, 2), "count: .* got nan"),
        (lambda: accuracy.proportion(0, 0), "n: expected at least 1 patient, got 0"),
        (lambda: accuracy.proportion(1, "2"), "n: .* got '2'"),
        (lambda: accuracy.proportion(1, 2, level=0), "level: .* got 0"),
        (lambda: accuracy.proportion(1, 2, method="beta"), "method: .*exact, wilson, got 'beta'"),
        (lambda: accuracy.two_by_two(1, 2, -3, 4), "fn: .* got -3"),
        (lambda: accuracy.two_by_two(0, 0, 0, 0), "tp, fp, fn, tn: expected at least one patient"),
        (lambda: accuracy.two_by_two(1, 2, 3, 4, method="x"), "method: .* got 'x'"),
    ],
)
def test_bad_options_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_import_is_light():
    code = (
        "import sys, hccbook.accuracy, hccbook.survival;"
        "print({'scipy', 'pandas', 'lifelines', 'statsmodels'} & set(sys.modules))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == "set()"
