"""Forest plots of a meta-analysis: squares by weight, diamonds for pooled ratios."""

import math

import numpy as np

from .forest import log_axis
from .style import BLUE, GREY, VERMILION

_COLUMNS = ("ratio", "lower", "upper", "weight")
#: Area of the square of a study that has all the weight, and of the smallest one, in points².
LARGEST_SQUARE, SMALLEST_SQUARE = 420, 12


def forest_meta(studies, pooled, quantity="Hazard ratio", null=1.0):
    """Draw the studies of a meta-analysis and their pooled ratios.

    Parameters
    ----------
    studies : pandas.DataFrame
        A row a study, by its name, with ``ratio``, ``lower``, ``upper`` and ``weight`` in per
        cent. Where a ratio is not published but implied, ``least`` and ``most`` say between which
        values it lies (NaN, or no such columns, where it is published): the study then has an open
        square, a dashed line, and a band.
    pooled : mapping of str to tuple of float
        ``(ratio, lower, upper)`` by name: a diamond each.
    quantity : str
        Name of the estimate, for the axis.
    null : float
        Where a line marks no effect.

    Returns
    -------
    fig : matplotlib.figure.Figure
    alt : str
        Names each row with its numbers.

    Raises
    ------
    ValueError
        If a column is missing, there is no study or no diamond, or a ratio is not above 0.
    """
    import matplotlib.pyplot as plt

    if missing := [name for name in _COLUMNS if name not in studies]:
        raise ValueError(f"studies: expected the columns {list(_COLUMNS)}, got none of {missing}")
    if not len(studies) or not pooled:
        raise ValueError(f"pooled: expected studies and results, got {len(studies)} and {pooled}")
    rows = studies.reindex(columns=[*_COLUMNS, "least", "most"]).astype(float)
    drawn = [*rows[list(_COLUMNS[:3])].to_numpy(), *pooled.values()]
    if not all(0 < value < math.inf for triple in drawn for value in triple):
        raise ValueError(f"studies: expected ratios above 0, got {drawn}")
    size, parts = len(drawn), []
    fig, ax = plt.subplots(figsize=(4.8, 0.9 + 0.42 * size))
    for place, (name, row) in enumerate(rows.iterrows()):
        implied = np.isfinite(row.least)
        line, face, more = "-", BLUE, ""
        if implied:
            ends = np.full(2, place - 0.3)
            ax.fill_between([row.least, row.most], ends, ends + 0.6, color=BLUE, alpha=0.15)
            line, face = "--", "white"
            more = f", implied, from {row.least:z.2f} to {row.most:z.2f}"
        ax.plot([row.lower, row.upper], [place, place], color=BLUE, linestyle=line, linewidth=1.2)
        area = max(SMALLEST_SQUARE, LARGEST_SQUARE * row.weight / 100)
        ax.scatter(row.ratio, place, s=area, c=face, marker="s", edgecolors=BLUE, zorder=3)
        numbers = f"{row.ratio:z.2f} ({row.lower:z.2f} to {row.upper:z.2f})"
        parts.append(f"{name}: {numbers}, weight {row.weight:z.0f} %{more}")
    for place, (name, (ratio, low, high)) in enumerate(pooled.items(), len(rows)):
        ax.fill(
            [low, ratio, high, ratio], [place, place - 0.3, place, place + 0.3], color=VERMILION
        )
        parts.append(f"{name}, diamond: {ratio:z.2f} ({low:z.2f} to {high:z.2f})")
    ax.axvline(null, color=GREY, linewidth=1, linestyle="--", zorder=0)
    ax.set(ylim=(size - 0.4, -0.6), yticks=range(size))
    weights = [f"{name}, {weight:z.0f} %" for name, weight in rows["weight"].items()]
    ax.set_yticklabels([*weights, *pooled])
    log_axis(ax, quantity)
    return fig, f"Forest plot of the {quantity.lower()}. " + ". ".join(parts) + "."
