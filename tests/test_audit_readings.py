"""Further readings by published cases; readings of a "hazard ratio" by brute force and patients."""

import math
from itertools import product

import numpy as np
import pytest
from follow_up import efron, random_fits
from hypothesis import assume, given
from hypothesis import strategies as st
from printing import SAME, SLACK, Z95, properties, reference
from scipy.stats import chi2

from hccbook import audit
from hccbook.audit.further import READINGS, Cut
from hccbook.audit.readings import event_splits
from hccbook.estimate import Printed

pytestmark = pytest.mark.filterwarnings("error")
OBSERVED = "(O/E) / (O/E)"
OF_MEDIANS = "ratio of medians, exponential interval"


# Further readings

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
        assert check.verdict == READINGS.get(reading, "contradicted"), (prints, check)
        assert check.explanation == bare.explanation or f"possible as {reading}" in (
            check.explanation.removeprefix(bare.explanation)
        )
        if check.verdict == "compatible":
            assert check.lower <= Printed(check.printed).high
            assert check.upper >= Printed(check.printed).low
        if reading:
            others = ", ".join(x for x in READINGS if x != reading)
            assert function(*prints, without=others).verdict == READINGS[reading]
            assert reading not in function(*prints, without=f"{reading}, mid-P").explanation


def test_digits_cut_off():
    for text, low, high in (("2.1", 2.1, 2.2), ("-2.1", -2.2, -2.1), ("0", 0, 1)):
        assert [float(Cut(text).low), float(Cut(text).high)] == pytest.approx([low, high])


def test_profile_limits_of_r_are_not_contradicted():
    for model, rows in reference("coefficients").items():
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
    for log_hr, se, statistic, (time, event, _) in random_fits(efron, ties=True, count=800):
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


# Readings of a hazard ratio


@pytest.mark.parametrize("ties", [False, True])
def test_observed_to_expected_is_conservative(ties):
    for _, _, statistic, (time, event, group) in random_fits(efron, ties, seed=3):
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


@properties
@given(st.integers(3, 40), st.floats(0.1, 0.9), st.floats(0, 1), st.integers(1, 3))
def test_a_truthful_ratio_of_observed_to_expected_is_never_contradicted(d, share, part, decimals):
    observed, expected = 1 + int(part * (d - 2)), share * d
    ratio = observed / expected / ((d - observed) / (d - expected))
    se = math.sqrt(1 / expected + 1 / (d - expected))
    texts = [f"{ratio:.{decimals}f}", *(f"{ratio * math.exp(k * Z95 * se):.4f}" for k in (-1, 1))]
    assume(Printed(texts[0]).low > 0 and Printed(texts[1]).low > 0)
    p = f"{chi2.sf((observed - expected) ** 2 * se**2, 1):.4f}"
    row = audit.hazard_ratio_readings(*texts, p, "1", "1", d + 3).iloc[2]
    assert row["verdict"] == "compatible"
    low, high = (float(x) for x in row["why"].split(" %")[0].split(" to "))
    assert low - 0.05 <= 100 * share <= high + 0.05  # printed with one decimal


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
