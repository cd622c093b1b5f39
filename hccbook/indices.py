"""Indices from blood counts and liver tests: each value in one stated unit, an index out.

The units are those of :data:`QUANTITIES`; :func:`convert` brings others there. C-reactive protein
has no unit of its own: laboratories report mg/L as often as mg/dL and 5 is ordinary in both, so
its unit must be named in the call.

A value outside its plausibility limits is refused, with the unit that would explain it. The
limits ask "can this be the stated unit?", not "is this patient healthy?", and cannot catch
everything: a bilirubin of 2 may be 2 µmol/L or 2 mg/dL. But a whole column in a wrong unit almost
always has a value that gives it away.

All functions take one value or one-dimensional arrays of equal length (one value a patient), and
return a number for numbers and an array for arrays. Missing values are refused.
"""

import unicodedata
from functools import partial, reduce, wraps
from inspect import cleandoc, signature
from typing import NamedTuple

import numpy as np

from . import _checks

__all__ = [
    "QUANTITIES",
    "Quantity",
    "albi",
    "albi_grade",
    "cally",
    "convert",
    "crafity",
    "malbi_grade",
    "nlr",
    "plr",
    "pni",
    "sii",
]
__dir__ = __all__.copy


class Quantity(NamedTuple):
    """A laboratory value: its unit here, its plausibility limits, other units in use."""

    unit: str  # that the indices expect
    low: float  # smallest and ...
    high: float  # ... largest plausible value, both allowed, in ``unit``
    others: dict  # other units, each with the factor that brings it to ``unit``
    percentage: bool = False  # of the white cells: so printed too, and no factor converts that


_PER_MICROLITRE = {"per µL": 1e-3, "10³/µL": 1.0}

#: Each argument with its unit, its plausibility limits and other units in use. Albumin begins
#: at 10 g/L, so that no value in g/dL (at most 7) can pass. Bilirubin goes from 0.1 mg/dL, the
#: least that laboratories print, to 70 mg/dL; neutrophils end at the border of a leukaemoid
#: reaction; lymphocytes end where lymphocytic leukaemia is the better explanation, and cannot be
#: 0, since they are divided by; CRP begins at the limit of detection of sensitive assays.
#: 1 mg/dL of bilirubin is 17.1 µmol/L, 1 IU of AFP is 1.21 ng, 1 mg of CRP is 9.524 nmol (as
#: the JAMA Network's journals convert it).
#:
#: :meta hide-value:
QUANTITIES = {
    "albumin": Quantity("g/L", 10, 70, {"g/dL": 10.0}),
    "bilirubin": Quantity("µmol/L", 1.7, 1200, {"mg/dL": 17.1}),
    "neutrophils": Quantity("10⁹/L", 0, 50, _PER_MICROLITRE, percentage=True),
    "lymphocytes": Quantity("10⁹/L", 0.01, 15, _PER_MICROLITRE, percentage=True),
    "platelets": Quantity("10⁹/L", 1, 2500, _PER_MICROLITRE | {"10⁴/µL": 10.0, "10¹²/L": 1e3}),
    "crp": Quantity("mg/L", 0.1, 600, {"mg/dL": 10.0, "nmol/L": 1 / 9.524}),
    "afp": Quantity("ng/mL", 0.1, 1e7, {"µg/L": 1.0, "IU/mL": 1.21, "kU/L": 1.21, "µg/mL": 1e3}),
    "score": Quantity("the ALBI score", -6, 1.2, {}),
}

#: How laboratories spell parts of units, in small letters without signs, and what is read.
_SPELLINGS = {
    "mcg": "ug",
    "cells": "",
    "per": "/",
    "mm3": "ul",
    "100ml": "dl",
    "%": "/dl",
    "k/": "103/",
}
_SIGNS = str.maketrans("μ", "u", " ^*×x")


def convert(name, values, unit):
    """Bring laboratory values to the unit that the indices expect.

    Parameters
    ----------
    name : str
        What was measured, a key of :data:`QUANTITIES`.
    values : float or array_like of float, shape (n,)
        Measurements in ``unit``.
    unit : str
        Their unit: the expected one or one of the quantity's ``others``, as laboratories spell it:
        with either letter µ or u, in small letters, ``10^9/L``, ``x10*3/uL``, ``K/µL``, ``/mm³``,
        ``g/100 mL``.

    Returns
    -------
    float or numpy.ndarray, shape (n,)
        In the unit of :data:`QUANTITIES`.

    Examples
    --------
    >>> convert("albumin", 3.9, "g/dL")
    39.0
    """
    _checks.one_of("name", name, tuple(QUANTITIES))
    return _apply(lambda **value: value[name], {name: values}, {name: unit})


def _index(formula):
    """Make a function that checks and converts first, and says the units in its help."""
    named = signature(formula)

    @wraps(formula)
    def index(*args, **kwargs):
        values = named.bind(*args, **kwargs).arguments
        if "crp_unit" not in values:
            return _apply(formula, values)
        unit = values.pop("crp_unit")
        return _apply(partial(formula, crp_unit=unit), values, {"crp": unit}, "crp_unit")

    texts = {
        name: f"float or array_like of float, shape (n,)\n    {quantity.unit}."
        for name, quantity in QUANTITIES.items()
    }
    texts["crp"] = texts["crp"].replace("mg/L", "``crp_unit``; if below a limit of detection, that")
    texts["crp_unit"] = '{"mg/L", "mg/dL", "nmol/L"}\n    Must be named: see the top of the module.'
    parameters = "\n".join(f"{name} : {texts[name]}" for name in named.parameters)
    index.__doc__ = f"{cleandoc(formula.__doc__)}\n\nParameters\n----------\n{parameters}\n"
    return index


