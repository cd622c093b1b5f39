"""Whole numbers in hccbook.audit.means: the papers' examples, all small data sets, random data."""

import math
from fractions import Fraction
from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hccbook import audit
from hccbook.estimate import Printed

SAME = 1e-12  # the same formula, written in another way

pytestmark = pytest.mark.filterwarnings("error")
properties = settings(deadline=None, derandomize=True)


def text(value, decimals):
    return f"{float(value):.{decimals}f}"


def moments(values):
    """Return the exact mean and variance (n - 1) of whole numbers."""
    n, total = len(values), sum(values)
    squares = sum(value**2 for value in values)
    return Fraction(total, n), (squares - Fraction(total**2, n)) / (n - 1)


def prints(number, variance):
    """Say whether the root of ``variance`` lies in the box of ``number``, exactly."""
    return max(Fraction(0), number.low) ** 2 <= variance <= number.high**2


def some_numbers(draw, most=60):
    n = draw(st.integers(2, most))
    span = draw(st.sampled_from([1, 3, 20, 400]))
    return draw(st.lists(st.integers(-span, 3 * span), min_size=n, max_size=n))


# GRIM


def test_the_examples_of_brown_and_heathers():
    # The mean of 28 whole numbers cannot print as 5.19: 145 / 28 = 5.18, 146 / 28 = 5.21.
    check = audit.grim("5.19", 28)
    assert check.verdict == "contradicted"
    assert check.computed == check.lower == check.upper == pytest.approx(145 / 28, rel=SAME)
    assert "145 / 28 = 5.1786" in check.explanation
    assert audit.grim("5.18", 28).verdict == audit.grim("5.21", 28).verdict == "exact"
    # Ten answers from 1 to 7 cannot average to 3.45 (Allard), nor 49 of them to 5.93.
    assert audit.grim("3.45", 10).verdict == "contradicted"
    assert audit.grim("5.93", 49).verdict == "contradicted"
    # A hundred people and two decimals, or ten and one: nothing is impossible.
    check = audit.grim("5.19", 100)
    assert check.verdict == "untestable"
    assert "100 whole numbers can have any mean with 2 decimals" in check.explanation


@pytest.mark.parametrize("n", [1, 2, 3, 7, 9, 10, 11, 28, 40, 99, 100])
def test_grim_as_by_brute_force(n):
    means = [Fraction(total, n) for total in range(-3 * n, 3 * n + 1)]
    for decimals in (0, 1, 2):
        for k in range(-2 * 10**decimals, 2 * 10**decimals + 1, 7 if decimals == 2 else 1):
            number = Printed(text(Fraction(k, 10**decimals), decimals))
            possible = [mean for mean in means if number.admits(mean)]
            check = audit.grim(str(number), n)
            if n >= 10**decimals:
                assert possible
                assert check.verdict == "untestable"
            else:
                assert check.verdict == ("exact" if possible else "contradicted")
            nearest = min(abs(mean - number.value) for mean in means)
            assert abs(check.computed - number.value) == pytest.approx(float(nearest), abs=SAME)
            if possible:
                ends = float(min(possible)), float(max(possible))
                assert (check.lower, check.upper) == pytest.approx(ends, rel=SAME)
            else:
                assert check.lower == check.computed == check.upper


def test_grim_has_power_up_to_its_limit():
    for decimals, n in ((1, 9), (2, 99)):
        verdicts = {
            audit.grim(text(k / 10**decimals, decimals), n).verdict for k in range(10**decimals)
        }
        assert verdicts == {"exact", "contradicted"}


# GRIMMER


def test_the_example_of_allard():
    # Sum 62: of the sums of squares only 317 prints SD 2.47, but it is odd.
    check = audit.grimmer("3.44", "2.47", 18)
    assert check.verdict == "contradicted"
    assert text(math.sqrt((317 - 62**2 / 18) / 17), 2) == "2.47"
    near = [math.sqrt((squares - 62**2 / 18) / 17) for squares in (316, 318)]
    assert check.computed == pytest.approx(min(near, key=lambda sd: abs(sd - 2.47)), rel=SAME)
    assert check.lower == check.computed == check.upper
    assert "sum 62 and sum of squares 31" in check.explanation
    for sd in near:
        assert audit.grimmer("3.44", text(sd, 2), 18).verdict == "exact"
    # The examples of the R package rsprite2, which follows Allard.
    assert audit.grimmer("5.21", "1.6", 28).verdict == "untestable"  # 27 (1.65² - 1.55²) > 2
    assert audit.grimmer("5.21", "1.60", 28).verdict == "exact"


