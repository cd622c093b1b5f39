"""Indices from blood counts and liver tests: each value in one stated unit, an index out.

The units are those of :data:`QUANTITIES`: g/L for albumin, µmol/L for bilirubin, 10⁹/L for all
blood cells, ng/mL for AFP. :func:`convert` brings other units there. C-reactive protein has no
unit of its own: laboratories report mg/L as often as mg/dL and 5 is ordinary in both, so its unit
must be named in the call.

Every value is compared with plausibility limits. One outside them is refused, with the unit
that would explain it. The limits are wide, since they ask "can this be the stated unit?", not "is
this patient healthy?". They cannot catch everything: a bilirubin of 2 may be 2 µmol/L or 2 mg/dL.
But a whole column in a wrong unit almost always has a value that gives it away.

All functions take one value or one-dimensional arrays of equal length (one value a patient), and
return a number for numbers and an array for arrays. Missing values are refused: drop or impute
them first.
"""

import numpy as np

from . import _units
from ._units import Quantity, convert, give, known_unit, read

__all__ = [
    "ALBI_GRADES",
    "MALBI_SPLIT",
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

#: Each argument with its unit, its plausibility limits and other units in use. Albumin begins
#: at 10 g/L, so that no value in g/dL (at most 7) can pass. Bilirubin goes from 0.1 mg/dL, the
#: least that laboratories print, to 70 mg/dL; neutrophils end at the border of a leukaemoid
#: reaction; lymphocytes end where lymphocytic leukaemia is the better explanation, and cannot be
#: 0, since they are divided by; CRP begins at the limit of detection of sensitive assays.
#: 1 mg/dL of bilirubin is 17.1 µmol/L, 1 IU of AFP is 1.21 ng.
#:
#: :meta hide-value:
QUANTITIES = _units.QUANTITIES

#: Upper ends of the ALBI grades 1 and 2; a score at the end belongs to the lower grade.
ALBI_GRADES = (-2.60, -1.39)

#: Where the modified ALBI grade splits grade 2 into 2a and 2b.
MALBI_SPLIT = -2.270


def nlr(neutrophils, lymphocytes):
    """Neutrophil-to-lymphocyte ratio.

    Parameters
    ----------
    neutrophils, lymphocytes : float or array_like of float, shape (n,)
        Counts, 10⁹/L.

    Returns
    -------
    float or numpy.ndarray, shape (n,)
        Neutrophils divided by lymphocytes; no unit.

    Raises
    ------
    ValueError
        If a value is missing or not plausible in its unit, or the lengths differ.

    References
    ----------
    Zahorec, Bratisl Lek Listy 2001;102:5.

    Examples
    --------
    >>> nlr(4.5, 1.5)
    3.0
    """
    (neutrophils, lymphocytes), scalar = read(
        {"neutrophils": neutrophils, "lymphocytes": lymphocytes}
    )
    return give(neutrophils / lymphocytes, scalar)


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

    Raises
    ------
    ValueError
        As :func:`nlr`.

    References
    ----------
    Smith et al., Am J Surg 2009;197:466.

    Examples
    --------
    >>> plr(150, 1.5)
    100.0
    """
    (platelets, lymphocytes), scalar = read({"platelets": platelets, "lymphocytes": lymphocytes})
    return give(platelets / lymphocytes, scalar)


def sii(platelets, neutrophils, lymphocytes):
    """Systemic immune-inflammation index.

    Parameters
    ----------
    platelets, neutrophils, lymphocytes : float or array_like of float, shape (n,)
        Counts, 10⁹/L.

    Returns
    -------
    float or numpy.ndarray, shape (n,)
        Platelets times neutrophils divided by lymphocytes, 10⁹/L: the cut-off that its authors
        print as 330 × 10⁹ is 330 here.

    Raises
    ------
    ValueError
        As :func:`nlr`.

    References
    ----------
    Hu et al., Clin Cancer Res 2014;20:6212.

    Examples
    --------
    >>> sii(150, 4.0, 1.5)
    400.0
    """
    (platelets, neutrophils, lymphocytes), scalar = read(
        {"platelets": platelets, "neutrophils": neutrophils, "lymphocytes": lymphocytes}
    )
    return give(platelets * neutrophils / lymphocytes, scalar)


def pni(albumin, lymphocytes):
    """Prognostic nutritional index of Onodera.

    Parameters
    ----------
    albumin : float or array_like of float, shape (n,)
        Serum albumin, g/L.
    lymphocytes : float or array_like of float, shape (n,)
        Count, 10⁹/L.

    Returns
    -------
    float or numpy.ndarray, shape (n,)
        ``albumin + 5 lymphocytes``, which is the published ``10 albumin + 0.005 lymphocytes``
        with albumin in g/dL and lymphocytes per mm³.

    Raises
    ------
    ValueError
        As :func:`nlr`.

    References
    ----------
    Onodera, Goseki & Kosaki, Nihon Geka Gakkai Zasshi 1984;85:1001.

    Examples
    --------
    >>> pni(40, 1.5)
    47.5
    """
    (albumin, lymphocytes), scalar = read({"albumin": albumin, "lymphocytes": lymphocytes})
    return give(albumin + 5 * lymphocytes, scalar)


def albi(albumin, bilirubin):
    """Albumin-bilirubin score.

    Parameters
    ----------
    albumin : float or array_like of float, shape (n,)
        Serum albumin, g/L.
    bilirubin : float or array_like of float, shape (n,)
        Total bilirubin, µmol/L.

    Returns
    -------
    float or numpy.ndarray, shape (n,)
        ``0.66 log10(bilirubin) - 0.085 albumin``; lower is better. Give it to
        :func:`albi_grade` or :func:`malbi_grade`.

    Raises
    ------
    ValueError
        As :func:`nlr`.

    References
    ----------
    Johnson et al., J Clin Oncol 2015;33:550.

    Examples
    --------
    >>> albi(40, 10)
    -2.74
    """
    (albumin, bilirubin), scalar = read({"albumin": albumin, "bilirubin": bilirubin})
    return give(0.66 * np.log10(bilirubin) - 0.085 * albumin, scalar)


def albi_grade(score):
    """ALBI grade.

    Parameters
    ----------
    score : float or array_like of float, shape (n,)
        From :func:`albi`.

    Returns
    -------
    int or numpy.ndarray of int, shape (n,)
        1 up to -2.60, 2 up to -1.39, 3 above.

    Raises
    ------
    ValueError
        If a score is missing or cannot come from plausible albumin and bilirubin.

    References
    ----------
    Johnson et al., J Clin Oncol 2015;33:550.

    Examples
    --------
    >>> albi_grade([-2.60, -2.59, -1.39, -1.38])
    array([1, 2, 2, 3])
    """
    (score,), scalar = read({"score": score})
    return give(1 + np.searchsorted(ALBI_GRADES, score), scalar)


def malbi_grade(score):
    """Return the modified ALBI grade, with grade 2 in two parts.

    Parameters
    ----------
    score : float or array_like of float, shape (n,)
        From :func:`albi`.

    Returns
    -------
    str or numpy.ndarray of str, shape (n,)
        ``"1"`` up to -2.60, ``"2a"`` up to -2.270, ``"2b"`` up to -1.39, ``"3"`` above.

    Raises
    ------
    ValueError
        As :func:`albi_grade`.

    Notes
    -----
    A score of exactly -2.270 is 2a here, as the other ends belong to the lower grade.

    References
    ----------
    Hiraoka et al., Liver Cancer 2017;6:325.

    Examples
    --------
    >>> malbi_grade(-2.3)
    '2a'
    """
    (score,), scalar = read({"score": score})
    ends = (ALBI_GRADES[0], MALBI_SPLIT, ALBI_GRADES[1])
    return give(np.array(["1", "2a", "2b", "3"])[np.searchsorted(ends, score)], scalar)


def crafity(afp, crp, *, crp_unit):
    """CRAFITY score (CRP and AFP in immunotherapy).

    Parameters
    ----------
    afp : float or array_like of float, shape (n,)
        Alpha-fetoprotein, ng/mL.
    crp : float or array_like of float, shape (n,)
        C-reactive protein, in ``crp_unit``. A value below the limit of detection: that limit.
    crp_unit : {"mg/L", "mg/dL"}
        Must be named: see the top of this module.

    Returns
    -------
    int or numpy.ndarray of int, shape (n,)
        0, 1 or 2: a point for AFP of at least 100 ng/mL, a point for CRP of at least 1 mg/dL.

    Raises
    ------
    ValueError
        As :func:`nlr`, or if ``crp_unit`` is unknown.

    References
    ----------
    Scheiner et al., J Hepatol 2022;76:353.

    Examples
    --------
    >>> crafity([99, 100, 400], [9.9, 9.9, 10], crp_unit="mg/L")
    array([0, 1, 2])
    """
    known_unit("crp_unit", "crp", crp_unit)
    (afp, crp), scalar = read({"afp": afp, "crp": crp}, {"crp": crp_unit})
    return give((afp >= 100).astype(int) + (crp >= 10), scalar)


def cally(crp, albumin, lymphocytes, *, crp_unit):
    """CRP-albumin-lymphocyte (CALLY) index.

    Parameters
    ----------
    crp : float or array_like of float, shape (n,)
        C-reactive protein, in ``crp_unit``. A value below the limit of detection: that limit.
    albumin : float or array_like of float, shape (n,)
        Serum albumin, g/L.
    lymphocytes : float or array_like of float, shape (n,)
        Count, 10⁹/L.
    crp_unit : {"mg/L", "mg/dL"}
        Must be named: see the top of this module.

    Returns
    -------
    float or numpy.ndarray, shape (n,)
        ``albumin · lymphocytes / (CRP · 10⁴)`` with albumin in g/dL, lymphocytes per µL and CRP
        in mg/dL, as published; higher is better.

    Raises
    ------
    ValueError
        As :func:`crafity`.

    References
    ----------
    Iida et al., HPB 2022;24:101.

    Examples
    --------
    >>> cally(1.0, 40, 1.5, crp_unit="mg/L")
    6.0
    """
    known_unit("crp_unit", "crp", crp_unit)
    (crp, albumin, lymphocytes), scalar = read(
        {"crp": crp, "albumin": albumin, "lymphocytes": lymphocytes}, {"crp": crp_unit}
    )
    # (albumin / 10) · (1000 lymphocytes) / (crp / 10 · 10⁴)
    return give(albumin * lymphocytes / (10 * crp), scalar)
