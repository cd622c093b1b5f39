"""House style, and the figures that libraries lack. Each returns the figure and its alt text."""

from .forest import forest, forest_meta
from .nomogram import nomogram
from .prediction import calibration, decision_curve
from .style import BLUE, COLOURS, GREEN, GREY, LINES, PURPLE, VERMILION, use_style
from .survival import kaplan_meier
from .verdicts import MARKS, PER_LINE, verdicts

__all__ = [
    "BLUE",
    "COLOURS",
    "GREEN",
    "GREY",
    "LINES",
    "MARKS",
    "PER_LINE",
    "PURPLE",
    "VERMILION",
    "calibration",
    "decision_curve",
    "forest",
    "forest_meta",
    "kaplan_meier",
    "nomogram",
    "use_style",
    "verdicts",
]
__dir__ = __all__.copy
