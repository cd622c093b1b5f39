"""Progression, death and the end of follow-up, set to the three printed medians."""

import math
from functools import partial

import numpy as np

from .. import calibration as cal
from .patients import ASSUMED

#: A month of 365.25 / 12 days; the printed decimals do not tell it from other definitions.
DAYS_PER_MONTH = 365.25 / 12


def follow_up(rng, reading, included, people, lesions, scans, printed):
    """Draw progression, death and the end of follow-up so that the three medians print."""
    box = {
        x: cal.days_box(printed(f"{x}.median"), DAYS_PER_MONTH) for x in ("os", "pfs", "followup")
    }
    courses = _Courses(rng, people, lesions, scans)
    find = _reverse if reading == "reverse" else _observed
    progression, death, seen = find(rng, courses, (included - included.min()).astype(int), box)
    alive, died = np.minimum(death, seen), death <= seen
    days = np.minimum(progression, alive)
    found = progression < alive
    cause = np.select([found, died], [2, 3], 0)
    # The recurrence in the irradiated field is one of a tumour that had responded.
    field = rng.permutation(np.flatnonzero(found & (lesions["responded"] == 1)))
    if field.size < (count := int(printed("recurrence.in-field.count"))):
        raise cal.NotReached(f"fewer than {count} responders with progression")
    cause[field[:count]] = 1
    return {
        "pfs_days": days,
        "pfs_months": np.round(days / DAYS_PER_MONTH, 4),
        "progressed": (cause > 0).astype(int),
        "pfs_event": cause,
        "in_field_days": np.where(cause == 1, days, alive),
        "in_field_event": np.where(cause == 1, 1, 2 * died),
        "os_days": alive,
        "os_months": np.round(alive / DAYS_PER_MONTH, 4),
        "died": died.astype(int),
    }


class _Courses:
    """Days of progression and death as if all were followed, on scales that can be changed."""

    def __init__(self, rng, people, lesions, scans):
        log_hr, best = ASSUMED["log_hr"], lesions["best_response"]
        risk = sum(x * (people[name] - people[name].mean()) for name, x in log_hr.items())

        def times(name):
            law = ASSUMED[name]
            scale = [law.get(x, law["scale"]) for x in best.tolist()]
            return scale * np.exp(-risk / law["shape"]) * rng.weibull(law["shape"], best.size)

        self.progression, self.after = times("progression"), times("after_progression")
        self.at_first_scan, self.earliest = best == "PD", scans["progression"]
        self.end = scans["end"]
        self.other = np.maximum(np.rint(times("other_death")), self.end)

    def at(self, progression, after):
        """Return days of progression and of death for logs of two factors."""
        first = np.maximum(np.rint(math.exp(progression) * self.progression), self.earliest)
        first = np.where(self.at_first_scan, self.earliest, first)
        after = np.rint(math.exp(after) * self.after).clip(14)
        return first.astype(int), np.minimum(first + after, self.other).astype(int)


def _medians(progression, death, seen):
    """Return the medians, and the days and events that make them."""
    alive = np.minimum(death, seen)
    data = {
        "pfs": (np.minimum(progression, alive), (progression < alive) | (death <= seen)),
        "os": (alive, death <= seen),
        "followup": (alive, seen < death),
    }
    return {name: cal.km_median(*pair, "first") for name, pair in data.items()}, data


def _settle(times, courses, box, names):
    """Move the patient at each median into its box; check that the median goes with it."""
    progression, death, seen = times
    who_moves = {"pfs": (progression, death), "os": (death, seen), "followup": (seen, death)}
    for name in names:
        medians, data = _medians(*times)
        (days, event), (moved, limit) = data[name], who_moves[name]
        at = np.flatnonzero((days == medians[name]) & event & (moved == days))
        day = int(min(max(medians[name], math.ceil(box[name][0])), math.floor(box[name][1])))
        if at.size != 1 or not courses.end[at[0]] <= day < limit[at[0]]:
            raise cal.NotReached(f"no day for the patient at the median of {name}")
        moved[at[0]] = day
    medians, data = _medians(*times)
    for name in names:
        if not box[name][0] <= medians[name] <= box[name][1]:
            raise cal.NotReached(f"median {name} of {medians[name]:.1f} days")
    return data


def _reverse(rng, courses, start, box):
    """Return progression, death and the end of follow-up with the medians of the first reading.

    Follow-up ends some days before one date for all, or earlier for those who are lost.
    """
    n = start.size
    lag = rng.integers(0, ASSUMED["last_contact_days"] + 1, n)
    lost = np.where(rng.random(n) < ASSUMED["lost"], rng.random(n), 1)
    shortest = int((start + lag + courses.end).max())

    def times(cut, progression, after):
        ends = courses.end + lost * (cut - start - lag - courses.end)
        return *courses.at(progression, after), np.rint(ends).astype(int)

    at, spans = [shortest, 0.0, 0.0], [(shortest, shortest + 1500), (-3.0, 3.0), (-3.0, 3.0)]

    def value(k, name, x):
        return _medians(*times(*at[:k], x, *at[k + 1 :]))[0][name]

    for _ in range(2):  # each of them moves the others' medians a little
        for k, name in enumerate(("followup", "pfs", "os")):
            at[k] = cal.solve(partial(value, k, name), box[name], *spans[k])
    found = times(*at)
    data = _settle(found, courses, box, ("pfs", "os", "followup"))
    if any(cal.km_median(*pair) != cal.km_median(*pair, "first") for pair in data.values()):
        raise cal.NotReached("a median that depends on a convention")
    return found


def _observed(rng, courses, start, box):
    """Return progression, death and the end of follow-up with those of the second reading.

    The first half of the patients die, the last of them at the median OS. The others live, and
    are seen, until the two patients in the middle have the printed median as their mean.
    """
    n, lag = start.size, rng.integers(0, ASSUMED["last_contact_days"] + 1, start.size)
    if n % 2 or box["followup"][0] < box["os"][1]:
        raise ValueError("followup.median: expected more than OS, and an even number of patients")
    first = round(sum(box["followup"]) - sum(box["os"]) / 2)
    # Follow-up ends after that for all.
    seen = start.max() + first + ASSUMED["last_contact_days"] + rng.integers(10, 240) - start - lag
    at = [0.0, 0.0]
    at[0] = cal.solve(
        lambda x: _medians(*courses.at(x, 3.0), seen)[0]["pfs"], box["pfs"], -3.0, 3.0
    )
    at[1] = cal.solve(lambda x: np.sort(courses.at(at[0], x)[1])[n // 2 - 1], box["os"], -3.0, 3.0)
    progression, death = courses.at(*at)
    order = np.argsort(death, kind="stable")
    half, rest = death[order[n // 2 - 1]], order[n // 2 :]
    if not box["os"][0] <= half <= box["os"][1]:
        raise cal.NotReached("no death at the median OS")
    death[rest] += round(sum(box["followup"]) - half) - death[rest[0]]
    _settle((progression, death, seen), courses, box, ("pfs",))
    return progression, death, seen
