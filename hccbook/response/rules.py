"""The rules of RECIST 1.1, which mRECIST and iRECIST share, for one patient."""

import math
from dataclasses import dataclass

from .lesions import MICROMETRES, Visit, is_there

#: Growth in mm that progression needs beside the 20 %, and that confirms it in iRECIST.
LEAST_GROWTH = 5 * MICROMETRES

#: Statuses of a lesion that is in progression.
PROGRESSED = {"progressed", "progressed further"}


@dataclass(frozen=True)
class Finding:
    """A visit with what it says of the target lesions alone and of the non-target lesions alone.

    Parameters
    ----------
    visit : Visit
    target, non_target : str
        ``none`` if the patient has no such lesion.
    baseline, nadir : int
        Sums to compare with, µm.
    """

    visit: Visit
    target: str
    non_target: str
    baseline: int
    nadir: int

    def row(self):
        """Return the columns ``day`` to ``new`` of the table of visits."""
        total = self.visit.total
        if self.target == "none" or not self.visit.complete:
            total = math.nan
        kinds = self.target, self.non_target, any(map(is_there, self.visit.new.values()))
        changes = _percent(total, self.baseline), _percent(total, self.nadir)
        return self.visit.day, total / MICROMETRES, *changes, *kinds

    def left(self):
        """Say whether a non-target lesion of the baseline is there."""
        return any(map(is_there, self.visit.statuses))

    def overall(self, new=False):
        """Return the response without progression (Eisenhauer 2009, tables 1 and 2)."""
        if self.target == "none":
            return "non-CR/non-PD" if self.non_target == "CR" and new else self.non_target
        clear = self.non_target in {"CR", "none"} and not new
        return "PR" if self.target == "CR" and not clear else self.target


class Course:
    """A patient's sums so far.

    Parameters
    ----------
    targets : int
        Number of target lesions.
    baseline : int
        Their sum at baseline, µm.
    absolute : bool
        Whether progression needs 5 mm of growth.
    """

    def __init__(self, targets, baseline, absolute):
        self.targets, self.baseline, self.nadir = targets, baseline, baseline
        self.absolute = absolute

    def find(self, visit):
        """Judge the two kinds of lesion at the next visit."""
        return Finding(visit, self._target(visit), _non_target(visit), self.baseline, self.nadir)

    def settle(self, visit):
        """Let the visit count for the nadir."""
        if visit.complete:
            self.nadir = min(self.nadir, visit.total)

    def _target(self, visit):
        if not self.targets:
            return "none"
        # Missing lesions can only add to the sum, so progression without them is certain.
        if has_progressed(visit.total, self.nadir, self.absolute):
            return "PD"
        if not visit.complete:
            return "NE"
        if not visit.seen:
            return "CR"
        return "PR" if 10 * visit.total <= 7 * self.baseline else "SD"


class Recist:
    """RECIST 1.1 and mRECIST: progression is final.

    Parameters
    ----------
    course : Course
    """

    def __init__(self, course):
        self.course, self.final, self.complete = course, False, False

    def response(self, found):
        """Return the response at the next visit."""
        self.course.settle(found.visit)
        again = self.complete and (found.visit.seen or found.left())
        new = any(map(is_there, found.visit.new.values()))
        self.final |= again or new or "PD" in (found.target, found.non_target)
        response = "PD" if self.final else found.overall()
        self.complete |= response == "CR"
        return response


def has_progressed(total, nadir, absolute=True):
    """Say whether a sum in µm is 20 % above the smallest one before, and 5 mm if ``absolute``."""
    growth = total - nadir
    return growth >= (LEAST_GROWTH if absolute else 1) and 5 * growth >= nadir


def _non_target(visit):
    statuses = set(visit.statuses)
    if not statuses:
        return "none"
    if statuses & PROGRESSED:
        return "PD"
    if None in statuses:
        return "NE"
    return "CR" if statuses == {"absent"} else "non-CR/non-PD"


def _percent(total, reference):
    if reference:
        return 100 * (total - reference) / reference
    return math.inf if total > 0 else 0.0 * total
