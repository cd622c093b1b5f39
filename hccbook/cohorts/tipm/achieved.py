"""What a cohort has, for every printed number that is a target or a miss."""

import numpy as np

from ... import reported
from ...accuracy import auc
from ...indices import albi
from ...survival import logrank, median
from .markers import MOST_ALBUMIN
from .register import FLAGS, LEVELS, MEANS, MODEL, RATES


def achieved(frame, split):
    """Return what a cohort has, for every printed number that is a target or a miss."""
    found = _patients(frame, f"table1.{{}}.{split}")
    found["results.n" if split == "all" else f"results.{split}.n"] = len(frame)
    for word, label in (("tie", 0), ("tin", 1)):
        found[f"table1.response.{word}.{split}.count"] = (frame["tin"] == label).sum()
    for word, label in (("live", 0), ("die", 1)):
        found[f"table1.os.{word}.{split}.count"] = (frame["died"] == label).sum()
    found[f"table1.ostime.{split}.mean"] = frame["os_days"].mean()
    found[f"table1.ostime.{split}.sd"] = frame["os_days"].std()
    if split == "all":
        found |= _criteria(frame)
        hbv = frame[(frame["hbv"] == 1) & (frame["high_score"] == 1)]
        found["subgroup.hbv.median.high"] = median(hbv["os_days"], hbv["died"]).value
    else:
        found |= _score(frame, split)
    if split == "training":
        for word, part in (
            ("all", frame),
            ("tie", frame[frame["tin"] == 0]),
            ("tin", frame[frame["tin"] == 1]),
        ):
            found |= _patients(part, f"table2.{{}}.{word}")
        for word, label in (("tie", 0), ("tin", 1)):
            found[f"results.training.response.{word}.count"] = (frame["tin"] == label).sum()
        found |= _model(frame)
    return {(f"tipm.{id}", "printed"): float(value) for id, value in found.items()}


def _patients(frame, name):
    """Return the counts, means and SDs of a column of Table 1 or 2."""
    found = {}
    for row, (column, one) in FLAGS.items():
        for level in LEVELS[row]:
            count = (frame[column] == (level == one)).sum()
            found[name.format(f"{row}.{level}") + ".count"] = count
    for row in MEANS:
        found[name.format(row) + ".mean"] = frame[row].mean()
        found[name.format(row) + ".sd"] = frame[row].std()
    return found


def _score(frame, split):
    """Return what belongs to the score: Tables 3 and 4, and survival."""
    scored = frame[frame["high_score"].notna()]
    high, tin = scored["high_score"] == 1, scored["tin"] == 1
    cells = {"tp": (high & tin), "fp": (high & ~tin), "fn": (~high & tin), "tn": (~high & ~tin)}
    tp, fp, fn, tn = (int(x.sum()) for x in cells.values())
    rates = {
        "sensitivity": tp / (tp + fn),
        "specificity": tn / (tn + fp),
        "accuracy": (tp + tn) / len(scored),
        "ppv": tp / (tp + fp),
        "f1": 2 * tp / (2 * tp + fp + fn),
    }
    found = {f"table3.{row}.{split}": 100 * rates[name] for row, name in RATES.items()}
    believed = frame[frame["alb"] <= MOST_ALBUMIN]
    areas = {
        "combined": auc(scored["tin"], scored["tipm_score"]),
        "albi": auc(believed["tin"], albi(believed["alb"], believed["tbil"])),
        "afp": auc(frame["tin"], frame["afp"]),
    }
    found |= {f"table4.{split}.{name}.auc": area.value for name, area in areas.items()}
    # Any value between the two groups is their cut-off; the nearest to the printed one.
    edges = scored["tipm_score"][~high].max(), scored["tipm_score"][high].min()
    found["results.roc.cutoff"] = np.clip(reported.number("tipm.results.roc.cutoff"), *edges)
    for word, label in (("low", 0), ("high", 1)):
        group = scored[scored["high_score"] == label]
        found[f"results.os.{split}.median.{word}"] = median(group["os_days"], group["died"]).value
    p = logrank(scored["os_days"], scored["died"], scored["high_score"])[1]
    found[f"results.os.{split}.p"] = p
    return found


def _model(frame):
    """Return the logistic model of Table 2, and the Brier score of the TIPM score."""
    import statsmodels.api as sm

    table = np.column_stack([sign * frame[column] for column, sign in MODEL.values()])
    fit = sm.Logit(frame["tin"].to_numpy(), sm.add_constant(table)).fit(disp=0, maxiter=100)
    found = {}
    for k, row in enumerate(MODEL, 1):
        found[f"table2.{row}.multivariable.beta"] = fit.params[k]
        found[f"table2.{row}.multivariable.or"] = fit.tvalues[k]
    scored = frame[frame["high_score"].notna()]
    outcome = scored["tin"].to_numpy()
    risk = sm.Logit(outcome, sm.add_constant(scored["tipm_score"].to_numpy())).fit(disp=0).predict()
    found["table4.training.combined.brier"] = ((risk - outcome) ** 2).mean()
    return found


def _criteria(frame):
    """Return the rates of effective treatment by three sets of criteria, and their agreement."""
    import pandas as pd
    from statsmodels.stats.inter_rater import cohens_kappa

    found = {}
    for name in ("mrecist", "recist", "irecist"):
        found[f"results.response-rate.{name}"] = 100 * (frame[name] != "PD").mean()
    for name in ("recist", "irecist"):
        counts = pd.crosstab(frame["mrecist"], frame[name])
        found[f"results.kappa.mrecist-{name}"] = cohens_kappa(counts).kappa
    return found
