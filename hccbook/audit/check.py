"""The result of one check, and how its verdict is reached."""

from dataclasses import dataclass

from .. import _checks
from ..estimate import printed as as_printed

#: How well a computed number fits a printed one; the data dictionary defines each word.
VERDICTS = ("exact", "rounding", "compatible", "missed", "contradicted", "untestable")


@dataclass(frozen=True)
class Check:
    """What one check found.

    Parameters
    ----------
    family : str
        Which relation was checked, for example ``"percentage and count"``.
    printed : str
        The printed number that was checked.
    computed : float
        The recomputed value, in the unit of ``printed``.
    lower, upper : float
        The whole range of recomputed values that the rounding of the inputs allows.
    verdict : str
        One of :data:`VERDICTS`.
    explanation : str
        One line that says how the number was reached.
    """

    family: str
    printed: str
    computed: float
    lower: float
    upper: float
    verdict: str
    explanation: str


def judge(printed, computed, lower=None, upper=None):
    """Compare a printed number with a recomputed one and its range.

    Parameters
    ----------
    printed : str or Printed
        The number as printed.
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

    Raises
    ------
    ValueError
        If ``computed`` or a limit is not a number, or ``lower`` exceeds ``upper``.
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
    printed : str
        The number or word that is checked.
    other : str
        The same quantity, printed elsewhere.
    whole : bool
        Whether the two are counts, which are not rounded.

    Returns
    -------
    Check
        ``exact`` if the two print alike, ``compatible`` if one value can print as both
        (``"0.81"`` and ``"0.811"``; never of counts), else ``contradicted``.

    Raises
    ------
    ValueError
        If one is a number and the other a word, one is empty, or ``whole`` asks for counts
        and one has decimals.
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
    apart = whole or low > high
    verdict = "exact" if alike else "contradicted" if apart else "compatible"
    ends = (float(second),) * 2 if whole else (float(second.low), float(second.high))
    return Check(family, str(number), float(second.value), *ends, verdict, explanation)


def _has_digit(text):
    return any(character.isdigit() for character in text)
