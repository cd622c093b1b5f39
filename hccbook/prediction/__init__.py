"""Prediction models: fitting them, and judging their risks."""

from .._names import names
from .benefit import net_benefit
from .calibration import (
    calibration_curve,
    calibration_measures,
    hosmer_lemeshow,
    smooth_calibration,
)
from .lasso import LassoPath, lasso_path
from .logistic import LogisticModel, logistic
from .nomogram import Nomogram, nomogram, round_ticks
from .selection import backward, logistic_optimism

__all__ = names(globals())
__dir__ = __all__.copy
