"""Arguments that several checks share: printed numbers of each kind, groups, tables of counts."""

import math
from dataclasses import replace

import numpy as np
from scipy.special import ndtri

from .. import _checks
from ..estimate import as_printed
from .check import Range

CELLS = ("tp", "fp", "fn", "tn")

#: More decimals would overflow whole-number arithmetic, and no paper prints them.
MOST_DECIMALS = 9
#: Extremes over the means of groups are sought at all corners of their boxes: 2 ** groups.
MOST_GROUPS = 10


class Impossible(ValueError):
    """A printed number that none can be, or limits out of order: itself a finding."""


def _refuse(name, expected, number, error=ValueError):
    problem = error(f"{name}: expected {expected}, got {str(number)!r}")
    problem.number = number
    raise problem


def judged(read, name, *value):
    """Return a number that is judged: one that none can be is then a finding and no error."""
    try:
        return read(name, *value)
    except Impossible as error:
        return error.number


def plain(name, value, smallest=-math.inf):
    """Return a printed number without < or >."""
    number = replace(as_printed(value, name), within=(smallest, math.inf))
    if number.relation != "=" or not number.possible:
        least = "" if smallest == -math.inf else f" of at least {smallest}"
        error = ValueError if number.possible else Impossible
        _refuse(name, f"a plain printed number{least}", number, error)
    return number


def count(name, value):
    """Return a printed count."""
    number = replace(as_printed(value, name), within=(0, math.inf))
    whole = number.relation == "=" and number.decimals <= 0 and "%" not in number.text
    if not (whole and number.possible):
        error = Impossible if whole else ValueError
        _refuse(name, "a printed count such as '1,508'", number, error)
    return number


def probability(name, value):
    """Return a printed P value; one that is not from 0 to 1 can be judged, not used."""
    number = as_printed(value, name)
    if not number.relation or "%" in number.text:
        _refuse(name, "a printed number from 0 to 1", number)
    return replace(number, within=(0, 1))


def share(name, value):
    """Return a printed percentage; one that is not from 0 to 100 can be judged, not used."""
    number = as_printed(value, name)
    if number.decimals > MOST_DECIMALS or not number.relation:
        _refuse(name, f"a printed percentage to 100, at most {MOST_DECIMALS} decimals", number)
    return replace(number, within=(0, 100))


def percent(name, value):
    """Return a printed percentage without < or >."""
    number = share(name, plain(name, value))
    if not 0 <= number.value <= 100:
        _refuse(name, "a printed percentage to 100", number, Impossible)
    return number


def area(name, value):
    """Return a printed area or score, from 0 to 1 and without < or >."""
    number = probability(name, plain(name, value))
    if not 0 <= number.value <= 1:
        _refuse(name, "a printed number from 0 to 1", number, Impossible)
    return number


def positive(name, value):
    """Return a printed ratio, above 0 however it was rounded."""
    number = replace(plain(name, value), within=(0, math.inf))
    if number.low <= 0:
        error = ValueError if number.possible else Impossible
        _refuse(name, "a printed ratio above 0", number, error)
    return number


def time(name, value):
    """Return a printed time above 0, perhaps with < or >."""
    number = replace(as_printed(value, name), within=(0, math.inf))
    if number.value <= 0:
        error = ValueError if number.possible else Impossible
        _refuse(name, "a printed time above 0", number, error)
    return number


def limit(name, value, smallest=-math.inf):
    """Return the range of a printed limit, which may be open: ``>999.99``, ``NE`` or 0.00."""
    number = as_printed(value, name)
    if number.high <= smallest:
        _refuse(name, f"a printed limit above {smallest}", number, Impossible)
    value = number.value if number.relation == "=" else math.nan
    return Range(max(number.low, smallest), value, number.high)


def ratio_limit(name, value):
    """Return the range of a printed limit of a ratio."""
    return limit(name, value, 0)


def ordered(lower, upper, read, equal=False, name="lower"):
    """Return two printed limits, which ``read(name, value)`` checks, in order."""
    low, high = read("lower", lower), read("upper", upper)
    out = low.value > high.value or low.low > high.high
    if out or (low.value == high.value and not equal):
        least = "at most" if equal else "less than"
        raise Impossible(f"{name}: expected {least} upper = {upper}, got {lower}")
    return low, high


def with_limits(name, values):
    """Return the three parts of an estimate with its limits."""
    if len(values := _checks.listed(name, values)) != 3:
        raise ValueError(f"{name}: expected an estimate, lower and upper limit, got {values}")
    return values


def critical(level):
    """Return the normal quantile of a printed confidence level, in per cent."""
    number = plain("level", level)
    # A level below one half is none: "0.95" is a share, and not in per cent.
    if not 50 <= number.value < 100:
        _refuse("level", "a percentage from 50 such as '95'", number)
    return float(ndtri(0.5 + float(number.value) / 200))


def sizes(values, smallest):
    """Return the sizes of groups."""
    return [_checks.whole("sizes", size, smallest) for size in _checks.listed("sizes", values)]


def each(name, values, groups, smallest=-math.inf):
    """Return one plain printed number for each of so many groups."""
    values = _checks.listed(name, values)
    if len(values) != groups:
        raise ValueError(f"{name}: expected {groups} values, as many as sizes, got {len(values)}")
    return [plain(name, value, smallest) for value in values]


def summaries(means, sds, patients, fewest):
    """Return the printed means and SDs of at least so many groups, and their sizes."""
    patients = sizes(patients, 2)
    groups = len(patients)
    if not fewest <= groups <= MOST_GROUPS:
        raise ValueError(f"sizes: expected {fewest} to {MOST_GROUPS} groups, got {groups}")
    return each("means", means, groups), each("sds", sds, groups, 0), patients


def cells(table):
    """Return the four counts of a mapping."""
    table = _checks.mapping("table", table, CELLS)
    return {name: _checks.whole(f"table, {name}", table[name]) for name in CELLS}


def two_way(table):
    """Return a table of counts as an array with no empty row or column."""
    try:
        rows = [[_checks.whole("table", count) for count in row] for row in table]
    except TypeError:
        raise ValueError(f"table: expected rows of whole counts, got {table!r}") from None
    if len(rows) < 2 or len(rows[0]) < 2 or any(len(row) != len(rows[0]) for row in rows):
        raise ValueError(f"table: expected two or more counts in two or more rows, got {table!r}")
    counts = np.array(rows)
    if not (counts.any(axis=0).all() and counts.any(axis=1).all()):
        raise ValueError(f"table: expected patients in every row and column, got {table!r}")
    return counts


def classes(tp, fp, fn, tn):
    """Return the four counts of a 2×2 table with patients in both classes."""
    table = dict(zip(CELLS, (tp, fp, fn, tn), strict=True))
    tp, fp, fn, tn = (_checks.whole(name, number) for name, number in table.items())
    if not tp + fn or not fp + tn:
        raise ValueError(f"tp, fp, fn, tn: expected patients of both classes, got {table}")
    return tp, fp, fn, tn