@_index
def nlr(neutrophils, lymphocytes):
    """Neutrophil-to-lymphocyte ratio; no unit (Zahorec, Bratisl Lek Listy 2001;102:5).

    >>> nlr(4.5, 1.5)
    3.0
    """
    return neutrophils / lymphocytes


@_index
def plr(platelets, lymphocytes):
    """Platelet-to-lymphocyte ratio; no unit (Smith et al., Am J Surg 2009;197:466).

    >>> plr(150, 1.5)
    100.0
    """
    return platelets / lymphocytes


@_index
def sii(platelets, neutrophils, lymphocytes):
    """Systemic immune-inflammation index, 10⁹/L (Hu et al., Clin Cancer Res 2014;20:6212).

    The cut-off that its authors print as 330 × 10⁹ is 330 here.

    >>> sii(150, 4.0, 1.5)
    400.0
    """
    return platelets * neutrophils / lymphocytes


@_index
def pni(albumin, lymphocytes):
    """Prognostic nutritional index of Onodera, ``albumin + 5 lymphocytes``.

    That is the published ``10 albumin + 0.005 lymphocytes`` with albumin in g/dL and lymphocytes
    per mm³ (Onodera, Goseki & Kosaki, Nihon Geka Gakkai Zasshi 1984;85:1001).

    >>> pni(40, 1.5)
    47.5
    """
    return albumin + 5 * lymphocytes


@_index
def albi(albumin, bilirubin):
    """Albumin-bilirubin score, ``0.66 log10(bilirubin) - 0.085 albumin``; lower is better.

    Johnson et al., J Clin Oncol 2015;33:550.

    >>> albi(40, 10)
    -2.74
    """
    return 0.66 * np.log10(bilirubin) - 0.085 * albumin


@_index
def albi_grade(score):
    """ALBI grade: 1 up to -2.60, 2 up to -1.39, 3 above (Johnson et al., as for :func:`albi`).

    >>> albi_grade([-2.60, -2.59, -1.39, -1.38])
    array([1, 2, 2, 3])
    """
    return 1 + np.searchsorted([-2.60, -1.39], score)


@_index
def malbi_grade(score):
    """Return the modified ALBI grade: "1" to -2.60, "2a" to -2.270, "2b" to -1.39, "3" above.

    Hiraoka et al., Liver Cancer 2017;6:325. That a score of exactly -2.270 is 2a is our reading,
    as the other ends belong to the lower grade.

    >>> malbi_grade(-2.3)
    '2a'
    """
    return np.array(["1", "2a", "2b", "3"])[np.searchsorted([-2.60, -2.270, -1.39], score)]


@_index
def crafity(afp, crp, *, crp_unit):
    """CRAFITY score (CRP and AFP in immunotherapy): 0, 1 or 2.

    A point for AFP of at least 100 ng/mL, a point for CRP of at least 1 mg/dL (Scheiner et al.,
    J Hepatol 2022;76:353).

    >>> crafity([99, 100, 400], [9.9, 9.9, 10], crp_unit="mg/L")
    array([0, 1, 2])
    """
    return (afp >= 100).astype(int) + (crp >= 10)


@_index
def cally(crp, albumin, lymphocytes, *, crp_unit):
    """CRP-albumin-lymphocyte (CALLY) index; higher is better.

    ``albumin · lymphocytes / (CRP · 10⁴)`` with albumin in g/dL, lymphocytes per µL and CRP in
    mg/dL (Iida et al., HPB 2022;24:101).

    >>> cally(1.0, 40, 1.5, crp_unit="mg/L")
    6.0
    """
    # (albumin / 10) · (1000 lymphocytes) / (crp / 10 · 10⁴)
    return albumin * lymphocytes / (10 * crp)


def _apply(formula, values, units=None, argument="unit"):
    """Check values, bring them to the expected units, apply a formula; numbers for numbers."""
    units = {name: _known(argument, unit, name) for name, unit in (units or {}).items()}
    rows = {name: _checks.sequence(name, value).ndim > 0 for name, value in values.items()}
    scalar = not any(rows.values())
    if scalar:
        values = {name: [value] for name, value in values.items()}
    elif not all(rows.values()):
        one, several = min(rows, key=rows.get), max(rows, key=rows.get)
        raise ValueError(f"{one}: expected values, as many as {several}, got {values[one]!r:.60}")
    arrays = zip(values, _checks.together(**values), strict=True)
    units = {name: QUANTITIES[name].unit for name in values} | units
    result = formula(**{name: _plausible(name, array, units[name]) for name, array in arrays})
    return result[0].item() if scalar else result


def _known(argument, unit, name):
    """Return the unit of a quantity that is spelt so."""
    units = (QUANTITIES[name].unit, *QUANTITIES[name].others)
    spelt = {_plain(x): x for x in units}
    unit = spelt.get(_plain(unit), unit) if isinstance(unit, str) else unit
    _checks.one_of(argument, unit, units)
    return unit


def _plain(unit):
    """Spell a unit in one way: ``x10³/μL`` as ``103/ul``."""
    text = unicodedata.normalize("NFKC", unit).lower().translate(_SIGNS)
    return reduce(lambda so_far, change: so_far.replace(*change), _SPELLINGS.items(), text)


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
