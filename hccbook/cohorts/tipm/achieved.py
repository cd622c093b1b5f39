"""What a cohort has, for every printed number that is a target or out of reach."""

import numpy as np

from ... import reported
from ...accuracy import auc
from ...indices import albi
from ...prediction import logistic
from ...survival import logrank, median
from .. import calibration as cal
from .baseline import FLAGS, MEANS
from .coefficients import MODEL
from .markers import MOST_ALBUMIN

OUTCOMES = cal.Part("tipm", "tables", "outcomes")


def achieved(frame, split):
    """Return what a cohort has, for every printed number that is a target or out of reach."""
    parts = {f"table1.{{}}.{split}": frame}
    found = {"results.n" if split == "all" else f"results.{split}.n": len(frame)}
    found |= _criteria(frame) if split == "all" else _score(frame, split)
    if split == "training":
        found |= _model(frame)
        parts |= {"table2.{}.all": frame, "results.training.{}": frame}
        parts |= {f"table2.{{}}.{x}": frame[frame["tin"] == y] for x, y in (("tie", 0), ("tin", 1))}
    for name, part in parts.items():
        for row, (column, levels) in {**FLAGS, **OUTCOMES}.items():
            for label, level in enumerate(levels):
                found[name.format(f"{row}.{level}") + ".count"] = (part[column] == label).sum()
        for row in (*MEANS, "ostime"):
            values = part["os_days" if row == "ostime" else row]
            found[name.format(row) + ".mean"] = values.mean()
            found[name.format(row) + ".sd"] = values.std()
    return cal.keyed("tipm", found)


def _score(frame, split):
    """Return what belongs to the score: Tables 3 and 4, and survival."""
    scored = frame[frame["high_score"].notna()]
    high, tin = scored["high_score"] == 1, scored["tin"] == 1
    believed = frame[frame["alb"] <= MOST_ALBUMIN]
    low_days, high_days = ((x["os_days"], x["died"]) for x in (scored[~high], scored[high]))
    # Any value between the two groups is their cut-off; the nearest to the printed one.
    edges = scored["tipm_score"][~high].max(), scored["tipm_score"][high].min()
    return {
        f"table3.sensitivity.{split}": 100 * high[tin].mean(),
        f"table3.specificity.{split}": 100 * (~high[~tin]).mean(),
        f"table3.accuracy.{split}": 100 * (high == tin).mean(),
        f"table3.precision.{split}": 100 * tin[high].mean(),
        f"table3.f1-score.{split}": 200 * (high & tin).sum() / (high.sum() + tin.sum()),
        f"table4.{split}.combined.auc": auc(tin, scored["tipm_score"]),
        f"table4.{split}.albi.auc": auc(believed["tin"], albi(believed["alb"], believed["tbil"])),
        f"table4.{split}.afp.auc": auc(frame["tin"], frame["afp"]),
        "results.roc.cutoff": np.clip(reported.number("tipm.results.roc.cutoff"), *edges),
        f"results.os.{split}.median.low": median(*low_days),
        f"results.os.{split}.median.high": median(*high_days),
        f"results.os.{split}.p": logrank(scored["os_days"], scored["died"], high)[1],
    }


def _model(frame):
    """Return the logistic model of Table 2, and the Brier score of the TIPM score."""
    table = np.column_stack([sign * frame[column] for column, sign in MODEL.values()])
    fit = logistic(table, frame["tin"], limits="wald").table.drop(index="intercept")
    found = {}
    for row, line in zip(MODEL, fit.itertuples(), strict=True):
        found[f"table2.{row}.multivariable.beta"] = line.coefficient
        found[f"table2.{row}.multivariable.or"] = line.coefficient / line.se
    scored = frame[frame["high_score"].notna()]
    points = scored[["tipm_score"]]
    risk = logistic(points, scored["tin"], limits="wald").predict(points)
    return found | {"table4.training.combined.brier": ((risk - scored["tin"]) ** 2).mean()}


def _criteria(frame):
    """Return rates of effective treatment by three sets of criteria, their agreement, a median."""
    import pandas as pd
    from statsmodels.stats.inter_rater import cohens_kappa

    hbv = frame[(frame["hbv"] == 1) & (frame["high_score"] == 1)]
    found = {"subgroup.hbv.median.high": median(hbv["os_days"], hbv["died"])}
    for name in ("mrecist", "recist", "irecist"):
        found[f"results.response-rate.{name}"] = 100 * (frame[name] != "PD").mean()
    for name in ("recist", "irecist"):
        table = pd.crosstab(frame["mrecist"], frame[name])
        found[f"results.kappa.mrecist-{name}"] = cohens_kappa(table.to_numpy()).kappa
    return found
