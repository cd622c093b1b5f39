"""House style, and the figures that libraries lack. Each returns the figure and its alt text."""

import math

import numpy as np

from . import _checks

#: Colours that colour-blind readers can tell apart (Okabe and Ito, 2008).
BLUE, VERMILION, GREEN, PURPLE, GREY = "#0072B2", "#D55E00", "#009E73", "#AA4499", "#595959"
COLOURS = (VERMILION, BLUE, GREEN, PURPLE)
#: Line styles differ too: colour never stands alone.
LINES = ("-", "--", "-.", ":")


def use_style():
    """Set matplotlib's defaults to the style of the book: large enough type for a phone."""
    import matplotlib.pyplot as plt

    plt.rcParams.update(
        {
            "figure.figsize": (4.8, 3.4),
            "figure.constrained_layout.use": True,
            "font.size": 11,
            "axes.titlesize": 11,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.prop_cycle": plt.cycler(color=COLOURS) + plt.cycler(linestyle=LINES),
            "legend.frameon": False,
            "lines.linewidth": 1.8,
            "svg.fonttype": "path",
        }
    )


def _at_risk(durations, times):
    return [int((np.asarray(durations) >= time).sum()) for time in times]


def kaplan_meier(fits, unit="months", step=6, outcome="progression-free"):
    """Draw Kaplan-Meier curves with confidence bands, medians and numbers at risk.

    Parameters
    ----------
    fits : mapping of str to lifelines.KaplanMeierFitter
        Fitted curves by the name of their group, at most four.
    unit : str
        Unit of time, for the axis.
    step : float
        Distance of the times at which patients at risk are counted.
    outcome : str
        What the curve is the share of.

    Returns
    -------
    fig : matplotlib.figure.Figure
    alt : str
        Names each group's patients, events, median and numbers at risk.

    Raises
    ------
    ValueError
        If there are no fits or more than four, or ``step`` is not above 0.
    """
    import matplotlib.pyplot as plt

    if not 1 <= len(fits) <= len(COLOURS):
        raise ValueError(f"fits: expected 1 to {len(COLOURS)} fitted curves, got {len(fits)}")
    if not step > 0:
        raise ValueError(f"step: expected a number above 0, got {step!r}")
    last = max(float(fit.durations.max()) for fit in fits.values())
    times = np.arange(0, last + step / 2, step)
    fig, (ax, below) = plt.subplots(
        2, sharex=True, figsize=(4.8, 4.0), height_ratios=[4, 0.45 * len(fits) + 0.4]
    )
    parts = []
    for row, (name, fit) in enumerate(fits.items()):
        curve, band = fit.survival_function_, fit.confidence_interval_
        look = {"color": COLOURS[row], "linestyle": LINES[row]}
        ax.step(curve.index, curve.iloc[:, 0], where="post", label=name, **look)
        ax.fill_between(
            band.index,
            band.iloc[:, 0],
            band.iloc[:, 1],
            step="post",
            alpha=0.15,
            color=COLOURS[row],
        )
        gone = np.asarray(fit.durations)[np.asarray(fit.event_observed) == 0]
        ax.plot(gone, fit.predict(gone), "|", color=COLOURS[row], markersize=6)
        counts = _at_risk(fit.durations, times)
        for time, count in zip(times, counts, strict=True):
            below.text(time, -row, count, ha="center", va="center", fontsize=10)
        below.text(
            -0.06 * last, -row, name, ha="right", va="center", fontsize=10, color=COLOURS[row]
        )
        events, middle = int(np.sum(fit.event_observed)), fit.median_survival_time_
        parts.append(
            f"{name}: {len(fit.durations)} patients, {events} events, median "
            + (f"{middle:.2f} {unit}" if math.isfinite(middle) else "not reached")
            + f", at risk {', '.join(map(str, counts))}"
        )
    ax.axhline(0.5, color=GREY, linewidth=0.8, linestyle=":")
    ax.set(ylim=(0, 1.02), xlim=(0, last * 1.02), ylabel=f"Share {outcome}", xticks=times)
    ax.tick_params(labelbottom=True)
    ax.set_xlabel(f"Time ({unit})")
    ax.legend(loc="upper right")
    below.set(ylim=(0.6 - len(fits), 0.9), yticks=[])
    below.set_title("Number at risk", loc="left", fontsize=10)
    below.tick_params(bottom=False, labelbottom=False)
    for side in below.spines.values():
        side.set_visible(False)
    shown = ", ".join(f"{time:g}" for time in times)
    alt = f"Kaplan-Meier curves of the share {outcome}. " + ". ".join(parts)
    return fig, f"{alt}, at {shown} {unit}."


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
    from matplotlib.ticker import LogLocator, NullLocator

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
            f"{value:.2f} ({low:.2f}–{high:.2f})",
            (1.02, -place),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=10,
        )
        parts.append(f"{label}: {value:.2f} ({low:.2f} to {high:.2f})")
    ax.axvline(null, color=GREY, linewidth=1, linestyle="--")
    ax.set_xscale("log")
    ax.set(yticks=[-place for place in range(len(rows))], ylim=(0.6 - len(rows), 0.6))
    ax.set_yticklabels(labels)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(f"{quantity} (log axis)")
    # Round numbers of a log axis, few on a long one; the automatic labels run into each other.
    left, right = ax.get_xlim()
    subs = next(subs for span, subs in LOG_TICKS.items() if right / left < span)
    ax.xaxis.set_major_locator(LogLocator(subs=subs, numticks=20))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_locator(NullLocator())
    return fig, f"Forest plot of the {quantity.lower()}. " + ". ".join(parts) + "."


#: Mark, colour and filling of each verdict, in the order of drawing: shape and colour both tell.
MARKS = {
    "contradicted": ("X", VERMILION, "full"),
    "missed": ("^", VERMILION, "none"),
    "compatible": ("s", BLUE, "full"),
    "rounding": ("D", GREEN, "none"),
    "exact": ("o", GREEN, "full"),
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
    fig : matplotlib.figure.Figure
    alt : str
        Names the counts of each row and verdict.

    Raises
    ------
    ValueError
        If a column is not a verdict, a count is no whole number of at least 0, or there is no
        printed number at all.
    """
    import matplotlib.pyplot as plt

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
            edge = 0 if filling == "full" and mark != "_" else 1
            look = {"color": colour, "fillstyle": filling, "markeredgewidth": edge}
            ax.plot(across, down, mark, label=word, markersize=6.5, linestyle="none", **look)
    for down, head in heads:
        ax.text(-0.5, down, head, va="center")
    ax.set(xlim=(-0.7, PER_LINE - 0.3), ylim=(row - 0.7, -0.6))
    ax.set_axis_off()
    fig.legend(loc="outside lower left", ncols=3)
    return fig, f"One mark for each of {total} printed numbers. {'; '.join(parts)}."
