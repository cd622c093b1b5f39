"""hccbook.audit.coefficients: R's logistic models, a textbook's, and the columns of a paper."""

import math

import numpy as np
import pandas as pd
import pytest
from printing import SAME, Z95, reference
from scipy.stats import norm

from hccbook import audit
from hccbook.estimate import Printed

R = reference("coefficients")
MODELS = [name for name in R if name != "versions"]
ROWS = [(model, i) for model in MODELS for i in range(len(R[model]["z"]))]

#: Rows of the TIPM paper's Table 2 with a multivariable model.
TIPM = ("nlr", "delta-t", "satellite-nodule", "alt", "plt", "alb", "ggt", "pt", "diameter")

pytestmark = pytest.mark.filterwarnings("error")


def of_r(model, i, decimals):
    """Return R's numbers of one coefficient, and its coefficient and z as printed."""
    row = {name: values[i] for name, values in R[model].items()}
    return row, f"{row['coefficient']:.{decimals}f}", f"{row['z']:.{decimals}f}"


# Textbook


def test_age_and_coronary_heart_disease():
    # Hosmer, Lemeshow and Sturdivant (2013), Table 1.3: standard errors 0.0241 and 1.1337.
    for coefficient, z, error in (("0.111", "4.61", 0.0241), ("-5.309", "-4.68", 1.1337)):
        limits = [f"{float(coefficient) + side * Z95 * error:.3f}" for side in (-1, 1)]
        for check in audit.wald_limits(coefficient, z, *limits).values():
            assert check.verdict in {"exact", "rounding"}
        assert audit.coefficient_p(z, "< 0.001").verdict == "exact"
    checks = audit.wald_limits("0.111", "4.61", "0.064", "0.158")
    assert [check.verdict for check in checks.values()] == ["exact", "exact"]
    assert audit.odds_ratio("1.117", "0.111").verdict == "exact"
    assert audit.inside_interval("0.111", "0.064", "0.158").verdict == "compatible"


# R


@pytest.mark.parametrize("decimals", [2, 3, 5])
@pytest.mark.parametrize(("model", "i"), ROWS)
def test_r_agrees_with_itself(model, i, decimals):
    row, coefficient, z = of_r(model, i, decimals)
    assert audit.odds_ratio(f"{math.exp(row['coefficient']):.3f}", coefficient).verdict in {
        "exact",
        "rounding",
        "compatible",
    }
    p = f"{row['p']:.4f}" if row["p"] >= 0.0001 else "< 0.0001"
    assert audit.coefficient_p(z, p).verdict != "contradicted"
    checks = audit.wald_limits(coefficient, z, *(f"{x:.{decimals}f}" for x in row["wald95"]))
    for check, limit in zip(checks.values(), row["wald95"], strict=True):
        assert check.lower <= limit <= check.upper
        assert check.verdict in {"exact", "rounding", "compatible"}


@pytest.mark.parametrize(("model", "i"), ROWS)
def test_a_profile_likelihood_interval_is_not_judged(model, i):
    row, coefficient, z = of_r(model, i, 4)
    checks = audit.wald_limits(coefficient, z, *(f"{limit:.4f}" for limit in row["profile95"]))
    assert list(checks) == ["lower", "upper"]
    for check in checks.values():
        assert check.verdict == "untestable"
        assert "profile-likelihood" in check.explanation
    # R's own Wald limit in place of one profile limit is recognised as such.
    mixed = audit.wald_limits(
        coefficient, z, f"{row['wald95'][0]:.4f}", f"{row['profile95'][1]:.4f}"
    )
    assert mixed["lower"].verdict != "untestable"
    assert mixed["upper"].verdict == "untestable"


@pytest.mark.parametrize(("model", "i"), ROWS)
def test_the_columns_of_r_are_told_apart(model, i):
    row, coefficient, z = of_r(model, i, 3)
    p = f"{row['p']:.3f}" if row["p"] >= 0.001 else "<0.001"
    limits = [f"{limit:.3f}" for limit in row["wald95"]]
    columns = {
        "odds ratio": f"{math.exp(row['coefficient']):.5f}",
        "Wald z": z,
        "coefficient again": coefficient,
    }
    for reading, value in columns.items():
        frame = audit.column_readings(coefficient, value, *limits, p).set_index("reading")
        assert list(frame.index) == list(columns)
        assert frame.loc[reading, "verdict"] != "contradicted", reading
    # Printed as odds ratios, the limits hold the odds ratio too.
    limits = [f"{math.exp(limit):.5f}" for limit in row["wald95"]]
    frame = audit.column_readings(coefficient, columns["odds ratio"], *limits, p)
    assert frame["verdict"][0] != "contradicted"


