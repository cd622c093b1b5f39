"""Patients at the start of treatment: exact counts, means and SDs of Tables 1 and 2."""

import math
from fractions import Fraction

import numpy as np

from ...estimate import printed as as_printed
from .. import calibration as cal
from .register import COHORTS, FLAGS, MEANS

#: Groups whose patients are drawn together, in the order of the rows.
GROUPS = ("tie", "tin", "internal", "external")

#: Resolution, least and largest plausible value, and where a skewed variable begins.
LIMITS = {
    "age": ("1", 18, 85, "0"),
    "alt": ("1", 6, 9000, "6"),
    "ast": ("1", 10, 900, "10"),
    "plt": ("1", 25, 600, "0"),
    "alb": ("0.1", 22, 60, "0"),
    "ggt": ("1", 12, 5000, "12"),
    "tbil": ("0.1", 4, 600, "4"),
    "alp": ("1", 35, 4000, "35"),
    "pt": ("0.1", 9, 17, "0"),
    "pta": ("1", 40, 200, "0"),
    "inr": ("0.01", 0.8, 6, "0.8"),
    "bmi": ("0.1", 14, 36, "0"),
    "diameter": ("0.1", 3, 15, "0"),
}

#: Columns of flags, in the order of the tables.
FLAGS_IN_ORDER = tuple(column for column, _ in FLAGS.values())

#: What no public number fixes.
ASSUMED = cal.Assumptions("tipm", "baseline")


def counts(cohort, printed):
    """Return patients with each flag by outcome: in the training cohort as Table 2 has them."""
    sizes = sizes_of(cohort, printed)
    found = {}
    for row, (column, level) in FLAGS.items():
        if cohort == "training":
            cells = [f"table2.{row}.{level}.{x}.count" for x in ("tie", "tin")]
            found[column] = tuple(int(printed(cell)) for cell in cells)
        else:
            total = int(printed(f"table1.{row}.{level}.{cohort}.count"))
            found[column] = _split(total, sizes, _of(ASSUMED["odds_ratio"][row], cohort))
    return found


def sizes_of(cohort, printed):
    """Return the numbers of TIE and TIN patients."""
    cells = [f"table1.response.{x}.{cohort}.count" for x in ("tie", "tin")]
    return tuple(int(printed(cell)) for cell in cells)


def _of(assumed, cohort):
    return assumed[cohort] if isinstance(assumed, dict) else assumed


def _split(total, sizes, odds_ratio):
    """Divide patients with a flag over TIE and TIN by the odds ratio that is nearest."""

    def off(ill):
        cells = ill, sizes[1] - ill, total - ill, sizes[0] - total + ill
        a, b, c, d = (cell + 0.5 for cell in cells)
        return abs(math.log(a * d / (b * c) / odds_ratio))

    ill = min(range(max(0, total - sizes[0]), min(total, sizes[1]) + 1), key=off)
    return total - ill, ill


def flags(rng, outcome, wanted):
    """Return a 0/1 column for each flag, with its exact counts by outcome."""
    return {column: cal.outcome_in_groups(rng, outcome, pair) for column, pair in wanted.items()}


def draw(rng, printed):
    """Draw the measurements of all patients, group after group."""
    sizes = (*sizes_of("training", printed), *(sum(sizes_of(x, printed)) for x in COHORTS[1:]))
    return {
        name: (_albumin if name == "alb" else _values)(rng, name, sizes, printed) for name in MEANS
    }


def _cells(name, printed):
    """Return the printed means and SDs: of the groups, of the training cohort, and of all."""
    ids = [f"table2.{name}.tie", f"table2.{name}.tin"]
    ids += [f"table1.{name}.{x}" for x in ("internal", "external", "training", "all")]
    return [tuple(printed(f"{id}.{kind}") for kind in ("mean", "sd")) for id in ids]


def _less(text, floor):
    """Take a number off a printed one, which keeps its decimals."""
    number = as_printed(text)
    return f"{float(number.value - Fraction(floor)):.{number.decimals}f}"


def _values(rng, name, sizes, printed):
    resolution, low, high, floor = LIMITS[name]
    cells = [(_less(mean, floor), sd) for mean, sd in _cells(name, printed)]
    *groups, training, everybody = cells
    unions = [((0, 1), *training), ((0, 1, 2, 3), *everybody)]
    group = np.repeat(np.arange(4), sizes)
    ends = low - float(floor), high - float(floor)
    means, sds = zip(*groups, strict=True)
    found = cal.measurements(rng, group, means, sds, resolution, *ends, unions=unions)
    found = np.round(found + float(floor), as_printed(resolution).decimals)
    return [found[group == k] for k in range(4)]


