"""The audit of each paper: how its printed numbers are related, and what each relation says.

The relations of a paper are declared in ``data/relations/<paper>.toml``, in sections of its
chapter; the page *Relations* explains the format. A relation names the number that it judges,
the printed cells that it reads and the check that is made of them. So the whole audit can be
run again on another register: one with an error put in, or one printed from simulated patients.
"""

from .declared import Relation, find, load
from .error_free import error_free, runnable
from .injection import change_digit, inject
from .kinds import KINDS
from .run import Line, checks, lines, register, rest

__all__ = [
    "KINDS",
    "Line",
    "Relation",
    "change_digit",
    "checks",
    "error_free",
    "find",
    "inject",
    "lines",
    "load",
    "register",
    "rest",
    "runnable",
]
__dir__ = __all__.copy
