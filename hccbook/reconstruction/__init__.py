"""Which studies can stand behind printed pooled results: many sets, never one.

A meta-analysis prints pooled ratios, not what went into them. :func:`draw` looks for sets of
study results that print *all* the pooled results again. Before the print is looked at, every log
ratio and every logarithm of a standard error is taken as equally likely within its range; the sets
are drawn from what the print leaves of that. They are imagined ("implied"), and their spread is
the finding. Where no set is found, :func:`nearest` tells how far the numbers miss, and
:mod:`hccbook.reconstruction.overlaps` may prove that there is none.
"""

from .._names import names
from .draws import BATCH, draw
from .nearest import beside_print, nearest
from .overlaps import MOST_BOXES, Proof, in_two_pairs, one_exchanged, pair_in_group
from .results import Result, Sets, from_register, reproduces

__all__ = names(globals())
__dir__ = __all__.copy
