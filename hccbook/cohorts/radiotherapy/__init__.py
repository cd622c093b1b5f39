"""Synthetic patients for the radiotherapy paper.

Days count from the start of treatment, radiotherapy or immune checkpoint inhibitor (ICI),
whichever came first.
"""

from functools import partial

import numpy as np

from ...survival import median, median_follow_up
from .. import calibration as cal
from . import patients
from .courses import DAYS_PER_MONTH, follow_up
from .patients import ASSUMED

__all__ = ["ASSUMED", "DAYS_PER_MONTH", "READINGS", "achieved", "make"]

#: How the printed median follow-up is read; the recipe's file explains them.
READINGS = ("reverse", "observed")


def achieved(frame, split="all"):
    """Return what a cohort has, for every printed number that is a target."""
    year = frame["included"].str[:4].astype(int)
    several = frame[frame["ici_cycles"] > 1]
    weeks = (several["ici_last"] - several["ici_start"]) / (several["ici_cycles"] - 1) / 7
    grades = {name: frame[f"grade_{name}"] for name in ASSUMED["adverse"]}
    # The curve of the observed reading is at one half from one death to the next: the median
    # is that of programs that then take the first of the two.
    os, pfs = (
        median(frame[f"{name}_days"], frame[event], convention="first").value
        for name, event in (("os", "died"), ("pfs", "progressed"))
    )
    follow_up = {
        "reverse": median_follow_up(frame["os_days"], frame["died"]).value,
        "observed": float(frame["os_days"].median()),
    }
    found = {
        "n": len(frame),
        "period.start": year.min(),
        "period.end": year.max(),
        "dose.median": frame["dose_gy"].median(),
        "ici.weeks": weeks.max(),
        "response.rate": 100 * frame["responded"].mean(),
        "followup.median": {name: days / DAYS_PER_MONTH for name, days in follow_up.items()},
        "os.median": os / DAYS_PER_MONTH,
        "pfs.median": pfs / DAYS_PER_MONTH,
        "recurrence.in-field.count": (frame["in_field_event"] == 1).sum(),
        "adverse.severe.rate": 100 * (np.max(list(grades.values()), axis=0) >= 3).mean(),
        "adverse.thrombocytopenia.rate": 100 * (grades["thrombocytopenia"] >= 3).mean(),
    }
    for name in ("metastasis", "pvtt"):
        found[f"{name}.count"] = frame[name].sum()
        found[f"{name}.percent"] = 100 * frame[name].mean()
    for name, least in patients.MOST_COMMON.items():
        found[f"adverse.{name}.rank"] = patients.is_most_common(grades, name, least)
    return cal.keyed("radiotherapy", found)


def make(split="all", seed=0, reading="reverse"):
    """Build one cohort."""
    stream = np.random.SeedSequence([seed, READINGS.index(reading)])
    return cal.until_met(stream, partial(_attempt, reading=reading))


def _attempt(rng, reading):
    import pandas as pd

    printed = cal.reader("radiotherapy", "all", reading)
    n = int(printed("n"))
    included = patients.inclusion(rng, n, printed)
    people = patients.people(rng, n, printed)
    plan = patients.plan(rng, included, printed)
    lesions = patients.lesions(rng, people, patients.one_count(printed, "response.rate", n))
    scans = patients.scans(rng, included, plan, lesions)
    grades = patients.adverse(rng, people, printed)
    times = follow_up(rng, reading, included, people, lesions, scans, printed)
    interval = 7 * int(printed("ici.weeks"))
    columns = {
        "patient": np.arange(1, n + 1),
        "included": np.datetime_as_string(included),
        **people,
        **plan,
        **patients.infusions(rng, plan, times, grades, interval),
        **lesions,
        "response_day": np.where(lesions["responded"] == 1, scans["response"], np.nan),
        **times,
        **{f"grade_{name}": grade for name, grade in grades.items()},
    }
    return pd.DataFrame(columns)
