"""hccbook.audit.means: worked examples, exact oracles, all small data sets, true data pass."""

import math
from fractions import Fraction
from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import SAME, text
from scipy.optimize import lsq_linear

from hccbook import audit
from hccbook.estimate import Printed

ATTAINED = 1e-9  # relative: an end of a range against an optimum found in another way

# Hours of sleep gained, ten patients on two drugs (Student, 1908; data set `sleep` of R).
SLEEP = (
    [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
    [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
)

few = settings(max_examples=60)
FITS = {"exact", "rounding", "compatible"}


def spread(within, between, n):
    return math.sqrt((float(within) + float(between)) / (n - 1))


def sd_of(values):
    return np.std(values, ddof=1)


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


MEANS, SDS = ([text(f(drug), 2) for drug in SLEEP] for f in (np.mean, sd_of))
ONE = (["7"], ["0.9"], [11])
#: Worked examples: what is checked, and the verdict.
EXAMPLES = [
    (audit.pooled_mean, ("1.54", MEANS, [10, 10]), "exact"),
    (audit.pooled_mean, ("1.55", MEANS, [10, 10]), "rounding"),  # the boxes touch
    (audit.pooled_mean, ("1.53", MEANS, [10, 10]), "rounding"),
    (audit.pooled_mean, ("1.56", MEANS, [10, 10]), "contradicted"),
    (audit.pooled_mean, ("1.52", MEANS, [10, 10]), "contradicted"),
    # Three times as many patients on the second drug: (0.75 + 3 * 2.33) / 4 = 1.935.
    (audit.pooled_mean, ("1.935", MEANS, [10, 30]), "exact"),
    (audit.pooled_mean, ("1.935", MEANS, [30, 10]), "contradicted"),
    (audit.pooled_mean, ("2", ["2"], [1]), "exact"),
    (audit.pooled_sd, (text(np.std(SLEEP, ddof=1), 2), MEANS, SDS, [10, 10]), "exact"),
    (audit.pooled_sd, ("1.90", MEANS, SDS, [10, 10]), "contradicted"),
    (audit.pooled_sd, ("2.05", MEANS, SDS, [10, 10]), "contradicted"),
    # The mean of the SDs, the usual slip, is not the SD of all.
    (audit.pooled_sd, ("1.896", MEANS, SDS, [10, 10]), "contradicted"),
    # One group: the box of its SD touches those of 0.8 and 1.0.
    (audit.pooled_sd, ("0.9", *ONE), "exact"),
    (audit.pooled_sd, ("0.8", *ONE), "rounding"),
    (audit.pooled_sd, ("1.0", *ONE), "rounding"),
    (audit.pooled_sd, ("1.1", *ONE), "contradicted"),
    (audit.pooled_sd, ("0.0", ["3.0", "3.0", "3"], ["0.0", "0.0", "0"], [5, 9, 2]), "exact"),
    # The mean of 28 whole numbers is 145 / 28 = 5.18 or 146 / 28 = 5.21 (Brown and Heathers).
    (audit.grim, ("5.19", 28), "contradicted"),
    (audit.grim, ("5.18", 28), "exact"),
    (audit.grim, ("5.21", 28), "exact"),
    # Ten answers from 1 to 7 cannot average to 3.45 (Allard), nor 49 of them to 5.93.
    (audit.grim, ("3.45", 10), "contradicted"),
    (audit.grim, ("5.93", 49), "contradicted"),
    (audit.grim, ("5.19", 100), "untestable"),
    (audit.grim, ("5.19", 25, 4), "untestable"),
    # Field example of a 3-item scale, 40 persons; averages over 3 items are thirds.
    (audit.grimmer, ("5.90", "2.19", 40, 3), "untestable"),
    (audit.grimmer, ("5.900", "2.191", 40, 3), "exact"),
    (audit.grimmer, ("5.900", "2.190", 40, 3), "contradicted"),
    (audit.grim, ("3.5", 5, 1), "contradicted"),
    (audit.grim, ("3.5", 3, 2), "exact"),
    # Sum 62 (Allard): of the sums of squares only 317 prints SD 2.47, but it is odd.
    (audit.grimmer, ("3.44", "2.47", 18), "contradicted"),
    (audit.grimmer, ("3.44", text(math.sqrt((316 - 62**2 / 18) / 17), 2), 18), "exact"),
    (audit.grimmer, ("3.44", text(math.sqrt((318 - 62**2 / 18) / 17), 2), 18), "exact"),
    # The examples of the R package rsprite2, which follows Allard.
    (audit.grimmer, ("5.21", "1.6", 28), "untestable"),  # 27 (1.65² - 1.55²) > 2
    (audit.grimmer, ("5.21", "1.60", 28), "exact"),
    (audit.grimmer, ("5.19", "1.50", 28), "contradicted"),
    # Half of them 3 and half 4: no whole numbers with mean 3.5 are closer together.
    (audit.grimmer, ("3.50", "0.51", 20), "exact"),
    (audit.grimmer, ("3.50", "0.30", 20), "contradicted"),
    (audit.grimmer, ("3.50", "0.3", 5000), "contradicted"),
    (audit.sd_in_range, ("2.2", "3.0", 1, 5, 10), "contradicted"),
    (audit.sd_in_range, ("2.1", "3.0", 1, 5, 10), "compatible"),
    (audit.sd_in_range, ("0", "3.0", 1, 5, 10), "compatible"),
    # Two values, 0 and 4, have variance 8, but 2.835 squared is more.
    (audit.sd_in_range, ("2.83", "2.000", 0, 4, 2), "compatible"),
    (audit.sd_in_range, ("2.84", "2.000", 0, 4, 2), "contradicted"),
    # Nine values, three at 4.5 and six at 0: the SD is 2.25, which prints as 2.3 too.
    (audit.sd_in_range, ("2.3", "1", 0, 4.5, 9), "compatible"),
    (audit.sd_in_range, ("2.4", "1", 0, 4.5, 9), "contradicted"),
]


def test_examples():
    for function, arguments, verdict in EXAMPLES:
        assert function(*arguments).verdict == verdict, (function.__name__, arguments)


def test_two_groups_by_the_formula_of_the_cochrane_handbook():
    # Table 6.5.2.10 of the handbook; with two groups the distance of the means is all.
    n = (103, 56)
    check = audit.pooled_sd("2.7", ["5.4", "7.9"], ["2.1", "3.0"], n)
    for apart, off, found in (
        (2.4, -1, check.lower),
        (2.5, 0, check.computed),
        (2.6, 1, check.upper),
    ):
        within = (n[0] - 1) * (2.1 + off * 0.05) ** 2 + (n[1] - 1) * (3.0 + off * 0.05) ** 2
        assert found == pytest.approx(spread(within, n[0] * n[1] / sum(n) * apart**2, sum(n)))


@few
@given(groups())
def test_the_ends_of_a_pooled_sd_are_attained(case):
    means, sds, sizes = case
    check = audit.pooled_sd("1", means, sds, sizes)
    boxes = [(Printed(mean).low, Printed(mean).high) for mean in means]
    low, high = sums_within(sds, sizes)
    n, k = sum(sizes), len(sizes)
    corners = max(between(corner, sizes) for corner in product(*boxes))
    assert check.upper == pytest.approx(spread(high, corners, n), rel=ATTAINED)
    # The least: a least squares problem with bounds.
    weights = np.sqrt(sizes)[:, None] * (np.eye(k) - np.array(sizes) / n)
    fit = lsq_linear(
        weights, np.zeros(k), bounds=np.array(boxes, dtype=float).T, method="bvls", tol=1e-14
    )
    assert check.lower <= spread(low, 2 * fit.cost, n) * (1 + SAME)
    assert check.lower**2 == pytest.approx(spread(low, 2 * fit.cost, n) ** 2, rel=ATTAINED)
    assert check.lower <= check.computed <= check.upper


def moments(values):
    """Return the exact mean and variance (n - 1) of whole numbers."""
    n, total = len(values), sum(values)
    squares = sum(value**2 for value in values)
    return Fraction(total, n), (squares - Fraction(total**2, n)) / (n - 1)


def test_grim_as_by_brute_force():
    for n, decimals in product([1, 2, 3, 7, 9, 10, 11, 28, 99, 100], (0, 1, 2)):
        means = [Fraction(total, n) for total in range(-3 * n, 3 * n + 1)]
        for k in range(-2 * 10**decimals, 2 * 10**decimals + 1, 7 if decimals == 2 else 1):
            number = Printed(text(Fraction(k, 10**decimals), decimals))
            nearest = min(means, key=lambda mean, x=number.value: abs(mean - x))
            possible = [mean for mean in means if number.admits(mean)]
            check, ends = audit.grim(str(number), n), possible or [nearest]
            any_mean = n >= 10**decimals
            verdict = "untestable" if any_mean else "exact" if possible else "contradicted"
            assert check.verdict == verdict
            assert possible or not any_mean
            away = abs(float(nearest - number.value))
            assert abs(check.computed - number.value) == pytest.approx(away, abs=SAME)
            assert check.lower == pytest.approx(float(min(ends)), rel=SAME) or not possible
            assert check.upper == pytest.approx(float(max(ends)), rel=SAME) or not possible


@pytest.mark.long
@pytest.mark.parametrize(("n", "items"), [(5, 1), (6, 1), (5, 2)])
@pytest.mark.parametrize(("places", "decimals"), [(0, 1), (1, 1), (1, 2), (2, 1), (2, 2)])
def test_grimmer_as_by_brute_force(n, items, places, decimals):
    # Means from 0 to 1 and SDs up to 2: no value is farther than 2.1 sqrt(n - 1) from the mean.
    span = items * math.ceil(2.1 * math.sqrt(n - 1) + 0.5)
    data = {
        moments([Fraction(value, items) for value in values])
        for values in combinations_with_replacement(range(-span, span + 2 * items), n)
        if -n * items <= sum(values) <= 2 * n * items
    }
    for k in range(0, 10**places, 7 if places == 2 else 1):
        mean = Printed(text(k / 10**places, places))
        variances = [variance for average, variance in data if mean.admits(average)]
        for j in range(0, 2 * 10**decimals, 3 if decimals == 2 else 1):
            sd = Printed(text(j / 10**decimals, decimals))
            low, high = max(Fraction(0), sd.low) ** 2, sd.high**2
            possible = [variance for variance in variances if low <= variance <= high]
            check = audit.grimmer(str(mean), str(sd), n, items)
            if not possible:
                assert check.verdict == "contradicted"
                continue
            # Sums of squares of one sum are two apart.
            any_sd = items**2 * (n - 1) * (high - low) >= 2
            assert check.verdict == ("untestable" if any_sd else "exact")
            ends = math.sqrt(min(possible)), math.sqrt(max(possible))
            assert (check.lower, check.upper) == pytest.approx(ends, rel=SAME)
            nearest = min(abs(math.sqrt(variance) - sd.value) for variance in possible)
            assert abs(check.computed - sd.value) == pytest.approx(nearest, abs=SAME)


MANY = 10**6


def largest_sd(mean, lowest, highest, n=MANY):
    return audit.sd_in_range("0", mean, lowest, highest, n).upper


def test_the_largest_sd_of_a_score():
    rounding = 2 / MANY
    for mean, lowest, highest, n, largest, within in (
        # Half at each end of 1 to 5; Bhatia and Davis: (5 - 3) (3 - 1) = 4.
        ("3", 1, 5, MANY, 2, rounding),
        ("3.00", 1, 5, 10, 2 * math.sqrt(10 / 9), SAME),
        # Five answers from 1 to 7 with mean 4.2: 7, 7, 5, 1, 1 (an example of rsprite2).
        ("4.200000", 1, 7, 5, np.std([7, 7, 5, 1, 1], ddof=1), 1e-6),
        # Rounding of the mean: 1.5 is as large as "1" can be; of the limits: 0.5 to 7.5.
        ("1", 1, 7, MANY, math.sqrt(5.5 * 0.5), rounding),
        ("4", "1", "7", MANY, 3.5, rounding),
        ("4", 1, "7", MANY, 3.25, rounding),
    ):
        assert largest_sd(mean, lowest, highest, n) == pytest.approx(largest, rel=within)
    assert largest_sd("1.00000000", 1, 7) < 1e-3  # at the end of the range there is no room


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_the_largest_sd_as_by_brute_force(n):
    # Values in twelfths of the range from 0 to 1 reach the largest SD where the mean does.
    grid = range(13)
    by_sum = {}
    for values in combinations_with_replacement(grid, n):
        variance = moments(values)[1] / 144
        by_sum[sum(values)] = max(variance, by_sum.get(sum(values), 0))
    for total, variance in by_sum.items():
        mean = text(total / 12 / n, 12)
        assert largest_sd(mean, 0, 1, n) == pytest.approx(math.sqrt(variance), abs=1e-6)
    for k, decimals in product(range(11), (0, 1)):
        mean = Printed(text(k / 10, decimals))
        inside = [v for t, v in by_sum.items() if mean.admits(Fraction(t, 12 * n))]
        largest = largest_sd(str(mean), 0, 1, n)
        assert largest >= math.sqrt(max(inside, default=0)) * (1 - SAME)
        ends = [max(0, mean.low), min(1, mean.high)]
        steps = [ends[0] + (ends[1] - ends[0]) * Fraction(i, 60) for i in range(61)]
        over = max(largest_sd(text(step, 9), 0, 1, n) for step in steps)
        assert over == pytest.approx(largest, rel=0.01)
