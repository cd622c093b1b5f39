"""hccbook.audit: worked examples, brute force, and the theorems on random data.

The magnesium paper's numbers come from the register; the textbook examples are typed once.
"""

import doctest
import math
from fractions import Fraction
from importlib import import_module
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import chi2, norm
from sklearn.metrics import roc_auc_score

from hccbook import accuracy, audit, reported, survival
from hccbook.audit.readings import event_splits
from hccbook.estimate import Printed

SAME = 1e-12  # the same formula, written in another way
SLACK = 1e-9  # relative; Newton stops at 1e-10, and both sides of a bound round
RANDOM = 400  # sets of random patients behind each theorem
Z95 = norm.ppf(0.975)

pytestmark = pytest.mark.filterwarnings("error")
properties = settings(deadline=None, derandomize=True)


def mg(id, field="printed"):
    return reported.text(f"magnesium.{id}", field)


def ratio_of(cohort):
    return [mg(f"{cohort}.pfs.hr", field) for field in ("printed", "lower", "upper", "p")]


def from_box(draw, number):
    """Draw a value that prints as ``number``."""
    share = Fraction(draw(st.integers(0, 1000)), 1000)
    return float(number.low + share * (number.high - number.low))


@st.composite
def intervals(draw):
    """Draw a printed ratio with limits, possibly so coarse that their boxes touch."""
    effect, se = draw(st.floats(-2, 2)), draw(st.floats(0.02, 1.2))
    decimals = draw(st.integers(1, 4))
    texts = [f"{math.exp(effect + k * Z95 * se):.{decimals}f}" for k in (0, -1, 1)]
    numbers = [Printed(text) for text in texts]
    assume(all(number.low > 0 for number in numbers))
    assume(numbers[1].value < numbers[2].value)
    return effect, se, texts, numbers


# Verdicts


@pytest.mark.parametrize(
    ("printed", "computed", "lower", "upper", "verdict"),
    [
        ("0.30", 0.304, None, None, "exact"),
        ("0.30", 0.305, None, None, "exact"),  # a tie may print either way
        ("0.30", 0.3051, None, None, "contradicted"),
        ("0.30", 0.31, 0.29, 0.33, "rounding"),
        ("0.30", Fraction(32, 100), 0.29, 0.33, "rounding"),
        ("0.30", 0.3201, 0.29, 0.33, "compatible"),
        ("0.30", 0.31, 0.305, 0.33, "rounding"),  # the range touches
        ("0.30", 0.31, 0.3051, 0.33, "contradicted"),
        ("0.30", 0.29, 0.28, 0.2949, "contradicted"),
        ("0.30", 0.29, 0.28, Fraction(295, 1000), "rounding"),
        ("0.30", 0.29, None, 0.2951, "rounding"),
        ("0.30", 0.31, 0.3049, None, "rounding"),
        ("< 0.001", 0.0005, None, None, "exact"),
        ("< 0.001", 0.0011, None, None, "contradicted"),
        ("< 0.001", 0.0011, 0.0009, 0.2, "compatible"),
        ("> 0.5", 0.49, 0.4, 0.6, "compatible"),
        ("> 0.5", math.inf, None, None, "exact"),
    ],
)
def test_verdicts(printed, computed, lower, upper, verdict):
    assert audit.judge(printed, computed, lower, upper) == verdict
    assert verdict in audit.VERDICTS


@pytest.mark.parametrize(
    ("printed", "other", "verdict"),
    [
        ("0.811", "0.811", "exact"),
        ("1,91", "1.91", "exact"),
        ("<0.001", "< 0.001", "exact"),
        ("0.81", "0.811", "compatible"),
        ("0.04", "< 0.05", "compatible"),
        ("0.811", "0.813", "contradicted"),
        ("0.06", "< 0.05", "contradicted"),
        ("longer", "longer", "exact"),
        ("longer", "shorter", "contradicted"),
    ],
)
def test_a_number_printed_twice(printed, other, verdict):
    assert audit.same(printed, other).verdict == verdict


def test_counts_are_not_rounded():
    assert audit.same("6", "5").verdict == "compatible"  # one value half way prints as both
    assert audit.same("6", "5", whole=True).verdict == "contradicted"
    assert audit.same("1,508", "1508", whole=True).verdict == "exact"


# Percentages and counts


def slow_counts(text, n):
    number = Printed(text)
    return [k for k in range(n + 1) if number.low <= Fraction(100 * k, n) <= number.high]


def test_the_magnesium_percentages():
    n = int(mg("derivation.n"))
    (controlled,) = audit.counts(mg("derivation.dcr"), n)
    assert 0 < controlled < n
    assert audit.percentage(mg("derivation.dcr"), controlled, n).verdict == "exact"
    assert audit.percentage(mg("derivation.dcr"), controlled - 1, n).verdict == "contradicted"
    assert audit.counts(mg("derivation.roc.sensitivity"), controlled) == []
    low, high = mg("derivation.dcr.low"), mg("derivation.dcr.high")
    assert 80 in audit.denominators([high], n)
    assert n - 80 in audit.denominators([low], n)
    rates = {"prevalence": mg("derivation.dcr"), "ppv": high, "false_omission": low}
    (row,) = audit.tables(n, **rates).to_dict("records")
    assert row["tp"] + row["fn"] == controlled
    assert audit.rate(mg("derivation.roc.specificity"), row, "specificity").verdict == "exact"
    check = audit.rate(mg("derivation.roc.sensitivity"), row, "sensitivity")
    assert check.verdict == "contradicted"
    assert check.computed == check.lower == check.upper
    assert f"{row['tp']} of {controlled}" in check.explanation


def test_grim_as_brown_and_heathers_explain_it():
    # The mean of 28 whole numbers cannot print as 5.19: 145 / 28 = 5.18, 146 / 28 = 5.21.
    assert audit.counts("19", 28) == []
    assert audit.counts("18", 28) == [5]
    assert audit.counts("21", 28) == [6]


