"""One mark for each printed number of the audits."""

import math

from .. import _checks
from .style import BLUE, GREEN, GREY, VERMILION

#: Mark, colour and filling of each verdict, and of numbers that were only built into cohorts, in
#: the order of drawing: shape and colour both tell.
MARKS = {
    "contradicted": ("X", VERMILION, "full"),
    "missed": ("^", VERMILION, "none"),
    "compatible": ("s", BLUE, "full"),
    "rounding": ("D", GREEN, "none"),
    "exact": ("o", GREEN, "full"),
    "calibrated": ("|", GREY, "full"),
    "untestable": ("_", GREY, "full"),
}
#: Marks in a full line of :func:`verdicts`.
PER_LINE = 30


def verdicts(counts):
    """Draw one mark for each printed number, a block for each paper.

    Parameters
    ----------
    counts : pandas.DataFrame
        Numbers of printed numbers: papers (or other groups) in rows, verdicts in columns.

    Returns
    -------
    fig, alt : matplotlib.figure.Figure, str
        The text names the counts of each row and verdict.
    """
    import matplotlib.pyplot as plt

    _checks.frame("counts", counts, empty=True)
    if unknown := set(counts.columns) - set(MARKS):
        raise ValueError(f"counts: expected columns from {list(MARKS)}, got {sorted(unknown)}")
    words = [word for word in MARKS if word in counts]
    places = {word: ([], []) for word in words}
    heads, parts, row, total = [], [], 0, 0
    for name, cells in counts.iterrows():
        numbers = {word: _checks.whole("counts", cells[word]) for word in words}
        marks = [word for word in words for _ in range(numbers[word])]
        heads.append((row, f"{name}: {len(marks)}"))
        for place, word in enumerate(marks):
            places[word][0].append(place % PER_LINE)
            places[word][1].append(row + 1 + place // PER_LINE)
        # A line for the name before the marks, and half a line of air behind them.
        row += 1.5 + math.ceil(len(marks) / PER_LINE)
        total += len(marks)
        said = [f"{number} {word}" for word, number in numbers.items() if number]
        parts.append(f"{name}: {', '.join(said) or 'none'}")
    if not total:
        raise ValueError("counts: expected at least one printed number, got none")
    pitch = 4.8 / PER_LINE
    fig, ax = plt.subplots(figsize=(4.8, pitch * row + 0.6))
    for word, (across, down) in places.items():
        if across:
            mark, colour, filling = MARKS[word]
            # A filled mark needs no edge: that saves a third of the file.
            edge = 0 if filling == "full" and mark not in "_|" else 1
            look = {"color": colour, "fillstyle": filling, "markeredgewidth": edge}
            ax.plot(across, down, mark, label=word, markersize=6.5, linestyle="none", **look)
    for down, head in heads:
        ax.text(-0.5, down, head, va="center")
    ax.set(xlim=(-0.7, PER_LINE - 0.3), ylim=(row - 0.7, -0.6))
    ax.set_axis_off()
    fig.legend(loc="outside lower left", ncols=3)
    return fig, f"One mark for each of {total} printed numbers. {'; '.join(parts)}."
