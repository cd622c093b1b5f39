"""Progression, scans and lesions of each patient, in line with the response group."""

import math

import numpy as np

from .. import calibration as cal
from .models import ASSUMED

#: A month, in days.
DAYS_PER_MONTH = 365.25 / 12


def _every():
    """Return the days from scan to scan."""
    return 7 * ASSUMED["scan_weeks"]


def follow_up(rng, progression, high, linear_predictor, medians, p):
    """Draw PFS until the medians of the risk groups print and the log-rank P is small enough.

    Patients of the progression group progress. Those with disease control do so later than the
    least number of scans, or leave without.
    """
    names = np.where(progression == 1, "progression", "control")
    haste = ASSUMED["haste"] ** (linear_predictor - linear_predictor.mean())
    time = np.empty(high.size)
    for name, (shape, scale, added) in ASSUMED["progression_days"].items():
        members = names == name
        time[members] = added + scale * rng.weibull(shape, members.sum()) * haste[members]
    every = _every()
    least = ASSUMED["response_scans"][0] * every
    earliest = np.where(progression == 1, ASSUMED["earliest_day"], least + 1)
    latest = np.array([ASSUMED["latest_day"][name] for name in names])
    leaves = rng.uniform(*ASSUMED["follow_up_days"], high.size)
    leaves[progression == 1] = np.inf
    event = (time <= leaves).astype(int)
    wish = np.minimum(time, leaves)
    days = np.empty(high.size, dtype=int)
    for group, text in enumerate(medians):
        members = high == group
        parts = (x[members] for x in (wish, event, earliest, latest))
        days[members] = _stretched(*parts, cal.days_box(text, DAYS_PER_MONTH))
    ends = earliest, latest, progression == 1
    cohort = cal.Survival(rng, cal.LogRankAim(p), days, event, high, *ends)
    cohort.untie()
    if cohort.loss():
        raise cal.NotReached(f"P {p} not reached")
    days, event = cohort.days, cohort.event
    shape, scale = ASSUMED["after_follow_up"]
    later = days + np.ceil(scale * rng.weibull(shape, high.size)).astype(int)
    return {
        "pfs_days": days,
        "pfs_months": np.round(days / DAYS_PER_MONTH, 4),
        "progressed": event,
        "progression_days": np.where(event == 1, days, later),
        "scan_days": every * np.where(event == 1, -(-days // every), days // every),
    }


def _stretched(wish, event, earliest, latest, box):
    """Stretch times from their earliest days until the Kaplan-Meier median is in its box."""

    def days(log):
        stretched = earliest + math.exp(log) * (wish - earliest)
        return np.round(stretched).astype(int).clip(earliest, latest)

    found = days(cal.solve(lambda log: cal.km_median(days(log), event), box, *np.log([0.1, 10])))
    if not box[0] <= cal.km_median(found, event) <= box[1]:
        raise cal.NotReached(f"median between {box[0]:.2f} and {box[1]:.2f} days not reached")
    return found


def lesions(rng, progression, pfs_days, diameter):
    """Draw the response and the sums of target lesions that make it, in whole mm.

    Patients of the progression group have progressed by the scan of their response, the first
    after progression. Those with disease control were scanned before they progressed or left.
    """
    every, n = _every(), progression.size
    least, most = ASSUMED["response_scans"]
    scans = np.where(
        progression == 1,
        -(-pfs_days // every),
        rng.integers(least, ((pfs_days - 1) // every).clip(least, most) + 1),
    )
    response = np.where(progression == 1, "PD", "SD").astype(object)
    controlled, counts = (
        rng.permutation(np.flatnonzero(progression == 0)),
        ASSUMED["disease_control"],
    )
    better = np.repeat(list(counts), list(counts.values()))
    response[controlled[: better.size]] = better[: controlled.size]
    rows = []
    for i in range(n):
        new = response[i] == "PD" and rng.random() < ASSUMED["new_lesion"]
        before = max(10, int(diameter[i] * rng.uniform(*ASSUMED["enhancing"])))
        week8, last = _sums(rng, response[i], scans[i] == 1, new, before)
        # What does not enhance shrinks and grows less.
        rest = (diameter[i] - before) * rng.uniform(*ASSUMED["not_enhancing"])
        rows.append((before, week8, last, round(week8 + rest), int(new)))
    before, week8, last, longest, new = np.array(rows).T
    return {
        "response": response,
        "response_days": every * scans,
        "new_lesion": new,
        "enhancing_sum_before": before,
        "enhancing_sum_week8": week8,
        "enhancing_sum_response": last,
        "diameter_sum_week8": longest,
    }


def _sums(rng, response, at_week8, new, before):
    """Return enhancing sums at week 8 and at the response, in line with mRECIST."""
    # Progression is 120 % of the smallest sum, or a new lesion; partial response is 70 % of the
    # first one. Whole numbers keep the borders exact.
    ratio = ASSUMED["week8"][response] * math.exp(rng.normal(0, ASSUMED["week8_log_sd"]))
    below_120, above_70 = (12 * before - 1) // 10, 7 * before // 10 + 1
    if at_week8:
        week8 = round(before * ratio)
        if not new:
            week8 = math.ceil(1.2 * before * (1 + rng.exponential(ASSUMED["growth"])))
        return week8, week8
    least = above_70 if response == "SD" else 1
    week8 = min(max(round(before * ratio), least), below_120)
    grown = math.ceil(12 * min(before, week8) / 10)
    last = {
        "CR": lambda: 0,
        "PR": lambda: max(1, round(min(7 * before // 10, grown - 1) * rng.uniform(0.5, 1))),
        "SD": lambda: int(rng.integers(above_70, grown)),
        "PD": lambda: math.ceil(grown * (1 + rng.exponential(ASSUMED["growth"]))),
        "new": lambda: round(before * ratio),
    }
    return week8, last["new" if new else response]()
