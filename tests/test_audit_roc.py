"""hccbook.audit.roc: bounds that patients reach, R's intervals, every order of a few patients."""

import math
import re
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from reference import SAME, SLACK, Z95, numbers, outcomes, tight
from scipy.integrate import quad
from sklearn.isotonic import isotonic_regression
from sklearn.metrics import brier_score_loss, roc_auc_score

from hccbook import accuracy, audit

NEAR = 1e-9  # printed with 12 decimals, so that rounding hardly matters
DECIMALS = 12
DIGITS = 0.006  # a correlation is given with two digits
MOST = 10  # patients of whom every order is tried
CLOSE = 1e-6  # predictions that differ by this little, for bounds that are reached in the limit
CELLS = ("tp", "fp", "fn", "tn")
R = numbers("roc")
PAIRS = [R[name] for name in R if name != "versions"]


def table_at(y, positive):
    """Count true and false positives and negatives."""
    return [int(np.sum((y == a) & (positive == b))) for a, b in ((1, 1), (0, 1), (1, 0), (0, 0))]


@pytest.mark.long
@given(outcomes(0, 8), st.integers(0, 9))
def test_areas_lie_between_the_bounds_of_any_point(case, cutoff):
    y, marker = case
    area, cells = roc_auc_score(y, marker), table_at(y, marker >= cutoff)
    bounds = audit.auc_bounds(*cells, tight(area))
    any_curve = bounds["any curve"]
    assert any_curve.verdict == "compatible"
    assert any_curve.lower - SAME <= area <= any_curve.upper + SAME
    dichotomy = roc_auc_score(y, marker >= cutoff)
    assert bounds["concave curve"].lower == pytest.approx(dichotomy, abs=SAME)
    for at_best in accuracy.youden(y, marker)[[*CELLS]].to_numpy().tolist():
        check = audit.auc_bounds(*at_best, tight(area))["best cut-off"]
        assert check.verdict == "compatible"
        assert check.lower - SAME <= area <= check.upper + SAME
    tp, fp, fn, tn = cells
    outside = tight(any_curve.upper + 1e-6), tight(max(any_curve.lower - 1e-6, 0))
    if fp and fn:
        assert audit.auc_bounds(*cells, outside[0])["any curve"].verdict == "contradicted"
    if tp and tn:
        assert audit.auc_bounds(*cells, outside[1])["any curve"].verdict == "contradicted"


def test_the_bounds_of_an_area_are_reached():
    # All pairs on one side of the cut-off discordant, or all concordant.
    tp, fp, fn, tn = 3, 2, 1, 4
    y = np.repeat([1, 1, 0, 0], [tp, fn, fp, tn])
    for inside, limit in ((-0.1, "lower"), (0.1, "upper")):
        marker = np.repeat([2 + inside, 1 + inside, 2, 1], [tp, fn, fp, tn])
        check = audit.auc_bounds(tp, fp, fn, tn, "0.5")["any curve"]
        assert getattr(check, limit) == pytest.approx(roc_auc_score(y, marker), abs=SAME)
        inner = audit.within_group_concordance(tp, fp, fn, tn, tight(roc_auc_score(y, marker)))
        assert inner.computed == pytest.approx(float(inside > 0), abs=SLACK)


def test_the_area_of_the_best_cutoff_is_reached_by_a_straight_roof():
    # Sensitivity 1 - specificity + J throughout, in fine steps: area 1 - (1 - J)² / 2.
    n, j = 400, 100
    y = np.array([1] * j + [0, 1] * (n - j) + [0] * j)
    marker = np.arange(len(y))[::-1]
    cells = accuracy.youden(y, marker)[[*CELLS]].to_numpy().tolist()[0]
    check = audit.auc_bounds(*cells, "0.5")["best cut-off"]
    assert check.upper == pytest.approx(1 - (1 - j / n) ** 2 / 2, abs=SAME)
    assert check.upper - 1 / n < roc_auc_score(y, marker) <= check.upper


