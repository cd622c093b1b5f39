"""Forest plots: estimates with intervals, and those of a meta-analysis."""

import math

import numpy as np

from .. import _checks
from .style import BLUE, GREY, VERMILION

#: Which multiples of powers of ten a log axis shows, by the ratio of its ends.
LOG_TICKS = {3: (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8), 30: (1, 2, 5), 900: (1, 3), math.inf: (1,)}
#: Area of the square of a study that has all the weight, and of the smallest one, in points².
LARGEST_SQUARE, SMALLEST_SQUARE = 420, 12
_COLUMNS = ("ratio", "lower", "upper", "weight")


def forest(labels, estimates, lowers, uppers, quantity="Hazard ratio", null=1.0):
    """Draw estimates with intervals on a log axis, one row each.

    Parameters
    ----------
    labels : sequence of str
    estimates, lowers, uppers : sequence of float
        Above 0; a row whose estimate is NaN is shown as not estimable.
    quantity : str
        Name of the estimate, for the axis.
    null : float
        Where a line marks no effect.

    Returns
    -------
    fig : matplotlib.figure.Figure
    alt : str
        Names each row with its numbers.
    """
    import matplotlib.pyplot as plt

    labels, drawn = _checks.listed("labels", labels), []
    for name, values in (("estimates", estimates), ("lowers", lowers), ("uppers", uppers)):
        drawn.append(_checks.numbers(name, values))
        if drawn[-1].shape != (len(labels),):
            raise ValueError(f"{name}: expected {len(labels)} numbers, as many as labels")
        if (wrong := drawn[-1] <= 0).any():
            at = int(wrong.argmax())
            raise ValueError(
                f"{name}: expected numbers above 0, got {drawn[-1][at]:g} in row {labels[at]!r}"
            )
    _titles(quantity, null, labels)
    rows = list(zip(labels, *drawn, strict=True))
    fig, ax = plt.subplots(figsize=(4.4, 0.9 + 0.42 * len(rows)))
    parts = []
    for place, (label, value, low, high) in enumerate(rows):
        if math.isnan(value):
            parts.append(f"{label}: not estimable")
            continue
        ax.plot([low, high], [-place, -place], color=BLUE, linestyle="-")
        ax.plot(value, -place, "s", color=BLUE, markersize=6)
        ax.annotate(
            f"{value:z.2f} ({low:z.2f}–{high:z.2f})",
            (1.02, -place),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=10,
        )
        parts.append(f"{label}: {value:z.2f} ({low:z.2f} to {high:z.2f})")
    ax.set(yticks=[-place for place in range(len(rows))], ylim=(0.6 - len(rows), 0.6))
    ax.set_yticklabels(labels)
    return fig, _finish(ax, quantity, null, parts, 2)


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
    quantity, null
        As in :func:`forest`.

    Returns
    -------
    fig : matplotlib.figure.Figure
    alt : str
        Names each row with its numbers.
    """
    import matplotlib.pyplot as plt

    _checks.frame("studies", studies, _COLUMNS)
    pooled = _checks.mapping("pooled", pooled)
    _titles(quantity, null)
    for name in _COLUMNS:
        _checks.vector(f"studies, {name}", studies[name])
    rows = studies.reindex(columns=[*_COLUMNS, "least", "most"]).astype(float)
    results = [_checks.vector("pooled", triple) for triple in pooled.values()]
    if not results or any(triple.size != 3 for triple in results):
        raise ValueError(f"pooled: expected results of three numbers each, got {pooled}")
    drawn = {"studies": rows[list(_COLUMNS[:3])].to_numpy(), "pooled": np.array(results)}
    for name, triples in drawn.items():
        if not (triples > 0).all():
            raise ValueError(f"{name}: expected ratios above 0, got {triples.tolist()}")
    size, parts = len(rows) + len(results), []
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
        corners = [place, place - 0.3, place, place + 0.3]
        ax.fill([low, ratio, high, ratio], corners, color=VERMILION)
        parts.append(f"{name}, diamond: {ratio:z.2f} ({low:z.2f} to {high:z.2f})")
    ax.set(ylim=(size - 0.4, -0.6), yticks=range(size))
    weights = [f"{name}, {weight:z.0f} %" for name, weight in rows["weight"].items()]
    ax.set_yticklabels([*weights, *pooled])
    return fig, _finish(ax, quantity, null, parts, 0)


def _titles(quantity, null, labels=()):
    """Check what stands beside and below a forest, and where its line is."""
    for label in labels:
        _checks.text("labels", label)
    _checks.text("quantity", quantity)
    _checks.real("null", null)
    if not 0 < null < math.inf:
        raise ValueError(f"null: expected a number above 0, got {null!r}")


def _finish(ax, quantity, null, parts, zorder):
    """Mark no effect, make the x axis logarithmic, and return what the plot says."""
    from matplotlib.ticker import LogLocator, NullLocator

    ax.axvline(null, color=GREY, linewidth=1, linestyle="--", zorder=zorder)
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
