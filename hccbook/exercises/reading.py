"""What a reader hands over as an answer, as values that can be compared and kept."""

import sys
import unicodedata

import numpy as np

from .. import _checks

#: A sentence in words is at least this long.
SHORTEST_TEXT = 20


def read(exercise, answer):
    """Return an answer as numbers, as one of the choices or as text, or say what was expected."""
    if exercise.points:
        if not isinstance(answer, str) or len(answer.strip()) < SHORTEST_TEXT:
            raise ValueError(f"Expected a sentence or more in quotes, got {answer!r:.60}")
        return answer.strip()
    if exercise.choices:
        known = {plain(choice): choice for choice in exercise.choices}
        if not isinstance(answer, str) or plain(answer) not in known:
            listed = ", ".join(f'"{choice}"' for choice in exercise.choices)
            raise ValueError(f"Expected one of {listed}, got {answer!r:.60}")
        return known[plain(answer)]
    if exercise.at and hasattr(answer, "get_figure"):
        return np.array(_drawn(answer, exercise.at))
    return _numbers(answer, exercise)


def plain(text):
    """Return text without what does not matter in a name or a choice."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _numbers(answer, exercise):
    parts, several = exercise.parts or exercise.at, isinstance(answer, tuple | list)
    if not isinstance(answer, str) and hasattr(answer, "tolist"):  # of NumPy or pandas
        answer = answer.tolist()
        several = isinstance(answer, list)
    if several and not parts and len(answer) == 1:
        (answer,), several = answer, False
    found = answer if several else [answer]
    # NumPy has no room for a whole number beyond the largest float.
    real = all(_checks.is_number(x) and abs(x) <= sys.float_info.max for x in found)
    if not real or several != bool(parts) or len(found) != max(1, len(parts)):
        listed = ", ".join(map(str, exercise.parts))
        expected = f"{len(parts)} numbers ({listed})" if parts else "a number"
        expected = "a figure with a line, or its axes" if exercise.at else expected
        raise ValueError(f"Expected {expected}, got {answer!r:.60}")
    return np.array(found, dtype=float)


def _drawn(answer, at):
    """Return the heights of each line of a figure or of its axes at some places."""
    axes = answer.axes if isinstance(answer.axes, list) else [answer.axes]
    found = []
    for line in (line for one in axes for line in one.get_lines()):
        x, y = (np.asarray(values, dtype=float) for values in line.get_data())
        if len(x) < 2 or np.any(np.diff(x) < 0) or not x[0] <= min(at) <= max(at) <= x[-1]:
            continue
        if line.get_drawstyle().startswith("steps"):
            side = "right" if line.get_drawstyle() == "steps-post" else "left"
            step = np.searchsorted(x, at, side) - (side == "right")
            found.append(y[step])
        else:
            found.append(np.interp(at, x, y))
    if not found:
        raise ValueError(f"Expected a line from {min(at):g} to {max(at):g}, got a figure with none")
    return found
