"""Numbers that are computed from others which are printed too: shares, differences, adjusted P."""

import math
from fractions import Fraction

from .. import _checks
from ..estimate import as_printed
from .arguments import critical, limit, ordered, plain, positive, probability, share
from .check import VERDICTS, Check, Range, bounded, ends, judge
from .counts import counts


def difference(printed, first, second):
    """Check a printed difference, first less second, of two printed numbers."""
    found = Range.of(lambda a, b: a - b, plain("first", first), plain("second", second))
    why = f"{first} less {second} is {found:z.4f}"
    return Check.of("difference", plain("printed", printed), found, why)


def quotient(printed, first, second):
    """Check a printed ratio, first over second, of two printed numbers; the second is above 0."""
    found = Range.of(lambda a, b: a / b, plain("first", first), positive("second", second))
    why = f"{first} / {second} = {found:z.4f}"
    return Check.of("quotient", plain("printed", printed), found, why)


def remaining_percentage(percent, others):
    """Check one percentage of a group against all others, which make up 100 % with it.

    Nobody is in two of them. Rounded percentages need not add up: ``compatible`` if numbers that
    print so can.

    Examples
    --------
    >>> remaining_percentage("33.3", ["33.3", "33.3"]).verdict
    'rounding'
    """
    others = [share("others", x) for x in _checks.listed("others", others)]
    high, value, low = (100 - sum(end) for end in ends(others))
    found = Range(low, value, high)
    why = f"{' and '.join(map(str, others))} leave {found:z.2f} %"
    return Check.of("sum of percentages", share("percent", percent), found, why)


def f1_score(f1, precision, recall):
    """Check a printed F1 score, the harmonic mean, against printed precision and recall.

    No counts are needed. All three are per cent, or all are shares of 1.

    Examples
    --------
    >>> f1_score("0.75", "0.69", "0.83").verdict, f1_score("0.76", "0.90", "0.60").verdict
    ('exact', 'contradicted')
    """
    numbers = [plain(*x, 0) for x in (("precision", precision), ("recall", recall))]
    found = Range.of(lambda a, b: 2 * a * b / (a + b) if a + b > 0 else 0, *numbers)
    why = f"the harmonic mean of {precision} and {recall} is {found:z.4f}"
    return Check.of("F1 score", plain("f1", f1), found, why)


def proportion_intervals(count, n, level="95"):
    """Return the limits, in per cent, of a share of ``n`` patients by the usual methods, by name.

    Clopper-Pearson, Wilson (also with continuity correction), Wald (also cut off at 0 and 100),
    Agresti-Coull and Jeffreys. ``level`` is printed, in per cent.
    """
    from scipy.stats import binomtest
    from statsmodels.stats.proportion import proportion_confint

    n = _checks.whole("n", n, 1)
    if (count := _checks.whole("count", count)) > n:
        raise ValueError(f"count: expected at most n = {n}, got {count}")
    z, test = critical(level), binomtest(count, n)
    sure = float(plain("level", level)) / 100
    p, half = count / n, z * math.sqrt(count * (n - count) / n**3)
    exact, wilson, corrected = (
        test.proportion_ci(sure, method) for method in ("exact", "wilson", "wilsoncc")
    )
    agresti, jeffreys = (
        proportion_confint(count, n, 1 - sure, method) for method in ("agresti_coull", "jeffreys")
    )
    found = {
        "Clopper-Pearson": exact,
        "Wilson": wilson,
        "Wilson with continuity correction": corrected,
        "Wald": (p - half, p + half),
        "Agresti-Coull": agresti,
        "Jeffreys": jeffreys,
    }
    if p < half or p + half > 1:
        found["Wald, cut off"] = max(p - half, 0), min(p + half, 1)
    return {name: (100 * float(low), 100 * float(high)) for name, (low, high) in found.items()}


