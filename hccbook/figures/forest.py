"""Forest plots."""

import math

from .style import BLUE, GREY

#: Which multiples of powers of ten a log axis shows, by the ratio of its ends.
LOG_TICKS = {3: (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8), 30: (1, 2, 5), 900: (1, 3), math.inf: (1,)}


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

    Raises
    ------
    ValueError
        If the inputs differ in length or a number is not above 0.
    """
    import matplotlib.pyplot as plt

    rows = list(zip(labels, estimates, lowers, uppers, strict=False))
    if not rows or len({len(labels), len(estimates), len(lowers), len(uppers)}) > 1:
        raise ValueError(f"labels: expected as many as estimates and limits, got {len(labels)}")
    fig, ax = plt.subplots(figsize=(4.4, 0.9 + 0.42 * len(rows)))
    parts = []
    for place, (label, value, low, high) in enumerate(rows):
        if any(number <= 0 for number in (value, low, high)):
            raise ValueError(f"estimates: expected numbers above 0, got {value} in row {label!r}")
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
    ax.axvline(null, color=GREY, linewidth=1, linestyle="--")
    ax.set(yticks=[-place for place in range(len(rows))], ylim=(0.6 - len(rows), 0.6))
    ax.set_yticklabels(labels)
    log_axis(ax, quantity)
    return fig, f"Forest plot of the {quantity.lower()}. " + ". ".join(parts) + "."


def log_axis(ax, quantity):
    """Make the x axis of a forest plot logarithmic, and take the y axis away but for its names."""
    from matplotlib.ticker import LogLocator, NullLocator

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
