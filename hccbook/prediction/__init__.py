"""Prediction models: fitting them, and judging their risks.

One subject to a module; every public name is here.
"""

from .benefit import net_benefit
from .brier import brier_decomposition
from .calibration import (
    calibration_curve,
    calibration_error,
    calibration_measures,
    hosmer_lemeshow,
    smooth_calibration,
)
from .nomogram import RISKS, Nomogram, nomogram, round_ticks

__all__ = [
    "RISKS",
    "Nomogram",
    "brier_decomposition",
    "calibration_curve",
    "calibration_error",
    "calibration_measures",
    "hosmer_lemeshow",
    "net_benefit",
    "nomogram",
    "round_ticks",
    "smooth_calibration",
]