def proportion_limits(percent, lower, upper, n, level="95"):
    """Check the printed limits of a percentage of ``n`` independent patients.

    The checks are by ``"lower"`` and ``"upper"``. ``exact`` if one of the methods of
    :func:`proportion_intervals` prints both limits, for a count that prints ``percent``;
    ``compatible`` if they lie between those of the methods; else ``contradicted``.

    Examples
    --------
    >>> proportion_limits("25", "8.7", "49.1", 20)["lower"].explanation
    'both limits are those of Clopper-Pearson: 8.66 (8.66 to 8.66)'
    """
    limits, checks = ordered(lower, upper, limit, equal=True), {}
    found = [x for k in counts(percent, n) for x in proportion_intervals(k, n, level).items()]
    prints = [
        (name, both)
        for name, both in found
        if all(bounded(x, y, y) == "compatible" for x, y in zip(limits, both, strict=True))
    ]
    why = f"both limits are those of {' and '.join(dict(prints))}"
    if not found:
        why = f"no count of {n} is {percent} %"
    elif not prints:
        why = f"no usual method has both limits for {percent} % of {n}"
    for end, name, text in ((0, "lower", lower), (1, "upper", upper)):
        values = [both[end] for _, both in prints or found] or [math.nan]
        low, high = min(values), max(values)
        verdict = (
            "exact" if prints else bounded(limits[end], low, high) if found else "contradicted"
        )
        value = Range(low, values[0] if prints else math.nan, high)
        family, said = "interval of a percentage", f"{why}: {value:z.2f}" if found else why
        checks[name] = Check.of(family, as_printed(text, name), value, said, verdict)
    return checks


def _adjustments(ps):
    """Return the first of several P values adjusted for all, by name of the method."""
    m, order = len(ps), sorted(ps)
    at = order.index(ps[0])
    steps = [(m - rank) * p for rank, p in enumerate(order)]
    shares = [m * p / (rank + 1) for rank, p in enumerate(order)]
    found = {
        "Benjamini-Hochberg": min(shares[at:]),
        "Hochberg": min(steps[at:]),
        "Holm": max(steps[: at + 1]),
        "Benjamini-Yekutieli": min(shares[at:]) * sum(Fraction(1, k + 1) for k in range(m)),
        "Bonferroni": m * ps[0],
    }
    return {name: min(p, 1) for name, p in found.items()}


def adjusted_p(q, p, others):
    """Check a printed adjusted P, or q, against P and the P values of all other tests with it.

    The adjustments are Benjamini and Hochberg's false discovery rate, Hochberg, Holm, Benjamini
    and Yekutieli, and Bonferroni. If none prints so the check is ``untestable``: the q value of
    Storey (2002) may be smaller, and that of permutations lies between. ``contradicted`` if q is
    larger than all of them, or P below 0.

    Examples
    --------
    >>> adjusted_p("0.030", "0.010", ["0.020", "0.040"]).explanation
    'Benjamini-Hochberg gives 0.030'
    """
    number, listed = probability("q", q), _checks.listed("others", others)
    family = [probability("p", p), *(probability("others", x) for x in listed)]
    low, value, high = (_adjustments([min(max(x, 0), 1) for x in end]) for end in ends(family))
    found = {name: Range(low[name], value[name], high[name]) for name in value}
    verdicts = {x: judge(number, y.value, y.low, y.high) for x, y in found.items()}
    best = min(found, key=lambda name: VERDICTS.index(verdicts[name]))
    verdict, why = verdicts[best], f"{best} gives {q}"
    if verdict == "contradicted":
        low, _, high = zip(*found.values(), strict=True)
        found[best] = Range(min(low), math.nan, max(high))
        above = number.low > max(high)
        verdict = "contradicted" if above else "untestable"
        why = f"{q} is {'above' if above else 'not'} what the usual adjustments give"
        why += f", {found[best]:z.2g}"
    return Check.of("adjusted P", number, found[best], why, verdict)
