"""Checks of a reader's answers, with a hint that fits the mistake made.

Each notebook that asks has a module of its own here.
"""

import hashlib
import inspect

from .. import _checks
from . import magnesium_lab, mri_lab, radiotherapy_lab, tipm_lab  # noqa: F401 (they fill EXERCISES)
from .exercise import EXERCISES, Exercise, numbers, several
from .il6_sii_lab import Finding, made_up_finding
from .reading_printed_numbers import shared_percentages

__all__ = [
    "EXERCISES",
    "Exercise",
    "Finding",
    "check",
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
        Name of the exercise, a key of :data:`EXERCISES`.
    answer : float, tuple of float or None
        The reader's answer; ``None`` means none yet.
    **given
        What the exercise's text gives, such as ``seed=7``.

    Returns
    -------
    bool or None
        Whether it is right; ``None`` without an answer.

    Raises
    ------
    ValueError
        If the name is unknown, the answer is not a finite number, or not as many as asked, or
        what the text gives is not all there.
    """
    from ..display import say

    _checks.one_of("name", name, EXERCISES)
    if answer is None:
        say("**… No answer yet.** Put your number in place of `None` and run the cell again.")
        return None
    exercise = EXERCISES[name]
    given_numbers = numbers(answer, exercise.parts)

    def near(value):
        pairs = zip(given_numbers, several(value), strict=True)
        return [abs(x - y) <= exercise.tolerance for x, y in pairs]

    try:
        inspect.signature(exercise.solve).bind(**given)
    except TypeError as error:
        raise ValueError(f"given: expected what the text of {name} gives, got {error}") from None
    right = near(exercise.answer(**given))
    if all(right):
        say(f"**✓ Right.** {exercise.praise}")
        return True
    hints = [hint for mistake, hint in exercise.mistakes(**given) if all(near(mistake))]
    if any(right):
        good, bad = (
            [part for part, fits in zip(exercise.parts, right, strict=True) if fits == kind]
            for kind in (True, False)
        )
        hints.append(f"Right: {' and '.join(good)}. Look again at the {' and the '.join(bad)}.")
    say(f"**✗ Not yet.** {[*hints, exercise.hint][0]}")
    return False


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

    Raises
    ------
    ValueError
        If ``name`` is empty.
    """
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"name: expected a name, got {name!r}")
    digest = hashlib.sha256(name.strip().casefold().encode()).hexdigest()
    return int(digest, 16) % 1_000_000 + 1
