"""Who the patients are, how they are treated, how they respond and what they suffer.

Throughout, ``printed`` gives the printed text of a target, from its id without the paper's name.
"""

import numpy as np

from ...audit import counts, percentage
from .. import calibration as cal

#: What no public number fixes.
ASSUMED = cal.Part("radiotherapy", "assumed")

#: Events that are printed as the most common ones, and from which grade on.
MOST_COMMON = {"dermatitis": 1, "thrombocytopenia": 3}


def one_count(printed, id, n):
    """Return the one count of n patients that prints as a rate."""
    found = counts(printed(id), n)
    if len(found) != 1:
        raise ValueError(f"{id}: expected one count of {n} that prints so, got {found}")
    return found[0]


def inclusion(rng, n, printed):
    """Draw weekdays of inclusion, from the first month of the period to the last."""
    first, last = printed("period.start"), printed("period.end")
    days = np.arange(np.datetime64(f"{first}-01-01"), np.datetime64(f"{last}-12-31") + 1)
    days = days[np.is_busday(days)]
    share = rng.random(n) ** (1 / ASSUMED["accrual_power"])
    place = (days.size * share).astype(int)
    # Both months are printed: a month has 20 weekdays or more.
    place[0], place[-1] = rng.integers(20), days.size - 1 - rng.integers(20)
    return days[np.sort(place)]


def people(rng, n, printed):
    """Draw age and features; metastasis and thrombosis in as many patients as printed."""
    columns = cal.covariates(rng, n, ASSUMED)
    for name in ("metastasis", "pvtt"):
        count, percent = int(printed(f"{name}.count")), printed(f"{name}.percent")
        if count > n or percentage(percent, count, n).verdict != "exact":
            raise ValueError(f"{name}.percent: expected that of {count} in {n}, got {percent}")
        columns[name] = cal.flags(rng, n, count)
    # Metastatic or recurrent: who has no metastasis is there because the tumour came back.
    again = (rng.random(n) < ASSUMED["recurrent"]).astype(int)
    return columns | {"recurrent": np.where(columns["metastasis"] == 0, 1, again)}


def plan(rng, included, printed):
    """Draw doses with the printed median, and when radiotherapy (on weekdays) and ICI begin."""
    n, middle = included.size, int(printed("dose.median"))
    sides = [[x for x in ASSUMED["regimens"] if side * x[0] > side * middle] for side in (-1, 1)]
    sizes = rng.integers(*(round(share * n) for share in ASSUMED["off_median"]), size=2)
    at = [(middle, round(middle / gy)) for gy in ASSUMED["at_median_gy_per_fraction"]]
    groups = zip([*sides, at], [*sizes, n - sizes.sum()], strict=True)
    drawn = np.concatenate([np.array(x)[rng.integers(len(x), size=k)] for x, k in groups])
    dose, fractions = rng.permutation(drawn).T
    sequence = ASSUMED["sequence"]
    order = rng.choice(list(sequence), size=n, p=list(sequence.values()))
    concurrent, radiotherapy_first = order == "concurrent", order == "radiotherapy first"
    between = ASSUMED["days_between"]
    apart = rng.choice([-1, 1], n) * rng.integers(0, between["concurrent"] + 1, n)
    after = between["ICI first"]
    cycles = after["cycle"] * rng.integers(1, 3, n) + rng.integers(0, after["more"] + 1, n)
    start = np.select([concurrent, radiotherapy_first], [apart.clip(0), 0], cycles)
    first = np.busday_offset(included + start, 0, roll="forward")
    end = (np.busday_offset(first, fractions - 1) - included).astype(int)
    ici = [(-apart).clip(0), end + rng.integers(*between["radiotherapy first"], n, endpoint=True)]
    return {
        "dose_gy": dose,
        "fractions": fractions,
        "radiotherapy_start": (first - included).astype(int),
        "radiotherapy_end": end,
        "ici_start": np.select([concurrent, radiotherapy_first], ici, 0),
    }


