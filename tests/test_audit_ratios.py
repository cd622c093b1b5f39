"""hccbook.audit.ratios: worked examples, and the theorems on events and log-rank tests."""

import math
from itertools import product

import numpy as np
import pytest
from follow_up import RANDOM, breslow, efron, random_fits, sinh_tanh
from printing import SAME, SLACK, Z95, tight
from scipy.stats import chi2, norm

from hccbook import audit, survival
from hccbook.estimate import Printed

pytestmark = pytest.mark.filterwarnings("error")


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


# The log-rank test and the Cox model


def test_logrank_statistics_lie_between_their_bounds():
    extreme, tightest = 0.0, math.inf
    for log_hr, se, statistic, _ in random_fits(efron):
        low, high = sinh_tanh(log_hr, se)
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
    for fit, ties in product((efron, breslow), (False, True)):
        for log_hr, se, _, (_, event, _) in random_fits(fit, ties, seed=2):
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


def test_breslow_ties_keep_the_lower_bound_of_the_statistic():
    above = 0
    for log_hr, se, statistic, _ in random_fits(breslow, ties=True):
        low, high = sinh_tanh(log_hr, se)
        assert statistic >= low * (1 - SLACK) - SAME
        above += statistic > high * (1 + SLACK)
    assert 0 < above < RANDOM  # the upper bound does fail with ties


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
    assert any(
        statistic > sinh_tanh(log_hr, se)[1] * (1 + SLACK)
        for log_hr, se, statistic, _ in random_fits(efron, ties=True)
    )
