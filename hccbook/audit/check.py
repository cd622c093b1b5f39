"""The result of one check, and how its verdict is reached."""

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from numbers import Rational
from typing import NamedTuple

from .. import _checks
from ..estimate import as_printed

#: How well a computed number fits a printed one; the data dictionary defines each word.
VERDICTS = ("exact", "rounding", "compatible", "missed", "contradicted", "untestable")

#: Fractions are exact. Floats are not: the ends of their ranges are taken this share farther out,
#: which is far more than sums and special functions lose.
MARGIN = 1e-9
_DIGITS = 10**30


class Range(NamedTuple):
    """A value with everything that rounding allows around it; NaN if there is no best guess."""

    low: float
    value: float
    high: float

    def __format__(self, spec):
        """Return the value, and the two ends in brackets."""
        low, value, high = (format(float(x), spec) for x in self)
        return f"{low} to {high}" if math.isnan(self.value) else f"{value} ({low} to {high})"

    @classmethod
    def of(cls, function, *numbers):
        """Return the range of a function that has its extremes where numbers are at their ends."""
        value = function(*(x.value for x in numbers))
        corners = (function(*ends) for ends in product(*((x.low, x.high) for x in numbers)))
        found = *corners, value  # a value that is not known, the last, is neither end
        return cls(min(found), value, max(found))

    def root(self):
        """Return the range of the square root: fractions, exact where it is one."""
        return Range(*map(_root, self, (False, False, True)))


def _root(square, up):
    """Return the square root of a fraction, rounded down or up if it is none."""
    if not math.isfinite(square):
        return square
    above, below = Fraction(square).as_integer_ratio()
    scaled = above * below * _DIGITS**2
    root = math.isqrt(scaled)
    return Fraction(root + (up and root**2 < scaled), below * _DIGITS)


def ends(numbers):
    """Return the low ends of numbers, their values, and their high ends."""
    return zip(*((x.low, x.value, x.high) for x in numbers), strict=True)


@dataclass(frozen=True)
class Check:
    """What one check found: ``computed`` and its whole range, in the unit of ``printed``.

    ``family`` names the relation, ``verdict`` is one of :data:`VERDICTS`, and ``explanation``
    says in one line how the number was reached.
    """

    family: str
    printed: str
    computed: float
    lower: float
    upper: float
    verdict: str
    explanation: str

    @classmethod
    def of(cls, family, number, found, explanation, verdict=None):
        """Return the check of a printed number against a range, judged if need be.

        A number that cannot be, such as a P value of 1.2, is ``contradicted`` whatever else is
        said. A range without a best guess is that of an open limit: it allows, or says nothing.
        """
        low, value, high = found
        number = as_printed(number) if verdict is None else number
        first, last = getattr(number, "within", (-math.inf, math.inf))
        if not getattr(number, "possible", True):
            verdict = "contradicted"
            explanation = f"{number} is outside {first} to {last}; {explanation}"
        elif verdict is None and math.isnan(value):
            said = number.relation and (low > first or high < last)
            fits = said and bounded(number, low, high) == "compatible"
            verdict = "compatible" if fits else "untestable"
        verdict = verdict or judge(number, value, low, high)
        return cls(family, str(number), *map(float, (value, low, high)), verdict, explanation)


def _outward(value, side):
    """Return an end of a range that holds all values: farther out, but for a fraction."""
    exact = isinstance(value, Rational)
    return value if exact else value * (1 + math.copysign(MARGIN, side * value))


def bounded(number, low, high):
    """Return the verdict on a printed number where there are only bounds; all ends belong."""
    apart = _outward(low, -1) > number.high or _outward(high, 1) < number.low
    return "contradicted" if apart else "compatible"


def judge(printed, computed, lower=None, upper=None):
    """Compare a printed number with a recomputed one and its range.

    Parameters
    ----------
    printed : str or Printed
    computed : float
    lower, upper : float, optional
        All values that the computation allows; ``computed`` alone when left out.

    Returns
    -------
    str
        ``"contradicted"`` when no allowed value prints so; otherwise ``"exact"`` when the computed
        one does, ``"rounding"`` when it is at most two units of the last place away, else
        ``"compatible"``; ``"untestable"`` of ``"NE"``. Fractions are compared exactly, floats with
        a margin for round-off.
    """
    number = as_printed(printed, "printed")
    lower = computed if lower is None else lower
    upper = computed if upper is None else upper
    for name, value in (("computed", computed), ("lower", lower), ("upper", upper)):
        _checks.real(name, value)
    if lower > upper:
        raise ValueError(f"lower: expected at most upper = {upper}, got {lower}")
    if not number.relation:
        return "untestable"
    verdict = bounded(number, lower, upper)
    if verdict == "compatible" and bounded(number, computed, computed) == verdict:
        return "exact"
    low, high = _outward(computed, -1) - number.value, _outward(computed, 1) - number.value
    near = number.relation == "=" and low <= 2 * number.unit and high >= -2 * number.unit
    return "rounding" if near and verdict == "compatible" else verdict


def same(printed, other, whole=False):
    """Check a number, or a word, that is printed twice.

    ``exact`` if the two print alike, ``compatible`` if one value can print as both (``"0.81"`` and
    ``"0.811"``; never of ``whole`` numbers, which are not rounded), else ``contradicted``.
    """
    _checks.flag("whole", whole)
    family, explanation = "text and table", f"printed again as {other}"
    try:
        number, second = as_printed(printed, "printed"), as_printed(other, "other")
        if not (number.relation and second.relation):
            raise ValueError(f"other: expected what can be {printed!r} too, got {other!r}")
    except ValueError:
        words = [x for x in (printed, other) if isinstance(x, str) and x]
        if len(words) < 2 or len({any(map(str.isdigit, word)) for word in words}) > 1:
            raise
        verdict = "exact" if printed == other else "contradicted"
        return Check(family, printed, other, None, None, verdict, explanation)
    for name, value in (("printed", number), ("other", second)):
        if whole and value.decimals:
            raise ValueError(f"{name}: expected a whole number, got {str(value)!r}")
    found = (second.value,) * 3 if whole else (second.low, second.value, second.high)
    alike = (number.value, number.relation) == (second.value, second.relation)
    verdict = "exact" if alike else "contradicted" if whole else bounded(number, *found[::2])
    return Check.of(family, number, found, explanation, verdict)
