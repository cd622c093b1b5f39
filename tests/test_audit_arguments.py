"""Bad input to hccbook.audit: each message names the argument, the value, what was expected.

What no argument can be, such as a list for a number, is tried in test_odd_input.
"""

import math

import pytest

from hccbook import audit

HR, AREA, WIDE = ("0.5", "0.3", "0.8"), ("0.8", "0.7", "0.9"), ("0.79", "0.69", "0.89")
TABLE = {"tp": 1, "fp": 2, "fn": 3, "tn": 4}
RATES = {"sensitivity": "75", "specificity": "66.7"}
GROUPS = (["1.0", "2.0"], ["0.5", "0.6"], [10, 12])
POOL = ("50", 2, "1.1", "0.9", "1.3")
BAD = [
    ("printed: .* got 'x'", lambda: audit.judge("x", 1)),
    ("printed: .* got 1", lambda: audit.judge(1, 1)),
    ("computed: .* got nan", lambda: audit.judge("1", math.nan)),
    ("lower: .* got nan", lambda: audit.judge("1", 1, math.nan, 2)),
    ("upper: .* got nan", lambda: audit.judge("1", 1, 0, math.nan)),
    ("lower: expected at most upper = 1, got 2", lambda: audit.judge("1", 1, 2, 1)),
    ("printed: .* got ''", lambda: audit.same("", "1")),
    ("other: .* got 'x'", lambda: audit.same("1", "x")),
    ("printed: expected a whole number, got '1.5'", lambda: audit.same("1.5", "2", True)),
    ("percent: .* got '< 5'", lambda: audit.counts("< 5", 10)),
    ("percent: .* got '101'", lambda: audit.counts("101", 10)),
    ("percent: .* got '-1'", lambda: audit.counts("-1", 10)),
    ("percent: .* at most 9 decimals", lambda: audit.counts("1.0123456789", 10)),
    ("n: .* got 0", lambda: audit.counts("5", 0)),
    ("n: .* got inf", lambda: audit.counts("5", math.inf)),
    ("percents: .* got '30'", lambda: audit.denominators("30", 10)),
    (r"percents: .* got \[\]", lambda: audit.denominators([], 10)),
    ("n_max: .* got 0", lambda: audit.denominators(["30"], 0)),
    ("count: .* got 0.5", lambda: audit.percentage("5", 0.5, 2)),
    ("count: expected at most n = 2, got 3", lambda: audit.percentage("5", 3, 2)),
    ("printed: .* got '1.5'", lambda: audit.total("1.5", ["1"])),
    ("printed: .* got '50%'", lambda: audit.total("50%", ["1"])),
    ("parts: .* got '< 2'", lambda: audit.total("1", ["< 2"])),
    ("parts: .* got '12'", lambda: audit.total("3", "12")),
    ("rates: expected some of", lambda: audit.tables(5)),
    (r"rates: .* got \['ppv', 'recall'\]", lambda: audit.tables(5, ppv="5", recall="5")),
    ("npv: .* got '200'", lambda: audit.tables(5, npv="200")),
    ("positives: .* got 0", lambda: audit.tables_within(0, 5, **RATES)),
    ("rates: .* sensitivity and spec", lambda: audit.tables_within(5, 5, sensitivity="75")),
    (r"rates: .* got \['recall'", lambda: audit.tables_within(5, 5, **RATES, recall="5")),
    ("name: .* got 'recall'", lambda: audit.rate("5", TABLE, "recall")),
    (r"table: .* none of \['tn'\]", lambda: audit.rate("5", {"tp": 1, "fp": 1, "fn": 1}, "ppv")),
    ("table, fp: .* got -2", lambda: audit.rate("5", TABLE | {"fp": -2}, "ppv")),
    ("table: .* denominator of ppv", lambda: audit.rate("5", TABLE | {"tp": 0, "fp": 0}, "ppv")),
    ("statistic: .* got -1", lambda: audit.chi_square_p(-1)),
    ("df: .* got 1.5", lambda: audit.chi_square_p(1, 1.5)),
    ("lower: .* got '0.0'", lambda: audit.standard_error("0.0", "0.8")),
    ("upper: .* got '> 1'", lambda: audit.standard_error("0.3", "> 1")),
    ("lower: expected less than upper = 0.3", lambda: audit.standard_error("0.8", "0.3")),
    ("lower: expected less than", lambda: audit.standard_error("0.8", "0.80")),
    ("level: .* got 0.95", lambda: audit.standard_error("0.3", "0.8", 0.95)),
    ("level: .* got '100'", lambda: audit.standard_error("0.3", "0.8", "100")),
    ("level: .* got '> 95'", lambda: audit.standard_error("0.3", "0.8", "> 95")),
    ("estimate: .* got '0'", lambda: audit.centre_of_interval("0", "0.3", "0.8")),
    ("scale: .* got 'root'", lambda: audit.centre_of_interval(*HR, scale="root")),
    ("limit: .* got 'x'", lambda: audit.limit_from_other("0.5", "x", "0.8")),
    ("other: .* got '-1'", lambda: audit.limit_from_other("0.5", "0.3", "-1")),
    ("p: .* got '2'", lambda: audit.p_from_interval(*HR, "2")),
    ("level: .* got '195'", lambda: audit.p_from_interval(*HR, "0.1", "195")),
    (r"first: .* got \['0.5', '0.3'\]", lambda: audit.interaction_p(HR[:2], HR, "0.1")),
    ("second, ratio: .* got '0.0'", lambda: audit.interaction_p(HR, ("0.0", "1", "2"), "0.1")),
    ("first, lower: expected less", lambda: audit.interaction_p(("1", "2", "1"), HR, "0.1")),
    ("upper: .* got ''", lambda: audit.events_needed("0.3", "")),
    ("median_b: .* got 'NR'", lambda: audit.ratio_of_medians("1", "1", "NR")),
    ("p: .* got '3'", lambda: audit.logrank_p_bounds(*HR, "3")),
    ("n: .* got 9.5", lambda: audit.hazard_ratio_readings(*HR, "0.1", "2", "1", 9.5)),
    ("sizes: .* = 10", lambda: audit.hazard_ratio_readings(*HR, "0.1", "2", "1", 10, (5, 6))),
    ("tp, fp, fn, tn: .* both classes", lambda: audit.auc_bounds(1, 0, 1, 0, "0.5")),
    ("auc: .* got '1.2'", lambda: audit.auc_bounds(1, 1, 1, 1, "1.2")),
    ("auc: .* got '> 0.8'", lambda: audit.within_group_concordance(1, 1, 1, 1, "> 0.8")),
    ("negatives: .* got 2.5", lambda: audit.auc_interval("0.8", 5, 2.5)),
    ("upper: .* got '1.01'", lambda: audit.auc_interval_readings("0.8", "0.7", "1.01")),
    ("lower: expected less than", lambda: audit.auc_interval_readings("0.8", "0.9", "0.7")),
    ("first: expected AUC, lower", lambda: audit.auc_correlation(AREA[:2], WIDE, "0.1")),
    ("second: .* upper = 0.7", lambda: audit.auc_correlation(AREA, ("0.8", "0.9", "0.7"), "0.1")),
    ("second: .* cut off", lambda: audit.auc_correlation(AREA, ("0.9", "0.8", "1.0"), "0.1")),
    ("first: .* cut off", lambda: audit.auc_correlation(("0.1", "0.0", "0.2"), AREA, "0.1")),
    ("brier: .* got '< 0.1'", lambda: audit.brier_bounds("< 0.1", 3, 4)),
    ("auc: .* got '-0.1'", lambda: audit.brier_bounds("0.1", 3, 4, "-0.1")),
    ("table: .* 1 to 9 patients, got 10", lambda: audit.brier_bounds("0.1", 4, 5, None, TABLE)),
    (
        "table: .* 1 to 9 patients, got 0",
        lambda: audit.brier_bounds("0.1", 4, 5, None, dict.fromkeys(TABLE, 0)),
    ),
    ("months: .* got '12'", lambda: audit.month_lengths("12")),
    ("months: .* got '-1'", lambda: audit.month_lengths(["-1"])),
    ("follow_up: .* got '< 2'", lambda: audit.survival_at_median(4, "< 2", "1")),
    ("events: expected at most n = 5, got 6", lambda: audit.censored_before_median(5, 6)),
    ("median: .* got '0'", lambda: audit.median_of_union("0", ["7"])),
    ("parts: .* got '-1'", lambda: audit.median_of_union("8", ["7", "-1"])),
    ("means: expected 2 values, as many", lambda: audit.pooled_mean("1", ["1"], [5, 6])),
    ("sizes: .* got 0", lambda: audit.pooled_mean("1", ["1"], [0])),
    ("printed: .* at least 0, got '-1'", lambda: audit.pooled_sd("-1", *GROUPS)),
    ("sds: .* got '-0.1'", lambda: audit.pooled_sd("1", ["1"], ["-0.1"], [5])),
    ("sizes: .* got 11", lambda: audit.pooled_sd("1", ["1"] * 11, ["1"] * 11, [5] * 11)),
    ("mean: .* got '< 5'", lambda: audit.grim("< 5", 28)),
    ("n: .* at least 5, got 4", lambda: audit.grimmer("5.18", "1.5", 4)),
    ("sd: .* at least 0, got '-1.5'", lambda: audit.grimmer("5.18", "-1.5", 28)),
    ("mean: .* from 1 to 5, got '5.6'", lambda: audit.sd_in_range("2", "5.6", 1, 5, 9)),
    ("lowest: .* highest = 3, got 3", lambda: audit.sd_in_range("2", "3", 3, 3, 9)),
    ("lowest: .* got '< 1'", lambda: audit.sd_in_range("2", "3", "< 1", 5, 9)),
    ("highest: .* finite number", lambda: audit.sd_in_range("2", "3", 1, math.inf, 9)),
    (r"table: .* got \[1, 2\]", lambda: audit.count_tests([1, 2])),
    ("table: .* two or more", lambda: audit.count_tests([[1, 2]])),
    ("table: .* two or more", lambda: audit.count_tests([[1, 2], [3]])),
    ("table: .* got nan", lambda: audit.count_tests([[1, math.nan], [3, 4]])),
    ("table: .* every row and column", lambda: audit.count_tests([[0, 2], [0, 4]])),
    ("p: .* got 'NS'", lambda: audit.p_from_counts("NS", [[3, 1], [1, 3]])),
    ("sizes: expected 2 to 10 groups, got 1", lambda: audit.summary_tests(["1"], ["1"], [9])),
    ("sds: .* got 3", lambda: audit.summary_tests(GROUPS[0], ["1", "1", "1"], [10, 12])),
    ("p: .* got '2'", lambda: audit.p_from_summaries("2", *GROUPS)),
    ("value: .* got 'x'", lambda: audit.odds_ratio("x", "1")),
    ("z: .* got '> 2'", lambda: audit.coefficient_p("> 2", "0.05")),
    ("z: .* not 0, got '0.00'", lambda: audit.wald_limits("1", "0.00", "0", "2")),
    ("z: .* sign of coefficient = 1", lambda: audit.wald_limits("1", "-2", "0", "2")),
    ("lower: expected at most upper = 0", lambda: audit.wald_limits("1", "2", "2", "0")),
    ("lower: expected at most upper = -1", lambda: audit.inside_interval("1", "0", "-1")),
    ("value: .* got '> 1'", lambda: audit.column_readings("1", "> 1", "0", "2", "0.1")),
    (r"table: expected \(\(a, b\)", lambda: audit.direction("1", ((1, 2, 3), (1, 2, 3)))),
    ("table: .* every row and column", lambda: audit.direction("1", ((0, 2), (0, 4)))),
    ("i2: .* got '101'", lambda: audit.q_from_i2("101", 6)),
    ("k: .* at least 2, got 1", lambda: audit.q_from_i2("81", 1)),
    ("p: .* got '1.2'", lambda: audit.heterogeneity_p("81", 6, "1.2")),
    ("k_max: .* got 1", lambda: audit.study_counts("81", "0.1", 1)),
    ("subgroups: .* = 6 studies together, got 4", lambda: audit.q_partition("8", 6, [POOL] * 2)),
    ("subgroups: .* 2 to 16 tuples", lambda: audit.q_partition("81", 34, [POOL] * 17)),
    ("subgroups: .* got 5", lambda: audit.q_partition("81", 5, [5, 5])),
    ("subgroups, k: .* got 1", lambda: audit.q_partition("8", 3, [("0", 1, *HR), POOL])),
    ("subgroups, ratio: .*", lambda: audit.q_partition("8", 4, [("0", 2, "0", "1", "2"), POOL])),
    ("subgroups, upper: .*", lambda: audit.q_partition("8", 4, [("0", 2, "1", "1", None), POOL])),
    ("i2: .* got '101'", lambda: audit.events_for_two_studies("101", "0.5", "2.0")),
    ("lower: expected less", lambda: audit.random_effects_check("94", "2.0", "0.5", 100)),
    ("patients: .* got 0", lambda: audit.random_effects_check("94", "0.5", "2.0", 0)),
]


def test_bad_input_is_named():
    for message, call in BAD:
        with pytest.raises(ValueError, match=f"^{message}"):
            call()


def test_every_public_function_has_a_test_of_bad_input():
    functions = {name for name in audit.__all__ if callable(getattr(audit, name))}
    functions -= {"Check", "Range", "two_sided_p"}  # records, and a function of any number
    assert functions <= {name for _, call in BAD for name in call.__code__.co_names}