@pytest.mark.parametrize("n", [*range(1, 26), 86, 110])
def test_counts_as_by_brute_force(n):
    texts = [f"{k}" for k in range(101)]
    texts += [f"{100 * k / n:.{d}f}" for k in range(n + 1) for d in (1, 2)]
    texts += [f"{k / 10:.1f}" for k in range(0, 1001, 7)] + ["12.5", "12.50", "0.05", "99.95"]
    for text in texts:
        expected = slow_counts(text, n)
        assert audit.counts(text, n) == expected
        for count in range(0, n + 1, max(1, n // 7)):
            check = audit.percentage(text, count, n)
            assert check.verdict == ("exact" if count in expected else "contradicted")
            assert check.computed == pytest.approx(100 * count / n, rel=SAME)


@pytest.mark.parametrize("percents", [["30"], ["33.3", "66.7"], ["12.5", "37.50"], ["89.4", "1"]])
def test_denominators_as_by_brute_force(percents):
    expected = [n for n in range(1, 151) if all(slow_counts(text, n) for text in percents)]
    assert audit.denominators(percents, 150) == expected
    assert audit.denominators(tuple(percents), 10) == [n for n in expected if n <= 10]


@pytest.mark.parametrize("decimals", [0, 1])
def test_the_check_has_no_power_above_its_limit(decimals):
    texts = [f"{k / 10**decimals:.{decimals}f}" for k in range(100 * 10**decimals + 1)]
    for n in (10 ** (decimals + 2), 10 ** (decimals + 2) + 7):
        assert all(audit.counts(text, n) for text in texts)
    assert not all(audit.counts(text, 10 ** (decimals + 2) - 7) for text in texts)


def slow_tables(n, rates):
    parts = {
        "sensitivity": lambda tp, fp, fn, tn: (tp, tp + fn),
        "specificity": lambda tp, fp, fn, tn: (tn, tn + fp),
        "ppv": lambda tp, fp, fn, tn: (tp, tp + fp),
        "npv": lambda tp, fp, fn, tn: (tn, tn + fn),
        "false_omission": lambda tp, fp, fn, tn: (fn, fn + tn),
        "accuracy": lambda tp, fp, fn, tn: (tp + tn, n),
        "prevalence": lambda tp, fp, fn, tn: (tp + fn, n),
    }
    found = set()
    for tp, fp, fn in product(range(n + 1), repeat=3):
        if (tn := n - tp - fp - fn) < 0:
            continue
        shares = [(Printed(text), *parts[name](tp, fp, fn, tn)) for name, text in rates.items()]
        if all(b and number.admits(Fraction(100 * a, b)) for number, a, b in shares):
            found.add((tp, fp, fn, tn))
    return found


@pytest.mark.parametrize(
    "rates",
    [
        {"sensitivity": "75", "specificity": "66.7"},
        {"ppv": "50", "npv": "100"},
        {"accuracy": "83.3", "prevalence": "50.0"},
        {"false_omission": "0", "sensitivity": "100"},
        {"sensitivity": "12.5"},
        {"prevalence": "0"},
        {"sensitivity": "33", "specificity": "51", "accuracy": "99"},
    ],
)
@pytest.mark.parametrize("n", [1, 2, 6, 9, 12])
def test_tables_as_by_brute_force(n, rates):
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
    n, table = sum(cells), dict(zip(("tp", "fp", "fn", "tn"), cells, strict=True))
    shares = accuracy.two_by_two(**table)["value"]
    rates = {name: f"{100 * share:.{decimals}f}" for name, share in shares.items()}
    rates["false_omission"] = f"{100 * fn / (fn + tn):.{decimals}f}"
    rates["precision"] = rates["ppv"]
    rates["f1"] = f"{200 * tp / (2 * tp + fp + fn):.{decimals}f}"
    assert set(rates) == set(audit.RATES)
    assert cells in audit.tables(n, **rates).to_numpy().tolist()
    for name, text in rates.items():
        assert audit.rate(text, table, name).verdict == "exact"
        assert audit.rate(text, pd.Series(table), name).verdict == "exact"


# Ratios, intervals and P values


def test_p_values_of_normal_and_chi_square_statistics():
    z = np.array([-3.0, 0.0, 0.5, 1.959963984540054])
    assert audit.two_sided_p(z) == pytest.approx(2 * norm.sf(abs(z)), rel=SAME)
    assert audit.two_sided_p(1.959963984540054) == pytest.approx(0.05, rel=SAME)
    assert audit.chi_square_p(z**2) == pytest.approx(audit.two_sided_p(z), rel=SAME)
    assert audit.chi_square_p(5.991464547107979, df=2) == pytest.approx(0.05, rel=SAME)
    assert audit.chi_square_p(7.0, 3) == pytest.approx(chi2.sf(7, 3), rel=SAME)


def test_the_worked_example_of_altman_and_bland():
    # BMJ 2011;343:d2304: ratio 0.81, 95 % CI 0.70 to 0.94: SE 0.075, z -2.81, P 0.005.
    se = audit.standard_error("0.70", "0.94")
    assert se.value == pytest.approx(0.075, abs=0.0005)
    check = audit.p_from_interval("0.81", "0.70", "0.94", "0.005")
    assert check.verdict == "exact"
    assert "z = -2.80" in check.explanation  # they go on with the rounded SE


def test_the_magnesium_hazard_ratios():
    hr, lower, upper, p = ratio_of("derivation")
    assert audit.centre_of_interval(hr, lower, upper).verdict == "exact"
    assert audit.limit_from_other(hr, lower, upper).verdict == "exact"
    assert audit.p_from_interval(hr, lower, upper, p).verdict == "exact"
    assert audit.logrank_p_bounds(hr, lower, upper, p).verdict == "exact"
    hr, lower, upper, p = ratio_of("validation")
    assert audit.p_from_interval(hr, lower, upper, p).verdict == "contradicted"
    assert audit.logrank_p_bounds(hr, lower, upper, p).verdict == "contradicted"
    assert audit.events_needed(lower, upper) <= int(mg("validation.n"))
    for cohort in ("derivation", "validation"):
        months = [mg(f"{cohort}.pfs.median.{group}") for group in ("high", "low")]
        check = audit.ratio_of_medians(mg(f"{cohort}.pfs.hr"), *months)
        assert check.verdict == "exact"
        swapped = audit.ratio_of_medians(mg(f"{cohort}.pfs.hr"), *months[::-1])
        assert swapped.verdict == "contradicted"


@properties
@given(intervals(), st.data())
def test_standard_errors_cover_the_rounding_box(case, data):
    _, _, texts, numbers = case
    for level, z in (("95", Z95), ("90", norm.ppf(0.95)), ("99.5", norm.ppf(0.9975))):
        low, value, high = audit.standard_error(*texts[1:], level)
        assert 0 <= low <= value <= high
        a, b = (from_box(data.draw, number) for number in numbers[1:])
        inside = (math.log(b) - math.log(a)) / (2 * z)
        assert low - SAME <= max(inside, 0) <= high + SAME
        width = math.log(numbers[2].low) - math.log(numbers[1].high)
        assert low == pytest.approx(max(width, 0) / (2 * z), rel=SAME, abs=SAME)
        width = math.log(numbers[2].high) - math.log(numbers[1].low)
        assert high == pytest.approx(width / (2 * z), rel=SAME)
        width = math.log(numbers[2].value) - math.log(numbers[1].value)
        assert value == pytest.approx(width / (2 * z), rel=SAME)


@properties
@given(intervals(), st.data())
def test_centres_and_mirrors_cover_the_rounding_box(case, data):
    _, _, texts, numbers = case
    hr, a, b = (from_box(data.draw, number) for number in numbers)
    centre = audit.centre_of_interval(*texts)
    assert centre.lower * (1 - SAME) <= math.sqrt(a * b) <= centre.upper * (1 + SAME)
    corner = math.sqrt(float(numbers[1].high) * float(numbers[2].high))
    assert centre.upper == pytest.approx(corner, rel=SAME)
    corner = math.sqrt(float(numbers[1].low) * float(numbers[2].low))
    assert centre.lower == pytest.approx(corner, rel=SAME)
    mirror = audit.limit_from_other(texts[0], texts[1], texts[2])
    assert mirror.lower * (1 - SAME) <= hr**2 / b <= mirror.upper * (1 + SAME)
    assert mirror.printed == texts[1]
    corner = float(numbers[0].high) ** 2 / float(numbers[2].low)
    assert mirror.upper == pytest.approx(corner, rel=SAME)
    corner = float(numbers[0].low) ** 2 / float(numbers[2].high)
    assert mirror.lower == pytest.approx(corner, rel=SAME)


@properties
@given(intervals(), st.data())
def test_p_values_cover_the_rounding_box(case, data):
    _, _, texts, numbers = case
    check = audit.p_from_interval(*texts, "0.5")

    def p(hr, a, b):
        return float(2 * norm.sf(abs(math.log(hr)) * 2 * Z95 / math.log(b / a)))

    hr, a, b = (from_box(data.draw, number) for number in numbers)
    assume(b > a)
    assert check.lower - SAME <= p(hr, a, b) <= check.upper + SAME
    corners = [
        p(*(float(x) for x in corner))
        for corner in product(*((number.low, number.high) for number in numbers))
        if corner[2] > corner[1]
    ]
    if numbers[0].low < 1 < numbers[0].high:
        corners.append(1.0)
    if numbers[1].high >= numbers[2].low:
        corners.append(0.0)
    assert check.upper == pytest.approx(max(corners), rel=SLACK, abs=SAME)
    assert check.lower == pytest.approx(min(corners), rel=SLACK, abs=SAME)
    assert check.lower <= check.computed <= check.upper


@properties
@given(intervals(), st.integers(2, 4))
def test_a_truthful_paper_is_never_contradicted(case, decimals):
    effect, se, texts, _ = case
    p = float(2 * norm.sf(abs(effect / se)))
    for text in (f"{p:.{decimals}f}", "< 0.001" if p < 0.001 else f"{p:.3f}"):
        assert audit.p_from_interval(*texts, text).verdict != "contradicted"
        assert audit.logrank_p_bounds(*texts, text).verdict != "contradicted"
    assert audit.centre_of_interval(*texts).verdict != "contradicted"
    assert audit.limit_from_other(*texts).verdict != "contradicted"
    assert audit.limit_from_other(texts[0], texts[2], texts[1]).verdict != "contradicted"


def test_limits_whose_boxes_meet_allow_any_small_p():
    for lower, upper in (("0.5", "0.6"), ("0.5", "0.51")):
        assert audit.standard_error(lower, upper).low == 0
        for check in (audit.p_from_interval, audit.logrank_p_bounds):
            assert check("0.5", lower, upper, "0.001").lower == 0
    # Events so many that the interval is as narrow as the boxes: no count is too large.
    assert [400, 400] in event_splits("0.5", "0.6", 400, 400).tolist()


# The log-rank test and the Cox model


def tight(value):
    """Print a number so finely that its rounding does not count."""
    return f"{value:.14f}" if value > 1e-2 else f"{value:.25f}"


def random_follow_up(rng, ties):
    """Draw two groups: few or many, alike or far apart, hardly or heavily censored."""
    n = int(rng.choice([4, 6, 10, 25, 60, 150]))
    group = (rng.random(n) < rng.uniform(0.1, 0.9)).astype(int)
    time = rng.exponential(np.exp(rng.choice([0, 1, 3, -4]) * rng.normal() * group))
    if rng.random() < 0.3:  # hazards that cross
        time = time ** np.where(group == 1, 3, 0.5)
    event = (rng.random(n) < rng.choice([0.15, 0.5, 0.9, 1])).astype(int)
    if ties:
        time = np.ceil(time * rng.choice([1, 2, 5]))
    return time, event, group


def random_fits(fit, ties=False, count=RANDOM, seed=0):
    """Yield the log hazard ratio, its SE, the log-rank statistic, and the data."""
    rng, made = np.random.default_rng(seed), 0
    while made < count:
        time, event, group = random_follow_up(rng, ties)
        try:
            log_hr, se = fit(time, event, group)
        except ValueError:  # no events, or an infinite estimate
            continue
        statistic = survival.logrank(time, event, group)[0]
        if math.isnan(statistic):  # all at risk had their event on one day
            continue
        made += 1
        yield log_hr, se, statistic, (time, event, group)


def efron(time, event, group):
    fit = survival.cox_two_groups(time, event, group)
    return math.log(fit.value), math.log(fit.upper / fit.lower) / (2 * Z95)


def breslow(time, event, group):
    """Fit a Cox model of two groups with Breslow's ties, by Newton's method."""
    survival.cox_two_groups(time, event, group)  # refuses what has no finite estimate
    at = np.unique(time[event == 1])
    events = np.array([np.sum(event[time == t]) for t in at])
    ahead = np.array([[np.sum((time >= t) & (group == k)) for k in (0, 1)] for t in at])
    observed, log_hr, step = event[group == 1].sum(), 0.0, 1.0
    least, most = events[ahead[:, 0] == 0].sum(), events[ahead[:, 1] > 0].sum()
    if not least < observed < most:
        raise ValueError("infinite")
    while abs(step) > 1e-12:
        share = ahead[:, 1] / (ahead[:, 1] + ahead[:, 0] * math.exp(-log_hr))
        information = events @ (share * (1 - share))
        step = max(-1.0, min(1.0, (observed - events @ share) / information))
        log_hr += step
    return log_hr, information**-0.5


def sinh_tanh(log_hr, se):
    return 4 * math.tanh(log_hr / 2) ** 2 / se**2, 4 * math.sinh(log_hr / 2) ** 2 / se**2


def test_logrank_statistics_lie_between_their_bounds():
    extreme, tightest = 0.0, math.inf
    for log_hr, se, statistic, _ in random_fits(efron):
        low, high = sinh_tanh(log_hr, se)
        assert low * (1 - SLACK) - SAME <= statistic <= high * (1 + SLACK) + SAME
        extreme = max(extreme, abs(log_hr))
        tightest = min(tightest, high / low) if low else tightest
    assert extreme > math.log(30)
    assert tightest < 1.01


def test_the_check_of_a_logrank_p_never_refuses_a_true_one():
    for log_hr, se, statistic, _ in random_fits(efron, seed=1):
        texts = [tight(math.exp(log_hr + k * Z95 * se)) for k in (0, -1, 1)]
        if not all(Printed(text).value * 10**9 > 1 for text in texts):
            continue
        p = float(chi2.sf(statistic, 1))
        check = audit.logrank_p_bounds(*texts, tight(p))
        low, high = sinh_tanh(log_hr, se)
        # Where P is tiny it moves by far more than the statistic: compare on that scale.
        expected = [float(chi2.sf(x, 1)) for x in (high, low)]
        assert [check.lower, check.upper] == pytest.approx(expected, rel=1e-5, abs=SAME)
        assert check.verdict != "contradicted"
        assert audit.events_needed(*texts[1:]) <= 4 / se**2 + 1


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("fit", [efron, breslow])
def test_no_fit_has_fewer_events_than_needed(fit, ties):
    for log_hr, se, _, (_, event, _) in random_fits(fit, ties, seed=2):
        texts = [f"{math.exp(log_hr + k * Z95 * se):.3f}" for k in (-1, 1)]
        assert event.sum() >= 4 / se**2 * (1 - SLACK)
        if Printed(texts[0]).low > 0 and texts[0] != texts[1]:
            assert event.sum() >= audit.events_needed(*texts)


def test_events_needed_are_schoenfelds():
    # A trial with 1:1 allocation: the variance of the log hazard ratio is 4 / events.
    for events in (30, 100, 508):
        half = Z95 * 2 / math.sqrt(events)
        assert audit.events_needed(tight(math.exp(-half)), tight(math.exp(half))) in {
            events,
            events + 1,  # the formula's own rounding at equality
        }


def test_breslow_ties_keep_the_lower_bound_of_the_statistic():
    above = 0
    for log_hr, se, statistic, _ in random_fits(breslow, ties=True):
        low, high = sinh_tanh(log_hr, se)
        assert statistic >= low * (1 - SLACK) - SAME
        above += statistic > high * (1 + SLACK)
    assert above  # the upper bound does fail with ties


def test_breslow_fit_as_in_statsmodels():
    from statsmodels.duration.hazard_regression import PHReg

    for log_hr, se, _, (time, event, group) in random_fits(breslow, ties=True, count=20):
        if abs(log_hr) < 2:
            theirs = PHReg(time, group[:, None].astype(float), event, ties="breslow").fit(disp=0)
            assert [log_hr, se] == pytest.approx([theirs.params[0], theirs.bse[0]], rel=1e-4)


def test_efron_ties_break_both_bounds():
    # Two deaths on one day, one in each group, after one death in group 1.
    time, event, group = ([2, 2, 1, 3], [1, 1, 1, 0], [0, 0, 1, 1])
    statistic = survival.logrank(time, event, group)[0]
    low, _ = sinh_tanh(*efron(time, event, group))
    assert statistic == pytest.approx(1 / 17, rel=SAME)
    assert low > 2 * statistic
    beyond = [
        statistic > sinh_tanh(log_hr, se)[1] * (1 + SLACK)
        for log_hr, se, statistic, _ in random_fits(efron, ties=True)
    ]
    assert any(beyond)


@pytest.mark.parametrize("ties", [False, True])
def test_observed_to_expected_is_conservative(ties):
    for _, _, statistic, (time, event, group) in random_fits(efron, ties, seed=3):
        observed, expected = np.zeros(2), np.zeros(2)
        for t in np.unique(time[event == 1]):
            deaths, ahead = (time == t) & (event == 1), time >= t
            for k in (0, 1):
                observed[k] += np.sum(deaths & (group == k))
                expected[k] += deaths.sum() * np.sum(ahead & (group == k)) / ahead.sum()
        se = math.sqrt(1 / expected[0] + 1 / expected[1])
        conservative = (observed[1] - expected[1]) ** 2 * se**2
        assert conservative <= statistic * (1 + SLACK) + SAME
        if ties or len(time) > 25 or not 0.02 < expected[1] / expected[0] < 50:
            continue
        ratio = observed[1] / expected[1] / (observed[0] / expected[0])
        texts = [f"{ratio * math.exp(k * Z95 * se):.8f}" for k in (0, -1, 1)]
        if ratio < 0.01 or Printed(texts[1]).value == 0:
            continue
        p = f"{chi2.sf(statistic, 1):.6f}"
        readings = audit.hazard_ratio_readings(*texts, p, "1", "1", len(time))
        row = readings.set_index("reading").loc["(O/E) / (O/E)"]
        assert row["verdict"] == "compatible"
        assert row["p_high"] == pytest.approx(chi2.sf(conservative, 1), rel=1e-4)


@properties
@given(st.integers(3, 40), st.floats(0.1, 0.9), st.floats(0, 1), st.integers(1, 3))
def test_a_truthful_ratio_of_observed_to_expected_is_never_contradicted(d, share, part, decimals):
    observed, expected = 1 + int(part * (d - 2)), share * d
    ratio = observed / expected / ((d - observed) / (d - expected))
    se = math.sqrt(1 / expected + 1 / (d - expected))
    texts = [f"{ratio:.{decimals}f}", *(f"{ratio * math.exp(k * Z95 * se):.4f}" for k in (-1, 1))]
    assume(Printed(texts[0]).low > 0)
    assume(Printed(texts[1]).low > 0)
    p = f"{chi2.sf((observed - expected) ** 2 * se**2, 1):.4f}"
    row = audit.hazard_ratio_readings(*texts, p, "1", "1", d + 3).iloc[2]
    assert row["verdict"] == "compatible"
    low, high = (float(x) for x in row["why"].split(" %")[0].split(" to "))
    assert low - 0.05 <= 100 * share <= high + 0.05  # printed with one decimal


def test_readings_of_the_magnesium_hazard_ratios():
    def readings(cohort):
        months = [mg(f"{cohort}.pfs.median.{group}") for group in ("high", "low")]
        frame = audit.hazard_ratio_readings(*ratio_of(cohort), *months, int(mg(f"{cohort}.n")))
        assert list(frame) == ["reading", "ratio", "p_low", "p_high", "verdict", "why"]
        return frame.set_index("reading")

    first, second = readings("derivation"), readings("validation")
    assert set(first["verdict"]) == {"compatible"}
    assert second.loc["Cox model", "verdict"] == "contradicted"
    assert second.loc["Peto or Mantel-Haenszel", "verdict"] == "contradicted"
    assert second.loc["ratio of medians, exponential interval", "verdict"] == "compatible"
    check = audit.logrank_p_bounds(*ratio_of("validation"))
    assert tuple(second.loc["Cox model", ["p_low", "p_high"]]) == (check.lower, check.upper)


def test_readings_without_event_counts_say_so():
    frame = audit.hazard_ratio_readings("0.500", "0.499", "0.501", "0.9", "2", "1", 5)
    frame = frame.set_index("reading")
    verdicts = frame["verdict"].copy()
    assert verdicts.pop("Cox model, P of another test") == "compatible"
    assert set(verdicts) == {"contradicted"}
    assert "no event counts" in frame.loc["(O/E) / (O/E)", "why"]
    assert "0 pairs" in frame.loc["ratio of medians, exponential interval", "why"]


@pytest.mark.parametrize(
    ("lower", "upper"), [("0.5", "2.0"), ("0.131", "0.701"), ("0.05", "0.90"), ("0.9", "1.1")]
)
def test_event_splits_as_by_brute_force(lower, upper):
    a, b = Printed(lower), Printed(upper)
    expected = set()
    for first, second in product(range(1, 31), range(1, 21)):
        width = 2 * Z95 * math.sqrt(1 / first + 1 / second)
        if math.log(b.low / a.high) <= width <= math.log(b.high / a.low):
            expected.add((first, second))
    found = event_splits(lower, upper, 30, 20).tolist()
    assert set(map(tuple, found)) == expected
    assert len(found) == len(expected)
    swapped = event_splits(lower, upper, 20, 30)
    assert {(y, x) for x, y in swapped.tolist()} == expected


@properties
@given(st.integers(1, 60), st.integers(1, 60), st.floats(0.2, 5))
def test_exponential_rates_find_their_own_events(a, b, ratio):
    half = Z95 * math.sqrt(1 / a + 1 / b)
    texts = [f"{ratio * math.exp(sign * half):.3f}" for sign in (-1, 1)]
    assume(Printed(texts[0]).low > 0)
    assert [a, b] in event_splits(*texts, 60, 60).tolist()


@properties
@given(st.data(), st.floats(0.5, 60), st.floats(0.5, 60), st.integers(1, 2))
def test_ratios_of_medians_cover_the_rounding_box(data, first, second, decimals):
    texts = [f"{x:.{decimals}f}" for x in (first, second)]
    assert audit.ratio_of_medians(f"{second / first:.3f}", *texts).verdict != "contradicted"
    check = audit.ratio_of_medians("1.0", *texts)
    a, b = (Printed(text) for text in texts)
    inside = from_box(data.draw, b) / from_box(data.draw, a)
    assert check.lower * (1 - SAME) <= inside <= check.upper * (1 + SAME)
    assert check.lower == pytest.approx(float(b.low / a.high), rel=SAME)
    assert check.upper == pytest.approx(float(b.high / a.low), rel=SAME)


# ROC curves


@st.composite
def markers(draw, values=8):
    """Outcomes of both classes and a marker with ties."""
    n = draw(st.integers(2, 30))
    y = np.array(draw(st.lists(st.integers(0, 1), min_size=n, max_size=n)))
    assume(0 < y.sum() < n)
    return y, np.array(draw(st.lists(st.integers(0, values), min_size=n, max_size=n)))


def table_at(y, marker, cutoff):
    positive = marker >= cutoff
    cells = [(positive & (y == 1)), (positive & (y == 0)), (~positive & (y == 1))]
    return (*(int(x.sum()) for x in cells), int((~positive & (y == 0)).sum()))


@properties
@given(markers(), st.integers(0, 9))
def test_areas_lie_between_the_bounds_of_any_point(case, cutoff):
    y, marker = case
    area, cells = roc_auc_score(y, marker), table_at(*case, cutoff)
    bounds = audit.auc_bounds(*cells, tight(area))
    any_curve = bounds["any curve"]
    assert any_curve.verdict == "compatible"
    assert any_curve.lower - SAME <= area <= any_curve.upper + SAME
    dichotomy = roc_auc_score(y, marker >= cutoff)
    assert audit.dichotomised_auc(*cells) == pytest.approx(dichotomy, abs=SAME)
    best = accuracy.youden(y, marker)[["tp", "fp", "fn", "tn"]].to_numpy().tolist()
    for at_best in best:
        check = audit.auc_bounds(*at_best, tight(area))["best cut-off"]
        assert check.verdict == "compatible"
        assert check.lower - SAME <= area <= check.upper + SAME
    tp, fp, fn, tn = cells
    outside = tight(any_curve.upper + 1e-6), tight(max(any_curve.lower - 1e-6, 0))
    if fp and fn:
        assert audit.auc_bounds(*cells, outside[0])["any curve"].verdict == "contradicted"
    if tp and tn:
        assert audit.auc_bounds(*cells, outside[1])["any curve"].verdict == "contradicted"


@properties
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=8))
def test_areas_of_concave_curves_are_above_any_dichotomy(groups):
    groups = sorted((g for g in groups if sum(g)), key=lambda g: Fraction(g[0], sum(g)))
    assume(sum(g[0] for g in groups) and sum(g[1] for g in groups))
    y = np.concatenate([np.repeat([1, 0], g) for g in groups])
    marker = np.repeat(np.arange(len(groups)), [sum(g) for g in groups])
    area = tight(roc_auc_score(y, marker))
    for cutoff in range(len(groups)):
        check = audit.auc_bounds(*table_at(y, marker, cutoff), area)["concave curve"]
        assert check.lower - SAME <= float(area)
        assert float(area) < check.upper or check.verdict in {"compatible", "contradicted"}


