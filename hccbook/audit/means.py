"""What groups, whole numbers or a known range say about a printed mean and SD.

The mean of ``n`` whole numbers is a whole number of ``n``-ths, so a printed mean can be
impossible: the GRIM test (Brown and Heathers, 2017). So can a printed standard deviation,
because the sum of squares is a whole number too: GRIMMER (Anaya, 2016; Allard, 2018).
"""

import math
from fractions import Fraction
from itertools import pairwise, product
from numbers import Real

import numpy as np

from .. import _checks
from .arguments import each, judged, plain, summaries
from .arguments import sizes as whole_sizes
from .check import Check, Range, ends

# Sums of squares between groups: arrays of floats, or of fractions where an end must be exact.


def between(means, weights):
    """Return the weighted sum of squares around the weighted mean, over the last axis."""
    middle = (weights * means).sum(axis=-1, keepdims=True) / weights.sum(axis=-1, keepdims=True)
    return (weights * (means - middle) ** 2).sum(axis=-1)


def most_between(mean, weights):
    """Return the largest :func:`between` over the means; convex, so it is at a corner."""
    corners = np.array(list(product(*zip(mean.low, mean.high, strict=True))))
    return between(corners, weights[..., None, :]).max(axis=-1)


def least_between(mean, weights):
    """Return the smallest :func:`between` over the means."""
    # It is the smallest weighted sum of squared distances from any one point to the intervals:
    # quadratic in the point between two neighbouring interval ends.
    found = []
    for a, b in pairwise(np.sort(np.concatenate([mean.low, mean.high]))):
        nearest = np.where(mean.high <= a, mean.high, mean.low)
        apart = weights * ((mean.high <= a) | (mean.low >= b))
        if not apart.any():
            return 0 * weights[..., 0]  # a point that all intervals share
        point = (apart * nearest).sum(axis=-1, keepdims=True) / apart.sum(axis=-1, keepdims=True)
        found.append((apart * (nearest - np.clip(point, a, b)) ** 2).sum(axis=-1))
    return np.min(found, axis=0)


def _and(sizes):
    *first, last = (str(size) for size in sizes)
    return f"{', '.join(first)} and {last}" if first else last


def pooled_mean(printed, means, sizes):
    """Check a printed mean of all patients against the means and sizes of their groups."""
    number, sizes = plain("printed", printed), whole_sizes(sizes, 1)
    means = each("means", means, len(sizes))
    sums = (sum(n * mean for n, mean in zip(sizes, end, strict=True)) for end in ends(means))
    found = Range(*(x / sum(sizes) for x in sums))
    why = f"the means of {_and(sizes)} patients pool to {found:z.4f}"
    return Check.of("pooled mean", number, found, why)


def pooled_sd(printed, means, sds, sizes):
    r"""Check a printed SD of all patients against the means and SDs of their groups.

    The sum of squares about the common mean is that within groups and that between them:

    .. math:: (N - 1)\,s^2 = \sum_i (n_i - 1)\,s_i^2 + \sum_i n_i (m_i - m)^2.

    Both ends of the range are sharp: the part within groups rises with each SD, and that between
    them is convex in the means. There are at most 10 groups, ``sizes`` their patients (2 or more).

    Examples
    --------
    >>> pooled_sd("1.6", ["2.0", "4.5"], ["1.0", "0.7"], [3, 2]).verdict
    'exact'
    """
    number = judged(plain, "printed", printed, 0)
    means, sds, sizes = summaries(means, sds, sizes, 1)
    n, weights = sum(sizes), np.array(sizes, dtype=object)
    mean = Range(*(np.array(end, dtype=object) for end in ends(means)))
    apart = least_between(mean, weights), between(mean.value, weights), most_between(mean, weights)
    inside = (((weights - 1) * np.maximum(end, 0) ** 2).sum() for end in ends(sds))
    found = Range(*((a + b) / (n - 1) for a, b in zip(apart, inside, strict=True))).root()
    why = f"the SDs and means of {_and(sizes)} patients pool to {found:z.4f}"
    return Check.of("pooled SD", number, found, why)


def _sums(number, n):
    """Return all sums of ``n`` whole numbers whose mean prints as ``number``."""
    return range(math.ceil(n * number.low), math.floor(n * number.high) + 1)


def grim(mean, n, items=1):
    """Check whether ``n`` whole numbers can have a printed mean (the GRIM test).

    Whole numbers are ages in full years or scores; of averages over ``items``, each a whole
    number, there are ``n`` times as many. ``computed`` is the possible mean that is nearest,
    ``lower`` and ``upper`` the smallest and the largest that prints so. ``contradicted`` if none
    does. ``untestable`` if there are at least ``10 ** decimals``: a box is then as wide as the
    step from one possible mean to the next, and every mean is possible.

    Examples
    --------
    >>> grim("5.19", 28).verdict, grim("5.18", 28).verdict, grim("5.2", 28).verdict
    ('contradicted', 'exact', 'untestable')
    """
    number = plain("mean", mean)
    n = _checks.whole("n", n, 1) * _checks.whole("items", items, 1)
    sums, nearest = _sums(number, n), round(n * number.value)
    low, high = (sums[0], sums[-1]) if sums else (nearest, nearest)
    if n >= 10**number.decimals:
        verdict, places = "untestable", "decimal" if number.decimals == 1 else "decimals"
        why = f"{n} whole numbers can have any mean with {number.decimals} {places}"
    else:
        verdict = "exact" if sums else "contradicted"
        why = f"the nearest sum is {nearest}: {nearest} / {n} = {nearest / n:z.4f}"
    found = low / n, nearest / n, high / n
    return Check.of("mean of whole numbers", number, found, why, verdict)


