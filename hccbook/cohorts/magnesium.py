"""Synthetic patients for the magnesium paper."""

from functools import cache, partial

import numpy as np

from ..accuracy import auc
from ..audit import month_lengths, tables
from ..survival import cox_two_groups, logrank, median
from . import calibration as cal

#: The paper's months are days divided by 30: the only usual month that prints all four
#: medians (:func:`hccbook.audit.month_lengths`).
DAYS_PER_MONTH = 30

#: What no public number fixes, from the recipe's file.
ASSUMED = cal.Part("magnesium", "assumed")

#: Cohorts drawn before the best of them is moved to its targets.
STARTS = 50

#: How the printed "hazard ratio" is read; the recipe's file explains them.
READINGS = ("cox", "medians")


def achieved(frame, split):
    """Return what a cohort has, for every printed number that is a target or out of reach."""
    marker, controlled, high = (
        frame[x] for x in ("magnesium", "disease_control", "high_magnesium")
    )
    months, event = frame["pfs_months"], frame["progressed"]
    dcr = 100 * controlled.groupby(high).mean()
    medians = [median(months[high == k], event[high == k]).value for k in (0, 1)]
    found = {
        "n": len(frame),
        "pfs.hr": cox_two_groups(months, event, high),
        "pfs.hr: p": logrank(months, event, high)[1],
        "pfs.median.low": medians[0],
        "pfs.median.high": medians[1],
        "dcr": 100 * controlled.mean(),
        "dcr.low": dcr[0],
        "dcr.high": dcr[1],
        "roc.sensitivity": 100 * high[controlled == 1].mean(),
        "roc.specificity": 100 * (1 - high[controlled == 0].mean()),
        "roc.auc": auc(controlled, marker).value,
    }
    found = {f"{split}.{id}": value for id, value in found.items()}
    # Half way between the groups: the cut-off, whatever it is best for.
    found["derivation.roc.cutoff"] = (marker[high == 0].max() + marker[high == 1].min()) / 2
    return cal.keyed("magnesium", found)


def make(split, seed, reading="cox"):
    """Build one cohort."""
    stream = np.random.SeedSequence([seed, ("derivation", "validation").index(split)])
    return cal.until_met(stream, partial(_attempt, split=split, reading=reading))


def _counts(split, printed):
    """Return patients and patients with disease control, in the low and the high group."""
    if split == "validation":
        assumed = ASSUMED["validation"]
        sizes = int(printed("validation.n")) - assumed["high"], assumed["high"]
        return sizes, (assumed["controlled_low"], assumed["controlled_high"])
    tp, fp, fn, tn = _table(
        int(printed("derivation.n")),
        prevalence=printed("derivation.dcr"),
        ppv=printed("derivation.dcr.high"),
        false_omission=printed("derivation.dcr.low"),
        specificity=printed("derivation.roc.specificity"),
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


def _follow_up(rng, high, controlled, covariates, median_days, window):
    """Draw progression and censoring, each group's time scaled to its printed median."""
    n, risk, laws = high.size, np.zeros(high.size), ASSUMED["progression"]
    for name, log_hr in ASSUMED["log_hr"].items():
        risk += log_hr * (covariates[name] - covariates[name].mean())
    shortest, longest = (rng.uniform(*ends) for ends in window)
    kind = controlled * (1 + high)  # as in the file: no control, low, high
    scale, shape = (np.array([law[x] for law in laws.values()])[kind] for x in ("scale", "shape"))
    time = scale * np.exp(-risk / laws["low"]["shape"]) * rng.weibull(shape)
    followed = rng.uniform(shortest, longest, n)
    event = (time <= followed).astype(int)
    # Progression as the best response is seen at a scan: never censored before it.
    event[controlled == 0] = 1
    first = ASSUMED["first_scan_day"]
    days = np.maximum(np.round(np.where(event == 1, time, followed)), first).astype(int)
    for label, target in enumerate(median_days):
        members = high == label
        days[members] = cal.set_median(days[members], event[members], target, first)
    return days, event


def _aim(split, reading, printed):
    """Return the printed survival results that are targets beside medians."""
    hr = f"{split}.pfs.hr"
    if reading == "cox":
        return cal.HazardRatioAim(*(printed(hr, f) for f in ("printed", "lower", "upper")))
    return cal.LogRankAim(printed(hr, "p")) if split == "validation" else None


def _survival(rng, high, controlled, draw, aim):
    """Move patients from the best of several starts until the survival results print."""
    first, starts = ASSUMED["first_scan_day"], []
    earliest = np.full(high.size, first)
    latest = np.where(controlled == 1, ASSUMED["last_day"], 5 * first)
    wanted = STARTS if aim else 1
    for _ in range(10 * STARTS):
        if len(starts) == wanted:
            break
        try:
            days, event = draw()
            cohort = cal.Survival(rng, aim, days, event, high, earliest, latest, controlled == 0)
            cohort.untie()
        except cal.NotReached:
            continue
        starts.append((cohort.loss() if aim else 0, len(starts), cohort))
    if len(starts) < wanted:
        raise cal.NotReached("too few starts")
    cohort = min(starts)[2]
    if aim:
        cohort.reach()
    return cohort


def _attempt(rng, split, reading):
    printed = cal.reader("magnesium", split, reading)
    sizes, controlled_in = _counts(split, printed)
    marker, high = _magnesium(rng, sizes, float(printed("derivation.roc.cutoff")))
    controlled = cal.outcome_in_groups(rng, high, controlled_in)
    if split == "derivation":
        area = printed("derivation.roc.auc")
        controlled = cal.reach_auc(rng, controlled, marker, high, area)
    covariates = cal.covariates(rng, high.size, ASSUMED)
    months = [printed(f"{split}.pfs.median.{name}") for name in ("low", "high")]
    in_days = month_lengths(months).loc[f"{DAYS_PER_MONTH} days", months]
    window = ASSUMED["follow_up_days"][split]
    draw = partial(_follow_up, rng, high, controlled, covariates, in_days, window)
    cohort = _survival(rng, high, controlled, draw, _aim(split, reading, printed))
    columns = {
        "magnesium": marker,
        "high_magnesium": high,
        "disease_control": controlled,
        "pfs_days": cohort.days,
        "pfs_months": np.round(cohort.days / DAYS_PER_MONTH, 4),
        "progressed": cohort.event,
        **covariates,
    }
    return cal.shuffled(rng, columns)
