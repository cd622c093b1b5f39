"""Checks of a reader's answers, with a hint that fits the mistake made.

The exercises of a notebook are declared in ``data/exercises/<notebook>.toml``. A student who
gives an id works on patients of one's own, and has the answers kept for whoever marks them.
"""

from .. import _checks
from . import answers
from .exercise import Exercise, load
from .judging import judge
from .made_up import Finding, made_up_finding, shared_percentages
from .own import student_seed

__all__ = [
    "Exercise",
    "Finding",
    "check",
    "load",
    "made_up_finding",
    "shared_percentages",
    "student",
    "student_seed",
]
__dir__ = __all__.copy


def check(name, answer, *, ticked=None, **given):
    """Check an answer and show the result, with a hint if it is wrong.

    Parameters
    ----------
    name : str
        Name of the exercise: that of its notebook and a number, such as ``"mri-lab.2"``.
    answer : float, sequence of float, str, matplotlib figure or axes, or None
        The reader's answer: a number, or for several a tuple, list, array or Series; one of the
        choices, or a sentence; what was drawn. ``None`` means none yet. What is no such answer is
        told in one sentence, so that a notebook runs on.
    ticked : sequence of int, optional
        For an answer in words: the points of the model answer that it has.
    **given
        What the exercise's text gives, such as ``seed=7``; the seed of :func:`student` may be
        left out.

    Returns
    -------
    bool or None
        Whether it is right; ``None`` without an answer, or if nothing was judged.
    """
    from ..display import say

    _checks.one_of("name", name, load())
    exercise = load()[name]
    if answer is None:
        say(f"**… No answer yet.** {_wanted(exercise)}")
        return None
    if exercise.own and answers.current():
        given.setdefault("seed", student_seed(answers.current()))
    if set(given) != set(exercise.given):
        raise ValueError(
            f"given: expected what the text of {name} gives, {exercise.given}, got {[*given]}"
        )
    found = judge(exercise, answer, exercise.solve(**given), ticked)
    say(found.words)
    if found.kept is not None and answers.current():
        answers.keep(name, found.kept, given, ticked)
    return None if found.mark is None else found.mark == 1


def _wanted(exercise):
    what, near = "your number", ""
    if exercise.points:
        what = "a sentence or more, in quotes,"
    elif exercise.choices:
        what = f"one of {', '.join(f'`{choice!r}`' for choice in exercise.choices)}"
    else:
        what = "your figure" if exercise.at else what
        near = f" It is right if it is within {exercise.tolerance:g}."
    return f"Put {what} in place of `None` and run the cell again.{near}"


def student(name):
    """Set whose notebook this is, and return the seed of that student's patients.

    From here on, answers are kept in ``answers-<id>.json`` beside the notebook. ``None`` ends that.
    """
    if name is None:
        answers.set_current(None)
        return None
    seed = student_seed(name)
    answers.set_current(name)
    return seed
