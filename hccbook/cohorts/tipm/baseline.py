"""Patients at the start of treatment: exact counts, means and SDs of Tables 1 and 2."""

import math
from fractions import Fraction

import numpy as np

from ...estimate import as_printed
from .. import calibration as cal

#: The three cohorts of the paper.
COHORTS = ("training", "internal", "external")

#: Groups whose patients are drawn together: both outcomes of the training cohort, and the others.
GROUPS = ("tie", "tin", *COHORTS[1:])

#: What no public number fixes.
ASSUMED = cal.Part("tipm", "assumed", "baseline")

#: Rows of means, in the order of the tables; the columns have the same names.
MEANS = cal.Part("tipm", "assumed", "baseline", "measurements")

#: Rows of counts in Table 1: the column, and its levels 0 and 1.
FLAGS = cal.Part("tipm", "tables", "flags")


def sizes_of(cohort, printed):
    """Return the numbers of TIE and TIN patients."""
    return tuple(int(printed(f"table1.response.{x}.{cohort}.count")) for x in GROUPS[:2])


def draw(rng, printed):
    """Draw the measurements of all patients, by group."""
    sizes = (*sizes_of("training", printed), *(sum(sizes_of(x, printed)) for x in COHORTS[1:]))
    return {name: _values(rng, name, sizes, printed) for name in MEANS}


def _values(rng, name, sizes, printed):
    assumed = MEANS[name]
    low, high, decimals = assumed["least"], assumed["most"], as_printed(assumed["step"]).decimals
    floor = Fraction(str(low)) if assumed.get("skewed") else Fraction(0)
    ids = [f"table2.{name}.{x}" for x in GROUPS[:2]]
    ids += [f"table1.{name}.{x}" for x in (*COHORTS[1:], "training", "all")]
    cells = [(_less(printed(f"{id}.mean"), floor), printed(f"{id}.sd")) for id in ids]
    unions, groups = [((0, 1), *cells[4]), ((0, 1, 2, 3), *cells[5])], [0, 1, 2, 3]
    if name == "alb":  # in the internal cohort one value alone makes the SD
        unions.pop()
        groups.remove(2)
    group = np.repeat(range(len(groups)), [sizes[k] for k in groups])
    means, sds = zip(*(cells[k] for k in groups), strict=True)
    limits = assumed["step"], low - float(floor), high - float(floor)
    found = cal.measurements(rng, group, means, sds, *limits, unions=unions)
    found = np.round(found + float(floor), decimals)
    values = {k: found[group == g] for g, k in enumerate(groups)}
    if name == "alb":
        values[2] = _with_one_out(rng, sizes[2], cells[2], cells[5], found, *limits)
    return values


def _less(text, floor):
    """Take a number off a printed one, which keeps its decimals."""
    number = as_printed(text)
    return f"{float(number.value - floor):.{number.decimals}f}"


def _prints(values, mean, sd):
    """Say whether mean and SD print as wanted."""
    found = round(float(values.mean()), 9), round(float(values.std(ddof=1)), 9)
    return as_printed(mean).admits(found[0]) and as_printed(sd).admits(found[1])


def _with_one_out(rng, n, texts, of_all, others, step, *ends):
    """Draw n values of which one alone explains mean and SD; with the others those of all print.

    With the rest's mean m and SD s, ``n mean = (n - 1) m + x`` and
    ``(n - 1) sd² = (n - 2) s² + (n - 1) (x - m)² / n``.
    """
    for _ in range(200):
        mean, sd = (
            float(x.value) + 0.8 * rng.uniform(-1, 1) * float(x.unit) / 2
            for x in map(as_printed, texts)
        )
        spread = rng.uniform(*ASSUMED["albumin_sd"])
        off = math.sqrt(n / (n - 1) * ((n - 1) * sd**2 - (n - 2) * spread**2))
        bulk = [f"{mean - off / n:.2f}"], [f"{spread:.2f}"]
        rest = cal.measurements(rng, np.zeros(n - 1, dtype=int), *bulk, step, *ends)
        values = np.append(rest, rest.mean() + off).round(as_printed(step).decimals)
        if _prints(values, *texts) and _prints(np.concatenate([others, values]), *of_all):
            return values
    raise cal.NotReached("no albumin of the internal cohort")


def arrange(rng, cohort, outcome, drawn, printed):
    """Give measurements to patients, so that related ones go together, and flags."""
    causes = {name: rng.normal(size=outcome.size) for name in ("injury", "bile", "clotting")}
    members = {g: np.flatnonzero(outcome == g) for g in (0, 1)}
    if cohort != "training":
        members = {GROUPS.index(cohort): np.arange(outcome.size)}
    columns = {}
    for name, assumed in MEANS.items():
        load, columns[name] = assumed.get("load", 0), np.empty(outcome.size)
        latent = math.sqrt(1 - load**2) * rng.normal(size=outcome.size)
        latent += load * causes[assumed.get("cause", "bile")]
        if cohort != "training":
            latent += _in(cohort, assumed.get("shift", 0)) * outcome
        for g, some in members.items():
            columns[name][some[latent[some].argsort(kind="stable")]] = np.sort(drawn[name][g])
    for row, (column, (_, one)) in FLAGS.items():
        counts = _counts(cohort, row, one, printed)
        columns[column] = cal.outcome_in_groups(rng, outcome, counts)
    return columns


def _in(cohort, assumed):
    return assumed[cohort] if isinstance(assumed, dict) else assumed


def _counts(cohort, row, level, printed):
    """Return how many TIE and TIN patients have a flag."""
    if cohort == "training":
        return [int(printed(f"table2.{row}.{level}.{x}.count")) for x in GROUPS[:2]]
    total = int(printed(f"table1.{row}.{level}.{cohort}.count"))
    well, ill = sizes_of(cohort, printed)
    # By the odds ratio that is nearest to the assumed one.
    found = np.arange(max(0, total - well), min(total, ill) + 1)
    a, b, c, d = (x + 0.5 for x in (found, ill - found, total - found, well - total + found))
    off = np.abs(np.log(a * d / (b * c) / _in(cohort, ASSUMED["odds_ratio"][row])))
    return total - found[off.argmin()], found[off.argmin()]


def tidy(rng, columns):
    """Return the columns of a cohort in order, with the values behind NLR and stiffness."""
    n, assumed = columns["age"].size, ASSUMED["nlr"]
    low, high = (rng.uniform(*assumed[x], n) ** assumed["power"] for x in ("low", "high"))
    behind = {"nlr": np.round(np.where(columns["nlr_high"] == 1, high, low), 2)}
    # Sites that got stiffer: five of nine, or two of three, make the change positive.
    for name, sites, least in (("tumour", 9, 5), ("liver", 3, 2)):
        more, fewer = rng.integers(least, sites + 1, n), rng.integers(0, least, n)
        behind[f"{name}_sites_stiffer"] = np.where(columns[f"{name}_stiffer"] == 1, more, fewer)
    counted, columns = [x for x, _ in FLAGS.values()], columns | behind
    whole = counted + [x for x, assumed in MEANS.items() if assumed["step"] == "1"]
    order = dict.fromkeys(("age", "male", "bmi", *behind, *counted, "afp", *MEANS))
    return {x: columns[x].astype(int) if x in whole else columns[x] for x in order}
