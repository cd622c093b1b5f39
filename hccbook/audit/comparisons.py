"""Which test prints a printed P value: tests of counts, and of means with SDs.

Papers often name a set of tests but not the one behind each P value. Counts fix the P value
of every test, so it can be looked up. Means and SDs are rounded and fix it within a range.
"""

import math

import numpy as np
from scipy.special import fdtrc, gammaln

from .arguments import probability, summaries, two_way
from .check import VERDICTS, Check, Range, ends, judge
from .further import reread
from .means import between, least_between, most_between
from .ratios import chi_square_p, over

#: An exact test that would have to look at more tables than this is left out.
MOST_TABLES = 1_000_000

_TIE = 1e-7  # tables this close in probability are equally likely, as in R's fisher.test
_ROUND_OFF = 1e-9  # relative; far more than sums and special functions lose
_HALVINGS = 12  # of each SD's rounding interval
_MOST_BOXES, _MOST_NUMBERS = 128, 30_000  # kept after each halving, and held at once


def _splits(total, limits):
    """Return every way to split a total into whole parts, none above its limit: (way, part)."""
    parts = np.indices([min(total, limit) + 1 for limit in limits[:-1]])
    parts = parts.reshape(len(limits) - 1, -1).T
    last = total - parts.sum(axis=1)
    fits = (last >= 0) & (last <= limits[-1])
    return np.column_stack([parts, last])[fits]


def _exact_p(counts):
    """Return P of the exact test, or None if there are too many tables."""
    # All tables with the observed margins are listed, column by column; the last column (the
    # largest) is what is left. P is the share of those that are at most as likely as the
    # observed one: Fisher's two-sided test, by Freeman and Halton (1951) for any size. SciPy's
    # is Monte Carlo beyond 2×2.
    counts = counts if counts.shape[0] <= counts.shape[1] else counts.T
    rows, columns = np.sort(counts.sum(axis=1)), np.sort(counts.sum(axis=0))
    left, log_weight = rows[None, :], np.zeros(1)
    for total in columns[:-1]:
        if len(left) * math.prod(min(int(total), int(row)) + 1 for row in rows[:-1]) > MOST_TABLES:
            return None
        ways = _splits(total, rows)
        left = left[:, None, :] - ways
        fits = (left >= 0).all(axis=2)
        log_weight = (log_weight[:, None] - gammaln(ways + 1).sum(axis=1))[fits]
        left = left[fits]
    log_weight = log_weight - gammaln(left + 1).sum(axis=1)
    weight = np.exp(log_weight - log_weight.max())
    observed = -gammaln(counts + 1).sum()
    return float(weight[log_weight <= observed + _TIE].sum() / weight.sum())


def count_tests(table):
    """Return the two-sided P values of the usual tests of a table of counts, by test.

    2×2: ``"chi-square"`` (Pearson), ``"chi-square with Yates' correction"`` (of at most
    ``|O - E|``, as in R), ``"Fisher's exact"`` and ``"likelihood ratio"``. Larger:
    ``"chi-square"``, ``"Fisher-Freeman-Halton"`` and ``"likelihood ratio"``. An exact test is left
    out if more than a million tables would have to be listed.

    Examples
    --------
    >>> for name, p in count_tests([[3, 1], [1, 3]]).items():  # Fisher's tea-tasting lady
    ...     print(f"{name}: {p:.3f}")
    chi-square: 0.157
    chi-square with Yates' correction: 0.480
    Fisher's exact: 0.486
    likelihood ratio: 0.148
    """
    from scipy.stats import chi2_contingency

    counts = two_way(table)
    exact = "Fisher-Freeman-Halton"
    tests = {"chi-square": chi2_contingency(counts, correction=False).pvalue}
    if counts.shape == (2, 2):
        exact = "Fisher's exact"
        tests["chi-square with Yates' correction"] = chi2_contingency(counts).pvalue
    tests[exact] = _exact_p(counts)
    likelihood = chi2_contingency(counts, correction=False, lambda_="log-likelihood")
    tests["likelihood ratio"] = likelihood.pvalue
    return {name: float(p) for name, p in tests.items() if p is not None}


def _other_tests(table, exact):
    """Yield P values of less usual tests, by the name of their reading; ``exact`` is Fisher's."""
    from scipy.stats import hypergeom, kruskal, mannwhitneyu

    counts, n = two_way(table), int(np.sum(table))
    row, column = (np.repeat(x.ravel(), counts.ravel()) for x in np.indices(counts.shape))
    trend = np.corrcoef(row, column)[0, 1] ** 2  # of equally spaced scores
    if counts.size == 4:
        yield "N-1 chi-square", chi_square_p((n - 1) * trend)
        a, own = counts[0, 0], hypergeom(n, *counts.sum(axis=1)[:1], *counts.sum(axis=0)[:1])
        tails = own.cdf(a), own.sf(a - 1)
        yield "mid-P", min(1.0, 2 * (min(tails) - own.pmf(a) / 2))
        alike = own.pmf(np.arange(n + 1))
        yield "mid-P", exact - alike[np.abs(alike / own.pmf(a) - 1) < _TIE].sum() / 2
        yield "mid-P", exact - own.pmf(a) / 2
        yield from (("one-sided P", p) for p in tails)
        return
    if 2 in counts.shape:
        yield "trend test", chi_square_p(n * trend)
    yield "linear-by-linear test", chi_square_p((n - 1) * trend)
    for group, level in ((row, column), (column, row)):
        samples = [level[group == x] for x in range(group.max() + 1)]
        yield "rank test", kruskal(*samples).pvalue
        if len(samples) == 2:
            yield "rank test", mannwhitneyu(*samples, method="asymptotic").pvalue


