"""Synthetic cohorts: patients who never lived, built to print a paper's numbers.

A recipe names its targets (register ids, evidence class ``calibrated``). Agreement with a
target is by construction and proves nothing. Every other printed number is held out: what
many cohorts say about it is evidence.
"""

from functools import cache
from importlib import import_module

from .. import reported
from ..estimate import Printed

#: Splits of each paper that has a recipe.
SPLITS = {"magnesium": ("derivation", "validation")}


def _recipe(paper, split, reading):
    if paper not in SPLITS:
        raise ValueError(f"paper: expected one of {sorted(SPLITS)}, got {paper!r}")
    recipe = import_module(f"hccbook.cohorts.{paper}")
    if split not in SPLITS[paper]:
        raise ValueError(f"split: expected one of {list(SPLITS[paper])}, got {split!r}")
    if reading not in recipe.READINGS:
        raise ValueError(f"reading: expected one of {list(recipe.READINGS)}, got {reading!r}")
    return recipe


@cache
def _make(paper, split, seed, reading):
    return build(paper, split, seed, reading)


def build(paper, split="derivation", seed=0, reading="cox"):
    """Build a synthetic cohort anew, stored or not; see :func:`load`."""
    return _recipe(paper, split, reading).make(split, seed, reading)


def load(paper, split="derivation", seed=0, reading="cox"):
    """Return a synthetic cohort.

    Parameters
    ----------
    paper : str
        Short name of a paper, such as ``"magnesium"``.
    split : str
        Which of the paper's cohorts.
    seed : int
        Any seed gives another cohort with the same targets. Seed 0 of the recipe's first
        reading is read from ``data/cohorts``; a test builds it again, byte for byte.
    reading : str
        How an ambiguous printed number is read; each recipe lists its readings.

    Returns
    -------
    pandas.DataFrame
        One row a patient; units are in the data dictionary.

    Raises
    ------
    ValueError
        If the paper, split or reading is unknown, or the seed not a whole number from 0.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ValueError(f"seed: expected a whole number from 0, got {seed!r}")
    stored = reported.DATA / "cohorts" / f"{paper}-{split}.csv"
    if seed == 0 and reading == _recipe(paper, split, reading).READINGS[0] and stored.is_file():
        import pandas as pd

        return pd.read_csv(stored)
    return _make(paper, split, seed, reading).copy()


def targets(paper, split="derivation", reading="cox"):
    """Return the printed numbers that a cohort is built to have.

    Parameters
    ----------
    paper, split, reading : str
        As for :func:`load`.

    Returns
    -------
    pandas.DataFrame
        Columns ``id``, ``field`` and ``printed``; what is not here is held out.
    """
    import pandas as pd

    chosen = _recipe(paper, split, reading).targets(split, reading)
    rows = [(id, f, reported.text(id, f)) for id, fields in chosen.items() for f in fields]
    return pd.DataFrame(rows, columns=["id", "field", "printed"])


def report(paper, split="derivation", seed=0, reading="cox"):
    """Return how well a cohort meets its targets, and which printed numbers it cannot have.

    Parameters
    ----------
    paper, split, seed, reading
        As for :func:`load`.

    Returns
    -------
    pandas.DataFrame
        ``id``, ``field``, ``printed``, ``achieved``, ``met`` (does the cohort's number print
        as the paper's) and ``why`` (for numbers that cannot be had with the targets; they
        were never aimed at).
    """
    import pandas as pd

    recipe = _recipe(paper, split, reading)
    values = recipe.achieved(load(paper, split, seed, reading), split)
    aims = targets(paper, split, reading)
    keys = dict.fromkeys(zip(aims["id"], aims["field"], strict=True), "")
    keys |= recipe.MISSES[split, reading]
    rows = []
    for (id, field), why in keys.items():
        text, value = reported.text(id, field), values[id, field]
        rows.append((id, field, text, value, Printed(text).admits(value), why))
    return pd.DataFrame(rows, columns=["id", "field", "printed", "achieved", "met", "why"])
