"""Indices from blood counts and liver tests: each value in one stated unit, an index out.

The units are those of :data:`QUANTITIES`: g/L for albumin, µmol/L for bilirubin, 10⁹/L for all
blood cells.

Every value is compared with plausibility limits. One outside them is refused, with the unit
that would explain it. The limits are wide, since they ask "can this be the stated unit?", not "is
this patient healthy?". They cannot catch everything: a bilirubin of 2 may be 2 µmol/L or 2 mg/dL.
But a whole column in a wrong unit almost always has a value that gives it away.

All functions take one value or one-dimensional arrays of equal length (one value a patient), and
return a number for numbers and an array for arrays. Missing values are refused with a ValueError
that names the argument, like implausible ones: drop or impute them first.
"""

from dataclasses import dataclass, field

import numpy as np

from . import _checks

__all__ = ["QUANTITIES", "Quantity", "albi", "plr", "pni", "sii"]
__dir__ = __all__.copy


@dataclass(frozen=True)
class Quantity:
    """A laboratory value: its unit here, its plausibility limits, other units in use."""

    unit: str
    low: float  # both limits are allowed
    high: float
    others: dict = field(default_factory=dict)  # unit to the factor that brings it to ``unit``
    percentage: bool = False  # of the white cells, which no factor can convert


_PER_MICROLITRE = {"per µL": 1e-3, "10³/µL": 1.0}

#: Each argument with its unit, its plausibility limits and other units in use. Albumin begins
#: at 10 g/L, so that no value in g/dL (at most 7) can pass. Bilirubin goes from 0.1 mg/dL, the
#: least that laboratories print, to 70 mg/dL; neutrophils end at the border of a leukaemoid
#: reaction; lymphocytes end where lymphocytic leukaemia is the better explanation, and cannot be
#: 0, since they are divided by. 1 mg/dL of bilirubin is 17.1 µmol/L.
#:
#: :meta hide-value:
QUANTITIES = {
    "albumin": Quantity("g/L", 10, 70, {"g/dL": 10.0}),
    "bilirubin": Quantity("µmol/L", 1.7, 1200, {"mg/dL": 17.1}),
    "neutrophils": Quantity("10⁹/L", 0, 50, _PER_MICROLITRE, percentage=True),
    "lymphocytes": Quantity("10⁹/L", 0.01, 15, _PER_MICROLITRE, percentage=True),
    "platelets": Quantity("10⁹/L", 1, 2500, _PER_MICROLITRE | {"10⁴/µL": 10.0, "10¹²/L": 1e3}),
}


def plr(platelets, lymphocytes):
    """Platelet-to-lymphocyte ratio.

    Parameters
    ----------
    platelets, lymphocytes : float or array_like of float, shape (n,)
        Counts, 10⁹/L.

    Returns
    -------
    float or numpy.ndarray, shape (n,)
        Platelets divided by lymphocytes; no unit.

    References
    ----------
    Smith et al., Am J Surg 2009;197:466.
    """
    return _index(lambda p, ly: p / ly, platelets=platelets, lymphocytes=lymphocytes)


def sii(platelets, neutrophils, lymphocytes):
    """Systemic immune-inflammation index; counts in 10⁹/L.

    Platelets times neutrophils divided by lymphocytes, 10⁹/L: the cut-off that its authors print
    as 330 × 10⁹ is 330 here.

    References
    ----------
    Hu et al., Clin Cancer Res 2014;20:6212.
    """
    counts = {"platelets": platelets, "neutrophils": neutrophils, "lymphocytes": lymphocytes}
    return _index(lambda p, n, ly: p * n / ly, **counts)


def pni(albumin, lymphocytes):
    """Prognostic nutritional index of Onodera; g/L and 10⁹/L.

    ``albumin + 5 lymphocytes``, which is the published ``10 albumin + 0.005 lymphocytes`` with
    albumin in g/dL and lymphocytes per mm³.

    References
    ----------
    Onodera, Goseki & Kosaki, Nihon Geka Gakkai Zasshi 1984;85:1001.
    """
    return _index(lambda a, ly: a + 5 * ly, albumin=albumin, lymphocytes=lymphocytes)


def albi(albumin, bilirubin):
    """Albumin-bilirubin score.

    Parameters
    ----------
    albumin, bilirubin : float or array_like of float, shape (n,)
        Serum albumin, g/L, and total bilirubin, µmol/L.

    Returns
    -------
    float or numpy.ndarray, shape (n,)
        ``0.66 log10(bilirubin) - 0.085 albumin``; lower is better. Up to -2.60 it is grade 1, up
        to -1.39 grade 2, above grade 3.

    References
    ----------
    Johnson et al., J Clin Oncol 2015;33:550.

    Examples
    --------
    >>> albi(40, 10)
    -2.74
    """
    return _index(lambda a, b: 0.66 * np.log10(b) - 0.085 * a, albumin=albumin, bilirubin=bilirubin)


def _index(formula, **values):
    """Check the values and apply the formula; numbers give a number."""
    row = {name: _checks.sequence(name, value).ndim > 0 for name, value in values.items()}
    scalar = not any(row.values())
    if scalar:
        values = {name: [value] for name, value in values.items()}
    elif not all(row.values()):
        one, several = min(row, key=row.get), max(row, key=row.get)
        raise ValueError(f"{one}: expected values, as many as {several}, got {values[one]!r:.60}")
    arrays = _checks.together(**values)
    for name, array in zip(values, arrays, strict=True):
        _plausible(name, array)
    result = formula(*arrays)
    return result[0].item() if scalar else result


def _plausible(name, array):
    """Refuse implausible values, and say which unit would explain the first."""
    quantity = QUANTITIES[name]
    low, high = quantity.low, quantity.high
    wrong = (array < low) | (array > high)
    if not wrong.any():
        return
    at = int(wrong.argmax())
    value, hint = array[at], ""
    seen = [
        f"{other} ({value * factor:z.4g} {quantity.unit})"
        for other, factor in quantity.others.items()
        if low <= value * factor <= high
    ]
    if quantity.percentage and high < value <= 100:
        hint = ", which looks like a percentage of the white cells"
    elif seen:
        hint = f", which looks like {' or '.join(seen)}"
    raise ValueError(
        f"{name}: expected {quantity.unit} from {low:g} to {high:g}, "
        f"got {value:g} at position {at}{hint}"
    )
