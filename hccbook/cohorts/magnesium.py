"""Synthetic patients for the magnesium paper."""

from functools import cache

import numpy as np

from ..accuracy import auc
from ..audit import month_lengths, tables
from ..survival import cox_two_groups, logrank, median
from . import calibration as cal

#: The paper's months are days divided by 30: the only usual month that prints all four
#: medians (:func:`hccbook.audit.month_lengths`).
DAYS_PER_MONTH = 30

#: What no public number fixes, from the recipe's file.
ASSUMED = cal.Assumptions("magnesium")

#: Cohorts drawn before the best of them is moved to its targets.
STARTS = 50

#: How the printed "hazard ratio" is read; the recipe's file explains them.
READINGS = ("cox", "medians")


def targets(split, reading="cox"):
    """Return the printed numbers that a cohort is built to have."""
    return cal.targets("magnesium", split, reading)


def achieved(frame, split):
    """Return what a cohort has, for every printed number that is a target or a miss."""
    marker, controlled = frame["magnesium"], frame["disease_control"]
    high = frame["high_magnesium"]
    follow_up = frame["pfs_months"], frame["progressed"]
    fit, (_, p) = (test(*follow_up, high) for test in (cox_two_groups, logrank))
    name = f"magnesium.{split}."
    values = {(name + "n", "printed"): float(len(frame)), (name + "pfs.hr", "p"): p}
    for field, value in (("printed", fit.value), ("lower", fit.lower), ("upper", fit.upper)):
        values[name + "pfs.hr", field] = value
    for group, word in ((0, "low"), (1, "high")):
        months, events = (column[high == group] for column in follow_up)
        values[f"{name}pfs.median.{word}", "printed"] = median(months, events).value
        values[f"{name}dcr.{word}", "printed"] = 100 * controlled[high == group].mean()
    values[name + "dcr", "printed"] = 100 * controlled.mean()
    # Half way between the groups: the cut-off, whatever it is best for.
    edges = marker[high == 0].max(), marker[high == 1].min()
    values["magnesium.derivation.roc.cutoff", "printed"] = sum(edges) / 2
    values[name + "roc.sensitivity", "printed"] = 100 * high[controlled == 1].mean()
    values[name + "roc.specificity", "printed"] = 100 * (1 - high[controlled == 0].mean())
    values[name + "roc.auc", "printed"] = auc(controlled, marker).value
    return values


def make(split, seed, reading="cox"):
    """Build one cohort."""
    printed = cal.reader(targets(split, reading))
    key = ("derivation", "validation").index(split)
    return cal.until_met(
        np.random.SeedSequence([seed, key]), lambda rng: _attempt(rng, split, reading, printed)
    )


def _counts(split, printed):
    """Return patients and patients with disease control, in the low and the high group."""
    if split == "validation":
        assumed = ASSUMED["validation"]
        sizes = int(printed("magnesium.validation.n")) - assumed["high"], assumed["high"]
        return sizes, (assumed["controlled_low"], assumed["controlled_high"])
    tp, fp, fn, tn = _table(
        int(printed("magnesium.derivation.n")),
        prevalence=printed("magnesium.derivation.dcr"),
        ppv=printed("magnesium.derivation.dcr.high"),
        false_omission=printed("magnesium.derivation.dcr.low"),
        specificity=printed("magnesium.derivation.roc.specificity"),
    )
    return (fn + tn, tp + fp), (fn, tp)


@cache
def _table(n, **rates):
    """Return the one 2×2 table that prints the rates."""
    found = tables(n, **rates)
    if len(found) != 1:
        raise ValueError(f"rates: expected one 2×2 table that prints them, got {len(found)}")
    return tuple(int(count) for count in found.iloc[0])


def _magnesium(rng, sizes, cutoff):
    """Draw magnesium below and at or above the cut-off, at the laboratory's resolution."""
    assumed = ASSUMED["magnesium"]
    step = assumed["resolution"]
    values = rng.normal(assumed["mean"], assumed["sd"], size=20 * sum(sizes))
    below, above = values[values < cutoff][: sizes[0]], values[values >= cutoff][: sizes[1]]
    marker = np.round(np.concatenate([below, above]) / step) * step
    high = np.repeat([0, 1], sizes)
    # The cut-off is printed half way between two neighbouring measured values: both occur.
    just_below, just_above = cutoff - step / 2, cutoff + step / 2
    marker = np.where(high == 1, np.maximum(marker, just_above), np.minimum(marker, just_below))
    marker[0], marker[-1] = just_below, just_above
    return np.round(marker, 2), high


