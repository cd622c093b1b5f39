"""Checks on printed numbers.

Each function takes numbers as a paper prints them (strings, so that their rounding is
known) and returns what they allow. A check that ends in ``contradicted`` says that no
values inside the rounding intervals satisfy the printed numbers; it says nothing about
how that came to be.
"""

from .check import VERDICTS, Check, judge
from .counts import RATES, counts, denominators, percentage, rate, tables
from .ratios import (
    Range,
    centre,
    chi_square_p,
    events_needed,
    mirror,
    p_from_interval,
    ratio_for_significance,
    standard_error,
    two_sided_p,
)
from .readings import event_splits, hazard_ratio_readings, logrank_p_bounds, ratio_of_medians
from .roc import auc_bounds, auc_interval, dichotomised_auc, within_group_concordance
from .times import MONTHS, month_lengths, survival_at_median

__all__ = [
    "MONTHS",
    "RATES",
    "VERDICTS",
    "Check",
    "Range",
    "auc_bounds",
    "auc_interval",
    "centre",
    "chi_square_p",
    "counts",
    "denominators",
    "dichotomised_auc",
    "event_splits",
    "events_needed",
    "hazard_ratio_readings",
    "judge",
    "logrank_p_bounds",
    "mirror",
    "month_lengths",
    "p_from_interval",
    "percentage",
    "rate",
    "ratio_for_significance",
    "ratio_of_medians",
    "standard_error",
    "survival_at_median",
    "tables",
    "two_sided_p",
    "within_group_concordance",
]