def p_from_counts(p, table, *, without="none"):
    """Check a printed P value against every usual test of a table of counts.

    ``exact`` if any test prints so, ``contradicted`` if none does; ``untestable`` if none does but
    the exact test had to be left out. ``computed`` is P of the first test that prints so, or of
    the first one. The printed digits alone count: ``"1"`` stands for all from 0.5.

    Readings that ``without`` does not rule out, ``compatible``: of a 2×2 table one-sided P, the
    N-1 chi-square test (Campbell, 2007) and Fisher's mid-P; of a larger one, where the levels are
    taken to be in order, the trend test of Cochran and Armitage, the linear-by-linear test and
    rank tests (Wilcoxon, Kruskal and Wallis).
    """
    number, tests = probability("p", p), count_tests(table)
    # An exact P can be a half-way case such as 1/8, which round-off must not decide.
    prints = [
        name
        for name, value in tests.items()
        if number.low <= value * (1 + _ROUND_OFF) and value * (1 - _ROUND_OFF) <= number.high
    ]
    if prints:
        verdict, finding = "exact", f"{number} is printed by {', '.join(prints)}"
    elif {"Fisher's exact", "Fisher-Freeman-Halton"} & set(tests):
        verdict, finding = "contradicted", f"no test gives {number}"
    else:
        verdict = "untestable"
        finding = f"no test gives {number}, but the exact test needs too many tables"
    values = ", ".join(f"{name} {value:z.4g}" for name, value in tests.items())
    found = min(tests.values()), tests[[*prints, *tests][0]], max(tests.values())
    check = Check.of("test from counts", number, found, f"{finding}; P by test: {values}", verdict)

    def readings():
        for name, value in _other_tests(table, tests.get("Fisher's exact")):
            yield name, Range(value * (1 - _ROUND_OFF), value, value * (1 + _ROUND_OFF))
        if len(tests) == 4:
            yield from (("one-sided P", Range(x / 2, x / 2, x / 2)) for x in tests.values())

    return reread(check, number, readings(), without)


def _anova(mean, sd, n):
    """Return the range of P of one-way ANOVA, which is the t test if there are two groups."""
    groups, total = len(n), n.sum()

    def p(between, sds):
        within = float(((n - 1) * sds**2).sum())
        ratio = over(float(between), within) if between else 0.0
        return float(fdtrc(groups - 1, total - groups, ratio * (total - groups) / (groups - 1)))

    # P falls with the means' spread and rises with every SD.
    return Range(
        p(most_between(mean, n), sd.low),
        p(between(mean.value, n), sd.value),
        p(least_between(mean, n), sd.high),
    )


def _welch_p(between, unevenness, groups):
    """Return P of Welch's (1951) ANOVA; his t test if there are two groups."""
    # ``between`` is A = sum w_i (m_i - m)² with weights w_i = n_i / s_i² and weighted mean m,
    # ``unevenness`` is L = sum (1 - w_i / sum w)² / (n_i - 1). With k groups and d = k - 1 the
    # statistic is (A / d) / (1 + 2 (k - 2) L / (k² - 1)), on d and v = (k² - 1) / (3 L)
    # degrees of freedom.
    #
    # P falls with A, and rises with L. Proof: P is the chance that T = N X / Y exceeds A, with
    # N = v + 2 (d - 1) / 3 and independent chi-square X and Y on d and v degrees of freedom;
    # v is at least 1/2, as L is at most k. For v < v' the log ratio of the densities of T falls
    # up to t = (d + 2) / 3 and rises after it. It is at most 0 at t = 0 if
    # N**(-d/2) gamma((d + v) / 2) / gamma(v / 2) rises with v, that is, if the trigamma function
    # has a mean of at least 2 / N from v / 2 to (v + d) / 2. It has: it is convex, so the mean
    # is at least its value at the middle z, which is above 1 / z + 1 / (2 z²), so above
    # 1 / (z - 1/4) as z is at least 1/2, so above 2 / N. So the densities cross once, and the
    # smaller v (the larger L) has the heavier tail.
    scale = groups**2 - 1
    statistic = between / (groups - 1) / (1 + 2 * (groups - 2) / scale * unevenness)
    return fdtrc(groups - 1, scale / (3 * unevenness), statistic)


