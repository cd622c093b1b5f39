"""Problems with a follow-up in two groups: medians, and what else a paper prints of them."""

import numpy as np

from hccbook.cohorts import calibration as cal
from hccbook.cohorts.calibration import follow_up as times
from hccbook.cohorts.declared import follow_up
from hccbook.survival import cox_two_groups, logrank

from . import sets
from .lines import claim, line, p_text
from .outcome import many

#: The pooled median is made so many days, so that all sets print in months of 30 days.
MEDIAN, MONTH = 300, 30
#: Patients of the smaller group, and of each cell of group and second split, at least.
IN_GROUP, IN_CELL = 15, 8
#: The shape of the times that is assumed, and its range where it is varied.
SHAPE, SHAPES = 1.2, (0.6, 2.0)
#: Days at which survival is held out.
TIMES = (180, 360)
VARIANTS = {
    "medians": ("base", "shape", "deaths", "censored", "small"),
    "medians, P": ("base", "shape", "deaths", "censored", "small"),
    "medians, HR": ("base",),
}


class Problem:
    """Patients sorted by group, with a second split of them where there is one."""

    def __init__(self, name, entry, variant, scheme):
        most = sets.FEW if variant == "small" or scheme == "medians, HR" else sets.MOST
        frame, numbers, factors = sets.patients(name, "survival", entry, most)
        frame = frame[frame["time"] > 0]
        time, event = frame["time"].to_numpy(), frame["event"].to_numpy()
        self.group = None
        if variant == "censored":
            rng = np.random.default_rng(sets.seed_of(name, variant))
            last = rng.uniform(0, time.max(), time.size)
            time, event = np.minimum(time, last), event * (time <= last)
        # In fine steps: the median is that of whole numbers.
        middle = cal.km_median(np.rint(time * 1e6 / time.max()).astype(int), event)
        if not np.isfinite(middle) or not middle:
            return
        days = np.maximum(np.rint(time * (MEDIAN * 1e6 / time.max() / middle)), 1).astype(int)
        splits = {x: (frame[x] > frame[x].median()).to_numpy(dtype=int) for x in numbers}
        splits |= {x: frame[x].to_numpy(dtype=int) for x in factors}
        for place, (x, split) in enumerate(splits.items()):
            parts = [split == k for k in (0, 1)]
            if min(part.sum() for part in parts) < IN_GROUP:
                continue
            medians = [cal.km_median(days[part], event[part]) for part in parts]
            if not np.isfinite(medians).all() or min(medians) < 5:
                continue
            order = np.argsort(split, kind="stable")
            self.name, self.group = x, split[order]
            self.days, self.event = days[order], event[order]
            self.medians = [f"{m / MONTH:.1f}" for m in medians]
            self.other = None
            for second in [*splits][place + 1 :]:
                cells = np.bincount(2 * split + splits[second], minlength=4)
                if cells.min() >= IN_CELL:
                    self.other, self.second = second, splits[second][order]
                    break
            break


def by(key, *arrays):
    """Return arrays (m, n) with the patients in the order of a key (m, n)."""
    order = np.argsort(key, axis=1, kind="stable")
    return [np.take_along_axis(x, order, axis=1) for x in arrays]


def alive(days, event, at):
    """Return the Kaplan-Meier survival on a day, NaN where nobody was followed so long."""
    if days.max() < at:
        return np.nan if event[days == days.max()].min() == 0 else 0.0
    order = np.argsort(2 * days - event)
    left = days.size - np.arange(days.size)
    died = (event[order] == 1) & (days[order] <= at)
    return float(np.prod(1 - 1 / left[died]))


def truth_of(days, event, group):
    """Return the hazard ratio with its limits and the log-rank P of real patients."""
    p = logrank(days, event, group)[1]
    try:
        ratio = cox_two_groups(days, event, group)
    except ValueError:  # it is infinite
        return np.nan, np.nan, np.nan, p
    return ratio.value, ratio.lower, ratio.upper, p


def drawn_of(days, event, group):
    """Return the same of cohorts without tied events, (m, n), in the order of the group."""
    log_hr, error = times.cox(days, event, group)
    ends = [np.exp(log_hr + k * 1.959964 * error) for k in (0, -1, 1)]
    return *ends, times.logrank(days, event, group)


