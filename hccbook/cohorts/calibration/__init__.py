"""Make synthetic patients whose statistics print as a paper's do.

Counts come first and nothing later changes them. Then each step moves single patients or
exchanges values between two, keeps what is calibrated already, and stops when its statistics
print as wanted. What a change does is worked out for many possible changes at once.
"""

from .follow_up import (
    HazardRatioAim,
    LogRankAim,
    RiskTables,
    Survival,
    km_median,
    set_median,
)
from .measurements import measurements
from .permutations import (
    AreaAim,
    JointAim,
    below,
    concordant_pairs,
    outcome_in_groups,
    permute,
    reach_auc,
)
from .recipes import Assumptions, assuming, misses, reader, targets, until_met
from .search import Aim, Miss, Search, boxes, decisive

__all__ = [
    "Aim",
    "AreaAim",
    "Assumptions",
    "HazardRatioAim",
    "JointAim",
    "LogRankAim",
    "Miss",
    "RiskTables",
    "Search",
    "Survival",
    "assuming",
    "below",
    "boxes",
    "concordant_pairs",
    "decisive",
    "km_median",
    "measurements",
    "misses",
    "outcome_in_groups",
    "permute",
    "reach_auc",
    "reader",
    "set_median",
    "targets",
    "until_met",
]