def _welch_bound(mean, low_sd, high_sd, n, end):
    """Return a bound of P in boxes of SDs, which are the rows of ``low_sd`` and ``high_sd``."""
    # A is the least of sum w_i (m_i - c)² over c, so it falls as an SD rises. L has no such
    # order; each of its terms is bounded for itself.
    groups = len(n)
    light, heavy = n / high_sd**2, n / low_sd**2
    others = 1 - np.eye(groups)  # sums without subtraction, for weights far apart
    if end == "low":
        least = light @ others / (heavy + light @ others)
        return _welch_p(most_between(mean, heavy), (least**2 / (n - 1)).sum(axis=1), groups)
    most = heavy @ others / (light + heavy @ others)
    return _welch_p(least_between(mean, light), (most**2 / (n - 1)).sum(axis=1), groups)


def _bound(bounds, low, high):
    """Return an upper bound of a function over a box by branch and bound."""
    # ``bounds(low, high)`` gives an upper bound in each of many boxes. Those with the largest
    # are halved again and again; what the others allow is kept, so no value is lost.
    groups = low.size
    low, high, given_up = low[None, :], high[None, :], -math.inf
    kept = max(2, min(_MOST_BOXES, _MOST_NUMBERS // (groups * 2**groups)))
    for _ in range(_HALVINGS * groups):
        row, column = np.arange(len(low)), (high / low).argmax(axis=1)
        middle = np.sqrt(low * high)[row, column]
        left, right = high.copy(), low.copy()
        left[row, column] = right[row, column] = middle
        low, high = np.concatenate([low, right]), np.concatenate([left, high])
        found = bounds(low, high)
        order = np.argsort(-found, kind="stable")
        given_up = max(given_up, found[order[kept:]].max(initial=-math.inf))
        low, high = low[order[:kept]], high[order[:kept]]
    return float(max(given_up, found.max()))


def _welch(mean, sd, n):
    """Return a range of P that holds all values in the boxes; P need not rise with every SD."""
    # An SD of 0 has no weight. One that is nearly 0 beside all others gives nearly the same P.
    sds = np.concatenate(sd)
    nearly_0 = _ROUND_OFF * sds[sds > 0].min()
    low, value, high = (np.maximum(end, nearly_0) for end in sd)
    lower = -_bound(lambda a, b: -_welch_bound(mean, a, b, n, "low"), low, high)
    upper = _bound(lambda a, b: _welch_bound(mean, a, b, n, "high"), low, high)
    if (sd.low == 0).sum() > 1:
        lower = 0.0  # two groups without spread, at different means
    point = Range(mean.value, mean.value, mean.value)
    p = _welch_bound(point, value[None, :], value[None, :], n, "high")
    return Range(lower, float(p[0]), upper)


def summary_tests(means, sds, sizes):
    """Return the ranges of two-sided P that printed means and SDs of 2 to 10 groups allow, by test.

    Two groups: ``"t"`` (pooled variance) and ``"Welch t"``. Three and more: ``"one-way ANOVA"`` and
    ``"Welch ANOVA"``. Ranges of the pooled tests are sharp. Those of Welch's hold all values and
    may be slightly too wide, as a rule by less than 0.001. Arguments are as for :func:`pooled_sd`.

    Examples
    --------
    >>> for name, p in summary_tests(["50.5", "51.2"], ["9.7", "7.9"], [110, 42]).items():
    ...     print(f"{name}: {p:.3f}")
    t: 0.677 (0.632 to 0.722)
    Welch t: 0.648 (0.600 to 0.698)
    """
    means, sds, sizes = summaries(means, sds, sizes, 2)
    mean, sd = (Range(*(np.array(end, dtype=float) for end in ends(x))) for x in (means, sds))
    groups = mean, sd._replace(low=np.maximum(sd.low, 0)), np.array(sizes, dtype=float)
    names = ("t", "Welch t") if len(sizes) == 2 else ("one-way ANOVA", "Welch ANOVA")
    return {
        name: Range(low * (1 - _ROUND_OFF), value, min(1.0, high * (1 + _ROUND_OFF)))
        for name, (low, value, high) in zip(names, (_anova(*groups), _welch(*groups)), strict=True)
    }


def p_from_summaries(p, means, sds, sizes):
    """Check a printed P value against the tests of means that the printed summaries allow.

    The verdict is that of :func:`judge` on the test that fits best, the pooled one if both fit
    alike. If neither can print so, it is ``untestable``, not ``contradicted``: a rank test stays
    possible, and it needs the patients' values. ``lower`` and ``upper`` then span both tests.
    """
    number, tests = probability("p", p), summary_tests(means, sds, sizes)
    verdicts = {name: judge(number, r.value, r.low, r.high) for name, r in tests.items()}
    best = min(tests, key=lambda name: VERDICTS.index(verdicts[name]))
    verdict, found, finding = verdicts[best], tests[best], f"{best} can give {number}"
    if verdict == "contradicted":
        verdict = "untestable"
        low, _, high = zip(*tests.values(), strict=True)
        found = Range(min(low), found.value, max(high))
        rank = "Mann-Whitney" if "t" in tests else "Kruskal-Wallis"
        finding = f"no test of the means gives {number}; {rank} needs the patients' values"
    why = f"{finding}; P by test: {', '.join(f'{name} {r:z.3g}' for name, r in tests.items())}"
    return Check.of("test from mean and SD", number, found, why, verdict)
