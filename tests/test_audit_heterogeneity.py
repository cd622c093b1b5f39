"""hccbook.audit.heterogeneity: R's metafor, brute force, and simulated meta-analyses."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from reference import SAME, SLACK, Z95, box, numbers
from scipy.optimize import minimize
from scipy.stats import chi2

from hccbook import audit
from hccbook.estimate import Printed

FROM_R = 1e-9  # R's numbers have 15 digits, and its interval search stops before that
SEARCH = 1e-6  # how near a general minimiser comes
DIGITS = 12  # decimals of a number printed so finely that its rounding does not count
PLACES = 9  # and of an I², which may have no more
R = numbers("heterogeneity")
EFFECT, VARIANCE = np.array(R["effect"]), np.array(R["variance"])
ALLOCATION = ("alternate", "random", "systematic")


def fixed_effects(effect, variance):
    """Pool by inverse variance: Q, the mean and its variance."""
    effect, weight = np.asarray(effect), 1 / np.asarray(variance)
    mean = np.sum(weight * effect) / np.sum(weight)
    return np.sum(weight * (effect - mean) ** 2), mean, 1 / np.sum(weight)


def i2_of(q, k):
    return 100 * (q - (k - 1)) / q if q > k - 1 else 0.0


def printed_ratio(mean, variance, decimals):
    """Print a ratio and its 95 % limits."""
    half = Z95 * math.sqrt(variance)
    return [f"{math.exp(mean + sign * half):.{decimals}f}" for sign in (0, -1, 1)]


def usable(texts):
    """Say whether a printed ratio with limits is one that the checks accept."""
    numbers = [Printed(text) for text in texts]
    return all(number.low > 0 for number in numbers) and numbers[1].value < numbers[2].value


@pytest.mark.parametrize("name", ["all", *ALLOCATION])
def test_q_and_p_are_those_of_r(name):
    fit = R["fixed"][name]
    k, i2 = len(fit["trials"]), f"{fit['i2']:.{PLACES}f}"
    rows = np.array(fit["trials"]) - 1
    q, mean, variance = fixed_effects(EFFECT[rows], VARIANCE[rows])
    found = [q, math.exp(mean), math.sqrt(variance)]
    assert found == pytest.approx([fit["q"], fit["ratio"], fit["se"]], rel=FROM_R)
    assert audit.q_from_i2(i2, k).value == pytest.approx(fit["q"], rel=FROM_R)
    check = audit.heterogeneity_p(i2, k, f"{fit['p']:.3f}")
    assert check.computed == pytest.approx(fit["p"], rel=SLACK * fit["q"])
    assert check.verdict == "exact"
    assert k in audit.study_counts(f"{fit['i2']:.1f}", f"{fit['p']:.6f}")


def test_i2_of_0_and_of_100():
    # Any Q up to the degrees of freedom gives 0; the box of 1 % begins at half a per cent.
    assert audit.q_from_i2("0", 4) == (0, 3, pytest.approx(3 / 0.995, rel=SAME))
    assert audit.q_from_i2("1", 4).low == pytest.approx(3 / 0.995, rel=SAME)
    assert audit.q_from_i2("100", 4) == (pytest.approx(3 / 0.005, rel=SAME), math.inf, math.inf)
    assert audit.heterogeneity_p("100", 4, "< 0.001").verdict == "exact"
    # P is at least that of Q = df, or a little less.
    for p, verdict in (("0.39", "compatible"), ("1.00", "compatible"), ("0.38", "contradicted")):
        check = audit.heterogeneity_p("0", 4, p, without="all")
        assert (check.upper, check.verdict) == (1, verdict)
        assert [check.lower, check.computed] == pytest.approx(chi2.sf([3 / 0.995, 3], 3), rel=SAME)


@given(st.floats(0, 400), st.integers(2, 40), st.integers(0, 3))
@example(0.0, 2, 0)
def test_true_q_and_p_always_fit(q, k, decimals):
    i2 = f"{i2_of(q, k):.{decimals}f}"
    low, value, high = audit.q_from_i2(i2, k)
    assert low <= value <= high
    assert low * (1 - SLACK) <= q <= high * (1 + SLACK)
    # The ends are the last that print so.
    number = Printed(i2)
    if low:
        assert i2_of(low, k) == pytest.approx(float(number.low), abs=SLACK)
    else:
        assert number.low <= 0
    if high < math.inf:
        assert i2_of(high, k) == pytest.approx(float(number.high), abs=SLACK)
    else:
        assert number.high >= 100
    p = chi2.sf(q, k - 1)
    for text in (f"{p:.{decimals}f}", f"{p:.3f}", "< 0.001" if p < 0.001 else f"{p:.2f}"):
        check = audit.heterogeneity_p(i2, k, text, without="all")
        assert check.verdict != "contradicted"
        assert check.lower <= check.computed <= check.upper
        assert k in audit.study_counts(i2, text, k)


def bcg_subgroups(decimals, places):
    return [
        (
            f"{fit['i2']:.{places}f}",
            len(fit["trials"]),
            *(f"{fit[x]:.{decimals}f}" for x in ("ratio", "lower", "upper")),
        )
        for fit in (R["fixed"][name] for name in ALLOCATION)
    ]


def test_the_bcg_trials_by_method_of_allocation():
    total = R["fixed"]["all"]
    check = audit.q_partition(f"{total['i2']:.{PLACES}f}", 13, bcg_subgroups(DIGITS, PLACES))
    assert check.computed == pytest.approx(total["i2"], abs=FROM_R)
    assert check.upper - check.lower < SLACK * 100
    between = total["q"] - sum(R["fixed"][name]["q"] for name in ALLOCATION)
    assert f"{between:.2f} between" in check.explanation
    assert audit.q_partition("92.1", 13, bcg_subgroups(2, 1)).verdict == "exact"
    for i2, verdict in (("92", "rounding"), ("94", "contradicted")):
        check = audit.q_partition(i2, 13, bcg_subgroups(2, 0), without="all")
        assert check.verdict == verdict
        assert check.lower <= total["i2"] <= check.upper
    assert audit.q_partition("94", 13, bcg_subgroups(2, 0)).verdict == "untestable"


@st.composite
def meta_analyses(draw, groups=(2, 4)):
    """Draw studies in subgroups; return Q of all, and each subgroup's fit by fixed effects."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    sizes = rng.integers(2, 7, size=rng.integers(groups[0], groups[1] + 1))
    spread, shift = rng.choice([0, 0.2, 1]), rng.choice([0, 0.3, 1.5])
    fits, effects, variances = [], [], []
    for k in sizes:
        variance = rng.uniform(0.05, 0.7, k) ** 2
        effect = rng.normal(shift * rng.normal(), np.sqrt(variance + spread**2))
        fits.append((int(k), *fixed_effects(effect, variance)))
        effects.extend(effect)
        variances.extend(variance)
    return fixed_effects(effects, variances)[0], fits


