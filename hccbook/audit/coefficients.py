"""A regression table's columns against each other: coefficient, odds ratio, z, interval and P.

P of any printed statistic with its degrees of freedom is checked alike.

In a logistic model the odds ratio is ``exp(coefficient)`` and the Wald statistic is
``z = coefficient / standard error`` (Hosmer, Lemeshow and Sturdivant, 2013). Coefficients
may have any sign; rounding is carried through as for ratios.
"""

import math
from dataclasses import replace

from scipy.special import chdtrc, fdtrc, ndtr, stdtr

from .. import _checks
from ..estimate import Z95, as_printed
from .arguments import limit, ordered, plain, positive, probability, two_way
from .check import Check, Range, bounded, same
from .further import Cut, as_frame, one_sided, reread
from .ratios import exp, may_be_profile, over, size_of, wald_p


def odds_ratio(value, coefficient):
    """Check a number printed as odds ratio, of any sign, against its coefficient.

    Examples
    --------
    >>> odds_ratio("1.12", "0.111").verdict, odds_ratio("-0.43", "-0.001").verdict
    ('exact', 'contradicted')
    """
    number = as_printed(value, "value")
    found = Range.of(exp, plain("coefficient", coefficient))
    why = f"exp({coefficient}) = {found:z.4f}"
    why += "; an odds ratio is above 0" if number.high < 0 else ""
    return Check.of("odds ratio from coefficient", number, found, why)


def coefficient_p(z, p, *, without="none"):
    """Check a printed two-sided P value against a printed Wald statistic.

    Readings that ``without`` does not rule out: one-sided P, digits cut off (of z).
    """
    number, one = probability("p", p), Range(1, 1, 1)
    found, cut = (wald_p(x, one) for x in (plain("z", z), Cut(str(z))))
    check = Check.of("P from z", number, found, f"z = {z}, so P = {found:z.2g}")
    return reread(check, number, [*one_sided(found), ("digits cut off", cut)], without)


def _t_p(t, df):
    """Return the two-sided P of the size of Student's t."""
    return 2 * stdtr(df, -t)


#: Tests that a paper prints a statistic of: how many degrees of freedom, the two-sided P, and what
#: the statistic is at least and at most.
STATISTICS = {
    "z": (0, lambda x: 2 * ndtr(-x), -math.inf, math.inf),
    "t": (1, _t_p, -math.inf, math.inf),
    "r": (1, lambda r, df: _t_p(over(r * math.sqrt(df), math.sqrt(max(0, 1 - r * r))), df), -1, 1),
    "F": (2, lambda f, df, error: fdtrc(df, error, f), 0, math.inf),
    "chi-square": (1, lambda x, df: chdtrc(df, x), 0, math.inf),
}


def p_from_statistic(value, p, df=None, *, test, without="none"):
    """Check a printed P value against a printed test statistic with its degrees of freedom.

    ``test`` is "z", "t", "r" (a correlation), "F" or "chi-square", ``df`` has none, one or (of F)
    two printed numbers. Rounding counts for the statistic and for the last of ``df``, unless
    that is a whole number. ``computed`` is the two-sided P. Readings that ``without`` does not
    rule out: one-sided P (but of several degrees of freedom), digits cut off (of the statistic).
    """
    _checks.one_of("test", test, STATISTICS)
    number, statistic = probability("p", p), plain("value", value)
    needed, tail, smallest, largest = STATISTICS[test]
    df = [] if df is None else [positive("df", x) for x in _checks.listed("df", df)]
    if len(df) != needed:
        raise ValueError(f"df: expected {needed} numbers for {test}, got {len(df)}")
    if not smallest <= statistic.value <= largest:
        raise ValueError(f"value: expected {test} from {smallest} to {largest}, got {value!r}")
    df = [x if x.decimals else Range(*(x.value,) * 3) for x in df]

    def of(x):
        return Range.of(lambda *at: float(tail(*map(float, at))), size_of(x), *df)

    found = of(statistic)
    readings = [("digits cut off", of(Cut(statistic.text)))]
    if test in ("z", "t", "r") or df[0].value == 1:
        readings += one_sided(found)
    on = ", ".join(f"{float(x.value):g}" for x in df)
    why = f"{test}({on}) = {value}" if df else f"{test} = {value}"
    check = Check.of("P from a statistic", number, found, f"{why}, so P = {found:z.2g}")
    return reread(check, number, readings, without)


