"""iRECIST for one patient: progression must be confirmed, and can be taken back."""

import math
from dataclasses import dataclass

from .lesions import is_there
from .rules import LEAST_GROWTH, PROGRESSED, has_progressed

#: Days from unconfirmed progression to a scan that can confirm it: 4 weeks.
CONFIRM_AFTER = 28

_GROWN = {"larger", "progressed further"}
_FROM_BEST = ("CR", "PR", "non-CR/non-PD", "SD", "PD")


@dataclass
class _Bar:
    """The visit of an unconfirmed progression, which later ones are compared with.

    Parameters
    ----------
    day : float
    kinds : set
        Which lesions progressed: ``target``, ``non-target``, ``new``.
    group : str
        Response of the target lesions; if there are none, of the non-target lesions.
    total : int or None
        Sum of the target lesions, µm; None while one was not measured.
    statuses : tuple
        Of the non-target lesions, as in ``Visit.statuses``.
    new : dict
        All new lesions so far, as in ``Visit.new``.
    """

    day: float
    kinds: set
    group: str
    total: int | None
    statuses: tuple
    new: dict


class Irecist:
    """Response by iRECIST, visit by visit.

    Parameters
    ----------
    course : Course
    """

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
        if bar and visit.day - bar.day < CONFIRM_AFTER:
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
            now in PROGRESSED and _larger(now, self.new.get(x))
            for x, now in found.visit.new.items()
        )
        if new.keys() - self.new.keys() or clearly or has_progressed(_sum(new), self.new_nadir):
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


def _has_grown(bar, visit, new):
    """Say whether the lesions that had progressed have grown since."""
    target = bar.total is not None and visit.total - bar.total >= LEAST_GROWTH
    non_target = any(map(_larger, visit.statuses, bar.statuses))
    newer = (
        new.keys() - bar.new.keys()
        or _sum(new) - _sum(bar.new) >= LEAST_GROWTH
        or any(_larger(now, bar.new[x]) for x, now in visit.new.items())
    )
    grown = {"target": target, "non-target": non_target, "new": newer}
    return any(grown[kind] for kind in bar.kinds)


def _larger(now, then):
    """Say whether a status tells of growth since an earlier one."""
    return now in _GROWN or (now == "progressed" and then not in PROGRESSED)


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
