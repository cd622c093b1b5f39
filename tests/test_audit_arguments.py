"""Bad input to hccbook.audit: each message names the argument, the value, what was expected.

Each value stands in place of a good one in a call of test_odd_input, which also tries what no
argument can be, such as a list for a number.
"""

import math
import re

from test_odd_input import call, valid_calls

from hccbook import audit

NEGATIVE, PLAIN, COUNTS = ("-1", "< 5"), ("> 2", "NR"), (0, 2.5, math.inf)
PERCENTS, AREAS, P = ("101", *NEGATIVE, "1.0123456789"), ("1.2", "> 0.8"), ("NS", "NE")
SHARES, OPEN = ("1.0123456789", "NE"), ("-1", "x")
RATIOS, TABLES = ("0", "-1", "> 1"), ([1, 2], [[1, 2]], [[1, 2], [3]], [[0, 2], [0, 4]])
NO_ILL, CELLS = {"tp": 0, "fp": 5, "fn": 0, "tn": 4}, {"tp": 1, "fp": 2, "fn": 3, "tn": 4}
INTERVAL = {"lower": ("0.99", "0.98", "-1", "> 1"), "upper": ("0.3", "0.46", "0", "-1")}
THREE = (("0.8", "0.7"), ("0.8", "0.9", "0.7"), ("> 1", "0.7", "0.9"))
POOL, GOOD = ("50", 2, "1.1", "0.9", "1.3"), ("0", 3, "1.2", "1.0", "1.5")
#: Bad values of arguments, by function.
BAD = {
    "judge": {"printed": ("x", 1), "computed": (math.nan,), "lower": (math.nan, 0.7)},
    "same": {"printed": ("",), "other": ("x",)},
    "counts": {"percent": SHARES, "n": COUNTS},
    "denominators": {"percents": ("30", [], ["NE"]), "n_max": COUNTS},
    "percentage": {"percent": SHARES, "count": (111, 0.5, -1), "n": COUNTS},
    "total": {"printed": ("1.5", "50%", *NEGATIVE), "parts": ("12", [], ["< 2"], ["1.5"])},
    "tables": {"n": COUNTS, "sensitivity": SHARES},
    "tables_within": {"positives": COUNTS, "negatives": COUNTS, "specificity": SHARES},
    "rate": {"printed": SHARES, "table": ({"tp": 1}, {**CELLS, "fp": -2}, NO_ILL)},
    "chi_square_p": {"statistic": (-1, [3, -1]), "df": COUNTS},
    "standard_error": {**INTERVAL, "level": (0.95, "100", "> 95", "195")},
    "centre_of_interval": {"estimate": RATIOS, "scale": ("root",), **INTERVAL},
    "limit_from_other": {"estimate": RATIOS, "limit": OPEN, "other": OPEN},
    "p_from_interval": {
        "estimate": RATIOS,
        **INTERVAL,
        "p": P,
        "level": ("195",),
        "without": ("one-sided", "", 1),
    },
    "logrank_p_bounds": {"hr": RATIOS, **INTERVAL, "p": P},
    "interaction_p": {"first": THREE, "second": (*THREE, ("0.0", "1", "2")), "p": P},
    "events_needed": INTERVAL,
    "ratio_of_medians": {"ratio": RATIOS, "median_a": RATIOS, "median_b": ("NR", *RATIOS)},
    "hazard_ratio_readings": {"hr": RATIOS, **INTERVAL, "p": P, "n": (1, 9.5)},
    "auc_bounds": {"tp": (-1, 0.5), "auc": AREAS},
    "within_group_concordance": {"tn": (-1, 0.5), "auc": AREAS},
    "auc_interval": {"auc": AREAS, "positives": COUNTS, "negatives": COUNTS},
    "auc_interval_readings": {"auc": AREAS, "lower": ("0.9", "-0.1"), "upper": ("0.7", "1.01")},
    "auc_correlation": {"first": THREE, "second": (*THREE, ("0.9", "0.8", "1.0")), "p": P},
    "brier_bounds": {
        "brier": ("< 0.1", "1.1"),
        "positives": COUNTS,
        "auc": ("-0.1", *AREAS),
        "table": ({"tp": 1}, {**CELLS, "tp": 99}, dict.fromkeys(CELLS, 0)),
    },
    "resampled_beyond": {"auc": AREAS, "limit": AREAS, "positives": COUNTS, "negatives": COUNTS},
    "at_risk": {"number": NEGATIVE, "before": ([], ["110", "-1"]), "events": (-1, 111)},
    "month_lengths": {"months": ("12", [], ["-1"], ["> 2"])},
    "survival_at_median": {"n": COUNTS, "follow_up": RATIOS, "median": RATIOS},
    "censored_before_median": {"n": COUNTS, "events": (0, 111)},
    "median_of_union": {"median": ("0", "-1"), "parts": ([], ["7", "-1"]), "censoring": (1,)},
    "pooled_mean": {"printed": PLAIN, "means": (["1"], ["1", "> 2"]), "sizes": ([0, 5],)},
    "pooled_sd": {"printed": ("-1", *PLAIN), "sds": (["1", "-0.1"],), "sizes": ([5] * 11, [1, 5])},
    "grim": {"mean": PLAIN, "n": COUNTS, "items": COUNTS},
    "difference": {"printed": PLAIN, "first": PLAIN, "second": PLAIN},
    "quotient": {"printed": PLAIN, "first": PLAIN, "second": RATIOS},
    "remaining_percentage": {"percent": SHARES, "others": ("12", [], ["NE"])},
    "f1_score": {"f1": PLAIN, "precision": ("-1", *PLAIN), "recall": ("-1", *PLAIN)},
    "proportion_intervals": {"count": (21, -1), "n": COUNTS, "level": ("100", "> 95")},
    "proportion_limits": {"percent": SHARES, "lower": ("49.2", "x"), "upper": ("8.6",)},
    "adjusted_p": {"q": P, "p": P, "others": ([], "12", ["NS"])},
    "grimmer": {"mean": PLAIN, "sd": ("-1.5", *PLAIN), "n": (4, 5.5), "items": COUNTS},
    "sd_in_range": {
        "sd": ("-1", *PLAIN),
        "mean": ("5.6", *PLAIN),
        "lowest": (5, "< 1", math.inf),
        "highest": ("> 5", math.inf),
        "n": (1,),
    },
    "count_tests": {"table": (*TABLES, [[1, math.nan], [3, 4]])},
    "p_from_counts": {"p": P, "table": TABLES},
    "summary_tests": {"means": (["1"],), "sds": (["1"] * 3, ["1", "-1"]), "sizes": ([9], [1, 9])},
    "p_from_summaries": {"p": P, "sizes": ([5] * 11,)},
    "p_from_statistic": {
        "value": PLAIN,
        "p": P,
        "df": ([], ["0"], ["28", "3"], "28"),
        "test": ("u",),
        "without": ("all of it",),
    },
    "odds_ratio": {"value": ("x",), "coefficient": PLAIN},
    "coefficient_p": {"z": PLAIN, "p": P},
    "wald_limits": {"coefficient": PLAIN, "z": ("0.00", "-2", *PLAIN), "lower": ("2", *PLAIN)},
    "inside_interval": {"value": PLAIN, "lower": ("0.99", "> 2"), "upper": ("0.3", "x")},
    "column_readings": {"coefficient": PLAIN, "value": PLAIN, "lower": ("0.99", *PLAIN), "p": P},
    "direction": {"coefficient": PLAIN, "table": (*TABLES, ((1, 2, 3), (1, 2, 3)))},
    "q_from_i2": {"i2": PERCENTS, "k": (1, 2.5)},
    "heterogeneity_p": {"i2": PERCENTS, "k": (1, 2.5), "p": P},
    "study_counts": {"i2": PERCENTS, "p": P, "k_max": (1, 2.5)},
    "q_partition": {
        "i2": PERCENTS,
        "subgroups": (
            [POOL, POOL],
            [POOL] * 17,
            [5, 5],
            [("0", 1, *POOL[2:]), ("0", 4, *POOL[2:])],
            [("0", 2, "0", "1", "2"), GOOD],
            [("0", 2, "1", "1", None), GOOD],
        ),
    },
    "events_for_two_studies": {"i2": PERCENTS, "lower": ("2.0", "-1")},
    "random_effects_check": {"i2": PERCENTS, "upper": RATIOS, "patients": COUNTS},
}


def test_bad_values_are_named():
    wrong, good_calls = [], {name: valid for name, *_, valid in valid_calls("audit")}
    for function, arguments in BAD.items():
        good = good_calls[function]
        for name, value in [(name, value) for name, bad in arguments.items() for value in bad]:
            # Limits out of order: either may be named.
            names = "lower|upper" if name in ("lower", "upper") else name
            try:
                said = call(getattr(audit, function), {**good, name: value})
            except ValueError as error:
                said = str(error)
            if not re.match(rf"({names})\b.*expected .*, (got|not) ", str(said)):
                wrong.append((function, name, value, said))
    assert not wrong


def test_every_public_function_has_a_test_of_bad_input():
    functions = {name for name in audit.__all__ if callable(getattr(audit, name))}
    assert functions - {"Check", "Range", "two_sided_p"} == set(BAD)  # records; of any number
