"""Checks on printed numbers.

Each function takes numbers as a paper prints them (strings, so that their rounding is known)
and returns what they allow; a function that checks one returns a :class:`Check`, or some by name.
Numbers of patients are whole numbers, and limits are those of 95 % intervals where no ``level``
is given. ``contradicted`` says that no values inside the rounding intervals satisfy the printed
numbers; it says nothing about how that came to be. Every function refuses what it cannot use,
such as a string that is no printed number or limits out of order, with a ``ValueError`` that names
the argument, the value and what was expected.
"""

from .._names import names
from .check import VERDICTS, Check, Range, judge, same
from .coefficients import (
    coefficient_p,
    column_readings,
    direction,
    inside_interval,
    odds_ratio,
    p_from_statistic,
    wald_limits,
)
from .comparisons import count_tests, p_from_counts, p_from_summaries, summary_tests
from .counts import RATES, counts, denominators, percentage, rate, tables, tables_within, total
from .derived import (
    adjusted_p,
    difference,
    f1_score,
    proportion_intervals,
    proportion_limits,
    quotient,
    remaining_percentage,
)
from .hazard_ratios import hazard_ratio_readings
from .heterogeneity import (
    events_for_two_studies,
    heterogeneity_p,
    q_from_i2,
    q_partition,
    random_effects_check,
    study_counts,
)
from .means import grim, grimmer, pooled_mean, pooled_sd, sd_in_range
from .ratios import (
    centre_of_interval,
    chi_square_p,
    events_needed,
    interaction_p,
    limit_from_other,
    logrank_p_bounds,
    p_from_interval,
    ratio_of_medians,
    standard_error,
    two_sided_p,
)
from .roc import (
    auc_bounds,
    auc_correlation,
    auc_interval,
    auc_interval_readings,
    brier_bounds,
    resampled_beyond,
    within_group_concordance,
)
from .times import (
    at_risk,
    censored_before_median,
    median_of_union,
    month_lengths,
    survival_at_median,
)

__all__ = names(globals())
__dir__ = __all__.copy
