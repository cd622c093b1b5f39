"""Bounds on Brier scores: every order of a few patients, blocks of many, and random predictions."""

import math
from fractions import Fraction
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import brier_score_loss, roc_auc_score

from hccbook import audit, reported

SAME = 1e-12  # the same formula, written in another way
NEAR = 1e-9  # printed with 12 decimals, so that rounding hardly matters
DECIMALS = 12
MOST = 10  # patients of whom every order is tried
RANDOM = 400  # sets of random patients or blocks
CLOSE = 1e-6  # predictions that differ by this little, for bounds that are reached in the limit

pytestmark = pytest.mark.filterwarnings("error")
properties = settings(deadline=None, derandomize=True)


def tipm(id, field="printed"):
    return reported.text(f"tipm.{id}", field)


def least_error(outcomes):
    """Return the least squared error of predictions that rise along the outcomes.

    Pools adjacent violators: a list of blocks, each of events and others.
    """
    blocks = []
    for y in outcomes:
        blocks.append((y, 1 - y))
        while len(blocks) > 1 and share(blocks[-2]) >= share(blocks[-1]):
            (a, b), (c, d) = blocks.pop(), blocks.pop()
            blocks.append((a + c, b + d))
    return sum(Fraction(a * b, a + b) for a, b in blocks)


def share(block):
    return Fraction(block[0], sum(block))


def discordant(outcomes):
    """Count the pairs with the event first in a rising order."""
    others, pairs = 0, 0
    for y in reversed(outcomes):
        others += 1 - y
        pairs += y * others
    return pairs


def orders():
    """Yield every order of up to ten patients of both classes, with its class sizes."""
    for n in range(2, MOST + 1):
        for positives in range(1, n):
            for events in combinations(range(n), positives):
                yield positives, n - positives, [int(i in events) for i in range(n)]


def floor(positives, negatives, auc):
    """Return the bound on the squared error of all patients, at an AUC that is exact."""
    check = audit.brier_bounds("0.5", positives, negatives, auc=f"{auc:.{DECIMALS}f}")["area"]
    assert check.lower == pytest.approx(check.computed, abs=NEAR)
    return check.computed * (positives + negatives)


def table_of(y, positive):
    pairs = {"tp": (1, 1), "fp": (0, 1), "fn": (1, 0), "tn": (0, 0)}
    return {name: int(np.sum((y == a) & (positive == b))) for name, (a, b) in pairs.items()}


def test_pooling_as_in_scikit_learn():
    rng = np.random.default_rng(1)
    for _ in range(20):
        y = rng.integers(0, 2, 12)
        fitted = IsotonicRegression().fit_transform(np.arange(12), y)
        assert float(least_error(y.tolist())) == pytest.approx(((fitted - y) ** 2).sum(), rel=SAME)


def test_every_order_of_a_few_patients():
    least = {}
    for positives, negatives, outcomes in orders():
        pairs, error = discordant(outcomes), least_error(outcomes)
        key = positives, negatives, pairs
        least[key] = min(error, least.get(key, error))
    for (positives, negatives, pairs), error in least.items():
        total = positives * negatives
        bound = floor(positives, negatives, float(1 - Fraction(pairs, total)))
        assert bound <= float(error) + NEAR
        # Never below the bound from Cauchy and Schwarz, which is reached at AUC = 0 only.
        simple = pairs / (positives + negatives)
        assert bound >= simple - NEAR
        if pairs % max(positives, negatives) == 0:
            assert bound == pytest.approx(float(error), abs=NEAR)
        if 0 < pairs < total:
            assert bound > simple + NEAR


def test_blocks_of_many_patients():
    rng = np.random.default_rng(2)
    nearest = math.inf
    for _ in range(RANDOM):
        blocks = rng.integers(0, 20, (rng.integers(2, 6), 2))
        a, b = (part[blocks.sum(axis=1) > 0] for part in blocks.T)
        order = np.argsort(-a / (a + b))
        a, b = a[order], b[order]
        if not (a.sum() and b.sum()):
            continue
        error = (a * b / (a + b)).sum()
        pairs = (b * np.cumsum(a[::-1])[::-1]).sum()
        bound = floor(
            int(a.sum()), int(b.sum()), float(1 - Fraction(int(pairs), int(a.sum() * b.sum())))
        )
        assert bound <= error + NEAR
        nearest = min(nearest, error / bound if bound else math.inf)
    assert nearest < 1.05