def test_the_bounds_of_an_area_are_reached():
    # All pairs on one side of the cut-off discordant, or all concordant.
    outcome = {"with": (3, 1), "without": (2, 4)}  # above, below the cut-off
    (tp, fn), (fp, tn) = outcome["with"], outcome["without"]
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
    cells = [int(x) for x in accuracy.youden(y, marker).iloc[0][["tp", "fp", "fn", "tn"]]]
    check = audit.auc_bounds(*cells, "0.5")["best cut-off"]
    assert check.upper == pytest.approx(1 - (1 - j / n) ** 2 / 2, abs=SAME)
    assert check.upper - 1 / n < roc_auc_score(y, marker) <= check.upper


@properties
@given(markers(), st.integers(0, 9))
def test_concordance_inside_groups_as_by_counting_pairs(case, cutoff):
    y, marker = case
    concordant = pairs = 0
    for i, j in product(np.flatnonzero(y == 1), np.flatnonzero(y == 0)):
        if (marker[i] >= cutoff) == (marker[j] >= cutoff):
            pairs += 1
            concordant += Fraction(int(marker[i] > marker[j]) * 2 + int(marker[i] == marker[j]), 2)
    cells, area = table_at(y, marker, cutoff), roc_auc_score(y, marker)
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
    assert audit.within_group_concordance(8, 2, 2, 8, "0.99").verdict == "contradicted"
    assert audit.within_group_concordance(8, 2, 2, 8, "0.60").verdict == "contradicted"
    assert audit.within_group_concordance(8, 2, 2, 8, "0.80").computed == pytest.approx(0.5)


