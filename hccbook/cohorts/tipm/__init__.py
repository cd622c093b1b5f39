"""Synthetic patients for the TIPM paper: three cohorts with tables, scores and survival."""

from functools import lru_cache, partial

import numpy as np

from .. import calibration as cal
from . import baseline, coefficients, follow_up, markers
from . import responses as response
from .achieved import achieved
from .register import (
    COHORTS,
    FLAGS,
    MEANS,
    MODEL,
    READINGS,
    SPLITS,
    Register,
    targets,
)

__all__ = [
    "ASSUMED",
    "COHORTS",
    "FLAGS",
    "MEANS",
    "MODEL",
    "READINGS",
    "SPLITS",
    "achieved",
    "lesions",
    "make",
    "score",
    "targets",
]

#: What no public number fixes, by step of the recipe.
ASSUMED = cal.Assumptions("tipm")

#: TIPM score of the patients of a frame.
score = markers.score


def forget():
    """Forget the cohorts that were built: their assumptions may have changed."""
    _together.cache_clear()
    _cohort.cache_clear()


def make(split, seed, reading="marginals"):
    """Build one cohort."""
    import pandas as pd

    if split != "all":
        return _cohort(split, seed, reading).drop(columns="course")
    frame = pd.concat([make(x, seed, reading) for x in COHORTS], ignore_index=True)
    frame["patient"] = np.arange(1, len(frame) + 1)
    return frame


def lesions(split, seed=0, reading="marginals"):
    """Return lesion measurements of a cohort, from which its responses follow."""
    import pandas as pd

    parts, before = [], 0
    for cohort in COHORTS if split == "all" else (split,):
        frame = _cohort(cohort, seed, reading)
        # Another stream than the cohort's: the measurements change nothing in it.
        rng = np.random.default_rng([seed, COHORTS.index(cohort), 1])
        part = response.scans(rng, frame, frame["course"])
        part["patient"] += before
        before += len(frame)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


@lru_cache(maxsize=32)
def _together(seed, reading):
    """Draw what the three cohorts share, because numbers of all patients are printed too."""
    printed = Register(reading)
    streams = np.random.SeedSequence([seed, len(COHORTS)]).spawn(3)
    steps = baseline.draw, follow_up.moments, response.courses
    found = [
        cal.until_met(stream, partial(step, printed=printed))
        for stream, step in zip(streams, steps, strict=True)
    ]
    return printed, *found


@lru_cache(maxsize=96)
def _cohort(cohort, seed, reading):
    """Build one cohort with the column ``course``; see :func:`make`."""
    import pandas as pd

    printed, drawn, observed, courses = _together(seed, reading)
    streams = np.random.SeedSequence([seed, COHORTS.index(cohort)]).spawn(3)
    sizes = baseline.sizes_of(cohort, printed)
    outcome = np.repeat([0, 1], sizes)
    columns, scored = cal.until_met(
        streams[0], partial(_patients, cohort=cohort, drawn=drawn, printed=printed, reading=reading)
    )
    points = markers.score(columns)
    high = points >= float(printed("results.roc.cutoff"))
    groups = np.where(scored == 1, high.astype(int), 2)
    deaths = follow_up.deaths(cohort, reading, printed)

    def observe(rng):
        days, died = follow_up.fit(rng, cohort, outcome, groups, observed[cohort], deaths, printed)
        return days, died, response.assign(rng, outcome, days, courses[cohort])

    days, died, course = cal.until_met(streams[1], observe)
    rng = np.random.default_rng(streams[2])
    table = {
        **baseline.tidy(rng, columns),
        "tipm_score": np.where(scored == 1, points, np.nan),
        "high_score": np.where(scored == 1, high, np.nan),
        "os_days": days,
        "died": died,
        "tin": outcome,
        **response.responses(course),
        "course": course,
    }
    frame = pd.DataFrame(table)
    frame = frame.iloc[rng.permutation(outcome.size)].reset_index(drop=True)
    frame.insert(0, "patient", np.arange(1, outcome.size + 1))
    frame.insert(1, "cohort", cohort)
    return frame


def _patients(rng, cohort, drawn, printed, reading):
    """Return the columns of a cohort before treatment, and who has a score."""
    sizes = baseline.sizes_of(cohort, printed)
    outcome = np.repeat([0, 1], sizes)
    cells = markers.table3(cohort, sizes, printed)
    columns = baseline.arrange(rng, cohort, outcome, drawn)
    columns |= baseline.flags(rng, outcome, baseline.counts(cohort, printed))
    scored = cal.outcome_in_groups(
        rng, outcome, (cells["fp"] + cells["tn"], cells["tp"] + cells["fn"])
    )
    areas = {x: printed(f"table4.{cohort}.{x}.auc") for x in ("afp", "albi")}
    columns["afp"], columns["afp_200"] = markers.afp(
        rng, cohort, outcome, columns["afp_200"], areas["afp"]
    )
    if cohort != "training":
        markers.albumin_and_bilirubin(rng, outcome, columns, scored, areas["albi"])
    fit = partial(markers.fit, rng, cohort, outcome, columns, scored, cells, printed)
    if reading == "coefficients" and cohort == "training":
        coefficients.fit(rng, outcome, columns, scored, cells, printed)
        fit(only_bilirubin=True)
    else:
        fit()
    return columns, scored
