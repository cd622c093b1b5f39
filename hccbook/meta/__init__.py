"""Meta-analysis: pooling of effects with standard errors, one study set or thousands at once.

Effects are on a scale where they are about normal: log hazard ratios, log odds ratios, mean
differences. Results are on the same scale. What can be done for many meta-analyses at once takes
arrays of shape (..., k), the studies on the last axis. Bad input raises a ValueError that names
the argument, the value and what was expected.
"""

from .effects import log_ratios
from .heterogeneity import (
    EggerTest,
    Interval,
    RankTest,
    egger_test,
    i2_interval,
    prediction_interval,
    rank_test,
    tau2_interval,
)
from .pooling import METHODS, Pooled, leave_one_out, pool

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
    "tau2_interval",
]
__dir__ = __all__.copy
