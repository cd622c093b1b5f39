"""hccbook.audit's ratios and readings: published cases, brute force, and theorems on patients."""

import math
from itertools import product

import numpy as np
import pytest
from reference import SAME, SLACK, Z95, numbers, tight
from scipy.stats import chi2, norm

from hccbook import audit, survival
from hccbook.audit.further import FURTHER, Cut
from hccbook.audit.hazard_ratios import event_splits
from hccbook.estimate import Printed


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


def random_fits(ties=False, count=400, seed=0):
    """Yield the log hazard ratio of a Cox model, its SE, the log-rank statistic, and the data."""
    rng, made = np.random.default_rng(seed), 0
    while made < count:
        time, event, group = random_follow_up(rng, ties)
        try:
            fit = survival.cox_two_groups(time, event, group)
        except ValueError:  # no events, or an infinite estimate
            continue
        statistic = survival.logrank(time, event, group)[0]
        if math.isnan(statistic):  # all at risk had their event on one day
            continue
        made += 1
        se = math.log(fit.upper / fit.lower) / (2 * Z95)
        yield math.log(fit.value), se, statistic, (time, event, group)


def test_p_values_of_normal_and_chi_square_statistics():
    z = np.array([-3.0, 0.0, 0.5, 1.959963984540054])
    assert audit.two_sided_p(z) == pytest.approx(2 * norm.sf(abs(z)), rel=SAME)
    assert audit.chi_square_p(z**2) == pytest.approx(audit.two_sided_p(z), rel=SAME)
    assert audit.chi_square_p(7.0, df=3) == pytest.approx(chi2.sf(7, 3), rel=SAME)


def test_the_worked_examples_of_altman_and_bland():
    # BMJ 2011;343:d2304: ratio 0.81, 95 % CI 0.70 to 0.94: SE 0.075, z -2.81, P 0.005.
    assert audit.standard_error("0.70", "0.94").value == pytest.approx(0.075, abs=0.0005)
    check = audit.p_from_interval("0.81", "0.70", "0.94", "0.005")
    assert check.verdict == "exact"
    assert "z = -2.80" in check.explanation  # they go on with the rounded SE
    # BMJ 2003;326:219: z = -0.2726 / 0.2206 = -1.24, P = 0.2, ratio 0.76.
    subgroups = ("0.67", "0.46", "0.98"), ("0.88", "0.71", "1.08")
    check = audit.interaction_p(*subgroups, "0.2")
    assert check.verdict == "exact"
    assert check.computed == pytest.approx(2 * norm.cdf(-0.2726 / 0.2206), abs=0.0005)
    assert "ratio of ratios 0.76, z = -1.24" in check.explanation
    assert audit.interaction_p(*subgroups, "0.02").verdict == "contradicted"


def test_limits_whose_boxes_meet_allow_any_small_p():
    for lower, upper in (("0.5", "0.6"), ("0.5", "0.51")):
        assert audit.standard_error(lower, upper).low == 0
        for check in (audit.p_from_interval, audit.logrank_p_bounds):
            assert check("0.5", lower, upper, "0.001").lower == 0


def test_a_level_of_confidence():
    for level, z in (("90", norm.ppf(0.95)), ("99.5", norm.ppf(0.9975))):
        se = math.log(0.94 / 0.70) / (2 * z)
        assert audit.standard_error("0.70", "0.94", level).value == pytest.approx(se, rel=SAME)
        check = audit.p_from_interval("0.81", "0.70", "0.94", "0.005", level)
        assert check.computed == pytest.approx(2 * norm.sf(-math.log(0.81) / se), rel=SLACK)


def test_logrank_statistics_lie_between_their_bounds():
    extreme, tightest = 0.0, math.inf
    for log_hr, se, statistic, _ in random_fits():
        low, high = (4 * f(log_hr / 2) ** 2 / se**2 for f in (math.tanh, math.sinh))
        assert low * (1 - SLACK) - SAME <= statistic <= high * (1 + SLACK) + SAME
        extreme = max(extreme, abs(log_hr))
        tightest = min(tightest, high / low) if low else tightest
        texts = [tight(math.exp(log_hr + k * Z95 * se)) for k in (0, -1, 1)]
        if not all(Printed(text).value * 10**9 > 1 for text in texts):
            continue
        check = audit.logrank_p_bounds(*texts, tight(float(chi2.sf(statistic, 1))), without="all")
        # Where P is tiny it moves by far more than the statistic: compare on that scale.
        expected = [float(chi2.sf(x, 1)) for x in (high, low)]
        assert [check.lower, check.upper] == pytest.approx(expected, rel=1e-5, abs=SAME)
        assert check.verdict != "contradicted"
    assert extreme > math.log(30)
    assert tightest < 1.01