def test_an_impossible_mean_has_no_sd():
    check = audit.grimmer("5.19", "1.50", 28)
    assert check.verdict == "contradicted"
    assert math.isnan(check.computed)
    assert "no 28 whole numbers have a mean that prints as 5.19" in check.explanation


def test_an_sd_below_that_of_values_as_equal_as_possible():
    # Half of them 3 and half 4: no whole numbers with mean 3.5 are closer together.
    assert audit.grimmer("3.50", "0.51", 20).verdict == "exact"
    check = audit.grimmer("3.50", "0.30", 20)
    assert check.verdict == "contradicted"
    assert check.computed == pytest.approx(math.sqrt(5 / 19), rel=SAME)
    # However coarse the print and however many the values.
    assert audit.grimmer("3.50", "0.3", 5000).verdict == "contradicted"


def tight(value):
    return text(value, 9)


@pytest.mark.parametrize(("n", "most"), [(2, 300), (3, 200), (4, 120), (5, 50), (6, 26), (7, 20)])
def test_all_sums_of_squares_of_few_numbers(n, most):
    # All data with sum of squares up to `most`; no other data set can have one of these.
    span = math.isqrt(most)
    found = set()
    for values in combinations_with_replacement(range(-span, span + 1), n):
        if (squares := sum(value**2 for value in values)) <= most:
            found.add((sum(values), squares))
    for total in range(-n, n + 1):
        for squares in range(math.ceil(total**2 / n), most + 1):
            variance = (squares - Fraction(total**2, n)) / (n - 1)
            check = audit.grimmer(tight(total / n), tight(math.sqrt(variance)), n)
            possible = (total, squares) in found
            assert check.verdict == ("exact" if possible else "contradicted"), (total, squares)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
@pytest.mark.parametrize(("mean_decimals", "sd_decimals"), [(0, 1), (1, 1), (1, 2), (2, 1), (2, 2)])
def test_grimmer_as_by_brute_force(n, mean_decimals, sd_decimals):
    # Means from 0 to 1 and SDs up to 2: no value is farther than 2.1 sqrt(n - 1) from the mean.
    span = math.ceil(2.1 * math.sqrt(n - 1) + 0.5)
    data = {
        moments(values)
        for values in combinations_with_replacement(range(-span, span + 2), n)
        if -n <= sum(values) <= 2 * n
    }
    means = [
        Printed(text(k / 10**mean_decimals, mean_decimals))
        for k in range(0, 10**mean_decimals, 7 if mean_decimals == 2 else 1)
    ]
    for mean in means:
        variances = [variance for average, variance in data if mean.admits(average)]
        for k in range(0, 2 * 10**sd_decimals, 3 if sd_decimals == 2 else 1):
            sd = Printed(text(k / 10**sd_decimals, sd_decimals))
            possible = [variance for variance in variances if prints(sd, variance)]
            check = audit.grimmer(str(mean), str(sd), n)
            if not possible:
                assert check.verdict == "contradicted"
                continue
            assert check.verdict in {"exact", "untestable"}
            ends = math.sqrt(min(possible)), math.sqrt(max(possible))
            assert (check.lower, check.upper) == pytest.approx(ends, rel=SAME)
            nearest = min(abs(math.sqrt(variance) - sd.value) for variance in possible)
            assert abs(check.computed - sd.value) == pytest.approx(nearest, abs=SAME)


