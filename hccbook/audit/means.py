"""What groups, whole numbers or a known range say about a printed mean and SD.

The mean of ``n`` whole numbers is a whole number of ``n``-ths, so a printed mean can be
impossible: the GRIM test (Brown and Heathers, 2017). So can a printed standard deviation,
because the sum of squares is a whole number too: GRIMMER (Anaya, 2016; Allard, 2018).
"""

import math
from fractions import Fraction
from itertools import pairwise, product
from numbers import Real

from .. import _checks
from .arguments import each, plain
from .arguments import sizes as whole_sizes
from .check import Check, Range, judge

#: The largest spread of the means is sought at all corners of their boxes: 2 ** groups of them.
MOST_GROUPS = 10


def pooled_mean(printed, means, sizes):
    """Check a printed mean of all patients against the means of their groups.

    Parameters
    ----------
    printed : str
        The printed mean of all patients.
    means : sequence of str
        The printed means of the groups, in the same unit.
    sizes : sequence of int
        Patients in each group.

    Returns
    -------
    Check

    Examples
    --------
    >>> pooled_mean("3.0", ["2.0", "4.5"], [3, 2]).verdict
    'exact'
    """
    number, sizes = plain("printed", printed), whole_sizes(sizes, 1)
    means = each("means", means, len(sizes))
    exact = Range.of(lambda *ends: _weighted(ends, sizes) / sum(sizes), *means)
    found, verdict = Range.of(float, exact), judge(number, exact.value, exact.low, exact.high)
    why = f"the means of {_and(sizes)} patients pool to {found:z.4f}"
    return Check.of("pooled mean", number, found, why, verdict)


def _and(sizes):
    *first, last = (str(size) for size in sizes)
    return f"{', '.join(first)} and {last}" if first else last


def _weighted(means, sizes):
    return sum(size * mean for size, mean in zip(sizes, means, strict=True))


def _between(means, sizes):
    """Return the sum of squares between groups."""
    squares = _weighted([mean**2 for mean in means], sizes)
    return squares - Fraction(_weighted(means, sizes)) ** 2 / sum(sizes)


def _least_between(boxes, sizes, low, high):
    """Return the smallest sum of squares between groups, ``None`` if no means fit."""
    # Among means of one average the sum is smallest where every mean is as near to one number t
    # as its box allows: there the slopes of all means that can move are equal. Between
    # neighbouring ends of boxes the sum is a convex parabola in t, and the average is linear in
    # t, so that the smallest value follows from where the parabola turns.
    n, found = sum(sizes), []
    for a, b in pairwise(sorted({end for box in boxes for end in box})):
        free = sum(
            size for size, box in zip(sizes, boxes, strict=True) if box[0] <= a and b <= box[1]
        )
        held = sum(
            size * (box[0] if b <= box[0] else box[1])
            for size, box in zip(sizes, boxes, strict=True)
            if not (box[0] <= a and b <= box[1])
        )
        first, last = a, b
        if free:
            first, last = max(a, (n * low - held) / free), min(b, (n * high - held) / free)
        if first <= last and n * low <= free * first + held <= n * high:
            turn = held / (n - free) if free < n else first
            t = min(max(turn, first), last)
            found.append(_between([min(max(t, box[0]), box[1]) for box in boxes], sizes))
    return min(found, default=None)


def _vertices(boxes, sizes, low, high):
    """Yield the corners of the boxes, cut down to the means that have an average in between."""
    n = sum(sizes)
    for corner in product(*boxes):
        if low <= _weighted(corner, sizes) / n <= high:
            yield corner
    for limit in {low, high} - {-math.inf, math.inf}:
        # On the cut all means but one are at an end of their boxes.
        for i, box in enumerate(boxes):
            for corner in product(*boxes[:i], [0], *boxes[i + 1 :]):
                mean = (n * limit - _weighted(corner, sizes)) / sizes[i]
                if box[0] <= mean <= box[1]:
                    yield (*corner[:i], mean, *corner[i + 1 :])


def _root(square, towards):
    """Return a square root, rounded so that a range never loses an end."""
    return math.nextafter(math.sqrt(square), towards) if square else 0.0


