"""Whether an answer is right, and the hint that fits it."""

from typing import NamedTuple

import numpy as np

from . import hints
from .reading import read


class Judgement(NamedTuple):
    """What is said of an answer."""

    #: 1 right, 0 not; a share for points that were ticked; None if nothing was judged.
    mark: float | None
    #: What the reader sees.
    words: str
    #: The hint in it; empty if the answer is right.
    hint: str = ""
    #: The answer as it is kept, in JSON's own types; None if it is none.
    kept: object = None


def judge(exercise, answer, solved, ticked=None):
    """Judge an answer by the right one and the known mistakes; never raises for any answer."""
    try:
        read_ = read(exercise, answer)
    except ValueError as error:
        return Judgement(0, f"**✗ Not yet.** {error}.", str(error))
    except Exception as error:  # an object of its own kind, as a notebook may hold
        words = f"Expected another answer than {type(answer).__name__}"
        return Judgement(0, f"**✗ Not yet.** {words}.", f"{words} ({type(error).__name__})")
    if exercise.points:
        return _in_words(exercise, read_, ticked)
    if exercise.choices:
        return _chosen(exercise, read_, *solved)
    rows = np.atleast_2d(read_)
    # Of several lines in a figure, the one that is nearest.
    numbers = rows[np.argmin(np.abs(rows - solved[0]).max(axis=1))]
    kept = numbers.tolist()
    many = exercise.parts or exercise.at
    return _of_numbers(exercise, numbers, *solved)._replace(kept=kept if many else kept[0])


def _right(exercise):
    return Judgement(1, f"**✓ Right.** {exercise.praise}")


def _wrong(hint):
    return Judgement(0, f"**✗ Not yet.** {hint}", hint)


def _in_words(exercise, text, ticked):
    points = exercise.points
    try:
        ticks = None if ticked is None else sorted({int(x) for x in np.ravel(ticked).tolist()})
        off = ticks is not None and not set(ticks) <= set(range(1, len(points) + 1))
    except (TypeError, ValueError, OverflowError):
        off = True
    if off:
        words = f"`ticked`: expected numbers of points from 1 to {len(points)}"
        return Judgement(None, f"**… Not ticked.** {words}, such as `[1, 2]`.", words, text)
    if ticks is None:
        listed = "\n".join(f"{place}. {point}" for place, point in enumerate(points, 1))
        words = (
            f"**… Compare.** A model answer:\n\n> {exercise.model}\n\nWhich of these does yours "
            f"say? Run again with their numbers, such as `ticked=[1, 2]`.\n\n{listed}"
        )
        return Judgement(None, words, "", text)
    share = len(ticks) / len(points)
    words = f"**{len(ticks)} of {len(points)} points,** as you ticked them. "
    said = "" if share == 1 else exercise.hint
    return Judgement(share, words + (said or exercise.praise), said, text)


def _chosen(exercise, choice, solution, mistakes):
    if choice == solution:
        return _right(exercise)._replace(kept=choice)
    found = [hint for mistake, hint in mistakes if choice == mistake]
    return _wrong([*found, exercise.hint][0])._replace(kept=choice)


def _of_numbers(exercise, numbers, solution, mistakes):
    def near(value):
        return exercise.near(numbers, value)

    right = near(solution)
    if right.all():
        return _right(exercise)
    found = [hint for mistake, hint in mistakes if near(mistake).all()]
    if not found and hints.too_few_decimals(numbers, solution):
        hint = "Give one more decimal."
        return Judgement(0, f"**… Right as far as it goes.** {hint}", hint)
    found += [hint for mistake, hint in mistakes if hints.as_given(numbers, mistake)]
    if right.any() and exercise.parts:
        good = [part for part, fits in zip(exercise.parts, right, strict=True) if fits]
        bad = [part for part in exercise.parts if part not in good]
        found.append(f"Right: {' and '.join(good)}. Look again at the {' and the '.join(bad)}.")
    found += filter(None, [hints.of_scale(solution, near), exercise.hint])
    return _wrong(found[0])
