"""Synthetic patients for the TIPM paper: three cohorts with tables, scores and survival."""

from functools import lru_cache

import numpy as np

from .. import calibration as cal
from . import baseline, coefficients, follow_up, markers, responses
from .achieved import achieved
from .baseline import COHORTS, FLAGS, MEANS
from .coefficients import MODEL

__all__ = ["ASSUMED", "FLAGS", "MEANS", "MODEL", "READINGS", "achieved", "lesions", "make"]

#: What is calibrated; the recipe's file explains them.
READINGS = ("marginals", "coefficients", "deaths")

#: What no public number fixes, by step of the recipe.
ASSUMED = cal.Part("tipm", "assumed")


def forget():
    """Forget the cohorts that were built: their assumptions may have changed."""
    _together.cache_clear()
    _cohort.cache_clear()


def make(split, seed, reading="marginals"):
    """Build one cohort."""
    return _joined(split, seed, reading, lambda _, frame: frame.drop(columns="course"))


def lesions(split, seed=0, reading="marginals"):
    """Return lesion measurements of a cohort, from which its responses follow."""

    def scans(cohort, frame):
        # Another stream than the cohort's: the measurements change nothing in it.
        rng = np.random.default_rng([seed, COHORTS.index(cohort), 1])
        return responses.scans(rng, frame)

    return _joined(split, seed, reading, scans)


def _joined(split, seed, reading, table):
    """Return tables of a cohort's patients, or of all, who then are numbered on."""
    import pandas as pd

    parts, before = [], 0
    for cohort in COHORTS if split == "all" else (split,):
        frame = _cohort(cohort, seed, reading)
        parts.append(table(cohort, frame))
        parts[-1]["patient"] += before
        before += len(frame)
    return pd.concat(parts, ignore_index=True)


@lru_cache(maxsize=32)
def _together(seed, reading):
    """Draw what the three cohorts share, because numbers of all patients are printed too."""
    printed = cal.reader("tipm", (*COHORTS, "all"), reading)
    streams = np.random.SeedSequence([seed, len(COHORTS)]).spawn(3)
    steps = baseline.draw, follow_up.moments, responses.courses
    found = (
        cal.until_met(stream, lambda rng, step=step: step(rng, printed))
        for stream, step in zip(streams, steps, strict=True)
    )
    return printed, *found


@lru_cache(maxsize=96)
def _cohort(cohort, seed, reading):
    """Build one cohort with the column ``course``; see :func:`make`."""
    printed, drawn, observed, courses = _together(seed, reading)
    streams = np.random.SeedSequence([seed, COHORTS.index(cohort)]).spawn(3)
    outcome = np.repeat([0, 1], baseline.sizes_of(cohort, printed))

    def patients(rng):
        """Return the columns of a cohort before treatment, and who has a score."""
        columns = baseline.arrange(rng, cohort, outcome, drawn, printed)
        table, blocks = markers.table3(cohort, printed), markers.BLOCKS
        scored = cal.outcome_in_groups(
            rng, outcome, (table["fp"] + table["tn"], table["tp"] + table["fn"])
        )
        markers.afp(rng, cohort, outcome, columns, printed)
        if cohort != "training":
            markers.albumin_and_bilirubin(rng, cohort, outcome, columns, scored, printed)
        elif reading == "coefficients":
            coefficients.fit(rng, outcome, columns, scored, table, printed)
            blocks = [markers.BILIRUBIN]
        markers.fit(rng, cohort, outcome, columns, scored, table, printed, blocks)
        return columns, scored

    columns, scored = cal.until_met(streams[0], patients)
    points = markers.score(columns)
    high = points >= float(printed("results.roc.cutoff"))
    groups = np.where(scored == 1, high.astype(int), 2)

    def observe(rng):
        """Return days and deaths, and the courses of tumours."""
        found = follow_up.fit(rng, cohort, reading, outcome, groups, observed[cohort], printed)
        return *found, responses.assign(rng, outcome, found[0], courses[cohort])

    days, died, course = cal.until_met(streams[1], observe)
    rng = np.random.default_rng(streams[2])
    table = {
        "cohort": cohort,
        **baseline.tidy(rng, columns),
        "tipm_score": np.where(scored == 1, points, np.nan),
        "high_score": np.where(scored == 1, high, np.nan),
        "os_days": days,
        "died": died,
        "tin": outcome,
        **responses.best(course),
        "course": course,
    }
    return cal.shuffled(rng, table)
