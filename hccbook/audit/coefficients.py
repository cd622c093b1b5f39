"""A regression table's columns against each other: coefficient, odds ratio, z, interval and P.

In a logistic model the odds ratio is ``exp(coefficient)`` and the Wald statistic is
``z = coefficient / standard error`` (Hosmer, Lemeshow and Sturdivant, 2013). Coefficients
may have any sign; rounding is carried through as for ratios.
"""

import math

from .. import _checks
from ..estimate import printed as as_printed
from .arguments import critical, ordered, plain, probability
from .check import Check, Range, judge, same
from .ratios import exp, wald_p


def odds_ratio(value, coefficient):
    """Check a printed odds ratio against its coefficient.

    Parameters
    ----------
    value, coefficient : str
        The number printed as odds ratio, of any sign, and the coefficient, a log odds ratio.

    Returns
    -------
    Check
        A negative ``value`` is ``contradicted``.

    Examples
    --------
    >>> odds_ratio("1.12", "0.111").verdict, odds_ratio("-0.43", "-0.001").verdict
    ('exact', 'contradicted')
    """
    number = as_printed(value, "value")
    found = Range.of(exp, plain("coefficient", coefficient))
    why = f"exp({coefficient}) = {found:z.4f}"
    if number.high < 0:
        why += "; an odds ratio is above 0"
    return Check.of("odds ratio from coefficient", number, found, why)


def coefficient_p(z, p):
    """Check a printed P value against a printed z.

    Parameters
    ----------
    z, p : str
        The printed Wald statistic and its two-sided P value.

    Returns
    -------
    Check

    Examples
    --------
    >>> coefficient_p("1.96", "0.050").verdict
    'exact'
    """
    statistic, number = Range.of(float, plain("z", z)), probability("p", p)
    found = wald_p(statistic, Range(1, 1, 1))
    return Check.of("P from z", number, found, f"z = {z}, so P = {found:z.2g}")


def wald_limits(coefficient, z, lower, upper, level="95"):
    """Check the printed limits of a coefficient against its Wald interval.

    The limits are ``coefficient ∓ z_level * standard error``, where the standard error is
    ``coefficient / z``. Each is checked on its own over all coefficients and z that print so.

    Parameters
    ----------
    coefficient, z : str
        The printed coefficient and its Wald statistic, of one sign and not 0.
    lower, upper, level : str
        The printed confidence limits of the coefficient, and their level in per cent.

    Returns
    -------
    dict of str to Check
        ``"lower"`` and ``"upper"``. ``untestable`` where the Wald limit does not print: a
        profile-likelihood interval has other limits, not symmetric about the coefficient
        (Venzon and Moolgavkar, 1988), and needs the patients.
    """
    beta, statistic = plain("coefficient", coefficient), plain("z", z)
    if not statistic.value:
        raise ValueError(f"z: expected a printed number other than 0, got {z!r}")
    if beta.value * statistic.value < 0:
        raise ValueError(f"z: expected the sign of coefficient = {coefficient}, got {z!r}")
    sign = 1 if statistic.value > 0 else -1
    # Sizes on that side of 0. A standard error is not negative, and a box that holds 0 is the
    # box of a printed 0, so a coefficient of the other sign cannot have been rounded across 0.
    beta, statistic = (
        Range(*sorted(max(0, sign * end) for end in (x.low, x.value, x.high)))
        for x in (beta, statistic)
    )
    limits, quantile = ordered(lower, upper, plain, equal=True), critical(level)
    checks = {}
    for name, number, side in zip(("lower", "upper"), limits, (-1, 1), strict=True):
        # Linear in the coefficient and monotone in z: the extremes are at corners.
        value, *corners = (
            float(size) * (sign + side * quantile / float(by))
            for size, by in [(beta.value, statistic.value)]
            + [(b, s) for b in (beta.low, beta.high) for s in (statistic.low, statistic.high)]
        )
        found = Range(min(value, *corners), value, max(value, *corners))
        verdict, why = (
            judge(number, value, found.low, found.high),
            f"the Wald limit is {found:z.4f}",
        )
        if verdict == "contradicted":
            verdict = "untestable"
            why += "; not the Wald limit; a profile-likelihood limit needs the patients"
        checks[name] = Check.of("Wald interval", number, found, why, verdict)
    return checks


