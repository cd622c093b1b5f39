"""Kaplan-Meier curves with the patients at risk."""

import math

import numpy as np

from .. import _checks
from .style import COLOURS, GREY, LINES


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
    fig, alt : matplotlib.figure.Figure, str
        The text names each group's patients, events, median and numbers at risk.
    """
    import matplotlib.pyplot as plt
    from lifelines import KaplanMeierFitter

    fits = _checks.mapping("fits", fits)
    if not 1 <= len(fits) <= len(COLOURS):
        raise ValueError(f"fits: expected 1 to {len(COLOURS)} fitted curves, got {len(fits)}")
    for fit in fits.values():
        if not (isinstance(fit, KaplanMeierFitter) and hasattr(fit, "survival_function_")):
            raise ValueError(f"fits: expected fitted Kaplan-Meier curves, got {fit!r:.60}")
    _checks.text("unit", unit)
    _checks.text("outcome", outcome)
    _checks.real("step", step)
    if not 0 < step < math.inf:
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
        shade = {"step": "post", "alpha": 0.15, "color": COLOURS[row]}
        ax.fill_between(band.index, band.iloc[:, 0], band.iloc[:, 1], **shade)
        gone = np.asarray(fit.durations)[np.asarray(fit.event_observed) == 0]
        ax.plot(gone, fit.predict(gone), "|", color=COLOURS[row], markersize=6)
        counts = (np.asarray(fit.durations)[:, None] >= times).sum(axis=0).tolist()
        for time, count in zip(times, counts, strict=True):
            below.text(time, -row, count, ha="center", va="center", fontsize=10)
        below.text(
            -0.06 * last, -row, name, ha="right", va="center", fontsize=10, color=COLOURS[row]
        )
        events, middle = int(np.sum(fit.event_observed)), fit.median_survival_time_
        parts.append(
            f"{name}: {len(fit.durations)} patients, {events} events, median "
            + (f"{middle:z.2f} {unit}" if math.isfinite(middle) else "not reached")
            + f", at risk {', '.join(map(str, counts))}"
        )
    ax.axhline(0.5, color=GREY, linewidth=0.8, linestyle=":")
    ax.set(ylim=(0, 1.02), xlim=(0, last * 1.02), ylabel=f"Share {outcome}", xticks=times)
    ax.tick_params(labelbottom=True)
    ax.set_xlabel(f"Time ({unit})")
    # Above the curves: inside, a curve that stays high would run through it.
    fig.legend(loc="outside upper center", ncols=2)
    below.set(ylim=(0.6 - len(fits), 0.9), yticks=[])
    below.set_title("Number at risk", loc="left", fontsize=10)
    below.tick_params(bottom=False, labelbottom=False)
    for side in below.spines.values():
        side.set_visible(False)
    shown = ", ".join(f"{time:g}" for time in times)
    alt = f"Kaplan-Meier curves of the share {outcome}. " + ". ".join(parts)
    return fig, f"{alt}, at {shown} {unit}."