def pooled_sd(printed, means, sds, sizes, mean=None):
    r"""Check a printed SD of all patients against the means and SDs of their groups.

    The sum of squares about the common mean is that within groups and that between them:

    .. math:: (N - 1)\,s^2 = \sum_i (n_i - 1)\,s_i^2 + \sum_i n_i (m_i - m)^2.

    Parameters
    ----------
    printed : str
        The printed SD of all patients (divisor ``N - 1``).
    means, sds : sequence of str
        The printed means and SDs (divisors ``n - 1``) of at most :data:`MOST_GROUPS` groups.
    sizes : sequence of int
        Patients in each group, at least 2.
    mean : str, optional
        The printed mean of all patients. If given, only group means that print it count; it is
        refused if none do (:func:`pooled_mean` is the check of that).

    Returns
    -------
    Check
        ``lower`` and ``upper`` are the least and the largest SD that the rounding boxes allow,
        without slack. The part within groups rises with each SD. The part between groups is
        convex in the means: it is largest at a corner of what the boxes allow, and smallest
        where all means are as near to one number as they can be. ``computed`` comes from the
        printed numbers themselves, or is the end of the range that is nearer.

    Examples
    --------
    >>> pooled_sd("1.6", ["2.0", "4.5"], ["1.0", "0.7"], [3, 2]).verdict
    'exact'
    """
    number, sizes = plain("printed", printed, 0), whole_sizes(sizes, 2)
    if len(sizes) > MOST_GROUPS:
        raise ValueError(f"sizes: expected at most {MOST_GROUPS} groups, got {len(sizes)}")
    means, sds = each("means", means, len(sizes)), each("sds", sds, len(sizes), 0)
    limits = (-math.inf, math.inf)
    if mean is not None:
        average = plain("mean", mean)
        limits = (average.low, average.high)
    boxes = [(group.low, group.high) for group in means]
    least = _least_between(boxes, sizes, *limits)
    if least is None:
        raise ValueError(f"mean: expected an average of the group means, got {mean!r}")
    largest = max(_between(vertex, sizes) for vertex in _vertices(boxes, sizes, *limits))
    within = Range.of(
        lambda *ends: sum(
            (size - 1) * max(Fraction(0), end) ** 2 for size, end in zip(sizes, ends, strict=True)
        ),
        *sds,
    )
    n = sum(sizes)
    low = _root((within.low + least) / (n - 1), 0.0)
    high = _root((within.high + largest) / (n - 1), math.inf)
    between = _between([group.value for group in means], sizes)
    # Printed group means need not average to the printed mean; their boxes do.
    value = min(max(math.sqrt((within.value + between) / (n - 1)), low), high)
    found = Range(low, value, high)
    why = f"the SDs and means of {_and(sizes)} patients pool to {found:z.4f}"
    return Check.of("pooled SD", number, found, why)


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

    Examples
    --------
    >>> grim("5.19", 28).verdict, grim("5.18", 28).verdict, grim("5.2", 28).verdict
    ('contradicted', 'exact', 'untestable')
    """
    number, n = plain("mean", mean), _checks.whole("n", n, 1)
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
    found = Range(low / n, nearest / n, high / n)
    return Check.of("mean of whole numbers", number, found, why, verdict)


def _least_squares(n, total):
    """Return the smallest sum of squares: that of values as equal as possible."""
    each, more = divmod(total, n)
    return (n - more) * each**2 + more * (each + 1) ** 2


def _is_square(number):
    return math.isqrt(number) ** 2 == number


def _attainable(n, total, squares):
    """Say whether ``n`` whole numbers have this sum and this sum of squares."""
    # A square is as odd as its root, and no sum of squares is below that of equal values. From
    # five values on this is enough. Let the sum S and the sum of squares Q be odd and 4 Q > S².
    # Then 4 Q - S² is 3 modulo 8, so a sum of three odd squares, and four numbers do it (Cauchy,
    # 1813). For five, shift all values until S is from -2 to 2; a fifth value as odd as S + 1
    # and at most 1 in size leaves such sums to four. Each further value can be S // n.
    # With four values and an even sum, Q - (S / 2)² must be a sum of three squares (Legendre);
    # with three values (3 Q - S²) / 2 = a² + a b + b², where a and b are differences of values;
    # with two values 2 Q - S² is the square of their difference.
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
    """Return the widest gap between attainable sums of squared deviations, far from 0."""
    # For each sum S of at least five values they are two apart, and begin at S² / n.
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

    Examples
    --------
    >>> grimmer("3.44", "2.47", 18).verdict, grimmer("3.44", "2.45", 18).verdict
    ('contradicted', 'exact')
    """
    centre, number = plain("mean", mean), plain("sd", sd, 0)
    n = _checks.whole("n", n, 2)
    family, sums = "SD of whole numbers", _sums(centre, n)
    if not sums:
        why = f"no {n} whole numbers have a mean that prints as {centre}"
        return Check.of(family, number, (math.nan,) * 3, why, "contradicted")
    box = Range.of(lambda end: (n - 1) * max(Fraction(0), end) ** 2, number)
    found = []
    for total in sums:
        shift = Fraction(total**2, n)
        # The nearest on each side of the printed SD, and the outermost in its box.
        for start, step in ((box.low, 1), (box.value, -1), (box.value, 1), (box.high, -1)):
            squares = _next_attainable(n, total, start + shift, step)
            if squares is not None:
                found.append((squares - shift, total, squares))
    inside = [each for each in found if box.low <= each[0] <= box.high]

    def spread(each):
        return math.sqrt(each[0] / (n - 1))

    nearest = min(inside or found, key=lambda each: abs(spread(each) - number.value))
    ends = inside or [nearest]
    found = Range(*(spread(each) for each in (min(ends), nearest, max(ends))))
    why = (
        f"{n} whole numbers with sum {nearest[1]} and sum of squares {nearest[2]} have mean "
        f"{nearest[1] / n:z.4f} and SD {found.value:z.4f}"
    )
    if not inside:
        verdict, why = "contradicted", f"nearest: {why}"
    elif n >= 5 and box.high - box.low >= _widest_gap(sums, n):
        verdict, why = "untestable", f"rounding leaves every such SD possible; {why}"
    else:
        verdict = "exact"
    return Check.of(family, number, found, why, verdict)


