"""hccbook.meta: R's metafor, brute force, identities, and meta-analyses at random."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from reference import near, numbers, refused
from scipy.special import chdtri

from hccbook import meta

FROM_R = 1e-11  # relative; both sides iterate to the last digit, R's numbers have 15
NOTHING = 1e-13  # what R's searches leave of a tau² of 0
SAME = 1e-12  # the same formula, summed in another order
SOLVED = 1e-9  # an equation put back into its two sides, which differ much more than its solution
NO_BETTER = 1e-9  # in the log-likelihood, which is flat at its maximum
R = numbers("meta")
SETS = R["sets"]
BCG = np.array(SETS["bcg"]["effect"]), np.array(SETS["bcg"]["se"])
HARTUNG_KNAPP = {"normal": False, "t": True, "adhoc": "adhoc"}
METHODS = ("fixed", "dl", "pm", "reml")


def as_in_r(ours, theirs):
    near(ours, theirs, rel=FROM_R, abs=NOTHING)


def inputs(name):
    return [np.atleast_1d(SETS[name][key]).astype(float) for key in ("effect", "se")]


def variants(method):
    return HARTUNG_KNAPP.values() if method != "fixed" else [False]


def q_at(effect, se, tau2):
    weight = 1 / (se**2 + tau2)
    return weight @ (effect - weight @ effect / weight.sum()) ** 2


def log_likelihood(effect, se, tau2):
    """Return the restricted log-likelihood, but for a constant, at many values of tau²."""
    weight = 1 / (se**2 + np.asarray(tau2)[..., None])
    mean = (weight * effect).sum(-1, keepdims=True) / weight.sum(-1, keepdims=True)
    value = np.log(weight).sum(-1) - (weight * (effect - mean) ** 2).sum(-1)
    return (value - np.log(weight.sum(-1))) / 2


@st.composite
def studies(draw, fewest=2, most=12):
    """Draw effects and standard errors, alike or not, with ties."""
    k = draw(st.integers(fewest, most))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    se = np.round(np.exp(rng.normal(-1.5, draw(st.sampled_from([0, 0.5, 1.5])), k)), 3) + 0.01
    effect = rng.normal(0.2, 0.5 * se + draw(st.sampled_from([0, 0.02, 0.5, 5])))
    return np.round(effect, draw(st.sampled_from([1, 6]))), se


def test_pooled_as_in_metafor():
    fits = 0
    for name, found in SETS.items():
        for method in METHODS:
            for test, expected in found["fits"][method].items():
                fits += 1
                ours = meta.pool(*inputs(name), method, HARTUNG_KNAPP[test])
                for key in ("value", "se", "lower", "upper", "statistic", "tau2"):
                    as_in_r(getattr(ours, key), expected[key])
                as_in_r(ours.i2 if method == "fixed" else ours.i2_tau2, expected["i2"])
                as_in_r([ours.q, ours.i2], [found["q"], found["i2"]])
                # P values: the smallest as strictly as the largest.
                near([ours.p, ours.q_p], [expected["p"], found["q_p"]], rel=FROM_R)
                if method != "fixed" and ours.k > 2:
                    as_in_r(ours.prediction_interval, expected["prediction"]["higgins"])
                elif method != "fixed":  # metafor takes a degree of freedom that there is not
                    assert np.isnan(ours.prediction_interval).all()
    assert fits == 11 * (1 + 3 * 3)
    assert {len(np.atleast_1d(found["effect"])) for found in SETS.values()} >= {1, 2, 13, 40}


def test_the_bcg_trials_as_metafor_s_own_tests_have_them():
    # tests/testthat/test_misc_confint.r of metafor (DerSimonian-Laird); its search keeps 4 digits.
    ours, (tau2, i2) = meta.pool(*BCG, "dl"), meta.q_profile(*BCG)
    ratio = ours.ratio
    assert (ratio.p, ratio.level) == (ours.p, 0.95)
    near([ratio.value, ratio.lower, ratio.upper], [0.4896, 0.3449, 0.6950], abs=5e-5)
    near([ours.tau2, *tau2], [0.3088, 0.1197, 1.1115], abs=5e-5)
    near([ours.i2, *i2], [92.12, 81.92, 97.68], abs=5e-3)
    # Another level.
    ours, expected = meta.pool(*BCG, hartung_knapp=True, level=0.8), R["level80"]
    as_in_r([ours.lower, ours.upper], [expected["lower"], expected["upper"]])
    as_in_r(ours.prediction_interval, expected["prediction"]["higgins"])
    assert ours.level == 0.8


def test_intervals_of_tau2_and_i2_as_in_metafor():
    assert np.isnan(meta.q_profile([0.4], [0.2])).all()
    for name in SETS.keys() - {"one"}:
        assert [case["level"] for case in SETS[name]["intervals"]] == [0.95, 0.8]
        for case in SETS[name]["intervals"]:
            tau2, i2 = meta.q_profile(*inputs(name), case["level"])
            as_in_r([tau2, i2], [case["tau2"], case["i2"]])


def test_egger_s_test_as_in_metafor():
    for name, found in SETS.items():
        if "egger" not in found:
            refused([("(effect: expected 3|se: .* differ)", meta.egger_test, *inputs(name))])
            continue
        ours, expected = meta.egger_test(*inputs(name))._asdict(), found["egger"]
        if name == "identical":  # no residual: R divides rounding errors by each other
            near([ours[key] for key in ("slope", "statistic", "p")], [0, np.nan, np.nan])
        else:
            as_in_r([*ours.values()], [expected[key] for key in ours])


def test_one_study_left_out_as_in_metafor():
    for case, name, method, knapp in (
        ("reml", "bcg", "reml", True),
        ("dl", "bcg", "dl", False),
        ("two", "two", "dl", False),
    ):
        effect, se = inputs(name)
        others = ~np.eye(effect.size, dtype=bool)
        ours = meta.pool(effect, se, method, knapp, where=others)
        assert (ours.k == effect.size - 1).all()
        for key, expected in R["leave_one_out"][case].items():
            as_in_r(getattr(ours, key), expected)


def test_metafor_can_end_in_the_lower_of_two_maxima():
    effect, se = (np.array(R["peaks"][key]) for key in ("effect", "se"))
    default, zero = R["peaks"]["default"], R["peaks"]["zero"]
    ours = meta.pool(effect, se).tau2
    near(ours, zero["tau2"], rel=FROM_R)
    higher, lower = log_likelihood(effect, se, [ours, default["tau2"]])
    difference = zero["log_likelihood"] - default["log_likelihood"]
    assert difference > 0.4
    near(higher - lower, difference, rel=FROM_R)


def test_the_likelihood_is_nowhere_higher():
    for spread in (0.3, 1.5, 3.0):
        rng = np.random.default_rng(2)
        effect, se = np.empty((2, 300, 6))
        for row in range(300):
            se[row] = np.exp(rng.normal(-1.5, spread, 6))
            # Precise studies that agree and others that do not make several maxima.
            sd = np.where(se[row] > 0.3, 1, rng.choice([0.01, 0.3]) + se[row])
            effect[row] = rng.normal(0, sd)
        several = 0
        for y, s, found in zip(effect, se, meta.pool(effect, se).tau2, strict=True):
            low, high = s.min() ** 2, max(np.ptp(y) ** 2, 2 * s.min() ** 2)
            curve = log_likelihood(y, s, np.geomspace(low, high, 1000) - low)
            best, *beside = log_likelihood(y, s, found * (1 + np.array([0, -1e-5, 1e-5])))
            assert curve.max() <= best + NO_BETTER
            assert max(beside) <= best + SAME * abs(best)
            inner = (curve[1:-1] > curve[:-2]) & (curve[1:-1] > curve[2:])
            several += inner.sum() + (curve[0] > curve[1]) > 1
        assert several >= (10 if spread > 1 else 0)


@given(studies(), st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_paule_mandel_and_q_profile_solve_their_equations(case, level):
    effect, se = case
    df = effect.size - 1
    lower, upper = meta.q_profile(effect, se, level)[0]
    assert 0 <= lower <= upper < math.inf
    targets = df, *(float(chdtri(df, tail)) for tail in ((1 - level) / 2, (1 + level) / 2))
    found = meta.pool(effect, se, "pm").tau2, lower, upper
    for tau2, target in zip(found, targets, strict=True):
        q = q_at(effect, se, tau2)
        assert q == pytest.approx(target, rel=SOLVED) or (tau2 == 0 and q < target)


@pytest.mark.parametrize("method", METHODS)
def test_many_meta_analyses_are_each_of_them(method):
    rng = np.random.default_rng(4)
    effect, se = rng.normal(0, 0.5, (3, 5, 7)), rng.uniform(0.05, 0.6, (3, 5, 7))
    where = rng.random((3, 5, 7)) < 0.6
    where[..., 0] = True
    where[0, 0, 1:] = False
    gaps, profiles = np.where(where, effect, np.nan), np.array(meta.q_profile(effect, se))
    for hartung_knapp in variants(method):
        options = {"method": method, "hartung_knapp": hartung_knapp, "level": 0.9}
        whole, many = meta.pool(effect, se, **options), meta.pool(gaps, se, **options, where=where)
        for at in np.ndindex(3, 5):
            y, s = effect[at][where[at]], se[at][where[at]]
            for all_of_them, one in (
                (many, meta.pool(y, s, **options)),
                (whole, meta.pool(effect[at], se[at], **options)),
            ):
                for name in set(vars(one)) - set(options):
                    near(getattr(all_of_them, name)[at], getattr(one, name), rel=SAME, abs=SAME)
                if method != "fixed":
                    limits = [limit[at] for limit in all_of_them.prediction_interval]
                    near(limits, one.prediction_interval, rel=1e-6)
            near(profiles[..., *at], meta.q_profile(effect[at], se[at]), rel=SAME, abs=SAME)
        assert (many.value.shape, many.k[0, 0]) == ((3, 5), 1)


def test_blocks_do_not_show():
    # More columns than the inner loops take at a time.
    rng = np.random.default_rng(5)
    effect, se = rng.normal(0, 0.4, (9000, 4)), rng.uniform(0.1, 0.6, (9000, 4))
    many = meta.pool(effect, se).tau2
    parts = np.concatenate([meta.pool(effect[i::7], se[i::7]).tau2 for i in range(7)])
    assert (np.concatenate([many[i::7] for i in range(7)]) == parts).all()
    assert 0.2 < (many == 0).mean() < 0.8


def test_axes_are_broadcast():
    effect = np.random.default_rng(6).normal(size=(4, 3))
    se = np.array([0.1, 0.2, 0.3])
    pooled, line = meta.pool(effect, se), meta.egger_test(effect, se)
    assert pooled.value.shape == line.slope.shape == (4,)
    near(pooled.value[2], meta.pool(effect[2], se).value, rel=SAME)
    near(line.p[3], meta.egger_test(effect[3], se).p, rel=SAME)
    halves = meta.pool(effect[0], se, where=np.array([[True, True, False], [True, True, True]]))
    assert halves.k.tolist() == [2, 3]
    near(halves.value[1], pooled.value[0], rel=SAME)
    assert isinstance(meta.pool(pd.Series(effect[0]), se).value, float)


def test_studies_that_agree():
    effect, se = [0.1] * 4, [0.1, 0.2, 0.3, 0.4]
    same = meta.pool(effect, se, hartung_knapp=True)
    assert (same.value, same.lower, same.upper, same.p) == (0.1, 0.1, 0.1, 0)
    assert meta.pool(effect, se, hartung_knapp="adhoc").se == meta.pool(effect, se, "fixed").se
    nothing = meta.pool([0.0, 0.0], [0.1, 0.2], hartung_knapp=True)
    near([nothing.se, nothing.upper, nothing.p], [0, 0, np.nan])
    # Plain Hartung-Knapp limits of homogeneous studies are too narrow.
    y, s = inputs("homogeneous")
    plain, fixed = meta.pool(y, s, "dl", hartung_knapp=True), meta.pool(y, s, "fixed")
    assert plain.tau2 == 0
    assert plain.upper - plain.lower < (fixed.upper - fixed.lower) / 3
    assert meta.q_profile(y, s) == ((0, 0), (0, 0))
    assert meta.q_profile(*inputs("two-alike"))[0][0] == 0


def test_huge_heterogeneity():
    effect, se = np.array([-3e6, 1e6, 4e6, 0]), np.array([1e-3, 2e-3, 5e-3, 1e-3])
    # Nothing is left of the standard errors: a plain mean, with the variance of the effects.
    for method in ("pm", "reml", "dl"):
        found = meta.pool(effect, se, method, hartung_knapp=True)
        assert found.tau2 == pytest.approx(effect.var(ddof=1), rel=SAME) or method == "dl"
        near([found.value, found.i2], [effect.mean(), 100], rel=1e-6)


def test_log_ratios():
    table = meta.log_ratios([0.80, 1.91], [0.50, 1.20], [1.28, 3.04])
    near(table.loc[0, "p"], 0.352, abs=5e-4)
    near(table.loc[1, "effect"], math.log(1.91), rel=SAME)
    assert meta.log_ratios([1.0], [1.0], [1.5])["p"].tolist() == [1]  # a ratio prints as its limit


@given(st.floats(-3, 3), st.floats(0.01, 2), st.sampled_from([0.8, 0.95]))
def test_log_ratios_undo_the_printing(effect, se, level):
    half = {0.8: 1.2815515655446004, 0.95: 1.959963984540054}[level] * se
    row = meta.log_ratios(*np.exp([[effect], [effect - half], [effect + half]]), level).iloc[0]
    expected = [effect, se, math.exp(effect)]
    near(row[["effect", "se", "centre"]], expected, abs=SAME, rel=SAME)
    near(row["p"], math.erfc(abs(effect) / se / 2**0.5), rel=1e-9)
    assume(effect)
    ratio, *limits = np.exp([[effect + 1.1 * half], [effect - half], [effect + half]])
    refused([("ratio: expected a ratio between limits above 0", meta.log_ratios, ratio, *limits)])
