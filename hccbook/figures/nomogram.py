"""Nomograms: rulers of points, and a patient read off them."""

import textwrap
from dataclasses import dataclass, field
from itertools import count

import numpy as np

from .style import BLUE, GREY

# All lengths are in points of type, 1/72 inch.
#: Width of the figure, its margins, and the column of the patient's points. On a phone it is made
#: narrower by a sixth, and type of 10 points is still 11 pixels high.
WIDTH, MARGIN, COLUMN = 317, 12, 44
#: Type of titles and of labels, distance of lines of type, and of labels from their ruler.
TITLE, TYPE, LINE, AWAY = 11, 10, 12.5, 5
#: Air between two labels side by side, between two rulers, between a label and the leader of
#: another, and between a label and its own leader.
APART, GAP, CLEAR, BESIDE = 5, 9, 3, 4


@dataclass
class _Ruler:
    """One ruler: what stands on it, the patient's place on it, and where all that is drawn."""

    name: str
    at: list
    labels: list
    end: float
    keep: bool = False  # every label, as of levels
    above: bool = False  # labels above the ruler rather than below
    mark: float | None = None
    value: str = ""
    written: str = ""
    title: list = field(default_factory=list)
    places: list = field(default_factory=list)  # index of the tick, centre and line of its label
    flags: bool = False  # labels beside leaders
    top: float = 0.0
    y: float = 0.0  # of its line


def nomogram(nomogram, patient=None, outcome="Risk"):
    """Draw a nomogram, and read a patient off it.

    Parameters
    ----------
    nomogram : hccbook.prediction.Nomogram
        Made by :func:`hccbook.prediction.nomogram`.
    patient : mapping, optional
        The patient's value or level of each predictor. Points are rounded to one decimal, so
        that they may add up to another last digit than that of the total.
    outcome : str
        Title of the ruler of the risk; of several, the name of each is added.

    Returns
    -------
    fig : matplotlib.figure.Figure
    alt : str
        Names each ruler with its range in points, and the patient's points, total and risk.
    """
    # Labels that have no room below their ruler stand above it. Of numbers for which both sides
    # are too few, every second (third, ...) is labelled. Levels are all labelled, on as many
    # lines as they need, those away from the ruler by a leader.
    import matplotlib.pyplot as plt

    from ..prediction import Nomogram

    if not isinstance(nomogram, Nomogram):
        raise ValueError(
            f"nomogram: expected one made by hccbook.prediction.nomogram, got {nomogram!r}"
        )
    if not isinstance(outcome, str) or not outcome.strip():
        raise ValueError(f"outcome: expected a name, got {outcome!r}")
    reading = None if patient is None else _read(nomogram, patient)
    tens = range(0, 101, 10)
    points = _Ruler("Points", list(tens), [str(ten) for ten in tens], 100, above=True)
    upper = [points, *_predictors(nomogram, patient, reading)]
    lower = _results(nomogram, reading, outcome)
    length = WIDTH - 2 * MARGIN - (0 if reading is None else COLUMN)
    height = 0.0
    for rulers in (upper, lower):
        span = rulers[0].end
        for ruler in rulers:
            height = _arrange(ruler, length, span, height)
    fig = plt.figure(figsize=(WIDTH / 72, height / 72), layout="none")
    for rulers in (upper, lower):
        # Across: points. Down: points of type, in both halves alike.
        ax = fig.add_axes((MARGIN / WIDTH, 0, length / WIDTH, 1))
        ax.set(xlim=(0, rulers[0].end), ylim=(height, 0))
        ax.set_axis_off()
        for ruler in rulers:
            _draw(ax, ruler, rulers[0].end / length)
    if reading is not None:
        _guide(*fig.axes, upper, lower, length)
    return fig, _alt(nomogram, upper[1:], lower[1:], reading)


def _read(nomogram, patient):
    """Return the reading of one patient."""
    try:
        table = nomogram.read(patient)
    except ValueError as error:
        raise ValueError(f"patient{str(error).removeprefix('patients')}") from None
    if len(table) != 1:
        raise ValueError(f"patient: expected one patient, got {len(table)}")
    return table.iloc[0]


def _predictors(nomogram, patient, reading):
    """Return a ruler for each predictor."""
    for name, rows in nomogram.axes.groupby("axis", sort=False):
        levels = isinstance(nomogram.coefficients[name], dict)
        rows = rows.sort_values("points", kind="stable")
        labels = rows["label"].tolist() if levels else [_minus(text) for text in rows["label"]]
        ruler = _Ruler(
            str(name), rows["points"].tolist(), labels, rows["points"].max(), keep=levels
        )
        if reading is not None:
            value = np.ravel(np.asarray(patient[name], dtype=object))[0]
            if levels:  # as its label, also where 1.0 is the level 1
                value = next(level for level in nomogram.coefficients[name] if level == value)
            ruler.value = str(value) if levels else _minus(f"{value:zg}")
            ruler.mark, ruler.written = reading[name], f"{reading[name]:z.1f}"
        yield ruler