def inside_interval(value, lower, upper):
    """Check that a printed estimate, of any sign, can lie inside its printed interval.

    ``lower`` and ``upper`` of the check are the widest limits that print so.
    """
    number = plain("value", value)
    low, high = ordered(lower, upper, plain, equal=True)
    inside = number.high >= low.low and number.low <= high.high
    return Check.of(
        "estimate inside its interval",
        number,
        (float(low.low), math.nan, float(high.high)),  # an interval has no best guess
        f"{value} is {'inside' if inside else 'outside'} {lower} to {upper}",
        "compatible" if inside else "contradicted",
    )


def column_readings(coefficient, value, lower, upper, p):
    """Ask what a column printed as "odds ratio" next to the coefficients can be.

    Parameters
    ----------
    coefficient, value : str
        The printed coefficient, and the number in the column in question.
    lower, upper, p : str
        The printed confidence limits, of the coefficient or of the odds ratio, and P value.

    Returns
    -------
    pandas.DataFrame
        One row a reading: ``reading``, ``computed``, ``lower`` and ``upper``, ``verdict``,
        ``why``. ``"odds ratio"``: ``value`` prints ``exp(coefficient)`` and lies inside the
        interval or inside the exponential of the interval. ``"Wald z"``: ``value`` as z
        prints the P value (which is what is computed) and has the sign of the coefficient.
        ``"coefficient again"``: one number can print as both.
    """
    import pandas as pd

    beta, number = plain("coefficient", coefficient), plain("value", value)
    low, high = ordered(lower, upper, plain, equal=True)
    ratio, test = odds_ratio(value, coefficient), coefficient_p(value, p)
    inside = inside_interval(value, lower, upper).verdict == "compatible"
    inside |= exp(low.low) <= number.high and number.low <= exp(high.high)
    opposite = beta.value * number.value < 0
    rows = [
        ("odds ratio", ratio, not inside, "outside the interval and its exponential"),
        ("Wald z", test, opposite, "its sign is not that of the coefficient"),
        ("coefficient again", same(value, coefficient), False, ""),
    ]
    return pd.DataFrame(
        {
            "reading": reading,
            "computed": check.computed,
            "lower": check.lower,
            "upper": check.upper,
            "verdict": "contradicted" if refuted else check.verdict,
            "why": f"{check.explanation}; {reason}" if refuted else check.explanation,
        }
        for reading, check, refuted, reason in rows
    )


def direction(coefficient, table):
    """Check the sign of a coefficient against a crude odds ratio.

    Parameters
    ----------
    coefficient : str
        The printed coefficient of a model, adjusted or not.
    table : sequence of two sequences of two int
        Counts ``((a, b), (c, d))``: rows exposed and not exposed, columns with and without
        the event. The crude odds ratio is ``a d / (b c)``, 0 or infinite if a cell is empty.

    Returns
    -------
    Check
        ``computed`` is the log of the crude odds ratio. ``compatible`` if no signs differ,
        ``untestable`` if they do: adjustment for other variables can turn a sign.
    """
    beta = plain("coefficient", coefficient)
    try:
        (a, b), (c, d) = table
    except (TypeError, ValueError):
        raise ValueError(f"table: expected ((a, b), (c, d)), got {table!r}") from None
    a, b, c, d = (_checks.whole("table", count) for count in (a, b, c, d))
    if not (a + b and c + d and a + c and b + d):
        raise ValueError(f"table: expected patients in every row and column, got {table!r}")
    ratio = a * d / (b * c) if b * c else math.inf
    log = math.log(ratio) if ratio else -math.inf
    opposite = beta.value * (a * d - b * c) < 0
    why = f"the crude odds ratio {a}·{d} / ({b}·{c}) is {ratio:z.4f}"
    if opposite:
        why += "; only adjustment can have turned the sign"
    verdict = "untestable" if opposite else "compatible"
    return Check.of("direction", beta, (log,) * 3, why, verdict)
