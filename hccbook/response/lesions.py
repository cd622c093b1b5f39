"""Lesion measurements over time: read from a tidy frame, checked, and summed visit by visit."""

from dataclasses import dataclass

import numpy as np

from .. import _checks

#: What a reader can say of a lesion that is not measured.
STATUSES = ("absent", "present", "larger", "progressed", "progressed further")

#: Sizes in mm: of a target lesion, of a target node and of a healthy node (short axis).
SMALLEST_TARGET, SMALLEST_NODE, HEALTHY_NODE = 10, 15, 10

#: Target lesions of a patient.
MOST_TARGETS = 5

#: Micrometres in a millimetre: sums are whole numbers, so that a border such as -30 % is exact.
MICROMETRES = 1000

_NEEDED = ("patient", "day", "lesion", "target", "diameter")
_KIND = ["target", "node", "new"]


@dataclass(frozen=True)
class Visit:
    """What one visit of one patient shows."""

    day: float
    total: int  # sum of the measured target lesions, µm
    complete: bool  # whether every target lesion was measured
    seen: bool  # whether some target lesion is still there (a node: of 10 mm or more)
    statuses: tuple  # of the non-target lesions of baseline; None where one was not evaluated
    new: dict  # lesions new since baseline: diameter in µm (None: not measured), or status


def read(lesions, enhancing=False):
    """Check measurements; return each patient's number of target lesions, and visits in order."""
    patients = {}
    for row in _checked(lesions, enhancing).itertuples(index=False):
        days = patients.setdefault(row.patient, {})
        days.setdefault(row.day, {})[row.lesion] = row
    return {patient: _visits(days) for patient, days in patients.items()}


def any_left(found):
    """Say whether some diameter or status is that of a lesion that can be seen."""
    found = found.values() if isinstance(found, dict) else found
    return any(x not in (None, 0, "absent") for x in found)


def _visits(days):
    """Return how many target lesions a patient has, and the visits in order."""
    first = days[min(days)]
    targets = [lesion for lesion, row in first.items() if row.target]
    others = [lesion for lesion, row in first.items() if not row.target]
    return len(targets), [_visit(day, days[day], targets, others) for day in sorted(days)]


def _visit(day, rows, targets, others):
    measured = [rows[x] for x in targets if x in rows and not np.isnan(rows[x].size)]
    new = {
        lesion: (None if np.isnan(row.size) else int(row.size)) if row.target else row.status
        for lesion, row in rows.items()
        if row.new
    }
    return Visit(
        day,
        int(sum(row.size for row in measured)),
        len(measured) == len(targets),
        any(row.size >= (HEALTHY_NODE * MICROMETRES if row.node else 1) for row in measured),
        tuple(rows[x].status if x in rows else None for x in others),
        new,
    )


def _checked(lesions, enhancing):
    """Return the frame with its optional columns and a column ``size`` in µm."""
    import pandas as pd

    _checks.frame("lesions", lesions, (*_NEEDED, "enhancing") if enhancing else _NEEDED)
    lesions = lesions.reset_index(drop=True)
    frame = lesions[["patient", "lesion"]].copy()
    _refuse(lesions, [(x, frame[x].isna(), "a label") for x in frame])
    frame["day"] = _checks.vector("day", lesions["day"])
    for name in _KIND:
        flags = lesions[name] if name in lesions else np.zeros(len(frame))
        frame[name] = _checks.vector(name, flags, binary=True).astype(bool)
    status = lesions["status"] if "status" in lesions else pd.Series(None, lesions.index, object)
    frame["status"] = status.astype(object).where(status.notna(), None)
    frame["size"] = frame["diameter"] = _lengths(lesions, "diameter")
    if enhancing:
        frame["size"] = _lengths(lesions, "enhancing")
        larger = frame["size"] > frame["diameter"]
        _refuse(lesions, [("enhancing", larger, "at most the diameter of its lesion")])
    # Of each row: the first row of its lesion.
    order = frame.reset_index().sort_values("day", kind="stable")
    first = order.groupby(["patient", "lesion"], sort=False)["index"].transform("first")
    first = frame.loc[first.sort_index()].set_axis(frame.index)
    if enhancing:
        # A lesion without enhancement at its first visit, and every node, is measured whole.
        frame["size"] = frame["size"].mask(first["size"].isna() | frame["node"], frame["diameter"])
    starts = frame["day"] == first["day"]
    baseline = frame["day"] == frame.groupby("patient")["day"].transform("min")
    target = starts & frame["target"]
    number = target.groupby([frame["patient"], frame["new"]]).cumsum()
    smallest = np.where(frame["node"], SMALLEST_NODE, SMALLEST_TARGET) * MICROMETRES
    least = f"{SMALLEST_TARGET} mm (a node: {SMALLEST_NODE} mm) or more when a target is first seen"
    most = f"at most {MOST_TARGETS} target lesions"
    first_said = frame["status"].isin([None, "present"])
    _refuse(
        lesions,
        [
            ("status", ~frame["status"].isin([None, *STATUSES]), f"one of {', '.join(STATUSES)}"),
            ("day", frame.duplicated(["patient", "day", "lesion"]), "one row a lesion and day"),
            *((x, frame[x] != first[x], "the same at all visits of a lesion") for x in _KIND),
            ("new", frame["new"] & baseline, "no new lesion at baseline"),
            ("new", starts & ~frame["new"] & ~baseline, "True for what baseline does not have"),
            ("diameter", target & ~(frame["diameter"] >= smallest), least),
            ("enhancing", target & ~(frame["size"] >= smallest), least),
            ("status", starts & ~target & ~first_said, "present when first seen"),
            ("target", target & (number > MOST_TARGETS), f"{most} of a patient, as many new ones"),
        ],
    )
    unsaid = frame["new"] & ~frame["target"] & frame["status"].isna()
    frame.loc[unsaid, "status"] = "present"
    return frame


def _lengths(lesions, name):
    """Return lengths in whole µm, NaN where one is missing."""
    import pandas as pd

    values = pd.to_numeric(lesions[name], errors="coerce").astype(float)
    wrong = (values.isna() & lesions[name].notna()) | (values < 0) | np.isinf(values)
    _refuse(lesions, [(name, wrong, "mm of at least 0")])
    return np.round(values * MICROMETRES)


def _refuse(lesions, checks):
    """Reject the first row that breaks a rule; each is: column, rows that break it, expected."""
    for name, wrong, expected in checks:
        if wrong.any():
            (row,) = lesions.loc[[wrong.idxmax()]].to_dict("records")
            raise ValueError(
                f"{name}: expected {expected}, got {row.get(name)!r} for lesion {row['lesion']!r} "
                f"of patient {row['patient']!r} at day {row['day']!r}"
            )