def prints_of(fits, decimals, places):
    """Print subgroups: I² with ``places`` decimals, ratios with ``decimals``."""
    return [
        (f"{i2_of(q, k):.{places}f}", k, *printed_ratio(mean, variance, decimals))
        for k, q, mean, variance in fits
    ]


@settings(max_examples=40)
@given(meta_analyses(groups=(2, 3)), st.integers(1, 2))
def test_the_range_between_subgroups_is_as_by_brute_force(case, decimals):
    _, fits = case
    subgroups = prints_of(fits, decimals, 1)
    assume(all(usable(group[2:]) for group in subgroups))
    assume(all(audit.standard_error(*group[3:]).low > 0 for group in subgroups))
    k = sum(group[1] for group in subgroups)
    check = audit.q_partition("50", k, subgroups)
    effects = [np.log(box(group[2])) for group in subgroups]
    errors = [audit.standard_error(*group[3:]) for group in subgroups]
    least, most = (
        sum(audit.q_from_i2(*group[:2])._asdict()[end] for group in subgroups)
        for end in ("low", "high")
    )

    def q_between(effect, error):
        return fixed_effects(effect, np.square(error))[0]

    ends = [(se.low, se.high) for se in errors]
    corners = [q_between(y, s) for y in product(*effects) for s in product(*ends)]
    assert check.upper == pytest.approx(i2_of(most + max(corners), k), abs=SLACK)
    # The least is inside the box of the effects, where the intervals are widest.
    widest = [se.high for se in errors]
    start = [np.mean(box) for box in effects]
    nearest = minimize(
        q_between, start, (widest,), method="L-BFGS-B", bounds=effects, options={"ftol": 1e-14}
    )
    lowest = i2_of(least + min(nearest.fun, *corners), k)
    assert check.lower <= lowest + SLACK
    assert check.lower == pytest.approx(lowest, abs=100 * SEARCH)


