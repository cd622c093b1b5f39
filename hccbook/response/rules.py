"""Response at each visit: the rules of RECIST 1.1 (which mRECIST shares) and of iRECIST."""

import math
from dataclasses import dataclass

from .. import _checks
from .lesions import MICROMETRES, Visit, any_left, read

#: The criteria that :func:`timepoints` knows.
CRITERIA = ("RECIST 1.1", "mRECIST", "iRECIST")

#: Growth in µm that progression needs beside the 20 %, and that confirms it in iRECIST.
_LEAST_GROWTH = 5 * MICROMETRES

#: Days from a response or an unconfirmed progression to a scan that can confirm it: 4 weeks.
_CONFIRM_AFTER = 28

_RANK = {x: k for k, x in enumerate(("CR", "PR", "non-CR/non-PD", "SD", "PD"))}

#: Statuses of a lesion that is in progression, and of one that has grown in any case.
_PROGRESSED, _GROWN = {"progressed", "progressed further"}, {"larger", "progressed further"}


def timepoints(lesions, criteria="RECIST 1.1"):
    """Response of each patient at each visit, from lesion measurements.

    Parameters
    ----------
    lesions : pandas.DataFrame
        One row a patient, visit and lesion; a patient's first day is the baseline. Columns:

        - ``patient``, ``lesion``: any labels; ``day``: days since the start of treatment;
        - ``target``: bool; at most five, and five new ones, of 10 mm (a node: 15 mm) or more when
          first seen;
        - ``diameter``: longest diameter in mm, of a lymph node the short axis; 0 if the lesion is
          gone, 5 if it is too small to measure, missing if it was not measured (not needed where
          ``status`` tells);
        - ``enhancing``, only for mRECIST: longest diameter in mm of the arterially enhancing part;
          at most ``diameter``, and 0 if the enhancement is gone;
        - ``new`` (optional): bool, the lesion was not there at baseline;
        - ``node`` (optional): bool, it is a lymph node;
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
    *Borders.* Partial response: a sum of at most 70 % of the baseline. Progression: at least 120 %
    of the nadir and, by RECIST 1.1 and iRECIST, at least 5 mm above it; mRECIST has no such rule.
    Progression goes before response. Lengths are taken to the micrometre, so borders are exact.

    *Complete response.* All target lesions at 0 mm, nodes below 10 mm (they stay in the sum, which
    need not be 0), no other lesion left. With non-target lesions left or not evaluated it is a
    partial response. Afterwards any lesion that is seen again is progression. After progression
    (PD, iCPD) every later visit has the same response.

    *Partial response.* Once a scan at least 4 weeks later has confirmed it, it goes on until
    progression, though the sum drifts back above 70 % (working group, "The definition of SD: a
    clarification" and "Managing PR when TP measurements change slightly over time", where sums
    of 100, 70, 70, 80, 80, 80 are PR five times). A lone PR that drifts back is followed by SD.

    *Missing.* With a target lesion not measured the visit is NE, unless the others alone make
    progression, which the missing one could not undo. A lesion without a row was not evaluated; a
    planned visit without a scan is a row without a diameter. Sums with gaps never become the nadir.

    *mRECIST.* The enhancing part is measured of a lesion that has one when first seen. Nodes and
    lesions without enhancement are measured whole, as by RECIST 1.1. What ``status`` and ``new``
    mean in a cirrhotic liver is for the reader of the scan to decide by the guideline.

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

    *Not judged:* tumour markers, symptoms, and the limit of two target lesions an organ.

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
    kind = Irecist if criteria == "iRECIST" else Recist
    least_growth = 1 if criteria == "mRECIST" else _LEAST_GROWTH
    rows = []
    for patient, (targets, visits) in read(lesions, enhancing=criteria == "mRECIST").items():
        course = kind(targets, visits[0].total, least_growth)
        rows.append((patient, *course.sums(visits[0]), "baseline", "baseline", False, "baseline"))
        for visit in visits[1:]:
            rows.append((patient, *course.sums(visit), *course.judge(visit)))
    columns = ["patient", "day", "sum", "from_baseline", "from_nadir", "target", "non_target"]
    return pd.DataFrame(rows, columns=[*columns, "new", "response"])


class Recist:
    """A patient's course by RECIST 1.1 and mRECIST: progression is final. Sums are in µm."""

    def __init__(self, targets, baseline, least_growth):
        self.targets, self.least_growth = targets, least_growth
        self.baseline = self.nadir = baseline
        self.complete = self.final = False  # after a complete response, after progression
        self.since, self.held = math.inf, False  # day of the first PR of a row, which is confirmed

    def sums(self, visit):
        """Return the columns ``day`` to ``from_nadir`` of a visit."""
        total = visit.total if self.targets and visit.complete else math.nan
        changes = _percent(total, self.baseline), _percent(total, self.nadir)
        return visit.day, total / MICROMETRES, *changes

    def judge(self, visit):
        """Return the columns ``target`` to ``response`` of the next visit."""
        target, non_target = self._target(visit), _non_target(visit.statuses)
        response = self._response(visit, target, non_target)
        return target, non_target, any_left(visit.new), response

    def _target(self, visit):
        if not self.targets:
            return "none"
        # Missing lesions can only add to the sum, so progression without them is certain.
        if _has_progressed(visit.total, self.nadir, self.least_growth):
            return "PD"
        if not visit.complete:
            return "NE"
        if not visit.seen:
            return "CR"
        return "PR" if 10 * visit.total <= 7 * self.baseline else "SD"

    def _progressing(self, visit, target, non_target):
        """Return which of the known lesions progress; after a complete response, any seen."""
        kinds = {
            "target": target == "PD" or (self.complete and visit.seen),
            "non-target": non_target == "PD" or (self.complete and any_left(visit.statuses)),
        }
        return {kind for kind, progresses in kinds.items() if progresses}

    def _response(self, visit, target, non_target):
        known = self._progressing(visit, target, non_target)
        self.final = self.final or bool(known) or any_left(visit.new)
        response = "PD" if self.final else self._hold(visit.day, _overall(target, non_target))
        self._remember(visit, response == "CR")
        return response

    def _hold(self, day, response):
        """Return the response, which is still PR after a confirmed one whose sum drifts back."""
        if response == "SD" and not self.held:
            self.since = math.inf
        elif response == "PR":
            self.since = min(self.since, day)
            self.held |= day - self.since >= _CONFIRM_AFTER
        return "PR" if response == "SD" and self.held else response

    def _remember(self, visit, complete):
        if visit.complete:
            self.nadir = min(self.nadir, visit.total)
        self.complete |= complete


