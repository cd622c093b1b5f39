"""Checks of a reader's answers, with a hint that fits the mistake made.

The exercises of a notebook are declared in ``data/exercises/<notebook>.toml``.
"""

import hashlib
import sys

import numpy as np

from .. import _checks
from . import hints
from .exercise import Exercise, load
from .made_up import Finding, made_up_finding, shared_percentages

__all__ = [
    "Exercise",
    "Finding",
    "check",
    "load",
    "made_up_finding",
    "shared_percentages",
    "student_seed",
]
__dir__ = __all__.copy


def check(name, answer, **given):
    """Check an answer and show the result, with a hint if it is wrong.

    Parameters
    ----------
    name : str
        Name of the exercise: that of its notebook and a number, such as ``"mri-lab.2"``.
    answer : float, sequence of float or None
        The reader's answer: a number, or for several a tuple, list, array or Series; ``None``
        means none yet. What is no such answer is told in one sentence, so that a notebook runs on.
    **given
        What the exercise's text gives, such as ``seed=7``.

    Returns
    -------
    bool or None
        Whether it is right; ``None`` without an answer.
    """
    from ..display import say

    _checks.one_of("name", name, load())
    exercise = load()[name]
    if answer is None:
        say(
            "**… No answer yet.** Put your number in place of `None` and run the cell again. "
            f"It is right if it is within {exercise.tolerance:g}."
        )
        return None
    if set(given) != set(exercise.given):
        raise ValueError(
            f"given: expected what the text of {name} gives, {exercise.given}, got {[*given]}"
        )

    try:
        numbers = _numbers(answer, exercise.parts)
    except ValueError as error:
        expected = str(error).partition(": ")[2]
        say(f"**✗ Not yet.** {expected[0].upper()}{expected[1:]}.")
        return False

    def near(value):
        return np.abs(np.subtract(numbers, value)) <= exercise.tolerance

    solution, mistakes = exercise.solve(**given)
    right = near(solution)
    if right.all():
        say(f"**✓ Right.** {exercise.praise}")
        return True
    found = [hint for mistake, hint in mistakes if near(mistake).all()]
    if not found and hints.too_few_decimals(numbers, solution):
        say("**… Right as far as it goes.** Give one more decimal.")
        return False
    found += [hint for mistake, hint in mistakes if hints.as_given(numbers, mistake)]
    if right.any():
        good = [part for part, fits in zip(exercise.parts, right, strict=True) if fits]
        bad = [part for part in exercise.parts if part not in good]
        found.append(f"Right: {' and '.join(good)}. Look again at the {' and the '.join(bad)}.")
    found += filter(None, [hints.of_scale(solution, near), exercise.hint])
    say(f"**✗ Not yet.** {found[0]}")
    return False


def _numbers(answer, parts):
    """Return an answer's numbers as an array, or say what was expected."""
    expected = f"{len(parts)} numbers ({', '.join(parts)})" if parts else "a number"
    if not isinstance(answer, str) and hasattr(answer, "tolist"):  # of NumPy or pandas
        answer = answer.tolist()
    several = isinstance(answer, tuple | list)
    if several and not parts and len(answer) == 1:
        (answer,), several = answer, False
    found = answer if several else [answer]
    # NumPy has no room for a whole number beyond the largest float.
    real = all(_checks.is_number(x) and abs(x) <= sys.float_info.max for x in found)
    if not real or several != bool(parts) or len(found) != max(1, len(parts)):
        raise ValueError(f"answer: expected {expected}, got {answer!r:.60}")
    return np.array(found, dtype=float)


def student_seed(name):
    """Return a seed of one's own, so that every student works on another cohort.

    Parameters
    ----------
    name : str
        A name or a student number; case and outer spaces do not matter.

    Returns
    -------
    int
        From 1 to 1,000,000, the same on every machine.
    """
    _checks.text("name", name)
    digest = hashlib.sha256(name.strip().casefold().encode()).hexdigest()
    return int(digest, 16) % 1_000_000 + 1
