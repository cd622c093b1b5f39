"""Decision curves and calibration plots."""

import numpy as np

from .. import _checks
from .style import BLUE, GREY, VERMILION

#: Smallest distance between labels at the ends of lines, in heights of the axis.
APART = 0.09


def decision_curve(frame, name="model"):
    """Draw the net benefit of a model, of treating all and of treating none.

    Parameters
    ----------
    frame : pandas.DataFrame
        Made by :func:`hccbook.prediction.net_benefit` at two or more thresholds; with ``lower``
        and ``upper`` a band is drawn.
    name : str
        Name of the model.

    Returns
    -------
    fig, alt : matplotlib.figure.Figure, str
        The text names the net benefits at five thresholds, and where the model is best.
    """
    import matplotlib.pyplot as plt

    band = ("lower", "upper") if hasattr(frame, "columns") and "lower" in frame else ()
    _made("frame", frame, ("threshold", "model", "all", "none", *band))
    if not isinstance(name, str) or name.strip() in {"", "treat all", "treat none"}:
        raise ValueError(f"name: expected a name of the model, got {name!r}")
    frame = frame.sort_values("threshold", kind="stable")
    at = frame["threshold"].to_numpy()
    if at[0] == at[-1]:
        raise ValueError(f"frame: expected two or more thresholds, got only {at[0]:zg}")
    curves = {name: "model", "treat all": "all", "treat none": "none"}
    curves = {label: frame[column].to_numpy() for label, column in curves.items()}
    top = max(values.max() for values in curves.values()) or 0.05
    # The axis ends a little below 0: a large harm is not drawn.
    bottom, ceiling = -0.25 * top, 1.05 * top
    fig, ax = plt.subplots()
    if band:
        ceiling = max(ceiling, frame["upper"].max())
        look = {"color": VERMILION, "alpha": 0.15, "linewidth": 0}
        ax.fill_between(at, frame["lower"], frame["upper"], **look)
    ends, leaving = [], []
    looks = ((VERMILION, "-"), (BLUE, "--"), (GREY, ":"))
    for (label, values), (colour, line) in zip(curves.items(), looks, strict=True):
        ax.plot(at, values, color=colour, linestyle=line, label=label)
        last = max(np.flatnonzero(values >= bottom), default=0)
        if at[last] < at[0] + 0.75 * np.ptp(at):  # it leaves the axis for good
            x = np.interp(-bottom, -values[last : last + 2], at[last : last + 2])
            leaving.append((x, label, colour))
        else:
            ends.append((label, max(values[-1], bottom), colour))
    ax.set(xlim=(at[0], at[-1]), ylim=(bottom, ceiling))
    ax.set(xlabel="Threshold probability", ylabel="Net benefit per patient")
    _at_ends(ax, ends)
    for row, (x, label, colour) in enumerate(sorted(leaving)):
        _label(ax, label, x, bottom + (0.05 + APART * row) * (ceiling - bottom), colour)
    gain = curves[name] - np.maximum(curves["treat all"], curves["treat none"])
    best = at[gain > 1e-12]  # not by rounding alone
    parts = [f"Decision curve. The {name} has the highest net benefit at {best.size} of {at.size}"]
    parts[0] += " thresholds"
    parts[0] += f", the first {best[0]:zg}, the last {best[-1]:zg}" if best.size else ""
    for place in np.unique(np.linspace(0, at.size - 1, 5).round().astype(int)):
        said = [f"{label} {values[place]:z.3f}" for label, values in curves.items()]
        parts.append(f"At {at[place]:zg}: {', '.join(said)}")
    return fig, ". ".join(parts) + "."


def calibration(frame, smooth):
    """Draw the observed share of events against the predicted risk, and the risks below.

    Parameters
    ----------
    frame : pandas.DataFrame
        Made by :func:`hccbook.prediction.calibration_curve`.
    smooth : pandas.DataFrame
        Made by :func:`hccbook.prediction.smooth_calibration` of the same patients.

    Returns
    -------
    fig, alt : matplotlib.figure.Figure, str
        Below the plot, the number of patients by twentieths of the risk. The text names each
        group's risk, observed share with limits, and patients.
    """
    import matplotlib.pyplot as plt

    _made("frame", frame, ("n", "risk", "rate", "lower", "upper"))
    _made("smooth", smooth, ("risk", "n", "rate"))
    patients = int(frame["n"].sum())
    if smooth["n"].sum() != patients:
        raise ValueError(
            f"smooth: expected the {patients} patients of frame, got {smooth['n'].sum()}"
        )
    fig, (ax, below) = plt.subplots(2, sharex=True, figsize=(4.8, 4.8), height_ratios=[4, 1])
    ax.plot([0, 1], [0, 1], color=GREY, linestyle=":", linewidth=1.2, label="ideal")
    ends = [("ideal", 1.0, GREY)]
    # A running line may leave the range that a share has.
    risk, rate = smooth["risk"].to_numpy(), smooth["rate"].clip(0, 1).to_numpy()
    ax.plot(risk, rate, color=VERMILION, linestyle="-", label="smooth")
    if risk[-1] > 0.75:
        ends.append(("smooth", rate[-1], VERMILION))
    else:
        _label(ax, "smooth", risk[-1], rate[-1], VERMILION)
    below.hist(risk, np.linspace(0, 1, 21), weights=smooth["n"], color=BLUE)
    # A share of 0 or 1 is its own limit, up to rounding.
    limits = np.maximum([frame["rate"] - frame["lower"], frame["upper"] - frame["rate"]], 0)
    look = {"fmt": "s", "color": BLUE, "markersize": 5, "elinewidth": 1.2}
    ax.errorbar(frame["risk"], frame["rate"], limits, **look, label="groups")
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), ylabel="Observed share of groups, with limits")
    _at_ends(ax, ends)
    below.set(xlabel="Predicted risk", ylabel="Patients")
    parts = [f"Calibration plot of {patients} patients in {len(frame)} groups"]
    for row in frame.itertuples():
        interval = f"{row.rate:z.2f} ({row.lower:z.2f} to {row.upper:z.2f})"
        parts.append(f"Risk {row.risk:z.2f}: observed {interval} in {row.n} patients")
    far = int(np.abs(rate - risk).argmax())
    parts.append(f"The smooth curve is farthest from the diagonal at risk {risk[far]:z.2f}")
    return fig, ". ".join(parts) + f", where it is {rate[far]:z.2f}."


def _made(name, frame, columns):
    """Reject what is no frame, or lacks columns, rows or numbers."""
    _checks.frame(name, frame, columns)
    for column in columns:
        _checks.vector(f"{name}, {column}", frame[column])


def _at_ends(ax, ends):
    """Label lines that reach the right of the axis: name, height and colour of each."""
    ends = sorted(ends, key=lambda end: end[1])
    bottom, top = ax.get_ylim()
    apart, heights = APART * (top - bottom), [y for _, y, _ in ends]
    for row in range(1, len(ends)):
        heights[row] = max(heights[row], heights[row - 1] + apart)
    for row in reversed(range(len(ends))):
        heights[row] = min(heights[row], top - (len(ends) - 1 - row) * apart)
    for (label, _, colour), y in zip(ends, heights, strict=True):
        place = {"xycoords": ("axes fraction", "data"), "annotation_clip": False, "va": "center"}
        ax.annotate(label, (1.02, y), color=colour, **place)


def _label(ax, label, x, y, colour):
    """Label a line that ends within the axis, beside its end."""
    paper = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
    place = {"xytext": (6, 0), "textcoords": "offset points", "va": "center", "bbox": paper}
    ax.annotate(label, (x, y), color=colour, **place)
