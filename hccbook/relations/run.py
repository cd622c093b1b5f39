"""The audit of a paper: its relations run on a register, and a line for each printed number."""

from typing import NamedTuple

from .. import _checks, reported
from ..audit import Check
from ..scorecard import EVIDENCE, FIELDS
from .common import undecided
from .declared import Relation, load, reasons

#: The section of a chapter for numbers that no relation judges.
REST = "what-cannot-be-checked"
#: Verdicts from the one that decides to the one that says least.
WEIGHT = ("contradicted", "exact", "rounding", "compatible", "untestable")


class Line(NamedTuple):
    """What a scorecard line needs: the number, its evidence, where, and the check."""

    id: str
    field: str
    evidence: str
    group: str
    check: Check


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
    """Run the relations of one paper.

    Parameters
    ----------
    paper : str
        Short name.
    cells : mapping of (str, str) to str, optional
        Another register, as :func:`register` returns it.
    chosen : iterable of tuple of (str, Relation), optional
        Pairs of section and relation; all when left out.

    Returns
    -------
    list of Line
        One a relation.

    Raises
    ------
    ValueError
        If a relation reads a cell that is not there, or its check is one of another number.
    """
    cells = register(paper) if cells is None else _checks.mapping("cells", cells)
    if chosen is None:
        chosen = [(section, one) for section, members in load(paper).items() for one in members]
    found = []
    for pair in _checks.listed("chosen", chosen):
        if not isinstance(pair, tuple) or len(pair) != 2 or not isinstance(pair[1], Relation):
            raise ValueError(f"chosen: expected pairs of section and relation, got {pair!r:.60}")
        section, one = pair
        check = one.check(cells)
        if check.printed != cells.get((one.id, one.field)):
            raise ValueError(f"function: a relation of {one.id} judges {check.printed!r}")
        found.append(Line(f"{paper}.{one.id}", one.field, one.evidence, section, check))
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
        could decide, or no relation judges the number, the evidence is ``untestable`` and the
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
    """Return the id and field of each printed result of one paper that no relation judges."""
    judged = {(f"{paper}.{one.id}", one.field) for group in load(paper).values() for one in group}
    frame = reported.load(paper)
    results = frame[frame["kind"] == "result"]
    cells = [(id, field) for id, row in results.iterrows() for field in FIELDS if row[field]]
    return [cell for cell in cells if cell not in judged]


def _rest(paper):
    """Yield a line for each number that no relation judges, with the reason from the file."""
    for id, field in rest(paper):
        reason = next((why for part, why in reasons(paper).items() if part in id), "")
        if not reason:
            raise ValueError(
                f"{paper}.toml, untestable: expected why nothing bears on {id} ({field}), "
                "got nothing"
            )
        check = undecided("none", reported.text(id, field), "untestable", reason)
        yield Line(id, field, "untestable", REST, check)
