"""House style, and the figures that libraries lack. Each returns the figure and its alt text."""

from .._names import names
from .forest import forest, forest_meta
from .nomogram import nomogram
from .prediction import calibration, decision_curve
from .style import BLUE, COLOURS, GREEN, GREY, LINES, PURPLE, VERMILION, use_style
from .survival import kaplan_meier
from .verdicts import MARKS, PER_LINE, verdicts

__all__ = names(globals())
__dir__ = __all__.copy