def test_no_fit_has_fewer_events_than_needed():
    for ties in (False, True):
        for log_hr, se, _, (_, event, _) in random_fits(ties, seed=2):
            texts = [f"{math.exp(log_hr + k * Z95 * se):.3f}" for k in (-1, 1)]
            assert event.sum() >= 4 / se**2 * (1 - SLACK)
            if Printed(texts[0]).low > 0 and texts[0] != texts[1]:
                assert event.sum() >= audit.events_needed(*texts)


def test_events_needed_are_schoenfelds():
    # A trial with 1:1 allocation: the variance of the log hazard ratio is 4 / events.
    for events in (30, 100, 508):
        half = Z95 * 2 / math.sqrt(events)
        found = audit.events_needed(tight(math.exp(-half)), tight(math.exp(half)))
        assert found in {events, events + 1}  # the formula's own rounding at equality


OBSERVED = "(O/E) / (O/E)"
OF_MEDIANS = "ratio of medians, exponential interval"

ORDERED, CROSSED = [[10, 15, 20], [20, 15, 10]], [[14, 9], [6, 17]]
#: True prints that the first reading contradicts, with the reading that saves them, and prints
#: that none saves. KEYNOTE-240 (JCO 2020;38:193), a logistic model and Fisher's interval of R,
#: the trials of dat.raudenbush1985 by REML, tests of MedCalc's manual, the veterans' trial.
CASES = [
    ("p_from_interval", "0.781 0.611 0.998 0.0238", "one-sided P"),
    ("p_from_interval", "0.85 0.70 1.03 0.048", "one-sided P"),
    ("p_from_interval", "0.781 0.611 0.998 0.0270", ""),
    ("p_from_interval", "0.344 0.085 0.959 0.076", "t distribution"),
    ("p_from_interval", "6.41 1.72 27.01 0.007", "profile or exact limits"),
    ("p_from_interval", "6.41 1.72 27.01 0.9959", "one-sided P"),
    ("centre_of_interval", "0.953 0.893 1.000 linear", "limits cut off"),
    ("centre_of_interval", "0.93 0.893 1.000 linear", ""),
    ("p_from_interval", "0.344 0.085 0.959 0.0005", ""),
    ("p_from_interval", "0.69 0.52 0.93 0.0172", "digits cut off"),
    ("centre_of_interval", "7.14 1.72 34.87", "profile or exact limits"),
    ("centre_of_interval", "0.474 0.222 0.974", "profile or exact limits"),
    ("centre_of_interval", "0.900 0.222 0.974", ""),
    ("centre_of_interval", "0.990 0.222 0.974", ""),
    ("centre_of_interval", "0.400 0.222 0.974 linear", ""),
    ("limit_from_other", "0.474 0.222 0.974", "profile or exact limits"),
    ("limit_from_other", "0.474 0.974 0.222", "profile or exact limits"),
    ("limit_from_other", "0.474 0.022 0.974", ""),
    ("limit_from_other", "0.474 0.522 0.974", ""),
    ("logrank_p_bounds", "1.018 0.714 1.450 0.93", "tied event times"),
    ("logrank_p_bounds", "1.018 0.714 1.450 0.50", ""),
    ("logrank_p_bounds", "0.781 0.611 0.998 0.0238", "one-sided P"),
    ("coefficient_p", "2.1 0.031", "digits cut off"),
    ("coefficient_p", "-2.1 0.018", "one-sided P"),
    ("coefficient_p", "2.1 0.060", ""),
    ("heterogeneity_p", ("41.86", 19, "0.0074"), "I² from τ²"),
    ("p_from_counts", ("0.010", ORDERED), "trend test"),
    ("p_from_counts", ("0.0186", CROSSED), "N-1 chi-square"),
    ("p_from_counts", ("0.50", CROSSED), ""),
]


def test_readings_that_save_a_number():
    for name, prints, reading in CASES:
        function, prints = getattr(audit, name), getattr(prints, "split", lambda x=prints: x)()
        check, bare = function(*prints), function(*prints, without="all")
        assert bare.verdict == "contradicted", prints
        assert check.verdict == FURTHER.get(reading, "contradicted"), (prints, check)
        assert check.explanation == bare.explanation or f"possible as {reading}" in (
            check.explanation.removeprefix(bare.explanation)
        )
        if check.verdict == "compatible":
            assert check.lower <= Printed(check.printed).high
            assert check.upper >= Printed(check.printed).low
        if reading:
            others = ", ".join(x for x in FURTHER if x != reading)
            assert function(*prints, without=others).verdict == FURTHER[reading]
            assert reading not in function(*prints, without=f"{reading}, mid-P").explanation


def test_digits_cut_off():
    for text, low, high in (("2.1", 2.1, 2.2), ("-2.1", -2.2, -2.1), ("0", 0, 1)):
        assert [float(Cut(text).low), float(Cut(text).high)] == pytest.approx([low, high])