@dataclass
class _Bar:
    """An unconfirmed progression, which later visits are compared with."""

    visit: Visit
    kinds: set  # which lesions progressed: ``target``, ``non-target``, ``new``
    group: str  # response of the target lesions; if there are none, of the non-target lesions
    new: dict  # all new lesions so far
    total: int | None  # of the target lesions, µm; None while one was not measured


class Irecist(Recist):
    """A course by iRECIST: progression must be confirmed, and can be taken back."""

    def __init__(self, *start):
        super().__init__(*start)
        self.bar = None
        self.new = {}  # new lesions so far, each as it was when last evaluated
        self.new_nadir = math.inf  # smallest sum of the new target lesions

    def _response(self, visit, target, non_target):
        bar = self.bar
        if self.final:
            return "iCPD"
        if bar and visit.day - bar.visit.day < _CONFIRM_AFTER:
            return "iUPD"  # the scan is set aside
        new = self.new | {x: value for x, value in visit.new.items() if value is not None}
        known = self._progressing(visit, target, non_target)
        kinds = known | ({"new"} if self._new_progress(visit, new) else set())
        group = non_target if target == "none" else target
        if bar and (kinds - bar.kinds or _has_grown(bar, visit, new)):
            response = "iCPD"
        elif known or (_new_stay(bar, group, new) if bar else kinds):
            response = "iUPD"
        elif bar and "non-target" in bar.kinds and non_target == "NE":
            response = "NE"
        else:
            found = self._hold(visit.day, _overall(target, non_target, any_left(new)))
            response = {"NE": "NE", "non-CR/non-PD": "non-iCR/non-iUPD"}.get(found, f"i{found}")
        if response == "iUPD":
            self.since, self.held = math.inf, False
        total = visit.total if visit.complete else None
        if response not in {"iUPD", "NE"}:
            self.bar = None
        elif not bar and response == "iUPD":
            self.bar = _Bar(visit, kinds, group, new, total)
        elif bar and bar.total is None:
            bar.total = total
        before = math.inf if new.keys() - self.new.keys() else self.new_nadir
        self.new, self.new_nadir = new, min(before, _sum(new))
        self.final = response == "iCPD"
        self._remember(visit, response == "iCR")
        return response

    def _new_progress(self, visit, new):
        """Say whether there is one more new lesion, or those that there are progress."""
        more = new.keys() - self.new.keys()
        seen = visit.new.items()
        clear = any(now in _PROGRESSED and _larger(now, self.new.get(x)) for x, now in seen)
        return more or clear or _has_progressed(_sum(new), self.new_nadir, _LEAST_GROWTH)


def _has_progressed(total, nadir, least_growth):
    """Say whether a sum is 20 % above the smallest one before, and by the least growth."""
    growth = total - nadir
    return growth >= least_growth and 5 * growth >= nadir


def _non_target(statuses):
    if not statuses:
        return "none"
    if _PROGRESSED & set(statuses):
        return "PD"
    if None in statuses:
        return "NE"
    return "CR" if set(statuses) == {"absent"} else "non-CR/non-PD"


def _overall(target, non_target, new=False):
    """Return the response without progression (Eisenhauer 2009, tables 1 and 2)."""
    if target == "none":
        return "non-CR/non-PD" if non_target == "CR" and new else non_target
    clear = non_target in {"CR", "none"} and not new
    return "PR" if target == "CR" and not clear else target


def _percent(total, reference):
    if reference:
        return 100 * (total - reference) / reference
    return math.inf if total > 0 else 0.0 * total


def _has_grown(bar, visit, new):
    """Say whether the lesions that had progressed have grown since."""
    grown = {
        "target": bar.total is not None and visit.total - bar.total >= _LEAST_GROWTH,
        "non-target": any(map(_larger, visit.statuses, bar.visit.statuses)),
        "new": new.keys() - bar.new.keys()
        or _sum(new) - _sum(bar.new) >= _LEAST_GROWTH
        or any(_larger(now, bar.new[x]) for x, now in visit.new.items()),
    }
    return any(grown[kind] for kind in bar.kinds)


def _new_stay(bar, group, new):
    """Say whether new lesions that had progressed are left, and the others respond no better."""
    better = _RANK.get(group, math.inf) < _RANK.get(bar.group, -math.inf)  # NE is neither
    return "new" in bar.kinds and any_left(new) and not better


def _larger(now, then):
    """Say whether a status tells of growth since an earlier one."""
    return now in _GROWN or (now == "progressed" and then not in _PROGRESSED)


def _sum(new):
    """Add up the new target lesions, µm."""
    return sum(size for size in new.values() if isinstance(size, int))