def _covariates(rng, n):
    age = ASSUMED["age"]
    years = rng.normal(age["mean"], age["sd"], n).round().clip(age["youngest"], age["oldest"])
    flags = {
        name: rng.permutation((np.arange(n) < round(share * n)).astype(int))
        for name, share in ASSUMED["prevalence"].items()
    }
    return {"age": years.astype(int), **flags}


def _follow_up(rng, high, controlled, covariates, median_days, window):
    """Draw progression and censoring, each group's time scaled to its printed median."""
    n, risk = high.size, np.zeros(high.size)
    for name, log_hr in ASSUMED["log_hr"].items():
        risk += log_hr * (covariates[name] - covariates[name].mean())
    shortest, longest = (rng.uniform(*ends) for ends in window)
    scale = np.where(controlled == 1, np.where(high == 1, 620, 330), 85) * np.exp(-risk / 1.3)
    time = scale * rng.weibull(np.where(controlled == 1, 1.3, 2.5), n)
    followed = rng.uniform(shortest, longest, n)
    event = (time <= followed).astype(int)
    # Progression as the best response is seen at a scan: never censored before it.
    event[controlled == 0] = 1
    days = np.where(event == 1, time, followed)
    first = ASSUMED["first_scan_day"]
    days = np.maximum(np.round(days), first).astype(int)
    for label, target in enumerate(median_days):
        members = high == label
        days[members] = cal.set_median(days[members], event[members], target, first)
    return days, event


def _aim(split, reading, printed):
    """Return the printed survival results that are targets beside medians."""
    hr = f"magnesium.{split}.pfs.hr"
    if reading == "cox":
        return cal.HazardRatioAim(*(printed(hr, f) for f in ("printed", "lower", "upper")))
    if split == "validation":
        return cal.LogRankAim(printed(hr, "p"))
    return None


def _survival(rng, high, controlled, covariates, median_days, window, aim):
    """Move patients from the best of several starts until the survival results print."""
    first, starts = ASSUMED["first_scan_day"], []
    while len(starts) < (STARTS if aim else 1):
        try:
            days, event = _follow_up(rng, high, controlled, covariates, median_days, window)
            cohort = cal.Survival(
                rng,
                aim,
                days,
                event,
                high,
                earliest=np.full(high.size, first),
                latest=np.where(controlled == 1, ASSUMED["last_day"], 5 * first),
                must_progress=controlled == 0,
            )
            cohort.untie()
        except cal.Miss:
            continue
        starts.append((cohort.loss() if aim else 0, len(starts), cohort))
    cohort = min(starts)[2]
    if aim:
        cohort.reach()
    return cohort


def _attempt(rng, split, reading, printed):
    import pandas as pd

    sizes, controlled_in = _counts(split, printed)
    cutoff = float(printed("magnesium.derivation.roc.cutoff"))
    marker, high = _magnesium(rng, sizes, cutoff)
    controlled = cal.outcome_in_groups(rng, high, controlled_in)
    if split == "derivation":
        area = printed("magnesium.derivation.roc.auc")
        controlled = cal.reach_auc(rng, controlled, marker, high, area)
    covariates = _covariates(rng, high.size)
    months = [printed(f"magnesium.{split}.pfs.median.{name}") for name in ("low", "high")]
    in_days = month_lengths(months).loc[f"{DAYS_PER_MONTH} days", months]
    window, aim = ASSUMED["follow_up_days"][split], _aim(split, reading, printed)
    cohort = _survival(rng, high, controlled, covariates, in_days, window, aim)
    order = rng.permutation(high.size)
    columns = {
        "magnesium": marker,
        "high_magnesium": high,
        "disease_control": controlled,
        "pfs_days": cohort.days,
        "pfs_months": np.round(cohort.days / DAYS_PER_MONTH, 4),
        "progressed": cohort.event,
        **covariates,
    }
    frame = pd.DataFrame({name: values[order] for name, values in columns.items()})
    frame.insert(0, "patient", np.arange(1, high.size + 1))
    return frame
