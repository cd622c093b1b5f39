"""hccbook.audit.coefficients: R's logistic models, a textbook's, and the columns of a paper."""

import math
from itertools import product

import numpy as np
import pytest
from reference import SAME, Z95, numbers
from scipy.stats import norm

from hccbook import audit

R = numbers("coefficients")
ROWS = [
    {name: values[i] for name, values in R[model].items()}
    for model in R
    if model != "versions"
    for i in range(len(R[model]["z"]))
]
FITS = {"exact", "rounding", "compatible"}


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


def test_r_agrees_with_itself():
    for row, decimals in product(ROWS, (2, 3, 5)):
        coefficient, z = (f"{row[name]:.{decimals}f}" for name in ("coefficient", "z"))
        ratio = f"{math.exp(row['coefficient']):.3f}"
        assert audit.odds_ratio(ratio, coefficient).verdict in FITS
        p = f"{row['p']:.4f}" if row["p"] >= 0.0001 else "< 0.0001"
        assert audit.coefficient_p(z, p).verdict in FITS
        checks = audit.wald_limits(coefficient, z, *(f"{x:.{decimals}f}" for x in row["wald95"]))
        for check, limit in zip(checks.values(), row["wald95"], strict=True):
            assert check.lower <= limit <= check.upper
            assert check.verdict in FITS


def test_a_profile_likelihood_interval_is_not_judged():
    for row in ROWS:
        printed = [f"{row[name]:.4f}" for name in ("coefficient", "z")]
        (wald, _), profile = ([f"{x:.4f}" for x in row[name]] for name in ("wald95", "profile95"))
        checks = audit.wald_limits(*printed, *profile)
        assert list(checks) == ["lower", "upper"]
        for check in checks.values():
            assert check.verdict == "untestable"
            assert "profile-likelihood" in check.explanation
        # R's own Wald limit in place of one profile limit is recognised as such.
        mixed = audit.wald_limits(*printed, wald, profile[1])
        assert mixed["lower"].verdict in FITS
        assert mixed["upper"].verdict == "untestable"
    # No profile likelihood is so lopsided; the other limit is Wald's all the same.
    for upper, verdict in (("0.008", "untestable"), ("0.011", "contradicted")):
        checks = audit.wald_limits("-0.003", "-1.96", "-0.006", upper)
        assert [x.verdict for x in checks.values()] == ["exact", verdict]


def test_the_columns_of_r_are_told_apart():
    for row in ROWS:
        coefficient, p = f"{row['coefficient']:.3f}", f"{row['p']:.3f}"
        p, limits = "<0.001" if p == "0.000" else p, [f"{limit:.3f}" for limit in row["wald95"]]
        columns = {
            "odds ratio": f"{math.exp(row['coefficient']):.5f}",
            "Wald z": f"{row['z']:.3f}",
            "coefficient again": coefficient,
        }
        for reading, value in columns.items():
            frame = audit.column_readings(coefficient, value, *limits, p).set_index("reading")
            assert list(frame.index) == list(columns)
            assert frame.loc[reading, "verdict"] in FITS, reading
        # Printed as odds ratios, the limits hold the odds ratio too.
        limits = [f"{math.exp(limit):.5f}" for limit in row["wald95"]]
        frame = audit.column_readings(coefficient, columns["odds ratio"], *limits, p)
        assert frame["verdict"][0] in FITS


def test_p_of_statistics_as_in_r():
    for case in numbers("comparisons")["statistics"]:
        value, df, test = f"{case['value']:.9f}", [str(x) for x in case["df"]] or None, case["test"]
        fine = [x + "000000" * ("." in x) for x in df] if df else None
        check = audit.p_from_statistic(value, f"{case['p']:.4f}", fine, test=test)
        assert (check.verdict, check.computed) == ("exact", pytest.approx(case["p"], rel=1e-6))
        coarse = f"{case['value']:.2f}"
        check = audit.p_from_statistic(coarse, f"{case['p']:.9f}", df, test=test)
        assert check.verdict in FITS, case
        assert check.lower <= case["p"] <= check.upper
        check = audit.p_from_statistic(value, "0.97", df, test=test, without="one-sided P")
        assert check.verdict == "contradicted"
        check = audit.p_from_statistic(value, f"{case['p'] / 2:.9f}", fine, test=test)
        one_sided = test in ("z", "t", "r") or df[0] == "1"
        assert check.verdict == ("compatible" if one_sided else "contradicted"), case


