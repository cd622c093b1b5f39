"""The rules of RECIST 1.1 (which mRECIST shares) and of iRECIST, for one patient."""

import math
from dataclasses import dataclass

from .lesions import MICROMETRES, Visit, is_there

#: Growth in mm that progression needs beside the 20 %, and that confirms it in iRECIST.
_LEAST_GROWTH = 5 * MICROMETRES

#: Days from unconfirmed progression to a scan that can confirm it: 4 weeks.
_CONFIRM_AFTER = 28

_GROWN = {"larger", "progressed further"}
_FROM_BEST = ("CR", "PR", "non-CR/non-PD", "SD", "PD")

#: Statuses of a lesion that is in progression.
_PROGRESSED = {"progressed", "progressed further"}


@dataclass(frozen=True)
class Finding:
    """A visit, and what it says of target and non-target lesions (``none``: there are none)."""

    visit: Visit
    target: str
    non_target: str
    baseline: int  # sums to compare with, µm
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
    """A patient's sums so far; ``absolute``: progression needs 5 mm of growth."""

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
        if _has_progressed(visit.total, self.nadir, self.absolute):
            return "PD"
        if not visit.complete:
            return "NE"
        if not visit.seen:
            return "CR"
        return "PR" if 10 * visit.total <= 7 * self.baseline else "SD"


class Recist:
    """RECIST 1.1 and mRECIST: progression is final."""

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


@dataclass
class _Bar:
    """The visit of an unconfirmed progression, which later ones are compared with."""

    day: float
    kinds: set  # which lesions progressed: ``target``, ``non-target``, ``new``
    group: str  # response of the target lesions; if there are none, of the non-target lesions
    total: int | None  # of the target lesions, µm; None while one was not measured
    statuses: tuple  # as in `Visit`
    new: dict  # all new lesions so far


class Irecist:
    """Response by iRECIST, visit by visit: progression must be confirmed, and can be taken back."""

    def __init__(self, course):
        self.course, self.final, self.complete = course, False, False
        self.bar = None
        self.new = {}  # new lesions so far, each as it was when last evaluated
        self.new_nadir = math.inf  # smallest sum of the new target lesions

    def response(self, found):
        """Return the response at the next visit."""
        bar, visit = self.bar, found.visit
        if self.final:
            return "iCPD"
        if bar and visit.day - bar.day < _CONFIRM_AFTER:
            return "iUPD"  # the scan is set aside
        new = self.new | {x: value for x, value in visit.new.items() if value is not None}
        kinds = self._progressing(found, new)
        if bar is None:
            response = "iUPD" if kinds else _without_progression(found, new)
        elif kinds - bar.kinds or _has_grown(bar, visit, new):
            response = "iCPD"
        elif self._stays(found, kinds, new):
            response = "iUPD"
        elif "non-target" in bar.kinds and found.non_target == "NE":
            response = "NE"
        else:
            response = _without_progression(found, new)
        self._remember(found, kinds, new, response)
        return response

    def _progressing(self, found, new):
        """Return which lesions progress by RECIST 1.1; after a complete response, any seen."""
        kinds = set()
        if found.target == "PD" or (self.complete and found.visit.seen):
            kinds.add("target")
        if found.non_target == "PD" or (self.complete and found.left()):
            kinds.add("non-target")
        clearly = any(
            now in _PROGRESSED and _larger(now, self.new.get(x))
            for x, now in found.visit.new.items()
        )
        if new.keys() - self.new.keys() or clearly or _has_progressed(_sum(new), self.new_nadir):
            kinds.add("new")
        return kinds

    def _stays(self, found, kinds, new):
        """Say whether something is still in progression, without having grown."""
        if kinds & {"target", "non-target"}:
            return True
        groups = _group(found), self.bar.group
        better = "NE" not in groups and _FROM_BEST.index(groups[0]) < _FROM_BEST.index(groups[1])
        return "new" in self.bar.kinds and _any_left(new) and not better

    def _remember(self, found, kinds, new, response):
        visit = found.visit
        total = visit.total if visit.complete else None
        if response not in {"iUPD", "NE"}:
            self.bar = None
        elif response == "iUPD" and self.bar is None:
            self.bar = _Bar(visit.day, kinds, _group(found), total, visit.statuses, new)
        elif self.bar and self.bar.total is None:
            self.bar.total = total
        more = new.keys() - self.new.keys()
        self.new_nadir = _sum(new) if more else min(self.new_nadir, _sum(new))
        self.new = new
        self.course.settle(visit)
        self.final = response == "iCPD"
        self.complete |= response == "iCR"


def _has_progressed(total, nadir, absolute=True):
    """Say whether a sum in µm is 20 % above the smallest one before, and 5 mm if ``absolute``."""
    growth = total - nadir
    return growth >= (_LEAST_GROWTH if absolute else 1) and 5 * growth >= nadir


def _non_target(visit):
    statuses = set(visit.statuses)
    if not statuses:
        return "none"
    if statuses & _PROGRESSED:
        return "PD"
    if None in statuses:
        return "NE"
    return "CR" if statuses == {"absent"} else "non-CR/non-PD"


def _percent(total, reference):
    if reference:
        return 100 * (total - reference) / reference
    return math.inf if total > 0 else 0.0 * total


def _has_grown(bar, visit, new):
    """Say whether the lesions that had progressed have grown since."""
    target = bar.total is not None and visit.total - bar.total >= _LEAST_GROWTH
    non_target = any(map(_larger, visit.statuses, bar.statuses))
    newer = (
        new.keys() - bar.new.keys()
        or _sum(new) - _sum(bar.new) >= _LEAST_GROWTH
        or any(_larger(now, bar.new[x]) for x, now in visit.new.items())
    )
    grown = {"target": target, "non-target": non_target, "new": newer}
    return any(grown[kind] for kind in bar.kinds)


def _larger(now, then):
    """Say whether a status tells of growth since an earlier one."""
    return now in _GROWN or (now == "progressed" and then not in _PROGRESSED)


def _without_progression(found, new):
    response = found.overall(_any_left(new))
    special = {"NE": "NE", "non-CR/non-PD": "non-iCR/non-iUPD"}
    return special.get(response, f"i{response}")


def _group(found):
    return found.non_target if found.target == "none" else found.target


def _any_left(new):
    return any(map(is_there, new.values()))


def _sum(new):
    """Add up the new target lesions, µm."""
    return sum(size for size in new.values() if isinstance(size, int))
