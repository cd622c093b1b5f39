"""Laboratory values: their units, what is plausible, and the wrong unit that a value betrays."""

from dataclasses import dataclass, field

from . import _checks


@dataclass(frozen=True)
class Quantity:
    """A laboratory value: its unit here, its plausibility limits, other units in use.

    Parameters
    ----------
    unit : str
        The unit that the indices expect.
    low, high : float
        Smallest and largest plausible value, both allowed, in ``unit``.
    others : dict of str to float
        Other units, each with the factor that brings it to ``unit``.
    percentage : bool, default False
        Whether laboratories also print it as a percentage of the white cells, which no factor
        can convert.
    """

    unit: str
    low: float
    high: float
    others: dict = field(default_factory=dict)
    percentage: bool = False


_PER_MICROLITRE = {"per µL": 1e-3, "10³/µL": 1.0}

# How the limits were chosen is said at ``hccbook.indices.QUANTITIES``.
QUANTITIES = {
    "albumin": Quantity("g/L", 10, 70, {"g/dL": 10.0}),
    "bilirubin": Quantity("µmol/L", 1.7, 1200, {"mg/dL": 17.1}),
    "neutrophils": Quantity("10⁹/L", 0, 50, _PER_MICROLITRE, percentage=True),
    "lymphocytes": Quantity("10⁹/L", 0.01, 15, _PER_MICROLITRE, percentage=True),
    "platelets": Quantity("10⁹/L", 1, 2500, _PER_MICROLITRE | {"10⁴/µL": 10.0, "10¹²/L": 1e3}),
    "crp": Quantity("mg/L", 0.1, 600, {"mg/dL": 10.0}),
    "afp": Quantity("ng/mL", 0.1, 1e7, {"µg/L": 1.0, "IU/mL": 1.21, "µg/mL": 1e3}),
    "score": Quantity("the ALBI score", -6, 1.2),
}


def convert(name, values, unit):
    """Bring laboratory values to the unit that the indices expect.

    Parameters
    ----------
    name : str
        What was measured, a key of :data:`QUANTITIES`.
    values : float or array_like of float, shape (n,)
        Measurements in ``unit``.
    unit : str
        Their unit: the expected one or one of the quantity's ``others``.

    Returns
    -------
    float or numpy.ndarray, shape (n,)
        In the unit of :data:`QUANTITIES`.

    Raises
    ------
    ValueError
        If ``name`` or ``unit`` is unknown, or a value is not plausible in ``unit``.

    Examples
    --------
    >>> convert("albumin", 3.9, "g/dL")
    39.0
    """
    _checks.one_of("name", name, tuple(QUANTITIES))
    known_unit("unit", name, unit)
    (array,), scalar = read({name: values}, {name: unit})
    return give(array, scalar)


def read(arguments, units=None):
    """Check each argument; return them as arrays in the expected units, and if all were scalars."""
    row = {name: _checks.sequence(name, values).ndim > 0 for name, values in arguments.items()}
    scalar = not any(row.values())
    if scalar:
        arguments = {name: [values] for name, values in arguments.items()}
    elif not all(row.values()):
        one, several = min(row, key=row.get), max(row, key=row.get)
        raise ValueError(
            f"{one}: expected values, as many as {several}, got {arguments[one]!r:.60}"
        )
    arrays = zip(arguments, _checks.together(**arguments), strict=True)
    units = {name: QUANTITIES[name].unit for name in arguments} | (units or {})
    return [_plausible(name, array, units[name]) for name, array in arrays], scalar


def known_unit(argument, name, unit):
    """Reject a unit that the quantity does not have."""
    _checks.one_of(argument, unit, (QUANTITIES[name].unit, *QUANTITIES[name].others))


def _plausible(name, array, unit):
    """Bring an array to the expected unit, or say what is wrong and which unit would explain it."""
    quantity = QUANTITIES[name]
    factors = {quantity.unit: 1.0, **quantity.others}
    low, high = quantity.low, quantity.high
    converted = array * factors[unit]
    wrong = (converted < low) | (converted > high)
    if not wrong.any():
        return converted
    at = int(wrong.argmax())
    value, hint = array[at], ""
    seen = [
        f"{other} ({value * factor / factors[unit]:z.4g} {unit})"
        for other, factor in factors.items()
        if low <= value * factor <= high
    ]
    if quantity.percentage and high < value <= 100:
        hint = ", which looks like a percentage of the white cells"
    elif seen:
        hint = f", which looks like {' or '.join(seen)}"
    elif name == "crp" and value == 0:
        hint = "; below the limit of detection, give that limit"
    raise ValueError(
        f"{name}: expected {unit} from {low / factors[unit]:g} to {high / factors[unit]:g}, "
        f"got {value:g} at position {at}{hint}"
    )


def give(result, scalar):
    """Return the only value of an array if the arguments were numbers."""
    return result[0].item() if scalar else result