@pytest.mark.parametrize("auc", ["0.5", "0.700", "0.893", "0.95"])
@pytest.mark.parametrize(("positives", "negatives"), [(51, 58), (1, 1), (10, 300)])
def test_hanley_and_mcneil_from_exponential_markers(auc, positives, negatives):
    # With rates r and 1, P(ill > well) = 1 / (1 + r). Q1: two ill above one well patient;
    # Q2: one ill above two well patients; both by quadrature here, not by their formula.
    area = float(auc)
    r = (1 - area) / area
    q1 = quad(lambda x: math.exp(-x) * math.exp(-r * x) ** 2, 0, math.inf)[0]
    q2 = quad(lambda x: r * math.exp(-r * x) * (1 - math.exp(-x)) ** 2, 0, math.inf)[0]
    variance = area * (1 - area) + (positives - 1) * (q1 - area**2)
    variance = (variance + (negatives - 1) * (q2 - area**2)) / (positives * negatives)
    for level in (0.8, 0.95):
        half = norm.ppf(0.5 + level / 2) * math.sqrt(variance)
        ours = audit.auc_interval(auc, positives, negatives, level)
        expected = [area, max(area - half, 0), min(area + half, 1)]
        assert [ours.value, ours.lower, ours.upper] == pytest.approx(expected, abs=1e-7)
        assert (ours.level, ours.n) == (level, positives + negatives)


