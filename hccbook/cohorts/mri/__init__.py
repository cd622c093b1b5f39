"""Synthetic patients for the MRI paper."""

from functools import partial

import numpy as np

from ...accuracy import auc
from ...estimate import as_printed
from ...survival import logrank, median
from .. import calibration as cal
from . import candidates, course, models
from .course import DAYS_PER_MONTH
from .models import ASSUMED, MODELS, PREDICTORS

__all__ = ["ASSUMED", "DAYS_PER_MONTH", "PREDICTORS", "READINGS", "achieved", "make"]

#: Follow-ups that are tried for one set of predictors.
TRIES = 20

#: What is calibrated of the models beside their areas; the recipe's file explains them.
READINGS = ("p", "intervals")

#: Ids of the model's predictors.
IDS = ("t2-sir", "adc", "nlr")


def achieved(frame, split="all"):
    """Return what a cohort has, for every printed number that bears on it."""
    import statsmodels.api as sm

    y, high = frame["progression"], frame["high_risk"]
    found = {
        "n": len(frame),
        "response.control.n": (y == 0).sum(),
        "response.progression.n": (y == 1).sum(),
    }
    for model, places in MODELS.items():
        x = sm.add_constant(frame[[PREDICTORS[k] for k in places]])
        fit = sm.Logit(y, x).fit(disp=False)
        found[f"roc.{model}.auc"] = auc(y, fit.fittedvalues)
    found["key-findings.roc.combined.auc"] = found["roc.combined.auc"].value
    for id, p in zip(IDS, fit.pvalues.iloc[1:], strict=True):
        found[f"logistic.{id}.p"] = p
        if id != "nlr":
            word = "significant" if p < 0.05 else "not significant"
            found[f"key-findings.logistic.{id}"] = word
    months, events = frame["pfs_months"], frame["progressed"]
    low, worse = (median(months[high == k], events[high == k]).value for k in (0, 1))
    found |= {"pfs.median.low-risk": low, "pfs.median.high-risk": worse}
    found["key-findings.pfs.direction"] = "shorter" if worse < low else "longer"
    found["pfs.p"] = logrank(months, events, high)[1]
    return cal.keyed("mri", found)


def make(split="all", seed=0, reading="p"):
    """Build one cohort."""
    stream = np.random.SeedSequence([seed, READINGS.index(reading)])
    return cal.until_met(stream, partial(_attempt, reading=reading))


def _attempt(rng, reading):
    printed = cal.reader("mri", "all", reading)
    names = ("n", "response.control.n", "response.progression.n")
    n, *sizes = (int(printed(name)) for name in names)
    if sum(sizes) != n:
        raise ValueError(f"n: expected {sum(sizes)} patients, as many as in both groups, got {n}")
    progression = np.repeat([0, 1], sizes)
    steps = models.predictors(rng, sizes, _statistics(reading, printed), reading)
    kinds = ASSUMED["predictors"].values()
    core = {
        name: np.round(row * kind["resolution"], 3)
        for name, kind, row in zip(PREDICTORS, kinds, steps, strict=True)
    }
    score = models.linear_predictor(steps, sizes[1])
    high = (score > np.median(score)).astype(int)
    medians = [printed(f"pfs.median.{group}-risk") for group in ("low", "high")]
    p = printed("pfs.p")
    follow_up = _often(lambda: course.follow_up(rng, progression, high, score, medians, p))
    columns = candidates.draw(rng, core, progression)
    columns |= course.lesions(
        rng, progression, follow_up["pfs_days"], columns["diameter_sum_before"]
    )
    columns |= {"progression": progression, "high_risk": high, **follow_up}
    first = ("progression", "response", "response_days", "new_lesion", "high_risk", *follow_up)
    names = *first, *ASSUMED["candidates"], "enhancing_sum_response"
    return cal.shuffled(rng, {name: columns[name] for name in names})


def _often(draw):
    """Draw again what costs little, before the models are given up."""
    for _ in range(TRIES - 1):
        try:
            return draw()
        except cal.NotReached:
            continue
    return draw()


def _statistics(reading, printed):
    """Return the models' printed statistics that are targets."""
    wanted = cal.targets("mri", "all", reading)
    found = {}
    for model in MODELS:
        id = f"roc.{model}.auc"
        found |= {f"{model}.{field}": printed(id, field) for field in wanted[f"mri.{id}"]}
    if reading == "p":
        found |= {
            f"z.{x}": printed(f"logistic.{id}.p") for x, id in zip(PREDICTORS, IDS, strict=True)
        }
    # Printed twice: both must be the same number.
    again = as_printed(printed("key-findings.roc.combined.auc"))
    if not again.admits(as_printed(found["combined.printed"]).value):
        raise ValueError(f"mri.key-findings.roc.combined.auc: expected the abstract's, got {again}")
    return found
