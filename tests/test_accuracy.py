"""hccbook.accuracy against R, scikit-learn, brute force and its own laws."""

import math
import tracemalloc
from fractions import Fraction
from functools import partial

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from reference import REFERENCE, arrays, near, numbers, outcomes
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from hccbook import accuracy
from hccbook.accuracy import cutoffs

SAME = 1e-13  # the same sums in another order; the reference files have 15 digits
SEARCH = 1e-11  # SciPy finds exact limits by a root search that stops at 2e-12
TAIL = 1e-12  # of a P value, relative: at z = 11 an error of z of 1e-15 is 1e-14 of P

R, INPUT = numbers("accuracy"), arrays("accuracy")
DELONG, PAIRS = numbers("delong")["paired"], arrays("delong")
#: Outcomes of both classes and whole-number markers with ties.
patients = partial(outcomes, -12, 12)


@st.composite
def pairs_of_markers(draw, largest=20):
    """Outcomes with two or more patients in each class, and two markers with ties."""
    n1, n0 = draw(st.integers(2, largest // 2)), draw(st.integers(2, largest // 2))
    y = np.array(draw(st.permutations([1] * n1 + [0] * n0)))
    values = st.lists(st.integers(-5, 5), min_size=y.size, max_size=y.size).map(np.array)
    return y, draw(values), draw(values)


def wins(y, marker):
    """Return 1, 1/2 or 0 for every pair of a patient with the outcome and one without it."""
    return np.sign(marker[y == 1][:, None] - marker[y == 0]) / 2 + 0.5


def variance(order):
    """Return DeLong's variance of an area, from the pairs."""
    return sum(order.mean(axis=a).var(ddof=1) / order.shape[1 - a] for a in (0, 1))


def limits(value, se, low):
    """Return 95 % limits, cut off."""
    return np.clip([value - 1.959963984540054 * se, value + 1.959963984540054 * se], low, 1)


def test_auc_and_best_cutoffs_as_in_proc_and_scikit_learn():
    assert (len(INPUT), set(INPUT)) == (9, set(R["roc"]))
    for dataset, expected in R["roc"].items():
        y, marker = INPUT[dataset]
        for level, key in ((0.95, "ci95"), (0.90, "ci90")):
            ours = accuracy.auc(y, marker, level)
            near([ours.value, ours.lower, ours.upper], [expected["auc"], *expected[key]], abs=SAME)
            assert (ours.level, ours.n) == (level, len(y))
        near(roc_auc_score(y, marker), expected["auc"], abs=SAME)
        if dataset not in ("constant", "five-maxima"):
            best = np.atleast_1d(expected["best"]["threshold"])
            near(accuracy.youden(y, marker)["cutoff"], best, rel=1e-6)


def test_perfect_separation_and_single_patients():
    y, marker = INPUT["separation"]
    assert accuracy.auc(y, marker).lower == 1  # no width, as pROC (with a warning there)
    assert accuracy.auc(y, -marker).upper == 0
    single = accuracy.auc([0, 1, 0], [1, 2, 3])
    assert single.value == 0.5
    assert np.isnan([single.lower, single.upper]).all()
    paired = accuracy.delong_paired([0, 1, 0], [1, 2, 3], [1, 3, 2])
    assert list(paired[["first", "second", "difference"]]) == [0.5, 1, -0.5]
    assert paired.drop(["first", "second", "difference"]).isna().all()


def test_paired_test_as_in_proc():
    assert (len(PAIRS), set(PAIRS)) == (12, set(DELONG))
    for dataset in set(PAIRS) - {"perfect-constant"}:
        ours, theirs = accuracy.delong_paired(*PAIRS[dataset]), DELONG[dataset]
        for name, value in ours.drop("difference").items():
            expected = theirs[name]
            if name in ("lower", "upper"):  # pROC does not cut them off
                expected = np.clip(expected, -1, 1)
            if name in ("z", "p"):
                near(value, expected, rel=TAIL)
            else:
                near(value, expected, abs=SAME)


def test_paired_test_without_variance():
    for dataset in ("alike", "both-perfect"):
        ours = accuracy.delong_paired(*PAIRS[dataset])
        assert list(ours[["difference", "lower", "upper", "se", "z", "p"]]) == [0, 0, 0, 0, 0, 1]
    ours = accuracy.delong_paired(*PAIRS["perfect-constant"])
    assert list(ours[["first", "second", "difference", "se"]]) == [1, 0.5, 0.5, 0]
    assert ours[["lower", "upper", "z", "p", "correlation"]].isna().all()
    assert DELONG["perfect-constant"]["p"] == 0  # pROC: seven patients, P = 0


@given(pairs_of_markers())
def test_paired_test_as_by_all_pairs(case):
    y, first, second = case
    order = wins(y, first), wins(y, second)
    one, two, both = map(variance, (*order, order[0] - order[1]))
    ours = accuracy.delong_paired(y, first, second)
    assert ours["first"] == accuracy.auc(y, first).value  # to the last bit
    near(ours["difference"], (order[0] - order[1]).mean(), abs=SAME)
    near(ours["se"] ** 2, both, abs=SAME)
    if one * two > SAME:
        expected = (one + two - both) / (2 * math.sqrt(one * two))
        near(ours["correlation"], expected, abs=1e-10)  # it cancels
        assert -1 <= ours["correlation"] <= 1
    if ours["se"] > 0:
        assert ours["z"] == ours["difference"] / ours["se"]
        near(ours["p"], 2 * norm.sf(abs(ours["z"])), rel=TAIL)
        near(ours[["lower", "upper"]], limits(ours["difference"], ours["se"], -1), abs=SAME)
    # The same ranks twice: no difference, whatever the last bits.
    same = accuracy.delong_paired(y, first, 5 * first + 1)
    assert list(same[["difference", "lower", "upper", "se", "z", "p"]]) == [0, 0, 0, 0, 0, 1]


def test_all_maxima_are_found_although_their_floats_differ():
    assert list(accuracy.youden(*INPUT["three-maxima"])["cutoff"]) == [2.5, 5.5, 8.5]
    rows = accuracy.youden(*INPUT["five-maxima"])
    assert list(rows["cutoff"]) == [1.5, 3.5, 5.5, 7.5, 9.5]
    assert len(set(rows["youden"])) == 2
    assert R["roc"]["five-maxima"]["best"]["threshold"] == [3.5, 7.5]  # pROC compares floats


def test_cutoffs_separate_neighbouring_values():
    for low, high in ((1.0, 1.0 + 1e-11), (5e-324, 1e-323), (1.6e308, 1.7e308)):
        (row,) = accuracy.youden([0, 1], [low, high]).itertuples()
        assert low < row.cutoff <= high
        assert row.tp == row.tn == 1


def test_optimism_as_in_r_on_the_same_samples():
    y, marker = INPUT["ties"]
    drawn = np.loadtxt(REFERENCE / "accuracy-resamples.csv", delimiter=",", dtype=int)
    assert (drawn == np.random.default_rng(1).integers(y.size, size=drawn.shape)).all()
    assert R["optimism"]["left_out"] == (~y[drawn].any(axis=1)).sum() > 0
    ours = accuracy.youden_optimism(y, marker, resamples=len(drawn), seed=1)
    apparent, optimism = (R["optimism"][name] for name in ("apparent", "optimism"))
    names = ["apparent", "optimism", "corrected"]
    near(ours[names], [apparent, optimism, apparent - optimism], abs=SAME)


def test_optimism_depends_on_the_seed_alone(monkeypatch):
    y, marker = INPUT["fine"]
    first, other = (accuracy.youden_optimism(y, marker, 40, seed) for seed in (3, 4))
    assert first["optimism"] > 0
    assert first["optimism"] != other["optimism"]
    for block in (1, 24 * 7, 10**9):  # the size of the blocks changes nothing
        monkeypatch.setattr(cutoffs, "_BLOCK", block)
        for seed in (3, np.random.SeedSequence(3)):
            pd.testing.assert_series_equal(first, accuracy.youden_optimism(y, marker, 40, seed))


def test_memory_does_not_grow_with_the_resamples():
    y, first, _ = PAIRS["large"]
    tracemalloc.start()
    accuracy.youden_optimism(y, first, resamples=8000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < y.size * 8000 * 8 / 4  # a quarter of the patients drawn, as whole numbers


def test_proportion_as_in_r():
    for row in R["proportion"]:
        for method in ("exact", "wilson"):
            ours = accuracy.proportion(row["count"], row["n"], row["level"], method)
            assert ours.value == row["count"] / row["n"]
            near([ours.lower, ours.upper], row[method], abs=SEARCH)


@given(patients())
def test_auc_is_the_share_of_pairs_in_order(case):
    y, marker = case
    order, ours = wins(y, marker), accuracy.auc(y, marker)
    near(ours.value, order.mean(), abs=SAME)
    if min(order.shape) > 1:
        expected = limits(ours.value, variance(order) ** 0.5, 0)
        near([ours.lower, ours.upper], expected, abs=SAME)


@given(patients())
def test_youden_as_by_brute_force(case):
    y, marker = case
    values = np.unique(marker)
    n1, n0 = int(y.sum()), int((1 - y).sum())
    index = {
        c: Fraction(int((marker[y == 1] >= c).sum()), n1)
        + Fraction(int((marker[y == 0] < c).sum()), n0)
        - 1
        for c in [-np.inf, *(values[:-1] + values[1:]) / 2, np.inf]
    }
    rows, best = accuracy.youden(y, marker), max(index.values())
    assert list(rows["cutoff"]) == [c for c, j in index.items() if j == best]
    near(rows["youden"], float(best), abs=SAME)
    for row in rows.itertuples():
        positive = marker >= row.cutoff
        assert (row.tp, row.fp) == (y[positive].sum(), (1 - y[positive]).sum())
        assert (row.fn, row.tn) == (n1 - row.tp, n0 - row.fp)
        assert (row.sensitivity, row.specificity) == (row.tp / n1, row.tn / n0)
