"""What the book calls as it is, and what it does itself: audits, cohorts, responses."""

from functools import partial
from itertools import count

import numpy as np

from hccbook import audit, cohorts, relations, reported, response

from . import data
from .r import R
from .rivals import EXACT, gap
from .timing import Bound, Case, Rival

COHORT = 0.3  # seconds: two hundred cohorts in a minute


def curve(n):
    """A Kaplan-Meier curve."""
    from lifelines import KaplanMeierFitter

    time, event, _ = data.follow_up(n)
    return Case(
        f"Kaplan-Meier curve with limits, n = {n:,}: lifelines as it is",
        lambda: KaplanMeierFitter().fit(time, event),
        Rival(
            "R (survfit)",
            R("survfit", time=time, event=event),
            same=lambda a, b: gap([a.median_survival_time_], b),
            within=EXACT,
        ),
        Bound("one sort", partial(np.sort, time)),
    )


def three_groups(n):
    """A log-rank test of more than two groups."""
    from statsmodels.duration.survfunc import survdiff

    time, event, x = data.follow_up(n)
    group = np.digitize(x[:, 1], [-0.5, 0.5])
    return Case(
        f"Log-rank test of three groups, n = {n:,}: statsmodels as it is",
        lambda: survdiff(time, event, group),
        Rival(
            "R (survdiff)",
            R("survdiff", time=time, event=event, group=group),
            same=lambda a, b: gap(a[:1], b),
            within=EXACT,
        ),
        Bound("one sort", partial(np.sort, time)),
    )


def area(n):
    """An AUC without an interval."""
    from sklearn.metrics import roc_auc_score

    y, marker, _ = data.markers(n)
    return Case(
        f"AUC alone, n = {n:,}: scikit-learn as it is",
        partial(roc_auc_score, y, marker),
        Rival(
            "pROC",
            R("auc_alone", y=y, marker=marker),
            same=lambda a, b: gap([a], b),
            within=EXACT,
        ),
        Bound("one sort", partial(np.sort, marker)),
    )


AS_THEY_ARE = tuple(partial(case, n) for case in (curve, three_groups, area) for n in (110, 10_000))


def audits():
    """The audit of all papers."""
    papers = reported.papers()
    return Case(
        f"The audit of the printed numbers of all {len(papers)} papers",
        lambda: [relations.all_lines(paper) for paper in papers],
    )


def tables():
    """A search for 2×2 tables."""
    ids = {"prevalence": "dcr", "ppv": "dcr.high", "false_omission": "dcr.low"}
    rates = {name: reported.text(f"magnesium.derivation.{id}") for name, id in ids.items()}
    return Case(
        "All 2×2 tables of 110 patients that print three rates", partial(audit.tables, 110, **rates)
    )


def responses():
    """Responses of 200 patients at five visits."""
    lesions = data.lesions(200)
    return Case(
        "Responses by mRECIST, 200 patients, three lesions, five visits",
        partial(response.timepoints, lesions, "mRECIST"),
    )


def cohort(paper, split, reading):
    """A new synthetic cohort, with another seed each time."""
    seeds = count(1)
    return Case(
        f"One synthetic cohort: {paper}, {split}, reading `{reading}`",
        lambda: cohorts.build(paper, split, next(seeds), reading),
        limit=COHORT,
    )


#: Every split in its first reading, and every other reading in the first split.
COHORTS = tuple(
    partial(cohort, paper, split, reading)
    for paper, splits in cohorts.splits().items()
    for number, reading in enumerate(cohorts._recipe(paper, splits[0], None)[0].READINGS)
    for split in (splits if number == 0 else splits[:1])
)
ITSELF = (audits, tables, responses, *COHORTS)