@pytest.mark.parametrize(
    ("mean", "n"), [("3.50", 20), ("3.44", 18), ("3", 7), ("3.4", 30), ("2.1", 12)]
)
def test_grimmer_is_untestable_where_and_only_where_no_box_can_miss(mean, n):
    # Slide a box of the same width, in sums of squared deviations, over one whole period.
    sums = [t for t in range(10 * n) if Printed(mean).admits(Fraction(t, n))]
    starts = {(t % 2 - Fraction(t * t, n)) % 2 for t in sums}
    seen = set()
    for k in range(8, 100):
        sd = Printed(text(k / 10, 1))
        verdict = audit.grimmer(mean, str(sd), n).verdict
        width = (n - 1) * (sd.high**2 - sd.low**2)
        # A closed box misses every one of them if it begins right behind one.
        misses = any(
            all((s - first) % 2 > width or s == first for s in starts) and width < 2
            for first in starts
        )
        assert (verdict == "untestable") == (not misses)
        seen.add(verdict)
    assert "untestable" in seen


def test_below_five_numbers_no_box_is_too_wide_to_miss():
    # Sums of squares of five numbers are two apart; those of fewer leave wider gaps.
    # Two numbers with an even sum differ by an even number: SD 4.2 or 5.7, none between.
    assert audit.grimmer("3.0", "2", 5).verdict == "untestable"
    assert audit.grimmer("3.0", "2", 4).verdict == "exact"
    assert audit.grimmer("3.0", "5.0", 2).verdict == "contradicted"
    assert audit.grimmer("3.0", "5.7", 2).verdict == "exact"


@properties
@given(st.data())
def test_true_whole_numbers_are_never_contradicted(data):
    values = some_numbers(data.draw)
    mean, variance = moments(values)
    n, decimals = len(values), data.draw(st.integers(0, 4))
    places = data.draw(st.integers(0, 4))
    printed_mean, printed_sd = text(mean, decimals), text(math.sqrt(variance), places)
    check = audit.grim(printed_mean, n)
    assert check.verdict == ("untestable" if n >= 10**decimals else "exact")
    assert check.lower - SAME * 1e3 <= mean <= check.upper + SAME * 1e3
    check = audit.grimmer(printed_mean, printed_sd, n)
    assert check.verdict in {"exact", "untestable"}
    assert check.lower * (1 - SAME) <= math.sqrt(variance) <= check.upper * (1 + SAME)
    assert check.lower <= check.computed <= check.upper
    printed = float(printed_sd)
    assert abs(check.computed - printed) <= abs(math.sqrt(variance) - printed) + SAME * 1e3


# Values in a range


MANY = 10**6


def largest_sd(mean, lowest, highest, n=MANY):
    return audit.sd_in_range("0", mean, lowest, highest, n).upper


def test_the_largest_sd_of_a_score():
    # Half at each end of 1 to 5; Bhatia and Davis: (5 - 3) (3 - 1) = 4.
    assert largest_sd("3", 1, 5) == pytest.approx(2, rel=2 / MANY)
    assert largest_sd("3.00", 1, 5, n=10) == pytest.approx(2 * math.sqrt(10 / 9), rel=SAME)
    # Five answers from 1 to 7 with mean 4.2: 7, 7, 5, 1, 1 (an example of rsprite2).
    largest = largest_sd("4.200000", 1, 7, n=5)
    assert largest == pytest.approx(np.std([7, 7, 5, 1, 1], ddof=1), rel=1e-6)
    # A mean at the end of the range leaves no room.
    assert largest_sd("1.00000000", 1, 7) < 1e-3
    # Rounding of the mean: 1.5 is as large as "1" can be.
    assert largest_sd("1", 1, 7) == pytest.approx(math.sqrt(5.5 * 0.5), rel=2 / MANY)
    # Rounding of the limits: 0.5 to 7.5.
    assert largest_sd("4", "1", "7") == pytest.approx(3.5, rel=2 / MANY)
    assert largest_sd("4", 1, "7") == pytest.approx(3.25, rel=2 / MANY)


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


