"""hccbook.indices: published formulas, published cut-offs, and the units that values betray."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hccbook import indices

SAME = 1e-12  # relative; the same product with its factors in another order
PRINTED = 0.005  # a score printed with two decimals

pytestmark = pytest.mark.filterwarnings("error")
properties = settings(deadline=None, derandomize=True)

#: Every index with the arguments that it takes, in order.
INDICES = {
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


def test_ratios_of_counts():
    assert indices.plr(180, 1.2) == pytest.approx(150)
    assert indices.sii(180, 4.2, 1.4) == pytest.approx(540)
    assert indices.sii(110, 3, 1) == 330  # the cut-off of Hu et al., printed as 330 × 10⁹


@pytest.mark.parametrize(("albumin", "lymphocytes"), [(4.0, 1500), (3.5, 1000), (2.8, 640)])
def test_nutritional_index_as_onodera_writes_it(albumin, lymphocytes):
    published = 10 * albumin + 0.005 * lymphocytes  # g/dL, per mm³
    assert indices.pni(10 * albumin, lymphocytes / 1000) == pytest.approx(published, rel=SAME)


@pytest.mark.parametrize(
    ("albumin", "bilirubin", "score"),
    [
        (35, 20.52, -2.11),  # 3.5 g/dL and 1.2 mg/dL
        (40, 10, -2.74),
        (38, 17.1, -2.42),
        (20, 100, -0.38),
    ],
)
def test_albi_by_hand(albumin, bilirubin, score):
    ours = indices.albi(albumin, bilirubin)
    assert ours == pytest.approx(score, abs=PRINTED)
    assert ours == pytest.approx(math.log10(bilirubin) * 0.66 + albumin * -0.085, rel=SAME)


@properties
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


def refused(name, value):
    """Return what is said of a value of one quantity, or nothing."""
    index, names = next(x for x in INDICES.items() if name in x[1])
    values = [[SEEN[x][3]] * 3 for x in names]
    values[names.index(name)][1] = value
    try:
        index(*values)
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", SEEN)
def test_what_patients_have_is_plausible_up_to_the_limits(name):
    low, high = indices.QUANTITIES[name].low, indices.QUANTITIES[name].high
    for value in (*SEEN[name], low, high):
        assert not refused(name, value)
    for beyond in (math.nextafter(high, math.inf), math.nextafter(low, -math.inf)):
        assert refused(name, beyond).startswith(f"{name}: expected")


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
]


@pytest.mark.parametrize(("name", "value", "hint"), BETRAYED)
def test_a_wrong_unit_is_named(name, value, hint):
    message = rf"{name}: expected .* got {value:g} at position 1, which looks like .*"
    assert re.match(message + re.escape(hint), refused(name, value))


def test_no_albumin_passes_in_both_units():
    low, high = indices.QUANTITIES["albumin"].low, indices.QUANTITIES["albumin"].high
    assert high / 10 < low


def test_what_no_unit_explains_has_no_hint():
    with pytest.raises(ValueError, match=r"^albumin: .* got 900 at position 0$"):
        indices.albi(900, 20)


BAD = [
    (r"^platelets: expected numbers", lambda: indices.plr(["high"], [1])),
    (r"^platelets: expected finite numbers, got nan", lambda: indices.plr([9, np.nan], [1, 1])),
    (r"^platelets: expected numbers without gaps, got None", lambda: indices.plr(None, 1)),
    (r"^platelets: expected one or more values", lambda: indices.plr([], [])),
    (r"^neutrophils: .* got -1 at position 0", lambda: indices.sii(9, -1, 1)),
    (r"^lymphocytes: expected 2 values, as many as plat", lambda: indices.plr([9, 9], [1])),
    (r"^lymphocytes: .* got 0 at position 1", lambda: indices.plr([150, 160], [1, 0])),
    (r"^platelets: expected values, as many as lymph", lambda: indices.plr(150, [1])),
    (r"^platelets: expected finite numbers, got inf", lambda: indices.sii(np.inf, 1, 1)),
    (r"^albumin: expected one or more values", lambda: indices.pni([[40]], [[1]])),
    (r"^bilirubin: .* got 0 at position 0", lambda: indices.albi(40, 0)),
]


def test_bad_input_is_named():
    for message, call in BAD:
        with pytest.raises(ValueError, match=message):
            call()


def test_every_function_refuses_something():
    functions = {x for x in indices.__all__ if callable(getattr(indices, x)) and x[0].islower()}
    names = {name for _, call in BAD for name in call.__code__.co_names}
    assert functions <= names