@pytest.mark.parametrize(("positives", "negatives"), [(3, 4), (51, 58), (200, 20)])
def test_hanley_and_mcneil_at_one_half_is_wilcoxons_variance(positives, negatives):
    variance = (positives + negatives + 1) / (12 * positives * negatives)
    ours = audit.auc_interval("0.5", positives, negatives)
    assert (ours.upper - ours.lower) / (2 * Z95) == pytest.approx(math.sqrt(variance), rel=SAME)
    ends = [audit.auc_interval(text, positives, negatives) for text in ("0", "1")]
    assert [(e.lower, e.upper) for e in ends] == [(0, 0), (1, 1)]


# Months


def slow_days(text, length):
    """Return the half days that print as a time in months, in exact fractions."""
    number, length = Printed(text), Fraction(length).limit_denominator(10_000)
    halves = [Fraction(h, 2) for h in range(int(2 * (float(number.high) + 1) * length) + 2)]
    return [h for h in halves if number.low <= h / length <= number.high]


@pytest.mark.parametrize(
    "months", [["12.83", "3.45", "17.13", "5.20"], ["6.0", "10.1"], ["0.0"], ["3.25", "7"]]
)
def test_month_lengths_as_by_brute_force(months):
    frame = audit.month_lengths(months)
    assert list(frame.index) == list(audit.MONTHS)
    assert list(frame) == [*months, "fits"]
    for name, length in audit.MONTHS.items():
        found = {text: slow_days(text, length) for text in months}
        assert frame.loc[name, "fits"] == all(found.values())
        for text, days in found.items():
            if not days:
                assert pd.isna(frame.loc[name, text])
                continue
            whole = [day for day in days if day.denominator == 1]
            assert frame.loc[name, text] == (whole or days)[0]


