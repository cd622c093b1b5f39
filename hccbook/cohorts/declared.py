"""Recipes without Python: groups, features, measurements and follow-up, told in a file.

For papers of a reader's own; those of the book need more.
"""

from collections import UserDict
from functools import partial
from typing import NamedTuple

import numpy as np

from .. import _checks
from ..accuracy import auc
from ..estimate import Printed
from ..survival import cox_two_groups, median
from ..survival.curves import product_limit
from . import calibration as cal


class Form(NamedTuple):
    """What the table of a column must hold, what it may hold beside, and what is assumed."""

    needed: tuple
    other: tuple = ()
    assumed: tuple = ()


FORMS = (
    Form(("count",), ("auc", "marker")),
    Form(("mean", "sd"), (), ("range", "resolution")),
    Form(("median",), ("hr",), ("days_per_month", "followed", "shape")),
    Form(("rate",), (), ("at", "days_per_month", "followed", "shape")),
)


class Recipe:
    """The recipe of one paper that ``data/recipes/<paper>.toml`` tells by ``columns``."""

    def __init__(self, paper, told):
        self.paper, self.groups, self.columns = paper, told["groups"], told["columns"]
        self.READINGS, self.ASSUMED = ("printed",), UserDict()
        if "assumed" in told:
            self.ASSUMED = cal.Part(paper, "assumed")
        for name, column in self.columns.items():
            self._check(name, column, told.get("assumed", {}).get(name, {}))

    def _check(self, name, column, assumed):
        """Refuse a column that is told by none of the forms."""
        where, fits = f"{self.paper}.toml, ", [x for x in FORMS if {*x.needed} <= {*column}]
        if len(fits) != 1 or not {*column} <= {*fits[0].needed, *fits[0].other}:
            forms = " or ".join(
                " and ".join(x.needed) + "".join(f" (and {y})" for y in x.other) for x in FORMS
            )
            raise ValueError(f"{where}columns.{name}: expected {forms}, got {[*column]}")
        if {*assumed} != {*fits[0].assumed}:
            expected = f"expected {[*fits[0].assumed]}, got {[*assumed]}"
            raise ValueError(f"{where}assumed.{name}: {expected}")
        before = [*self.columns][: [*self.columns].index(name)]
        if "auc" in column:
            _checks.one_of(f"{where}columns.{name}, marker", column.get("marker"), before)

    def _ids(self, pattern, split):
        """Return what a pattern stands for: an id for each group, or one for all."""
        pattern, names = pattern.replace("{split}", split), self.groups["names"]
        return [pattern.replace("{group}", x) for x in names] if "{group}" in pattern else [pattern]

    def make(self, split, seed, reading):
        """Build one cohort."""
        stream = np.random.SeedSequence([seed, self.READINGS.index(reading)])
        return cal.until_met(stream, partial(self._attempt, split=split, reading=reading))

    def _attempt(self, rng, split, reading):
        printed = cal.reader(self.paper, split, reading)

        def texts(pattern, field="printed"):
            return [printed(id, field) for id in self._ids(pattern, split)]

        sizes, names = [int(text) for text in texts(self.groups["n"])], self.groups["names"]
        if len(sizes) < len(names):  # a number of all patients: groups as equal as can be
            sizes = [part.size for part in np.array_split(np.arange(sizes[0]), len(names))]
        group = np.repeat(np.arange(len(sizes)), sizes)
        columns = {self.groups["column"]: group}
        for name, told in self.columns.items():
            assumed = self.ASSUMED.get(name, {})
            if "count" in told:
                columns[name] = cal.outcome_in_groups(rng, group, map(int, texts(told["count"])))
            if "auc" in told:
                (area,), marker = texts(told["auc"]), columns[told["marker"]]
                columns[name] = cal.reach_auc(rng, columns[name], marker, group, area)
            if "mean" in told:
                moments = texts(told["mean"]), texts(told["sd"])
                ends = assumed["resolution"], *assumed["range"]
                columns[name] = cal.measurements(rng, group, *moments, *ends)
            if {"median", "rate"} & {*told}:
                fields = ("printed", "lower", "upper") if "hr" in told else ()
                ratio = [text for field in fields for text in texts(told["hr"], field)]
                medians, rates = (texts(told[x]) if x in told else [] for x in ("median", "rate"))
                days, event = follow_up(rng, group, medians, rates, ratio, assumed)
                columns |= {f"{name}_days": days, f"{name}_event": event}
        return cal.shuffled(rng, columns)

    def achieved(self, frame, split):
        """Return what a cohort has, for every printed number that is a target."""
        by = self.groups["column"]
        parts, found = [part for _, part in frame.groupby(by)], {}

        def note(pattern, values):
            found.update(zip(self._ids(pattern, split), values, strict=True))

        note(self.groups["n"], map(len, parts if "{group}" in self.groups["n"] else [frame]))
        for name, told in self.columns.items():
            for key, statistic in (("count", "sum"), ("mean", "mean"), ("sd", "std")):
                if key in told:
                    note(told[key], [getattr(x[name], statistic)() for x in parts])
            if "auc" in told:
                note(told["auc"], [auc(frame[name], frame[told["marker"]]).value])
            if not {"median", "rate"} & {*told}:
                continue
            month = self.ASSUMED[name]["days_per_month"]
            times = [[x[f"{name}_{end}"] for end in ("days", "event")] for x in (*parts, frame)]
            if "median" in told:
                note(told["median"], [median(*x).value / month for x in times[:-1]])
            if "rate" in told:
                day = self.ASSUMED[name]["at"] * month
                curves = [product_limit(*map(np.asarray, x))[:2] for x in times[:-1]]
                note(told["rate"], [100 - 100 * s[t <= day].min() for t, s in curves])
            if "hr" in told:
                note(told["hr"], [cox_two_groups(*times[-1], frame[by])])
        return cal.keyed(self.paper, found)


