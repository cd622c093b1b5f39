"""Synthetic patients for the MRI paper."""

import numpy as np

from ...accuracy import auc
from ...estimate import printed as as_printed
from ...survival import logrank, median
from .. import calibration as cal
from . import candidates, course, models
from .assumed import ASSUMED, DAYS_PER_MONTH, PREDICTORS

__all__ = [
    "ASSUMED",
    "CANDIDATES",
    "DAYS_PER_MONTH",
    "PREDICTORS",
    "READINGS",
    "achieved",
    "make",
    "targets",
]

#: Follow-ups that are tried for one set of predictors.
TRIES = 20

#: What is calibrated of the models beside their areas; the recipe's file explains them.
READINGS = ("p", "intervals")

_P = [f"mri.logistic.{name}.p" for name in ("t2-sir", "adc", "nlr")]
_AUCS = [f"mri.roc.{model}.auc" for model in models.MODELS]

#: Columns that the model's three predictors are selected from.
CANDIDATES = (
    *("age", "male", "hbv", "cirrhosis", "ascites", "child_pugh", "ecog_1"),
    *("multiple", "mvi", "metastasis"),
    *("neutrophils", "lymphocytes", "monocytes", "platelets", "haemoglobin", "albumin"),
    *("bilirubin", "alt", "ast", "alp", "ggt", "inr", "creatinine", "ldh", "crp", "afp", "pivka"),
    *("nlr", "plr", "lmr", "sii", "pni", "albi"),
    *("capsule", "irregular_margin", "washout", "peritumoural_enhancement"),
    *("satellites", "necrosis", "haemorrhage", "fat"),
    *(
        f"{name}_{visit}"
        for visit in ("before", "week8")
        for name in (
            *("t2_sir", "t1_sir", "dwi_sir"),
            *("arterial", "portal", "delayed"),
            *("adc_mean", "adc_min", "adc_max", "diameter_sum", "enhancing_sum"),
        )
    ),
)


def targets(split="all", reading="p"):
    """Return the printed numbers that a cohort is built to have."""
    return cal.targets("mri", split, reading)


def achieved(frame, split="all"):
    """Return what a cohort has, for every printed number that bears on it."""
    import statsmodels.api as sm

    y, high = frame["progression"], frame["high_risk"]
    values = {
        "mri.n": float(len(frame)),
        "mri.response.control.n": float((y == 0).sum()),
        "mri.response.progression.n": float((y == 1).sum()),
    }
    values = {(id, "printed"): value for id, value in values.items()}
    chosen = {"imaging": PREDICTORS[:2], "clinical": PREDICTORS[2:], "combined": PREDICTORS}
    for model, names in chosen.items():
        fit = sm.Logit(y, sm.add_constant(frame[list(names)])).fit(disp=False)
        area = auc(y, fit.fittedvalues)
        for field, value in (
            ("printed", area.value),
            ("lower", area.lower),
            ("upper", area.upper),
        ):
            values[f"mri.roc.{model}.auc", field] = value
    values["mri.key-findings.roc.combined.auc", "printed"] = area.value
    for name, p in zip(("t2-sir", "adc", "nlr"), fit.pvalues.iloc[1:], strict=True):
        values[f"mri.logistic.{name}.p", "printed"] = p
        if name != "nlr":
            word = "significant" if p < 0.05 else "not significant"
            values[f"mri.key-findings.logistic.{name}", "printed"] = word
    months, events = frame["pfs_months"], frame["progressed"]
    medians = [median(months[high == k], events[high == k]).value for k in (0, 1)]
    for name, value in zip(("low-risk", "high-risk"), medians, strict=True):
        values[f"mri.pfs.median.{name}", "printed"] = value
    word = "shorter" if medians[1] < medians[0] else "longer"
    values["mri.key-findings.pfs.direction", "printed"] = word
    values["mri.pfs.p", "printed"] = logrank(months, events, high)[1]
    return values


def make(split="all", seed=0, reading="p"):
    """Build one cohort."""
    wanted = targets(split, reading)
    printed = cal.reader(wanted)
    key = READINGS.index(reading)
    return cal.until_met(
        np.random.SeedSequence([seed, key]), lambda rng: _attempt(rng, reading, wanted, printed)
    )


def _attempt(rng, reading, wanted, printed):
    import pandas as pd

    names = ("n", "response.control.n", "response.progression.n")
    n, *sizes = (int(printed(f"mri.{name}")) for name in names)
    if sum(sizes) != n:
        raise ValueError(f"n: expected {sum(sizes)} patients, as many as in both groups, got {n}")
    progression = np.repeat([0, 1], sizes)
    aim = _aim(wanted, printed)
    fits = models.Fits(progression)
    steps = models.predictors(rng, fits, aim, models.EFFORT[reading])
    kinds = ASSUMED["predictors"].values()
    core = {
        name: np.round(row * kind["resolution"], 3)
        for name, kind, row in zip(PREDICTORS, kinds, steps, strict=True)
    }
    score = fits.linear_predictor(steps)
    high = (score > np.median(score)).astype(int)
    medians = [printed(f"mri.pfs.median.{group}-risk") for group in ("low", "high")]
    p = printed("mri.pfs.p")
    follow_up = _often(lambda: course.follow_up(rng, progression, high, score, medians, p))
    columns = candidates.draw(rng, core, progression)
    columns |= course.lesions(
        rng, progression, follow_up["pfs_days"], columns["diameter_sum_before"]
    )
    columns |= {"progression": progression, "high_risk": high, **follow_up}
    first = ("progression", "response", "response_days", "new_lesion", "high_risk", *follow_up)
    order = rng.permutation(n)
    frame = pd.DataFrame(
        {name: columns[name][order] for name in (*first, *CANDIDATES, "enhancing_sum_response")}
    )
    frame.insert(0, "patient", np.arange(1, n + 1))
    return frame


def _often(draw):
    """Draw again what costs little, before the models are given up."""
    for _ in range(TRIES - 1):
        try:
            return draw()
        except cal.Miss:
            continue
    return draw()


def _aim(wanted, printed):
    """Return the aim of the models' printed statistics that are targets."""
    numbers = {}
    for model, id in zip(models.MODELS, _AUCS, strict=True):
        numbers |= {f"{model}.{field}": printed(id, field) for field in wanted[id]}
    for name, id in zip(PREDICTORS, _P, strict=True):
        if id in wanted:
            numbers[f"z.{name}"] = printed(id)
    # Printed twice: both must be the same number.
    again = as_printed(printed("mri.key-findings.roc.combined.auc"))
    if not again.admits(as_printed(numbers["combined.printed"]).value):
        raise ValueError(f"mri.key-findings.roc.combined.auc: expected the abstract's, got {again}")
    return models.ModelAim(numbers)
