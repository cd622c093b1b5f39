"""hccbook.audit.readings: brute force over event counts, and tests that were done on patients."""

import math
from itertools import product

import numpy as np
import pytest
from follow_up import efron, random_fits
from hypothesis import assume, given
from hypothesis import strategies as st
from printing import SAME, SLACK, Z95, properties
from scipy.stats import chi2

from hccbook import audit
from hccbook.audit.readings import event_splits
from hccbook.estimate import Printed

pytestmark = pytest.mark.filterwarnings("error")
OBSERVED = "(O/E) / (O/E)"
OF_MEDIANS = "ratio of medians, exponential interval"


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


def test_readings_without_event_counts_say_so():
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
        assert set(map(tuple, found)) == expected
        assert len(found) == len(expected)
        assert {(y, x) for x, y in event_splits(*limits, 20, 30).tolist()} == expected
    # Where the boxes of the limits meet, no count is too large.
    assert [400, 400] in event_splits("0.5", "0.6", 400, 400).tolist()


@properties
@given(st.integers(1, 60), st.integers(1, 60), st.floats(0.2, 5))
def test_exponential_rates_find_their_own_events(a, b, ratio):
    half = Z95 * math.sqrt(1 / a + 1 / b)
    texts = [f"{ratio * math.exp(sign * half):.3f}" for sign in (-1, 1)]
    assume(Printed(texts[0]).low > 0)
    assert [a, b] in event_splits(*texts, 60, 60).tolist()
