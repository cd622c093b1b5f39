"""Further readings: what else can have printed a number that the first reading contradicts.

A reading has a name and allows a range of values. Where one that a check tries holds the printed
number, the verdict is no longer ``contradicted``, and the explanation names the reading. What the
paper rules out, such as a one-sided P, is named in ``without``, and not tried.
"""

from dataclasses import replace
from functools import cached_property

from .. import _checks
from ..estimate import Printed
from .check import Check, Range, bounded

#: The verdict on a number that a reading saves. It is ``untestable`` where the range is one of
#: experience, not of proof: only the patients (or the studies) could tell.
FURTHER = {
    "one-sided P": "compatible",
    "digits cut off": "compatible",
    "limits cut off": "compatible",
    "t distribution": "compatible",
    "N-1 chi-square": "compatible",
    "mid-P": "compatible",
    "trend test": "compatible",
    "linear-by-linear test": "compatible",
    "rank test": "compatible",
    "profile or exact limits": "untestable",
    "tied event times": "untestable",
    "I² from τ²": "untestable",
}


def reread(check, number, readings, without):
    """Return a check; if it is contradicted, by the first reading that holds the number.

    ``readings`` yields pairs of a name of :data:`FURTHER` and a range. ``without`` names those
    that the paper rules out, with commas between, or is ``"none"`` or ``"all"``.
    """
    _checks.text("without", without)
    ruled_out = [name.strip() for name in without.split(",")]
    for name in ruled_out:
        _checks.one_of("without", name, ["none", "all", *FURTHER])
    if check.verdict != "contradicted" or "all" in ruled_out or not number.possible:
        return check
    for name, found in readings:
        if name in ruled_out or bounded(number, found.low, found.high) == "contradicted":
            continue
        verdict, why = FURTHER[name], f"{check.explanation}; possible as {name}"
        if verdict == "untestable":
            return replace(check, verdict=verdict, explanation=f"{why}, which the data could tell")
        low, value, high = map(float, found)
        why += f": {value:z.3g}" if low == high else f": {found:z.3g}"
        return Check(check.family, check.printed, value, low, high, verdict, why)
    return check


def one_sided(p):
    """Yield the ranges of a one-sided P: of the effect that was looked for, and of its opposite."""
    yield "one-sided P", Range(*(x / 2 for x in p))
    yield "one-sided P", Range(*(1 - x / 2 for x in reversed(p)))


def as_frame(checks, value):
    """Return the checks of several readings as a frame; ``value`` heads what is computed."""
    import pandas as pd

    rows = [
        (reading, x.computed, x.lower, x.upper, x.verdict, x.explanation)
        for reading, x in checks.items()
    ]
    return pd.DataFrame(rows, columns=["reading", value, "lower", "upper", "verdict", "why"])


class Cut(Printed):
    """A printed number whose further digits were cut off, not rounded."""

    @cached_property
    def low(self):
        """Smallest value that is cut to this number."""
        return self.value - self.unit * (self.value < 0)

    @cached_property
    def high(self):
        """Largest value that is cut to this number, or the end of these values."""
        return self.value + self.unit * (self.value >= 0)