def test_study_counts_are_of_q_and_no_more_than_asked_for():
    assert audit.study_counts("65", "0.04") == [4]
    assert (audit.study_counts("0", "0.39"), audit.study_counts("0", "0.39", 3)) == (
        [2, 3, 4],
        [2, 3],
    )


def test_limits_that_may_meet_set_no_largest_q():
    pools = [("50", 2, "0.5", "0.5", "0.6"), ("50", 2, "2.0", "1.0", "4.0")]
    assert audit.q_partition("50", 4, pools).upper == 100


def test_every_two_bcg_trials_as_in_r():
    # For two studies the three estimators of tau² are one.
    for pairs in R["pairs"].values():
        assert len(pairs["q"]) == 78
        assert sum(q > 1 for q in pairs["q"]) > 30
        columns = "q", "i2", "se", "lower", "upper"
        for row in zip(*(pairs[x] for x in columns), strict=True):
            q, i2, se, lower, upper = row
            assert i2 == pytest.approx(i2_of(q, 2), rel=FROM_R, abs=FROM_R)
            for places, decimals in ((0, 2), (1, 3), (PLACES, DIGITS)):
                texts = f"{i2:.{places}f}", f"{lower:.{decimals}f}", f"{upper:.{decimals}f}"
                if texts[1] != texts[2] and Printed(texts[1]).low > 0:
                    needed = audit.events_for_two_studies(*texts)
                    assert needed <= math.ceil(4 * max(1, q) / se**2)
            assert needed >= math.floor(4 * max(1, q) / se**2 * (1 - FROM_R))


def test_the_fewest_events_as_by_brute_force():
    # All pairs of study variances; scaled so that every pair gives the same pooled variance.
    first, second = (x.ravel() for x in np.meshgrid(*[np.geomspace(1e-6, 1, 301)] * 2))
    texts = [f"{math.exp(sign * Z95):.{DIGITS}f}" for sign in (-1, 1)]  # standard error 1
    for q in (0.3, 1.0, 1.02, 2.0, 15.0):
        tau2 = np.maximum(0, (q - 1) * (first + second) / 2)
        pooled = 1 / (1 / (first + tau2) + 1 / (second + tau2))
        events = 4 / (first / pooled) + 4 / (second / pooled)  # pooled variance 1
        assert events.min() == pytest.approx(4 * max(1, q), rel=SLACK)
        needed = audit.events_for_two_studies(f"{i2_of(q, 2):.{PLACES}f}", *texts)
        assert abs(needed - math.ceil(events.min())) <= (4 * max(1, q) % 1 == 0)


@given(
    st.integers(0, 99), st.floats(-1, 1), st.floats(0.03, 0.8), st.integers(1, 3), st.integers(1, 2)
)
def test_random_effects_are_contradicted_where_events_run_out(i2, mean, se, decimals, times):
    texts = printed_ratio(mean, se**2, decimals)
    assume(usable(texts))
    needed = audit.events_for_two_studies(str(i2), *texts[1:])
    assert needed >= audit.events_needed(*texts[1:])
    enough = audit.random_effects_check(str(i2), *texts[1:], times * needed)
    assert enough.verdict == "compatible"
    if needed > 1:
        short = audit.random_effects_check(str(i2), *texts[1:], needed - 1)
        assert short.verdict == "contradicted"
        assert f"at least {needed} events" in short.explanation
        assert short.computed >= short.lower > Printed(texts[2]).high
    assert enough.computed >= enough.lower


def test_the_least_limit_by_hand_and_beyond_floating_point():
    # Variances of 1 / 2 and Q = 4: 8 events in each study. Half the interval is z times the
    # standard error 2 sqrt(4 / 15) where there are 15 patients.
    lower, upper = (f"{math.exp(1 + sign * Z95):.{DIGITS}f}" for sign in (-1, 1))
    check = audit.random_effects_check(f"{75:.{PLACES}f}", lower, upper, 15)
    assert (check.verdict, check.printed, check.upper) == ("contradicted", upper, math.inf)
    assert check.computed == pytest.approx(float(lower) * math.exp(4 * Z95 * math.sqrt(4 / 15)))
    for i2 in ("100", "99.99", "99.9999"):
        check = audit.random_effects_check(i2, "0.5", "2.0", 1)
        assert (check.computed, check.verdict) == (math.inf, "contradicted")