@properties
@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.booleans())
def test_random_predictions(seed, decimals, ties):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 40))
    y = rng.integers(0, 2, n)
    assume(0 < y.sum() < n)
    p = np.clip(rng.normal(0.2 + 0.6 * y, rng.choice([0.01, 0.2, 0.5])), 0, 1)
    p = np.round(p, 1) if ties else p
    cut = rng.choice(p)
    table = table_of(y, p >= cut)
    score, auc = brier_score_loss(y, p), roc_auc_score(y, p)
    checks = audit.brier_bounds(
        f"{score:.{decimals}f}", int(y.sum()), int(n - y.sum()), f"{auc:.{decimals}f}", table
    )
    assert list(checks) == ["area", "2×2 table", "no information"]
    assert {check.verdict for check in checks.values()} == {"compatible"}
    for name in ("area", "2×2 table"):
        assert checks[name].lower <= score + SAME
        assert checks[name].upper == 1
    assert checks["area"].lower <= checks["area"].computed


@pytest.mark.parametrize(("k", "small", "large"), [(1, 5, 9), (3, 5, 9), (5, 5, 5), (2, 42, 110)])
@pytest.mark.parametrize("events", ["fewer", "more"])
def test_the_area_bound_is_reached(k, small, large, events):
    # k of the smaller class are predicted beyond all of the larger, the others perfectly.
    y = np.repeat([1, 0], [small, large])
    c = k / (k + large)
    p = np.concatenate([np.full(small - k, 1.0), np.full(k, c - CLOSE), np.full(large, c)])
    if events == "more":
        y, p = 1 - y, 1 - p
    score, auc = brier_score_loss(y, p), roc_auc_score(y, p)
    assert auc == pytest.approx(1 - k / small, abs=NEAR)
    positives = int(y.sum())
    bound = floor(positives, y.size - positives, auc) / y.size
    assert score == pytest.approx(bound, abs=2 * CLOSE)
    below = f"{bound - 1e-4:.6f}"
    (check, _) = audit.brier_bounds(below, positives, y.size - positives, f"{auc:.8f}").values()
    assert check.verdict == "contradicted"


@pytest.mark.parametrize(("fn", "fp", "tp", "tn"), [(1, 1, 0, 0), (7, 15, 33, 88), (2, 8, 9, 43)])
def test_the_table_bound_is_reached(fn, fp, tp, tn):
    y = np.repeat([1, 1, 0, 0], [tp, fn, fp, tn])
    c = fn / (fn + fp)
    p = np.repeat([1, c - CLOSE, c, 0], [tp, fn, fp, tn])
    table = table_of(y, p >= c)
    assert table == {"tp": tp, "fp": fp, "fn": fn, "tn": tn}
    score = brier_score_loss(y, p)
    check = audit.brier_bounds("0.5", tp + fn, fp + tn, table=table)["2×2 table"]
    assert score == pytest.approx(check.computed, abs=2 * CLOSE)
    assert check.computed == check.lower
    below = f"{check.lower - 1e-4:.6f}"
    verdicts = [
        audit.brier_bounds(below, tp + fn, fp + tn, table=form)["2×2 table"].verdict
        for form in (table, pd.Series(table))
    ]
    assert verdicts == ["contradicted", "contradicted"]


def test_patients_that_the_table_leaves_out():
    table = {"tp": 33, "fp": 15, "fn": 7, "tn": 88}
    check = audit.brier_bounds("0.2", 42, 110, table=table)["2×2 table"]
    assert check.lower == pytest.approx(7 * 15 / 22 / 143, rel=SAME)
    assert f"({7 * 15 / 22 / 152:.5f} among all 152)" in check.explanation


def test_no_errors_no_bound():
    table = {"tp": 3, "fp": 0, "fn": 0, "tn": 4}
    checks = audit.brier_bounds("0.000", 3, 4, auc="1.000", table=table)
    assert [checks[name].lower for name in ("area", "2×2 table")] == [0, 0]
    assert [check.verdict for check in checks.values()] == ["compatible"] * 3


