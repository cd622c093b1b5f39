"""Numbers as papers print them, and estimates with their intervals."""

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from . import _checks

__all__ = ["Estimate", "Printed", "format_p", "number", "printed"]
__dir__ = __all__.copy

#: Limits of 95 % are so many standard errors from a normal estimate.
Z95 = 1.959963984540054

_GROUPED = r"[1-9][0-9]{0,2}(?:,[0-9]{3})+"
_THOUSANDS = re.compile(rf"{_GROUPED}(?:\.[0-9]+)?")
_NUMBER = re.compile(
    rf"([<>≤≥]?)\s*([-−–+]?)((?:{_GROUPED}|[0-9]+)(?:\.[0-9]+)?|[0-9]+,[0-9]+)\s*%?"
)


@dataclass(frozen=True)
class Printed:
    """A number as a paper prints it, with the interval of values that print so.

    Parameters
    ----------
    text : str
        The printed string, such as ``"0.269"``, ``"< 0.001"`` or ``"1,508"``.
        A Unicode minus and a trailing ``%`` are understood. A comma before three digits
        separates thousands (``"1,508"``); any other is a decimal comma (``"1,91"``).

    Attributes
    ----------
    value : fractions.Fraction
        The printed number itself, without its ``<`` or ``>``.
    decimals : int
        Digits after the decimal point; ``unit`` is one unit in the last of them.
    relation : {"=", "<", ">"}
        ``"<"`` for ``< 0.001``, ``"="`` for a plain number.
    low, high : fractions.Fraction or float
        The closed interval of values that print as ``text``. Both ends belong to it,
        because programs disagree on how a value exactly half way is rounded. The open
        side of ``<`` and ``>`` is infinite.

    Examples
    --------
    >>> Printed("89.4").low, Printed("89.4").high
    (Fraction(1787, 20), Fraction(1789, 20))
    """

    text: str

    def __post_init__(self):
        """Reject what is not one printed number."""
        if not isinstance(self.text, str) or not _NUMBER.fullmatch(self.text.strip()):
            raise ValueError(
                f"text: expected one printed number such as '0.269' or '< 0.001', got {self.text!r}"
            )

    @cached_property
    def _parts(self):
        """Relation, sign and digits, these with a decimal point and without thousands commas."""
        op, sign, digits = _NUMBER.fullmatch(self.text.strip()).groups()
        digits = digits.replace(",", "" if _THOUSANDS.fullmatch(digits) else ".")
        return {"": "=", "≤": "<", "≥": ">"}.get(op, op), sign, digits

    @cached_property
    def value(self):
        """The printed number, exactly."""
        _, sign, digits = self._parts
        return -Fraction(digits) if sign in set("-−–") else Fraction(digits)

    @cached_property
    def decimals(self):
        """Digits after the decimal point."""
        return len(self._parts[2].partition(".")[2])

    @cached_property
    def unit(self):
        """One unit in the last printed place."""
        return Fraction(1, 10**self.decimals)

    @cached_property
    def relation(self):
        """How the number bounds the value: '=', '<' or '>'."""
        return self._parts[0]

    @cached_property
    def low(self):
        """Smallest value that prints so."""
        half = self.unit / 2
        return {"=": self.value - half, "<": -math.inf, ">": self.value}[self.relation]

    @cached_property
    def high(self):
        """Largest value that prints so."""
        half = self.unit / 2
        return {"=": self.value + half, "<": self.value, ">": math.inf}[self.relation]

    def admits(self, value):
        """Say whether ``value`` prints as this number (both neighbours of a tie count)."""
        return bool(self.low <= value <= self.high)

    def __str__(self):
        """Return the printed text."""
        return self.text

    def __float__(self):
        """Return the printed number as a float."""
        return float(self.value)


def printed(number, name="text"):
    """Return a string or :class:`Printed` as :class:`Printed`; an error calls it ``name``.

    A float or an int is refused: it has forgotten how it was printed.
    """
    try:
        return number if isinstance(number, Printed) else Printed(number)
    except ValueError as error:
        raise ValueError(f"{name}{str(error).removeprefix('text')}") from None


@dataclass(frozen=True)
class Estimate:
    """An estimate with its confidence interval, P value, number of patients and standard error."""

    value: float
    lower: float = math.nan
    upper: float = math.nan
    level: float = 0.95
    p: float | None = None
    n: int | None = None
    se: float = math.nan

    def __post_init__(self):
        """Reject an impossible level and limits in the wrong order."""
        _checks.level(self.level)
        if self.lower > self.upper:
            raise ValueError(f"lower: expected at most upper = {self.upper}, got {self.lower}")

    def __format__(self, spec):
        """Format all three numbers alike, as in ``f"{estimate:.3f}"``."""
        spec = spec or ".3f"
        text = number(self.value, spec)
        if not (math.isnan(self.lower) and math.isnan(self.upper)):
            lower, upper = number(self.lower, spec), number(self.upper, spec)
            text += f" ({100 * self.level:g} % CI {lower} to {upper})"
        return text

    def __str__(self):
        """Return the estimate with three decimals."""
        return f"{self}"


def number(value, spec=".2f"):
    """Format a number for readers: what rounds to zero has no sign, as with ``z`` in f-strings.

    The sign of a rounded zero hangs on a last bit, on which processors disagree.

    >>> number(-0.001), number(-0.01)
    ('0.00', '-0.01')
    """
    if not _checks.is_number(value):
        raise ValueError(f"value: expected a number, got {value!r:.60}")
    try:
        text = format(float(value), spec)
    except OverflowError:
        raise ValueError(f"value: expected a smaller number, got {value!r:.60}") from None
    except (TypeError, ValueError):
        raise ValueError(f"spec: expected a format of numbers, got {spec!r:.60}") from None
    return text if re.search("[1-9]|inf|nan", text.lower()) else format(abs(float(value)), spec)


def format_p(p):
    """Print a P value as journals do: three decimals, ``< 0.001`` below that."""
    _checks.real("p", p)
    if not 0 <= p <= 1:
        raise ValueError(f"p: expected a number between 0 and 1, got {p!r}")
    return "< 0.001" if p < 0.001 else f"{p:z.3f}"
