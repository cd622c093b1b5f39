"""What whole numbers, or a known range of values, say about a printed mean and SD.

The mean of ``n`` whole numbers is a whole number of ``n``-ths, so a printed mean can be
impossible: the GRIM test (Brown and Heathers, 2017). So can a printed standard deviation,
because the sum of squares is a whole number too: GRIMMER (Anaya, 2016; Allard, 2018).
"""

import math
from fractions import Fraction
from itertools import pairwise
from numbers import Real

from .. import _checks
from .check import Check
from .totals import _plain


def _sums(number, n):
    """Return all sums of ``n`` whole numbers whose mean prints as ``number``."""
    return range(math.ceil(n * number.low), math.floor(n * number.high) + 1)


def grim(mean, n):
    """Check whether ``n`` whole numbers can have a printed mean (the GRIM test).

    Parameters
    ----------
    mean : str
        The printed mean of whole numbers, such as ages in full years or scores.
    n : int
        How many numbers, at least 1. For a score averaged over items: patients times items.

    Returns
    -------
    Check
        ``computed`` is the possible mean that is nearest, ``lower`` and ``upper`` the smallest
        and the largest that prints so. ``contradicted`` if none does. ``untestable`` if ``n``
        is at least ``10 ** decimals``: a rounding box is then as wide as the step from one
        possible mean to the next, and every mean is possible.

    Raises
    ------
    ValueError
        If ``mean`` is not a plain printed number or ``n`` not a whole number above 0.

    Examples
    --------
    >>> grim("5.19", 28).verdict, grim("5.18", 28).verdict, grim("5.2", 28).verdict
    ('contradicted', 'exact', 'untestable')
    """
    number, n = _plain("mean", mean), _checks.whole("n", n, 1)
    sums = _sums(number, n)
    nearest = round(n * number.value)
    low, high = (sums[0], sums[-1]) if sums else (nearest, nearest)
    if n >= 10**number.decimals:
        verdict = "untestable"
        places = "1 decimal" if number.decimals == 1 else f"{number.decimals} decimals"
        why = f"{n} whole numbers can have any mean with {places}"
    else:
        verdict = "exact" if sums else "contradicted"
        why = f"the nearest sum is {nearest}: {nearest} / {n} = {nearest / n:z.4f}"
    return Check("mean of whole numbers", str(number), nearest / n, low / n, high / n, verdict, why)


def _least_squares(n, total):
    """Return the smallest sum of squares: that of values as equal as possible."""
    each, more = divmod(total, n)
    return (n - more) * each**2 + more * (each + 1) ** 2


def _is_square(number):
    return math.isqrt(number) ** 2 == number


