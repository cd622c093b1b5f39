"""hccbook.audit.counts: brute force over all counts and tables, and the papers' percentages."""

from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from printing import SAME, properties
from sklearn.metrics import f1_score, precision_score

from hccbook import audit
from hccbook.estimate import Printed

pytestmark = pytest.mark.filterwarnings("error")


def slow_counts(text, n):
    return [k for k in range(n + 1) if Printed(text).admits(Fraction(100 * k, n))]


def test_counts_as_by_brute_force():
    for n in (*range(1, 26), 28, 86):
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


def test_denominators_as_by_brute_force():
    for percents in (["30"], ["33.3", "66.7"], ["12.5", "37.50"], ["89.4", "1"]):
        expected = [n for n in range(1, 151) if all(slow_counts(text, n) for text in percents)]
        assert audit.denominators(percents, 150) == expected
        assert audit.denominators(tuple(percents), 10) == [n for n in expected if n <= 10]


def test_the_check_has_no_power_above_its_limit():
    texts = [f"{k / 10:.1f}" for k in range(1001)]
    for n, all_possible in ((1000, True), (1007, True), (993, False)):
        assert all(audit.counts(text, n) for text in texts) == all_possible


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


@properties
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


@settings(properties, max_examples=50)
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


def test_f1_and_precision_as_in_scikit_learn():
    table = {"tp": 33, "fp": 15, "fn": 7, "tn": 88}
    y = np.repeat([1, 0, 1, 0], list(table.values()))
    predicted = np.repeat([1, 1, 0, 0], list(table.values()))
    for name, score in (("f1", f1_score), ("precision", precision_score)):
        text = f"{100 * score(y, predicted):.4f}"
        assert audit.rate(text, table, name).verdict == "exact"
        assert audit.rate(f"{float(text) + 0.001:.4f}", table, name).verdict == "contradicted"
