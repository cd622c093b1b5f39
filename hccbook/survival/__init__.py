"""Survival analysis: what lifelines lacks, and what is fast enough for simulation.

Throughout, ``time`` is the follow-up of each patient from 0, in any unit, and ``event`` is 1
if it ended in the event, 0 if it was censored. A patient censored at the time of an event was
at risk there. Times are tied when they are equal as numbers. Bad input raises a ValueError that
names the argument, the value and what was expected.
"""

from .._names import names
from .cox import CoxModel, cox_model, proportional_hazards_test
from .curves import c_index, median, median_follow_up, rmst
from .groups import cox_two_groups, landmark, logrank

__all__ = names(globals())
__dir__ = __all__.copy
