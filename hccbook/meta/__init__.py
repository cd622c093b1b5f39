"""Meta-analysis: pooling of effects with standard errors, one study set or thousands at once.

Effects are on a scale where they are about normal: log hazard ratios, log odds ratios, mean
differences. Results are on the same scale. What can be done for many meta-analyses at once takes
arrays of shape (..., k), the studies on the last axis.
"""

from .heterogeneity import Interval, i2_interval, prediction_interval, tau2_interval
from .pooling import METHODS, Pooled, pool
from .ratios import log_ratios
from .small_studies import EggerTest, RankTest, egger_test, rank_test
from .tables import leave_one_out, subgroups, summary

__all__ = [
    "METHODS",
    "EggerTest",
    "Interval",
    "Pooled",
    "RankTest",
    "egger_test",
    "i2_interval",
    "leave_one_out",
    "log_ratios",
    "pool",
    "prediction_interval",
    "rank_test",
    "subgroups",
    "summary",
    "tau2_interval",
]
__dir__ = __all__.copy
