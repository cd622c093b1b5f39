"""hccbook.audit.comparisons: R's numbers, brute force and random data."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from reference import box, numbers
from scipy import stats

from hccbook import audit

SAME = 1e-10  # relative; R's network algorithm for larger tables keeps 12 digits
ROUND_OFF = 1e-8  # relative; ranges are widened by 1e-9 against round-off
TIGHT = 0.001  # in P; how much too wide a range of Welch's t test may be
R = numbers("comparisons")
R_NAMES = {
    "chi-square": "chisq",
    "chi-square with Yates' correction": "yates",
    "Fisher's exact": "fisher",
    "Fisher-Freeman-Halton": "fisher",
    "likelihood ratio": "likelihood",
}


def test_tests_of_counts_as_in_r():
    for case in R["tables"]:
        tests, left_out = audit.count_tests(case["table"]), {"Fisher-Freeman-Halton"}
        if np.shape(case["table"]) != (2, 2):
            left_out = {"chi-square with Yates' correction", "Fisher's exact"}
        assert list(tests) == [name for name in R_NAMES if name not in left_out]
        for name, p in tests.items():
            assert p == pytest.approx(case[R_NAMES[name]], rel=SAME)


def test_less_usual_tests_of_counts_as_in_r():
    for case in R["tables"]:
        table, others, usual = case["table"], case["others"], audit.count_tests(case["table"])
        found = [(name, p) for name, ps in others.items() for p in np.ravel(ps)]
        found += [("one-sided P", p / 2) for p in usual.values() if "mid-P" in others]
        for name, p in found:
            if min(abs(x - p) for x in usual.values()) > 1e-8:
                without = ", ".join(x for x in others if x != name) or "none"
                check = audit.p_from_counts(f"{p:.9f}", table, without=without)
                assert (check.verdict, check.computed) == ("compatible", pytest.approx(p, rel=1e-6))
                assert f"possible as {name}: " in check.explanation
                check = audit.p_from_counts(f"{p:.9f}", table, without="all")
                assert check.verdict in ("contradicted", "untestable")


shapes = st.tuples(st.integers(2, 3), st.integers(2, 4))
tables = arrays(int, shapes, elements=st.integers(0, 12)).filter(
    lambda table: table.any(axis=0).all() and table.any(axis=1).all()
)


@pytest.mark.long
@given(tables, st.integers(1, 4), st.randoms(use_true_random=False))
def test_tests_of_counts_do_not_depend_on_the_order_and_a_true_p_is_found(table, decimals, random):
    tests, rows = audit.count_tests(table), table.tolist()
    random.shuffle(rows)
    for other in (rows, np.array(rows).T, table[:, ::-1]):
        assert audit.count_tests(other) == pytest.approx(tests, rel=SAME)
    for p in tests.values():
        assert 0 <= p <= 1
        assert audit.p_from_counts(f"{p:.{decimals}f}", table).verdict == "exact"


def test_an_exact_test_of_too_many_tables_is_left_out():
    table = np.full((4, 4), 30)
    assert list(audit.count_tests(table)) == ["chi-square", "likelihood ratio"]
    check = audit.p_from_counts("0.30", table + np.eye(4, dtype=int))
    assert check.verdict == "untestable"
    assert "too many tables" in check.explanation
    assert audit.p_from_counts("1.00", table).verdict == "exact"


#: P values of a table that some test prints, with the first that does, and such that none prints.
PRINTED_BY = [
    ([[85, 36], [25, 6]], {"0.37": "Fisher's exact"}, ("0.99", "0.3000")),  # one between two tests
    ([[71, 13], [39, 29]], {"< 0.001": "chi-square"}, ("> 0.05",)),
    # Chi-square 0.88, Fisher's exact test 1.
    ([[67, 25], [43, 17]], {"1": "chi-square", "1.00": "chi-square with Yates' correction"}, ()),
    # Fisher's exact P is 1/4, half way between what may be printed.
    ([[3, 0], [0, 1]], dict.fromkeys(("0.2", "0.3"), "Fisher's exact"), ("0.24",)),
]


def test_which_test_prints_a_p():
    for table, printed, none in PRINTED_BY:
        tests = audit.count_tests(table)
        for p, name in (printed | dict.fromkeys(none, "chi-square")).items():
            check = audit.p_from_counts(p, table, without="all")
            assert check.verdict == ("exact" if p in printed else "contradicted")
            found = min(tests.values()), tests[name], max(tests.values())
            assert (check.lower, check.computed, check.upper) == found
            assert all(f"{test} {value:.4g}" in check.explanation for test, value in tests.items())


def test_tests_of_means_as_in_r():
    for case in R["groups"]:
        tests = audit.summary_tests(case["means"], case["sds"], case["sizes"])
        two = len(case["means"]) == 2
        assert list(tests) == (["t", "Welch t"] if two else ["one-way ANOVA", "Welch ANOVA"])
        for p, key in zip(tests.values(), ("pooled", "welch"), strict=True):
            assert p.value == pytest.approx(case[key], rel=SAME)
            assert 0 <= p.low < p.value < p.high <= 1


def pooled_p(means, sds, n):
    """P of one-way ANOVA; every row is another set of means and SDs."""
    k, total = len(n), n.sum()
    mean = (n * means).sum(axis=-1, keepdims=True) / total
    between = (n * (means - mean) ** 2).sum(axis=-1)
    within = ((n - 1) * sds**2).sum(axis=-1)
    return stats.f.sf((between / (k - 1)) / (within / (total - k)), k - 1, total - k)


def welch_p(means, sds, n):
    """P of Welch's ANOVA; every row is another set of means and SDs."""
    k, w = len(n), n / sds**2
    share = w / w.sum(axis=-1, keepdims=True)
    mean = (share * means).sum(axis=-1, keepdims=True)
    between = (w * (means - mean) ** 2).sum(axis=-1) / (k - 1)
    spread = ((1 - share) ** 2 / (n - 1)).sum(axis=-1) / (k**2 - 1)
    return stats.f.sf(between / (1 + 2 * (k - 2) * spread), k - 1, 1 / (3 * spread))


