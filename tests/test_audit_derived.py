"""hccbook.audit.derived: against R, published intervals and brute force."""

from fractions import Fraction
from itertools import product

import pytest

from hccbook import audit
from hccbook.audit.derived import _adjustments
from hccbook.estimate import Printed


def test_percentages_of_one_group():
    texts = [f"{x / 10:.1f}" for x in range(330, 338)] + ["33", "34", "33.35"]
    for percent, *others in product(texts, repeat=3):
        boxes = [Printed(x) for x in (percent, *others)]
        fits = sum(x.low for x in boxes) <= 100 <= sum(x.high for x in boxes)
        verdict = audit.remaining_percentage(percent, others).verdict
        assert (verdict == "contradicted") == (not fits), (percent, others)


#: Limits of 81 in 263 by method: Newcombe (1998), Statistics in Medicine 17, 857, table I, and R's
#: binom.test, prop.test and qbeta; Agresti-Coull's is that of Wilson's centre, by hand.
NEWCOMBE = {
    "Wald": (25.22, 36.38),
    "Wilson": (25.53, 36.62),
    "Wilson with continuity correction": (25.35, 36.82),
    "Clopper-Pearson": (25.27, 36.76),
    "Jeffreys": (25.45, 36.56),
    "Agresti-Coull": (25.52, 36.63),
}


def test_intervals_of_a_proportion():
    found = audit.proportion_intervals(81, 263)
    assert set(found) == set(NEWCOMBE)
    for name, limits in NEWCOMBE.items():
        assert found[name] == pytest.approx(limits, abs=0.006), name
    assert audit.proportion_intervals(1, 20)["Wald, cut off"][0] == 0
    cases = {
        # A response rate of 5 in 20, 25 %, as trials print it.
        ("25", "8.7", "49.1", 20): ("exact", "exact", "those of Clopper-Pearson:"),
        ("25.0", "11.2", "46.9", 20): ("exact", "exact", "those of Wilson:"),
        ("25", "6", "44", 20): ("exact", "exact", "those of Wald:"),
        ("5", "0", "14.6", 20): ("exact", "exact", "those of Wald, cut off:"),
        ("25", "8.9", "48.9", 20): ("compatible", "compatible", "no usual method"),
        ("25", "18.7", "49.1", 20): ("contradicted", "compatible", "no usual method"),
        ("26", "8.7", "49.1", 20): ("contradicted", "contradicted", "no count of 20 is 26 %"),
    }
    for texts, (lower, upper, why) in cases.items():
        checks = audit.proportion_limits(*texts)
        assert [checks[x].verdict for x in ("lower", "upper")] == [lower, upper], texts
        assert why in checks["lower"].explanation


#: p.adjust of R 4.2.2 of four P values.
PS = ["0.010", "0.020", "0.024", "0.200"]
R = {
    "Benjamini-Hochberg": (0.032, 0.032, 0.032, 0.2),
    "Hochberg": (0.04, 0.048, 0.048, 0.2),
    "Holm": (0.04, 0.06, 0.06, 0.2),
    "Benjamini-Yekutieli": (0.06667, 0.06667, 0.06667, 0.41667),
    "Bonferroni": (0.04, 0.08, 0.096, 0.8),
}


def test_adjusted_p_values():
    for at, p in enumerate(PS):
        family = [p, *(x for x in PS if x != p)]
        found = _adjustments([Fraction(x) for x in family])
        assert set(found) == set(R)
        for name, values in R.items():
            assert float(found[name]) == pytest.approx(values[at], abs=6e-6)
            assert audit.adjusted_p(f"{values[at]:.4f}", p, family[1:]).verdict == "exact"
    assert _adjustments([Fraction(1, 2), Fraction(1, 2)])["Bonferroni"] == 1
    others = PS[1:]
    for q, verdict in (
        ("0.04", "exact"),
        ("0.20", "contradicted"),  # above all adjustments
        ("0.005", "untestable"),  # below P: Storey's may be
        ("0.060", "untestable"),
        ("< 0.05", "exact"),
        ("1.1", "contradicted"),
    ):
        assert audit.adjusted_p(q, PS[0], others).verdict == verdict, q
    assert audit.adjusted_p("0.004", "<0.001", others).verdict == "exact"
