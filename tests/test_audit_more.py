"""hccbook.audit: F1, intervals and correlations of AUCs, censoring, medians of unions."""

import json
import math
import re
import statistics
from fractions import Fraction
from itertools import chain, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from scipy.special import expit, logit
from scipy.stats import norm
from sklearn.metrics import f1_score, precision_score

from hccbook import audit, reported, survival
from hccbook.estimate import Printed

SAME = 1e-12  # the same formula, written in another way
SLACK = 1e-9  # relative; the ends of a box are fractions, the formula works on floats
STEPS = 3  # points on each side of a box in a brute-force search
DIGITS = 0.006  # a correlation is given with two digits
Z95 = norm.ppf(0.975)

REFERENCE = Path(__file__).parents[1] / "data" / "reference"
R = json.loads((REFERENCE / "roc.json").read_text(encoding="utf-8"))
PAIRS = [name for name in R if name != "versions"]

#: Table 3 of the TIPM paper: cohort, its patients, and those that a table is found for.
TIPM = [("training", 143), ("internal", 62), ("external", 101)]
RATES = ("sensitivity", "specificity", "accuracy", "precision", "f1-score")

pytestmark = pytest.mark.filterwarnings("error")
properties = settings(deadline=None, derandomize=True)


def tipm(id, field="printed"):
    return reported.text(f"tipm.{id}", field)


def points(text):
    number = Printed(text)
    return np.linspace(float(number.low), float(number.high), STEPS)


# F1 score


def slow_f1(text, n):
    number, found = Printed(text), set()
    for tp, fp, fn in product(range(n + 1), repeat=3):
        if tp + fp + fn > n or not tp + fp + fn:
            continue
        if number.admits(Fraction(200 * tp, 2 * tp + fp + fn)):
            found.add((tp, fp, fn, n - tp - fp - fn))
    return found


@pytest.mark.parametrize("text", ["0", "50", "66.7", "75", "85.71", "100"])
@pytest.mark.parametrize("n", [1, 5, 9])
def test_f1_as_by_brute_force(n, text):
    rows = audit.tables(n, f1=text).to_numpy().tolist()
    assert {tuple(row) for row in rows} == slow_f1(text, n)


def test_f1_and_precision_as_in_scikit_learn():
    table = {"tp": 33, "fp": 15, "fn": 7, "tn": 88}
    y = np.repeat([1, 0, 1, 0], list(table.values()))
    predicted = np.repeat([1, 1, 0, 0], list(table.values()))
    for name, score in (("f1", f1_score), ("precision", precision_score)):
        text = f"{100 * score(y, predicted):.4f}"
        assert audit.rate(text, table, name).verdict == "exact"
        assert audit.rate(f"{float(text) + 0.001:.4f}", table, name).verdict == "contradicted"
    assert audit.rate("75.00", table, "f1").explanation.startswith("66 of 88 is")


@pytest.mark.parametrize("n", [4, 13])
@pytest.mark.parametrize("text", ["50", "66.7", "33"])
def test_precision_is_the_positive_predictive_value(n, text):
    assert audit.tables(n, precision=text).equals(audit.tables(n, ppv=text))


@pytest.mark.parametrize(("cohort", "n"), TIPM)
def test_table_3_of_tipm_fits_fewer_patients(cohort, n):
    total = int(tipm(f"results.{cohort}.n"))
    rates = {name.partition("-")[0]: tipm(f"table3.{name}.{cohort}") for name in RATES}
    assert len(audit.tables(n, **rates)) == 1
    assert n < total
    assert audit.tables(total, **rates).empty


# Intervals of an AUC


@pytest.mark.parametrize("decimals", [2, 3, 5])
@pytest.mark.parametrize("pair", PAIRS)
def test_delong_intervals_of_r_are_normal(pair, decimals):
    for numbers in (R[pair]["first"], R[pair]["second"]):
        frame = audit.auc_interval_readings(*(f"{x:.{decimals}f}" for x in numbers))
        assert list(frame.columns) == ["reading", "centre", "lower", "upper", "verdict", "why"]
        assert frame["reading"].tolist() == ["normal", "logit", "bootstrap or other"]
        assert frame["verdict"][0] != "contradicted"
        assert frame["verdict"][2] == "compatible"
        assert frame["lower"][0] <= numbers[0] <= frame["upper"][0]
        assert "only" not in frame["why"][2]
    assert decimals < 5 or frame["verdict"][1] == "contradicted"