def _albumin(rng, name, sizes, printed):
    """Draw albumin: in the internal cohort one value alone makes the printed SD."""
    resolution, low, high, _ = LIMITS[name]
    tie, tin, internal, external, training, everybody = _cells(name, printed)
    group = np.repeat([0, 1, 2], [sizes[0], sizes[1], sizes[3]])
    means, sds = zip(tie, tin, external, strict=True)
    others = cal.measurements(
        rng, group, means, sds, resolution, low, high, unions=[((0, 1), *training)]
    )
    for _ in range(200):
        values = _with_one_out(rng, sizes[2], internal, resolution, (low, high))
        both = np.concatenate([others, values])
        fits = [(values, internal), (both, everybody)]
        if all(prints(x, *texts) for x, texts in fits):
            return [others[group == 0], others[group == 1], values, others[group == 2]]
    raise cal.Miss("no albumin of the internal cohort")


def prints(values, mean, sd):
    """Say whether mean and SD print as wanted."""
    found = round(float(values.mean()), 9), round(float(values.std(ddof=1)), 9)
    return all(as_printed(x).admits(y) for x, y in zip((mean, sd), found, strict=True))


def _with_one_out(rng, n, texts, resolution, ends):
    """Draw n values of which one alone explains mean and SD.

    With the others' mean m and SD s, ``n mean = (n - 1) m + x`` and
    ``(n - 1) sd² = (n - 2) s² + (n - 1) (x - m)² / n``.
    """
    mean, sd = (
        float(x.value) + 0.8 * rng.uniform(-1, 1) * float(x.unit) / 2
        for x in map(as_printed, texts)
    )
    spread = rng.uniform(*ASSUMED["albumin_sd"])
    off = math.sqrt(n / (n - 1) * ((n - 1) * sd**2 - (n - 2) * spread**2))
    bulk = f"{mean - off / n:.2f}", f"{spread:.2f}"
    rest = cal.measurements(
        rng, np.zeros(n - 1, dtype=int), *([x] for x in bulk), resolution, *ends
    )
    return np.round(np.append(rest, rest.mean() + off), as_printed(resolution).decimals)


def arrange(rng, cohort, outcome, drawn):
    """Give the measurements to patients, so that related ones go together."""
    causes = {name: rng.normal(size=outcome.size) for name in ("injury", "bile", "clotting")}
    columns = {}
    for name in MEANS:
        cause, load = ASSUMED["loads"].get(name, ("bile", 0))
        latent = load * causes[cause] + math.sqrt(1 - load**2) * rng.normal(size=outcome.size)
        columns[name] = np.empty(outcome.size)
        if cohort == "training":
            for label in (0, 1):
                members = np.flatnonzero(outcome == label)
                columns[name][members[latent[members].argsort()]] = np.sort(drawn[name][label])
        else:
            latent = latent + _of(ASSUMED["shift"].get(name, 0), cohort) * outcome
            columns[name][latent.argsort()] = np.sort(drawn[name][GROUPS.index(cohort)])
    return columns


def tidy(rng, columns):
    """Return the columns of a cohort in order, with the values behind NLR and stiffness."""
    n = columns["age"].size
    assumed = ASSUMED["nlr"]
    low, high = (rng.uniform(*assumed[x], n) ** assumed["power"] for x in ("low", "high"))
    found = {"age": columns["age"].astype(int), "male": columns["male"], "bmi": columns["bmi"]}
    found["nlr"] = np.round(np.where(columns["nlr_high"] == 1, high, low), 2)
    # Sites that got stiffer: five of nine, or two of three, make the change positive.
    for name, sites, least in (("tumour", 9, 5), ("liver", 3, 2)):
        more, fewer = rng.integers(least, sites + 1, n), rng.integers(0, least, n)
        stiffer = columns[f"{name}_stiffer"].astype(int)
        found[f"{name}_sites_stiffer"] = np.where(stiffer == 1, more, fewer)
    whole = ("alt", "ast", "plt", "ggt", "alp", "pta")
    for name in (*FLAGS_IN_ORDER, "afp", *MEANS):
        values = columns[name]
        is_flag = name in FLAGS_IN_ORDER or name in whole
        found.setdefault(name, np.rint(values).astype(int) if is_flag else values)
    return found
