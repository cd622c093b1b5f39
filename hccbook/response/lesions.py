"""Lesion measurements over time: read from a tidy frame, checked, and summed visit by visit."""

from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from .. import _checks

#: What a reader can say of a lesion that is not measured.
STATUSES = ("absent", "present", "larger", "progressed", "progressed further")

#: Sizes in mm: of a target lesion, of a target node and of a healthy node (short axis), and what
#: counts for a lesion that is seen but too small to measure.
SMALLEST_TARGET, SMALLEST_NODE, HEALTHY_NODE, TOO_SMALL = 10, 15, 10, 5

#: Target lesions of a patient.
MOST_TARGETS = 5

#: Micrometres in a millimetre: sums are whole numbers, so that a border such as -30 % is exact.
MICROMETRES = 1000

_NEEDED = ("patient", "day", "lesion", "target", "diameter")
_FLAGS = ("target", "new", "node", "too_small")
_KIND = attrgetter("target", "node", "new")


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
    frame = _checked(lesions, enhancing)
    patients = {}
    for row in frame.itertuples(index=False):
        days = patients.setdefault(row.patient, {})
        days.setdefault(row.day, {})[row.lesion] = row
    return {patient: _visits(patient, days) for patient, days in patients.items()}


def _visits(patient, days):
    """Return how many target lesions a patient has, and the visits in order."""
    baseline, *later = sorted(days)
    first, known = days[baseline], {}
    for day in (baseline, *later):
        for lesion, row in days[day].items():
            if lesion not in known:
                known[lesion] = row
                _first_seen(patient, row, baseline)
            elif _KIND(row) != _KIND(known[lesion]):
                raise ValueError(
                    f"lesions: expected the same target, node and new at all visits of lesion "
                    f"{lesion!r} of patient {patient!r}, got another at day {day:g}"
                )
    for new in (False, True):
        count = sum(row.target and row.new == new for row in known.values())
        if count > MOST_TARGETS:
            raise ValueError(
                f"lesions: expected at most {MOST_TARGETS} {'new ' if new else ''}target lesions "
                f"of patient {patient!r}, got {count}"
            )
    targets = [lesion for lesion, row in first.items() if row.target]
    others = [lesion for lesion, row in first.items() if not row.target]
    return len(targets), [_visit(day, days[day], targets, others) for day in (baseline, *later)]


def _first_seen(patient, row, baseline):
    """Check the first row of a lesion."""
    where = f"lesion {row.lesion!r} of patient {patient!r}"
    if row.new and row.day == baseline:
        raise ValueError(f"new: expected no new lesion at baseline, got {where}")
    if not row.new and row.day != baseline:
        raise ValueError(
            f"new: expected True for a lesion that baseline does not have, got False for {where}"
        )
    smallest = SMALLEST_NODE if row.node else SMALLEST_TARGET
    for name, size in (("diameter", row.diameter), ("enhancing", row.size)):
        if row.target and not size >= smallest * MICROMETRES:
            raise ValueError(
                f"{name}: expected at least {smallest} mm when a target lesion is first seen (a "
                f"smaller one is non-target), got {size / MICROMETRES:g} mm for {where}"
            )
    if not row.target and row.status not in (None, "present"):
        raise ValueError(f"status: expected present when first seen, got {row.status} for {where}")


def is_there(found):
    """Say whether a diameter or a status is that of a lesion that can be seen."""
    return found not in (None, 0, "absent")


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
    for name in frame:
        if frame[name].isna().any():
            raise ValueError(f"{name}: expected no gaps, got one in row {_row(frame[name].isna())}")
    frame["day"] = _checks.vector("day", lesions["day"])
    for name in _FLAGS:
        flags = lesions[name] if name in lesions else np.zeros(len(frame))
        frame[name] = _checks.vector(name, flags, binary=True).astype(bool)
    frame["diameter"] = _lengths("diameter", lesions["diameter"])
    status = lesions["status"] if "status" in lesions else pd.Series(None, lesions.index, object)
    frame["status"] = status.astype(object).where(status.notna(), None)
    if (unknown := ~frame["status"].isin((*STATUSES, None))).any():
        got = frame["status"][unknown].iloc[0]
        raise ValueError(f"status: expected one of {', '.join(STATUSES)}, got {got!r}")
    if (double := frame.duplicated(["patient", "day", "lesion"])).any():
        raise ValueError(
            f"lesions: expected one row a patient, day and lesion, got two, row {_row(double)}"
        )
    unsaid = frame["new"] & ~frame["target"] & frame["status"].isna()
    frame.loc[unsaid, "status"] = "present"
    frame["size"] = frame["diameter"]
    if enhancing:
        # A lesion without enhancement at its first visit, and every node, is measured whole.
        part = pd.Series(_lengths("enhancing", lesions["enhancing"]), frame.index)
        order = frame.assign(part=part).sort_values("day", kind="stable")
        first = order.drop_duplicates(["patient", "lesion"]).set_index(["patient", "lesion"])
        key = pd.MultiIndex.from_frame(frame[["patient", "lesion"]])
        whole = first["part"].isna().loc[key].to_numpy() | frame["node"]
        frame["size"] = frame["diameter"].where(whole, part)
    small = frame["too_small"] & frame["size"].isna()
    frame["size"] = frame["size"].mask(small, TOO_SMALL * MICROMETRES)
    return frame


def _lengths(name, values):
    """Return lengths in whole µm, NaN where one is missing."""
    import pandas as pd

    numbers = pd.to_numeric(values, errors="coerce")
    if (wrong := (numbers.isna() & values.notna()).to_numpy()).any():
        at = _row(wrong)
        raise ValueError(f"{name}: expected numbers in mm, got {values[at]!r} in row {at}")
    array = numbers.to_numpy(float, na_value=np.nan)
    if (wrong := (array < 0) | np.isinf(array)).any():
        at = _row(wrong)
        raise ValueError(f"{name}: expected mm of at least 0, got {array[at]:g} in row {at}")
    return np.round(array * MICROMETRES)


def _row(wrong):
    return int(np.asarray(wrong).argmax())