def run(name, entry, scheme, variant):
    """Return the lines of a problem, None if it is not built, or why it is not printable."""
    problem = Problem(name, entry, variant, scheme)
    if problem.group is None:
        return "not printable"
    days, event, group = problem.days, problem.event, problem.group
    truth = truth_of(days, event, group)
    ratio = [f"{x:.2f}" for x in truth[:3]]
    left = days[event == 0]
    followed = np.array([left.min() if left.size else days.max(), days.max()]) / MONTH
    if variant == "deaths":
        followed = followed / 2
    aim = cal.LogRankAim(p_text(truth[3])) if scheme == "medians, P" else None
    counts = None if problem.other is None else np.bincount(group, problem.second).astype(int)
    ones, nobody = np.ones(group.size, dtype=int), np.zeros(group.size, dtype=bool)

    def attempt(rng):
        shape = np.exp(rng.uniform(*np.log(SHAPES))) if variant == "shape" else SHAPE
        printed = ratio if scheme == "medians, HR" else []
        assumed = {"days_per_month": MONTH, "followed": followed, "shape": shape}
        found = follow_up(rng, group, problem.medians, [], printed, assumed)
        if scheme != "medians, HR":
            latest = np.full(group.size, max(round(followed[1] * MONTH), found[0].max()))
            cohort = cal.Survival(rng, aim, *found, group, ones, latest, nobody)
            cohort.untie()
            if aim:
                cohort.reach()
            found = cohort.days, cohort.event
        second = nobody if counts is None else cal.outcome_in_groups(rng, group, counts)
        return np.array([*found, second])

    cohorts = many(attempt, name, scheme, variant)
    if cohorts is None:
        return None
    many_days, many_event, second = np.array(cohorts).astype(int).transpose(1, 0, 2)
    lines = list(_whole(scheme, problem, truth, many_days, many_event))
    if problem.other is not None:
        lines += _second(scheme, problem, many_days, many_event, second)
    return lines


def ratio_lines(kind, item, truth, drawn):
    """Yield the lines of a hazard ratio and its limits."""
    for field, value, values in zip(("hr", "lower", "upper"), truth[:3], drawn[:3], strict=True):
        if np.isfinite(value) and 0.005 < value < 100:
            yield line(kind, f"{item} {field}".strip(), f"{value:.2f}", values, "log")


def _whole(scheme, problem, truth, days, event):
    drawn = drawn_of(days, event, problem.group)
    if scheme != "medians, HR":
        yield from ratio_lines(f"{scheme}: hazard ratio", "", truth, drawn)
    if scheme != "medians, P":
        yield line(f"{scheme}: log-rank P", "", p_text(truth[3]), drawn[3], "normal")
    for k in (0, 1):
        some = problem.group == k
        for at in TIMES:
            value = alive(problem.days[some], problem.event[some], at)
            values = [alive(d[some], e[some], at) for d, e in zip(days, event, strict=True)]
            text = None if np.isnan(value) else f"{value:.3f}"
            kind, item = f"{scheme}: survival at a time", f"group {k} day {at}"
            yield line(kind, item, text, values, "arcsine")


def _second(scheme, problem, days, event, second):
    group = np.broadcast_to(problem.group, days.shape)
    for level in (0, 1):
        real = problem.second == level
        part = [x[real] for x in (problem.days, problem.event, problem.group)]
        order = by(1 - (second == level), days, event, group)
        some = [x[:, : real.sum()] for x in order]
        item = f"{problem.other} {level}"
        if min(part[1][part[2] == k].sum() for k in (0, 1)) < 2:
            continue
        truth, drawn = truth_of(*part), drawn_of(some[0], some[1], some[2][0])
        yield from ratio_lines(f"{scheme}: hazard ratio in a subgroup", item, truth, drawn)
        yield line(
            f"{scheme}: log-rank P in a subgroup", item, p_text(truth[3]), drawn[3], "normal"
        )
        word = said(*part, truth[3])
        words = [said(*x, p) for *x, p in zip(*some, drawn[3], strict=True)]
        yield claim(f"{scheme}: claim in a subgroup", item, word, words)
    real, ordered = np.argsort(problem.second, kind="stable"), by(second, days, event, second)
    truth = truth_of(*(x[real] for x in (problem.days, problem.event, problem.second)))
    drawn = drawn_of(ordered[0], ordered[1], ordered[2][0])
    yield from ratio_lines(f"{scheme}: hazard ratio of another split", problem.other, truth, drawn)


def said(days, event, group, p):
    """Return what a paper says of two groups."""
    first, second = (cal.km_median(days[group == k], event[group == k]) for k in (0, 1))
    if not p < 0.05:
        return "no difference"
    return "longer" if second > first else "shorter"
