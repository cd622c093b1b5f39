"""Survival analysis: what lifelines lacks, and what is fast enough for simulation.

Throughout, ``time`` is the follow-up of each patient from 0, in any unit, and ``event`` is 1
if it ended in the event, 0 if it was censored. A patient censored at the time of an event was
at risk there. Times are tied when they are equal as numbers.
"""

from .concordance import c_index
from .cox import CoxModel, cox_model
from .curves import median, median_follow_up, rmst
from .groups import cox_two_groups, logrank, subgroup_table
from .landmarks import landmark
from .proportional import proportional_hazards_test

__all__ = [
    "CoxModel",
    "c_index",
    "cox_model",
    "cox_two_groups",
    "landmark",
    "logrank",
    "median",
    "median_follow_up",
    "proportional_hazards_test",
    "rmst",
    "subgroup_table",
]
__dir__ = __all__.copy