def _results(nomogram, reading, outcome):
    """Return the rulers of total points and of each risk."""
    at = nomogram.total["points"].tolist()
    total = _Ruler("Total points", at, [f"{points:zg}" for points in at], at[-1], above=True)
    rulers = {"total": total}
    for axis in nomogram.survival:
        rows = nomogram.risks[nomogram.risks["axis"] == axis]
        labels, at = [f"{risk:zg}" for risk in rows["risk"]], rows["points"].tolist()
        name = outcome if axis == "risk" else f"{outcome}, {axis}"
        rulers[axis] = _Ruler(name, at, labels, nomogram.reach)
    if reading is not None:
        for column, ruler in rulers.items():
            ruler.mark, ruler.written = reading["total"], _share(reading[column])
        total.written = f"{reading['total']:z.1f}"
    return list(rulers.values())


def _minus(text):
    return text.replace("-", "−")


def _share(risk):
    """Write a risk with two decimals, with three near 0 and 1, and neither as 0 nor as 1."""
    if 0.01 <= risk <= 0.99:
        return f"{risk:z.2f}"
    return "<0.001" if risk < 0.001 else ">0.999" if risk > 0.999 else f"{risk:z.3f}"


def _width(text, size=TYPE):
    """Return the width of a text in matplotlib's default type."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    return text_to_path.get_text_width_height_descent(text, FontProperties(size=size), False)[0]


def _wrapped(text, width):
    """Break a title into lines of a width."""
    for letters in range(len(text), 0, -1):
        lines = textwrap.wrap(text, letters)
        if all(_width(line, TITLE) <= width for line in lines):
            break
    return lines


def _arrange(ruler, length, span, top):
    """Place title, line and labels of a ruler from ``top`` down; return where the next begins."""
    text = f"{ruler.name}: {ruler.value}" if ruler.value else ruler.name
    ruler.title = _wrapped(text, WIDTH - MARGIN)
    x = [points / span * length for points in ruler.at]
    widths = [_width(label) for label in ruler.labels]
    ruler.places = _places(x, widths, length, ruler.above, ruler.keep)
    if ruler.places is None:
        ruler.flags, ruler.places = True, _flags(x, widths, length)
    lines = [line for *_, line in ruler.places]
    ruler.y = top + len(ruler.title) * (TITLE + 2) + AWAY + LINE * max(0, -min(lines, default=0))
    ruler.top = top
    return ruler.y + AWAY + LINE * (max(lines, default=-1) + 1) + GAP


def _places(x, widths, length, above, keep):
    """Place labels below the ruler (lines 0, 1) and above it (lines -1, -2).

    Numbers stand on the lines beside the ruler. If there is no room, every second (third, ...)
    and the last are kept; ``None`` if all labels are to be kept.
    """
    lines = ((-1, 0) if above else (0, -1)) + (1, -2) * keep
    centres = [_inside(a, width, length) for a, width in zip(x, widths, strict=True)]
    for step in count(1):
        ticks = sorted({*range(0, len(x), step), len(x) - 1}) if x else []
        places = _on_lines(ticks, x, centres, widths, lines)
        # Two labels always find room, one below and one above.
        if places is not None or keep:
            return places


def _on_lines(ticks, x, centres, widths, lines):
    """Give each label the first line where there is room; ``None`` if there is none."""
    placed = []
    for tick in ticks:
        ends = centres[tick] - widths[tick] / 2, centres[tick] + widths[tick] / 2
        for line in lines:
            new = (x[tick], *ends, line)
            if all(_apart(new, old) and _apart(old, new) for *_, old in placed):
                placed.append((tick, centres[tick], line, new))
                break
        else:
            return None
    return [place[:3] for place in placed]


def _apart(one, other):
    """Whether one label touches no other on its line, and its leader none on a nearer line."""
    tick, low, high, line = one
    _, start, end, near = other
    if line == near:
        return high + APART <= start or end + APART <= low
    if (line < 0) == (near < 0) and _depth(line) > _depth(near):
        return tick + CLEAR <= start or end + CLEAR <= tick
    return True


def _depth(line):
    """Return how many lines are between a line of labels and the ruler."""
    return line if line >= 0 else -line - 1


def _flags(x, widths, length):
    """Place labels beside leaders from their ticks, which cross no label.

    Right of the leaders, the rightmost first; or only those of the first ticks, and the others
    left of their leaders. Where nothing fits, labels lie over leaders, one to a line.
    """
    ticks = range(len(x))
    for split in reversed(range(len(x) + 1)):
        centres = [
            x[tick] + (1 if tick < split else -1) * (BESIDE + widths[tick] / 2) for tick in ticks
        ]
        if any(_inside(centres[tick], widths[tick], length) != centres[tick] for tick in ticks):
            continue
        if places := _on_lines([*ticks[:split][::-1], *ticks[split:]], x, centres, widths, ticks):
            return places
    centres = [_inside(x[tick] + BESIDE + widths[tick] / 2, widths[tick], length) for tick in ticks]
    return [(tick, centres[tick], line) for line, tick in enumerate(reversed(ticks))]


def _inside(centre, width, length):
    """Move a label as far as needed to stay in the figure."""
    return max(min(centre, length + MARGIN - width / 2), width / 2 - MARGIN)


def _draw(ax, ruler, unit):
    """Draw one ruler; ``unit`` is what a point of type is in its points."""
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
    for row, line in enumerate(ruler.title):
        y = ruler.top + row * (TITLE + 2)
        place = {"va": "top", "bbox": paper, "zorder": 2, "parse_math": False}
        ax.text(-MARGIN * unit, y, line, fontsize=TITLE, **place)
    look = {"color": "black", "linestyle": "none", "clip_on": False, "zorder": 3}
    ax.plot([0, ruler.end], [ruler.y] * 2, **look | {"linestyle": "-"}, linewidth=1.1)
    ax.plot(ruler.at, [ruler.y] * len(ruler.at), "|", **look, label=ruler.name, markersize=7)
    if ruler.above:
        between = (np.array(ruler.at[1:]) + ruler.at[:-1]) / 2
        ax.plot(between, [ruler.y] * between.size, "|", **look, markersize=4)
    for tick, centre, line in ruler.places:
        away = AWAY + LINE * _depth(line)
        y = ruler.y + (away if line >= 0 else -away)
        if ruler.flags or _depth(line):
            ends = [ruler.y, y + LINE / 2 * ruler.flags]
            ax.plot([ruler.at[tick]] * 2, ends, color=GREY, linestyle="-", linewidth=0.7, zorder=1)
        side = "bottom" if line < 0 else "top"
        place = {"ha": "center", "va": side, "bbox": paper, "zorder": 2, "parse_math": False}
        ax.text(centre * unit, y, ruler.labels[tick], fontsize=TYPE, **place)


def _guide(above, below, upper, lower, length):
    """Draw the patient's marks, the lines that guide to the points and the risk, and the sum."""
    dashes = {"color": BLUE, "linestyle": (0, (3, 2)), "linewidth": 1, "zorder": 1}
    mark = {"color": BLUE, "linestyle": "none", "clip_on": False, "zorder": 4}
    edge = length + MARGIN + COLUMN
    for ax, rulers in ((above, upper), (below, lower)):
        unit = rulers[0].end / length
        for ruler in rulers:
            if ruler.mark is not None:
                ax.plot(ruler.mark, ruler.y, "D", **mark, markersize=7, label="patient")
            text = ruler.written or "Patient"
            ax.text(
                edge * unit, ruler.y, text, fontsize=TYPE, weight="bold", ha="right", va="center"
            )
    for ruler in upper[1:]:
        above.plot([ruler.mark] * 2, [ruler.y, upper[0].y], **dashes)
        above.plot(ruler.mark, upper[0].y + 3.5, "^", **mark, markersize=6)
    below.plot([lower[0].mark] * 2, [lower[0].y, lower[-1].y], **dashes)
    unit = lower[0].end / length
    ends = np.array([edge - COLUMN + MARGIN, edge]) * unit
    rule = {"color": "black", "linestyle": "-", "linewidth": 0.8, "clip_on": False}
    below.plot(ends, [lower[0].y - LINE * 0.7] * 2, **rule)


def _alt(nomogram, rulers, results, reading):
    """Say what is drawn."""
    parts = [f"Nomogram with {len(rulers)} predictor{'s' * (len(rulers) > 1)}."]
    for ruler in rulers:
        ends = (0, -1) if not ruler.keep else range(len(ruler.at))
        said = [f"{ruler.labels[tick]} is {ruler.at[tick]:z.1f} points" for tick in ends]
        if reading is not None:
            said.append(f"the patient, {ruler.value}, has {ruler.written}")
        parts.append(f"{ruler.name}: {', '.join(said)}.")
    total = "" if reading is None else f"; the patient has {reading['total']:z.1f}"
    parts.append(f"Total from 0 to {nomogram.reach:z.1f} points{total}.")
    for axis, ruler in zip(nomogram.survival, results, strict=True):
        low, high = (_share(nomogram.risk(points, axis)) for points in (0, nomogram.reach))
        risk = "" if reading is None else f"; the patient's is {_share(reading[axis])}"
        parts.append(f"{ruler.name} from {low} to {high}{risk}.")
    return " ".join(parts)
