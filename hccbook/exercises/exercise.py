"""An exercise: the function that solves it, and what is said of an answer."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from .. import _checks

#: Every exercise by its name, such as ``"mri-lab.2"``: that of its notebook, and a number.
EXERCISES = {}


@dataclass(frozen=True)
class Exercise:
    """One exercise, made by :func:`exercise`."""

    #: Takes what the text gives. Returns the right answer, a number or one for each of ``parts``,
    #: and the known mistakes: each hint with the wrong answer that it fits, or a list of them.
    solve: Callable
    #: Largest difference that still counts as right, in each number.
    tolerance: float
    #: What a right answer shows.
    praise: str
    #: For a wrong answer that no known mistake leads to.
    hint: str
    #: Names of the numbers, for an answer of several: if some are right, the hint says which.
    parts: tuple = ()

    def answer(self, **given):
        """Return the right answer."""
        return self.solve(**given)[0]

    def mistakes(self, **given):
        """Return pairs of a wrong answer and its hint."""
        return [
            (answer, hint)
            for hint, found in self.solve(**given)[1].items()
            for answer in (found if isinstance(found, list) else [found])
        ]


def exercise(name, **told):
    """Return a decorator that makes an exercise of the function that solves it."""

    def keep(solve):
        EXERCISES[name] = Exercise(solve, **told)
        return solve

    return keep


def several(value):
    """Return the numbers of an answer as a tuple."""
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def numbers(answer, parts):
    """Return an answer's numbers, or say what was expected."""
    expected = f"{len(parts)} numbers ({', '.join(parts)})" if parts else "a number"
    found = several(answer)
    # A comparison, and not isfinite: a whole number may be too large for a float.
    real = all(_checks.is_number(x) and -math.inf < x < math.inf for x in found)
    fits = isinstance(answer, tuple | list) == bool(parts) and len(found) == (len(parts) or 1)
    if not (real and fits):
        raise ValueError(f"answer: expected {expected}, got {answer!r:.60}")
    return found