@given(outcomes(0, 8), st.integers(0, 9))
def test_concordance_inside_groups_as_by_counting_pairs(case, cutoff):
    y, marker = case
    concordant = pairs = 0
    for i, j in product(np.flatnonzero(y == 1), np.flatnonzero(y == 0)):
        if (marker[i] >= cutoff) == (marker[j] >= cutoff):
            pairs += 1
            concordant += Fraction(int(marker[i] > marker[j]) * 2 + int(marker[i] == marker[j]), 2)
    cells, area = table_at(y, marker >= cutoff), roc_auc_score(y, marker)
    if not pairs:
        with pytest.raises(ValueError, match="tp, fp, fn, tn: expected pairs inside a group"):
            audit.within_group_concordance(*cells, tight(area))
        return
    check = audit.within_group_concordance(*cells, tight(area))
    assert check.computed == pytest.approx(float(concordant / pairs), abs=SLACK)
    assert check.lower <= check.computed <= check.upper
    assert check.verdict == "compatible"
    assert f"{pairs} of " in check.explanation
    rounded = audit.within_group_concordance(*cells, f"{area:.2f}")
    assert rounded.lower - SLACK <= concordant / pairs <= rounded.upper + SLACK


def test_an_area_that_its_groups_cannot_give_is_contradicted():
    verdicts = [
        audit.within_group_concordance(8, 2, 2, 8, x).verdict for x in ("0.99", "0.60", "0.80")
    ]
    assert verdicts == ["contradicted", "contradicted", "compatible"]


def test_hanley_and_mcneil_from_exponential_markers():
    # With rates r and 1, P(ill > well) = 1 / (1 + r). Q1: two ill above one well patient;
    # Q2: one ill above two well patients; both by quadrature here, not by their formula.
    sizes = (51, 58), (1, 1), (10, 300), (200, 20)
    for auc, (positives, negatives) in product(("0.5", "0.700", "0.893", "0.95"), sizes):
        area, pairs = float(auc), positives * negatives
        r = (1 - area) / area
        q1 = quad(lambda x, r=r: math.exp(-x) * math.exp(-r * x) ** 2, 0, math.inf)[0]
        q2 = quad(lambda x, r=r: r * math.exp(-r * x) * (1 - math.exp(-x)) ** 2, 0, math.inf)[0]
        variance = area * (1 - area) + (positives - 1) * (q1 - area**2)
        half = Z95 * math.sqrt((variance + (negatives - 1) * (q2 - area**2)) / pairs)
        ours = audit.auc_interval(auc, positives, negatives)
        expected = [area, max(area - half, 0), min(area + half, 1), positives + negatives]
        assert [ours.value, ours.lower, ours.upper, ours.n] == pytest.approx(expected, abs=1e-7)
        if auc == "0.5" and pairs > 1:  # Wilcoxon's variance
            exact = math.sqrt((positives + negatives + 1) / (12 * pairs))
            assert (ours.upper - ours.lower) / (2 * Z95) == pytest.approx(exact, rel=SAME)
    ends = [audit.auc_interval(text, 3, 4) for text in ("0", "1")]
    assert [(e.lower, e.upper) for e in ends] == [(0, 0), (1, 1)]


def test_delong_intervals_of_r_are_normal():
    for pair, place, decimals in product(PAIRS, ("first", "second"), (2, 3, 5)):
        numbers = pair[place]
        frame = audit.auc_interval_readings(*(f"{x:.{decimals}f}" for x in numbers))
        assert list(frame.columns) == ["reading", "centre", "lower", "upper", "verdict", "why"]
        assert frame["reading"].tolist() == ["normal", "logit", "bootstrap or other"]
        assert frame["verdict"][0] != "contradicted"
        assert frame["lower"][0] <= numbers[0] <= frame["upper"][0]
        assert decimals < 5 or frame["verdict"][1] == "contradicted"


