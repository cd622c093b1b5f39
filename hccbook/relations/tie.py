"""Ties between printed numbers, and how they are run over a register."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import NamedTuple

from .. import _checks, reported
from ..audit.check import Check
from ..scorecard import EVIDENCE, FIELDS

#: The section of a chapter for numbers that no tie judges.
REST = "what-cannot-be-checked"
#: Verdicts from the one that decides to the one that says least.
WEIGHT = ("contradicted", "exact", "rounding", "compatible", "untestable")


@dataclass(frozen=True)
class Tie:
    """One relation between printed numbers.

    Parameters
    ----------
    id : str
        Register id of the number that is judged, without the paper's name.
    function : callable
        Takes the printed strings of ``cells``, in order, and returns a
        :class:`hccbook.audit.Check` of the judged number.
    cells : tuple
        Register cells that are read: ids, or pairs of id and field.
    field : {"printed", "lower", "upper", "p"}
        Which number of the row is judged.
    evidence : {"arithmetic", "summary"}
        ``"arithmetic"`` where nothing is assumed.
    """

    id: str
    function: Callable
    cells: tuple
    field: str = "printed"
    evidence: str = "arithmetic"

    def reads(self):
        """Return the cells that are read, as pairs of id and field.

        Returns
        -------
        list of tuple of str
        """
        return [(cell, "printed") if isinstance(cell, str) else cell for cell in self.cells]

    def check(self, register):
        """Run the check on a register.

        Parameters
        ----------
        register : mapping of (str, str) to str
            Printed strings by id (without the paper's name) and field.

        Returns
        -------
        Check

        Raises
        ------
        ValueError
            If a cell is not in the register, or its number cannot be checked.
        """
        texts = []
        for cell in self.reads():
            if not register.get(cell):
                raise ValueError(f"cells: {self.id} reads {cell}, where nothing is printed")
            texts.append(register[cell])
        return self.function(*texts)


class Line(NamedTuple):
    """What a scorecard line needs: the number, its evidence, where, and the check."""

    id: str
    field: str
    evidence: str
    group: str
    check: Check


def ties(paper):
    """Return the ties of one paper.

    Parameters
    ----------
    paper : str
        Short name, such as ``"tipm"``.

    Returns
    -------
    dict of str to list of Tie
        By group; a group has the name of the section of the chapter that shows it.

    Raises
    ------
    ValueError
        If there is no such paper.
    """
    return module(paper).TIES


def module(paper):
    """Return the module that holds the ties of one paper.

    Parameters
    ----------
    paper : str
        Short name.

    Returns
    -------
    module

    Raises
    ------
    ValueError
        If there is no such paper.
    """
    _checks.one_of("paper", paper, reported.papers())
    return import_module(f".{paper.replace('-', '_')}", __package__)


def register(paper):
    """Return every printed cell of one paper.

    Parameters
    ----------
    paper : str
        Short name.

    Returns
    -------
    dict of (str, str) to str
        Printed strings by id (without the paper's name) and field.
    """
    frame = reported.load(paper)
    frame.index = frame.index.str.removeprefix(f"{paper}.")
    cells = frame[list(reported.FIELDS)].stack()
    return cells[cells != ""].to_dict()


def checks(paper, cells=None, chosen=None):
    """Run the ties of one paper.

    Parameters
    ----------
    paper : str
        Short name.
    cells : mapping of (str, str) to str, optional
        Another register, as :func:`register` returns it.
    chosen : iterable of tuple of (str, Tie), optional
        Pairs of group and tie; all when left out.

    Returns
    -------
    list of Line
        One a tie.

    Raises
    ------
    ValueError
        If a tie reads a cell that is not there, or its check is one of another number.
    """
    cells = register(paper) if cells is None else _checks.mapping("cells", cells)
    if chosen is None:
        chosen = [(group, tie) for group, members in ties(paper).items() for tie in members]
    found = []
    for pair in _checks.listed("chosen", chosen):
        if not isinstance(pair, tuple) or len(pair) != 2 or not isinstance(pair[1], Tie):
            raise ValueError(f"chosen: expected pairs of group and tie, got {pair!r:.60}")
        group, tie = pair
        check = tie.check(cells)
        if check.printed != cells.get((tie.id, tie.field)):
            raise ValueError(f"function: a tie of {tie.id} judges {check.printed!r}")
        found.append(Line(f"{paper}.{tie.id}", tie.field, tie.evidence, group, check))
    return found


def lines(paper):
    """Return what the scorecard says of each printed result of one paper.

    Parameters
    ----------
    paper : str
        Short name.

    Returns
    -------
    list of Line
        One for each number and evidence class, in the register's order. Of several checks of
        one number the contradicted one counts; if there is none, the closest. Where no check
        could decide, or no tie judges the number, the evidence is ``untestable`` and the
        explanation says why.
    """
    best = {}
    for line in [*checks(paper), *_rest(paper)]:
        if line.check.verdict == "untestable":
            line = line._replace(evidence="untestable")
        key = line.id, line.field, line.evidence
        if key not in best or _rank(line) < _rank(best[key]):
            best[key] = line
    decided = {key[:2] for key in best if key[2] != "untestable"}
    kept = [key for key in best if key[2] != "untestable" or key[:2] not in decided]
    place = {id: number for number, id in enumerate(reported.load(paper).index)}
    kept.sort(key=lambda key: (place[key[0]], FIELDS.index(key[1]), EVIDENCE.index(key[2])))
    return [best[key] for key in kept]


def _rank(line):
    return WEIGHT.index(line.check.verdict)


def rest(paper):
    """Return the printed results of one paper that no tie judges.

    Parameters
    ----------
    paper : str
        Short name.

    Returns
    -------
    list of tuple of str
        Pairs of register id and field, in the register's order.
    """
    judged = {(f"{paper}.{tie.id}", tie.field) for group in ties(paper).values() for tie in group}
    frame = reported.load(paper)
    printed = [
        (id, field)
        for id, row in frame[frame["kind"] == "result"].iterrows()
        for field in FIELDS
        if row[field]
    ]
    return [cell for cell in printed if cell not in judged]


def _rest(paper):
    """Return a line for each number that no tie judges, with the reason from the module."""
    for id, field in rest(paper):
        reason = next((why for part, why in module(paper).REASONS.items() if part in id), "")
        if not reason:
            raise ValueError(f"REASONS: expected why nothing bears on {id} ({field}), got nothing")
        check = Check(
            "none", reported.text(id, field), math.nan, math.nan, math.nan, "untestable", reason
        )
        yield Line(id, field, "untestable", REST, check)