def test_statistics_as_statcheck_reads_them():
    for test, value, df, p, verdict in (
        ("chi-square", "22.20", ["28"], "0.79", "contradicted"),
        ("r", "0.17", ["97"], "0.084", "compatible"),
        ("t", "2.20", ["28"], "0.02", "compatible"),  # one-sided
        ("r", "1.00", ["5"], "0.000", "exact"),
        ("z", "2.1", None, "0.031", "compatible"),  # cut off
        ("t", "3.000", ["2.1"], "0.0921", "compatible"),  # a df of 2.06
        ("t", "3.000", ["2.0"], "0.0921", "contradicted"),
    ):
        assert audit.p_from_statistic(value, p, df, test=test).verdict == verdict, (test, value)


def test_p_of_a_z_that_may_be_zero():
    check = audit.coefficient_p("0.0", "1.00")
    assert (check.computed, check.upper, check.verdict) == (1, 1, "exact")
    assert check.lower == pytest.approx(2 * norm.sf(0.05), rel=SAME)


def test_odds_ratios():
    for coefficient, verdicts in {
        "0.67": {"1.95": "exact", "1.96": "rounding", "2.00": "contradicted", "> 1": "exact"},
        "-3.8": {"0": "exact", "-0": "exact", "-0.1": "contradicted"},
        "800": {"> 999": "exact"},
        "-800": {"0.00": "exact"},
    }.items():
        for value, verdict in verdicts.items():
            check = audit.odds_ratio(value, coefficient)
            assert (check.verdict, check.family) == (verdict, "odds ratio from coefficient")
            assert ("above 0" in check.explanation) == (value == "-0.1")


def test_an_estimate_and_its_interval():
    inside = "0.5", "0.25", "0.24", "0.2450", "0.8", "0.755"  # the boxes touch at 0.245 and 0.755
    for value in (*inside, "0.2449", "0.23", "0.7551", "0.9", "-1"):
        check = audit.inside_interval(value, "0.25", "0.75")
        assert check.verdict == ("compatible" if value in inside else "contradicted")
        assert (check.lower, check.upper) == (0.245, 0.755)
        assert math.isnan(check.computed)
    assert audit.inside_interval("-4.3", "-5.8", "-2.3").verdict == "compatible"
    assert audit.inside_interval("4.3", "-5.8", "-2.3").verdict == "contradicted"
    assert audit.inside_interval("0", "0", "0").verdict == "compatible"


def test_a_z_of_the_other_sign():
    frame = audit.column_readings("0.67", "-2.1", "0.1", "1.3", "0.036").set_index("reading")
    assert frame["verdict"]["Wald z"] == "contradicted"
    assert "sign" in frame["why"]["Wald z"]
    frame = audit.column_readings("0.00", "-2.1", "-0.1", "1.3", "0.036").set_index("reading")
    assert frame["verdict"]["Wald z"] == "exact"


def test_directions():
    crossed, equal, none = ((20, 10), (10, 20)), ((10, 10), (20, 20)), ((10, 0), (5, 5))
    for table, ratio, opposite in (
        (crossed, 4, ("-0.5",)),
        (crossed[::-1], 0.25, ("0.5",)),
        (equal, 1, ()),
        (none, math.inf, ("-0.5",)),
        (none[::-1], 0, ("0.5",)),
    ):
        for coefficient, form in product(("0.5", "-0.5", "0.0"), (table, np.array(table))):
            check = audit.direction(coefficient, form)
            assert check.verdict == ("untestable" if coefficient in opposite else "compatible")
            assert check.computed == check.lower == check.upper
            assert math.exp(check.computed) == pytest.approx(ratio, rel=SAME)
            assert ("adjustment" in check.explanation) == (coefficient in opposite)
