"""hccbook.indices: published formulas, published cut-offs, and the units that values betray."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import near, refused

from hccbook import indices

SAME = 1e-12  # relative; the same product with its factors in another order
PRINTED = 0.005  # a score printed with two decimals


#: Units in use for each argument, the expected one first.
UNITS = {
    name: [(quantity.unit, 1.0), *quantity.others.items()]
    for name, quantity in indices.QUANTITIES.items()
    if name != "score"
}
#: Indices with the arguments that they take, in order.
INDICES = {
    indices.nlr: ("neutrophils", "lymphocytes"),
    indices.plr: ("platelets", "lymphocytes"),
    indices.sii: ("platelets", "neutrophils", "lymphocytes"),
    indices.pni: ("albumin", "lymphocytes"),
    indices.albi: ("albumin", "bilirubin"),
}
#: What laboratories print of patients with liver cancer, from well to very ill.
SEEN = {
    "albumin": (15, 28, 35, 40, 52),
    "bilirubin": (3, 8, 17, 34, 100, 500, 855),
    "neutrophils": (0, 0.1, 1.5, 4.2, 8, 25),
    "lymphocytes": (0.1, 0.5, 1.4, 3, 6),
    "platelets": (8, 40, 150, 420, 1100),
    "crp": (0.2, 1, 5, 10, 90, 400),
    "afp": (0.8, 3, 99, 100, 400, 60500, 2e6),
}


@st.composite
def patients(draw, names):
    """Plausible values of each argument for one to five patients, a little inside the limits."""
    n = draw(st.integers(1, 5))
    limits = [(indices.QUANTITIES[name].low, indices.QUANTITIES[name].high) for name in names]
    return [
        np.array(draw(st.lists(st.floats(1.001 * low, 0.999 * high), min_size=n, max_size=n)))
        for low, high in limits
    ]


def test_indices_as_their_authors_write_them():
    near([indices.nlr(4.2, 1.4), indices.plr(180, 1.2)], [3, 150], rel=SAME)
    assert indices.sii(110, 3, 1) == 330  # the cut-off of Hu et al., printed as 330 × 10⁹
    for albumin, lymphocytes in [(4.0, 1500), (3.5, 1000), (2.8, 640)]:  # g/dL, per mm³
        published = 10 * albumin + 0.005 * lymphocytes
        near(indices.pni(10 * albumin, lymphocytes / 1000), published, rel=SAME)
    for crp, albumin, lymphocytes in [(0.1, 4.0, 1500), (1.2, 3.1, 900), (20, 2.2, 400)]:
        published = albumin * lymphocytes / (crp * 1e4)  # mg/dL, g/dL, per µL
        for factor, unit in ((1, "mg/dL"), (10, "mg/L")):
            ours = indices.cally(factor * crp, 10 * albumin, lymphocytes / 1000, crp_unit=unit)
            near(ours, published, rel=SAME)


def test_albi_by_hand():
    for albumin, bilirubin, score, grade, modified in (
        (35, 20.52, -2.11, 2, "2b"),  # 3.5 g/dL and 1.2 mg/dL
        (40, 10, -2.74, 1, "1"),
        (38, 17.1, -2.42, 2, "2a"),
        (20, 100, -0.38, 3, "3"),
    ):
        ours = indices.albi(albumin, bilirubin)
        near(ours, score, abs=PRINTED)
        near(ours, math.log10(bilirubin) * 0.66 + albumin * -0.085, rel=SAME)
        assert (indices.albi_grade(ours), indices.malbi_grade(ours)) == (grade, modified)


def test_grades_at_their_cutoffs():
    scores = [-5.0, -2.60, -2.599, -2.271, -2.270, -2.269, -1.39, -1.389, 1.0]
    assert indices.albi_grade(scores).tolist() == [1, 1, 2, 2, 2, 2, 2, 3, 3]
    modified = indices.malbi_grade(scores).tolist()
    assert modified == ["1", "1", "2a", "2a", "2a", "2b", "2b", "3", "3"]
    # A number in, a number out.
    assert (type(indices.albi_grade(-2.5)), type(indices.malbi_grade(-2.5))) == (int, str)
    assert type(indices.crafity(120, 8, crp_unit="mg/L")) is int
    assert type(indices.cally(8, 38, 1, crp_unit="mg/L")) is float


def test_crafity_counts_both_points_at_their_cutoffs():
    afp, crp = [99.9, 99.9, 100, 100, 5000], np.array([0.99, 1, 0.99, 1, 30])
    for factor, unit in ((1, "mg/dL"), (10, "mg/L")):
        assert indices.crafity(afp, factor * crp, crp_unit=unit).tolist() == [0, 1, 1, 2, 2]


@settings(max_examples=50)
@given(data=st.data())
def test_any_unit_gives_the_same_index(data):
    for index, names in INDICES.items():
        values = data.draw(patients(names))
        expected = index(*values)
        for place, name in enumerate(names):
            for unit, factor in UNITS[name]:
                converted = indices.convert(name, values[place] / factor, unit)
                again = index(*[converted if k == place else x for k, x in enumerate(values)])
                near(again, expected, rel=SAME, abs=SAME)


@given(data=st.data())
def test_patients_do_not_depend_on_each_other(data):
    for index, names in INDICES.items():
        values = data.draw(patients(names))
        together = index(*values)
        assert isinstance(together, np.ndarray)
        one_by_one = [index(*map(float, row)) for row in zip(*values, strict=True)]
        assert all(isinstance(x, float) for x in one_by_one)
        assert together.tolist() == one_by_one
        assert index(*map(pd.Series, values)).tolist() == one_by_one


def test_what_patients_have_is_plausible_and_so_are_the_limits():
    for name, seen in SEEN.items():
        low, high = indices.QUANTITIES[name].low, indices.QUANTITIES[name].high
        values = [*seen, low, high]
        for unit, factor in UNITS[name]:
            near(indices.convert(name, np.array(seen) / factor, unit), seen, rel=SAME)
        unit = UNITS[name][0][0]
        assert indices.convert(name, values, unit).tolist() == values
        beyond = math.nextafter(high, math.inf), math.nextafter(low, -math.inf)
        refused((f"{name}: expected", indices.convert, name, value, unit) for value in beyond)
    albumin = indices.QUANTITIES["albumin"]
    assert albumin.high / 10 < albumin.low  # none passes in both units


#: Values in a wrong unit: (quantity, value, what the hint must say).
BETRAYED = [
    ("albumin", 3.9, "g/dL (39 g/L)"),
    ("albumin", 1.2, "g/dL (12 g/L)"),
    ("bilirubin", 0.8, "mg/dL (13.68 µmol/L)"),
    ("bilirubin", 1.6, "mg/dL (27.36 µmol/L)"),
    ("neutrophils", 4200, "per µL (4.2 10⁹/L)"),
    ("neutrophils", 62, "a percentage of the white cells"),
    ("lymphocytes", 1400, "per µL (1.4 10⁹/L)"),
    ("lymphocytes", 28, "a percentage of the white cells"),
    ("platelets", 150000, "per µL (150 10⁹/L)"),
    ("platelets", 0.15, "10¹²/L (150 10⁹/L)"),
    ("afp", 0.05, "µg/mL (50 ng/mL)"),
]


def test_a_wrong_unit_is_named():
    takes = {**INDICES, (lambda afp: indices.crafity(afp, afp, crp_unit="mg/L")): ("afp",)}
    for name, value, hint in BETRAYED:
        index, names = next(x for x in takes.items() if name in x[1])
        values = [[SEEN[x][3]] * 3 for x in names]
        values[names.index(name)][1] = value
        message = rf"{name}: expected .* got {value:g} at position 1, which looks like .*"
        refused([(message + re.escape(hint), index, *values)])
    for crp, unit, hint in (
        (85, "mg/dL", "looks like mg/L (8.5 mg/dL)"),
        (0.05, "mg/L", "looks like mg/dL (0.5 mg/L)"),
        (0, "mg/L", "below the limit of detection"),
    ):
        with pytest.raises(ValueError, match=rf"^crp: expected {unit} .*{re.escape(hint)}"):
            indices.crafity(100, crp, crp_unit=unit)


#: What laboratories print: quantity, value, unit, and the value in the unit of the book.
SPELT = [
    ("bilirubin", 20, "\u03bcmol/L", 20),
    ("bilirubin", 20, "\u00b5mol/l", 20),
    ("bilirubin", 20, "umol/L", 20),
    ("bilirubin", 1, "mg %", 17.1),
    ("platelets", 150, "10^3/uL", 150),
    ("platelets", 150, "x10^3/\u03bcL", 150),
    ("platelets", 150, "K/uL", 150),
    ("platelets", 150, "10^9/L", 150),
    ("platelets", 150, "\u00d7 10*9/l", 150),
    ("platelets", 15, "10^4/\u00b5l", 150),
    ("lymphocytes", 1500, "/mm³", 1.5),
    ("lymphocytes", 1500, "cells per mm3", 1.5),
    ("neutrophils", 4.2, "10³/mm³", 4.2),
    ("afp", 10, "kU/L", 12.1),
    ("afp", 10, "mcg/l", 10),
    ("crp", 95.24, "nmol/L", 10),
    ("albumin", 3.9, "g/100 mL", 39),
    ("albumin", 3.9, "g%", 39),
]


def test_units_as_laboratories_spell_them():
    for name, value, unit, expected in SPELT:
        near(indices.convert(name, value, unit), expected, rel=SAME)
    near(indices.cally(95.24, 40, 1.5, crp_unit="NMOL/L"), 0.6, rel=SAME)


def test_help_says_the_units():
    for index, names in INDICES.items():
        for name in names:
            unit = indices.QUANTITIES[name].unit
            text = f"{name} : float or array_like of float, shape (n,)\n    {unit}.\n"
            assert text in index.__doc__
