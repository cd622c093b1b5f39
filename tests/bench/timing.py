"""Cases, and how they are timed: in rounds, ours and each other way in turn."""

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

SHORTEST = 0.02  # seconds: what takes less is repeated within a round
ENOUGH = 3.0  # seconds after which a case ends, if it had the fewest rounds
FEWEST, MOST = 3, 15


@dataclass(frozen=True)
class Rival:
    """Another way to the same result.

    Parameters
    ----------
    name : str
    call : callable, R or None
        None if it is not installed.
    target : float, optional
        How many times faster ours is meant to be.
    same : callable, optional
        Takes our result and its own (R's as an array) and returns the largest difference.
    within : float
        How large that may be.
    part : float
        The share of the work that one call does; its time is divided by it.
    """

    name: str
    call: Any
    target: float | None = None
    same: Callable | None = None
    within: float = math.inf
    part: float = 1.0


@dataclass(frozen=True)
class Bound:
    """What nobody can avoid doing: a sort, a pass over the data."""

    name: str
    call: Callable


class Case:
    """One thing to do: our way, other ways, and the seconds that ours may take at most."""

    def __init__(self, what, ours, *others, limit=None):
        self.what, self.ours, self.others, self.limit = what, ours, others, limit


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    what: str
    ours: float
    other: str = ""
    its: float | None = None
    target: str = ""
    met: bool | None = None
    difference: float | None = None


class Here:
    """A call in this process."""

    def __init__(self, call):
        self.call, self.result = call, None

    def run(self, repeats):
        """Return the seconds that the calls took."""
        start = time.perf_counter()
        for _ in range(repeats):
            self.result = self.call()
        return time.perf_counter() - start

    def close(self):
        """Nothing to end."""


def measure(case):
    """Time a case; return its rows."""
    runners = [Here(case.ours), *(_runner(other.call) for other in case.others)]
    there = [runner for runner in runners if runner]
    seconds = dict(zip(there, _in_turn(there), strict=True))
    ours = seconds[runners[0]]
    if not case.others:
        target = "" if case.limit is None else f"under {duration(case.limit)}"
        met = None if case.limit is None else ours <= case.limit
        return [Row(case.what, ours, target=target, met=met)]
    rows = [
        _row(case.what, ours, runners[0].result, other, runner, seconds.get(runner))
        for other, runner in zip(case.others, runners[1:], strict=True)
    ]
    for runner in there:
        runner.close()
    return rows


def _runner(call):
    """Return what runs a call, here or in R; None if it cannot be had."""
    if call is None or callable(call):
        return call and Here(call)
    return call.open()


def _in_turn(runners):
    """Return the median seconds of each, measured in rounds."""
    repeats = []
    for runner in runners:
        once = runner.run(1)  # with imports and cold caches
        once = once if once > 1 else runner.run(1)
        repeats.append(max(1, math.ceil(SHORTEST / max(once, 1e-7))))
    rounds, start = [], time.perf_counter()
    while len(rounds) < MOST:
        rounds.append([runner.run(k) / k for runner, k in zip(runners, repeats, strict=True)])
        if len(rounds) >= FEWEST and time.perf_counter() - start > ENOUGH:
            break
    return [statistics.median(each) for each in zip(*rounds, strict=True)]


def _row(what, ours, result, other, runner, its):
    """Return the row of one other way."""
    if isinstance(other, Bound):
        return Row(what, ours, f"lower bound: {other.name}", its)
    wanted = other.target
    target = "" if wanted is None else f"{wanted:g}× faster"
    if wanted is not None and wanted < 1:
        target = f"at most {1 / wanted:g}× slower"
    if runner is None:
        return Row(what, ours, f"{other.name}: not installed", target=target)
    its /= other.part
    met = None if wanted is None else its >= wanted * ours
    difference = None
    if other.same is not None:
        difference = float(other.same(result, runner.result))
        if not difference <= other.within:  # fast and wrong is no success
            met = False
    return Row(what, ours, other.name, its, target, met, difference)


HEAD = (
    "| what | ours | compared with | its time | ratio | target | met | largest difference |",
    "|---|---:|---|---:|---:|---|---|---:|",
)


def line(row):
    """Return a row of the table in Markdown."""
    ratio = gap = ""
    if row.its is not None:
        times = row.its / row.ours
        ratio = f"{float(f'{times:.2g}'):,.0f}" if times >= 9.95 else f"{times:.2g}"
    if row.difference is not None:
        gap = "0" if row.difference == 0 else f"{row.difference:.0e}"
    met = {None: "", True: "yes", False: "**no**"}[row.met]
    its = "" if row.its is None else duration(row.its)
    cells = (row.what, duration(row.ours), row.other, its, ratio, row.target, met, gap)
    return "| " + " | ".join(cells) + " |"


def duration(seconds):
    """Return a time in a unit that fits, with three digits."""
    size, unit = next(
        ((size, unit) for size, unit in ((1, "s"), (1e-3, "ms")) if seconds >= 0.9995 * size),
        (1e-6, "µs"),
    )
    number = seconds / size
    return f"{number:.0f} {unit}" if number >= 99.95 else f"{number:.3g} {unit}"
