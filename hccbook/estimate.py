"""Numbers as papers print them, and estimates with their intervals."""

import math
import re
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from . import _checks

__all__ = ["Estimate", "Printed", "as_printed", "format_number", "format_p", "parse"]
__dir__ = __all__.copy

#: Limits of 95 % are so many standard errors from a normal estimate.
Z95 = 1.959963984540054

_MINUS, _POINT, _THIN = "-−–‐‑‒", ".·∙⋅", "\u00a0\u2006-\u2009\u202f"
_POWER = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺−–‐‑‒", "0123456789-+-----")
# Commas or thin spaces between thousands, a point or a comma before decimals, a power of ten.
_NUMBER = re.compile(
    rf"""(?P<relation>[<>≤≥=]?)\s*(?P<sign>[{_MINUS}+]?)(?:
    (?P<grouped>[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+(?:[{_POINT}][0-9]+)?)
    |(?P<plain>(?:[1-9][0-9]{{0,2}}(?:[{_THIN}][0-9]{{3}})+|[0-9]+)(?:[{_POINT},][0-9]+)?
        |[{_POINT}][0-9]+)
    )(?:[eE](?P<e>[{_MINUS}+]?[0-9]+)|\s*[×x*]\s*10(?:\^?(?P<up>[⁻⁺]?[⁰¹²³⁴-⁹]+)
        |(?:\^\(?|(?=[{_MINUS}+]))(?P<power>[{_MINUS}+]?[0-9]+)\)?))?\s*%?
    |(?P<open>NE|NR|N\.E\.|N\.R\.|[Nn]ot\ (?:reached|estimable)|—)""",
    re.VERBOSE,
)
_ANY = re.sub(r"\?P<\w+>", "?:", _NUMBER.pattern)
_PARTS = re.compile(
    rf"""({_ANY})[\s,;:(\[]+(?:(?:[0-9.]+\s*%?\s*)?(?:CI|CrI|confidence\ interval)[\s:,;=(\[]*)?
    ({_ANY})\s*(?:[{_MINUS},;:]|to)\s*({_ANY})(?:[\s,;()\]]+[Pp][{_MINUS}\s]*(?:value)?[\s=]*({_ANY}))?
    \s*[)\]]*""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Printed:
    """A number as a paper prints it, with the interval of values that print so.

    Parameters
    ----------
    text : str
        The printed string, such as ``"0.269"``, ``"<.001"``, ``"1,508"`` or ``"1.2 × 10⁻⁵"``.
        Every hyphen and dash is a minus, a raised point is a point, and a ``%`` at the end is
        understood. A comma before three digits, or a thin space, separates thousands
        (``"1,508"``); any other comma is a decimal one (``"1,91"``). ``"NE"``, ``"NR"`` and a long
        dash stand for what could not be estimated.
    within : pair of numbers, optional
        From where to where any such number lies, such as 0 to 1 for a P value.

    Attributes
    ----------
    value : fractions.Fraction or float
        The printed number itself, without its ``<`` or ``>``; NaN for ``"NE"``.
    decimals : int
        Digits after the decimal point; ``unit`` is one unit in the last of them.
    relation : {"=", "<", ">", ""}
        ``"<"`` for ``< 0.001``, ``"="`` for a plain number, ``""`` for ``"NE"``.
    low, high : fractions.Fraction or float
        The closed interval of values that print as ``text``. Both ends belong to it,
        because programs disagree on how a value exactly half way is rounded. The open
        side of ``<`` and ``>`` is infinite, and so are both of ``"NE"``.

    Examples
    --------
    >>> Printed("89.4").low, Printed("89.4").high
    (Fraction(1787, 20), Fraction(1789, 20))
    """

    text: str
    within: tuple = field(default=(-math.inf, math.inf), compare=False, repr=False)

    def __post_init__(self):
        """Reject what is not one printed number."""
        if not isinstance(self.text, str) or not _NUMBER.fullmatch(self.text.strip()):
            raise ValueError(
                f"text: expected one printed number such as '0.269' or '< 0.001', got {self.text!r}"
            )

    @cached_property
    def _parts(self):
        """Relation, digits with sign and decimal point, and the power of ten."""
        found = _NUMBER.fullmatch(self.text.strip())
        if found["open"]:
            return "", "nan", 0
        digits = (found["grouped"] or "").replace(",", "") or found["plain"].replace(",", ".")
        digits = re.sub(f"[{_POINT}]", ".", re.sub(f"[{_THIN}]", "", digits))
        sign = "-" if found["sign"] and found["sign"] in _MINUS else ""
        power = found["e"] or found["up"] or found["power"] or "0"
        relation = {"": "=", "≤": "<", "≥": ">"}.get(found["relation"], found["relation"])
        return relation, sign + digits, int(power.translate(_POWER))

    @cached_property
    def value(self):
        """The printed number, exactly."""
        relation, digits, power = self._parts
        return Fraction(digits) * Fraction(10) ** power if relation else math.nan

    @cached_property
    def decimals(self):
        """Digits after the decimal point; of ``1.2e-5`` they are 6."""
        return len(self._parts[1].partition(".")[2]) - self._parts[2]

    @cached_property
    def unit(self):
        """One unit in the last printed place."""
        return Fraction(10) ** -self.decimals

    @cached_property
    def relation(self):
        """How the number bounds the value: '=', '<', '>' or, if not at all, ''."""
        return self._parts[0]

    @cached_property
    def low(self):
        """Smallest value that prints so."""
        half = self.unit / 2
        return {"=": self.value - half, ">": self.value}.get(self.relation, -math.inf)

    @cached_property
    def high(self):
        """Largest value that prints so."""
        half = self.unit / 2
        return {"=": self.value + half, "<": self.value}.get(self.relation, math.inf)

    @cached_property
    def possible(self):
        """Whether any such number prints so: no P value prints as 1.2, nor as < 1.2."""
        box = (self.low, self.high) if self.relation == "=" else (self.value, self.value)
        return not (box[0] > self.within[1] or box[1] < self.within[0])

    def admits(self, value):
        """Say whether ``value`` prints as this number (both neighbours of a tie count)."""
        return bool(self.low <= value <= self.high)

    def __str__(self):
        """Return the printed text."""
        return self.text

    def __float__(self):
        """Return the printed number as a float."""
        return float(self.value)


def as_printed(number, name="text"):
    """Return a string or :class:`Printed` as :class:`Printed`; an error calls it ``name``.

    A float or an int is refused: it has forgotten how it was printed.
    """
    try:
        return number if isinstance(number, Printed) else Printed(number)
    except ValueError as error:
        raise ValueError(f"{name}{str(error).removeprefix('text')}") from None


def parse(text):
    """Take an estimate with its limits apart, and its P value where that stands behind them.

    The parts are printed strings, in the order in which checks take them.

    Examples
    --------
    >>> parse("0.66 (0.52–0.85)"), parse("−1.2 (95 % CI −2.3 to −0.1); P = .03")
    (('0.66', '0.52', '0.85'), ('−1.2', '−2.3', '−0.1', '.03'))
    """
    found = isinstance(text, str) and _PARTS.fullmatch(text.strip())
    if not found:
        raise ValueError(
            f"text: expected an estimate with limits such as '0.66 (0.52–0.85)', got {text!r:.60}"
        )
    return tuple(part.strip() for part in found.groups() if part)


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
        """Reject what is no number, an impossible level and limits in the wrong order."""
        _checks.level(self.level)
        for name in ("value", "lower", "upper", "se"):
            if not _checks.is_number(number := getattr(self, name)):
                raise ValueError(f"{name}: expected a number, or NaN, got {number!r:.60}")
        if self.lower > self.upper:
            raise ValueError(f"lower: expected at most upper = {self.upper}, got {self.lower}")

    def __format__(self, spec):
        """Format all three numbers alike, as in ``f"{estimate:.3f}"``."""
        spec = spec or ".3f"
        text = format_number(self.value, spec)
        if not (math.isnan(self.lower) and math.isnan(self.upper)):
            lower, upper = format_number(self.lower, spec), format_number(self.upper, spec)
            text += f" ({100 * self.level:g} % CI {lower} to {upper})"
        return text

    def __str__(self):
        """Return the estimate with three decimals."""
        return f"{self}"


def format_number(value, spec=".2f"):
    """Format a number for readers: what rounds to zero has no sign, as with ``z`` in f-strings.

    The sign of a rounded zero hangs on a last bit, on which processors disagree.

    >>> format_number(-0.001), format_number(-0.01)
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
