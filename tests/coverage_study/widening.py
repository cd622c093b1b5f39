"""How often truths are inside, by kind, and by how much ranges must be widened."""

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from . import sets

WANTED, LEAST_SETS = 0.95, 5


def read(name="base"):
    """Return the lines of the study."""
    path = sets.FOLDER / f"lines-{name}.csv"
    return pd.read_csv(path, dtype={"truth": str, "set": str}).fillna({"needed": np.inf})


def share(lines, factor=1.0):
    """Return the share inside, each data set counted once."""
    inside = (lines["needed"] <= factor).groupby(lines["set"]).mean()
    return inside.mean()


def factor_of(lines):
    """Return the smallest factor, with two decimals and at least 1, that covers what is wanted."""
    each = 1 / lines.groupby("set")["set"].transform("size") / lines["set"].nunique()
    order = lines["needed"].argsort(kind="stable")
    reached = each.iloc[order].cumsum() >= WANTED - 1e-9
    least = lines["needed"].iloc[order][reached].iloc[0]
    return max(1.0, np.ceil(100 * least - 1e-9) / 100)


def table(lines):
    """Return the row of each kind."""
    rows = []
    for kind, some in lines.groupby("kind"):
        halves = {half: some[some["half"] == half] for half in ("widening", "test")}
        counts = {half: part["set"].nunique() for half, part in halves.items()}
        if not all(counts.values()):
            continue
        # Nothing widens a word.
        scale = some["scale"].iloc[0]
        factor = 1.0 if scale == "word" else factor_of(halves["widening"])
        reached = share(halves["test"], factor)
        n = counts["test"]
        ends = proportion_confint(reached * n, n, method="wilson")
        rows.append(
            {
                "kind": kind,
                "scale": scale,
                "widening_sets": counts["widening"],
                "widening_plain": share(halves["widening"]),
                "test_sets": n,
                "test_plain": share(halves["test"]),
                "factor": factor,
                "test": reached,
                "lower": ends[0],
                "upper": ends[1],
                "confirmed": bool(
                    reached >= WANTED - 1e-9
                    and min(counts.values()) >= LEAST_SETS
                    and np.isfinite(factor)
                ),
            }
        )
    return pd.DataFrame(rows).round(4)


def write():
    """Write the factors that the book reads."""
    table(read()).to_csv(sets.FOLDER / "widening.csv", index=False, lineterminator="\n")
