"""Response by three sets of criteria, and lesion measurements from which it follows.

A patient follows one of a few courses. A course tells the best response by mRECIST, RECIST 1.1
and iRECIST, and how the tumour changes from scan to scan; :mod:`hccbook.response` finds the
responses again in the measurements.
"""

import numpy as np

from ...estimate import printed as as_printed
from .. import calibration as cal
from .register import COHORTS

#: Best response by mRECIST, RECIST 1.1 and iRECIST in each course. PD by iRECIST is confirmed or
#: not. The last four begin with growth that is not that of viable tumour, or the reverse.
COURSES = {
    "gone": ("CR", "CR", "CR"),
    "necrotic": ("CR", "PR", "PR"),
    "shrinking": ("PR", "PR", "PR"),
    "less viable": ("PR", "SD", "SD"),
    "stable": ("SD", "SD", "SD"),
    "late swelling": ("PR", "SD", "PR"),
    "swelling, then stable": ("SD", "PD", "SD"),
    "swelling, then shrinking": ("PR", "PD", "PR"),
    "larger, not more viable": ("SD", "PD", "PD"),
    "growing": ("PD", "PD", "PD"),
    "more viable": ("PD", "SD", "SD"),
}
CATEGORIES = ("CR", "PR", "SD", "PD")

#: What no public number fixes.
ASSUMED = cal.Assumptions("tipm", "responses")
DRAWS = 4000


def courses(rng, printed):
    """Draw how many patients follow each course, so that the rate and both kappas print."""
    sizes = {
        y: [int(printed(f"table1.response.{y}.{x}.count")) for x in COHORTS] for y in ("tie", "tin")
    }
    tie, tin = (sum(sizes[y]) for y in ("tie", "tin"))
    rate = as_printed(printed("results.response-rate.recist"))
    effective = [k for k in range(tie + tin + 1) if rate.admits(round(100 * k / (tie + tin), 9))]
    counts = _draw(rng, tie, tin, effective[0])
    kappas = [as_printed(printed(f"results.kappa.mrecist-{x}")) for x in ("recist", "irecist")]
    fits = (counts >= 0).all(axis=1)
    for column, kappa in enumerate(kappas, 1):
        found = _kappa(counts, column)
        fits &= (found > float(kappa.low) + 1e-9) & (found < float(kappa.high) - 1e-9)
    if not fits.any():
        raise cal.Miss("no courses with these kappas")
    chosen = dict(zip(COURSES, counts[fits.argmax()].tolist(), strict=True))
    found = {x: {} for x in COHORTS}
    for outcome, names in (("tin", ("growing", "more viable")), ("tie", None)):
        names = names or [x for x in COURSES if x not in ("growing", "more viable")]
        everybody = rng.permutation(np.repeat(names, [chosen[x] for x in names]))
        parts = np.split(everybody, np.cumsum(sizes[outcome])[:-1])
        for cohort, part in zip(COHORTS, parts, strict=True):
            found[cohort][outcome] = part.tolist()
    return found


def _draw(rng, tie, tin, effective):
    """Draw numbers of patients a course, shape (m, courses)."""
    drawn = {
        name: rng.integers(*ends, DRAWS, endpoint=True)
        for name, ends in ASSUMED.items()
        if isinstance(ends, list)
    }
    back = ASSUMED["unconfirmed"]
    drawn["swelling, then stable"] = rng.integers(1, back, DRAWS)
    drawn["swelling, then shrinking"] = back - drawn["swelling, then stable"]
    # Of all TIE and TIN patients so many are effective by RECIST 1.1.
    lost = drawn["larger, not more viable"] + back
    drawn["more viable"] = effective - tie + lost
    drawn["growing"] = tin - drawn["more viable"]
    others = [x for x in COURSES if x in drawn and x not in ("more viable", "growing")]
    drawn["stable"] = tie - sum(drawn[x] for x in others)
    return np.column_stack([drawn[x] for x in COURSES])


