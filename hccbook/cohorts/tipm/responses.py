"""Response by three sets of criteria, and lesion measurements from which it follows.

A patient follows one of a few courses. A course tells the best response by mRECIST, RECIST 1.1
and iRECIST, and how the tumour changes from scan to scan; :mod:`hccbook.response` finds the
responses again in the measurements.
"""

import numpy as np

from ... import audit
from .. import calibration as cal
from .baseline import COHORTS, sizes_of

CRITERIA = ("mrecist", "recist", "irecist")

#: What no public number fixes.
ASSUMED = cal.Part("tipm", "assumed", "responses")
COURSES = cal.Part("tipm", "assumed", "responses", "courses")
DRAWS = 4000


def courses(rng, printed):
    """Draw how many patients follow each course, so that the rate and both kappas print."""
    sizes = np.array([sizes_of(x, printed) for x in COHORTS])
    counts = _draw(rng, *sizes.sum(axis=0).tolist(), printed("results.response-rate.recist"))
    mrecist, *others = np.array([x["best"] for x in COURSES.values()]).T
    aim = cal.Aim(*cal.boxes([printed(f"results.kappa.mrecist-{x}") for x in CRITERIA[1:]]))
    kappas = np.column_stack([_kappa(counts, mrecist, x) for x in others])
    fits = (counts >= 0).all(axis=1) & (aim.outside(kappas) == 0)
    if not fits.any():
        raise cal.NotReached("no courses with these kappas")
    chosen, found = counts[fits.argmax()], {x: {} for x in COHORTS}
    for label in (1, 0):
        follow = (mrecist == "PD") == label
        everybody = rng.permutation(np.repeat(np.array([*COURSES])[follow], chosen[follow]))
        parts = np.split(everybody, sizes[:-1, label].cumsum())
        for cohort, part in zip(COHORTS, parts, strict=True):
            found[cohort][label] = part.tolist()
    return found


def _draw(rng, tie, tin, rate):
    """Draw numbers of patients a course, shape (m, courses)."""
    drawn = {
        name: rng.integers(*course["patients"], DRAWS, endpoint=True)
        for name, course in COURSES.items()
        if "patients" in course
    }
    back = ASSUMED["unconfirmed"]
    drawn["swelling, then stable"] = rng.integers(1, back, DRAWS)
    drawn["swelling, then shrinking"] = back - drawn["swelling, then stable"]
    drawn["stable"] = tie - sum(drawn.values())
    # Of all TIE and TIN patients so many are effective by RECIST 1.1.
    effective = audit.counts(rate, tie + tin)[0]
    drawn["more viable"] = effective - tie + drawn["larger, not more viable"] + back
    drawn["growing"] = tin - drawn["more viable"]
    return np.column_stack([drawn[x] for x in COURSES])


def _kappa(counts, first, other):
    """Return Cohen's kappa of two sets of criteria in m cohorts, from patients a course."""
    n = counts.sum(axis=1)
    agree = counts @ (first == other) / n
    chance = sum((counts @ (first == x)) * (counts @ (other == x)) for x in set(first)) / n**2
    return (agree - chance) / (1 - chance)


def assign(rng, outcome, days, drawn):
    """Give courses to patients: those that need four scans to patients who are seen long enough."""
    found = np.empty(outcome.size, dtype=object)
    for label in (0, 1):
        members = rng.permutation(np.flatnonzero(outcome == label))
        long = days[members] >= ASSUMED["long"]
        needy = sorted(drawn[label], key=lambda x: "swelling" not in x)
        if sum("swelling" in x for x in needy) > long.sum():
            raise cal.NotReached("too few patients are observed long enough")
        found[members[np.argsort(~long, kind="stable")]] = needy
    return found


def best(course):
    """Return the columns of best responses."""
    return dict(zip(CRITERIA, np.array([COURSES[x]["best"] for x in course]).T, strict=True))


def scans(rng, frame):
    """Draw lesion measurements of a cohort, scan by scan."""
    import pandas as pd

    rows = []
    for patient in frame.itertuples():
        course, days = COURSES[patient.course], _days(rng, int(patient.os_days))
        # One place in their ranges for the sizes of the tumour, one for those of what enhances.
        places = zip((course["whole"], course["viable"]), rng.random(2), strict=True)
        whole, viable = (_sizes(steps, u, len(days)) for steps, u in places)
        share = rng.uniform(*course.get("enhancing", ASSUMED["enhancing"]))
        sizes = [10.0 * patient.diameter]
        if patient.satellite_nodule and rng.random() < ASSUMED["nodule_measured"]:
            sizes.append(float(rng.integers(*ASSUMED["nodule"])))
        for k, day in enumerate(days):
            for number, first in enumerate(sizes, 1):
                diameter = round(first * whole[k])
                enhancing = min(diameter, round(first * share * viable[k]))
                rows.append((patient.patient, day, f"T{number}", True, diameter, enhancing))
    return pd.DataFrame(
        rows, columns=["patient", "day", "lesion", "target", "diameter", "enhancing"]
    )


def _days(rng, last):
    """Return days of scans: monthly, and one at the end of the observation."""
    step, late = ASSUMED["interval"], int(rng.integers(-2, 3))
    end = min(last, ASSUMED["last_scan"])
    days = [0, *range(step + late, end + 1, step)]
    return [*days, end] if end - days[-1] >= 10 else days


def _sizes(steps, u, n):
    """Return sizes at n scans, as shares of the first; ``u``: where each is in its range."""
    found = [1.0]
    for step in steps:
        low, high = (step, step) if np.ndim(step) == 0 else step
        found.append(low + (high - low) * u)
    return [*found, *[found[-1]] * n][:n]
