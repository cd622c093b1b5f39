"""Errors put into a register on purpose, to learn what the audit sees of them."""

import re

import numpy as np

from .. import _checks, reported
from ..estimate import Printed
from .declared import load
from .run import checks, register

DIGITS = "0123456789"


def change_digit(text, rng):
    """Change one digit of a printed number.

    Parameters
    ----------
    text : str
        The printed number.
    rng : numpy.random.Generator
        Chooses among all numbers that differ in one digit, each equally likely.

    Returns
    -------
    str
        Another printed number with as many digits and decimals: the first of several digits
        before the decimal point does not become 0.

    Raises
    ------
    ValueError
        If ``text`` is not one printed number.
    """
    number, others = Printed(text), []
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng: expected a numpy.random.Generator, got {rng!r:.60}")
    first = re.search(r"[0-9]", text).start()
    for place, old in enumerate(text):
        for new in DIGITS.replace(old, "") if old in DIGITS else "":
            other = text[:place] + new + text[place + 1 :]
            shorter = place == first and new == "0" and abs(number.value) >= 10
            # "0,508" has a decimal comma, but in "1,508" it would separate thousands.
            if not shorter and Printed(other).decimals == number.decimals:
                others.append(other)
    return others[rng.integers(len(others))]


def inject(changes, seed=0):
    """Change digits of numbers that the audit proves exact, one at a time, and run it again.

    Parameters
    ----------
    changes : int
        How many changes; each paper gets its share, by its proven numbers.
    seed : int
        Seed of the choice.

    Returns
    -------
    pandas.DataFrame
        One row a change: ``paper``, ``id``, ``field``, ``was``, ``became``, ``family`` (of the
        check that proved the number exact), ``relations`` (how many read the number),
        ``detected`` and ``by`` (families of the checks that saw it, sorted; ``"refused"`` where
        a check does not take the number, as when a lower limit exceeds the upper one).

    Raises
    ------
    ValueError
        If ``changes`` is not a whole number of at least 1 or ``seed`` not one of at least 0.
    """
    import pandas as pd

    from ..display import progress

    changes = _checks.whole("changes", changes, 1)
    rng = np.random.default_rng(_checks.whole("seed", seed))
    papers = {paper: _Paper(paper) for paper in reported.papers()}
    proven = [(name, *cell) for name, paper in papers.items() for cell in paper.proven]
    # Every number once before any number twice.
    order = [rng.permutation(len(proven)) for _ in range(-(-changes // len(proven)))]
    rows = []
    for place in progress(np.concatenate(order)[:changes], "changes"):
        name, id, field = proven[place]
        rows.append({"paper": name, **papers[name].change((id, field), rng)})
    return pd.DataFrame(rows)


class _Paper:
    """The audit of one paper, ready to be run again after a change of one cell."""

    def __init__(self, paper):
        self.paper, self.cells = paper, register(paper)
        members = [one for section in load(paper).values() for one in section]
        self.readers, self.proven, contradicted = {}, {}, set()
        for one, line in zip(members, checks(paper), strict=True):
            cell = one.id, one.field
            if line.check.verdict == "contradicted":
                contradicted.add(cell)
                continue
            for read in {*one.reads(), cell}:
                self.readers.setdefault(read, []).append(one)
            if line.check.verdict == "exact" and isinstance(line.check.computed, int | float):
                self.proven.setdefault(cell, line.check.family)
        for cell in contradicted & set(self.proven):
            del self.proven[cell]

    def change(self, cell, rng):
        """Change one number; return what was done and which families of checks see it."""
        was = self.cells[cell]
        changed, seen = {**self.cells, cell: change_digit(was, rng)}, set()
        for one in self.readers[cell]:
            try:
                check = one.check(changed)
            except ValueError:
                seen.add("refused")
                continue
            if check.verdict == "contradicted":
                seen.add(check.family)
        return {
            "id": f"{self.paper}.{cell[0]}",
            "field": cell[1],
            "was": was,
            "became": changed[cell],
            "family": self.proven[cell],
            "relations": len(self.readers[cell]),
            "detected": bool(seen),
            "by": ", ".join(sorted(seen)),
        }
