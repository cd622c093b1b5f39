"""Make synthetic patients whose statistics print as a paper's do.

Counts come first and nothing later changes them. Then each step moves single patients or
exchanges values between two, keeps what is calibrated already, and stops when its statistics
print as wanted. What a change does is worked out for many possible changes at once.
"""

from ..._names import names
from .follow_up import (
    HazardRatioAim,
    LogRankAim,
    RateAim,
    Survival,
    days_box,
    km_median,
    set_median,
    solve,
)
from .measurements import measurements
from .permutations import (
    below,
    covariates,
    flags,
    outcome_in_groups,
    permute,
    reach_auc,
)
from .recipes import (
    Part,
    assuming,
    keyed,
    out_of_reach,
    reader,
    shuffled,
    targets,
    told,
    until_met,
)
from .search import Aim, NotReached, Search, boxes, decisive

__all__ = names(globals())