def wald_limits(coefficient, z, lower, upper):
    """Check the printed 95 % limits of a coefficient against its Wald interval.

    The limits are ``coefficient ∓ 1.96 * standard error``, where the standard error is
    ``coefficient / z``. Each is checked on its own over all coefficients and z that print so.
    Where the Wald limit does not print, the verdict is ``untestable`` if the two can be those of a
    profile likelihood, which need not be centred (Venzon and Moolgavkar, 1988).
    """
    beta, statistic = plain("coefficient", coefficient), plain("z", z)
    if not statistic.value or beta.value * statistic.value < 0:
        raise ValueError(f"z: expected the sign of coefficient = {coefficient}, not 0, got {z!r}")
    limits, quantile = ordered(lower, upper, plain, equal=True), Z95
    sides = [Range.of(lambda a, b: b - a, *x) for x in ((limits[0], beta), (beta, limits[1]))]
    profile = may_be_profile(*sides)
    sign = 1 if statistic.value > 0 else -1
    # Sizes on that side of 0. A standard error is not negative, and a box that holds 0 is the
    # box of a printed 0, so a coefficient of the other sign cannot have been rounded across 0.
    beta, statistic = (Range.of(lambda x: max(0, sign * x), x) for x in (beta, statistic))
    checks = {}
    for name, number, side in zip(("lower", "upper"), limits, (-quantile, quantile), strict=True):
        found = Range.of(lambda b, s, z=side: float(b) * (sign + z / float(s)), beta, statistic)
        why, verdict = f"the Wald limit is {found:z.4f}", None
        if bounded(number, found.low, found.high) == "contradicted":
            verdict, why = "contradicted", f"{why}; not the Wald limit"
            if profile:
                verdict, why = "untestable", f"{why}; a profile-likelihood limit needs the patients"
            else:
                why += ", and too far from the middle for a profile likelihood"
        checks[name] = Check.of("Wald interval", number, found, why, verdict)
    return checks


def inside_interval(value, lower, upper):
    """Check that a printed estimate, of any sign, can lie inside its printed interval.

    ``lower`` and ``upper`` of the check are the widest limits that print so.
    """
    number = plain("value", value)
    low, high = ordered(lower, upper, limit, equal=True)
    verdict = bounded(number, low.low, high.high)
    where = "inside" if verdict == "compatible" else "outside"
    found = low.low, math.nan, high.high  # an interval has no best guess
    why = f"{value} is {where} {lower} to {upper}"
    return Check.of("estimate inside its interval", number, found, why, verdict)


def column_readings(coefficient, value, lower, upper, p):
    """Ask what a column printed as "odds ratio" next to the coefficients can be.

    ``value`` is the number in that column; the limits are of the coefficient or of the odds ratio.
    The frame has a row for each ``reading``: ``computed``, ``lower`` and ``upper``, ``verdict``,
    ``why``. ``"odds ratio"``: ``value`` prints ``exp(coefficient)`` and lies inside the interval or
    inside the exponential of the interval. ``"Wald z"``: ``value`` as z prints the P value (which
    is what is computed) and has the sign of the coefficient. ``"coefficient again"``: one number
    can print as both.
    """
    beta, number = plain("coefficient", coefficient), plain("value", value)
    low, high = ordered(lower, upper, plain, equal=True)
    inside = inside_interval(value, lower, upper).verdict == "compatible"
    inside |= exp(low.low) <= number.high and number.low <= exp(high.high)
    wald = coefficient_p(value, p, without="all")
    checks = {"odds ratio": odds_ratio(value, coefficient), "Wald z": wald}
    for reading, fits, against in (
        ("odds ratio", inside, "outside the interval and its exponential"),
        ("Wald z", beta.value * number.value >= 0, "its sign is not that of the coefficient"),
    ):
        if not fits:
            why = f"{checks[reading].explanation}; {against}"
            checks[reading] = replace(checks[reading], verdict="contradicted", explanation=why)
    return as_frame(checks | {"coefficient again": same(value, coefficient)}, "computed")


def direction(coefficient, table):
    """Check the sign of a coefficient against a crude odds ratio.

    The verdict is ``compatible`` if no signs differ, and ``untestable`` if they do: adjustment for
    other variables can turn a sign. ``table`` are counts ``((a, b), (c, d))``: rows exposed and not
    exposed, columns with and without the event. ``computed`` is the log of the crude odds ratio
    ``a d / (b c)``, which is 0 or infinite if a cell is empty.
    """
    beta, counts = plain("coefficient", coefficient), two_way(table)
    if counts.shape != (2, 2):
        raise ValueError(f"table: expected ((a, b), (c, d)), got {table!r}")
    (a, b), (c, d) = counts.tolist()
    ratio = a * d / (b * c) if b * c else math.inf
    log = math.log(ratio) if ratio else -math.inf
    opposite = beta.value * (a * d - b * c) < 0
    why = f"the crude odds ratio {a}·{d} / ({b}·{c}) is {ratio:z.4f}"
    why += "; only adjustment can have turned the sign" if opposite else ""
    verdict = "untestable" if opposite else "compatible"
    return Check.of("direction", beta, (log,) * 3, why, verdict)