@properties
@given(st.floats(0.1, 0.99), st.floats(0.02, 0.6), st.integers(2, 4))
def test_intervals_are_told_apart(auc, half, decimals):
    sides = np.array([0, -half, half])
    on_logit = expit(logit(auc) + 2 * sides)
    for reading, numbers in (("normal", np.clip(auc + sides, 0, 1)), ("logit", on_logit)):
        texts = [f"{x:.{decimals}f}" for x in numbers]
        assume(texts[1] != texts[2])
        frame = audit.auc_interval_readings(*texts).set_index("reading")
        assert frame["verdict"][reading] != "contradicted"
        assert frame["lower"][reading] <= auc * (1 + SLACK)
        assert auc <= frame["upper"][reading] * (1 + SLACK)


@pytest.mark.parametrize(
    ("texts", "normal", "logit_scale"),
    [
        (("0.755", "0.671", "0.835"), "contradicted", "contradicted"),
        (("0.933", "0.893", "0.973"), "exact", "contradicted"),
        (("0.754", "0.671", "0.835"), "rounding", "contradicted"),  # the boxes touch at 0.7535
        (("0.763", "0.671", "0.835"), "contradicted", "exact"),
        (("0.5", "0.2", "0.8"), "exact", "exact"),
        (("0.90", "0.79", "1.00"), "exact", "contradicted"),
        (("0.97", "0.79", "1.00"), "compatible", "compatible"),  # 1.00 may be cut off
        (("0.88", "0.79", "1.00"), "contradicted", "contradicted"),
        (("0.05", "0.00", "0.21"), "compatible", "contradicted"),
        (("0.03", "0.00", "0.21"), "compatible", "compatible"),
        (("0.12", "0.00", "0.21"), "contradicted", "contradicted"),
        (("0.4", "0", "1"), "rounding", "rounding"),
    ],
)
def test_readings_of_an_interval(texts, normal, logit_scale):
    frame = audit.auc_interval_readings(*texts)
    assert frame["verdict"].tolist() == [normal, logit_scale, "compatible"]
    only = normal == logit_scale == "contradicted"
    assert ("only reading left" in frame["why"][2]) == only
    assert math.isnan(frame["centre"][2])
    assert (frame["lower"] <= frame["upper"]).all()


def test_the_centre_is_computed():
    frame = audit.auc_interval_readings("0.755", "0.671", "0.835").set_index("reading")
    assert frame["centre"]["normal"] == pytest.approx(0.753, rel=SAME)
    assert frame["centre"]["logit"] == pytest.approx(
        expit((logit(0.671) + logit(0.835)) / 2), rel=SAME
    )
    centres = [expit((logit(a) + logit(b)) / 2) for a in points("0.671") for b in points("0.835")]
    assert frame["lower"]["logit"] == pytest.approx(min(centres), rel=SLACK)
    assert frame["upper"]["logit"] == pytest.approx(max(centres), rel=SLACK)


# Correlation of two AUCs


def needed(check):
    """Return the correlation in an explanation."""
    return float(
        re.search(r"at a correlation of (-?\d\.\d\d)( or more| or less|$)", check.explanation)[1]
    )


@pytest.mark.parametrize("pair", PAIRS)
def test_the_correlation_in_r_is_found(pair):
    first, second = ([f"{x:.6f}" for x in R[pair][name]] for name in ("first", "second"))
    check = audit.auc_correlation(first, second, f"{R[pair]['p']:.6f}")
    assert check.verdict == "compatible"
    assert check.lower <= R[pair]["p"] <= check.upper
    assert needed(check) == pytest.approx(R[pair]["correlation"], abs=DIGITS)
    swapped = audit.auc_correlation(second, first, f"{R[pair]['p']:.6f}")
    assert swapped.computed == pytest.approx(check.computed, rel=SAME)
    assert needed(swapped) == needed(check)
    # Without the correlation the P value is that of two independent samples.
    errors = [(float(upper) - float(lower)) / (2 * Z95) for _, lower, upper in (first, second)]
    z = (float(first[0]) - float(second[0])) / math.hypot(*errors)
    assert check.computed == pytest.approx(2 * norm.sf(abs(z)), rel=SLACK)


