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
