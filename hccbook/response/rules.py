"""Response at each visit: the rules of RECIST 1.1 (which mRECIST shares) and of iRECIST."""

import math
from dataclasses import dataclass

from .. import _checks
from .lesions import MICROMETRES, Visit, is_there, read

#: The criteria that :func:`timepoints` knows.
CRITERIA = ("RECIST 1.1", "mRECIST", "iRECIST")

#: Growth in mm that progression needs beside the 20 %, and that confirms it in iRECIST.
_LEAST_GROWTH = 5 * MICROMETRES

#: Days from unconfirmed progression to a scan that can confirm it: 4 weeks.
_CONFIRM_AFTER = 28

_GROWN = {"larger", "progressed further"}
_FROM_BEST = ("CR", "PR", "non-CR/non-PD", "SD", "PD")

#: Statuses of a lesion that is in progression.
_PROGRESSED = {"progressed", "progressed further"}


def timepoints(lesions, criteria="RECIST 1.1"):
    """Response of each patient at each visit, from lesion measurements.

    Parameters
    ----------
    lesions : pandas.DataFrame
        One row a patient, visit and lesion; a patient's first day is the baseline. Columns:

        - ``patient``, ``lesion``: any labels; ``day``: days since the start of treatment;
        - ``target``: bool;
        - ``diameter``: longest diameter in mm, of a lymph node the short axis; 0 if the lesion is
          gone, missing if it was not measured (not needed where ``status`` tells);
        - ``enhancing``, only for mRECIST: longest diameter in mm of the arterially enhancing part;
          0 if the enhancement is gone;
        - ``new`` (optional): bool, the lesion was not there at baseline;
        - ``node`` (optional): bool, it is a lymph node;
        - ``too_small`` (optional): bool, it is seen but too small to measure: a missing diameter
          then counts 5 mm;
        - ``status`` (optional) of a lesion that is not a target: ``absent``, ``present``,
          ``larger`` (than at the visit before, but not clearly progressed), ``progressed``
          (clearly; if it had progressed before, no further) or ``progressed further``. If missing,
          the lesion was not evaluated; a new lesion counts as present.
    criteria : {"RECIST 1.1", "mRECIST", "iRECIST"}

    Returns
    -------
    pandas.DataFrame
        One row a patient and visit, patients in order of appearance: ``patient``, ``day``, ``sum``
        (of the target lesions, mm; NaN if one was not measured), ``from_baseline`` and
        ``from_nadir`` (change of the sum in per cent; the nadir is the smallest sum before, the
        baseline included), ``target`` and ``non_target`` (response of the lesions known from
        baseline, each kind by itself; ``none`` if there are none), ``new`` (whether a new lesion
        is seen) and ``response``: ``baseline`` at first; then CR, PR, SD, PD, NE or, without
        target lesions, non-CR/non-PD; by iRECIST iCR, iPR, iSD, iUPD, iCPD, NE or, without
        target lesions, non-iCR/non-iUPD.

    Notes
    -----
    *Refused:* two rows of a lesion at a visit, a lesion that changes its kind, one that appears
    later and is not marked as new, more than five target lesions (and five new ones), and a
    target lesion of less than 10 mm (a node: 15 mm) when first seen.

    *Borders.* Partial response: a sum of at most 70 % of the baseline. Progression: at least 120 %
    of the nadir and, by RECIST 1.1 and iRECIST, at least 5 mm above it; mRECIST has no such rule.
    Progression goes before response. Lengths are taken to the micrometre, so borders are exact.

    *Complete response.* All target lesions at 0 mm, nodes below 10 mm (they stay in the sum, which
    need not be 0), no other lesion left. With non-target lesions left or not evaluated it is a
    partial response. Afterwards any lesion that is seen again is progression.

    *Missing.* With a target lesion not measured the visit is NE, unless the others alone make
    progression, which the missing one could not undo. A lesion without a row was not evaluated; a
    planned visit without a scan is a row without a diameter. Sums with gaps never become the nadir.

    *After progression* (PD, iCPD) every later visit has the same response.

    *mRECIST.* The enhancing part is measured of a lesion that has one when first seen. Nodes and
    lesions without enhancement are measured whole, as by RECIST 1.1. What ``status`` and ``new``
    mean in a cirrhotic liver (enhancement of a non-target lesion, atypical nodules, nodes at the
    porta hepatis, effusions) is for the reader of the scan to decide by the guideline.

    *iRECIST.* Progression by RECIST 1.1 is unconfirmed at first (iUPD). A scan at least 4 weeks
    later confirms it (iCPD) if target lesions that had progressed grew by another 5 mm in sum,
    non-target lesions that had progressed grew at all, the new lesions became more, grew by 5 mm
    in sum (target ones) or at all (others), or if a kind of lesion progresses that had not. Growth
    counts from the visit of the iUPD, so that small steps add up. An earlier scan is set aside: it
    stays iUPD. The guideline asks for the scan within 8 weeks; a later one is judged alike. If
    nothing is in progression any more, the bar is reset: the visit is iCR, iPR or iSD, and the next
    progression is iUPD again. New lesions that stay without growing keep the iUPD, unless the
    target lesions respond better than at the iUPD. While new lesions are left the response is at
    best iPR, and they make another iUPD by a sum of at least 120 % of their own smallest and 5 mm
    above it, by clear progression, or by one more lesion.

    *Not judged:* tumour markers, symptoms, and the limit of two target lesions an organ. The
    RECIST working group goes on calling a confirmed partial response so when the sum drifts back
    above 70 %; here that visit is SD. The best response is the same.

    References
    ----------
    RECIST 1.1: Eisenhauer et al., Eur J Cancer 2009;45:228. mRECIST: Lencioni & Llovet, Semin
    Liver Dis 2010;30:52, and Llovet & Lencioni, J Hepatol 2020;72:288. iRECIST: Seymour et al.,
    Lancet Oncol 2017;18:e143, and the working group's answers at recist.eortc.org.

    Examples
    --------
    >>> import pandas as pd
    >>> scans = pd.DataFrame({"patient": 1, "day": [0, 56], "lesion": "a", "target": True,
    ...                       "diameter": [50, 35]})
    >>> timepoints(scans)["response"].tolist()
    ['baseline', 'PR']
    """
    import pandas as pd

    _checks.one_of("criteria", criteria, CRITERIA)
    rows = []
    for patient, (targets, visits) in read(lesions, enhancing=criteria == "mRECIST").items():
        course = Course(targets, visits[0].total, absolute=criteria != "mRECIST")
        judge = Irecist(course) if criteria == "iRECIST" else Recist(course)
        first = course.find(visits[0]).row()
        rows.append((patient, *first[:4], "baseline", "baseline", False, "baseline"))
        for visit in visits[1:]:
            found = course.find(visit)
            rows.append((patient, *found.row(), judge.response(found)))
    columns = ["patient", "day", "sum", "from_baseline", "from_nadir", "target", "non_target"]
    return pd.DataFrame(rows, columns=[*columns, "new", "response"])


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