@pytest.mark.parametrize("pair", PAIRS)
def test_a_level_is_a_level(pair):
    first, second = ([f"{x:.6f}" for x in R[pair][name]] for name in ("first", "second"))

    def at_90(auc, lower, upper):
        half = (float(upper) - float(lower)) / 2 * norm.ppf(0.95) / Z95
        return auc, f"{float(auc) - half:.6f}", f"{float(auc) + half:.6f}"

    check = audit.auc_correlation(at_90(*first), at_90(*second), "0.05", level="90")
    assert check.computed == pytest.approx(
        audit.auc_correlation(first, second, "0.05").computed, rel=1e-4
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("0.80", "0.75", "0.85"), ("0.70", "0.55", "0.85")),
        (("0.80", "0.75", "0.85"), ("0.79", "0.60", "0.95")),
        (("0.6", "0.4", "0.8"), ("0.8", "0.7", "0.9")),
        (("0.80", "0.75", "0.85"), ("0.80", "0.70", "0.90")),
    ],
)
def test_every_corner_of_the_boxes(first, second):
    check = audit.auc_correlation(first, second, "0.05")
    least, most = 1.0, 0.0
    for (a, lower, upper), r in product(product(*map(points, first)), (-1, 0, 1)):
        for b, lower2, upper2 in product(*map(points, second)):
            s, t = (upper - lower) / (2 * Z95), (upper2 - lower2) / (2 * Z95)
            variance = s * s + t * t - 2 * r * s * t
            z = abs(a - b) / math.sqrt(variance) if variance > SAME else math.inf
            p = 2 * norm.sf(z)
            least, most = min(least, p), max(most, p)
    assert check.lower == pytest.approx(least, rel=SLACK, abs=SAME)
    # Where the AUCs may be alike, P = 1 lies between the points.
    assert check.upper == pytest.approx(most, rel=SLACK)
    assert check.lower <= check.computed <= check.upper


WIDE, NARROW = ("0.79", "0.69", "0.89"), ("0.80", "0.75", "0.85")
FAR = ("0.60", "0.55", "0.65")


@pytest.mark.parametrize(
    ("first", "second", "p", "verdict", "words"),
    [
        (NARROW, WIDE, "< 0.001", "contradicted", "of no size"),
        (NARROW, WIDE, "0.88", "compatible", r"of -0\.\d\d$"),
        (NARROW, WIDE, "> 0.05", "compatible", "of any size"),
        (NARROW, WIDE, "0.85", "compatible", r"of 0\.\d\d$"),
        (NARROW, WIDE, "> 0.85", "compatible", r"of 0\.\d\d or less"),
        (NARROW, WIDE, "< 0.85", "compatible", r"of 0\.\d\d or more"),
        (NARROW, FAR, "< 0.05", "compatible", "of any size"),
        (NARROW, FAR, "> 0.05", "contradicted", "of no size"),
        (NARROW, FAR, "0.5", "contradicted", "of no size"),
        (NARROW, NARROW, "1.00", "compatible", "of any size"),
        (NARROW, NARROW, "> 0.05", "compatible", "of any size"),
        (NARROW, NARROW, "< 0.05", "compatible", "of no size"),
        (NARROW, FAR, "1.00", "contradicted", "of no size"),
        (NARROW, FAR, "0", "compatible", r"of 1\.00$"),
    ],
)
def test_which_correlation_is_needed(first, second, p, verdict, words):
    check = audit.auc_correlation(first, second, p)
    assert check.verdict == verdict
    assert re.search(words, check.explanation), check.explanation


# Censoring before the median


def curve(sequence):
    """Return the Kaplan-Meier curve after each of distinct times: 1 a death, 0 censored."""
    value, at_risk, values = Fraction(1), len(sequence), []
    for death in sequence:
        value *= 1 - Fraction(death, at_risk)
        at_risk -= 1
        values.append(value)
    return values


@pytest.mark.parametrize("n", range(1, 13))
def test_censoring_before_the_median_as_by_brute_force(n):
    least = {}
    for sequence in product((0, 1), repeat=n):
        reached = [i for i, value in enumerate(curve(sequence)) if 2 * value <= 1]
        if reached:
            events, censored = sum(sequence), sequence[: reached[0]].count(0)
            least[events] = min(censored, least.get(events, n))
    assert sorted(least) == list(range(1, n + 1))
    assert least == {events: audit.censored_before_median(n, events) for events in least}


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


def test_kaplan_meier_medians_without_censoring_are_such_medians():
    parts = [[3, 6, 8, 11], [1, 9, 4]]
    for times in (*parts, [*chain(*parts)]):
        events = [1] * len(times)
        assert survival.median(times, events).value == statistics.median(times)
        fit = KaplanMeierFitter().fit(times, events)
        assert fit.median_survival_time_ == statistics.median_low(times)


def test_kaplan_meier_medians_with_censoring_can_leave_the_range():
    parts = [([3, 6, 8], [0, 1, 1]), ([1, 9], [1, 0])]
    whole = [[*chain(*columns)] for columns in zip(*parts, strict=True)]
    medians = [KaplanMeierFitter().fit(*part).median_survival_time_ for part in (*parts, whole)]
    assert medians == [6, 1, 8]
    assert [survival.median(*part, convention="first").value for part in (*parts, whole)] == medians
    *texts, text = (f"{median:.1f}" for median in medians)
    assert audit.median_of_union(text, texts).verdict == "contradicted"
    check = audit.median_of_union(text, texts, censoring=True)
    assert check.verdict == "untestable"
    assert "censoring" in check.explanation


