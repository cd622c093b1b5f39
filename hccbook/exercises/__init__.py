"""Checks of a reader's answers, with a hint that fits the mistake made.

The exercises of a notebook are declared in ``data/exercises/<notebook>.toml``. A student who
gives an id has patients and numbers of one's own, and the answers kept for whoever marks them.
"""

from .. import _checks
from . import answers
from .exercise import Exercise, load
from .judging import judge
from .made_up import Finding, made_up_finding, shared_percentages
from .own import NOBODY, plain, student_seed
from .own import given as _given

__all__ = [
    "Exercise",
    "Finding",
    "check",
    "load",
    "made_up_finding",
    "own_numbers",
    "shared_percentages",
    "student",
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
        What the exercise's text gives, such as ``seed=7``. A student who was named by
        :func:`student` has numbers of one's own in its place, and is told them.

    Returns
    -------
    bool or None
        Whether it is right; ``None`` without an answer.
    """
    from ..display import say

    _checks.one_of("name", name, load())
    exercise, told = load()[name], ""
    if set(given) != set(exercise.given):
        raise ValueError(
            f"given: expected what the text of {name} gives, {exercise.given}, got {[*given]}"
        )
    if answers.current() and exercise.each:
        own = _given(name, answers.current())
        if given.get("seed") != own.get("seed"):
            say(f"These are not your patients: yours have the seed {own['seed']}.")
            return None
        given = own
        listed = ", ".join(f"{key} = `{value!r}`" for key, value in own.items() if key != "seed")
        told = f" **Yours instead of the text's:** {listed}." if listed else ""
    if answer is None:
        say(
            "**… No answer yet.** Put your number in place of `None` and run the cell again. "
            f"It is right if it is within {exercise.tolerance:g}.{told}"
        )
        return None
    found = judge(exercise, answer, *exercise.solve(**given))
    say(found.words + ("" if found.right else told))
    if answers.current():
        answers.keep(name, answer, found)
    return found.right


def own_numbers(name, student=None):
    """Return what an exercise gives a student instead of its text, or nothing without an id.

    ``student`` is the one of :func:`student` if left out.
    """
    _checks.one_of("name", name, load())
    student = answers.current() if student is None else student
    if student is None or not load()[name].each:
        return {}
    _checks.text("student", student)
    return _given(name, student)


def student(name=None):
    """Say whose notebook this is, and return the seed of that student's patients.

    From here on, answers are kept in ``answers-<id>.json`` beside the notebook.

    Parameters
    ----------
    name : str, optional
        An id, in any letters; left out, it is the one that was given before. With "a student",
        as the book's own notebooks have it, the numbers of the text count, and no answers are
        kept.

    Returns
    -------
    int
        The seed, that of :func:`student_seed`.
    """
    if name is None:
        return student_seed(answers.current() or NOBODY)
    seed = student_seed(name)
    answers.set_current(None if plain(name) == NOBODY else name)
    return seed
