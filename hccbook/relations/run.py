"""The audit of a paper: its relations run on a register, and a line for each printed number."""

from typing import NamedTuple

from .. import _checks, reported
from ..audit import Check
from ..audit.arguments import Impossible
from ..scorecard import EVIDENCE
from .declared import load, reasons

#: The section of a chapter for numbers that no relation judges.
REST = "what-cannot-be-checked"
#: Verdicts from the one that decides to the one that says least.
WEIGHT = ("contradicted", "exact", "rounding", "compatible", "untestable")


class Line(NamedTuple):
    """What a scorecard line needs: the number, its evidence, where, and the check."""

    id: str
    field: str
    evidence: str
    section: str
    check: Check


def all_lines(paper, cells=None):
    """Run all relations of one paper: a list with a ``Line`` for each.

    ``cells`` is another register, as :func:`hccbook.reported.cells` returns it.
    """
    cells = reported.cells(paper) if cells is None else _checks.mapping("cells", cells)
    return [
        Line(f"{paper}.{one.id}", one.field, one.evidence, section, _check(one, cells))
        for section, members in load(paper).items()
        for one in members
    ]


def _check(one, cells):
    """Run one relation; a printed number that cannot be, such as an AUC of 1.2, is a finding."""
    try:
        return one.check(cells)
    except Impossible as error:
        nothing, text = (float("nan"),) * 3, cells[one.id, one.field]
        return Check.of("possible values", text, nothing, str(error), "contradicted")


def lines(paper):
    """Return what the scorecard says of the printed results of one paper, as a list of ``Line``.

    One for each number and evidence class, in the register's order. Of several checks of one number
    the contradicted one counts; if there is none, the closest. Where no check could decide, or no
    relation judges the number, the evidence is ``untestable`` and the explanation says why.
    """
    best = {}
    for line in [*(found := all_lines(paper)), *_rest(paper, {line[:2] for line in found})]:
        if line.check.verdict == "untestable":
            line = line._replace(evidence="untestable")
        if line[:3] not in best or _weight(line) < _weight(best[line[:3]]):
            best[line[:3]] = line
    decided = {key[:2] for key in best if key[2] != "untestable"}
    return [
        best[number, field, evidence]
        for number, field in reported.results(paper)
        for evidence in EVIDENCE
        if (number, field, evidence) in best
        and (evidence != "untestable" or (number, field) not in decided)
    ]


def _weight(line):
    return WEIGHT.index(line.check.verdict)


def _rest(paper, judged):
    """Yield a line for each result that no relation judges, with the reason from the file."""
    for id, field in reported.results(paper):
        if (id, field) in judged:
            continue
        reason = next((why for part, why in reasons(paper).items() if part in id), "")
        if not reason:
            raise ValueError(
                f"{paper}.toml, untestable: expected why nothing bears on {id} ({field}), "
                "got nothing"
            )
        nothing = (float("nan"),) * 3
        check = Check.of("none", reported.text(id, field), nothing, reason, "untestable")
        yield Line(id, field, "untestable", REST, check)
