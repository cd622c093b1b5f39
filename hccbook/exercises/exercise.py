"""An exercise, and the check of an answer."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Real


@dataclass(frozen=True)
class Exercise:
    """One exercise: its answer, and what known mistakes lead to.

    Parameters
    ----------
    answer : callable
        Computes the right answer from the exercise's data: a number, or several.
    tolerance : float
        Largest difference that still counts as right, in each number.
    praise : str
        What a right answer shows.
    mistakes : tuple of (callable, str)
        What a known mistake would compute, and the hint that fits it.
    hint : str
        For any other wrong answer.
    parts : tuple of str, optional
        Names of the numbers, for an answer of several: if some are right, the hint says which.
    """

    answer: Callable[..., float | tuple]
    tolerance: float
    praise: str
    mistakes: tuple
    hint: str
    parts: tuple = ()


def several(value):
    """Return the numbers of an answer as a tuple."""
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def numbers(answer, parts):
    """Return an answer's numbers, or say what was expected."""
    expected = f"{len(parts)} numbers ({', '.join(parts)})" if parts else "a number"
    found = several(answer)
    real = (isinstance(x, Real) and not isinstance(x, bool) and math.isfinite(x) for x in found)
    if isinstance(answer, tuple | list) != bool(parts) or not all(real):
        raise ValueError(f"answer: expected {expected}, got {answer!r}")
    if parts and len(found) != len(parts):
        raise ValueError(f"answer: expected {expected}, got {answer!r}")
    return found
