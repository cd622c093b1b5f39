"""A regression table's columns against each other: coefficient, odds ratio, z, interval and P.

In a logistic model the odds ratio is ``exp(coefficient)`` and the Wald statistic is
``z = coefficient / standard error`` (Hosmer, Lemeshow and Sturdivant, 2013). Coefficients
may have any sign; rounding is carried through as for ratios.
"""

import math

from .. import _checks
from ..estimate import printed as as_printed
from .check import Check, judge, same
from .ratios import Range, _critical, _effect_sizes, _probability, two_sided_p

#: Beyond, the exponential is no longer a floating-point number.
LARGEST_EXPONENT = 709


def _number(name, value):
    number = as_printed(value, name)
    if number.relation != "=":
        raise ValueError(f"{name}: expected a printed number without < or >, got {value!r}")
    return number


def _interval(lower, upper):
    low, high = _number("lower", lower), _number("upper", upper)
    if low.value > high.value:
        raise ValueError(f"lower: expected at most upper = {upper}, got {lower}")
    return low, high


def _exp(x):
    return math.exp(x) if x < LARGEST_EXPONENT else math.inf


def _sizes(coefficient, z):
    """Return the sign of z, and the sizes of coefficient and z on that side of 0.

    A standard error is not negative. A box that holds 0 is the box of a printed 0, so a
    coefficient of the other sign cannot be one that was rounded across 0.
    """
    beta, statistic = _number("coefficient", coefficient), _number("z", z)
    if not statistic.value:
        raise ValueError(f"z: expected a printed number other than 0, got {z!r}")
    if beta.value * statistic.value < 0:
        raise ValueError(f"z: expected the sign of coefficient = {coefficient}, got {z!r}")
    sign = 1 if statistic.value > 0 else -1
    sizes = (
        Range(*sorted((max(0, sign * x.low), sign * x.value, max(0, sign * x.high))))
        for x in (beta, statistic)
    )
    return sign, *sizes


def odds_ratio(value, coefficient):
    """Check a printed odds ratio against its coefficient.

    Parameters
    ----------
    value : str
        The number printed as odds ratio, of any sign.
    coefficient : str
        The printed coefficient, a log odds ratio.

    Returns
    -------
    Check
        ``computed`` is ``exp(coefficient)``. A negative ``value`` is ``contradicted``.

    Raises
    ------
    ValueError
        If an argument is not a printed number.

    Examples
    --------
    >>> odds_ratio("1.12", "0.111").verdict, odds_ratio("-0.43", "-0.001").verdict
    ('exact', 'contradicted')
    """
    number, beta = as_printed(value, "value"), _number("coefficient", coefficient)
    low, middle, high = (_exp(x) for x in (beta.low, beta.value, beta.high))
    why = f"exp({coefficient}) = {middle:z.4f} ({low:z.4f} to {high:z.4f})"
    if number.high < 0:
        why += "; an odds ratio is above 0"
    verdict = judge(number, middle, low, high)
    return Check("odds ratio from coefficient", str(number), middle, low, high, verdict, why)


def coefficient_p(z, p):
    """Check a printed P value against a printed z.

    Parameters
    ----------
    z : str
        The printed Wald statistic, standard normal when the coefficient is 0.
    p : str
        The printed two-sided P value, such as ``"0.037"`` or ``"< 0.001"``.

    Returns
    -------
    Check

    Raises
    ------
    ValueError
        If ``z`` is not a printed number or ``p`` is no P value.

    Examples
    --------
    >>> coefficient_p("1.96", "0.050").verdict
    'exact'
    """
    statistic, number = _number("z", z), _probability(p)
    near, far = _effect_sizes(statistic)
    value, low, high = (float(two_sided_p(float(x))) for x in (statistic.value, far, near))
    return Check(
        "P from z",
        str(number),
        value,
        low,
        high,
        judge(number, value, low, high),
        f"z = {z}, so P = {value:z.2g} ({low:z.2g} to {high:z.2g})",
    )


def standard_error_from_z(coefficient, z):
    """Return the standard error that a printed coefficient and its z imply.

    Parameters
    ----------
    coefficient, z : str
        The printed coefficient and Wald statistic.

    Returns
    -------
    Range
        ``coefficient / z`` with its rounding range, which begins at 0 where the coefficient
        may be 0.

    Raises
    ------
    ValueError
        If an argument is not a printed number, ``z`` is printed as 0, or the two differ in
        sign.

    Examples
    --------
    >>> round(standard_error_from_z("0.111", "4.61").value, 4)
    0.0241
    """
    _, beta, statistic = _sizes(coefficient, z)
    return Range(
        float(beta.low / statistic.high),
        float(beta.value / statistic.value),
        float(beta.high / statistic.low),
    )


