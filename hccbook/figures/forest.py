"""Forest plots: estimates with intervals, and those of a meta-analysis."""

import math

import numpy as np

from .. import _checks
from .style import BLUE, GREY, VERMILION

#: Which multiples of powers of ten a log axis shows, by the ratio of its ends.
LOG_TICKS = {3: (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8), 30: (1, 2, 5), 900: (1, 3), math.inf: (1,)}
#: Area of the square of a study that has all the weight, and of the smallest one, in points².
LARGEST_SQUARE, SMALLEST_SQUARE = 420, 12
_COLUMNS = ["ratio", "lower", "upper", "weight"]


def forest(labels, estimates, lowers, uppers, quantity="Hazard ratio"):
    """Draw estimates with intervals on a log axis, one row each.

    Parameters
    ----------
    labels : sequence of str
    estimates, lowers, uppers : sequence of float
        Above 0; a row whose estimate is NaN is shown as not estimable.
    quantity : str
        Name of the estimate, for the axis.

    Returns
    -------
    fig, alt : matplotlib.figure.Figure, str
        The text names each row with its numbers.
    """
    import matplotlib.pyplot as plt

    labels, drawn = _checks.listed("labels", labels), []
    for label in labels:
        _checks.text("labels", label)
    _checks.text("quantity", quantity)
    for name, values in (("estimates", estimates), ("lowers", lowers), ("uppers", uppers)):
        drawn.append(_checks.numbers(name, values))
        if drawn[-1].shape != (len(labels),) or (drawn[-1] <= 0).any():
            raise ValueError(
                f"{name}: expected {len(labels)} numbers above 0, as many as labels, got {values!r}"
            )
    if (drawn[1] > drawn[2]).any():
        raise ValueError(f"lowers: expected none above its upper limit, got {lowers!r}")
    fig, ax = plt.subplots(figsize=(4.4, 0.9 + 0.42 * len(labels)))
    parts = []
    for place, (label, value, low, high) in enumerate(zip(labels, *drawn, strict=True)):
        if math.isnan(value):
            parts.append(f"{label}: not estimable")
            continue
        ax.plot([low, high], [-place, -place], color=BLUE, linestyle="-")
        ax.plot(value, -place, "s", color=BLUE, markersize=6)
        text = f"{value:z.2f} ({low:z.2f}–{high:z.2f})"
        beside = {"xycoords": ("axes fraction", "data"), "va": "center", "fontsize": 10}
        ax.annotate(text, (1.02, -place), **beside)
        parts.append(f"{label}: {text.replace('–', ' to ')}")
    ax.set(yticks=[-place for place in range(len(labels))], ylim=(0.6 - len(labels), 0.6))
    ax.set_yticklabels(labels)
    return fig, _finish(ax, quantity, parts, 2)


def forest_meta(studies, pooled):
    """Draw the studies of a meta-analysis and their pooled hazard ratios.

    Parameters
    ----------
    studies : pandas.DataFrame
        A row a study, by its name, with ``ratio``, ``lower``, ``upper`` and ``weight`` in per
        cent. Where a ratio is not published but implied, ``least`` and ``most`` say between which
        values it lies (NaN, or no such columns, where it is published): the study then has an open
        square, a dashed line, and a band.
    pooled : mapping of str to tuple of float
        ``(ratio, lower, upper)`` by name: a diamond each.

    Returns
    -------
    fig, alt : matplotlib.figure.Figure, str
        The text names each row with its numbers.
    """
    import matplotlib.pyplot as plt

    _checks.frame("studies", studies, _COLUMNS)
    for name in _COLUMNS:
        _checks.vector(f"studies, {name}", studies[name])
    rows = studies.reindex(columns=[*_COLUMNS, "least", "most"]).astype(float)
    pooled = _checks.mapping("pooled", pooled)
    for result in pooled.values():
        if _checks.vector("pooled", result).size != 3:
            raise ValueError(f"pooled: expected results of three numbers each, got {pooled}")
    for name, ratios in (("studies", rows[_COLUMNS[:3]]), ("pooled", list(pooled.values()))):
        if not len(ratios) or not (np.asarray(ratios) > 0).all():
            raise ValueError(f"{name}: expected ratios above 0, got {ratios}")
    size, parts = len(rows) + len(pooled), []
    fig, ax = plt.subplots(figsize=(4.8, 0.9 + 0.42 * size))
    for place, (name, row) in enumerate(rows.iterrows()):
        line, face, more = "-", BLUE, ""
        if np.isfinite(row.least):
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
        corners = [place, place - 0.3, place, place + 0.3]
        ax.fill([low, ratio, high, ratio], corners, color=VERMILION)
        parts.append(f"{name}, diamond: {ratio:z.2f} ({low:z.2f} to {high:z.2f})")
    ax.set(ylim=(size - 0.4, -0.6), yticks=range(size))
    weights = [f"{name}, {weight:z.0f} %" for name, weight in rows["weight"].items()]
    ax.set_yticklabels([*weights, *pooled])
    return fig, _finish(ax, "Hazard ratio", parts, 0)


def _finish(ax, quantity, parts, zorder):
    """Mark no effect, make the x axis logarithmic, and return what the plot says."""
    from matplotlib.ticker import LogLocator, NullLocator

    ax.axvline(1, color=GREY, linewidth=1, linestyle="--", zorder=zorder)
    ax.set_xscale("log")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(f"{quantity} (log axis)")
    # Round numbers of a log axis, few on a long one; the automatic labels run into each other.
    left, right = ax.get_xlim()
    subs = next(subs for span, subs in LOG_TICKS.items() if right / left < span)
    ax.xaxis.set_major_locator(LogLocator(subs=subs, numticks=20))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_locator(NullLocator())
    return f"Forest plot of the {quantity.lower()}. " + ". ".join(parts) + "."