def test_the_magnesium_months_are_thirty_days():
    groups = product(("derivation", "validation"), ("high", "low"))
    months = [mg(f"{cohort}.pfs.median.{group}") for cohort, group in groups]
    frame = audit.month_lengths(months)
    assert list(frame.index[frame["fits"]]) == ["30 days"]
    for text in months:
        assert Printed(text).admits(frame.loc["30 days", text] / 30)


def test_month_lengths_of_ones_own():
    frame = audit.month_lengths(["1.00"], {"lunar": 29.53, "odd": 100})
    assert list(frame["fits"]) == [True, True]
    assert list(frame["1.00"]) == [29.5, 100]


@pytest.mark.parametrize("n", [4, 5, 8, 9])
def test_survival_at_median_is_the_least_that_any_patients_can_have(n):
    """All splits into deaths by 17 months and others, all with an observed median of 19."""
    check = audit.survival_at_median(n, "19", "17")
    least = 1.0
    for dead in range(n + 1):
        time = np.array([10.0] * dead + [19.0] * (n % 2) + [28.0] * n)[:n]
        if np.median(time) == 19:
            curve = 1 - dead / n  # nobody is censored before
            least = min(least, curve)
    assert check.computed == pytest.approx(least, abs=SAME)
    assert check.verdict == ("compatible" if n % 2 == 0 else "contradicted")


def test_survival_at_median_says_nothing_when_follow_up_is_shorter():
    check = audit.survival_at_median(9, "12", "17")
    assert (check.computed, check.verdict) == (0, "compatible")


@pytest.mark.parametrize(("events", "p"), [(78, "0.05"), (16, "0.05"), (400, "0.001")])
def test_ratio_for_significance_is_on_the_edge(events, p):
    ratio = audit.ratio_for_significance(events, p)
    assert 0 < ratio < 1
    assert audit.two_sided_p(math.log(ratio) * math.sqrt(events) / 2) == pytest.approx(float(p))


def test_centre_on_the_linear_scale():
    check = audit.centre_of_interval("0.750", "0.600", "0.900", scale="linear")
    assert (check.computed, check.verdict) == (pytest.approx(0.75, abs=SAME), "exact")
    assert (
        audit.centre_of_interval("0.750", "0.600", "0.910", scale="linear").verdict
        == "contradicted"
    )
    assert (
        audit.centre_of_interval("0.735", "0.600", "0.900").verdict == "exact"
    )  # sqrt(0.54) = 0.7348


# Bad input

HR = ("0.5", "0.3", "0.8")
TABLE = {"tp": 1, "fp": 2, "fn": 3, "tn": 4}


