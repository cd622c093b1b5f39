"""The audit of each paper: which printed numbers are tied together, and what each tie says.

A paper's module lists its ties in groups; a group is a section of the paper's chapter. A tie
names the number that it judges, the printed cells that it reads and the check that is made of
them. So the whole audit can be run again on another register: one with an error put in, or
one printed from simulated patients.
"""

from .injection import change_digit, inject
from .sound import runnable, sound
from .tie import Line, Tie, checks, lines, rest, ties

__all__ = [
    "Line",
    "Tie",
    "change_digit",
    "checks",
    "inject",
    "lines",
    "rest",
    "runnable",
    "sound",
    "ties",
]
__dir__ = __all__.copy