@properties
@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=40),
    st.floats(-5, 5),
    st.floats(0.5, 50),
    st.integers(0, 4),
)
def test_values_in_a_range_never_contradict_it(shares, bottom, width, decimals):
    top = bottom + width
    values = bottom + width * np.array(shares)
    mean, sd = text(np.mean(values), decimals), text(np.std(values, ddof=1), decimals)
    n = len(values)
    assert np.std(values, ddof=1) <= largest_sd(mean, bottom, top, n) * (1 + SAME) + 1e-7
    check = audit.sd_in_range(sd, mean, bottom, top, n)
    assert check.verdict == "compatible"
    assert (check.lower, check.upper) == (0, largest_sd(mean, bottom, top, n))
    low, high = (text(end, decimals) for end in (values.min(), values.max()))
    assume(Printed(low).value < Printed(high).value)
    assert audit.sd_in_range(sd, mean, low, high, n).verdict == "compatible"


def test_sds_against_a_range():
    check = audit.sd_in_range("2.2", "3.0", 1, 5, 10)
    assert check.verdict == "contradicted"
    assert math.isnan(check.computed)
    assert "10 values from 1 to 5 with mean 3.0 have an SD of at most 2.1082" in check.explanation
    assert audit.sd_in_range("2.1", "3.0", 1, 5, 10).verdict == "compatible"
    assert audit.sd_in_range("0", "3.0", 1, 5, 10).verdict == "compatible"
    # Two values, 0 and 4, have variance 8, but 2.835 squared is more.
    assert audit.sd_in_range("2.83", "2.000", 0, 4, 2).verdict == "compatible"
    assert audit.sd_in_range("2.84", "2.000", 0, 4, 2).verdict == "contradicted"
    # Nine values, three at 4.5 and six at 0: the SD is 2.25, which prints as 2.3 too.
    assert audit.sd_in_range("2.3", "1", 0, 4.5, 9).verdict == "compatible"
    assert audit.sd_in_range("2.4", "1", 0, 4.5, 9).verdict == "contradicted"


BAD = [
    ("mean: .* got 5.19", lambda: audit.grim(5.19, 28)),
    ("mean: .* got '< 5'", lambda: audit.grim("< 5", 28)),
    ("n: .* got 0", lambda: audit.grim("5.19", 0)),
    ("n: .* got 2.5", lambda: audit.grim("5.19", 2.5)),
    ("n: .* got nan", lambda: audit.grim("5.19", math.nan)),
    ("mean: .* got ''", lambda: audit.grimmer("", "1.5", 28)),
    ("sd: .* got None", lambda: audit.grimmer("5.18", None, 28)),
    ("sd: .* at least 0, got '-1.5'", lambda: audit.grimmer("5.18", "-1.5", 28)),
    ("sd: .* got '> 1.5'", lambda: audit.grimmer("5.18", "> 1.5", 28)),
    ("n: .* at least 2, got 1", lambda: audit.grimmer("5.18", "1.5", 1)),
    ("mean: .* got 3", lambda: largest_sd(3, 1, 5)),
    ("mean: .* from 1 to 5, got '5.6'", lambda: largest_sd("5.6", 1, 5)),
    ("mean: .* from 1 to 5, got '0.2'", lambda: largest_sd("0.2", 1, 5)),
    ("lowest: .* less than highest = 1, got 5", lambda: largest_sd("3", 5, 1)),
    ("lowest: .* less than highest = 3, got 3", lambda: largest_sd("3", 3, 3)),
    ("lowest: .* got nan", lambda: largest_sd("3", math.nan, 5)),
    ("lowest: .* got '< 1'", lambda: largest_sd("3", "< 1", 5)),
    ("highest: .* finite number, got inf", lambda: largest_sd("3", 1, math.inf)),
    ("highest: .* got None", lambda: largest_sd("3", 1, None)),
    ("highest: .* got True", lambda: largest_sd("0", 0, True)),
    ("n: .* at least 2, got 1", lambda: largest_sd("3", 1, 5, 1)),
    ("sd: .* got 2.1", lambda: audit.sd_in_range(2.1, "3", 1, 5, 10)),
    ("sd: .* at least 0, got '-2'", lambda: audit.sd_in_range("-2", "3", 1, 5, 10)),
    ("n: .* got None", lambda: audit.sd_in_range("2", "3", 1, 5, None)),
    ("mean: .* got '9'", lambda: audit.sd_in_range("2", "9", 1, 5, 10)),
]