@pytest.mark.parametrize(
    ("median", "verdict"),
    [
        ("5.8", "contradicted"),
        ("5.9", "compatible"),  # the boxes touch at 5.95
        ("5.94", "contradicted"),
        ("6", "compatible"),
        ("6.0", "compatible"),
        ("7", "compatible"),
        ("8.1", "compatible"),  # the boxes touch at 8.05
        ("8.2", "contradicted"),
        ("> 8", "compatible"),
        ("> 9", "contradicted"),
        ("< 6", "compatible"),
        ("< 5", "contradicted"),
    ],
)
def test_unions(median, verdict):
    check = audit.median_of_union(median, ["8.0", "6.0", "7"])
    assert check.verdict == verdict
    assert (check.lower, check.upper) == (5.95, 8.05)
    assert math.isnan(check.computed)
    censored = audit.median_of_union(median, ("8.0", "6.0", "7"), censoring=True)
    assert censored.verdict == ("untestable" if verdict == "contradicted" else verdict)


def test_a_median_that_was_not_reached():
    check = audit.median_of_union("30", ["20", "> 24"])
    assert (check.verdict, check.upper) == ("compatible", math.inf)
    assert audit.median_of_union("18", ["20", "> 24"]).verdict == "contradicted"


BAD = [
    ("f1: .* got '101'", lambda: audit.tables(9, f1="101")),
    ("precision: .* got 0.5", lambda: audit.tables(9, precision=0.5)),
    (
        "table: expected patients in the denominator of f1",
        lambda: audit.rate("50", {"tp": 0, "fp": 0, "fn": 0, "tn": 3}, "f1"),
    ),
    ("auc: .* got 0.8", lambda: audit.auc_interval_readings(0.8, "0.7", "0.9")),
    ("lower: .* got '-0.1'", lambda: audit.auc_interval_readings("0.8", "-0.1", "0.9")),
    ("upper: .* got '1.01'", lambda: audit.auc_interval_readings("0.8", "0.7", "1.01")),
    ("lower: expected less than", lambda: audit.auc_interval_readings("0.8", "0.9", "0.7")),
    ("lower: expected less than", lambda: audit.auc_interval_readings("0.8", "0.8", "0.8")),
    ("first: expected AUC, lower", lambda: audit.auc_correlation(("0.8", "0.7"), WIDE, "0.1")),
    ("second: expected AUC, lower", lambda: audit.auc_correlation(WIDE, 0.8, "0.1")),
    ("first: .* got 0.8", lambda: audit.auc_correlation((0.8, "0.7", "0.9"), WIDE, "0.1")),
    (
        "second: expected less than upper = 0.7",
        lambda: audit.auc_correlation(WIDE, ("0.8", "0.9", "0.7"), "0.1"),
    ),
    (
        "second: .* not cut off there, got 0.90 and 1.00",
        lambda: audit.auc_correlation(WIDE, ("0.95", "0.90", "1.00"), "0.1"),
    ),
    (
        "first: .* not cut off there, got 0.00 and 0.2",
        lambda: audit.auc_correlation(("0.1", "0.00", "0.2"), WIDE, "0.1"),
    ),
    ("p: .* got '2'", lambda: audit.auc_correlation(WIDE, NARROW, "2")),
    ("level: .* got '0'", lambda: audit.auc_correlation(WIDE, NARROW, "0.1", "0")),
    ("n: .* got 0", lambda: audit.censored_before_median(0, 1)),
    ("n: .* got nan", lambda: audit.censored_before_median(math.nan, 1)),
    ("events: .* got 0", lambda: audit.censored_before_median(5, 0)),
    ("events: expected at most n = 5, got 6", lambda: audit.censored_before_median(5, 6)),
    ("median: .* got 8.0", lambda: audit.median_of_union(8.0, ["7"])),
    ("median: .* got '0'", lambda: audit.median_of_union("0", ["7"])),
    ("parts: .* got '7'", lambda: audit.median_of_union("8", "7")),
    (r"parts: .* got \[\]", lambda: audit.median_of_union("8", [])),
    ("parts: .* got 'NR'", lambda: audit.median_of_union("8", ["7", "NR"])),
    ("parts: .* got '-1'", lambda: audit.median_of_union("8", ["7", "-1"])),
]
