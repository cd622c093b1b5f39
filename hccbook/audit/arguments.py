"""Arguments that several checks share: printed numbers of each kind, and tables of counts."""

import math

from scipy.special import ndtri

from .. import _checks
from ..estimate import printed

CELLS = ("tp", "fp", "fn", "tn")

#: More decimals would overflow whole-number arithmetic, and no paper prints them.
MOST_DECIMALS = 9


def plain(name, value, smallest=-math.inf):
    """Return a printed number without < or >."""
    number = printed(value, name)
    if number.relation != "=" or number.value < smallest:
        least = "" if smallest == -math.inf else f" of at least {smallest}"
        raise ValueError(f"{name}: expected a plain printed number{least}, got {value!r}")
    return number


def count(name, value):
    """Return a printed count."""
    number = printed(value, name)
    if number.relation != "=" or number.decimals or number.value < 0 or "%" in number.text:
        raise ValueError(f"{name}: expected a printed count such as '1,508', got {value!r}")
    return number


def percent(name, value):
    """Return a printed percentage."""
    number = printed(value, name)
    if number.decimals > MOST_DECIMALS:
        raise ValueError(f"{name}: expected at most {MOST_DECIMALS} decimals, got {value!r}")
    if number.relation != "=" or not 0 <= number.value <= 100:
        raise ValueError(f"{name}: expected a printed percentage from 0 to 100, got {value!r}")
    return number


def probability(name, value, relations="=<>"):
    """Return a printed number from 0 to 1."""
    number = printed(value, name)
    if number.relation not in relations or not 0 <= number.value <= 1:
        raise ValueError(f"{name}: expected a printed number from 0 to 1, got {value!r}")
    return number


def area(name, value):
    """Return a printed area or score, from 0 to 1 and without < or >."""
    return probability(name, value, "=")


def positive(name, value):
    """Return a printed ratio, above 0 however it was rounded."""
    number = printed(value, name)
    if number.relation != "=" or number.low <= 0:
        raise ValueError(f"{name}: expected a printed ratio above 0, got {value!r}")
    return number


def ordered(lower, upper, read, equal=False, name="lower"):
    """Return two printed limits, which ``read(name, value)`` checks, in order."""
    low, high = read("lower", lower), read("upper", upper)
    if low.value > high.value or (low.value == high.value and not equal):
        least = "at most" if equal else "less than"
        raise ValueError(f"{name}: expected {least} upper = {upper}, got {lower}")
    return low, high


def critical(level):
    """Return the normal quantile of a printed confidence level."""
    confidence = printed(level, "level")
    if confidence.relation != "=" or not 0 < confidence.value < 100:
        raise ValueError(f"level: expected a percentage such as '95', got {level!r}")
    return float(ndtri(0.5 + float(confidence.value) / 200))


def sizes(values, smallest):
    """Return the sizes of groups."""
    return [_checks.whole("sizes", size, smallest) for size in _checks.listed("sizes", values)]


def each(name, values, groups, smallest=-math.inf):
    """Return one plain printed number for each of so many groups."""
    values = _checks.listed(name, values)
    if len(values) != groups:
        raise ValueError(f"{name}: expected {groups} values, as many as sizes, got {len(values)}")
    return [plain(name, value, smallest) for value in values]


def cells(table):
    """Return the four counts of a mapping."""
    table = _checks.mapping("table", table, CELLS)
    return {name: _checks.whole(f"table, {name}", table[name]) for name in CELLS}


def classes(tp, fp, fn, tn):
    """Return the four counts of a 2×2 table with patients in both classes."""
    table = dict(zip(CELLS, (tp, fp, fn, tn), strict=True))
    tp, fp, fn, tn = (_checks.whole(name, number) for name, number in table.items())
    if not tp + fn or not fp + tn:
        raise ValueError(
            f"tp, fp, fn, tn: expected patients with and without the outcome, got {table}"
        )
    return tp, fp, fn, tn
