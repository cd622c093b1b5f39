"""hccbook.audit.times: all days, all orders of a few patients, and unions of random groups."""

import math
import statistics
from fractions import Fraction
from itertools import chain, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from printing import SAME, properties

from hccbook import audit
from hccbook.audit.times import MONTHS
from hccbook.estimate import Printed

pytestmark = pytest.mark.filterwarnings("error")


def slow_days(text, length):
    """Return the half days that print as a time in months, in exact fractions."""
    number, length = Printed(text), Fraction(length).limit_denominator(10_000)
    halves = [Fraction(h, 2) for h in range(int(2 * (float(number.high) + 1) * length) + 2)]
    return [h for h in halves if number.low <= h / length <= number.high]


def test_month_lengths_as_by_brute_force():
    for months in (["12.83", "3.45", "17.13", "5.20"], ["6.0", "10.1"], ["0.0"], ["3.25", "7"]):
        frame = audit.month_lengths(months)
        assert (list(frame.index), list(frame)) == (list(MONTHS), [*months, "fits"])
        for name, length in MONTHS.items():
            found = {text: slow_days(text, length) for text in months}
            assert frame.loc[name, "fits"] == all(found.values())
            for text, days in found.items():
                whole = [day for day in days if day.denominator == 1]
                day = frame.loc[name, text]
                assert day == (whole or days)[0] if days else pd.isna(day)


def test_survival_at_median_is_the_least_that_any_patients_can_have():
    # All splits into deaths by 17 months and others, all with an observed median of 19.
    for n in (4, 5, 8, 9):
        check, least = audit.survival_at_median(n, "19", "17"), 1.0
        for dead in range(n + 1):
            time = np.array([10.0] * dead + [19.0] * (n % 2) + [28.0] * n)[:n]
            if np.median(time) == 19:
                least = min(least, 1 - dead / n)  # nobody is censored before
        assert check.computed == pytest.approx(least, abs=SAME)
        assert check.verdict == ("compatible" if n % 2 == 0 else "contradicted")
        check = audit.survival_at_median(n, "12", "17")  # a shorter follow-up says nothing
        assert (check.computed, check.verdict) == (0, "compatible")


def curve(sequence):
    """Return the Kaplan-Meier curve after each of distinct times: 1 a death, 0 censored."""
    value, at_risk, values = Fraction(1), len(sequence), []
    for death in sequence:
        value *= 1 - Fraction(death, at_risk)
        at_risk -= 1
        values.append(value)
    return values


def test_censoring_before_the_median_as_by_brute_force():
    for n in range(1, 12):
        least = {}
        for sequence in product((0, 1), repeat=n):
            reached = [i for i, value in enumerate(curve(sequence)) if 2 * value <= 1]
            if reached:
                events, censored = sum(sequence), sequence[: reached[0]].count(0)
                least[events] = min(censored, least.get(events, n))
        assert least == {k: audit.censored_before_median(n, k) for k in range(1, n + 1)}


# Median of a union


@properties
@given(
    st.lists(st.lists(st.integers(1, 30), min_size=1, max_size=7), min_size=1, max_size=4),
    st.sampled_from([statistics.median, statistics.median_low]),
    st.integers(0, 1),
)
def test_the_median_of_all_lies_between(parts, median, decimals):
    texts = [f"{median(part):.{decimals}f}" for part in parts]
    of_all = median(list(chain(*parts)))
    check = audit.median_of_union(f"{of_all:.{decimals}f}", texts)
    assert check.verdict == "compatible"
    assert check.lower <= of_all <= check.upper


def test_kaplan_meier_medians_can_leave_the_range_where_censoring_differs():
    parts = [([3, 6, 8], [0, 1, 1]), ([1, 9], [1, 0])]
    whole = [[*chain(*columns)] for columns in zip(*parts, strict=True)]
    medians = [KaplanMeierFitter().fit(*part).median_survival_time_ for part in (*parts, whole)]
    assert medians == [6, 1, 8]
    check = audit.median_of_union("8.0", ["6.0", "1.0"], censoring=True)
    assert check.verdict == "untestable"
    assert "censoring" in check.explanation


def test_unions():
    inside = "5.9", "6", "7", "8.1", "> 8", "< 6"  # the boxes touch at 5.95 and 8.05
    for median in (*inside, "5.8", "5.94", "8.2", "> 9", "< 5"):
        for censoring, outside in ((False, "contradicted"), (True, "untestable")):
            check = audit.median_of_union(median, ("8.0", "6.0", "7"), censoring=censoring)
            assert check.verdict == ("compatible" if median in inside else outside)
            assert (check.lower, check.upper) == (5.95, 8.05)
            assert math.isnan(check.computed)
    # One that was not reached.
    check = audit.median_of_union("30", ["20", "> 24"])
    assert (check.verdict, check.upper) == ("compatible", math.inf)
    assert audit.median_of_union("18", ["20", "> 24"]).verdict == "contradicted"


def test_numbers_at_risk():
    for number, events, verdict in (
        ("61", 0, "compatible"),
        ("80", 30, "compatible"),
        ("80", 31, "contradicted"),
        ("81", 0, "contradicted"),
    ):
        check = audit.at_risk(number, ["110", "80", "90"], events)
        assert (check.verdict, check.upper) == (verdict, min(80, 110 - events))
