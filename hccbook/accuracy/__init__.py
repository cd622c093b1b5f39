"""Diagnostic accuracy: AUCs and their comparison, cut-offs, 2×2 tables, optimism, bootstrap.

Throughout, ``y`` is 1 for a patient with the outcome and 0 for one without it, a higher
``marker`` speaks for the outcome, and ``marker >= cutoff`` is a positive test.
"""

from .bootstrap import auc_bootstrap, auc_difference_bootstrap, youden_optimism
from .cutoffs import roc_cutoffs, youden
from .delong import auc, delong_paired, delong_unpaired
from .tables import proportion, two_by_two

__all__ = [
    "auc",
    "auc_bootstrap",
    "auc_difference_bootstrap",
    "delong_paired",
    "delong_unpaired",
    "proportion",
    "roc_cutoffs",
    "two_by_two",
    "youden",
    "youden_optimism",
]
__dir__ = __all__.copy
