"""hccbook.estimate: printed numbers, the values that print so, and estimates."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hccbook.estimate import Estimate, Printed, format_p, number, printed

properties = settings(deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("text", "value", "decimals"),
    [
        ("0.269", "269/1000", 3),
        ("5.20", "26/5", 2),
        ("30", "30", 0),
        ("1,508", "1508", 0),
        # A decimal comma must not turn 0,269 into 269, nor 1,50 into 150.
        ("0,269", "269/1000", 3),
        ("1,50", "3/2", 2),
        ("1,234,567.8", "6172839/5", 1),
        ("78.18 %", "3909/50", 2),
        ("78.18%", "3909/50", 2),
        ("-0.5", "-1/2", 1),
        ("−0.5", "-1/2", 1),  # U+2212, minus
        ("–0.5", "-1/2", 1),  # U+2013, en dash
        ("+0.5", "1/2", 1),
        ("  7 ", "7", 0),
        ("0", "0", 0),
    ],
)
def test_plain_numbers_are_exact(text, value, decimals):
    number, value, half = Printed(text), Fraction(value), Fraction(1, 2 * 10**decimals)
    assert (number.value, number.decimals, number.relation) == (value, decimals, "=")
    assert (number.low, number.high, number.unit) == (value - half, value + half, 2 * half)
    assert all(isinstance(x, Fraction) for x in (number.value, number.low, number.high))
    assert (str(number), float(number)) == (text, float(value))


@pytest.mark.parametrize(
    ("text", "relation", "low", "high"),
    [
        ("< 0.001", "<", -math.inf, Fraction(1, 1000)),
        ("<0.001", "<", -math.inf, Fraction(1, 1000)),
        ("≤ 0.001", "<", -math.inf, Fraction(1, 1000)),
        ("> 0.99", ">", Fraction(99, 100), math.inf),
        ("≥ 400", ">", Fraction(400), math.inf),
        ("> −1.5 %", ">", Fraction(-3, 2), math.inf),
    ],
)
def test_inequalities_are_open_on_one_side(text, relation, low, high):
    number = Printed(text)
    assert (number.relation, number.low, number.high) == (relation, low, high)
    assert number.admits(number.value)
    assert number.admits(-1e300) == (relation == "<")
    assert number.admits(1e300) == (relation == ">")


def test_both_neighbours_of_a_tie_are_admitted():
    number = Printed("0.3")
    assert printed(number) is number
    assert printed("0.3") == number != Printed("0.30")
    assert number.admits(0.25)
    assert number.admits(Fraction(7, 20))
    beyond = np.nextafter(0.25, 0), Fraction(7, 20) + Fraction(1, 10**30), math.nan, math.inf
    assert not any(number.admits(value) for value in beyond)
    assert number.admits(np.float64(0.3)) is True


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "longer", "NA", "0.1.2", "1e-3", ".5", "5.", "--5", "1 508", "0.1-0.4", "$5"),
        *(",508", "1,,508", "1,508,", "1,508,1", "1,5.0"),
        *("<", "< <1", "5 % %", "٣", "0.8O"),
        *(0.269, 3, None, b"1", Fraction(1, 2), math.nan),
    ],
)
def test_what_is_not_one_printed_number_is_refused(text):
    with pytest.raises(ValueError, match=r"^text: expected one printed number .* got ") as caught:
        Printed(text)
    assert repr(text) in str(caught.value)
    with pytest.raises(ValueError, match=r"^hr: expected one printed number"):
        printed(text, "hr")


@properties
@given(st.floats(-1e9, 1e9), st.integers(0, 12))
def test_a_rounded_float_is_admitted_by_its_own_print(value, decimals):
    text = f"{value:.{decimals}f}"
    for sign in ("-", "−"):
        number = Printed(text.replace("-", sign))
        assert number.decimals == decimals
        assert number.value == Fraction(text)
        assert number.admits(value)
    grouped = Printed(f"{value:,.{decimals}f}")
    assert (grouped.value, grouped.low, grouped.high) == (number.value, number.low, number.high)


@properties
@given(st.decimals(0, 1000, places=4), st.integers(0, 3), st.sampled_from(["DOWN", "UP"]))
def test_programs_that_round_ties_either_way_are_admitted(value, decimals, way):
    rounded = value.quantize(Decimal(1).scaleb(-decimals), f"ROUND_HALF_{way}")
    number = Printed(f"{rounded:f}")
    assert number.admits(Fraction(value))
    assert not number.admits(number.high + Fraction(1, 10**9))
    assert not number.admits(number.low - Fraction(1, 10**9))


def test_estimates_print_their_numbers_alike():
    assert str(Estimate(0.269, 0.165, 0.438)) == "0.269 (95 % CI 0.165 to 0.438)"
    assert f"{Estimate(1 / 3, 0, 1, level=0.9):.1f}" == "0.3 (90 % CI 0.0 to 1.0)"
    assert f"{Estimate(12, level=0.99):.2f}" == "12.00"
    assert f"{Estimate(7, 5, math.inf, level=0.975):g}" == "7 (97.5 % CI 5 to inf)"
    assert (Estimate(1).p, Estimate(1).n) == (None, None)
    with pytest.raises(AttributeError):
        Estimate(1.0).value = 2.0


def test_impossible_estimates_and_p_values_are_refused():
    for level in (0, 1, 95, -0.5, math.nan, "95", None):
        with pytest.raises(ValueError, match="level: expected a number between 0 and 1, got "):
            Estimate(1, level=level)
    with pytest.raises(ValueError, match="lower: expected at most upper = 1, got 2"):
        Estimate(1.5, 2, 1)
    for p in (-0.1, 1.1, math.inf):
        with pytest.raises(ValueError, match="p: expected a number"):
            format_p(p)


def test_p_values_as_journals_print_them():
    for p, text in (
        (0, "< 0.001"),
        (np.nextafter(0.001, 0), "< 0.001"),
        (0.001, "0.001"),
        (0.0374, "0.037"),
        (np.float64(0.5), "0.500"),
        (1, "1.000"),
    ):
        assert format_p(p) == text
        assert Printed(text).admits(p)


def test_what_rounds_to_zero_has_no_sign():
    for value in (-1e-9, -0.0, np.float64(-1e-9)):
        assert number(value) == "0.00"
        assert number(value, "8.1f") == "     0.0"
        assert number(value, "+.0f") == "+0"
        assert f"{Estimate(value, value, value)}" == "0.000 (95 % CI 0.000 to 0.000)"
        assert f"{Estimate(value):.1f}" == "0.0"
    others = {-0.006: "-0.01", -10.0: "-10.00", -math.inf: "-inf", math.nan: "nan", 2: "2.00"}
    assert [number(value) for value in others] == list(others.values())
