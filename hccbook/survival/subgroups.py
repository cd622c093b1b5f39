"""Effect of an exposure in subgroups, and whether it differs between them."""

import math

import numpy as np

from .. import _checks
from ..estimate import Estimate
from ._patients import column_of, follow_up
from .cox import largest_likelihood
from .curves import median
from .two_groups import cox_two_groups


def subgroup_table(frame, time, event, exposure, subgroups, level=0.95):
    """Hazard ratio of an exposure in each subgroup, and tests of interaction.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row a patient.
    time, event, exposure : str
        Columns: follow-up (at least 0), event (0/1) and exposure (0/1).
    subgroups : list of str
        Columns with the subgroup variables. Their levels are taken in sorted order, or in that
        of the categories.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    pandas.DataFrame
        One row for each level of each variable: ``subgroup``, ``level``, ``n``, ``events``;
        ``n``, ``events`` and ``median`` of the arms as ``n_exposed``, ``n_unexposed``, ...
        (medians in the unit of ``time``, :func:`median` with its default convention);
        ``hr``, ``lower``, ``upper`` of a Cox model with the exposure alone
        (:func:`cox_two_groups`); ``note``, why there is none, or ``""``; ``p_interaction``, the
        likelihood-ratio test of exposure × subgroup (levels - 1 degrees of freedom), the same in
        all rows of a variable.

    Raises
    ------
    ValueError
        If a column is missing from ``frame`` or has missing values, or as :func:`median`.

    Notes
    -----
    A stratum with one arm only, without events, or with an infinite estimate has ``hr`` NaN and
    the reason in ``note``; the interaction of that variable is then NaN too. So is that of a
    variable with one level. If all patients of a level have their events before those of
    another, the level's own coefficient is infinite; the test takes the likelihood's limit.

    References
    ----------
    Wang et al., N Engl J Med 2007;357:2189. Likelihood-ratio test: Therneau & Grambsch, Modeling
    Survival Data (2000), section 3.4.
    """
    import pandas as pd

    _checks.frame("frame", frame)
    subgroups = _checks.labels("subgroups", subgroups)
    columns = [("time", time), ("event", event), ("exposure", exposure)]
    for name, column in columns + [("subgroups", column) for column in subgroups]:
        column_of(frame, name, column)
    _checks.level(level)
    t, e = follow_up(frame[time], frame[event])
    x = _checks.vector("exposure", frame[exposure], binary=True)
    data = pd.DataFrame({"time": t, "event": e, "exposure": x})
    rows = []
    for variable in subgroups:
        labels = frame[variable].reset_index(drop=True)
        table = [
            {"subgroup": variable, "level": label} | _stratum(stratum, level)
            for label, stratum in data.groupby(labels, observed=True)
        ]
        estimable = len(table) > 1 and not any(row["note"] for row in table)
        p = _interaction_p(data, labels) if estimable else math.nan
        rows += [row | {"p_interaction": p} for row in table]
    return pd.DataFrame(rows)


def _stratum(data, level):
    """Return the counts, medians and hazard ratio of one subgroup."""
    row = {"n": len(data), "events": int(data["event"].sum())}
    for arm, name in ((1, "exposed"), (0, "unexposed")):
        time, event = data.loc[data["exposure"] == arm, ["time", "event"]].to_numpy().T
        row[f"n_{name}"], row[f"events_{name}"] = len(time), int(event.sum())
        row[f"median_{name}"] = median(time, event).value if len(time) else math.nan
    try:
        hr, note = cox_two_groups(data["time"], data["event"], data["exposure"], level), ""
    except ValueError:  # the columns are sound, so there is no finite estimate
        hr, note = Estimate(math.nan), _why_not(row)
    return row | {"hr": hr.value, "lower": hr.lower, "upper": hr.upper, "note": note}


def _why_not(row):
    """Say why a subgroup has no hazard ratio."""
    for name in ("exposed", "unexposed"):
        if not row[f"n_{name}"]:
            return f"no {name} patients"
    if not row["events"]:
        return "no events in either arm"
    for name in ("exposed", "unexposed"):
        if not row[f"events_{name}"]:
            return f"no events among the {name}"
    return "the hazard ratio is infinite"


def _interaction_p(data, labels):
    """Likelihood-ratio test of exposure × subgroup."""
    from scipy.special import chdtrc

    time, event, exposure = data[["time", "event", "exposure"]].to_numpy().T
    codes = labels.factorize()[0]
    levels = (codes[:, None] == np.arange(1, codes.max() + 1)).astype(float)
    main = np.column_stack([exposure, levels])
    both = np.column_stack([main, exposure[:, None] * levels])
    small, large = (largest_likelihood(time, event, design) for design in (main, both))
    return float(chdtrc(levels.shape[1], max(2 * (large - small), 0.0)))
