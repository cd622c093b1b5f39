"""Synthetic cohorts: patients who never lived, built to print a paper's numbers.

A recipe names its targets (register ids, evidence class ``calibrated``). Agreement with a
target is by construction and proves nothing. Every other printed number is held out: what
many cohorts say about it is evidence.

A recipe is a file in ``data/recipes`` and a module of the paper's name, or the file alone
(``hccbook.cohorts.declared``). It offers ``READINGS``, ``ASSUMED``, ``make(split, seed,
reading)`` and ``achieved(frame, split)``; ``forget()`` if it keeps what it built.
"""

from functools import cache
from importlib import import_module

from .. import _checks, reported
from ..estimate import Printed
from . import calibration
from .declared import Recipe

__all__ = ["build", "load", "report", "splits", "targets"]
__dir__ = __all__.copy


def splits():
    """Return the cohorts of each paper that has a recipe; a call without one means the first."""
    papers = sorted(path.stem for path in (reported.DATA / "recipes").glob("*.toml"))
    return {paper: tuple(calibration.told(paper).get("splits", ["all"])) for paper in papers}


def _recipe(paper, split, reading):
    """Return a paper's recipe, with the split and the reading that are meant."""
    known = splits()
    _checks.one_of("paper", paper, list(known))
    told = calibration.told(paper)
    recipe = Recipe(paper, told) if "columns" in told else import_module(f"{__name__}.{paper}")
    split = known[paper][0] if split is None else split
    reading = recipe.READINGS[0] if reading is None else reading
    _checks.one_of("split", split, known[paper])
    _checks.one_of("reading", reading, recipe.READINGS)
    return recipe, split, reading


@cache
def _make(paper, split, seed, reading):
    return build(paper, split, seed, reading)


def build(paper, split=None, seed=0, reading=None, assumed=None):
    """Build a synthetic cohort anew, stored or not; see :func:`load`."""
    recipe, split, reading = _recipe(paper, split, reading)
    seed, forget = _checks.whole("seed", seed), getattr(recipe, "forget", lambda: None)
    if assumed is None:
        return recipe.make(split, seed, reading)
    try:
        with calibration.assuming(recipe.ASSUMED, assumed):
            forget()
            return recipe.make(split, seed, reading)
    finally:
        forget()


def load(paper, split=None, seed=0, reading=None, assumed=None):
    """Return a synthetic cohort.

    Parameters
    ----------
    paper : str
        Short name of a paper, such as ``"magnesium"``.
    split : str, optional
        Which of the paper's cohorts; the first of :func:`splits` when left out.
    seed : int
        Any seed gives another cohort with the same targets. Seed 0 of the recipe's first
        reading is read from ``data/cohorts``.
    reading : str, optional
        How an ambiguous printed number is read: one of the recipe's ``READINGS``, the first
        when left out.
    assumed : mapping, optional
        Other values of what the recipe assumes, such as ``{"spread": (1, 1)}``; assumptions in
        groups by mappings in it. What there is to change stands in the recipe's ``ASSUMED``.

    Returns
    -------
    pandas.DataFrame
        One row a patient; units are in the data dictionary.

    Raises
    ------
    RuntimeError
        If no cohort meets its targets, as other assumptions may make it.
    """
    if assumed is not None:
        return build(paper, split, seed, reading, assumed)
    seed = _checks.whole("seed", seed)
    recipe, split, reading = _recipe(paper, split, reading)
    stored = reported.DATA / "cohorts" / f"{paper}-{split}.csv"
    if seed == 0 and reading == recipe.READINGS[0] and stored.is_file():
        import pandas as pd

        return pd.read_csv(stored)
    return _make(paper, split, seed, reading).copy()


def targets(paper, split=None, reading=None):
    """Return the printed numbers that a cohort is built to have; what is not here is held out.

    Parameters
    ----------
    paper, split, reading
        As for :func:`load`.

    Returns
    -------
    pandas.DataFrame
        Columns ``id``, ``field`` and ``printed``.
    """
    import pandas as pd

    _, split, reading = _recipe(paper, split, reading)
    chosen, printed = calibration.targets(paper, split, reading), reported.load(paper)
    rows = [(id, f, printed.loc[id, f]) for id, fields in chosen.items() for f in fields]
    return pd.DataFrame(rows, columns=["id", "field", "printed"])


def report(paper, split=None, seed=0, reading=None):
    """Return how well a cohort meets its targets, and which printed numbers it cannot have.

    Parameters
    ----------
    paper, split, seed, reading
        As for :func:`load`.

    Returns
    -------
    pandas.DataFrame
        As :func:`targets`, and ``achieved``, ``met`` (does the cohort's number print as the
        paper's, or is its word the same) and ``why`` (for numbers that cannot be had with the
        targets; they were never aimed at).
    """
    import pandas as pd

    recipe, split, reading = _recipe(paper, split, reading)
    values = recipe.achieved(load(paper, split, seed, reading), split)
    aims = targets(paper, split, reading)
    keys = dict.fromkeys(zip(aims["id"], aims["field"], strict=True), "")
    keys |= calibration.out_of_reach(paper, split, reading)
    rows, printed = [], reported.load(paper)
    for (id, field), why in keys.items():
        text, value = printed.loc[id, field], values[id, field]
        value = value[reading] if isinstance(value, dict) else value
        met = value == text if isinstance(value, str) else Printed(text).admits(value)
        rows.append((id, field, text, value, met, why))
    return pd.DataFrame(rows, columns=["id", "field", "printed", "achieved", "met", "why"])
