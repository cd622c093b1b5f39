"""Diagnostic accuracy: AUCs and their comparison, cut-offs and their optimism, 2×2 tables.

Throughout, ``y`` is 1 for a patient with the outcome and 0 for one without it, a higher
``marker`` speaks for the outcome, and ``marker >= cutoff`` is a positive test. Bad input raises
a ValueError that names the argument, the value and what was expected.
"""

from .._names import names
from .cutoffs import youden, youden_optimism
from .roc import auc, delong_paired
from .tables import proportion

__all__ = names(globals())
__dir__ = __all__.copy