#: Printed areas with limits, and the verdicts of the normal and the logit reading.
READINGS = {
    "0.755 0.671 0.835": "contradicted contradicted",
    "0.933 0.893 0.973": "exact contradicted",
    "0.754 0.671 0.835": "rounding contradicted",  # the boxes touch at 0.7535
    "0.763 0.671 0.835": "contradicted exact",
    "0.5 0.2 0.8": "exact exact",
    "0.90 0.79 1.00": "exact contradicted",
    "0.97 0.79 1.00": "compatible compatible",  # 1.00 may be cut off
    "0.88 0.79 1.00": "contradicted contradicted",
    "0.05 0.00 0.21": "compatible contradicted",
    "0.03 0.00 0.21": "compatible compatible",
    "0.12 0.00 0.21": "contradicted contradicted",
    "0.4 0 1": "rounding rounding",
    "0.88 0.68 0.86": "contradicted contradicted contradicted",  # outside its own interval
    "0.865 0.68 0.86": "contradicted contradicted",
}


def test_readings_of_an_interval():
    for texts, verdicts in READINGS.items():
        frame = audit.auc_interval_readings(*texts.split())
        assert frame["verdict"].tolist() == [*verdicts.split(), "compatible"][:3], texts
        only = verdicts == "contradicted contradicted"
        assert ("only reading left" in frame["why"][2]) == only
        assert math.isnan(frame["centre"][2])
        assert (frame["lower"] <= frame["upper"]).all()


@pytest.mark.long
@given(outcomes(0, 3), st.integers(0, 2**32 - 1))
def test_resamples_are_no_farther_off_than_their_bound(case, seed):
    y, marker = case
    above = np.sign(marker[y == 1][:, None] - marker[y == 0]) / 2 + 0.5
    area, sizes, rng = above.mean(), above.shape, np.random.default_rng(seed)
    rows, columns = (rng.integers(0, n, (200, n)) for n in sizes)
    draws = above[rows[:, :, None], columns[:, None]].mean(axis=(1, 2))
    for limit in np.quantile(draws, [0.01, 0.1, 0.9, 0.99]):
        share = np.mean(draws <= limit + SAME if limit < area else draws >= limit - SAME)
        bound = audit.resampled_beyond(tight(area), tight(limit), *sizes)
        assert share <= bound + 4 * math.sqrt(bound * (1 - bound) / 200) + 1e-3
        swapped = audit.resampled_beyond(tight(1 - area), tight(1 - limit), *sizes[::-1])
        assert swapped == pytest.approx(bound, abs=1e-6)


def test_a_bound_on_resamples_by_hand():
    # One pair of each class: the hinge is that of one draw with mean 1/2, best with c = 1.
    assert audit.resampled_beyond("0.5000", "0.0000", 1, 1) > 0.5
    # Ten of each, mean 0.9, at most 0.5: sum of binomial weights times (c - x) / (c - 0.5).
    weight = [math.comb(10, i) * 0.9**i * 0.1 ** (10 - i) for i in range(11)]
    hinge = min(
        sum(w * max(0, c - i / 10) for i, w in enumerate(weight)) / (c - 0.5)
        for c in np.linspace(0.51, 1, 4901)
    )
    together = audit.resampled_beyond(tight(0.9), tight(0.5), 10, 10)
    assert hinge * (1 - SLACK) <= together < 4 * hinge
    # The external cohort of TIPM, with all or with 28 of its events: less than 2.5 %.
    for auc, limit, shares in (("0.852", "0.648", (0.72, 1.09)), ("0.824", "0.628", (1.38, 1.96))):
        for sizes, share in zip(((31, 76), (28, 79)), shares, strict=True):
            found = 100 * audit.resampled_beyond(auc, limit, *sizes)
            assert found == pytest.approx(share, abs=0.005)
    assert audit.resampled_beyond("0.80", "0.80", 30, 30) == 1


