"""Nomograms: rulers of points, and a patient read off them."""

import math
import textwrap
from itertools import count

import numpy as np

from .. import _checks
from .style import BLUE, GREY

# All lengths are in points of type, 1/72 inch.
#: Width of the figure, its margins, and the column of the patient's points. On a phone it is made
#: narrower by a sixth, and type of 10 points is still 11 pixels high.
WIDTH, MARGIN, COLUMN = 317, 12, 44
#: Length of the longest ruler.
LENGTH = WIDTH - 2 * MARGIN - COLUMN
#: Type of titles and of labels, distance of lines of type, of labels from their ruler, and air
#: between two labels side by side and between two rulers.
TITLE, TYPE, LINE, AWAY, APART, GAP = 11, 10, 12.5, 5, 5, 9
#: Letters in a line of a title.
LETTERS = 42
_PAPER = {"bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.8}, "zorder": 2}


def nomogram(nomogram, patient, outcome="Risk"):
    """Draw a nomogram, and read a patient off it.

    Parameters
    ----------
    nomogram : hccbook.prediction.Nomogram
        Made by :func:`hccbook.prediction.nomogram`.
    patient : mapping
        The patient's value or level of each predictor. Points are rounded to one decimal, so
        that they may add up to another last digit than that of the total.
    outcome : str
        Title of the ruler of the risk.

    Returns
    -------
    fig, alt : matplotlib.figure.Figure, str
        The text names each ruler with its range in points, and the points of the patient, their
        total and the risk.
    """
    import matplotlib.pyplot as plt

    from ..prediction import Nomogram

    if not isinstance(nomogram, Nomogram):
        raise ValueError(
            f"nomogram: expected one made by hccbook.prediction.nomogram, got {nomogram!r}"
        )
    _checks.text("outcome", outcome)
    reading = _read(nomogram, patient)
    fig = plt.figure(figsize=(WIDTH / 72, 1), layout="none")
    # Across: points. Down: points of type, in both halves alike.
    upper, lower = (fig.add_axes((MARGIN / WIDTH, 0, LENGTH / WIDTH, 1)) for _ in range(2))
    upper.set_xlim(0, 100)
    lower.set_xlim(0, nomogram.total[-1])
    tens = range(0, 101, 10)
    points, bottom = _ruler(upper, 0.0, "Points", tens, [str(ten) for ten in tens], above=True)
    several = "s" * (len(nomogram.coefficients) > 1)
    parts = [f"Nomogram with {len(nomogram.coefficients)} predictor{several}."]
    marks, sums = [], []
    for name, rows in nomogram.axes.groupby("axis", sort=False):
        levels = isinstance(nomogram.coefficients[name], dict)
        value = np.ravel(np.asarray(patient[name], dtype=object))[0]
        if levels:
            value = rows.loc[rows["value"] == value, "label"].iloc[0]
        rows = rows.sort_values("points", kind="stable")
        at, labels = rows["points"].tolist(), rows["label"].tolist()
        if not levels:
            value, *labels = (x.replace("-", "−") for x in (f"{value:zg}", *labels))
        y, bottom = _ruler(upper, bottom, f"{name}: {value}", at, labels, every=levels)
        marks.append((reading[name], y, f"{reading[name]:z.1f}"))
        ends = zip(labels, at, strict=True) if levels else ((labels[k], at[k]) for k in (0, -1))
        said = ", ".join(f"{label} is {place:z.1f} points" for label, place in ends)
        parts.append(f"{name}: {said}, the patient, {value}, has {reading[name]:z.1f}.")
    total = reading["total"]
    at, risks = nomogram.total.tolist(), nomogram.risks
    y, bottom = _ruler(lower, bottom, "Total points", at, [f"{x:zg}" for x in at], above=True)
    sums.append((total, y, f"{total:z.1f}"))
    at, labels = risks["points"].tolist(), [f"{risk:zg}" for risk in risks["risk"]]
    y, bottom = _ruler(lower, bottom, outcome, at, labels, end=nomogram.reach)
    risk, low, high = map(_share, (reading["risk"], *nomogram.risk([0, nomogram.reach])))
    sums.append((total, y, risk))
    parts.append(f"Total from 0 to {nomogram.reach:z.1f} points; the patient has {total:z.1f}.")
    parts.append(f"{outcome} from {low} to {high}; the patient's is {risk}.")
    fig.set_size_inches(WIDTH / 72, bottom / 72)
    for ax in fig.axes:
        ax.set_ylim(bottom, 0)
        ax.set_axis_off()
    _guide(upper, lower, points, marks, sums)
    return fig, " ".join(parts)


def _read(nomogram, patient):
    """Return the reading of one patient."""
    try:
        table = nomogram.read(patient)
    except ValueError as error:
        raise ValueError(f"patient{str(error).removeprefix('patients')}") from None
    if len(table) != 1:
        raise ValueError(f"patient: expected one patient, got {len(table)}")
    return table.iloc[0]


def _share(risk):
    """Write a risk with two decimals, with three near 0 and 1, and neither as 0 nor as 1."""
    if 0.01 <= risk <= 0.99:
        return f"{risk:z.2f}"
    return "<0.001" if risk < 0.001 else ">0.999" if risk > 0.999 else f"{risk:z.3f}"


def _width(text):
    """Return the width of a label in matplotlib's default type."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    return text_to_path.get_text_width_height_descent(text, FontProperties(size=TYPE), False)[0]


def _ruler(ax, top, title, at, labels, end=None, above=False, every=False):
    """Draw a ruler from ``top`` down; return the height of its line, and where the next begins.

    Labels stand ``above`` or below it, ``every`` one or as many as there is room for.
    """
    unit = ax.get_xlim()[1] / LENGTH
    places = _places([x / unit for x in at], [_width(label) for label in labels], above, every)
    lines, words = [line for *_, line in places], textwrap.wrap(title, LETTERS)
    y = top + len(words) * (TITLE + 2) + AWAY + LINE * (-1 in lines)
    for row, text in enumerate(words):
        place = {"va": "top", "fontsize": TITLE, "parse_math": False}
        ax.text(-MARGIN * unit, top + row * (TITLE + 2), text, **place, **_PAPER)
    look = {"color": "black", "linestyle": "none", "clip_on": False, "zorder": 3}
    end = max(at) if end is None else end
    ax.plot([0, end], [y, y], **look | {"linestyle": "-"}, linewidth=1.1)
    ax.plot(at, [y] * len(at), "|", **look, label=title, markersize=7)
    if above:
        between = (np.array(at[1:]) + at[:-1]) / 2
        ax.plot(between, [y] * between.size, "|", **look, markersize=4)
    for tick, centre, line in places:
        height = y + AWAY + LINE * line if line >= 0 else y - AWAY
        if line > 0:  # a leader, behind the labels of the lines between
            ends, x = [y, height], [at[tick]] * 2
            ax.plot(x, ends, color=GREY, linestyle="-", linewidth=0.7, zorder=1)
        place = {"ha": "center", "va": "bottom" if line < 0 else "top", "fontsize": TYPE}
        ax.text(centre * unit, height, labels[tick], **place, parse_math=False, **_PAPER)
    return y, y + AWAY + LINE * (max(lines, default=-1) + 1) + GAP


def _places(x, widths, above, every):
    """Return tick, centre and line of each label: below the ruler 0, 1, …, above it -1.

    A label that has no room on the first line stands on the other side of the ruler. Where both
    sides are too few, ``every`` label takes as many lines as needed, or every second (third, ...)
    and the last are shown.
    """
    lines = [-1, 0] if above else [0, -1]
    lines += range(1, len(x)) if every else ()
    most = LENGTH + MARGIN
    centres = [max(min(a, most - w / 2), w / 2 - MARGIN) for a, w in zip(x, widths, strict=True)]
    for step in count(1):
        places, ends = [], dict.fromkeys(lines, -math.inf)
        ticks = sorted({*range(0, len(x), step), len(x) - 1}) if x else []
        for tick in ticks:
            left, right = (centres[tick] + side * widths[tick] / 2 for side in (-1, 1))
            if free := [line for line in lines if ends[line] + APART <= left]:
                ends[free[0]] = right
                places.append((tick, centres[tick], free[0]))
        if len(places) == len(ticks):  # two labels always find room
            return places


def _guide(upper, lower, points, marks, sums):
    """Draw the patient's marks, the lines that guide to the points and the risk, and the sum."""
    dashes = {"color": BLUE, "linestyle": (0, (3, 2)), "linewidth": 1, "zorder": 1}
    mark = {"color": BLUE, "linestyle": "none", "clip_on": False, "zorder": 4}
    edge = LENGTH + MARGIN + COLUMN
    for ax, rows in ((upper, [(None, points, "Patient"), *marks]), (lower, sums)):
        unit = ax.get_xlim()[1] / LENGTH
        for x, y, text in rows:
            if x is not None:
                ax.plot(x, y, "D", **mark, markersize=7, label="patient")
            place = {"ha": "right", "va": "center", "weight": "bold", "fontsize": TYPE}
            ax.text(edge * unit, y, text, **place)
    for x, y, _ in marks:
        upper.plot([x, x], [y, points], **dashes)
        upper.plot(x, points + 3.5, "^", **mark, markersize=6)
    (x, first, _), (_, last, _) = sums
    lower.plot([x, x], [first, last], **dashes)
    ends = np.array([edge - COLUMN + MARGIN, edge]) * unit
    rule = {"color": "black", "linestyle": "-", "linewidth": 0.8, "clip_on": False}
    lower.plot(ends, [first - LINE * 0.7] * 2, **rule)