def wald_limits(coefficient, z, lower, upper, level="95"):
    """Check the printed limits of a coefficient against its Wald interval.

    The limits are ``coefficient ∓ z_level * standard error``, where the standard error is
    ``coefficient / z``. Each is checked on its own over all coefficients and z that print so.

    Parameters
    ----------
    coefficient, z : str
        The printed coefficient and Wald statistic.
    lower, upper : str
        The printed confidence limits of the coefficient.
    level : str
        Printed confidence level in per cent.

    Returns
    -------
    dict of str to Check
        ``"lower"`` and ``"upper"``. ``untestable`` where the Wald limit does not print: a
        profile-likelihood interval has other limits, not symmetric about the coefficient
        (Venzon and Moolgavkar, 1988), and needs the patients.

    Raises
    ------
    ValueError
        As :func:`standard_error_from_z`, or if a limit is not a printed number, the limits
        are out of order, or ``level`` is not a printed percentage between 0 and 100.
    """
    sign, beta, statistic = _sizes(coefficient, z)
    limits, critical = _interval(lower, upper), _critical(level)
    checks = {}
    for name, number, side in zip(("lower", "upper"), limits, (-1, 1), strict=True):
        # Linear in the coefficient and monotone in z: the extremes are at corners.
        values = [
            float(size) * (sign + side * critical / float(by))
            for size, by in [(beta.value, statistic.value)]
            + [(b, s) for b in (beta.low, beta.high) for s in (statistic.low, statistic.high)]
        ]
        value, low, high = values[0], min(values), max(values)
        verdict = judge(number, value, low, high)
        why = f"the Wald limit is {value:z.4f} ({low:z.4f} to {high:z.4f})"
        if verdict == "contradicted":
            verdict = "untestable"
            why += "; not the Wald limit; a profile-likelihood limit needs the patients"
        checks[name] = Check("Wald interval", str(number), value, low, high, verdict, why)
    return checks


def holds(value, lower, upper):
    """Check that a printed estimate lies inside its printed interval.

    Parameters
    ----------
    value, lower, upper : str
        The printed estimate and its confidence limits, of any sign, on one scale.

    Returns
    -------
    Check
        ``contradicted`` if no rounding puts the estimate between the limits, else
        ``compatible``; ``lower`` and ``upper`` are the widest limits that print so.

    Raises
    ------
    ValueError
        If an argument is not a printed number or the limits are out of order.

    Examples
    --------
    >>> holds("-0.43", "-0.008", "0.001").verdict
    'contradicted'
    """
    number = _number("value", value)
    low, high = _interval(lower, upper)
    inside = number.high >= low.low and number.low <= high.high
    return Check(
        "estimate inside its interval",
        str(number),
        math.nan,  # an interval has no best guess
        float(low.low),
        float(high.high),
        "compatible" if inside else "contradicted",
        f"{value} is {'inside' if inside else 'outside'} {lower} to {upper}",
    )


def column_readings(coefficient, value, lower, upper, p):
    """Ask what a column printed as "odds ratio" next to the coefficients can be.

    Parameters
    ----------
    coefficient : str
        The printed coefficient.
    value : str
        The number in the column in question.
    lower, upper : str
        The printed confidence limits: of the coefficient or of the odds ratio.
    p : str
        The printed P value.

    Returns
    -------
    pandas.DataFrame
        One row a reading: ``reading``, ``computed``, ``lower`` and ``upper``, ``verdict``,
        ``why``. ``"odds ratio"``: ``value`` prints ``exp(coefficient)`` and lies inside the
        interval or inside the exponential of the interval. ``"Wald z"``: ``value`` as z
        prints the P value (which is what is computed) and has the sign of the coefficient.
        ``"coefficient again"``: one number can print as both.

    Raises
    ------
    ValueError
        If an argument is not a printed number, the limits are out of order, or ``p`` is no
        P value.
    """
    import pandas as pd

    beta, number = _number("coefficient", coefficient), _number("value", value)
    low, high = _interval(lower, upper)
    ratio, test, again = (
        odds_ratio(value, coefficient),
        coefficient_p(value, p),
        same(value, coefficient),
    )
    plain = holds(value, lower, upper).verdict == "compatible"
    inside = plain or (_exp(low.low) <= number.high and number.low <= _exp(high.high))
    opposite = beta.value * number.value < 0
    rows = [
        ("odds ratio", ratio, not inside, "outside the interval and its exponential"),
        ("Wald z", test, opposite, "its sign is not that of the coefficient"),
        ("coefficient again", again, False, ""),
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

    Raises
    ------
    ValueError
        If ``coefficient`` is not a printed number, a count is not a whole number of at least
        0, the table is not 2×2, or one of its rows or columns is empty.
    """
    beta = _number("coefficient", coefficient)
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
    return Check(
        "direction",
        str(beta),
        log,
        log,
        log,
        "untestable" if opposite else "compatible",
        f"the crude odds ratio {a}·{d} / ({b}·{c}) is {ratio:z.4f}"
        + ("; only adjustment can have turned the sign" if opposite else ""),
    )