def lesions(rng, columns, responders):
    """Draw who responds, and the sum of diameters before treatment and at its best."""
    n = columns["age"].size
    score = sum(x * columns[name] for name, x in ASSUMED["log_odds"].items())
    rank = np.argsort(np.argsort(-score - rng.gumbel(size=n), kind="stable"), kind="stable")
    complete, progressive = (round(ASSUMED[x] * n) for x in ("complete", "progressive"))
    best = np.where(rank < responders, "PR", np.where(rank < n - progressive, "SD", "PD"))
    best[rank < min(complete, responders)] = "CR"
    size = ASSUMED["baseline_mm"]
    baseline = np.rint(size["median"] * np.exp(size["log_sd"] * rng.normal(size=n)))
    baseline = baseline.clip(size["smallest"], size["largest"]).astype(int)
    ends = ASSUMED["best_over_first"]
    smaller = np.floor(baseline * (ends["PR"][1] - np.ptp(ends["PR"]) * rng.beta(1.3, 1.5, n)))
    # From 0.71 on no change looks like a response once it is rounded.
    stable = np.rint(baseline * rng.uniform(*ends["SD"], n)).clip(np.floor(0.71 * baseline) + 1)
    larger = np.ceil(baseline * rng.uniform(*ends["PD"], n)).clip(baseline + 5)
    sums = {"CR": np.zeros(n), "PR": smaller.clip(5), "SD": stable, "PD": larger}
    least = np.select([best == x for x in sums], list(sums.values())).astype(int)
    return {
        "baseline_mm": baseline,
        "best_mm": least,
        "best_change": np.round(100 * (least - baseline) / baseline, 1),
        "best_response": best,
        "responded": (rank < responders).astype(int),
    }


def scans(rng, included, treatment, tumour):
    """Draw the day of the scan that shows the response, and what cannot come before which day."""
    n, scan = included.size, ASSUMED["scan_days"]
    treated = np.maximum(treatment["radiotherapy_end"], treatment["ici_start"])
    first = treated + rng.integers(scan["first"][0], scan["first"][1] + 1, n)
    later = rng.choice(len(ASSUMED["response_at_scan"]), size=n, p=ASSUMED["response_at_scan"])
    # The last patients are not followed for long.
    later[included > included.max() - 365] = 0
    jitter = rng.integers(-scan["jitter"], scan["jitter"] + 1, n)
    response = first + later * scan["interval"] + np.where(later > 0, jitter, 0)
    best = tumour["best_response"]
    progression = np.select([best == "PD", best == "SD"], [first, first + 7], response + 28)
    return {"response": response, "progression": progression, "end": progression + 14}


def adverse(rng, columns, printed):
    """Draw grades of adverse events, with exact counts of grade 3 or more."""
    n, shares = columns["age"].size, ASSUMED["adverse"]
    severe, one = (
        one_count(printed, f"adverse.{x}.rate", n) for x in ("severe", "thrombocytopenia")
    )
    weight = rng.random(n) * np.where(columns["child_pugh_b"] == 1, ASSUMED["severe_in_b"], 1)
    ill = rng.permutation(np.argsort(-weight, kind="stable")[:severe]).tolist()
    has = {name: set() for name in shares} | {"thrombocytopenia": set(ill[:one])}
    other = [name for name, (_, share) in shares.items() for _ in range(round(share * n))]
    if not 0 <= severe - one <= len(other):
        raise ValueError(f"adverse: expected {one} to {one + len(other)} patients, got {severe}")
    # Whoever has no severe thrombocytopenia has another event; more fall where they may.
    for k, name in enumerate(rng.permutation(other).tolist()):
        free = [i for i in ill if i not in has[name]]
        has[name].add(ill[one + k] if k < severe - one else free[rng.integers(len(free))])
    grades = {}
    for name, (share, _) in shares.items():
        grade, bad = np.zeros(n, dtype=int), sorted(has[name])
        grade[bad] = np.where(rng.random(len(bad)) < ASSUMED["grade_4"], 4, 3)
        mild = rng.permutation(np.flatnonzero(grade == 0))[: max(0, round(share * n) - len(bad))]
        grade[mild] = rng.choice([1, 2], size=mild.size, p=ASSUMED["grade_1_or_2"])
        grades[name] = grade
    for event, least in MOST_COMMON.items():
        id = f"adverse.{event}.rank"
        found, text = is_most_common(grades, event, least), printed(id)
        if found != text:
            raise ValueError(f"{id}: expected {found!r} at these rates, got {text!r}")
    return grades


def is_most_common(grades, event, least):
    """Return the word for an event's place among all of some grade or more."""
    patients = {name: int((grade >= least).sum()) for name, grade in grades.items()}
    others = max(count for name, count in patients.items() if name != event)
    return "most common" if patients[event] > others else "not the most common"


def infusions(rng, treatment, follow_up, grades, interval):
    """Return the cycles of the ICI until progression, toxicity, death or the last contact."""
    start, stop = treatment["ici_start"], follow_up["pfs_days"]
    why = np.array(["ongoing", "progression", "progression", "death"])[follow_up["pfs_event"]]
    severe = np.max(list(grades.values()), axis=0) >= 3
    day = start + rng.integers(interval, 10 * interval, start.size)
    toxic = severe & (rng.random(start.size) < ASSUMED["stops_for_toxicity"]) & (day < stop)
    cycles = (np.where(toxic, day, stop) - 1 - start) // interval + 1
    return {
        "ici_cycles": cycles,
        "ici_last": start + interval * (cycles - 1),
        "ici_stopped": np.where(toxic, "toxicity", why),
    }