def needed(check):
    """Return the correlation in an explanation."""
    found = re.search(r"at a correlation of (-?\d\.\d\d)( or more| or less|$)", check.explanation)
    return float(found[1])


def test_the_correlation_in_r_is_found():
    for pair in PAIRS:
        first, second = ([f"{x:.6f}" for x in pair[name]] for name in ("first", "second"))
        check = audit.auc_correlation(first, second, f"{pair['p']:.6f}")
        assert check.verdict == "compatible"
        assert check.lower <= pair["p"] <= check.upper
        assert needed(check) == pytest.approx(pair["correlation"], abs=DIGITS)
        swapped = audit.auc_correlation(second, first, f"{pair['p']:.6f}")
        assert swapped.computed == pytest.approx(check.computed, rel=SAME)
        assert needed(swapped) == needed(check)


WIDE, NARROW = ("0.79", "0.69", "0.89"), ("0.80", "0.75", "0.85")
FAR = ("0.60", "0.55", "0.65")
#: Areas beside the narrow one, P, and the correlation that it needs.
NEEDED = [
    (WIDE, "< 0.001", "no size"),
    (WIDE, "0.88", r"-0\.\d\d$"),
    (WIDE, "> 0.05", "any size"),
    (WIDE, "0.85", r"0\.\d\d$"),
    (WIDE, "> 0.85", r"0\.\d\d or less"),
    (WIDE, "< 0.85", r"0\.\d\d or more"),
    (FAR, "< 0.05", "any size"),
    (FAR, "> 0.05", "no size"),
    (FAR, "0.5", "no size"),
    (FAR, "1.00", "no size"),
    (FAR, "0", r"1\.00$"),
    (NARROW, "1.00", "any size"),
    (NARROW, "> 0.05", "any size"),
]


def test_which_correlation_is_needed():
    for second, p, words in NEEDED:
        check = audit.auc_correlation(NARROW, second, p)
        assert check.verdict == ("contradicted" if words == "no size" else "compatible")
        assert re.search(f"of {words}", check.explanation), check.explanation
    # Equal areas differ by no P of that size, but rounding leaves room.
    check = audit.auc_correlation(NARROW, NARROW, "< 0.05")
    assert (check.verdict, "of no size" in check.explanation) == ("compatible", True)


def least_error(outcomes):
    """Return the least squared error of predictions that rise along the outcomes."""
    return ((isotonic_regression(outcomes) - outcomes) ** 2).sum()


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
                yield positives, n - positives, np.isin(range(n), events).astype(float)


def floor(positives, negatives, auc):
    """Return the bound on the squared error of all patients, at an AUC that is exact."""
    check = audit.brier_bounds("0.5", positives, negatives, auc=f"{auc:.{DECIMALS}f}")["area"]
    assert check.lower == pytest.approx(check.computed, abs=NEAR)
    return check.computed * (positives + negatives)


def test_every_order_of_a_few_patients():
    least = {}
    for positives, negatives, order in orders():
        pairs, error = discordant(order), least_error(order)
        key = positives, negatives, pairs
        least[key] = min(error, least.get(key, error))
    for (positives, negatives, pairs), error in least.items():
        total = positives * negatives
        bound = floor(positives, negatives, 1 - pairs / total)
        assert bound <= error + NEAR
        # Never below the bound from Cauchy and Schwarz, which is reached at AUC = 0 only.
        simple = pairs / (positives + negatives)
        assert bound >= simple - NEAR
        if pairs % max(positives, negatives) == 0:
            assert bound == pytest.approx(error, abs=NEAR)
        if 0 < pairs < total:
            assert bound > simple + NEAR


@given(st.integers(0, 2**32 - 1), st.integers(2, 4), st.booleans())
def test_random_predictions(seed, decimals, ties):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 40))
    y = rng.integers(0, 2, n)
    assume(0 < y.sum() < n)
    p = np.clip(rng.normal(0.2 + 0.6 * y, rng.choice([0.01, 0.2, 0.5])), 0, 1)
    p = np.round(p, 1) if ties else p
    cut = rng.choice(p)
    table = dict(zip(CELLS, table_at(y, p >= cut), strict=True))
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