def test_p_of_a_z_that_may_be_zero():
    check = audit.coefficient_p("0.0", "1.00")
    assert (check.computed, check.upper, check.verdict) == (1, 1, "exact")
    assert check.lower == pytest.approx(2 * norm.sf(0.05), rel=SAME)


@pytest.mark.parametrize("z", ["2.1", "-2.1", "−2.1"])
def test_the_sign_of_z_does_not_matter_for_p(z):
    assert audit.coefficient_p(z, "0.036").verdict == "exact"
    assert audit.coefficient_p(z, "0.04").verdict == "exact"
    assert audit.coefficient_p(z, "0.060").verdict == "contradicted"


@pytest.mark.parametrize(
    ("value", "coefficient", "verdict"),
    [
        ("1.95", "0.67", "exact"),
        ("1.96", "0.67", "rounding"),  # 1.9640 is in the range
        ("2.00", "0.67", "contradicted"),
        ("0", "-3.8", "exact"),
        ("-0", "-3.8", "exact"),
        ("-0.1", "-3.8", "contradicted"),
        ("> 1", "0.67", "exact"),
        ("> 999", "800", "exact"),
        ("0.00", "-800", "exact"),
    ],
)
def test_odds_ratios(value, coefficient, verdict):
    check = audit.odds_ratio(value, coefficient)
    assert check.verdict == verdict
    assert check.family == "odds ratio from coefficient"
    assert ("above 0" in check.explanation) == (Printed(value).value < 0)


@pytest.mark.parametrize(
    ("value", "inside"),
    [
        ("0.5", True),
        ("0.25", True),
        ("0.24", True),  # the boxes touch at 0.245
        ("0.2450", True),
        ("0.2449", False),
        ("0.23", False),
        ("0.8", True),  # anything from 0.75
        ("0.755", True),
        ("0.7551", False),
        ("0.9", False),
        ("-1", False),
    ],
)
def test_an_estimate_and_its_interval(value, inside):
    check = audit.inside_interval(value, "0.25", "0.75")
    assert check.verdict == ("compatible" if inside else "contradicted")
    assert (check.lower, check.upper) == (0.245, 0.755)
    assert math.isnan(check.computed)


def test_an_interval_below_zero():
    assert audit.inside_interval("-4.3", "-5.8", "-2.3").verdict == "compatible"
    assert audit.inside_interval("4.3", "-5.8", "-2.3").verdict == "contradicted"
    assert audit.inside_interval("0", "0", "0").verdict == "compatible"


def test_a_value_outside_its_interval_is_no_odds_ratio():
    def verdict(lower, upper):
        return audit.column_readings("0.67", "1.95", lower, upper, "0.03")["verdict"][0]

    assert verdict("1.1", "3.4") == "exact"  # limits of the odds ratio
    assert verdict("0.1", "1.3") == "exact"  # limits of the coefficient
    assert verdict("0.68", "1.3") == "contradicted"
    assert verdict("-900", "900") == "exact"


def test_a_z_of_the_other_sign():
    frame = audit.column_readings("0.67", "-2.1", "0.1", "1.3", "0.036").set_index("reading")
    assert frame["verdict"]["Wald z"] == "contradicted"
    assert "sign" in frame["why"]["Wald z"]
    frame = audit.column_readings("0.00", "-2.1", "-0.1", "1.3", "0.036").set_index("reading")
    assert frame["verdict"]["Wald z"] == "exact"


@pytest.mark.parametrize(
    ("coefficient", "table", "ratio", "verdict"),
    [
        ("0.5", ((20, 10), (10, 20)), 4, "compatible"),
        ("-0.5", ((20, 10), (10, 20)), 4, "untestable"),
        ("-0.5", ((10, 20), (20, 10)), 0.25, "compatible"),
        ("0.5", ((10, 20), (20, 10)), 0.25, "untestable"),
        ("0.0", ((10, 20), (20, 10)), 0.25, "compatible"),
        ("0.5", ((10, 10), (20, 20)), 1, "compatible"),
        ("-0.5", ((10, 10), (20, 20)), 1, "compatible"),
        ("0.5", ((10, 0), (5, 5)), math.inf, "compatible"),
        ("-0.5", ((10, 0), (5, 5)), math.inf, "untestable"),
        ("-0.5", ((0, 10), (5, 5)), 0, "compatible"),
    ],
)
def test_directions(coefficient, table, ratio, verdict):
    for form in (table, np.array(table), pd.DataFrame(table).to_numpy()):
        check = audit.direction(coefficient, form)
        assert check.verdict == verdict
        assert check.computed == check.lower == check.upper
        assert math.exp(check.computed) == pytest.approx(ratio, rel=SAME)
        assert ("adjustment" in check.explanation) == (verdict == "untestable")