def grimmer(mean, sd, n, items=1):
    """Check whether five or more whole numbers can have a printed mean and SD (GRIMMER test).

    ``computed`` is the possible SD that is nearest, ``lower`` and ``upper`` the smallest and the
    largest that prints so (all NaN where the mean is impossible). ``contradicted`` if no whole
    numbers of any size have that mean and that SD, and ``exact`` if some have. ``untestable`` if
    the rounding box of the SD holds a possible one wherever it lies: if
    ``(n - 1) (high² - low²)`` is at least 2. The numbers may be averages over ``items``, each a
    whole number.

    Examples
    --------
    >>> grimmer("3.44", "2.47", 18).verdict, grimmer("3.44", "2.45", 18).verdict
    ('contradicted', 'exact')
    """
    centre, number = plain("mean", mean), judged(plain, "sd", sd, 0)
    n = _checks.whole("n", n, 5)
    # Averages over items are whole numbers once they are multiplied.
    items = _checks.whole("items", items, 1)
    family = "SD of whole numbers"
    sums = _sums(Range(*(items * x for x in (centre.low, centre.value, centre.high))), n)
    if not sums:
        why = f"no {n} whole numbers have a mean that prints as {centre}"
        return Check.of(family, number, (math.nan,) * 3, why, "contradicted")
    box = (items * x for x in (number.low, number.value, number.high))
    low, value, high = ((n - 1) * max(Fraction(0), end) ** 2 for end in box)
    # A square is as odd as its root, and no sum of squares is below that of equal values. From
    # five values on this is enough. Let the sum S and the sum of squares Q be odd and 4 Q > S².
    # Then 4 Q - S² is 3 modulo 8, so a sum of three odd squares, and four numbers do it (Cauchy,
    # 1813). For five, shift all values until S is from -2 to 2; a fifth value as odd as S + 1
    # and at most 1 in size leaves such sums to four. Each further value can be S // n.
    found = []
    for total in sums:
        shift, (equal, more) = Fraction(total**2, n), divmod(total, n)
        least = n * equal**2 + more * (2 * equal + 1)
        # The nearest on each side of the printed SD, and the outermost in its box.
        for start, step in ((low, 1), (value, -1), (value, 1), (high, -1)):
            squares = step * math.ceil(step * (start + shift))
            squares = max(squares + step * ((squares - total) % 2), least)
            found.append((squares - shift, total, squares))
    inside = [each for each in found if low <= each[0] <= high]

    def spread(each):
        return math.sqrt(each[0] / (n - 1)) / items

    nearest = min(inside or found, key=lambda each: abs(spread(each) - number.value))
    outer = inside or [nearest]
    found = Range(*map(spread, (min(outer), nearest, max(outer))))
    _, total, squares = nearest
    why = f"{n} whole numbers with sum {total} and sum of squares {squares} have mean "
    why += f"{total / n / items:z.4f} and SD {found.value:z.4f}"
    verdict = "exact"
    if not inside:
        verdict, why = "contradicted", f"nearest: {why}"
    elif high - low >= 2:  # sums of squares of one sum are two apart
        verdict, why = "untestable", f"rounding leaves every such SD possible; {why}"
    return Check.of(family, number, found, why, verdict)


def _limit(name, value, end):
    """Return a limit as it is, or that end of the rounding box of a printed one."""
    if not isinstance(value, Real):
        return getattr(plain(name, value), end)
    _checks.real(name, value)
    if math.isinf(value):
        raise ValueError(f"{name}: expected a finite number, got {value!r}")
    return Fraction(float(value))


def sd_in_range(sd, mean, lowest, highest, n):
    """Check a printed SD against the largest that its range allows.

    It is the SD of values that all lie at the ends of the range but for one, which makes up the
    mean. For many values the variance tends to ``(highest - mean) (mean - lowest)`` (Bhatia and
    Davis, 2000). The verdict is ``contradicted`` or ``compatible``. ``lowest`` and ``highest`` are
    printed limits as strings, which their rounding widens, or numbers where they hold by
    definition, as those of a score do.

    Examples
    --------
    >>> sd_in_range("2.4", "3.0", 1, 5, 10).verdict, sd_in_range("2.1", "3.0", 1, 5, 10).verdict
    ('contradicted', 'compatible')
    """
    number, average = judged(plain, "sd", sd, 0), plain("mean", mean)
    n = _checks.whole("n", n, 2)
    bottom, top = _limit("lowest", lowest, "low"), _limit("highest", highest, "high")
    if not bottom < top:
        raise ValueError(f"lowest: expected less than highest = {highest}, got {lowest}")
    low, high = max(average.low, bottom), min(average.high, top)
    if low > high:
        raise ValueError(f"mean: expected one from {lowest} to {highest}, got {mean!r}")
    # Values as shares of the range. The squares are spread most where every value lies at an
    # end, but for at most one that makes up the mean. Their sum is convex between whole sums
    # and largest at the whole sum next to n / 2.
    sums = [n * (end - bottom) / (top - bottom) for end in (low, high)]
    first, last = math.ceil(sums[0]), math.floor(sums[1])
    if first <= last:
        sums.append(min(max(n // 2, first), last))
    shares = max(s // 1 + (s % 1) ** 2 - Fraction(s) ** 2 / n for s in sums)
    variance = (top - bottom) ** 2 * shares / (n - 1)
    largest = math.sqrt(variance)
    possible = number.low <= 0 or number.low**2 <= variance
    why = f"{n} values from {lowest} to {highest} with mean {mean} have an SD of at most "
    why += f"{largest:z.4f}"
    verdict, found = "compatible" if possible else "contradicted", (0, math.nan, largest)
    return Check.of("SD within a range", number, found, why, verdict)