def test_the_area_bound_is_reached():
    # k of the smaller class are predicted beyond all of the larger, the others perfectly.
    cases = (1, 5, 9), (3, 5, 9), (5, 5, 5), (2, 42, 110)
    for (k, small, large), more in product(cases, (False, True)):
        y, c = np.repeat([1, 0], [small, large]), k / (k + large)
        p = np.repeat([1, c - CLOSE, c], [small - k, k, large])
        y, p = (1 - y, 1 - p) if more else (y, p)
        score, auc, positives = brier_score_loss(y, p), roc_auc_score(y, p), int(y.sum())
        assert auc == pytest.approx(1 - k / small, abs=NEAR)
        bound = floor(positives, y.size - positives, auc) / y.size
        assert score == pytest.approx(bound, abs=2 * CLOSE)
        printed = f"{bound - 1e-4:.6f}", positives, y.size - positives, f"{auc:.8f}"
        assert audit.brier_bounds(*printed)["area"].verdict == "contradicted"


def test_the_table_bound_is_reached():
    for fn, fp, tp, tn in ((1, 1, 0, 0), (7, 15, 33, 88), (2, 8, 9, 43)):
        y, c = np.repeat([1, 1, 0, 0], [tp, fn, fp, tn]), fn / (fn + fp)
        p = np.repeat([1, c - CLOSE, c, 0], [tp, fn, fp, tn])
        assert table_at(y, p >= c) == [tp, fp, fn, tn]
        table = {"tp": tp, "fp": fp, "fn": fn, "tn": tn}
        check = audit.brier_bounds("0.5", tp + fn, fp + tn, table=table)["2×2 table"]
        assert brier_score_loss(y, p) == pytest.approx(check.computed, abs=2 * CLOSE)
        assert check.computed == check.lower
        # With patients who are not in the table: only those of the table count.
        below, n = f"{check.lower - 1e-4:.6f}", y.size + 9
        more = audit.brier_bounds(below, tp + fn, fp + tn + 9, table=pd.Series(table))["2×2 table"]
        assert (more.verdict, more.lower) == ("contradicted", more.computed)
        assert f"({fp * c / n:.5f} among all {n})" in more.explanation


def test_the_rounding_of_both_numbers_counts():
    for auc, possible, impossible in (
        ("0.5", "0.1132", "0.1131"),  # 0.5 is at most 0.55, and 13.5 · 70 / 83.5 / 100 = 0.113174
        ("0.500", "0.1234", "0.1233"),  # at most 0.5005, and 14.985 · 70 / 84.985 / 100 = 0.123427
        ("0.0", "0.20", "0.202"),  # at most 0.05, and 28.5 · 70 / 98.5 / 100 = 0.202538
    ):
        for brier, verdict in ((possible, "compatible"), (impossible, "contradicted")):
            assert audit.brier_bounds(brier, 30, 70, auc=auc)["area"].verdict == verdict


def test_a_prediction_without_information_and_one_without_errors():
    table = {"tp": 3, "fp": 0, "fn": 0, "tn": 4}
    checks = audit.brier_bounds("0.000", 3, 4, auc="1.000", table=table)
    assert [checks[x].lower for x in ("area", "2×2 table")] == [0, 0]
    assert {check.verdict for check in checks.values()} == {"compatible"}
    sides = {"0.20": "better than", "0.21": "like", "0.205": "better than", "0.3": "worse than"}
    for brier, side in sides.items():
        (check,) = audit.brier_bounds(brier, 30, 70).values()
        assert (check.verdict, check.lower, check.upper) == ("compatible", 0, 1)
        assert check.computed == pytest.approx(0.21, rel=SAME)
        assert f"is {side} that" in check.explanation