def _kappa(counts, column):
    """Return Cohen's kappa of mRECIST and other criteria over four categories, shape (m,)."""
    table = np.zeros((len(counts), 4, 4))
    for k, labels in enumerate(COURSES.values()):
        i, j = CATEGORIES.index(labels[0]), CATEGORIES.index(labels[column])
        table[:, i, j] += counts[:, k]
    n = counts.sum(axis=1)
    agree = sum(table[:, i, i] for i in range(4)) / n
    chance = (table.sum(axis=1) * table.sum(axis=2)).sum(axis=1) / n**2
    return (agree - chance) / (1 - chance)


def assign(rng, outcome, days, drawn):
    """Give courses to patients: those that need four scans to patients who are seen long enough."""
    found = np.empty(outcome.size, dtype=object)
    for label, name in enumerate(("tie", "tin")):
        members = rng.permutation(np.flatnonzero(outcome == label))
        longest = members[np.argsort(days[members] < ASSUMED["long"], kind="stable")]
        needy = sorted(drawn[name], key=lambda x: "swelling" not in x)
        if sum("swelling" in x for x in needy) > (days[members] >= ASSUMED["long"]).sum():
            raise cal.Miss("too few patients are observed long enough")
        found[longest] = needy
    return found


def responses(course):
    """Return the columns of best responses: mRECIST, RECIST 1.1, iRECIST."""
    labels = np.array([COURSES[x] for x in course], dtype=object)
    return dict(zip(("mrecist", "recist", "irecist"), labels.T, strict=True))


def scans(rng, frame, course):
    """Draw lesion measurements of a cohort, scan by scan."""
    import pandas as pd

    rows = []
    columns = ("patient", "os_days", "diameter", "satellite_nodule")
    for (patient, last, size, nodule), name in zip(
        frame[list(columns)].itertuples(index=False), course, strict=True
    ):
        days = _days(rng, int(last))
        whole, viable = _course(rng, name, len(days) - 1)
        share = rng.uniform(0.62, 0.75) if name == "more viable" else rng.uniform(0.7, 0.98)
        sizes = [10.0 * size]
        if nodule and rng.random() < 0.5:
            sizes.append(float(rng.integers(18, 40)))
        for k, day in enumerate(days):
            for number, first in enumerate(sizes, 1):
                diameter = round(first * whole[k])
                enhancing = min(diameter, round(first * share * viable[k]))
                rows.append((patient, day, f"T{number}", True, diameter, enhancing))
    names = ["patient", "day", "lesion", "target", "diameter", "enhancing"]
    return pd.DataFrame(rows, columns=names)


def _days(rng, last):
    """Return days of scans: monthly, and one at the end of the observation."""
    step, late = ASSUMED["interval"], int(rng.integers(-2, 3))
    end = min(last, ASSUMED["last_scan"])
    days = [0, *range(step + late, end + 1, step)]
    return [*days, end] if end - days[-1] >= 10 else days


def _course(rng, name, n):
    """Return size and viable size at each scan, as shares of those at the start."""
    u = rng.random(2)
    same, less, much = 0.88 + 0.16 * u[0], 0.4 + 0.22 * u[0], 0.3 + 0.3 * u[1]
    whole, viable = {
        "gone": ((0.5, 0), (0.4, 0)),
        "necrotic": ((0.8, 0.5 + 0.15 * u[0]), (0.4, 0)),
        "shrinking": ((0.8, less), (0.7, much)),
        "less viable": ((0.95, 0.8 + 0.14 * u[0]), (0.8, much)),
        "stable": ((0.97, same), (0.97, 0.86 + 0.2 * u[1])),
        "late swelling": ((0.93, 0.9, 1.2, 0.6), (0.7, much)),
        "swelling, then stable": ((1.3, 0.97), (0.98, 0.95)),
        "swelling, then shrinking": ((1.3, 0.9, 0.55), (0.8, 0.5)),
        "larger, not more viable": ((1.3, 1.6), (0.98, 0.95)),
        "growing": ((1.3 + 0.1 * u[0], 1.65), (1.35 + 0.1 * u[1], 1.7)),
        "more viable": ((1.04, 1.05), (1.27, 1.3)),
    }[name]
    return [[1.0, *steps, *[steps[-1]] * n][: n + 1] for steps in (whole, viable)]
