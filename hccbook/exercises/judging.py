"""Whether an answer is right, and the hint that fits it."""

import sys
from typing import NamedTuple

import numpy as np

from .. import _checks
from . import hints


class Judgement(NamedTuple):
    """What is said of an answer: whether it is right, what the reader sees, the hint in it."""

    right: bool
    words: str
    hint: str = ""


def judge(exercise, answer, solution, mistakes):
    """Judge an answer by the right one and the known mistakes; no answer is too odd for it."""
    try:
        numbers = _numbers(answer, exercise.parts)
    except ValueError as error:
        expected = str(error).partition(": ")[2] or "another answer was expected"
        return _wrong(f"{expected[0].upper()}{expected[1:]}.")

    def near(value):
        return exercise.near(numbers, value)

    right = near(solution)
    if right.all():
        return Judgement(True, f"**✓ Right.** {exercise.praise}")
    found = [hint for mistake, hint in mistakes if near(mistake).all()]
    if not found and hints.too_few_decimals(numbers, solution):
        hint = "Give one more decimal."
        return Judgement(False, f"**… Right as far as it goes.** {hint}", hint)
    found += [hint for mistake, hint in mistakes if hints.as_given(numbers, mistake)]
    if right.any():
        good = [part for part, fits in zip(exercise.parts, right, strict=True) if fits]
        bad = [part for part in exercise.parts if part not in good]
        found.append(f"Right: {' and '.join(good)}. Look again at the {' and the '.join(bad)}.")
    found += filter(None, [hints.of_scale(solution, near), exercise.hint])
    return _wrong(found[0])


def _wrong(hint):
    return Judgement(False, f"**✗ Not yet.** {hint}", hint)


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
