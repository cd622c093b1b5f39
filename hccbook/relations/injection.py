"""Errors put into a register on purpose, to learn what the audit sees of them."""

import re

import numpy as np

from .. import _checks, reported
from ..estimate import Printed
from .tie import checks, register, ties


def change_digit(text, rng):
    """Change one digit of a printed number.

    Parameters
    ----------
    text : str
        The printed number.
    rng : numpy.random.Generator
        Chooses the digit and its new value, both uniformly.

    Returns
    -------
    str
        Another printed number. A leading digit does not become 0 where the number would then
        be printed with fewer digits.

    Raises
    ------
    ValueError
        If ``text`` is not one printed number.
    """
    Printed(text)
    places = [match.start() for match in re.finditer(r"[0-9]", text)]
    while True:
        place = int(rng.choice(places))
        new = str(rng.integers(10))
        changed = text[:place] + new + text[place + 1 :]
        leading = place == places[0] and len(places) > 1 and text[place + 1] not in ".,"
        if new != text[place] and not (new == "0" and leading):
            return changed


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
        check that proved the number exact), ``ties`` (how many ties read the number),
        ``detected`` and ``by`` (families of the checks that saw it, sorted; ``"refused"`` where
        a check does not take the number, as when a lower limit exceeds the upper one).

    Raises
    ------
    ValueError
        If ``changes`` is not a whole number of at least 1.
    """
    import pandas as pd

    from ..display import progress

    changes, rng = _checks.whole("changes", changes, 1), np.random.default_rng(seed)
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
        self.readers, self.contradicted, self.proven = {}, set(), {}
        chosen = [(group, tie) for group, members in ties(paper).items() for tie in members]
        for pair, line in zip(chosen, checks(paper), strict=True):
            tie = pair[1]
            for cell in {*tie.reads(), (tie.id, tie.field)}:
                self.readers.setdefault(cell, []).append(pair)
            if line.check.verdict == "contradicted":
                self.contradicted.add(tie)
            elif line.check.verdict == "exact" and isinstance(line.check.computed, (int, float)):
                self.proven.setdefault((tie.id, tie.field), line.check.family)
        for tie in self.contradicted:
            self.proven.pop((tie.id, tie.field), None)

    def change(self, cell, rng):
        was = self.cells[cell]
        became = change_digit(was, rng)
        changed, seen = {**self.cells, cell: became}, set()
        readers = self.readers[cell]
        for pair in readers:
            if pair[1] in self.contradicted:
                continue
            try:
                (line,) = checks(self.paper, changed, [pair])
            except ValueError:
                seen.add("refused")
                continue
            if line.check.verdict == "contradicted":
                seen.add(line.check.family)
        return {
            "id": f"{self.paper}.{cell[0]}",
            "field": cell[1],
            "was": was,
            "became": became,
            "family": self.proven[cell],
            "ties": len(readers),
            "detected": bool(seen),
            "by": ", ".join(sorted(seen)),
        }