def follow_up(rng, group, medians, rates, ratio, assumed):
    """Draw days and events: Weibull times of one shape, uniform censoring, moved until all prints.

    Printed are medians, or percentages with an event by a time, and perhaps a hazard ratio beside
    medians. ``followed`` holds the least and the longest follow-up in months.
    """
    month, shape = assumed["days_per_month"], assumed["shape"]
    ends = [months * month for months in assumed["followed"]]
    boxes = [cal.days_box(text, month) for text in medians]
    targets = [round(sum(box) / 2) for box in boxes]
    for text, target, box in zip(medians, targets, boxes, strict=True):
        if not box[0] <= target <= box[1]:
            raise ValueError(f"days_per_month: no whole day prints as {text} months")
    hazards = [-np.log2(1 - float(Printed(text).value) / 100) for text in rates]
    starts = targets or [assumed["at"] * month * x ** (-1 / shape) for x in hazards]
    time = np.array(starts)[group] * (rng.exponential(size=group.size) / np.log(2)) ** (1 / shape)
    last = rng.uniform(*ends, group.size)
    event = (time <= last).astype(int)
    days = np.maximum(np.round(np.minimum(time, last)), 1).astype(int)
    for label, target in enumerate(targets):
        members = group == label
        days[members] = cal.set_median(days[members], event[members], target)
    if not ratio and not rates:
        return days, event
    limits = np.ones(group.size, dtype=int), np.full(group.size, round(ends[1]))
    nobody = np.zeros(group.size, dtype=bool)
    aim = cal.HazardRatioAim(*ratio) if ratio else cal.RateAim(rates, assumed["at"] * month)
    cohort = cal.Survival(rng, aim, days, event, group, *limits, nobody)
    cohort.untie()
    if ratio:
        cohort.reach()
    else:  # chosen changes are enough, and few of them
        cohort.rounds = 20
        cohort.reach(0)
    return cohort.days, cohort.event