def _limit(name, value, end):
    """Return a limit as it is, or that end of the rounding box of a printed one."""
    if not isinstance(value, Real):
        return getattr(plain(name, value), end)
    _checks.real(name, value)
    if math.isinf(value):
        raise ValueError(f"{name}: expected a finite number, got {value!r}")
    return Fraction(float(value))


def _largest_variance(mean, lowest, highest, n):
    """Return the largest variance of ``n`` values in a range, over all means that print so."""
    number = plain("mean", mean)
    bottom, top = _limit("lowest", lowest, "low"), _limit("highest", highest, "high")
    if not bottom < top:
        raise ValueError(f"lowest: expected less than highest = {highest}, got {lowest}")
    low, high = max(number.low, bottom), min(number.high, top)
    if low > high:
        raise ValueError(f"mean: expected one from {lowest} to {highest}, got {mean!r}")
    first, last = (n * (end - bottom) / (top - bottom) for end in (low, high))
    # Values as shares of the range. The squares are spread most where every value lies at an
    # end, but for at most one that makes up the mean. Their sum is convex between whole sums
    # and largest at the whole sum next to n / 2.
    sums = [first, last]
    if math.ceil(first) <= math.floor(last):
        sums.append(min(max(n // 2, math.ceil(first)), math.floor(last)))
    largest = max(s // 1 + (s % 1) ** 2 - Fraction(s) ** 2 / n for s in sums)
    return (top - bottom) ** 2 * largest / (n - 1)


def sd_in_range(sd, mean, lowest, highest, n):
    """Check a printed SD against the largest that its range allows.

    It is the SD of values that all lie at the ends of the range but for one, which makes up the
    mean. For many values the variance tends to ``(highest - mean) (mean - lowest)`` (Bhatia and
    Davis, 2000).

    Parameters
    ----------
    sd, mean : str
        The printed standard deviation (divisor ``n - 1``) and mean.
    lowest, highest : str or float
        The range: printed limits as strings, which their rounding widens, and limits that
        hold by definition, such as those of a score, as numbers.
    n : int
        How many values, at least 2.

    Returns
    -------
    Check
        ``upper`` is the largest SD over the rounding box of the mean; ``contradicted`` if the
        printed one is larger, else ``compatible``.

    Examples
    --------
    >>> sd_in_range("2.4", "3.0", 1, 5, 10).verdict, sd_in_range("2.1", "3.0", 1, 5, 10).verdict
    ('contradicted', 'compatible')
    """
    number, n = plain("sd", sd, 0), _checks.whole("n", n, 2)
    largest = _largest_variance(mean, lowest, highest, n)
    possible = number.low <= 0 or number.low**2 <= largest
    high = math.sqrt(largest)
    return Check.of(
        "SD within a range",
        number,
        (0.0, math.nan, high),  # bounds have no best guess
        f"{n} values from {lowest} to {highest} with mean {mean} have an SD of at most {high:z.4f}",
        "compatible" if possible else "contradicted",
    )