def random_groups(rng, k, n_max):
    """Draw printed groups: alike or apart, with coarse or fine rounding."""
    decimals, apart = int(rng.integers(0, 3)), rng.choice([0.3, 3])
    means = [f"{x:.{decimals}f}" for x in rng.normal(5, apart, k)]
    sds = [f"{abs(x):.{decimals}f}" for x in rng.normal(2, 1, k)]
    return means, sds, rng.integers(2, n_max, k)


def boxes(texts, smallest=-math.inf):
    return np.array([box(x, smallest) for x in texts]).T


def from_box(rng, low, high, rows=2000):
    """Draw points of a box, many of them on its faces."""
    share, side = rng.random((rows, low.size)), rng.integers(0, 3, (rows, low.size))
    return low + np.where(side == 2, share, side) * (high - low)


@pytest.mark.parametrize("k", [2, 3, 4, 5, 6])
def test_ranges_of_p_hold_the_whole_box(k):
    rng = np.random.default_rng(k)
    for n_max in (4, 10, 60, 300) * (3 if k < 5 else 1):
        means, sds, n = random_groups(rng, k, n_max)
        tests = list(audit.summary_tests(means, sds, n.tolist()).values())
        low, high = boxes(means)
        near = np.clip(rng.uniform(low.min(), high.max(), (2000, 1)), low, high)
        m = np.concatenate([from_box(rng, low, high), near])  # and as equal as they can be
        s = np.maximum(from_box(rng, *boxes(sds, 0), rows=len(m)), 1e-6)
        for p, formula in zip(tests, (pooled_p, welch_p), strict=True):
            inside = formula(m, s, n)
            assert p.low <= inside.min() * (1 + ROUND_OFF)
            assert inside.max() <= p.high * (1 + ROUND_OFF)
            assert p.low <= p.value <= p.high


@pytest.mark.parametrize("k", [2, 3, 5])
def test_ranges_of_pooled_tests_are_sharp(k):
    rng = np.random.default_rng(20 + k)
    for _ in range(8):
        means, sds, n = random_groups(rng, k, 40)
        (p, _) = audit.summary_tests(means, sds, n.tolist()).values()
        (low, high), (low_sd, high_sd) = boxes(means), boxes(sds, 0)
        corners = np.array(list(product(*zip(low, high, strict=True))))
        if low_sd.any():
            assert p.low == pytest.approx(pooled_p(corners, low_sd, n).min(), rel=ROUND_OFF)
        else:
            assert p.low == 0
        # Means as near as possible to one point, which is searched on a grid and around its best.
        grid = np.linspace(low.min(), high.max(), 4001)[:, None]
        spread = pooled_p(np.clip(grid, low, high), high_sd, n)
        best = np.linspace(-1, 1, 4001)[:, None] * (grid[1] - grid[0]) + grid[spread.argmax()]
        most = pooled_p(np.clip(best, low, high), high_sd, n).max()
        assert p.high == pytest.approx(most, rel=1e-5)  # the grid is that fine
        assert p.high >= most * (1 - ROUND_OFF)


