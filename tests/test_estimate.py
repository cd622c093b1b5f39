"""hccbook.estimate: printed numbers, the values that print so, and estimates."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hccbook.estimate import Estimate, Printed, as_printed, format_number, format_p, parse

#: Values, decimals and relations of printed forms as journals use them.
FORMS = [
    # A decimal comma must not turn 0,269 into 269, nor 1,50 into 150.
    ("269/1000", 3, "=", "0.269|0,269|.269|= .269|+0.269|0·269|0∙269|0⋅269"),
    ("3/2", 2, "=", "1.50|1,50|1.50 %|  1.50% |1.50\u202f%"),
    ("1508", 0, "=", "1,508|1508|1\u2009508|1\u202f508|1\xa0508|1\u2007508"),
    ("6172839/5", 1, "=", "1,234,567.8|1\u2009234\u2009567,8|1234567·8"),
    ("-121/50", 2, "=", "-2.42|−2.42|–2.42|‐2.42|‑2.42|‒2.42"),
    ("3/250000", 6, "=", "1.2e-5|1.2E−05|1.2 × 10⁻⁵|1.2 x 10^-5|1.2×10−5|1.2*10^(−5)|0.000012"),
    ("-2000", -3, "=", "-2e3|−2 × 10³"),
    ("1/1000", 3, "<", "< 0.001|<0.001|<.001|≤ 0.001|< 1 × 10⁻³"),
    ("1/10", 1, "<", "<0.1 %"),
    ("99999/100", 2, ">", ">999.99|≥ 999.99"),
    ("-3/2", 1, ">", "> −1.5 %"),
    ("0", 0, "=", "0"),
]


def test_printed_forms_are_exact():
    for value, decimals, relation, forms in FORMS:
        value, unit = Fraction(value), Fraction(10) ** -decimals
        low, high = value - unit / 2, value + unit / 2
        low, high = {"=": (low, high), "<": (-math.inf, value), ">": (value, math.inf)}[relation]
        for form in forms.split("|"):
            number = Printed(form)
            found = number.value, number.decimals, number.relation, number.unit
            assert found == (value, decimals, relation, unit), form
            assert (number.low, number.high) == (low, high), form
            assert {type(number.value), type(number.unit)} == {Fraction}
            assert (str(number), float(number)) == (form, float(value))
            assert number.admits(value)
            assert [number.admits(x) for x in (-1e300, 1e300)] == [relation == "<", relation == ">"]
    for form in ("NE", "NR", "N.E.", "not reached", "Not estimable", "—"):
        number = as_printed(Printed(form))
        assert (number.low, number.relation, number.high) == (-math.inf, "", math.inf)
        assert math.isnan(number.value)


def test_both_neighbours_of_a_tie_are_admitted():
    number = Printed("0.3")
    assert as_printed("0.3") == number != Printed("0.30")
    assert number.admits(0.25)
    assert number.admits(Fraction(7, 20))
    beyond = np.nextafter(0.25, 0), Fraction(7, 20) + Fraction(1, 10**30), math.nan, math.inf
    assert not any(number.admits(value) for value in beyond)
    assert number.admits(np.float64(0.3)) is True
    assert number.possible
    possible = dict.fromkeys(("1.0", "-0.0", "< 0.05", "> 1", "NE"), True)
    possible |= dict.fromkeys(("1.2", "-0.1", "> 1.1", "< 1.1"), False)
    assert {x: Printed(x, (0, 1)).possible for x in possible} == possible


def test_what_is_not_one_printed_number_is_refused():
    for text in (
        *("", " ", "longer", "NA", "0.1.2", "1e", "5.", "--5", "1 508", "0.1-0.4", "$5", "0.8O"),
        *(",508", "1,,508", "1,508,", "1,508,1", "1,5.0", "<", "< <1", "5 % %", "٣", "5²"),
        *("1.2×105", "1.2 × 10", "1·508·2", "12\u2009508\u20095", "0\u2009508", "NE 5", "< NE"),
        *(0.269, 3, None, b"1", Fraction(1, 2), math.nan),
    ):
        for name, make in (("text", Printed), ("hr", lambda x: as_printed(x, "hr"))):
            with pytest.raises(ValueError, match=f"^{name}: expected one printed numb.* got ") as e:
                make(text)
            assert repr(text) in str(e.value)


def test_an_estimate_with_its_limits_is_taken_apart():
    for text, parts in (
        ("0.66 (0.52–0.85)", "0.66 0.52 0.85"),
        ("0·66 [95% CI: 0·52, 0·85]", "0·66 0·52 0·85"),
        ("0.66 (95 % CI 0.52 to 0.85; P = .001)", "0.66 0.52 0.85 .001"),
        ("0.66, 99% confidence interval 0.52-0.85, p<.001", "0.66 0.52 0.85 <.001"),
        ("0.66 (0.52;0.85) (P-value 1.2e-5)", "0.66 0.52 0.85 1.2e-5"),
        ("0,66 (0,52‑0,85)", "0,66 0,52 0,85"),
        ("66 (52,85)", "66 52 85"),
        ("−1.2 (−2.3–−0.1)", "−1.2 −2.3 −0.1"),
        ("25% (8.7%-49.1%)", "25% 8.7% 49.1%"),
        ("12.9 (9.4 to NE)", "12.9 9.4 NE"),
        ("12.3 (1.1–>999.99)", "12.3 1.1 >999.99"),
    ):
        assert parse(text) == tuple(parts.split()), text
    for text in ("0.66", "0.66 (0.52)", "HR 0.66 (0.52–0.85)", "0.660.52–0.85", None, 5):
        with pytest.raises(ValueError, match=r"^text: expected an estimate with limits .*, got "):
            parse(text)


@given(st.floats(-1e9, 1e9), st.integers(0, 12))
def test_a_rounded_float_is_admitted_by_its_own_print(value, decimals):
    text = f"{value:.{decimals}f}"
    for sign in ("-", "−"):
        number = Printed(text.replace("-", sign))
        assert (number.decimals, number.value) == (decimals, Fraction(text))
        assert number.admits(value)
    for other in (f"{value:,.{decimals}f}", text.replace("0.", ".", text.startswith("0."))):
        grouped = Printed(other)
        assert (grouped.value, grouped.low, grouped.high) == (number.value, number.low, number.high)
    power = Printed(f"{value:.{decimals}e}")
    assert power.value == Fraction(f"{value:.{decimals}e}")
    assert power.admits(value)


@given(st.decimals(0, 1000, places=4), st.integers(0, 3), st.sampled_from(["DOWN", "UP"]))
def test_programs_that_round_ties_either_way_are_admitted(value, decimals, way):
    rounded = value.quantize(Decimal(1).scaleb(-decimals), f"ROUND_HALF_{way}")
    number = Printed(f"{rounded:f}")
    assert number.admits(Fraction(value))
    beyond = number.high + Fraction(1, 10**9), number.low - Fraction(1, 10**9)
    assert not any(map(number.admits, beyond))


def test_estimates_print_their_numbers_alike():
    assert str(Estimate(0.269, 0.165, 0.438)) == "0.269 (95 % CI 0.165 to 0.438)"
    assert f"{Estimate(1 / 3, 0, 1, level=0.9):.1f}" == "0.3 (90 % CI 0.0 to 1.0)"
    assert f"{Estimate(12, level=0.99):.2f}" == "12.00"
    assert f"{Estimate(7, 5, math.inf, level=0.975):g}" == "7 (97.5 % CI 5 to inf)"
    assert (Estimate(1).p, Estimate(1).n) == (None, None)
    with pytest.raises(AttributeError):
        Estimate(1.0).value = 2.0


def test_impossible_estimates_and_p_values_are_refused():
    for message, make in (
        *(
            ("level: expected a number between 0 and 1, got ", lambda x=x: Estimate(1, level=x))
            for x in (0, 1, 95, -0.5, math.nan, "95", None)
        ),
        ("lower: expected at most upper = 1, got 2", lambda: Estimate(1.5, 2, 1)),
        *(("p: expected a number", lambda x=x: format_p(x)) for x in (-0.1, 1.1, math.inf)),
    ):
        with pytest.raises(ValueError, match=message):
            make()


def test_p_values_as_journals_print_them():
    values = (0, "< 0.001"), (np.nextafter(0.001, 0), "< 0.001"), (0.001, "0.001"), (1, "1.000")
    for p, text in (*values, (0.0374, "0.037"), (np.float64(0.5), "0.500")):
        assert format_p(p) == text
        assert Printed(text).admits(p)


def test_what_rounds_to_zero_has_no_sign():
    for value in (-1e-9, -0.0, np.float64(-1e-9)):
        assert [format_number(value, x) for x in (".2f", "8.1f", "+.0f")] == [
            "0.00",
            "     0.0",
            "+0",
        ]
        assert f"{Estimate(value, value, value)}" == "0.000 (95 % CI 0.000 to 0.000)"
        assert f"{Estimate(value):.1f}" == "0.0"
    others = {-0.006: "-0.01", -10.0: "-10.00", -math.inf: "-inf", math.nan: "nan", 2: "2.00"}
    assert [format_number(value) for value in others] == list(others.values())