def test_profile_limits_of_r_are_not_contradicted():
    for model, rows in numbers("coefficients").items():
        for i in range(len(rows["z"]) if model != "versions" else 0):
            beta, limits, p = (rows[x][i] for x in ("coefficient", "profile95", "p"))
            ratio, low, high = (f"{math.exp(x):.5f}" for x in (beta, *limits))
            if Printed(low).value and float(ratio) < 1e4:
                checks = (
                    audit.centre_of_interval(ratio, low, high),
                    audit.limit_from_other(ratio, low, high),
                    audit.p_from_interval(ratio, low, high, f"{p:.5f}"),
                )
                assert "contradicted" not in {check.verdict for check in checks}


def test_ties_are_not_contradicted_in_trials_of_some_size():
    tried, saved = 0, 0
    for log_hr, se, statistic, (time, event, _) in random_fits(ties=True, count=800):
        at = time[event == 1]
        share = max((at == t).sum() / (time >= t).sum() for t in at)
        if len(time) < 60 or abs(log_hr) > 1.5 or share > 0.4:
            continue
        texts = [f"{math.exp(log_hr + k * Z95 * se):.6f}" for k in (0, -1, 1)]
        texts.append(f"{chi2.sf(statistic, 1):.6f}")
        bare = audit.logrank_p_bounds(*texts, without="all")
        assert audit.logrank_p_bounds(*texts).verdict != "contradicted"
        tried, saved = tried + 1, saved + (bare.verdict == "contradicted")
    assert tried > 50 < 10 * saved


@pytest.mark.parametrize("ties", [False, True])
def test_observed_to_expected_is_conservative(ties):
    for _, _, statistic, (time, event, group) in random_fits(ties, seed=3):
        observed, expected = np.zeros(2), np.zeros(2)
        for t in np.unique(time[event == 1]):
            deaths, ahead = (time == t) & (event == 1), time >= t
            observed += np.bincount(group[deaths], minlength=2)
            expected += deaths.sum() * np.bincount(group[ahead], minlength=2) / ahead.sum()
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
        row = audit.hazard_ratio_readings(*texts, p, "1", "1", len(time)).iloc[2]
        assert row["verdict"] == "compatible"
        assert row["p_high"] == pytest.approx(chi2.sf(conservative, 1), rel=1e-4)


def test_readings_of_an_interval_that_is_no_cox_interval():
    # The hazard ratio of the magnesium paper's validation cohort: a ratio of medians.
    ratio = ("0.300", "0.130", "0.700", "0.0001")
    frame = audit.hazard_ratio_readings(*ratio, "17.13", "5.14", 42)
    assert list(frame) == ["reading", "ratio", "p_low", "p_high", "verdict", "why"]
    frame, check = frame.set_index("reading"), audit.logrank_p_bounds(*ratio)
    assert tuple(frame.loc["Cox model", ["p_low", "p_high"]]) == (check.lower, check.upper)
    verdicts = frame["verdict"].to_dict()
    assert verdicts["Cox model"] == verdicts["Peto or Mantel-Haenszel"] == "contradicted"
    assert verdicts[OF_MEDIANS] == "compatible"
    events = event_splits("0.5", "2.0", 59, 59).sum(axis=1)  # no more than the patients
    assert 0 < sum(events <= 60) < len(events)
    why = audit.hazard_ratio_readings("1.0", "0.5", "2.0", "0.9", "5", "5", 60)["why"][3]
    assert why.startswith(f"{sum(events <= 60)} pairs of event counts")
    swapped = audit.hazard_ratio_readings(*ratio, "5.14", "17.13", 42).set_index("reading")
    assert swapped.loc[OF_MEDIANS, "verdict"] == "contradicted"
    # Half of the P is read as one-sided elsewhere, not here.
    one_sided = audit.hazard_ratio_readings("0.781", "0.611", "0.998", "0.0238", "9", "7", 400)
    assert list(one_sided["verdict"][:2]) == ["contradicted"] * 2
    frame = audit.hazard_ratio_readings("0.500", "0.499", "0.501", "0.9", "2", "1", 5)
    frame = frame.set_index("reading")
    verdicts = frame["verdict"].copy()
    assert verdicts.pop("Cox model, P of another test") == "compatible"
    assert set(verdicts) == {"contradicted"}
    assert "no event counts" in frame.loc[OBSERVED, "why"]
    assert "0 pairs" in frame.loc[OF_MEDIANS, "why"]


def test_event_splits_as_by_brute_force():
    for limits in (("0.5", "2.0"), ("0.131", "0.701"), ("0.05", "0.90"), ("0.9", "1.1")):
        a, b = map(Printed, limits)
        expected = set()
        for first, second in product(range(1, 31), range(1, 21)):
            width = 2 * Z95 * math.sqrt(1 / first + 1 / second)
            if math.log(b.low / a.high) <= width <= math.log(b.high / a.low):
                expected.add((first, second))
        found = event_splits(*limits, 30, 20).tolist()
        assert sorted(map(tuple, found)) == sorted(expected)
        assert {(y, x) for x, y in event_splits(*limits, 20, 30).tolist()} == expected
    # Where the boxes of the limits meet, no count is too large.
    assert [400, 400] in event_splits("0.5", "0.6", 400, 400).tolist()