@pytest.mark.parametrize(
    ("brier", "auc", "verdict"),
    [
        # 0.5 is at most 0.55, and 13.5 · 70 / 83.5 / 100 = 0.113174.
        ("0.1132", "0.5", "compatible"),
        ("0.1131", "0.5", "contradicted"),
        # 0.500 is at most 0.5005, and 14.985 · 70 / 84.985 / 100 = 0.123427.
        ("0.1234", "0.500", "compatible"),
        ("0.1233", "0.500", "contradicted"),
        ("0.12", "0.500", "compatible"),
        # 0.0 is at most 0.05, and 28.5 · 70 / 98.5 / 100 = 0.202538.
        ("0.20", "0.0", "compatible"),
        ("0.202", "0.0", "contradicted"),
        ("0.00", "1", "compatible"),
    ],
)
def test_the_rounding_of_both_numbers_counts(brier, auc, verdict):
    assert audit.brier_bounds(brier, 30, 70, auc=auc)["area"].verdict == verdict


@pytest.mark.parametrize(
    ("brier", "side"),
    [("0.20", "better than"), ("0.21", "like"), ("0.205", "better than"), ("0.3", "worse than")],
)
def test_a_prediction_without_information(brier, side):
    (check,) = audit.brier_bounds(brier, 30, 70).values()
    assert check.verdict == "compatible"
    assert check.computed == pytest.approx(0.21, rel=SAME)
    assert (check.lower, check.upper) == (0, 1)
    assert f"is {side} that" in check.explanation


def test_the_training_cohort_of_tipm():
    n = {name: int(tipm(f"results.training.response.{name}.count")) for name in ("tin", "tie")}
    (table,) = audit.tables(
        143,
        **{
            name.partition("-")[0]: tipm(f"table3.{name}.training")
            for name in ("sensitivity", "specificity", "accuracy", "precision", "f1-score")
        },
    ).to_dict("records")
    checks = {
        model: audit.brier_bounds(
            tipm(f"table4.training.{model}.brier"),
            n["tin"],
            n["tie"],
            tipm(f"table4.training.{model}.auc"),
            table if model == "combined" else None,
        )
        for model in ("combined", "albi", "afp")
    }
    assert checks["combined"]["area"].verdict == "contradicted"
    assert checks["combined"]["2×2 table"].verdict == "contradicted"
    assert "better than" in checks["combined"]["no information"].explanation
    assert {checks[model]["area"].verdict for model in ("albi", "afp")} == {"compatible"}


TABLE = {"tp": 1, "fp": 2, "fn": 3, "tn": 4}
BAD = [
    ("brier: .* got 0.1", lambda: audit.brier_bounds(0.1, 3, 4)),
    ("brier: .* got '1.1'", lambda: audit.brier_bounds("1.1", 3, 4)),
    ("brier: .* got '< 0.1'", lambda: audit.brier_bounds("< 0.1", 3, 4)),
    ("positives: .* got 0", lambda: audit.brier_bounds("0.1", 0, 4)),
    ("negatives: .* got 1.5", lambda: audit.brier_bounds("0.1", 3, 1.5)),
    ("negatives: .* got nan", lambda: audit.brier_bounds("0.1", 3, math.nan)),
    ("auc: .* got '-0.1'", lambda: audit.brier_bounds("0.1", 3, 4, "-0.1")),
    ("auc: .* got 0.9", lambda: audit.brier_bounds("0.1", 3, 4, 0.9)),
    (
        "table: expected tp, fp, fn, tn, got none",
        lambda: audit.brier_bounds("0.1", 3, 4, None, {"tp": 1}),
    ),
    (
        "table: expected a mapping by name",
        lambda: audit.brier_bounds("0.1", 3, 4, None, (1, 2, 3, 4)),
    ),
    ("table, fp: .* got -1", lambda: audit.brier_bounds("0.1", 9, 9, None, TABLE | {"fp": -1})),
    (
        "table, tp, fp, fn, tn: .* with and",
        lambda: audit.brier_bounds("0.1", 9, 9, None, TABLE | {"fp": 0, "tn": 0}),
    ),
    (
        "table: expected at most 9 patients, got 10",
        lambda: audit.brier_bounds("0.1", 4, 5, None, TABLE),
    ),
]