def test_ranges_of_the_welch_t_test_are_tight():
    # For each difference, the extremes are on the sides of the box of SDs: P falls with their
    # common size. The sides are searched on a fine grid.
    rng = np.random.default_rng(2)
    falls_with_an_sd = 0
    for n_max in [3, 4, 6, 15, 40, 200] * 8:
        means, sds, n = random_groups(rng, 2, n_max)
        p = audit.summary_tests(means, sds, n.tolist())["Welch t"]
        (low, high), (low_sd, high_sd) = boxes(means), boxes(sds, 0)
        low_sd = np.maximum(low_sd, 1e-9)
        near = max(0.0, low.max() - high.min())
        far = max(high[0] - low[1], high[1] - low[0])
        first, second = np.linspace(low_sd, high_sd, 1000).T

        def sides(difference, end, first=first, second=second, n=n):
            pairs = [np.column_stack([first, np.full(1000, end[1])])]
            pairs += [np.column_stack([np.full(1000, end[0]), second])]
            return welch_p(np.array([0, difference]), np.concatenate(pairs), n)

        least, most = sides(far, low_sd).min(), sides(near, high_sd).max()
        falls_with_an_sd += most > sides(near, high_sd)[-1] * (1 + ROUND_OFF)
        assert least - TIGHT <= p.low <= least * (1 + ROUND_OFF)
        assert most * (1 - ROUND_OFF) <= p.high <= most + TIGHT
    assert falls_with_an_sd  # corners alone would not do


def test_standard_deviations_that_may_be_0():
    tests = audit.summary_tests(["1", "5"], ["0", "0"], [5, 5])
    assert [p.low for p in tests.values()] == [0, 0]
    assert tests["t"].value == 0
    assert all(p.low <= p.value <= p.high < 0.001 for p in tests.values())
    tests = audit.summary_tests(["5", "5", "5"], ["0", "0", "0"], [5, 5, 5])
    assert [tuple(p) for p in tests.values()] == [(0, 1, 1), (0, 1, 1)]
    # One group without spread: the others' variance is all there is.
    (_, p) = audit.summary_tests(["1.00", "2.00"], ["0.0", "1.0"], [8, 8]).values()
    t = 0.99 / (0.95 / math.sqrt(8))
    assert p.value == pytest.approx(2 * stats.t.sf(math.sqrt(8), 7), rel=ROUND_OFF)
    assert p.high > 2 * stats.t.sf(t, 7) > p.low


def test_equal_means_allow_p_1():
    for p in audit.summary_tests(["3.0"] * 10, ["1.0"] * 10, [4] * 10).values():
        assert (p.value, p.high, 0 < p.low < 1) == (1, 1, True)


def test_which_test_of_means_is_reported():
    groups = ["256.9", "200.4"], ["62.1", "80.6"], [110, 42]
    tests = audit.summary_tests(*groups)
    for p, name, verdict in (
        ("< 0.001", "t", "exact"),
        ("0.00012", "Welch t", "exact"),
        ("0.000120", "Welch t", "compatible"),
        ("0.000125", "Welch t", "rounding"),
    ):
        check = audit.p_from_summaries(p, *groups)
        assert (check.verdict, check.printed) == (verdict, p)
        assert (check.lower, check.computed, check.upper) == tests[name]
        assert check.explanation.startswith(f"{name} can give {p}; P by test: t 8.78e-06")


def test_a_rank_test_stays_possible():
    for rank, p, groups in (
        ("Mann-Whitney", "0.036", (["160.9", "78.6"], ["624.8", "110.6"], [110, 42])),
        ("Kruskal-Wallis", "0.5", (["1.0", "2.0", "3.0"], ["0.1"] * 3, [9, 9, 9])),
    ):
        check, tests = audit.p_from_summaries(p, *groups), audit.summary_tests(*groups).values()
        assert check.verdict == "untestable"
        assert f"{rank} needs the patients' values" in check.explanation
        assert check.lower == min(test.low for test in tests)
        assert check.upper == max(test.high for test in tests)
