"""Reporting guidelines, item by item: what a paper tells of what readers need.

``data/guidelines/items.csv`` holds the items in words of the book's own, and
``data/guidelines/<paper>.csv`` what each paper tells, and where.
"""

from . import _checks, reported
from .display import table

__all__ = ["TOLD", "load", "show"]
__dir__ = __all__.copy

#: Whether a paper tells what an item asks for.
TOLD = ("yes", "partly", "no", "not in the abstract", "does not apply")
COLUMNS = ("guideline", "item", "told", "place", "note")
FOLDER = reported.DATA / "guidelines"


def load(paper):
    """Return what one paper tells of each item of its guidelines.

    Returns
    -------
    pandas.DataFrame
        Columns ``guideline``, ``item``, ``topic``, ``told`` (one of :data:`TOLD`), ``place`` (where
        in the paper) and ``note``, all text; every item of each guideline once, in its order.
    """
    _checks.one_of(
        "paper", paper, sorted(x.stem for x in FOLDER.glob("*.csv") if x.stem != "items")
    )
    items = reported.strings(FOLDER / "items.csv", ("guideline", "item", "topic"))
    found = reported.strings(FOLDER / f"{paper}.csv", COLUMNS)
    wanted = items[items["guideline"].isin(found["guideline"])]
    keys = wanted[["guideline", "item"]].apply(tuple, axis=1).tolist()
    if sorted(found[["guideline", "item"]].apply(tuple, axis=1)) != sorted(keys):
        raise ValueError(f"{paper}.csv: expected every item of its guidelines once")
    for row in found.itertuples():
        where = f"{paper}.csv, {row.guideline} {row.item}"
        _checks.one_of(f"{where}, told", row.told, TOLD)
        if (row.told in ("yes", "partly")) != bool(row.place):
            raise ValueError(f"{where}, place: expected one where it is told, got {row.place!r}")
    whole = wanted.merge(found, on=["guideline", "item"], validate="one_to_one")
    return whole[["guideline", "item", "topic", *COLUMNS[2:]]]


def show(paper):
    """Show what one paper tells, as a table for each guideline."""
    for guideline, items in load(paper).groupby("guideline", sort=False):
        counts = items["told"].value_counts().reindex(TOLD, fill_value=0)
        said = ", ".join(f"{n} {word}" for word, n in counts.items() if n)
        table(
            items.drop(columns="guideline"),
            f"{guideline}: {len(items)} items; told: {said}",
            index=False,
        )
