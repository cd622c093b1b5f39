"""The audit of each paper: how its printed numbers are related, and what each relation says.

The relations of a paper are declared in ``data/relations/<paper>.toml``, in sections of its
chapter; the page *Relations* explains the format. A relation names the number that it judges,
the printed cells that it reads and the check that is made of them. So the whole audit can be
run again on another register, such as one with an error put in.

An *entry* of a file belongs to a *kind* and stands for many relations. A *relation* judges one
number. What it computes is a :class:`hccbook.audit.Check`, whose *family* says how. The audits of
magnesium, mri and radiotherapy make their checks in the chapter, so that a reader sees each
step; their files say the same once more, and the tests compare both.
"""

from .declared import Relation, find, load
from .run import Line, all_lines, lines

__all__ = ["Line", "Relation", "all_lines", "find", "lines", "load"]
__dir__ = __all__.copy
