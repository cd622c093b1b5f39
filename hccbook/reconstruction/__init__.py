"""Which studies can stand behind printed pooled results: many sets, never one.

A meta-analysis prints pooled ratios, not what went into them. :func:`draw` looks for sets of
study results that print *all* the pooled results again. Before the print is looked at, every log
ratio and every logarithm of a standard error is taken as equally likely within its range; the sets
are drawn from what the print leaves of that. They are imagined ("implied"), and their spread is
the finding. Where no set is found, :func:`nearest` tells how far the numbers miss, and
:mod:`hccbook.reconstruction.overlaps` may prove that there is none.
"""

from .draws import BATCH, Sets, draw
from .nearest import Nearest, misses, nearest
from .overlaps import MOST_BOXES, Proof, in_two_pairs, one_exchanged, pair_in_group
from .results import Result, from_register, reproduces

__all__ = [
    "BATCH",
    "MOST_BOXES",
    "Nearest",
    "Proof",
    "Result",
    "Sets",
    "draw",
    "from_register",
    "in_two_pairs",
    "misses",
    "nearest",
    "one_exchanged",
    "pair_in_group",
    "reproduces",
]
__dir__ = __all__.copy
