"""House style: colours, line styles and matplotlib's defaults."""

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
            # Which points a line can do without hangs on last bits.
            "path.simplify": False,
        }
    )
