"""What the parts of a table say about its printed totals, means and standard deviations."""

import math
from fractions import Fraction
from itertools import pairwise, product

from .. import _checks
from ..estimate import printed as as_printed
from .check import Check, judge

#: The largest spread of the means is sought at all corners of their boxes: 2 ** groups of them.
MOST_GROUPS = 10


def _plain(name, value, smallest=-math.inf):
    number = as_printed(value, name)
    if number.relation != "=" or number.value < smallest:
        least = "" if smallest == -math.inf else f" of at least {smallest}"
        raise ValueError(f"{name}: expected a plain printed number{least}, got {value!r}")
    return number


def _count(name, value):
    number = as_printed(value, name)
    if number.relation != "=" or number.decimals or number.value < 0 or "%" in number.text:
        raise ValueError(f"{name}: expected a printed count such as '1,508', got {value!r}")
    return number


def _listed(name, values, length=None):
    """Return a sequence as a list of as many values as there are groups."""
    values = _checks.listed(name, values)
    if length is not None and len(values) != length:
        raise ValueError(f"{name}: expected {length} values, as many as sizes, got {len(values)}")
    return values


def _sizes(sizes, smallest):
    return [_checks.whole("sizes", size, smallest) for size in _listed("sizes", sizes)]


def _numbers(name, values, sizes, smallest=-math.inf):
    return [_plain(name, value, smallest) for value in _listed(name, values, len(sizes))]


def total(printed, parts):
    """Check a printed count against the sum of its parts.

    Parameters
    ----------
    printed : str
        The printed count of all.
    parts : sequence of str
        The printed counts of groups that share nobody and leave nobody out.

    Returns
    -------
    Check
        Counts are exact: the verdict is ``exact`` or ``contradicted``.

    Raises
    ------
    ValueError
        If ``parts`` is empty, or a number is not a printed count.

    Examples
    --------
    >>> total("1,508", ["1,000", "508"]).verdict
    'exact'
    """
    number = _count("printed", printed)
    counts = [_count("parts", part) for part in _listed("parts", parts)]
    value = sum(count.value for count in counts)
    return Check(
        "sum of parts",
        str(number),
        float(value),
        float(value),
        float(value),
        "exact" if value == number.value else "contradicted",
        f"{' + '.join(str(count) for count in counts)} = {value}",
    )


def pooled_mean(printed, means, sizes):
    """Check a printed mean of all patients against the means of their groups.

    Parameters
    ----------
    printed : str
        The printed mean of all patients.
    means : sequence of str
        The printed means of the groups, in the same unit.
    sizes : sequence of int
        Patients in each group, at least 1.

    Returns
    -------
    Check
        ``computed`` is the mean weighted by ``sizes``; it rises with each group's mean, so
        that the range lies between the lower and the upper ends of all rounding boxes.

    Raises
    ------
    ValueError
        If a mean is not a plain printed number, a size not a whole number of at least 1, or
        the two lists are empty or not of one length.

    Examples
    --------
    >>> pooled_mean("3.0", ["2.0", "4.5"], [3, 2]).verdict
    'exact'
    """
    number, sizes = _plain("printed", printed), _sizes(sizes, 1)
    means = _numbers("means", means, sizes)
    low, value, high = (
        sum(size * end for size, end in zip(sizes, ends, strict=True)) / sum(sizes)
        for ends in (
            [mean.low for mean in means],
            [mean.value for mean in means],
            [mean.high for mean in means],
        )
    )
    return Check(
        "pooled mean",
        str(number),
        float(value),
        float(low),
        float(high),
        judge(number, value, low, high),
        f"the means of {_and(sizes)} patients pool to {float(value):z.4f} "
        f"({float(low):z.4f} to {float(high):z.4f})",
    )


def _and(sizes):
    *first, last = (str(size) for size in sizes)
    return f"{', '.join(first)} and {last}" if first else last


def _between(means, sizes):
    """Return the sum of squares between groups."""
    total = sum(size * mean for size, mean in zip(sizes, means, strict=True))
    squares = sum(size * mean**2 for size, mean in zip(sizes, means, strict=True))
    return squares - Fraction(total) ** 2 / sum(sizes)


def _least_between(boxes, sizes, low, high):
    """Return the smallest sum of squares between groups, ``None`` if no means fit.

    Among means of one average the sum is smallest where every mean is as near to one
    number t as its box allows: there the slopes of all means that can move are equal.
    Between neighbouring ends of boxes the sum is a convex parabola in t, and the average
    is linear in t, so that the smallest value follows from where the parabola turns.
    """
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
        average = sum(size * mean for size, mean in zip(sizes, corner, strict=True)) / n
        if low <= average <= high:
            yield corner
    for limit in {low, high} - {-math.inf, math.inf}:
        # On the cut all means but one are at an end of their boxes.
        for i, box in enumerate(boxes):
            for corner in product(*boxes[:i], [0], *boxes[i + 1 :]):
                others = sum(size * mean for size, mean in zip(sizes, corner, strict=True))
                mean = (n * limit - others) / sizes[i]
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
        The printed mean of all patients. If given, only group means that print it count.

    Returns
    -------
    Check
        ``lower`` and ``upper`` are the least and the largest SD that the rounding boxes allow,
        without slack. The part within groups rises with each SD. The part between groups is
        convex in the means: it is largest at a corner of what the boxes allow, and smallest
        where all means are as near to one number as they can be. ``computed`` comes from the
        printed numbers themselves, or is the end of the range that is nearer.

    Raises
    ------
    ValueError
        If a number is not a plain printed one, an SD is below 0, a size is not a whole number
        of at least 2, the lists are empty, too long or not of one length, or no group means
        in their boxes have the average ``mean`` (:func:`pooled_mean` is the check of that).

    Examples
    --------
    >>> pooled_sd("1.6", ["2.0", "4.5"], ["1.0", "0.7"], [3, 2]).verdict
    'exact'
    """
    number, sizes = _plain("printed", printed, 0), _sizes(sizes, 2)
    if len(sizes) > MOST_GROUPS:
        raise ValueError(f"sizes: expected at most {MOST_GROUPS} groups, got {len(sizes)}")
    means, sds = _numbers("means", means, sizes), _numbers("sds", sds, sizes, 0)
    limits = (-math.inf, math.inf)
    if mean is not None:
        average = _plain("mean", mean)
        limits = (average.low, average.high)
    boxes = [(group.low, group.high) for group in means]
    least = _least_between(boxes, sizes, *limits)
    if least is None:
        raise ValueError(f"mean: expected an average of the group means, got {mean!r}")
    largest = max(_between(vertex, sizes) for vertex in _vertices(boxes, sizes, *limits))
    within_low, within, within_high = (
        sum((size - 1) * end**2 for size, end in zip(sizes, ends, strict=True))
        for ends in (
            [max(Fraction(0), sd.low) for sd in sds],
            [sd.value for sd in sds],
            [sd.high for sd in sds],
        )
    )
    n = sum(sizes)
    low = _root((within_low + least) / (n - 1), 0.0)
    high = _root((within_high + largest) / (n - 1), math.inf)
    between = _between([group.value for group in means], sizes)
    # Printed group means need not average to the printed mean; their boxes do.
    value = min(max(math.sqrt((within + between) / (n - 1)), low), high)
    return Check(
        "pooled SD",
        str(number),
        value,
        low,
        high,
        judge(number, value, low, high),
        f"the SDs and means of {_and(sizes)} patients pool to {value:z.4f} "
        f"({low:z.4f} to {high:z.4f})",
    )