@settings(deadline=None, derandomize=True, max_examples=50)
@given(*[st.integers(0, 9)] * 4, st.sampled_from(["accuracy", "ppv", "npv", "f1"]))
def test_smaller_tables_are_those_of_every_size(tp, fp, fn, tn, name):
    assume(tp and fp + tn and (name != "npv" or tn + fn))
    cells = {"tp": tp, "fp": fp, "fn": fn, "tn": tn}
    rates = {}
    for rate in ("sensitivity", "specificity", name):
        above, below = (sum(cells[key] for key in keys) for keys in audit.RATES[rate])
        rates[rate] = f"{100 * above / below:.1f}"
    most = tp + fn + 2, fp + tn + 3
    every = [
        row
        for n in range(1, sum(most) + 1)
        for row in audit.tables(n, **rates).to_dict("records")
        if row["tp"] and row["tp"] + row["fn"] <= most[0] and row["fp"] + row["tn"] <= most[1]
    ]
    found = audit.tables_within(*most, **rates)
    assert cells in found
    assert sorted(map(str, found)) == sorted(map(str, every))
    sizes = [sum(table.values()) for table in found]
    assert sizes == sorted(sizes, reverse=True)


PAIR = {"sensitivity": "75", "specificity": "66.7"}
BAD = [
    ("printed: .* got 'x'", lambda: audit.judge("x", 1)),
    ("printed: .* got 1", lambda: audit.judge(1, 1)),
    ("computed: .* got nan", lambda: audit.judge("1", math.nan)),
    ("computed: .* got '1'", lambda: audit.judge("1", "1")),
    ("computed: .* got None", lambda: audit.judge("1", None)),
    ("lower: .* got nan", lambda: audit.judge("1", 1, math.nan, 2)),
    ("upper: .* got nan", lambda: audit.judge("1", 1, 0, math.nan)),
    ("lower: expected at most upper = 1, got 2", lambda: audit.judge("1", 1, 2, 1)),
    ("percent: .* got 89.4", lambda: audit.counts(89.4, 10)),
    ("percent: .* got '< 5'", lambda: audit.counts("< 5", 10)),
    ("percent: .* got '101'", lambda: audit.counts("101", 10)),
    ("percent: .* got '-1'", lambda: audit.counts("-1", 10)),
    ("percent: .* at most 9 decimals", lambda: audit.counts("1.0123456789", 10)),
    ("n: .* got 0", lambda: audit.counts("5", 0)),
    ("n: .* got 1.5", lambda: audit.counts("5", 1.5)),
    ("n: .* got nan", lambda: audit.counts("5", math.nan)),
    ("n: .* got inf", lambda: audit.counts("5", math.inf)),
    ("n: .* got True", lambda: audit.counts("5", True)),
    ("n: .* got '10'", lambda: audit.counts("5", "10")),
    ("n: .* got None", lambda: audit.counts("5", None)),
    ("percents: .* got '30'", lambda: audit.denominators("30", 10)),
    (r"percents: .* got \[\]", lambda: audit.denominators([], 10)),
    ("percents: .* got 'x'", lambda: audit.denominators(["30", "x"], 10)),
    ("n_max: .* got 0", lambda: audit.denominators(["30"], 0)),
    ("percent: .* got None", lambda: audit.percentage(None, 1, 2)),
    ("count: .* got -1", lambda: audit.percentage("5", -1, 2)),
    ("count: .* got 0.5", lambda: audit.percentage("5", 0.5, 2)),
    ("count: expected at most n = 2, got 3", lambda: audit.percentage("5", 3, 2)),
    ("n: .* got 0", lambda: audit.percentage("5", 0, 0)),
    ("n: .* got 0", lambda: audit.tables(0, ppv="5")),
    ("rates: expected some of", lambda: audit.tables(5)),
    (r"rates: .* got \['ppv', 'recall'\]", lambda: audit.tables(5, ppv="5", recall="5")),
    ("ppv: .* got 'x'", lambda: audit.tables(5, ppv="x")),
    ("npv: .* got '200'", lambda: audit.tables(5, npv="200")),
    ("positives: .* got 0", lambda: audit.tables_within(0, 5, **PAIR)),
    ("negatives: .* got 2.5", lambda: audit.tables_within(5, 2.5, **PAIR)),
    ("rates: expected sensitivity", lambda: audit.tables_within(5, 5, sensitivity="75")),
    (r"rates: .* got \['recall'", lambda: audit.tables_within(5, 5, **PAIR, recall="5")),
    (
        "specificity: .* got 'x'",
        lambda: audit.tables_within(5, 5, sensitivity="75", specificity="x"),
    ),
    ("npv: .* got '200'", lambda: audit.tables_within(5, 5, **PAIR, npv="200")),
    ("name: .* got 'recall'", lambda: audit.rate("5", TABLE, "recall")),
    ("printed: .* got 5", lambda: audit.rate(5, TABLE, "ppv")),
    (r"table: .* none of \['tn'\]", lambda: audit.rate("5", {"tp": 1, "fp": 1, "fn": 1}, "ppv")),
    ("table, fp: .* got -2", lambda: audit.rate("5", TABLE | {"fp": -2}, "ppv")),
    ("table: .* denominator of ppv", lambda: audit.rate("5", TABLE | {"tp": 0, "fp": 0}, "ppv")),
    ("statistic: .* got -1", lambda: audit.chi_square_p(-1)),
    ("df: .* got 0", lambda: audit.chi_square_p(1, 0)),
    ("df: .* got 1.5", lambda: audit.chi_square_p(1, 1.5)),
    ("lower: .* got 0.3", lambda: audit.standard_error(0.3, "0.8")),
    ("lower: .* got '0.0'", lambda: audit.standard_error("0.0", "0.8")),
    ("lower: .* got '-0.3'", lambda: audit.standard_error("-0.3", "0.8")),
    ("upper: .* got '> 1'", lambda: audit.standard_error("0.3", "> 1")),
    ("lower: expected less than upper = 0.3", lambda: audit.standard_error("0.8", "0.3")),
    ("lower: expected less than", lambda: audit.standard_error("0.8", "0.80")),
    ("level: .* got 0.95", lambda: audit.standard_error("0.3", "0.8", 0.95)),
    ("level: .* got '100'", lambda: audit.standard_error("0.3", "0.8", "100")),
    ("level: .* got '0'", lambda: audit.standard_error("0.3", "0.8", "0")),
    ("level: .* got '> 95'", lambda: audit.standard_error("0.3", "0.8", "> 95")),
    ("estimate: .* got 'x'", lambda: audit.centre_of_interval("x", "0.3", "0.8")),
    ("estimate: .* got '0'", lambda: audit.centre_of_interval("0", "0.3", "0.8")),
    ("upper: .* got None", lambda: audit.centre_of_interval("0.5", "0.3", None)),
    ("estimate: .* got '0'", lambda: audit.limit_from_other("0", "0.3", "0.8")),
    ("limit: .* got 'x'", lambda: audit.limit_from_other("0.5", "x", "0.8")),
    ("other: .* got '-1'", lambda: audit.limit_from_other("0.5", "0.3", "-1")),
    ("estimate: .* got '-1'", lambda: audit.p_from_interval("-1", "0.3", "0.8", "0.1")),
    ("p: .* got 0.1", lambda: audit.p_from_interval(*HR, 0.1)),
    ("p: .* got '2'", lambda: audit.p_from_interval(*HR, "2")),
    ("p: .* got '-0.1'", lambda: audit.p_from_interval(*HR, "-0.1")),
    ("level: .* got '195'", lambda: audit.p_from_interval(*HR, "0.1", "195")),
    ("upper: .* got ''", lambda: audit.events_needed("0.3", "")),
    ("level: .* got 'x'", lambda: audit.events_needed("0.3", "0.8", "x")),
    ("ratio: .* got '0'", lambda: audit.ratio_of_medians("0", "1", "2")),
    ("median_a: .* got '0.0'", lambda: audit.ratio_of_medians("1", "0.0", "2")),
    ("median_b: .* got 'NR'", lambda: audit.ratio_of_medians("1", "1", "NR")),
    ("hr: .* got 0.5", lambda: audit.logrank_p_bounds(0.5, "0.3", "0.8", "0.1")),
    ("p: .* got 'x'", lambda: audit.logrank_p_bounds(*HR, "x")),
    ("p: .* got '3'", lambda: audit.logrank_p_bounds(*HR, "3")),
    ("n: .* got 1", lambda: audit.hazard_ratio_readings(*HR, "0.1", "2", "1", 1)),
    ("n: .* got 9.5", lambda: audit.hazard_ratio_readings(*HR, "0.1", "2", "1", 9.5)),
    ("median_b: .* got '0'", lambda: audit.hazard_ratio_readings(*HR, "0.1", "2", "0", 9)),
    ("tp: .* got -1", lambda: audit.dichotomised_auc(-1, 1, 1, 1)),
    ("fp: .* got 'x'", lambda: audit.dichotomised_auc(1, "x", 1, 1)),
    ("fn: .* got nan", lambda: audit.dichotomised_auc(1, 1, math.nan, 1)),
    ("tn: .* got None", lambda: audit.dichotomised_auc(1, 1, 1, None)),
    ("tp, fp, fn, tn: .* with and without", lambda: audit.dichotomised_auc(0, 1, 0, 1)),
    ("tp, fp, fn, tn: .* with and without", lambda: audit.auc_bounds(1, 0, 1, 0, "0.5")),
    ("auc: .* got 0.8", lambda: audit.auc_bounds(1, 1, 1, 1, 0.8)),
    ("auc: .* got '1.2'", lambda: audit.auc_bounds(1, 1, 1, 1, "1.2")),
    ("auc: .* got '> 0.8'", lambda: audit.within_group_concordance(1, 1, 1, 1, "> 0.8")),
    ("inside a group", lambda: audit.within_group_concordance(3, 0, 0, 3, "0.8")),
    ("fn: .* got 0.5", lambda: audit.within_group_concordance(3, 1, 0.5, 3, "0.8")),
    ("auc: .* got '-0.1'", lambda: audit.auc_interval("-0.1", 5, 5)),
    ("positives: .* got 0", lambda: audit.auc_interval("0.8", 0, 5)),
    ("negatives: .* got 2.5", lambda: audit.auc_interval("0.8", 5, 2.5)),
    ("level: .* got 95", lambda: audit.auc_interval("0.8", 5, 5, 95)),
    (r"months: .* got \[\]", lambda: audit.month_lengths([])),
    ("months: .* got '12'", lambda: audit.month_lengths("12")),
    ("months: .* got 12.83", lambda: audit.month_lengths([12.83])),
    ("months: .* got '> 12'", lambda: audit.month_lengths(["> 12"])),
    ("months: .* got '-1'", lambda: audit.month_lengths(["-1"])),
    ("lengths: .* got 0", lambda: audit.month_lengths(["1"], {"none": 0})),
    ("lengths: .* got inf", lambda: audit.month_lengths(["1"], {"none": math.inf})),
    ("lengths: .* got 'x'", lambda: audit.month_lengths(["1"], {"none": "x"})),
    ("lengths: .* got none", lambda: audit.month_lengths(["1"], {})),
    ("scale: .* got 'root'", lambda: audit.centre_of_interval(*HR, scale="root")),
    (
        "sizes: .* add up to n = 10",
        lambda: audit.hazard_ratio_readings(*HR, "0.1", "2", "1", 10, sizes=(5, 6)),
    ),
    ("events: .* got 0", lambda: audit.ratio_for_significance(0)),
    ("p: .* got '0'", lambda: audit.ratio_for_significance(5, "0")),
    ("n: .* got 0", lambda: audit.survival_at_median(0, "2", "1")),
    ("follow_up: .* got '< 2'", lambda: audit.survival_at_median(4, "< 2", "1")),
    ("median: .* got '0'", lambda: audit.survival_at_median(4, "2", "0")),
    ("printed: .* got ''", lambda: audit.same("", "1")),
    ("other: .* got 'x'", lambda: audit.same("1", "x")),
    ("printed: .* got 1", lambda: audit.same(1, "1")),
]


def all_bad():
    """Return messages and calls of every table ``BAD`` of the room's tests."""
    modules = [import_module(path.stem) for path in Path(__file__).parent.glob("test_audit*.py")]
    return [row for module in modules for row in module.BAD]


def test_bad_input_is_named():
    for message, call in all_bad():
        with pytest.raises(ValueError, match=f"^{message}" if ":" in message else message):
            call()


def test_examples_of_the_docstrings():
    for path in Path(audit.__file__).parent.glob("*.py"):
        module = "hccbook.audit" if path.stem == "__init__" else f"hccbook.audit.{path.stem}"
        assert not doctest.testmod(import_module(module)).failed, module


def test_every_public_function_has_a_test_of_bad_input():
    functions = {name for name in audit.__all__ if callable(getattr(audit, name))}
    functions -= {"Check", "Range", "two_sided_p"}  # records, and a function of any number
    assert functions <= {name for _, call in all_bad() for name in call.__code__.co_names}
