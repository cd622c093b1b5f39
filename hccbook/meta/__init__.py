"""Meta-analysis: pooling of effects with standard errors, one study set or thousands at once.

Effects are on a scale where they are about normal: log hazard ratios, log odds ratios, mean
differences. Results are on the same scale. What can be done for many meta-analyses at once takes
arrays of shape (..., k), the studies on the last axis. Bad input raises a ValueError that names
the argument, the value and what was expected.
"""

from .._names import names
from .effects import log_ratios
from .pooling import EggerTest, Pooled, egger_test, pool, q_profile

__all__ = names(globals())
__dir__ = __all__.copy
