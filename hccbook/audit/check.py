"""The result of one check, and how its verdict is reached."""

from dataclasses import dataclass
from typing import NamedTuple

from .. import _checks
from ..estimate import printed as as_printed

#: How well a computed number fits a printed one; the data dictionary defines each word.
VERDICTS = ("exact", "rounding", "compatible", "missed", "contradicted", "untestable")


class Range(NamedTuple):
    """A value with everything that rounding allows around it."""

    low: float
    value: float
    high: float

    def __format__(self, spec):
        """Return the value, and the two ends in brackets."""
        return f"{self.value:{spec}} ({self.low:{spec}} to {self.high:{spec}})"

    @classmethod
    def of(cls, function, *numbers):
        """Return the range of a function that rises with each number (turn those it falls with)."""
        ends = zip(*((x.low, x.value, x.high) for x in numbers), strict=True)
        return cls(*(function(*end) for end in ends))


def turned(number):
    """Return the range of a number with its ends exchanged, for :meth:`Range.of`."""
    return Range(number.high, number.value, number.low)


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
        """Return the check of a printed number against a :class:`Range`, judged if need be."""
        low, value, high = found
        verdict = judge(number, value, low, high) if verdict is None else verdict
        return cls(family, str(number), value, low, high, verdict, explanation)


def judge(printed, computed, lower=None, upper=None):
    """Compare a printed number with a recomputed one and its range.

    Parameters
    ----------
    printed : str or Printed
    computed : float
        The recomputed value.
    lower, upper : float, optional
        All values that the computation allows; ``computed`` alone when left out.

    Returns
    -------
    str
        ``"contradicted"`` when no allowed value prints as the paper does; otherwise
        ``"exact"`` when the computed value itself prints so, ``"rounding"`` when it is
        at most two units of the last place away, else ``"compatible"``.
    """
    number = as_printed(printed, "printed")
    lower = computed if lower is None else lower
    upper = computed if upper is None else upper
    for name, value in (("computed", computed), ("lower", lower), ("upper", upper)):
        _checks.real(name, value)
    if lower > upper:
        raise ValueError(f"lower: expected at most upper = {upper}, got {lower}")
    if lower > number.high or upper < number.low:
        return "contradicted"
    if number.admits(computed):
        return "exact"
    if number.relation == "=" and abs(computed - number.value) <= 2 * number.unit:
        return "rounding"
    return "compatible"


def same(printed, other, whole=False):
    """Check a number that is printed twice.

    Parameters
    ----------
    printed, other : str
        The number or word that is checked, and the same quantity printed elsewhere.
    whole : bool
        Whether the two are counts, which are not rounded.

    Returns
    -------
    Check
        ``exact`` if the two print alike, ``compatible`` if one value can print as both
        (``"0.81"`` and ``"0.811"``; never of counts), else ``contradicted``.
    """
    _checks.flag("whole", whole)
    family, explanation = "text and table", f"printed again as {other}"
    try:
        number, second = as_printed(printed, "printed"), as_printed(other, "other")
    except ValueError:
        if not (isinstance(printed, str) and isinstance(other, str) and printed and other):
            raise
        if _has_digit(printed) != _has_digit(other):
            raise
        verdict = "exact" if printed == other else "contradicted"
        return Check(family, printed, other, None, None, verdict, explanation)
    for name, value in (("printed", number), ("other", second)):
        if whole and value.decimals:
            raise ValueError(f"{name}: expected a whole number, got {str(value)!r}")
    low, high = max(number.low, second.low), min(number.high, second.high)
    alike = (number.value, number.relation) == (second.value, second.relation)
    verdict = "exact" if alike else "contradicted" if whole or low > high else "compatible"
    found = (second.value,) * 3 if whole else (second.low, second.value, second.high)
    return Check.of(family, number, map(float, found), explanation, verdict)


def _has_digit(text):
    return any(character.isdigit() for character in text)