def _attainable(n, total, squares):
    """Say whether ``n`` whole numbers have this sum and this sum of squares.

    A square is as odd as its root, and no sum of squares is below that of equal values.
    From five values on this is enough. Let the sum S and the sum of squares Q be odd and
    4 Q > S². Then 4 Q - S² is 3 modulo 8, so a sum of three odd squares, and four numbers
    do it (Cauchy, 1813). For five, shift all values until S is from -2 to 2; a fifth value
    as odd as S + 1 and at most 1 in size leaves such sums to four. Each further value can be
    ``S // n``.
    With four values and an even sum, ``Q - (S / 2)²`` must be a sum of three squares
    (Legendre); with three values ``(3 Q - S²) / 2 = a² + a b + b²``, where a and b are
    differences of values; with two values ``2 Q - S²`` is the square of their difference.
    """
    if (squares - total) % 2 or squares < _least_squares(n, total):
        return False
    if n == 2:
        return _is_square(2 * squares - total**2)
    if n == 3:
        rest = 2 * (3 * squares - total**2)
        return any(_is_square(rest - 3 * b**2) for b in range(math.isqrt(rest // 3) + 1))
    if n == 4 and total % 2 == 0:
        rest = squares - (total // 2) ** 2
        while rest and rest % 4 == 0:
            rest //= 4
        return rest % 8 != 7
    return True


def _next_attainable(n, total, start, step):
    """Return the attainable sum of squares next to ``start``, ``None`` if there is none below."""
    least = _least_squares(n, total)
    squares = max(math.ceil(start), least) if step > 0 else math.floor(start)
    while squares >= least:
        if _attainable(n, total, squares):
            return squares
        squares += step
    return None


def _widest_gap(sums, n):
    """Return the widest gap between attainable sums of squared deviations, far from 0.

    For each sum S of at least five values they are two apart, and begin at S² / n.
    """
    starts = sorted({(total % 2 - Fraction(total**2, n)) % 2 for total in sums})
    return max(b - a for a, b in pairwise([*starts, starts[0] + 2]))


def grimmer(mean, sd, n):
    """Check whether ``n`` whole numbers can have a printed mean and SD (the GRIMMER test).

    Parameters
    ----------
    mean, sd : str
        The printed mean and standard deviation (divisor ``n - 1``) of whole numbers.
    n : int
        How many numbers, at least 2.

    Returns
    -------
    Check
        Of ``sd``: ``computed`` is the possible SD that is nearest, ``lower`` and ``upper`` the
        smallest and the largest that prints so (all NaN where the mean is impossible).
        ``contradicted`` if no whole numbers of any size have that mean and that SD, and
        ``exact`` if some have. ``untestable`` if some have but the rounding box of the SD is
        so wide that it holds a possible SD wherever it lies: if ``n`` is at least 5 and
        ``(n - 1) (high² - low²)`` is at least the widest gap between possible sums of
        squared deviations, which is 2 where one sum has the printed mean.

    Raises
    ------
    ValueError
        If ``mean`` or ``sd`` is not a plain printed number, ``sd`` is below 0, or ``n`` is not
        a whole number of at least 2.

    Examples
    --------
    >>> grimmer("3.44", "2.47", 18).verdict, grimmer("3.44", "2.45", 18).verdict
    ('contradicted', 'exact')
    """
    centre, number = _plain("mean", mean), _plain("sd", sd, 0)
    n = _checks.whole("n", n, 2)
    family, sums = "SD of whole numbers", _sums(centre, n)
    if not sums:
        why = f"no {n} whole numbers have a mean that prints as {centre}"
        return Check(family, str(number), math.nan, math.nan, math.nan, "contradicted", why)
    box = [(n - 1) * end**2 for end in (max(Fraction(0), number.low), number.high)]
    printed = (n - 1) * number.value**2
    found = []
    for total in sums:
        shift = Fraction(total**2, n)
        # The nearest on each side of the printed SD, and the outermost in its box.
        for start, step in ((box[0], 1), (printed, -1), (printed, 1), (box[1], -1)):
            squares = _next_attainable(n, total, start + shift, step)
            if squares is not None:
                found.append((squares - shift, total, squares))
    inside = [each for each in found if box[0] <= each[0] <= box[1]]

    def spread(each):
        return math.sqrt(each[0] / (n - 1))

    nearest = min(inside or found, key=lambda each: abs(spread(each) - number.value))
    value, low, high = (spread(each) for each in (nearest, *_ends(inside or [nearest])))
    why = (
        f"{n} whole numbers with sum {nearest[1]} and sum of squares {nearest[2]} have mean "
        f"{nearest[1] / n:z.4f} and SD {value:z.4f}"
    )
    if not inside:
        verdict, why = "contradicted", f"nearest: {why}"
    elif n >= 5 and box[1] - box[0] >= _widest_gap(sums, n):
        verdict, why = "untestable", f"rounding leaves every such SD possible; {why}"
    else:
        verdict = "exact"
    return Check(family, str(number), value, low, high, verdict, why)


def _ends(values):
    return min(values), max(values)


def _limit(name, value, end):
    """Return a limit as it is, or that end of the rounding box of a printed one."""
    if not isinstance(value, Real):
        return getattr(_plain(name, value), end)
    _checks.real(name, value)
    if math.isinf(value):
        raise ValueError(f"{name}: expected a finite number, got {value!r}")
    return Fraction(float(value))


def _largest_variance(mean, lowest, highest, n):
    number = _plain("mean", mean)
    bottom, top = _limit("lowest", lowest, "low"), _limit("highest", highest, "high")
    if not bottom < top:
        raise ValueError(f"lowest: expected less than highest = {highest}, got {lowest}")
    low, high = max(number.low, bottom), min(number.high, top)
    if low > high:
        raise ValueError(f"mean: expected one from {lowest} to {highest}, got {mean!r}")
    if n is None:
        nearest = min(max((bottom + top) / 2, low), high)
        return (top - nearest) * (nearest - bottom)
    n = _checks.whole("n", n, 2)
    first, last = (n * (end - bottom) / (top - bottom) for end in (low, high))
    # Values as shares of the range. The sum of squares is convex between whole sums and
    # largest at the whole sum next to n / 2.
    sums = [first, last]
    if math.ceil(first) <= math.floor(last):
        sums.append(min(max(n // 2, math.ceil(first)), math.floor(last)))
    largest = max(s // 1 + (s % 1) ** 2 - Fraction(s) ** 2 / n for s in sums)
    return (top - bottom) ** 2 * largest / (n - 1)


def largest_sd(mean, lowest, highest, n=None):
    """Return the largest standard deviation of values in a range with a printed mean.

    The squares are spread most where every value lies at an end of the range, but for at
    most one that makes up the mean: the sum of squares is convex. For many values the
    variance tends to ``(highest - mean) (mean - lowest)`` (Bhatia and Davis, 2000).

    Parameters
    ----------
    mean : str
        The printed mean; the largest SD over its rounding box is returned.
    lowest, highest : str or float
        The range: printed limits as strings, which their rounding widens, and limits that
        hold by definition, such as those of a score, as numbers.
    n : int, optional
        How many values, at least 2: the SD then has the divisor ``n - 1``. If left out, the
        limit for many values.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If ``mean`` is not a plain printed number, a limit not a number or a plain printed one,
        the limits are out of order, the mean lies outside them, or ``n`` is not a whole number
        of at least 2.

    Examples
    --------
    >>> largest_sd("3", 1, 5), round(largest_sd("3.0", 1, 5, n=10), 4)
    (2.0, 2.1082)
    """
    return math.sqrt(_largest_variance(mean, lowest, highest, n))


def sd_in_range(sd, mean, lowest, highest, n):
    """Check a printed SD against the largest that its range allows.

    Parameters
    ----------
    sd, mean : str
        The printed standard deviation (divisor ``n - 1``) and mean.
    lowest, highest : str or float
        As for :func:`largest_sd`.
    n : int
        How many values, at least 2.

    Returns
    -------
    Check
        ``contradicted`` if the SD is larger than :func:`largest_sd`, else ``compatible``.

    Raises
    ------
    ValueError
        As :func:`largest_sd`, or if ``sd`` is not a plain printed number of at least 0.

    Examples
    --------
    >>> sd_in_range("2.4", "3.0", 1, 5, 10).verdict, sd_in_range("2.1", "3.0", 1, 5, 10).verdict
    ('contradicted', 'compatible')
    """
    number, n = _plain("sd", sd, 0), _checks.whole("n", n, 2)
    largest = _largest_variance(mean, lowest, highest, n)
    possible = number.low <= 0 or number.low**2 <= largest
    high = math.sqrt(largest)
    return Check(
        "SD within a range",
        str(number),
        math.nan,  # bounds have no best guess
        0.0,
        high,
        "compatible" if possible else "contradicted",
        f"{n} values from {lowest} to {highest} with mean {mean} have an SD of at most {high:z.4f}",
    )
