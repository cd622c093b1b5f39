"""hccbook.audit's counts, times and derived numbers: brute force, R, published intervals."""

import math
import statistics
from fractions import Fraction
from itertools import chain, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from reference import SAME

from hccbook import audit
from hccbook.audit.derived import _adjustments
from hccbook.audit.times import MONTHS
from hccbook.estimate import Printed


def slow_counts(text, n):
    return [k for k in range(n + 1) if Printed(text).admits(Fraction(100 * k, n))]


@pytest.mark.long
def test_counts_as_by_brute_force():
    for n in (*range(1, 13), 17, 28, 86):
        texts = [f"{k}" for k in range(101)] + ["12.5", "12.50", "0.05", "99.95"]
        texts += [f"{100 * k / n:.{d}f}" for k in range(n + 1) for d in (1, 2)]
        texts += [f"{k / 10:.1f}" for k in range(0, 1001, 7)]
        for text in texts:
            expected = slow_counts(text, n)
            assert audit.counts(text, n) == expected
            for count in range(0, n + 1, max(1, n // 7)):
                check = audit.percentage(text, count, n)
                assert check.verdict == ("exact" if count in expected else "contradicted")
                assert check.computed == pytest.approx(100 * count / n, rel=SAME)


@pytest.mark.long
def test_denominators_as_by_brute_force():
    for percents in (["30"], ["33.3", "66.7"], ["12.5", "37.50"], ["89.4", "1"]):
        expected = [n for n in range(1, 151) if all(slow_counts(text, n) for text in percents)]
        assert audit.denominators(percents, 150) == expected
        assert audit.denominators(tuple(percents), 10) == [n for n in expected if n <= 10]


def test_a_total_is_the_sum_of_its_parts():
    check = audit.total("1,508", ["1,000", "507", "1"])
    assert (check.verdict, check.explanation) == ("exact", "1,000 + 507 + 1 = 1508")
    assert check.computed == check.lower == check.upper == 1508
    for printed, verdict in (("1509", "contradicted"), ("1507", "contradicted"), ("1508", "exact")):
        assert audit.total(printed, ("1,000", "508")).verdict == verdict
    assert audit.total("0", np.array(["0", "0"])).verdict == "exact"


#: Numerators and denominators of rates, written again.
PARTS = {
    "sensitivity": lambda tp, fp, fn, tn: (tp, tp + fn),
    "specificity": lambda tp, fp, fn, tn: (tn, tn + fp),
    "ppv": lambda tp, fp, fn, tn: (tp, tp + fp),
    "precision": lambda tp, fp, fn, tn: (tp, tp + fp),
    "npv": lambda tp, fp, fn, tn: (tn, tn + fn),
    "false_omission": lambda tp, fp, fn, tn: (fn, fn + tn),
    "accuracy": lambda tp, fp, fn, tn: (tp + tn, tp + fp + fn + tn),
    "prevalence": lambda tp, fp, fn, tn: (tp + fn, tp + fp + fn + tn),
    "f1": lambda tp, fp, fn, tn: (2 * tp, 2 * tp + fp + fn),
}


def slow_tables(n, rates):
    found = set()
    for tp, fp, fn in product(range(n + 1), repeat=3):
        cells = tp, fp, fn, n - tp - fp - fn
        shares = [(Printed(text), *PARTS[name](*cells)) for name, text in rates.items()]
        if cells[3] >= 0 and all(b and x.admits(Fraction(100 * a, b)) for x, a, b in shares):
            found.add(cells)
    return found


def test_tables_as_by_brute_force():
    printed = [
        {"sensitivity": "75", "specificity": "66.7"},
        {"ppv": "50", "npv": "100"},
        {"accuracy": "83.3", "prevalence": "50.0"},
        {"false_omission": "0", "sensitivity": "100"},
        {"sensitivity": "33", "specificity": "51", "accuracy": "99"},
        {"precision": "66.7"},
        *({"f1": text} for text in ("0", "50", "66.7", "100")),
    ]
    for n, rates in product((1, 2, 6, 9, 12), printed):
        frame = audit.tables(n, **rates)
        assert list(frame) == ["tp", "fp", "fn", "tn"]
        rows = [tuple(row) for row in frame.to_numpy().tolist()]
        assert len(rows) == len(set(rows))
        assert set(rows) == slow_tables(n, rates)


@pytest.mark.long
@given(st.lists(st.integers(0, 15), min_size=4, max_size=4), st.integers(0, 2))
def test_a_table_is_found_from_its_own_prints(cells, decimals):
    tp, fp, fn, tn = cells
    assume(tp + fn and fp + tn and tp + fp and fn + tn)
    table = dict(zip(("tp", "fp", "fn", "tn"), cells, strict=True))
    rates = {}
    for name in audit.RATES:
        above, below = PARTS[name](*cells)
        rates[name] = f"{100 * above / below:.{decimals}f}"
    assert cells in audit.tables(sum(cells), **rates).to_numpy().tolist()
    for name, text in rates.items():
        assert audit.rate(text, table, name).verdict == "exact"
        assert audit.rate(text, pd.Series(table), name).verdict == "exact"


@pytest.mark.long
@settings(max_examples=50)
@given(*[st.integers(0, 9)] * 4, st.sampled_from(["accuracy", "ppv", "npv", "f1"]))
def test_smaller_tables_are_those_of_every_size(tp, fp, fn, tn, name):
    assume(tp and fp + tn and (name != "npv" or tn + fn))
    parts = {rate: PARTS[rate](tp, fp, fn, tn) for rate in ("sensitivity", "specificity", name)}
    rates = {rate: f"{100 * above / below:.1f}" for rate, (above, below) in parts.items()}
    most = tp + fn + 2, fp + tn + 3
    every = [
        row
        for n in range(1, sum(most) + 1)
        for row in audit.tables(n, **rates).to_dict("records")
        if row["tp"] and row["tp"] + row["fn"] <= most[0] and row["fp"] + row["tn"] <= most[1]
    ]
    found = audit.tables_within(*most, **rates)
    assert {"tp": tp, "fp": fp, "fn": fn, "tn": tn} in found
    assert sorted(map(str, found)) == sorted(map(str, every))
    sizes = [sum(table.values()) for table in found]
    assert sizes == sorted(sizes, reverse=True)
    # Each has a true positive.
    assert audit.tables_within(*most, sensitivity="0", specificity="100") == []


def test_percentages_of_one_group():
    texts = [f"{x / 10:.1f}" for x in range(330, 338)] + ["33", "34", "33.35"]
    for percent, *others in product(texts, repeat=3):
        boxes = [Printed(x) for x in (percent, *others)]
        fits = sum(x.low for x in boxes) <= 100 <= sum(x.high for x in boxes)
        verdict = audit.remaining_percentage(percent, others).verdict
        assert (verdict == "contradicted") == (not fits), (percent, others)


#: Limits of 81 in 263 by method: Newcombe (1998), Statistics in Medicine 17, 857, table I, and R's
#: binom.test, prop.test and qbeta; Agresti-Coull's is that of Wilson's centre, by hand.
NEWCOMBE = {
    "Wald": (25.22, 36.38),
    "Wilson": (25.53, 36.62),
    "Wilson with continuity correction": (25.35, 36.82),
    "Clopper-Pearson": (25.27, 36.76),
    "Jeffreys": (25.45, 36.56),
    "Agresti-Coull": (25.52, 36.63),
}


def test_intervals_of_a_proportion():
    found = audit.proportion_intervals(81, 263)
    assert set(found) == set(NEWCOMBE)
    for name, limits in NEWCOMBE.items():
        assert found[name] == pytest.approx(limits, abs=0.006), name
    assert audit.proportion_intervals(1, 20)["Wald, cut off"][0] == 0
    cases = {
        # A response rate of 5 in 20, 25 %, as trials print it.
        ("25", "8.7", "49.1", 20): ("exact", "exact", "those of Clopper-Pearson:"),
        ("25.0", "11.2", "46.9", 20): ("exact", "exact", "those of Wilson:"),
        ("25", "6", "44", 20): ("exact", "exact", "those of Wald:"),
        ("5", "0", "14.6", 20): ("exact", "exact", "those of Wald, cut off:"),
        ("25", "8.9", "48.9", 20): ("compatible", "compatible", "no usual method"),
        ("25", "18.7", "49.1", 20): ("contradicted", "compatible", "no usual method"),
        ("26", "8.7", "49.1", 20): ("contradicted", "contradicted", "no count of 20 is 26 %"),
    }
    for texts, (lower, upper, why) in cases.items():
        checks = audit.proportion_limits(*texts)
        assert [checks[x].verdict for x in ("lower", "upper")] == [lower, upper], texts
        assert why in checks["lower"].explanation


#: p.adjust of R 4.2.2 of four P values.
PS = ["0.010", "0.020", "0.024", "0.200"]
R = {
    "Benjamini-Hochberg": (0.032, 0.032, 0.032, 0.2),
    "Hochberg": (0.04, 0.048, 0.048, 0.2),
    "Holm": (0.04, 0.06, 0.06, 0.2),
    "Benjamini-Yekutieli": (0.06667, 0.06667, 0.06667, 0.41667),
    "Bonferroni": (0.04, 0.08, 0.096, 0.8),
}


def test_adjusted_p_values():
    for at, p in enumerate(PS):
        family = [p, *(x for x in PS if x != p)]
        found = _adjustments([Fraction(x) for x in family])
        assert set(found) == set(R)
        for name, values in R.items():
            assert float(found[name]) == pytest.approx(values[at], abs=6e-6)
            assert audit.adjusted_p(f"{values[at]:.4f}", p, family[1:]).verdict == "exact"
    assert _adjustments([Fraction(1, 2), Fraction(1, 2)])["Bonferroni"] == 1
    others = PS[1:]
    for q, verdict in (
        ("0.04", "exact"),
        ("0.20", "contradicted"),  # above all adjustments
        ("0.005", "untestable"),  # below P: Storey's may be
        ("0.060", "untestable"),
        ("< 0.05", "exact"),
        ("1.1", "contradicted"),
    ):
        assert audit.adjusted_p(q, PS[0], others).verdict == verdict, q
    assert audit.adjusted_p("0.004", "<0.001", others).verdict == "exact"


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
