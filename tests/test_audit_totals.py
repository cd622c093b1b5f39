"""Pooled means, SDs and sums in hccbook.audit: worked examples, exact oracles, true data pass."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import lsq_linear

from hccbook import audit, reported
from hccbook.estimate import Printed

SAME = 1e-12  # the same formula, written in another way
ATTAINED = 1e-9  # relative: an end of a range against an optimum found in another way

pytestmark = pytest.mark.filterwarnings("error")
properties = settings(deadline=None, derandomize=True, max_examples=60)

# Hours of sleep gained, ten patients on two drugs (Student, 1908; data set `sleep` of R).
SLEEP = (
    [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
    [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
)


def text(value, decimals):
    return f"{value:.{decimals}f}"


def spread(within, between, n):
    return math.sqrt((float(within) + float(between)) / (n - 1))


def sums_within(sds, sizes):
    """Return the least and the largest sum of squares within groups."""
    numbers = [Printed(sd) for sd in sds]
    ends = [(max(Fraction(0), number.low), number.high) for number in numbers]
    return [
        sum((n - 1) * end[side] ** 2 for n, end in zip(sizes, ends, strict=True)) for side in (0, 1)
    ]


def between(means, sizes):
    means, sizes = np.asarray(means, dtype=float), np.asarray(sizes)
    return float(sizes @ (means - sizes @ means / sizes.sum()) ** 2)


def stationary(boxes, sizes, limits):
    """Return the least sum of squares between groups from every set of active limits.

    Each mean is free or at an end of its box, and the average is free or at a limit: the
    conditions of Lagrange are linear equations for the free means and one multiplier.
    """
    n, found = sum(sizes), []
    for sides in product((None, 0, 1), repeat=len(boxes)):
        means = [0.0 if s is None else float(box[s]) for s, box in zip(sides, boxes, strict=True)]
        free = [i for i, side in enumerate(sides) if side is None]
        held = sum(size * mean for size, mean in zip(sizes, means, strict=True))
        weight = sum(sizes[i] for i in free)
        levels = [float(held) / (n - weight)] if weight < n else [float(boxes[0][0])]
        levels += [(n * float(limit) - held) / weight for limit in limits or () if free]
        for level in levels:
            # Free means of one stationary point are equal.
            point = [level if i in free else mean for i, mean in enumerate(means)]
            average = sum(size * mean for size, mean in zip(sizes, point, strict=True)) / n
            fits = all(
                box[0] - SAME <= mean <= box[1] + SAME
                for mean, box in zip(point, boxes, strict=True)
            )
            if fits and (limits is None or limits[0] - SAME <= average <= limits[1] + SAME):
                found.append(between(point, sizes))
    return min(found)


@st.composite
def groups(draw, least=2, most=4):
    """Draw printed means and SDs of groups whose boxes may or may not meet."""
    k = draw(st.integers(least, most))
    sizes = draw(st.lists(st.integers(2, 90), min_size=k, max_size=k))
    means, sds = [], []
    for _ in range(k):
        decimals = draw(st.integers(0, 2))
        centre = draw(st.sampled_from([1, 3, 10]))
        means.append(text(draw(st.floats(-centre, centre)), decimals))
        sds.append(text(draw(st.floats(0, 4)), draw(st.integers(0, 2))))
    return means, sds, sizes


@st.composite
def patients(draw):
    """Draw groups of patients, and the places to which their numbers are rounded."""
    k = draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    scale = draw(st.sampled_from([0.1, 1, 30]))
    values = [
        rng.normal(rng.normal(50, scale), scale, size=rng.integers(2, 60)).round(
            draw(st.integers(0, 3))
        )
        for _ in range(k)
    ]
    return values, draw(st.integers(0, 3))


# Counts


def test_a_total_is_the_sum_of_its_parts():
    check = audit.total("1,508", ["1,000", "507", "1"])
    assert check.verdict == "exact"
    assert check.computed == check.lower == check.upper == 1508
    assert check.explanation == "1,000 + 507 + 1 = 1508"
    assert audit.total("1509", ["1,000", "508"]).verdict == "contradicted"
    assert audit.total("1507", ("1,000", "508")).verdict == "contradicted"
    assert audit.total("0", ["0"]).verdict == "exact"
    assert audit.total("0", np.array(["0", "0"])).verdict == "exact"


def tipm(id):
    return reported.text(f"tipm.{id}")


def test_the_patients_of_the_tipm_paper_add_up():
    parts = [tipm(f"results.{cohort}.n") for cohort in ("training", "internal", "external")]
    assert audit.total(tipm("results.n"), parts).verdict == "exact"
    assert audit.total(tipm("results.n"), parts[:2]).verdict == "contradicted"


# Means


def test_the_pooled_mean_of_students_sleep_data():
    means = [text(np.mean(drug), 2) for drug in SLEEP]
    assert means == ["0.75", "2.33"]
    check = audit.pooled_mean("1.54", means, [10, 10])
    assert check.verdict == "exact"
    assert (check.computed, check.lower, check.upper) == (1.54, 1.535, 1.545)
    assert "10 and 10 patients" in check.explanation
    assert audit.pooled_mean("1.55", means, [10, 10]).verdict == "rounding"  # the boxes touch
    assert audit.pooled_mean("1.53", means, [10, 10]).verdict == "rounding"
    assert audit.pooled_mean("1.56", means, [10, 10]).verdict == "contradicted"
    assert audit.pooled_mean("1.52", means, [10, 10]).verdict == "contradicted"
    # Three times as many patients on the second drug: (0.75 + 3 * 2.33) / 4 = 1.935.
    assert audit.pooled_mean("1.935", means, [10, 30]).verdict == "exact"
    assert audit.pooled_mean("1.935", means, [30, 10]).verdict == "contradicted"
    assert audit.pooled_mean("2", ["2"], [1]).verdict == "exact"


@properties
@given(groups(), st.data())
def test_the_range_of_a_pooled_mean(case, data):
    means, _, sizes = case
    check = audit.pooled_mean("0", means, sizes)
    numbers = [Printed(mean) for mean in means]
    for ends, value in (
        ([number.low for number in numbers], check.lower),
        ([number.value for number in numbers], check.computed),
        ([number.high for number in numbers], check.upper),
    ):
        assert value == pytest.approx(np.average(np.array(ends, dtype=float), weights=sizes))
    inside = [data.draw(st.floats(float(number.low), float(number.high))) for number in numbers]
    average = np.average(inside, weights=sizes)
    assert check.lower - SAME * 20 <= average <= check.upper + SAME * 20


# Standard deviations


def test_the_pooled_sd_of_students_sleep_data():
    sds = [text(np.std(drug, ddof=1), 6) for drug in SLEEP]
    assert sds == ["1.789010", "2.002249"]
    check = audit.pooled_sd("2.017920", ["0.75", "2.33"], sds, [10, 10])
    assert check.verdict == "exact"
    assert check.computed == pytest.approx(np.std(np.concatenate(SLEEP), ddof=1), abs=1e-6)
    assert "10 and 10 patients" in check.explanation
    assert audit.pooled_sd("1.90", ["0.75", "2.33"], sds, [10, 10]).verdict == "contradicted"
    assert audit.pooled_sd("2.05", ["0.75", "2.33"], sds, [10, 10]).verdict == "contradicted"
    # The mean of the SDs, the usual slip, is not the SD of all.
    assert audit.pooled_sd("1.896", ["0.75", "2.33"], sds, [10, 10]).verdict == "contradicted"


def test_two_groups_by_the_formula_of_the_cochrane_handbook():
    # Table 6.5.2.10 of the handbook; with two groups the distance of the means is all.
    n, m, s = (103, 56), (5.4, 7.9), (2.1, 3.0)
    within = sum((a - 1) * b**2 for a, b in zip(n, s, strict=True))
    apart = n[0] * n[1] / sum(n) * (m[0] ** 2 + m[1] ** 2 - 2 * m[0] * m[1])
    check = audit.pooled_sd("2.7", ["5.4", "7.9"], ["2.1", "3.0"], n)
    assert check.computed == pytest.approx(spread(within, apart, sum(n)), rel=SAME)
    low, high = sums_within(["2.1", "3.0"], n)
    for distance, part, end in ((2.4, low, check.lower), (2.6, high, check.upper)):
        apart = n[0] * n[1] / sum(n) * distance**2
        assert end == pytest.approx(spread(part, apart, sum(n)), rel=SAME)


def test_means_that_may_be_equal_leave_only_the_spread_within():
    check = audit.pooled_sd("1.0", ["3.0", "3.1"], ["1.0", "0.0"], [20, 30])
    assert check.lower == pytest.approx(spread(19 * 0.95**2, 0, 50), rel=SAME)
    check = audit.pooled_sd("0.0", ["3.0", "3.0", "3"], ["0.0", "0.0", "0"], [5, 9, 2])
    assert check.lower == 0
    assert check.verdict == "exact"
    assert audit.pooled_sd("1.0", ["7.0"], ["1.0"], [20]).verdict == "exact"


def test_a_range_that_only_touches_the_printed_sd_is_no_contradiction():
    # One group: the SD box 0.85 to 0.95 touches those of 0.8 and 1.0 in exact arithmetic.
    for printed in ("0.8", "0.9", "1.0"):
        assert audit.pooled_sd(printed, ["7"], ["0.9"], [11]).verdict != "contradicted"
    for unit in range(1, 200):
        first, second = text(unit / 10, 1), text((unit + 1) / 10, 1)
        assert audit.pooled_sd(first, ["7"], [second], [11]).verdict != "contradicted"
        assert audit.pooled_sd(second, ["7"], [first], [11]).verdict != "contradicted"


@properties
@given(groups())
def test_the_ends_of_a_pooled_sd_are_attained(case):
    means, sds, sizes = case
    check = audit.pooled_sd("1", means, sds, sizes)
    boxes = [(Printed(mean).low, Printed(mean).high) for mean in means]
    low, high = sums_within(sds, sizes)
    n, k = sum(sizes), len(sizes)
    corners = max(between(corner, sizes) for corner in product(*boxes))
    assert check.upper == pytest.approx(spread(high, corners, n), rel=ATTAINED)
    # The least: a least squares problem with bounds, and all sets of active bounds.
    weights = np.sqrt(sizes)[:, None] * (np.eye(k) - np.array(sizes) / n)
    fit = lsq_linear(
        weights, np.zeros(k), bounds=np.array(boxes, dtype=float).T, method="bvls", tol=1e-14
    )
    assert check.lower <= spread(low, 2 * fit.cost, n) + SAME
    least = float(low) + stationary(boxes, sizes, None)
    assert check.lower**2 * (n - 1) == pytest.approx(least, rel=ATTAINED, abs=SAME)
    assert check.lower <= check.computed <= check.upper


@properties
@given(groups(1, 6), st.data())
def test_a_pooled_sd_covers_the_rounding_boxes(case, data):
    means, sds, sizes = case
    check = audit.pooled_sd("1", means, sds, sizes)
    rng = np.random.default_rng(data.draw(st.integers(0, 10**6)))
    numbers = [[Printed(each) for each in row] for row in (means, sds)]
    low, high = (
        np.array([[float(getattr(number, end)) for number in row] for row in numbers])
        for end in ("low", "high")
    )
    for _ in range(30):
        # Beta values near 0 and 1 as well as inside.
        m, s = low + (high - low) * rng.beta(0.4, 0.4, size=low.shape)
        within = (np.array(sizes) - 1) @ np.maximum(s, 0) ** 2
        inside = spread(within, between(m, sizes), sum(sizes))
        assert check.lower * (1 - SAME) <= inside <= check.upper * (1 + SAME)


@properties
@given(groups(2, 4), st.data())
def test_the_printed_mean_narrows_the_pooled_sd_as_much_as_it_can(case, data):
    means, sds, sizes = case
    numbers = [Printed(mean) for mean in means]
    boxes = [(number.low, number.high) for number in numbers]
    shares = data.draw(st.lists(st.floats(0, 1), min_size=len(means), max_size=len(means)))
    point = [
        float(lo) + share * float(hi - lo) for (lo, hi), share in zip(boxes, shares, strict=True)
    ]
    mean = text(np.average(point, weights=sizes), data.draw(st.integers(0, 3)))
    wide = audit.pooled_sd("1", means, sds, sizes)
    check = audit.pooled_sd("1", means, sds, sizes, mean=mean)
    assert wide.lower <= check.lower <= check.computed <= check.upper <= wide.upper
    n, (low, high) = sum(sizes), sums_within(sds, sizes)
    limits = float(Printed(mean).low), float(Printed(mean).high)
    # Means drawn from the boxes that average to the printed mean stay inside.
    assert check.lower * (1 - SAME) <= spread(low, between(point, sizes), n) * (1 + SAME)
    assert spread(high, between(point, sizes), n) <= check.upper * (1 + SAME)
    least = float(low) + stationary(boxes, sizes, limits)
    assert check.lower**2 * (n - 1) == pytest.approx(least, rel=ATTAINED, abs=SAME)
    # The largest: walk from every corner to every other until the average is in between.
    corners = [np.array(corner, dtype=float) for corner in product(*boxes)]
    best = 0.0
    for a, b in product(corners, repeat=2):
        first, last = (np.average(corner, weights=sizes) for corner in (a, b))
        for limit in (first, *limits):
            share = (limit - first) / (last - first) if last != first else 0
            here = a + share * (b - a)
            average = np.average(here, weights=sizes)
            if 0 <= share <= 1 and limits[0] - SAME * 20 <= average <= limits[1] + SAME * 20:
                best = max(best, between(here, sizes))
    assert check.upper == pytest.approx(spread(high, best, n), rel=ATTAINED)


def test_a_printed_mean_can_turn_a_possible_sd_into_an_impossible_one():
    # Means that print as 0 and 1 are 0 to 2 apart, but 0.4 to 1.6 if all average to 0.7.
    means, sds, sizes = ["0", "1"], ["0.00", "0.00"], [50, 50]
    for sd in ("0.10", "0.99"):
        assert audit.pooled_sd(sd, means, sds, sizes).verdict == "compatible"
        assert audit.pooled_sd(sd, means, sds, sizes, mean="0.500").verdict == "compatible"
        assert audit.pooled_sd(sd, means, sds, sizes, mean="0.700").verdict == "contradicted"
    check = audit.pooled_sd("0.21", means, sds, sizes, mean="0.700")
    assert check.lower == pytest.approx(spread(0, 100 * 0.1995**2, 100), rel=SAME)
    # Farthest apart: 1.5 and -0.101, which average to 0.6995.
    assert check.upper == pytest.approx(spread(98 * 0.005**2, 100 * 0.8005**2, 100), rel=SAME)
    assert check.computed == pytest.approx(spread(0, 100 * 0.5**2, 100), rel=SAME)


@properties
@given(patients())
def test_true_tables_are_never_contradicted(case):
    values, decimals = case
    everyone = np.concatenate(values)
    sizes = [len(group) for group in values]
    means = [text(np.mean(group), decimals) for group in values]
    sds = [text(np.std(group, ddof=1), decimals) for group in values]
    mean, sd = text(np.mean(everyone), decimals), text(np.std(everyone, ddof=1), decimals)
    assert audit.pooled_mean(mean, means, sizes).verdict != "contradicted"
    assert audit.pooled_sd(sd, means, sds, sizes).verdict != "contradicted"
    assert audit.pooled_sd(sd, means, sds, sizes, mean=mean).verdict != "contradicted"
    # Off by as much as all boxes together cannot give.
    check = audit.pooled_sd(sd, means, sds, sizes)
    beyond = text(check.upper + 2 * 10**-decimals, decimals)
    assert audit.pooled_sd(beyond, means, sds, sizes).verdict == "contradicted"


ONE = (["1"], ["1"], [5])

BAD = [
    ("printed: .* got '1.5'", lambda: audit.total("1.5", ["1"])),
    ("printed: .* got 3", lambda: audit.total(3, ["1"])),
    ("printed: .* got '50%'", lambda: audit.total("50%", ["1"])),
    ("parts: .* got '-1'", lambda: audit.total("1", ["2", "-1"])),
    ("parts: .* got '< 2'", lambda: audit.total("1", ["< 2"])),
    (r"parts: .* got \[\]", lambda: audit.total("1", [])),
    ("parts: .* got '12'", lambda: audit.total("3", "12")),
    ("parts: .* got None", lambda: audit.total("3", None)),
    ("printed: .* got '> 1'", lambda: audit.pooled_mean("> 1", ["1"], [5])),
    ("printed: .* got 1.5", lambda: audit.pooled_mean(1.5, ["1"], [5])),
    ("means: .* got nan", lambda: audit.pooled_mean("1", [math.nan], [5])),
    ("means: expected 2 values, as many", lambda: audit.pooled_mean("1", ["1"], [5, 6])),
    ("means: .* got '12'", lambda: audit.pooled_mean("1", "12", [5, 6])),
    ("sizes: .* got 0", lambda: audit.pooled_mean("1", ["1"], [0])),
    ("sizes: .* got 2.5", lambda: audit.pooled_mean("1", ["1"], [2.5])),
    (r"sizes: .* got \[\]", lambda: audit.pooled_mean("1", [], [])),
    ("printed: .* at least 0, got '-1'", lambda: audit.pooled_sd("-1", *ONE)),
    ("means: .* got '< 1'", lambda: audit.pooled_sd("1", ["< 1"], ["1"], [5])),
    ("sds: .* got '-0.1'", lambda: audit.pooled_sd("1", ["1"], ["-0.1"], [5])),
    ("sds: .* got 'NA'", lambda: audit.pooled_sd("1", ["1"], ["NA"], [5])),
    ("sds: expected 1 values", lambda: audit.pooled_sd("1", ["1"], ["1", "2"], [5])),
    ("sizes: .* at least 2, got 1", lambda: audit.pooled_sd("1", ["1"], ["1"], [1])),
    ("sizes: .* at most 10", lambda: audit.pooled_sd("1", ["1"] * 11, ["1"] * 11, [5] * 11)),
    ("mean: .* got '1.6'", lambda: audit.pooled_sd("1", *ONE, mean="1.6")),
    ("mean: .* got 1", lambda: audit.pooled_sd("1", *ONE, mean=1)),
    ("mean: .* got '< 1'", lambda: audit.pooled_sd("1", *ONE, mean="< 1")),
]
